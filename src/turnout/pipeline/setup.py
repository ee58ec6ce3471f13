"""Set up: connect an account, consent to a sign-in, bind an event, let the doctor look, provision what is missing."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from turnout.database import transaction
from turnout.delivery.lease import leased
from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.destinations.kit import POLICIES, Party, Setting, Vendor
from turnout.errors import Halted, InputError, Later, SettingsError
from turnout.ledger.ledger import Ledger
from turnout.pipeline.home import Home, config, line_to, party_of, vendor_of
from turnout.sources.kaltura.connection.settings import EVENT
from turnout.sources.rows import read_event
from turnout.state import journal
from turnout.state.connections import keep_secrets, save_connection
from turnout.state.events import Event, EventSession, bindings, events, save_binding, save_event
from turnout.state.sightings import forget_sightings
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding, Step
from turnout.values.flights import Flight
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Talk

T = TypeVar("T")
VERIFIER_BYTES = 48


def connect(home: Home, kind: str, name: str, *, given: Mapping[str, str]) -> Config:
    """Keep a connection's settings, secrets encrypted; a setting not given again keeps its value.

    Raises SettingsError for a kind or a setting that does not exist, or one that is missing.
    """
    vendor = party_of(kind)
    if not name.strip() or not name.isprintable():
        raise SettingsError("a connection needs a name", f"e.g. `turnout connect {kind} {kind}`")
    known = {setting.name: setting for setting in settings_of(vendor)}
    if unknown := sorted(set(given) - set(known)):
        raise SettingsError(
            f"{vendor.title} has no setting {unknown[0]!r}", f"its settings are: {', '.join(sorted(known))}"
        )
    before = _before(home, name, kind)
    values = {**before, **given}
    if absent := [one for one in known.values() if one.default is None and not values.get(one.name)]:
        raise SettingsError(f"{vendor.title} needs the setting {absent[0].name!r}: {absent[0].help}", _how(absent[0]))
    for setting in known.values():
        _check_choice(setting, values.get(setting.name, ""))
    made = Config(kind, name, values)
    next(vendor.sign_in(made))  # makes no call: it refuses an address that cannot be one
    secret = frozenset(setting.name for setting in known.values() if setting.secret)
    with transaction(home.engine) as database:
        save_connection(database, made, home.vault, secret=secret, now=home.clock.now())
        forget_sightings(database, name, "target")
    return made


def settings_of(party: Party) -> tuple[Setting, ...]:
    """Return all settings of a connection: its own, and those that all destinations have."""
    shared = POLICIES if isinstance(party, Vendor) else ()
    return (*party.settings, *(policy for policy in shared if policy not in party.settings))


def _before(home: Home, name: str, kind: str) -> dict[str, str]:
    try:
        found = config(home, name)
    except SettingsError:
        return {}
    if found.kind != kind:
        raise SettingsError(
            f"the connection {name!r} is of kind {found.kind!r}", "take another name, or disconnect it first"
        )
    return dict(found.settings)


def _how(setting: Setting) -> str:
    return f"add --set {setting.name}=VALUE"


def _check_choice(setting: Setting, value: str) -> None:
    if value and setting.choices and value not in setting.choices:
        choices = ", ".join(setting.choices)
        raise SettingsError(f"{setting.name} cannot be {value!r}", f"choose one of: {choices}")


def add_event(home: Home, file: Path) -> Event:
    """Keep the event that a JSON file describes; InputError names what is wrong in it."""
    plan = read_event(file)
    sessions = tuple(EventSession(one.entry_id, one.name, one.type, one.duration_ms) for one in plan.sessions)
    event = Event(plan.id, plan.name, plan.starts, plan.ends, sessions)
    with transaction(home.engine) as database:
        save_event(database, event, [(one.id, one.name) for one in plan.channels])
    return event


def bind(
    home: Home,
    event_id: str,
    connection: str,
    *,
    program: str = "",
    vocabulary: str = "auto",
    labels: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Binding:
    """Bind an event to a campaign or program; binding it again changes the binding and its mapping version."""
    config(home, connection)
    with transaction(home.engine) as database:
        event = next((one for one in events(database) if one.id == event_id), None)
        if event is None:
            raise InputError(f"there is no event {event_id!r}", "`turnout event add FILE` adds one")
        known = next((one for one in bindings(database, account=connection) if one.event_id == event_id), None)
        made = Binding(
            id=f"{event_id}@{connection}",
            event_id=event_id,
            event_name=event.name,
            connection=connection,
            program=program or event.name,
            vocabulary=vocabulary,
            labels=labels or {},
            options=options or {},
            mapping_version=known.mapping_version + 1 if known else 1,
        )
        save_binding(database, made, home.clock.now())
        forget_sightings(database, connection, "target")
    return made


def bindings_of(home: Home, connection: str, event_id: str = "") -> Sequence[Binding]:
    """Return a connection's bindings, of one event where named."""
    with transaction(home.engine) as database:
        return bindings(database, account=connection, event_id=event_id)


def check(home: Home, name: str, event_id: str = "") -> list[Finding]:
    """Let the doctor look at an account, and at what each bound event needs there; nothing is written."""
    settings = config(home, name)
    vendor = party_of(settings.kind)
    if event_id and not isinstance(vendor, Vendor):
        settings = Config(settings.kind, name, {**settings.settings, EVENT: event_id})
    bound: Sequence[Binding | None] = bindings_of(home, name, event_id) or [None]
    found: dict[str, Finding] = {}
    alone = any(one.kept and settings.get(one.name) for one in vendor.settings)
    with leased(home.path, name) if alone else nullcontext():  # two must not use one refresh token
        for binding in bound:
            for finding in held(home, name, vendor.doctor(settings, binding)):
                found.setdefault(finding.code, finding)
    return list(found.values())


