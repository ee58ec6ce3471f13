"""Calls of the services beside api_v3: JSON in, JSON out; every member of a body is declared, and checked."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.clock import instant
from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.ks import Session
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kit.calls import Call

SCHEMES: Final = ("bearer ", "ks ")
Row = Any


class JsonCall(Call):
    """A call with a JSON body: `given` is the object that it holds."""

    given: dict[str, Any] = field(default_factory=dict)
    readable: bool = True

    @property
    def ks(self) -> str:
        """Return the session of the header, after either of the two words that are taken."""
        text = self.headers.get("authorization", "")
        for scheme in SCHEMES:
            if text.lower().startswith(scheme):
                return text[len(scheme) :].strip()
        return ""


def json_call(call: Call, path: str) -> JsonCall:
    """Return a call under its service's path; its pairs are the members of its body."""
    try:
        given = json.loads(call.body or b"{}")
    except ValueError:
        given = None
    members = members_of(given) if isinstance(given, dict) else []
    return JsonCall(
        method=call.method,
        path=path,
        origin=call.origin,
        pairs=(*call.pairs, *((name, "") for name in members)),
        headers=call.headers,
        body=call.body,
        now=call.now,
        uri_bytes=call.uri_bytes,
        given=given if isinstance(given, dict) else {},
        readable=isinstance(given, dict),
    )


def members_of(given: Mapping[str, Any], within: str = "") -> list[str]:
    """Return the names of a body's members, inner ones as `outer.inner`; lists are values."""
    names = []
    for name, value in given.items():
        full = f"{within}.{name}" if within else name
        names += members_of(value, full) if isinstance(value, Mapping) and value else [full]
    return names


class Wanted(Struct):
    """What a call of a service asks for."""

    account: Account
    given: Mapping[str, Any]
    session: Session
    now: float

    def inner(self, name: str) -> Mapping[str, Any]:
        """Return a member that is an object; empty without."""
        value = self.given.get(name)
        return value if isinstance(value, Mapping) else {}


class Endpoint(Struct, frozen=True):
    """One endpoint: its service and path, what answers, the members that its body may have, who may call."""

    service: str
    path: str
    answer: Callable[[Wanted], Any]
    members: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ("ADMIN_BASE",)
    writing: bool = False

    @property
    def name(self) -> str:
        """Return the endpoint's name as settings forbid it, e.g. user-profile.list."""
        group, _, action = self.path.removeprefix("/api/v1/").strip("/").partition("/")
        return f"{group}.{action}"


def invalid(text: str) -> Refused:
    """Return the refusal of a body that is not as it must be: HTTP 400."""
    return Refused("VALIDATION_ERROR", text, status=400)


def pager(wanted: Wanted, *, limit: int, most: int) -> slice:
    """Return the records that a page has: `offset` records are skipped, `limit` is a default and has a top."""
    given = wanted.inner("pager")
    start, size = given.get("offset", 0), given.get("limit", limit)
    if not isinstance(start, int) or not isinstance(size, int) or start < 0 or size < 1:
        raise invalid("pager.offset and pager.limit must be numbers, of at least 0 and 1")
    return slice(start, start + min(size, most))


def words(given: Mapping[str, Any], name: str) -> list[str] | None:
    """Return a filter that is a list of words, or None; HTTP 400 where it is something else."""
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise invalid(f"{name} must be an array")
    return [str(one) for one in value]


def moment(given: Mapping[str, Any], name: str) -> float | None:
    """Return a filter that is a time in ISO 8601, or None; HTTP 400 where it is something else."""
    value = given.get(name)
    if value is None:
        return None
    try:
        return instant(str(value))
    except ValueError:
        raise invalid(f"{name} must be a valid ISO 8601 date string") from None


def in_order(rows: list[Row], by: str, keys: Mapping[str, Callable[[Row], Any]]) -> list[Row]:
    """Return rows in an order such as `-createdAt`; equal ones in the order of their ids."""
    name = by.lstrip("+-")
    if name not in keys:
        raise invalid(f"orderBy must be one of: {', '.join(sorted(keys))}")
    return sorted(rows, key=keys[name], reverse=by.startswith("-"))


def chosen(rows: Sequence[Row], checks: Sequence[Callable[[Row], bool]]) -> list[Row]:
    """Return the rows that pass every check."""
    return [row for row in rows if all(check(row) for check in checks)]
