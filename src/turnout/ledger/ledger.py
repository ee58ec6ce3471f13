"""One account's ledger: rows kept in the state database, changed by the moves alone, each with its history."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, insert, select

from turnout.clock import Clock
from turnout.database import transaction, upsert
from turnout.ledger import moves
from turnout.tables import LEDGER, MOVEMENT
from turnout.values.changes import Change
from turnout.values.records import Key, Kind, Parking, Value
from turnout.values.rows import LedgerRow

Move = Callable[[LedgerRow], LedgerRow]
_JSON_COLUMNS = ("refs", "values")


class Ledger:
    """The rows of one account, all of them in memory, every change written before it is believed."""

    def __init__(self, engine: Engine, account: str, clock: Clock) -> None:
        self._engine = engine
        self.account = account
        self._clock = clock
        with transaction(engine) as connection:
            found = connection.execute(select(LEDGER).where(LEDGER.c.account == account))
            self.rows = {row.key: row for row in (_row(line) for line in found.mappings())}

    def row(self, key: Key) -> LedgerRow:
        """Return the row of a key, an empty one where there is none."""
        return self.rows.get(key) or LedgerRow(key)

    def want(self, digests: Mapping[Key, str], bindings: Iterable[str], *, people: bool = True) -> int:
        """Set what is wanted of the bindings' records; what is absent of them is withdrawn.

        With `people`, persons that are absent are withdrawn too. Returns how many wishes changed.
        """
        mine = {*bindings, ""} if people else set(bindings)
        absent = {key: "" for key in self.rows if key.binding in mine and key not in digests}
        wishes = {**digests, **absent}
        changed = {key: digest for key, digest in wishes.items() if self.row(key).wanted != digest}
        self._change(changed, lambda row: moves.wanted(row, changed[row.key]), "wanted", quiet=True)
        return len(changed)

    def claim(self, batch: str, changes: Iterable[Change], *, due: float) -> None:
        """Write down what a call is about to carry, and when to look into it should its answer never be known."""
        carried = {change.key: change for change in changes}
        now = self._clock.now()

        def move(row: LedgerRow) -> LedgerRow:
            change = carried[row.key]
            kept = _kept(row, change)
            return moves.claimed(row, change.digest, batch=batch, now=now, due=due, values=kept)

        self._change(carried, move, "claimed", batch=batch)

    def accept(self, change: Change, *, remote_id: str, detail: str, batch: str = "") -> None:
        """Write down that the account accepted what `change` carried."""
        self.accept_all([(change, remote_id, detail)], batch=batch)

    def accept_all(self, accepted: Iterable[tuple[Change, str, str]], *, batch: str = "") -> None:
        """Write down what the account accepted: changes, each with its remote id and a word for people."""
        told = {change.key: (change, remote_id, detail) for change, remote_id, detail in accepted}
        now = self._clock.now()

        def move(row: LedgerRow) -> LedgerRow:
            change, remote_id, _ = told[row.key]
            return moves.accepted(
                row,
                digest=row.claimed or change.digest,
                remote_id=remote_id,
                refs=change.refs,
                values=change.values,
                shape=change.shape,
                now=now,
            )

        details = {key: detail for key, (_, _, detail) in told.items()}
        self._change(told, move, "accepted", details=details, batch=batch)

    def park(self, key: Key, parking: Parking, reason: str, *, code: str = "", remote_id: str = "") -> None:
        """Write down that a record is not on its way, and why."""
        self.park_all({key: (parking, reason, code, remote_id)})

    def park_all(self, parks: Mapping[Key, tuple[Parking, str, str, str]], *, batch: str = "") -> None:
        """Write down records that are not on their way: how, why, the vendor's code, the remote id if known."""

        def move(row: LedgerRow) -> LedgerRow:
            parking, reason, code, remote_id = parks[row.key]
            return moves.parked(row, parking, reason, digest=row.claimed, code=code, remote_id=remote_id)

        details = {key: f"{parking}: {reason}" for key, (parking, reason, _, _) in parks.items()}
        self._change(parks, move, "parked", details=details, batch=batch)

    def release(self, keys: Iterable[Key], *, due: float, reason: str, code: str = "") -> None:
        """Write down that a call did not act; its records are owed again from `due`."""
        self._change(
            keys, lambda row: moves.released(row, due=due, reason=reason, code=code), "released", detail=reason
        )

    def doubt(self, keys: Iterable[Key], *, due: float, reason: str) -> None:
        """Write down that nobody knows whether a call acted; look into it at `due`."""
        self._change(keys, lambda row: moves.unsure(row, due=due, reason=reason), "unsure", detail=reason)

    def confirm(self, keys: Iterable[Key]) -> None:
        """Write down that the account was read back and has the records."""
        now = self._clock.now()
        self._change(keys, lambda row: moves.confirmed(row, now), "confirmed", quiet=True)

    def forget(self, keys: Iterable[Key], *, due: float, reason: str) -> None:
        """Write down that what was believed of records' places is wrong: they are owed anew."""
        self._change(keys, lambda row: moves.forgotten(row, due=due, reason=reason), "forgotten", detail=reason)

    def reshape(self, keys: Iterable[Key]) -> None:
        """Write down that records are to be sent in the current shape."""
        self._change(keys, moves.reshaped, "rolled out")

    def retry(self, keys: Iterable[Key]) -> None:
        """Write down that a person wants parked records tried again."""
        self._change(keys, moves.retried, "retried")

    def history(self, person: str) -> list[dict[str, Any]]:
        """Return the movements of all of a person's records, oldest first."""
        with transaction(self._engine) as connection:
            query = select(MOVEMENT).where(MOVEMENT.c.account == self.account, MOVEMENT.c.key.contains(f"/{person}/"))
            return [dict(line) for line in connection.execute(query.order_by(MOVEMENT.c.id)).mappings()]

    def _change(
        self,
        keys: Iterable[Key],
        move: Move,
        what: str,
        *,
        detail: str = "",
        details: Mapping[Key, str] | None = None,
        batch: str = "",
        quiet: bool = False,
    ) -> None:
        """Apply a move to rows in one transaction; memory follows only once it is written."""
        after = {key: move(self.row(key)) for key in keys}
        changed = [row for key, row in after.items() if row != self.rows.get(key)]
        if not changed:
            return
        with transaction(self._engine) as connection:
            self._write(connection, changed)
            if not quiet:
                told = details or {}
                self._tell(
                    connection, [(row.key, told.get(row.key, detail)) for row in changed], what=what, batch=batch
                )
        self.rows.update({row.key: row for row in changed})

    def _write(self, connection: Connection, rows: list[LedgerRow]) -> None:
        upsert(connection, LEDGER, [{"account": self.account, **_columns(row)} for row in rows])

    def _tell(self, connection: Connection, told: list[tuple[Key, str]], *, what: str, batch: str) -> None:
        now = self._clock.now()
        lines = [
            {"at": now, "account": self.account, "key": str(key), "what": what, "detail": detail, "batch": batch}
            for key, detail in told
        ]
        connection.execute(insert(MOVEMENT), lines)


