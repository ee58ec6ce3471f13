"""What happens at an event, as values: sessions, who watches how, what people do, polls and answers."""

from typing import Any, Final

from msgspec import Struct, field

LEVELS: Final = ("no", "low", "fair", "good", "high")
STATES: Final = {
    "SoundOffTabNotFocused": "no",
    "SoundOffTabNotFocusedFullScreenOff": "no",
    "SoundOffTabNotFocusedFullScreen": "no",
    "SoundOffTabFocused": "low",
    "SoundOffTabFocusedFullScreenOff": "low",
    "SoundOffTabFocusedFullScreen": "low",
    "SoundOnTabNotFocused": "fair",
    "SoundOnTabNotFocusedFullScreenOff": "fair",
    "SoundOnTabNotFocusedFullScreen": "fair",
    "SoundOnTabFocused": "good",
    "SoundOnTabFocusedFullScreenOff": "good",
    "SoundOnTabFocusedFullScreen": "high",
}
"""The twelve states of a player and the level that each counts to (the server's filters)."""
STATE_OF: Final = {
    "no": "SoundOffTabNotFocusedFullScreenOff",
    "low": "SoundOffTabFocusedFullScreenOff",
    "fair": "SoundOnTabNotFocusedFullScreenOff",
    "good": "SoundOnTabFocusedFullScreenOff",
    "high": "SoundOnTabFocusedFullScreen",
    "engaged": "TabFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage",
    "not": "TabNotFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage",
}
"""A state for each level of a player, and for a room's engaged and not engaged."""

VIEW_SECONDS: Final = 10.0
"""A player and a room tell every ten seconds that somebody is there."""


class Session(Struct, frozen=True):
    """A session of an event, with its entry: `type` live, vod or room; times in seconds, length in milliseconds."""

    entry_id: str
    name: str
    type: str = "live"
    duration_ms: int = 0
    starts_at: float = 0.0
    ends_at: float = 0.0


class Channel(Struct, frozen=True):
    """A channel: a category in which entries are shown."""

    id: int
    name: str


class Event(Struct, frozen=True):
    """A virtual event; `app_guid` is its application, to which user profiles belong."""

    id: int
    name: str
    starts_at: float
    ends_at: float
    created_at: float
    app_guid: str
    sessions: tuple[Session, ...] = ()
    channels: tuple[Channel, ...] = ()
    form: Any = None


class Stretch(Struct):
    """Time that somebody spends in one state, evenly: `kind` live, vod or room; `opens` counts as a play."""

    user: str
    event: int
    entry: str
    kind: str
    channel: str
    level: str
    at: float
    seconds: float
    position: float = 0.0
    opens: bool = False


class Deed(Struct):
    """Something that somebody does: a reaction, a message, a raised hand; `seconds` where it lasts."""

    user: str
    event: int
    entry: str
    kind: str
    at: float
    value: str = ""
    seconds: float = 0.0


class Poll(Struct):
    """A poll: `visual` is rating scale or crowd vote, or empty; no `options` make an open question."""

    id: str
    event: int
    entry: str
    question: str
    launched_at: float
    options: list[str] = field(default_factory=list)
    visual: str = ""
    icon: str = ""
    multiple: bool = False
    correct: int = -1
    group_id: str = ""
    group_name: str = ""

    @property
    def kind(self) -> str:
        """Return Kaltura's word for the poll's type."""
        return "OptionsPoll" if self.options else "OpenAnswers"


class Vote(Struct):
    """An answer to a poll: indexes of options, or a text."""

    user: str
    poll: str
    at: float
    options: list[int] = field(default_factory=list)
    text: str = ""
