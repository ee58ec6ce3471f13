"""What a sync costs in Salesforce: API calls for a thousand new attendees of five sessions, counted by the account."""

from collections import deque
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from turnout.apps.simulate import CREDENTIALS, read_seed, simulator
from turnout.clock import VirtualClock
from turnout.delivery.line import Line
from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.ledger.ledger import Ledger
from turnout.metrics.catalogue import METRICS
from turnout.pipeline.account import Account, Sources
from turnout.plan.shapes import Shape
from turnout.records.attendance import Seen, attendance, before, member_values
from turnout.state.jobs import JobRow
from turnout.tables import METADATA
from turnout.values.bindings import Binding, Config
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import Stand, stand
from turnout.wire import Answer, Request, Send, get

SEED = Path(__file__).parents[2] / "examples" / "winter-summit" / "salesforce-seed.json"
PEOPLE, SESSIONS = 1_000, 5
BINDING = Binding("b1", "9001", "Winter Summit 2026", "crm")


class AtOnce:
    """Carries each request as soon as it is told to; waiting moves the clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._answers: deque[tuple[int, Answer]] = deque()

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        self._answers.append((ticket, send(request)))

    def next(self, until: float) -> tuple[int, Answer] | None:
        if not self._answers:
            assert until < float("inf")
            self._clock.advance_to(until)
            return None
        return self._answers.popleft()


def records() -> list[Record]:
    """Return what should stand: a person, a membership and five rows of 31 columns for each attendee."""
    history = [Seen(1.0, "registered"), Seen(2.0, "participated")]
    status = attendance(history)
    assert status is not None
    made = []
    for number in range(PEOPLE):
        person = f"p{number:025}"
        email = {"email": f"attendee{number:04}@example.com"}
        whom, member = Key("", Kind.PERSON, person), Key(BINDING.id, Kind.MEMBER, person)
        made.append(Record(whom, {**email, "first_name": "Ada", "last_name": f"No. {number}", "company": "Acme"}))
        made.append(Record(member, {**email, **member_values(status, before(history, status))}, (whom,)))
        for session in range(SESSIONS):
            entry = f"1_session{session}"
            values = {"entry_id": entry, "entry_name": f"Session {session}", "user": email["email"], **email}
            values |= {"channel_id": 330022, "channel_name": "Main stage"} | dict.fromkeys((m.name for m in METRICS), 1)
            made.append(Record(Key(BINDING.id, Kind.ENGAGEMENT, person, entry, 330022), values, (member,)))
    return made


class Org:
    """The example's org, provisioned, and a ledger of its own."""

    def __init__(self, **settings: str) -> None:
        self.clock = VirtualClock()
        self.send: Any = simulator("salesforce", read_seed(SEED), self.clock)
        client_id, client_secret = CREDENTIALS["salesforce"]
        given = {"url": "http://127.0.0.1:1", "client_id": client_id, "client_secret": client_secret, **settings}
        self.config = Config("salesforce", "crm", given)
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        METADATA.create_all(engine)
        self.ledger = Ledger(engine, "crm", self.clock)
        self.shapes: dict[str, Shape] = {}
        self.jobs: dict[str, JobRow] = {}
        self.line = Line(SALESFORCE, self.config, send=self.send, clock=self.clock, journal=lambda call: None)
        ended: list[Any] = []
        provision = SALESFORCE.provision(self.config, BINDING, False)
        flight = Flight(talk=lambda: provision, end=lambda result: ended.append(result) or [])
        self.run(iter([[flight]]))
        assert isinstance(ended[0], list)

    def run(self, cycle: Any) -> None:
        Scheduler(AtOnce(self.clock), self.clock).run([(self.line, cycle)])

    def calls(self) -> tuple[int, int]:
        """Return (calls that the account counted, writing calls) since it began."""
        answer = self.send(get("/_sim/calls")).json()
        return answer["total"], answer["writes"]

    def sync(self) -> tuple[int, int]:
        """Bring the account up to date; returns what that cost. The sign-in holds already."""
        before = self.calls()
        account = Account(
            line=self.line,
            ledger=self.ledger,
            bindings=[BINDING],
            sources=Sources(
                records=lambda _: records(),
                confirmed=lambda _: True,
                target=lambda _: None,
                keep_target=lambda *_: None,
                known_shapes=lambda: self.shapes,
                keep_shapes=lambda found: self.shapes.update({one.id: one for one in found}),
                join=lambda *_: None,
                jobs=lambda: list(self.jobs.values()),
                keep_job=lambda job: self.jobs.update({job.number: job}),
                end_job=lambda job: self.jobs.pop(job.number, None) and None,
            ),
            clock=self.clock,
            patience_seconds=3_600.0,
        )
        cycle: Cycle = account.cycle()
        self.run(cycle)
        assert account.halted == {}
        after = self.calls()
        return after[0] - before[0], after[1] - before[1]

    def stands(self) -> set[Stand]:
        return {stand(row) for row in self.ledger.rows.values()}

    def count(self, sobject: str) -> int:
        soql = f"SELECT COUNT() FROM {sobject}"
        assert self.line.session is not None
        answer = self.send(SALESFORCE.signed(get("/query", {"q": soql}), self.line.session))
        return int(answer.json()["totalSize"])


@pytest.mark.parametrize("bulk_rows", ["2000", "1000000"], ids=["by a bulk job", "by calls alone"])
def test_a_thousand_new_attendees_of_five_sessions_cost_under_forty_calls(bulk_rows: str) -> None:
    org = Org(bulk_rows=bulk_rows)
    leads = org.count("Lead")

    total, _ = org.sync()

    assert org.count("Lead") - leads == 1_000
    assert org.count("UserSessionEngagement__c") == 5_000
    assert org.stands() <= {Stand.DELIVERED, Stand.ACCEPTED}
    assert total < 40

    _, writes = org.sync()

    assert writes == 0
