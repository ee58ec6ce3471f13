"""lines of CSV -> rows: quoted cells may go over lines, and a quote that nobody closed costs one line."""

import csv
from collections.abc import Iterator, Sequence
from typing import Final

from turnout.errors import InputError
from turnout.sources.given import Given, checked, refused
from turnout.sources.schemas import Schema

DELIMITERS: Final = ",;\t"
RECORD_LINES: Final = 2_000
"""A record that goes on for more lines than this has a quote that nobody closed."""


def csv_rows(lines: Iterator[str], name: str, schema: Schema) -> Iterator[Given]:
    """Yield the rows below the header, which names the columns in any order; unknown ones are kept.

    Raises InputError where the header lacks a required column.
    """
    pending = _Pending(lines)
    first = "\n"
    while first and not first.strip():
        first = pending.take()
    delimiter = max(DELIMITERS, key=first.count)
    header = [_column(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
    if missing := sorted(schema.required - set(header)):
        raise InputError(
            f"{name} has no column {', '.join(missing)}: its first line is {first.strip()[:80]!r}",
            f"see `turnout ingest {schema.kind} --template` for the columns",
        )
    while True:
        block = _block(pending)
        number = pending.number - len(block)
        if not block:
            return
        records = _records(block, delimiter, len(header))
        if records is None:
            pending.give_back(block[1:])
            yield _alone(block[0], f"{name}:{number}", delimiter, header=header)
            continue
        for cells in records:
            yield checked(Given(f"{name}:{number}", dict(zip(header, cells, strict=True)), delimiter.join(cells)))


class _Pending:
    """Lines that can be given back; `number` is that of the next."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.number = 1

    def take(self) -> str:
        line = self._back.pop() if self._back else next(self._lines, "")
        self.number += bool(line)
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        self._back.extend(reversed(lines))
        self.number -= len(lines)


def _column(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_").replace("-", "_")


def _block(pending: _Pending) -> list[str]:
    """Return the next line, with those that its open quote takes in; nothing at the end."""
    line = pending.take()
    while line and not line.strip():
        line = pending.take()
    block, quotes = [line], line.count('"')
    while quotes % 2 and len(block) < RECORD_LINES and (line := pending.take()):
        block.append(line)
        quotes += line.count('"')
    return block if block[0] else []


def _records(block: Sequence[str], delimiter: str, width: int) -> list[list[str]] | None:
    """Return the records of some lines, or None where they do not fit the header."""
    try:
        records = [cells for cells in csv.reader(block, delimiter=delimiter, strict=True) if cells]
    except csv.Error:
        return None
    return records if all(len(cells) == width for cells in records) else None


def _alone(line: str, origin: str, delimiter: str, *, header: Sequence[str]) -> Given:
    """Return what a line says by itself, since with its neighbours it fits no header."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as failure:
        return refused(origin, line, f"the row is no CSV ({failure})")
    if len(cells) != len(header):
        return refused(origin, line, f"the row has {len(cells)} cells, and the header {len(header)}")
    return checked(Given(origin, dict(zip(header, cells, strict=True)), line))
