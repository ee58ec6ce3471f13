from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.facts.actions import GROUPS
from turnout.metrics.catalogue import METRICS
from turnout.metrics.parts import MASKS, PARTS, groups_of
from turnout.metrics.values import add, exact, numbers, rounded

RATES = (
    "no_live_engagement_rate",
    "low_live_engagement_rate",
    "fair_live_engagement_rate",
    "good_live_engagement_rate",
    "high_live_engagement_rate",
)

parts = st.dictionaries(st.sampled_from(sorted(PARTS)), st.integers(0, 2**50 - 1))


def test_a_metric_is_missing_where_its_group_was_not_read():
    found = numbers({"plays": 2, "claps": 3}, {"player"})
    assert (found["plays"], found["clap_clicked_count"], found["messages_sent_group"]) == (2, None, None)


def test_a_metric_is_zero_where_its_group_was_read_and_nothing_happened():
    assert numbers({}, {"reactions"})["heart_clicked_count"] == 0


def test_without_live_time_the_rates_and_the_ratio_are_missing():
    found = numbers({"plays": 1, "vod_ms": 60_000}, {"player"})
    assert [found[name] for name in RATES] == [None] * 5
    assert found["combined_live_engaged_users_play_time_ratio"] is None
    assert found["live_minutes_viewed"] == 0.0


def test_completion_is_missing_without_a_length_and_counts_slices_with_one():
    watched = {"vod_slices_lo": 0b1011, "vod_slices_hi": 0b1}
    assert numbers(watched, {"player"}, duration_known=False)["total_vod_completion_rate"] is None
    assert numbers(watched, {"player"})["total_vod_completion_rate"] == 4.0


def test_time_in_a_room_is_live_time_and_counts_in_the_ratio():
    found = numbers({"room_ms": 180_000, "room_engaged_ms": 120_000}, {"room"})
    assert found["live_minutes_viewed"] == 3.0
    assert found["combined_live_engaged_users_play_time_ratio"] == 0.67
    assert found["plays"] is None


def test_microphone_and_camera_are_minutes():
    found = numbers({"mic_ms": 90_000, "cam_ms": 61_500}, {"room"})
    assert (found["mic_on"], found["cam_on"]) == (1.5, 1.03)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(625, 1000), 0.63),
        (Fraction(1, 200), 0.01),
        (Fraction(1, 3), 0.33),
        (Fraction(2, 3), 0.67),
        (Fraction(1_005, 1_000), 1.01),
        (Fraction(100), 100.0),
    ],
)
def test_halves_are_rounded_up(value, expected):
    assert rounded(value) == expected


def test_every_metric_names_parts_of_the_group_that_sees_it():
    for metric in METRICS:
        groups = frozenset().union(*(groups_of(name) for name in metric.top))
        assert metric.seen_by in groups
        assert groups <= GROUPS


def test_every_part_is_used_by_a_metric():
    named = {part for metric in METRICS for name in (*metric.top, *metric.bottom) for part in MASKS.get(name, (name,))}
    assert named == set(PARTS)


@given(parts, parts, parts)
def test_parts_add_up_in_any_order(one, two, three):
    assert add(add(one, two), three) == add(one, add(two, three))
    assert add(one, two) == add(two, one)


@given(parts)
def test_nothing_adds_nothing(some):
    assert add(some, {}) == add({}, some) == some


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=5))
def test_the_five_rates_make_up_the_whole(levels):
    names = ("live_no_ms", "live_low_ms", "live_fair_ms", "live_good_ms", "live_high_ms")
    found = exact({**dict(zip(names, levels, strict=True)), "live_ms": sum(levels)}, {"player"})
    assert sum(found[name] or 0 for name in RATES) == (1 if sum(levels) else 0)
