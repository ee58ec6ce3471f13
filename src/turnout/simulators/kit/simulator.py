"""request -> answer: a vendor imitated behind the type of the network itself, with faults, a book and a door."""

from collections.abc import Mapping, Sequence
from email.utils import formatdate
from threading import Lock
from typing import Any, Protocol

from turnout.clock import Clock
from turnout.simulators.kit.calls import Book, Call, Entry
from turnout.simulators.kit.door import DOOR, at_the_door
from turnout.simulators.kit.faults import Fault, Faults
from turnout.simulators.kit.fidelity import Behaviour
from turnout.simulators.kit.routes import Route, Router, Unknown
from turnout.wire import Answer, Reply, Request, Silence


class Imitated(Protocol):
    """What a vendor brings: its routes, its manners, and what stands in its account."""

    kind: str

    def routes(self) -> Sequence[Route]:
        """Return every route; asked once."""
        ...

    def opened(self, request: Request, now: float) -> Call:
        """Return the request as a call (`call_of`, plus the vendor's own ways to name method or parameters)."""
        ...

    def admitted(self, call: Call, route: Route) -> Reply | None:
        """Return the refusal of a call that may not pass (who calls, versions, limits), or None."""
        ...

    def unknown(self, call: Call, unknown: Unknown) -> Reply:
        """Return the vendor's own answer to a path, method or parameter it does not know."""
        ...

    def faulted(self, call: Call, fault: Fault) -> Reply:
        """Return the vendor's own answer for the faults refuse, throttle and quota."""
        ...

    def short(self, call: Call, reply: Reply) -> Reply:
        """Return `reply` with one of its result rows missing."""
        ...

    def finished(self, call: Call, reply: Reply) -> Reply:
        """Return `reply` with what the vendor puts on every answer, e.g. headers."""
        ...

    def act(self, what: Mapping[str, Any]) -> Any:
        """Do what only a person in the account can do; ValueError or KeyError where it makes no sense."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return what stands in the account, as JSON."""
        ...

    def reset(self) -> None:
        """Return to the seed."""
        ...

    def fidelity(self) -> Sequence[Behaviour]:
        """Return the fidelity table."""
        ...


class Simulator:
    """A vendor that answers requests: a `Send`, so that in process no port is needed; safe among threads."""

    def __init__(self, vendor: Imitated, clock: Clock, seed_rng: int = 1) -> None:
        self.vendor = vendor
        self.clock = clock
        self.book = Book()
        self.faults = Faults(seed_rng)
        self._seed_rng = seed_rng
        self._router = Router(vendor.routes())
        self._lock = Lock()
        self._in_flight = 0

    def __call__(self, request: Request) -> Answer:
        """Return the answer to `request`; its `url` is absolute or a path."""
        if request.path.startswith(DOOR):
            with self._lock:
                return at_the_door(self, request)
        with self._lock:
            self._in_flight += 1
            call, entry, found, fault = self._taken(request)
        try:
            if fault and fault.seconds:
                self.clock.sleep(fault.seconds)  # outside the lock: others are served meanwhile
            with self._lock:
                call.now = self.clock.now()
                answer = _dated(self._spoilt(call, found, fault), call.now)
                entry.rows = call.rows
                entry.status = answer.status if isinstance(answer, Reply) else 0
                return answer
        finally:
            with self._lock:
                self._in_flight -= 1

    def reset(self) -> None:
        """Return to the seed: account, book and faults; time goes on."""
        self.vendor.reset()
        self.book = Book()
        self.faults = Faults(self._seed_rng)

    def _taken(self, request: Request) -> tuple[Call, Entry, Route | Unknown, Fault | None]:
        call = self.vendor.opened(request, self.clock.now())
        call.in_flight = self._in_flight
        found = self._router.find(call)
        fault = self.faults.pick(call.method, call.path)
        entry = self.book.opened(call)
        entry.writing = isinstance(found, Route) and found.writing
        entry.unknown = str(found) if isinstance(found, Unknown) else ""
        entry.fault = fault.do if fault else ""
        return call, entry, found, fault

    def _spoilt(self, call: Call, found: Route | Unknown, fault: Fault | None) -> Answer:
        if fault is None:
            return self._answered(call, found)
        reply = self._answered(call, found) if fault.acts else None
        match fault.do:
            case "refuse" | "throttle" | "quota":
                return self.vendor.finished(call, self.vendor.faulted(call, fault))
            case "unreachable":
                return Silence(left=False, reason="the connection was refused")
            case "cut_before" | "cut_after":
                return Silence(left=True, reason="the connection was cut before an answer came")
            case "error":
                page = f"<html><body><h1>HTTP Status {fault.status}</h1></body></html>"
                return Reply(fault.status, {"content-type": "text/html"}, page.encode())
            case "garbage":
                return Reply(200, {"content-type": "text/html"}, b"<html><body>One moment please</body></html>")
        assert reply is not None
        return self.vendor.short(call, reply) if fault.do == "short" else reply

    def _answered(self, call: Call, found: Route | Unknown) -> Reply:
        if isinstance(found, Unknown):
            return self.vendor.finished(call, self.vendor.unknown(call, found))
        refusal = self.vendor.admitted(call, found)
        return self.vendor.finished(call, refusal or found.answer(call))


def _dated(answer: Answer, now: float) -> Answer:
    """Return an answer that tells when it was made, as a server with a clock must (RFC 9110, section 6.6.1)."""
    if isinstance(answer, Silence):
        return answer
    return Reply(answer.status, {"date": formatdate(now, usegmt=True), **answer.headers}, answer.body)
