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
    """An attendee with what was last known of them; `since` orders attendees by when they were first seen.

    `person` is the person they were settled as, "" where they are not settled yet.
    """

    attendee: Attendee
    since: float
    email: str = ""
    emails_before: tuple[str, ...] = ()
    profile: Mapping[str, Value] = {}
    at: float = 0.0  # when the profile was last told
    person: str = ""

    @property
    def settled(self) -> str:
        """Return the person they were settled as, else the one that they are by themselves."""
        return self.person or person_id(self.attendee)


class Person(Struct, frozen=True):
    """One human: their attendees, the one told of last at the end; the latest e-mail and profile; what was noticed."""

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

    Attendees are one person where they share an e-mail address, were settled as one, or are joined by an alias:
    `aliases` maps a person found to be another one in some account to that other one. What joins is transitive.
    """
    ordered = sorted(observed, key=lambda one: (one.since, one.attendee))
    joined = _Joined()
    for one in ordered:
        joined.join(one.settled, f"<{one.email}>" if one.email else one.settled)
    for person, other in aliases.items():
        joined.join(person, other)
    groups: dict[str, list[Observed]] = defaultdict(list)
    for one in ordered:
        groups[joined.end(one.settled)].append(one)
    return [_person(_name(members, aliases), members) for members in groups.values()]


class _Joined:
    """Names that stand for the same person, each pointing at another one until the end."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}

    def end(self, name: str) -> str:
        while (following := self._next.get(name, name)) != name:
            self._next[name] = self._next.get(following, following)
            name = following
        return name

    def join(self, name: str, other: str) -> None:
        self._next[self.end(name)] = self.end(other)


def _name(members: Sequence[Observed], aliases: Mapping[str, str]) -> str:
    """Return whose identifier a person bears: the earliest settled attendee's that is no alias, else the earliest's."""
    names = [one.person for one in members if one.person] or [person_id(one.attendee) for one in members]
    ends = [end for name in names if (end := _end(aliases, name)) not in aliases]
    return (ends or names)[0]


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
