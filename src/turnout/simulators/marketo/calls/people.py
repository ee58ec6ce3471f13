"""Calls on people beside Sync Leads: push, merge, associate, partitions."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import PUSH_LEAD
from turnout.simulators.marketo.account.people import Person
from turnout.simulators.marketo.account.programs import Program, Step
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.calls.leads import searchable, synced
from turnout.simulators.marketo.calls.members import log_status
from turnout.simulators.marketo.calls.operation import Operation, body_of, listed, records_of, required

MOST_LOSERS: Final = 25
_PUSH: Final = ("programName", "programStatus", "lookupField", "source", "reason", "partitionName", "input")


def push(account: Account, call: Call) -> Found:
    """Push Lead to Marketo: upserted, logged with source and reason, and a member where a status is given."""
    body = body_of(call, *_PUSH)
    program = account.programs.named(required(body, "programName"))
    if program is None:
        raise Refused("1013", text="Program not found")
    lookup = str(body.get("lookupField") or "email")
    searchable(account, lookup)
    status = program.channel.step(str(body["programStatus"])) if body.get("programStatus") else None
    if body.get("programStatus") and status is None:
        raise Refused("1025")
    partition = str(body.get("partitionName") or "")
    rows = []
    for record in records_of(call, body):
        row = synced(account, call, record, action="createOrUpdate", lookup=lookup, partition=partition)
        if "id" in row:
            _logged(account, body, program, person_id=row["id"], now=call.now)
            _placed(account, program, status, person_id=row["id"], now=call.now)
        rows.append(row)
    return Found(rows)


def _logged(account: Account, body: Mapping[str, Any], program: Program, *, person_id: int, now: float) -> None:
    told = {"Source": body.get("source"), "Reason": body.get("reason"), "API Method Name": "pushLeadToMarketo"}
    account.log(person_id, PUSH_LEAD, program.name, now=now, primary_id=program.id, attributes=told)


def _placed(account: Account, program: Program, status: Step | None, *, person_id: int, now: float) -> None:
    if status is None:
        return
    before = program.members.get(person_id)
    old = before.status.name if before else "Not in Program"
    try:
        program.place(person_id, status, now=now)
    except Skipped:
        return  # a push says nothing of a status that the person is past
    log_status(account, program, person_id, old=old, new=status, now=now)


def merge(account: Account, call: Call) -> Found:
    """Merge Leads: the winner in the path keeps its values, and takes those it lacks; at most 25 losers."""
    winner = _named(account, call.names["leadId"])
    texts = listed(call, "leadIds") or listed(call, "leadId")
    if not texts:
        raise Refused("1002", "leadIds")
    if len(texts) > MOST_LOSERS:
        raise Refused("1080", MOST_LOSERS)
    losers = [_named(account, text) for text in texts]
    if winner in losers:
        raise Refused("1003", text="A lead cannot be merged with itself")
    for loser in losers:
        lacked = {name: value for name, value in loser.values.items() if winner.values.get(name) is None}
        account.edit(winner, lacked, call.now)
    account.merge(winner.id, [loser.id for loser in losers], call.now)
    return Found(None)


def associate(account: Account, call: Call) -> Found:
    """Associate Lead with a cookie; 1012 for a cookie that is none of Munchkin's."""
    person = _named(account, call.names["leadId"])
    cookie = required(call.query, "cookie")
    if "_mch-" not in cookie and not cookie.startswith("id:"):
        raise Refused("1012", text=f"Invalid cookie value '{cookie}'")
    person.cookies.append(cookie)
    return Found(None)


def partitions(account: Account, _call: Call) -> Found:
    """Get Lead Partitions."""
    return Found([{"id": n, "name": name} for n, name in enumerate(account.settings.partitions, 1)])


def move(account: Account, call: Call) -> Found:
    """Update Lead Partition of each person that is named."""
    rows: list[dict[str, Any]] = []
    for record in records_of(call, body_of(call, "input")):
        try:
            person, place = account.person(record.get("id")), account.partition(str(record.get("partitionName")))
        except (Skipped, Refused) as no:
            reasons = [{"code": no.code, "message": no.text}]
            rows.append({"id": record.get("id"), "status": "skipped", "reasons": reasons})
            continue
        account.edit(person, {"leadPartitionId": place}, call.now)
        rows.append({"id": person.id, "status": "updated"})
    return Found(rows)


def _named(account: Account, text: str) -> Person:
    found = account.people.by_id.get(int(text)) if text.isdecimal() else None
    if found is None:
        raise Refused("1004")
    return found


_WRITE: Final = "Read-Write Lead"
_ONE: Final = "/rest/v1/leads/{leadId}"
CALLS: Final = (
    Operation("POST", "/rest/v1/leads/push.json", push, _WRITE, writing=True),
    Operation("POST", f"{_ONE}/merge.json", merge, _WRITE, ("leadId", "leadIds", "mergeInCRM"), writing=True),
    Operation("POST", f"{_ONE}/associate.json", associate, _WRITE, ("id", "cookie"), writing=True),
    Operation("GET", "/rest/v1/leads/partitions.json", partitions, "Read-Only Lead"),
    Operation("POST", "/rest/v1/leads/partitions.json", move, _WRITE, writing=True),
)
