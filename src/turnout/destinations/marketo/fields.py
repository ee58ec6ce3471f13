"""The fields of the seed document, and values -> what each field of the account can hold."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from turnout.destinations.kit import Difference, Row, alike, cut_to_bytes, cut_to_characters
from turnout.metrics.catalogue import METRIC, METRICS, Metric
from turnout.values.bindings import Config
from turnout.values.records import Kind, Value
from turnout.values.sightings import FieldSeen

STRING_CHARACTERS: Final = 255
ANSWER_CHARACTERS: Final = 1500
QUESTION_CHARACTERS: Final = 3600
LINK: Final = "personId"


class Field(Struct, frozen=True):
    """One field of a custom object: name, data type and description as the seed document has them.

    `width` counts characters, 0 is the type's own. An `exact` value is an identifier: never cut.
    """

    name: str
    type: str
    help: str
    width: int = 0
    exact: bool = False


class ObjectSpec(Struct, frozen=True):
    """One custom object as it should stand; `key` are the dedupe fields, `setting` overrides its API name."""

    kind: Kind
    api_name: str
    setting: str
    help: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of this name."""
        return next(field for field in self.fields if field.name == name)


def _metric(metric: Metric) -> Field:
    return Field(metric.name, "integer" if metric.whole else "float", metric.help)


def _poll(number: int) -> tuple[Field, ...]:
    return (
        Field(f"poll_{number}_type", "string", "The visual type of this poll, i.e., rating scale, crowd vote, etc."),
        Field(
            f"poll_{number}_answer",
            "text",
            "User-submitted answer to the poll. Up to 1500 characters.",
            ANSWER_CHARACTERS,
        ),
        Field(
            f"poll_{number}_question",
            "text",
            "Client-determined poll question asked to the audience. Up to 3600 characters.",
            QUESTION_CHARACTERS,
        ),
    )


_ENTRY: Final = Field("entry_id", "string", "The ID of the Kaltura entry which was watched", exact=True)
_PERSON: Final = Field(LINK, "link", "The ID for linking the lead to any activity they have performed", exact=True)
_EMAIL: Final = Field("email", "string", "The email of the user who attended the session", exact=True)
_USER: Final = Field("user", "string", "Kaltura User ID", exact=True)

_SMILE: Final = _metric(METRIC["smile_clicked_count"])

ENGAGEMENT: Final = ObjectSpec(
    Kind.ENGAGEMENT,
    "kalturaUserSessionEngagement",
    "engagement_object",
    "What one attendee did in one session of a Kaltura virtual event",
    (LINK, "entry_id", "channel_id"),
    (
        _ENTRY,
        Field("entry_name", "string", "The name of the Kaltura entry which was watched"),
        _PERSON,
        _EMAIL,
        _USER,
        Field("channel_id", "integer", "The ID of the channel the content was consumed from", exact=True),
        Field("channel_name", "string", "The name of the channel the content was consumed from"),
        *(_metric(metric) for metric in METRICS),
    ),
)
POLLS: Final = ObjectSpec(
    Kind.POLLS,
    "kalturaUserPolls_c",
    "polls_object",
    "How one attendee answered the polls of one session of a Kaltura virtual event",
    (LINK, "entry_id"),
    (_ENTRY, _PERSON, _EMAIL, _USER, *(field for number in range(1, 11) for field in _poll(number))),
)
"""The document lost this object's link field: without it Marketo approves no object that belongs to people."""

OBJECTS: Final[Mapping[Kind, ObjectSpec]] = {Kind.ENGAGEMENT: ENGAGEMENT, Kind.POLLS: POLLS}

ACTIVITY_KEY: Final = "turnout_key"
ACTIVITY: Final = ObjectSpec(
    Kind.ACTIVITY,
    "userSessionEngagement",
    "activity_type",
    "What one attendee did in one session of a Kaltura virtual event, when it had settled",
    ("entry_id",),
    (
        *(field for field in ENGAGEMENT.fields[: ENGAGEMENT.fields.index(_SMILE) + 1] if field.name != LINK),
        Field(ACTIVITY_KEY, "string", "Turnout's own key: by it a lost answer is looked up", exact=True),
    ),
)
"""The custom activity: entry_id is its primary attribute; nineteen of the document's stand beside it, and our key."""

PERSON_FIELDS: Final = {
    "email": "email",
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "title": "title",
    "phone": "phone",
    "country": "country",
    "industry": "industry",
}
"""Ours -> Marketo's; consent and owner fields are not here, and so are never written."""

NUMBERS: Final = frozenset({"integer", "float", "currency", "percent", "score"})
_SHARES: Final = frozenset({"%", "slices"})
_SECONDS_OR_MINUTES: Final = frozenset({"mic_on", "cam_on"})


class Fit(NamedTuple):
    """A value as a field holds it, with a note where something was lost; `refused` says why it cannot be sent."""

    value: Value
    note: str = ""
    refused: str = ""


def scaled(config: Config, name: str, value: Value) -> Value:
    """Return a metric in the unit that the administrator chose: rates 0..100 or 0..1, minutes or seconds."""
    if not isinstance(value, int | float) or name not in METRIC:
        return value
    if METRIC[name].unit in _SHARES and config.get("rate_scale", "100") == "1":
        return round(value / 100, 4)
    if name in _SECONDS_OR_MINUTES and config.get("mic_cam_unit", "minutes") == "seconds":
        return round(value * 60, 2)
    return value


def fit(field: Field, seen: FieldSeen, value: Value, *, text_bytes: int) -> Fit:
    """Return `value` as the account's field can hold it: numbers by type, texts by the field's own measure."""
    if value is None:
        return Fit(None)
    kind = seen.type or field.type
    if kind in NUMBERS or kind == "link":
        return _number(field, kind, value)
    return _text(field, seen, str(value), text_bytes=text_bytes)


def _number(field: Field, kind: str, value: Value) -> Fit:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        return Fit(None, refused=f"{field.name} is {str(value)[:40]!r}, and the account's field takes numbers only")
    if kind not in {"integer", "link"}:
        return Fit(value if isinstance(value, int) else number)
    nearest = math.floor(number + 0.5)
    exact = value if isinstance(value, int) else nearest
    return Fit(exact, "" if nearest == number else f"{field.name} was rounded from {number:g}: its field is an integer")


def _text(field: Field, seen: FieldSeen, text: str, *, text_bytes: int) -> Fit:
    wide = seen.type == "text" or (not seen.type and field.type == "text")
    own = seen.width or (0 if wide else STRING_CHARACTERS)
    characters = min((width for width in (field.width, own) if width), default=len(text))
    kept = cut_to_characters(text, characters)
    kept = cut_to_bytes(kept, text_bytes) if wide else kept
    if kept == text:
        return Fit(text)
    measure = f"{text_bytes} bytes" if len(kept) < characters else f"{characters} characters"
    if field.exact:
        return Fit(None, refused=f"{field.name} is longer than the {measure} of its field, and is never cut")
    return Fit(kept, f"{field.name} was cut from {len(text)} to {len(kept)} characters ({measure} fit)")


def size_bytes(payload: Mapping[str, Any]) -> int:
    """Return what a row adds to a body: its JSON, and a comma."""
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) + 1


def compared(row: Row, found: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of a row that the account does not hold as they were sent."""
    return [
        Difference(row.change.key, name, value, found.get(name))
        for name, value in row.payload.items()
        if not alike(value, found.get(name))
    ]
