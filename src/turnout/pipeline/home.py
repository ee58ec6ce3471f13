"""A home: one folder with its database, inbox, key and settings, and what reaches beyond it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Engine

from turnout.clock import Clock, SystemClock
from turnout.database import opened, transaction
from turnout.delivery.carriers.carrier import Carrier, ThreadCarrier
from turnout.delivery.carriers.network import Network
from turnout.delivery.line import Line
from turnout.destinations.kit import Party, Vendor
from turnout.destinations.marketo.vendor import MARKETO
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.errors import SettingsError
from turnout.secrets import Vault, vault
from turnout.settings import Settings, settings
from turnout.sources.kaltura.connection.source import KALTURA
from turnout.state.connections import Connected, config_of, connections, keep_secrets
from turnout.state.journal import Call, answered_since, record_call
from turnout.values.bindings import Config
from turnout.wire import Send

VENDORS = {vendor.kind: vendor for vendor in (SALESFORCE, MARKETO)}
PARTIES: Mapping[str, Party] = {**VENDORS, KALTURA.kind: KALTURA}
"""All that can be connected: where rows go, and where they come from."""


class Home(Struct, frozen=True):
    """What every step of the flow is handed. `send` and `carrier` are the network, or a simulation."""

    path: Path
    engine: Engine
    settings: Settings
    vault: Vault
    clock: Clock
    send: Send
    carrier: Carrier


@contextmanager
def home(path: Path, clock: Clock | None = None) -> Iterator[Home]:
    """Open the home at `path`, made if absent, with the network as its way out; closed at the end."""
    path.mkdir(parents=True, exist_ok=True)
    time = clock or SystemClock()
    network = Network()
    carrier = ThreadCarrier(time)
    chosen = settings(path)
    engine = opened(chosen.database or f"sqlite:///{path.absolute() / 'turnout.db'}")
    try:
        yield Home(path, engine, chosen, vault(path), time, network, carrier)
    finally:
        carrier.close()
        network.close()
        engine.dispose()


def party_of(kind: str) -> Party:
    """Return who is at the other end of connections of a kind; SettingsError where there is none."""
    if kind not in PARTIES:
        raise SettingsError(f"there is no kind of connection {kind!r}", f"the kinds are: {', '.join(PARTIES)}")
    return PARTIES[kind]


def vendor_of(kind: str) -> Vendor:
    """Return the destination of a kind; SettingsError where there is none, or where it is a source."""
    party = party_of(kind)
    if not isinstance(party, Vendor):
        raise SettingsError(f"{party.title} is a source: nothing is written to it", "`turnout pull` reads it")
    return party


def all_connections(home: Home) -> Sequence[Connected]:
    """Return all connections, those to sources among them."""
    with transaction(home.engine) as connection:
        return connections(connection)


def chosen_connections(home: Home, name: str = "") -> Sequence[Connected]:
    """Return all connections to destinations, or the one named; SettingsError where it does not exist."""
    found = all_connections(home)
    if name and name not in {one.name for one in found}:
        raise SettingsError(f"there is no connection {name!r}", "`turnout connections` lists those there are")
    return [one for one in found if name in ("", one.name) and one.kind in VENDORS]


def line_to(home: Home, settings: Config, *, run: int = 0) -> Line:
    """Return a line to an account: its calls go into the journal, and what a sign-in changes is kept.

    The calls of its last window count as made, whichever process made them.
    """

    def call(told: Call) -> None:
        with transaction(home.engine) as database:
            record_call(database, run, told)

    def keep(changed: Mapping[str, str]) -> None:
        with transaction(home.engine) as database:
            keep_secrets(database, settings.name, changed, vault=home.vault)

    line = Line(party_of(settings.kind), settings, send=home.send, clock=home.clock, journal=call, keep=keep)
    since = home.clock.now() - line.pace.memory_seconds
    with transaction(home.engine) as database:
        line.pace.recall(answered_since(database, settings.name, since))
    return line


def config(home: Home, name: str) -> Config:
    """Return a connection with its secrets."""
    with transaction(home.engine) as connection:
        return config_of(connection, name, home.vault)
