"""What every destination declares: settings, rules, talks; and the small pieces their talks share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.values.bindings import Binding, Config
from turnout.values.changes import Change
from turnout.values.findings import Finding, Step
from turnout.values.records import Key, Kind
from turnout.values.sightings import Match, Membership, RowSeen, Seeking, Target
from turnout.values.verdicts import Outcome, Rules, Ruling
from turnout.wire import Reply, Request, Talk


class Setting(Struct, frozen=True):
    """One setting of a connection, with help that names the vendor's own screen.

    `kept`: Turnout changes it itself when it signs in.
    """

    name: str
    help: str
    secret: bool = False
    default: str | None = None  # None: must be given
    choices: tuple[str, ...] = ()
    kept: bool = False


POLICIES: Final = (
    Setting("create_people", "Create people whom the account does not have", default="yes", choices=("yes", "no")),
    Setting(
        "several_matches",
        "When several people share an e-mail: take the one already in the program, else the latest modified; or hold",
        default="latest",
        choices=("latest", "oldest", "hold"),
    ),
    Setting("excluded_domains", "E-mail domains to keep out, separated by commas", default=""),
    Setting("rate_scale", "Rates are sent as 0..100 or as 0..1", default="100", choices=("100", "1")),
    Setting("mic_cam_unit", "Unit of mic_on and cam_on", default="minutes", choices=("minutes", "seconds")),
    Setting("bulk_rows", "From so many rows of one kind on, a bulk job is used (empty: what pays)", default=""),
    Setting("share_percent", "How much of the account's limits Turnout may use, in percent", default="50"),
)
"""Settings that every destination has, beside its own."""


class Session(Struct, frozen=True):
    """A sign-in that holds: where to call, and with what token.

    `keep` are settings that it changed, a refresh token above all: they are written down before the session is used.
    """

    base_url: str
    token: str
    expires_at: float = 0.0  # 0: not known
    keep: Mapping[str, str] = field(default_factory=dict)


class Limits(Struct, frozen=True):
    """What the account documents: calls in a rolling window, calls at once, calls a day (0: none)."""

    calls: int
    window_seconds: float
    concurrent: int
    daily: int = 0


class Row(Struct, frozen=True):
    """A change rendered for the wire: `payload` in the vendor's own names, cut and scaled.

    `notes` tell what was cut or left out; `size_bytes` is what it adds to a body.
    """

    change: Change
    payload: Mapping[str, Any]
    size_bytes: int
    notes: tuple[str, ...] = field(default_factory=tuple)


class Difference(Struct, frozen=True):
    """Something in the account that is not as it was accepted; `field` empty: the record is gone."""

    key: Key
    field: str
    expected: Any
    found: Any


class Job(Struct, frozen=True):
    """A bulk job as it was last seen: new -> made -> uploaded -> closed -> done -> collected; or dropped.

    `poll_seconds` is when to look again. A vendor may skip states.
    """

    state: str = "new"
    remote_id: str = ""
    poll_seconds: float = 0.0


class Bulk(Struct, frozen=True):
    """How one kind of record is written by bulk jobs.

    Each step is one short talk, whose result is written down before the next: `step` takes a job on from its
    state and returns it in its next one, with the outcomes of all rows once it was collected, else None.
    `drop` gives up a job that is not closed. `acts_at_once`: making a job already hands over its rows, so that a
    lost answer leaves them unsure. At most `rows` and `bytes` a job; fewer than `least` rows go by calls.
    `size` tells the bytes of a row in a job where they are others than in a call.
    """

    rows: int
    bytes: int
    least: int
    acts_at_once: bool
    step: Callable[[Config, Target, Job, Sequence[Row]], Talk[tuple[Job, list[Outcome] | None]]]
    drop: Callable[[Config, Target, Job], Talk[Job]]
    size: Callable[[Row], int] = lambda row: row.size_bytes


class Writer(Struct, frozen=True):
    """How one kind of record is written, and read back.

    `render` answers with a Row, or with an Outcome (REJECT) where the values cannot be sent at all.
    `group` names what may share a call; groups are sent in sorted order. `talk` answers for every row,
    in any order, by key. `read_back` compares rows with the account; it gets at most `rows` of them.
    """

    rows: int
    bytes: int
    render: Callable[[Config, Target, Change], Row | Outcome]
    group: Callable[[Change], tuple[Any, ...]]
    talk: Callable[[Config, Target, Sequence[Row]], Talk[list[Outcome]]]
    read_back: Callable[[Config, Target, Sequence[Row]], Talk[list[Difference]]]
    bulk: Bulk | None = None


class Party(Struct, frozen=True, kw_only=True):
    """Whoever is called over the network, destination or source: what its connections need, and how to sign in.

    Requests of all talks but `sign_in` use a path for `url`; `signed` completes them.
    `judged` rules on a whole reply that is not an answer to what was asked: None where the talk should read it.
    A talk is handed only replies that `judged` let pass.
    `doctor` is handed a binding where there are any, else None.
    `own_limits` are the account's, where a setting tells more of them than the documentation.
    `consent` is the address at which a person lets Turnout sign in, from a verifier and a state (RFC 7636).
    """

    kind: str
    title: str
    settings: tuple[Setting, ...]
    rules: Rules
    limits: Limits
    sign_in: Callable[[Config], Talk[Session]]
    signed: Callable[[Request, Session], Request]
    judged: Callable[[Request, Reply], Ruling | None]
    doctor: Callable[[Config, Binding | None], Talk[list[Finding]]]
    consent: Callable[[Config, str, str], str] | None = None
    own_limits: Callable[[Config], Limits] | None = None

    def limits_for(self, config: Config) -> Limits:
        """Return the limits of one account."""
        return self.own_limits(config) if self.own_limits else self.limits


class Vendor(Party, frozen=True, kw_only=True):
    """A destination: everything the flow needs to know of a vendor, as data and talks.

    `unsure_seconds` is how long a call may still act after its answer was lost.
    `package` is what provisioning deploys, as files.
    """

    unsure_seconds: float
    target: Callable[[Config, Binding], Talk[Target]]
    seek: Callable[[Config, Target, Sequence[Seeking]], Talk[list[Match]]]
    seek_rows: int
    members: Callable[[Config, Target, Sequence[Seeking]], Talk[list[Membership]]]
    members_rows: int
    rows: Callable[[Config, Target, Sequence[Change]], Talk[list[RowSeen]]]
    writers: Mapping[Kind, Writer]
    provision: Callable[[Config, Binding, bool], Talk[list[Step]]]
    leaves_outside: bool  # whether a member can leave Blocked and Un-registered again
    package: Callable[[Config], Mapping[str, bytes]] | None = None


def alike(expected: Any, found: Any) -> bool:
    """Return whether the account's value is the one that was sent, as vendors store values.

    None and "" are one; numbers compare as numbers to two decimals; texts without outer blanks.
    """
    if expected in (None, "") or found in (None, ""):
        return expected in (None, "") and found in (None, "")
    if isinstance(expected, bool) or isinstance(found, bool):
        return bool(expected) == bool(found)
    try:
        return abs(float(expected) - float(found)) < 0.005
    except (TypeError, ValueError):
        return str(expected).strip() == str(found).strip()


def cut_to_characters(text: str, width: int) -> str:
    """Return at most `width` characters of `text`."""
    return text[:width]


def cut_to_bytes(text: str, width: int) -> str:
    """Return the longest beginning of `text` that takes at most `width` bytes of UTF-8."""
    raw = text.encode()
    return text if len(raw) <= width else raw[:width].decode(errors="ignore")
