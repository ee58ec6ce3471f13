"""rows -> a bulk job: made, filled, closed, watched, and read row by row (Bulk API 2.0 ingest)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Struct

from turnout.destinations.kit import Bulk, Job, Row
from turnout.destinations.salesforce.calls.collections import Into, idle, sent
from turnout.destinations.salesforce.calls.query import id18
from turnout.destinations.salesforce.calls.sheets import Sheet, pieces, read
from turnout.destinations.salesforce.rules import RULES, job_ruling, record_ruling
from turnout.values.bindings import Config
from turnout.values.sightings import Target
from turnout.values.verdicts import Outcome, Ruling, Verdict
from turnout.wire import Reply, Request, Talk, get, post

JOB_ROWS: Final = 150_000
"""Rows of one job: fifteen of Salesforce's own batches, so that a job which must be begun again costs little."""

JOB_BYTES: Final = 100_000_000
"""Salesforce takes 150 MB once the file is coded in base64, and advises at most 100 MB before."""

JOB_LEAST: Final = 2_000
"""Below it Salesforce advises collections."""

UPLOAD_SECONDS: Final = 600.0
FIRST_LOOK_SECONDS: Final = 2.0
LOOK_SECONDS: Final = (5.0, 60.0)
ROWS_A_SECOND: Final = 1_000
"""What a job may be expected to do: it is looked at again about when it should be done."""

ENDED: Final = frozenset({"JobComplete", "Failed", "Aborted"})
CLOSED: Final = frozenset({"UploadComplete", "InProgress"}) | ENDED
Where = Callable[[Target, Sequence[Row]], Into]


def bulk(where: Where) -> Bulk:
    """Return how rows of one kind go by bulk jobs; `where` says into which object, by which key.

    A job acts only once it is closed, so a lost answer before that leaves nothing in doubt.
    """
    return Bulk(
        rows=JOB_ROWS,
        bytes=JOB_BYTES,
        least=JOB_LEAST,
        acts_at_once=False,
        step=Steps(where),
        drop=drop,
    )


class Steps(Struct, frozen=True):
    """The steps of bulk jobs that write into one place."""

    where: Where

    def __call__(
        self, config: Config, target: Target, job: Job, rows: Sequence[Row]
    ) -> Talk[tuple[Job, list[Outcome] | None]]:
        """Take a job one step on: make, upload, close, look, collect."""
        into = self.where(target, rows)
        busy = ordered(row for row in rows if not idle(row))
        path = f"/jobs/ingest/{job.remote_id}"
        if job.state == "new":
            if not busy:
                return Job("collected"), list(_idle(rows))
            made: Reply = yield post("/jobs/ingest", described(busy, into))
            return Job("made", str(made.json()["id"])), None
        if job.state == "made":
            yield upload(path, busy, into)
            return Job("uploaded", job.remote_id), None
        if job.state == "uploaded":
            yield post(path, {"state": "UploadComplete"}, method="PATCH")
            return Job("closed", job.remote_id, FIRST_LOOK_SECONDS), None
        if job.state == "closed":
            return (yield from _looked(path, job, len(busy))), None
        outcomes = yield from collected(path, busy, into)
        return Job("collected", job.remote_id), [*outcomes, *_idle(rows)]


def drop(config: Config, target: Target, job: Job) -> Talk[Job]:
    """Abort a job that is open; one that turns out to be closed goes on, for it acts already."""
    if job.remote_id:
        path = f"/jobs/ingest/{job.remote_id}"
        seen: Reply = yield get(path)
        state = _state(seen)
        if state in CLOSED - {"Aborted"}:
            return Job("closed", job.remote_id)
        if state == "Open":
            yield post(path, {"state": "Aborted"}, method="PATCH")
            again: Reply = yield get(path)  # a close that was under way may have come first
            if _state(again) in CLOSED - {"Aborted"}:
                return Job("closed", job.remote_id)
    return Job("dropped", job.remote_id)


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Return rows so that those of one person, and of one lead, stand together.

    Salesforce works on several batches of a job at once, and a write locks the campaign member's lead or contact.
    """
    return sorted(rows, key=lambda row: (row.change.person_id, row.change.key))


def operation(rows: Sequence[Row], into: Into) -> str:
    """Return what a job does: all its rows are written in one way."""
    first = rows[0].payload
    if "id" in first:
        return "update"
    return "upsert" if into.key_field and into.key_field in first else "insert"


def described(rows: Sequence[Row], into: Into) -> dict[str, str]:
    """Return the job to make."""
    way = operation(rows, into)
    key = {"externalIdFieldName": into.key_field} if way == "upsert" else {}
    return {"object": into.object_name, "operation": way, "contentType": "CSV", "lineEnding": "LF"} | key


def upload(path: str, rows: Sequence[Row], into: Into) -> Request:
    """Return the call that carries a job's rows; its content is made from them piece by piece."""
    names = columns(rows)
    return Request(
        "PUT",
        f"{path}/batches",
        {"Content-Type": "text/csv"},
        timeout_seconds=UPLOAD_SECONDS,
        writing=True,
        pieces=lambda: pieces(names, (row.payload for row in rows)),
    )


