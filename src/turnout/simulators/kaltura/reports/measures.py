"""What happened -> sums for each user: seconds by level, plays, slices watched, and what else was done."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Final

from msgspec import Struct, field

from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.happenings import STATES, VIEW_SECONDS, Deed, Stretch
from turnout.simulators.kaltura.account.world import World

SLICES: Final = 100
FEW: Final = 64
PLAYER_DEEDS: Final = ("add_to_calendar", "download_attachment")
SECONDS: Final = {"mic_on": "mic", "cam_on": "cam"}


class Scope(Struct, frozen=True):
    """What a report is about: a time from and until (seconds), and where given only some users, entries, and so on."""

    since: float
    until: float
    events: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    @property
    def few(self) -> bool:
        """Whether only some people are asked for by name."""
        return 0 < len(self.users) <= FEW

    def holds(self, event: int, entry: str) -> bool:
        """Whether something of an event's entry is asked for."""
        return (not self.events or str(event) in self.events) and (not self.entries or entry in self.entries)

    def share(self, at: float, seconds: float) -> tuple[float, float]:
        """Return from which second to which of a span lies in the time that is asked for."""
        return max(0.0, self.since - at), min(seconds, self.until - at)


class Sums(Struct):
    """The sums of one user (or of all): times in seconds, counts, and slices as bits by entry."""

    plays: int = 0
    vod_plays: int = 0
    registered: int = 0
    vod: float = 0.0
    live: float = 0.0
    room: float = 0.0
    room_engaged: float = 0.0
    mic: float = 0.0
    cam: float = 0.0
    levels: dict[str, float] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    visit_slices: int = 0
    slices: int = 0

    @property
    def played(self) -> bool:
        """Whether the player told anything of this user."""
        return bool(self.plays or self.live or self.vod or any(self.done[kind] for kind in PLAYER_DEEDS))

    def add(self, other: "Sums") -> None:
        """Add another's sums."""
        for name in ("plays", "vod_plays", "registered", "vod", "live", "room", "room_engaged", "mic", "cam"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for level, seconds in other.levels.items():
            self.levels[level] = self.levels.get(level, 0.0) + seconds
        self.done += other.done
        self.visit_slices += other.visit_slices
        self.slices |= other.slices


def summed(account: Account, scope: Scope) -> dict[str, Sums]:
    """Return the sums of every user of whom anything is known in a scope; those of many are worked out once."""
    if scope.few:
        return _summed(account.world, scope)
    return account.kept(("sums", scope, account.world.edits), lambda: _summed(account.world, scope))


def stretches(world: World, scope: Scope) -> Iterator[Stretch]:
    """Yield the stretches of which a part lies in the scope."""
    for user in scope.users or world.stretches:
        for stretch in world.stretches.get(user, ()):
            if not scope.holds(stretch.event, stretch.entry) or stretch.at >= scope.until:
                continue
            if scope.channels and stretch.channel not in scope.channels:
                continue
            if scope.kinds and stretch.kind not in scope.kinds:
                continue
            yield stretch


def views(stretch: Stretch, scope: Scope) -> range:
    """Return which of a stretch's ten-second views lie in the scope, by number."""
    first, last = scope.share(stretch.at, stretch.seconds)
    return range(ceil(first / VIEW_SECONDS), ceil(last / VIEW_SECONDS)) if last > first else range(0)


def _summed(world: World, scope: Scope) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    durations = {one.entry_id: one.duration_ms / 1000 for event in world.events.values() for one in event.sessions}
    visits: dict[tuple[str, str], int] = {}
    for stretch in stretches(world, scope):
        first, last = scope.share(stretch.at, stretch.seconds)
        if last <= first:
            continue
        sums = found.setdefault(stretch.user, Sums())
        if stretch.opens and first == 0.0:
            sums.plays += 1
            sums.vod_plays += stretch.kind == "vod"
        _spend(sums, stretch, last - first)
        if stretch.kind == "vod":
            _watch(sums, stretch, (first, last), length=durations.get(stretch.entry, 0.0), visits=visits)
    if not scope.channels and not scope.kinds:
        for deed in _deeds(world, scope):
            _do(found.setdefault(deed.user, Sums()), deed, scope)
        for user, votes in _votes(world, scope):
            found.setdefault(user, Sums()).done["poll"] += votes
    if not scope.entries and not scope.channels and not scope.kinds:
        _registrations(world, scope, found)
    return found


def _spend(sums: Sums, stretch: Stretch, seconds: float) -> None:
    if stretch.kind == "vod":
        sums.vod += seconds
    elif stretch.kind == "room":
        sums.room += seconds
        sums.room_engaged += seconds if stretch.level == "engaged" else 0.0
    else:
        sums.live += seconds
        level = STATES.get(stretch.level, stretch.level)
        sums.levels[level] = sums.levels.get(level, 0.0) + seconds


def _watch(
    sums: Sums, stretch: Stretch, span: tuple[float, float], *, length: float, visits: dict[tuple[str, str], int]
) -> None:
    """Mark the slices (a hundredth of the length each) that were watched; a visit's own are counted once."""
    if length <= 0:
        return
    first = min(SLICES, int((stretch.position + span[0]) / length * SLICES))
    last = min(SLICES, ceil(round((stretch.position + span[1]) / length * SLICES, 6)))
    bits = ((1 << max(0, last - first)) - 1) << first
    sums.slices |= bits
    key = stretch.user, stretch.entry
    before = 0 if stretch.opens else visits.get(key, 0)
    visits[key] = before | bits
    sums.visit_slices += (before | bits).bit_count() - before.bit_count()


def _deeds(world: World, scope: Scope) -> Iterator[Deed]:
    for user in scope.users or world.deeds:
        for deed in world.deeds.get(user, ()):
            if scope.holds(deed.event, deed.entry) and deed.at < scope.until and deed.at + deed.seconds >= scope.since:
                yield deed


def _do(sums: Sums, deed: Deed, scope: Scope) -> None:
    if deed.kind in SECONDS:
        first, last = scope.share(deed.at, deed.seconds)
        name = SECONDS[deed.kind]
        setattr(sums, name, getattr(sums, name) + max(0.0, last - first))
        return
    if deed.at < scope.since:
        return
    sums.done[deed.kind] += 1
    if deed.kind == "reaction":
        sums.done[f"reaction {deed.value}"] += 1


def _votes(world: World, scope: Scope) -> Iterator[tuple[str, int]]:
    users: Iterable[str] = scope.users or world.votes
    for user in users:
        polls = {
            vote.poll
            for vote in world.votes.get(user, ())
            if scope.since <= vote.at < scope.until
            and scope.holds(world.polls[vote.poll].event, world.polls[vote.poll].entry)
        }
        if polls:
            yield user, len(polls)


def _registrations(world: World, scope: Scope, found: dict[str, Sums]) -> None:
    """Count registrations of those who did anything else; they belong to the event, not to an entry."""
    for change in world.came:
        if change.status == "registered" and scope.since <= change.at < scope.until and change.user in found:
            found[change.user].registered += scope.holds(change.event, "")
