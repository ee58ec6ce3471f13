"""Calls on activities: logging custom ones, and reading what was logged since a time."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import CHANGE_VALUE, DELETE_LEAD, NEW_LEAD, Activity, Form
from turnout.simulators.marketo.account.fields import Field, stored
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.calls.operation import (
    MOST_ROWS,
    Operation,
    body_of,
    day_and_time,
    listed,
    read_token,
    records_of,
    required,
    token,
    whole,
)

MOST_ATTRIBUTE_BYTES: Final = 65_536
MOST_TYPES_ASKED: Final = 10
MOST_LEADS_ASKED: Final = 30
KEPT_SECONDS: Final = 25 * 30.4375 * 86_400
MOST_IN_LIST: Final = 10_000
PRIMARY: Final = Field("primaryAttributeValue", "Primary Attribute", "string", 255)


def add(account: Account, call: Call) -> Found:
    """Add Custom Activities: each is logged once more, however often it was sent; failures are in `errors`."""
    return Found([_added(account, each, call.now) for each in records_of(call, body_of(call, "input"))])


def _added(account: Account, record: Mapping[str, Any], now: float) -> dict[str, Any]:
    try:
        made = account.activities.append(_activity(account, record, now))
    except Skipped as no:
        return {"status": "skipped", "errors": no.reasons()}
    return {"id": made.id, "marketoGUID": made.guid, "status": "added"}


def _activity(account: Account, record: Mapping[str, Any], now: float) -> Activity:
    for name in ("leadId", "activityDate", "activityTypeId", "primaryAttributeValue"):
        if record.get(name) in (None, ""):
            raise Skipped("1002", name)
    if "attributes" not in record:
        raise Skipped("1002", "attributes")
    person = account.person(record["leadId"])
    kind = account.activities.typed(record["activityTypeId"])
    if kind is None or kind.approved is None or kind.deleted:
        raise Skipped("1013", text="Activity type not found")
    primary = stored(PRIMARY, record["primaryAttributeValue"], account.settings)
    attributes = tuple(_value(account, kind.approved, each) for each in record["attributes"])
    if sum(len(str(each).encode()) for each in record["attributes"]) > MOST_ATTRIBUTE_BYTES:
        raise Skipped("1049", text="Attributes array too long")
    date = _date(str(record["activityDate"]))
    return Activity(0, account.guid(), person.id, kind.id, date, primary, attributes, now)


def _value(account: Account, form: Form, each: Mapping[str, Any]) -> Mapping[str, Any]:
    name = each.get("apiName") or each.get("name")
    known = next((a for a in form.attributes if name in {a.name, a.display}), None)
    if known is None:
        raise Skipped("1006", name)
    field = Field(known.name, known.display, known.type, 255 if known.type == "string" else 0)
    return {"name": known.display, "apiName": known.name, "value": stored(field, each.get("value"), account.settings)}


def _date(text: str) -> str:
    try:
        return day_and_time(instant(text))
    except ValueError:
        raise Skipped("1003", "activityDate", text) from None


def paging_token(_account: Account, call: Call) -> Found:
    """Get Paging Token for what was logged since a time."""
    text = required(call.query, "sinceDatetime")
    try:
        since = instant(text.replace(" ", "+"))
    except ValueError:
        raise Refused("1003", text="Invalid date format") from None
    return Found(None, {"nextPageToken": token(int(since), "T")})


def find(account: Account, call: Call) -> Found:
    """Get Lead Activities: of some types, perhaps of some people, since a token; moreResult is always there."""
    kinds = _numbers(call, "activityTypeIds", most=MOST_TYPES_ASKED)
    if not kinds:
        raise Refused("1002", "activityTypeIds")
    leads, assets = _leads(account, call), _numbers(call, "assetIds", most=MOST_TYPES_ASKED)

    def wanted(each: Activity) -> bool:
        fits = each.type_id in kinds and (not assets or each.primary_id in assets)
        return fits and (leads is None or each.lead_id in leads)

    part, beside = _since(account, call, wanted)
    return Found([_shown(each) for each in part] or None, beside)


def changes(account: Account, call: Call) -> Found:
    """Get Lead Changes: Change Data Value and New Lead of the fields that are asked for."""
    asked = listed(call, "fields")
    if not asked:
        raise Refused("1002", "fields")
    for name in asked:
        if name not in account.people.fields:
            raise Refused("1006", name)
    names = {account.people.fields[name].display: name for name in asked}
    leads = _leads(account, call)

    def wanted(each: Activity) -> bool:
        fits = each.type_id == NEW_LEAD or (each.type_id == CHANGE_VALUE and each.primary in names)
        return fits and (leads is None or each.lead_id in leads)

    part, beside = _since(account, call, wanted)
    return Found([_change(account, each, names) for each in part] or None, beside)


def _change(account: Account, each: Activity, names: Mapping[str, str]) -> dict[str, Any]:
    told = {attribute["name"]: attribute["value"] for attribute in each.attributes}
    rest = [{"name": name, "value": told[name]} for name in told if name not in {"New Value", "Old Value"}]
    shown = _shown(each) | {"attributes": rest, "fields": []}
    shown = {name: value for name, value in shown.items() if not name.startswith("primaryAttribute")}
    if each.type_id == CHANGE_VALUE:
        name = names[each.primary]
        new, old = told.get("New Value"), told.get("Old Value")
        before = {} if old is None else {"oldValue": str(old)}
        value = "" if new is None else str(new)
        shown["fields"] = [{"id": account.people.fields[name].id, "name": name, "newValue": value} | before]
    return shown


def _since(
    account: Account, call: Call, wanted: Callable[[Activity], bool]
) -> tuple[Sequence[Activity], dict[str, Any]]:
    """Return a page of the log since the token: so many that are wanted, or as many as one call looks through."""
    log = account.activities.log
    kept = bisect_left(log, call.now - KEPT_SECONDS, key=lambda each: each.logged_at)
    start = place = max(kept, _start(log, required(call.query, "nextPageToken")))
    size = whole(call.query, "batchSize", default=MOST_ROWS, most=MOST_ROWS) or MOST_ROWS
    part: list[Activity] = []
    while place < len(log) and len(part) < size and place < start + size * account.settings.activities_looked_through:
        if wanted(log[place]):
            part.append(log[place])
        place += 1
    return part, {"nextPageToken": token(place), "moreResult": place < len(log)}


def _leads(account: Account, call: Call) -> Collection[int] | None:
    """Return the people that were asked for, by id or by a list; None for everybody."""
    if "listId" in call.query:
        held = account.lists.numbered(call.query["listId"], "List")
        if len(held.members) >= MOST_IN_LIST:
            raise Refused("1003", text=f"The list has {MOST_IN_LIST} leads or more")
        return held.members
    return _numbers(call, "leadIds", most=MOST_LEADS_ASKED) or None


def _numbers(call: Call, name: str, *, most: int) -> set[int]:
    texts = listed(call, name)
    if len(texts) > most:
        raise Refused("1003", text=f"{name} may have {most} values")
    if stray := [text for text in texts if not text.isdecimal()]:
        raise Refused("1001", stray[0], "integer")
    return {int(text) for text in texts}


def _start(log: Sequence[Activity], text: str) -> int:
    try:
        return read_token(text)
    except Refused:
        return bisect_left(log, float(read_token(text, "T")), key=lambda each: each.logged_at)


def _shown(each: Activity) -> dict[str, Any]:
    return {
        "id": each.id,
        "marketoGUID": each.guid,
        "leadId": each.lead_id,
        "activityDate": each.date,
        "activityTypeId": each.type_id,
        **({"primaryAttributeValueId": each.primary_id} if each.primary_id else {}),
        "primaryAttributeValue": each.primary,
        "attributes": each.attributes,
    }


def deleted_leads(account: Account, call: Call) -> Found:
    """Get Deleted Leads since a token."""
    gone = account.people.deleted
    text = required(call.query, "nextPageToken")
    try:
        start = read_token(text)
    except Refused:
        start = bisect_left(gone, float(read_token(text, "T")), key=lambda each: each[1])
    rows = [
        {
            "id": start + place,
            "leadId": person,
            "activityDate": day_and_time(when),
            "activityTypeId": DELETE_LEAD,
            "primaryAttributeValueId": person,
            "attributes": [],
        }
        for place, (person, when) in enumerate(gone[start : start + MOST_ROWS], 1)
    ]
    end = start + len(rows)
    return Found(rows or None, {"nextPageToken": token(end), "moreResult": end < len(gone)})


_READ, _WRITE = "Read-Only Activity", "Read-Write Activity"
_PATH: Final = "/rest/v1/activities"
_ASKED: Final = ("nextPageToken", "leadIds", "listId", "batchSize")
CALLS: Final = (
    Operation("GET", f"{_PATH}/pagingtoken.json", paging_token, _READ, ("sinceDatetime",)),
    Operation("GET", f"{_PATH}/deletedleads.json", deleted_leads, _READ, ("nextPageToken", "batchSize")),
    Operation("GET", f"{_PATH}.json", find, _READ, ("activityTypeIds", "assetIds", *_ASKED)),
    Operation("GET", f"{_PATH}/leadchanges.json", changes, _READ, ("fields", *_ASKED)),
    Operation("POST", f"{_PATH}/external.json", add, _WRITE, writing=True),
)
