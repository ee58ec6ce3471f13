"""Calls on people: describe, find, create and update, delete."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import Field, described, only_known, stored
from turnout.simulators.marketo.account.people import DEFAULT_FIELDS, Person
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.calls.operation import (
    FILTERED,
    Operation,
    body_of,
    choice,
    day_and_time,
    filter_values,
    listed,
    page,
    records_of,
    required,
)

ACTIONS: Final = ("createOrUpdate", "createOnly", "updateOnly", "createDuplicate")
MOST_MATCHES: Final = 1000


def describe(account: Account, _call: Call) -> Found:
    """Describe Lead: each field with its REST name."""
    rows = []
    for place, each in enumerate(account.people.fields.values()):
        row: dict[str, Any] = {"id": each.id or 1000 + place, "displayName": each.display}
        row["dataType"] = "integer" if each.type == "score" else each.type
        if each.length:
            row["length"] = each.length
        rows.append(row | {"rest": {"name": each.name, "readOnly": not each.updateable}})
    return Found(rows)


def describe2(account: Account, _call: Call) -> Found:
    """Describe Lead2: the searchable fields, then all fields."""
    people = account.people
    searchable = [[name] for name in people.fields if people.searchable(name)]
    fields = [described(each) for each in people.fields.values()]
    return Found([{"name": "API Lead", "searchableFields": searchable, "fields": fields}])


def by_id(account: Account, call: Call) -> Found:
    """Get Lead by Id."""
    names = asked_fields(account, listed(call, "fields"))
    text = call.names["leadId"]
    person = account.people.by_id.get(int(text)) if text.isdecimal() else None
    if person is None:
        raise Refused("1004")
    return Found([shown(person, names)])


def by_filter(account: Account, call: Call) -> Found:
    """Get Leads by Filter Type; over 1,000 matches is an error."""
    name, values = required(call.query, "filterType"), filter_values(call)
    searchable(account, name)
    names = asked_fields(account, listed(call, "fields"))
    found = list(account.people.matching(name, values))
    if len(found) > MOST_MATCHES:
        raise Refused("1003", text="Too many results match the filter")
    people, beside = page(call, found)
    return Found([shown(person, names) for person in people], beside)


def shown(person: Person, names: Sequence[str]) -> dict[str, Any]:
    """Return a person as the API shows one; a field without a value is null."""
    own = {"createdAt": day_and_time(person.created_at), "updatedAt": day_and_time(person.updated_at)}
    return {"id": person.id} | {name: own.get(name) or person.values.get(name) for name in names if name != "id"}


def sync(account: Account, call: Call) -> Found:
    """Sync Leads: results in the order of the input; a skipped record carries neither id nor key."""
    body = body_of(call, "action", "lookupField", "partitionName", "asyncProcessing", "input")
    action = choice(body, "action", ACTIONS, default="createOrUpdate")
    lookup = str(body.get("lookupField") or "email")
    if lookup not in account.people.fields:
        raise Refused("1006", text=f"Lookup field '{lookup}' not found")
    searchable(account, lookup)
    records = records_of(call, body)
    if account.settings.unknown_field == "request":
        for record in records:
            only_known(record, account.people.fields)
    partition = str(body.get("partitionName") or "")
    return Found(
        [synced(account, call, record, action=action, lookup=lookup, partition=partition) for record in records]
    )


def synced(
    account: Account, call: Call, record: Mapping[str, Any], *, action: str, lookup: str, partition: str = ""
) -> dict[str, Any]:
    """Create or update one person, and return the result: its id and status, or why it was skipped."""
    try:
        place = _partition(account, partition, action)
        values = _values(account, record, action=action, lookup=lookup)
        person = None if action == "createDuplicate" else _match(account, call, record, lookup=lookup)
        if person is None and action == "updateOnly":
            raise Skipped("1004")
        if person and action == "createOnly":
            raise Skipped("1005")
        if person and place and person.values["leadPartitionId"] != place:
            raise Skipped("1010")
        company_checked(account, values, person)
    except Skipped as no:
        return {"status": "skipped", "reasons": no.reasons()}
    if person:
        account.edit(person, values, call.now)
        return {"id": person.id, "status": "updated"}
    made = account.create(values, call.now, partition=place or 1)
    made.seen_from, made.call = call.now + account.settings.race_seconds, account.calls
    return {"id": made.id, "status": "created"}


def _partition(account: Account, name: str, action: str) -> int:
    """Return the partition that counts: it is honoured where people may be created; Skipped (1008) without a right."""
    if not name or action not in {"createOnly", "createOrUpdate"}:
        return 0
    try:
        return account.partition(name)
    except Refused as no:
        raise Skipped(no.code) from None


def _values(account: Account, record: Mapping[str, Any], *, action: str, lookup: str) -> dict[str, Any]:
    fields = account.people.fields
    only_known(record, fields)
    if "id" in record and action != "updateOnly":
        raise Skipped("1003", text=f"Field 'id' is not allowed when action is '{action}'")
    if action != "createDuplicate" and record.get(lookup) in (None, ""):
        raise Skipped("1002", lookup)
    for name in record:
        if not fields[name].updateable and name != lookup:
            raise Skipped("1003", text=f"Field '{name}' is read-only")
    return {
        name: stored(fields[name], value, account.settings) for name, value in record.items() if fields[name].updateable
    }


def _match(account: Account, call: Call, record: Mapping[str, Any], *, lookup: str) -> Person | None:
    found = [
        person
        for person in account.people.matching(lookup, [record[lookup]])
        if person.seen_from <= call.now or person.call == account.calls
    ]
    if len(found) > 1:
        raise Skipped("1007")
    return found[0] if found else None


def company_checked(account: Account, values: Mapping[str, Any], person: Person | None) -> None:
    """Raise Skipped (1021) where the company's fields may not be written."""
    if account.settings.company_fields == "always":
        return
    for name, value in values.items():
        if not account.people.fields[name].company:
            continue
        if person is None and account.settings.company_fields == "never":
            raise Skipped("1021")
        if person and person.values.get(name) != value:
            raise Skipped("1021")


