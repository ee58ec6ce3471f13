"""Time, handed in: seconds since the Unix epoch, UTC, as a float."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time, and lets some of it pass."""

    def now(self) -> float:
        """Return the time in seconds since the Unix epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


class VirtualClock:
    """A clock that moves only when told to: an hour of test time takes no time."""

    def __init__(self, start: float = 1_795_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += max(0.0, seconds)

    def advance_to(self, when: float) -> None:
        """Move forward to `when`; never backwards."""
        self._now = max(self._now, when)


class ShiftedClock:
    """The machine's clock plus a shift that a control door can change."""

    def __init__(self, shift_seconds: float = 0.0) -> None:
        self.shift_seconds = shift_seconds

    def now(self) -> float:
        return time.time() + self.shift_seconds

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


def iso(seconds: float) -> str:
    """Return `seconds` as ISO 8601 in UTC with milliseconds, e.g. 2026-11-21T10:00:00.000Z."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def instant(text: str) -> float:
    """Return the seconds that an ISO 8601 text stands for; no zone means UTC.

    Raises ValueError where the text is no date.
    """
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
