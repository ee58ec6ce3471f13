import json
from itertools import pairwise
from random import Random
from urllib.parse import parse_qsl, urlsplit

from turnout.sources.player import Player, Seat, Stretch

LIVE = Seat("ada@example.com", "1_live0001", True, "330022", "9001")
VOD = Seat("ada@example.com", "1_vod00003", False, "330022", "9001", 25_000)


def sent(seat: Seat, *stretches: Stretch) -> list[dict]:
    found = []
    for beacon in Player(seat, 1_795_289_460.0, Random(1)).watch(*stretches):
        query = dict(parse_qsl(urlsplit(beacon["url"]).query))
        found.append({"at": beacon["captured_at"], **query, **json.loads(beacon["body"] or "{}")})
    return found


def views(seat: Seat, *stretches: Stretch) -> list[dict]:
    return [beacon for beacon in sent(seat, *stretches) if beacon["eventType"] == "99"]


def test_the_first_view_comes_with_the_play_the_second_after_11_seconds_then_every_10():
    times = [beacon["at"] for beacon in views(LIVE, Stretch(4))]
    assert [round(b - a, 3) for a, b in pairwise(times)] == [11.0, 10.0, 10.0]


def test_live_time_grows_by_10_a_view_from_the_first():
    assert [beacon["playTimeSum"] for beacon in views(LIVE, Stretch(3))] == [10, 20, 30]


def test_a_recording_starts_at_0_and_ends_at_its_length():
    found = views(VOD, Stretch(9))
    assert (found[0]["playTimeSum"], found[-1]["playTimeSum"], found[-1]["position"]) == (0.0, 25.0, 25.0)


def test_the_first_beacon_has_no_start_and_the_next_have_it():
    first, second, *_ = sent(LIVE, Stretch(1))
    assert "sessionStartTime" not in first
    assert second["sessionStartTime"] == 1_795_289_460


def test_a_long_pause_begins_anew_within_the_same_session():
    found = views(LIVE, Stretch(2, pause_seconds=45.0), Stretch(1))
    assert [beacon["playTimeSum"] for beacon in found] == [10, 20, 10]
    assert len({beacon["sessionId"] for beacon in found}) == 1
    assert found[2]["sessionStartTime"] > found[1]["sessionStartTime"]


def test_a_short_pause_goes_on():
    found = views(LIVE, Stretch(2, pause_seconds=8.0), Stretch(1))
    assert [beacon["playTimeSum"] for beacon in found] == [10, 20, 30]


def test_levels_are_states_of_sound_tab_and_screen():
    found = views(LIVE, Stretch(1, "no"), Stretch(1, "high"))
    assert [(beacon["soundMode"], beacon["tabMode"], beacon["screenMode"]) for beacon in found] == [
        (1, 1, 1),
        (2, 2, 2),
    ]


def test_the_old_player_sends_all_in_the_query_and_neither_event_nor_screen():
    (view,) = views(Seat("ada@example.com", "1_live0001", True, "330022", "9001", old=True), Stretch(1))
    assert view["playTimeSum"] == "10"
    assert "virtualEventId" not in view
    assert "screenMode" not in view
