"""What an action returns -> the answer: JSON or XML, errors as HTTP 200 too."""

from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from msgspec import Struct

from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.calls import JSON_FORMAT
from turnout.simulators.kit.calls import json_reply
from turnout.wire import Reply

XML: Final = {"content-type": "text/xml"}
FORBIDDEN_IN_XML: Final = {number: None for number in range(32) if number not in (9, 10, 13)}


class File(Struct, frozen=True):
    """A file that an action answers with, instead of an object."""

    content: bytes
    content_type: str = "text/csv; charset=UTF-8"


def answer(result: Any, form: str) -> Reply:
    """Return an action's result in the form that was asked for; a file as it is."""
    if isinstance(result, File):
        return Reply(200, {"content-type": result.content_type}, result.content)
    if form == JSON_FORMAT:
        return json_reply(result)
    text = f'<?xml version="1.0" encoding="utf-8"?><xml><result>{xml(result)}</result>'
    return Reply(200, dict(XML), f"{text}<executionTime>0.012</executionTime></xml>".encode())


def refusal(refused: Refused, form: str) -> Reply:
    """Return a refusal as the answer of a whole call."""
    return answer(refused.body(), form)


def xml(value: Any) -> str:
    """Return a value as Kaltura writes it in XML: lists as items, what is null left out, errors in `error`."""
    if isinstance(value, Mapping):
        inner = _members(value)
        return f"<error>{inner}</error>" if value.get("objectType") == "KalturaAPIException" else inner
    if isinstance(value, list | tuple):
        return "".join(f"<item>{xml(one)}</item>" for one in value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else escape(str(value).translate(FORBIDDEN_IN_XML))


def _members(value: Mapping[str, Any]) -> str:
    ordered = sorted(value.items(), key=lambda member: member[0] != "objectType")
    return "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in ordered if inner is not None)
