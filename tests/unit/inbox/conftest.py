"""A home with an empty state database."""

from pathlib import Path

import pytest

from turnout.clock import VirtualClock
from turnout.database import opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def engine(home: Path):
    found = opened(f"sqlite:///{home / 'turnout.db'}")
    yield found
    found.dispose()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
