"""The demo: both simulators on loopback ports, the example event through the whole flow, and its balance sheet."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from turnout.apps import flow
from turnout.apps.face import Face, counts, progressing, table
from turnout.apps.simulate import (
    CREDENTIALS,
    KINDS,
    event_seed,
    heed_interrupts,
    read_seed,
    secrets_of,
    simulator,
    wait_for_interrupt,
)
from turnout.clock import ShiftedClock
from turnout.database import transaction
from turnout.errors import InputError
from turnout.facts.arrived import registrations
from turnout.metrics.state import refresh
from turnout.pipeline import look, setup
from turnout.pipeline.home import Home, home
from turnout.pipeline.intake import pull
from turnout.pipeline.sync import Synced, sync
from turnout.pipeline.verify import Verified, verify
from turnout.simulators.kit.server import Server, serve
from turnout.sources.files import ingest
from turnout.sources.generator import more_people
from turnout.sources.rows import read_event
from turnout.values.rows import Stand

Hidden = Annotated[Face, Parameter(parse=False)]
EVENT: Final = "9001"
MARK: Final = "made-by-the-demo"
BEACONS: Final = ("beacons.jsonl", "beacons-more.jsonl")
FILES: Final = (
    ("registrations", ("registrations.csv",)),
    ("beacons", BEACONS),
    ("interactions", ("interactions.jsonl",)),
    ("polls", ("polls.csv",)),
)
SOURCES: Final = ("files", "kaltura")
STARTED_MINUTES: Final = -8 * 60.0
SERVICES: Final = {
    "service_url": "",
    "user_url": "/user/api/v1",
    "registry_url": "/app-registry/api/v1",
    "chat_url": "/chat",
    "events_url": "/events-api/api/v1",
}
"""Where the simulator has each of Kaltura's services, by the setting that names it."""

ADDRESS: Final = {"salesforce": "url", "marketo": "endpoint"}


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    app.command(demo)


def demo(
    *,
    attendees: int = 0,
    source: str = "files",
    web: Annotated[bool, Parameter(negative="--no-web")] = True,
    examples: Path = Path("examples/winter-summit"),
    face: Hidden,
) -> int:
    """Run the example event through the whole flow, into simulators of both vendors.

    Parameters
    ----------
    attendees
        So many more people, whose beacons go through the same wire form.
    source
        Where people and polls come from: files, or kaltura, pulled from its simulator beside the players' beacons.
    web
        Stay up until Ctrl-C, so that simulators and home can be looked at.
    examples
        The folder of the example event.
    """
    if not (examples / "event.json").exists():
        raise InputError(
            f"{examples} does not hold the example event", "run the demo from the project's folder, or name --examples"
        )
    if web and not face.json:
        heed_interrupts()
    if attendees < 0:
        raise InputError(f"{attendees} is no number of people", "0 or more: --attendees 50")
    if source not in SOURCES:
        raise InputError(f"nothing comes from {source!r}", f"choose one of: {', '.join(SOURCES)}")
    place = fresh(face.home / "demo")
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(serving(kind, examples)) for kind in KINDS}
        opened = stack.enter_context(home(place))
        set_up(opened, servers, examples=examples, face=face)
        if source == "files":
            people = load(opened, examples, attendees=attendees, face=face)
        else:
            servers["kaltura"] = stack.enter_context(serving_event(examples, opened.clock.now(), attendees))
            people = load_pulled(opened, examples, servers["kaltura"], face=face)
        face.say("Syncing...")
        synced = sync(opened)
        face.say("Reading back...")
        verified = verify(opened)
        summary = {"home": str(place), **told(people, synced, verified)}
        face.show(summary, _told(people, synced, verified))
        if not face.json:
            face.say(holds_table(look.parked(opened, [Stand.HELD])))
        if web and not face.json:
            for line in where_to_look(place, servers):
                face.say(line)
            wait_for_interrupt()
    return exit_code(summary, synced)


def fresh(place: Path) -> Path:
    """Return an empty folder for the demo; one that the demo did not make is never emptied."""
    if place.exists():
        if not (place / MARK).exists() and any(place.iterdir()):
            raise InputError(f"{place} is not the demo's own folder", "name another --home for the demo")
        shutil.rmtree(place)
    place.mkdir(parents=True)
    (place / MARK).touch()
    return place


@contextmanager
def serving_event(examples: Path, now: float, attendees: int) -> Iterator[Server]:
    """Serve Kaltura's simulator with the example event, which ended two hours ago: its reports are final."""
    seed = event_seed(read_seed(examples / "kaltura-seed.json"), now, attendees=attendees, starts_in=STARTED_MINUTES)
    server = serve(simulator("kaltura", seed, ShiftedClock()))
    try:
        yield server
    finally:
        server.close()


@contextmanager
def serving(kind: str, examples: Path) -> Iterator[Server]:
    """Serve a vendor's simulator, seeded with what stands in the account before the event."""
    server = serve(simulator(kind, read_seed(examples / f"{kind}-seed.json"), ShiftedClock()))
    try:
        yield server
    finally:
        server.close()