def _kept(row: LedgerRow, change: Change) -> Mapping[str, Value]:
    """Return the values to keep with a claim: what an activity first said, and which status may now be ours."""
    if row.key.kind is Kind.ACTIVITY and not row.attempts:
        return change.values
    if row.key.kind is Kind.MEMBER and change.status:
        return {**row.values, "claimed": change.status}
    return row.values


def _columns(row: LedgerRow) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    key = fields.pop("key")
    fields |= key._asdict()
    fields["kind"] = key.kind.value
    fields["parking"] = row.parking.value if row.parking else ""
    for name in _JSON_COLUMNS:
        fields[name] = msgspec.json.encode(fields[name]).decode()
    return fields


def _row(line: Mapping[Any, Any]) -> LedgerRow:
    fields = {name: line[name] for name in LedgerRow.__struct_fields__ if name != "key"}
    key = Key(line["binding"], Kind(line["kind"]), line["person"], line["session"], line["channel"])
    fields["parking"] = Parking(fields["parking"]) if fields["parking"] else None
    fields["refs"] = tuple(msgspec.json.decode(fields["refs"] or "[]", type=list[str]))
    fields["values"] = msgspec.json.decode(fields["values"] or "{}", type=dict[str, Value])
    return LedgerRow(key, **fields)
