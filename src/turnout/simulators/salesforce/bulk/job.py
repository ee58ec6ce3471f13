"""What a job is: what was asked, what state it is in, what became of its rows."""

from typing import Any, Final

from msgspec import Struct

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.times import datetime_text

DELIMITERS: Final = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
ENDINGS: Final = {"LF": "\n", "CRLF": "\r\n"}
RUNNING: Final = frozenset({"UploadComplete", "InProgress"})
ENDED: Final = frozenset({"JobComplete", "Failed", "Aborted"})
Cells = list[str]


class Job(Struct):
    """One job. `next_at` is when its next step is due; `done` rows of `rows` are worked off.

    `successes` and `failures` hold result cells before the row's own, in the order in which they are told.
    """

    id: str
    kind: str
    object: str
    operation: str
    version: str
    created_at: float
    line_ending: str = "LF"
    delimiter: str = "COMMA"
    key: str = ""
    query: str = ""
    state: str = "Open"
    stamped_at: float = 0.0
    started_at: float = 0.0
    next_at: float = 0.0
    content: bytes | None = None
    header: Cells = []
    rows: list[Cells] = []
    done: int = 0
    held: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    processed: int = 0
    failed: int = 0
    active_seconds: float = 0.0
    successes: list[Cells] = []
    failures: list[Cells] = []
    error: str = ""
    fails_after: int = -1
    failing: str = ""

    @property
    def mark(self) -> str:
        """Return what stands between the cells."""
        return DELIMITERS[self.delimiter]

    @property
    def ending(self) -> str:
        """Return what ends a line."""
        return ENDINGS[self.line_ending]


def job_of(org: Org, job_id: str, kind: str) -> Job:
    """Return a job by its 15- or 18-character id; NOT_FOUND otherwise."""
    found = org.jobs.get(job_id) or next((job for job in org.jobs.values() if job.id[:15] == job_id), None)
    if not isinstance(found, Job) or found.kind != kind:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", None, status=404)
    return found


def wrong_state(words: str) -> Refusal:
    """Return what asking a job for what its state does not allow gets."""
    return Refusal("INVALIDJOBSTATE", words, None)


def invalid(words: str) -> Refusal:
    """Return what a job gets that cannot be made so."""
    return Refusal("INVALIDJOB", f"InvalidJob : {words}", None)


def told(org: Org, job: Job, *, whole: bool) -> dict[str, Any]:
    """Return a job as it is told; `whole` adds what is told when one asks for it alone."""
    shown: dict[str, Any] = {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": org.user_id,
        "createdDate": datetime_text(job.created_at),
        "systemModstamp": datetime_text(job.stamped_at),
        "state": job.state,
        **({"externalIdFieldName": job.key} if job.key else {}),
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version.removeprefix("v")),
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }
    if job.kind == "V2Ingest" and job.state == "Open":
        shown["contentUrl"] = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
    if whole:
        shown |= _progress(job)
    return shown


def _progress(job: Job) -> dict[str, Any]:
    spent = round((job.stamped_at - job.started_at) * 1000) if job.started_at else 0
    shown: dict[str, Any] = {
        "jobType": job.kind,
        "numberRecordsProcessed": job.processed,
        "retries": 0,
        "totalProcessingTime": spent,
    }
    if job.kind == "V2Ingest":
        active = round(job.active_seconds * 1000)
        shown |= {"numberRecordsFailed": job.failed, "apiActiveProcessingTime": active, "apexProcessingTime": 0}
    return {**shown, "errorMessage": job.error} if job.error else shown
