"""one field's describe -> findings: each attribute that the documents ask for is one of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from turnout.destinations.salesforce.account.target import writable
from turnout.destinations.salesforce.fields import KEY, Column, key_field
from turnout.values.bindings import Config
from turnout.values.findings import Finding, Severity

ADMIN: Final = "a Salesforce administrator"
TYPES: Final = {"text": ("string",), "number": ("double", "int", "long"), "email": ("email",), "lookup": ("reference",)}
"""The types of a describe that each of our column types may have."""

EXTERNAL_ID_WIDTHS: Final = (50, 200)
"""The document: at least 50 characters and at most 200."""

_WHERE: Final = "Setup > Object Manager > {object} > Fields & Relationships > {field}"
Describe = Mapping[str, Any]


class Asked(Struct, frozen=True):
    """A column as an org has to have it: how many characters it may take at least and at most (0: no limit)."""

    column: Column
    least: int
    most: int = 0


class Attribute(Struct, frozen=True):
    """One attribute of a field: what is wrong with it ("" where nothing is), why that matters, and how much.

    `must` are the columns for which it is a problem rather than an advice.
    """

    name: str
    wrong: Callable[[Asked, Describe], str]
    why: str
    fix: str
    must: Callable[[Column], bool] = lambda column: True


def where(object_name: str, name: str) -> str:
    """Return the screen on which a field is set up."""
    label = "Campaign Member" if object_name == "CampaignMember" else object_name
    return _WHERE.format(object=label, field=name)


def _type(asked: Asked, seen: Describe) -> str:
    kind = asked.column.type
    return "" if seen.get("type") in TYPES[kind] else f"is of type {seen.get('type')}, where {kind} is needed"


def _label(asked: Asked, seen: Describe) -> str:
    label = asked.column.label or asked.column.name
    return (
        "" if seen.get("label") in (None, label) else f"is labelled {seen.get('label')!r}, where {label!r} is asked for"
    )


def _help(asked: Asked, seen: Describe) -> str:
    if seen.get("inlineHelpText") == asked.column.help or "inlineHelpText" not in seen:
        return ""
    return f"lacks the help text {asked.column.help!r}"


def _length(asked: Asked, seen: Describe) -> str:
    if asked.column.type not in ("text", "email") or _type(asked, seen):
        return ""
    length = int(seen.get("length") or 0)
    if asked.most and not asked.least <= length <= asked.most:
        return f"takes {length} characters, where {asked.least} to {asked.most} are needed"
    return f"takes {length} characters, where the document asks for {asked.least}" if length < asked.least else ""


def _precision(asked: Asked, seen: Describe) -> str:
    if asked.column.type != "number" or _type(asked, seen):
        return ""
    digits = int(seen.get("precision") or 0) - int(seen.get("scale") or 0)
    width = asked.column.width
    return f"takes {digits} digits left of the point, where the document asks for {width}" if digits < width else ""


def _scale(asked: Asked, seen: Describe) -> str:
    if asked.column.type != "number" or _type(asked, seen):
        return ""
    scale = int(seen.get("scale") or 0)
    return (
        f"has {scale} decimals, where the document asks for {asked.column.scale}" if scale != asked.column.scale else ""
    )


def _reference(asked: Asked, seen: Describe) -> str:
    if asked.column.type != "lookup" or _type(asked, seen) or "referenceTo" not in seen:
        return ""
    return "" if "Lead" in (seen["referenceTo"] or ()) else f"refers to {', '.join(seen['referenceTo'])}, not to Lead"


def _unique(asked: Asked, seen: Describe) -> str:
    if bool(seen.get("unique")) == asked.column.key:
        return ""
    return "is not unique" if asked.column.key else "is unique, so that a second row with the same value is refused"


def _case(asked: Asked, seen: Describe) -> str:
    wrong = asked.column.key and bool(seen.get("unique")) and bool(seen.get("caseSensitive"))
    return "is case-sensitive, where case-insensitive is needed" if wrong else ""


def _external(asked: Asked, seen: Describe) -> str:
    return "is not an External ID" if asked.column.key and not seen.get("externalId") else ""


def _required(asked: Asked, seen: Describe) -> str:
    required = not seen.get("nillable", True) and not seen.get("defaultedOnCreate")
    if required == asked.column.required:
        return ""
    if asked.column.required:
        return "is not required (the setting external_id_required says that it should be)"
    return "is required, so that a row without a value is refused"


def _readonly(asked: Asked, seen: Describe) -> str:
    return "" if writable(seen) else "cannot be written by the integration user"


def _identifier(column: Column) -> bool:
    return column.identifier


def _never(column: Column) -> bool:
    return False


_SHORT: Final = "longer texts are cut, and an identifier that is longer is refused"
ATTRIBUTES: Final = (
    Attribute("type", _type, "its values may be refused", "change the type"),
    Attribute("label", _label, "people would not find it by the document's name", "Edit: change the label", _never),
    Attribute("help", _help, "people would not learn what the field holds", "Edit: change the help text", _never),
    Attribute("length", _length, _SHORT, "Edit: widen it", _identifier),
    Attribute("precision", _precision, "larger numbers are refused", "Edit: widen it", _identifier),
    Attribute("scale", _scale, "it would be shown with other decimals", "Edit: change the decimals", _never),
    Attribute("reference", _reference, "the lead cannot be named", "make it anew, as a Lookup to Lead"),
    Attribute("unique", _unique, "rows would be doubled or refused", "Edit: change Unique"),
    Attribute("case", _case, "keys that differ by case alone would be two", "Edit: choose case-insensitive"),
    Attribute("external", _external, "records are written by it", "Edit: check External ID"),
    Attribute("required", _required, "the set-up document and the account differ", "Edit: change Required"),
    Attribute(
        "readonly",
        _readonly,
        "its values are not sent",
        "Set Field-Level Security, or assign the permission set Turnout",
    ),
)
"""What is looked at, attribute by attribute. A describe does not show a field's description, only its help text."""


