"""quarantine -> inbox: what could not be read is tried again, after a fix."""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from turnout.database import transaction
from turnout.facts.columns import Unreadable
from turnout.facts.embedded import embedded
from turnout.facts.parts import Parts
from turnout.inbox.beacons import KIND, Identify, parse, stated, write_part
from turnout.tables import ARRIVAL, PART

Read = Callable[[Mapping[str, Any], str, float], object | Unreadable]


class Replayed(NamedTuple):
    """How many pieces can be read now, and how many still cannot."""

    mended: int
    left: int


def replay_rows(engine: Engine, kind: str, read: Read) -> Replayed:
    """Read the quarantined rows of one kind again; those that can be read count from now on."""
    with transaction(engine) as connection:
        waiting = _waiting(connection, kind)
        reasons = {row.id: _reason(read, row) for row in waiting}
        _settle(connection, waiting, reasons)
    return _counted(reasons)


def replay_beacons(home: Path, engine: Engine, *, source: str, now: float, identify: Identify = stated) -> Replayed:
    """Read the quarantined beacons of one source again; those that can be read are sealed in a part of their own."""
    with transaction(engine) as connection:
        waiting = [row for row in _waiting(connection, KIND) if row.source == source]
    if not waiting:
        return Replayed(0, 0)
    text = "".join(row.body.replace("\n", " ") + "\n" for row in waiting)
    aside = home / "scratch" / "replay.lines"
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(text, encoding="utf-8")
    writer = f"replay-{sha256(f'{source} {text}'.encode()).hexdigest()[:32]}"
    with embedded(aside.parent) as work:
        parse(work, aside, source=source, identify=identify)
        told = dict(work.execute("SELECT n, reason FROM parsed").fetchall())
        reasons = {row.id: told.get(number, row.reason) for number, row in enumerate(waiting, 1)}
        found = _counted(reasons)
        if found.mended:
            sealed = Parts(home / "beacons").seal(f"{writer}.parquet", lambda path: write_part(work, path))
            part = {"writer": writer, "seq": 0, "path": sealed.name, "rows": found.mended, "sha256": sealed.sha256}
            with transaction(engine) as connection:
                connection.execute(insert(PART).values(**part, received_at=now))
                _settle(connection, waiting, reasons)
    aside.unlink(missing_ok=True)
    return found


def _waiting(connection: Connection, kind: str) -> Sequence[Any]:
    query = select(ARRIVAL).where(ARRIVAL.c.kind == kind, ARRIVAL.c.reason != "").order_by(ARRIVAL.c.id)
    return connection.execute(query).all()


def _reason(read: Read, row: Any) -> str:
    """Return why a row still cannot be read; one that was never taken apart keeps its reason."""
    try:
        body = json.loads(row.body)
    except ValueError:
        return str(row.reason)
    if not isinstance(body, dict):
        return str(row.reason)
    fact = read(body, row.source, row.received_at)
    return fact.reason if isinstance(fact, Unreadable) else ""


def _settle(connection: Connection, waiting: Sequence[Any], reasons: Mapping[int, str]) -> None:
    for row in waiting:
        if reasons[row.id] != row.reason:
            connection.execute(update(ARRIVAL).where(ARRIVAL.c.id == row.id).values(reason=reasons[row.id]))


def _counted(reasons: Mapping[int, str]) -> Replayed:
    left = sum(bool(reason) for reason in reasons.values())
    return Replayed(len(reasons) - left, left)
