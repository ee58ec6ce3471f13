"""Bulk jobs: rows of the state database that are taken on step by step, so that a restart is the normal path."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from turnout.clock import Clock
from turnout.delivery.batches import halves
from turnout.delivery.line import Line
from turnout.delivery.reckoning import Reckoning
from turnout.destinations.kit import Bulk, Job, Row
from turnout.state.jobs import JobRow
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind
from turnout.values.sightings import Target
from turnout.values.verdicts import Outcome, Ruling, Verdict

FOREVER: Final = float("inf")
AGAIN_SECONDS: Final = 30.0
HANDED_OVER: Final = frozenset({"closed", "done"})
Rebuilt = Callable[[Iterable[Key]], Sequence[Row]]


class Jobs:
    """One account's bulk jobs. `keep` writes a job down, `end` forgets it; `rebuilt` renders claimed records anew."""

    def __init__(
        self,
        line: Line,
        reckoning: Reckoning,
        *,
        found: Iterable[JobRow],
        clock: Clock,
        keep: Callable[[JobRow], None],
        end: Callable[[JobRow], None],
    ) -> None:
        self._line = line
        self._reckoning = reckoning
        self._clock = clock
        self._keep = keep
        self._end = end
        self._rows: dict[str, Sequence[Row]] = {}
        self.under_way = {job.number: job for job in found}

    @property
    def due(self) -> float:
        """Return when the next job is to be looked at; infinite where none is under way."""
        return min((job.due for job in self._heads()), default=FOREVER)

    def _heads(self) -> list[JobRow]:
        """Return the oldest job of each stream: one at a time goes on, the others wait for it."""
        heads: dict[tuple[str, Kind], JobRow] = {}
        for job in self.under_way.values():
            heads.setdefault((job.binding, job.kind), job)
        return list(heads.values())

    def begin(self, number: str, rows: Sequence[Row]) -> None:
        """Write down a new job and claim its records until it ends."""
        key = rows[0].change.key
        now = self._clock.now()
        job = JobRow(self._line.config.name, number, key.binding, key.kind, "new", "", len(rows), now, now)
        self._keep(job)
        self._reckoning.claim_for_job(number, [row.change for row in rows])
        self.under_way[number], self._rows[number] = job, rows

    def flights(self, rebuilt: Rebuilt) -> list[Flight]:
        """Return the next step of every job that is due; one job of a stream at a time."""
        now = self._clock.now()
        return [flight for job in self._heads() if job.due <= now for flight in self._flight(job, rebuilt)]

    def _flight(self, job: JobRow, rebuilt: Rebuilt) -> list[Flight]:
        bulk = self._bulk(job)
        if job.number not in self._rows:  # from before a restart
            claimed = self._reckoning.ledger.rows.values()
            self._rows[job.number] = rebuilt([row.key for row in claimed if row.batch == job.number and row.claimed])
            if job.state not in HANDED_OVER:  # given up, and begun again
                return [self._dropping(job, bulk)]
        if not self._rows[job.number]:  # every outcome was written before the process ended
            self._finished(job)
            return []
        target = self._target(job)
        seen = Job(job.state, job.remote_id)
        flight = Flight(
            talk=lambda: bulk.step(self._line.config, target, seen, self._rows[job.number]),
            end=partial(self._stepped, job),
            stream=f"{job.binding or '-'}/{job.kind}",
            batch=job.number,
        )
        return [flight]

    def _dropping(self, job: JobRow, bulk: Bulk, ruling: Ruling | None = None) -> Flight:
        """Return the flight that gives a job up; `ruling` is what its rows are told then, where that is known."""
        target = self._target(job)
        return Flight(
            talk=lambda: bulk.drop(self._line.config, target, Job(job.state, job.remote_id)),
            end=partial(self._dropped, job, ruling),
            stream=f"{job.binding or '-'}/{job.kind}",
            batch=job.number,
        )

    def _stepped(self, job: JobRow, result: Any) -> list[Flight]:
        if isinstance(result, Ruling):
            return self._refused(job, result)
        seen, outcomes = result
        if outcomes is not None:
            self._collected(job, outcomes)
            return []
        self._note(replace(job, state=seen.state, remote_id=seen.remote_id, due=self._clock.now() + seen.poll_seconds))
        return []

    def _refused(self, job: JobRow, ruling: Ruling) -> list[Flight]:
        """A step was not answered as it should be: look again, give up what was not handed over, or tell the rows."""
        lost = ruling.verdict in (Verdict.UNSURE, Verdict.RETRY, Verdict.WAIT)
        if job.state in HANDED_OVER and lost:
            self._note(replace(job, due=self._clock.now() + (ruling.seconds or AGAIN_SECONDS)))
            return []
        if job.state != "new" and job.state not in HANDED_OVER:
            return [self._dropping(job, self._bulk(job), None if lost else ruling)]
        if job.state == "new" and ruling.verdict is Verdict.UNSURE and not self._bulk(job).acts_at_once:
            ruling = replace(ruling, verdict=Verdict.RETRY)
        return self._ended(job, ruling)

    def _dropped(self, job: JobRow, ruling: Ruling | None, result: Any) -> list[Flight]:
        """A job that was not closed is gone: its rows are told `ruling`, or owed again. One that was closed goes on."""
        now = self._clock.now()
        if isinstance(result, Ruling):
            if result.verdict not in (Verdict.UNSURE, Verdict.RETRY, Verdict.WAIT):
                self._reckoning.halted.setdefault((job.binding, job.kind), result)
            self._note(replace(job, due=now + (result.seconds or AGAIN_SECONDS)))
            return []
        if result.state in HANDED_OVER:
            self._note(replace(job, state=result.state, remote_id=result.remote_id, due=now + result.poll_seconds))
            return []
        if ruling is None and self._bulk(job).acts_at_once:
            ruling = Ruling(Verdict.UNSURE, "job lost", "", "nobody knows whether the account took the job")
        return self._ended(job, ruling)

    def _ended(self, job: JobRow, ruling: Ruling | None) -> list[Flight]:
        """Tell a job's rows what ended it, or owe them again; rows that are too many for it go in two."""
        rows = self._rows[job.number]
        keys = [row.change.key for row in rows]
        split = False
        if ruling is None:
            self._reckoning.ledger.release(keys, due=0.0, reason="the bulk job was given up before it was closed")
        elif rows:
            split = self._reckoning.ruled(rows, ruling, job.number)
        self._finished(job)
        for number, half in enumerate(halves(rows) if split else ()):
            self.begin(f"{job.number}.{number}", half)
        return []

    def _collected(self, job: JobRow, outcomes: Sequence[Outcome]) -> None:
        rows = self._rows[job.number]
        self._reckoning.told(rows, outcomes, job.number)
        self._finished(job)

    def _note(self, job: JobRow) -> None:
        self._keep(job)
        self.under_way[job.number] = job

    def _finished(self, job: JobRow) -> None:
        self._end(job)
        self.under_way.pop(job.number, None)
        self._rows.pop(job.number, None)

    def _bulk(self, job: JobRow) -> Bulk:
        bulk = self._line.vendor.writers[job.kind].bulk
        assert bulk is not None, "a job of a kind that has no bulk"
        return bulk

    def _target(self, job: JobRow) -> Target:
        targets = self._reckoning.view.targets
        return targets[job.binding] if job.binding else next(iter(targets.values()))


def parts(bulk: Bulk, rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows in as few jobs as they fit."""
    made: list[list[Row]] = []
    size = 0
    for row in rows:
        grown = size + bulk.size(row)
        if not made or len(made[-1]) == bulk.rows or grown > bulk.bytes:
            made.append([])
            grown = bulk.size(row)
        made[-1].append(row)
        size = grown
    return made
