"""Calls on bulk extracts: create a job, let it wait, see how far it is, fetch its file, whole or in part."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.answers import File, Found, Refused
from turnout.simulators.marketo.bulk.queue import Job
from turnout.simulators.marketo.bulk.selecting import (
    ACTIVITY_FIELDS,
    Line,
    Select,
    of_activities,
    of_leads,
    of_members,
    of_objects,
)
from turnout.simulators.marketo.bulk.sheets import delimiter, written
from turnout.simulators.marketo.calls.operation import Operation, body_of, day_and_time, listed, token_page
from turnout.simulators.marketo.gate import date_of, user_of

LISTED_SECONDS: Final = 7 * 86_400
FILE_SECONDS: Final = 10 * 86_400
STATUS_SECONDS: Final = 30 * 86_400
LEADS, ACTIVITIES, MEMBERS, OBJECTS = "leads", "activities", "program/members", "customobjects/{name}"
STATUSES: Final = ("created", "queued", "processing", "cancelled", "canceled", "completed", "failed")
_RANGE: Final = re.compile(r"bytes[= ](\d*)-(\d*)")


class Export(Struct):
    """A file on its way out: the records are those that stand when the job begins."""

    kind: str
    name: str
    form: str
    titles: Sequence[str]
    fields: Sequence[str]
    select: Select
    seconds: float
    rows_per_second: float
    count: int = 0
    content: bytes = b""

    def begin(self, _now: float) -> float:
        """Gather the records, and return how many seconds that takes."""
        lines = [self._cells(line) for line in self.select()]
        self.count = len(lines)
        self.content = written([self.titles, *lines], delimiter(self.form))
        return self.seconds + self.count / self.rows_per_second

    def proceed(self, share: float, now: float) -> None:
        """Do nothing: a file is there when the job has ended, and never in part."""

    def _cells(self, line: Line) -> list[str]:
        return [_cell(line.get(name)) for name in self.fields]


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def create(kind: str, account: Account, call: Call) -> Found | File:
    """Create Export Job: its fields, filter, format and the words over its columns."""
    within_quota(account, call.now)
    body = body_of(call, "fields", "filter", "format", "columnHeaderNames")
    asked = body.get("filter")
    if not isinstance(asked, Mapping):
        raise Refused("1002", "filter")
    fields = _fields(kind, body, asked)
    form = str(body.get("format") or "CSV").upper()
    delimiter(form)
    titles = body.get("columnHeaderNames") or {}
    if not isinstance(titles, Mapping) or any(name not in fields for name in titles):
        raise Refused("1003", text="Invalid columnHeaderNames: each must be one of the fields")
    work = Export(
        kind,
        call.names.get("name", ""),
        form,
        [str(titles.get(name, name)) for name in fields],
        fields,
        _selecting(account, call, asked, kind=kind, fields=fields),
        account.settings.job_seconds,
        account.settings.job_rows_per_second,
    )
    job = Job(account.guid(), user_of(call), work, call.now)
    account.exports.jobs[job.id] = job
    return Found([_shown(job, work)])


def _fields(kind: str, body: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    fields = body.get("fields") or (list(ACTIVITY_FIELDS) if kind == ACTIVITIES else [])
    if not isinstance(fields, list) or not fields or not all(isinstance(each, str) for each in fields):
        raise Refused("1002", "fields")
    if kind == MEMBERS and "programIds" in asked and "programId" not in fields:
        return ["programId", *fields]
    return fields


def _selecting(account: Account, call: Call, asked: Mapping[str, Any], *, kind: str, fields: Sequence[str]) -> Select:
    if kind == OBJECTS:
        return of_objects(account, asked, fields, kind=account.object(call.names["name"]))
    return {LEADS: of_leads, ACTIVITIES: of_activities, MEMBERS: of_members}[kind](account, asked, fields)


def within_quota(account: Account, now: float) -> None:
    """Raise Refused (1029) where the files that were finished today, Central time, are above the day's share."""
    finished = [job for job in account.exports.jobs.values() if job.status == "Completed"]
    today = [job.work for job in finished if date_of(job.finished_at) == date_of(now)]
    if sum(len(work.content) for work in today if isinstance(work, Export)) >= account.settings.export_bytes_per_day:
        raise Refused("1029", text="Export daily quota exceeded")