def delete(account: Account, call: Call) -> Found:
    """Delete Leads, named in the body or by `id` parameters."""
    if call.body:
        ids = [each.get("id") for each in records_of(call, body_of(call, "input"))]
    else:
        ids = [int(text) if text.isdecimal() else None for text in listed(call, "id")]
    return Found([_deleted(account, each, call.now) for each in ids])


def _deleted(account: Account, person_id: Any, now: float) -> dict[str, Any]:
    try:
        account.forget(account.person(person_id).id, now)
    except Skipped as no:
        return {"id": person_id, "status": "skipped", "reasons": no.reasons()}
    return {"id": person_id, "status": "deleted"}


def searchable(account: Account, name: str) -> None:
    """Raise Refused for a field that people cannot be found by: 1006 where there is none, 1011 for another."""
    known: Mapping[str, Field] = account.people.fields
    if name not in known:
        raise Refused("1006", name)
    if not account.people.searchable(name):
        raise Refused("1011", name)


def asked_fields(account: Account, names: Sequence[str]) -> Sequence[str]:
    """Return the fields to show: those that were asked for, or the default; Refused (1006) for an unknown one."""
    for name in names:
        if name not in account.people.fields:
            raise Refused("1006", name)
    return names or DEFAULT_FIELDS


CALLS: Final = (
    Operation("GET", "/rest/v1/leads/describe.json", describe, "Read-Only Lead"),
    Operation("GET", "/rest/v1/leads/describe2.json", describe2, "Read-Only Lead"),
    Operation("GET", "/rest/v1/lead/{leadId}.json", by_id, "Read-Only Lead", ("fields",)),
    Operation("GET", "/rest/v1/leads.json", by_filter, "Read-Only Lead", FILTERED),
    Operation("POST", "/rest/v1/leads.json", sync, "Read-Write Lead", writing=True),
    Operation("DELETE", "/rest/v1/leads.json", delete, "Read-Write Lead", ("id",), writing=True),
    Operation("POST", "/rest/v1/leads/delete.json", delete, "Read-Write Lead", ("id",), writing=True),
)
