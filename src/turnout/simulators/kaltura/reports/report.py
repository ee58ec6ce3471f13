"""Service report: tables and totals as delimited text with its losses, pages, caps, and files of CSV."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.actions import Action, Asked, number
from turnout.simulators.kaltura.api.answers import File
from turnout.simulators.kaltura.api.listing import PAGER, page
from turnout.simulators.kaltura.reports.columns import Report
from turnout.simulators.kaltura.reports.measures import Scope
from turnout.simulators.kaltura.reports.tables import Cells, found, friendly, gone, header, shown, table, totals

BOM: Final = b"\xef\xbb\xbf"
MANY: Final[Mapping[str, str]] = {
    "entryIdIn": "entries",
    "eventSessionContextIdIn": "entries",
    "contextIdIn": "entries",
    "userIds": "users",
    "virtualEventIdIn": "events",
    "playbackContextIdsIn": "channels",
    "playbackTypeIn": "kinds",
}
"""The filters that take several values, and what of the scope they limit."""
FILTER: Final = ("objectType", "fromDate", "toDate", "fromDay", "toDay", "timeZoneOffset", "interval", *MANY)
OPTIONS: Final = ("objectType", "delimiter", "skipEmptyDates", "useFriendlyHeadersNames")
COMMON: Final = (
    "reportType",
    *(f"reportInputFilter[{name}]" for name in FILTER),
    *(f"responseOptions[{name}]" for name in OPTIONS),
)


def get_table(asked: Asked) -> Any:
    """Return one page of a report; without any data the header is null."""
    report = found(asked.account, asked.required("reportType"))
    scope = scope_of(asked)
    rows = table(asked.account, report, scope, order=asked.text("order"))
    start, size = page(asked)
    shown_rows = rows[: asked.account.settings.table_rows][start : start + size]
    mark = delimiter(asked)
    return {
        "header": mark.join(names(asked, report, report.columns)) if shown_rows else None,
        "data": "".join(f"{_joined(asked, report, cells, mark=mark)};" for cells in shown_rows) or None,
        "totalCount": len(rows),
        "objectType": "KalturaReportTable",
    }


def get_total(asked: Asked) -> Any:
    """Return the totals of a report: one row, nothing after it."""
    report = found(asked.account, asked.required("reportType"))
    mark = delimiter(asked)
    return {
        "header": mark.join(names(asked, report, report.totals)),
        "data": mark.join(shown(value) for value in totals(asked.account, report, scope_of(asked))),
        "objectType": "KalturaReportTotal",
    }


def get_url(asked: Asked) -> Any:
    """Make a file of a report, and return where it is."""
    report = found(asked.account, asked.required("reportType"))
    scope = scope_of(asked)
    rows = table(asked.account, report, scope, order=asked.text("order"))[: asked.account.settings.csv_rows]
    columns = asked.required("headers").split(",")
    left_out = gone(asked.account, report.id, report.columns)
    lines = [
        [asked.required("reportTitle")],
        [asked.required("reportText")],
        [],
        columns,
        *([shown(cell) for place, cell in enumerate(cells) if place not in left_out] for cells in rows),
    ]
    name = f"{asked.account.random.getrandbits(64):016x}.csv"
    asked.account.files[name] = csv(lines)
    return f"{asked.origin}/api_v3/service/report/action/serve/id/{name}"


def serve(asked: Asked) -> Any:
    """Return a file that was made."""
    name = asked.required("id")
    if name not in asked.account.files:
        raise Refused("REPORT_NOT_FOUND", name)
    return File(asked.account.files[name])


def names(asked: Asked, report: Report, columns: Sequence[str]) -> list[str]:
    """Return a report's header, as it is asked for."""
    return friendly(header(asked.account, report.id, columns), asked.inner("responseOptions"))


def scope_of(asked: Asked) -> Scope:
    """Return what a report is about, from its filter; INVALID_PARAMS without a time."""
    given = asked.inner("reportInputFilter")
    since, until = _span(given)
    mark = delimiter(asked)
    many: dict[str, frozenset[str]] = {}
    for name, limited in MANY.items():
        if given.get(name):
            values = frozenset(part.strip() for part in str(given[name]).split(mark))
            many[limited] = many[limited] & values if limited in many else values
    return Scope(max(since, asked.account.reported_from()), min(until, asked.account.known_until(asked.now)), **many)


def delimiter(asked: Asked) -> str:
    """Return what stands between cells, and between the values of a filter."""
    return str(asked.inner("responseOptions").get("delimiter") or ",")


def csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Return lines as the server's CSV: with its mark, and commas in values lost, since nothing is quoted."""
    text = "".join(",".join(cell.replace(",", " ") for cell in line) + "\n" for line in lines)
    return BOM + text.encode()


def _joined(asked: Asked, report: Report, cells: Cells, *, mark: str) -> str:
    left_out = gone(asked.account, report.id, report.columns)
    return mark.join(
        shown(cell).replace(mark, " ").replace(";", " ") for place, cell in enumerate(cells) if place not in left_out
    )


def _span(given: Mapping[str, Any]) -> tuple[float, float]:
    """Return from when until when, in seconds: dates as they are, days by the offset (minutes behind UTC)."""
    offset = timedelta(minutes=number(given.get("timeZoneOffset"), "timeZoneOffset", 0))
    if given.get("fromDate") and given.get("toDate"):
        return float(number(given["fromDate"], "fromDate", 0)), float(number(given["toDate"], "toDate", 0)) + 1
    if given.get("fromDay") and given.get("toDay"):
        first, last = (_day(str(given[name]), name) for name in ("fromDay", "toDay"))
        return (first + offset).timestamp(), (last + offset + timedelta(days=1)).timestamp()
    raise Refused("INVALID_PARAMS", "fromDate and toDate, or fromDay and toDay")


def _day(text: str, name: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("INVALID_PARAMS", name) from None


TABLE: Final = (*COMMON, *PAGER, "order")
ACTIONS: Final = (
    Action("report", "getTable", get_table, TABLE, "admin", "ANALYTICS_BASE"),
    Action("report", "getTotal", get_total, COMMON, "admin", "ANALYTICS_BASE"),
    Action(
        "report",
        "getUrlForReportAsCsv",
        get_url,
        (*TABLE, "reportTitle", "reportText", "headers", "dimension"),
        "admin",
        "ANALYTICS_BASE",
    ),
    Action("report", "serve", serve, ("id",), "open"),
)
