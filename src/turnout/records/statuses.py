"""attendance history -> wanted status: the table of all statuses, in both vocabularies, and the ladder."""

from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from turnout.values.records import Value


class Status(Struct, frozen=True):
    """One of Kaltura's attendance statuses and its names elsewhere.

    `rank` orders the ladder, which is never descended; statuses outside it have `ladder` False.
    """

    word: str
    code: str
    step: int
    success: bool
    label: str
    shown: str
    rank: int
    ladder: bool = True


def _status(word: str, code: str, step: int, label: str, shown: str, **more: bool | int) -> Status:
    rank = int(more.get("rank", step))
    return Status(word, code, step, 30 <= step <= 60, label, shown, rank, bool(more.get("ladder", True)))


STATUSES: Final = (
    _status("created", "Created", 10, "Invited by team member", "Invited", rank=10),
    _status("invited", "Invited", 20, "Invited by team member", "Invited"),
    _status("invitedPendingRegistration", "Invited", 20, "Invited by team member to register", "Invited"),
    _status("registered", "Registered", 30, "Registered", "Registered"),
    _status("confirmed", "Confirmed", 40, "Confirmed email", "Registered"),
    _status("autoConfirmed", "autoConfirmed", 40, "Registered no confirmation required", "Registered"),
    _status("attended", "Attended", 50, "Pre-event visit", "Attended"),
    _status("participated", "Participated", 60, "During-event visit", "Attended"),
    _status("participatedPostEvent", "Attended", 50, "Post-event visit", "Attended", rank=55),
    _status("blocked", "Blocked", 70, "Blocked", "Blocked", ladder=False),
    _status("unregistered", "Un-registered", 80, "Un-registered", "Un-registered", ladder=False),
)
STATUS: Final = {status.word: status for status in STATUSES}
SSO_LABEL: Final = "SSO login"

CODES: Final = tuple({status.code: status for status in STATUSES if status.word != "participatedPostEvent"})
CODE_STEPS: Final = {s.code: s.step for s in STATUSES if s.word != "participatedPostEvent"}
LABEL_STEPS: Final = {
    SSO_LABEL: 10,
    **{s.label: s.step for s in STATUSES if s.word not in ("created", "participatedPostEvent")},
}
"""The labels to provision, with their steps: the document's seven, and the three it lost."""
POST_EVENT_LABEL: Final = "Post-event visit"
ALL_LABEL_RANKS: Final = {**LABEL_STEPS, POST_EVENT_LABEL: 55}
OUTSIDE_LADDER: Final = frozenset({"Blocked", "Un-registered"})


def successful(step: int) -> bool:
    """Return whether a status of this step counts as a success (responded)."""
    return 30 <= step <= 60


def label_of(word: str, sso: bool) -> str:
    """Return the granular label of one of Kaltura's words."""
    return SSO_LABEL if word == "created" and sso else STATUS[word].label


class Wanted(Struct, frozen=True):
    """A status to write, in the account's own words; `finding` says why there is none."""

    label: str
    rank: int
    step: int
    finding: str = ""


def vocabulary_seen(labels: Collection[str]) -> str:
    """Return which vocabulary a campaign or channel has: codes, labels, or "" for neither."""
    codes = sum(code in labels for code in CODE_STEPS)
    granular = sum(label in labels for label in LABEL_STEPS)
    if (not codes and not granular) or set(labels) & (set(CODE_STEPS) | set(LABEL_STEPS)) <= _SHARED:
        return ""
    return "codes" if codes >= granular else "labels"


_SHARED: Final = frozenset({"Registered", "Blocked", "Un-registered"})


def wanted(values: Mapping[str, Value], vocabulary: str, own: Mapping[str, str], labels: Collection[str]) -> Wanted:
    """Return the label to write for a MEMBER record's values in a binding's vocabulary.

    A visit after the event moves nobody where the account has no name for it: then the status before it stands.
    """
    word = str(values["status"])
    found = _named(word, str(values["label"]), vocabulary, own, labels)
    if found.finding and values.get("before"):
        return _named(str(values["before"]), str(values["before_label"]), vocabulary, own, labels)
    return found


def _named(word: str, label: str, vocabulary: str, own: Mapping[str, str], labels: Collection[str]) -> Wanted:
    status = STATUS[word]
    name = {"codes": status.code, "labels": label, "map": own.get(word, "")}.get(vocabulary, "")
    if name and name in labels:
        return Wanted(name, _rank(word, label), status.step)
    return Wanted("", 0, 0, f"the account has no status {name!r} for Kaltura's {word!r}")


def _rank(word: str, label: str) -> int:
    return 10 if label == SSO_LABEL else 20 if label == "Invited by team member" else STATUS[word].rank


def rank_of(label: str, vocabulary: str, own: Mapping[str, str]) -> int | None:
    """Return a label's place on the ladder, or None for a label outside the binding's vocabulary."""
    if vocabulary == "map":
        ranks = [STATUS[word].rank for word, name in own.items() if name == label]
        return max(ranks, default=None)
    return (CODE_STEPS if vocabulary == "codes" else ALL_LABEL_RANKS).get(label)
