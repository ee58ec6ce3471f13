"""poll answers -> poll records: slot N is the same poll for everyone, in launch order, never renumbered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from turnout.values.records import Value

SLOTS: Final = 10


class Answered(Struct, frozen=True):
    """One person's answer to one poll of a session; times in seconds since the epoch."""

    person: str
    session: str
    poll: str
    question: str
    type: str
    answer: str
    launched_at: float
    answered_at: float


def slots(answers: Iterable[Answered], known: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Return the slot of every (session, poll): the one fixed before, else the next free in launch order.

    Slots run from 1; those above ten are kept and not sent.
    """
    launched: dict[tuple[str, str], float] = {}
    for answer in answers:
        place = (answer.session, answer.poll)
        launched[place] = min(launched.get(place, answer.launched_at), answer.launched_at)
    found = {place: slot for place, slot in known.items() if place in launched}
    taken: dict[str, int] = defaultdict(int)
    for (session, _), slot in known.items():
        taken[session] = max(taken[session], slot)
    for place in sorted(launched.keys() - found.keys(), key=lambda place: (launched[place], place)):
        taken[place[0]] += 1
        found[place] = taken[place[0]]
    return found


def polls(answers: Sequence[Answered], slot: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], dict[str, Value]]:
    """Return the poll values of each (person, session): only answered slots are filled."""
    rows: dict[tuple[str, str], dict[str, Value]] = defaultdict(dict)
    for answer in sorted(answers, key=lambda one: one.answered_at):
        number = slot[answer.session, answer.poll]
        row = rows[answer.person, answer.session]
        if number <= SLOTS:
            row[f"poll_{number}_type"] = answer.type
            row[f"poll_{number}_answer"] = answer.answer
            row[f"poll_{number}_question"] = answer.question
    return dict(rows)


def beyond(answers: Iterable[Answered], slot: Mapping[tuple[str, str], int]) -> int:
    """Return how many answers belong to polls beyond the tenth."""
    return sum(slot[answer.session, answer.poll] > SLOTS for answer in answers)
