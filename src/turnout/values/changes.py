"""Changes: what is owed to an account, ready for the vendor to render."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from turnout.values.records import Key, Value


class Op(StrEnum):
    """What a change does in the account."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


class Change(Struct, frozen=True):
    """One thing owed: the record's values, ready to be rendered by the vendor.

    `remote_id` is the record to update (UPDATE). `person_id` and `member_id` are the remote ids
    that the record refers to. For MEMBER, `status` is the account's own label to write ("" leaves it).
    `digest` is what the ledger will claim.
    """

    key: Key
    op: Op
    values: Mapping[str, Value]
    digest: str
    remote_id: str = ""
    person_id: str = ""
    member_id: str = ""
    status: str = ""
    step: int = 0
    shape: str = ""
    since: float = 0.0  # when a claim was made whose answer was lost, for those who look for what came of it
    settle: bool = False  # nothing to write: record it as accepted

    @property
    def refs(self) -> tuple[str, ...]:
        """Return the remote ids this change refers to."""
        return tuple(found for found in (self.person_id, self.member_id) if found)
