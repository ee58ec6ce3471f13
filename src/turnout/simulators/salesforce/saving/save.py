"""record + account -> the account changed: insert, update, upsert, delete, each of one record."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import (
    Refusal,
    deleted,
    no_external_id,
    no_such_column,
    not_writable,
    refuse,
)
from turnout.simulators.salesforce.saving.rules import AFTER, BEFORE, BEFORE_DELETE, CASCADE
from turnout.simulators.salesforce.saving.values import checked_required, stored
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.simulators.salesforce.storage import Row, Table


class Options(Struct, frozen=True):
    """What a caller's headers ask for. `trusted` writes are people's own: no field security, no rules for robots."""

    allow_duplicates: bool = False
    duplicate_details: bool = False
    auto_assign: bool = True
    trusted: bool = False


class Saved(NamedTuple):
    """A record written: its id, and whether it is new."""

    id: str
    created: bool


def insert(org: Org, sobject: SObject, given: Mapping[str, Any], *, options: Options) -> Saved:
    """Create a record; raises Refusal and leaves nothing."""
    if not options.trusted and not org.access.creates(sobject):
        refuse("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {sobject.label}")
    values = _read(org, sobject, given, options=options, creating=True)
    record_id = org.new_id(sobject.prefix)
    row: Row = {"Id": record_id, **_defaults(org, sobject), **values}
    if "name" in sobject.fields and sobject.custom and row.get("Name") is None:
        row["Name"] = _auto_name(org, sobject, record_id)
    _store(org, sobject, row, old=None, options=options)
    return Saved(record_id, created=True)


def update(org: Org, sobject: SObject, record_id: str, *, given: Mapping[str, Any], options: Options) -> Saved:
    """Change a record by its 18-character id; raises Refusal (404 where there is no such record)."""
    old = standing(org.table(sobject.name), record_id)
    if not options.trusted and not org.access.edits(sobject):
        refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    values = _read(org, sobject, given, options=options, creating=False)
    _store(org, sobject, {**old, **values}, old=old, options=options)
    return Saved(record_id, created=False)


def delete(org: Org, sobject: SObject, record_id: str, *, options: Options) -> None:
    """Delete a record and what depends on it; raises Refusal."""
    row = standing(org.table(sobject.name), record_id)
    if not options.trusted and not org.access.deletes(sobject):
        refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if hook := BEFORE_DELETE.get(sobject.name):
        hook(org, row)
    for child, name in CASCADE.get(sobject.name, ()):
        for dependent in org.table(child).find((name,), (record_id,)):
            org.drop(org.table(child), dependent)
    org.drop(org.table(sobject.name), record_id)


def external_field(org: Org, sobject: SObject, name: str) -> Field:
    """Return a visible field that records can be upserted by; NOT_FOUND otherwise."""
    found = org.access.visible(sobject).get(name.lower())
    if found is None or not (found.external_id or found.id_lookup):
        raise no_external_id(name)
    return found


def matching(org: Org, sobject: SObject, field: Field, *, value: str) -> list[str]:
    """Return the ids of the records with a value in an external-id field (or with that id)."""
    table = org.table(sobject.name)
    if field.type == "id":
        record_id = ids.read(value)
        return [record_id] if record_id in table.rows else []
    return table.find((field.name,), (stored(org, field, value),))


def standing(table: Table, record_id: str) -> Row:
    """Return a record that stands; ENTITY_IS_DELETED or INVALID_CROSS_REFERENCE_KEY (404) otherwise."""
    if record_id in table.gone:
        raise deleted(404)
    if record_id not in table.rows:
        raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
    return table.rows[record_id]


def _read(org: Org, sobject: SObject, given: Mapping[str, Any], *, options: Options, creating: bool) -> dict[str, Any]:
    known = sobject.fields if options.trusted else org.access.visible(sobject)
    values: dict[str, Any] = {}
    locked = []
    for name, value in given.items():
        if name == "attributes":
            continue
        field = known.get(name.lower())
        if field is None:
            field, value = _related(org, sobject, name, value=value)
        if field.type == "id" and creating and value in (None, ""):
            continue
        if not options.trusted and not _writable(org, sobject, field, creating=creating):
            locked.append(field.name)
            continue
        values[field.name] = stored(org, field, value)
    if locked:
        raise not_writable(locked)
    return values


def _writable(org: Org, sobject: SObject, field: Field, *, creating: bool) -> bool:
    return (field.createable if creating else field.updateable) and org.access.writable(sobject, field)


def _related(org: Org, sobject: SObject, name: str, *, value: Any) -> tuple[Field, Any]:
    """Return the field and the id that `Lead__r: {"Key__c": "x"}` stands for."""
    field = sobject.relationships.get(name.lower())
    if field is None or not isinstance(value, dict) or field.name.lower() not in org.access.visible(sobject):
        raise no_such_column(name, sobject.name)
    named = {key: given for key, given in value.items() if key != "attributes"}
    if len(named) != 1:
        raise no_such_column(name, sobject.name)
    target = org.visible(field.reference_to[0])
    ((key, given),) = named.items()
    found = matching(org, target, external_field(org, target, key), value=str(given))
    if len(found) != 1:
        refuse("INVALID_FIELD", f"Foreign key external ID: {given} not found for field {key} in entity {target.name}")
    return field, found[0]


def _defaults(org: Org, sobject: SObject) -> dict[str, Any]:
    by = {
        "OwnerId": org.user_id,
        "CreatedById": org.user_id,
        "LastModifiedById": org.user_id,
        "CreatedDate": org.now_text,
    }
    return {
        f.name: by.get(f.name, f.default)
        for f in sobject.fields.values()
        if f.name in by or f.default is not None or f.type == "boolean"
    }


def _auto_name(org: Org, sobject: SObject, record_id: str) -> str:
    if sobject.fields["name"].auto_number:
        return f"{len(org.table(sobject.name).rows) + 1:05d}"
    return record_id


def _store(org: Org, sobject: SObject, row: Row, *, old: Row | None, options: Options) -> None:
    mark = org.mark()
    try:
        if hook := BEFORE.get(sobject.name):
            hook(org, row, old, options=options)
        checked_required(sobject.name, sobject.fields, row)
        _checked_unique(org, sobject, row)
        if not options.trusted:
            _checked_rules(org, sobject, row)
        row["LastModifiedDate"] = row["SystemModstamp"] = org.now_text
        row["LastModifiedById"] = org.user_id
        org.put(org.table(sobject.name), row)
        if after := AFTER.get(sobject.name):
            after(org, row, old)
    except Refusal:
        org.back_to(mark)
        raise


def _checked_rules(org: Org, sobject: SObject, row: Row) -> None:
    for rule in org.settings.validation_rules:
        if rule.object == sobject.name and re.search(rule.matches, str(row.get(rule.field) or "")):
            refuse(rule.code, rule.message)


def _checked_unique(org: Org, sobject: SObject, row: Row) -> None:
    for field in sobject.fields.values():
        if not field.unique or row.get(field.name) is None:
            continue
        others = [one for one in org.table(sobject.name).find((field.name,), (row[field.name],)) if one != row["Id"]]
        if others:
            refuse(
                "DUPLICATE_VALUE",
                f"duplicate value found: {field.name} duplicates value on record with id: {others[0][:15]}",
            )
