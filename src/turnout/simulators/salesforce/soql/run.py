"""query -> records as they are answered."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.rules import DERIVED
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.simulators.salesforce.soql.bind import (
    Getter,
    comparable,
    condition,
    field_of,
    getter,
    lookup,
    related,
)
from turnout.simulators.salesforce.soql.parse import parsed
from turnout.simulators.salesforce.soql.tree import Aggregate, AllFields, Ordering, Path, Query
from turnout.simulators.salesforce.soql.words import malformed
from turnout.simulators.salesforce.storage import Row, Table

MAX_OFFSET = 2000


class Column(NamedTuple):
    """A selected field: the lookups it is reached over, and how its last record is read."""

    over: tuple[Field, ...]
    field: Field
    get: Getter


class Found(Struct):
    """A query's answer, not yet rendered: `total` for COUNT(), else rows and what to show of each."""

    query: Query
    sobject: SObject
    rows: list[Row]
    total: int
    shown: list[Column]
    grouped: list[dict[str, Any]] | None = None
    nested: tuple[Any, ...] = ()


def run(org: Org, text: str, *, deleted: bool = False) -> Found:
    """Return what a query finds; `deleted` looks into the recycle bin too (queryAll). Raises Refusal."""
    query = parsed(text, org.clock.now())
    sobject = org.sobjects.get(query.sobject.lower())
    if sobject is None or not org.access.sees(sobject):
        raise Refusal(
            "INVALID_TYPE",
            f"sObject type '{query.sobject}' is not supported. If you are attempting to use a custom object, be sure"
            " to append the '__c' after the entity name. Please reference your WSDL or the describe call for the"
            " appropriate names.",
            None,
        )
    if query.offset > MAX_OFFSET:
        raise Refusal("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}", None)
    test = condition(org, sobject, query)
    rows = [row for row in _candidates(org, sobject, query, deleted=deleted) if test(row)]
    if any(isinstance(one, Aggregate) for one in query.selected) or query.group_by:
        return _aggregated(org, sobject, query, rows=rows)
    shown = _shown(org, sobject, query)
    rows = _cut(query, _sorted(org, sobject, query, rows=rows))
    return Found(query, sobject, rows, len(rows), shown)


def _candidates(org: Org, sobject: SObject, query: Query, *, deleted: bool) -> Iterable[Row]:
    table = org.table(sobject.name)
    if not deleted:
        for one in lookup(query.where):
            over, field = field_of(org, sobject, one.path, text=query.text)
            if not over and (sobject.name, field.name) not in DERIVED:
                return _indexed(table, field, [comparable(field, literal) for literal in one.literals])
        return table.rows.values()
    return [*table.rows.values(), *table.gone.values()]


def _indexed(table: Table, field: Field, values: list[Any]) -> list[Row]:
    if field.type == "id":
        return [table.rows[value] for value in sorted(set(values)) if value in table.rows]
    found = {record_id for value in values for record_id in table.find((field.name,), (value,))}
    return [table.rows[record_id] for record_id in sorted(found)]


def _shown(org: Org, sobject: SObject, query: Query) -> list[Column]:
    shown: list[Column] = []
    for one in query.selected:
        if isinstance(one, AllFields):
            if query.limit is None or query.limit > 200:
                malformed(query.text, 0, "The SOQL FIELDS function must have a LIMIT of at most 200")
            visible = org.access.visible(sobject).values()
            wanted = [field for field in visible if one.which == "ALL" or field.custom == (one.which == "CUSTOM")]
            shown += [Column((), field, getter(org, sobject, [], field=field)) for field in wanted]
        elif isinstance(one, Path):
            over, field = field_of(org, sobject, one, text=query.text)
            if any((column.over, column.field) == (tuple(over), field) for column in shown):
                malformed(query.text, one.at, f"duplicate field selected: {one}")
            last = org.sobjects[over[-1].reference_to[0].lower()] if over else sobject
            shown.append(Column(tuple(over), field, getter(org, last, [], field=field)))
    return shown


def _sorted(org: Org, sobject: SObject, query: Query, *, rows: list[Row]) -> list[Row]:
    for one in reversed(query.order_by):
        over, field = field_of(org, sobject, one.path, text=query.text)
        rows = ordered(rows, getter(org, sobject, over, field=field), one)
    return rows


