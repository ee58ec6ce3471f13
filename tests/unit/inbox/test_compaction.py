"""Fewer, larger parts: the same beacons, read by the same numbers, and none older than it may grow."""

import json
from random import Random

import pytest
from sqlalchemy import select

from turnout.clock import VirtualClock
from turnout.database import transaction
from turnout.facts.embedded import embedded
from turnout.facts.parts import Parts
from turnout.inbox.compaction import compact, due
from turnout.metrics.engine import measured
from turnout.metrics.state import refresh
from turnout.sources.files import ingest
from turnout.sources.player import Player, Seat, Stretch
from turnout.tables import PART

MB = 1 << 20
DAY = 86_400.0


@pytest.mark.parametrize(
    ("sizes", "run"),
    [
        ([], None),
        ([100] * 7, None),
        ([100] * 8, slice(0, 8)),
        ([2 * MB, *[100] * 8], slice(1, 9)),
        ([*[2 * MB] * 7, *[100] * 7], None),
        ([*[2 * MB] * 8, *[100] * 3], slice(0, 11)),
        ([2 << 30] * 9, None),
    ],
)
def test_eight_files_of_a_size_are_united(sizes, run):
    assert due(sizes) == run


def watch(home, engine, clock, user: str, *, start: float = 1_795_289_460.0) -> None:
    seat = Seat(user, "1_live0001", True, "1", "9001")
    file = home / f"{user}.jsonl"
    beacons = Player(seat, start, Random(user)).watch(Stretch(3))
    file.write_text("".join(json.dumps(one) + "\n" for one in beacons))
    ingest(home, engine, "beacons", [file], clock=clock)


def seconds(home, engine) -> dict[str, int]:
    return {row.user: row.parts["live_ms"] // 1000 for row in measured(home, engine).rows}


@pytest.fixture
def counted(home, engine, clock):
    """Eight viewers, each in a part of their own, counted."""
    clock.advance_to(1_795_290_000.0)
    for number in range(8):
        watch(home, engine, clock, f"ada-{number}")
    refresh(home, engine, clock)
    return home


def test_united_parts_hold_the_same_beacons(counted, engine, clock):
    def rows() -> list[tuple]:
        with embedded(counted / "scratch") as work:
            return work.execute(f"SELECT * FROM read_parquet('{counted}/beacons/*.parquet') ORDER BY ALL").fetchall()

    before = rows()
    assert compact(counted, engine, clock) == 1
    assert len(Parts(counted / "beacons").names()) == 1
    assert rows() == before


def test_a_session_that_is_counted_again_is_read_from_the_united_part(counted, engine, clock):
    compact(counted, engine, clock)
    with transaction(engine) as connection:
        connection.execute(PART.update().values(generation=0).where(PART.c.id == 1))
    assert refresh(counted, engine, clock).sessions == 8
    assert seconds(counted, engine) == {f"ada-{number}": 30 for number in range(8)}


def test_lines_whose_part_was_united_are_still_known(counted, engine, clock):
    compact(counted, engine, clock)
    done = ingest(counted, engine, "beacons", [counted / "ada-1.jsonl"], clock=clock)
    assert (done.new, done.known) == (0, 6)


def test_parts_that_are_not_counted_yet_are_left_alone(home, engine, clock):
    for number in range(9):
        watch(home, engine, clock, f"ada-{number}")
    assert compact(home, engine, clock) == 0
    assert len(Parts(home / "beacons").names()) == 9


def test_counted_beacons_are_dropped_when_they_are_old_and_their_numbers_stay(counted, engine, clock):
    clock.sleep(2 * DAY)
    watch(counted, engine, clock, "bob", start=clock.now() - 60)
    refresh(counted, engine, clock)
    assert compact(counted, engine, clock, keep_days=1) == 1
    assert seconds(counted, engine) == {"bob": 30, **{f"ada-{number}": 30 for number in range(8)}}
    assert ingest(counted, engine, "beacons", [counted / "ada-1.jsonl"], clock=clock).new == 0


def test_a_session_whose_beacons_were_dropped_stays_as_it_was_counted(counted, engine, clock):
    clock.sleep(2 * DAY)
    compact(counted, engine, clock, keep_days=1)
    lines = (counted / "ada-1.jsonl").read_text().splitlines()
    (counted / "late.jsonl").write_text(lines[3] + "\n")
    ingest(counted, engine, "beacons", [counted / "late.jsonl"], clock=clock)
    done = refresh(counted, engine, clock)
    assert (done.sessions, done.late) == (0, 1)
    assert seconds(counted, engine)["ada-1"] == 30


def test_a_file_that_nothing_names_is_removed_once_it_is_an_hour_old(counted, engine):
    (counted / "beacons" / "orphan.parquet").write_text("")
    now = (counted / "beacons" / "orphan.parquet").stat().st_mtime
    compact(counted, engine, VirtualClock(now + 3_000))
    assert "orphan.parquet" in Parts(counted / "beacons").names()
    compact(counted, engine, VirtualClock(now + 4_000))
    assert "orphan.parquet" not in Parts(counted / "beacons").names()


def test_every_part_names_a_file_that_exists(counted, engine, clock):
    compact(counted, engine, clock)
    with transaction(engine) as connection:
        named = set(connection.execute(select(PART.c.path)).scalars())
    assert named == Parts(counted / "beacons").names()
