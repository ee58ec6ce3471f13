"""Kaltura's own player in a real browser, a collector, and the numbers that come out: they tell what the viewer did."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.acceptance.player.stage import (
    LENGTH_SECONDS,
    PARTNER,
    Viewer,
    browser,
    fetch_player,
    live,
    make_recording,
    site,
)
from tests.contract.collecting import beacons, collecting
from tests.unit.inbox.test_kaltura_session import SECRET, version_2

from turnout.metrics.engine import measured
from turnout.metrics.values import slices
from turnout.pipeline.home import home as opened_home
from turnout.pipeline.intake import take_in
from turnout.state.events import Event, EventSession, save_event
from turnout.state.partners import save_partners

LIVE, RECORDING = "1_live0001", "1_vod00003"
USER = "Ada@Example.com"
CHANNEL = 330022
SLACK_MS = 2_000
"""A browser on a busy machine may stall for a moment; what it stalls is not played."""


class Watched:
    """What a viewer did, by the viewer's own watch: seconds of the recording, from where to where."""

    def __init__(self) -> None:
        self.stretches: list[tuple[float, float]] = []

    @property
    def played_ms(self) -> float:
        return sum(end - start for start, end in self.stretches) * 1000

    @property
    def slices(self) -> int:
        """Return how many hundredths of the recording were touched."""
        width = LENGTH_SECONDS / 100
        return len(
            {n for start, end in self.stretches for n in range(100) if n * width < end and (n + 1) * width > start}
        )


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, int]], Watched, Path]:
    """Let a viewer watch live at all five levels and then a recording, in one page; return the parts by session."""
    folder, home = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("home")
    with opened_home(home) as found:
        save_partners(home, found.vault, {str(PARTNER): (SECRET,)})
    fetch_player(folder)
    make_recording(folder)
    with collecting(home) as collector, live(folder), site(folder) as url, browser(folder) as driver:
        given = {
            "partner": PARTNER,
            "channel": str(CHANNEL),
            "event": "9001",
            "ks": version_2(USER),
            "collector": collector.url.removeprefix("http:") + "/api_v3/index.php",
        }
        driver.get(f"{url}/index.html#{quote(json.dumps(given))}")
        viewer = Viewer(driver, lambda: views(home))
        viewer.until(lambda: (folder / "live" / "live.m3u8").exists(), "the stream begins")
        watch_live(viewer)
        watched = watch_recording(viewer)
        driver.quit()
        assert collector.stop() == 0
    return numbers(home), watched, home


def views(home: Path) -> int:
    """Return how many VIEWs the collector has put on the disk."""
    texts = [path.read_text() for path in (home / "log").glob("*-*.*")]
    return sum(text.count("eventType=99&") for text in texts)


def watch_live(viewer: Viewer) -> None:
    """Watch live: the first VIEW comes with the play, and each state lasts from one VIEW to the next."""
    viewer.loads(LIVE, "Live", {"kind": "hls", "url": "/live/live.m3u8", "type": "application/x-mpegURL"})
    viewer.does("player.play()")
    viewer.watches(2)  # with sound, in focus: good
    viewer.does("player.muted = true")
    viewer.watches()  # low
    viewer.hides()
    viewer.watches()  # no
    viewer.returns()
    viewer.does("player.muted = false")
    viewer.hides()
    viewer.watches()  # fair
    viewer.returns()
    viewer.does("player.enterFullscreen()")
    viewer.watches()  # high
    viewer.does("player.exitFullscreen()")


def watch_recording(viewer: Viewer) -> Watched:
    """Watch a recording: some of it, a pause, some more, a seek, and some of the rest."""
    watched = Watched()

    def now() -> float:
        return float(viewer.does("player.currentTime"))

    viewer.loads(RECORDING, "Vod", {"kind": "progressive", "url": "/recording.mp4", "type": "video/mp4"})
    viewer.does("player.play()")
    viewer.watches(2)
    viewer.does("player.pause()")
    viewer.waits(3)
    viewer.does("player.play()")
    viewer.watches()
    watched.stretches.append((0.0, now()))
    viewer.does("player.currentTime = 45")
    viewer.until(lambda: now() >= 45, "the seek")
    viewer.watches()
    watched.stretches.append((45.0, now()))
    viewer.does("player.pause()")
    return watched


def numbers(home: Path) -> dict[str, dict[str, int]]:
    """Count what the collector kept, and return the parts by session of the one viewer there was."""
    with opened_home(home) as found:
        with found.engine.begin() as connection:
            recording = EventSession(RECORDING, type="vod", duration_ms=LENGTH_SECONDS * 1000)
            sessions = (EventSession(LIVE, type="live"), recording)
            save_event(connection, Event("9001", "Winter Summit 2026", sessions=sessions))
        take_in(found)
        rows = measured(home, found.engine).rows
    assert {(row.user, row.event_id, row.channel_id) for row in rows} == {(USER.lower(), "9001", CHANNEL)}
    return {row.entry_id: dict(row.parts) for row in rows}


@pytest.mark.parametrize(
    ("part", "expected_ms"),
    [
        ("live_good_ms", 20_000),
        ("live_low_ms", 10_000),
        ("live_no_ms", 10_000),
        ("live_fair_ms", 10_000),
        ("live_high_ms", 10_000),
        ("live_ms", 60_000),
    ],
)
def test_live_time_counts_for_the_level_at_which_it_was_watched(parts: Any, part: str, expected_ms: int) -> None:
    assert parts[0][LIVE][part] == pytest.approx(expected_ms, abs=SLACK_MS)


def test_each_session_was_played_once(parts: Any) -> None:
    assert {entry: found["plays"] for entry, found in parts[0].items()} == {LIVE: 1, RECORDING: 1}


def test_neither_session_has_time_of_the_other_kind(parts: Any) -> None:
    assert parts[0][LIVE]["vod_ms"] == 0
    assert parts[0][RECORDING]["live_ms"] == 0


def test_a_recording_counts_what_was_played_but_neither_the_pause_nor_what_the_seek_left_out(parts: Any) -> None:
    found, watched, _ = parts
    assert found[RECORDING]["vod_ms"] == pytest.approx(watched.played_ms, abs=SLACK_MS)


def test_a_recording_is_as_complete_as_it_was_watched(parts: Any) -> None:
    found, watched, _ = parts
    assert slices(found[RECORDING]) == pytest.approx(watched.slices, abs=4)


def test_the_player_gave_the_first_two_media_of_the_page_one_session(parts: Any) -> None:
    assert len({(viewing,) for (viewing,) in beacons(parts[2], "viewing")}) == 1
