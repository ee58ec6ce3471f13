"""A stage for delivery: a vendor made of literals, an account that answers from a script, time that is told."""

import heapq
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from msgspec.structs import replace
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from turnout.clock import VirtualClock
from turnout.delivery.desk import Desk
from turnout.delivery.jobs import Jobs
from turnout.delivery.line import Line
from turnout.delivery.reckoning import Reckoning
from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.kit import Limits, Row, Session, Vendor, Writer
from turnout.ledger.ledger import Ledger
from turnout.plan.view import Policy, View
from turnout.state.jobs import JobRow
from turnout.state.journal import Call
from turnout.tables import METADATA
from turnout.values.bindings import Config
from turnout.values.changes import Change, Op
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind
from turnout.values.sightings import Target
from turnout.values.verdicts import Outcome, Rule, Rules, Ruling, Verdict
from turnout.wire import Answer, Reply, Request, Send, Talk, form, get, post

START = 1_795_000_000.0
UNSURE_SECONDS = 120.0
SECRET = "the-secret-of-the-app"
TOKEN = "token-1"
TARGET = Target("P1", "Winter Summit 2026")
Heard = tuple[float, str]  # seconds since the start, path

RULES = Rules.of(
    "Toy",
    Rule("refused", Verdict.REJECT, "the account will not have it"),
    Rule("locked", Verdict.RETRY, "someone holds it for a moment"),
    Rule("throttled", Verdict.WAIT, "too many calls", seconds=20),
    Rule("spent", Verdict.WAIT, "the day's calls are spent", seconds=36_000),
    Rule("broken", Verdict.UNSURE, "it broke on the way"),
    Rule("large", Verdict.SPLIT, "too much at once"),
    Rule("elsewhere", Verdict.REMATCH, "it is not there any more"),
    Rule("token", Verdict.REAUTH, "the token is not valid"),
    Rule("forbidden", Verdict.HALT, "a permission is missing", "ask an administrator for it"),
)


def ok(**body: Any) -> Reply:
    """Return an answer that went well."""
    return Reply(200, {"x-request-id": "r-1"}, json.dumps(body).encode())


def refused(code: str) -> Reply:
    """Return a refusal of the call as a whole."""
    return Reply(400, {}, json.dumps({"code": code}).encode())


def judged(request: Request, reply: Reply) -> Ruling | None:
    """Rule on a reply: None for 200, else by its code."""
    return None if reply.status == 200 else RULES.for_reply(reply.json()["code"], "in the vendor's words")


def sign_in(config: Config) -> Talk[Session]:
    """Sign in by one call."""
    reply = yield form("https://toy.example/token", {"client_secret": config.get("client_secret")})
    return Session("https://toy.example", reply.json()["token"])


def signed(request: Request, session: Session) -> Request:
    """Complete a request."""
    headers = {**request.headers, "Authorization": f"Bearer {session.token}"}
    return replace(request, url=session.base_url + request.url, headers=headers)


