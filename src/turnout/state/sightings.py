"""Sightings kept from one cycle to the next: who matches whom, and what a program looks like."""

from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, delete, select

from turnout.database import upsert
from turnout.tables import SIGHTING

T = TypeVar("T")


class Subject(NamedTuple):
    """What was looked at: in which account, of which kind, and whom or what."""

    account: str
    kind: str
    name: str


def save_sighting(connection: Connection, subject: Subject, value: Any, *, read_at: float) -> None:
    """Keep a sighting; a newer one takes its place."""
    told = msgspec.json.encode(value).decode()
    account, kind, name = subject
    row = {"account": account, "kind": kind, "subject": name, "value": told, "read_at": read_at}
    upsert(connection, SIGHTING, [row])


def sighting(connection: Connection, subject: Subject, shape: type[T]) -> T | None:
    """Return what was last seen, or None."""
    query = select(SIGHTING.c.value).where(
        SIGHTING.c.account == subject.account, SIGHTING.c.kind == subject.kind, SIGHTING.c.subject == subject.name
    )
    found = connection.execute(query).scalar()
    return msgspec.json.decode(found, type=shape) if found else None


def forget_sightings(connection: Connection, account: str, kind: str) -> None:
    """Drop an account's sightings of a kind, so that they are read again."""
    connection.execute(delete(SIGHTING).where(SIGHTING.c.account == account, SIGHTING.c.kind == kind))
