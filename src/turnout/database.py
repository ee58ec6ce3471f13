"""Open the state database, and bring its tables up to date."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from turnout.errors import Later, SettingsError

_INSERT: Final[Mapping[str, Callable[..., Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
MIGRATIONS = Path(__file__).parent / "migrations"


def opened(url: str) -> Engine:
    """Return an engine on the database at `url`, migrated to the newest tables.

    `url` is an SQLAlchemy URL, e.g. sqlite:////srv/turnout/turnout.db or postgresql+psycopg://...
    Raises SettingsError where it cannot be opened or is no database of Turnout.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    try:
        _migrate(engine)
    except (OperationalError, DatabaseError) as failure:
        raise SettingsError(
            f"the state database at {engine.url.render_as_string()} cannot be opened: {failure.orig}",
            "check that the folder exists, can be written to, and that the file is Turnout's own",
        ) from failure
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run what is inside as one transaction; a database that is locked or gone raises Later."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as failure:
        raise Later(
            f"the state database does not answer: {failure.orig}", "see that no other process holds it, then run again"
        ) from failure


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
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(engine: Engine) -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
