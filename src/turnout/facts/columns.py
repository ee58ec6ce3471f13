"""rows as they came -> typed values: the columns that each kind of file may have, as data."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from turnout.clock import instant

Type = Literal["text", "word", "time", "integer", "number"]


class Column(Struct, frozen=True):
    """One column of a documented file: its name, type, whether it must be filled, and what it means."""

    name: str
    type: Type
    required: bool
    meaning: str
    sample: str = ""


class Unreadable(Struct, frozen=True):
    """A piece that cannot be read, and why, in words for the person who must mend it."""

    reason: str


def typed(columns: Sequence[Column], body: Mapping[str, Any]) -> dict[str, Any] | Unreadable:
    """Return the values of all columns by name: text "" and other types None where nothing is given."""
    values: dict[str, Any] = {}
    for column in columns:
        raw = as_text(body.get(column.name))
        if not raw.strip():
            if column.required:
                return Unreadable(f"{column.name} is empty")
            values[column.name] = "" if column.type in ("text", "word") else None
            continue
        try:
            values[column.name] = READERS[column.type](raw)
        except (ValueError, OverflowError):
            return Unreadable(f"{column.name}: {raw[:60]!r} is no {NOUNS[column.type]}")
    return values


def as_text(value: Any) -> str:
    """Return a cell as text: numbers as they were written, nothing for null, JSON for what is nested."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def attendee(user: str) -> str:
    """Return the user id under which an attendee is known.

    Kaltura matches ids that contain an @ without regard to case, and others with it (facts/kaltura.md §4.1).
    """
    user = user.strip()
    return user.lower() if "@" in user else user


def _moment(text: str) -> float:
    """Return seconds since the epoch for ISO 8601, or for whole seconds (10 digits) or milliseconds (13)."""
    text = text.strip()
    if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"\d{12,13}", text):
        return int(text) / 1000
    return instant(text)


def _integer(text: str) -> int:
    number = float(text)
    if number != int(number):
        raise ValueError(text)
    return int(number)


def _number(text: str) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


READERS: Final[Mapping[Type, Callable[[str], Any]]] = {
    "text": str,
    "word": str.strip,
    "time": _moment,
    "integer": _integer,
    "number": _number,
}

NOUNS: Final[Mapping[Type, str]] = {
    "text": "text",
    "word": "word",
    "time": "time (ISO 8601, e.g. 2026-11-21T19:00:00Z)",
    "integer": "whole number",
    "number": "number",
}
