"""files of beacons -> chunks of clean lines: bounded in size, with what no engine could read set aside."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from turnout.errors import InputError
from turnout.inbox.access_log import beacon_line
from turnout.inbox.arrivals import Piece

CHUNK_BYTES: Final = 64 << 20
LINE_BYTES: Final = 4 << 20
MARK: Final = b"\xef\xbb\xbf"


class Chunk(Struct, frozen=True):
    """Some lines of a file, copied aside: the number of the first, how many, and the digest of their bytes.

    A line that cannot be read stands in the copy as an empty one, so that lines keep their numbers.
    """

    first: int
    lines: int
    digest: str
    unreadable: Sequence[Piece]


def chunks(file: Path, aside: Path, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """Yield a file's lines chunk by chunk; those of the current chunk stand in `aside`.

    Raises InputError where the file cannot be opened or read.
    """
    try:
        with file.open("rb") as source:
            first = 1
            while True:
                chunk = _copied(_numbered(source, file, first), aside, chunk_bytes)
                if not chunk.lines:
                    return
                yield chunk
                first += chunk.lines
    except OSError as failure:
        raise InputError(
            f"{file} cannot be read: {failure.strerror}", "check the path and its permissions"
        ) from failure
    finally:
        aside.unlink(missing_ok=True)


def _numbered(source: BinaryIO, file: Path, first: int) -> Iterator[tuple[int, bytes, Piece | None]]:
    """Yield number, line and, where it cannot be read, the piece for the quarantine."""
    number = first
    while line := source.readline(LINE_BYTES):
        if number == 1:
            line = line.removeprefix(MARK)
        while not line.endswith(b"\n") and (more := source.readline(LINE_BYTES)):
            line = line[:LINE_BYTES] + more[-1:]  # too long to be a beacon: its beginning is kept
        clean = beacon_line(line.rstrip(b"\r\n"))
        reason = _unreadable(clean)
        piece = Piece(legible(clean), f"{file.name}:{number}", reason) if reason else None
        yield number, clean.replace(b"\r", b" "), piece
        number += 1


def legible(raw: bytes) -> str:
    """Return bytes as text that any database keeps: what is no text is written as \\xNN."""
    return raw.decode(errors="backslashreplace").replace("\x00", "\\x00")


def _unreadable(line: bytes) -> str:
    if len(line) >= LINE_BYTES:
        return f"the line is longer than {LINE_BYTES} bytes"
    if b"\x00" in line or b"\x01" in line:
        return "the line holds bytes that no text has"
    try:
        line.decode()
    except UnicodeDecodeError as failure:
        return f"the line is not UTF-8 (byte {failure.start + 1})"
    return ""


def _copied(lines: Iterator[tuple[int, bytes, Piece | None]], aside: Path, chunk_bytes: int) -> Chunk:
    found, unreadable, first, count, size = sha256(), [], 0, 0, 0
    with aside.open("wb") as copy:
        for number, line, piece in lines:
            first, count = first or number, count + 1
            found.update(line + b"\n")
            size += copy.write((b"" if piece else line) + b"\n")
            if piece:
                unreadable.append(piece)
            if size >= chunk_bytes:
                break
    return Chunk(first, count, found.hexdigest(), unreadable)
