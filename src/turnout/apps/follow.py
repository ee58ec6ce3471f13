"""Numbers as they come: who changed since the last look, and how old what is new was at each hop."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from turnout.apps.face import OUT, Face, table
from turnout.clock import iso
from turnout.metrics.engine import measured
from turnout.metrics.rows import MetricRow
from turnout.metrics.values import numbers
from turnout.pipeline.home import Home, home
from turnout.pipeline.intake import lags, take_in

SHOWN_ROWS: Final = 20
SHOWN: Final = {
    "plays": "plays",
    "vod": "vod_minutes_viewed",
    "live": "live_minutes_viewed",
    "ratio": "combined_live_engaged_users_play_time_ratio",
}


def followed(face: Face, event: str, every: float) -> int:
    """Print what changed, look by look, until Ctrl-C."""
    with home(face.home) as opened:
        for told in looks(opened, event):
            if told["rows"]:
                _tell(face, told)
            opened.clock.sleep(every)
    return 0


def looks(opened: Home, event: str = "") -> Iterator[dict[str, Any]]:
    """Yield, for each look, what is new: the rows of attendees whose numbers changed, and the lag at each hop.

    The first look tells what it counts itself, the others all that was counted since, also by another process.
    """
    shown: int | None = None
    while True:
        taken = take_in(opened)
        rows: list[MetricRow] = []
        since = taken.refreshed.step - bool(taken.refreshed.sessions) if shown is None else shown
        if taken.refreshed.step > since:
            rows = measured(opened.path, opened.engine, event or None, since=since).rows
        shown = taken.refreshed.step
        now = opened.clock.now()
        told = [_told(row) for row in sorted(rows, key=lambda row: (-row.last_at, row.user, row.entry_id))]
        yield {"at": iso(now), "beacons": taken.refreshed.beacons, "lag": lags(taken, now), "rows": told}


def _told(row: MetricRow) -> dict[str, Any]:
    """Return an attendee's numbers so far, of what players tell; completion waits for the record."""
    found = numbers(row.parts, {"player"}, duration_known=False)
    return {
        "event_id": row.event_id,
        "entry_id": row.entry_id,
        "user": row.user,
        "channel_id": row.channel_id,
        "last_at": iso(row.last_at),
        **{name: value for name, value in found.items() if value is not None},
    }


def _tell(face: Face, told: dict[str, Any]) -> None:
    if face.json:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        return
    rows = told["rows"]
    shown = [
        (row["user"], row["event_id"], row["entry_id"], *(row.get(name) for name in SHOWN.values()))
        for row in rows[:SHOWN_ROWS]
    ]
    OUT.print(table(f"{told['at']}: {len(rows)} rows changed", ("who", "event", "session", *SHOWN), shown))
    if told["lag"]:
        OUT.print("seconds: " + ", ".join(f"{hop} {seconds:g}" for hop, seconds in told["lag"].items()))
