"""An event and a number -> so many more people, always the same ones: who registers, comes, watches, answers."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from msgspec import Struct

from turnout.simulators.kaltura.account.happenings import Deed, Event, Poll, Session, Stretch, Vote
from turnout.simulators.kaltura.account.people import Change
from turnout.simulators.kaltura.account.world import World

DAY: Final = 86_400.0
FIRST: Final = ("Ada", "Ben", "Chloé", "Dmitri", "Emeka", "Fatima", "Goran", "Hana", "Iris", "Jürgen", "Kofi", "Lucía")
LAST: Final = (
    "Abbott",
    "Baker",
    "Costa",
    "Dvořák",
    "Eze",
    "Fischer",
    "García",
    "Hansen",
    "Ito",
    "Jones",
    "Kaya",
    "Lee",
)
COMPANIES: Final = (
    "Acme, Inc.",
    "Contoso",
    "Fabrikam",
    "Globex; Ltd",
    "Initech",
    "Northwind",
    "Umbrella | Co",
    "Wayne",
)
TITLES: Final = ("Engineer", "Director, Events", "Analyst", "Product Manager", "CTO", "Student")
COUNTRIES: Final = ("Brazil", "France", "Germany", "India", "Japan", "Kenya", "United Kingdom", "United States")
INDUSTRIES: Final = ("Education", "Finance", "Health", "Manufacturing", "Software")
STATES: Final = ("good", "high", "fair", "low", "no")
SHARES: Final = (0.45, 0.2, 0.15, 0.12, 0.08)
REACTIONS: Final = ("Clap", "Heart", "Think", "Wow", "Smile", "Custom")
DEEDS: Final = ("reaction", "reaction", "reaction", "chat_message", "chat_message", "qna_thread", "raise_hand")

PATHS: Final = (
    (("registered", "confirmed"), "registration", 0.40),
    (("autoConfirmed",), "registration", 0.18),
    (("registered",), "registration", 0.10),
    (("invited", "registered", "confirmed"), "invite", 0.10),
    (("invitedPendingRegistration", "registered"), "invite", 0.05),
    (("invited",), "invite", 0.05),
    (("invitedPendingRegistration",), "invite", 0.01),
    (("created",), "sso", 0.03),
    (("autoConfirmed",), "webhook", 0.03),
    (("registered", "unregistered"), "registration", 0.03),
    (("registered", "blocked"), "registration", 0.01),
    (("created",), "admin", 0.01),
)
"""How people come to an event: the statuses in order, the origin, the share."""
STAY_AWAY: Final = frozenset({"unregistered", "blocked", "invited", "invitedPendingRegistration", "created"})


class Person(Struct):
    """One person that is being made; nobody comes before `ready_at`, when the registration is done."""

    user: str
    event: Event
    rng: Random
    ready_at: float = 0.0


def grow(world: World, event: Event, number: int) -> list[Change]:
    """Return what happens to `number` more people, and put what they do into the world."""
    polls = [poll for poll in world.polls.values() if poll.event == event.id]
    lives = [session for session in event.sessions if session.type != "vod"]
    recordings = [session for session in event.sessions if session.type == "vod"]
    changes: list[Change] = []
    for place in range(1, number + 1):
        person = Person(f"attendee-{place:06d}@example.com", event, Random(f"{event.id} {place}"))
        registered = list(_registration(person, place))
        changes += registered
        if registered[-1].status not in STAY_AWAY:
            person.ready_at = registered[-1].at + 1
            changes += _visits(world, person, lives=lives, recordings=recordings, polls=polls)
    return changes


def _registration(person: Person, place: int) -> Iterator[Change]:
    rng, event = person.rng, person.event
    statuses, origin, _ = rng.choices(PATHS, [share for *_, share in PATHS])[0]
    at = event.starts_at - 600.0 - rng.random() ** 2 * 40 * DAY
    first, last = rng.choice(FIRST), rng.choice(LAST)
    fields = {
        "first_name": first,
        "last_name": f"{last}-{place}",
        "email": "" if rng.random() < 0.002 else person.user,
        "company": rng.choice(COMPANIES),
        "title": rng.choice(TITLES),
        "country": rng.choice(COUNTRIES),
    }
    data: dict[str, Any] = {"industry": rng.choice(INDUSTRIES), "phone": f"+1 555 {place % 10_000:04d}"}
    yield Change(
        at=at,
        event=event.id,
        user=person.user,
        status=statuses[0],
        origin=origin,
        fields=fields,
        data=data,
        login="sso" if origin == "sso" else "",
    )
    for status in statuses[1:]:
        at += rng.uniform(60, min(3 * DAY, event.starts_at - at))
        yield Change(at=at, event=event.id, user=person.user, status=status)


def _visits(
    world: World,
    person: Person,
    *,
    lives: Sequence[Session],
    recordings: Sequence[Session],
    polls: Sequence[Poll],
) -> Iterator[Change]:
    """Yield the statuses that visits bring; most come, some only before it starts, some only afterwards."""
    rng, event = person.rng, person.event
    luck = rng.random()
    if luck < 0.15 or 0.62 <= luck < 0.66:
        early = max(person.ready_at, event.starts_at - rng.uniform(60, 1800))
        yield Change(at=early, event=event.id, user=person.user, status="attended", login="emailPass")
    if luck < 0.62 and lives:
        joins = [_watch_live(world, person, session) for session in _some(rng, lives)]
        for stretches in joins:
            _take_part(world, person, stretches, polls=polls)
        first = min(stretches[0].at for stretches in joins)
        yield Change(at=first, event=event.id, user=person.user, status="participated", login="magicLink")
        if recordings and rng.random() < 0.3:
            _watch_recording(world, person, rng.choice(recordings), at=event.ends_at - rng.uniform(0, 5400))
    elif luck > 0.95 and recordings:
        at = event.ends_at + rng.uniform(600, 2 * DAY)
        _watch_recording(world, person, rng.choice(recordings), at=at)
        yield Change(at=at, event=event.id, user=person.user, status="participatedPostEvent")


def _some(rng: Random, sessions: Sequence[Session]) -> Sequence[Session]:
    return rng.sample(sessions, rng.randint(1, min(2, len(sessions))))


def _watch_live(world: World, person: Person, session: Session) -> list[Stretch]:
    rng = person.rng
    at = max(person.ready_at, session.starts_at) + 1 + rng.expovariate(1 / 300)
    left = max(60.0, session.ends_at - at) * rng.betavariate(2, 3)
    channel = str(rng.choice(person.event.channels).id) if person.event.channels else ""
    made: list[Stretch] = []
    while left > 5 and len(made) < 6:
        seconds = float(min(left, 10 * rng.randint(1, 120)))
        level = rng.choices(STATES, SHARES)[0]
        made.append(
            Stretch(person.user, person.event.id, session.entry_id, "live", channel, level, at, seconds, opens=not made)
        )
        at, left = at + seconds, left - seconds
    world.stretches[person.user] += made
    return made


def _watch_recording(world: World, person: Person, session: Session, *, at: float) -> None:
    rng = person.rng
    length = (session.duration_ms or 600_000) / 1000
    start = length * rng.choice((0.0, 0.0, 0.0, rng.random()))
    seconds = max(5.0, (length - start) * rng.random())
    channel = str(rng.choice(person.event.channels).id) if person.event.channels else ""
    world.stretches[person.user].append(
        Stretch(person.user, person.event.id, session.entry_id, "vod", channel, "good", at, seconds, start, opens=True)
    )


def _take_part(world: World, person: Person, stretches: Sequence[Stretch], *, polls: Sequence[Poll]) -> None:
    rng = person.rng
    entry, first = stretches[0].entry, stretches[0].at
    last = stretches[-1].at + stretches[-1].seconds
    for _ in range(min(12, int(rng.expovariate(1 / 2.0)))):
        kind = rng.choice(DEEDS)
        value = rng.choice(REACTIONS) if kind == "reaction" else ""
        at = rng.uniform(first, last)
        world.deeds[person.user].append(Deed(person.user, person.event.id, entry, kind, at, value))
    for poll in polls:
        if poll.entry == entry and first <= poll.launched_at <= last and rng.random() < 0.6:
            at = min(last, poll.launched_at + rng.uniform(3, 40))
            world.votes[person.user].append(_vote(person, poll, at))


def _vote(person: Person, poll: Poll, at: float) -> Vote:
    rng = person.rng
    if not poll.options:
        return Vote(person.user, poll.id, at, text=f"From {rng.choice(COUNTRIES)}, hello!")
    number = rng.randint(1, len(poll.options)) if poll.multiple else 1
    return Vote(person.user, poll.id, at, sorted(rng.sample(range(len(poll.options)), number)))
