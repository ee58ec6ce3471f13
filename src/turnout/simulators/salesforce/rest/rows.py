"""One record a call: /sobjects/T, /sobjects/T/id, /sobjects/T/Field/Value."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, no_external_id, no_such_column, refuse, unread
from turnout.simulators.salesforce.rest.resources import number
from turnout.simulators.salesforce.saving.rules import DERIVED
from turnout.simulators.salesforce.saving.save import (
    Options,
    delete,
    external_field,
    insert,
    matching,
    update,
)
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.simulators.salesforce.soql.run import attributes, shown_value
from turnout.simulators.salesforce.storage import Row
from turnout.wire import Reply

RESULTS_SINCE = 46
"""From this version on an upsert answers with a body and `created` (resources_sobject_upsert_patch)."""


def options_of(call: Call) -> Options:
    """Return what the headers ask for."""
    rule = call.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
    return Options(
        allow_duplicates="allowsave=true" in rule,
        duplicate_details="includerecorddetails=true" in rule,
        auto_assign=call.headers.get("sforce-auto-assign", "true").strip().lower() != "false",
    )


def body_of(call: Call) -> dict[str, Any]:
    """Return the body as the record it should be; raises JSON_PARSER_ERROR."""
    try:
        body = call.json()
    except ValueError as problem:
        raise unread(f"Unexpected character: {problem}") from None
    if not isinstance(body, dict):
        raise unread("The HTTP entity body is required, but this request has no entity body.")
    return body


def record_id_of(org: Org, sobject: SObject, text: str) -> str:
    """Return the 18-character id in a path; raises Refusal where it is none of the object's."""
    record_id = ids.read(text)
    if record_id is None or org.table_of(record_id) is not org.table(sobject.name):
        raise Refusal("MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {text}", ["Id"])
    return record_id


def create(org: Org, call: Call) -> Reply:
    """Answer POST /sobjects/T."""
    sobject = org.visible(call.names["object"])
    call.rows = 1
    saved = insert(org, sobject, body_of(call), options=options_of(call))
    where = {"location": f"/services/data/{call.names['v']}/sobjects/{sobject.name}/{saved.id}"}
    return json_reply({"id": saved.id, "success": True, "errors": []}, 201, where)


def change(org: Org, call: Call) -> Reply:
    """Answer PATCH /sobjects/T/id."""
    sobject = org.visible(call.names["object"])
    call.rows = 1
    record_id = record_id_of(org, sobject, call.names["id"])
    update(org, sobject, record_id, given=body_of(call), options=options_of(call))
    return Reply(204)


def remove(org: Org, call: Call) -> Reply:
    """Answer DELETE /sobjects/T/id."""
    sobject = org.visible(call.names["object"])
    call.rows = 1
    delete(org, sobject, record_id_of(org, sobject, call.names["id"]), options=options_of(call))
    return Reply(204)


def read(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T/id, all visible fields or those asked for."""
    sobject = org.visible(call.names["object"])
    row = org.table(sobject.name).rows.get(ids.read(call.names["id"]) or "")
    if row is None:
        raise no_external_id(call.names["id"])
    return json_reply(shown(org, sobject, row, call=call))


def read_by_external(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T/Field/Value."""
    sobject = org.visible(call.names["object"])
    field = external_field(org, sobject, call.names["field"])
    found = matching(org, sobject, field, value=call.names["value"])
    if not found:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", None, status=404)
    if len(found) > 1:
        return json_reply(_urls(call, sobject, found), 300)
    return json_reply(shown(org, sobject, org.table(sobject.name).rows[found[0]], call=call))


def shown(org: Org, sobject: SObject, row: Row, *, call: Call) -> dict[str, Any]:
    """Return a record's visible fields, or those that `?fields=` names."""
    visible = org.access.visible(sobject)
    asked = [name for name in call.query.get("fields", "").split(",") if name]
    fields = [_asked(visible, sobject, name) for name in asked] or list(visible.values())
    return {"attributes": attributes(sobject, row, call.names["v"])} | {
        field.name: shown_value(value_of(org, sobject, row, field=field)) for field in fields
    }


def value_of(org: Org, sobject: SObject, row: Row, *, field: Field) -> Any:
    """Return the value of a record's field, stored or derived."""
    derived = DERIVED.get((sobject.name, field.name))
    return derived(org, row) if derived else row.get(field.name)


def _asked(visible: Mapping[str, Field], sobject: SObject, name: str) -> Field:
    if name.strip().lower() not in visible:
        raise no_such_column(name, sobject.name)
    return visible[name.strip().lower()]


def upsert(org: Org, call: Call) -> Reply:
    """Answer PATCH /sobjects/T/Field/Value."""
    sobject = org.visible(call.names["object"])
    field = external_field(org, sobject, call.names["field"])
    call.rows = 1
    given = body_of(call)
    if any(name.lower() in ("id", field.name.lower()) for name in given):
        words = f"The {field.name} field should not be specified in the sobject data."
        refuse("INVALID_FIELD", words)
    found = matching(org, sobject, field, value=call.names["value"])
    if len(found) > 1:
        return json_reply(_urls(call, sobject, found), 300)
    if found:
        saved = update(org, sobject, found[0], given=given, options=options_of(call))
    elif call.query.get("updateOnly", "").lower() == "true" or field.type == "id":
        raise Refusal("NOT_FOUND", "The requested resource does not exist", None, status=404)
    else:
        saved = insert(org, sobject, {**given, field.name: call.names["value"]}, options=options_of(call))
    if number(call) < RESULTS_SINCE and not saved.created:
        return Reply(204)
    told = {"created": saved.created} if number(call) >= RESULTS_SINCE else {}
    return json_reply({"id": saved.id, "success": True, "errors": [], **told}, 201 if saved.created else 200)


def _urls(call: Call, sobject: SObject, found: list[str]) -> list[str]:
    return [f"/services/data/{call.names['v']}/sobjects/{sobject.name}/{quote(record_id)}" for record_id in found]
