"""Calls on custom object types: draft, fields, approval."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import described
from turnout.simulators.marketo.account.objects import (
    DATA_TYPES,
    SYSTEM_FIELDS,
    Column,
    Link,
    ObjectType,
    Shape,
)
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.calls.operation import (
    Operation,
    body_of,
    choice,
    day_and_time,
    listed,
    records_of,
    required,
)
from turnout.simulators.marketo.calls.shapes import relationships, searchable_fields

ACTIONS: Final = ("createOrUpdate", "createOnly", "updateOnly")
STATES: Final = ("draft", "approved", "approvedWithDraft")
MOST_COLUMNS: Final = 50
MOST_LATER: Final = 20
MOST_KEYS: Final = 3
NAME: Final = re.compile(r"[A-Za-z0-9_]{1,255}")
DONE: Final = Found([])


def list_types(account: Account, call: Call) -> Found:
    """List Custom Object Types with fields and state."""
    names = listed(call, "names")
    kinds = [each for each in account.objects.values() if not names or each.api_name in names]
    state = call.query.get("state", "")
    return Found([_shown(each, state) for each in kinds if not state or _version(each, state)])


def describe(account: Account, call: Call) -> Found:
    """Describe Custom Object Type: the approved version where there is one, or the one that `state` names."""
    kind, state = _kind(account, call), call.query.get("state", "")
    if state and not _version(kind, state):
        raise Refused("1013")
    return Found([_shown(kind, state)])


def sync_type(account: Account, call: Call) -> Found:
    """Sync Custom Object Type: a new draft, or other words in the draft of one that stands."""
    body = body_of(call, "action", "displayName", "apiName", "pluralName", "description", "showInLeadDetail")
    action, name = choice(body, "action", ACTIONS, default="createOrUpdate"), required(body, "apiName")
    kind = account.objects.get(name)
    if kind is None and action == "updateOnly":
        raise Refused("1013")
    if kind and action == "createOnly":
        raise Refused("1017")
    display = body.get("displayName") or (_latest(kind).display if kind else required(body, "displayName"))
    _named(account, name, display)
    if kind is None:
        if len(account.objects) >= account.settings.object_types:
            raise Refused("1003", text=f"The limit of {account.settings.object_types} custom object types is reached")
        kind = account.objects[name] = ObjectType(name, draft=Shape(display))
    elif kind.approved and display != kind.approved.display:
        raise Refused("1003", text="displayName cannot be changed once the type is approved")
    kind.draft = replace(
        _latest(kind),
        display=display,
        plural=body.get("pluralName") or _latest(kind).plural,
        description=body.get("description") or _latest(kind).description,
        shown_on_lead=bool(body.get("showInLeadDetail", _latest(kind).shown_on_lead)),
    )
    return DONE


def add_fields(account: Account, call: Call) -> Found:
    """Add Custom Object Type Fields to the draft: all of them, or none where one is wrong."""
    kind = _kind(account, call)
    columns = list(_latest(kind).columns)
    for record in records_of(call, body_of(call, "input")):
        column = _column(account, record)
        if any(each.name == column.name or each.display == column.display for each in columns):
            raise Refused("1017", text=f"Field '{column.name}' already exists")
        if kind.approved and (column.dedupe or column.link):
            raise Refused("1003", text="Link and dedupe fields cannot be added once the type is approved")
        columns.append(column)
    _counted(kind, columns)
    kind.draft = _latest(kind).with_columns(columns)
    return DONE


def update_field(account: Account, call: Call) -> Found:
    """Update Custom Object Type Field: display name and description, the rest only before the first approval."""
    kind, body = _kind(account, call), body_of(call, *_FIELD)
    old = _latest(kind).column(call.names["fieldApiName"])
    if old is None:
        raise Refused("1006", call.names["fieldApiName"])
    told: dict[str, Any] = {
        "name": old.name,
        "displayName": old.display,
        "dataType": old.type,
        "description": old.description,
    }
    told |= {"isDedupeField": old.dedupe, "relatedTo": old.link._asdict() if old.link else {}}
    new = _column(account, told | body)
    if kind.approved and (new.type, new.dedupe, new.link, new.name) != (old.type, old.dedupe, old.link, old.name):
        raise Refused("1003", text="Only displayName and description can be changed once the type is approved")
    others = [each for each in _latest(kind).columns if each is not old]
    if any(each.name == new.name or each.display == new.display for each in others):
        raise Refused("1017", text=f"Field '{new.name}' already exists")
    kind.draft = _latest(kind).with_columns(new if each is old else each for each in _latest(kind).columns)
    return DONE


def dependents(account: Account, call: Call) -> Found:
    """Get Custom Object Dependent Assets: the types that link to this one."""
    kind = _kind(account, call)
    rows = []
    for number, other in enumerate(account.objects.values(), 1):
        used = [each.name for each in _latest(other).links() if each.link and each.link.name == kind.api_name]
        if used:
            own = {"assetType": "Custom Object", "assetId": number, "assetName": _latest(other).display}
            rows.append(own | {"usedFields": used})
    return Found(rows)


def delete_fields(account: Account, call: Call) -> Found:
    """Delete Custom Object Type Fields from the draft."""
    kind = _kind(account, call)
    gone = [required(record, "name") for record in records_of(call, body_of(call, "input"))]
    for name in gone:
        column = _latest(kind).column(name)
        if column is None:
            raise Refused("1006", name)
        if kind.approved and (column.dedupe or column.link):
            raise Refused("1003", text="Link and dedupe fields cannot be removed once the type is approved")
    kind.draft = _latest(kind).with_columns(each for each in _latest(kind).columns if each.name not in gone)
    return DONE


def approve(account: Account, call: Call) -> Found:
    """Approve Custom Object Type: the draft becomes the live version."""
    kind = _kind(account, call)
    if kind.draft is None:
        raise Refused("709", "the custom object type has no draft")
    if not kind.draft.keys():
        raise Refused("709", "a custom object type needs at least one dedupe field")
    if not kind.draft.links() and account.settings.linkless_objects == "refuse":
        raise Refused("709", "a custom object type needs a link field")
    kind.approve(call.now)
    return DONE


def discard(account: Account, call: Call) -> Found:
    """Discard Custom Object Type Draft; of a type that was never approved nothing is left."""
    kind = _kind(account, call)
    if kind.draft is None:
        raise Refused("1048")
    kind.draft = None
    if kind.approved is None:
        del account.objects[kind.api_name]
    return DONE


def delete_type(account: Account, call: Call) -> Found:
    """Delete Custom Object Type with all its rows; Refused (1022) where another type links to it."""
    kind = _kind(account, call)
    links = (link.link for each in account.objects.values() for link in _latest(each).links())
    if any(link and link.name == kind.api_name for link in links):
        raise Refused("1022")
    del account.objects[kind.api_name]
    return DONE


def data_types(_account: Account, _call: Call) -> Found:
    """Get Custom Object Type Field Data Types."""
    return Found(list(DATA_TYPES))


def linkable(account: Account, _call: Call) -> Found:
    """Get Custom Object Linkable Objects: people, companies, and approved types without links of their own."""
    lead = [(each.display, each.display, each.type) for each in account.people.fields.values() if _link_field(each)]
    rows = [_linkable("lead", "Lead", lead), _linkable("company", "Company", [("Id", "Id", "integer")])]
    for kind in account.objects.values():
        if kind.approved and not kind.approved.links():
            fields = [("marketoGUID", "Marketo GUID", "string")]
            fields += [(each.name, each.display, each.type) for each in kind.approved.columns if each.dedupe]
            rows.append(_linkable(kind.api_name, kind.approved.display, fields))
    return Found(rows)


def _link_field(each: Any) -> bool:
    return each.type in {"string", "integer", "email"} and not each.company


def _linkable(name: str, display: str, fields: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    shown = [{"name": n, "displayName": d, "dataType": t} for n, d, t in fields]
    return {"name": name, "displayName": display, "fields": shown}


def _kind(account: Account, call: Call) -> ObjectType:
    found = account.objects.get(call.names["name"])
    if found is None:
        raise Refused("1013")
    return found


def _latest(kind: ObjectType) -> Shape:
    shape = kind.draft or kind.approved
    assert shape, "a type has a version"
    return shape


def _version(kind: ObjectType, state: str) -> Shape | None:
    if state not in STATES:
        raise Refused("1003", text=f"Invalid state '{state}'")
    if state == "approvedWithDraft" and not (kind.approved and kind.draft):
        return None
    return kind.approved if state == "approved" else kind.draft


def _shown(kind: ObjectType, state: str) -> dict[str, Any]:
    shape = _version(kind, state) if state else kind.approved or kind.draft
    assert shape
    live = kind.approved is not None
    fields = [described(each) for each in (*SYSTEM_FIELDS, *(each.field() for each in shape.columns))]
    return {
        "state": kind.state(),
        "version": "approved" if shape is kind.approved else "draft",
        "displayName": shape.display,
        "pluralName": shape.plural or None,
        "description": shape.description or None,
        "apiName": kind.api_name,
        "idField": "marketoGUID" if live else None,
        "createdAt": day_and_time(kind.made_at) if live else None,
        "updatedAt": day_and_time(kind.updated_at) if live else None,
        "dedupeFields": list(shape.keys()),
        "searchableFields": searchable_fields(shape) if shape.keys() else [[]],
        "relationships": relationships(shape),
        "fields": fields,
    }


def _named(account: Account, name: str, display: str) -> None:
    if not NAME.fullmatch(name) or not re.fullmatch(r"[\w ]{1,255}", display):
        raise Refused("1003", text="API and display names may contain letters, digits and underscores only")
    for each in account.objects.values():
        if each.api_name != name and _latest(each).display == display:
            raise Refused("1017", text=f"A custom object type with display name '{display}' already exists")


def _column(account: Account, record: Mapping[str, Any]) -> Column:
    stray = set(record) - set(_FIELD)
    if stray:
        raise Refused("1003", text=f"Unknown member '{min(stray)}' in a field")
    name, display, kind = (required(record, each) for each in ("name", "displayName", "dataType"))
    if not NAME.fullmatch(name) or name in {each.name for each in SYSTEM_FIELDS}:
        raise Refused("1003", text=f"Invalid field name '{name}'")
    if kind not in DATA_TYPES:
        raise Refused("1003", text=f"Invalid dataType '{kind}'")
    link = _link(account, record) if kind == "link" else None
    return Column(name, display, kind, str(record.get("description") or ""), bool(record.get("isDedupeField")), link)


def _link(account: Account, record: Mapping[str, Any]) -> Link:
    related = record.get("relatedTo") or {}
    name, target = required(related, "name"), required(related, "field")
    if name.lower() == "lead":
        known = {each.name.lower(): each for each in account.people.fields.values()}
        known |= {each.display.lower(): each for each in account.people.fields.values()}
        if target.lower() in known and _link_field(known[target.lower()]):
            return Link("lead", known[target.lower()].name)
    elif name.lower() == "company" and target.lower() == "id":
        return Link("company", "id")
    elif (other := account.objects.get(name)) and other.approved and not other.approved.links():
        column = other.approved.column(target)
        if target == "marketoGUID" or (column and column.dedupe):
            return Link(name, target)
    raise Refused("1003", text=f"'{name}.{target}' is not linkable")


def _counted(kind: ObjectType, columns: Sequence[Column]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise Refused("1003", text=f"A custom object type may have {MOST_COLUMNS} fields")
    if kind.approved and len(columns) - kind.at_approval > MOST_LATER:
        raise Refused("1003", text=f"Only {MOST_LATER} fields may be added once the type is approved")
    if sum(each.dedupe for each in columns) > MOST_KEYS:
        raise Refused("1003", text=f"A custom object type may have {MOST_KEYS} dedupe fields")


_FIELD: Final = ("name", "displayName", "dataType", "description", "isDedupeField", "relatedTo")
_READ, _WRITE = "Read-Only Custom Object Type", "Read-Write Custom Object Type"
_PATH: Final = "/rest/v1/customobjects/schema"
CALLS: Final = (
    Operation("GET", f"{_PATH}.json", list_types, _READ, ("names", "state")),
    Operation("POST", f"{_PATH}.json", sync_type, _WRITE, writing=True),
    Operation("GET", f"{_PATH}/fieldDataTypes.json", data_types, _READ),
    Operation("GET", f"{_PATH}/linkableObjects.json", linkable, _READ),
    Operation("GET", f"{_PATH}/{{name}}/describe.json", describe, _READ, ("state",)),
    Operation("POST", f"{_PATH}/{{name}}/approve.json", approve, _WRITE, writing=True),
    Operation("POST", f"{_PATH}/{{name}}/discardDraft.json", discard, _WRITE, writing=True),
    Operation("POST", f"{_PATH}/{{name}}/delete.json", delete_type, _WRITE, writing=True),
    Operation("POST", f"{_PATH}/{{name}}/addField.json", add_fields, _WRITE, writing=True),
    Operation("POST", f"{_PATH}/{{name}}/{{fieldApiName}}/updateField.json", update_field, _WRITE, writing=True),
    Operation("GET", f"{_PATH}/{{name}}/dependentAssets.json", dependents, _READ),
    Operation("POST", f"{_PATH}/{{name}}/deleteField.json", delete_fields, _WRITE, writing=True),
)
