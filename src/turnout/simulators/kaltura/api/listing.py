"""Lists of api_v3: filters by the ends of their names, order, pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.actions import Asked, number

PAGER: Final = ("pager[objectType]", "pager[pageSize]", "pager[pageIndex]")
PAGE_ROWS: Final = 30
Row = Mapping[str, Any]


def filter_names(*names: str) -> tuple[str, ...]:
    """Return the parameters of a list with the filters of these names."""
    return ("filter[objectType]", "filter[orderBy]", *(f"filter[{name}]" for name in names), *PAGER)


def listed(asked: Asked, rows: Iterable[Row], kind: str, /) -> dict[str, Any]:
    """Return one page of the rows that the filter takes, in its order, with how many there are."""
    given = asked.inner("filter")
    checks = [_check(name, value) for name, value in given.items() if name not in ("objectType", "orderBy") and value]
    found = [row for row in rows if all(check(row) for check in checks)]
    found = ordered(found, str(given.get("orderBy") or ""))
    start, size = page(asked)
    return {"objects": found[start : start + size], "totalCount": len(found), "objectType": kind}


def ids_asked(asked: Asked) -> list[str] | None:
    """Return the ids that the filter asks for, or None where it asks for none."""
    given = asked.inner("filter")
    if given.get("idEqual"):
        return [str(given["idEqual"])]
    return [part.strip() for part in str(given["idIn"]).split(",")] if given.get("idIn") else None


def page(asked: Asked) -> tuple[int, int]:
    """Return where the page starts and how many rows it may have; pages start at 1."""
    pager = asked.inner("pager")
    size = min(number(pager.get("pageSize"), "pageSize", PAGE_ROWS), asked.account.settings.page_rows)
    return (max(1, number(pager.get("pageIndex"), "pageIndex", 1)) - 1) * size, max(0, size)


def ordered(rows: list[Row], by: str) -> list[Row]:
    """Return rows in an order such as `-createdAt`; without one, as they came."""
    if not by:
        return rows
    name = by.lstrip("+-")
    if rows and name not in rows[0]:
        raise Refused("UNKNOWN_PARAMETER", f"orderBy {by}")
    return sorted(rows, key=lambda row: row[name], reverse=by.startswith("-"))


def _check(name: str, value: Any) -> Callable[[Row], bool]:
    for ending, made in CHECKS:
        if name.endswith(ending):
            return made(name.removesuffix(ending), value)
    raise Refused("UNKNOWN_PARAMETER", f"filter[{name}]")


def _equal(name: str, value: Any) -> Callable[[Row], bool]:
    return lambda row: str(row.get(name, "")) == str(value)


def _not_in(name: str, value: Any) -> Callable[[Row], bool]:
    wanted = _parts(value)
    return lambda row: str(row.get(name, "")) not in wanted


def _in(name: str, value: Any) -> Callable[[Row], bool]:
    wanted = _parts(value)
    return lambda row: str(row.get(name, "")) in wanted


def _since(name: str, value: Any) -> Callable[[Row], bool]:
    least = number(value, name, 0)
    return lambda row: row.get(name, 0) >= least


def _until(name: str, value: Any) -> Callable[[Row], bool]:
    most = number(value, name, 0)
    return lambda row: row.get(name, 0) <= most


def _starts(name: str, value: Any) -> Callable[[Row], bool]:
    return lambda row: str(row.get(name, "")).lower().startswith(str(value).lower())


def _parts(value: Any) -> frozenset[str]:
    return frozenset(part.strip() for part in str(value).split(","))


CHECKS: Final[Sequence[tuple[str, Callable[[str, Any], Callable[[Row], bool]]]]] = (
    ("GreaterThanOrEqual", _since),
    ("LessThanOrEqual", _until),
    ("StartsWith", _starts),
    ("NotIn", _not_in),
    ("Equal", _equal),
    ("In", _in),
)
"""How a filter is read, by the end of its name."""
