"""Jobs that write: /jobs/ingest, from its creation to its results."""

from typing import Any, Final

import msgspec

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.bulk import sheet
from turnout.simulators.salesforce.bulk.job import (
    DELIMITERS,
    ENDED,
    ENDINGS,
    RUNNING,
    Job,
    invalid,
    job_of,
    told,
    wrong_state,
)
from turnout.simulators.salesforce.bulk.running import DAY_SECONDS, stop
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, no_such_column, unread
from turnout.simulators.salesforce.rest.parts import parts_of
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.wire import Reply

OPERATIONS: Final = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
TAKEN: Final = frozenset(
    {"object", "operation", "externalIdFieldName", "contentType", "lineEnding", "columnDelimiter", "assignmentRuleId"}
)
CSV: Final = "text/csv"
MULTIPART_CHARACTERS: Final = 100_000


def create(org: Org, call: Call) -> Reply:
    """Answer POST /jobs/ingest; a multipart request brings a small file along, and the job starts at once."""
    content = None
    if call.headers.get("content-type", "").startswith("multipart/form-data"):
        sent = parts_of(call)
        body, content = _decoded(sent.get("job", b"")), sent.get("content", b"")
        if len(content) > MULTIPART_CHARACTERS:
            raise Refusal("REQUEST_LIMIT_EXCEEDED", f"at most {MULTIPART_CHARACTERS} characters in one request", None)
    else:
        body = body_of(call)
    job = _made(org, call, body)
    org.jobs[job.id] = job
    if content is not None:
        job.content = content
        _close(org, job, call.now)
    return json_reply(told(org, job, whole=False))


