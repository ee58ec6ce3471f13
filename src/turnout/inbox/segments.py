"""segments of the collectors' logs -> sealed parts: each once, however often this is killed and begun again."""

from pathlib import Path
from typing import Final

from msgspec import Struct
from sqlalchemy import Engine

from turnout.clock import Clock
from turnout.disk import alone, sync_folder
from turnout.inbox.beacons import Identify, stated, take_beacons
from turnout.inbox.log import complete_segments

FOLDER: Final = "log"
"""The folder of the collectors' logs in a home."""


class Drained(Struct, frozen=True):
    """What a look at the logs took in: segments, beacons that were new, and pieces that went to the quarantine.

    `oldest_at` and `newest_at` are when the first and the last of the beacons were received; 0 where there are none.
    """

    segments: int
    beacons: int
    quarantined: int
    oldest_at: float = 0.0
    newest_at: float = 0.0


def seal_segments(home: Path, engine: Engine, clock: Clock, *, source: str, identify: Identify = stated) -> Drained:
    """Seal all segments that nobody writes to any more, and remove each once its part is in the database.

    A segment that was sealed, and not yet removed when the process was killed, is known by its lines.
    """
    folder = home / FOLDER
    segments = beacons = quarantined = 0
    spans: list[tuple[float, float]] = []
    if not folder.exists():
        return Drained(0, 0, 0)
    with alone(home / "log.lock"):
        for segment in complete_segments(folder):
            for taken in take_beacons(home, engine, segment, source=source, now=clock.now(), identify=identify):
                beacons += taken.new
                quarantined += len(taken.quarantined)
                spans += [taken.span] if taken.new else []
            segment.unlink()
            segments += 1
        if segments:
            sync_folder(folder)
    oldest, newest = min((one for one, _ in spans), default=0.0), max((one for _, one in spans), default=0.0)
    return Drained(segments, beacons, quarantined, oldest, newest)
