"""Read back what the ledger says was accepted, name every difference, and close the event's balance sheet."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.kit import Difference, Row
from turnout.pipeline.account import Account
from turnout.pipeline.home import Home
from turnout.pipeline.sync import accounts
from turnout.values.changes import Change, Op
from turnout.values.flights import Flight
from turnout.values.records import Key, Kind
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.verdicts import Ruling


class SheetLine(Struct, frozen=True):
    """One kind of record of one event in one account; all are counts of records.

    source = delivered + excluded + held + rejected + waiting. `delivered` includes `kept` (the account's own
    value was left alone) and `unconfirmed` (accepted, not read back yet). `withdrawn` stands beside.
    """

    kind: Kind
    source: int
    delivered: int
    unconfirmed: int
    kept: int
    excluded: int
    held: int
    rejected: int
    waiting: int
    withdrawn: int

    @property
    def closes(self) -> bool:
        """Whether everything of the source is accounted for."""
        return self.source == self.delivered + self.excluded + self.held + self.rejected + self.waiting


class Sheet(Struct, frozen=True):
    """The balance sheet of one event in one account."""

    event_id: str
    event_name: str
    connection: str
    program: str
    lines: tuple[SheetLine, ...]

    @property
    def closes(self) -> bool:
        """Whether every line closes."""
        return all(line.closes for line in self.lines)


class Named(Struct, frozen=True):
    """A difference with the person's name on it; `field` empty: the record is gone."""

    connection: str
    email: str
    kind: Kind
    key: str
    field: str
    expected: Any
    found: Any


class Verified(Struct, frozen=True):
    """What a read-back found in one connection; `refused` says why it could not be read whole."""

    connection: str
    read: int
    differences: tuple[Named, ...]
    sheets: tuple[Sheet, ...]
    calls: int
    refused: str = ""


def verify(home: Home, *, connection: str = "", event_id: str = "") -> list[Verified]:
    """Read back every record that the ledger says was accepted and compare; nothing is written to the account."""
    with accounts(home, connection=connection, event_id=event_id) as found:
        checks = [Check(account) for account in found.accounts]
        Scheduler(home.carrier, home.clock).run([(check.account.line, check.cycle()) for check in checks])
        left = [Verified(name, 0, (), (), 0, reason) for name, reason in found.busy.items()]
        return [check.told() for check in checks] + left


class Check:
    """The read-back of one account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._read: list[Key] = []
        self._differences: list[Difference] = []
        self._refused = ""

    def cycle(self) -> Cycle:
        """Yield the reading flights, all in one wave; what is as expected is confirmed in the ledger."""
        yield from self.account.read_targets()
        if not self.account.targets:
            self._refused = next(iter(self.account.halted.values()), self.account.ending.later)
            return
        self.account.wish()
        wave = list(self._flights())
        if wave:
            yield wave
        wrong = {difference.key for difference in self._differences}
        self.account.ledger.confirm(key for key in self._read if key not in wrong)

    def _flights(self) -> Iterable[Flight]:
        rows = self._rows()
        for binding, target in self.account.targets.items():
            for kind, writer in self.account.line.vendor.writers.items():
                mine = [row for row in rows if row.change.key.kind is kind and self._belongs(row.change.key, binding)]
                for start in range(0, len(mine), writer.rows):
                    some = mine[start : start + writer.rows]
                    talk = partial(writer.read_back, self.account.line.config, target, some)
                    yield Flight(talk, partial(self._seen, some), stream=f"{binding}/{kind}/verify")

    def _belongs(self, key: Key, binding: str) -> bool:
        return key.binding == binding or (key.binding == "" and binding == next(iter(self.account.targets)))

    def _rows(self) -> list[Row]:
        """Return what was accepted, rendered as it would be sent now."""
        made = []
        for key, row in self.account.ledger.rows.items():
            if key in self.account.records and stand(row) in _ACCEPTED:
                rendered = self._rendered(row)
                if isinstance(rendered, Row):
                    made.append(rendered)
        return made

    def _rendered(self, row: LedgerRow) -> Any:
        change = expectation(row)
        key = row.key
        if key.kind is Kind.PERSON:
            return Row(change, {}, 0)  # a person's own fields belong to people: only that they are there
        account = self.account
        target = account.targets.get(key.binding)
        if target is None:
            return None
        return account.line.vendor.writers[key.kind].render(account.line.config, target, change)

    def _seen(self, some: Sequence[Row], result: Any) -> list[Flight]:
        if isinstance(result, Ruling):
            self._refused = result.sentence()
        else:
            self._read += [row.change.key for row in some]
            self._differences += result
        return []

    def told(self) -> Verified:
        """Return what was found."""
        named = tuple(self._named(difference) for difference in sorted(self._differences, key=lambda one: str(one.key)))
        name = self.account.line.config.name
        return Verified(name, len(self._read), named, sheets(self.account), self.account.line.calls, self._refused)

    def _named(self, difference: Difference) -> Named:
        record = self.account.records.get(difference.key)
        email = str(record.values.get("email") or "") if record else ""
        return Named(
            connection=self.account.line.config.name,
            email=email,
            kind=difference.key.kind,
            key=str(difference.key),
            field=difference.field,
            expected=difference.expected,
            found=difference.found,
        )


_ACCEPTED = frozenset({Stand.ACCEPTED, Stand.DELIVERED, Stand.KEPT})


def expectation(row: LedgerRow) -> Change:
    """Return what an accepted row should look like in the account, as the change that would write it."""
    person, member = (*row.refs, "", "")[:2]
    kept = stand(row) is Stand.KEPT
    status = "" if kept else str(row.values.get("written") or "")
    return Change(row.key, Op.UPDATE, row.values, row.accepted, row.remote_id, person, member, status=status)


def sheets(account: Account) -> tuple[Sheet, ...]:
    """Return the balance sheet of each of an account's bindings."""
    return tuple(
        Sheet(
            binding.event_id,
            binding.event_name,
            account.line.config.name,
            account.targets[binding.id].program_name,
            tuple(_lines(account, binding.id)),
        )
        for binding in account.bindings
        if binding.id in account.targets
    )


def _lines(account: Account, binding: str) -> Iterable[SheetLine]:
    """Yield a line for each kind of record; activities only where some are wanted or were."""
    for kind in Kind:
        line = _line(account, binding, kind)
        if kind is not Kind.ACTIVITY or line.source or line.withdrawn:
            yield line


def _line(account: Account, binding: str, kind: Kind) -> SheetLine:
    """Return one line: the source is counted from the records, the rest from the ledger's own rows."""
    people = {key.person for key in account.records if key.binding == binding}
    mine = [key for key in account.records if key.kind is kind and (key.binding == binding or key.person in people)]
    counts = account.stands(binding)[kind]
    return SheetLine(
        kind=kind,
        source=len(mine),
        delivered=counts[Stand.DELIVERED] + counts[Stand.ACCEPTED] + counts[Stand.KEPT],
        unconfirmed=counts[Stand.ACCEPTED],
        kept=counts[Stand.KEPT],
        excluded=counts[Stand.EXCLUDED],
        held=counts[Stand.HELD],
        rejected=counts[Stand.REJECTED],
        waiting=counts[Stand.OWED] + counts[Stand.UNSURE],
        withdrawn=counts[Stand.WITHDRAWN],
    )
