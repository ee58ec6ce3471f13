"""lines -> segments: each collector's own log, on the disk before anyone is told so."""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from turnout.disk import sync_folder
from turnout.errors import Later

SEGMENT_BYTES: Final = 64 << 20
SEGMENT_SECONDS: Final = 5.0
OPEN, DONE, MADE = ".open", ".lines", ".new"
"""The endings of a segment that is written to, of one that is complete, and of one that is only being made."""


class Log:
    """The log of one writer: segments that only it writes to, locked as long as it lives.

    A segment is complete once it is large or old enough. One whose writer died is found by its lock being free.
    """

    def __init__(
        self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, segment_seconds: float = SEGMENT_SECONDS
    ) -> None:
        self._folder, self._segment_bytes, self._segment_seconds = folder, segment_bytes, segment_seconds
        self._writer, self._seq = uuid4().hex[:16], 0
        self._file, self._path = -1, folder
        self._size, self._since = 0, 0.0

    def write(self, lines: Sequence[bytes], now: float) -> None:
        """Put lines, each with its newline, on the disk.

        They are there when this returns. Raises Later where they are not: then none of them counts as kept, and
        the next try begins a new segment.
        """
        try:
            if self._file < 0:
                self._begin(now)
            _write_all(self._file, b"".join(lines))
            os.fdatasync(self._file)
        except OSError as failure:
            self._give_up()
            raise Later(f"the log cannot be written: {failure.strerror}", "free disk space") from failure
        self._size += sum(map(len, lines))
        self.rotate(now)

    def rotate(self, now: float) -> None:
        """Complete the segment if it is large or old enough."""
        if self._size and (self._size >= self._segment_bytes or now - self._since >= self._segment_seconds):
            self.close()

    def close(self) -> None:
        """Complete the segment, if any."""
        if self._file >= 0:
            with suppress(OSError):  # a segment that keeps its name is found by its free lock
                if self._size:
                    self._path.rename(self._path.with_suffix(DONE))
                else:
                    self._path.unlink()
                sync_folder(self._folder)
            os.close(self._file)
        self._file, self._size = -1, 0

    def _begin(self, now: float) -> None:
        """Make a segment that is locked before anyone can find it, and known to the disk before it is written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._seq += 1
        made = self._folder / f"{self._writer}-{self._seq:08d}{MADE}"
        file = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._file, self._path, self._since, self._size = file, made.with_suffix(OPEN), now, 0
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made.rename(self._path)
        sync_folder(self._folder)

    def _give_up(self) -> None:
        """Cut off what was not written whole, and complete the segment with what it had before."""
        if self._file >= 0:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
                os.fsync(self._file)
        self.close()


def complete_segments(folder: Path) -> list[Path]:
    """Return the segments that nobody writes to any more, the oldest first; those of dead writers are completed."""
    for path in folder.glob(f"*{OPEN}"):
        if _abandoned(path):
            path.rename(path.with_suffix(DONE))
    return sorted(folder.glob(f"*{DONE}"), key=lambda path: (path.stat().st_mtime, path.name))


def _abandoned(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False  # its writer completed it just now
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return path.exists()


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
