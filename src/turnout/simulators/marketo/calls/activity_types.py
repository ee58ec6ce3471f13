"""Calls on custom activity types: draft, attributes, approval."""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import STANDARD, ActivityType, Attribute, Form, Standard
from turnout.simulators.marketo.account.objects import DATA_TYPES
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.calls.operation import Operation, body_of, day_and_time, required

MOST_ATTRIBUTES: Final = 20
API_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_]{1,255}")
_NAMES: Final = ("apiName", "name", "triggerName", "filterName", "description", "primaryAttribute")


def types(account: Account, _call: Call) -> Found:
    """Get Activity Types: the standard ones that are imitated, and the approved custom ones."""
    rows = [{"id": each.id} | _type_shown(each) for each in STANDARD]
    for kind in account.activities.types.values():
        if kind.approved and not kind.deleted:
            rows.append({"id": kind.id, "apiName": kind.api_name} | _type_shown(kind.approved))
    return Found(rows)


def _type_shown(form: Standard | Form) -> dict[str, Any]:
    attributes = [{"name": each.display, "apiName": each.name, "dataType": each.type} for each in form.attributes]
    return {
        "name": form.name,
        "description": form.description,
        "primaryAttribute": {"name": form.primary.display, "dataType": form.primary.type},
        "attributes": attributes,
    }


def custom_types(account: Account, _call: Call) -> Found:
    """Get Custom Activity Types, without their attributes."""
    return Found([_custom_shown(each, None) for each in account.activities.types.values()])


def describe_type(account: Account, call: Call) -> Found:
    """Describe Custom Activity Type: the approved form, or the draft where `draft` asks for it."""
    kind = _kind(account, call)
    draft = call.query.get("draft", "").lower() == "true"
    form = kind.draft if draft else kind.approved or kind.draft
    if form is None:
        raise Refused("1013")
    return Found([_custom_shown(kind, form)])


def _custom_shown(kind: ActivityType, form: Form | None) -> dict[str, Any]:
    told = form or _latest(kind)
    shown = {
        "id": kind.id,
        "apiName": kind.api_name,
        "name": told.name,
        "triggerName": told.trigger,
        "filterName": told.filter,
        "status": kind.status(),
        "createdAt": day_and_time(kind.made_at),
        "updatedAt": day_and_time(kind.updated_at),
        "primaryAttribute": _attribute_shown(told.primary, primary=True),
    }
    shown |= {"description": told.description} if told.description else {}
    return shown | ({"attributes": [_attribute_shown(each) for each in form.attributes]} if form else {})


