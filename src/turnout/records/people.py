"""attendees -> persons: joined by e-mail or alias, with an identifier that is never re-made."""

from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from msgspec import Struct

from turnout.values.records import Value

PROFILE: Final = ("first_name", "last_name", "company", "title", "phone", "country", "industry")


class Attendee(NamedTuple):
    """Somebody as one source knows them."""

    source: str
    user: str


class Observed(Struct, frozen=True):
    """An attendee with what was last known of them; `since` orders attendees by when they were first seen."""

    attendee: Attendee
    since: float
    email: str = ""
    emails_before: tuple[str, ...] = ()
    profile: Mapping[str, Value] = {}
    at: float = 0.0  # when the profile was last told


class Person(Struct, frozen=True):
    """One human: their attendees, earliest first; the latest e-mail and profile; what the join noticed."""

    id: str
    attendees: tuple[Attendee, ...]
    email: str
    profile: Mapping[str, Value]
    notes: tuple[str, ...] = ()

    @property
    def user(self) -> str:
        """Return the latest attendee's user id."""
        return self.attendees[-1].user


def person_id(attendee: Attendee) -> str:
    """Return the 26-character lower-case base32 identifier of the person whose earliest attendee this is."""
    raw = blake2b("\x1f".join(attendee).encode(), digest_size=17).digest()
    return b32encode(raw).decode().lower().rstrip("=")[:26]


def normal_email(text: str | None) -> str:
    """Return an e-mail address as persons are joined by it: trimmed, lower case; "" where there is none."""
    return (text or "").strip().lower()


def persons(observed: Iterable[Observed], aliases: Mapping[str, str]) -> list[Person]:
    """Return the persons behind the attendees, in the order of their earliest attendee.

    `aliases` maps a person found to be another one in some account to that other one.
    """
    ordered = sorted(observed, key=lambda one: (one.since, one.attendee))
    groups: dict[str, list[Observed]] = defaultdict(list)
    leader: dict[str, str] = {}  # e-mail -> person
    for one in ordered:
        own = person_id(one.attendee)
        name = _end(aliases, leader.get(one.email, own) if one.email else own)
        if one.email:
            leader.setdefault(one.email, name)
        groups[name].append(one)
    return [_person(name, members) for name, members in groups.items()]


def _end(aliases: Mapping[str, str], name: str) -> str:
    seen = {name}
    while (following := aliases.get(name)) and following not in seen:
        seen.add(following)
        name = following
    return name


def _person(name: str, members: Sequence[Observed]) -> Person:
    by_time = sorted(members, key=lambda one: (one.at, one.since))
    email = next((one.email for one in reversed(by_time) if one.email), "")
    profile: dict[str, Value] = {}
    for one in by_time:
        profile.update({key: value for key, value in one.profile.items() if value})
    return Person(name, tuple(one.attendee for one in by_time), email, profile, tuple(_notes(members, email)))


def _notes(members: Sequence[Observed], email: str) -> Iterable[str]:
    if len(members) > 1:
        users = ", ".join(one.attendee.user for one in members)
        yield f"{len(members)} users are one person: {users}"
    before = [old for one in members for old in one.emails_before if old != email]
    if before:
        yield f"e-mail changed from {before[-1]} to {email}"
