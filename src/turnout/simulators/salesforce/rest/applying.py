"""components + account -> the account's schema and permission sets; all of them, or none."""

from typing import Any

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.save import Options, delete, insert, update
from turnout.simulators.salesforce.schema.definitions import (
    OBJECT_KNOWN,
    SET_KNOWN,
    field_of,
    object_of,
    problems_of_field,
    problems_of_object,
    strays,
)
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.simulators.salesforce.schema.package import Component, Tree
from turnout.simulators.salesforce.storage import Row

TRUSTED = Options(trusted=True)
RIGHTS = {
    "allowCreate": "PermissionsCreate",
    "allowRead": "PermissionsRead",
    "allowEdit": "PermissionsEdit",
    "allowDelete": "PermissionsDelete",
    "viewAllRecords": "PermissionsViewAllRecords",
    "modifyAllRecords": "PermissionsModifyAllRecords",
}


def applied(org: Org, parts: list[Component], *, check_only: bool) -> bool:
    """Deploy components, or only check them; returns whether all are sound. Appends one component for each field."""
    objects = [part for part in parts if part.kind == "CustomObject"]
    known = dict(org.sobjects)
    fields = [each for part in objects for each in _planned(org, part, known)]
    parts += fields
    for part in (part for part in parts if part.kind == "PermissionSet"):
        part.problems += _problems_of_set(part.tree, known)
    if any(part.problems for part in parts):
        return False
    if not check_only:
        _made(org, objects, known)
        for part in (part for part in parts if part.kind == "PermissionSet"):
            _set(org, part)
        org.forget_access()
    return True


def _planned(org: Org, part: Component, known: dict[str, SObject]) -> list[Component]:
    """Return a component for each field of an object; `known` gets the object as it would be."""
    standing = org.sobjects.get(part.name.lower())
    if part.problems or (standing is None and not part.name.endswith("__c")):
        part.problems += [] if part.problems else [f"Entity '{part.name}' does not exist"]
        return []
    part.problems += strays(part.tree, OBJECT_KNOWN)
    if standing is None:
        part.problems += problems_of_object(part.name, part.tree)
    if part.problems:
        return []
    if standing is None:
        taken = len(known) - len(org.sobjects)
        prefix = f"a{int(org.new_prefix()[1:]) + taken:02d}"
        planned = object_of(part.name, part.tree, prefix)
    else:
        planned = SObject(
            standing.name,
            standing.label,
            standing.plural,
            standing.prefix,
            dict(standing.fields),
            standing.createable,
            standing.deletable,
            standing.undeletable,
            standing.custom,
        )
    part.created = standing is None
    part.changed = part.created or bool(part.tree.get("fields"))
    known[part.name.lower()] = planned
    return [_planned_field(org, planned, tree, known=known) for tree in part.tree.get("fields", [])]


def _planned_field(org: Org, planned: SObject, tree: Tree, *, known: dict[str, SObject]) -> Component:
    name = tree.get("fullName", "")
    one = Component("CustomField", f"{planned.name}.{name}", f"objects/{planned.name}.object", tree)
    one.problems = problems_of_field(tree, name_characters=org.settings.name_characters)
    if tree.get("type") == "Lookup" and tree.get("referenceTo", "").lower() not in known:
        one.problems.append(
            f"referenceTo value of '{tree.get('referenceTo')}' does not resolve to a valid sObject type"
        )
    if one.problems:
        return one
    new = field_of(tree)
    old = planned.fields.get(name.lower())
    if old is not None:
        one.problems += _problems_of_change(org, planned, old, new=new)
    one.created, one.changed = old is None, old != new
    planned.add(new)
    return one


def _problems_of_change(org: Org, sobject: SObject, old: Field, *, new: Field) -> list[str]:
    if old.type != new.type:
        return [f"Cannot change field type from {old.type} to {new.type}"]
    if new.unique and not old.unique:
        values = [row.get(old.name) for row in org.table(sobject.name).rows.values()]
        held = [str(value).casefold() for value in values if value is not None]
        if len(set(held)) < len(held):
            return [f"Duplicate values exist in field {old.name}; it cannot be made unique"]
    return []


def _made(org: Org, objects: list[Component], known: dict[str, SObject]) -> None:
    for part in objects:
        planned = known[part.name.lower()]
        standing = org.sobjects.get(part.name.lower())
        if standing is None:
            org.add_object(planned)
            continue
        for field in planned.fields.values():
            if standing.fields.get(field.name.lower()) != field:
                standing.add(field)
                org.table(standing.name).forget_indexes(field.name)


def _problems_of_set(tree: Tree, known: dict[str, SObject]) -> list[str]:
    found = strays(tree, SET_KNOWN)
    found += [] if tree.get("label") else ["Must specify a non-empty label for the PermissionSet"]
    for one in tree.get("objectPermissions", []):
        if one.get("object", "").lower() not in known:
            found.append(f"In field: objectPermissions - no CustomObject named {one.get('object')} found")
    for one in tree.get("fieldPermissions", []):
        name, _, field_name = one.get("field", "").partition(".")
        field = known[name.lower()].fields.get(field_name.lower()) if name.lower() in known else None
        if field is None:
            found.append(f"In field: field - no CustomField named {one.get('field')} found")
        elif field.custom and not field.permissionable:
            found.append(f"You cannot deploy to a required field: {one.get('field')}")
    return found


def _set(org: Org, part: Component) -> None:
    """Make a permission set, or bring the one of that name to what the metadata says."""
    table = org.table("PermissionSet")
    (record_id,) = table.find(("Name",), (part.name,)) or [""]
    label = {"Label": part.tree["label"], "Description": part.tree.get("description")}
    part.changed, part.created = True, not record_id
    if record_id:
        update(org, table.sobject, record_id, given=label, options=TRUSTED)
    else:
        given = {"Name": part.name, "IsCustom": True, "IsOwnedByProfile": False, **label}
        record_id = insert(org, table.sobject, given, options=TRUSTED).id
    objects = [
        {"SobjectType": one["object"], **{ours: one.get(theirs) == "true" for theirs, ours in RIGHTS.items()}}
        for one in part.tree.get("objectPermissions", [])
    ]
    fields = [
        {
            "SobjectType": one["field"].partition(".")[0],
            "Field": one["field"],
            "PermissionsRead": one.get("readable") == "true" or one.get("editable") == "true",
            "PermissionsEdit": one.get("editable") == "true",
        }
        for one in part.tree.get("fieldPermissions", [])
        if _is_permissionable(org, one["field"])
    ]
    _granted(org, "ObjectPermissions", record_id, rows=objects, key="SobjectType")
    _granted(org, "FieldPermissions", record_id, rows=fields, key="Field")


def _is_permissionable(org: Org, name: str) -> bool:
    sobject, _, field = name.partition(".")
    return org.sobjects[sobject.lower()].fields[field.lower()].permissionable


def _granted(org: Org, kind: str, parent: str, *, rows: list[dict[str, Any]], key: str) -> None:
    """Put permission rows in place of those of the same object or field; others stay."""
    table = org.table(kind)
    standing: dict[str, Row] = {row[key]: row for row in table.found(("ParentId",), (parent,))}
    for row in rows:
        if row[key] in standing:
            delete(org, table.sobject, standing[row[key]]["Id"], options=TRUSTED)
        try:
            insert(org, table.sobject, {"ParentId": parent, **row}, options=TRUSTED)
        except Refusal as refusal:  # checked before: a refusal here is our bug
            raise AssertionError(str(refusal)) from refusal