class Provisioned(Struct, frozen=True):
    """What provisioning did, or would do, for one binding."""

    event_id: str
    steps: tuple[Step, ...]


def provision(home: Home, name: str, event_id: str = "", *, plan_only: bool = False) -> list[Provisioned]:
    """Make in the account what an API can make; with `plan_only` only say what would be made.

    Running it again makes nothing. Raises InputError where no event is bound to the connection.
    """
    settings = config(home, name)
    bound = bindings_of(home, name, event_id)
    if not bound:
        raise InputError(f"no event is bound to {name!r}", f"`turnout event bind EVENT {name}` binds one")
    vendor = vendor_of(settings.kind)
    with leased(home.path, name):
        made = [
            Provisioned(one.event_id, tuple(held(home, name, vendor.provision(settings, one, plan_only))))
            for one in bound
        ]
    with transaction(home.engine) as database:
        forget_sightings(database, name, "target")
    return made


def package(home: Home, name: str) -> Mapping[str, bytes]:
    """Return {path: content} of what `provision` deploys, as files for the vendor's own tools.

    Raises InputError where the vendor's set-up is not made of files.
    """
    settings = config(home, name)
    vendor = vendor_of(settings.kind)
    if vendor.package is None:
        raise InputError(f"{vendor.title} has no set-up made of files", "leave out --out: provisioning uses the API")
    return vendor.package(settings)


def held(home: Home, name: str, talk: Talk[T]) -> T:
    """Hold one talk with an account, outside any cycle; what ends it becomes an exception with a hint."""
    settings = config(home, name)
    ended: list[Any] = []

    def end(result: Any) -> list[Flight]:
        ended.append(result)
        return []

    def cycle() -> Cycle:
        yield [Flight(talk=lambda: talk, end=end)]

    Scheduler(home.carrier, home.clock).run([(line_to(home, settings), cycle())])
    result = ended[0]
    if isinstance(result, Ruling):
        raise _stopped(settings, result)
    return result  # type: ignore[no-any-return]


def _stopped(settings: Config, ruling: Ruling) -> Exception:
    told = f"{settings.name}: {ruling.meaning or ruling.words} ({ruling.code}: {ruling.words})"
    if ruling.verdict in (Verdict.WAIT, Verdict.RETRY, Verdict.UNSURE):
        return Later(told, ruling.fix or "see that the account can be reached, then try again")
    return Halted(told, ruling.fix or f"`turnout check {settings.name}` looks at the account")


def resume(home: Home, name: str) -> int:
    """Set an account's stopped streams going again; returns how many there were."""
    config(home, name)
    with transaction(home.engine) as database:
        forget_sightings(database, name, "target")
        return journal.lift(database, name)


def retry(home: Home, name: str, reason: str = "") -> int:
    """Set an account's parked records going again, all or those whose reason contains `reason`."""
    config(home, name)
    with leased(home.path, name):
        ledger = Ledger(home.engine, name, home.clock)
        keys = [
            key for key, row in ledger.rows.items() if row.parking and row.code != "record" and reason in row.reason
        ]
        ledger.retry(keys)
    return len(keys)


def consent(home: Home, name: str) -> str:
    """Return the address at which a person lets Turnout sign in; InputError where the vendor has no such thing."""
    settings = config(home, name)
    vendor = vendor_of(settings.kind)
    if vendor.consent is None:
        raise InputError(f"{vendor.title} needs no consent", f"`turnout check {name}` tells whether the sign-in works")
    verifier = token_urlsafe(VERIFIER_BYTES)
    address = vendor.consent(settings, verifier, _state(verifier))
    with transaction(home.engine) as database:
        keep_secrets(database, name, {"code_verifier": verifier}, vault=home.vault)
    return address


def consented(home: Home, name: str, answer: str) -> None:
    """Sign in by what a consent brought back: the address that the person was sent on to, or the code in it.

    Raises InputError where it is the answer to another consent, or a refusal.
    """
    with leased(home.path, name):
        code = _code(answer, config(home, name).get("code_verifier"))
        with transaction(home.engine) as database:
            keep_secrets(database, name, {"authorization_code": code}, vault=home.vault)
        held(home, name, _nothing())


def _nothing() -> Talk[None]:
    """Return a talk of no call: to hold it, Turnout has to be signed in."""
    yield from ()


def _state(verifier: str) -> str:
    return sha256(f"state of {verifier}".encode()).hexdigest()[:24]


def _code(answer: str, verifier: str) -> str:
    """Return the code of an answer, whose state must be that of the consent that was asked for last."""
    again = "ask for a new address: run it without --answer"
    if not verifier:
        raise InputError("no consent was asked for", again)
    if "?" not in answer and "=" not in answer:
        return answer.strip()
    told = parse_qs(urlsplit(answer.strip()).query)
    if refusal := told.get("error"):
        raise InputError(f"the consent was refused: {' '.join([*refusal, *told.get('error_description', [])])}", again)
    if told.get("state") != [_state(verifier)] or not told.get("code"):
        raise InputError("this is not the answer to the consent that was asked for last", again)
    return told["code"][0]