def set_up(opened: Home, servers: Mapping[str, Server], *, examples: Path, face: Face) -> None:
    """Connect both accounts, bind the event, and provision what an API can make."""
    event = setup.add_event(opened, examples / "event.json")
    for kind, server in servers.items():
        client_id, client_secret = CREDENTIALS[kind]
        values = {ADDRESS[kind]: server.url, "client_id": client_id, "client_secret": client_secret}
        values["share_percent"] = "100"  # nobody else uses these accounts
        setup.connect(opened, kind, kind, given=values)
        setup.bind(opened, event.id, kind)
        made = setup.provision(opened, kind)
        number = sum(step.state == "made" for one in made for step in one.steps)
        face.say(f"{kind} at {server.url}: {number} things made by provisioning")


def load_pulled(opened: Home, examples: Path, server: Server, *, face: Face) -> int:
    """Take in the example event's beacons, and pull all else; returns how many people registered."""
    told = secrets_of("kaltura", read_seed(examples / "kaltura-seed.json"))
    given = {name: told[name] for name in ("partner_id", "app_token_id", "app_token")}
    given |= {name: server.url + path for name, path in SERVICES.items()}
    setup.connect(opened, "kaltura", "kaltura", given=given)
    files = [examples / name for name in BEACONS]
    done = ingest(opened.path, opened.engine, "beacons", files, clock=opened.clock)
    (pulled,) = pull(opened, "kaltura", EVENT)
    face.say(f"beacons: {done.new} taken in, {len(done.quarantined)} kept aside")
    face.say(f"kaltura at {server.url}: {counts(pulled.new)} pulled in {pulled.calls} calls")
    return registered(opened)


def registered(opened: Home) -> int:
    """Bring the metrics up to date; returns how many people registered for the example event."""
    refresh(opened.path, opened.engine, opened.clock)
    with transaction(opened.engine) as database:
        return len({(one.source, one.user_id) for one in registrations(database) if one.event_id == EVENT})


def load(opened: Home, examples: Path, *, attendees: int, face: Face) -> int:
    """Take in the example event's files, and so many more people; returns how many people registered."""
    more = more_files(opened.path / "more", examples, attendees) if attendees else {}
    told = []
    with progressing() as bar:
        for kind, names in FILES:
            files = [examples / name for name in names] + more.get(kind, [])
            progress = flow.counted(bar, f"ingesting {kind}")
            done = ingest(opened.path, opened.engine, kind, files, clock=opened.clock, progress=progress)
            told.append(f"{kind}: {done.new} taken in, {len(done.quarantined)} kept aside")
    for line in told:  # once the display is gone, which would be written into otherwise
        face.say(line)
    return registered(opened)


def more_files(folder: Path, examples: Path, attendees: int) -> dict[str, list[Path]]:
    """Write files of so many more people, in the form in which the real ones arrive."""
    folder.mkdir()
    made = more_people(attendees, event=read_event(examples / "event.json"))
    files = {}
    for kind, rows in made._asdict().items():
        file = folder / f"{kind}.jsonl"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        files[kind] = [file]
    return files


def exit_code(summary: Mapping[str, Any], synced: Iterable[Synced]) -> int:
    """Return 0 where the sheet closes, the read-back found no difference, and nothing stopped or waits; else 1."""
    same = all(one["differences"] == 0 for one in summary["connections"].values())
    return 0 if summary["closes"] and same and not any(one.halted or one.later for one in synced) else 1


def told(attendees: int, synced: Iterable[Synced], verified: Iterable[Verified]) -> dict[str, Any]:
    """Return the summary: attendees, and for each connection what was done and what was found."""
    found = {one.connection: one for one in verified}
    connections = {
        one.connection: {
            "created": one.created,
            "updated": one.updated,
            "unchanged": one.unchanged,
            "rejected": one.rejected,
            "held": one.held,
            "calls": one.calls,
            "seconds": one.seconds,
            "differences": len(found[one.connection].differences),
            "closes": all(sheet.closes for sheet in found[one.connection].sheets),
            "halted": one.halted,
        }
        for one in synced
    }
    closes = all(one["closes"] for one in connections.values()) and not any(one.refused for one in found.values())
    return {"event": EVENT, "attendees": attendees, "closes": closes, "connections": connections}


def _told(attendees: int, synced: list[Synced], verified: list[Verified]) -> Iterable[Any]:
    yield f"{attendees} attendees registered."
    yield from flow.sync_told(synced)
    for one in verified:
        yield from flow.verify_told(one)


def holds_table(held: Iterable[Mapping[str, Any]]) -> Any:
    """Return what waits for a person's decision, as a table."""
    rows = sorted({(one["connection"], one["email"] or one["user"], one["kind"], one["reason"]) for one in held})
    return table("Held for a person to decide", ("connection", "who", "record", "why"), rows)


def where_to_look(place: Path, servers: Mapping[str, Server]) -> Iterable[Any]:
    """Yield where a newcomer can look, and commands to try."""
    yield table("Where to look", ("what", "where"), [
        *((f"{kind}: what stands in the account", f"{server.url}/_sim/state") for kind, server in servers.items()),
        *((f"{kind}: every call it got", f"{server.url}/_sim/calls") for kind, server in servers.items()),
    ])  # fmt: skip
    for command in (
        "engagement",
        "explain bob@example.com",
        "explain rosa@example.com",
        "holds",
        "plan",
        "sync",
        "verify",
        "check salesforce",
    ):
        yield f"  .venv/bin/turnout --home {place} {command}"
    yield "Ctrl-C ends the simulators."
