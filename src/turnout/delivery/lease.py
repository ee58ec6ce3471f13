"""The account's lease: one process delivers to an account; the file lock goes with the process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from turnout.errors import Later


@contextmanager
def leased(home: Path, account: str) -> Iterator[None]:
    """Hold the lease of an account; Later where another process holds it."""
    folder = home / "leases"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{account}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            raise Later(
                f"another process is delivering to {account!r} now", "let it end, or stop it, then run this again"
            ) from failure
        yield
