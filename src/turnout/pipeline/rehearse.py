"""The rehearsal: survey and plan against the live account, and no writing call."""

from collections import Counter
from collections.abc import Mapping
from math import ceil

from msgspec import Struct

from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.kit import Row
from turnout.pipeline.account import Account
from turnout.pipeline.home import Home
from turnout.pipeline.sync import accounts
from turnout.plan.plan import plan
from turnout.plan.shapes import Shape
from turnout.plan.view import Plan, View
from turnout.survey.looks import Survey
from turnout.values.changes import Change, Op
from turnout.values.records import Kind
from turnout.values.rows import Stand, stand


class Rehearsed(Struct, frozen=True):
    """What a sync would do in one connection; counts are records.

    `waiting` says what would follow once what it waits for stands; `writes` is the least number of calls.
    """

    connection: str
    create: Mapping[str, int]
    update: Mapping[str, int]
    matched: int
    kept: Mapping[str, int]
    parked: Mapping[str, int]
    follow: Mapping[str, int]
    cut: int
    writes: int
    reads: int
    stopped: Mapping[str, str]


def rehearse(home: Home, *, connection: str = "", event_id: str = "") -> list[Rehearsed]:
    """Return what a sync would do now, by connection; nothing is written to any account."""
    with accounts(home, connection=connection, event_id=event_id) as found:
        rehearsals = [Rehearsal(account) for account in found]
        Scheduler(home.carrier, home.clock).run([(one.account.line, one.cycle()) for one in rehearsals])
        return [one.told() for one in rehearsals]


class Rehearsal:
    """Survey and plan of one account, as far as they go without writing."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._plan = Plan()
        self._view: View | None = None
        self._current: Mapping[tuple[str, Kind], Shape] = {}

    def cycle(self) -> Cycle:
        """Yield the reading flights until the plan has no more questions."""
        account = self.account
        yield from account.read_targets()
        if not account.targets:
            return
        self._current = account.wish()
        self._view = account.view()
        survey = Survey(account.line.vendor, account.line.config, account.clock)
        while True:
            self._plan = plan(self._view, self._current, account.clock.now())
            if not self._plan.looks or survey.refused:
                return
            yield survey.flights(self._plan, self._view)

    def told(self) -> Rehearsed:
        """Return what was found."""
        made, account = self._plan, self.account
        rows = [self._rendered(change) for change in made.changes]
        follow = Counter(
            key.kind.value
            for key in account.records
            if key in made.waiting and stand(account.ledger.row(key)) is Stand.OWED
        )
        return Rehearsed(
            connection=account.line.config.name,
            create=Counter(change.key.kind.value for change in made.changes if change.op is Op.CREATE),
            update=Counter(change.key.kind.value for change in made.changes if change.op is not Op.CREATE),
            matched=len(made.settled),
            kept=Counter(park.reason for park in made.parks.values() if park.parking == "kept"),
            parked=Counter(f"{park.parking}: {park.reason}" for park in made.parks.values() if park.parking != "kept"),
            follow=follow,
            cut=sum(len(row.notes) for row in rows if isinstance(row, Row)),
            writes=self._writes(follow),
            reads=account.line.calls,
            stopped={f"{binding or '-'}/{kind}": reason for (binding, kind), reason in account.halted.items()},
        )

    def _rendered(self, change: Change) -> object:
        account = self.account
        target = account.targets.get(change.key.binding) or next(iter(account.targets.values()))
        return account.line.vendor.writers[change.key.kind].render(account.line.config, target, change)

    def _writes(self, follow: Mapping[str, int]) -> int:
        counts = Counter(change.key.kind.value for change in self._plan.changes) + Counter(follow)
        writers = self.account.line.vendor.writers
        return sum(ceil(counts[kind.value] / writers[kind].rows) for kind in Kind if counts[kind.value])
