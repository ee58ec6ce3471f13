"""A seed (JSON) -> an account: its settings, events, people with what they will do, polls, and more people."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import convert

from turnout.clock import instant
from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.growth import grow
from turnout.simulators.kaltura.account.happenings import Channel, Deed, Event, Poll, Session, Stretch, Vote
from turnout.simulators.kaltura.account.people import Change
from turnout.simulators.kaltura.account.settings import Settings
from turnout.simulators.kaltura.account.world import World

MEMBERS: Final = {"settings", "events", "people", "polls", "attendees", "starts_at"}
LEAD_SECONDS: Final = 60 * 86_400.0
EVENT: Final[Mapping[str, Any]] = {
    "id": 9001,
    "name": "Winter Summit 2026",
    "starts_at": "2026-11-21T19:00:00Z",
    "ends_at": "2026-11-22T01:00:00Z",
    "sessions": [
        {"entry_id": "1_live0001", "name": "Opening keynote", "type": "live"},
        {"entry_id": "1_vod00031", "name": "Roadmap 2027", "type": "vod", "duration_ms": 60_000},
    ],
    "channels": [{"id": 330022, "name": "Main stage"}],
}
"""The event of an account that no seed describes; nobody is registered."""


def seeded(seed: Mapping[str, Any] | None, now: float) -> Account:
    """Return the account that a seed describes, as it stands at `now`; ValueError names what is wrong.

    `starts_at` moves the whole seed so that its first event starts then; `attendees` asks for so many more
    people at the first event.
    """
    given = {"events": [EVENT], **(seed or {})}
    if unknown := sorted(set(given) - MEMBERS):
        raise ValueError(f"a seed has no {unknown[0]}")
    world = World()
    events = given["events"]
    shift = instant(given["starts_at"]) - instant(events[0]["starts_at"]) if given.get("starts_at") else 0.0
    times = _Times(shift)
    for event in events:
        world.events[int(event["id"])] = _event(event, times)
    changes = [change for person in given.get("people", []) for change in _person(world, person, times)]
    for poll in given.get("polls", []):
        _poll(world, poll, times)
    if more := int(given.get("attendees", 0)):
        changes += grow(world, next(iter(world.events.values())), more)
    world.plan(changes)
    world.move(now)
    return Account(convert(given.get("settings", {}), Settings), world)


class _Times:
    """Reads the seed's times, moved by so many seconds."""

    def __init__(self, shift: float) -> None:
        self._shift = shift

    def __call__(self, text: str) -> float:
        return instant(text) + self._shift


def _event(given: Mapping[str, Any], at: _Times) -> Event:
    starts, ends = at(given["starts_at"]), at(given["ends_at"])
    sessions = tuple(
        Session(
            entry_id=session["entry_id"],
            name=session["name"],
            type=session.get("type", "live"),
            duration_ms=session.get("duration_ms", 0),
            starts_at=at(session["starts_at"]) if "starts_at" in session else starts,
            ends_at=at(session["ends_at"]) if "ends_at" in session else ends,
        )
        for session in given.get("sessions", [])
    )
    return Event(
        id=int(given["id"]),
        name=given["name"],
        starts_at=starts,
        ends_at=ends,
        created_at=at(given["created_at"]) if "created_at" in given else starts - LEAD_SECONDS,
        app_guid=given.get("app_guid") or str(UUID(int=int(given["id"]), version=4)),
        sessions=sessions,
        channels=tuple(Channel(int(one["id"]), one["name"]) for one in given.get("channels", [])),
        form=given.get("registration_form"),
    )


def _person(world: World, given: Mapping[str, Any], at: _Times) -> Iterator[Change]:
    user, event = given["user_id"], int(given["event"])
    for step in given.get("history", []):
        yield Change(
            at=at(step["at"]),
            event=event,
            user=user,
            status=step.get("status", ""),
            origin=step.get("origin", ""),
            fields=step.get("user"),
            data=step.get("data"),
            login=step.get("login", ""),
            deleted=step.get("deleted", False),
        )
    for visit in given.get("watched", []):
        world.stretches[user] += _visit(visit, user, event, start=at(visit["at"]))
    world.deeds[user] += [
        Deed(
            user=user,
            event=event,
            entry=deed["entry_id"],
            kind=deed["kind"],
            at=at(deed["at"]),
            value=deed.get("value", ""),
            seconds=deed.get("seconds", 0.0),
        )
        for deed in given.get("deeds", [])
    ]


def _visit(visit: Mapping[str, Any], user: str, event: int, *, start: float) -> Iterator[Stretch]:
    """Yield the stretches of one visit, one after the other."""
    at, position = start, float(visit.get("position", 0.0))
    for place, (level, seconds) in enumerate(visit["stretches"]):
        yield Stretch(
            user=user,
            event=event,
            entry=visit["entry_id"],
            kind=visit["kind"],
            channel=str(visit.get("channel", "")),
            level=level,
            at=at,
            seconds=seconds,
            position=position,
            opens=place == 0 and visit.get("plays", True),
        )
        at, position = at + seconds, position + seconds


def _poll(world: World, given: Mapping[str, Any], at: _Times) -> None:
    poll = Poll(
        id=given["id"],
        event=int(given["event"]),
        entry=given["entry_id"],
        question=given["question"],
        launched_at=at(given["launched_at"]),
        options=given.get("options", []),
        visual=given.get("visual", ""),
        icon=given.get("icon", ""),
        multiple=given.get("multiple", False),
        correct=given.get("correct", -1),
        group_id=given.get("group_id", ""),
        group_name=given.get("group_name", ""),
    )
    world.polls[poll.id] = poll
    for vote in given.get("votes", []):
        answer = Vote(vote["user_id"], poll.id, at(vote["at"]), vote.get("options", []), vote.get("text", ""))
        world.votes[answer.user].append(answer)
