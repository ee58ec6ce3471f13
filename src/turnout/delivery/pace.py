"""Pace: the limits, what was sent and answered, and the time -> now, or later with the reason."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from turnout.destinations.kit import Limits


class Opening(Struct, frozen=True):
    """When the next call may leave: `at` 0 for now, infinite for "when an answer is in"; and why not now."""

    at: float = 0.0
    why: str = ""


NOW = Opening()
DAY_SECONDS: Final = 86_400.0


class Pace:
    """One account's pace. A slot of the window is free again a window after the *reply*, which is when it may count.

    Where the account counts by the day as well, no 24 hours hold more than the share of a day's calls: that holds
    for its calendar day too, wherever its midnight is.
    """

    def __init__(self, limits: Limits, share_percent: float) -> None:
        share = min(max(share_percent, 1.0), 100.0) / 100.0
        self.limits = limits
        self.calls = max(1, int(limits.calls * share))
        self.concurrent = max(1, int(limits.concurrent * share))
        self.daily = int(limits.daily * share) if limits.window_seconds < DAY_SECONDS else 0
        self._day: deque[float] = deque()
        self._answered: deque[float] = deque()
        self._flying = 0
        self._paused_until = 0.0
        self._why = ""

    def opening(self, now: float) -> Opening:
        """Return when the next call may leave."""
        if self._paused_until > now:
            return Opening(self._paused_until, self._why)
        while self._answered and self._answered[0] <= now - self.limits.window_seconds:
            self._answered.popleft()
        if self._flying >= self.concurrent:
            return Opening(float("inf"), f"{self.concurrent} calls are on their way already")
        if self._flying + len(self._answered) >= self.calls:
            oldest = self._answered[0] + self.limits.window_seconds if self._answered else float("inf")
            return Opening(oldest, f"{self.calls} calls in {self.limits.window_seconds:g} s are what is granted")
        return self._opening_today(now)

    def _opening_today(self, now: float) -> Opening:
        while self._day and self._day[0] <= now - DAY_SECONDS:
            self._day.popleft()
        if not self.daily or self._flying + len(self._day) < self.daily:
            return NOW
        oldest = self._day[0] + DAY_SECONDS if self._day else float("inf")
        return Opening(oldest, f"{self.daily} calls a day are what is granted")

    @property
    def memory_seconds(self) -> float:
        """Return for how long past calls count."""
        return DAY_SECONDS if self.daily else self.limits.window_seconds

    def recall(self, answered: Iterable[float]) -> None:
        """Count calls that another process made, by the times of their answers."""
        made = list(answered)
        self._answered = deque(sorted((*self._answered, *made)))
        if self.daily:
            self._day = deque(sorted((*self._day, *made)))

    def sent(self) -> None:
        """A call left."""
        self._flying += 1

    def answered(self, now: float) -> None:
        """A call was answered, or given up."""
        self._flying -= 1
        self._answered.append(now)
        if self.daily:
            self._day.append(now)

    def pause(self, until: float, why: str) -> None:
        """The account asked to wait."""
        if until > self._paused_until:
            self._paused_until, self._why = until, why
