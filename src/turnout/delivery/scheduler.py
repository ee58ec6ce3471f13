"""The scheduler: one loop that decides; it alone touches ledger and pace, carriers only carry."""

import heapq
from collections import deque
from collections.abc import Generator, Sequence
from itertools import count
from typing import Any, Final

from msgspec import Struct, field

from turnout.clock import Clock
from turnout.delivery.carrier import Carrier
from turnout.delivery.line import Line
from turnout.errors import TurnoutError
from turnout.values.flights import Flight, Landed, Result
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Answer, Reply, Request, Talk

Nap = float
Cycle = Generator[list[Flight] | Nap, None, None]
"""What one account wants done: waves of flights, or a time to sleep until; resumed when that is over."""

RETRIES: Final = 5
BACKOFF_SECONDS: Final = 2.0
INF: Final = float("inf")
PATIENCE_SECONDS: Final = 900.0  # a longer wait ends the flight; its rows wait in the ledger instead


class Aloft(Struct):
    """A flight under way: its talk, the request it waits for, and how often that was tried."""

    flight: Flight
    talk: Talk[Any]
    request: Request
    signing: bool = False
    reauthed: bool = False
    tries: int = 0
    sent_at: float = 0.0


class Track(Struct):
    """One account's place in the loop."""

    line: Line
    cycle: Cycle
    queue: deque[Flight] = field(default_factory=deque)
    ready: list[tuple[float, int, Aloft]] = field(default_factory=list)  # requests to send, a heap by time
    flying: int = 0
    busy: set[str] = field(default_factory=set)
    signing: bool = False
    nap_until: float = 0.0
    done: bool = False

    @property
    def idle(self) -> bool:
        """Whether the wave is over."""
        return not (self.queue or self.ready or self.flying)


