"""paths and comparisons + schema -> functions of a record."""

import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.rules import DERIVED
from turnout.simulators.salesforce.schema.fields import NUMBERS, TEXTS, Field, SObject
from turnout.simulators.salesforce.soql.tree import Comparison, Condition, Junction, Literal_, Path, Query, Within
from turnout.simulators.salesforce.soql.words import pointed
from turnout.simulators.salesforce.storage import Row

Getter = Callable[[Row], Any]
Test = Callable[[Row], bool]
_REFERENCE: Final = "Please reference your WSDL or the describe call for the appropriate names."


def field_of(org: Org, sobject: SObject, path: Path, *, text: str) -> tuple[list[Field], Field]:
    """Return the relationships' fields that a path goes over, and the field it ends at; raises INVALID_FIELD."""
    names = path.names
    if len(names) > 1 and names[0].lower() == sobject.name.lower():
        names = names[1:]  # a field may be written with its object's name
    over = []
    for name in names[:-1]:
        step = sobject.relationships.get(name.lower())
        if step is None or step.name.lower() not in org.access.visible(sobject):
            _fail(
                text,
                path,
                f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom"
                " relationship, be sure to append the '__r' after the custom relationship name. " + _REFERENCE,
            )
        over.append(step)
        sobject = org.visible(step.reference_to[0])
    field = org.access.visible(sobject).get(names[-1].lower())
    if field is None:
        _fail(
            text,
            path,
            f"No such column '{names[-1]}' on entity '{sobject.name}'. If you are attempting to use a custom field,"
            " be sure to append the '__c' after the custom field name. " + _REFERENCE,
        )
    return over, field


def _fail(text: str, path: Path, what: str) -> NoReturn:
    raise Refusal("INVALID_FIELD", pointed(text, path.at) + what, None)


def related(org: Org, step: Field, row: Row) -> Row | None:
    """Return the record that a lookup field of `row` names."""
    record_id = row.get(step.name) or ""
    for name in step.reference_to:
        if name.lower() in org.tables and (found := org.table(name).rows.get(record_id)):
            return found
    return None


def getter(org: Org, sobject: SObject, over: list[Field], *, field: Field) -> Getter:
    """Return the function that reads a field of a record, over relationships."""
    if not over:
        derived = DERIVED.get((sobject.name, field.name))
        if derived:
            return lambda row: derived(org, row)
        name = field.name
        return lambda row: row.get(name)
    step, rest = over[0], over[1:]
    inner = getter(org, org.sobjects[step.reference_to[0].lower()], rest, field=field)

    def reached(row: Row) -> Any:
        found = related(org, step, row)
        return None if found is None else inner(found)

    return reached


def condition(org: Org, sobject: SObject, query: Query) -> Test:
    """Return the query's WHERE as a function of a record."""
    return _test(org, sobject, query.where, text=query.text) if query.where else lambda _row: True


def _test(org: Org, sobject: SObject, where: Condition, *, text: str) -> Test:
    if isinstance(where, Comparison):
        return _comparison(org, sobject, where, text=text)
    if isinstance(where, Within):
        return _within(org, sobject, where, text=text)
    parts = [_test(org, sobject, part, text=text) for part in where.parts]
    if where.word == "NOT":
        return lambda row: not parts[0](row)
    joined = all if where.word == "AND" else any
    return lambda row: joined(part(row) for part in parts)


def _within(org: Org, sobject: SObject, one: Within, *, text: str) -> Test:
    """Return a semi-join's test: the inner query is answered once."""
    over, field = field_of(org, sobject, one.path, text=text)
    get = getter(org, sobject, over, field=field)
    inner = org.visible(one.query.sobject)
    [selected] = one.query.selected if len(one.query.selected) == 1 else [None]
    if not isinstance(selected, Path) or field.type not in ("id", "reference"):
        words = f"The inner select of a semi-join must have one field, and be compared to an id: {one.path}"
        raise Refusal("MALFORMED_QUERY", words, None)
    steps, last = field_of(org, inner, selected, text=text)
    read, test = getter(org, inner, steps, field=last), condition(org, inner, one.query)
    found = {read(row) for row in org.table(inner.name).rows.values() if test(row)} - {None}
    return lambda row: (get(row) in found) is one.inside


