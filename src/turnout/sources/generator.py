"""An event and a number -> so many more people, whose registrations, beacons and answers have the real form."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

from turnout.clock import iso
from turnout.facts.events import EventPlan, SessionPlan
from turnout.sources.player import STATES, Player, Seat, Stretch

DAY: Final = 86_400
FIRST: Final = ("Ada", "Bao", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace", "Hugo", "Ines", "Jürgen", "Kofi", "Łucja")
LAST: Final = (
    "Abara",
    "Brown",
    "Çelik",
    "Dubois",
    "Eriksen",
    "Fernández",
    "García",
    "Haddad",
    "Ito",
    "Jensen",
    "O'Neil",
)
COMPANIES: Final = ("Northwind", "Contoso, Ltd.", "Fabrikam", 'The "Better" Company', "Größe GmbH", "Acme", "Initech")
TITLES: Final = ("Analyst", "Director, Marketing", "Engineer", "Producer", "VP Sales", "Student")
COUNTRIES: Final = ("Germany", "France", "United States", "Japan", "Brazil", "Ghana", "Côte d'Ivoire")
INDUSTRIES: Final = ("Education", "Finance", "Health", "Media", "Software")

# Each way through the event, how often it is gone, and whether the person comes to watch.
PATHS: Final = (
    (("invited",), 10, False),
    (("registered",), 18, False),
    (("registered", "confirmed"), 8, False),
    (("autoConfirmed",), 8, False),
    (("registered", "unregistered"), 3, False),
    (("blocked",), 1, False),
    (("registered", "attended"), 7, False),
    (("registered", "confirmed", "participated"), 25, True),
    (("autoConfirmed", "participated"), 20, True),
)

REACTIONS: Final = ("Clap", "Heart", "Think", "Wow", "Smile", "Custom")
SMALL_ACTS: Final = ("chat_message", "qna_thread", "raise_hand", "add_to_calendar")
COVERED: Final = "reactions chat qna hands calendar"

POLLS: Final = (
    ("extra-1", "Which track do you follow?", "crowd vote", ("Main stage", "Product", "Both")),
    ("extra-2", "How useful was this session, from 1 to 5?", "rating scale", ("1", "2", "3", "4", "5")),
    ("extra-3", "What should we cover next?", "Open ended question", ("More demos", "Pricing, please", "Nothing")),
)


class More(NamedTuple):
    """Four streams of rows about the same people, each made while it is read."""

    registrations: Iterator[dict[str, Any]]
    beacons: Iterator[dict[str, Any]]
    interactions: Iterator[dict[str, Any]]
    polls: Iterator[dict[str, Any]]


class _Guest(NamedTuple):
    number: int
    user: str
    path: tuple[str, ...]
    comes: bool


def more_people(n: int, *, event: EventPlan, seed: int = 1) -> More:
    """Return `n` more people at an event: the same for the same seed, and the first of a larger number the same.

    They have addresses at example.net. Beacons come viewing session by viewing session, not in the order of time.
    """
    return More(
        _registrations(n, event, seed), _beacons(n, event, seed), _interactions(n, event, seed), _polls(n, event, seed)
    )


def _guests(n: int, seed: int) -> Iterator[tuple[_Guest, Random]]:
    paths = [(path, comes) for path, _weight, comes in PATHS]
    weights = [weight for _path, weight, _comes in PATHS]
    for number in range(1, n + 1):
        rng = Random(f"{seed}/{number}")
        path, comes = rng.choices(paths, weights)[0]
        yield _Guest(number, f"guest-{seed}-{number:06d}@example.net", path, comes), rng


def _registrations(n: int, event: EventPlan, seed: int) -> Iterator[dict[str, Any]]:
    for guest, rng in _guests(n, seed):
        person = {
            "event_id": event.id,
            "user_id": guest.user,
            "email": guest.user,
            "first_name": rng.choice(FIRST),
            "last_name": rng.choice(LAST),
            "company": rng.choice(COMPANIES),
            "title": rng.choice(TITLES),
            "country": rng.choice(COUNTRIES),
            "industry": rng.choice(INDUSTRIES),
        }
        at = event.starts - rng.randint(2, 30) * DAY + rng.randint(0, 3600)
        person["registered_at"] = iso(at)
        for word in guest.path:
            if word == "participated":
                at = event.starts + rng.randint(300, 3000)
            yield {**person, "status": word, "status_at": iso(at)}
            at += rng.randint(60, 3600)


def _beacons(n: int, event: EventPlan, seed: int) -> Iterator[dict[str, Any]]:
    for guest, _rng in _guests(n, seed):
        if not guest.comes:
            continue
        rng = Random(f"{seed}/{guest.number}/watching")
        for session in _visited(event, rng):
            channel = rng.choice(event.channels).id if event.channels else ""
            old = rng.random() < 0.3
            seat = Seat(
                guest.user, session.entry_id, session.type == "live", str(channel), event.id, session.duration_ms, old
            )
            start = round(event.starts + rng.uniform(0, max(60.0, event.ends - event.starts - 1800)), 3)
            yield from Player(seat, start, rng).watch(*_stretches(rng))


def _visited(event: EventPlan, rng: Random) -> list[SessionPlan]:
    live = [session for session in event.sessions if session.type == "live"]
    vod = [session for session in event.sessions if session.type != "live"]
    visited = [rng.choice(live)] if live else []
    if vod and rng.random() < 0.4:
        visited.append(rng.choice(vod))
    return visited


def _stretches(rng: Random) -> list[Stretch]:
    return [
        Stretch(rng.randint(1, 6), rng.choice(list(STATES)), rng.choice((0, 0, 0, 8.0, 45.0)))
        for _ in range(rng.randint(1, 4))
    ]


def _interactions(n: int, event: EventPlan, seed: int) -> Iterator[dict[str, Any]]:
    live = [session for session in event.sessions if session.type == "live"]
    for session in live:
        yield {"event_id": event.id, "entry_id": session.entry_id, "type": "coverage", "value": COVERED}
    for guest, _rng in _guests(n, seed):
        rng = Random(f"{seed}/{guest.number}/acting")
        if not guest.comes or not live:
            continue
        session = _visited(event, Random(f"{seed}/{guest.number}/watching"))[0]
        for number in range(rng.randint(0, 6)):
            kind = rng.choice(("reaction", "reaction", "reaction", *SMALL_ACTS))
            at = event.starts + rng.randint(0, 3600) + number / 1000
            yield {
                "event_id": event.id,
                "user_id": guest.user,
                "entry_id": session.entry_id,
                "type": kind,
                "at": iso(at),
                "value": rng.choice(REACTIONS) if kind == "reaction" else "",
            }


def _polls(n: int, event: EventPlan, seed: int) -> Iterator[dict[str, Any]]:
    live = [session for session in event.sessions if session.type == "live"]
    for guest, _rng in _guests(n, seed):
        rng = Random(f"{seed}/{guest.number}/answering")
        if not guest.comes or not live:
            continue
        for order, (poll, question, kind, options) in enumerate(POLLS):
            launched = event.starts + 1200 + order * 300
            if rng.random() < 0.5:
                yield {
                    "event_id": event.id,
                    "entry_id": live[-1].entry_id,
                    "poll_id": poll,
                    "question": question,
                    "type": kind,
                    "launched_at": iso(launched),
                    "user_id": guest.user,
                    "answer": rng.choice(options),
                    "answered_at": iso(launched + rng.randint(5, 120)),
                }
