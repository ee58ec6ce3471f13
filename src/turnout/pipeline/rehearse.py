"""The rehearsal: survey and plan against the live account, played to the end on paper, with no writing call."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from turnout.delivery.batches import batches
from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.kit import Row
from turnout.pipeline.account import Account
from turnout.pipeline.home import Home
from turnout.pipeline.sync import accounts
from turnout.plan.plan import plan
from turnout.plan.view import Park, Plan, View
from turnout.survey.looks import Survey
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.sightings import Membership, RowSeen

FIRST_PRETENDED = 900_000_000_000_000_000
"""Ids of what a sync would make: of 18 digits, so that every vendor's rendering takes them."""
_PARKED = (Stand.HELD, Stand.REJECTED, Stand.EXCLUDED)


class Rehearsed(Struct, frozen=True):
    """What a sync would do in one connection; counts are records, by kind or by reason.

    `matched` are people found in the account, `joined` those found to be one person there. `writes` is the number
    of calls if no batch has to be split, `seconds` what they take at least at the pace granted.
    """

    connection: str
    create: Mapping[str, int]
    update: Mapping[str, int]
    matched: int
    joined: int
    kept: Mapping[str, int]
    parked: Mapping[str, int]
    waiting: Mapping[str, int]
    cut: int
    writes: int
    reads: int
    seconds: float
    stopped: Mapping[str, str]


def rehearse(home: Home, *, connection: str = "", event_id: str = "") -> list[Rehearsed]:
    """Return what a sync would do now, by connection; nothing is written to any account."""
    with accounts(home, connection=connection, event_id=event_id) as found:
        rehearsals = [Rehearsal(account) for account in found.accounts]
        Scheduler(home.carrier, home.clock).run([(one.account.line, one.cycle()) for one in rehearsals])
        return [one.told() for one in rehearsals]


class Rehearsal:
    """Survey and plan of one account; what would be written is taken as accepted, and the plan goes on from there."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._rows: dict[Key, LedgerRow] = {}
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._waiting: Mapping[Key, str] = {}
        self._joined: set[str] = set()
        self._numbers = count(FIRST_PRETENDED)

    def cycle(self) -> Cycle:
        """Yield the reading flights until the plan has no more questions and nothing more to do."""
        account = self.account
        yield from account.read_targets()
        if not account.targets:
            return
        current = account.wish()
        self._rows = dict(account.ledger.rows)
        view = account.view()
        view.rows = self._rows
        survey = Survey(account.line.vendor, account.line.config, account.clock)
        made = Plan()
        while True:
            before, made = made, plan(view, current, account.clock.now())
            self._waiting = made.waiting
            if made.looks and not survey.refused:
                yield survey.flights(made, view)
            elif made.looks or made == before or not (made.notes or made.changes):
                return
            else:
                self._play(made, view)

    def _play(self, made: Plan, view: View) -> None:
        """Take all that a plan says as done."""
        for one in made.settled:
            self._counts["matched"][one.change.key.kind.value] += 1
            self._stands(one.change, one.remote_id)
        for key, park in made.parks.items():
            self._park(key, park)
        for key in made.confirmed:
            self._rows[key] = replace(self._rows[key], confirmed_at=self.account.clock.now())
        for person in made.aliases:
            self._joined.add(person)
            self._park(Key("", Kind.PERSON, person), Park(Parking.HELD, "is one person with somebody else here"))
        self._written(made.changes, view)

    def _park(self, key: Key, park: Park) -> None:
        row = self._rows.get(key) or LedgerRow(key)
        if park.parking is Parking.KEPT:
            self._counts["kept"][park.reason] += 1
        self._rows[key] = replace(
            row,
            parking=park.parking,
            reason=park.reason,
            code=park.code,
            refused=row.wanted,
            remote_id=park.remote_id or row.remote_id,
        )

    def _written(self, changes: Iterable[Change], view: View) -> None:
        """Count the calls that would carry the changes, and take each as accepted."""
        account = self.account
        writers = account.line.vendor.writers
        rows: dict[tuple[str, Kind], list[Row]] = defaultdict(list)
        for change in changes:
            target = account.targets.get(change.key.binding) or next(iter(account.targets.values()))
            rendered = writers[change.key.kind].render(account.line.config, target, change)
            if isinstance(rendered, Row):
                rows[change.key.binding, change.key.kind].append(rendered)
                self._accept(change, view)
            else:
                self._park(change.key, Park(Parking.REJECTED, rendered.ruling.sentence()))
        for (_, kind), some in rows.items():
            self._counts["calls"]["writes"] += len(batches(writers[kind], some))
            self._counts["calls"]["cut"] += sum(len(row.notes) for row in some)

    def _accept(self, change: Change, view: View) -> None:
        """Take a change as accepted; who is new is a member of nothing yet, and has no rows."""
        key = change.key
        made = change.op is Op.CREATE or (change.op is Op.UPSERT and not change.remote_id)
        self._counts["create" if made else "update"][key.kind.value] += 1
        remote_id = change.remote_id or str(next(self._numbers))
        self._stands(change, remote_id)
        if key.kind is Kind.MEMBER:
            seen = view.members[key.binding, key.person]
            status = change.status or seen.status
            view.members[key.binding, key.person] = Membership(key.person, remote_id, status, "as made")
            self._rows[key] = replace(self._rows[key], confirmed_at=0.0)
        if made and key.kind is Kind.PERSON:
            for binding in view.bindings:
                view.members[binding, key.person] = Membership(key.person)
        if made and key.kind is Kind.MEMBER:
            theirs = (one for one in view.records if one.person == key.person and one.binding == key.binding)
            view.found |= {one: RowSeen(one) for one in theirs}

    def _stands(self, change: Change, remote_id: str) -> None:
        row = self._rows.get(change.key) or LedgerRow(change.key)
        now = self.account.clock.now()
        self._rows[change.key] = replace(
            row,
            claimed="",
            accepted=change.digest,
            remote_id=remote_id,
            refs=change.refs,
            values=change.values,
            accepted_at=now,
            confirmed_at=now,
        )

    def told(self) -> Rehearsed:
        """Return what was found."""
        account, counts = self.account, self._counts
        parked = Counter(
            f"{stand(row).value}: {row.reason}"
            for key in account.records
            if (row := self._rows.get(key)) and stand(row) in _PARKED and key.person not in self._joined
        )
        pace, writes = account.line.pace, counts["calls"]["writes"]
        return Rehearsed(
            connection=account.line.config.name,
            create=counts["create"],
            update=counts["update"],
            matched=counts["matched"][Kind.PERSON.value],
            joined=len(self._joined),
            kept=counts["kept"],
            parked=parked,
            waiting=Counter(why for key, why in self._waiting.items() if key.person not in self._joined),
            cut=counts["calls"]["cut"],
            writes=writes,
            reads=account.line.calls,
            seconds=max(0, ceil(writes / pace.calls) - 1) * pace.limits.window_seconds,
            stopped={f"{binding or '-'}/{kind}": reason for (binding, kind), reason in account.halted.items()},
        )
