"""the running state and the interactions -> rows of parts: each attendee in each session and channel."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from turnout.database import transaction
from turnout.facts.arrived import interactions, poll_answers
from turnout.facts.embedded import embedded
from turnout.metrics import statements
from turnout.metrics.parts import PLAYER_PARTS
from turnout.metrics.rows import Measured, MetricRow, acted, read_groups
from turnout.metrics.state import generation_files, stood
from turnout.tables import SESSION


def measured(home: Path, engine: Engine, event_id: str | None = None, *, since: int | None = None) -> Measured:
    """Return what was measured of one event, or of all, as of the last refresh.

    With `since`, only what players told of attendees whom a later step than that one touched: the cost follows
    how many they are.
    """
    with transaction(engine) as connection:
        generations = generation_files(connection)
        listed = _listed(connection)
        done, answers = (interactions(connection), poll_answers(connection)) if since is None else ([], [])
    viewed = _viewed(home, list(generations.values()), listed, since=since)
    measured_all = _placed(viewed)
    rows = [*measured_all.rows, *acted(done, answers)]
    seen = {(row.event_id, row.entry_id, "player") for row in measured_all.rows} | read_groups(done, answers)
    if event_id is None:
        return Measured(rows, seen, measured_all.notes)
    return Measured(
        [row for row in rows if row.event_id == event_id],
        {found for found in seen if found[0] == event_id},
        measured_all.notes,
    )


def _listed(connection: Connection) -> list[tuple[str, str]]:
    return [(entry, event) for entry, event in connection.execute(select(SESSION.c.entry_id, SESSION.c.event_id))]


def _viewed(
    home: Path, generations: list[str], listed: list[tuple[str, str]], *, since: int | None
) -> list[dict[str, Any]]:
    with embedded(home / "scratch") as work:
        stood(work, home, generations, since=since)
        work.execute("CREATE TABLE listed (entry VARCHAR, event VARCHAR)")
        if listed:
            work.executemany("INSERT INTO listed VALUES (?, ?)", listed)
        work.execute(f"CREATE VIEW viewed AS {statements.VIEWED}")
        query = (
            f"{statements.together(statements.MEASURED_KEY, 'viewed')} ORDER BY {', '.join(statements.MEASURED_KEY)}"
        )
        found = work.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _placed(viewed: Iterable[Mapping[str, Any]]) -> Measured:
    """Return the rows that have an attendee, an event and a player; count what lacks them."""
    rows: list[MetricRow] = []
    notes = {"no_user": 0, "no_event": 0, "no_channel": 0}
    for row in viewed:
        if row["channel"] is None:
            continue  # an application's beacon alone: nothing of it is counted
        notes["no_channel"] += row["channel"] == 0
        if not row["attendee"] or not row["event"]:
            notes["no_user" if not row["attendee"] else "no_event"] += 1
            continue
        rows.append(_row(row))
    return Measured(rows, set(), notes)


def _row(row: Mapping[str, Any]) -> MetricRow:
    return MetricRow(
        row["event"],
        row["source"],
        row["attendee"],
        row["entry"],
        row["channel"],
        {part.name: row[part.name] for part in PLAYER_PARTS},
        row["first_ms"] / 1000,
        row["last_ms"] / 1000,
    )
