"""What stands before every call: tokens, the rolling window, calls at once, the daily quota, sizes."""

from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from random import Random
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.settings import Service, Settings
from turnout.simulators.marketo.answers import JSON, NOT_COUNTED, Refused, json_reply
from turnout.wire import Reply

CENTRAL: Final = ZoneInfo("America/Chicago")
"""Quotas start anew at midnight there."""


class Arrived(Call):
    """A call with what Marketo's front door finds out: the length of its address, and the API user."""

    uri_bytes: int = 0
    user: str = ""


def user_of(call: Call) -> str:
    """Return the API user who calls."""
    assert isinstance(call, Arrived), "the front door was passed"
    return call.user


class Token(Struct):
    """An access token, its end, and whose it is; `told` once its expiry was answered with 602."""

    text: str
    ends_at: float
    user: str
    told: bool = False


class Identity:
    """Who may call: custom services with their client ids and secrets, and the tokens they were given."""

    def __init__(self, client_id: str, client_secret: str, random: Random) -> None:
        self._known = (client_id, client_secret)
        self._random = random
        self._tokens: dict[str, Token] = {}
        self._current: dict[str, Token] = {}

    def answer(self, params: Mapping[str, str], settings: Settings, now: float) -> Reply:
        """Return a token: the same one, with what is left of it, until it ends; 401 for wrong credentials."""
        if params.get("grant_type") != "client_credentials":
            return _unauthorized("unsupported_grant_type", f"Unsupported grant type: {params.get('grant_type')}")
        client_id = params.get("client_id", "")
        services = {each.client_id: each for each in settings.services}
        services[self._known[0]] = Service(*self._known, settings.user)
        if client_id not in services:
            return _unauthorized("unauthorized", f"No client with requested id: {client_id}")
        if params.get("client_secret") != services[client_id].client_secret:
            return _unauthorized("invalid_client", "Bad client credentials")
        token = self._current.get(client_id)
        if token is None or token.ends_at <= now:
            text = f"{UUID(int=self._random.getrandbits(128), version=4)}:sj"
            token = Token(text, now + settings.token_seconds, services[client_id].user)
            self._current[client_id] = self._tokens[text] = token
        left = max(0, ceil(token.ends_at - now) - 1)
        body = {"access_token": token.text, "token_type": "bearer", "expires_in": left, "scope": token.user}
        return json_reply(body, headers={"cache-control": "no-store", "pragma": "no-cache"})

    def check(self, call: Arrived, settings: Settings) -> None:
        """Note whose token the call carries; Refused unless it is valid now: 603 without, 601 unknown, 602 then 601."""
        text = call.headers.get("authorization", "")
        if text.lower().startswith("bearer "):
            text = text[7:].strip()
        elif settings.token_in_query and "access_token" in call.query:
            text = call.query["access_token"]
        else:
            raise Refused(settings.token_missing, text="Access denied")
        token = self._tokens.get(text)
        if token is None or token.told:
            raise Refused("601")
        if token.ends_at <= call.now:
            token.told = True
            raise Refused("602")
        call.user = token.user

    def expire(self) -> None:
        """End all tokens now, as resetting a custom service does."""
        for token in self._tokens.values():
            token.ends_at = 0.0
        self._current.clear()


def _unauthorized(error: str, description: str) -> Reply:
    body = {"error": error, "error_description": description}
    return json_reply(body, 401, {"cache-control": "no-store", "pragma": "no-cache"})


class Day(Struct):
    """One day of usage, in Central time."""

    calls: int = 0
    users: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


class Limits:
    """The instance's limits, shared by all who call it."""

    def __init__(self) -> None:
        self._window: deque[float] = deque()
        self._until: list[float] = []
        self._days: dict[str, Day] = {}

    def admit(self, call: Arrived, settings: Settings) -> None:
        """Count a call, or raise Refused: 607 over the day's quota, 606 over the window's, 615 over those at once."""
        day = self.day(call.now)
        if day.calls >= settings.daily_calls:
            raise Refused("607")
        while self._window and self._window[0] <= call.now - settings.rate_seconds:
            self._window.popleft()
        if len(self._window) >= settings.rate_calls:
            raise Refused("606", settings.rate_calls, f"{settings.rate_seconds:g}")
        self._until = [end for end in self._until if end > call.now]
        if max(call.in_flight, len(self._until) + 1) > settings.concurrent_calls:
            raise Refused("615", settings.concurrent_calls)
        if settings.call_seconds:
            self._until.append(call.now + settings.call_seconds)
        self._window.append(call.now)
        day.calls += 1
        day.users[call.user] += 1

    def refund(self, code: str, user: str, now: float) -> None:
        """Take a call back that ended in one of the codes that do not count; note every error."""
        day = self.day(now)
        day.errors[code] += 1
        if code in NOT_COUNTED and self._window and self._window[-1] == now:
            self._window.pop()
            day.calls -= 1
            day.users[user] -= 1

    def note(self, code: str, now: float) -> None:
        """Note an error of a call that was never counted."""
        self.day(now).errors[code] += 1

    def day(self, now: float, days_ago: int = 0) -> Day:
        """Return a day's usage."""
        return self._days.setdefault(date_of(now, days_ago), Day())


def date_of(now: float, days_ago: int = 0) -> str:
    """Return the date in Central time, so many days ago."""
    return (datetime.fromtimestamp(now, CENTRAL) - timedelta(days=days_ago)).date().isoformat()


def measured(call: Arrived, settings: Settings) -> Reply | None:
    """Return the front door's own refusal: 414 for a long address of a GET, 413 for a large body; else None."""
    longest = settings.asset_uri_bytes if call.path.startswith("/rest/asset/") else settings.uri_bytes
    if call.uri_bytes > longest:
        return Reply(414, dict(JSON), b"")
    if len(call.body) > (settings.bulk_body_bytes if call.path.startswith("/bulk/") else settings.body_bytes):
        return Reply(413, dict(JSON), b"")
    return None


def usage(limits: Limits, now: float, *, days: int) -> list[dict[str, Any]]:
    """Return the calls of today (`days` 1) or of a week, by day."""
    found = [(date_of(now, ago), limits.day(now, ago)) for ago in reversed(range(days))]
    return [
        {
            "date": date,
            "total": day.calls,
            "users": [{"userId": user, "count": count} for user, count in day.users.items() if count],
        }
        for date, day in found
    ]


def errors(limits: Limits, now: float, *, days: int) -> list[dict[str, Any]]:
    """Return the errors of today (`days` 1) or of a week, by day and code."""
    found = [(date_of(now, ago), limits.day(now, ago).errors) for ago in reversed(range(days))]
    return [
        {
            "date": date,
            "total": counts.total(),
            "errors": [{"errorCode": code, "count": count} for code, count in sorted(counts.items())],
        }
        for date, counts in found
    ]
