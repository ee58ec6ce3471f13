"""A home with an empty state database, made from a template that was migrated once."""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert

from turnout.clock import VirtualClock
from turnout.database import opened, transaction
from turnout.metrics.engine import measured
from turnout.metrics.rows import Measured
from turnout.metrics.state import Refreshed, refresh
from turnout.sources.files import Ingested, ingest
from turnout.tables import SESSION

EXAMPLE = Path(__file__).parents[3] / "examples" / "winter-summit"


class Bench:
    """A home to ingest into and to measure."""

    def __init__(self, home: Path, engine: Engine) -> None:
        self.home, self.engine, self.clock = home, engine, VirtualClock()
        self._files = 0

    def sessions(self, *rows: dict[str, Any]) -> None:
        with transaction(self.engine) as connection:
            connection.execute(SESSION.delete())
            connection.execute(insert(SESSION), list(rows))

    def take(self, beacons: Iterable[dict[str, Any]]) -> Ingested:
        """Ingest captured requests as one file."""
        self._files += 1
        file = self.home / f"beacons-{self._files}.jsonl"
        file.write_text("".join(json.dumps(beacon) + "\n" for beacon in beacons), encoding="utf-8")
        return self.ingest("beacons", file)

    def ingest(self, kind: str, *files: Path) -> Ingested:
        return ingest(self.home, self.engine, kind, files, clock=self.clock)

    def refresh(self) -> Refreshed:
        return refresh(self.home, self.engine, self.clock)

    def measured(self, event_id: str | None = None) -> Measured:
        return measured(self.home, self.engine, event_id)

    def parts(self, *names: str) -> dict[tuple[str, str, int | None], dict[str, int]]:
        """Return the parts by user, entry and channel; of those that are not zero, all or the named ones."""
        return {
            (row.user, row.entry_id, row.channel_id): {
                name: value for name, value in row.parts.items() if value and (not names or name in names)
            }
            for row in self.measured().rows
        }


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "turnout.db"
    opened(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture
def benches(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Callable[[], Bench]]:
    """Make as many benches as a test asks for."""
    made: list[Bench] = []

    def bench() -> Bench:
        home = tmp_path_factory.mktemp("home")
        shutil.copy(template, home / "turnout.db")
        made.append(Bench(home, create_engine(f"sqlite:///{home / 'turnout.db'}")))
        return made[-1]

    yield bench
    for each in made:
        each.engine.dispose()


@pytest.fixture
def bench(benches: Callable[[], Bench]) -> Bench:
    return benches()


@pytest.fixture(scope="session")
def captures() -> Sequence[dict[str, Any]]:
    """The requests of the real player."""
    return [json.loads(line) for line in (EXAMPLE / "beacons.jsonl").read_text(encoding="utf-8").splitlines()]
