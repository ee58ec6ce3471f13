"""What can happen to a ledger row, each as a function from row to row; no other way changes one."""

from collections.abc import Mapping

from msgspec.structs import replace

from turnout.values.records import Parking, Value
from turnout.values.rows import LedgerRow


def wanted(row: LedgerRow, digest: str) -> LedgerRow:
    """The records ask for `digest` ("" for: not wanted any more).

    A new wish is due at once, but never before a call without an answer can no longer act.
    """
    if digest == row.wanted:
        return row
    return replace(row, wanted=digest, due=row.due if row.claimed else 0.0, attempts=0)


def claimed(
    row: LedgerRow, digest: str, *, batch: str, now: float, due: float, values: Mapping[str, Value] | None = None
) -> LedgerRow:
    """A call is about to carry `digest`; should its answer never be known, look into it at `due`.

    `values` are kept where they must be known should the answer be lost.
    """
    return replace(
        row,
        claimed=digest,
        batch=batch,
        claimed_at=now,
        due=due,
        attempts=row.attempts + 1,
        values=row.values if values is None else values,
        reason="",
    )


def accepted(
    row: LedgerRow,
    *,
    digest: str,
    remote_id: str,
    refs: tuple[str, ...],
    values: Mapping[str, Value],
    shape: str,
    now: float,
) -> LedgerRow:
    """The account accepted what was claimed, never more than that; nobody has read it back yet."""
    return replace(
        row,
        accepted=digest,
        claimed="",
        refused="",
        parking=None,
        reason="",
        code="",
        remote_id=remote_id or row.remote_id,
        refs=refs,
        values=values,
        shape=shape,
        due=0.0,
        attempts=0,
        claimed_at=0.0,
        accepted_at=now,
        confirmed_at=0.0,
    )


def parked(
    row: LedgerRow, parking: Parking, reason: str, *, digest: str = "", code: str = "", remote_id: str = ""
) -> LedgerRow:
    """`digest` (what is wanted, unless told) is not on its way; it comes back when the wish changes."""
    return replace(
        row,
        refused=digest or row.wanted,
        parking=parking,
        reason=reason,
        code=code,
        claimed="",
        claimed_at=0.0,
        remote_id=remote_id or row.remote_id,
        due=0.0,
    )


def released(row: LedgerRow, *, due: float, reason: str, code: str = "") -> LedgerRow:
    """The call did not act: the record is owed again, not before `due`."""
    return replace(row, claimed="", claimed_at=0.0, due=due, reason=reason, code=code)


def unsure(row: LedgerRow, *, due: float, reason: str) -> LedgerRow:
    """Nobody knows whether the call acted; the claim stays, and is looked into at `due`."""
    return replace(row, due=due, reason=reason)


def confirmed(row: LedgerRow, now: float) -> LedgerRow:
    """The account was read back and has it."""
    return replace(row, confirmed_at=max(now, row.accepted_at))


def forgotten(row: LedgerRow, *, due: float, reason: str) -> LedgerRow:
    """What we believed of the record's place in the account is wrong: it is owed anew, its old id a hint.

    That a value of the account's own was left alone there is not to be believed any more either.
    """
    if row.parking is Parking.KEPT:
        row = replace(row, parking=None, refused="", code="")
    return replace(row, accepted="", claimed="", claimed_at=0.0, confirmed_at=0.0, due=due, reason=reason)


def reshaped(row: LedgerRow) -> LedgerRow:
    """A person rolled out a change of mapping: the record is compared, and sent, in the current shape."""
    return replace(row, shape="")


def retried(row: LedgerRow) -> LedgerRow:
    """A person asked to try a parked record again."""
    return replace(row, refused="", parking=None, reason="", code="", due=0.0, attempts=0)
