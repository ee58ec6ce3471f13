"""arrivals -> facts: read back, typed, what the inbox kept."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from turnout.facts.actions import Interaction, PollAnswer, interaction, poll_answer
from turnout.facts.columns import Unreadable
from turnout.facts.people import Registration, registration
from turnout.tables import ARRIVAL

Fact = TypeVar("Fact")
Read = Callable[[Mapping[str, Any], str, float], Fact | Unreadable]


def arrived(connection: Connection, kind: str, read: Read[Fact]) -> Iterator[Fact]:
    """Yield the facts of one kind in the order of arrival; what is quarantined stays out."""
    wanted = select(ARRIVAL.c.body, ARRIVAL.c.source, ARRIVAL.c.received_at).where(
        ARRIVAL.c.kind == kind, ARRIVAL.c.reason == ""
    )
    for body, source, received_at in connection.execute(wanted.order_by(ARRIVAL.c.id)):
        fact = read(json.loads(body), source, received_at)
        assert not isinstance(fact, Unreadable), f"an arrival was accepted that cannot be read: {fact.reason}"
        yield fact


def interactions(connection: Connection) -> list[Interaction]:
    """Return all interactions, in the order of arrival."""
    return list(arrived(connection, "interactions", interaction))


def poll_answers(connection: Connection) -> list[PollAnswer]:
    """Return all poll answers in the order in which they were given; the last one to a poll is the one that holds."""
    return sorted(arrived(connection, "polls", poll_answer), key=lambda seen: seen.answered_at)


def registrations(connection: Connection) -> list[Registration]:
    """Return all observations of all attendees, in the order in which their statuses were reached."""
    return sorted(arrived(connection, "registrations", registration), key=lambda seen: seen.status_at)
