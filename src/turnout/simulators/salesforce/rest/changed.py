"""What changed of an object in a span of time: /sobjects/T/updated and /sobjects/T/deleted."""

from turnout.clock import instant
from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.times import datetime_text
from turnout.wire import Reply


def updated(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T/updated?start=&end=: the ids of records that were written in between."""
    sobject = org.visible(call.names["object"])
    start, end = _span(call)
    rows = org.table(sobject.name).rows.values()
    found = [row["Id"] for row in rows if start <= row["SystemModstamp"] < end]
    return json_reply({"ids": found, "latestDateCovered": min(end, org.now_text)})


def deleted(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T/deleted?start=&end=: the records that were deleted in between."""
    sobject = org.visible(call.names["object"])
    start, end = _span(call)
    gone = [row for row in org.table(sobject.name).gone.values() if start <= row["SystemModstamp"] < end]
    listed = [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in gone]
    covered = {"earliestDateAvailable": datetime_text(0), "latestDateCovered": min(end, org.now_text)}
    return json_reply({"deletedRecords": listed, **covered})


def _span(call: Call) -> tuple[str, str]:
    try:
        start, end = (datetime_text(instant(call.query[name].replace(" ", "+"))) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise Refusal("MALFORMED_QUERY", "start and end must be dates, e.g. 2026-11-21T10:00:00Z", None) from None
    if start >= end:
        raise Refusal("INVALID_REPLICATION_DATE", "startDate must be before endDate", None)
    return start, end
