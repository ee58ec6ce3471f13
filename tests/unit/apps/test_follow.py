"""The live view: only who changed, with how old what is new was at each hop."""

from itertools import islice
from random import Random

import msgspec
import pytest

from turnout.apps.follow import looks
from turnout.clock import VirtualClock
from turnout.inbox.log import Log
from turnout.pipeline.home import home
from turnout.pipeline.intake import take_in
from turnout.sources.player import Player, Seat, Stretch

START = 1_795_289_460.0


def arrive(path, user: str, *, views: int = 2, start: float = START) -> None:
    """Let a collector have kept what one viewer's player sent."""
    seat = Seat(user, "1_live0001", True, "330022", "9001")
    log = Log(path / "log")
    beacons = Player(seat, start, Random(user)).watch(Stretch(views))
    log.write([msgspec.json.encode(one) + b"\n" for one in beacons], start)
    log.close()


@pytest.fixture
def opened(tmp_path):
    with home(tmp_path, VirtualClock(START + 60)) as found:
        yield found


def told(look) -> dict[str, float]:
    return {row["user"]: row["live_minutes_viewed"] for row in look["rows"]}


def test_each_look_tells_only_of_whom_it_changed(opened):
    seen = looks(opened, "9001")
    arrive(opened.path, "ada", views=3)
    assert told(next(seen)) == {"ada": 0.5}
    arrive(opened.path, "bob", views=6, start=START + 1)
    assert told(next(seen)) == {"bob": 1.0}
    assert told(next(seen)) == {}


def test_what_another_process_counted_is_told_as_well(opened):
    seen = looks(opened)
    assert told(next(seen)) == {}
    arrive(opened.path, "ada", views=3)
    take_in(opened)
    assert told(next(seen)) == {"ada": 0.5}


def test_an_event_that_is_not_asked_for_is_not_told(opened):
    arrive(opened.path, "ada")
    assert told(next(looks(opened, "9002"))) == {}


def test_the_lag_tells_how_old_the_oldest_new_beacon_was(opened):
    arrive(opened.path, "ada")
    (look,) = islice(looks(opened), 1)
    assert look["lag"] == {"waited in the log": 60.0, "sealed": 0.0, "counted": 0.0, "shown": 0.0, "all": 60.0}


def test_there_is_no_lag_where_nothing_is_new(opened):
    assert next(looks(opened))["lag"] == {}
