"""parts of beacons -> the running state of viewing sessions: one atomic generation a step."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, insert, select, update

from turnout.clock import Clock
from turnout.database import transaction
from turnout.disk import alone
from turnout.facts.beacons import FIELDS
from turnout.facts.embedded import embedded, file_list
from turnout.facts.parts import Parts
from turnout.metrics import statements
from turnout.tables import GENERATION, PART, SESSION

ROW_GROUP = 20_000

STATE_LOCK = "state.lock"
"""Held by who reads the parts of beacons, or moves them."""


class Refreshed(Struct, frozen=True):
    """What a refresh took in: parts, the viewing sessions it touched, and the beacons that were new.

    `step` numbers the refreshes that touched anything; `late` counts sessions with beacons that came after theirs
    were dropped: such a session stays as it was counted.
    """

    parts: int
    sessions: int
    beacons: int
    step: int = 0
    late: int = 0


class Standing(Struct, frozen=True):
    """What the state database says: parts not yet consumed and consumed, generations, lengths of entries.

    `dropped_ms` is before when beacons may be missing, since they were dropped once they were counted.
    """

    fresh: Mapping[int, str]
    consumed: Sequence[str]
    generations: Mapping[int, str]
    durations: Mapping[str, int]
    dropped_ms: int = 0


def beacon_parts(home: Path) -> Parts:
    """Return the store of sealed beacons."""
    return Parts(home / "beacons")


def state_parts(home: Path) -> Parts:
    """Return the store of the generations of the running state."""
    return Parts(home / "state")


def refresh(home: Path, engine: Engine, clock: Clock) -> Refreshed:
    """Bring the running state up to date with all sealed beacons and known durations.

    Killed at any instant and run again, it does the same: parts count as consumed in the transaction that
    names their generation. One process at a time refreshes a home; another waits.
    """
    store = state_parts(home)
    with alone(home / STATE_LOCK):
        with transaction(engine) as connection:
            standing = _standing(connection)
        store.drop(store.names() - set(standing.generations.values()))
        with embedded(home / "scratch") as work:
            _relations(work, home, standing)
            done = _advance(work, store, standing)
        if done.sessions or done.parts:
            _commit(engine, standing, clock, grown=done.sessions > 0)
        _compact(home, engine, clock)
    return done


def file_name(generation: int) -> str:
    """Return the name of a generation's file."""
    return f"{generation:09d}.parquet"


def held(work: duckdb.DuckDBPyConnection, home: Path, generations: Sequence[str]) -> None:
    """Make the relation `generations`: all rows of the named files, each with its generation's number."""
    files = [state_parts(home).locate(name) for name in generations]
    if files:
        number = "CAST(regexp_extract(filename, '(\\d+)\\.parquet$', 1) AS BIGINT) AS generation"
        source = f"SELECT *, {number} FROM read_parquet({file_list(files)}, filename = true)"
    else:
        columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in statements.STATE.items())
        source = f"SELECT {columns}, CAST(NULL AS BIGINT) AS generation WHERE FALSE"
    work.execute(f"CREATE VIEW generations AS {source}")


def stood(work: duckdb.DuckDBPyConnection, home: Path, generations: Sequence[str], *, since: int | None = None) -> None:
    """Make the relation `stood`: of each viewing session, the rows of the newest generation that holds it.

    With `since`, only of attendees whom a later step than that one touched.
    """
    held(work, home, generations)
    work.execute(f"CREATE VIEW near AS {'SELECT * FROM generations' if since is None else statements.lately(since)}")
    work.execute(f"CREATE VIEW stood AS {statements.STOOD}")


def generation_files(connection: Connection) -> dict[int, str]:
    """Return the files of all generations by their number, oldest first."""
    rows = connection.execute(select(GENERATION.c.id, GENERATION.c.path).order_by(GENERATION.c.id))
    return {row.id: row.path for row in rows}


def _standing(connection: Connection) -> Standing:
    columns = (PART.c.id, PART.c.path, PART.c.generation, PART.c.received_at)
    parts = connection.execute(select(*columns).order_by(PART.c.id)).all()
    lengths = connection.execute(select(SESSION.c.entry_id, SESSION.c.duration_ms).where(SESSION.c.duration_ms > 0))
    return Standing(
        fresh={part.id: part.path for part in parts if not part.generation},
        consumed=list(dict.fromkeys(part.path for part in parts if part.generation and part.path)),
        generations=generation_files(connection),
        durations={row.entry_id: row.duration_ms for row in lengths},
        dropped_ms=round(1000 * max((part.received_at for part in parts if not part.path), default=0.0)),
    )


