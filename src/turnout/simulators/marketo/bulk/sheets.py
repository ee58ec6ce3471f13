"""a file's text -> its header and rows, and back: comma, tab or semicolon, quoted as RFC 4180 says."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Final

from msgspec import Struct

from turnout.simulators.marketo.answers import Refused

DELIMITERS: Final[Mapping[str, str]] = {"csv": ",", "tsv": "\t", "ssv": ";"}
"""Adobe's pages call the third one space-separated in one place and semicolon-separated in three."""

MOST_CELL_CHARACTERS: Final = 1 << 24


class Sheet(Struct, frozen=True):
    """A file taken apart; every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str


def delimiter(form: str) -> str:
    """Return what stands between the cells of a format; Refused (1001) for another format."""
    found = DELIMITERS.get(form.lower())
    if found is None:
        raise Refused("1001", form, "format")
    return found


def read(content: bytes, form: str) -> Sheet:
    """Return the sheet in a file; short rows are filled up, and an empty file is Refused (1003)."""
    between = delimiter(form)
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    try:
        lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=between))
    except (UnicodeDecodeError, csv.Error):
        raise Refused("1003", text="Invalid file: it cannot be read in the format given") from None
    lines = [line for line in lines if line]
    if not lines:
        raise Refused("1003", text="Empty file")
    width = len(lines[0])
    rows = tuple(tuple([*line, *[""] * (width - len(line))][:width]) for line in lines[1:])
    return Sheet(tuple(lines[0]), rows, between)


def written(lines: Iterable[Sequence[str]], between: str) -> bytes:
    """Return lines of cells as a file."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=between, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
