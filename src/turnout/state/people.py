"""Who attendees are, what was found out about persons, and what is fixed once a row was first made."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select, update

from turnout.database import upsert
from turnout.records.people import Attendee, Person, person_id
from turnout.tables import ALIAS, ATTENDEE, HOME, SLOT


def since(connection: Connection) -> dict[Attendee, float]:
    """Return the order in which attendees were first seen."""
    return {
        Attendee(line["source"], line["user"]): line["since"]
        for line in connection.execute(select(ATTENDEE)).mappings()
    }


def enrol(connection: Connection, newcomers: Iterable[Attendee]) -> dict[Attendee, float]:
    """Give attendees not known yet their place, in the order given; returns all places."""
    known = since(connection)
    place = max(known.values(), default=0.0)
    fresh = [attendee for attendee in dict.fromkeys(newcomers) if attendee not in known]
    added = {attendee: place + number for number, attendee in enumerate(fresh, 1)}
    rows = [
        {"source": attendee.source, "user": attendee.user, "person": person_id(attendee), "since": number}
        for attendee, number in added.items()
    ]
    upsert(connection, ATTENDEE, rows, fresh=False)
    return known | added


def settled(connection: Connection) -> dict[Attendee, str]:
    """Return the attendees whose person is settled, each with it."""
    query = select(ATTENDEE).where(ATTENDEE.c.email != "")
    return {Attendee(line["source"], line["user"]): line["person"] for line in connection.execute(query).mappings()}


def settle(connection: Connection, people: Iterable[Person]) -> None:
    """Settle for good who the attendees of persons with an e-mail address are; one that is settled stays so."""
    before = settled(connection)
    fresh = [
        {"by_source": attendee.source, "by_user": attendee.user, "as_person": person.id, "as_email": person.email}
        for person in people
        for attendee in person.attendees
        if person.email and attendee not in before
    ]
    place = (ATTENDEE.c.source == bindparam("by_source"), ATTENDEE.c.user == bindparam("by_user"))
    told = update(ATTENDEE).where(*place).values(person=bindparam("as_person"), email=bindparam("as_email"))
    if fresh:
        connection.execute(told, fresh)


def aliases(connection: Connection) -> dict[str, str]:
    """Return persons found to be another one: person -> the other."""
    return {line["person"]: line["into"] for line in connection.execute(select(ALIAS)).mappings()}


def save_alias(connection: Connection, person: str, into: str, *, account: str, remote_id: str, now: float) -> None:
    """Write that two persons are one in an account."""
    row = {"person": person, "into": into, "account": account, "remote_id": remote_id, "made_at": now}
    upsert(connection, ALIAS, [row], fresh=False)


def homes(connection: Connection) -> dict[tuple[str, str], int]:
    """Return the home channels fixed so far: (person, session) -> channel."""
    return {(line["person"], line["session"]): line["channel"] for line in connection.execute(select(HOME)).mappings()}


def fix_homes(connection: Connection, found: Mapping[tuple[str, str], int]) -> None:
    """Fix home channels; one that stands is kept."""
    rows = [{"person": person, "session": session, "channel": home} for (person, session), home in found.items()]
    upsert(connection, HOME, rows, fresh=False)


def slots(connection: Connection) -> dict[tuple[str, str], int]:
    """Return the poll slots fixed so far: (session, poll) -> slot."""
    return {(line["session"], line["poll"]): line["slot"] for line in connection.execute(select(SLOT)).mappings()}


def fix_slots(connection: Connection, found: Mapping[tuple[str, str], int]) -> None:
    """Fix poll slots; one that stands is kept."""
    rows = [{"session": session, "poll": poll, "slot": slot} for (session, poll), slot in found.items()]
    upsert(connection, SLOT, rows, fresh=False)
