"""What only a person decides: that delivered rows may shrink, that a change of mapping is rolled out."""

from collections.abc import Mapping

from turnout.database import transaction
from turnout.delivery.lease import leased
from turnout.errors import InputError
from turnout.ledger.ledger import Ledger
from turnout.pipeline.home import Home, chosen_connections
from turnout.state import journal
from turnout.state.events import bindings, events
from turnout.state.sightings import Subject, save_sighting
from turnout.values.records import Kind

SCOPES = ("new", "running", "all")


def confirm(home: Home, *, connection: str = "", event_id: str = "") -> Mapping[str, int]:
    """Let the next sync clear values and lower counts; returns the bindings confirmed, by connection."""
    told: dict[str, int] = {}
    for chosen in chosen_connections(home, connection):
        with transaction(home.engine) as database:
            found = bindings(database, account=chosen.name, event_id=event_id)
            for binding in found:
                now = home.clock.now()
                save_sighting(database, Subject(chosen.name, "confirmed", binding.id), now, read_at=now)
            journal.lift(database, chosen.name)
        told[chosen.name] = len(found)
    return told


def rollout(home: Home, scope: str, *, connection: str = "", event_id: str = "") -> Mapping[str, int]:
    """Send what was delivered under an earlier mapping in the current one; returns how many records, by connection.

    Scope `new` touches nothing delivered, `running` the events that are not over, `all` every event.
    Raises InputError for another scope.
    """
    if scope not in SCOPES:
        raise InputError(f"there is no scope {scope!r}", f"choose one of: {', '.join(SCOPES)}")
    with transaction(home.engine) as database:
        running = {one.id for one in events(database) if not 0 < one.ends_at < home.clock.now()}
    told: dict[str, int] = {}
    for chosen in chosen_connections(home, connection):
        with transaction(home.engine) as database:
            every = bindings(database, account=chosen.name, event_id=event_id)
        wanted = {one.id for one in every if scope == "all" or (scope == "running" and one.event_id in running)}
        with leased(home.path, chosen.name):
            ledger = Ledger(home.engine, chosen.name, home.clock)
            rows = [row for row in ledger.rows.values() if row.key.binding in wanted and row.accepted and row.shape]
            keys = [row.key for row in rows if row.key.kind in (Kind.ENGAGEMENT, Kind.POLLS)]
            ledger.reshape(keys)
        told[chosen.name] = len(keys)
    return told
