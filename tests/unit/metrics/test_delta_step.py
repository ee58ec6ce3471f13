"""The delta step: what one viewing session's beacons add up to, whatever their order, copies and parts."""

import json
from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from turnout.sources.player import STATES, Player, Seat, Stretch

START = 1_795_289_460.0


def view(idx: int, played: float, *, at: float = 0.0, start: int | None = 1_795_289_460, **more) -> dict:
    parameters = {
        "eventType": 99,
        "partnerId": 1,
        "entryId": "1_live0001",
        "sessionId": "s1",
        "userId": "ada@example.com",
        "eventIndex": idx,
        "playTimeSum": played,
        "position": 0,
        "playbackType": "live",
        "soundMode": 2,
        "tabMode": 2,
        "screenMode": 1,
        "virtualEventId": "9001",
        "playbackContext": "330022",
        **({"sessionStartTime": start} if start else {}),
        **more,
    }
    present = {name: value for name, value in parameters.items() if value is not None}
    return {"captured_at": START + at, "method": "GET", "url": f"/api_v3/index.php?{urlencode(present)}", "body": ""}


def total(bench, *beacons: dict, part: str = "live_ms") -> int:
    bench.take(beacons)
    bench.refresh()
    return sum(parts.get(part, 0) for parts in bench.parts().values())


def test_time_is_what_each_view_adds_to_the_one_before(bench):
    assert total(bench, view(1, 10), view(2, 20, at=11), view(3, 31.5, at=21)) == 31_500


def test_views_are_ordered_by_their_number_and_not_by_their_arrival(bench):
    assert total(bench, view(3, 30), view(1, 10), view(2, 20)) == 30_000


def test_a_copy_of_a_view_adds_nothing(bench):
    assert total(bench, view(1, 10), view(2, 20), view(2, 20, at=3)) == 20_000


def test_less_time_than_before_means_that_the_player_began_anew(bench):
    assert total(bench, view(1, 10), view(2, 20), view(1, 10, start=1_795_289_560, at=100)) == 30_000


def test_a_view_without_a_start_is_placed_by_the_second_it_came(bench):
    assert total(bench, view(1, 10, start=None), view(2, 20, at=11), view(3, 30, start=None, at=21)) == 30_000


def test_lost_views_are_made_up_by_the_next_one(bench):
    assert total(bench, view(1, 10), view(8, 80, at=71)) == 80_000


def test_a_jump_that_no_clock_allows_is_not_counted(bench):
    assert total(bench, view(1, 10), view(2, 20, at=11), view(3, 9_000, at=21), view(4, 9_010, at=31)) == 30_000


def test_a_sum_of_more_than_a_day_is_no_time_at_all(bench):
    assert total(bench, view(1, 10), view(2, 10**9, at=11), view(3, 20, at=21)) == 20_000


@pytest.mark.parametrize(
    ("sound", "tab", "screen", "part"),
    [
        (1, 1, 2, "live_no_ms"),
        (1, 2, 2, "live_low_ms"),
        (2, 1, 2, "live_fair_ms"),
        (2, 2, 1, "live_good_ms"),
        (2, 2, None, "live_good_ms"),
        (2, 2, 2, "live_high_ms"),
    ],
)
def test_the_state_of_sound_tab_and_screen_is_a_level(bench, sound, tab, screen, part):
    assert total(bench, view(1, 10, soundMode=sound, tabMode=tab, screenMode=screen), part=part) == 10_000


def test_dvr_counts_as_live_and_a_recording_as_vod(bench):
    bench.take([view(1, 10, playbackType="dvr"), view(2, 25, at=15, playbackType="vod")])
    bench.refresh()
    assert bench.parts("live_ms", "vod_ms") == {
        ("ada@example.com", "1_live0001", 330022): {"live_ms": 10_000, "vod_ms": 15_000}
    }


def test_two_media_of_one_page_share_a_session_id_and_are_two_viewing_sessions(bench):
    bench.take([view(1, 10), view(2, 20), view(1, 10, entryId="1_live0004"), view(2, 20, entryId="1_live0004")])
    bench.refresh()
    assert bench.parts("live_ms") == {
        ("ada@example.com", "1_live0001", 330022): {"live_ms": 20_000},
        ("ada@example.com", "1_live0004", 330022): {"live_ms": 20_000},
    }


