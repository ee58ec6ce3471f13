"""The running state: generations are atomic, few, and can be made again after any crash."""

from random import Random

import pytest
from sqlalchemy import select, update

from turnout.clock import VirtualClock
from turnout.database import transaction
from turnout.metrics.state import refresh, state_parts
from turnout.sources.player import Player, Seat, Stretch
from turnout.tables import GENERATION, PART


class Killed(Exception):
    """Stands for the end of the process."""


class LastClock(VirtualClock):
    """A clock that can be read so many times before the process ends; commits read it."""

    def __init__(self, *, reads: int) -> None:
        super().__init__()
        self._reads = reads

    def now(self) -> float:
        self._reads -= 1
        if self._reads < 0:
            raise Killed
        return super().now()


def watched(number: int, *, views: int = 3) -> list[dict]:
    seat = Seat(f"ada-{number}", "1_live0001", True, "1", "9001")
    return list(Player(seat, 1_795_289_460.0, Random(number)).watch(Stretch(views)))


def generations(bench) -> list[str]:
    with transaction(bench.engine) as connection:
        return list(connection.execute(select(GENERATION.c.path).order_by(GENERATION.c.id)).scalars())


def test_nothing_new_makes_no_generation(bench):
    bench.take(watched(1))
    bench.refresh()
    assert bench.refresh().sessions == 0
    assert len(generations(bench)) == 1


def test_a_refresh_that_was_killed_in_its_commit_is_done_again(bench):
    bench.take(watched(1))
    with pytest.raises(Killed):
        refresh(bench.home, bench.engine, LastClock(reads=0))
    assert bench.parts() == {}
    assert bench.refresh().sessions == 1
    assert bench.parts("live_ms") == {("ada-1", "1_live0001", 1): {"live_ms": 30_000}}


def test_a_refresh_that_was_killed_while_it_compacted_has_lost_nothing(bench):
    bench.take(watched(1))
    bench.refresh()
    bench.take(watched(2))
    with pytest.raises(Killed):
        refresh(bench.home, bench.engine, LastClock(reads=1))
    assert len(generations(bench)) == 2
    bench.refresh()
    assert len(generations(bench)) == 1
    assert len(bench.parts()) == 2


def test_many_small_steps_leave_few_generations_and_the_right_numbers(bench):
    for number in range(9):
        bench.take(watched(number))
        refresh(bench.home, bench.engine, bench.clock)
    assert len(generations(bench)) <= 3
    assert bench.parts("live_ms") == {(f"ada-{number}", "1_live0001", 1): {"live_ms": 30_000} for number in range(9)}


def test_files_that_no_generation_names_are_dropped_at_the_next_refresh(bench):
    for number in range(3):
        bench.take(watched(number))
        bench.refresh()
    retired = state_parts(bench.home).names() - set(generations(bench))
    bench.refresh()
    assert retired
    assert state_parts(bench.home).names() == set(generations(bench))


def test_every_part_counts_as_consumed_once_its_generation_stands(bench):
    bench.take(watched(1))
    bench.refresh()
    with transaction(bench.engine) as connection:
        assert list(connection.execute(select(PART.c.generation)).scalars()) == [1]


def test_all_parts_counted_again_give_the_same_numbers(bench):
    bench.take(watched(1, views=5))
    bench.refresh()
    before = bench.parts()
    with transaction(bench.engine) as connection:
        connection.execute(update(PART).values(generation=0))
    bench.refresh()
    assert bench.parts() == before
