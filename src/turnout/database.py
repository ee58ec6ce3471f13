"""Open the state database, and bring its tables up to date."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from turnout.errors import Later, SettingsError

_INSERT: Final[Mapping[str, Callable[..., Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS: Final = 30.0
URL_HINT: Final = "give an SQLite or PostgreSQL URL whose driver is installed, or none for a file in the home"
HELD_HINT: Final = "see that no other process holds it, then run again"


def opened(url: str) -> Engine:
    """Return an engine on the database at `url`, migrated to the newest tables.

    `url` is an SQLAlchemy URL, e.g. sqlite:////srv/turnout/turnout.db or postgresql+psycopg://...
    An SQLite database that another process holds is waited for 30 seconds, or the URL's own ?timeout=.
    Raises Later where it is held longer; SettingsError where the URL cannot be used, or the database cannot be
    opened, is none of Turnout's, or was made by a newer Turnout.
    """
    engine = _engine(url)
    shown = f"the state database at {engine.url.render_as_string()}"
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    try:
        _migrate(engine)
    except (DatabaseError, sqlite3.DatabaseError) as failure:
        engine.dispose()
        cause = failure.orig if isinstance(failure, DatabaseError) else failure
        if _held(cause):
            raise Later(f"{shown} does not answer: {cause}", HELD_HINT) from failure
        raise SettingsError(
            f"{shown} cannot be opened: {cause}",
            "check that the folder exists, can be written to, and that the file is Turnout's own",
        ) from failure
    except CommandError as failure:
        engine.dispose()
        raise SettingsError(
            f"{shown} was made by a newer Turnout: {failure}", "install that version, or name another database"
        ) from failure
    return engine


def _engine(url: str) -> Engine:
    try:
        place = make_url(url)
        if place.get_backend_name() not in _INSERT:
            raise SettingsError(f"a {place.get_backend_name()} database cannot hold the state", URL_HINT)
        impatient = place.get_backend_name() != "sqlite" or "timeout" in place.query
        return create_engine(place, connect_args={} if impatient else {"timeout": BUSY_SECONDS})
    except (ArgumentError, ImportError) as failure:
        raise SettingsError(f"the state database's URL cannot be used: {failure}", URL_HINT) from failure


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run what is inside as one transaction; a database that is locked or gone raises Later."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as failure:
        raise Later(f"the state database does not answer: {failure.orig}", HELD_HINT) from failure


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, fresh: bool = True) -> None:
    """Write `rows` by the table's primary key; where `fresh` is False, a row that stands is left as it is."""
    if not rows:
        return
    statement = _INSERT[connection.dialect.name](table)
    keys = [column.name for column in table.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if fresh and values:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def _tune_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _held(cause: BaseException | None) -> bool:
    """Whether SQLite says that another process holds the file."""
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _migrate(engine: Engine) -> None:
    """Bring the tables up to date in one transaction: all of a migration stands, or nothing of it.

    SQLite would commit each table alone; so its transaction is begun by hand, and at once for writing,
    which also lets two processes that open a new home at the same time go one after the other.
    """
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
