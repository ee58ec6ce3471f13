"""one field's describe -> finding: there, of the right type, wide enough, open to the integration user."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from turnout.destinations.salesforce.account.seen import Seen
from turnout.destinations.salesforce.account.target import field_seen, writable
from turnout.destinations.salesforce.fields import EXTERNAL_ID, KEY, Column, key_field
from turnout.values.bindings import Config
from turnout.values.findings import Finding, Severity
from turnout.values.records import Kind

ADMIN: Final = "a Salesforce administrator"
TYPES: Final = {"text": ("string",), "number": ("double", "int", "long"), "email": ("email",), "lookup": ("reference",)}
"""The types of a describe that each of our column types may have."""

EXTERNAL_ID_WIDTHS: Final = (50, 200)
"""The document: at least 50 characters and at most 200."""

_WHERE: Final = "Setup > Object Manager > {object} > Fields & Relationships > {field}"


def where(object_name: str, name: str) -> str:
    """Return the screen on which a field is set up."""
    label = "Campaign Member" if object_name == "CampaignMember" else object_name
    return _WHERE.format(object=label, field=name)


def column_findings(column: Column, object_name: str, describe: Mapping[str, Any] | None) -> Finding:
    """Return the first thing that is wrong with a column, or that it is right."""
    name = f"{object_name}.{column.api_name}"
    if describe is None:
        return Finding(
            f"field.missing:{name}",
            Severity.PROBLEM if column.identifier else Severity.ADVICE,
            f"{name} is not there, or the integration user cannot see it",
            f"its values are not sent: {column.help}",
            ADMIN,
            f"run `turnout provision`, or open it: {where(object_name, column.api_name)} > Set Field-Level Security",
        )
    seen = field_seen(column.name, describe)
    if seen.type not in TYPES[column.type]:
        what = f"{name} is of type {seen.type}, where {column.type} is needed"
        fix = f"{where(object_name, column.api_name)}: change the type"
        return Finding(f"field.type:{name}", Severity.PROBLEM, what, "its values may be refused", ADMIN, fix)
    if not seen.writable:
        what = f"the integration user may not write {name}"
        fix = f"assign the permission set Turnout, or {where(object_name, column.api_name)} > Set Field-Level Security"
        return Finding(f"field.readonly:{name}", Severity.PROBLEM, what, "its values are not sent", ADMIN, fix)
    if column.type != "lookup" and 0 < seen.width < column.width:
        unit = "digits" if column.type == "number" else "characters"
        what = f"{name} takes {seen.width} {unit}, where the document asks for {column.width}"
        why = "longer values are refused" if column.identifier or column.type == "number" else "longer texts are cut"
        severity = Severity.PROBLEM if column.identifier else Severity.ADVICE
        fix = f"{where(object_name, column.api_name)} > Edit: widen it"
        return Finding(f"field.narrow:{name}", severity, what, why, ADMIN, fix)
    return Finding(f"field:{name}", Severity.OK, name)


def key_findings(config: Config, object_name: str, fields: Mapping[str, Mapping[str, Any]]) -> Finding:
    """Return whether rows can be written by our key; without it they are looked up first, which costs calls."""
    name = key_field(config)
    describe = fields.get(name.lower())
    right = describe and describe.get("externalId") and describe.get("unique") and writable(describe)
    if right and int((describe or {}).get("length") or 0) >= KEY.width:
        return Finding(f"key:{object_name}.{name}", Severity.OK, f"rows are written by {object_name}.{name}")
    state = "is not a unique External ID that Turnout can write" if describe else "is not there"
    return Finding(
        f"key.{'wrong' if describe else 'missing'}:{object_name}.{name}",
        Severity.ADVICE,
        f"{object_name}.{name} {state}",
        "rows are looked up before they are written: more calls, and another writer could double a row",
        ADMIN,
        f"run `turnout provision`, or add {name}: Text({KEY.width}), unique, External ID",
    )


def external_id_findings(config: Config, seen: Seen) -> Iterator[Finding]:
    """Yield what is wrong with CampaignMember.external_id__c, attribute by attribute."""
    name = f"CampaignMember.{EXTERNAL_ID.api_name}"
    describe = seen.fields(Kind.MEMBER).get(EXTERNAL_ID.api_name.lower())
    if describe is None:
        yield Finding(
            f"field.missing:{name}",
            Severity.PROBLEM,
            f"{name} is not there, or the integration user cannot see it",
            "campaign members could not be written without doubling them",
            ADMIN,
            "run `turnout provision`, or add it as the set-up document says",
        )
        return
    found = False
    for attribute, what in _attributes(config, describe):
        found = True
        fix = f"{where('CampaignMember', EXTERNAL_ID.api_name)} > Edit"
        why = "the set-up document asks for it, and members are written by it"
        yield Finding(f"external_id.{attribute}:{name}", Severity.PROBLEM, f"{name} {what}", why, ADMIN, fix)
    if not found:
        yield Finding(f"field:{name}", Severity.OK, name)


def _attributes(config: Config, describe: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    low, high = EXTERNAL_ID_WIDTHS
    length = int(describe.get("length") or 0)
    required = config.flag("external_id_required", True)
    if describe.get("type") != "string":
        yield "type", f"is of type {describe.get('type')}, where Text is needed"
    elif not low <= length <= high:
        yield "length", f"takes {length} characters, where {low} to {high} are needed"
    if not describe.get("unique"):
        yield "unique", "is not unique"
    if describe.get("caseSensitive"):
        yield "case", "is case-sensitive, where case-insensitive is needed"
    if not describe.get("externalId"):
        yield "external", "is not an External ID"
    if required and describe.get("nillable"):
        yield "required", "is not required (the setting external_id_required says that it should be)"
    if not writable(describe):
        yield "readonly", "cannot be written by the integration user"
