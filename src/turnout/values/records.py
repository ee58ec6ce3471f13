"""Keys and records: what should stand, in our own words, naming others by reference."""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

Value = str | int | float | None
DIGEST_VERSION = "1"


class Kind(StrEnum):
    """The kinds of record, in the order in which one person's records are delivered."""

    PERSON = "person"
    MEMBER = "member"
    ENGAGEMENT = "engagement"
    POLLS = "polls"
    ACTIVITY = "activity"


class Key(NamedTuple):
    """Names one record of one account. `binding` is empty for a person, who belongs to the account."""

    binding: str
    kind: Kind
    person: str
    session: str = ""
    channel: int = 0

    def __str__(self) -> str:
        return "/".join((self.binding or "-", self.kind, self.person, self.session, str(self.channel)))


class Parking(StrEnum):
    """Why a record is not on its way although nothing is wrong with the wire."""

    HELD = "held"  # waits for a person's decision
    REJECTED = "rejected"  # refused by the account or by our own checks
    EXCLUDED = "excluded"  # kept out by a rule
    KEPT = "kept"  # the account holds something that belongs to people: left alone, counts as delivered


class Record(Struct, frozen=True):
    """What should stand. `parked` is set where the records stage itself knows that it cannot go.

    `not_before` is when it may go at the earliest, in seconds since the epoch.

    Values by kind (vendor-neutral names; a missing value is absent or None):
    PERSON      email, first_name, last_name, company, title, phone, country, industry
    MEMBER      status (Kaltura's word), code, label (the two vocabularies of `records/statuses.py`), email
    ENGAGEMENT  entry_id, entry_name, email, user, channel_id, channel_name and the metrics of the catalogue
    ACTIVITY    entry_id, entry_name, email, user, channel_id, channel_name, the metrics up to smile_clicked_count,
                and `at`, when it happened (ISO 8601, to the second); its key's channel is the number of its issue
    POLLS       entry_id, entry_name, email, user, poll_1_type, poll_1_answer, poll_1_question ... poll_10_question
    """

    key: Key
    values: Mapping[str, Value]
    refs: tuple[Key, ...] = ()
    parked: Parking | None = None
    reason: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
    not_before: float = 0.0


def digest(values: Mapping[str, Value]) -> str:
    """Return a stable, versioned digest of named values; None and absent are the same."""
    present = {name: values[name] for name in sorted(values) if values[name] is not None}
    return f"{DIGEST_VERSION}:{blake2b(canonical(present), digest_size=12).hexdigest()}"


def canonical(value: Any) -> bytes:
    """Return `value` as JSON with sorted keys, the same bytes for the same value."""
    return msgspec.json.encode(value, order="sorted")
