"""Salesforce as a simulator: its routes, its manners, its faults."""

import gzip
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from turnout.clock import Clock, ShiftedClock
from turnout.simulators.kit.calls import Call, call_of, json_reply
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.fidelity import Behaviour
from turnout.simulators.kit.routes import Route, Router, Unknown
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.salesforce.acts import act
from turnout.simulators.salesforce.bulk.running import proceed
from turnout.simulators.salesforce.composite.calls import Ask
from turnout.simulators.salesforce.fidelity import BEHAVIOURS
from turnout.simulators.salesforce.identity.sessions import signed_in
from turnout.simulators.salesforce.org import Org, Settings
from turnout.simulators.salesforce.refusals import Refusal, not_found
from turnout.simulators.salesforce.rest import resources
from turnout.simulators.salesforce.routes import OPEN, OUTER, ROUTES, Answering
from turnout.simulators.salesforce.seed import seeded
from turnout.wire import Reply, Request

CLIENT_ID: Final = Settings().client_id
CLIENT_SECRET: Final = Settings().client_secret
URI_BYTES: Final = 16_384
GZIP_FROM: Final = 1_000
"""Smaller answers are not packed."""
REFUSED: Final[dict[str, tuple[int, str]]] = {
    "INVALID_SESSION_ID": (401, "Session expired or invalid"),
    "UNABLE_TO_LOCK_ROW": (400, "unable to obtain exclusive access to this record"),
    "REQUEST_LIMIT_EXCEEDED": (403, "TotalRequests Limit exceeded."),
    "API_DISABLED_FOR_ORG": (403, "API is not enabled for this Organization or Partner"),
    "SERVER_UNAVAILABLE": (503, "We're sorry, the server is temporarily unavailable"),
    "QUERY_TIMEOUT": (400, "Your query request was running for too long."),
    "STORAGE_LIMIT_EXCEEDED": (400, "storage limit exceeded"),
    "UNKNOWN_EXCEPTION": (500, "An unexpected error occurred. Please include this ErrorId if you contact support"),
}
"""The codes that a fault "refuse" can name, with status and words; others are 400 with the fault's message."""


def salesforce(*, clock: Clock | None = None, seed: Mapping[str, Any] | None = None, rng_seed: int = 1) -> Simulator:
    """Return a Salesforce account that answers requests; without a clock, one on the machine's own, movable."""
    clock = clock or ShiftedClock()
    return Simulator(Salesforce(clock, seed), clock, rng_seed)


class Salesforce:
    """The vendor that the simulator's kit asks."""

    kind = "salesforce"

    def __init__(self, clock: Clock, seed: Mapping[str, Any] | None) -> None:
        self._clock = clock
        self._seed = seed
        self.org = seeded(clock, seed)
        self._router = Router(self._plain())

    def routes(self) -> Sequence[Route]:
        made = [
            Route(method, pattern, partial(self._composed, answer), writing=True) for method, pattern, answer in OUTER
        ]
        return [*made, *self._plain()]

    def _plain(self) -> list[Route]:
        return [
            Route(method, pattern, partial(self._answered, answer), writing, query, open=pattern in OPEN)
            for method, pattern, answer, writing, query in ROUTES
        ]

    def opened(self, request: Request, now: float) -> Call:
        call = call_of(request, now)
        if call.headers.get("content-encoding", "").lower() == "gzip":
            with suppress(gzip.BadGzipFile, EOFError):  # what cannot be unpacked is read as it is, and refused
                call.body = gzip.decompress(call.body)
        if call.path != "/" and call.path.endswith("/"):
            call.path = call.path[:-1]  # a slash at the end is accepted (simple-salesforce posts so)
        return call

    def admitted(self, call: Call, route: Route) -> Reply | None:
        proceed(self.org, call.now)
        self.org.begin(call.now)
        if call.uri_bytes > URI_BYTES:
            return Reply(414, {"content-type": "text/html"}, b"<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>")
        try:
            if "v" in call.names:
                resources.versioned(call.names["v"])
            if not route.open:
                signed_in(self.org, call)
            resources.counted(self.org, call)
        except Refusal as refusal:
            return json_reply(refusal.body(), refusal.status)
        return None

    def unknown(self, call: Call, unknown: Unknown) -> Reply:
        if unknown.what == "method":
            words = f"HTTP Method '{call.method}' not allowed. Allowed are others."
            return json_reply([{"errorCode": "METHOD_NOT_ALLOWED", "message": words}], 405)
        if unknown.what == "parameter":
            words = f"the simulator does not know the parameter {unknown.name}"
            return json_reply([{"errorCode": "INVALID_PARAMETER", "message": words}], 400)
        return json_reply(not_found().body(), 404)

    def faulted(self, call: Call, fault: Fault) -> Reply:
        if fault.do == "quota":
            return self._refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if fault.do == "throttle":
            words = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            return self._refusal("REQUEST_LIMIT_EXCEEDED", words)
        return self._refusal(fault.code or "UNABLE_TO_LOCK_ROW", fault.message)

    def short(self, call: Call, reply: Reply) -> Reply:
        packed = reply.headers.get("content-encoding") == "gzip"
        body = Reply(200, {}, gzip.decompress(reply.body)).data() if packed else reply.data()
        rows = body.get("records") if isinstance(body, dict) else body
        if isinstance(rows, list) and rows:
            rows.pop()
        return json_reply(body, reply.status)

    def finished(self, call: Call, reply: Reply) -> Reply:
        if "gzip" in call.headers.get("accept-encoding", "").lower() and len(reply.body) >= GZIP_FROM:
            packed = gzip.compress(reply.body, compresslevel=1, mtime=0)
            reply = Reply(
                reply.status, {**reply.headers, "content-encoding": "gzip", "vary": "accept-encoding"}, packed
            )
        if not resources.metered(call):
            return reply
        used, most = resources.used_today(self.org, call.now), self.org.settings.api_requests
        usage = {"sforce-limit-info": f"api-usage={used}/{most}", "cache-control": "no-cache,must-revalidate,no-store"}
        return Reply(reply.status, {**reply.headers, **usage}, reply.body)

    def act(self, what: Mapping[str, Any]) -> Any:
        proceed(self.org, self._clock.now())
        return act(self.org, what)

    def state(self) -> Mapping[str, Any]:
        proceed(self.org, self._clock.now())
        return self.org.state()

    def reset(self) -> None:
        self.org = seeded(self._clock, self._seed)

    def fidelity(self) -> Sequence[Behaviour]:
        return BEHAVIOURS

    def _composed(self, answer: Callable[[Org, Call, Ask], Reply], call: Call) -> Reply:
        return self._answered(lambda org, outer: answer(org, outer, self._inner), call)

    def _inner(self, call: Call) -> Reply:
        """Answer a call within a call: who calls and the limits were checked at the outer one."""
        found = self._router.find(call)
        if isinstance(found, Unknown):
            return self.unknown(call, found)
        try:
            resources.versioned(call.names["v"])
        except Refusal as refusal:
            return json_reply(refusal.body(), refusal.status)
        return found.answer(call)

    def _answered(self, answer: Answering, call: Call) -> Reply:
        try:
            return answer(self.org, call)
        except Refusal as refusal:
            return json_reply(refusal.body(), refusal.status)

    def _refusal(self, code: str, message: str) -> Reply:
        status, words = REFUSED.get(code, (400, code))
        return json_reply(Refusal(code, message or words, None).body(), status)
