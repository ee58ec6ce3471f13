"""One account in the flow: its targets read, its records wanted, its cycle run, until nothing more can be done."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from turnout.clock import Clock
from turnout.delivery.cycle import Ending, cycle
from turnout.delivery.desk import Desk
from turnout.delivery.jobs import Jobs
from turnout.delivery.line import Line
from turnout.delivery.reckoning import Reckoning
from turnout.delivery.scheduler import Cycle
from turnout.ledger.ledger import Ledger
from turnout.plan.late import shrunk
from turnout.plan.shapes import Shape, digests, shape
from turnout.plan.view import Late, Policy, View
from turnout.state.jobs import JobRow
from turnout.survey.looks import Survey
from turnout.values.bindings import Binding
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Target
from turnout.values.verdicts import Ruling, Verdict

SHRINKING_SHARE: Final = 0.05


class Sources(Struct, frozen=True):
    """Where an account's cycle gets what is not in the account: values in, decisions out.

    `target` is what is known of a binding's target and still fresh; `keep_target` keeps a new one.
    """

    records: Callable[[Sequence[Binding]], Sequence[Record]]
    target: Callable[[Binding], Target | None]
    keep_target: Callable[[Binding, Target], None]
    known_shapes: Callable[[], Mapping[str, Shape]]
    keep_shapes: Callable[[Sequence[Shape]], None]
    join: Callable[[str, str, str], None]  # person, the other, remote id
    jobs: Callable[[], Sequence[JobRow]]
    keep_job: Callable[[JobRow], None]
    end_job: Callable[[JobRow], None]
    confirmed: Callable[[Binding], bool]  # whether a person confirmed that delivered rows may shrink


class Account(Struct):
    """One account's work in one run, and how it ended."""

    line: Line
    ledger: Ledger
    bindings: Sequence[Binding]
    sources: Sources
    clock: Clock
    patience_seconds: float = 0.0
    unsure_seconds: float = 0.0  # 0: what the vendor documents
    late: Late = Late()
    whole: bool = True  # whether `bindings` are all that the account has: else nobody is withdrawn
    halted: dict[tuple[str, Kind], str] = field(default_factory=dict)
    shrinking: dict[tuple[str, Kind], str] = field(default_factory=dict)  # of `halted`, what a person may confirm
    tally: Counter[str] = field(default_factory=Counter)
    ending: Ending = field(default_factory=Ending)
    ended_at: float = 0.0
    targets: dict[str, Target] = field(default_factory=dict)
    records: dict[Key, Record] = field(default_factory=dict)

    def cycle(self) -> Cycle:
        """Yield all that this account needs done; `ended_at` tells when it was."""
        try:
            yield from self._cycle()
        finally:
            self.ended_at = self.clock.now()

    def _cycle(self) -> Cycle:
        yield from self.read_targets()
        if not self.targets:
            return
        unread = self.ending.later
        while True:
            self.ending = Ending()
            desk, current = self._wished()
            survey = Survey(self.line.vendor, self.line.config, self.clock)
            yield from cycle(
                desk,
                survey,
                current,
                clock=self.clock,
                patience_seconds=self.patience_seconds,
                ending=self.ending,
            )
            self.ending.later = self.ending.later or unread
            self.tally += desk.reckoning.tally
            self.halted |= {stream: ruling.sentence() for stream, ruling in desk.reckoning.halted.items()}
            if not self.ending.aliases:
                return
            for person, (other, remote_id) in self.ending.aliases.items():
                self.sources.join(person, other, remote_id)

    def view(self) -> View:
        """Return what planning may look at, with nothing seen yet of people."""
        bindings = {binding.id: binding for binding in self.bindings if binding.id in self.targets}
        policy = Policy.of(self.line.config, leaves_outside=self.line.vendor.leaves_outside, late=self.late)
        return View(policy, bindings, self.targets, self.records, self.ledger.rows, stopped=dict(self.halted))

    def wish(self) -> dict[tuple[str, Kind], Shape]:
        """Derive the records anew and set in the ledger what is wanted; returns the current shapes."""
        bound = [binding for binding in self.bindings if binding.id in self.targets]
        self.records = {record.key: record for record in self.sources.records(bound)}
        current = {
            (binding.id, kind): shape(self.targets[binding.id], kind, binding.mapping_version)
            for binding in bound
            for kind in Kind
        }
        policy = Policy.of(self.line.config, leaves_outside=self.line.vendor.leaves_outside)
        current["", Kind.PERSON] = shape(None, Kind.PERSON, 1, person_fields=policy.person_fields)
        self.sources.keep_shapes(list(current.values()))
        wanted = digests(self.records, self.ledger.rows, current, known=self.sources.known_shapes())
        whole = self.whole and len(bound) == len(self.bindings)
        self.ledger.want(wanted, [binding.id for binding in bound], people=whole)
        self._park_what_cannot_go()
        self._stop_what_shrinks(bound)
        return current

    def _wished(self) -> tuple[Desk, dict[tuple[str, Kind], Shape]]:
        current = self.wish()
        reckoning = Reckoning(
            self.ledger,
            self.view(),
            clock=self.clock,
            unsure_seconds=self.unsure_seconds or self.line.vendor.unsure_seconds,
        )
        jobs = Jobs(
            self.line,
            reckoning,
            found=self.sources.jobs(),
            clock=self.clock,
            keep=self.sources.keep_job,
            end=self.sources.end_job,
        )
        return Desk(self.line, reckoning, self.clock, jobs=jobs), current

    def _stop_what_shrinks(self, bound: Sequence[Binding]) -> None:
        """Stop a binding's rows where too many would lose values, until a person confirms that this is meant."""
        for binding in bound:
            if self.sources.confirmed(binding):
                continue
            rows = [row for row in self.ledger.rows.values() if row.key.binding == binding.id and row.accepted]
            mine = [row for row in rows if row.key.kind in (Kind.ENGAGEMENT, Kind.POLLS) and row.key in self.records]
            shrinking = sum(shrunk(row.values, self.records[row.key].values) for row in mine)
            if shrinking > SHRINKING_SHARE * len(mine):
                told = f"{shrinking} of {len(mine)} delivered rows would lose values, or have lower counts or minutes: "
                told += f"look at `turnout engagement`, then `turnout confirm --connection {self.line.config.name}`"
                self.shrinking |= {(binding.id, kind): told for kind in (Kind.ENGAGEMENT, Kind.POLLS)}
        self.halted |= self.shrinking

    def _park_what_cannot_go(self) -> None:
        """Park what the records stage itself ruled out; take back what it does not rule out any more."""
        parks = {}
        freed = []
        for key, record in self.records.items():
            row = self.ledger.row(key)
            if record.parked and not row.claimed:
                if row.refused != row.wanted or row.reason != record.reason:
                    parks[key] = (record.parked, record.reason, "record", "")
                    self.tally[record.parked] += not row.parking
            elif row.code == "record" and row.parking and not record.parked:
                freed.append(key)
        self.ledger.park_all(parks)
        self.ledger.retry(freed)

    def read_targets(self) -> Cycle:
        """Yield the flights that read the targets which are not known, or not fresh any more."""
        unknown = []
        for binding in self.bindings:
            if (known := self.sources.target(binding)) is not None:
                self._keep(binding, known)
            else:
                unknown.append(binding)
        talk = self.line.vendor.target
        wave = [
            Flight(
                talk=partial(talk, self.line.config, binding),
                end=partial(self._seen, binding),
                stream=f"{binding.id}/target",
            )
            for binding in unknown
        ]
        if wave:
            yield wave

    def _seen(self, binding: Binding, result: Any) -> list[Flight]:
        if isinstance(result, Ruling):
            if result.verdict in (Verdict.WAIT, Verdict.RETRY):
                self.ending.later = result.sentence()
            else:
                self.halted |= {(binding.id, kind): result.sentence() for kind in Kind}
            return []
        target = replace(result, read_at=self.clock.now())
        self.sources.keep_target(binding, target)
        self._keep(binding, target)
        return []

    def _keep(self, binding: Binding, target: Target) -> None:
        """Take a target as it is; a kind it has no place for is stopped, and with the members their people."""
        self.targets[binding.id] = target
        for kind, sentence in target.missing.items():
            self.halted[binding.id, kind] = sentence
            if kind is Kind.MEMBER:
                self.halted.setdefault((binding.id, Kind.PERSON), sentence)

    def stands(self, binding: str) -> dict[Kind, Counter[Stand]]:
        """Return how many of a binding's records stand where, by kind; persons are those of its members."""
        counted: dict[Kind, Counter[Stand]] = {kind: Counter() for kind in Kind}
        people = {key.person for key in self.records if key.binding == binding}
        for key, row in self.ledger.rows.items():
            if key.binding == binding or (key.kind is Kind.PERSON and key.person in people):
                counted[key.kind][stand(row)] += 1
        return counted
