"""Records with their children, all or none: /composite/tree/T."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.composite.calls import list_of
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, no_such_column
from turnout.simulators.salesforce.rest.rows import body_of, options_of
from turnout.simulators.salesforce.saving.save import insert
from turnout.simulators.salesforce.schema.children import child_of
from turnout.simulators.salesforce.schema.fields import SObject
from turnout.wire import Reply

MOST: Final = 200
MOST_DEPTH: Final = 5
MOST_KINDS: Final = 5


class Node(NamedTuple):
    """A record to be made: its object, name and values; `link` is the field that names its parent."""

    sobject: SObject
    name: str
    values: dict[str, Any]
    link: str
    parent: str
    depth: int


def tree(org: Org, call: Call) -> Reply:
    """Answer POST /composite/tree/T: 201 with an id for each, or 400 with the errors, and nothing was made."""
    roots = list_of(body_of(call), "records", MOST)
    nodes = [node for root in roots for node in _nodes(org, org.visible(call.names["object"]), root, depth=1)]
    _measured(nodes)
    call.rows = len(nodes)
    mark, options = org.mark(), options_of(call)
    made: dict[str, str] = {}
    errors = []
    for node in nodes:
        given = {**node.values, node.link: made.get(node.parent)} if node.link else node.values
        if node.link and node.parent not in made:
            continue  # its parent failed: nothing to hang it on
        try:
            made[node.name] = insert(org, node.sobject, given, options=options).id
        except Refusal as refusal:
            errors.append({"referenceId": node.name, "errors": [refusal.row()]})
    if errors:
        org.back_to(mark)
        return json_reply({"hasErrors": True, "results": errors}, 400)
    results = [{"referenceId": name, "id": record_id} for name, record_id in made.items()]
    return json_reply({"hasErrors": False, "results": results}, 201)


def _nodes(
    org: Org, sobject: SObject, record: dict[str, Any], *, depth: int, link: str = "", parent: str = ""
) -> Iterator[Node]:
    """Yield a record and, after it, its children."""
    attributes = record.get("attributes")
    if not isinstance(attributes, dict) or not attributes.get("referenceId") or not attributes.get("type"):
        raise Refusal("INVALID_INPUT", "Each record must have attributes with type and referenceId", None)
    if attributes["type"].lower() != sobject.name.lower():
        raise Refusal("INVALID_INPUT", f"{attributes['type']} stands where {sobject.name} is expected", None)
    name = str(attributes["referenceId"])
    inner = {key: value for key, value in record.items() if isinstance(value, dict) and "records" in value}
    values = {key: value for key, value in record.items() if key not in inner and key != "attributes"}
    yield Node(sobject, name, values, link, parent, depth)
    for key, value in inner.items():
        pair = child_of(org, sobject, key)
        if pair is None:
            raise no_such_column(key, sobject.name)
        for child in value["records"]:
            yield from _nodes(org, pair[0], child, depth=depth + 1, link=pair[1].name, parent=name)


def _measured(nodes: list[Node]) -> None:
    names, kinds = {node.name for node in nodes}, {node.sobject.name for node in nodes}
    if len(nodes) > MOST or max(node.depth for node in nodes) > MOST_DEPTH or len(kinds) > MOST_KINDS:
        words = f"at most {MOST} records, {MOST_DEPTH} levels and {MOST_KINDS} types"
        raise Refusal("LIMIT_EXCEEDED", words, None)
    if len(names) < len(nodes):
        raise Refusal("INVALID_INPUT", "Duplicate ReferenceId provided in the request", None)
