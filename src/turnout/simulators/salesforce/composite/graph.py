"""Many small composite requests in one, each all or none: /composite/graph."""

from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.composite.calls import Ask, list_of, text_of
from turnout.simulators.salesforce.composite.composite import Run, checked, halted
from turnout.simulators.salesforce.composite.references import names_in
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.wire import Reply

MOST_GRAPHS: Final = 75
MOST_NODES: Final = 500
MOST_DEPTH: Final = 15
MOST_KINDS: Final = 15
MOST_FAILED: Final = 14


def graph(org: Org, call: Call, ask: Ask) -> Reply:
    """Answer POST /composite/graph; after 14 graphs that failed the rest is not tried."""
    graphs = list_of(body_of(call), "graphs", MOST_GRAPHS)
    named = [text_of(one, "graphId") for one in graphs]
    parts = [list_of(one, "compositeRequest", MOST_NODES) for one in graphs]
    if len(set(named)) < len(named) or sum(map(len, parts)) > MOST_NODES:
        raise Refusal("LIMIT_EXCEEDED", f"graph ids must differ, and all graphs have at most {MOST_NODES} nodes", None)
    for each in parts:
        checked(each)
        _measured(each)
    failed, shown = 0, []
    for name, each in zip(named, parts, strict=True):
        if failed >= MOST_FAILED:
            answers, well = [halted(part["referenceId"], "Too many graphs failed") for part in each], False
        else:
            answers, well = Run(org, call, ask).all(each, all_or_none=True)
        failed += not well
        shown.append({"graphId": name, "graphResponse": {"compositeResponse": answers}, "isSuccessful": well})
    return json_reply({"graphs": shown})


def _measured(parts: list[dict[str, Any]]) -> None:
    """Refuse a graph that is too deep or has too many kinds of nodes: a kind is a method and an object."""
    depths: dict[str, int] = {}
    for part in parts:
        above = names_in([part.get("url"), part.get("body")])
        depths[part["referenceId"]] = 1 + max((depths.get(name, 0) for name in above), default=0)
    kinds = {(part.get("method"), _kind(part)) for part in parts}
    if max(depths.values()) > MOST_DEPTH or len(kinds) > MOST_KINDS:
        words = f"a graph is at most {MOST_DEPTH} deep and has at most {MOST_KINDS} kinds of nodes"
        raise Refusal("LIMIT_EXCEEDED", words, None)


def _kind(part: dict[str, Any]) -> str:
    steps = text_of(part, "url").split("?")[0].split("/")
    return steps[5] if len(steps) > 5 else steps[-1]
