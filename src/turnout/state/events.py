"""Events, their sessions and channels, and the bindings of events to programs."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from turnout.database import upsert
from turnout.tables import BINDING, CHANNEL, EVENT, SESSION
from turnout.values.bindings import Binding


class EventSession(Struct, frozen=True):
    """A session of an event; `duration_ms` 0 where it is not known."""

    entry_id: str
    name: str = ""
    type: str = ""
    duration_ms: int = 0


class Event(Struct, frozen=True):
    """A virtual event; times in seconds since the epoch, 0 where not known."""

    id: str
    name: str
    starts_at: float = 0.0
    ends_at: float = 0.0
    sessions: tuple[EventSession, ...] = ()


def save_event(connection: Connection, event: Event, channels: Sequence[tuple[int, str]] = ()) -> None:
    """Write an event with its sessions, and the channels' names."""
    upsert(
        connection,
        EVENT,
        [{"id": event.id, "name": event.name, "starts_at": event.starts_at, "ends_at": event.ends_at}],
    )
    upsert(
        connection,
        SESSION,
        [{"event_id": event.id, **msgspec.structs.asdict(session)} for session in event.sessions],
    )
    upsert(connection, CHANNEL, [{"id": str(number), "name": name} for number, name in channels])


def events(connection: Connection) -> list[Event]:
    """Return every event with its sessions."""
    sessions: dict[str, list[EventSession]] = {}
    for line in connection.execute(select(SESSION).order_by(SESSION.c.entry_id)).mappings():
        found = EventSession(line["entry_id"], line["name"], line["type"], line["duration_ms"])
        sessions.setdefault(line["event_id"], []).append(found)
    return [
        Event(line["id"], line["name"], line["starts_at"], line["ends_at"], tuple(sessions.get(line["id"], ())))
        for line in connection.execute(select(EVENT).order_by(EVENT.c.id)).mappings()
    ]


def channels(connection: Connection) -> dict[int, str]:
    """Return the channels' names."""
    return {int(line["id"]): line["name"] for line in connection.execute(select(CHANNEL)).mappings()}


def save_binding(connection: Connection, binding: Binding, now: float) -> None:
    """Write a binding."""
    row = {
        "id": binding.id,
        "event_id": binding.event_id,
        "connection": binding.connection,
        "program": binding.program,
        "vocabulary": binding.vocabulary,
        "labels": msgspec.json.encode(binding.labels).decode(),
        "options": msgspec.json.encode(binding.options).decode(),
        "mapping_version": binding.mapping_version,
        "made_at": now,
    }
    upsert(connection, BINDING, [row])


def bindings(connection: Connection, *, account: str = "", event_id: str = "") -> list[Binding]:
    """Return the bindings, of one account or event where named."""
    query = select(BINDING, EVENT.c.name).join(EVENT, EVENT.c.id == BINDING.c.event_id).order_by(BINDING.c.id)
    if account:
        query = query.where(BINDING.c.connection == account)
    if event_id:
        query = query.where(BINDING.c.event_id == event_id)
    return [
        Binding(
            id=line["id"],
            event_id=line["event_id"],
            event_name=line["name"],
            connection=line["connection"],
            program=line["program"],
            vocabulary=line["vocabulary"],
            labels=msgspec.json.decode(line["labels"] or "{}"),
            options=msgspec.json.decode(line["options"] or "{}"),
            mapping_version=line["mapping_version"],
        )
        for line in connection.execute(query).mappings()
    ]
