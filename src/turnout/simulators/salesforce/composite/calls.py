"""part of a composite request -> the call that it stands for."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from turnout.simulators.kit.calls import Call, call_of
from turnout.simulators.salesforce.refusals import Refusal
from turnout.wire import Reply, Request

Ask = Callable[[Call], Reply]
"""What answers a call within a call: it is signed in and counted already."""
OUTER: Final = frozenset({"content-length", "content-type", "content-encoding", "if-none-match", "accept-encoding"})


def call_within(
    outer: Call, method: str, url: str, *, body: Any = None, headers: Mapping[str, str] | None = None
) -> Call:
    """Return a call with the outer one's sign-in; its address is below the outer one's origin."""
    kept = {name: value for name, value in outer.headers.items() if name not in OUTER}
    content = b"" if body is None else msgspec.json.encode(body)
    return call_of(Request(method, outer.origin + url, {**kept, **(headers or {})}, content), outer.now)


def plain(reply: Reply) -> Any:
    """Return the body of an answer as the value it is within another answer; None where it is empty."""
    return msgspec.json.decode(reply.body) if reply.body else None


def text_of(part: Mapping[str, Any], name: str) -> str:
    """Return a part's text; JSON_PARSER_ERROR where it is none."""
    value = part.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("JSON_PARSER_ERROR", f"Missing required field: {name}", None)
    return value


def list_of(body: Mapping[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    """Return a body's list of parts, of at most so many; raises Refusal."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refusal("JSON_PARSER_ERROR", f"Missing required field: {name}", None)
    if not 1 <= len(found) <= most:
        raise Refusal("LIMIT_EXCEEDED", f"{name} has {len(found)} parts; from 1 to {most} are allowed", None)
    return found
