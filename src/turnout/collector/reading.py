"""a player's request -> the line that is kept, or the answer that refuses it."""

from typing import Final
from urllib.parse import unquote_plus

import msgspec
from msgspec import Struct

JSON_MARKS: Final = (b"{", b"[")
PARTNER: Final = "partnerId="


class Line(Struct, frozen=True, omit_defaults=True):
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
    if named := _partner_in_form(query):
        return named
    if body.lstrip()[:1] in JSON_MARKS:
        return _partner_in_json(body)
    return _partner_in_form(body.decode(errors="replace")) if body else ""


def _partner_in_form(text: str) -> str:
    """Return the partner that a query or a form names; it is looked for rather than parsed, since each beacon asks."""
    start = text.find(PARTNER)
    while start > 0 and text[start - 1] != "&":
        start = text.find(PARTNER, start + 1)
    if start < 0:
        return ""
    end = text.find("&", start)
    named = text[start + len(PARTNER) : end if end >= 0 else None]
    return named if named.isdigit() else unquote_plus(named).strip()


def _partner_in_json(body: bytes) -> str:
    try:
        named = _PARTNER.decode(body).partner
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""
    return "" if named is None else str(named).strip()


def line_of(url: str, at: float, *, method: str = "GET", content_type: str = "", body: bytes = b"") -> bytes:
    """Return a request as the line that is kept, with its newline."""
    if not body:
        return _ENCODER.encode(Line(at, method, url, content_type, "")) + b"\n"
    try:
        text, unreadable = body.decode(), ""
    except UnicodeDecodeError as failure:
        text = body.decode(errors="backslashreplace")
        unreadable = f"the body is not UTF-8 (byte {failure.start + 1})"
    return _ENCODER.encode(Line(at, method, url, content_type, text, unreadable)) + b"\n"
