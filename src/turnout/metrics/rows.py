"""interactions and polls -> rows of parts; and what a row of parts is."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from turnout.facts.actions import COVERAGE, INTERACTION_GROUPS, Interaction, PollAnswer
from turnout.metrics.parts import Place, action_parts, merged, poll_parts

Seen = tuple[str, str, str]
"""An event, a session, and a group of facts that was read for it."""


class MetricRow(Struct, frozen=True):
    """An attendee's parts in one session and channel; times are seconds since the epoch, 0 where not known.

    `channel_id` is None for facts that name none: they count on the person's home row of the session.
    """

    event_id: str
    source: str
    user: str
    entry_id: str
    channel_id: int | None
    parts: Mapping[str, int]
    first_at: float
    last_at: float


class Measured(Struct, frozen=True):
    """All rows of parts, which groups of facts were read for which session, and what could not be placed.

    `notes` counts attendees' rows by what they lack: `no_user`, `no_event`, `no_channel` (0 was taken).
    """

    rows: list[MetricRow]
    seen: set[Seen]
    notes: dict[str, int] = field(default_factory=dict)


def acted(done: Iterable[Interaction], answers: Iterable[PollAnswer]) -> list[MetricRow]:
    """Return the rows of interactions and poll answers: they name no channel."""
    times: dict[Place, list[float]] = {}
    done, answers = list(done), list(answers)
    for place, at in _moments(done, answers):
        times.setdefault(place, []).append(at)
    parts = action_parts(done)
    for place, polls in poll_parts(answers).items():
        parts[place] = merged(parts.get(place, {}), polls)
    return [
        MetricRow(event, source, user, entry, None, values, *_span(times.get((event, source, user, entry), [])))
        for (event, source, user, entry), values in parts.items()
    ]


def read_groups(done: Iterable[Interaction], answers: Iterable[PollAnswer]) -> set[Seen]:
    """Return which groups of facts were read for which session.

    A group was read for a session if any fact of that group came for it, or if a coverage row names it.
    """
    seen = {(answer.event_id, answer.entry_id, "polls") for answer in answers}
    for act in done:
        groups = act.value.split() if act.type == COVERAGE else [INTERACTION_GROUPS[act.type]]
        seen |= {(act.event_id, act.entry_id, group) for group in groups}
    return seen


def _moments(done: Iterable[Interaction], answers: Iterable[PollAnswer]) -> Iterable[tuple[Place, float]]:
    for act in done:
        yield (act.event_id, act.source, act.user_id, act.entry_id), act.at
    for given in answers:
        yield (given.event_id, given.source, given.user_id, given.entry_id), given.answered_at


def _span(times: list[float]) -> tuple[float, float]:
    known = [at for at in times if at > 0]
    return (min(known), max(known)) if known else (0.0, 0.0)
