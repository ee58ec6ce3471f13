"""facts and numbers of an event -> records: what should stand in any account."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from turnout.records.attendance import Seen, attendance, before, folded, member_values
from turnout.records.engagement import Cell, Counted, Reported, SessionFacts, engagement
from turnout.records.people import Attendee, Person
from turnout.records.polls import Answered, polls
from turnout.values.records import Key, Kind, Parking, Record, Value

NO_EMAIL = "the attendee has no e-mail address: give one at the source, or leave the person out"


class SessionNamed(Struct, frozen=True):
    """A session's name, and what its rows need to know."""

    name: str
    facts: SessionFacts = SessionFacts()


class EventFacts(Struct, frozen=True):
    """All that records of one event are made of; persons, cells and slots are already known."""

    persons: Sequence[Person]
    history: Mapping[Attendee, Sequence[Seen]]
    counted: Sequence[Counted]
    reported: Sequence[Reported]
    answers: Sequence[Answered]
    sessions: Mapping[str, SessionNamed]
    channels: Mapping[int, str]
    homes: Mapping[tuple[str, str], int]
    slots: Mapping[tuple[str, str], int]
    keep_attended: bool = True  # who un-registers after having attended stays attended


def records(facts: EventFacts, binding: str) -> list[Record]:
    """Return every record of an event for one binding, persons first, each after what it refers to."""
    people = {person.id: person for person in facts.persons}
    cells = engagement(
        facts.counted,
        facts.reported,
        home=facts.homes,
        sessions={entry: session.facts for entry, session in facts.sessions.items()},
    )
    answered = polls(facts.answers, facts.slots)
    members = {person.id: found for person in facts.persons if (found := _member(person, facts, binding))}
    made: list[Record] = []
    for name in members:
        made += (_person(people[name]), members[name])
    made += [_row(people[cell.person], cell, values, facts=facts, binding=binding) for cell, values in cells.items()]
    made += [
        _polls(people[person], session, values, facts=facts, binding=binding)
        for (person, session), values in answered.items()
    ]
    return made


def _person(person: Person) -> Record:
    key = Key("", Kind.PERSON, person.id)
    return _record(person, key, {**person.profile, "email": person.email})


def _member(person: Person, facts: EventFacts, binding: str) -> Record | None:
    histories = [facts.history[attendee] for attendee in person.attendees if attendee in facts.history]
    keep = facts.keep_attended
    status = folded(found for history in histories if (found := attendance(history, keep_attended=keep)))
    if status is None:
        return None
    fallback = folded(found for history in histories if (found := before(history, status)))
    values = {**member_values(status, fallback), "email": person.email}
    return _record(
        person,
        Key(binding, Kind.MEMBER, person.id),
        values,
        refs=(Key("", Kind.PERSON, person.id),),
        notes=person.notes,
    )


def _row(person: Person, cell: Cell, numbers: Mapping[str, Value], *, facts: EventFacts, binding: str) -> Record:
    values: dict[str, Value] = {
        **_session_values(person, cell.session, facts),
        "channel_id": cell.channel,
        "channel_name": facts.channels.get(cell.channel),
        **numbers,
    }
    return _record(person, Key(binding, Kind.ENGAGEMENT, *cell), values, refs=_member_ref(binding, person))


def _polls(person: Person, session: str, slots: Mapping[str, Value], *, facts: EventFacts, binding: str) -> Record:
    values = {**_session_values(person, session, facts), **slots}
    return _record(person, Key(binding, Kind.POLLS, person.id, session), values, refs=_member_ref(binding, person))


def _member_ref(binding: str, person: Person) -> tuple[Key, ...]:
    return (Key(binding, Kind.MEMBER, person.id),)


def _session_values(person: Person, entry: str, facts: EventFacts) -> dict[str, Value]:
    session = facts.sessions.get(entry)
    return {
        "entry_id": entry,
        "entry_name": session.name if session else None,
        "email": person.email,
        "user": person.user,
    }


def _record(
    person: Person,
    key: Key,
    values: Mapping[str, Value],
    *,
    refs: tuple[Key, ...] = (),
    notes: Iterable[str] = (),
) -> Record:
    if not person.email:
        return Record(key, values, refs, Parking.HELD, NO_EMAIL, tuple(notes))
    return Record(key, values, refs, notes=tuple(notes))
