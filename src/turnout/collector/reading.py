"""a player's request -> the line that is kept, or the answer that refuses it."""

import re
from typing import Final
from urllib.parse import unquote_plus

import msgspec
from msgspec import Struct

JSON_MARKS: Final = (b"{", b"[")
PARTNER: Final = re.compile(r"(?:^|&)partnerId=([^&]*)")


class Line(Struct, frozen=True):
    """A request as it is kept: what came, and when; `unreadable` says why nobody can read its body.

    The form is that of the captures (facts/kaltura.md §7.2), so a log is a file that can be ingested.
    """

    captured_at: float
    method: str
    url: str
    content_type: str
    body: str
    unreadable: str = ""


class _Partner(Struct, rename={"partner": "partnerId"}):
    partner: int | str | None = None


_ENCODER: Final = msgspec.json.Encoder()
_PARTNER: Final = msgspec.json.Decoder(_Partner)


def partner_of(query: str, body: bytes) -> str:
    """Return the partner that a beacon names in query, JSON or form body; "" where none can be read."""
    found = PARTNER.search(query)
    if found:
        return unquote_plus(found[1]).strip()
    if body.lstrip()[:1] in JSON_MARKS:
        return _partner_in_json(body)
    found = PARTNER.search(body.decode(errors="replace"))
    return unquote_plus(found[1]).strip() if found else ""


def _partner_in_json(body: bytes) -> str:
    try:
        named = _PARTNER.decode(body).partner
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
    return "" if named is None else str(named).strip()


def line_of(url: str, at: float, *, method: str = "GET", content_type: str = "", body: bytes = b"") -> bytes:
    """Return a request as the line that is kept, with its newline."""
    try:
        text, unreadable = body.decode(), ""
    except UnicodeDecodeError as failure:
        text = body.decode(errors="backslashreplace")
        unreadable = f"the body is not UTF-8 (byte {failure.start + 1})"
    return _ENCODER.encode(Line(round(at, 3), method, url, content_type, text, unreadable)) + b"\n"
