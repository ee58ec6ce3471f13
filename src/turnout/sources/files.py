"""files -> inbox: rows become arrivals, beacons become sealed parts, and what cannot be read is quarantined."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from sqlalchemy import Engine

from turnout.clock import Clock
from turnout.database import transaction
from turnout.facts.columns import Unreadable
from turnout.inbox.arrivals import Piece, body_of, keep
from turnout.inbox.beacons import take_beacons
from turnout.inbox.replay import Replayed, replay_beacons, replay_rows
from turnout.sources.given import Given
from turnout.sources.rows import rows
from turnout.sources.schemas import BEACONS, Schema, schema_of

BATCH_ROWS: Final = 1_000

Progress = Callable[[int], object]
"""Told how many pieces were read so far."""


class Ingested(Struct):
    """What became of some files: pieces read, new and known ones, and those quarantined now, with the reason.

    read = new + known + quarantined, where a piece quarantined before counts as known.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    quarantined: list[tuple[str, str]] = field(default_factory=list)


def ingest(
    home: Path,
    engine: Engine,
    kind: str,
    files: Sequence[Path] = (),
    *,
    source: str = "kaltura",
    clock: Clock,
    progress: Progress | None = None,
) -> Ingested:
    """Keep what some files hold, and return what became of it.

    Kinds are beacons, registrations, engagement, interactions and polls. What was ingested before is known and
    changes nothing, so that an ingest which was killed is simply run again.
    Raises InputError where a file cannot be opened, or lacks a required column.
    """
    done = Ingested()
    for file in files:
        steps = (
            _beacons(home, engine, file, source=source, clock=clock)
            if kind == BEACONS
            else _rows(engine, schema_of(kind), file, source=source, clock=clock)
        )
        for step in steps:
            _add(done, step)
            if progress:
                progress(done.read)
    return done


def replay(home: Path, engine: Engine, kind: str, *, source: str = "kaltura", clock: Clock) -> Replayed:
    """Read what is quarantined of one kind again, after a fix; returns how many can be read now, and how many not.

    Beacons are replayed of one source, rows of all.
    """
    if kind == BEACONS:
        return replay_beacons(home, engine, source=source, now=clock.now())
    return replay_rows(engine, kind, schema_of(kind).read)


def _add(done: Ingested, step: Ingested) -> None:
    done.read += step.read
    done.new += step.new
    done.known += step.known
    done.quarantined += step.quarantined


def _beacons(home: Path, engine: Engine, file: Path, *, source: str, clock: Clock) -> Iterator[Ingested]:
    for taken in take_beacons(home, engine, file, source=source, now=clock.now()):
        bad = [(piece.origin, piece.reason) for piece in taken.quarantined]
        yield Ingested(taken.read, taken.new, taken.known, bad)


def _rows(engine: Engine, schema: Schema, file: Path, *, source: str, clock: Clock) -> Iterator[Ingested]:
    given = rows(file, schema)
    while some := list(islice(given, BATCH_ROWS)):
        now = clock.now()
        pieces = [_piece(row, schema, source=source, now=now) for row in some]
        with transaction(engine) as connection:
            fresh = keep(connection, schema.kind, pieces, source=source, now=now)
        bad = [(piece.origin, piece.reason) for piece in fresh if piece.reason]
        yield Ingested(len(pieces), len(fresh) - len(bad), len(pieces) - len(fresh), bad)


def _piece(given: Given, schema: Schema, *, source: str, now: float) -> Piece:
    if given.row is None:
        return Piece(given.raw, given.origin, given.reason)
    fact = schema.read(given.row, source, now)
    return Piece(body_of(given.row), given.origin, fact.reason if isinstance(fact, Unreadable) else "")
