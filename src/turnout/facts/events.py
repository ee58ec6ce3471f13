"""An event, its sessions and channels, as a file or a source describes them."""

from msgspec import Struct

from turnout.clock import instant


class SessionPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A session of an event: live or vod; `duration_ms` 0 means that it is not known."""

    entry_id: str
    name: str
    type: str = "live"
    duration_ms: int = 0


class ChannelPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A channel (Kaltura's category) from which sessions are played."""

    id: int
    name: str


class EventPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A virtual event; its times are ISO 8601 texts, as in the file."""

    id: str
    name: str
    starts_at: str
    ends_at: str
    source: str = "kaltura"
    sessions: tuple[SessionPlan, ...] = ()
    channels: tuple[ChannelPlan, ...] = ()

    @property
    def starts(self) -> float:
        """Return the start in seconds since the epoch."""
        return instant(self.starts_at)

    @property
    def ends(self) -> float:
        """Return the end in seconds since the epoch."""
        return instant(self.ends_at)
