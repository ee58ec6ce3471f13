"""What planning looks at, and what it answers with."""

from collections.abc import Mapping

from msgspec import Struct, field

from turnout.values.bindings import Binding, Config
from turnout.values.changes import Change
from turnout.values.records import Key, Kind, Parking, Record
from turnout.values.rows import LedgerRow
from turnout.values.sightings import Match, Membership, RowSeen, Seeking, Target


class Late(Struct, frozen=True):
    """Late truth: a change of numbers that is small waits until `window_seconds` after the last write."""

    percent: float = 5.0
    minutes: float = 1.0
    window_seconds: float = 86_400.0


class Policy(Struct, frozen=True):
    """An administrator's choices for an account."""

    create_people: bool = True
    several_matches: str = "latest"
    excluded_domains: frozenset[str] = frozenset()
    leaves_outside: bool = True  # whether the vendor lets a member leave Blocked and Un-registered
    late: Late = Late()
    person_fields: frozenset[str] = frozenset()  # what may be written on people who are there already

    @classmethod
    def of(cls, config: Config, *, leaves_outside: bool, late: Late = Late()) -> "Policy":  # noqa: B008 - frozen
        """Return the policy in a connection's settings."""
        written = ",".join(config.get(name) for name in ("overwrite_fields", "fill_fields"))
        domains = (part.strip().lower().lstrip("@") for part in config.get("excluded_domains").split(","))
        return cls(
            config.flag("create_people", True),
            config.get("several_matches", "latest"),
            frozenset(domain for domain in domains if domain),
            leaves_outside or config.flag("leave_outside", False),
            late,
            frozenset(name.strip().lower() for name in written.split(",")) - {""},
        )


class View(Struct):
    """All that planning may look at. What was seen is dropped from here as soon as a call may have changed it."""

    policy: Policy
    bindings: Mapping[str, Binding]
    targets: Mapping[str, Target]
    records: Mapping[Key, Record]
    rows: Mapping[Key, LedgerRow]
    stopped: Mapping[tuple[str, Kind], str] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    found: dict[Key, RowSeen] = field(default_factory=dict)

    def row(self, key: Key) -> LedgerRow:
        """Return a record's ledger row, an empty one where there is none."""
        return self.rows.get(key) or LedgerRow(key)


class Settled(Struct, frozen=True):
    """Something that stands in the account already: nothing to write, only to be noted."""

    change: Change
    remote_id: str
    detail: str


class Park(Struct, frozen=True):
    """A record that is not on its way, and why."""

    parking: Parking
    reason: str
    remote_id: str = ""
    code: str = ""


class Plan(Struct):
    """What is to be done next: look, note, write. `due` is when the earliest waiting row may go on, 0 for none.

    The looks come first: a plan with looks is made again once they were taken.
    """

    changes: list[Change] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    parks: dict[Key, Park] = field(default_factory=dict)
    doubted: dict[Key, tuple[float, str]] = field(default_factory=dict)  # looked for in vain: when to look again, why
    released: list[Key] = field(default_factory=list)  # looked for in vain for the last time: not there
    confirmed: list[Key] = field(default_factory=list)
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)  # person -> (the other, remote id)
    look_people: dict[str, list[Seeking]] = field(default_factory=dict)  # by binding
    look_members: dict[str, list[Seeking]] = field(default_factory=dict)
    look_rows: dict[str, list[Change]] = field(default_factory=dict)
    waiting: dict[Key, str] = field(default_factory=dict)
    due: float = 0.0

    def wait(self, key: Key, reason: str, until: float = 0.0) -> None:
        """Note that a record waits, and until when where that is known."""
        self.waiting[key] = reason
        if until:
            self.due = min(self.due or until, until)

    @property
    def looks(self) -> bool:
        """Whether something must be seen first."""
        return bool(self.look_people or self.look_members or self.look_rows)

    @property
    def notes(self) -> bool:
        """Whether something is to be noted in the ledger."""
        found = self.settled or self.parks or self.confirmed or self.aliases
        return bool(found or self.doubted or self.released)