def written(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Write rows in one call; the answer names a code for each person, "ok" where it went well."""
    reply = yield post(f"/{rows[0].change.key.kind}", [row.change.key.person for row in rows])
    told: Mapping[str, str] = reply.json()
    return [_outcome(row, told[row.change.key.person]) for row in rows if row.change.key.person in told]


def _outcome(row: Row, code: str) -> Outcome:
    key = row.change.key
    return Outcome(key, remote_id=f"id-{key.person}") if code == "ok" else Outcome(key, RULES.for_record(code))


def read(path: str) -> Talk[Any]:
    """Read something in one call."""
    return (yield get(path)).json()


def wrote(path: str) -> Talk[Any]:
    """Write something in one call."""
    return (yield post(path)).json()


def nothing(*_: Any) -> Talk[list[Any]]:
    """Make no call at all."""
    yield from ()
    return []


def rendered(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a row, or a refusal of ours where the values say so."""
    if change.values.get("bad"):
        return Outcome(change.key, Ruling(Verdict.REJECT, "", "", "email has 90 characters, its field takes 80"))
    return Row(change, dict(change.values), 100)


def writer(rows: int = 4, size: int = 1000) -> Writer:
    """Return how a kind of record is written."""
    return Writer(rows, size, rendered, lambda change: (change.op.value,), written, nothing)


def vendor(**changes: Any) -> Vendor:
    """Return the vendor made of literals."""
    made = Vendor(
        kind="toy",
        title="Toy",
        settings=(),
        rules=RULES,
        limits=Limits(calls=100, window_seconds=20.0, concurrent=10),
        unsure_seconds=UNSURE_SECONDS,
        sign_in=sign_in,
        signed=signed,
        judged=judged,
        target=nothing,
        seek=nothing,
        seek_rows=2,
        members=nothing,
        members_rows=2,
        rows=nothing,
        writers={kind: writer() for kind in Kind},
        doctor=nothing,
        provision=nothing,
        leaves_outside=True,
    )
    return replace(made, **changes)


class Script:
    """An account that answers by path: the answers in turn, the last one again and again; the token is its own."""

    def __init__(self, clock: VirtualClock, **answers: Answer | Sequence[Answer]) -> None:
        self.answers = {"token": [ok(token=TOKEN)]}
        self.answers |= {path: list(given) if isinstance(given, list) else [given] for path, given in answers.items()}
        self.heard: list[Heard] = []
        self.requests: list[Request] = []
        self._clock = clock

    def __call__(self, request: Request) -> Answer:
        path = request.path.strip("/")
        self.heard.append((self._clock.now() - START, path))
        self.requests.append(request)
        answers = self.answers.get(path, [ok(done=True)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def paths(self) -> list[str]:
        """Return what was called, in order."""
        return [path for _, path in self.heard]


class TimedCarrier:
    """Carries in virtual time: each call acts when it leaves and is answered after the seconds its path takes."""

    def __init__(self, clock: VirtualClock, seconds: Callable[[Request], float] = lambda _: 1.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._order = count()
        self._answers: list[tuple[float, int, int, Answer]] = []

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        when = self._clock.now() + self._seconds(request)
        heapq.heappush(self._answers, (when, next(self._order), ticket, send(request)))

    def next(self, until: float) -> tuple[int, Answer] | None:
        if not self._answers or self._answers[0][0] > until:
            assert until < float("inf"), "waiting for an answer that nothing will bring"
            self._clock.advance_to(until)
            return None
        when, _, ticket, answer = heapq.heappop(self._answers)
        self._clock.advance_to(when)
        return ticket, answer


class Stage:
    """All that is needed to run cycles against scripts, and what came of it."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.calls: list[Call] = []
        self.results: dict[str, Any] = {}
        self.ended_at: dict[str, float] = {}

    def line(self, send: Send, *, share: str = "100", **changes: Any) -> Line:
        """Return a line to a script."""
        config = Config("toy", "toy", {"client_secret": SECRET, "share_percent": share})
        return Line(vendor(**changes), config, send=send, clock=self.clock, journal=self.calls.append)

    def flight(self, name: str, talk: Callable[[], Talk[Any]], *persons: str, stream: str = "") -> Flight:
        """Return a flight whose end is kept under its name."""

        def end(result: Any) -> list[Flight]:
            self.results[name] = result
            self.ended_at[name] = self.clock.now() - START
            return []

        return Flight(talk, end, persons=frozenset(persons), stream=stream or name)

    def reading(self, *paths: str) -> list[Flight]:
        """Return flights that read a path each."""
        return [self.flight(path, lambda path=path: read(f"/{path}")) for path in paths]  # type: ignore[misc]

    def writing(self, *paths: str, stream: str = "") -> list[Flight]:
        """Return flights that write to a path each."""
        return [
            self.flight(path, lambda path=path: wrote(f"/{path}"), stream=stream)  # type: ignore[misc]
            for path in paths
        ]

    def run(self, *cycles: tuple[Line, Iterable[list[Flight] | float]], seconds: Any = lambda _: 1.0) -> None:
        """Run cycles to their ends."""

        def cycle(wishes: Iterable[list[Flight] | float]) -> Cycle:
            yield from wishes

        carrier = TimedCarrier(self.clock, seconds)
        Scheduler(carrier, self.clock).run([(line, cycle(wishes)) for line, wishes in cycles])


def key(person: str, kind: Kind = Kind.MEMBER) -> Key:
    """Return the key of a person's record."""
    binding = "" if kind is Kind.PERSON else "9001@toy"
    return Key(binding, kind, person, "1_live0001" if kind in (Kind.ENGAGEMENT, Kind.POLLS) else "")


def change(person: str, kind: Kind = Kind.MEMBER, **more: Any) -> Change:
    """Return a change that is owed to a person."""
    return Change(key(person, kind), Op.UPSERT, {"status": "registered"}, "1:wanted", **more)


def row(person: str, kind: Kind = Kind.MEMBER, size: int = 100) -> Row:
    """Return a rendered row."""
    return Row(change(person, kind), {"status": "registered"}, size)


class Office:
    """A ledger in memory with what is wanted of some persons, and the desk above it."""

    def __init__(self, send: Send, *persons: str, stage: Stage | None = None, **changes: Any) -> None:
        self.stage = stage or Stage()
        engine = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(engine)
        self.ledger = Ledger(engine, "toy", self.stage.clock)
        keys = [key(person, kind) for person in persons for kind in Kind]
        self.ledger.want(dict.fromkeys(keys, "1:wanted"), ["9001@toy"])
        self.view = View(Policy(), {}, {"9001@toy": TARGET}, {}, self.ledger.rows)
        self.reckoning = Reckoning(self.ledger, self.view, clock=self.stage.clock, unsure_seconds=UNSURE_SECONDS)
        self.line = self.stage.line(send, **changes)
        self.kept: dict[str, JobRow] = {}
        self.jobs = Jobs(
            self.line,
            self.reckoning,
            found=(),
            clock=self.stage.clock,
            keep=lambda job: self.kept.update({job.number: job}),
            end=lambda job: self.kept.pop(job.number) and None,
        )
        self.desk = Desk(self.line, self.reckoning, self.stage.clock, jobs=self.jobs)

    def deliver(self, *changes: Change) -> None:
        """Carry changes out in one wave."""
        self.stage.run((self.line, [self.desk.flights(changes)]))
