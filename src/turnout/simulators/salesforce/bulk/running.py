"""jobs + time -> jobs further on: each step is taken at the moment it is due, in order, whoever asks when."""

from collections.abc import Iterable
from itertools import islice
from random import Random
from typing import Any, Final

from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.bulk import sheet
from turnout.simulators.salesforce.bulk.columns import Column, columns, record
from turnout.simulators.salesforce.bulk.job import ENDED, RUNNING, Cells, Job
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, refuse
from turnout.simulators.salesforce.saving.save import Options, delete, external_field, insert, matching, update
from turnout.simulators.salesforce.schema.fields import Field, SObject

DAY_SECONDS: Final = 86_400.0
CHUNK_ROWS: Final = 200
"""Rows that are saved in one transaction: a key twice among them is refused the second time."""


def proceed(org: Org, now: float) -> None:
    """Take every step that is due, and forget jobs that are older than they are kept."""
    while due := min(_running(org, now), key=lambda job: (job.next_at, job.id), default=None):
        org.begin(due.next_at)
        _step(org, due)
    kept = org.settings.bulk_days * DAY_SECONDS
    old = [job.id for job in org.jobs.values() if job.state in ENDED and now - job.created_at > kept]
    for job_id in old:
        del org.jobs[job_id]


def _running(org: Org, now: float) -> Iterable[Job]:
    return (
        job
        for job in org.jobs.values()
        if isinstance(job, Job) and job.kind == "V2Ingest" and job.state in RUNNING and job.next_at <= now
    )


def stop(org: Org, job: Job, state: str, *, at: float, error: str = "") -> None:
    """End a job: what is not worked off stays unprocessed, what it held is let go."""
    job.state, job.error, job.stamped_at = state, error, at
    job.held = frozenset()
    Random(f"{org.settings.bulk_order_seed}:{job.id}").shuffle(job.successes)
    Random(f"{org.settings.bulk_order_seed}:{job.id}:").shuffle(job.failures)


def _step(org: Org, job: Job) -> None:
    at = job.next_at
    if job.state == "UploadComplete":
        job.state, job.started_at, job.stamped_at = "InProgress", at, at
        try:
            _opened(org, job)
        except sheet.Unusable as problem:
            return stop(org, job, "Failed", at=at, error=str(problem))
    else:
        _worked(org, job)
        job.stamped_at = at
    if job.fails_after >= 0 and job.done >= job.fails_after:
        return stop(org, job, "Failed", at=at, error=job.failing)
    if job.done >= len(job.rows):
        return stop(org, job, "JobComplete", at=at)
    return _taken_up(org, job)


def _opened(org: Org, job: Job) -> None:
    """Read the file and its header; a fault of either fails the job before any row is touched."""
    job.header, job.rows = sheet.read(job.content or b"", job.mark, job.line_ending)
    job.content = None
    sobject = org.visible(job.object)
    found = columns(org, sobject, job.header)
    named = {column.name.lower() for column in found}
    wanted = {"upsert": job.key, "insert": ""}.get(job.operation, "Id")
    if wanted and wanted.lower() not in named:
        raise sheet.Unusable(f"InvalidBatch : Field name not found : {wanted}")
    if job.operation in ("delete", "hardDelete") and named != {"id"}:
        raise sheet.Unusable("InvalidBatch : Delete operation only allows Id as column")


def _taken_up(org: Org, job: Job) -> None:
    """Begin a batch: it will be done after as long as its rows take."""
    rows = _batch(org, job)
    seconds = len(rows) / org.settings.bulk_rows_per_second
    job.next_at += seconds
    job.active_seconds += seconds
    if org.settings.bulk_locks and job.object == "CampaignMember":
        wanted = frozenset(campaign for campaign in (_campaign(org, job, cells) for cells in rows) if campaign)
        others = (other.held for other in org.jobs.values() if other is not job)
        job.blocked = wanted & frozenset().union(*others)
        job.held = wanted - job.blocked


def _batch(org: Org, job: Job) -> list[Cells]:
    rows = org.settings.bulk_batch_rows
    if job.fails_after >= 0:
        rows = min(rows, max(1, job.fails_after - job.done))
    return list(islice(job.rows, job.done, job.done + rows))


