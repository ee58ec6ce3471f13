"""Queries and their pages: /query, /queryAll, /query/01g...-2000."""

import re
from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.soql.columns import column_metadata
from turnout.simulators.salesforce.soql.run import Found, rendered, run
from turnout.wire import Reply

PAGE_ROWS: Final = 2000
LEAST_ROWS: Final = 200
CURSORS: Final = 50


def query(org: Org, call: Call) -> Reply:
    """Answer GET /query?q=."""
    return _first(org, call, deleted=False)


def query_all(org: Org, call: Call) -> Reply:
    """Answer GET /queryAll?q=, which looks into the recycle bin too."""
    return _first(org, call, deleted=True)


def more(org: Org, call: Call) -> Reply:
    """Answer GET /query/{locator}: the next page."""
    cursor, _, start = call.names["locator"].rpartition("-")
    if cursor not in org.cursors or not start.isdigit():
        raise Refusal("INVALID_QUERY_LOCATOR", "Invalid query locator", None, status=404)
    return json_reply(_page(org, call, cursor, start=int(start)))


def _first(org: Org, call: Call, *, deleted: bool) -> Reply:
    text = call.query.get("q", "")
    if not text.strip():
        raise Refusal("MALFORMED_QUERY", "A query string has to be specified", None)
    if call.query.get("columns", "").lower() == "true":
        return json_reply(column_metadata(run(org, text, deleted=deleted)))
    cursor = org.new_id("01g")
    org.cursors[cursor] = (run(org, text, deleted=deleted), _page_rows(call))
    page = _page(org, call, cursor, start=0)
    if page["done"]:
        del org.cursors[cursor]
    while len(org.cursors) > CURSORS:
        org.cursors.pop(next(iter(org.cursors)))
    return json_reply(page)


def _page_rows(call: Call) -> int:
    asked = re.search(r"batchSize=(\d+)", call.headers.get("sforce-query-options", ""), re.IGNORECASE)
    return min(PAGE_ROWS, max(LEAST_ROWS, int(asked.group(1)))) if asked else PAGE_ROWS


def _page(org: Org, call: Call, cursor: str, *, start: int) -> dict[str, Any]:
    found: Found
    found, size = org.cursors[cursor]
    version = call.names["v"]
    records = rendered(org, found, start=start, count=size, version=version)
    counting = found.grouped is None and not found.shown and not found.nested
    done = counting or start + size >= found.total
    onwards = {} if done else {"nextRecordsUrl": f"/services/data/{version}/query/{cursor}-{start + size}"}
    return {"totalSize": found.total, "done": done, **onwards, "records": records}
