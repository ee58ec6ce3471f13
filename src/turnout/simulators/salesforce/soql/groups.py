"""rows -> groups: GROUP BY, aggregates, HAVING, and the order of groups."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.schema.fields import SObject
from turnout.simulators.salesforce.soql.bind import field_of, getter
from turnout.simulators.salesforce.soql.tree import Aggregate, Comparison, Condition, Junction, Path, Query
from turnout.simulators.salesforce.soql.words import malformed
from turnout.simulators.salesforce.storage import Row

Group = list[Row]


class Grouping(Struct, frozen=True):
    """A query over an object whose rows are to be grouped."""

    org: Org
    sobject: SObject
    query: Query

    def groups(self, rows: list[Row]) -> list[dict[str, Any]]:
        """Return one result for each group that HAVING lets pass, in order."""
        found = list(self._grouped(rows).values())
        if self.query.having is not None:
            test = self._test(self.query.having)
            found = [group for group in found if test(group)]
        for by in reversed(self.query.order_by):
            found = self._ordered(found, by.path, descending=by.descending, last=by.nulls_last)
        return [self._result(group) for group in found]

    def _grouped(self, rows: list[Row]) -> dict[tuple[Any, ...], Group]:
        keys = [field_of(self.org, self.sobject, path, text=self.query.text) for path in self.query.group_by]
        gets = [getter(self.org, self.sobject, over, field=field) for over, field in keys]
        if not gets:
            return {(): rows}
        groups: dict[tuple[Any, ...], Group] = {}
        for row in rows:
            groups.setdefault(tuple(get(row) for get in gets), []).append(row)
        return groups

    def _ordered(self, groups: list[Group], path: Path | Aggregate, *, descending: bool, last: bool) -> list[Group]:
        read = self._value(path)
        empty = [group for group in groups if read(group) is None]
        full = sorted((group for group in groups if read(group) is not None), key=read, reverse=descending)
        return [*full, *empty] if last else [*empty, *full]

    def _result(self, group: Group) -> dict[str, Any]:
        result: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        unnamed = 0
        for one in self.query.selected:
            if not isinstance(one, Path | Aggregate):
                malformed(self.query.text, 0, "FIELDS() and subqueries cannot be grouped")
            name = one.alias or (one.names[-1] if isinstance(one, Path) else f"expr{unnamed}")
            unnamed += isinstance(one, Aggregate) and not one.alias
            result[name] = self._value(one)(group)
        return result

    def _value(self, one: Path | Aggregate) -> Callable[[Group], Any]:
        """Return how a group's value is read: that of a grouped field, or an aggregate."""
        if isinstance(one, Path):
            over, field = field_of(self.org, self.sobject, one, text=self.query.text)
            if str(one).lower() not in {str(key).lower() for key in self.query.group_by}:
                malformed(self.query.text, one.at, f"Field must be grouped or aggregated: {field.name}")
            get = getter(self.org, self.sobject, over, field=field)
            return lambda group: get(group[0]) if group else None
        if one.path is None:
            return len
        over, field = field_of(self.org, self.sobject, one.path, text=self.query.text)
        read, function = getter(self.org, self.sobject, over, field=field), one.function
        return lambda group: aggregated(function, [value for row in group if (value := read(row)) is not None])

    def _test(self, where: Condition) -> Callable[[Group], bool]:
        if isinstance(where, Junction):
            parts = [self._test(part) for part in where.parts]
            if where.word == "NOT":
                return lambda group: not parts[0](group)
            joined = all if where.word == "AND" else any
            return lambda group: joined(part(group) for part in parts)
        if not isinstance(where, Comparison) or where.operator not in COMPARES:
            raise Refusal("MALFORMED_QUERY", "HAVING compares aggregates and grouped fields", None)
        read, compare = self._value(where.path), COMPARES[where.operator]
        wanted = [literal.value for literal in where.literals]
        return lambda group: compare(_folded(read(group)), [_folded(value) for value in wanted])


COMPARES: dict[str, Callable[[Any, list[Any]], bool]] = {
    "=": lambda value, wanted: value == wanted[0],
    "!=": lambda value, wanted: value != wanted[0],
    "<": lambda value, wanted: value is not None and value < wanted[0],
    "<=": lambda value, wanted: value is not None and value <= wanted[0],
    ">": lambda value, wanted: value is not None and value > wanted[0],
    ">=": lambda value, wanted: value is not None and value >= wanted[0],
    "IN": lambda value, wanted: value in wanted,
    "NOT IN": lambda value, wanted: value not in wanted,
}


def aggregated(function: str, values: list[Any]) -> Any:
    """Return the aggregate of the values that are there; of none, null (a count: 0)."""
    match function:
        case "COUNT":
            return len(values)
        case "COUNT_DISTINCT":
            return len(set(map(_folded, values)))
    if not values:
        return None
    if function in ("MIN", "MAX"):
        return min(values) if function == "MIN" else max(values)
    return sum(values) if function == "SUM" else sum(values) / len(values)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
