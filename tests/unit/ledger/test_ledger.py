"""A ledger on a database that cannot be written to now; the rest is in tests/contract/test_state.py."""

import sqlite3
from pathlib import Path

import pytest

from turnout.clock import VirtualClock
from turnout.database import opened
from turnout.errors import Later
from turnout.ledger.ledger import Ledger
from turnout.values.records import Key, Kind
from turnout.values.rows import LedgerRow

ADA = Key("", Kind.PERSON, "ada")


def test_memory_does_not_run_ahead_of_what_is_written(tmp_path: Path) -> None:
    file = tmp_path / "turnout.db"
    engine = opened(f"sqlite:///{file}?timeout=0")
    ledger = Ledger(engine, "crm", VirtualClock())
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Later):
        ledger.want({ADA: "d1"}, ["b1"])
    other.close()
    engine.dispose()
    assert ledger.row(ADA) == LedgerRow(ADA)
