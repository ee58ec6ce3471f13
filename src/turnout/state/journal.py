"""The journal: runs, calls with what came of them, and streams that a person has to set going again."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from turnout.database import upsert
from turnout.tables import CALL, HALT, RUN


class Call(Struct, frozen=True):
    """One request and what came of it; `seconds` is how long the answer took."""

    account: str
    at: float
    seconds: float
    method: str
    path: str
    writing: bool
    status: int
    verdict: str = ""
    words: str = ""
    request_id: str = ""
    batch: str = ""


class Halt(Struct, frozen=True):
    """A stream that stopped until a person acts."""

    account: str
    stream: str
    reason: str
    code: str
    at: float


def begin_run(connection: Connection, command: str, now: float) -> int:
    """Write that a run began; returns its number."""
    key = connection.execute(insert(RUN).values(command=command, started_at=now)).inserted_primary_key
    assert key is not None
    return int(key[0])


def end_run(connection: Connection, run: int, summary: Mapping[str, Any], *, now: float) -> None:
    """Write that a run ended, and with what."""
    told = msgspec.json.encode(summary).decode()
    connection.execute(update(RUN).where(RUN.c.id == run).values(ended_at=now, summary=told))


def runs(connection: Connection, limit: int = 20) -> list[dict[str, Any]]:
    """Return the latest runs, newest first."""
    lines = connection.execute(select(RUN).order_by(RUN.c.id.desc()).limit(limit)).mappings()
    return [{**line, "summary": msgspec.json.decode(line["summary"] or "{}")} for line in lines]


def record_call(connection: Connection, run: int, call: Call) -> None:
    """Write a call."""
    connection.execute(insert(CALL).values(run=run, **msgspec.structs.asdict(call)))


def answered_since(connection: Connection, account: str, since: float) -> list[float]:
    """Return when an account's calls were answered, of those sent since then; also those of other processes."""
    query = select(CALL.c.at + CALL.c.seconds).where(CALL.c.account == account, CALL.c.at > since)
    return [float(when) for when in connection.execute(query).scalars()]


def calls_of(connection: Connection, account: str, batch: str) -> list[dict[str, Any]]:
    """Return the calls that carried a batch."""
    query = select(CALL).where(CALL.c.account == account, CALL.c.batch == batch).order_by(CALL.c.id)
    return [dict(line) for line in connection.execute(query).mappings()]


def halt(connection: Connection, told: Halt) -> None:
    """Write that a stream stopped; one that had stopped before keeps its first reason and time."""
    upsert(connection, HALT, [msgspec.structs.asdict(told)], fresh=False)


def halts(connection: Connection, account: str = "") -> list[Halt]:
    """Return the streams that are stopped."""
    query = select(HALT).where(HALT.c.account == account) if account else select(HALT)
    return [Halt(**line) for line in connection.execute(query).mappings()]


def lift(connection: Connection, account: str) -> int:
    """Set an account's stopped streams going again; returns how many there were."""
    return connection.execute(delete(HALT).where(HALT.c.account == account)).rowcount
