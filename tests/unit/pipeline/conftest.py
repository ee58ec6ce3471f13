"""A home whose way out leads to both simulators in this process: no port, no network."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from turnout.apps.simulate import CREDENTIALS, read_seed, simulator
from turnout.clock import VirtualClock, instant
from turnout.metrics.state import refresh
from turnout.pipeline import home as homes
from turnout.pipeline import setup
from turnout.pipeline.home import Home
from turnout.simulators.kit.simulator import Simulator
from turnout.sources.files import ingest
from turnout.wire import Answer, Request, Send

FILES = Path(__file__).parents[3] / "examples" / "winter-summit"
ADDRESSES = {"salesforce": "https://summit.my.salesforce.com", "marketo": "https://123-ABC-456.mktorest.com"}
NAMES = {"salesforce": "url", "marketo": "endpoint"}
Take = Callable[..., None]


class Simulators:
    """Both accounts, reached by their addresses."""

    def __init__(self, clock: VirtualClock) -> None:
        self.by_kind = {kind: simulator(kind, read_seed(FILES / f"{kind}-seed.json"), clock) for kind in ADDRESSES}

    def __call__(self, request: Request) -> Answer:
        (kind,) = [kind for kind, address in ADDRESSES.items() if request.url.startswith(address)]
        return self.by_kind[kind](request)

    def __getitem__(self, kind: str) -> Simulator:
        return self.by_kind[kind]

    def writes(self) -> int:
        return sum(one.book.shown()["writes"] for one in self.by_kind.values())


class AtOnce:
    """A carrier that needs no time: each answer is there when it is asked for, and waiting moves the clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._answers: deque[tuple[int, Answer]] = deque()

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        self._answers.append((ticket, send(request)))

    def next(self, until: float) -> tuple[int, Answer] | None:
        if self._answers:
            return self._answers.popleft()
        assert until < float("inf"), "waiting for an answer that nothing will bring"
        self._clock.advance_to(until)
        return None


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(instant("2026-11-22T00:00:00Z"))


@pytest.fixture
def simulators(clock: VirtualClock) -> Simulators:
    return Simulators(clock)


@pytest.fixture
def opened(tmp_path: Path, clock: VirtualClock, simulators: Simulators) -> Iterator[Home]:
    with homes.home(tmp_path / "home", clock) as made:
        yield replace(made, send=simulators, carrier=AtOnce(clock))


@pytest.fixture
def bound(opened: Home) -> Home:
    """Return a home in which event 9001 is bound to both accounts, and both are provisioned."""
    setup.add_event(opened, FILES / "event.json")
    for kind, address in ADDRESSES.items():
        client_id, client_secret = CREDENTIALS[kind]
        given = {NAMES[kind]: address, "client_id": client_id, "client_secret": client_secret}
        setup.connect(opened, kind, kind, given=given)
        setup.bind(opened, "9001", kind)
        setup.provision(opened, kind)
    return opened


@pytest.fixture
def take(opened: Home) -> Take:
    """Return what takes in rows of one kind."""

    def take_in(kind: str, *rows: Mapping[str, Any]) -> None:
        file = opened.path / f"{kind}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        done = ingest(opened.path, opened.engine, kind, [file], clock=opened.clock)
        assert done.quarantined == [] or done.quarantined == ()
        refresh(opened.path, opened.engine, opened.clock)

    return take_in


def registration(who: str, status: str = "registered", at: str = "2026-11-20T10:00:00Z", **more: Any) -> dict[str, Any]:
    """Return a registration; the address is the user's id unless given."""
    return {"event_id": "9001", "user_id": who, "email": who, "status": status, "status_at": at, **more}
