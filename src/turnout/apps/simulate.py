"""The command that runs a simulator on a port, and how simulators are made."""

import json
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from turnout.apps.face import Face
from turnout.clock import Clock, ShiftedClock, iso
from turnout.errors import InputError
from turnout.simulators.kaltura import app as kaltura
from turnout.simulators.kit.server import Server, serve
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.kit.tls import self_signed
from turnout.simulators.marketo import app as marketo
from turnout.simulators.salesforce import app as salesforce

Hidden = Annotated[Face, Parameter(parse=False)]
KINDS: Final = ("salesforce", "marketo")
"""Those that are delivered to."""
SIMULATED: Final = (*KINDS, "kaltura")
EXAMPLE: Final = Path("examples/winter-summit/kaltura-seed.json")
LAST_PORT: Final = 65_535
CREDENTIALS: Final[Mapping[str, tuple[str, str]]] = {
    "salesforce": (salesforce.CLIENT_ID, salesforce.CLIENT_SECRET),
    "marketo": (marketo.CLIENT_ID, marketo.CLIENT_SECRET),
}


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    app.command(simulate)


def simulator(kind: str, seed: Mapping[str, Any] | None, clock: Clock) -> Simulator:
    """Return a simulator of a kind, holding what `seed` describes."""
    if kind == "salesforce":
        return salesforce.salesforce(clock=clock, seed=seed)
    if kind == "kaltura":
        return kaltura.kaltura(clock=clock, seed=seed)
    return marketo.marketo(clock=clock, seed=seed)


def simulate(
    kind: str,
    /,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: Path | None = None,
    tls: bool = False,
    attendees: int = 0,
    starts_in: float | None = None,
    face: Hidden,
) -> int:
    """Run a simulator of a vendor until Ctrl-C; its control door is /_sim/.

    Parameters
    ----------
    kind
        salesforce, marketo or kaltura.
    port
        0 takes any that is free.
    seed
        A JSON file with what stands in the account at the start; of kaltura the example event, where it is found.
    tls
        Speak https, with a certificate made on the spot; the line that tells the address names its file.
    attendees
        So many more people at kaltura's event.
    starts_in
        Minutes until kaltura's event starts (negative: since), whatever its seed says.
    """
    if kind not in SIMULATED:
        raise InputError(f"there is no simulator of {kind!r}", f"choose one of: {', '.join(SIMULATED)}")
    if not 0 <= port <= LAST_PORT:
        raise InputError(f"there is no port {port}", f"take one from 1 to {LAST_PORT}, or 0 for any that is free")
    heed_interrupts()
    clock, content = ShiftedClock(), read_seed(seed)
    if kind == "kaltura":
        content = event_seed(content, clock.now(), attendees=attendees, starts_in=starts_in)
    elif attendees or starts_in is not None:
        raise InputError(f"{kind} holds no event", "--attendees and --starts-in are for kaltura")
    made = made_from(kind, content, clock)
    with TemporaryDirectory(prefix="turnout-simulator-") as folder:
        context, certificate = self_signed(Path(folder), made.clock.now(), host=host) if tls else (None, None)
        try:
            server = serve(made, host, port, tls=context)
        except OSError as failure:
            raise InputError(
                f"port {port} of {host} cannot be used: {failure.strerror}", "take another --port"
            ) from failure
        sys.stdout.write(json.dumps({**ready(kind, server, certificate), **secrets_of(kind, content)}) + "\n")
        sys.stdout.flush()
        wait_for_interrupt()
        server.close()
    return 0


def ready(kind: str, server: Server, certificate: Path | None) -> dict[str, str]:
    """Return what a simulator tells when it is ready."""
    told = {"kind": kind, "url": server.url}
    return told if certificate is None else {**told, "certificate": str(certificate)}


def secrets_of(kind: str, seed: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what a connection to a simulator needs beside its address."""
    if kind == "kaltura":
        return kaltura.credentials(seed)
    client_id, client_secret = CREDENTIALS[kind]
    return {"client_id": client_id, "client_secret": client_secret}


def event_seed(
    seed: Mapping[str, Any] | None, now: float, *, attendees: int, starts_in: float | None
) -> Mapping[str, Any]:
    """Return kaltura's seed: the one given or the example event, with more people, and moved in time."""
    if attendees < 0:
        raise InputError(f"{attendees} people cannot be made", "take 0 or more --attendees")
    content = dict((read_seed(EXAMPLE) if EXAMPLE.is_file() else None) or {} if seed is None else seed)
    if attendees:
        content["attendees"] = attendees
    if starts_in is not None:
        content["starts_at"] = iso(now + starts_in * 60)
    return content


def made_from(kind: str, seed: Mapping[str, Any] | None, clock: Clock) -> Simulator:
    """Return a simulator that holds a seed; InputError where it cannot."""
    try:
        return simulator(kind, seed, clock)
    except (ValueError, KeyError, TypeError) as problem:
        raise InputError(f"the seed cannot be read: {problem}", "see examples/winter-summit for seeds") from problem


def read_seed(file: Path | None) -> Mapping[str, Any] | None:
    """Return a seed file's content; InputError names what is wrong."""
    if file is None:
        return None
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as failure:
        raise InputError(f"{file}: {failure}", "a seed is one JSON object; see examples/winter-summit") from failure
    if not isinstance(found, dict):
        raise InputError(f"{file} is no JSON object", "see examples/winter-summit for seeds")
    return found


def heed_interrupts() -> None:
    """Let Ctrl-C, or being asked to end, interrupt this process, also where whoever started it had that ignored."""
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)


def wait_for_interrupt() -> None:
    """Wait until Ctrl-C, or until asked to end."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