def _campaign(org: Org, job: Job, cells: Cells) -> str:
    """Return the campaign whose row a member's save locks."""
    given = dict(zip((name.lower() for name in job.header), cells, strict=True))
    if found := ids.read(given.get("campaignid", "")):
        return found
    members = org.table("CampaignMember")
    key = given.get(job.key.lower(), "") if job.key else ""
    found_ids = members.find((job.key,), (key,)) if key and job.key.lower() != "id" else [ids.read(given.get("id", ""))]
    return str(members.rows.get(found_ids[0] or "", {}).get("CampaignId", "")) if found_ids else ""


def _worked(org: Org, job: Job) -> None:
    """End a batch: save its rows, each for itself."""
    sobject = org.visible(job.object)
    found = columns(org, sobject, job.header)
    save = _Saving(org, job, sobject)
    org.acting_job = job.id
    for place, cells in enumerate(_batch(org, job)):
        if place % CHUNK_ROWS == 0:
            save.seen.clear()
        mark = org.mark()
        try:
            record_id, created = save(found, cells)
            job.successes.append([record_id, str(created).lower(), *cells])
        except Refusal as refusal:
            org.back_to(mark)
            job.failures.append([save.failed_id, _words(refusal), *cells])
            job.failed += 1
        job.done += 1
        job.processed += 1
    org.acting_job = ""
    job.held = job.blocked = frozenset()


def _words(refusal: Refusal) -> str:
    fields = " ".join(refusal.fields or ())
    return f"{refusal.code}:{refusal.message}:{fields + ' ' if fields else ''}--"


class _Saving:
    """Saves the rows of one job; `seen` holds the keys of the chunk, `failed_id` the record a row was about."""

    def __init__(self, org: Org, job: Job, sobject: SObject) -> None:
        self.org, self.job, self.sobject = org, job, sobject
        self.options = Options(auto_assign=False)
        self.seen: set[str] = set()
        self.failed_id = ""
        self.key = external_field(org, sobject, job.key) if job.key else None

    def __call__(self, columns_: list[Column], cells: Cells) -> tuple[str, bool]:
        """Save one row; returns its id and whether it is new, or raises Refusal."""
        self.failed_id = ""
        if self.job.blocked and (campaign := _campaign(self.org, self.job, cells)) in self.job.blocked:
            words = f"unable to obtain exclusive access to this record or 1 records: {campaign}"
            refuse("UNABLE_TO_LOCK_ROW", words)
        given = record(columns_, cells)
        record_id = given.pop("Id", None)
        if self.key is not None and self.key.type != "id":
            return self._upserted(self.key, given)
        if self.job.operation == "insert" or (self.job.operation == "upsert" and not record_id):
            saved = insert(self.org, self.sobject, given, options=self.options)
            return saved.id, True
        return self._by_id(record_id, given), False

    def _upserted(self, key: Field, given: dict[str, Any]) -> tuple[str, bool]:
        value = given.pop(key.name, None)
        if value is None:
            refuse("MISSING_ARGUMENT", f"{key.name} not specified")
        if value.casefold() in self.seen:
            refuse("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key.name])
        self.seen.add(value.casefold())
        found = matching(self.org, self.sobject, key, value=value)
        if len(found) > 1:
            words = f"{key.name}: more than one record found for external id field: {found}"
            refuse("DUPLICATE_EXTERNAL_ID", words, [key.name])
        if found:
            self.failed_id = found[0]
            saved = update(self.org, self.sobject, found[0], given=given, options=self.options)
        else:
            saved = insert(self.org, self.sobject, {**given, key.name: value}, options=self.options)
        return saved.id, saved.created

    def _by_id(self, text: str | None, given: dict[str, Any]) -> str:
        if not text:
            refuse("MISSING_ARGUMENT", f"Id not specified in an {self.job.operation} call")
        record_id = ids.read(text)
        if record_id is None or self.org.table_of(record_id) is not self.org.table(self.sobject.name):
            refuse("MALFORMED_ID", f"{self.sobject.label} ID: id value of incorrect type: {text}", ["Id"])
        self.failed_id = record_id
        if self.job.operation in ("delete", "hardDelete"):
            delete(self.org, self.sobject, record_id, options=self.options)
            if self.job.operation == "hardDelete":
                self.org.table(self.sobject.name).gone.pop(record_id, None)
        else:
            update(self.org, self.sobject, record_id, given=given, options=self.options)
        return record_id
