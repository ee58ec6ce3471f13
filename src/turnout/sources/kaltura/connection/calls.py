"""The two forms of call that Kaltura has, and how a page of either is read."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.sources.kaltura.connection.rules import refusal
from turnout.sources.kaltura.connection.settings import service
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling
from turnout.wire import Reply, Request, Talk, form, post

PAGE: Final = 500
"""The most objects of one page, in api_v3 and beside it (facts §2.9, §4.1)."""

CALL_SECONDS: Final = 120.0


def api_v3(name: str, action: str, fields: Mapping[str, str] | None = None) -> Request:
    """Return a call of api_v3: a form whose answer is JSON."""
    path = f"/api_v3/service/{name}/action/{action}"
    return form(path, {"format": "1", **(fields or {})}, timeout_seconds=CALL_SECONDS)


def beside(config: Config, name: str, path: str, *, body: Mapping[str, Any]) -> Request:
    """Return a call of one of the services beside api_v3: a JSON body, the session in the header."""
    return post(service(config, name) + path, dict(body), writing=False, timeout_seconds=CALL_SECONDS)


def ask(request: Request) -> Talk[Any]:
    """Return what a call answers as JSON, or the Ruling that refuses it."""
    reply = yield request
    return told(reply)


def told(reply: Reply) -> Any:
    """Return a reply read as JSON, or the Ruling that it is."""
    data = reply.json()
    return refusal(data) or data


def every(name: str, fields: Mapping[str, str]) -> Talk[Any]:
    """Return all objects that a list action of api_v3 has, page by page, or the Ruling that refuses it."""
    found: list[Mapping[str, Any]] = []
    page = 1
    while True:
        paging = {"pager[pageSize]": str(PAGE), "pager[pageIndex]": str(page)}
        data = yield from ask(api_v3(name, "list", {**fields, **paging}))
        if isinstance(data, Ruling):
            return data
        objects = data.get("objects") or []
        found += objects
        if len(objects) < PAGE or len(found) >= int(data.get("totalCount") or 0):
            return found
        page += 1
