"""query -> records as they are answered."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.rules import DERIVED
from turnout.simulators.salesforce.schema.children import child_name, child_of
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
from turnout.simulators.salesforce.soql.groups import Grouping
from turnout.simulators.salesforce.soql.parse import parsed
from turnout.simulators.salesforce.soql.tree import Aggregate, AllFields, Nested, Ordering, Path, Query
from turnout.simulators.salesforce.soql.words import malformed, pointed
from turnout.simulators.salesforce.storage import Row, Table

MAX_OFFSET = 2000


class Column(NamedTuple):
    """A selected field: the lookups it is reached over, and how its last record is read."""

    over: tuple[Field, ...]
    field: Field
    get: Getter


class Nest(NamedTuple):
    """A subquery: the name of its records, the field by which they name the outer one, what to show of them."""

    name: str
    link: Field
    found: "Found"
    test: Callable[[Row], bool]


class Found(Struct):
    """A query's answer, not yet rendered: `total` for COUNT(), else rows and what to show of each."""

    query: Query
    sobject: SObject
    rows: list[Row]
    total: int
    shown: list[Column]
    grouped: list[dict[str, Any]] | None = None
    nested: list[Nest] = []


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
        if query.selected == (Aggregate("COUNT", None),):
            return Found(query, sobject, [], len(_cut(query, rows)), [])
        grouped = _cut(query, Grouping(org, sobject, query).groups(rows))
        return Found(query, sobject, [], len(grouped), [], grouped)
    shown = _shown(org, sobject, query)
    nested = [_nest(org, sobject, one) for one in query.selected if isinstance(one, Nested)]
    rows = _cut(query, _sorted(org, sobject, query, rows=rows))
    return Found(query, sobject, rows, len(rows), shown, nested=nested)


def _nest(org: Org, sobject: SObject, one: Nested) -> Nest:
    pair = child_of(org, sobject, one.query.sobject)
    if pair is None:
        words = (
            f"Didn't understand relationship '{one.query.sobject}' in FROM part of query call. If you are attempting to"
            " use a custom relationship, be sure to append the '__r' after the custom relationship name. Please"
            " reference your WSDL or the describe call for the appropriate names."
        )
        raise Refusal("INVALID_TYPE", pointed(one.query.text, one.at) + words, None)
    child, link = pair
    if any(not isinstance(each, Path) for each in one.query.selected) or one.query.group_by:
        malformed(one.query.text, one.at, "Nesting of semi join sub-selects and aggregates is not supported")
    found = Found(one.query, child, [], 0, _shown(org, child, one.query))
    return Nest(child_name(child, link) or one.query.sobject, link, found, condition(org, child, one.query))


def _candidates(org: Org, sobject: SObject, query: Query, *, deleted: bool) -> Iterable[Row]:
    table = org.table(sobject.name)
    if not deleted:
        for one in lookup(query.where):
            assert isinstance(one.path, Path)
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
        if not isinstance(one.path, Path):
            malformed(query.text, 0, "Ordering by an aggregate takes GROUP BY")
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
    for nest in found.nested:
        record[nest.name] = _inner(org, nest, row, version=version)
    return record


def _inner(org: Org, nest: Nest, row: Row, *, version: str) -> dict[str, Any] | None:
    """Return a record's children as a subquery shows them: null where there is none."""
    linked = org.table(nest.found.sobject.name).found((nest.link.name,), (row["Id"],))
    rows = [child for child in linked if nest.test(child)]
    rows = _cut(nest.found.query, _sorted(org, nest.found.sobject, nest.found.query, rows=rows))
    if not rows:
        return None
    records = [_record(org, nest.found, child, version=version) for child in rows]
    return {"totalSize": len(records), "done": True, "records": records}


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
