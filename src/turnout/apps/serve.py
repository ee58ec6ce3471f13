"""Commands that run until they are stopped, and the partners whose players are listened to."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from turnout.apps.face import Face, table
from turnout.collector import process
from turnout.collector.limits import Limits
from turnout.errors import InputError, SettingsError
from turnout.inbox.segments import FOLDER as LOGS
from turnout.secrets import vault
from turnout.settings import Settings, settings
from turnout.state.partners import partners, save_partners

Hidden = Annotated[Face, Parameter(parse=False)]
Names = Annotated[list[str] | None, Parameter(name="--partner", negative=())]
PARTS = ("collector",)


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    app.command(serve)
    partner = App(name="partner", help="Kaltura's partners whose players the collector listens to.")
    partner.command(partner_add, name="add")
    partner.command(partner_list, name="list")
    partner.command(partner_remove, name="remove")
    app.command(partner)


def serve(
    *,
    only: str = "collector",
    host: str = "127.0.0.1",
    port: int = 0,
    workers: int = 1,
    partner: Names = None,
    face: Hidden,
) -> int:
    """Run until Ctrl-C; prints one line of JSON with its address when it is ready.

    Parameters
    ----------
    only
        What to run: collector.
    port
        0 takes any that is free.
    workers
        How many processes share the port; each has its own log.
    partner
        Listen to this partner's players, besides those kept with `turnout partner add`; as often as needed.
    """
    if only not in PARTS:
        raise InputError(f"there is no part {only!r} to serve", f"choose one of: {', '.join(PARTS)}")
    if workers < 1:
        raise InputError(f"{workers} processes cannot share a port", "take --workers 1 or more")
    face.home.mkdir(parents=True, exist_ok=True)
    known = frozenset(partners(face.home, vault(face.home))) | frozenset(partner or ())
    if not known:
        raise SettingsError("no partner is known, so nobody would be listened to", "turnout partner add PARTNER_ID")
    chosen = settings(face.home)
    post = process.Post(
        face.home.absolute() / LOGS,
        limits(chosen, known),
        host,
        port,
        workers,
        segment_seconds=chosen.collector_segment_seconds,
    )
    process.run(post, _ready)
    return 0


def limits(chosen: Settings, known: frozenset[str]) -> Limits:
    """Return a collector's bounds as the settings have them."""
    return Limits(
        known,
        body_bytes=chosen.collector_body_bytes,
        body_seconds=chosen.collector_body_seconds,
        client_rate=chosen.collector_client_rate,
        stranger_rate=chosen.collector_stranger_rate,
        forwarded=chosen.collector_behind_proxy,
    )


def _ready(url: str) -> None:
    sys.stdout.write(json.dumps({"kind": "collector", "url": url}) + "\n")
    sys.stdout.flush()


def partner_add(identity: str, /, *, secret_file: Path | None = None, face: Hidden) -> int:
    """Listen to a partner's players; with its secret, users are read out of their Kaltura sessions as well.

    Parameters
    ----------
    identity
        Kaltura's number of the partner.
    secret_file
        A file with the partner's admin secret, or - for standard input; it is kept encrypted.
        A secret given before is kept beside the new one, for sessions that it signed.
    """
    if not identity.isdigit():
        raise InputError(f"{identity!r} is no partner id", "it is the number that Kaltura's console shows")
    secret = _secret(secret_file) if secret_file else ""
    face.home.mkdir(parents=True, exist_ok=True)
    opened = vault(face.home)
    known = dict(partners(face.home, opened))
    before = known.get(identity, ())
    known[identity] = tuple(dict.fromkeys((secret, *before))) if secret else before
    save_partners(face.home, opened, known)
    told = "with" if known[identity] else "without"
    face.show(
        {"partner": identity, "secrets": len(known[identity])},
        [f"players of partner {identity} are listened to, {told} its secret; restart the collector to let it know"],
    )
    return 0


def _secret(file: Path) -> str:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text()
    except (OSError, UnicodeDecodeError) as failure:
        raise InputError(f"{file} cannot be read: {failure}", "name a text file that holds the secret") from failure
    if not text.strip():
        raise InputError(f"{file} holds no secret", "put the partner's admin secret into it")
    return text.strip()


def partner_list(*, face: Hidden) -> int:
    """List the partners whose players are listened to; secrets are not shown."""
    found = partners(face.home, vault(face.home)) if face.home.exists() else {}
    told = [{"partner": one, "secrets": len(secrets)} for one, secrets in sorted(found.items())]
    face.show(told, [table("Partners", ("partner", "secrets"), [(one["partner"], one["secrets"]) for one in told])])
    return 0


def partner_remove(identity: str, /, *, face: Hidden) -> int:
    """Listen to a partner's players no more, and forget its secrets."""
    opened = vault(face.home)
    known = dict(partners(face.home, opened))
    if identity not in known:
        raise InputError(f"partner {identity} is not known", "`turnout partner list` shows those that are")
    del known[identity]
    save_partners(face.home, opened, known)
    face.show({"removed": identity}, [f"partner {identity} is removed; restart the collector to let it know"])
    return 0
