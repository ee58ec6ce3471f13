"""Words for days (TODAY, LAST_N_DAYS:n, ...) -> the first and the last day they mean, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

FIXED: Final = {"TODAY": (0, 0), "YESTERDAY": (-1, -1), "TOMORROW": (1, 1)}
"""Days from today: the first, and the last."""


def day_range(word: str, now: float) -> tuple[str, str] | None:
    """Return the days that a word means, both included; None where it is no such word."""
    name, _, number = word.partition(":")
    if number and name in ("LAST_N_DAYS", "NEXT_N_DAYS"):
        days = int(number)
        return _days(now, *((-days, 0) if name == "LAST_N_DAYS" else (1, days)))
    return None if number or name not in FIXED else _days(now, *FIXED[name])


def _days(now: float, first: int, last: int) -> tuple[str, str]:
    today = datetime.fromtimestamp(now, UTC)
    return f"{today + timedelta(days=first):%Y-%m-%d}", f"{today + timedelta(days=last):%Y-%m-%d}"
