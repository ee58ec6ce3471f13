"""what players sent, and what Kaltura tells -> inbox and numbers."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from turnout.database import transaction
from turnout.delivery.lease import leased
from turnout.delivery.scheduler import Cycle, Scheduler
from turnout.errors import Halted, SettingsError
from turnout.inbox.beacons import Identify
from turnout.inbox.compaction import compact
from turnout.inbox.kaltura_session import opened_session
from turnout.inbox.segments import Drained, seal_segments
from turnout.metrics.state import Refreshed, refresh
from turnout.pipeline.home import Home, config, line_to
from turnout.pipeline.setup import held
from turnout.sources.kaltura.connection.settings import EVENT
from turnout.sources.kaltura.connection.source import KALTURA
from turnout.sources.kaltura.pulling.event import EventPull
from turnout.sources.kaltura.pulling.told import Pulled
from turnout.sources.kaltura.reading.events import listed
from turnout.state import journal
from turnout.state.partners import Partners, partners
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling

SOURCE: Final = "kaltura"
"""What the source is called whose beacons a collector takes in."""


class TakenIn(Struct, frozen=True):
    """What was new, in the logs and in the running state; and when it was looked for, sealed and counted."""

    drained: Drained
    refreshed: Refreshed
    began_at: float
    sealed_at: float
    counted_at: float


def take_in(home: Home) -> TakenIn:
    """Count all that the collectors have kept so far, but for the segments that are still written to."""
    began = home.clock.now()
    identify = identification(partners(home.path, home.vault), expired=home.settings.expired_sessions == "accept")
    drained = seal_segments(home.path, home.engine, home.clock, source=SOURCE, identify=identify)
    sealed = home.clock.now()
    refreshed = refresh(home.path, home.engine, home.clock)
    counted = home.clock.now()
    compact(home.path, home.engine, home.clock, keep_days=home.settings.keep_beacons_days)
    return TakenIn(drained, refreshed, began, sealed, counted)


def lags(taken: TakenIn, now: float) -> dict[str, float]:
    """Return how long the oldest of the new beacons was at each hop, in seconds; nothing where none was new.

    Until it was received, and on the disk, is the collector's own hop: it answers only then.
    """
    if not taken.drained.beacons:
        return {}
    hops = {
        "waited in the log": taken.began_at - taken.drained.oldest_at,
        "sealed": taken.sealed_at - taken.began_at,
        "counted": taken.counted_at - taken.sealed_at,
        "shown": now - taken.counted_at,
        "all": now - taken.drained.oldest_at,
    }
    return {hop: round(max(seconds, 0.0), 3) for hop, seconds in hops.items()}


def identification(known: Partners, *, expired: bool) -> Identify:
    """Return what tells who a session was made for; `expired`: also when it was used after its time."""
    opened = lru_cache(100_000)(opened_session)

    def identify(ks: str, partner: str, at: float) -> tuple[str, str] | None:
        told = opened(ks, partner, known[partner]) if known.get(partner) else None
        if told is None or not told.user or (not expired and at > told.expires_at):
            return None
        return told.user, told.event

    return identify


def pull(
    home: Home, name: str, event_id: str = "", *, progress: Callable[[Pulled], object] | None = None
) -> list[Pulled]:
    """Read one event of a Kaltura account, or all that it has; what is new is in the inbox, page by page.

    A pull that was killed goes on at its next run. Raises SettingsError where the connection is no source, or gives
    no session; Later where another process pulls it.
    """
    settings = config(home, name)
    if settings.kind != KALTURA.kind:
        raise SettingsError(
            f"{name} is of kind {settings.kind}: nothing is pulled from it",
            "`turnout connect kaltura NAME` makes a source",
        )
    with leased(home.path, name):
        with transaction(home.engine) as database:
            run = journal.begin_run(database, "pull", home.clock.now())
        chosen = [event_id] if event_id else _events(home, name)
        told = [_pulled(home, settings, one, run=run, progress=progress) for one in chosen]
        with transaction(home.engine) as database:
            journal.end_run(database, run, {one.event: one for one in told}, now=home.clock.now())
    return told


def _events(home: Home, name: str) -> list[str]:
    found = held(home, name, listed())
    if isinstance(found, Ruling):
        raise Halted(f"{name}: {found.sentence()}", f"`turnout check {name}` tells what the session may not do")
    return [one for one, _ in found]


def _pulled(
    home: Home, settings: Config, event_id: str, *, run: int, progress: Callable[[Pulled], object] | None
) -> Pulled:
    """Pull one event in a session of its own, which is allowed to read that event's reactions."""
    own = Config(settings.kind, settings.name, {**settings.settings, EVENT: event_id})
    pulling = EventPull(home.engine, own, home.clock)
    line = line_to(home, own, run=run)

    def cycle() -> Cycle:
        for wave in pulling.cycle():
            yield wave
            if progress:
                progress(pulling.told)

    Scheduler(home.carrier, home.clock).run([(line, cycle())])
    pulling.told.calls = line.calls
    return pulling.told
