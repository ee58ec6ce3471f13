"""The scheduler: one loop that decides; it alone touches ledger and pace, carriers only carry."""

import heapq
from collections import deque
from collections.abc import Callable, Generator, Sequence
from itertools import count
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from turnout.clock import Clock
from turnout.delivery.carriers.carrier import Carrier
from turnout.delivery.line import UNREADABLE, Line, unreadable
from turnout.delivery.pace import Opening
from turnout.destinations.kit import Session
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
RUN_OUT: Final = Ruling(Verdict.RETRY, "sign-in", "", "the account gave a token that has run out already")


class Aloft(Struct):
    """A flight under way: its talk, the request it waits for, how often and with which session that was tried."""

    flight: Flight
    talk: Talk[Any]
    request: Request
    signing: bool = False
    reauthed: bool = False
    tries: int = 0
    sent_at: float = 0.0
    session: Session | None = None


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
                self._put_off(track, opening, now)
                return 0.0 if track.idle else opening.at
            aloft = self._next(track, now)
            if aloft is not None:
                self._send(track, aloft, now)
            elif track.flying or track.ready:
                return min((due for due, _, later in track.ready if later.signing or not track.signing), default=INF)
        return track.nap_until or 0.0

    def _put_off(self, track: Track, opening: Opening, now: float) -> None:
        """End unsent what could only leave after hours: it waits in the ledger, not here."""
        if now + PATIENCE_SECONDS < opening.at < INF:
            meaning = "the calls that Turnout may make are spent for now"
            self._drop(track, Ruling(Verdict.WAIT, "pace", opening.why, meaning, "", opening.at - now), lambda _: True)

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
        talk = track.line.party.sign_in(track.line.config)
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
        aloft.session = track.line.session
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
            self._continue(track, aloft, replace(answer, at=self._clock.now()))
        elif (again := self._again_at(track, aloft, ruling)) is not None:
            heapq.heappush(track.ready, (again, ticket, aloft))
        else:
            aloft.talk.close()
            self._finish(track, aloft, ruling)

    def _continue(self, track: Track, aloft: Aloft, reply: Reply) -> None:
        step = stepped(aloft.talk, reply, aloft.request)
        if not isinstance(step, Request):
            self._finish(track, aloft, step)
            return
        aloft.request, aloft.tries, aloft.reauthed = step, 0, False
        heapq.heappush(track.ready, (0.0, next(self._tickets), aloft))

    def _again_at(self, track: Track, aloft: Aloft, ruling: Ruling) -> float | None:
        """Return when to send the same request again, where the answer proves that it did not act; else None."""
        now = self._clock.now()
        verdict = ruling.verdict
        if verdict is Verdict.REAUTH and not (aloft.signing or aloft.reauthed):
            aloft.reauthed = True
            if track.line.session is aloft.session:  # another answer may have brought a new one meanwhile
                track.line.session = None
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
            return
        self._end(track, aloft.flight, result)
        if isinstance(result, Ruling):
            self._ground(track, aloft.flight.stream, result)

    def _signed_in(self, track: Track, result: Result) -> None:
        """Go on with the session; or end everything that waits for it with what was said."""
        track.signing = False
        if isinstance(result, Landed):
            track.line.begin(result.value)
            if track.line.usable():
                return
            result = RUN_OUT
        self._drop(track, refused_sign_in(result), lambda _: True)

    def _ground(self, track: Track, stream: str, ruling: Ruling) -> None:
        """End unsent what would be told the same: all of an account that must wait, or a stream that stopped."""
        if ruling.verdict is Verdict.WAIT:
            self._drop(track, ruling, lambda _: True)
        elif ruling.verdict in (Verdict.HALT, Verdict.REAUTH):
            self._drop(track, ruling, lambda flight: flight.stream == stream)

    def _drop(self, track: Track, ruling: Ruling, chosen: Callable[[Flight], bool]) -> None:
        """End flights with a ruling instead of sending their next request."""
        dropped = [place for place in track.ready if not place[2].signing and chosen(place[2].flight)]
        track.ready = [place for place in track.ready if place not in dropped]
        heapq.heapify(track.ready)
        waiting = [flight for flight in track.queue if chosen(flight)]
        track.queue = deque(flight for flight in track.queue if not chosen(flight))
        for _, _, aloft in dropped:
            aloft.talk.close()
            self._end(track, aloft.flight, ruling)
        for flight in waiting:
            track.queue.extend(flight.end(ruling))

    def _end(self, track: Track, flight: Flight, result: Result) -> None:
        track.busy -= flight.persons
        further = list(flight.end(result.value if isinstance(result, Landed) else result))
        track.queue.extendleft(reversed(further))


def _signing(track: Track, now: float) -> Aloft | None:
    """Return the sign-in's own next request, where it is due: it goes before all that waits for it."""
    for place, (due, _, aloft) in enumerate(track.ready):
        if aloft.signing and due <= now:
            del track.ready[place]
            heapq.heapify(track.ready)
            return aloft
    return None


def stepped(talk: Talk[Any], reply: Reply | None = None, request: Request | None = None) -> Request | Result:
    """Return a talk's next request, or what it came to; a setting it cannot work with halts it.

    A reply to `request` whose form the talk does not understand is a ruling too: one account's odd answer
    stops no other account.
    """
    try:
        return next(talk) if reply is None else talk.send(reply)
    except StopIteration as end:
        return Landed(end.value)
    except TurnoutError as failure:
        return Ruling(Verdict.HALT, "settings", failure.message, "a setting cannot be used", failure.hint)
    except UNREADABLE as failure:
        if request is None:
            raise
        return unreadable(request, failure)


def refused_sign_in(ruling: Ruling) -> Ruling:
    """Return what a sign-in that failed means for what waited for it: nothing was sent."""
    if ruling.verdict in (Verdict.RETRY, Verdict.WAIT, Verdict.UNSURE):
        return Ruling(Verdict.WAIT, ruling.code, ruling.words, ruling.meaning, ruling.fix, ruling.seconds or 60.0)
    return Ruling(Verdict.HALT, ruling.code, ruling.words, ruling.meaning, ruling.fix)
