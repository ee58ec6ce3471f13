"""JSON value -> stored value: types, lengths, digits, addresses; refused with the words Salesforce uses."""

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.refusals import Refusal, converted, deleted, refuse, unread
from turnout.simulators.salesforce.schema.fields import NUMBERS, TEXTS, Field
from turnout.simulators.salesforce.times import read_date, read_datetime

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org

EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def stored(org: "Org", field: Field, value: Any) -> Any:
    """Return a JSON value as the field stores it; raises Refusal."""
    if value is None or (value == "" and field.type != "boolean"):
        return False if field.type == "boolean" else None
    if field.type in TEXTS or field.type == "reference":
        text = _text(field, value)
        return text and (_reference(org, field, text) if field.type == "reference" else _sized(field, text))
    if field.type in NUMBERS:
        return _number(field, value)
    return _READ[field.type](field, value)


def _text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise unread(_not_deserialized("string", value))
    text = _CONTROL.sub("", value)
    if field.type != "textarea":
        text = text.replace("\r\n", " ").replace("\n", " ")
    return text.strip() or None


def _sized(field: Field, text: str) -> str:
    if len(text) > field.length:
        words = f"{field.label}: data value too large: {text} (max length={field.length})"
        refuse("STRING_TOO_LONG", words, [field.name])
    if field.type == "email" and not EMAIL.fullmatch(text):
        refuse("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name])
    if field.restricted and text not in field.values:
        words = f"{field.label}: bad value for restricted picklist field: {text}"
        refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, [field.name])
    return text


def _reference(org: "Org", field: Field, text: str) -> str:
    record_id = ids.read(text)
    if record_id is None:
        raise Refusal("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", [field.name])
    tables = [org.table(name) for name in field.reference_to if name.lower() in org.tables]
    for table in tables:
        if record_id.startswith(table.sobject.prefix):
            if record_id in table.rows:
                return _unconverted(org, field, table.rows[record_id])
            if record_id in table.gone:
                raise deleted()
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    raise Refusal("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", [field.name])


def _unconverted(org: "Org", field: Field, row: dict[str, Any]) -> str:
    if row.get("IsConverted") and field.custom and org.settings.lookup_to_converted == "refused":
        raise converted()
    return str(row["Id"])


def _number(field: Field, value: Any) -> float | int:
    kind = "int" if field.type == "int" else "double"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise unread(_not_deserialized(kind, value))
    try:
        number = float(value)
    except ValueError:
        raise unread(_not_deserialized(kind, value)) from None
    if not math.isfinite(number) or (kind == "int" and number != int(number)):
        raise unread(_not_deserialized(kind, value))
    if abs(number) >= 10 ** (field.precision - field.scale):
        words = f"{field.label}: value outside of valid range on numeric field: {value}"
        refuse("NUMBER_OUTSIDE_VALID_RANGE", words, [field.name])
    return int(number) if kind == "int" else number


def _boolean(_field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise unread(_not_deserialized("boolean", value))


def _date(field: Field, value: Any) -> str:
    try:
        return read_date(value) if field.type == "date" else read_datetime(value)
    except (ValueError, TypeError):
        raise unread(_not_deserialized(field.type, value)) from None


_READ: Final[dict[str, Callable[[Field, Any], Any]]] = {
    "boolean": _boolean,
    "date": _date,
    "datetime": _date,
}


def _not_deserialized(kind: str, value: Any) -> str:
    shown = str(value).lower() if isinstance(value, bool) else value
    token = {bool: "VALUE_BOOLEAN", str: "VALUE_STRING", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT"}.get(
        type(value), "START_OBJECT"
    )
    return (
        f"Cannot deserialize instance of {kind} from {token} value {shown} or request may be missing a required field"
    )


def checked_required(sobject_name: str, fields: dict[str, Field], row: dict[str, Any]) -> None:
    """Raise REQUIRED_FIELD_MISSING where a record lacks what it must have."""
    missing = [f.name for f in fields.values() if f.required and f.type != "boolean" and row.get(f.name) is None]
    if missing:
        raise Refusal("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
