"""What goes over a wire and what comes back, as values; nothing here opens a socket."""

import json as _json
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Struct, field
from msgspec.structs import replace


class Request(Struct, frozen=True):
    """One HTTP request.

    `url` is absolute, or a path that starts with `/` and is completed with the account's
    address when the request is signed. `writing` says whether it may change the account.
    A large body may be given as `pieces`, made anew each time that it is sent, instead of `body`.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_seconds: float = 60.0
    writing: bool = False
    pieces: Callable[[], Iterable[bytes]] | None = None

    def whole(self) -> "Request":
        """Return the request with its body in one piece."""
        return replace(self, body=b"".join(self.pieces()), pieces=None) if self.pieces else self

    @property
    def path(self) -> str:
        """Return the path alone, without host and query."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters; of a repeated one, the last."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    def json(self) -> Any:
        """Return the body read as JSON; ValueError where it is none."""
        return _json.loads(self.body)


class Reply(Struct, frozen=True):
    """One HTTP answer; header names are lower case. `at` is when it came in, by our clock; 0 where nobody noted it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    at: float = 0.0

    def json(self) -> Any:
        """Return the body read as JSON; ValueError where it is none."""
        return _json.loads(self.body)

    def data(self) -> Any:
        """Return the body read as JSON, or None where it is none."""
        try:
            return self.json()
        except ValueError:
            return None


class Silence(Struct, frozen=True):
    """No answer. `left` tells whether the request may have reached the other side."""

    left: bool
    reason: str


Answer = Reply | Silence
Send = Callable[[Request], Answer]

T = TypeVar("T")
Talk = Generator[Request, Reply, T]
"""A conversation: yields requests, is handed replies, returns what came of it."""


def get(path: str, params: Mapping[str, str] | None = None, **more: Any) -> Request:
    """Return a GET request."""
    return Request("GET", _with(path, params), **more)


def post(path: str, body: Any = None, *, method: str = "POST", writing: bool = True, **more: Any) -> Request:
    """Return a request with a JSON body; `writing` unless said otherwise."""
    headers = {"Content-Type": "application/json", **more.pop("headers", {})}
    content = b"" if body is None else _json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(method, path, headers, content, writing=writing, **more)


def form(path: str, fields: Mapping[str, str], *, writing: bool = False, **more: Any) -> Request:
    """Return a POST request with a form body; reading unless said otherwise."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", path, headers, urlencode(fields).encode(), writing=writing, **more)


def _with(path: str, params: Mapping[str, str] | None) -> str:
    if not params:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(params)}"
