import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from turnout.database import opened, transaction, upsert
from turnout.errors import Later, SettingsError
from turnout.tables import EVENT, SLOT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "turnout.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    found = opened(f"sqlite:///{file}?timeout=0")
    yield found
    found.dispose()


@pytest.fixture
def holder(file: Path, engine: Engine) -> Iterator[sqlite3.Connection]:
    """Another process that holds the database."""
    connection = sqlite3.connect(file)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_database_is_durable_and_lets_readers_beside_a_writer(engine: Engine) -> None:
    with engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_held_database_is_waited_for_30_seconds_unless_the_url_says_otherwise(tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'other.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    engine.dispose()


@pytest.mark.usefixtures("holder")
def test_a_held_database_cannot_be_opened_now(file: Path) -> None:
    with pytest.raises(Later, match="does not answer") as caught:
        opened(f"sqlite:///{file}?timeout=0")
    assert caught.value.hint == "see that no other process holds it, then run again"


@pytest.mark.usefixtures("holder")
def test_a_held_database_cannot_be_written_to_now(engine: Engine) -> None:
    with pytest.raises(Later, match="database is locked"), transaction(engine) as connection:
        upsert(connection, EVENT, [{"id": "9001", "name": "Winter Summit 2026"}])


def test_a_transaction_that_breaks_leaves_nothing(engine: Engine) -> None:
    halves = [{"id": "9001", "name": "Winter Summit 2026"}, {"id": "9002", "name": object()}]
    with pytest.raises(SQLAlchemyError), transaction(engine) as connection:
        upsert(connection, EVENT, halves)
    with transaction(engine) as connection:
        assert connection.execute(select(EVENT)).all() == []


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.write_text("Dear diary, " * 100)
    with pytest.raises(SettingsError, match="file is not a database") as caught:
        opened(f"sqlite:///{file}")
    assert "the file is Turnout's own" in caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unable to open database file"):
        opened(f"sqlite:///{tmp_path / 'nowhere' / 'turnout.db'}")


def test_somebody_elses_database_is_refused_and_left_alone(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE ledger (penny INTEGER)")
    other.commit()
    with pytest.raises(SettingsError, match="table ledger already exists"):
        opened(f"sqlite:///{file}")
    tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    other.close()
    assert tables == [("ledger",)]


def test_a_database_of_a_newer_turnout_is_refused(file: Path, engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="newer Turnout"):
        opened(f"sqlite:///{file}")


def test_processes_that_open_a_new_home_at_once_all_find_it_made(file: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(opened, [f"sqlite:///{file}"] * 4))
    for engine in engines:
        with transaction(engine) as connection:
            assert connection.execute(select(EVENT)).all() == []
        engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuch://db", "mysql://localhost/x", "sqlite+nosuch:///x", "postgresql+nosuch://user:hush@db/x"],
)
def test_a_url_that_names_no_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        opened(url)
    assert "hush" not in caught.value.message


def test_an_upsert_writes_new_rows_and_renews_old_ones(engine: Engine) -> None:
    with transaction(engine) as connection:
        upsert(connection, EVENT, [{"id": "9001", "name": "Old"}])
        upsert(connection, EVENT, [{"id": "9001", "name": "New"}, {"id": "9002", "name": "Other"}])
        found = connection.execute(select(EVENT.c.id, EVENT.c.name).order_by(EVENT.c.id)).all()
    assert found == [("9001", "New"), ("9002", "Other")]


def test_an_upsert_leaves_columns_that_it_does_not_name(engine: Engine) -> None:
    with transaction(engine) as connection:
        upsert(connection, EVENT, [{"id": "9001", "name": "Summit", "starts_at": 5.0}])
        upsert(connection, EVENT, [{"id": "9001", "name": "New"}])
        assert connection.execute(select(EVENT.c.starts_at)).scalar() == 5.0


def test_an_upsert_can_leave_what_stands(engine: Engine) -> None:
    with transaction(engine) as connection:
        upsert(connection, SLOT, [{"session": "s", "poll": "a", "slot": 1}])
        upsert(connection, SLOT, [{"session": "s", "poll": "a", "slot": 2}], fresh=False)
        assert connection.execute(select(SLOT.c.slot)).scalars().all() == [1]


def test_an_upsert_of_nothing_does_nothing(engine: Engine) -> None:
    with transaction(engine) as connection:
        upsert(connection, EVENT, [])
        assert connection.execute(select(EVENT)).all() == []