def test_a_channel_that_is_missing_or_no_number_is_0_and_noted(bench):
    bench.take([view(1, 10, playbackContext=None), view(1, 10, sessionId="s2", playbackContext="main")])
    bench.refresh()
    assert bench.parts("live_ms") == {("ada@example.com", "1_live0001", 0): {"live_ms": 20_000}}
    assert bench.measured().notes["no_channel"] == 1


def test_a_user_id_with_an_at_sign_has_no_case(bench):
    bench.take([view(1, 10, userId="Ada@Example.com"), view(2, 20)])
    bench.refresh()
    assert bench.parts("live_ms") == {("ada@example.com", "1_live0001", 330022): {"live_ms": 20_000}}


def test_a_play_that_comes_twice_is_counted_once_and_a_second_play_twice(bench):
    played = view(3, 0, eventType=3, playTimeSum=None)
    again = view(3, 0, eventType=3, playTimeSum=None, start=1_795_289_999)
    assert total(bench, played, played, again, part="plays") == 2


def test_an_application_alone_makes_no_row(bench):
    load = view(1, 0, eventType=10003, eventIndex=None, playbackContext=None, playTimeSum=None)
    bench.take([load])
    bench.refresh()
    assert bench.parts() == {}


def test_a_beacon_without_a_user_is_kept_and_noted(bench):
    bench.take([view(1, 10, userId=None)])
    bench.refresh()
    assert bench.measured().notes == {"no_user": 1, "no_event": 0, "no_channel": 0}


def slices(bench, duration_ms: int, *spans: tuple[float, float]) -> int:
    """Return how many slices are marked by VIEWs at (position, seconds played before it)."""
    bench.sessions({"entry_id": "1_vod", "event_id": "9001", "name": "", "type": "vod", "duration_ms": duration_ms})
    sums, played = [], 0.0
    for number, (position, seconds) in enumerate(spans, 1):
        played += seconds
        sums.append(view(number, played, entryId="1_vod", position=position, playbackType="vod", at=number * 10))
    bench.take(sums)
    bench.refresh()
    (parts,) = bench.parts().values()
    return (parts.get("vod_slices_lo", 0)).bit_count() + (parts.get("vod_slices_hi", 0)).bit_count()


def test_a_recording_watched_whole_has_a_hundred_slices(bench):
    assert slices(bench, 40_000, (0, 0), (10, 10), (20, 10), (30, 10), (40, 10)) == 100


def test_what_is_watched_twice_counts_once(bench):
    assert slices(bench, 100_000, (0, 0), (10, 10), (10, 10), (5, 5)) == 10


def test_slices_reach_over_the_fiftieth(bench):
    assert slices(bench, 100_000, (52, 4)) == 4


def test_a_position_beyond_the_end_is_the_last_slice(bench):
    assert slices(bench, 50_000, (55, 10)) == 10


def test_without_a_length_there_are_no_slices(bench):
    assert slices(bench, 0, (10, 10)) == 0


def test_a_length_learnt_later_counts_the_session_again(bench):
    slices(bench, 0, (10, 10))
    bench.sessions({"entry_id": "1_vod", "event_id": "9001", "name": "", "type": "vod", "duration_ms": 100_000})
    assert bench.refresh().sessions == 1
    assert bench.parts("vod_slices_lo", "vod_ms") == {
        ("ada@example.com", "1_vod", 330022): {"vod_ms": 10_000, "vod_slices_lo": 2**10 - 1}
    }


