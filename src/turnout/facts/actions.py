"""rows as they came -> what attendees did beside watching: interactions and poll answers."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from turnout.facts.columns import Column, Unreadable, attendee, typed

INTERACTION_GROUPS: Final = {
    "reaction": "reactions",
    "chat_message": "chat",
    "qna_thread": "qna",
    "raise_hand": "hands",
    "add_to_calendar": "calendar",
    "mic_on": "room",
    "cam_on": "room",
    "room_view": "room",
}
"""Each type of interaction, and the group of metrics that its presence shows to have been read."""

COVERAGE: Final = "coverage"
"""A row of this type names, in `value`, groups that its source can see for the session, even if none happened."""

GROUPS: Final = frozenset({"player", "polls", *INTERACTION_GROUPS.values()})
TIMED: Final = frozenset({"mic_on", "cam_on", "room_view"})

INTERACTION_COLUMNS: Final = (
    Column("event_id", "word", True, "Kaltura's id of the virtual event", "9001"),
    Column("user_id", "word", False, "Kaltura's user id; empty only in a coverage row", "ada@example.com"),
    Column("entry_id", "word", True, "the session's entry id", "1_live0001"),
    Column("type", "word", True, f"{', '.join(INTERACTION_GROUPS)}; or {COVERAGE}", "reaction"),
    Column("at", "time", False, "when it happened", "2026-11-21T19:30:00Z"),
    Column(
        "value",
        "text",
        False,
        "of a reaction: Clap, Heart, Think, Wow, Smile or another; of a room_view: engaged or not; "
        "of a coverage: the groups that were read, apart by blanks",
        "Clap",
    ),
    Column("duration_ms", "integer", False, "how long, in milliseconds: mic_on, cam_on and room_view", ""),
)

POLL_COLUMNS: Final = (
    Column("event_id", "word", True, "Kaltura's id of the virtual event", "9001"),
    Column("entry_id", "word", True, "the session's entry id", "1_live0001"),
    Column("poll_id", "word", True, "the poll's id", "poll-01"),
    Column("question", "text", True, "the question as it was asked", "How did you hear of us?"),
    Column("type", "word", False, "the visual type, e.g. rating scale or crowd vote", "crowd vote"),
    Column("launched_at", "time", False, "when the poll was launched; orders the polls", "2026-11-21T19:40:00Z"),
    Column("user_id", "word", False, "who answered; empty tells of a poll that was launched", "ada@example.com"),
    Column("answer", "text", False, "the answer; several chosen options joined by a comma", "From a friend"),
    Column("answered_at", "time", False, "when it was answered", "2026-11-21T19:41:00Z"),
)


class Interaction(Struct, frozen=True):
    """One thing an attendee did in a session; `at` in seconds since the epoch, 0 where it is not known."""

    source: str
    event_id: str
    user_id: str
    entry_id: str
    type: str
    at: float
    value: str = ""
    duration_ms: int = 0


class PollAnswer(Struct, frozen=True):
    """One attendee's answer to one poll; an empty `user_id` tells only that the poll was launched.

    `launched_at` and `answered_at` are seconds since the epoch, 0 where they are not known.
    """

    source: str
    event_id: str
    entry_id: str
    poll_id: str
    question: str
    type: str
    launched_at: float
    user_id: str
    answer: str
    answered_at: float


def interaction(body: Mapping[str, Any], source: str, _received_at: float) -> Interaction | Unreadable:
    """Return the interaction that a row tells of, or why it cannot be read."""
    values = typed(INTERACTION_COLUMNS, body)
    if isinstance(values, Unreadable):
        return values
    kind = values["type"]
    if kind == COVERAGE:
        strange = set(values["value"].split()) - GROUPS
        if strange or not values["value"].split():
            return Unreadable(f"value: a coverage names groups of {', '.join(sorted(GROUPS))}")
    elif kind not in INTERACTION_GROUPS:
        return Unreadable(f"type: {kind[:60]!r} is none of {', '.join((*INTERACTION_GROUPS, COVERAGE))}")
    elif not values["user_id"]:
        return Unreadable("user_id is empty")
    if kind in TIMED and (values["duration_ms"] is None or values["duration_ms"] < 0):
        return Unreadable(f"duration_ms is missing or negative: a {kind} must say how long")
    values |= {"user_id": attendee(values["user_id"]), "at": values["at"] or 0.0}
    values["duration_ms"] = values["duration_ms"] or 0
    return Interaction(source=source, **values)


def poll_answer(body: Mapping[str, Any], source: str, _received_at: float) -> PollAnswer | Unreadable:
    """Return the poll answer that a row tells of, or why it cannot be read."""
    values = typed(POLL_COLUMNS, body)
    if isinstance(values, Unreadable):
        return values
    if values["answer"] and not values["user_id"]:
        return Unreadable("user_id is empty although there is an answer")
    values["user_id"] = attendee(values["user_id"])
    for name in ("launched_at", "answered_at"):
        values[name] = values[name] or 0.0
    return PollAnswer(source=source, **values)
