"""parts of beacons -> fewer, larger parts, each row moved seldom; and none older than they may grow."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct
from sqlalchemy import Engine, select, update

from turnout.clock import Clock
from turnout.database import transaction
from turnout.disk import alone
from turnout.facts.beacons import FIELDS
from turnout.facts.embedded import embedded, file_list
from turnout.facts.parts import Parts
from turnout.inbox.beacons import write_part
from turnout.metrics.state import STATE_LOCK
from turnout.tables import PART

BEACONS: Final = "beacons"
FAN: Final = 8
UNIT_BYTES: Final = 1 << 20
LARGEST_BYTES: Final = 1 << 30
ORPHAN_SECONDS: Final = 3600.0
DAY_SECONDS: Final = 86_400.0


class Kept(Struct, frozen=True):
    """A file of counted beacons: its name, its size, and when the last of what it holds was sealed."""

    name: str
    size_bytes: int
    received_at: float


def compact(home: Path, engine: Engine, clock: Clock, *, keep_days: int = 0) -> int:
    """Unite counted parts while there are many of a size, and drop those older than `keep_days` (0: none).

    Returns how many files are left. A row of the state database remains for each part that was ever sealed, so
    that the same lines are still known when they come again; it names the file that holds them, or none.
    Whoever reads parts holds the same lock, so no file vanishes under a reader. Killed at any instant, it leaves
    at most a file that nothing names, which a later run removes.
    """
    store = Parts(home / BEACONS)
    with alone(home / STATE_LOCK):
        _drop_old(engine, store, clock.now() - keep_days * DAY_SECONDS if keep_days else 0.0)
        files = _files(engine, store)
        while run := due([file.size_bytes for file in files]):
            _unite(home, engine, files[run])
            files = _files(engine, store)
        _drop_orphans(engine, store, clock.now() - ORPHAN_SECONDS)
    return len(files)


def due(sizes: Sequence[int]) -> slice | None:
    """Return which files, in the order in which they came, are to be united next; None where none are.

    Sizes fall into tiers, each eight times the one below. The newest files up to a tier are united once eight of
    them are in that tier, so a row moves once a tier; a file of the highest tier never moves.
    """
    tiers = [_tier(size) for size in sizes]
    for tier in range(_tier(LARGEST_BYTES)):
        start = len(tiers)
        while start and tiers[start - 1] <= tier:
            start -= 1
        if sum(one == tier for one in tiers[start:]) >= FAN:
            return slice(start, len(tiers))
    return None


def _tier(size_bytes: int) -> int:
    tier = 0
    while size_bytes >= UNIT_BYTES * FAN**tier:
        tier += 1
    return tier


def _files(engine: Engine, store: Parts) -> list[Kept]:
    """Return the files of counted beacons, oldest first."""
    query = select(PART.c.path, PART.c.received_at).where(PART.c.generation > 0, PART.c.path != "").order_by(PART.c.id)
    with transaction(engine) as connection:
        rows = connection.execute(query).all()
    newest: dict[str, float] = {}
    for path, received_at in rows:
        newest[path] = max(newest.get(path, 0.0), received_at)
    return [Kept(name, store.size_bytes(name), received_at) for name, received_at in newest.items()]


def _unite(home: Path, engine: Engine, files: Sequence[Kept]) -> None:
    store = Parts(home / BEACONS)
    names = [file.name for file in files]
    united = f"united-{sha256(' '.join(names).encode()).hexdigest()[:32]}.parquet"
    columns = ", ".join(field.name for field in FIELDS)
    with embedded(home / "scratch") as work:
        source = file_list([store.locate(name) for name in names])
        work.execute(f"CREATE VIEW parsed AS SELECT {columns}, '' AS reason FROM read_parquet({source})")
        sealed = store.seal(united, lambda path: write_part(work, path))
    with transaction(engine) as connection:
        connection.execute(update(PART).where(PART.c.path.in_(names)).values(path=sealed.name, sha256=sealed.sha256))
    store.drop(names)


def _drop_old(engine: Engine, store: Parts, before: float) -> None:
    old = [file.name for file in _files(engine, store) if file.received_at < before]
    with transaction(engine) as connection:
        connection.execute(update(PART).where(PART.c.path.in_(old)).values(path="", sha256=""))
    store.drop(old)


def _drop_orphans(engine: Engine, store: Parts, before: float) -> None:
    """Remove files that no row names; a part that was sealed just now may not have its row yet."""
    with transaction(engine) as connection:
        named = set(connection.execute(select(PART.c.path)).scalars())
    store.drop(name for name in store.names() - named if store.changed_at(name) < before)