def enqueue(kind: str, account: Account, call: Call) -> Found | File:
    """Enqueue Export Job: 1029 where the queue is full, or the job is in it already."""
    job, work = _job(kind, account, call)
    within_quota(account, call.now)
    if job.status != "Created":
        raise Refused("1029", text="Job already queued")
    if len(account.exports.held()) >= account.settings.jobs_queued:
        raise Refused("1029")
    account.exports.enqueue(job, call.now)
    return Found([_shown(job, work)])


def cancel(kind: str, account: Account, call: Call) -> Found | File:
    """Cancel Export Job, before it has ended."""
    job, work = _job(kind, account, call)
    if job.status not in {"Created", "Queued", "Processing"}:
        raise Refused("1003", text=f"The job is {job.status} and cannot be cancelled")
    account.exports.cancel(job, call.now)
    return Found([_shown(job, work)])


def status(kind: str, account: Account, call: Call) -> Found | File:
    """Get Export Job Status, for the API user who made the job."""
    return Found([_shown(*_job(kind, account, call))])


def jobs(kind: str, account: Account, call: Call) -> Found | File:
    """Get Export Jobs of the last seven days, made by the API user who asks."""
    wanted = {each.lower() for each in listed(call, "status")}
    if stray := wanted - set(STATUSES):
        raise Refused("1001", min(stray), "status")
    found = []
    for job in account.exports.jobs.values():
        work = job.work
        if not isinstance(work, Export) or (work.kind, work.name) != (kind, call.names.get("name", "")):
            continue
        recent = job.user == user_of(call) and call.now < job.made_at + LISTED_SECONDS
        if recent and (not wanted or job.status.lower() in wanted):
            found.append(_shown(job, work))
    rows, beside = token_page(call, found)
    return Found(rows, beside)


def fetched(kind: str, account: Account, call: Call) -> Found | File:
    """Get Export File, whole or by a Range of bytes; 404 in plain words before the job has ended."""
    try:
        job, work = _job(kind, account, call)
    except Refused:
        return File(b"Export job not found", 404)
    if job.status != "Completed" or call.now > job.finished_at + FILE_SECONDS:
        return File(b"Export file not found", 404)
    asked = _RANGE.fullmatch(call.headers.get("range", ""))
    if not asked:
        return File(work.content)
    size = len(work.content)
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2] or 0))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first > last:
        return File(b"", 416, {"content-range": f"bytes */{size}"})
    headers = {"accept-ranges": "bytes", "content-range": f"bytes {first}-{last}/{size}"}
    return File(work.content[first : last + 1], 206, headers)


def _job(kind: str, account: Account, call: Call) -> tuple[Job, Export]:
    job = account.exports.jobs.get(call.names["exportId"])
    if job is None or not isinstance(job.work, Export) or job.user != user_of(call):
        raise Refused("1013", text="Export job not found")
    old = job.finished_at and call.now > job.finished_at + STATUS_SECONDS
    if old or job.work.kind != kind or job.work.name != call.names.get("name", ""):
        raise Refused("1013", text="Export job not found")
    return job, job.work


def _shown(job: Job, work: Export) -> dict[str, Any]:
    shown = {"exportId": job.id, "format": work.form, "status": job.status, "createdAt": day_and_time(job.made_at)}
    moments = {"queuedAt": job.queued_at, "startedAt": job.started_at, "finishedAt": job.finished_at}
    if job.status == "Cancelled":
        return shown
    told: dict[str, Any] = shown | {name: day_and_time(when) for name, when in moments.items() if when}
    if job.status == "Completed":
        checksum = f"sha256:{sha256(work.content).hexdigest()}"
        told |= {"numberOfRecords": work.count, "fileSize": len(work.content), "fileChecksum": checksum}
    return told


def _calls(kind: str, needs: str) -> Iterator[Operation]:
    path = f"/bulk/v1/{kind}/export"
    yield Operation("GET", f"{path}.json", partial(jobs, kind), needs, ("status", "batchSize", "nextPageToken"))
    yield Operation("POST", f"{path}/create.json", partial(create, kind), needs)
    for name, answer in (("enqueue", enqueue), ("cancel", cancel)):
        yield Operation("POST", f"{path}/{{exportId}}/{name}.json", partial(answer, kind), needs)
    for name, answer in (("status", status), ("file", fetched)):
        yield Operation("GET", f"{path}/{{exportId}}/{name}.json", partial(answer, kind), needs)


CALLS: Final = (
    *_calls(LEADS, "Read-Only Lead"),
    *_calls(ACTIVITIES, "Read-Only Activity"),
    *_calls(MEMBERS, "Read-Only Lead"),
    *_calls(OBJECTS, "Read-Only Custom Object"),
)
