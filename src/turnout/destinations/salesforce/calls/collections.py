"""rows -> collections of up to 200 records a call, each answered for itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.destinations.kit import Row
from turnout.destinations.salesforce.calls.query import id18
from turnout.destinations.salesforce.rules import RULES, record_ruling
from turnout.values.changes import Op
from turnout.values.records import Value
from turnout.values.sightings import FieldSeen
from turnout.values.verdicts import Outcome
from turnout.wire import Reply, Request, post

COLLECTION_ROWS: Final = 200
COLLECTION_BYTES: Final = 4_000_000
WRITE_SECONDS: Final = 120.0


class Into(Struct, frozen=True):
    """Where rows are written: the object, its key field (empty: none), headers, and its fields as seen.

    `natural` are the fields that tell rows apart where there is no key field.
    """

    object_name: str
    key_field: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, FieldSeen] = field(default_factory=dict)
    natural: tuple[str, ...] = ()


def chunks(rows: Sequence[Row], into: Into) -> list[list[Row]]:
    """Return the rows that have something to write, as many as a call takes together, each chunk in one way."""
    ways = (_update, _upsert, _create)
    parts = [[row for row in rows if not idle(row) and _way(row, into) is way] for way in ways]
    return [part[start : start + COLLECTION_ROWS] for part in parts for start in range(0, len(part), COLLECTION_ROWS)]


def writing(chunk: Sequence[Row], into: Into) -> Request:
    """Return the call that writes a chunk: by id where the payloads have one, by key, or as new."""
    return _way(chunk[0], into)(chunk, into)


def idle(row: Row) -> bool:
    """Return whether a row has nothing to write on a record that is there."""
    return not row.payload.keys() - {"id"} and row.change.op is not Op.CREATE


def _way(row: Row, into: Into) -> Callable[[Sequence[Row], Into], Request]:
    if "id" in row.payload:
        return _update
    return _upsert if into.key_field and into.key_field in row.payload else _create


def _update(rows: Sequence[Row], into: Into) -> Request:
    return collection("PATCH", "/composite/sobjects", _payloads(rows), into=into)


def _upsert(rows: Sequence[Row], into: Into) -> Request:
    path = f"/composite/sobjects/{into.object_name}/{into.key_field}"
    return collection("PATCH", path, _payloads(rows), into=into)


def _create(rows: Sequence[Row], into: Into) -> Request:
    return collection("POST", "/composite/sobjects", _payloads(rows), into=into)


def _payloads(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    return [row.payload for row in rows]


def collection(method: str, path: str, payloads: Sequence[Mapping[str, Any]], *, into: Into) -> Request:
    """Return a call that writes up to 200 records of one object, each for itself."""
    records = [{"attributes": {"type": into.object_name}, **payload} for payload in payloads]
    body = {"allOrNone": False, "records": records}
    return post(path, body, method=method, headers=into.headers, timeout_seconds=WRITE_SECONDS)


def answered(rows: Sequence[Row], reply: Reply, into: Into) -> list[Outcome]:
    """Return an outcome for each row; answers stand in the rows' order.

    Answers that are fewer or more than the rows cannot be told apart: then every row may have been written.
    """
    return told(rows, reply.data(), into)


def told(rows: Sequence[Row], answers: Any, into: Into) -> list[Outcome]:
    """Return an outcome for each row from the answers of a collection."""
    if not isinstance(answers, list) or len(answers) != len(rows):
        count = len(answers) if isinstance(answers, list) else 0
        unsure = RULES.for_reply("not JSON", f"{count} answers for {len(rows)} records")
        return [Outcome(row.change.key, unsure, notes=row.notes) for row in rows]
    return [outcome(row, answer, into) for row, answer in zip(rows, answers, strict=True)]


def outcome(row: Row, answer: Any, into: Into) -> Outcome:
    """Return what one answer of a collection says of its row."""
    key = row.change.key
    if not isinstance(answer, dict) or "success" not in answer:
        return Outcome(key, RULES.for_reply("not JSON", str(answer)[:200]), notes=row.notes)
    if answer["success"]:
        identity = id18(str(answer.get("id") or row.payload.get("id") or ""))
        made = bool(answer.get("created", "id" not in row.payload))
        return Outcome(key, remote_id=identity, made=made, notes=row.notes, sent=sent(row, into))
    error = (answer.get("errors") or [{}])[0]
    code, words = str(error.get("statusCode") or error.get("errorCode") or "no code"), str(error.get("message") or "")
    ruling = record_ruling(code, words, into.key_field)
    return Outcome(key, ruling, row.change.remote_id, matches=matches(answer, error), notes=row.notes)


def sent(row: Row, into: Into) -> dict[str, Value] | None:
    """Return the texts that were cut or left out, as they were sent; None where all went whole."""
    if not row.notes:
        return None
    values = row.change.values
    seen = {name: one.api_name for name, one in into.fields.items() if isinstance(values.get(name), str)}
    differing = {name: row.payload.get(api) for name, api in seen.items() if row.payload.get(api) != values[name]}
    return differing or None


def matches(*places: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids that a duplicate rule names; real answers misspell the key as `duplicateResut`."""
    found: list[str] = []
    for place in places:
        result = place.get("duplicateResut") or place.get("duplicateResult") or {}
        for match in result.get("matchResults") or ():
            found += [one["record"]["Id"] for one in match.get("matchRecords") or () if one.get("record")]
    return tuple(dict.fromkeys(id18(one) for one in found))


def size_bytes(payload: Mapping[str, Any]) -> int:
    """Return what a payload adds to a body."""
    return len(json.dumps(payload, ensure_ascii=False).encode()) + 60
