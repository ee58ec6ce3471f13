"""Run the whole flow for one, some or all connections, and say what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from msgspec import Struct
from sqlalchemy import Connection

from turnout.database import transaction
from turnout.delivery.lease import leased
from turnout.delivery.scheduler import Scheduler
from turnout.errors import InputError, Later
from turnout.ledger.ledger import Ledger
from turnout.pipeline.account import Account, Sources
from turnout.pipeline.gather import gathered
from turnout.pipeline.home import Home, chosen_connections, config, line_to
from turnout.plan.shapes import Shape
from turnout.plan.view import Late
from turnout.records.derive import Wish, records
from turnout.state import journal
from turnout.state.events import bindings
from turnout.state.jobs import JobRow, end_job, jobs, save_job
from turnout.state.people import save_alias
from turnout.state.shapes import save_shapes, shapes
from turnout.state.sightings import Subject, forget_sightings, save_sighting, sighting
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind, Record
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Target


class Synced(Struct, frozen=True):
    """What a sync did with one connection. Counts are records; `seconds` as the clock showed."""

    connection: str
    created: int
    updated: int
    unchanged: int
    rejected: int
    held: int
    parked_anew: int
    waiting: Mapping[str, int]
    calls: int
    seconds: float
    halted: Mapping[str, str]
    later: str = ""


def sync(home: Home, *, connection: str = "", event_id: str = "") -> list[Synced]:
    """Bring the accounts up to what the facts say; returns what came of it, by connection.

    Raises Later where another process delivers to the one that was named; InputError where nothing is bound.
    """
    with transaction(home.engine) as database:
        run = journal.begin_run(database, "sync", home.clock.now())
    with accounts(home, connection=connection, event_id=event_id, fix=True, run=run) as found:
        began = home.clock.now()
        Scheduler(home.carrier, home.clock).run([(account.line, account.cycle()) for account in found.accounts])
        told = [_told(account, account.ended_at - began) for account in found.accounts]
        told += [_left(name, reason) for name, reason in found.busy.items()]
        with transaction(home.engine) as database:
            for account in found.accounts:
                _keep_halts(database, account, home.clock.now())
                forget_sightings(database, account.line.config.name, "confirmed")  # it held for this sync
            journal.end_run(database, run, {one.connection: one for one in told}, now=home.clock.now())
    return told


class Leased(Struct, frozen=True):
    """Accounts that are ours to work on, and those that another process works on now, each with a sentence."""

    accounts: list[Account]
    busy: Mapping[str, str]


@contextmanager
def accounts(
    home: Home, *, connection: str = "", event_id: str = "", fix: bool = False, run: int = 0
) -> Iterator[Leased]:
    """Lease the chosen accounts that have bindings, and hand them over ready to run.

    With `fix`, what delivery fixes for good (home channels, poll slots) is fixed. An account that another process
    delivers to is left to it; Later where it is the one that was named.
    """
    with ExitStack() as stack:
        found = []
        busy: dict[str, str] = {}
        for chosen in chosen_connections(home, connection):
            with transaction(home.engine) as database:
                every = bindings(database, account=chosen.name)
            bound = [one for one in every if event_id in ("", one.event_id)]
            if bound and not chosen.paused:
                try:
                    stack.enter_context(leased(home.path, chosen.name))
                except Later as taken:
                    if chosen.name == connection:
                        raise
                    busy[chosen.name] = taken.message
                    continue
                found.append(account(home, chosen.name, bound, fix=fix, whole=len(bound) == len(every), run=run))
        if not found and not busy:
            raise InputError("there is nothing to do: no event is bound to a connection that is not paused",
                             "`turnout event bind` binds one; `turnout connections` shows what is paused")  # fmt: skip
        yield Leased(found, busy)


def account(
    home: Home, name: str, bound: Sequence[Binding], *, fix: bool = False, whole: bool = True, run: int = 0
) -> Account:
    """Return one account ready to run."""
    settings = config(home, name)
    line = line_to(home, settings, run=run)
    with transaction(home.engine) as database:
        halted = {_stream(halt.stream): halt.reason for halt in journal.halts(database, name)}
    return Account(
        line=line,
        ledger=Ledger(home.engine, name, home.clock),
        bindings=bound,
        sources=_sources(home, settings, fix=fix),
        clock=home.clock,
        patience_seconds=home.settings.patience,
        unsure_seconds=home.settings.unsure,
        late=Late(home.settings.late_percent, home.settings.late_minutes, home.settings.late_window),
        whole=whole,
        halted=halted,
    )


def _stream(text: str) -> tuple[str, Kind]:
    binding, _, kind = text.partition("/")
    return (binding if binding != "-" else ""), Kind(kind)


def wish(home: Home, binding: Binding, settings: Config) -> Wish:
    """Return what a binding wants of engagement: its own choice, else that of its connection, else rows."""
    chosen = binding.options.get("engagement_as") or settings.get("engagement_as", "object")
    return Wish(
        rows=chosen in ("object", "both"),
        activities=chosen in ("activity", "both"),
        channel_zero=settings.flag("channel_zero", False),
        settle_seconds=home.settings.settle,
    )


def _sources(home: Home, settings: Config, *, fix: bool) -> Sources:
    name = settings.name

    def derived(bound: Sequence[Binding]) -> list[Record]:
        made = []
        for binding in bound:
            for one in gathered(home, binding.event_id, fix=fix):
                made += records(one.facts, binding.id, wish(home, binding, settings))
        return made

    def target(binding: Binding) -> Target | None:
        with transaction(home.engine) as database:
            seen = sighting(database, Subject(name, "target", binding.id), Target)
        fresh = seen is not None and seen.read_at + home.settings.target_life > home.clock.now() and not seen.missing
        return seen if fresh else None

    def keep_target(binding: Binding, seen: Target) -> None:
        with transaction(home.engine) as database:
            save_sighting(database, Subject(name, "target", binding.id), seen, read_at=seen.read_at)

    def known_shapes() -> dict[str, Shape]:
        with transaction(home.engine) as database:
            return shapes(database)

    def keep_shapes(found: Sequence[Shape]) -> None:
        with transaction(home.engine) as database:
            save_shapes(database, found)

    def join(person: str, other: str, remote_id: str) -> None:
        with transaction(home.engine) as database:
            save_alias(database, person, other, account=name, remote_id=remote_id, now=home.clock.now())

    def found_jobs() -> list[JobRow]:
        with transaction(home.engine) as database:
            return jobs(database, name)

    def keep_job(job: JobRow) -> None:
        with transaction(home.engine) as database:
            save_job(database, job)

    def forget_job(job: JobRow) -> None:
        with transaction(home.engine) as database:
            end_job(database, name, job.number)

    def confirmed(binding: Binding) -> bool:
        with transaction(home.engine) as database:
            return sighting(database, Subject(name, "confirmed", binding.id), float) is not None

    return Sources(
        records=derived,
        target=target,
        keep_target=keep_target,
        known_shapes=known_shapes,
        keep_shapes=keep_shapes,
        join=join,
        jobs=found_jobs,
        keep_job=keep_job,
        end_job=forget_job,
        confirmed=confirmed,
    )


def _keep_halts(database: Connection, account: Account, now: float) -> None:
    """Keep the streams that stopped; what the next look shows anyway (targets, shrinking rows) is not kept."""
    missing = {(binding, kind) for binding, target in account.targets.items() for kind in target.missing}
    for (binding, kind), reason in account.halted.items():
        looked_at = (binding, kind) in missing or (binding, Kind.MEMBER) in missing
        if not looked_at and (binding, kind) not in account.shrinking:
            stream = f"{binding or '-'}/{kind}"
            journal.halt(database, journal.Halt(account.line.config.name, stream, reason, "", now))


def _left(name: str, reason: str) -> Synced:
    """Return what a sync did with an account that another process works on: nothing."""
    return Synced(
        connection=name,
        created=0,
        updated=0,
        unchanged=0,
        rejected=0,
        held=0,
        parked_anew=0,
        waiting={},
        calls=0,
        seconds=0.0,
        halted={},
        later=reason,
    )


def _told(account: Account, seconds: float) -> Synced:
    tally, ledger = account.tally, account.ledger
    stands = Counter(stand(ledger.row(key)) for key in account.records)
    good = stands[Stand.DELIVERED] + stands[Stand.ACCEPTED] + stands[Stand.KEPT]
    return Synced(
        connection=account.line.config.name,
        created=tally["created"],
        updated=tally["updated"],
        unchanged=max(0, good - tally["created"] - tally["updated"]),
        rejected=stands[Stand.REJECTED],
        held=stands[Stand.HELD],
        parked_anew=tally["rejected"] + tally["held"],
        waiting=account.ending.waiting,
        calls=account.line.calls,
        seconds=round(seconds, 3),
        halted={f"{binding or '-'}/{kind}": reason for (binding, kind), reason in account.halted.items()},
        later=account.ending.later,
    )
