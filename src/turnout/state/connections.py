"""Connections: an account with its settings; secrets leave this module only decrypted for a call."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from turnout.database import upsert
from turnout.errors import SettingsError
from turnout.secrets import Vault
from turnout.tables import CONNECTION
from turnout.values.bindings import Config


class Connected(Struct, frozen=True):
    """A connection as it may be shown: no secrets."""

    name: str
    kind: str
    settings: Mapping[str, str]
    version: int
    paused: bool


def save_connection(
    connection: Connection, config: Config, vault: Vault, *, secret: frozenset[str], now: float
) -> None:
    """Write a connection; the settings named in `secret` are encrypted. Its version goes up by one."""
    found = connection.execute(select(CONNECTION.c.version).where(CONNECTION.c.name == config.name)).scalar()
    shown = {name: value for name, value in config.settings.items() if name not in secret}
    hidden = {name: value for name, value in config.settings.items() if name in secret}
    row = {
        "name": config.name,
        "kind": config.kind,
        "settings": msgspec.json.encode(shown).decode(),
        "secrets": vault.sealed(msgspec.json.encode(hidden)),
        "version": (found or 0) + 1,
        "made_at": now,
    }
    upsert(connection, CONNECTION, [row])


def connections(connection: Connection) -> list[Connected]:
    """Return every connection, without secrets."""
    return [
        Connected(
            line["name"],
            line["kind"],
            msgspec.json.decode(line["settings"] or "{}"),
            line["version"],
            line["paused_at"] > 0,
        )
        for line in connection.execute(select(CONNECTION).order_by(CONNECTION.c.name)).mappings()
    ]


def config_of(connection: Connection, name: str, vault: Vault) -> Config:
    """Return a connection with its secrets; SettingsError where there is none of that name."""
    line = connection.execute(select(CONNECTION).where(CONNECTION.c.name == name)).mappings().first()
    if line is None:
        raise SettingsError(f"there is no connection {name!r}", "`turnout connections` lists those there are")
    shown = msgspec.json.decode(line["settings"] or "{}", type=dict[str, str])
    hidden = msgspec.json.decode(vault.opened(line["secrets"]), type=dict[str, str])
    return Config(line["kind"], name, {**shown, **hidden})


def keep_secrets(connection: Connection, name: str, changed: Mapping[str, str], *, vault: Vault) -> None:
    """Write secrets that a sign-in changed; nothing else of the connection changes, and its version stays."""
    found = connection.execute(select(CONNECTION.c.secrets).where(CONNECTION.c.name == name)).scalar_one()
    hidden = msgspec.json.decode(vault.opened(found), type=dict[str, str])
    sealed = vault.sealed(msgspec.json.encode({**hidden, **changed}))
    connection.execute(update(CONNECTION).where(CONNECTION.c.name == name).values(secrets=sealed))


def drop_connection(connection: Connection, name: str) -> bool:
    """Remove a connection with its secrets; returns whether there was one. The ledger stays."""
    return connection.execute(delete(CONNECTION).where(CONNECTION.c.name == name)).rowcount > 0


def pause(connection: Connection, name: str, when: float) -> bool:
    """Pause a connection from `when`, or let it go on with 0; returns whether there is one."""
    return connection.execute(update(CONNECTION).where(CONNECTION.c.name == name).values(paused_at=when)).rowcount > 0
