"""A home connected to an imitated Kaltura account, both in this process and in virtual time."""

import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from turnout.apps.simulate import read_seed, secrets_of, simulator
from turnout.clock import VirtualClock
from turnout.database import opened, transaction
from turnout.pipeline import setup
from turnout.pipeline.home import Home
from turnout.pipeline.intake import pull
from turnout.secrets import vault
from turnout.settings import Settings
from turnout.simulators.kit.simulator import Simulator
from turnout.sources.kaltura.pulling.told import Pulled
from turnout.tables import ARRIVAL
from turnout.wire import Answer, Request, Send

SEED = Path(__file__).parents[2] / "examples" / "winter-summit" / "kaltura-seed.json"
AFTER = 1795309200.0 + 3 * 3600
"""Three hours after the event's end: all reports are final."""
DURING = 1795287600.0 + 2 * 3600


class Killed(BaseException):
    """The process died."""


class Wire:
    """What requests go through: it counts them, and dies with an answer in hand at the one that it is told."""

    def __init__(self, account: Simulator) -> None:
        self.account = account
        self.calls: list[str] = []
        self.dies_at = 0
        self.before: Callable[[int, Request], object] = lambda number, request: None

    def __call__(self, request: Request) -> Answer:
        self.calls.append(request.path)
        self.before(len(self.calls), request)
        answer = self.account(request)
        if len(self.calls) == self.dies_at:
            raise Killed
        return answer


class InlineCarrier:
    """Carries each request at once."""

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

    def close(self) -> None:
        """Nothing is open."""


class Kaltura:
    """The account, and the home that pulls from it."""

    def __init__(self, home: Home, wire: Wire, clock: VirtualClock) -> None:
        self.home, self.wire, self.clock = home, wire, clock

    def pull(self, event: str = "9001") -> Pulled:
        """Pull one event."""
        (told,) = pull(self.home, "kaltura", event)
        return told

    def again(self) -> None:
        """Begin a new process: nothing is remembered but what the home holds."""
        self.home = _home(self.home.path, self.wire, self.clock)
        self.wire.dies_at = 0
        self.wire.calls.clear()

    def act(self, do: str, **what: Any) -> Any:
        """Let something happen in the account."""
        return self.wire.account.vendor.act({"do": do, **what})

    def state(self) -> Mapping[str, Any]:
        """Return what stands in the account."""
        return self.wire.account.vendor.state()

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """Return the arrivals of a kind that can be read, in their order."""
        with transaction(self.home.engine) as connection:
            query = select(ARRIVAL.c.body).where(ARRIVAL.c.kind == kind, ARRIVAL.c.reason == "").order_by(ARRIVAL.c.id)
            return [json.loads(body) for body in connection.execute(query).scalars()]

    def everything(self) -> list[tuple[str, str]]:
        """Return all arrivals, sorted."""
        with transaction(self.home.engine) as connection:
            return sorted((kind, body) for kind, body in connection.execute(select(ARRIVAL.c.kind, ARRIVAL.c.body)))


def _home(path: Path, wire: Wire, clock: VirtualClock) -> Home:
    engine = opened(f"sqlite:///{path / 'turnout.db'}")
    return Home(path, engine, Settings(), vault(path), clock, wire, InlineCarrier(clock))


@contextmanager
def kaltura(
    path: Path,
    *,
    now: float = AFTER,
    template: Path | None = None,
    seed: Mapping[str, Any] | None = None,
    **settings: str,
) -> Iterator[Kaltura]:
    """Provide an account that holds the example event, and a home connected to it by its application token."""
    clock = VirtualClock(now)
    seed = seed or read_seed(SEED)
    wire = Wire(simulator("kaltura", seed, clock))
    path.mkdir(parents=True, exist_ok=True)
    if template is not None:
        shutil.copytree(template, path, dirs_exist_ok=True)
    made = Kaltura(_home(path, wire, clock), wire, clock)
    told = secrets_of("kaltura", seed)
    given = {
        "partner_id": told["partner_id"],
        "app_token_id": told["app_token_id"],
        "app_token": told["app_token"],
        "service_url": "https://www.kaltura.com",
        **settings,
    }
    setup.connect(made.home, "kaltura", "kaltura", given=given)
    try:
        yield made
    finally:
        made.home.engine.dispose()
