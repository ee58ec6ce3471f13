"""The embedded engine, opened so that it needs no network, no extension and a bounded memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from turnout.errors import Halted, InputError

MEMORY = "2GB"


@contextmanager
def embedded(scratch: Path, *, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to an empty database in memory that spills to `scratch`.

    Raises InputError for data it cannot read, and Halted where the disk or the memory is spent.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": memory,
        "temp_directory": str(scratch),
    }
    connection = duckdb.connect(":memory:", config=settings)
    try:
        yield connection
    except (duckdb.OutOfMemoryException, duckdb.IOException) as failure:
        raise Halted(f"the engine cannot go on: {failure}", "free disk space or memory, then run it again") from failure
    except duckdb.DataError as failure:
        raise InputError(f"the data cannot be read: {failure}", "see what the message names, and ingest again") from (
            failure
        )
    finally:
        connection.close()


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def file_list(paths: Sequence[str]) -> str:
    """Return paths as an SQL list of literals."""
    return "[" + ", ".join(literal(path) for path in paths) + "]"
