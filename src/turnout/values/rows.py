"""The ledger row, and its standing: a function of the row, never a stored state."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from turnout.values.records import Key, Parking, Value


class LedgerRow(Struct, frozen=True):
    """What is known of one record in one account.

    Four digests say what is wanted, what a call carries now or carried when it was lost (claimed), what the
    account accepted, and what was refused or parked (`parking` says how, `reason` why). `values` and `refs`
    are those last accepted, under the field set `shape`. Times are seconds since the epoch; 0 is never.
    """

    key: Key
    wanted: str = ""
    claimed: str = ""
    accepted: str = ""
    refused: str = ""
    parking: Parking | None = None
    reason: str = ""
    code: str = ""
    remote_id: str = ""
    refs: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    shape: str = ""
    batch: str = ""
    due: float = 0.0
    attempts: int = 0
    claimed_at: float = 0.0
    accepted_at: float = 0.0
    confirmed_at: float = 0.0


class Stand(StrEnum):
    """Where a record stands; each row has exactly one."""

    DELIVERED = "delivered"  # the account confirmed it when read back
    ACCEPTED = "accepted"  # the account accepted it; not read back yet
    KEPT = "kept"  # the account's own value is left alone
    EXCLUDED = "excluded"
    HELD = "held"
    REJECTED = "rejected"
    UNSURE = "unsure"  # a call carried it and no answer is known
    OWED = "owed"  # to be sent
    WITHDRAWN = "withdrawn"  # no longer wanted, left in the account
    NOTHING = "nothing"  # neither wanted nor ever accepted


PARKED = {
    Parking.HELD: Stand.HELD,
    Parking.REJECTED: Stand.REJECTED,
    Parking.EXCLUDED: Stand.EXCLUDED,
    Parking.KEPT: Stand.KEPT,
}


def stand(row: LedgerRow) -> Stand:
    """Return where a record stands.

    A call in flight comes first, for until it is answered nothing else is sure. Then a record that
    nobody wants any more; then the parked, then the accepted; what is left is owed.
    """
    if row.claimed:
        return Stand.UNSURE
    if not row.wanted:
        return Stand.WITHDRAWN if row.accepted else Stand.NOTHING
    if row.refused == row.wanted and row.parking:
        return PARKED[row.parking]
    if row.accepted == row.wanted:
        return Stand.DELIVERED if row.confirmed_at >= row.accepted_at > 0 else Stand.ACCEPTED
    return Stand.OWED
