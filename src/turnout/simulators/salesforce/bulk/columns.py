"""header + row -> the record that a row means: names checked once for the job, cells typed for each row."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from turnout.simulators.salesforce.bulk.sheet import Unusable
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, refuse
from turnout.simulators.salesforce.saving.save import external_field
from turnout.simulators.salesforce.schema.fields import NUMBERS, Field, SObject
from turnout.simulators.salesforce.times import read_date, read_datetime

MAX_CELL: Final = 32_000
MAX_ROW: Final = 400_000
NULL: Final = "#N/A"


class Column(Struct, frozen=True):
    """A column: the field it fills; `inner` names the external id of the record that a lookup is told by."""

    name: str
    field: Field
    relation: str = ""
    inner: str = ""


def columns(org: Org, sobject: SObject, header: list[str]) -> list[Column]:
    """Return what each column fills; Unusable names the first that the user does not see or that is there twice."""
    found = [_column(org, sobject, name) for name in header]
    names = [column.name.lower() for column in found]
    if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise Unusable(f"InvalidBatch : Duplicate field name found : {twice}")
    return found


def _column(org: Org, sobject: SObject, name: str) -> Column:
    visible = org.access.visible(sobject)
    if field := visible.get(name.strip().lower()):
        return Column(name.strip(), field)
    relation, _, inner = name.strip().partition(".")
    lookup = sobject.relationships.get(relation.lower())
    if not inner or lookup is None or lookup.name.lower() not in visible:
        raise Unusable(f"InvalidBatch : Field name not found : {name}")
    try:
        external_field(org, org.visible(lookup.reference_to[0]), inner)
    except Refusal as refusal:
        raise Unusable(f"InvalidBatch : Field name not found : {name}") from refusal
    return Column(name.strip(), lookup, relation, inner)


def record(columns_: list[Column], cells: list[str]) -> dict[str, Any]:
    """Return a row as a record: an empty cell leaves a field as it is, #N/A empties it. Raises Refusal."""
    if sum(map(len, cells)) > MAX_ROW:
        refuse("LIMIT_EXCEEDED", f"Maximum characters in a record is {MAX_ROW}")
    given: dict[str, Any] = {}
    for column, cell in zip(columns_, cells, strict=True):
        if cell == "":
            continue
        if len(cell) > MAX_CELL:
            refuse("LIMIT_EXCEEDED", f"Maximum characters in a field is {MAX_CELL}", [column.field.name])
        if cell == NULL:
            given[column.field.name] = None
        elif column.inner:
            given[column.relation] = {column.inner: cell}
        else:
            given[column.field.name] = _typed(column.field, cell)
    return given


def _typed(field: Field, cell: str) -> Any:
    kind = "number" if field.type in NUMBERS else field.type
    read = _READ.get(kind)
    if read is None:
        return cell
    try:
        return read(cell)
    except ValueError:
        words = f"{field.label}: value not of required type: {cell}"
        raise Refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", words, [field.name]) from None


def _number(cell: str) -> str:
    float(cell)
    return cell


def _boolean(cell: str) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(cell.strip().lower())
    if found is None:
        raise ValueError(cell)
    return found


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "number": _number,
    "boolean": _boolean,
    "date": read_date,
    "datetime": read_datetime,
}
