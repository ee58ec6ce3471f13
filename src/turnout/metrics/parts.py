"""facts -> parts: the table of integers that add up, from which every metric of the catalogue is made."""

from collections.abc import Callable, Iterable, Mapping
from operator import add, or_
from typing import Final, Literal

from msgspec import Struct

from turnout.facts.actions import COVERAGE, Interaction, PollAnswer

Op = Literal["sum", "bit_or", "min", "max"]


class Part(Struct, frozen=True):
    """An integer that merges by `op`, whatever the order: milliseconds, counts, bit masks.

    For a beacon, `expr` is what it adds where `where` holds, in SQL over the columns of the delta step
    (`metrics/statements.py`). For an interaction, `where` is its type and value, and `expr` its field
    (1: each counts one). `group` is the group of facts that shows it.
    """

    name: str
    op: Op
    expr: str
    where: str
    group: str


def _level(name: str, number: int) -> Part:
    return Part(name, "sum", "delta_ms", f"live = 1 AND level = {number}", "player")


PLAYER_PARTS: Final = (
    Part("plays", "sum", "1", "counted = 1", "player"),
    Part("vod_ms", "sum", "delta_ms", "vod = 1", "player"),
    Part("vod_slices_lo", "bit_or", "slices_lo", "vod = 1", "player"),
    Part("vod_slices_hi", "bit_or", "slices_hi", "vod = 1", "player"),
    Part("live_ms", "sum", "delta_ms", "live = 1", "player"),
    _level("live_no_ms", 1),
    _level("live_low_ms", 2),
    _level("live_fair_ms", 3),
    _level("live_good_ms", 4),
    _level("live_high_ms", 5),
)

BOOKKEEPING: Final = (
    Part("first_ms", "min", "received_ms", "", "player"),
    Part("last_ms", "max", "received_ms", "", "player"),
    Part("stray", "max", "stray", "", "player"),
)
"""Not metrics: when the first and the last beacon came, and whether a channel was sent that is no number."""


def _counted(name: str, where: str, group: str, expr: str = "1") -> Part:
    return Part(name, "sum", expr, where, group)


ACTION_PARTS: Final = (
    _counted("claps", "reaction Clap", "reactions"),
    _counted("hearts", "reaction Heart", "reactions"),
    _counted("thinks", "reaction Think", "reactions"),
    _counted("wows", "reaction Wow", "reactions"),
    _counted("smiles", "reaction Smile", "reactions"),
    _counted("reactions", "reaction", "reactions"),
    _counted("polls_answered", "poll", "polls"),
    _counted("messages", "chat_message", "chat"),
    _counted("threads", "qna_thread", "qna"),
    _counted("calendars", "add_to_calendar", "calendar"),
    _counted("hands", "raise_hand", "hands"),
    _counted("mic_ms", "mic_on", "room", "duration_ms"),
    _counted("cam_ms", "cam_on", "room", "duration_ms"),
    _counted("room_ms", "room_view", "room", "duration_ms"),
    _counted("room_engaged_ms", "room_view engaged", "room", "duration_ms"),
)

PARTS: Final = {part.name: part for part in (*PLAYER_PARTS, *ACTION_PARTS)}

MASKS: Final = {"vod_slices": ("vod_slices_lo", "vod_slices_hi")}
"""The catalogue's one name for a hundred slices, and the two masks of 50 bits that hold them."""

Place = tuple[str, str, str, str]
"""Where an attendee's interactions count: event, source, user, entry."""


def action_parts(interactions: Iterable[Interaction]) -> dict[Place, dict[str, int]]:
    """Return what interactions add up to for each attendee in each session."""
    counted: dict[Place, dict[str, int]] = {}
    for done in interactions:
        if done.type == COVERAGE:
            continue
        place = counted.setdefault((done.event_id, done.source, done.user_id, done.entry_id), {})
        for part in ACTION_PARTS:
            if part.where in (done.type, f"{done.type} {done.value.strip()}"):
                place[part.name] = place.get(part.name, 0) + (done.duration_ms if part.expr == "duration_ms" else 1)
    return counted


def poll_parts(answers: Iterable[PollAnswer]) -> dict[Place, dict[str, int]]:
    """Return how many polls each attendee answered in each session; a changed answer is one."""
    answered: dict[Place, set[str]] = {}
    for given in answers:
        if given.user_id and given.answer.strip():
            place = (given.event_id, given.source, given.user_id, given.entry_id)
            answered.setdefault(place, set()).add(given.poll_id)
    return {place: {"polls_answered": len(polls)} for place, polls in answered.items()}


def groups_of(name: str) -> frozenset[str]:
    """Return the groups that show one of the catalogue's parts."""
    return frozenset(PARTS[part].group for part in MASKS.get(name, (name,)))


def merged(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Return two sets of parts as one; a part that is absent adds nothing."""
    both = dict(left)
    for name, value in right.items():
        both[name] = MERGE[PARTS[name].op](both[name], value) if name in both else value
    return both


MERGE: Final[Mapping[Op, Callable[[int, int], int]]] = {"sum": add, "bit_or": or_, "min": min, "max": max}
