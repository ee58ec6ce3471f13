"""an export's filter -> the records it takes, and each record's cells: people, activities, members, objects."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import DELETE_LEAD, Activity
from turnout.simulators.marketo.account.objects import ObjectType
from turnout.simulators.marketo.account.programs import Member, Program
from turnout.simulators.marketo.answers import Refused
from turnout.simulators.marketo.calls import leads, members, objects

MOST_DAYS: Final = 31
MOST_PROGRAMS: Final = 10
MOST_PRIMARY: Final = 50
ACTIVITY_FIELDS: Final = (
    "marketoGUID",
    "leadId",
    "activityDate",
    "activityTypeId",
    "campaignId",
    "primaryAttributeValueId",
    "primaryAttributeValue",
    "attributes",
)
RESULT: Final = "actionResult"
Line = Mapping[str, Any]
Select = Callable[[], Iterator[Line]]
"""Find the records when the job begins."""
LISTS: Final = ("staticListId", "staticListName", "smartListId", "smartListName")
EXTRA: Final = frozenset({"updatedAt", "smartListId", "smartListName"})
"""Filters that some subscriptions lack."""


def of_leads(account: Account, asked: Mapping[str, Any], fields: Sequence[str]) -> Select:
    """Return what finds people: by one filter of when they were made or changed, or of a list they are in."""
    known(fields, account.people.fields)
    name, value = _single(account, asked, ("createdAt", "updatedAt", *LISTS))
    if name in LISTS:
        listed = _in_list(account, name, value)
        return lambda: (leads.shown(account.people.by_id[each], fields) for each in listed())
    start, end = _range(value)
    moment = "created_at" if name == "createdAt" else "updated_at"

    def select() -> Iterator[Line]:
        for each in account.people.by_id.values():
            if start <= getattr(each, moment) <= end:
                yield leads.shown(each, fields)

    return select


def of_activities(account: Account, asked: Mapping[str, Any], fields: Sequence[str]) -> Select:
    """Return what finds activities logged within a range, perhaps only of some types or primary attributes."""
    known(fields, {*ACTIVITY_FIELDS, RESULT})
    _only(asked, ("createdAt", "activityTypeIds", "primaryAttributeValueIds", "primaryAttributeValues"))
    start, end = _range(asked.get("createdAt"))
    kinds = set(asked.get("activityTypeIds") or ())
    ids, names = asked.get("primaryAttributeValueIds") or (), asked.get("primaryAttributeValues") or ()
    if (ids and names) or len(ids) > MOST_PRIMARY or len(names) > MOST_PRIMARY or ((ids or names) and not kinds):
        raise Refused("1003", text="Invalid filter: primary attributes need activityTypeIds, and are ids or names")

    def select() -> Iterator[Line]:
        for each in account.activities.log:
            wanted = each.type_id in kinds if kinds else each.type_id != DELETE_LEAD
            primary = (not ids or each.primary_id in ids) and (not names or each.primary in names)
            if wanted and primary and start <= each.logged_at <= end:
                yield _activity(each)

    return select


def _activity(each: Activity) -> Line:
    return {
        "marketoGUID": each.guid,
        "leadId": each.lead_id,
        "activityDate": each.date,
        "activityTypeId": each.type_id,
        "campaignId": None,
        "primaryAttributeValueId": each.primary_id or None,
        "primaryAttributeValue": each.primary,
        "attributes": json.dumps({told["name"]: told["value"] for told in each.attributes}, separators=(",", ":")),
        RESULT: "succeeded",
    }


def of_members(account: Account, asked: Mapping[str, Any], fields: Sequence[str]) -> Select:
    """Return what finds the members of a program, or of several: then `programId` is the first column."""
    known(fields, {**account.people.fields, **account.programs.member_fields})
    _only(asked, ("programId", "programIds", "isExhausted", "nurtureCadence", "statusNames", "updatedAt"))
    wanted = asked.get("programIds", [asked["programId"]] if "programId" in asked else [])
    if not wanted or ("programId" in asked and "programIds" in asked) or len(wanted) > MOST_PROGRAMS:
        raise Refused("1003", text="Invalid filter: programId, or at most ten programIds")
    programs = [account.program(str(each)) for each in wanted]
    names = asked.get("statusNames") or ()
    if any(not any(each.name == name for p in programs for each in p.channel.steps) for name in names):
        raise Refused("1003", text="Invalid Data")
    span = _range(asked["updatedAt"]) if "updatedAt" in asked else None

    def select() -> Iterator[Line]:
        for program in programs:
            for each in program.members.values():
                late = span and not span[0] <= each.updated_at <= span[1]
                if not late and not asked.get("isExhausted") and (not names or each.status.name in names):
                    yield _member(account, program, each, fields=fields)

    return select


def _member(account: Account, program: Program, member: Member, *, fields: Sequence[str]) -> Line:
    own = account.programs.member_fields
    shown = members.shown(account, program, member, names=[name for name in fields if name in own])
    return leads.shown(account.people.by_id[member.lead_id], [n for n in fields if n not in own]) | shown


def of_objects(account: Account, asked: Mapping[str, Any], fields: Sequence[str], *, kind: ObjectType) -> Select:
    """Return what finds the rows of a custom object: changed within a range, or linked to the people of a list."""
    known(fields, {*kind.fields, *objects.SYSTEM})
    name, value = _single(account, asked, ("updatedAt", *LISTS))
    if name == "updatedAt":
        start, end = _range(value)
        return lambda: (objects.shown(r, fields) for r in kind.rows.values() if start <= r.updated_at <= end)
    assert kind.approved
    links = [(c.name, c.link.field) for c in kind.approved.links() if c.link and c.link.name.lower() == "lead"]
    if not links:
        raise Refused("1003", text="The custom object is not linked to people")
    listed = _in_list(account, name, value)
    [(own, target), *_] = links

    def select() -> Iterator[Line]:
        for each in listed():
            person = account.people.by_id[each]
            for row in kind.at_link(own, person.id if target == "id" else person.values.get(target)):
                yield objects.shown(row, fields)

    return select


def known(names: Sequence[str], fields: Mapping[str, Any] | set[str]) -> None:
    """Raise Refused (1003) for names that are no fields."""
    if stray := [name for name in names if name not in fields]:
        raise Refused("1003", text=f"Invalid fields {stray}")


def _only(asked: Mapping[str, Any], names: Sequence[str]) -> None:
    if stray := [name for name in asked if name not in names]:
        raise Refused("1035", text=f"Unsupported filter type '{stray[0]}'")


def _single(account: Account, asked: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Any]:
    _only(asked, names)
    if len(asked) != 1:
        raise Refused("1003", text="Invalid filter: exactly one filter type")
    [(name, value)] = asked.items()
    if name in EXTRA and account.settings.export_filters == "basic":
        raise Refused("1035")
    return name, value


def _range(given: Any) -> tuple[float, float]:
    try:
        start, end = instant(str(given["startAt"])), instant(str(given["endAt"]))
    except (ValueError, TypeError, KeyError):
        raise Refused("1003", text="Invalid date range: startAt and endAt are needed") from None
    if not 0 <= end - start <= MOST_DAYS * 86_400:
        raise Refused("1003", text=f"Invalid date range: it may span {MOST_DAYS} days")
    return start, end


def _in_list(account: Account, name: str, value: Any) -> Callable[[], Sequence[int]]:
    if name.startswith("static"):
        held = account.lists.get(value) if name.endswith("Id") else account.lists.named(str(value))
        if held is None:
            raise Refused("1013", text="List not found")
        return lambda: list(held.members)
    smart = account.smart_lists.get(value) if name.endswith("Id") else account.smart_lists.named(str(value))
    if smart is None:
        raise Refused("1013", text="List not found")
    return lambda: account.in_smart_list(smart)
