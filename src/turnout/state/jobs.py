"""Bulk jobs under way: each step is written down before the next is taken."""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, select

from turnout.database import upsert
from turnout.tables import JOB
from turnout.values.records import Kind


class JobRow(Struct, frozen=True):
    """A bulk job of one stream; `number` is the batch under which its records are claimed. Times: epoch seconds."""

    account: str
    number: str
    binding: str
    kind: Kind
    state: str
    remote_id: str
    rows: int
    due: float
    made_at: float


def save_job(connection: Connection, job: JobRow) -> None:
    """Write a job as it stands now."""
    upsert(connection, JOB, [{**msgspec.structs.asdict(job), "kind": job.kind.value}])


def jobs(connection: Connection, account: str) -> list[JobRow]:
    """Return an account's jobs under way, oldest first."""
    query = select(JOB).where(JOB.c.account == account).order_by(JOB.c.made_at, JOB.c.number)
    return [JobRow(**{**line, "kind": Kind(line["kind"])}) for line in connection.execute(query).mappings()]


def end_job(connection: Connection, account: str, number: str) -> None:
    """Forget a job whose every row has its outcome."""
    connection.execute(delete(JOB).where(JOB.c.account == account, JOB.c.number == number))
