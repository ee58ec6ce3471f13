"""rows -> composite calls: up to five collections that count as one call, each answered for itself."""

import json
from collections.abc import Sequence
from typing import Any, Final

from turnout.destinations.kit import Row
from turnout.destinations.salesforce.calls.collections import (
    COLLECTION_ROWS,
    Into,
    answered,
    chunks,
    idle,
    told,
    writing,
)
from turnout.destinations.salesforce.rules import COMPOSITE, RULES, judged
from turnout.values.verdicts import Outcome, Ruling, Verdict
from turnout.wire import Reply, Request, Talk, post

COLLECTIONS: Final = 5
"""Of the 25 parts of a composite call at most five may be collections or queries."""

COMPOSITE_ROWS: Final = COLLECTIONS * COLLECTION_ROWS
COMPOSITE_SECONDS: Final = 300.0
APART: Final = frozenset({Verdict.SPLIT, Verdict.REJECT, Verdict.REMATCH})
"""What may be the fault of one row: the collection is sent again in pieces, until that row stands alone."""


def written(rows: Sequence[Row], into: Into) -> Talk[list[Outcome]]:
    """Write rows, up to 1,000 a call, and answer for each; what fits one collection goes without a composite call.

    A row with nothing to write is accepted without a call.
    """
    outcomes = [Outcome(row.change.key, remote_id=row.change.remote_id, notes=row.notes) for row in rows if idle(row)]
    waiting = chunks(rows, into)
    if len(waiting) == 1:
        sound, waiting = _sorted(waiting[0], answered(waiting[0], (yield writing(waiting[0], into)), into))
        outcomes += sound
    while waiting:
        parts = [(chunk, writing(chunk, into)) for chunk in waiting[:COLLECTIONS]]
        waiting = waiting[COLLECTIONS:]
        answers = _answers((yield composite([request for _, request in parts])))
        for number, (chunk, request) in enumerate(parts):
            sound, again = _sorted(chunk, _told(chunk, request, answer=answers.get(_name(number)), into=into))
            outcomes += sound
            waiting += again
    return outcomes


def _told(
    chunk: Sequence[Row], request: Request, *, answer: dict[str, Any] | None, into: Into
) -> Sequence[Outcome] | Ruling:
    """Return what the answer to one part says: of each row, or of the part as a whole."""
    if answer is None:
        return RULES.for_reply("not JSON", "the answer lacks a part of the call")
    body = json.dumps(answer.get("body")).encode()
    whole = judged(request, Reply(int(answer.get("httpStatusCode") or 500), {}, body))
    return whole or told(chunk, answer.get("body"), into)


def _sorted(chunk: list[Row], said: Sequence[Outcome] | Ruling) -> tuple[list[Outcome], list[list[Row]]]:
    """Return the outcomes that stand, and the pieces in which rows go again."""
    if isinstance(said, Ruling):
        if said.verdict in APART and len(chunk) > 1:
            return [], pieces(chunk)
        return [Outcome(row.change.key, said, row.change.remote_id, notes=row.notes) for row in chunk], []
    much = {one.key for one in said if one.ruling.verdict is Verdict.SPLIT and len(chunk) > 1}
    again = [row for row in chunk if row.change.key in much]
    return [one for one in said if one.key not in much], pieces(again)


def composite(requests: Sequence[Request]) -> Request:
    """Return the call that carries others; their addresses are completed when it is signed."""
    parts = [
        {
            "method": request.method,
            "url": request.url,
            "referenceId": _name(number),
            "httpHeaders": {name: value for name, value in request.headers.items() if name != "Content-Type"},
            "body": json.loads(request.body),
        }
        for number, request in enumerate(requests)
    ]
    body = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": parts}
    return post(COMPOSITE, body, timeout_seconds=COMPOSITE_SECONDS)


def pieces(chunk: Sequence[Row]) -> list[list[Row]]:
    """Return a chunk in up to five pieces, which one composite call takes."""
    size = max(1, -(-len(chunk) // COLLECTIONS))
    return [list(chunk[start : start + size]) for start in range(0, len(chunk), size)]


def _name(number: int) -> str:
    return f"part{number}"


def _answers(reply: Reply) -> dict[str, dict[str, Any]]:
    return {str(one.get("referenceId")): one for one in reply.json()["compositeResponse"]}
