"""Custom reports by number: 4021 (who reacted how) and 3037 (who watched what on which day), as CSV without quotes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from turnout.clock import instant
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.actions import Action, Asked
from turnout.simulators.kaltura.api.answers import File
from turnout.simulators.kaltura.reports.columns import MINUTE, REACTED
from turnout.simulators.kaltura.reports.measures import Scope, Sums, stretches, summed
from turnout.simulators.kaltura.reports.report import csv
from turnout.simulators.kaltura.reports.tables import gone, header, shown

DAY_SECONDS: Final = 86_400.0
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "4021": ("email", *REACTED),
    "3037": ("date", "user_id", "entry_id", "entry_name", "sum_minutes_viewed"),
}
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {"4021": ("virtualeventid",), "3037": ()}
KNOWN: Final = {"from_date", "to_date", "from_date_id", "to_date_id", "entry_ids", "virtualeventid", "timezone_offset"}


def get_csv(asked: Asked) -> Any:
    """Return a custom report as a file of CSV; what is excluded, and only that, is left out."""
    report = asked.required("id")
    if report not in COLUMNS or report in asked.account.settings.reports_off:
        raise Refused("REPORT_NOT_FOUND", report)
    given = _params(asked, report)
    scope = _scope(asked, given)
    if report == "4021" and asked.session.privileges.get("virtualeventid") != given["virtualeventid"]:
        raise Refused("SERVICE_FORBIDDEN", "report->getCsvFromStringParams")
    rows = _reacted(asked, scope) if report == "4021" else _watched(asked, scope)
    kept = list(rows)[: asked.account.settings.custom_rows]
    excluded = {name.strip() for name in asked.text("excludedFields").split(",")}
    out = {place for place, name in enumerate(COLUMNS[report]) if name in excluded}
    out |= gone(asked.account, report, COLUMNS[report])
    columns = [name for name in COLUMNS[report] if name not in excluded]
    lines = [[cell for place, cell in enumerate(row) if place not in out] for row in kept]
    return File(csv([header(asked.account, report, columns), *lines]))


def _params(asked: Asked, report: str) -> dict[str, str]:
    given = dict(part.partition("=")[::2] for part in asked.text("params").split(";") if part)
    if stray := sorted(set(given) - KNOWN):
        raise Refused("UNKNOWN_PARAMETER", f"params {stray[0]}")
    times = ("from_date_id", "to_date_id") if "from_date_id" in given else ("from_date", "to_date")
    for name in (*times, *REQUIRED[report]):
        if not given.get(name):
            raise Refused("REPORT_PARAMETER_MISSING", name)
    return given


def _scope(asked: Asked, given: Mapping[str, str]) -> Scope:
    """Return what a report is about: times as seconds, or as days of a calendar."""
    offset = float(given.get("timezone_offset") or 0) * MINUTE
    if "from_date_id" in given:
        since = _day(given["from_date_id"]) + offset
        until = _day(given["to_date_id"]) + offset + DAY_SECONDS
    else:
        since, until = _moment(given["from_date"]), _moment(given["to_date"]) + 1
    entries = frozenset(part for part in given.get("entry_ids", "").split(",") if part)
    events = frozenset(part for part in [given.get("virtualeventid", "")] if part)
    known = asked.account.known_until(asked.now)
    return Scope(max(since, asked.account.reported_from()), min(until, known), events=events, entries=entries)


def _moment(text: str) -> float:
    return float(text) if text.isdigit() and len(text) != 8 else _day(text)


def _day(text: str) -> float:
    """Return when a day starts: 2026-11-21 or 20261121."""
    try:
        return instant(text if "-" in text else f"{text[:4]}-{text[4:6]}-{text[6:8]}")
    except ValueError:
        raise Refused("INVALID_PARAMS", text) from None


def _reacted(asked: Asked, scope: Scope) -> Iterator[list[str]]:
    """Yield a row for each address; who has none is a row without one."""
    by_email: dict[str, Sums] = {}
    users = asked.account.world.users
    for user, sums in sorted(summed(asked.account, scope).items()):
        email = users[user].email if user in users else ""
        by_email.setdefault(email or f"\0{user}", Sums()).add(sums)
    for email, sums in by_email.items():
        yield ["" if email.startswith("\0") else email, *(shown(made(sums)) for made in REACTED.values())]


def _watched(asked: Asked, scope: Scope) -> Iterator[list[str]]:
    """Yield the minutes of each day, user and entry."""
    minutes: dict[tuple[float, str, str], float] = defaultdict(float)
    for stretch in stretches(asked.account.world, scope):
        first, last = scope.share(stretch.at, stretch.seconds)
        if last > first:
            day = (stretch.at + first) // DAY_SECONDS * DAY_SECONDS
            minutes[day, stretch.user, stretch.entry] += (last - first) / MINUTE
    for (day, user, entry), spent in sorted(minutes.items()):
        session = asked.account.world.session(entry)
        date = datetime.fromtimestamp(day, UTC).strftime(asked.account.settings.report_date)
        yield [date, user, entry, session[1].name if session else "", shown(spent)]


ACTIONS: Final = (
    Action(
        "report",
        "getCsvFromStringParams",
        get_csv,
        ("id", "params", "excludedFields"),
        "admin",
        "ANALYTICS_BASE",
    ),
)
