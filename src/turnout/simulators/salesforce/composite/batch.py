"""Up to 25 calls in one that know nothing of each other: /composite/batch."""

from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.composite.calls import Ask, call_within, list_of, plain, text_of
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.wire import Reply

MOST: Final = 25
HALTED: Final = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request parameter"}]


def batch(_org: Org, call: Call, ask: Ask) -> Reply:
    """Answer POST /composite/batch; with `haltOnError` the first failure leaves the rest undone (412)."""
    body = body_of(call)
    results: list[dict[str, Any]] = []
    bad = False
    for part in list_of(body, "batchRequests", MOST):
        if bad and body.get("haltOnError") is True:
            results.append({"statusCode": 412, "result": HALTED})
            continue
        url = text_of(part, "url").removeprefix("/").removeprefix("services/data/")
        inner = call_within(call, text_of(part, "method"), f"/services/data/{url}", body=part.get("richInput"))
        reply = ask(inner)
        call.rows += inner.rows
        bad = bad or reply.status >= 400
        results.append({"statusCode": reply.status, "result": plain(reply)})
    return json_reply({"hasErrors": bad, "results": results})
