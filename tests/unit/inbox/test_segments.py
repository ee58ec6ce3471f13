"""Segments become parts once, whatever happens in between."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from turnout.clock import VirtualClock
from turnout.database import transaction
from turnout.inbox.arrivals import quarantined
from turnout.inbox.log import Log
from turnout.inbox.segments import Drained, seal_segments
from turnout.tables import PART


class Killed(Exception):
    """Stands for the end of the process."""


class DeadClock(VirtualClock):
    """A clock whose process ends when it is read."""

    def now(self) -> float:
        raise Killed


def line(number: int) -> bytes:
    url = f"/api_v3/index.php?eventType=99&partnerId=1&entryId=1_a&sessionId=a&eventIndex={number}"
    return json.dumps({"captured_at": 1_795_290_000 + number, "url": url, "body": ""}).encode() + b"\n"


def write(home: Path, *lines: bytes) -> None:
    log = Log(home / "log")
    log.write(lines, 0.0)
    log.close()


def sealed(engine) -> list[int]:
    with transaction(engine) as connection:
        return list(connection.execute(select(PART.c.rows).order_by(PART.c.id)).scalars())


def drain(home, engine, clock=None) -> Drained:
    return seal_segments(home, engine, clock or VirtualClock(), source="kaltura")


def test_each_segment_becomes_a_part_and_is_removed(home, engine):
    write(home, line(1), line(2))
    write(home, line(3))
    assert drain(home, engine) == Drained(2, 3, 0, 1_795_290_001.0, 1_795_290_003.0)
    assert sorted(sealed(engine)) == [1, 2]
    assert list((home / "log").iterdir()) == []


def test_a_home_without_logs_has_nothing_to_seal(home, engine):
    assert drain(home, engine) == Drained(0, 0, 0)


def test_a_segment_whose_sealing_was_killed_is_sealed_once(home, engine):
    write(home, line(1))
    with pytest.raises(Killed):
        drain(home, engine, DeadClock())
    assert drain(home, engine) == Drained(1, 1, 0, 1_795_290_001.0, 1_795_290_001.0)


def test_a_segment_that_was_sealed_but_not_removed_is_known(home, engine):
    write(home, line(1))
    (segment,) = (home / "log").iterdir()
    copy = segment.read_bytes()
    drain(home, engine)
    segment.write_bytes(copy)
    assert drain(home, engine) == Drained(1, 0, 0)
    assert sealed(engine) == [1]


def test_a_line_that_was_cut_off_is_put_aside_and_the_rest_counts(home, engine):
    write(home, line(1), line(2)[:40] + b"\n")
    assert drain(home, engine) == Drained(1, 1, 1, 1_795_290_001.0, 1_795_290_001.0)
    with transaction(engine) as connection:
        assert [reason for _, _, reason, _ in quarantined(connection)] == ["the line is no JSON"]
