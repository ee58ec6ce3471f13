"""inbox, metrics and state -> the facts of an event that records are made of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from turnout.database import transaction
from turnout.facts.actions import PollAnswer
from turnout.facts.arrived import poll_answers, registrations
from turnout.facts.people import Registration
from turnout.metrics.engine import measured
from turnout.metrics.reports import ReportRow, reported
from turnout.metrics.rows import Measured, MetricRow
from turnout.pipeline.home import Home
from turnout.records.attendance import Seen
from turnout.records.derive import EventFacts, SessionNamed
from turnout.records.engagement import Counted, Reported, SessionFacts, homes
from turnout.records.people import PROFILE, Attendee, Observed, Person, normal_email, persons
from turnout.records.polls import Answered, slots
from turnout.settings import Settings
from turnout.state import people as known
from turnout.state.events import Event, channels, events


class Gathered(Struct, frozen=True):
    """The facts of one event, and who is who."""

    event: Event
    facts: EventFacts


def gathered(home: Home, event_id: str = "", *, fix: bool = False) -> list[Gathered]:
    """Return the facts of every event seen, or of one; events that are not registered have only an id.

    With `fix`, who is one person, home channels and poll slots are fixed for good, as delivery needs them.
    """
    numbers = measured(home.path, home.engine, event_id or None)
    with transaction(home.engine) as connection:
        told = registrations(connection)
        reports = reported(connection)
        registered = {event.id: event for event in events(connection)}
        rows: list[MetricRow | ReportRow] = [*numbers.rows, *reports]
        everyone = _everyone(connection, told, rows, chosen=home.settings)
        seen = {row.event_id for row in rows}
        found = [
            _event(
                connection,
                registered.get(one, Event(one, "")),
                told,
                numbers=numbers,
                reports=[row for row in reports if row.event_id == one],
                everyone=everyone,
                home=home,
            )
            for one in ([event_id] if event_id else sorted({*registered, *seen}))
        ]
        if fix:
            known.settle(connection, everyone)
            for one in found:
                known.fix_homes(connection, one.facts.homes)
                known.fix_slots(connection, one.facts.slots)
    return found


def _everyone(
    connection: Connection, told: Sequence[Registration], rows: Iterable[MetricRow | ReportRow], *, chosen: Settings
) -> list[Person]:
    """Return every person, registered or only seen in `rows`; attendees not seen before get their place for good."""
    by_attendee: dict[Attendee, list[Registration]] = defaultdict(list)
    for registration in told:
        by_attendee[Attendee(registration.source, registration.user_id)].append(registration)
    first = {attendee: min(one.status_at for one in theirs) for attendee, theirs in by_attendee.items()}
    for row in rows:
        first.setdefault(Attendee(row.source, row.user), getattr(row, "first_at", 0.0) or float("inf"))
    since = known.enrol(connection, sorted(first, key=lambda attendee: (first[attendee], attendee)))
    settled = known.settled(connection)
    observed = [
        _observed(one, by_attendee.get(one, []), since=since[one], person=settled.get(one, ""), chosen=chosen)
        for one in first
    ]
    return persons(observed, known.aliases(connection))


def _observed(
    attendee: Attendee, told: Sequence[Registration], *, since: float, person: str, chosen: Settings
) -> Observed:
    ordered = sorted(told, key=lambda one: one.status_at)
    emails = [normal_email(one.email) for one in ordered if one.email]
    if not emails and chosen.user_id_as_email and "@" in attendee.user:
        emails = [normal_email(attendee.user)]
    profile = {name: value for one in ordered for name in PROFILE if (value := getattr(one, name))}
    email = emails[-1] if emails else ""
    before = tuple(dict.fromkeys(old for old in emails if old != email))
    return Observed(attendee, since, email, before, profile, ordered[-1].status_at if ordered else 0.0, person)


def _event(
    connection: Connection,
    event: Event,
    told: Sequence[Registration],
    *,
    numbers: Measured,
    reports: Sequence[ReportRow],
    everyone: Sequence[Person],
    home: Home,
) -> Gathered:
    person_of = {attendee: person.id for person in everyone for attendee in person.attendees}
    rows = [row for row in numbers.rows if row.event_id == event.id]
    counted = [_counted(row, person_of) for row in rows]
    answers = [
        _answered(one, person_of) for one in poll_answers(connection) if one.event_id == event.id and one.user_id
    ]
    history = _history([one for one in told if one.event_id == event.id])
    if home.settings.derive_statuses:
        history = {**_derived_of_reports(reports, event), **_derived(rows, event), **history}
    reported = [
        Reported(
            person_of[Attendee(one.source, one.user)],
            one.entry_id,
            one.channel_id,
            one.values,
            final=one.final or home.settings.winner == "reports",
        )
        for one in reports
    ]
    facts = EventFacts(
        persons=everyone,
        history=history,
        counted=counted,
        reported=reported,
        answers=answers,
        sessions=_sessions(event, numbers, home),
        channels=channels(connection),
        homes=homes(counted, known.homes(connection), reported),
        slots=slots(answers, known.slots(connection)),
        keep_attended=home.settings.keep_attended,
    )
    return Gathered(event, facts)


def _counted(row: MetricRow, person_of: Mapping[Attendee, str]) -> Counted:
    person = person_of[Attendee(row.source, row.user)]
    return Counted(person, row.entry_id, row.channel_id, row.parts, row.first_at, row.last_at)


def _answered(one: PollAnswer, person_of: Mapping[Attendee, str]) -> Answered:
    person = person_of[Attendee(one.source, one.user_id)]
    return Answered(
        person,
        one.entry_id,
        one.poll_id,
        one.question,
        one.type,
        one.answer,
        launched_at=one.launched_at,
        answered_at=one.answered_at,
    )


def _history(told: Iterable[Registration]) -> dict[Attendee, list[Seen]]:
    history: dict[Attendee, list[Seen]] = defaultdict(list)
    for one in told:
        seen = Seen(one.status_at, one.status, one.reg_origin == "sso")
        history[Attendee(one.source, one.user_id)].append(seen)
    return dict(history)


def _derived(rows: Iterable[MetricRow], event: Event) -> dict[Attendee, list[Seen]]:
    """Return a status for each attendee out of what they did (design §5)."""
    history: dict[Attendee, list[Seen]] = defaultdict(list)
    for row in rows:
        over = 0 < event.ends_at < row.last_at
        if row.parts.get("live_ms"):
            word = "participated"
        elif row.parts.get("vod_ms") or row.parts.get("plays"):
            word = "participatedPostEvent" if over else "participated"
        else:
            word = "attended"
        history[Attendee(row.source, row.user)].append(Seen(row.first_at, word))
    return dict(history)


def _derived_of_reports(reports: Iterable[ReportRow], event: Event) -> dict[Attendee, list[Seen]]:
    """Return a status for each attendee of whom only reports tell: played, or was there."""
    history: dict[Attendee, list[Seen]] = defaultdict(list)
    for row in reports:
        played = any(row.values.get(name) for name in ("plays", "live_minutes_viewed", "vod_minutes_viewed"))
        seen = Seen(event.starts_at, "participated" if played else "attended")
        history[Attendee(row.source, row.user)].append(seen)
    return dict(history)


def _sessions(event: Event, numbers: Measured, home: Home) -> dict[str, SessionNamed]:
    seen: dict[str, set[str]] = defaultdict(set)
    for event_id, entry, group in numbers.seen:
        if event_id == event.id:
            seen[entry].add(group)
    over = 0 < event.ends_at < home.clock.now()
    reports = home.settings.winner == "reports" or (home.settings.winner == "ended" and over)
    names = {session.entry_id: session for session in event.sessions}
    return {
        entry: SessionNamed(
            names[entry].name if entry in names else "",
            SessionFacts(frozenset(seen[entry]), entry in names and names[entry].duration_ms > 0, reports),
        )
        for entry in {*names, *seen}
    }