def _comparison(org: Org, sobject: SObject, one: Comparison, *, text: str) -> Test:
    if not isinstance(one.path, Path):
        raise Refusal("MALFORMED_QUERY", "Aggregate expressions are not allowed in WHERE; use HAVING", None)
    over, field = field_of(org, sobject, one.path, text=text)
    get = getter(org, sobject, over, field=field)
    if one.operator == "LIKE":
        pattern = like(str(one.literals[0].value))
        return lambda row: bool(pattern.fullmatch(str(get(row) or "")))
    if one.literals[0].kind == "days":
        return _within_days(get, one)
    values = [comparable(field, literal) for literal in one.literals]
    return _compared(get, field, one.operator, values=values)


def _compared(get: Getter, field: Field, operator: str, *, values: list[Any]) -> Test:
    fold = not field.exact

    def read(row: Row) -> Any:
        value = get(row)
        return value.casefold() if fold and isinstance(value, str) else value

    wanted, first = frozenset(values), values[0]
    match operator:
        case "=" | "IN":
            return lambda row: read(row) in wanted
        case "!=" | "NOT IN":
            return lambda row: read(row) not in wanted
    tests: dict[str, Callable[[Any], bool]] = {
        "<": lambda value: value < first,
        "<=": lambda value: value <= first,
        ">": lambda value: value > first,
        ">=": lambda value: value >= first,
    }
    ordered = tests[operator]
    return lambda row: first is not None and (value := read(row)) is not None and ordered(value)


def _within_days(get: Getter, one: Comparison) -> Test:
    first, last = str(one.literals[0].value), one.literals[0].last
    compare: dict[str, Callable[[str], bool]] = {
        "=": lambda day: first <= day <= last,
        "!=": lambda day: not first <= day <= last,
        "<": lambda day: day < first,
        "<=": lambda day: day <= last,
        ">": lambda day: day > last,
        ">=": lambda day: day >= first,
    }
    test = compare[one.operator]
    return lambda row: bool(value := get(row)) and test(str(value)[:10])


def comparable(field: Field, literal: Literal_) -> Any:
    """Return a literal as stored values of a field compare; raises where it is written as another type."""
    if literal.kind == "null":
        return None
    if field.type in {"id", "reference"}:
        record_id = ids.read(literal.value)
        if record_id is None:
            raise Refusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}", None)
        return record_id
    kinds = {"boolean": "boolean", "date": "date", "datetime": "dateTime"}
    wanted = "string" if field.type in TEXTS else "double" if field.type in NUMBERS else kinds[field.type]
    if literal.kind != {"string": "text", "double": "number", "dateTime": "datetime"}.get(wanted, wanted):
        quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
        words = f"value of filter criterion for field '{field.name}' must be of type {wanted} and {quotes}"
        raise Refusal("INVALID_FIELD", words, None)
    if isinstance(literal.value, str) and not field.exact:
        return literal.value.casefold()
    return literal.value


def like(pattern: str) -> re.Pattern[str]:
    r"""Return the pattern of a LIKE: `%` any text, `_` any character, `\%` and `\_` themselves; any case."""
    parts = (
        {"%": ".*", "_": "."}.get(part) or re.escape(part[1:] if len(part) == 2 else part)
        for part in re.findall(r"\\.|.", pattern, flags=re.DOTALL)
    )
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def lookup(where: Condition | None) -> list[Comparison]:
    """Return the comparisons that every answer must pass and an index can find: `=` or IN, without null."""
    if isinstance(where, Junction):
        return [found for part in where.parts for found in lookup(part)] if where.word == "AND" else []
    if not isinstance(where, Comparison) or where.operator not in ("=", "IN"):
        return []
    return [where] if all(literal.kind in ("text", "number") for literal in where.literals) else []
