"""numbers -> engagement rows: one for each person, session and channel, with homes for what has no channel."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from turnout.metrics.catalogue import METRICS
from turnout.metrics.values import add, numbers, rounded
from turnout.values.records import Value


class Counted(NamedTuple):
    """One person's parts in one session and channel; `channel` None where the facts name none."""

    person: str
    session: str
    channel: int | None
    parts: Mapping[str, int]
    first_at: float
    last_at: float = 0.0


class Reported(NamedTuple):
    """One person's numbers in catalogue units as a report told them; only a `final` report goes before beacons."""

    person: str
    session: str
    channel: int | None
    values: Mapping[str, Value]
    final: bool = True


class Cell(NamedTuple):
    """Where an engagement row stands: person, session, channel."""

    person: str
    session: str
    channel: int


class SessionFacts(Struct, frozen=True):
    """What is known of a session for its rows: which groups of facts were read, and how it ended."""

    seen: frozenset[str] = frozenset()
    duration_known: bool = False
    reports_win: bool = True


def homes(
    counted: Iterable[Counted], known: Mapping[tuple[str, str], int], reported: Iterable[Reported] = ()
) -> dict[tuple[str, str], int]:
    """Return each (person, session)'s home channel: the one fixed before, else the first known, else 0.

    A report tells no time: its channel counts where no beacon names one.
    """
    first: dict[tuple[str, str], tuple[float, int]] = {}
    places = set()
    seen = [(row, row.first_at) for row in counted] + [(row, float("inf")) for row in reported]
    for row, at in seen:
        place = (row.person, row.session)
        places.add(place)
        if row.channel is not None:
            first[place] = min(first.get(place, (at, row.channel)), (at, row.channel))
    return {place: known.get(place, first.get(place, (0.0, 0))[1]) for place in places}


def together(
    rows: Iterable[Counted | Reported], home: Mapping[tuple[str, str], int]
) -> tuple[list[Counted], list[Reported]]:
    """Return the rows of a session's channels as rows of one channel: that of `home`, else 0."""
    flat = [row._replace(channel=home.get((row.person, row.session), 0)) for row in rows]
    return [row for row in flat if isinstance(row, Counted)], [row for row in flat if isinstance(row, Reported)]


def engagement(
    counted: Sequence[Counted],
    reported: Sequence[Reported],
    *,
    home: Mapping[tuple[str, str], int],
    sessions: Mapping[str, SessionFacts],
) -> dict[Cell, dict[str, Value]]:
    """Return the metric values of every cell, in catalogue units, None where missing.

    A report of the whole session, which names no channel, goes before beacons only where those know one channel:
    on one row of several it would count what the others count as well.
    """
    parts: dict[Cell, Mapping[str, int]] = {}
    for row in counted:
        cell = _cell(row, home)
        parts[cell] = add(parts.get(cell, {}), row.parts)
    told: dict[Cell, list[Reported]] = defaultdict(list)
    for report in reported:
        told[_cell(report, home)].append(report)
    spread = Counter((cell.person, cell.session) for cell in parts)
    rows = {}
    for cell in sorted(parts.keys() | told.keys()):
        facts, reports = sessions.get(cell.session, SessionFacts()), told.get(cell, [])
        doubling = spread[cell.person, cell.session] > 1 and any(one.channel is None for one in reports)
        wins = facts.reports_win and not doubling and all(one.final for one in reports)
        rows[cell] = _merged(parts.get(cell), reports, replace(facts, reports_win=wins))
    return rows


def _cell(row: Counted | Reported, home: Mapping[tuple[str, str], int]) -> Cell:
    channel = row.channel if row.channel is not None else home.get((row.person, row.session), 0)
    return Cell(row.person, row.session, channel)


def _merged(parts: Mapping[str, int] | None, told: Sequence[Reported], facts: SessionFacts) -> dict[str, Value]:
    """Return one row out of the two ways in; a missing value of one never replaces a value of the other."""
    computed = numbers(parts or {}, facts.seen if parts is not None else frozenset(), facts.duration_known)
    report = _folded([one.values for one in told])
    values: dict[str, Value] = {}
    for metric in METRICS:
        ways = (report.get(metric.name), computed.get(metric.name))
        first, second = ways if facts.reports_win else ways[::-1]
        values[metric.name] = second if first is None else first
    return values


def _folded(told: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Fold the reports of one person's attendees: counts and minutes added, shares by live time."""
    if len(told) < 2:
        return dict(told[0]) if told else {}
    folded: dict[str, Value] = {}
    for metric in METRICS:
        known = [(row[metric.name], _live(row)) for row in told if row.get(metric.name) is not None]
        if not known:
            continue
        amounts = [Fraction(str(amount)) for amount, _ in known if isinstance(amount, int | float)]
        if metric.unit in ("count", "minutes"):
            total = sum(amounts, start=Fraction())
            folded[metric.name] = int(total) if metric.whole else rounded(total)
        elif metric.unit == "slices":
            folded[metric.name] = float(max(amounts))
        else:
            weights = [live for _, live in known]
            weighed = sum((amount * weight for amount, weight in zip(amounts, weights, strict=True)), start=Fraction())
            folded[metric.name] = rounded(weighed / sum(weights) if sum(weights) else max(amounts))
    return folded


def _live(row: Mapping[str, Value]) -> Fraction:
    minutes = row.get("live_minutes_viewed")
    return Fraction(str(minutes)) if isinstance(minutes, int | float) else Fraction()
