"""attendance observations -> the status that is wanted, by the ladder."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from turnout.records.statuses import STATUS, label_of
from turnout.values.records import Value


class Seen(NamedTuple):
    """A status as it was seen once; `at` in seconds since the epoch."""

    at: float
    word: str
    sso: bool = False


REACHED = frozenset({"attended", "participated", "participatedPostEvent"})


def attendance(history: Sequence[Seen], *, keep_attended: bool = True) -> Seen | None:
    """Return the status wanted of one attendee, or None where none was ever seen.

    Blocked if current; Un-registered if current and attended was never reached (`keep_attended`);
    else the highest since the last un-registration, where one that `keep_attended` passes over is none.
    """
    if not history:
        return None
    ordered = sorted(history, key=_when)
    current = ordered[-1]
    if current.word == "blocked":
        return current
    attended = keep_attended and any(one.word in REACHED for one in ordered)
    if current.word == "unregistered" and not attended:
        return current
    return _highest(ordered if attended else _since_unregistering(ordered))


def _since_unregistering(ordered: Sequence[Seen]) -> Sequence[Seen]:
    last = max((place for place, one in enumerate(ordered) if one.word == "unregistered"), default=-1)
    return ordered[last + 1 :]


def _highest(ordered: Iterable[Seen]) -> Seen | None:
    """Return the highest on the ladder; of equal ones the latest, so that equal steps may swap."""
    ladder = [one for one in ordered if STATUS[one.word].ladder]
    return max(reversed(ladder), key=lambda one: (STATUS[one.word].rank, one.at), default=None)


def _when(seen: Seen) -> float:
    """Order by time alone: of statuses seen at one time, the one told last is the current one."""
    return seen.at


def folded(statuses: Iterable[Seen]) -> Seen | None:
    """Return one person's status of those of their attendees: the highest on the ladder, else the latest."""
    found = list(statuses)
    return _highest(found) or max(found, key=_when, default=None)


def before(history: Sequence[Seen], status: Seen) -> Seen | None:
    """Return the highest status below `status`, for accounts that have no name for it."""
    rank = STATUS[status.word].rank
    return _highest(one for one in history if STATUS[one.word].ladder and STATUS[one.word].rank < rank)


def member_values(status: Seen, fallback: Seen | None) -> dict[str, Value]:
    """Return the MEMBER values of a status: Kaltura's word and both vocabularies, and those of the fallback."""
    values: dict[str, Value] = {
        "status": status.word,
        "code": STATUS[status.word].code,
        "label": label_of(status.word, status.sso),
    }
    if fallback and status.word == "participatedPostEvent":
        values |= {"before": fallback.word, "before_label": label_of(fallback.word, fallback.sso)}
    return values
