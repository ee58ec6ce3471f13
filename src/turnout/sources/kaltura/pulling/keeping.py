"""Rows and what was seen -> the inbox and the state, in one transaction: a crash loses no page and doubles none."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Engine

from turnout.clock import Clock
from turnout.database import transaction
from turnout.facts.columns import Unreadable
from turnout.inbox.arrivals import Piece, body_of, keep
from turnout.sources.kaltura.reading.events import Described
from turnout.sources.schemas import SCHEMAS
from turnout.state.events import Event, events, save_event
from turnout.state.sightings import (
    Subject,
    forget_sightings,
    older,
    save_sightings,
    sightings,
)

T = TypeVar("T")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the kind of arrival that they are."""


class Kept(Struct, frozen=True):
    """What became of some rows: new ones by kind, and those that cannot be read, with the reason."""

    new: Mapping[str, int]
    refused: Sequence[str]


class Keeping:
    """The inbox and the state of one event in one connection."""

    def __init__(self, engine: Engine, clock: Clock, *, account: str, event_id: str, source: str) -> None:
        self._engine, self._clock = engine, clock
        self._account, self.event_id, self._source = account, event_id, source

    def now(self) -> float:
        """Return the time."""
        return self._clock.now()

    def write(self, rows: Rows, seen: Mapping[str, Mapping[str, Any]], *, read_at: float | None = None) -> Kept:
        """Keep rows as arrivals, and beside them what was seen, by its kind and name: all of it or nothing."""
        now = self._clock.now()
        new: dict[str, int] = {}
        refused: list[str] = []
        with transaction(self._engine) as connection:
            for kind, some in rows.items():
                pieces = [self._piece(kind, row, now) for row in some]
                fresh = keep(connection, kind, pieces, source=self._source, now=now)
                refused += [f"{one.origin}: {one.reason}" for one in fresh if one.reason]
                new[kind] = sum(not one.reason for one in fresh)
            for kind, values in seen.items():
                at = now if read_at is None else read_at
                save_sightings(connection, Subject(self._account, self._kind(kind), ""), values, read_at=at)
        return Kept(new, refused)

    def seen(self, kind: str, shape: type[T], *, names: Sequence[str] | None = None, begin: str = "") -> dict[str, T]:
        """Return what was seen of a kind: all whose name begins so, or those of `names`."""
        with transaction(self._engine) as connection:
            return sightings(connection, Subject(self._account, self._kind(kind), begin), shape, names=names)

    def unseen(self, kind: str, since: float) -> list[str]:
        """Return the names of a kind that were not seen since a time."""
        with transaction(self._engine) as connection:
            return older(connection, self._account, self._kind(kind), than=since)

    def forget(self, kind: str) -> None:
        """Drop what was seen of a kind."""
        with transaction(self._engine) as connection:
            forget_sightings(connection, self._account, self._kind(kind))

    def known_event(self) -> Event | None:
        """Return the event as it is known, or None."""
        with transaction(self._engine) as connection:
            return next((one for one in events(connection) if one.id == self.event_id), None)

    def write_event(self, told: Described) -> None:
        """Keep the event with its sessions, and the channels' names."""
        with transaction(self._engine) as connection:
            save_event(connection, told.event, told.channels)

    def _kind(self, kind: str) -> str:
        return f"{kind}/{self.event_id}"

    def _piece(self, kind: str, row: Mapping[str, Any], now: float) -> Piece:
        fact = SCHEMAS[kind].read(row, self._source, now)
        origin = f"pull {self._account}: {kind} of {row.get('user_id') or row.get('poll_id') or '?'}"
        return Piece(body_of(dict(row)), origin, fact.reason if isinstance(fact, Unreadable) else "")
