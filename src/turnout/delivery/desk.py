"""changes -> flights, and their ends -> the ledger: the desk of one account."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from turnout.clock import Clock
from turnout.delivery.batches import batches, halves
from turnout.delivery.jobs import Jobs, parts
from turnout.delivery.line import Line
from turnout.delivery.reckoning import Reckoning
from turnout.destinations.kit import Bulk, Row, Writer
from turnout.plan.claimed import claimed_changes
from turnout.plan.view import Plan
from turnout.values.changes import Change
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind
from turnout.values.sightings import Target
from turnout.values.verdicts import Ruling

JOB: Final = "job-"


class Desk:
    """Turns what a plan asks for into notes and flights."""

    def __init__(self, line: Line, reckoning: Reckoning, clock: Clock, *, jobs: Jobs) -> None:
        self.line = line
        self.reckoning = reckoning
        self.jobs = jobs
        self._clock = clock
        self._number = 0

    def note(self, plan: Plan) -> None:
        """Write into the ledger what a plan found to stand, to be parked, or to be confirmed."""
        ledger, tally = self.reckoning.ledger, self.reckoning.tally
        ledger.accept_all((one.change, one.remote_id, one.detail) for one in plan.settled)
        ledger.confirm([one.change.key for one in plan.settled] + plan.confirmed)
        ledger.park_all(
            {key: (park.parking, park.reason, park.code, park.remote_id) for key, park in plan.parks.items()}
        )
        for key, (due, reason) in plan.doubted.items():
            ledger.doubt([key], due=due, reason=reason)
            self.reckoning.view.found.pop(key, None)
        ledger.release(plan.released, due=0.0, reason="looked for twice and not found: it is sent again")
        tally["matched"] += len(plan.settled)
        for park in plan.parks.values():
            tally[park.parking] += 1

    def flights(self, changes: Iterable[Change]) -> list[Flight]:
        """Return the flights that carry the changes, persons first; what cannot be rendered is parked here."""
        rows: dict[tuple[Kind, str], list[Row]] = defaultdict(list)
        for change in changes:
            writer = self.line.vendor.writers[change.key.kind]
            rendered = writer.render(self.line.config, self._target(change.key), change)
            if isinstance(rendered, Row):
                rows[change.key.kind, change.key.binding].append(rendered)
            else:
                self.reckoning.refuse(change.key, rendered.ruling)
        order = list(Kind)
        made: list[Flight] = []
        for stream in sorted(rows, key=lambda stream: (order.index(stream[0]), stream[1])):
            writer = self.line.vendor.writers[stream[0]]
            if writer.bulk and self._pays(writer.bulk, rows[stream]):
                self._begin_jobs(writer, rows[stream])
            else:
                made += [self._flight(batch) for batch in batches(writer, rows[stream])]
        return made

    def job_flights(self) -> list[Flight]:
        """Return the steps of bulk jobs that are due."""
        return self.jobs.flights(self._rebuilt)

    def _pays(self, bulk: Bulk, rows: Sequence[Row]) -> bool:
        """Whether rows go by a job: there are many; or a job that was lost may still carry some, and act late."""
        least = int(self.line.config.get("bulk_rows") or bulk.least)
        ledger = self.reckoning.ledger
        lost = bulk.acts_at_once and any(ledger.row(row.change.key).batch.startswith(JOB) for row in rows)
        return len(rows) >= least or (lost and any(ledger.row(row.change.key).claimed for row in rows))

    def _begin_jobs(self, writer: Writer, rows: Sequence[Row]) -> None:
        assert writer.bulk is not None
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows:
            groups[writer.group(row.change)].append(row)
        for group in sorted(groups):
            for part in parts(writer.bulk, groups[group]):
                self.jobs.begin(JOB + self._numbered(), part)
                self._unsee(part)

    def _rebuilt(self, keys: Iterable[Key]) -> list[Row]:
        """Render the records anew that a job claimed before a restart."""
        made = []
        for change in claimed_changes(self.reckoning.view, keys):
            writer = self.line.vendor.writers[change.key.kind]
            rendered = writer.render(self.line.config, self._target(change.key), change)
            made.append(rendered if isinstance(rendered, Row) else Row(change, {}, 0))
        return made

    def _numbered(self) -> str:
        self._number += 1
        return f"{int(self._clock.now() * 1000):x}.{self._number}"

    def _flight(self, batch: Sequence[Row]) -> Flight:
        key = batch[0].change.key
        writer = self.line.vendor.writers[key.kind]
        target = self._target(key)
        number = self._numbered()
        return Flight(
            talk=lambda: writer.talk(self.line.config, target, batch),
            end=lambda result: self._landed(batch, result, number),
            begin=lambda: self._begin(batch, number),
            persons=frozenset(row.change.key.person for row in batch),
            stream=f"{key.binding or '-'}/{key.kind}",
            batch=number,
        )

    def _begin(self, batch: Sequence[Row], number: str) -> None:
        """Claim what is about to leave, and drop what was seen of it: a call may change it."""
        self.reckoning.claim(number, [row.change for row in batch])
        self._unsee(batch)

    def _unsee(self, batch: Sequence[Row]) -> None:
        view = self.reckoning.view
        for row in batch:
            key = row.change.key
            if key.kind is Kind.PERSON:
                view.matches.pop(key.person, None)
            view.members.pop((key.binding, key.person), None)
            view.found.pop(key, None)

    def _landed(self, batch: Sequence[Row], result: Any, number: str) -> list[Flight]:
        if not isinstance(result, Ruling):
            self.reckoning.told(batch, result, number)
            return []
        if self.reckoning.ruled(batch, result, number):
            return [self._flight(half) for half in halves(batch)]
        return []

    def _target(self, key: Key) -> Target:
        targets = self.reckoning.view.targets
        return targets[key.binding] if key.binding else next(iter(targets.values()))
