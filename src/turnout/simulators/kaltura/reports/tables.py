"""Report, scope and time -> rows: by users, by ten-second views, or one for all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, Final

from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.happenings import STATE_OF, VIEW_SECONDS
from turnout.simulators.kaltura.account.people import User
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.account.world import World
from turnout.simulators.kaltura.reports.columns import NUMBERS, PEOPLE, REPORTS, Report, Row
from turnout.simulators.kaltura.reports.measures import Scope, Sums, stretches, summed, views

LIVE: Final = frozenset({"live", "dvr", "room"})
Cells = Sequence[str | float]


def found(account: Account, report_id: str) -> Report:
    """Return a report; REPORT_NOT_FOUND where there is none, or it is not enabled."""
    if report_id not in REPORTS or report_id in account.settings.reports_off:
        raise Refused("REPORT_NOT_FOUND", report_id)
    return REPORTS[report_id]


def table(account: Account, report: Report, scope: Scope, *, order: str = "") -> list[Cells]:
    """Return all rows of a report in their order; many are worked out once, as long as the same is asked."""
    if scope.few:
        return _table(account, report, scope, order=order)
    key = ("table", report.id, scope, order, account.world.edits)
    return account.kept(key, lambda: _table(account, report, scope, order=order))


def totals(account: Account, report: Report, scope: Scope) -> list[float]:
    """Return the totals of a report: each column of the sums of all."""
    everybody = Sums()
    for sums in summed(account, scope).values():
        everybody.add(sums)
    return [NUMBERS[name](everybody) for name in report.totals]


def header(account: Account, report_id: str, columns: Sequence[str]) -> list[str]:
    """Return the names of columns as the account's report has them: some may be renamed."""
    renamed = account.settings.renamed
    return [name for name in (renamed.get(f"{report_id}.{column}", column) for column in columns) if name]


def gone(account: Account, report_id: str, columns: Sequence[str]) -> set[int]:
    """Return the places of columns that the account's report has no more."""
    renamed = account.settings.renamed
    return {place for place, column in enumerate(columns) if renamed.get(f"{report_id}.{column}", column) == ""}


def person(world: World, user_id: str, scope: Scope, *, sums: Sums) -> Row:
    """Return a row of a user, with the profile of the event that is asked for."""
    events = [int(event) for event in scope.events if event.isdigit()] or list(world.events)
    profiles = (world.profiles.get((event, user_id)) for event in events)
    profile = next((one for one in profiles if one), None)
    return Row(world.users.get(user_id) or User(user_id), profile, sums)


def _table(account: Account, report: Report, scope: Scope, *, order: str) -> list[Cells]:
    if report.by == "views":
        return _by_views(account, scope)
    sums = summed(account, scope)
    if report.by == "nothing":
        return [totals(account, report, scope)] if sums else []
    rows = [
        person(account.world, user, scope, sums=sums[user])
        for user in sorted(sums)
        if sums[user].played or not report.player
    ]
    return _ordered([_cells(report, row) for row in rows], report, order=order)


def _cells(report: Report, row: Row) -> list[str | float]:
    return [PEOPLE[name](row) if name in PEOPLE else NUMBERS[name](row.sums) for name in report.columns]


def _by_views(account: Account, scope: Scope) -> list[Cells]:
    """Return how many views there were in each minute and state."""
    step = account.settings.position_seconds
    counted: Counter[tuple[int, str]] = Counter()
    for stretch in stretches(account.world, scope):
        if stretch.kind in LIVE:
            state = STATE_OF.get(stretch.level, stretch.level)
            for minute, number in _minutes(stretch.at, views(stretch, scope), step):
                counted[minute, state] += number
    return [(float(minute), state, float(number)) for (minute, state), number in sorted(counted.items())]


def _minutes(at: float, numbers: range, step: int) -> Iterator[tuple[int, int]]:
    """Yield the minutes (or other steps) in which views lie, each with how many."""
    place = numbers.start
    while place < numbers.stop:
        minute = int((at + place * VIEW_SECONDS) // step * step)
        after = min(numbers.stop, max(place + 1, ceil((minute + step - at) / VIEW_SECONDS)))
        yield minute, after - place
        place = after


def _ordered(rows: list[Any], report: Report, *, order: str) -> list[Cells]:
    by = order or report.order
    name = by.lstrip("+-")
    if name not in report.columns:
        raise Refused("UNKNOWN_PARAMETER", f"order {by}")
    place = report.columns.index(name)
    return sorted(rows, key=lambda cells: cells[place], reverse=by.startswith("-"))


def shown(value: str | float) -> str:
    """Return a cell's text: numbers with at most fourteen digits, as the server writes them."""
    return value if isinstance(value, str) else f"{value:.14g}"


def friendly(names: Sequence[str], asked: Mapping[str, Any]) -> list[str]:
    """Return the header, with names for people where they are asked for."""
    if str(asked.get("useFriendlyHeadersNames", "")).lower() not in ("1", "true"):
        return list(names)
    return [name.replace("_", " ").title() for name in names]
