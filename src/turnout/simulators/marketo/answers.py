"""Marketo's two envelopes, and the ways in which it says no."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.wire import Reply

TEXTS: Final[Mapping[str, str]] = {
    "601": "Access token invalid",
    "602": "Access token expired",
    "603": "Access denied",
    "604": "Request time-out",
    "605": "HTTP Method '{}' not supported",
    "606": "Max rate limit '{}' exceeded with in '{}' secs",
    "607": "Daily quota reached",
    "608": "API Temporarily Unavailable",
    "609": "Invalid JSON",
    "610": "Requested resource not found",
    "611": "System error",
    "612": "Invalid Content Type",
    "613": "Invalid Multipart Request",
    "614": "Invalid Subscription",
    "615": "Concurrent access limit '{}' reached",
    "616": "Invalid subscription type",
    "701": "{} cannot be blank",
    "702": "No data found for a given search scenario",
    "709": "Business Rule Violation: {}",
    "710": "Parent Folder Not Found",
    "711": "Incompatible Folder Type",
    "713": "Transient Error",
    "1001": "Invalid value '{}'. Required of type '{}'",
    "1002": "Missing value for the required parameter '{}'",
    "1003": "Invalid value for field '{}' and value '{}'",
    "1004": "Lead not found",
    "1005": "Lead already exists",
    "1006": "Field '{}' not found",
    "1007": "Multiple lead match lookup criteria",
    "1008": "Partition access denied",
    "1010": "Partition update not allowed",
    "1011": "Field '{}' not supported",
    "1013": "Object not found",
    "1015": "Lead not in list",
    "1016": "Too many imports",
    "1017": "Object already exists",
    "1020": "The number of clones to program exceeds the limit of {} a day",
    "1021": "Company update not allowed",
    "1022": "Object in use",
    "1025": "Program status not found",
    "1026": "Custom object not enabled",
    "1027": "Max Activity Type Limit Reached",
    "1028": "Max field limit reached",
    "1029": "Too many jobs in queue",
    "1035": "Unsupported filter type for target subscription",
    "1036": "Duplicate object found in input",
    "1037": "Lead skipped because it is already in or past this status",
    "1042": "Invalid runAt date",
    "1048": "Custom Object Discard Draft Failed",
    "1049": "Failed to Create Activity",
    "1077": "Value for field '{}' exceeds max length",
    "1080": "More than {} losing leads in one merge",
}
"""Codes and texts: Adobe's error page; those of 606, 615, 1003, 1007 and 1077 as integrators recorded them."""

NOT_COUNTED: Final = frozenset({"601", "602", "604", "605", "608", "611"})
"""Codes that Adobe stars: such a call counts against neither quota nor rate."""

NOTHING_FOUND: Final = "No assets found for the given search criteria."


class _No(Exception):
    """Marketo says no: a code, and its text with the values filled in."""

    def __init__(self, code: str, *values: object, text: str = "") -> None:
        self.code = code
        self.text = text or TEXTS[code].format(*values)
        super().__init__(f"{code} {self.text}")


class Refused(_No):
    """The whole call is refused: `success` is false and nothing happened."""


class Skipped(_No):
    """One record is skipped; its siblings go on."""

    def reasons(self) -> list[dict[str, str]]:
        """Return Marketo's `reasons`."""
        return [{"code": self.code, "message": self.text}]


class Found(Struct, frozen=True):
    """What a call answers with: rows, and what stands beside them (nextPageToken, moreResult)."""

    rows: Sequence[Any] | None
    beside: Mapping[str, Any] = field(default_factory=dict)


class File(Struct, frozen=True):
    """A call answered with a file, or with HTTP 404 where there is none."""

    content: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


JSON: Final = {"content-type": "application/json;charset=UTF-8"}


def database(request_id: str, found: Found) -> Reply:
    """Return a success of the lead database: requestId, result and success, and no empty lists."""
    body: dict[str, Any] = {"requestId": request_id}
    if found.rows is not None:
        body["result"] = found.rows
    return json_reply(body | {"success": True} | dict(found.beside))


def asset(request_id: str, found: Found) -> Reply:
    """Return a success of the asset API; where nothing was found a warning says so, and there is no result."""
    body: dict[str, Any] = {"success": True, "errors": [], "requestId": request_id, "warnings": []}
    if found.rows:
        return json_reply(body | {"result": found.rows})
    return json_reply(body | {"warnings": [NOTHING_FOUND]})


def failure(request_id: str, code: str, text: str = "") -> Reply:
    """Return a refusal of the whole call, as both APIs send it: HTTP 200, `success` false."""
    error = {"code": code, "message": text or TEXTS.get(code, "System error")}
    return json_reply({"requestId": request_id, "success": False, "errors": [error]})


def file(found: File) -> Reply:
    """Return a file as the bulk API sends it."""
    kind = "text/csv;charset=UTF-8" if found.status < 400 else "text/plain;charset=UTF-8"
    return Reply(found.status, {"content-type": kind, **found.headers}, found.content)


def json_reply(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return `body` as Marketo sends JSON."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, {**JSON, **(headers or {})}, content)
