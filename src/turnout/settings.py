"""The settings of a home: one TOML file, every setting with a default."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from turnout.errors import SettingsError

FILE = "settings.toml"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What an administrator may choose for all connections; seconds unless the name says otherwise.

    `user_id_as_email`: a user id that is an e-mail address counts as one where the source gives none.
    `derive_statuses`: who has facts but no status gets one from what they did.
    `keep_attended`: who un-registers after having attended stays attended.
    `winner`: whether reports or beacons win where both tell of one attendee and session; `ended` lets reports
    win once the event is over. `settle`: how long a session must be quiet before what is written once about it
    may go. `late_percent`: a change of delivered counts and rates below so many percent waits. `late_minutes`: a
    change of minutes below so many waits too. `late_window`: how long after the last write such a change waits, and
    goes then whatever its size. `patience`: how long a sync waits for what is due soon.
    `unsure`: how long a call may still act after its answer was lost; 0 takes what the vendor documents.
    `target_life`: how long a look at a campaign or program, its statuses and objects holds.
    """

    user_id_as_email: bool = True
    derive_statuses: bool = True
    keep_attended: bool = True
    winner: Literal["ended", "reports", "beacons"] = "ended"
    patience: float = 300.0
    settle: float = 1800.0
    late_percent: float = 5.0
    late_minutes: float = 1.0
    late_window: float = 86_400.0
    unsure: float = 0.0
    target_life: float = 3600.0
    expired_sessions: Literal["accept", "refuse"] = "accept"  # whether an expired Kaltura session names its user
    keep_beacons_days: int = 0  # how long sealed beacons are kept; 0: for good
    collector_body_bytes: int = 262_144  # a larger body of a beacon is answered 413
    collector_body_seconds: float = 10.0  # a body that takes longer to come is answered 408
    collector_client_rate: int = 2_000  # beacons a second from one address, for each process; 0: no bound
    collector_stranger_rate: int = 10  # beacons a second whose partner cannot be read, for each process
    collector_behind_proxy: bool = False  # a proxy in front names the client's address in x-forwarded-for
    collector_segment_seconds: float = 5.0  # how long a segment of a collector's log grows before it is counted
    database: str = ""  # an SQLAlchemy URL; empty: turnout.db in the home


def settings(home: Path) -> Settings:
    """Return a home's settings; SettingsError names what is wrong in the file."""
    file = home / FILE
    if not file.exists():
        return Settings()
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError, OSError) as failure:
        raise SettingsError(f"{file}: {failure}", "mend the line, or remove the file to have the defaults") from failure
