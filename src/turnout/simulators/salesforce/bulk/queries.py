"""Jobs that read: /jobs/query, whose answer is fetched in parts of any size."""

from typing import Any, Final

import msgspec

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.bulk import sheet
from turnout.simulators.salesforce.bulk.job import DELIMITERS, ENDED, ENDINGS, Job, invalid, job_of, told, wrong_state
from turnout.simulators.salesforce.bulk.running import DAY_SECONDS
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, unread
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.simulators.salesforce.soql.run import rendered, run
from turnout.wire import Reply

TAKEN: Final = frozenset({"operation", "query", "contentType", "columnDelimiter", "lineEnding"})
PAGE_ROWS: Final = 50_000


def create(org: Org, call: Call) -> Reply:
    """Answer POST /jobs/query: the query is checked at once, and answered when the job runs."""
    body = body_of(call)
    if stray := set(body) - TAKEN:
        raise unread(f'Unrecognized field "{min(stray)}" (Class common.api.asynch.JobInfo)')
    if body.get("operation") not in ("query", "queryAll"):
        raise invalid("operation must be query or queryAll")
    ending, mark = body.get("lineEnding", "LF"), body.get("columnDelimiter", "COMMA")
    if body.get("contentType", "CSV") != "CSV" or ending not in ENDINGS or mark not in DELIMITERS:
        raise invalid("contentType is CSV, lineEnding LF or CRLF, columnDelimiter one of " + ", ".join(DELIMITERS))
    used = sum(1 for job in org.jobs.values() if job.kind == "V2Query" and call.now - job.created_at < DAY_SECONDS)
    if used >= org.settings.bulk_query_jobs:
        raise Refusal("EXCEEDEDQUOTA", "ExceededQuota : Bulk query jobs Limit exceeded.", None)
    found = run(org, str(body.get("query", "")), deleted=body["operation"] == "queryAll")
    if found.grouped is not None or not found.shown or found.nested:
        words = "Aggregate Relationships not supported in Bulk V2 Query with CONTENT TYPE CSV"
        raise Refusal("API_ERROR", words, None)
    job = Job(
        org.new_id("750"), "V2Query", found.sobject.name, body["operation"], call.names["v"], call.now,
        line_ending=ending, delimiter=mark, query=body["query"], state="UploadComplete", stamped_at=call.now,
        next_at=call.now + org.settings.bulk_wait_seconds,
    )  # fmt: skip
    org.jobs[job.id] = job
    return json_reply(told(org, job, whole=False))


def look(org: Org, call: Call) -> Reply:
    """Answer GET /jobs/query/{id}."""
    return json_reply(told(org, _current(org, call), whole=True))


def listed(org: Org, call: Call) -> Reply:
    """Answer GET /jobs/query."""
    jobs = [job for job in org.jobs.values() if job.kind == "V2Query"]
    shown = [told(org, job, whole=False) | {"jobType": job.kind} for job in reversed(jobs)]
    return json_reply({"done": True, "records": shown, "nextRecordsUrl": None})


def change(org: Org, call: Call) -> Reply:
    """Answer PATCH /jobs/query/{id}: Aborted."""
    job = _current(org, call)
    if body_of(call).get("state") != "Aborted":
        raise invalid("state must be Aborted")
    if job.state in ENDED:
        raise wrong_state("Aborting already Completed Job not allowed")
    job.state, job.stamped_at = "Aborted", call.now
    return json_reply(told(org, job, whole=False))


def remove(org: Org, call: Call) -> Reply:
    """Answer DELETE /jobs/query/{id}."""
    job = _current(org, call)
    if job.state not in ENDED:
        raise wrong_state(f"Deleting {job.state} Job not allowed")
    del org.jobs[job.id]
    return Reply(204)


def results(org: Org, call: Call) -> Reply:
    """Answer GET /jobs/query/{id}/results: `maxRecords` from `locator` on; Sforce-Locator is null at the end."""
    job = _current(org, call)
    if job.state != "JobComplete":
        raise wrong_state(f"Results are not available while the job is {job.state}")
    start, size = call.query.get("locator", "0") or "0", call.query.get("maxRecords", str(PAGE_ROWS))
    if not start.isdigit() or not size.isdigit() or int(start) > len(job.rows):
        raise Refusal("INVALID_QUERY_LOCATOR", "Invalid query locator", None)
    end = int(start) + int(size)
    part = job.rows[int(start) : end]
    headers = {
        "content-type": "text/csv",
        "sforce-locator": str(end) if end < len(job.rows) else "null",
        "sforce-numberofrecords": str(len(part)),
    }
    return Reply(200, headers, sheet.written(job.header, part, mark=job.mark, ending=job.ending))


def _current(org: Org, call: Call) -> Job:
    """Return a job, having answered its query once its time has come."""
    job = job_of(org, call.names["id"], "V2Query")
    if job.state == "UploadComplete" and job.next_at <= call.now:
        found = run(org, job.query, deleted=job.operation == "queryAll")
        job.header = [".".join([*(str(step.relationship) for step in one.over), one.field.name]) for one in found.shown]
        records = rendered(org, found, start=0, count=len(found.rows), version=job.version)
        job.rows = [[_cell(record, name) for name in job.header] for record in records]
        job.processed = len(job.rows)
        job.state, job.started_at, job.stamped_at = "JobComplete", job.next_at, call.now
    return job


def _cell(record: dict[str, Any], name: str) -> str:
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return ""
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)
