"""bytes of CSV <-> rows of cells, as strictly as Bulk API 2.0 reads them, each fault failing the whole job."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

from turnout.simulators.salesforce.bulk.job import Cells

MAX_COLUMNS: Final = 5_000
UNESCAPED: Final = (
    "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote"
)


class Unusable(Exception):
    """The file cannot be read: the job fails with this message, and no row is touched."""


def read(content: bytes, mark: str, line_ending: str) -> tuple[Cells, list[Cells]]:
    """Return the header and the rows; raises Unusable. A byte order mark is not skipped: it is data."""
    try:
        text = content.decode()
    except UnicodeDecodeError as problem:
        raise Unusable(f"InvalidBatch : Failed to parse CSV. The file is not UTF-8: {problem.reason}") from None
    _checked_endings(text, line_ending)
    _checked_quotes(text, mark)
    lines = [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if cells]
    if not lines:
        raise Unusable("InvalidBatch : Failed to parse CSV. The file has no header")
    header, rows = lines[0], lines[1:]
    if len(header) > MAX_COLUMNS:
        raise Unusable(f"InvalidBatch : Failed to parse CSV. Maximum number of fields is {MAX_COLUMNS}")
    for number, cells in enumerate(rows, 2):
        if len(cells) != len(header):
            words = f"Expected: {len(header)}, found: {len(cells)}"
            raise Unusable(f"InvalidBatch : Failed to parse CSV. Wrong number of columns in row {number}. {words}")
    return header, rows


def _checked_endings(text: str, line_ending: str) -> None:
    """Every line break counts, also one within a value."""
    pairs = text.count("\r\n")
    wrong = pairs if line_ending == "LF" else text.count("\n") - pairs
    if wrong:
        words = f"LineEnding is invalid on user data. Current LineEnding setting is {line_ending}"
        raise Unusable(f"ClientInputError : {words}")


def _checked_quotes(text: str, mark: str) -> None:
    if '"' not in text:
        return
    plain = rf'[^"\r\n{re.escape(mark)}]*+'
    pattern = rf'(?:(?:"(?:[^"]++|"")*+"|{plain})(?:{re.escape(mark)}|\r?\n|\Z))*+'
    match = re.match(pattern, text)
    if match is None or match.end() < len(text):
        raise Unusable(UNESCAPED)


def written(header: Iterable[str], rows: Iterable[Iterable[str]], *, mark: str, ending: str) -> bytes:
    """Return rows as Salesforce writes them: every cell in quotes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
