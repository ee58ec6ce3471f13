"""The command that runs a simulator on a port, and how simulators are made."""

import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from turnout.apps.face import Face
from turnout.clock import Clock, ShiftedClock
from turnout.errors import InputError
from turnout.simulators.kit.server import Server, serve
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo import app as marketo
from turnout.simulators.salesforce import app as salesforce

Hidden = Annotated[Face, Parameter(parse=False)]
KINDS: Final = ("salesforce", "marketo")
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
    return marketo.marketo(clock=clock, seed=seed)


def simulate(
    kind: str,
    /,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: Path | None = None,
    face: Hidden,
) -> int:
    """Run a simulator of a vendor until Ctrl-C; its control door is /_sim/.

    Parameters
    ----------
    kind
        salesforce or marketo.
    port
        0 takes any that is free.
    seed
        A JSON file with what stands in the account at the start.
    """
    if kind not in KINDS:
        raise InputError(f"there is no simulator of {kind!r}", f"choose one of: {', '.join(KINDS)}")
    try:
        server = serve(simulator(kind, read_seed(seed), ShiftedClock()), host, port)
    except OSError as failure:
        raise InputError(
            f"port {port} of {host} cannot be used: {failure.strerror}", "take another --port"
        ) from failure
    sys.stdout.write(json.dumps(ready(kind, server)) + "\n")
    sys.stdout.flush()
    wait_for_interrupt()
    server.close()
    return 0


def ready(kind: str, server: Server) -> dict[str, str]:
    """Return what a simulator tells when it is ready."""
    client_id, client_secret = CREDENTIALS[kind]
    return {"kind": kind, "url": server.url, "client_id": client_id, "client_secret": client_secret}


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


def wait_for_interrupt() -> None:
    """Wait until Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
