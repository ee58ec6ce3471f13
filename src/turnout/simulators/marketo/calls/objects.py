"""Calls on the rows of custom objects: list and describe types, create and update, find, delete."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import described, only_known, stored
from turnout.simulators.marketo.account.objects import SYSTEM_FIELDS, ObjectType, Row
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
    sequence,
)
from turnout.simulators.marketo.calls.shapes import relationships, searchable_fields

ACTIONS: Final = ("createOrUpdate", "createOnly", "updateOnly")
KEYS: Final = ("dedupeFields", "idField")
SYSTEM: Final = frozenset(each.name for each in SYSTEM_FIELDS)


def list_types(account: Account, call: Call) -> Found:
    """List Custom Objects: the approved types, without their fields."""
    names = listed(call, "names")
    kinds = [each for each in account.objects.values() if each.approved and (not names or each.api_name in names)]
    return Found([_type_shown(each) for each in kinds])


def describe(account: Account, call: Call) -> Found:
    """Describe Custom Object: an approved type with its fields; link fields show the type of their target."""
    kind = account.object(call.names["name"])
    fields = [described(each) for each in (*SYSTEM_FIELDS, *kind.fields.values())]
    return Found([_type_shown(kind) | {"fields": fields}])


def _type_shown(kind: ObjectType) -> dict[str, Any]:
    assert kind.approved
    return {
        "name": kind.api_name,
        "displayName": kind.approved.display,
        "description": kind.approved.description or None,
        "createdAt": day_and_time(kind.made_at),
        "updatedAt": day_and_time(kind.updated_at),
        "idField": "marketoGUID",
        "dedupeFields": list(kind.approved.keys()),
        "searchableFields": searchable_fields(kind.approved),
        "relationships": relationships(kind.approved),
    }


def sync(account: Account, call: Call) -> Found:
    """Sync Custom Objects: by the dedupe fields, or by marketoGUID where rows are only updated."""
    kind = account.object(call.names["name"])
    body = body_of(call, "action", "dedupeBy", "input")
    action, by = (
        choice(body, "action", ACTIONS, default="createOrUpdate"),
        choice(body, "dedupeBy", KEYS, default="dedupeFields"),
    )
    if by == "idField" and action != "updateOnly":
        raise Refused("1003", text=f"dedupeBy 'idField' is not allowed when action is '{action}'")
    records = records_of(call, body)
    if account.settings.unknown_field == "request":
        for record in records:
            only_known(record, {**kind.fields, "marketoGUID": SYSTEM_FIELDS[1]})
    seen: set[object] = set()

    def synced(record: Mapping[str, Any]) -> dict[str, Any]:
        return _synced(account, kind, record, action=action, by=by, seen=seen, now=call.now)

    return Found(_each(records, synced))


def _synced(
    account: Account,
    kind: ObjectType,
    record: Mapping[str, Any],
    *,
    action: str,
    by: str,
    seen: set[object],
    now: float,
) -> dict[str, Any]:
    row, values = _row_and_values(account, kind, record, by=by)
    place = row.guid if row else tuple(values[name] for name in kind.searchable()[0])
    if place in seen:
        raise Skipped("1036")
    seen.add(place)
    if row is None and action == "updateOnly":
        raise Skipped("1013")
    if row and action == "createOnly":
        raise Skipped("1017")
    made = keep(account, kind, values, now=now, row=row)
    seen.add(made.guid)
    return {"status": "updated" if row else "created", "marketoGUID": made.guid}


def keep(account: Account, kind: ObjectType, values: Mapping[str, Any], *, now: float, row: Row | None = None) -> Row:
    """Return the row with the same dedupe fields, or `row`, or a new one, after `values` are written to it."""
    kept = row or kind.keyed(values) or Row(account.guid(), {}, now, now)
    kind.write(kept, values, now)
    return kept


def _row_and_values(
    account: Account, kind: ObjectType, record: Mapping[str, Any], *, by: str
) -> tuple[Row | None, dict[str, Any]]:
    if by == "idField":
        row = kind.rows.get(str(record.get("marketoGUID")))
        if row is None:
            raise Skipped("1013")
        sent = {name: value for name, value in record.items() if name != "marketoGUID"}
        return row, _values(account, kind, sent)
    if "marketoGUID" in record:
        raise Skipped("1003", text="Field 'marketoGUID' is not allowed when dedupeBy is 'dedupeFields'")
    _key(kind, record)
    values = _values(account, kind, record)
    return kind.keyed(values), values


def _key(kind: ObjectType, record: Mapping[str, Any]) -> None:
    for name in kind.searchable()[0]:
        if record.get(name) in (None, ""):
            raise Skipped("1002", name)


def _values(account: Account, kind: ObjectType, record: Mapping[str, Any]) -> dict[str, Any]:
    only_known(record, kind.fields)
    values = {name: stored(kind.fields[name], value, account.settings) for name, value in record.items()}
    linked(account, kind, values)
    return values


def linked(account: Account, kind: ObjectType, values: Mapping[str, Any]) -> None:
    """Raise Skipped where a link points to nothing: 1004 for a person, 1013 for another object."""
    assert kind.approved
    for link in kind.approved.links():
        if values.get(link.name) is not None:
            _linked(account, link.link, values[link.name])


def _linked(account: Account, link: Any, value: Any) -> None:
    if link.name.lower() == "lead":
        if not any(True for _ in account.people.matching(link.field, [value])):
            raise Skipped("1004")
    elif (other := account.objects.get(link.name)) and not any(other.at_link(link.field, value)):
        raise Skipped("1013")


def delete(account: Account, call: Call) -> Found:
    """Delete Custom Objects, by dedupe fields or by marketoGUID."""
    kind = account.object(call.names["name"])
    body = body_of(call, "deleteBy", "input")
    by = choice(body, "deleteBy", KEYS, default="dedupeFields")

    def deleted(record: Mapping[str, Any]) -> dict[str, Any]:
        row = _named(account, kind, record, by=by)
        if row is None:
            raise Skipped("1013")
        kind.remove(row)
        return {"status": "deleted", "marketoGUID": row.guid}

    return Found(_each(records_of(call, body), deleted))


def _named(account: Account, kind: ObjectType, record: Mapping[str, Any], *, by: str) -> Row | None:
    if by == "idField":
        return kind.rows.get(str(record.get("marketoGUID")))
    _key(kind, record)
    only_known(record, kind.fields)
    keys = kind.searchable()[0]
    return kind.keyed({name: stored(kind.fields[name], record[name], account.settings) for name in keys})


def find(account: Account, call: Call) -> Found:
    """Get Custom Objects: by filterValues, or, with a body, by all dedupe fields of each input."""
    kind = account.object(call.names["name"])
    if call.body and "json" in call.headers.get("content-type", ""):
        return _by_keys(account, kind, call)
    wanted = filter_values(call)
    rows = _by_values(account, kind, wanted, name=required(call.query, "filterType"))
    return _paged(kind, call, rows, names=listed(call, "fields"))


def _by_keys(account: Account, kind: ObjectType, call: Call) -> Found:
    body = body_of(call, "filterType", "fields", "input", "batchSize", "nextPageToken")
    by = str(body.get("filterType") or "dedupeFields")
    if by not in {"dedupeFields", "idField", "marketoGUID"}:
        raise Refused("1003", text=f"Invalid filterType '{by}'")
    named = (
        _named(account, kind, record, by="dedupeFields" if by == "dedupeFields" else "idField")
        for record in records_of(call, body)
    )
    rows = [row for row in named if row]
    call.pairs = tuple((name, str(body[name])) for name in ("batchSize", "nextPageToken") if name in body)
    return _paged(kind, call, rows, names=body.get("fields") or [])


def _by_values(account: Account, kind: ObjectType, values: Sequence[str], *, name: str) -> list[Row]:
    keys = kind.searchable()[0]
    if name in {"idField", "marketoGUID"}:
        return [kind.rows[each] for each in values if each in kind.rows]
    if name == "dedupeFields":
        if len(keys) > 1:
            raise Refused("1003", text="A compound key needs a POST with _method=GET and an input array")
        name = keys[0]
    if (name,) not in kind.searchable():
        raise Refused("1003", text=f"Invalid filterType '{name}'")
    asked = dict.fromkeys(stored(kind.fields[name], each, account.settings) for each in values)
    return [row for each in asked for row in kind.at((name,), (each,))]


def _paged(kind: ObjectType, call: Call, rows: Sequence[Row], *, names: Sequence[str]) -> Found:
    own = {each.lower(): each for each in SYSTEM}
    asked = [own.get(name.lower(), name) for name in names] or list(kind.searchable()[0])
    for name in asked:
        if name not in kind.fields and name not in SYSTEM:
            raise Refused("1006", name)
    part, beside = page(call, rows)
    return Found(sequence(shown(row, asked) for row in part), beside)


def shown(row: Row, names: Sequence[str]) -> dict[str, Any]:
    """Return a row as the API shows it; a field without a value is left out."""
    told = {"marketoGUID": row.guid} | {name: row.values.get(name) for name in names if name not in SYSTEM}
    told |= {"createdAt": day_and_time(row.created_at), "updatedAt": day_and_time(row.updated_at)}
    return {name: value for name, value in told.items() if value is not None}


def _each(
    records: Sequence[Mapping[str, Any]], act: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    rows = []
    for record in records:
        try:
            rows.append(act(record))
        except Skipped as no:
            rows.append({"status": "skipped", "reasons": no.reasons()})
    return sequence(rows)


CALLS: Final = (
    Operation("GET", "/rest/v1/customobjects.json", list_types, "Read-Only Custom Object", ("names",)),
    Operation("GET", "/rest/v1/customobjects/{name}/describe.json", describe, "Read-Only Custom Object"),
    Operation("GET", "/rest/v1/customobjects/{name}.json", find, "Read-Only Custom Object", FILTERED),
    Operation("POST", "/rest/v1/customobjects/{name}.json", sync, "Read-Write Custom Object", writing=True),
    Operation("POST", "/rest/v1/customobjects/{name}/delete.json", delete, "Read-Write Custom Object", writing=True),
)
