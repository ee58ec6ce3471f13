"""rows of reports -> metrics as another platform computed them, in the catalogue's units."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection

from turnout.facts.arrived import arrived
from turnout.facts.columns import Column, Type, Unreadable, attendee, typed
from turnout.metrics.catalogue import METRICS, Metric

UNITS: Final = {
    "count": "a count",
    "minutes": "minutes",
    "%": "0..100",
    "slices": "0..100",
    "ratio": "0..1",
}

HIGHEST: Final = {"%": 100.0, "slices": 100.0, "ratio": 1.0}


def _column(metric: Metric) -> Column:
    kind: Type = "integer" if metric.whole else "number"
    return Column(metric.name, kind, False, f"{metric.help} ({UNITS[metric.unit]})", SAMPLES.get(metric.name, ""))


SAMPLES: Final = {"plays": "2", "vod_minutes_viewed": "12.5", "total_vod_completion_rate": "80"}

ENGAGEMENT_COLUMNS: Final = (
    Column("event_id", "word", True, "Kaltura's id of the virtual event", "9001"),
    Column("user_id", "word", True, "Kaltura's user id", "ada@example.com"),
    Column("entry_id", "word", True, "the session's entry id", "1_vod00003"),
    Column("channel_id", "integer", False, "the channel; empty where the report names none", "330022"),
    Column("final", "word", False, "no: the report may still grow, and beacons go before it; else yes", "yes"),
    Column("as_of", "time", False, "when the report was read: tells two readings apart", "2026-11-22T01:30:00Z"),
    *(_column(metric) for metric in METRICS),
)


class ReportRow(Struct, frozen=True):
    """An attendee's metrics in one session and channel, in the catalogue's units; only those that were given.

    `final`: no more is to come but late views; a report that lags behind a running session is not.
    """

    event_id: str
    source: str
    user: str
    entry_id: str
    channel_id: int | None
    values: Mapping[str, float | int]
    final: bool = True


def report_row(body: Mapping[str, Any], source: str, _received_at: float) -> ReportRow | Unreadable:
    """Return the numbers that a row tells of, or why it cannot be read."""
    values = typed(ENGAGEMENT_COLUMNS, body)
    if isinstance(values, Unreadable):
        return values
    told = {metric.name: values[metric.name] for metric in METRICS if values[metric.name] is not None}
    if not told:
        return Unreadable("the row has no metric at all")
    for metric in METRICS:
        if metric.name in told and not 0 <= told[metric.name] <= HIGHEST.get(metric.unit, float("inf")):
            return Unreadable(f"{metric.name}: {told[metric.name]} is not in {UNITS[metric.unit]}, or is negative")
    if values["final"] not in ("", "yes", "no"):
        return Unreadable(f"final: {values['final'][:60]!r} is neither yes nor no")
    user, channel = attendee(values["user_id"]), values["channel_id"]
    final = values["final"] != "no"
    return ReportRow(values["event_id"], source, user, values["entry_id"], channel, told, final)


def reported(connection: Connection, event_id: str | None = None) -> list[ReportRow]:
    """Return what reports say of one event, or of all: of each attendee, session and channel the newest values.

    A later row replaces the values it gives and leaves the others.
    """
    newest: dict[tuple[str, str, str, str, int | None], ReportRow] = {}
    for row in arrived(connection, "engagement", report_row):
        if event_id is not None and row.event_id != event_id:
            continue
        place = (row.event_id, row.source, row.user, row.entry_id, row.channel_id)
        before = newest[place].values if place in newest else {}
        newest[place] = ReportRow(*place, {**before, **row.values}, row.final)
    return list(newest.values())
