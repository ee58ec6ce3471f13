"""The relation of beacons: one row for each request of a player, typed, with the line it came in."""

from typing import Final, Literal

from msgspec import Struct

Type = Literal["VARCHAR", "BIGINT"]


class Field(Struct, frozen=True):
    """A column: its name and type here, and the parameter of the wire it is read from ("" for what is not one).

    `scale` turns the wire's unit into ours (seconds into milliseconds).
    """

    name: str
    type: Type
    parameter: str
    meaning: str
    scale: int = 1


FIELDS: Final = (
    Field("source", "VARCHAR", "", "which source the beacon came from"),
    Field("partner", "VARCHAR", "partnerId", "Kaltura's partner"),
    Field("viewing", "VARCHAR", "sessionId", "the player's session; shared by the first two media of a page"),
    Field("entry", "VARCHAR", "entryId", "what is played: the session"),
    Field("attendee", "VARCHAR", "userId", "who plays it; empty where the beacon does not say"),
    Field("event", "VARCHAR", "virtualEventId", "the virtual event; empty where the beacon does not say"),
    Field("context", "VARCHAR", "playbackContext", "the channel it is played from, as sent"),
    Field("type", "VARCHAR", "eventType", "what happened, by number or name"),
    Field("start_s", "BIGINT", "sessionStartTime", "the collector's time when playing began, whole seconds"),
    Field("idx", "BIGINT", "eventIndex", "the number of the beacon since the player's last reset"),
    Field("play_ms", "BIGINT", "playTimeSum", "time played since the player's last reset", 1000),
    Field("position_ms", "BIGINT", "position", "where in the media", 1000),
    Field("playback", "VARCHAR", "playbackType", "live, dvr or vod"),
    Field("sound", "BIGINT", "soundMode", "1 off, 2 on"),
    Field("tab", "BIGINT", "tabMode", "1 not in focus, 2 in focus"),
    Field("screen", "BIGINT", "screenMode", "1 normal, 2 full screen"),
    Field("received_ms", "BIGINT", "", "when it was received, milliseconds since the epoch"),
    Field("raw", "VARCHAR", "", "the line as it came"),
)

KEY: Final = ("source", "partner", "viewing", "entry", "attendee")
"""What names a viewing session (facts/kaltura.md §1.6): the player's own id is not enough."""

REQUIRED: Final = ("eventType", "partnerId", "entryId", "sessionId")
"""Parameters without which a beacon cannot be placed; the player sends nothing without them."""

VIEW_TYPES: Final = ("99", "view")
PLAY_TYPES: Final = ("3", "play")
"""Each event by its number on the wire and its name in Kaltura's own reports (facts/kaltura.md §1.3)."""

PLACE_UNIT: Final = 1_000_000
"""A place is seconds times this plus the beacon's number: more than a million beacons a session never come."""

COLUMNS: Final = tuple(field.name for field in FIELDS if field.name != "raw")
"""What the metrics read: all but the raw line."""
