"""rendered rows -> batches: by group, by rows and by bytes; one person's rows stay together where they fit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from turnout.destinations.kit import Row, Writer


def batches(writer: Writer, rows: Iterable[Row]) -> list[list[Row]]:
    """Return the batches to send, groups in sorted order; a row too large for a batch stands alone."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[writer.group(row.change)].append(row)
    return [batch for group in sorted(groups) for batch in _filled(writer, groups[group])]


def _filled(writer: Writer, rows: Sequence[Row]) -> Iterable[list[Row]]:
    batch: list[Row] = []
    size = 0
    for together in _by_person(writer, rows):
        grown = size + sum(row.size_bytes for row in together)
        if batch and (len(batch) + len(together) > writer.rows or grown > writer.bytes):
            yield batch
            batch, grown = [], sum(row.size_bytes for row in together)
        batch, size = batch + together, grown
    if batch:
        yield batch


def _by_person(writer: Writer, rows: Sequence[Row]) -> Iterable[list[Row]]:
    """Yield one person's rows together, in pieces that fit a batch."""
    people: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        people[row.change.key.person].append(row)
    for theirs in people.values():
        piece: list[Row] = []
        size = 0
        for row in theirs:
            if piece and (len(piece) == writer.rows or size + row.size_bytes > writer.bytes):
                yield piece
                piece, size = [], 0
            piece.append(row)
            size += row.size_bytes
        yield piece


def halves(batch: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return a batch split in two."""
    middle = len(batch) // 2
    return list(batch[:middle]), list(batch[middle:])