watching = st.lists(
    st.builds(
        Stretch, st.integers(1, 4), st.sampled_from(sorted(STATES)), st.sampled_from([0.0, 0.0, 8.0, 31.0, 300.0])
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def evenings(draw) -> list[dict]:
    """Draw the beacons of a few seats, in the order in which they were sent."""
    sent: list[dict] = []
    for number in range(draw(st.integers(1, 3))):
        is_live, old = draw(st.booleans()), draw(st.booleans())
        entry = "1_live0001" if is_live else "1_vod00003"
        user = draw(st.sampled_from(["ada@example.com", "bob@example.com"]))
        seat = Seat(user, entry, is_live, draw(st.sampled_from(["330022", "330023", ""])), "9001", 60_000, old)
        sent += Player(seat, START + 100 * number, Random(draw(st.integers(0, 9)))).watch(*draw(watching))
    return sent


@st.composite
def deliveries(draw, sent: list[dict]) -> list[list[dict]]:
    """Draw how they arrive: shuffled, some twice, in several parts."""
    copies = draw(st.lists(st.sampled_from(sent), max_size=4))
    order = draw(st.permutations([*sent, *copies]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_order_copies_and_parts_give_what_one_clean_pass_gives(benches, data):
    sent = data.draw(evenings())
    clean, wild = benches(), benches()
    for bench in (clean, wild):
        bench.sessions(
            {"entry_id": "1_vod00003", "event_id": "9001", "name": "", "type": "vod", "duration_ms": 60_000},
            {"entry_id": "1_live0001", "event_id": "9001", "name": "", "type": "live", "duration_ms": 0},
        )
    clean.take(sent)
    clean.refresh()
    for part in data.draw(deliveries(sent)):
        wild.take(part)
        wild.refresh()
    assert wild.measured().rows == clean.measured().rows


wild_beacons = st.builds(
    lambda idx, played, at, start, more: view(idx, played, at=at, start=start, **more),
    st.integers(0, 4),
    st.sampled_from([0, 10, 20, 30, 4_000]),
    st.integers(0, 90),
    st.sampled_from([None, 1_795_289_460, 1_795_289_500]),
    st.fixed_dictionaries(
        {
            "eventType": st.sampled_from([99, 99, 99, 3, 33, 10003]),
            "position": st.sampled_from([0, 15, 60]),
            "playbackType": st.sampled_from(["live", "vod", "dvr"]),
            "entryId": st.sampled_from(["1_live0001", "1_vod00003"]),
            "playbackContext": st.sampled_from([None, "1", "main"]),
            "virtualEventId": st.sampled_from([None, "9001"]),
            "soundMode": st.sampled_from([None, 1, 2]),
        }
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(wild_beacons, min_size=1, max_size=6), min_size=1, max_size=4))
def test_even_beacons_that_no_player_sends_add_up_the_same_in_any_order_and_parts(benches, deliveries):
    clean, wild = benches(), benches()
    for bench in (clean, wild):
        bench.sessions({"entry_id": "1_vod00003", "event_id": "9001", "name": "", "type": "vod", "duration_ms": 60_000})
    clean.take(sorted((beacon for part in deliveries for beacon in part), key=json.dumps))
    clean.refresh()
    for part in deliveries:
        wild.take(part)
        wild.refresh()
    assert wild.measured() == clean.measured()


def test_parts_in_the_order_of_time_go_on_from_where_the_session_stands(bench):
    sent = list(Player(Seat("ada@example.com", "1_live0001", True, "1", "9001"), START, Random(1)).watch(Stretch(12)))
    bench.take(sent[:8])
    first = bench.refresh()
    bench.take(sent[8:])
    second = bench.refresh()
    assert (first.parts, first.sessions, second.parts, second.sessions) == (1, 1, 1, 1)
    assert bench.parts("live_ms") == {("ada@example.com", "1_live0001", 1): {"live_ms": 120_000}}


def test_the_same_file_twice_changes_nothing(bench, captures):
    bench.take(captures)
    bench.refresh()
    before = bench.measured().rows
    again = bench.take(captures)
    assert (again.read, again.new, again.known) == (73, 0, 73)
    assert bench.refresh().parts == 0
    assert bench.measured().rows == before


def test_the_same_lines_in_another_file_are_sealed_and_counted_once(bench, captures):
    bench.take(captures)
    bench.take(captures[::-1])
    bench.refresh()
    assert json.dumps(bench.parts("live_ms", "plays")["bob@example.com", "1_live0001", 330022], sort_keys=True) == (
        '{"live_ms": 80000, "plays": 1}'
    )
