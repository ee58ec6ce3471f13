"""what players sent -> numbers: logs are sealed, sessions opened, the running state brought up to date."""

from functools import lru_cache
from typing import Final

from msgspec import Struct

from turnout.inbox.beacons import Identify
from turnout.inbox.kaltura_session import opened_session
from turnout.inbox.segments import Drained, seal_segments
from turnout.metrics.state import Refreshed, refresh
from turnout.pipeline.home import Home
from turnout.state.partners import Partners, partners

SOURCE: Final = "kaltura"
"""What the source is called whose beacons a collector takes in."""


class TakenIn(Struct, frozen=True):
    """What was new: in the logs, and in the running state."""

    drained: Drained
    refreshed: Refreshed


def take_in(home: Home) -> TakenIn:
    """Count all that the collectors have kept so far, but for the segments that are still written to."""
    identify = identification(partners(home.path, home.vault), expired=home.settings.expired_sessions == "accept")
    drained = seal_segments(home.path, home.engine, home.clock, source=SOURCE, identify=identify)
    return TakenIn(drained, refresh(home.path, home.engine, home.clock))


def identification(known: Partners, *, expired: bool) -> Identify:
    """Return what tells who a session was made for; `expired`: also when it was used after its time."""
    opened = lru_cache(100_000)(opened_session)

    def identify(ks: str, partner: str, at: float) -> tuple[str, str] | None:
        told = opened(ks, partner, known[partner]) if known.get(partner) else None
        if told is None or not told.user or (not expired and at > told.expires_at):
            return None
        return told.user, told.event

    return identify
