"""CSV as bulk jobs write and read it: UTF-8 without a mark, an empty cell leaves a field, #N/A clears it."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any, Final

from turnout.wire import Reply

Sheet = Mapping[str, Any]
"""One line by its columns' names; or a payload."""

NULL: Final = "#N/A"
PIECE_CHARACTERS: Final = 262_144


def pieces(names: Sequence[str], payloads: Iterable[Sheet]) -> Iterator[bytes]:
    """Yield a sheet of payloads, a quarter of a megabyte at a time; the header names the columns."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["Id" if name == "id" else name for name in names])
    for payload in payloads:
        writer.writerow([cell(payload[name]) if name in payload else "" for name in names])
        if buffer.tell() >= PIECE_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def cell(value: Any) -> str:
    """Return a value as a cell; a text that is itself the mark of a null gets a blank, which Salesforce trims."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value} " if value == NULL else str(value)


def read(reply: Reply) -> Iterator[dict[str, str]]:
    """Yield the lines of a result; none where the result is not there any more."""
    if reply.status == 200:
        yield from csv.DictReader(TextIOWrapper(BytesIO(reply.body), "utf-8-sig", newline=""))
