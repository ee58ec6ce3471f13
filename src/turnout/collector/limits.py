"""What a collector bears from outside: whom it knows, how much a request may hold, how many a second."""

from typing import Final

from msgspec import Struct

MOST_CLIENTS: Final = 100_000


class Limits(Struct, frozen=True):
    """The bounds of one collector process; seconds and bytes.

    `client_rate` bounds the requests a second of one client's address (many viewers may share one),
    `stranger_rate` those of which nobody can read the partner; 0: no bound.
    `backlog_bytes` bounds what waits for the disk; `forwarded` says that a proxy in front names the client.
    """

    partners: frozenset[str] = frozenset()
    body_bytes: int = 262_144
    url_bytes: int = 16_384
    body_seconds: float = 10.0
    client_rate: int = 2_000
    stranger_rate: int = 10
    backlog_bytes: int = 64 << 20
    forwarded: bool = False


class Rates:
    """Counts by name within the current second."""

    def __init__(self) -> None:
        self._second, self._counts = 0, dict[str, int]()

    def exceeded(self, name: str, most: int, now: float) -> bool:
        """Count one more for `name`, and return whether that is more than `most` in this second (0: no bound)."""
        if not most:
            return False
        if int(now) != self._second or len(self._counts) > MOST_CLIENTS:
            self._second, self._counts = int(now), {}
        count = self._counts.get(name, 0) + 1
        self._counts[name] = count
        return count > most