def columns(rows: Iterable[Row]) -> list[str]:
    """Return the names that occur in the rows, the id first."""
    names = dict.fromkeys(name for row in rows for name in row.payload)
    return sorted(names, key=lambda name: (name != "id", name))


def _looked(path: str, job: Job, rows: int) -> Talk[Job]:
    state = _state((yield get(path)))
    if state == "Open":  # the answer to closing it was lost, and so was the call
        return Job("uploaded", job.remote_id)
    if state in ENDED or state == "gone":
        return Job("done", job.remote_id)
    low, high = LOOK_SECONDS
    return Job("closed", job.remote_id, min(high, max(low, rows / ROWS_A_SECOND)))


def _state(reply: Reply) -> str:
    return "gone" if reply.status == 404 else str(reply.json()["state"])


def _idle(rows: Iterable[Row]) -> Iterator[Outcome]:
    for row in rows:
        if idle(row) and "id" in row.payload:
            yield Outcome(row.change.key, remote_id=row.change.remote_id, notes=row.notes)


def collected(path: str, rows: Sequence[Row], into: Into) -> Talk[list[Outcome]]:
    """Return what became of each row; one of which no result speaks has no outcome, and is unsure.

    The order of the results is not that of the rows: they are told apart by our key. A file of results is
    asked for only while rows are without an outcome.
    """
    seen: Reply = yield get(path)
    if seen.status == 404:  # jobs are kept for seven days
        return []
    answer = seen.json()
    key = keyed(rows, into)
    waiting = {key(row.payload): row for row in rows if row.payload}
    outcomes: list[Outcome] = []
    for name, ruled in (
        ("successfulResults", _written),
        ("failedResults", _refused),
        ("unprocessedrecords", partial(_unprocessed, answer)),
    ):
        if waiting:
            found: Reply = yield get(f"{path}/{name}", headers={"Accept": "text/csv"})
            outcomes += list(_told(read(found), waiting, key=key, ruled=ruled, into=into))
    if answer["state"] == "Failed" and not int(answer.get("numberRecordsProcessed") or 0):
        ruling = _unprocessed(answer, {}, into)
        outcomes += [Outcome(row.change.key, ruling, row.change.remote_id) for row in waiting.values()]
    return outcomes


def keyed(rows: Sequence[Row], into: Into) -> Callable[[Sheet], tuple[str, ...]]:
    """Return what tells one row of a job from the others, in a payload as in a line of results."""
    way = operation(rows, into) if rows else "upsert"
    if way == "update":
        return lambda line: (id18(str(line.get("id") or line.get("Id") or "")),)
    names = (into.key_field,) if way == "upsert" else into.natural
    return lambda line: tuple(_text(line.get(name)) for name in names)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or 0)


Ruled = Callable[[Sheet, Into], Ruling | None]


def _told(
    lines: Iterable[Sheet],
    waiting: dict[tuple[str, ...], Row],
    *,
    key: Callable[[Sheet], tuple[str, ...]],
    ruled: Ruled,
    into: Into,
) -> Iterator[Outcome]:
    for line in lines:
        row = waiting.pop(key(line), None)
        if row is None:
            continue
        change, ruling = row.change, ruled(line, into)
        if ruling:
            yield Outcome(change.key, ruling, change.remote_id, notes=row.notes)
        else:
            made = str(line.get("sf__Created")).lower() == "true"
            identity = id18(str(line.get("sf__Id") or row.payload.get("id") or ""))
            yield Outcome(change.key, remote_id=identity, made=made, notes=row.notes, sent=sent(row, into))


def _written(line: Sheet, into: Into) -> None:
    return None


def _refused(line: Sheet, into: Into) -> Ruling:
    """Rule on an error as results write it: CODE:message:FIELDS--."""
    code, _, rest = str(line.get("sf__Error") or "").partition(":")
    words = rest.rpartition(":")[0] or rest
    return record_ruling(code.strip() or "no code", words.strip(), into.key_field)


def _unprocessed(answer: Any, line: Sheet, into: Into) -> Ruling:
    """Rule on a row that a job did not come to: it goes again, unless the job failed for a reason of its own."""
    if answer["state"] == "Failed":
        return job_ruling(str(answer.get("errorMessage") or ""))
    rule = RULES.for_record("unprocessed", str(answer.get("errorMessage") or ""))
    return msgspec.structs.replace(rule, verdict=Verdict.RETRY)