class Scheduler:
    """Drives the cycles of any number of accounts; a slow or halted one never delays another."""

    def __init__(self, carrier: Carrier, clock: Clock) -> None:
        self._carrier = carrier
        self._clock = clock
        self._tickets = count(1)
        self._aloft: dict[int, tuple[Track, Aloft]] = {}

    def run(self, cycles: Sequence[tuple[Line, Cycle]]) -> None:
        """Run all cycles to their ends."""
        tracks = [Track(line, cycle) for line, cycle in cycles]
        while True:
            for track in tracks:
                self._resume(track)
            if all(track.done for track in tracks):
                return
            due = min(self._launch(track) for track in tracks if not track.done)
            landed = self._carrier.next(due)
            if landed is not None:
                self._land(*landed)

    def _resume(self, track: Track) -> None:
        while not track.done and track.idle and track.nap_until <= self._clock.now():
            wish = next(track.cycle, None)
            if wish is None:
                track.done = True
            elif isinstance(wish, list):
                track.queue.extend(wish)
            else:
                track.nap_until = wish

    def _launch(self, track: Track) -> float:
        """Send all that may leave now; return when to look again."""
        while not track.idle:
            now = self._clock.now()
            opening = track.line.pace.opening(now)
            if opening.at > now:
                return opening.at
            aloft = self._next(track, now)
            if aloft is None:
                return min((due for due, _, later in track.ready if later.signing or not track.signing), default=INF)
            self._send(track, aloft, now)
        return track.nap_until or 0.0

    def _next(self, track: Track, now: float) -> Aloft | None:
        """Return the next request to send, or None where nothing can leave before something lands."""
        if not track.line.usable():
            return _signing(track, now) if track.signing else self._sign_in(track)
        if track.ready and track.ready[0][0] <= now:
            return heapq.heappop(track.ready)[2]
        for _ in range(len(track.queue)):
            flight = track.queue.popleft()
            if flight.persons & track.busy:
                track.queue.append(flight)
                continue
            if aloft := self._take_off(track, flight):
                return aloft
        return None

    def _sign_in(self, track: Track) -> Aloft | None:
        talk = track.line.vendor.sign_in(track.line.config)
        flight = Flight(talk=lambda: talk, end=lambda _: [])
        track.signing = True
        step = stepped(talk)
        if isinstance(step, Request):
            return Aloft(flight, talk, step, signing=True)
        self._signed_in(track, step)
        return None

    def _take_off(self, track: Track, flight: Flight) -> Aloft | None:
        flight.begin()
        talk = flight.talk()
        track.busy |= flight.persons
        step = stepped(talk)
        if isinstance(step, Request):
            return Aloft(flight, talk, step)
        self._end(track, flight, step)
        return None

    def _send(self, track: Track, aloft: Aloft, now: float) -> None:
        ticket = next(self._tickets)
        self._aloft[ticket] = (track, aloft)
        aloft.sent_at = now
        aloft.tries += 1
        track.flying += 1
        track.line.pace.sent()
        request = aloft.request if aloft.signing else track.line.signed(aloft.request)
        self._carrier.carry(ticket, request, track.line.send)

    def _land(self, ticket: int, answer: Answer) -> None:
        track, aloft = self._aloft.pop(ticket)
        track.flying -= 1
        track.line.pace.answered(self._clock.now())
        ruling = track.line.ruled(aloft.request, answer)
        track.line.note(aloft.request, answer, ruling=ruling, sent_at=aloft.sent_at, batch=aloft.flight.batch)
        if ruling is None:
            assert isinstance(answer, Reply)
            self._continue(track, aloft, answer)
        elif (again := self._again_at(track, aloft, ruling)) is not None:
            heapq.heappush(track.ready, (again, ticket, aloft))
        else:
            aloft.talk.close()
            self._finish(track, aloft, ruling)

    def _continue(self, track: Track, aloft: Aloft, reply: Reply) -> None:
        step = stepped(aloft.talk, reply)
        if not isinstance(step, Request):
            self._finish(track, aloft, step)
            return
        aloft.request, aloft.tries, aloft.reauthed = step, 0, False
        heapq.heappush(track.ready, (0.0, next(self._tickets), aloft))

    def _again_at(self, track: Track, aloft: Aloft, ruling: Ruling) -> float | None:
        """Return when to send the same request again, where the answer proves that it did not act; else None."""
        now = self._clock.now()
        verdict = ruling.verdict
        if verdict is Verdict.UNSURE and not aloft.request.writing:
            verdict = Verdict.RETRY
        if verdict is Verdict.REAUTH and not (aloft.signing or aloft.reauthed):
            aloft.reauthed, track.line.session = True, None
            return now
        if verdict is Verdict.WAIT and 0 < ruling.seconds <= PATIENCE_SECONDS and aloft.tries <= RETRIES * 4:
            track.line.pace.pause(now + ruling.seconds, ruling.sentence())
            return now + ruling.seconds
        if verdict is Verdict.RETRY and aloft.tries <= RETRIES:
            return now + (ruling.seconds or BACKOFF_SECONDS * 2 ** (aloft.tries - 1))
        return None

    def _finish(self, track: Track, aloft: Aloft, result: Result) -> None:
        if aloft.signing:
            self._signed_in(track, result)
        else:
            self._end(track, aloft.flight, result)

    def _signed_in(self, track: Track, result: Result) -> None:
        """Go on with the session; or end everything that waits for it with what was said."""
        track.signing = False
        if isinstance(result, Landed):
            track.line.session = result.value
            return
        waiting = [other.flight for _, _, other in track.ready] + list(track.queue)
        track.ready.clear()
        track.queue.clear()
        for flight in waiting:
            list(flight.end(refused_sign_in(result)))
            track.busy -= flight.persons

    def _end(self, track: Track, flight: Flight, result: Result) -> None:
        track.busy -= flight.persons
        track.queue.extendleft(flight.end(result.value if isinstance(result, Landed) else result))


def _signing(track: Track, now: float) -> Aloft | None:
    """Return the sign-in's own next request, where it is due: it goes before all that waits for it."""
    for place, (due, _, aloft) in enumerate(track.ready):
        if aloft.signing and due <= now:
            del track.ready[place]
            heapq.heapify(track.ready)
            return aloft
    return None


def stepped(talk: Talk[Any], reply: Reply | None = None) -> Request | Result:
    """Return a talk's next request, or what it came to; a setting it cannot work with halts it."""
    try:
        return next(talk) if reply is None else talk.send(reply)
    except StopIteration as end:
        return Landed(end.value)
    except TurnoutError as failure:
        return Ruling(Verdict.HALT, "settings", failure.message, "a setting cannot be used", failure.hint)


def refused_sign_in(ruling: Ruling) -> Ruling:
    """Return what a sign-in that failed means for what waited for it: nothing was sent."""
    if ruling.verdict in (Verdict.RETRY, Verdict.WAIT, Verdict.UNSURE):
        return Ruling(Verdict.WAIT, ruling.code, ruling.words, ruling.meaning, ruling.fix, ruling.seconds or 60.0)
    return Ruling(Verdict.HALT, ruling.code, ruling.words, ruling.meaning, ruling.fix)