def _attribute_shown(each: Attribute, *, primary: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {"apiName": each.name, "name": each.display, "dataType": each.type}
    shown |= {"description": each.description} if each.description else {}
    return shown | ({"isPrimary": True} if primary else {})


def create_type(account: Account, call: Call) -> Found:
    """Create Custom Activity Type: a draft; its primary attribute is a string, whatever is wished."""
    body = body_of(call, *_NAMES)
    api_name = required(body, "apiName")
    if not API_NAME.fullmatch(api_name):
        raise Refused("1003", text=f"Invalid apiName '{api_name}'")
    if api_name in account.activities.types:
        raise Refused("1017")
    if sum(not each.deleted for each in account.activities.types.values()) >= account.settings.activity_types:
        raise Refused("1027")
    form = _form(account, body)
    kind = ActivityType(account.activities.next_type, api_name, draft=form, made_at=call.now, updated_at=call.now)
    account.activities.next_type += 1
    account.activities.types[api_name] = kind
    return Found([_custom_shown(kind, form)])


def _form(account: Account, body: Mapping[str, Any]) -> Form:
    primary = body.get("primaryAttribute")
    if not isinstance(primary, Mapping):
        raise Refused("1002", "primaryAttribute")
    if "dataType" in primary:
        raise Refused("1003", text="dataType of the primary attribute must not be given: it is a string")
    name, trigger, filtering = (required(body, each) for each in ("name", "triggerName", "filterName"))
    for other in account.activities.types.values():
        if {name, trigger, filtering} & {_latest(other).name, _latest(other).trigger, _latest(other).filter}:
            raise Refused("1017", text="name, triggerName and filterName must be unique")
    return Form(name, trigger, filtering, _attribute(primary), str(body.get("description") or ""))


def update_type(account: Account, call: Call) -> Found:
    """Update Custom Activity Type: the words of the draft; once approved, the primary attribute stays as it is."""
    kind, body = _kind(account, call), body_of(call, *_NAMES)
    form, primary = _latest(kind), body.get("primaryAttribute")
    if kind.approved and (primary or body.get("apiName", kind.api_name) != kind.api_name):
        raise Refused("709", "apiName and primary attribute cannot be changed once the type is approved")
    told = {"apiName": form.primary.name, "name": form.primary.display, "description": form.primary.description}
    fresh = replace(
        form,
        name=body.get("name") or form.name,
        trigger=body.get("triggerName") or form.trigger,
        filter=body.get("filterName") or form.filter,
        description=body.get("description") or form.description,
        primary=_attribute({**told, **primary}) if primary else form.primary,
    )
    return _drafted(kind, fresh, call.now)


def update_attributes(account: Account, call: Call) -> Found:
    """Update Custom Activity Type Attributes, named by apiName, in the draft."""
    kind, records = _kind(account, call), body_of(call, "attributes").get("attributes") or []
    form = _latest(kind)
    changed = {required(record, "apiName"): record for record in records}
    if stray := set(changed) - {each.name for each in form.attributes}:
        raise Refused("1006", min(stray))
    fresh = tuple(_changed(each, changed.get(each.name, {})) for each in form.attributes)
    return _drafted(kind, replace(form, attributes=fresh), call.now)


def _changed(each: Attribute, record: Mapping[str, Any]) -> Attribute:
    told = {"apiName": each.name, "name": each.display, "dataType": each.type, "description": each.description}
    return _attribute({**told, **record})


def add_attributes(account: Account, call: Call) -> Found:
    """Create Custom Activity Type Attributes: at most 20 beside the primary one."""
    kind, records = _kind(account, call), body_of(call, "attributes").get("attributes") or []
    form = _latest(kind)
    fresh = [_attribute(record) for record in records]
    names = [each.name for each in (form.primary, *form.attributes, *fresh)]
    if len(set(names)) < len(names):
        raise Refused("1017", text="An attribute of that name exists already")
    if len(form.attributes) + len(fresh) > MOST_ATTRIBUTES:
        raise Refused("1028")
    return _drafted(kind, replace(form, attributes=(*form.attributes, *fresh)), call.now)


def delete_attributes(account: Account, call: Call) -> Found:
    """Delete Custom Activity Type Attributes from the draft."""
    kind, records = _kind(account, call), body_of(call, "attributes").get("attributes") or []
    form, gone = _latest(kind), {required(record, "apiName") for record in records}
    if stray := gone - {each.name for each in form.attributes}:
        raise Refused("1006", min(stray))
    left = tuple(each for each in form.attributes if each.name not in gone)
    return _drafted(kind, replace(form, attributes=left), call.now)


def _drafted(kind: ActivityType, form: Form, now: float) -> Found:
    kind.draft, kind.updated_at = form, now
    return Found([_custom_shown(kind, form)])


def approve_type(account: Account, call: Call) -> Found:
    """Approve Custom Activity Type: the draft becomes the live form."""
    kind = _kind(account, call)
    if kind.draft is None:
        raise Refused("709", "the activity type has no draft")
    kind.approved, kind.draft, kind.updated_at = kind.draft, None, call.now
    return Found([_custom_shown(kind, kind.approved)])


def discard_type(account: Account, call: Call) -> Found:
    """Discard Custom Activity Type Draft."""
    kind = _kind(account, call)
    if kind.draft is None or kind.approved is None:
        raise Refused("709", "the activity type has no draft of an approved version")
    kind.draft = None
    return Found([_custom_shown(kind, kind.approved)])


def delete_type(account: Account, call: Call) -> Found:
    """Delete Custom Activity Type; one with activities is in use (1022)."""
    kind = _kind(account, call)
    if any(each.type_id == kind.id for each in account.activities.log):
        raise Refused("1022")
    kind.deleted = True
    return Found([_custom_shown(kind, None)])


def _attribute(record: Mapping[str, Any]) -> Attribute:
    stray = set(record) - {"apiName", "name", "dataType", "description", "isPrimary"}
    if stray:
        raise Refused("1003", text=f"Unknown member '{min(stray)}' in an attribute")
    name, display, kind = required(record, "apiName"), required(record, "name"), record.get("dataType", "string")
    if not API_NAME.fullmatch(name):
        raise Refused("1003", text=f"Invalid apiName '{name}'")
    if kind not in DATA_TYPES:
        raise Refused("1003", text=f"Invalid dataType '{kind}'")
    return Attribute(name, display, kind, str(record.get("description") or ""))


def _kind(account: Account, call: Call) -> ActivityType:
    kind = account.activities.types.get(call.names["name"])
    if kind is None or kind.deleted:
        raise Refused("1013")
    return kind


def _latest(kind: ActivityType) -> Form:
    form = kind.draft or kind.approved
    assert form, "a type has a form"
    return form


_READ, _WRITE = "Read-Only Activity Metadata", "Read-Write Activity Metadata"
_PATH: Final = "/rest/v1/activities"
_TYPE: Final = f"{_PATH}/external/type/{{name}}"
CALLS: Final = (
    Operation("GET", f"{_PATH}/types.json", types, "Read-Only Activity"),
    Operation("GET", f"{_PATH}/external/types.json", custom_types, _READ),
    Operation("POST", f"{_PATH}/external/type.json", create_type, _WRITE, writing=True),
    Operation("GET", f"{_TYPE}/describe.json", describe_type, _READ, ("draft",)),
    Operation("POST", f"{_TYPE}/attributes/create.json", add_attributes, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}/attributes/delete.json", delete_attributes, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}.json", update_type, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}/attributes/update.json", update_attributes, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}/approve.json", approve_type, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}/discardDraft.json", discard_type, _WRITE, writing=True),
    Operation("POST", f"{_TYPE}/delete.json", delete_type, _WRITE, writing=True),
)
