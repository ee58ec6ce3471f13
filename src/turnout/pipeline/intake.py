"""what players sent -> numbers: logs are sealed, sessions opened, the running state brought up to date."""

from functools import lru_cache
from typing import Final

from msgspec import Struct

from turnout.inbox.beacons import Identify
from turnout.inbox.compaction import compact
from turnout.inbox.kaltura_session import opened_session
from turnout.inbox.segments import Drained, seal_segments
from turnout.metrics.state import Refreshed, refresh
from turnout.pipeline.home import Home
from turnout.state.partners import Partners, partners

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
