"""Reports -> rows of cells by column: both forms of them, with the quirks of each."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from turnout.sources.kaltura.connection.calls import PAGE, api_v3, ask
from turnout.sources.kaltura.connection.rules import refusal
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Reply, Talk

DELIMITER: Final = "|"
"""Between cells, and between the values of a filter; a comma, the default, would break ids that hold one."""

TABLE_ROWS: Final = 12_000
CUSTOM_ROWS: Final = 100_000
Cells = Mapping[str, str]


class Span(Struct, frozen=True):
    """What a report is asked about: an event, from when to when (epoch seconds), and a session of it."""

    event_id: str
    since: float
    until: float
    entry_id: str = ""


class Table(Struct, frozen=True):
    """Rows of a report, and how many there are in all."""

    rows: Sequence[Cells]
    total: int


def table(report: str, span: Span, *, users: Sequence[str] = (), page: int = 1) -> Talk[Any]:
    """Return one page of a report as a Table, or the Ruling that refuses it; `users` are the only ones then."""
    fields = {**_filter(report, span, users), "pager[pageSize]": str(PAGE), "pager[pageIndex]": str(page)}
    data = yield from ask(api_v3("report", "getTable", fields))
    if isinstance(data, Ruling):
        return data
    return Table(cells(data.get("header"), data.get("data")), int(data.get("totalCount") or 0))


def total(report: str, span: Span) -> Talk[Any]:
    """Return a report's sums by column, or the Ruling that refuses it."""
    data = yield from ask(api_v3("report", "getTotal", _filter(report, span, ())))
    if isinstance(data, Ruling):
        return data
    return next(iter(cells(data.get("header"), data.get("data"))), {})


def custom(report: str, span: Span) -> Talk[Any]:
    """Return the rows of a custom report, or the Ruling that refuses it."""
    told = {
        "from_date": int(span.since),
        "to_date": int(span.until),
        **({"entry_ids": span.entry_id} if span.entry_id else {}),
        "virtualeventid": span.event_id,
    }
    params = ";".join(f"{name}={value}" for name, value in told.items())
    call = api_v3("report", "getCsvFromStringParams", {"id": report, "params": params})
    reply = yield call
    return unquoted(reply, report)


def cells(header: Any, data: Any) -> list[Cells]:
    """Return the rows of a table: a row ends with ; and there is none where the header is null."""
    if not header:
        return []
    columns = str(header).split(DELIMITER)
    rows = [row for row in str(data or "").split(";") if row]
    return [dict(zip(columns, row.split(DELIMITER), strict=False)) for row in rows]


def unquoted(reply: Reply, report: str) -> list[Cells] | Ruling:
    """Return the rows of a CSV without quotes, whose commas were made blanks, behind a byte order mark.

    A row whose cells are not as many as the columns cannot be read: the whole report is refused then, for a
    number in the wrong column would be worse than none.
    """
    if (told := refusal(reply.data())) is not None:
        return told
    try:
        text = reply.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _odd(report, "it is not UTF-8")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    columns = next(csv.reader([lines[0]], quoting=csv.QUOTE_NONE))
    found: list[Cells] = []
    for number, line in enumerate(lines[1:], 2):
        row = line.split(",")
        if len(row) != len(columns):
            return _odd(report, f"line {number} has {len(row)} cells and the header {len(columns)}")
        found.append(dict(zip(columns, row, strict=True)))
    return found


def missing(rows: Sequence[Cells], columns: Sequence[str], report: str) -> Ruling | None:
    """Return that a report has no column of a name that Turnout reads, or None where all are there."""
    absent = [name for name in columns if rows and name not in rows[0]]
    return _odd(report, f"it has no column {absent[0]!r}, but {', '.join(rows[0])}") if absent else None


def _odd(report: str, what: str) -> Ruling:
    meaning = f"report {report} has another form than Kaltura documents: {what}"
    fix = "ask your Kaltura representative what changed; until then its numbers are missing, not zero"
    return Ruling(Verdict.HALT, f"report {report}", "", meaning, fix)


def _filter(report: str, span: Span, users: Sequence[str]) -> dict[str, str]:
    told = {
        "objectType": "KalturaEndUserReportInputFilter",
        "fromDate": str(int(span.since)),
        "toDate": str(int(span.until)),
        "virtualEventIdIn": span.event_id,
        **({"entryIdIn": span.entry_id} if span.entry_id else {}),
        **({"userIds": DELIMITER.join(users)} if users else {}),
    }
    return {
        "reportType": report,
        **{f"reportInputFilter[{name}]": value for name, value in told.items()},
        "responseOptions[objectType]": "KalturaReportResponseOptions",
        "responseOptions[delimiter]": DELIMITER,
    }