def _relations(work: duckdb.DuckDBPyConnection, home: Path, standing: Standing) -> None:
    """Make the relations that the statements name, up to `touched`."""
    store = beacon_parts(home)
    _beacons(work, "fresh", [store.locate(name) for name in standing.fresh.values()])
    held(work, home, list(standing.generations.values()))
    work.execute("CREATE TABLE durations (entry VARCHAR, duration_ms BIGINT)")
    if standing.durations:
        work.executemany("INSERT INTO durations VALUES (?, ?)", list(standing.durations.items()))
    work.execute(f"CREATE TABLE changed AS {statements.CHANGED}")
    work.execute(f"CREATE TABLE near AS {statements.NEAR}")
    work.execute(f"CREATE TABLE stood AS {statements.STOOD}")
    work.execute(f"CREATE VIEW stands AS {statements.STANDS}")
    work.execute(f"CREATE TABLE came AS {statements.TOUCHED}")
    work.execute(f"CREATE TABLE touched AS {statements.countable(standing.dropped_ms)}")
    again = work.execute("SELECT count(*) FROM touched WHERE again").fetchall()[0][0]
    every = [*standing.consumed, *standing.fresh.values()] if again else []
    _beacons(work, "consumed", [store.locate(name) for name in every])
    work.execute(f"CREATE VIEW beacons AS {statements.COUNTED}")
    work.execute(f"CREATE TABLE carried AS {statements.CARRIED}")


def _beacons(work: duckdb.DuckDBPyConnection, name: str, files: Sequence[str]) -> None:
    if files:
        work.execute(f"CREATE VIEW {name} AS SELECT * EXCLUDE (raw) FROM read_parquet({file_list(files)})")
        return
    columns = ", ".join(f"CAST(NULL AS {field.type}) AS {field.name}" for field in FIELDS if field.name != "raw")
    work.execute(f"CREATE VIEW {name} AS SELECT {columns} WHERE FALSE")


def _advance(work: duckdb.DuckDBPyConnection, store: Parts, standing: Standing) -> Refreshed:
    """Write the next generation's file, where any viewing session is touched."""
    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in ("fresh", "touched", "came"))
    beacons, sessions, came = work.execute(f"SELECT {counts}").fetchall()[0]
    step = _next(standing.generations)
    if sessions:
        goes_on = f"SELECT stood.* FROM stood JOIN carried ON {statements.on_key('stood', 'carried')}"
        work.execute(f"CREATE VIEW deltas AS {statements.DELTAS}")
        work.execute(f"CREATE TABLE partials AS {statements.totals()} UNION ALL BY NAME {_only_state(goes_on)}")
        store.seal(file_name(step), lambda path: _copy(work, statements.states(step), path))
    return Refreshed(len(standing.fresh), sessions, beacons, step if sessions else step - 1, came - sessions)


def _only_state(query: str) -> str:
    return f"SELECT {', '.join(statements.STATE)} FROM ({query}) AS held"


def _copy(work: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"
    work.execute(f"COPY (SELECT * FROM ({query}) AS made ORDER BY viewing, entry) TO '{_quoted(path)}' ({options})")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _next(generations: Mapping[int, str]) -> int:
    return max(generations, default=0) + 1


def _commit(engine: Engine, standing: Standing, clock: Clock, *, grown: bool) -> None:
    """Name the new generation and count its parts as consumed, in one transaction."""
    number = _next(standing.generations)
    with transaction(engine) as connection:
        if grown:
            row = {"id": number, "path": file_name(number), "made_at": clock.now()}
            connection.execute(insert(GENERATION).values(row))
        for part in standing.fresh:
            connection.execute(update(PART).where(PART.c.id == part).values(generation=number))


def _compact(home: Path, engine: Engine, clock: Clock) -> None:
    """Unite the newest generations while the one before is not twice as large: a few files, each row moved seldom.

    The files united are dropped at the next refresh, so that who reads them now can finish.
    """
    store = state_parts(home)
    while True:
        with transaction(engine) as connection:
            generations = generation_files(connection)
        newest = list(generations)[-2:]
        if len(newest) < 2:
            return
        before, last = (store.size_bytes(generations[number]) for number in newest)
        if before > 2 * last:
            return
        number = _next(generations)
        with embedded(home / "scratch") as work:
            stood(work, home, [generations[each] for each in newest])
            store.seal(file_name(number), lambda path: _copy(work, _only_state("SELECT * FROM stood"), path))
        with transaction(engine) as connection:
            connection.execute(insert(GENERATION).values(id=number, path=file_name(number), made_at=clock.now()))
            connection.execute(delete(GENERATION).where(GENERATION.c.id.in_(newest)))
