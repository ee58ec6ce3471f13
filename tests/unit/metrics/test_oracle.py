"""The numbers that were worked out by hand from the captures of the real player (facts/kaltura.md §7.3)."""

from fractions import Fraction

import duckdb
import pytest

from turnout.facts.parts import Parts
from turnout.metrics import statements
from turnout.metrics.values import exact, numbers

SESSIONS = (
    {"entry_id": "1_live0001", "event_id": "9001", "name": "", "type": "live", "duration_ms": 0},
    {"entry_id": "1_live0004", "event_id": "9001", "name": "", "type": "live", "duration_ms": 0},
    {"entry_id": "1_vod00003", "event_id": "9001", "name": "", "type": "vod", "duration_ms": 60_000},
    {"entry_id": "1_vod00031", "event_id": "9001", "name": "", "type": "vod", "duration_ms": 60_000},
)


@pytest.fixture
def counted(bench, captures):
    bench.sessions(*SESSIONS)
    bench.take(captures)
    bench.refresh()
    return bench


def test_bob_watched_80_seconds_live_at_all_five_levels(counted):
    assert counted.parts()["bob@example.com", "1_live0001", 330022] == {
        "plays": 1,
        "live_ms": 80_000,
        "live_good_ms": 40_000,
        "live_low_ms": 10_000,
        "live_no_ms": 10_000,
        "live_fair_ms": 10_000,
        "live_high_ms": 10_000,
    }


def test_bobs_rates_before_they_are_scaled(counted):
    found = exact(counted.parts()["bob@example.com", "1_live0001", 330022], {"player"})
    assert found["good_live_engagement_rate"] == Fraction(1, 2)
    assert found["low_live_engagement_rate"] == Fraction(1, 8)
    assert found["no_live_engagement_rate"] == Fraction(1, 8)
    assert found["fair_live_engagement_rate"] == Fraction(1, 8)
    assert found["high_live_engagement_rate"] == Fraction(1, 8)
    assert found["combined_live_engaged_users_play_time_ratio"] == Fraction(5, 8)
    assert found["live_minutes_viewed"] == Fraction(4, 3)
    assert found["vod_minutes_viewed"] == 0


def test_bobs_numbers_as_they_are_sent(counted):
    found = numbers(counted.parts()["bob@example.com", "1_live0001", 330022], {"player"}, duration_known=False)
    assert {name: value for name, value in found.items() if value is not None} == {
        "plays": 1,
        "vod_minutes_viewed": 0.0,
        "live_minutes_viewed": 1.33,
        "no_live_engagement_rate": 12.5,
        "low_live_engagement_rate": 12.5,
        "fair_live_engagement_rate": 12.5,
        "good_live_engagement_rate": 50.0,
        "high_live_engagement_rate": 12.5,
        "combined_live_engaged_users_play_time_ratio": 0.63,
    }


def test_frank_watched_30_seconds_with_the_old_player_that_names_no_event(counted):
    assert counted.parts()["frank@example.com", "1_live0004", 330022] == {
        "plays": 1,
        "live_ms": 30_000,
        "live_good_ms": 30_000,
    }
    assert {row.event_id for row in counted.measured().rows if row.user == "frank@example.com"} == {"9001"}


def test_erin_watched_50_seconds_of_a_recording_and_skipped_some(counted):
    parts = counted.parts()["erin@example.com", "1_vod00003", 330022]
    assert (parts["plays"], parts["vod_ms"]) == (1, 50_774)
    # 0 to 41.0 s and 48.0 to 57.8 s of 60: slices 0..68 and 80..96
    assert exact(parts, {"player"})["total_vod_completion_rate"] == 69 + 17


def test_olga_watched_30_seconds_of_a_recording(counted):
    parts = counted.parts()["olga@example.com", "1_vod00031", 330022]
    assert (parts["plays"], parts["vod_ms"]) == (1, 30_966)
    assert exact(parts, {"player"})["total_vod_completion_rate"] == 52


def test_olgas_time_by_level_is_that_of_the_oracle(counted):
    part = next(iter(Parts(counted.home / "beacons").names()))
    with duckdb.connect() as work:
        work.execute(f"CREATE VIEW beacons AS SELECT * FROM read_parquet('{counted.home / 'beacons' / part}')")
        work.execute(f"CREATE TABLE carried AS SELECT * FROM (SELECT {carried_columns()}) WHERE FALSE")
        work.execute("CREATE TABLE durations (entry VARCHAR, duration_ms BIGINT)")
        found = work.execute(
            f"SELECT level, SUM(delta_ms) FROM ({statements.DELTAS}) WHERE vod = 1 AND attendee = 'olga@example.com' "
            "GROUP BY level ORDER BY level"
        ).fetchall()
    assert found == [(3, 10_000), (4, 10_966), (5, 10_000)]


def carried_columns() -> str:
    texts = [f"'' AS {name}" for name in statements.KEY]
    return ", ".join([*texts, *(f"CAST(0 AS BIGINT) AS {name}" for name in statements.PLACES)])


def test_a_play_whose_views_the_collector_forbade_counts_as_a_play(counted):
    assert counted.parts()["hal@example.com", "1_vod00005", 330022] == {"plays": 1}


def test_another_events_beacons_stay_with_that_event(counted):
    assert {row.user for row in counted.measured("9002").rows} == {"gina@example.com"}


def test_times_are_those_of_the_first_and_the_last_beacon(counted):
    bob = next(row for row in counted.measured("9001").rows if row.user == "bob@example.com")
    assert (bob.first_at, bob.last_at) == (1_795_289_018.663, 1_795_289_104.047)
