"""Commands that set things up: connections, events, bindings, the doctor, provisioning."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from turnout.apps.face import Face, progressing, table
from turnout.clock import iso
from turnout.database import transaction
from turnout.errors import InputError
from turnout.pipeline import decisions, home, setup
from turnout.state import connections, events
from turnout.values.findings import Finding, Severity

Hidden = Annotated[Face, Parameter(parse=False)]
Pairs = Annotated[list[str] | None, Parameter(name="--set", negative=(), help="KEY=VALUE, as often as needed.")]


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    app.command(connect)
    app.command(listed, name="connections")
    app.command(disconnect)
    app.command(check)
    app.command(provision)
    app.command(authorize)
    app.command(pause)
    app.command(resume)
    app.command(confirm)
    app.command(rollout)
    event = App(name="event", help="Add, list, show and bind events.")
    event.command(add)
    event.command(events_listed, name="list")
    event.command(show)
    event.command(bind)
    app.command(event)


def connect(kind: str, name: str, /, *, values: Pairs = None, face: Hidden) -> int:
    """Keep the settings of an account; its secrets are encrypted. Settings not given again keep their values.

    Parameters
    ----------
    kind
        salesforce, marketo or kaltura.
    name
        What to call the connection.
    """
    with home.home(face.home) as opened:
        made = setup.connect(opened, kind, name, given=pairs(values or []))
        shown = _shown(made.settings, kind)
    face.show(
        {"connection": name, "kind": kind, "settings": shown},
        [f"{name} ({kind}) is kept. `turnout check {name}` looks at it."],
    )
    return 0


def pairs(given: Iterable[str], example: str = "--set url=https://example.my.salesforce.com") -> dict[str, str]:
    """Return KEY=VALUE texts as a dict; InputError tells which is not, without showing what may be a secret."""
    made = {}
    for number, one in enumerate(given, 1):
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise InputError(f"pair {number} is not of the form KEY=VALUE", f"e.g. {example}")
        made[name.strip()] = value
    return made


def _shown(settings: Any, kind: str) -> dict[str, str]:
    secret = {one.name for one in setup.settings_of(home.party_of(kind)) if one.secret}
    return {name: "(kept secret)" if name in secret else value for name, value in settings.items()}


def listed(*, face: Hidden) -> int:
    """List the connections, without their secrets."""
    with home.home(face.home) as opened:
        found = home.all_connections(opened)
    rows = [(one.name, one.kind, "paused" if one.paused else "on", _address(one.settings)) for one in found]
    face.show(found, [table("Connections", ("name", "kind", "state", "address"), rows)])
    return 0


def _address(settings: Mapping[str, str]) -> str:
    return settings.get("url") or settings.get("endpoint") or settings.get("service_url") or ""


def disconnect(name: str, /, *, face: Hidden) -> int:
    """Remove a connection with its secrets; the ledger keeps what was delivered."""
    with home.home(face.home) as opened, transaction(opened.engine) as database:
        if not connections.drop_connection(database, name):
            raise InputError(f"there is no connection {name!r}", "`turnout connections` lists those there are")
    face.show({"disconnected": name}, [f"{name} is removed."])
    return 0


def authorize(name: str, /, *, answer: str = "", face: Hidden) -> int:
    """Let a person consent to a sign-in: tell the address to open, then take what it led to.

    Parameters
    ----------
    answer
        The address of the page that the browser was sent on to after the consent (it need not have opened).
    """
    with home.home(face.home) as opened:
        if answer:
            setup.consented(opened, name, answer)
            face.show({"authorized": name}, [f"{name} is signed in. `turnout check {name}` looks at it."])
            return 0
        address = setup.consent(opened, name)
    face.show(
        {"connection": name, "address": address},
        [address, f"Open it, consent, and bring back the address: turnout authorize {name} --answer ADDRESS"],
    )
    return 0


def pause(name: str, /, *, face: Hidden) -> int:
    """Pause a connection: nothing is sent to it until `turnout resume`."""
    with home.home(face.home) as opened, transaction(opened.engine) as database:
        if not connections.pause(database, name, opened.clock.now()):
            raise InputError(f"there is no connection {name!r}", "`turnout connections` lists those there are")
    face.show({"paused": name}, [f"{name} is paused; what is owed is kept."])
    return 0


def resume(name: str, /, *, face: Hidden) -> int:
    """Let a paused connection go on, and set its stopped streams going again."""
    with home.home(face.home) as opened:
        lifted = setup.resume(opened, name)
        with transaction(opened.engine) as database:
            connections.pause(database, name, 0.0)
    face.show({"resumed": name, "streams": lifted}, [f"{name} goes on; {lifted} stopped streams are tried again."])
    return 0


def confirm(*, connection: str = "", event: str = "", face: Hidden) -> int:
    """Let the next sync clear values and lower counts of delivered rows, after it had stopped for a person.

    Parameters
    ----------
    connection
        Only this connection.
    event
        Only this event.
    """
    with home.home(face.home) as opened:
        told = decisions.confirm(opened, connection=connection, event_id=event)
    face.show(told, [f"{name}: {number} bindings may shrink with the next sync" for name, number in told.items()])
    return 0


def rollout(*, scope: str, connection: str = "", event: str = "", face: Hidden) -> int:
    """Send what was delivered under an earlier mapping anew, in the current one; `turnout plan` shows what it takes.

    Parameters
    ----------
    scope
        new (touch nothing delivered), running (events that are not over) or all.
    connection
        Only this connection.
    event
        Only this event.
    """
    with home.home(face.home) as opened:
        told = decisions.rollout(opened, scope, connection=connection, event_id=event)
    face.show(told, [f"{name}: {number} records are looked at in the current mapping" for name, number in told.items()])
    return 0


def check(name: str, /, *, event: str = "", face: Hidden) -> int:
    """Let the doctor look at an account, and at what each bound event needs there. Nothing is written."""
    with home.home(face.home) as opened, progressing() as bar:
        bar.add_task(f"looking at {name}", total=None)
        found = setup.check(opened, name, event)
    counted = Counter(finding.severity for finding in found)
    face.show(found, _findings(name, found))
    return 3 if counted[Severity.PROBLEM] else 0


def _findings(name: str, found: list[Finding]) -> Iterable[Any]:
    wrong = [finding for finding in found if finding.severity is not Severity.OK]
    rows = [(one.severity, one.what, one.why, one.who, one.fix) for one in wrong]
    if rows:
        yield table(f"What the doctor found in {name}", ("", "what", "why it matters", "who can fix it", "how"), rows)
    yield f"{len(found) - len(wrong)} of {len(found)} findings are well."


def provision(
    name: str,
    /,
    *,
    event: str = "",
    plan: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    face: Hidden,
) -> int:
    """Make in the account what an API can make, and write down the steps for the rest.

    Parameters
    ----------
    plan
        Only say what would be made.
    out
        Write what would be deployed into this new folder, for the vendor's own tools; no call is made.
    """
    if out is not None:
        return _written(name, out, face)
    with home.home(face.home) as opened, progressing() as bar:
        bar.add_task(f"provisioning {name}", total=None)
        made = setup.provision(opened, name, event, plan_only=plan)
    rows = [(one.event_id, step.state, step.name, step.detail) for one in made for step in one.steps]
    face.show(made, [table(f"Provisioning of {name}", ("event", "state", "step", "detail"), rows)])
    manual = any(step.state == "manual" for one in made for step in one.steps)
    return 3 if manual else 0


def _written(name: str, out: Path, face: Face) -> int:
    """Write what would be deployed as files; a folder that holds something else is left alone."""
    with home.home(face.home) as opened:
        files = setup.package(opened, name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is not an empty folder", "name a new folder, or remove this one")
    for path, content in files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    face.show({"written": sorted(files), "folder": str(out)}, [f"{len(files)} files are written to {out}."])
    return 0


def add(file: Path, /, *, face: Hidden) -> int:
    """Add an event with its sessions and channels from a JSON file."""
    with home.home(face.home) as opened:
        made = setup.add_event(opened, file)
    face.show(made, [f"{made.name} ({made.id}) has {len(made.sessions)} sessions."])
    return 0


def events_listed(*, face: Hidden) -> int:
    """List the events."""
    with home.home(face.home) as opened, transaction(opened.engine) as database:
        found = events.events(database)
    rows = [(one.id, one.name, iso(one.starts_at), len(one.sessions)) for one in found]
    face.show(found, [table("Events", ("id", "name", "starts", "sessions"), rows)])
    return 0


def show(event: str, /, *, face: Hidden) -> int:
    """Show an event: its sessions, and where it is bound to."""
    with home.home(face.home) as opened, transaction(opened.engine) as database:
        one = next((known for known in events.events(database) if known.id == event), None)
        if one is None:
            raise InputError(f"there is no event {event!r}", "`turnout event list` lists those there are")
        bound = events.bindings(database, event_id=event)
    sessions = [
        (s.entry_id, s.name, s.type, f"{s.duration_ms / 60000:.1f}" if s.duration_ms else None) for s in one.sessions
    ]
    rows = [(b.connection, b.program, b.vocabulary, b.mapping_version) for b in bound]
    face.show({"event": one, "bindings": bound}, [
        table(f"{one.name} ({one.id})", ("entry", "session", "type", "minutes"), sessions),
        table("Bound to", ("connection", "campaign or program", "statuses", "mapping version"), rows),
    ])  # fmt: skip
    return 0


def bind(
    event: str,
    connection: str,
    /,
    *,
    program: str = "",
    vocabulary: str = "auto",
    label: Annotated[list[str] | None, Parameter(negative=(), help="WORD=STATUS, for --vocabulary map.")] = None,
    option: Annotated[list[str] | None, Parameter(negative=(), help="KEY=VALUE of the vendor.")] = None,
    face: Hidden,
) -> int:
    """Bind an event to a campaign or program of a connection.

    Parameters
    ----------
    program
        Its id or name; without one, the one named like the event.
    vocabulary
        auto, codes, labels or map.
    """
    if vocabulary not in ("auto", "codes", "labels", "map"):
        raise InputError(f"there is no vocabulary {vocabulary!r}", "choose auto, codes, labels or map")
    with home.home(face.home) as opened:
        made = setup.bind(
            opened,
            event,
            connection,
            program=program,
            vocabulary=vocabulary,
            labels=pairs(label or [], "--label registered=Registered"),
            options=pairs(option or [], "--option channel=Webinar"),
        )
    face.show(made, [f"{made.event_name} is bound to {made.program!r} of {connection}."])
    return 0