def column_findings(asked: Asked, object_name: str, describe: Describe | None) -> Iterator[Finding]:
    """Yield all that is wrong with a field, or that it is right."""
    column = asked.column
    name = f"{object_name}.{column.api_name}"
    if describe is None:
        yield _missing(column, name, where(object_name, column.api_name))
        return
    found = [(one, told) for one in ATTRIBUTES if (told := one.wrong(asked, describe))]
    for attribute, told in found:
        yield Finding(
            f"field.{attribute.name}:{name}",
            Severity.PROBLEM if attribute.must(column) else Severity.ADVICE,
            f"{name} {told}",
            attribute.why,
            ADMIN,
            f"{where(object_name, column.api_name)} > {attribute.fix}",
        )
    if not found:
        yield Finding(f"field:{name}", Severity.OK, name)


def _missing(column: Column, name: str, place: str) -> Finding:
    return Finding(
        f"field.missing:{name}",
        Severity.PROBLEM if column.identifier else Severity.ADVICE,
        f"{name} is not there, or the integration user cannot see it",
        f"its values are not sent: {column.help}",
        ADMIN,
        f"run `turnout provision`, or open it: {place} > Set Field-Level Security",
    )


def asked_of(column: Column) -> Asked:
    """Return a column as the document asks for it; Salesforce alone sets an e-mail field's length."""
    return Asked(column, 0 if column.type == "email" else column.width)


def external_id_asked(column: Column) -> Asked:
    """Return the members' key as the document asks for it."""
    least, most = EXTERNAL_ID_WIDTHS
    return Asked(column, least, most)


def key_findings(config: Config, object_name: str, fields: Mapping[str, Describe]) -> Iterator[Finding]:
    """Yield whether rows can be written by our key; without it they are looked up first, which costs calls."""
    name = key_field(config)
    describe = fields.get(name.lower())
    asked = Asked(KEY, KEY.width)
    wrong = [
        one.name for one in ATTRIBUTES if one.name not in ("label", "help") and describe and one.wrong(asked, describe)
    ]
    if describe and not wrong:
        yield Finding(f"key:{object_name}.{name}", Severity.OK, f"rows are written by {object_name}.{name}")
        return
    told = {one.name: one.wrong(asked, describe) for one in ATTRIBUTES if describe and one.name in wrong}
    for attribute, what in (told or {"missing": "is not there"}).items():
        yield Finding(
            f"key.{attribute}:{object_name}.{name}",
            Severity.ADVICE,
            f"{object_name}.{name} {what}",
            "rows are looked up before they are written: more calls, and another writer could double a row",
            ADMIN,
            f"run `turnout provision`, or set {name} up: Text({KEY.width}), unique, External ID",
        )
