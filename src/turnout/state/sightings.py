"""Sightings kept from one cycle to the next: who matches whom, and what a program looks like."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, delete, select

from turnout.database import upsert
from turnout.tables import SIGHTING

T = TypeVar("T")
SOME: Final = 500


class Subject(NamedTuple):
    """What was looked at: in which account, of which kind, and whom or what."""

    account: str
    kind: str
    name: str


def save_sighting(connection: Connection, subject: Subject, value: Any, *, read_at: float) -> None:
    """Keep a sighting; a newer one takes its place."""
    told = encoded(value)
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


def save_sightings(connection: Connection, place: Subject, values: Mapping[str, Any], *, read_at: float) -> None:
    """Keep the sightings of an account and a kind, by subject; newer ones take their places."""
    rows = [
        {"account": place.account, "kind": place.kind, "subject": name, "value": encoded(value), "read_at": read_at}
        for name, value in values.items()
    ]
    for start in range(0, len(rows), SOME):
        upsert(connection, SIGHTING, rows[start : start + SOME])


def sightings(
    connection: Connection, subject: Subject, shape: type[T], *, names: Sequence[str] | None = None
) -> dict[str, T]:
    """Return an account's sightings of a kind by subject: all whose subject begins with `subject.name`, or `names`."""
    query = select(SIGHTING.c.subject, SIGHTING.c.value).where(
        SIGHTING.c.account == subject.account, SIGHTING.c.kind == subject.kind
    )
    if names is None:
        beginning = SIGHTING.c.subject.startswith(subject.name, autoescape=True)
        found = connection.execute(query.where(beginning) if subject.name else query).all()
    else:
        found = []
        for start in range(0, len(names), SOME):
            found += connection.execute(query.where(SIGHTING.c.subject.in_(names[start : start + SOME]))).all()
    return {name: msgspec.json.decode(value, type=shape) for name, value in found}


def older(connection: Connection, account: str, kind: str, *, than: float) -> list[str]:
    """Return the subjects of a kind that were last seen before a time."""
    query = select(SIGHTING.c.subject).where(
        SIGHTING.c.account == account, SIGHTING.c.kind == kind, SIGHTING.c.read_at < than
    )
    return sorted(connection.execute(query).scalars())


def encoded(value: Any) -> str:
    """Return a value as the text that is kept."""
    return msgspec.json.encode(value).decode()


def forget_sightings(connection: Connection, account: str, kind: str) -> None:
    """Drop an account's sightings of a kind, so that they are read again."""
    connection.execute(delete(SIGHTING).where(SIGHTING.c.account == account, SIGHTING.c.kind == kind))
