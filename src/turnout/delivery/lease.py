"""The account's lease: one process delivers to an account; the file lock goes with the process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from turnout.errors import Later, SettingsError


@contextmanager
def leased(home: Path, account: str) -> Iterator[None]:
    """Hold the lease of an account; Later where another process holds it, SettingsError where no file can."""
    with _opened(home / "leases", account) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            raise Later(
                f"another process is delivering to {account!r} now", "let it end, or stop it, then run this again"
            ) from failure
        yield


def _opened(folder: Path, account: str) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / f"{quote(account, safe='')}.lock").open("w")
    except OSError as failure:
        raise SettingsError(
            f"the lease of {account!r} cannot be written in {folder}: {failure.strerror}",
            "see that the home can be written to, and that the connection has a short name",
        ) from failure
