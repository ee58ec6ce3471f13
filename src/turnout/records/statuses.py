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


def _status(word: str, code: str, step: int, *, label: str, shown: str, rank: int = 0, ladder: bool = True) -> Status:
    return Status(word, code, step, 30 <= step <= 60, label, shown, rank or step, ladder)


STATUSES: Final = (
    _status("created", "Created", 10, label="Invited by team member", shown="Invited"),
    _status("invited", "Invited", 20, label="Invited by team member", shown="Invited"),
    _status("invitedPendingRegistration", "Invited", 20, label="Invited by team member to register", shown="Invited"),
    _status("registered", "Registered", 30, label="Registered", shown="Registered"),
    _status("confirmed", "Confirmed", 40, label="Confirmed email", shown="Registered"),
    _status("autoConfirmed", "autoConfirmed", 40, label="Registered no confirmation required", shown="Registered"),
    _status("attended", "Attended", 50, label="Pre-event visit", shown="Attended"),
    _status("participated", "Participated", 60, label="During-event visit", shown="Attended"),
    _status("participatedPostEvent", "Attended", 50, label="Post-event visit", shown="Attended", rank=55),
    _status("blocked", "Blocked", 70, label="Blocked", shown="Blocked", ladder=False),
    _status("unregistered", "Un-registered", 80, label="Un-registered", shown="Un-registered", ladder=False),
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


class Words(Struct, frozen=True):
    """The words that a binding uses for statuses: codes, labels or map, and then its `own` label of each word."""

    vocabulary: str
    own: Mapping[str, str] = {}

    def rank(self, label: str) -> int | None:
        """Return a label's place on the ladder, or None for a label outside the vocabulary."""
        if self.vocabulary == "map":
            return max((status.rank for status in self._named(label)), default=None)
        return (CODE_STEPS if self.vocabulary == "codes" else ALL_LABEL_RANKS).get(label)

    def outside(self, label: str) -> bool:
        """Return whether a label stands for Blocked or Un-registered, which lie outside the ladder."""
        if self.vocabulary == "map":
            return any(not status.ladder for status in self._named(label))
        return label in OUTSIDE_LADDER

    def _named(self, label: str) -> list[Status]:
        return [STATUS[word] for word, name in self.own.items() if name == label and word in STATUS]


def wanted(values: Mapping[str, Value], words: Words, labels: Collection[str]) -> Wanted:
    """Return the label to write for a MEMBER record's values, in a binding's words, of those the account has.

    A visit after the event moves nobody where the account has no name for it: then the status before it stands.
    """
    found = _named(str(values["status"]), str(values["label"]), words=words, labels=labels)
    if found.finding and values.get("before"):
        return _named(str(values["before"]), str(values["before_label"]), words=words, labels=labels)
    return found


def _named(word: str, label: str, *, words: Words, labels: Collection[str]) -> Wanted:
    status = STATUS[word]
    name = {"codes": status.code, "labels": label, "map": words.own.get(word, "")}.get(words.vocabulary, "")
    if not name or name not in labels:
        return Wanted("", 0, 0, _lacking(word, name))
    if words.vocabulary == "labels":
        return Wanted(name, ALL_LABEL_RANKS[name], LABEL_STEPS.get(name, status.step))
    return Wanted(name, status.rank, status.step)


def _lacking(word: str, name: str) -> str:
    if name:
        return f"the account has no status {name!r} for Kaltura's {word!r}"
    return f"no status of the account stands for Kaltura's {word!r}: provision the statuses, or map the word to one"
