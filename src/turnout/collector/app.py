"""The collector's face to players: an RSGI application that answers 200 to what is on the disk, and to nothing else."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from turnout.clock import Clock, SystemClock
from turnout.collector.commit import Commits
from turnout.collector.limits import Limits, Rates
from turnout.collector.reading import line_of, partner_of
from turnout.inbox.log import SEGMENT_SECONDS, Log

PATHS: Final = ("/api_v3/index.php", "/api_v3/service/analytics/action/trackEvent")
HEALTH: Final = "/health"
METHODS: Final = "GET, HEAD, POST, OPTIONS"
STRANGERS: Final = ""

ANYONE: Final = ("access-control-allow-origin", "*")
PREFLIGHT: Final = [
    ANYONE,
    ("access-control-allow-methods", METHODS),
    ("access-control-allow-headers", "content-type"),
    ("access-control-max-age", "86400"),
    ("cache-control", "public, max-age=86400"),
    ("vary", "origin, access-control-request-method, access-control-request-headers"),
]
ANSWER: Final = [ANYONE, ("content-type", "application/json"), ("cache-control", "no-store")]
WORDS: Final = {
    400: "the length of the body cannot be read",
    403: "this collector does not know the partner",
    404: "nothing is here but /api_v3/index.php and /health",
    405: f"only {METHODS} are answered",
    408: "the body did not come in time",
    413: "the body is too large",
    414: "the address is too long",
    429: "too many requests a second",
    503: "it could not be kept; nothing of it counts as received",
}
"""What the collector refuses, by status; players do not read it, people do."""


class Collector:
    """One collector process: takes beacons in, durable before the answer.

    What was read of a request is the address and the partner alone; the rest is kept as it came, and read later.
    """

    def __init__(
        self, folder: Path, limits: Limits, clock: Clock | None = None, *, segment_seconds: float = SEGMENT_SECONDS
    ) -> None:
        self._folder, self._limits, self._clock = folder, limits, clock or SystemClock()
        self._segment_seconds = segment_seconds
        self._rates = Rates()
        self._commits: Commits
        self._reading: dict[asyncio.Task[Any] | None, float] = {}
        self._chores: list[asyncio.Task[None]] = []
        self._second, self._answer = 0, b""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        log = Log(self._folder, segment_seconds=self._segment_seconds)
        self._commits = Commits(log, self._clock, loop)
        self._chores = [
            loop.create_task(self._commits.rotate(min(1.0, self._segment_seconds))),
            loop.create_task(self._give_up_slow(min(1.0, self._limits.body_seconds))),
        ]

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for chore in self._chores:
            chore.cancel()
            if not loop.is_running():
                with suppress(asyncio.CancelledError):
                    loop.run_until_complete(chore)
        self._commits.close()

    async def _give_up_slow(self, seconds: float) -> None:
        """End the reading of bodies that do not come in time: one look at all is cheaper than a timer for each."""
        while True:
            await asyncio.sleep(seconds)
            late = self._clock.now() - self._limits.body_seconds
            for task in [task for task, since in self._reading.items() if since < late]:
                del self._reading[task]
                if task:
                    task.cancel()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        method = scope.method
        if scope.path not in PATHS:
            self._aside(scope, protocol)
        elif method == "GET":
            await self._get(scope, protocol)
        elif method == "POST":
            await self._post(scope, protocol)
        elif method == "OPTIONS":
            protocol.response_empty(204, PREFLIGHT)
        elif method == "HEAD":
            protocol.response_empty(200, ANSWER)
        else:
            _refuse(protocol, 405)

    async def _get(self, scope: Any, protocol: Any) -> None:
        now, query = self._clock.now(), scope.query_string
        if status := self._refusal(scope, query, now=now):
            return _refuse(protocol, status)
        return await self._keep(protocol, line_of(f"{scope.path}?{query}", now), now)

    async def _post(self, scope: Any, protocol: Any) -> None:
        headers = scope.headers
        body, status = await self._body(headers, protocol)
        if status:
            return _refuse(protocol, status)
        now, query = self._clock.now(), scope.query_string
        if status := self._refusal(scope, query, body, now=now):
            return _refuse(protocol, status)
        kind = headers.get("content-type") or ""
        line = line_of(f"{scope.path}?{query}", now, method="POST", content_type=kind, body=body)
        return await self._keep(protocol, line, now)

    def _refusal(self, scope: Any, query: str, body: bytes = b"", *, now: float) -> int:
        """Return the status that refuses a beacon, or 0: too long, too many, or of a partner nobody knows here.

        One whose partner cannot be read is kept, a few a second: it goes to the quarantine with its reason.
        """
        limits = self._limits
        if len(query) > limits.url_bytes:
            return 414
        if limits.client_rate and self._rates.exceeded(self._client(scope), limits.client_rate, now):
            return 429
        partner = partner_of(query, body)
        if partner in limits.partners:
            return 0
        if partner.isdigit():
            return 403
        return 429 if self._rates.exceeded(STRANGERS, limits.stranger_rate, now) else 0

    def _client(self, scope: Any) -> str:
        """Return the client's address: without its port, or as the proxy in front names it."""
        if self._limits.forwarded and (named := scope.headers.get("x-forwarded-for")):
            return str(named).rsplit(",", 1)[-1].strip()
        return str(scope.client).rpartition(":")[0]

    async def _body(self, headers: Any, protocol: Any) -> tuple[bytes, int]:
        """Return a body that is small enough and came in time, or the status that refuses it."""
        most = self._limits.body_bytes
        length = headers.get("content-length")
        if length is not None and (not length.isdigit() or int(length) > most):
            return b"", 413 if length.isdigit() else 400
        task = asyncio.current_task()
        self._reading[task] = self._clock.now()
        try:
            body: bytes = await protocol() if length is not None else await _chunked(protocol, most)
        except asyncio.CancelledError:
            if task in self._reading:
                raise
            return b"", 408
        finally:
            self._reading.pop(task, None)
        return (b"", 413) if len(body) > most else (body, 0)

    async def _keep(self, protocol: Any, line: bytes, now: float) -> None:
        if self._commits.backlog_bytes > self._limits.backlog_bytes or not await self._commits.kept(line):
            return _refuse(protocol, 503)
        protocol.response_bytes(200, ANSWER, self._acknowledgement(int(now)))
        return None

    def _acknowledgement(self, second: int) -> bytes:
        """Return what the player expects: the time, and that it shall send VIEWs (facts/kaltura.md §1.2)."""
        if second != self._second:
            self._second = second
            self._answer = b'{"time":%d,"viewEventsEnabled":true}' % second
        return self._answer

    def _aside(self, scope: Any, protocol: Any) -> None:
        if scope.path != HEALTH:
            return _refuse(protocol, 404)
        failing = self._commits.failing
        told = {"kept": not failing, "backlog_bytes": self._commits.backlog_bytes, "reason": failing}
        protocol.response_bytes(503 if failing else 200, ANSWER, json.dumps(told).encode())
        return None


async def _chunked(protocol: Any, most: int) -> bytes:
    """Return a body of unknown length, or a little more than `most` of it."""
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def _refuse(protocol: Any, status: int) -> None:
    headers = [*ANSWER, ("retry-after", "1")] if status in (429, 503) else ANSWER
    protocol.response_bytes(status, headers, json.dumps({"error": WORDS[status]}).encode())
