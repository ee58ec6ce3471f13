"""facts and numbers of an event -> records: what should stand in any account."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from turnout.clock import iso
from turnout.metrics.catalogue import METRIC, METRICS
from turnout.records.attendance import Seen, attendance, before, folded, member_values
from turnout.records.engagement import Cell, Counted, Reported, SessionFacts, engagement, together
from turnout.records.people import Attendee, Person
from turnout.records.polls import Answered, polls
from turnout.values.records import Key, Kind, Parking, Record, Value

ACTIVITY_METRICS = tuple(metric.name for metric in METRICS[: METRICS.index(METRIC["smile_clicked_count"]) + 1])
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


class Wish(Struct, frozen=True):
    """What a binding wants of engagement: rows, activities or both; with all channels as channel 0 or apart.

    `settle_seconds` is how long a session must be quiet before its activity, which is written once, may go.
    """

    rows: bool = True
    activities: bool = False
    channel_zero: bool = False
    settle_seconds: float = 1800.0


def records(facts: EventFacts, binding: str, wish: Wish = Wish()) -> list[Record]:  # noqa: B008 - a frozen value
    """Return every record of an event for one binding, persons first, each after what it refers to."""
    people = {person.id: person for person in facts.persons}
    cells = _cells(facts, {} if wish.channel_zero else None) if wish.rows else {}
    answered = polls(facts.answers, facts.slots)
    members = {person.id: found for person in facts.persons if (found := _member(person, facts, binding))}
    made: list[Record] = []
    for name in members:
        made += (_person(people[name]), members[name])
    made += [_row(people[cell.person], cell, values, facts=facts, binding=binding) for cell, values in cells.items()]
    if wish.activities:
        made += _activities(people, facts, binding=binding, wish=wish)
    made += [
        _polls(people[person], session, values, facts=facts, binding=binding)
        for (person, session), values in answered.items()
    ]
    return made


def _cells(facts: EventFacts, home: Mapping[tuple[str, str], int] | None) -> dict[Cell, dict[str, Value]]:
    """Return the engagement cells; with `home`, all channels of a session as the one that it names."""
    counted, reported = facts.counted, facts.reported
    if home is not None:
        counted, reported = together([*counted, *reported], home)
    sessions = {entry: session.facts for entry, session in facts.sessions.items()}
    return engagement(counted, reported, home=facts.homes if home is None else home, sessions=sessions)


def _activities(people: Mapping[str, Person], facts: EventFacts, *, binding: str, wish: Wish) -> list[Record]:
    """Return one activity for each person and session with beacons or reports, with what stood when it settled."""
    last: dict[tuple[str, str], float] = {}
    for row in facts.counted:
        last[row.person, row.session] = max(last.get((row.person, row.session), 0.0), row.last_at)
    cells = _cells(facts, {} if wish.channel_zero else facts.homes)
    return [
        _activity(
            people[cell.person],
            cell,
            values,
            facts=facts,
            binding=binding,
            last_at=last[cell.person, cell.session],
            settle_seconds=wish.settle_seconds,
        )
        for cell, values in cells.items()
        if (cell.person, cell.session) in last
    ]


def _activity(
    person: Person,
    cell: Cell,
    numbers: Mapping[str, Value],
    *,
    facts: EventFacts,
    binding: str,
    last_at: float,
    settle_seconds: float,
) -> Record:
    values: dict[str, Value] = {
        **_session_values(person, cell.session, facts),
        "channel_id": cell.channel,
        "channel_name": facts.channels.get(cell.channel) or "",
        **{name: numbers[name] for name in ACTIVITY_METRICS},
        "at": iso(int(last_at)),
    }
    key = Key(binding, Kind.ACTIVITY, person.id, cell.session, 1)
    made = _record(person, key, values, refs=_member_ref(binding, person))
    return replace(made, not_before=last_at + settle_seconds)


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
