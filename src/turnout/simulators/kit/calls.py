"""One call as a vendor's routes see it, and the book in which all calls are kept."""

import json as _json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field, to_builtins
from msgspec.json import encode

from turnout.wire import Reply, Request

NO_HOST = "https://simulator.invalid"
"""The address that a simulator takes for its own where a request in process names none."""


class Call(Struct):
    """One request, taken apart once: `path` is raw (still percent-encoded), header names are lower case.

    `pairs` are the query's parameters in order; `uri_bytes` counts path and query; `names` are filled from
    the route's pattern. An answer function sets `rows` to the number of records that the call carried.
    """

    method: str
    path: str
    origin: str
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    now: float
    names: dict[str, str] = field(default_factory=dict)
    in_flight: int = 1
    uri_bytes: int = 0
    rows: int = 0

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters; of a repeated one, the last."""
        return dict(self.pairs)

    def json(self) -> Any:
        """Return the body read as JSON; ValueError where it is none."""
        return _json.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return the body read as a form; of a repeated field, the last."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


def call_of(request: Request, now: float) -> Call:
    """Return `request` as a call that arrived at `now`."""
    parts = urlsplit(request.url)
    return Call(
        method=request.method.upper(),
        path=parts.path or "/",
        origin=f"{parts.scheme}://{parts.netloc}" if parts.netloc else NO_HOST,
        pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        now=now,
        uri_bytes=len(f"{parts.path}?{parts.query}".encode()),
    )


class Entry(Struct):
    """One line of the book. `status` is 0 where no answer was given; `unknown` names what we do not imitate."""

    n: int
    at: float
    method: str
    path: str
    status: int = 0
    writing: bool = False
    rows: int = 0
    unknown: str = ""
    fault: str = ""


class Book:
    """All calls since the start or the last reset, in order of arrival."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def opened(self, call: Call) -> Entry:
        """Return the new entry of a call that just arrived."""
        entry = Entry(len(self.entries) + 1, call.now, call.method, call.path)
        self.entries.append(entry)
        return entry

    def shown(self) -> dict[str, Any]:
        """Return the book as the control door shows it."""
        writes = sum(entry.writing for entry in self.entries)
        return {
            "total": len(self.entries),
            "writes": writes,
            "reads": len(self.entries) - writes,
            "unknown": sum(bool(entry.unknown) for entry in self.entries),
            "calls": to_builtins(self.entries),
        }


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a JSON answer."""
    return Reply(status, {"content-type": "application/json;charset=UTF-8", **(headers or {})}, encode(body))
