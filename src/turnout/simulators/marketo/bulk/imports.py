"""Calls on bulk imports: take a file, tell how far it is, hand back the rows that failed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.answers import File, Found, Refused
from turnout.simulators.marketo.bulk.forms import fields
from turnout.simulators.marketo.bulk.queue import Job
from turnout.simulators.marketo.bulk.rows import Apply, Import, lead_rows, member_rows, object_rows
from turnout.simulators.marketo.bulk.sheets import read, written
from turnout.simulators.marketo.calls.leads import searchable
from turnout.simulators.marketo.calls.operation import Operation, required, whole
from turnout.simulators.marketo.gate import user_of

VALID_SECONDS: Final = 7 * 86_400
LEADS, OBJECTS, MEMBERS = "leads", "customobjects", "program/members"
FAILURE, WARNING = "Import Failure Reason", "Import Warning Reason"


def leads(account: Account, call: Call) -> Found | File:
    """Import Leads: by `lookupField`, into the partition and the static list that are named."""
    asked, file = fields(call, "format", "lookupField", "listId", "partitionName")
    lookup = asked.get("lookupField") or "email"
    if lookup != "id":
        searchable(account, lookup)
    list_id = whole(asked, "listId", default=0)
    if list_id:
        account.lists.numbered(list_id, "List")
    place = account.partition(asked["partitionName"]) if asked.get("partitionName") else 0
    apply = lead_rows(account, lookup=lookup, list_id=list_id, partition=place)
    job = _queued(account, call, asked, file=file, kind=LEADS, apply=apply)
    return Found([{"batchId": int(job.id), "importId": job.id, "status": job.status}])


def objects(account: Account, call: Call) -> Found | File:
    """Import Custom Objects of an approved type."""
    kind = account.object(call.names["name"])
    asked, file = fields(call, "format")
    job = _queued(account, call, asked, file=file, kind=OBJECTS, name=kind.api_name, apply=object_rows(account, kind))
    return Found([{"batchId": int(job.id), "status": job.status, "objectApiName": kind.api_name}])


def members(account: Account, call: Call) -> Found | File:
    """Import Program Members: everybody in the file gets `programMemberStatus`."""
    program = account.program(call.names["programId"])
    asked, file = fields(call, "format", "programMemberStatus")
    status = program.channel.step(required(asked, "programMemberStatus"))
    if status is None:
        raise Refused("1025")
    job = _queued(account, call, asked, file=file, kind=MEMBERS, apply=member_rows(account, program, status))
    return Found([{"batchId": int(job.id), "importId": job.id, "status": job.status}])


def _queued(
    account: Account, call: Call, asked: Mapping[str, str], *, file: bytes, kind: str, apply: Apply, name: str = ""
) -> Job:
    sheet = read(file, required(asked, "format"))
    settings = account.settings
    if len(account.imports.held()) >= settings.jobs_queued:
        raise Refused("1016")
    call.rows = len(sheet.rows)
    seconds = settings.job_seconds + len(sheet.rows) / settings.job_rows_per_second
    job = Job(str(account.next_batch), user_of(call), Import(kind, name, sheet, apply, seconds), call.now)
    account.next_batch += 1
    account.imports.jobs[job.id] = job
    account.imports.enqueue(job, call.now)
    return job


def status(kind: str, account: Account, call: Call) -> Found | File:
    """Get Import Status: the counters grow while the rows are taken in."""
    job, work = _batch(kind, account, call)
    shown: dict[str, Any] = {"batchId": int(job.id), "status": job.status}
    if kind == OBJECTS:
        shown |= {"operation": "import", "objectApiName": work.name}
    if kind == MEMBERS:
        shown |= {"importId": job.id}
    if job.status == "Queued":
        return Found([shown])
    kept = work.done - len(work.failed)
    shown["numOfObjectsProcessed" if kind == OBJECTS else "numOfLeadsProcessed"] = kept
    shown |= {"numOfRowsFailed": len(work.failed), "numOfRowsWithWarning": len(work.warned)}
    if job.status == "Complete":
        shown |= {"message": _message(work, kept)}
        if kind == OBJECTS:
            shown |= {"importTime": f"{job.finished_at - job.started_at:.0f} second(s)"}
    return Found([shown])


def _message(work: Import, kept: int) -> str:
    told = f"{kept} records imported ({kept} members)"
    if work.failed:
        return f"Import completed with errors, {told}, {len(work.failed)} failed"
    return f"Import succeeded, {told}" + (f", {len(work.warned)} warning." if work.warned else "")


def failures(kind: str, account: Account, call: Call) -> Found | File:
    """Get Import Failures: the rows as they came, with one column more; HTTP 404 where none failed."""
    return _rows_with_reason(kind, account, call, title=FAILURE)


def warnings(kind: str, account: Account, call: Call) -> Found | File:
    """Get Import Warnings: the rows as they came, with one column more; HTTP 404 where there is no warning."""
    return _rows_with_reason(kind, account, call, title=WARNING)


def _rows_with_reason(kind: str, account: Account, call: Call, *, title: str) -> File:
    job, work = _batch(kind, account, call)
    rows = work.failed if title == FAILURE else work.warned
    if job.status != "Complete" or not rows:
        return File(b"", 404)
    return File(written([(*work.sheet.header, title), *rows], work.sheet.delimiter))


def _batch(kind: str, account: Account, call: Call) -> tuple[Job, Import]:
    job = account.imports.jobs.get(call.names["batchId"])
    valid = job is not None and call.now < job.made_at + VALID_SECONDS
    if job is None or not valid or not isinstance(job.work, Import) or job.work.kind != kind:
        raise Refused("1013", text="Import batch not found")
    if job.work.name != call.names.get("name", ""):
        raise Refused("1013", text="Import batch not found")
    return job, job.work


Answer = Callable[[str, Account, Call], Found | File]
_LEAD, _OBJECT = "Read-Write Lead", "Read-Write Custom Object"
_OF_LEADS: Final = "/bulk/v1/leads"
_OF_OBJECTS: Final = "/bulk/v1/customobjects/{name}/import"
_OF_MEMBERS: Final = "/bulk/v1/program/members/import"


def _reading(kind: str, path: str, needs: str, *, end: str = "/status") -> tuple[Operation, ...]:
    answers: Mapping[str, Answer] = {end: status, "/failures": failures, "/warnings": warnings}
    return tuple(
        Operation("GET", f"{path}/{{batchId}}{name}.json", partial(answer, kind), needs)
        for name, answer in answers.items()
    )


CALLS: Final = (
    Operation(
        "POST",
        f"{_OF_LEADS}.json",
        leads,
        _LEAD,
        ("format", "lookupField", "listId", "partitionName"),
        writing=True,
    ),
    Operation("POST", f"{_OF_OBJECTS}.json", objects, _OBJECT, ("format",), writing=True),
    Operation(
        "POST",
        "/bulk/v1/program/{programId}/members/import.json",
        members,
        _LEAD,
        ("format", "programMemberStatus"),
        writing=True,
    ),
    *_reading(LEADS, f"{_OF_LEADS}/batch", _LEAD, end=""),
    *_reading(OBJECTS, _OF_OBJECTS, _OBJECT),
    *_reading(MEMBERS, _OF_MEMBERS, _LEAD),
)