def ordered(rows: list[Row], get: Getter, by: Ordering) -> list[Row]:
    """Return records in order of one field, ties as they were; texts without regard to case."""
    empty = [row for row in rows if get(row) is None]
    full = [row for row in rows if get(row) is not None]
    full.sort(key=lambda row: _folded(get(row)), reverse=by.descending)
    return [*full, *empty] if by.nulls_last else [*empty, *full]


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _cut(query: Query, rows: list[Any]) -> list[Any]:
    end = None if query.limit is None else query.offset + query.limit
    return rows[query.offset : end]


def _aggregated(org: Org, sobject: SObject, query: Query, *, rows: list[Row]) -> Found:
    if query.selected == (Aggregate("COUNT", None),):
        return Found(query, sobject, [], len(_cut(query, rows)), [])
    keys = [field_of(org, sobject, path, text=query.text) for path in query.group_by]
    gets = [getter(org, sobject, over, field=field) for over, field in keys]
    groups: dict[tuple[Any, ...], list[Row]] = {} if gets else {(): rows}
    for row in rows if gets else ():
        groups.setdefault(tuple(get(row) for get in gets), []).append(row)
    results = [_result(org, sobject, query, group=group) for group in groups.values()]
    results = _cut(query, results)
    return Found(query, sobject, [], len(results), [], results)


def _result(org: Org, sobject: SObject, query: Query, *, group: list[Row]) -> dict[str, Any]:
    result: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
    unnamed = 0
    for one in query.selected:
        if isinstance(one, AllFields):
            malformed(query.text, 0, "FIELDS() cannot be grouped")
        path = one.path if isinstance(one, Aggregate) else one
        if path is None:
            value: Any = len(group)
        else:
            over, field = field_of(org, sobject, path, text=query.text)
            get = getter(org, sobject, over, field=field)
            grouped = isinstance(one, Path)
            if grouped and str(one) not in {str(key) for key in query.group_by}:
                malformed(query.text, path.at, f"Field must be grouped or aggregated: {field.name}")
            values = [found for row in group if (found := get(row)) is not None]
            value = (values or [None])[0] if isinstance(one, Path) else _folded_values(one.function, values)
        name = one.names[-1] if isinstance(one, Path) else one.alias or f"expr{unnamed}"
        unnamed += isinstance(one, Aggregate) and not one.alias
        result[name] = value
    return result


def _folded_values(function: str, values: list[Any]) -> Any:
    match function:
        case "COUNT":
            return len(values)
        case "COUNT_DISTINCT":
            return len(set(values))
    if not values:
        return None
    if function in ("MIN", "MAX"):
        return min(values) if function == "MIN" else max(values)
    return sum(values) if function == "SUM" else sum(values) / len(values)


def rendered(org: Org, found: Found, *, start: int, count: int, version: str) -> list[dict[str, Any]]:
    """Return the records of one page."""
    if found.grouped is not None:
        return found.grouped[start : start + count]
    return [_record(org, found, row, version=version) for row in found.rows[start : start + count]]


def _record(org: Org, found: Found, row: Row, *, version: str) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": attributes(found.sobject, row, version)}
    for over, field, get in found.shown:
        at, inside = record, row
        for step in over:
            assert step.relationship
            target = related(org, step, inside)
            if target is None:
                at[step.relationship] = None
                break
            sobject = org.sobjects[step.reference_to[0].lower()]
            at = at.setdefault(step.relationship, {"attributes": attributes(sobject, target, version)})
            inside = target
        else:
            at[field.name] = shown_value(get(inside))
    return record


def attributes(sobject: SObject, row: Row, version: str) -> dict[str, str]:
    """Return what stands before a record's fields."""
    return {"type": sobject.name, "url": f"/services/data/{version}/sobjects/{sobject.name}/{row['Id']}"}


def shown_value(value: Any) -> Any:
    """Return a stored value as it is written in JSON: very large and small doubles as 1.2345678E7 (help 000387302)."""
    if not isinstance(value, float) or 1e-3 <= abs(value) < 1e7 or value == 0:
        return value
    digits = next(text for places in range(1, 18) if float(text := f"{value:.{places}e}") == value)
    mantissa, _, power = digits.partition("e")
    return msgspec.Raw(f"{mantissa}E{int(power)}".encode())
