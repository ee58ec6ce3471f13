import pytest
from tests.unit.plan.planning import NOW, ROW, Desk

from turnout.plan.late import shrunk, small
from turnout.plan.view import Late
from turnout.values.records import Value

LATE = Late()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"vod_minutes_viewed": 30.0}, {"vod_minutes_viewed": 30.9}, True),
        ({"vod_minutes_viewed": 30.0}, {"vod_minutes_viewed": 31.4}, True),
        ({"vod_minutes_viewed": 30.0}, {"vod_minutes_viewed": 31.5}, False),
        ({"vod_minutes_viewed": 1.0}, {"vod_minutes_viewed": 2.0}, False),
        ({"plays": 100}, {"plays": 104}, True),
        ({"plays": 100}, {"plays": 105}, False),
        ({"plays": 0}, {"plays": 1}, False),
        ({"plays": None}, {"plays": 1}, False),
        ({"plays": 1}, {"plays": None}, False),
        ({"user": "a"}, {"user": "b"}, False),
        ({"channel_id": 100}, {"channel_id": 101}, False),
        ({"plays": 100, "raise_hand": 1}, {"plays": 101, "raise_hand": 2}, False),
    ],
)
def test_a_change_is_small_below_the_threshold(
    before: dict[str, Value], after: dict[str, Value], expected: bool
) -> None:
    assert small(before, after, LATE) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"plays": 2}, {"plays": 1}, True),
        ({"plays": 2}, {"plays": None}, True),
        ({"plays": 2}, {"plays": 3}, False),
        ({"vod_minutes_viewed": 2.0}, {"vod_minutes_viewed": 1.9}, True),
        ({"high_live_engagement_rate": 50.0}, {"high_live_engagement_rate": 10.0}, False),
        ({"high_live_engagement_rate": 50.0}, {}, True),
        ({"plays": None}, {"plays": 1}, False),
    ],
)
def test_clearing_and_lowering_are_shrinking_but_rates_never_are_lower(
    before: dict[str, Value], after: dict[str, Value], expected: bool
) -> None:
    assert shrunk(before, after) is expected


def delivered(desk: Desk, plays: int, accepted_at: float) -> None:
    desk.joined()
    values = {"entry_id": "1_live0001", "channel_id": 7, "plays": 100}
    times = {"accepted_at": accepted_at, "confirmed_at": accepted_at}
    desk.row(
        {**values, "plays": plays},
        wanted="r2",
        accepted="r1",
        refs=("003A", "00vA"),
        values=values,
        shape="s1",
        **times,
    )


def test_a_small_change_waits_for_its_window(desk: Desk) -> None:
    delivered(desk, 101, NOW - 10)
    made = desk.plan()
    assert (made.changes, made.waiting[ROW]) == ([], "a small change waits for its window")
    assert made.due == NOW - 10 + 86_400


def test_a_small_change_goes_once_its_window_has_passed(desk: Desk) -> None:
    delivered(desk, 101, NOW - 86_400)
    (change,) = desk.plan().changes
    assert change.values["plays"] == 101


def test_a_large_change_goes_at_once(desk: Desk) -> None:
    delivered(desk, 110, NOW - 10)
    (change,) = desk.plan().changes
    assert change.values["plays"] == 110
