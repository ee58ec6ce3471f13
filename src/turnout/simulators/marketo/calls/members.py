"""Calls on program members: their status, their fields, who they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import CHANGE_PROGRAM_STATUS
from turnout.simulators.marketo.account.fields import Field, described, only_known, stored
from turnout.simulators.marketo.account.programs import MEMBER_FIELDS, Member, Program, Step
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.calls.leads import asked_fields
from turnout.simulators.marketo.calls.leads import shown as person_shown
from turnout.simulators.marketo.calls.operation import (
    FILTERED,
    PAGED,
    Operation,
    body_of,
    day_and_time,
    filter_values,
    listed,
    page,
    records_of,
    required,
    sequence,
)

MOST_MEMBERS: Final = 100_000
DEFAULT_FIELDS: Final = ("reachedSuccess", "programId", "acquiredBy", "membershipDate")
WEEK_SECONDS: Final = 7 * 86_400


def describe(account: Account, _call: Call) -> Found:
    """Describe Program Member."""
    fields = _fields(account)
    custom = [name for name in account.programs.member_fields if _custom(account, name)]
    row = {
        "name": "API Program Membership",
        "description": "Map for API program membership fields",
        "createdAt": "2021-03-20T01:30:05Z",
        "updatedAt": "2021-03-20T01:30:05Z",
        "dedupeFields": ["leadId", "programId"],
        "searchableFields": [[name] for name in ("leadId", *custom, "reachedSuccess", "statusName")],
        "fields": [described(each) for each in fields.values()],
    }
    return Found([row])


def sync_status(account: Account, call: Call) -> Found:
    """Sync Program Member Status: one status for all, forward or sideways only; who is no member becomes one."""
    program = account.program(call.names["programId"])
    body = body_of(call, "statusName", "input")
    name = required(body, "statusName")
    status = program.channel.step(name)
    if status is None and account.settings.unknown_status == "request":
        raise Refused("1025")

    def placed(record: Mapping[str, Any]) -> dict[str, Any]:
        person = account.person(_lead_id(record))
        if status is None:
            raise Skipped("1025")
        before = program.members.get(person.id)
        old = before.status.name if before else "Not in Program"
        made = program.place(person.id, status, now=call.now)
        log_status(account, program, person.id, old=old, new=status, now=call.now)
        return {"status": "created" if made else "updated", "leadId": person.id}

    return _each(call, body, placed)


def sync_data(account: Account, call: Call) -> Found:
    """Sync Program Member Data: the updateable fields of those who are members already."""
    program = account.program(call.names["programId"])
    fields = _fields(account)

    def changed(record: Mapping[str, Any]) -> dict[str, Any]:
        only_known(record, fields)
        for name in record:
            if name != "leadId" and not fields[name].updateable:
                raise Skipped("1003", text=f"Field '{name}' is not updateable")
        member = program.members.get(_lead_id(record))
        if member is None:
            raise Skipped("1013", text="Membership not found")
        values = {n: stored(fields[n], v, account.settings) for n, v in record.items() if n != "leadId"}
        member.values.update(values)
        member.updated_at = call.now
        return {"status": "updated", "leadId": member.lead_id}

    return _each(call, body_of(call, "input"), changed)


def delete(account: Account, call: Call) -> Found:
    """Delete Program Members."""
    program = account.program(call.names["programId"])

    def deleted(record: Mapping[str, Any]) -> dict[str, Any]:
        if program.members.pop(_lead_id(record), None) is None:
            raise Skipped("1037", text="Lead not in program")
        return {"status": "deleted", "leadId": record["leadId"]}

    return _each(call, body_of(call, "input"), deleted)


def find(account: Account, call: Call) -> Found:
    """Get Program Members by a filter; more than 100,000 members and another filter than leadId is an error."""
    program = account.program(call.names["programId"])
    name = required(call.query, "filterType")
    names = listed(call, "fields")
    for each in names:
        if each not in account.programs.member_fields:
            raise Refused("1006", each)
    members, beside = page(call, _found(account, program, call, name=name), always_more=True)
    rows = [shown(account, program, each, names=names) for each in members]
    return Found(sequence(rows), beside)


def leads_of_program(account: Account, call: Call) -> Found:
    """Get Leads by Program Id (older): people with their membership."""
    program = account.program(call.names["programId"])
    names = asked_fields(account, listed(call, "fields"))
    members, beside = page(call, list(program.members.values()))
    rows = []
    for each in members:
        told = shown(account, program, each, names=["statusName"])
        membership = {name: told[name] for name in ("acquiredBy", "membershipDate", "reachedSuccess")}
        membership |= {"isExhausted": False, "progressionStatus": told["statusName"]}
        rows.append(person_shown(account.people.by_id[each.lead_id], names) | {"membership": membership})
    return Found(rows, beside)


def change_status(account: Account, call: Call) -> Found:
    """Change Lead Program Status (older): members only, by `id`."""
    program = account.program(call.names["programId"])
    body = body_of(call, "status", "input")
    status = program.channel.step(required(body, "status"))
    if status is None:
        raise Refused("1025")
    rows = []
    for record in records_of(call, body):
        try:
            person = account.person(record.get("id"))
            if person.id not in program.members:
                raise Skipped("1013", text="Membership not found")
            old = program.members[person.id].status.name
            program.place(person.id, status, now=call.now)
            log_status(account, program, person.id, old=old, new=status, now=call.now)
            rows.append({"id": person.id, "status": "updated"})
        except Skipped as no:
            rows.append({"id": record.get("id"), "status": "skipped", "reasons": no.reasons()})
    return Found(rows)


def _found(account: Account, program: Program, call: Call, *, name: str) -> list[Member]:
    if name == "leadId":
        ids = {int(text) for text in filter_values(call) if text.isdecimal()}
        return [program.members[each] for each in sorted(ids) if each in program.members]
    if len(program.members) > MOST_MEMBERS:
        told = f"Total membership size: {len(program.members):,} exceeds the limit allowed {MOST_MEMBERS:,}"
        raise Refused("1003", text=f"{told} for the filter")
    if name == "updatedAt":
        start, end = _range(call)
        return [each for each in program.members.values() if start <= each.updated_at <= end]
    if name not in {"statusName", "reachedSuccess"} and not _custom(account, name):
        raise Refused("1003", text=f"Invalid filterType '{name}'")
    wanted = {text.lower() for text in filter_values(call)}
    rows = ((each, shown(account, program, each, names=[name])) for each in program.members.values())
    return [each for each, row in rows if str(row[name]).lower() in wanted]


def _range(call: Call) -> tuple[float, float]:
    try:
        start, end = instant(required(call.query, "startAt")), instant(required(call.query, "endAt"))
    except ValueError:
        raise Refused("1003", text="Invalid date format") from None
    if not 0 <= end - start <= WEEK_SECONDS:
        raise Refused("1003", text="The date range must be seven days or fewer")
    return start, end


def shown(account: Account, program: Program, member: Member, *, names: Sequence[str]) -> dict[str, Any]:
    """Return a membership as the API shows it: the default fields and `names`."""
    sticky = account.settings.success_stays
    success = bool(member.success_at) if sticky else member.status.success
    own: dict[str, Any] = {
        "statusName": member.status.name,
        "reachedSuccess": success,
        "reachedSuccessDate": day_and_time(member.success_at) if success else None,
        "program": program.name,
        "programId": program.id,
        "acquiredBy": False,
        "isExhausted": False,
        "membershipDate": day_and_time(member.since),
        "createdAt": day_and_time(member.since),
        "updatedAt": day_and_time(member.updated_at),
    }
    told = own | member.values
    return {"leadId": member.lead_id} | {n: told.get(n) for n in (*DEFAULT_FIELDS, *names) if n != "leadId"}


def _each(call: Call, body: Mapping[str, Any], act: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Found:
    rows = []
    for record in records_of(call, body):
        try:
            rows.append(act(record))
        except Skipped as no:
            rows.append({"status": "skipped", "reasons": no.reasons()})
    return Found(sequence(rows))


def _lead_id(record: Mapping[str, Any]) -> int:
    found = record.get("leadId")
    if found is None:
        raise Skipped("1002", "leadId")
    if isinstance(found, bool) or not str(found).isdecimal():
        raise Skipped("1001", found, "integer")
    return int(found)


def log_status(account: Account, program: Program, lead_id: int, *, old: str, new: Step, now: float) -> None:
    """Log a change of status in a program."""
    told = {"New Status": new.name, "Old Status": old, "Success": new.success}
    account.log(lead_id, CHANGE_PROGRAM_STATUS, program.name, now=now, primary_id=program.id, attributes=told)


def _custom(account: Account, name: str) -> bool:
    known = account.programs.member_fields.get(name)
    return known is not None and name not in MEMBER_FIELDS and known.type in {"string", "integer"}


def _fields(account: Account) -> Mapping[str, Field]:
    fields = account.programs.member_fields
    if account.settings.status_reason_updateable:
        return fields
    return {name: each for name, each in fields.items() if name != "statusReason"} | {
        "statusReason": Field("statusReason", "statusReason", "string", 255, updateable=False)
    }


_PATH: Final = "/rest/v1/programs/{programId}/members"
_OLD: Final = "/rest/v1/leads/programs/{programId}.json"
CALLS: Final = (
    Operation("GET", "/rest/v1/programs/members/describe.json", describe, "Read-Only Lead"),
    Operation("POST", f"{_PATH}/status.json", sync_status, "Read-Write Lead", writing=True),
    Operation("POST", f"{_PATH}/delete.json", delete, "Read-Write Lead", writing=True),
    Operation("POST", f"{_PATH}.json", sync_data, "Read-Write Lead", writing=True),
    Operation("GET", _OLD, leads_of_program, "Read-Only Lead", ("fields", *PAGED)),
    Operation("POST", _OLD.replace(".json", "/status.json"), change_status, "Read-Write Lead", writing=True),
    Operation("GET", f"{_PATH}.json", find, "Read-Only Lead", (*FILTERED, "startAt", "endAt")),
)
