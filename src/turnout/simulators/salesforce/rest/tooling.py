"""Custom fields one by one: /tooling/sobjects/CustomField."""

from typing import Any

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, not_found, refuse
from turnout.simulators.salesforce.rest.applying import applied
from turnout.simulators.salesforce.rest.deploying import may_deploy
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.simulators.salesforce.schema.dropping import drop_field
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.simulators.salesforce.schema.package import Component
from turnout.wire import Reply

NEEDED = frozenset({"FullName", "Metadata"})


def create(org: Org, call: Call) -> Reply:
    """Answer POST /tooling/sobjects/CustomField: {"FullName": "Lead.x__c", "Metadata": {...}}."""
    may_deploy(org)
    body = body_of(call)
    if set(body) != NEEDED or not isinstance(body["Metadata"], dict):
        raise Refusal("JSON_PARSER_ERROR", "A CustomField has FullName and Metadata", None)
    name, _, field_name = str(body["FullName"]).partition(".")
    sobject = org.sobjects.get(name.lower())
    if sobject is None:
        refuse("INVALID_CROSS_REFERENCE_KEY", f"Entity '{name}' does not exist", ["FullName"])
    if field_name.lower() in sobject.fields:
        words = f"There is already a field named {field_name.removesuffix('__c')} on {sobject.label}."
        refuse("DUPLICATE_DEVELOPER_NAME", words, ["DeveloperName"])
    _applied(org, sobject, {**body["Metadata"], "fullName": field_name})
    record_id = org.new_id("00N")
    org.custom_fields[record_id] = (sobject.name, field_name)
    extra: dict[str, list[str]] = {"errors": [], "warnings": [], "infos": []}
    return json_reply({"id": record_id, "success": True, **extra}, 201)


def _applied(org: Org, sobject: SObject, metadata: dict[str, Any]) -> None:
    tree = {key: _text(value) for key, value in metadata.items() if value is not None}
    parts = [Component("CustomObject", sobject.name, "", {"fields": [tree]})]
    if not applied(org, parts, check_only=False):
        refuse("FIELD_INTEGRITY_EXCEPTION", next(problem for part in parts for problem in part.problems))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(org: Org, call: Call) -> Reply:
    """Answer GET /tooling/sobjects/CustomField/{id}."""
    may_deploy(org)
    sobject, field = _found(org, call)
    shown = {
        "attributes": {"type": "CustomField", "url": call.path},
        "Id": call.names["id"],
        "FullName": f"{sobject.name}.{field.name}",
        "DeveloperName": field.name.removesuffix("__c"),
        "TableEnumOrId": sobject.name,
        "Metadata": {
            "label": field.label,
            "length": field.length or None,
            "precision": field.precision or None,
            "scale": field.scale if field.precision else None,
            "required": not field.nillable,
            "unique": field.unique,
            "externalId": field.external_id,
            "caseSensitive": field.case_sensitive,
            "description": field.description,
            "inlineHelpText": field.help,
        },
    }
    return json_reply(shown)


def remove(org: Org, call: Call) -> Reply:
    """Answer DELETE /tooling/sobjects/CustomField/{id}: the field goes, with all its values."""
    may_deploy(org)
    sobject, field = _found(org, call)
    drop_field(org, sobject, field)
    return Reply(204)


def _found(org: Org, call: Call) -> tuple[SObject, Field]:
    name, field_name = org.custom_fields.get(call.names["id"], ("", ""))
    sobject = org.sobjects.get(name.lower())
    if sobject is None or field_name.lower() not in sobject.fields:
        raise not_found()
    return sobject, sobject.fields[field_name.lower()]