def _decoded(text: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as problem:
        raise unread(f"job: {problem}") from None


def _made(org: Org, call: Call, body: dict[str, Any]) -> Job:
    if stray := set(body) - TAKEN:
        raise unread(f'Unrecognized field "{min(stray)}" (Class common.api.asynch.JobInfo)')
    operation = body.get("operation", "")
    if operation not in OPERATIONS:
        raise invalid(f"operation {operation!r} is not one of {', '.join(sorted(OPERATIONS))}")
    if operation == "hardDelete" and not org.settings.bulk_hard_delete:
        words = (
            "hardDelete operation requires special user profile permission, please contact your system administrator"
        )
        raise Refusal("FEATURENOTENABLED", f"FeatureNotEnabled : {words}", None)
    sobject = org.sobjects.get(str(body.get("object", "")).lower())
    if sobject is None or not org.access.sees(sobject):
        raise Refusal("INVALIDENTITY", f"InvalidEntity : Entity '{body.get('object')}' is not supported.", None)
    key = body.get("externalIdFieldName", "") if operation == "upsert" else ""
    if operation == "upsert":
        _checked_key(org, sobject.name, key)
    ending, mark = body.get("lineEnding", "LF"), body.get("columnDelimiter", "COMMA")
    if body.get("contentType", "CSV") != "CSV" or ending not in ENDINGS or mark not in DELIMITERS:
        raise invalid("contentType is CSV, lineEnding LF or CRLF, columnDelimiter one of " + ", ".join(DELIMITERS))
    used = sum(1 for job in org.jobs.values() if call.now - job.created_at < DAY_SECONDS)
    if used >= org.settings.bulk_batches:
        raise Refusal("EXCEEDEDQUOTA", "ExceededQuota : ApiBatchItems Limit exceeded.", None)
    return Job(
        org.new_id("750"), "V2Ingest", sobject.name, operation, call.names["v"], call.now,
        line_ending=ending, delimiter=mark, key=key, stamped_at=call.now,
    )  # fmt: skip


def _checked_key(org: Org, name: str, key: str) -> None:
    if not key:
        raise invalid("Missing externalIdFieldName for upsert")
    field = org.access.visible(org.sobjects[name.lower()]).get(key.lower())
    if field is None:
        raise no_such_column(key, name)
    if not (field.external_id or field.id_lookup or field.type == "id"):
        words = f"Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field for {name}"
        raise invalid(words)


def upload(org: Org, call: Call) -> Reply:
    """Answer PUT /jobs/ingest/{id}/batches: once, while the job is open."""
    job = job_of(org, call.names["id"], "V2Ingest")
    if not call.headers.get("content-type", CSV).lower().startswith(CSV):
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {CSV}", None, status=415)
    if job.state != "Open" or job.content is not None:
        raise wrong_state(f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the job")
    if len(call.body) > org.settings.bulk_bytes:
        raise Refusal("REQUEST_LIMIT_EXCEEDED", "The file is larger than 150 MB once encoded", None, status=413)
    job.content = call.body
    return Reply(201)


def change(org: Org, call: Call) -> Reply:
    """Answer PATCH /jobs/ingest/{id}: UploadComplete or Aborted."""
    job = job_of(org, call.names["id"], "V2Ingest")
    wanted = body_of(call).get("state")
    if wanted == "UploadComplete":
        if job.state != "Open":
            raise wrong_state(f"Closing already {job.state} Job not allowed")
        if job.content is None:
            raise wrong_state(f"No content was uploaded for job: <{job.id}>")
        _close(org, job, call.now)
    elif wanted == "Aborted":
        if job.state in ENDED:
            was = {"JobComplete": "Completed"}.get(job.state, job.state)
            raise wrong_state(f"Aborting already {was} Job not allowed")
        stop(org, job, "Aborted", at=call.now)
    else:
        raise invalid("state must be UploadComplete or Aborted")
    return json_reply(told(org, job, whole=False))


def _close(org: Org, job: Job, now: float) -> None:
    job.state, job.stamped_at = "UploadComplete", now
    job.next_at = now + org.settings.bulk_wait_seconds
    if org.failing_jobs:
        job.fails_after, job.failing = org.failing_jobs.pop(0)


def look(org: Org, call: Call) -> Reply:
    """Answer GET /jobs/ingest/{id}."""
    return json_reply(told(org, job_of(org, call.names["id"], "V2Ingest"), whole=True))


def listed(org: Org, call: Call) -> Reply:
    """Answer GET /jobs/ingest: the newest first."""
    jobs = [job for job in org.jobs.values() if job.kind == "V2Ingest"]
    shown = [told(org, job, whole=False) | {"jobType": job.kind} for job in reversed(jobs)]
    return json_reply({"done": True, "records": shown, "nextRecordsUrl": None})


def remove(org: Org, call: Call) -> Reply:
    """Answer DELETE /jobs/ingest/{id}: only what does not run any more."""
    job = job_of(org, call.names["id"], "V2Ingest")
    if job.state in RUNNING:
        raise wrong_state(f"Deleting {job.state} Job not allowed")
    del org.jobs[job.id]
    return Reply(204)


def successes(org: Org, call: Call) -> Reply:
    """Answer GET .../successfulResults, in an order of its own."""
    job = _ended(org, call)
    return _sheet(job, ["sf__Id", "sf__Created", *job.header], job.successes)


def failures(org: Org, call: Call) -> Reply:
    """Answer GET .../failedResults: the code, the words and the fields of each refusal in one cell."""
    job = _ended(org, call)
    return _sheet(job, ["sf__Id", "sf__Error", *job.header], job.failures)


def unprocessed(org: Org, call: Call) -> Reply:
    """Answer GET .../unprocessedrecords: rows that were never tried, the columns as they came."""
    job = _ended(org, call)
    if not job.header and job.content:
        try:
            job.header, job.rows = sheet.read(job.content, job.mark, job.line_ending)
        except sheet.Unusable:
            return Reply(200, {"content-type": CSV}, job.content)
    return _sheet(job, job.header, job.rows[job.done :])


def _ended(org: Org, call: Call) -> Job:
    job = job_of(org, call.names["id"], "V2Ingest")
    if job.state not in ENDED:
        raise wrong_state(f"Results are not available while the job is {job.state}")
    return job


def _sheet(job: Job, header: list[str], rows: list[list[str]]) -> Reply:
    return Reply(200, {"content-type": CSV}, sheet.written(header, rows, mark=job.mark, ending=job.ending))
