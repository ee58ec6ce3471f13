"""Sightings: what was seen in an account, in vendor-neutral words, each with the time it was read."""

from collections.abc import Mapping

from msgspec import Struct, field

from turnout.values.records import Key, Kind


class Candidate(Struct, frozen=True):
    """Someone in the account who may be the person looked for.

    A lower `rank` is preferred (Salesforce: Contact 0, Lead 1). `modified` is ISO 8601, UTC.
    """

    remote_id: str
    email: str = ""
    rank: int = 0
    modified: str = ""
    in_program: bool = False
    note: str = ""


class Match(Struct, frozen=True):
    """Who in the account matches a person: nobody, one, or several."""

    person: str
    candidates: tuple[Candidate, ...]
    read_at: float = 0.0


class Membership(Struct, frozen=True):
    """A person's place in the campaign or program: `remote_id` empty means not a member.

    `remote_id` is the member record's own id (Salesforce), or the person's where members have none.
    `external_id` is our key on the member where the vendor has such a field, "" where it is empty.
    """

    person: str
    remote_id: str = ""
    status: str = ""
    external_id: str = ""
    read_at: float = 0.0


class RowSeen(Struct, frozen=True):
    """A row found by its natural key where the account has no key field of ours: "" means none stands."""

    key: Key
    remote_id: str = ""
    read_at: float = 0.0


class StatusSeen(Struct, frozen=True):
    """A status the campaign or the channel has. `step` is Marketo's; 0 where the vendor has none."""

    label: str
    step: int = 0
    success: bool = False
    default: bool = False


class FieldSeen(Struct, frozen=True):
    """A field of ours as the account has it. `width` 0 means the account names none."""

    name: str  # the catalogue's name
    api_name: str
    type: str = ""
    width: int = 0
    writable: bool = True


class ObjectSeen(Struct, frozen=True):
    """An object of ours as the account has it. `keyed`: rows can be upserted by a key of ours."""

    api_name: str
    fields: Mapping[str, FieldSeen]
    keyed: bool = True
    key_fields: tuple[str, ...] = ()


class Target(Struct, frozen=True):
    """Where a binding's records go, as the account shows it: program, statuses, objects.

    `missing` names, for people, what stops a kind of record: {kind: sentence}. Such a stream is halted.
    `more` is the vendor's own.
    """

    program_id: str
    program_name: str
    statuses: tuple[StatusSeen, ...] = ()
    objects: Mapping[Kind, ObjectSeen] = field(default_factory=dict)
    missing: Mapping[Kind, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    read_at: float = 0.0

    def labels(self) -> frozenset[str]:
        """Return the labels of all statuses."""
        return frozenset(status.label for status in self.statuses)


class Seeking(Struct, frozen=True):
    """A person to be matched in the account, with a known remote id where there is one."""

    person: str
    email: str
    remote_id: str = ""
