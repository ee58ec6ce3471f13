"""A row of a file as it was given, before anyone judges what it says."""

import json
from typing import Any

from msgspec import Struct

from turnout.inbox.lines import legible


class Given(Struct, frozen=True):
    """A row of a file: its cells by name, or None with the reason; `raw` is its text, `origin` file and line."""

    origin: str
    row: dict[str, Any] | None
    raw: str
    reason: str = ""


def refused(origin: str, raw: str, reason: str) -> Given:
    """Return a row that cannot be read; bytes of `raw` that were no text are written as \\xNN."""
    return Given(origin, None, legible(raw.strip().encode(errors="surrogateescape")), reason)


def checked(given: Given) -> Given:
    """Return a row, or why it cannot be kept: bytes of it are no text in the file's encoding."""
    try:
        given.raw.encode()
        json.dumps(given.row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return refused(given.origin, given.raw, "the row is not UTF-8: save the file as UTF-8, or the row anew")
    return given
