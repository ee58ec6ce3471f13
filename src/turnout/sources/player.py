"""A viewer at the player, imitated: beacons with the wire form, timing, pauses and resets of the real one."""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct

PARTNER: Final = 1234567
PLAYER_VERSION: Final = "3.17.95"
IN_QUERY: Final = ("service", "action", "eventType", "partnerId", "entryId", "sessionId")
IMPRESSION, PLAY_REQUEST, PLAY, RESUME, ENTER_FULLSCREEN, EXIT_FULLSCREEN, PAUSE, VIEW = 1, 2, 3, 4, 31, 32, 33, 99
FIRST_STEP_SECONDS: Final = 11
STEP_SECONDS: Final = 10
RESET_SECONDS: Final = 30
STATES: Final = {"no": (1, 1, 1), "low": (1, 2, 1), "fair": (2, 1, 1), "good": (2, 2, 1), "high": (2, 2, 2)}
"""Each level's sound, tab and screen (facts/kaltura.md §1.5, §2.3)."""


class Seat(Struct, frozen=True):
    """Who watches what, from where, with which player.

    `old` is the player of plugin 0.15, which sends all in the query and neither event nor screen mode.
    """

    user: str
    entry_id: str
    live: bool
    channel: str
    event_id: str
    duration_ms: int = 0
    old: bool = False


class Stretch(Struct, frozen=True):
    """A while of watching at one level: so many VIEWs, then a pause of so many seconds (0: none)."""

    views: int
    level: str = "good"
    pause_seconds: float = 0.0


class Player:
    """One media load: yields captured requests as the collector would have received them."""

    def __init__(self, seat: Seat, start: float, rng: Random) -> None:
        self._seat, self._now, self._rng = seat, start, rng
        self._session = f"{_guid(rng)}:{_guid(rng)}"
        self._index, self._started, self._played, self._position = 0, 0, 0.0, 0.0
        self._level, self._steps = "good", 0

    def watch(self, *stretches: Stretch) -> Iterator[dict[str, Any]]:
        """Yield the beacons of loading the media and watching it for some stretches."""
        yield self._send(IMPRESSION)
        self._started = int(self._now)
        self._pass(1.0 + self._rng.random())
        yield self._send(PLAY_REQUEST)
        self._pass(0.4)
        yield self._send(PLAY, bufferTime=0, bufferTimeSum=0, actualBitrate=1200)
        for stretch in stretches:
            yield from self._stretch(stretch)

    def _stretch(self, stretch: Stretch) -> Iterator[dict[str, Any]]:
        for _ in range(stretch.views):
            yield from self._become(stretch.level)
            if self._ended():
                break
            self._step()
            yield self._view()
        if stretch.pause_seconds:
            yield self._send(PAUSE)
            self._pass(stretch.pause_seconds)
            self._started = 0
            if stretch.pause_seconds >= RESET_SECONDS:
                self._index, self._played = 0, 0.0
            yield self._send(RESUME, bufferTime=0)
            self._started = int(self._now)

    def _become(self, level: str) -> Iterator[dict[str, Any]]:
        screens = STATES[self._level][2], STATES[level][2]
        self._level = level
        if screens[0] != screens[1]:
            yield self._send(ENTER_FULLSCREEN if screens[1] == 2 else EXIT_FULLSCREEN)

    def _step(self) -> None:
        """Let the time of one VIEW go by: none before the first, 11 seconds before the second, then 10."""
        seconds = 0 if self._steps == 0 else FIRST_STEP_SECONDS if self._steps == 1 else STEP_SECONDS
        self._steps += 1
        self._pass(seconds)
        if self._seat.live:
            self._played += STEP_SECONDS
            self._position = -5.0 - self._rng.random()
            return
        moved = seconds - self._rng.random() / 20 if seconds else 0.0
        moved = min(moved, self._length() - self._position)
        self._played, self._position = round(self._played + moved, 6), round(self._position + moved, 6)

    def _length(self) -> float:
        return self._seat.duration_ms / 1000 or float("inf")

    def _ended(self) -> bool:
        return not self._seat.live and self._position >= self._length()

    def _pass(self, seconds: float) -> None:
        self._now = round(self._now + seconds, 3)

    def _view(self) -> dict[str, Any]:
        sound, tab, _screen = STATES[self._level]
        played = int(self._played) if self._seat.live else self._played
        return self._send(
            VIEW,
            playTimeSum=played,
            bufferTime=0,
            bufferTimeSum=0,
            actualBitrate=1200,
            averageBitrate=1200,
            audioLanguage="en",
            soundMode=sound,
            tabMode=tab,
        )

    def _send(self, kind: int, **more: Any) -> dict[str, Any]:
        self._index += 1
        seat = self._seat
        parameters: dict[str, Any] = {
            "service": "analytics",
            "action": "trackEvent",
            "apiVersion": "3.3.0",
            "format": 1,
            "eventType": kind,
            "partnerId": PARTNER,
            "entryId": seat.entry_id,
            "sessionId": self._session,
            "eventIndex": self._index,
            "deliveryType": "hls" if seat.live else "url",
            "playbackType": "live" if seat.live else "vod",
            "clientVer": PLAYER_VERSION,
            "position": self._position,
            "uiConfId": 55667788,
            "userId": seat.user,
            **({"playbackContext": seat.channel} if seat.channel else {}),
            **({"sessionStartTime": self._started} if self._started else {}),
            **more,
        }
        if not seat.old:
            parameters |= {"virtualEventId": seat.event_id, "screenMode": STATES[self._level][2], "playbackSpeed": 1}
        return request(self._now, parameters, old=seat.old)


def request(at: float, parameters: Mapping[str, Any], *, old: bool) -> dict[str, Any]:
    """Return a captured request: a GET with all in the query, or a POST with six parameters there and JSON below."""
    path = "/api_v3/index.php?"
    if old:
        return {
            "captured_at": at,
            "method": "GET",
            "url": path + urlencode(parameters),
            "content_type": None,
            "body": "",
        }
    query = {name: parameters[name] for name in IN_QUERY}
    body = {name: value for name, value in parameters.items() if name not in IN_QUERY}
    return {
        "captured_at": at,
        "method": "POST",
        "url": path + urlencode(query),
        "content_type": "application/json",
        "body": json.dumps(body, separators=(",", ":")),
    }


def _guid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
