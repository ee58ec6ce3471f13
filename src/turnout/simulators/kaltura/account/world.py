"""The world of an account: what is going to happen, and what stands by now; time only goes forward."""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from operator import attrgetter

from turnout.simulators.kaltura.account.happenings import Deed, Event, Poll, Session, Stretch, Vote
from turnout.simulators.kaltura.account.people import Change, Profile, User


class World:
    """Events, people, and all that they do; `version` counts changes of people, `edits` what acts add."""

    def __init__(self) -> None:
        self.events: dict[int, Event] = {}
        self.users: dict[str, User] = {}
        self.profiles: dict[tuple[int, str], Profile] = {}
        self.deleted: list[Profile] = []
        self.stretches: dict[str, list[Stretch]] = defaultdict(list)
        self.deeds: dict[str, list[Deed]] = defaultdict(list)
        self.polls: dict[str, Poll] = {}
        self.votes: dict[str, list[Vote]] = defaultdict(list)
        self.came: list[Change] = []
        self.version = 0
        self.edits = 0
        self._ahead: list[Change] = []
        self._next = 0

    def plan(self, changes: Iterable[Change]) -> None:
        """Take what is going to happen to people; only before time moves."""
        self._ahead = sorted([*self._ahead[self._next :], *changes], key=attrgetter("at"))
        self._next = 0

    def move(self, now: float) -> None:
        """Let happen what is due by `now`."""
        while self._next < len(self._ahead) and self._ahead[self._next].at <= now:
            self.happen(self._ahead[self._next])
            self._next += 1

    def happen(self, change: Change) -> None:
        """Let one change happen."""
        self.version += 1
        self.came.append(change)
        user = self.users.setdefault(change.user, User(change.user, created_at=change.at, updated_at=change.at))
        for name, value in (change.fields or {}).items():
            setattr(user, name, value)
            user.updated_at = change.at
        profile = self._profile(change)
        if change.deleted:
            self._delete(profile, change.at)
            return
        if change.data is not None:
            profile.data = change.data
            profile.updated_at = max(profile.updated_at, change.at)
        if change.origin:
            profile.origin = change.origin
        if change.login:
            profile.login, profile.login_at = change.login, change.at
            profile.updated_at = max(profile.updated_at, change.at)
        if change.status:
            profile.reach(change.status, change.at)

    def session(self, entry: str) -> tuple[Event, Session] | None:
        """Return the event and session of an entry."""
        for event in self.events.values():
            for session in event.sessions:
                if session.entry_id == entry:
                    return event, session
        return None

    def _profile(self, change: Change) -> Profile:
        key = change.event, change.user
        if key not in self.profiles:
            guid = self.events[change.event].app_guid
            name = sha256(f"{guid} {change.user} {len(self.deleted)}".encode()).hexdigest()[:24]
            self.profiles[key] = Profile(name, change.event, guid, change.user, change.at, change.at)
        return self.profiles[key]

    def _delete(self, profile: Profile, at: float) -> None:
        profile.deleted_at = at
        self.deleted.append(self.profiles.pop((profile.event, profile.user)))
