"""Write beacons-more.jsonl: viewers at the imitated player, and the hard cases of the wire."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from turnout.clock import instant
from turnout.sources.player import Player, Seat, Stretch, request

EVENT, MAIN, PRODUCT = "9001", "330022", "330023"
LIVE, OTHER, STORY, WORKSHOP, ROADMAP = "1_live0001", "1_live0004", "1_vod00003", "1_vod00013", "1_vod00031"
MINUTE = 60_000


def live(user: str, channel: str = MAIN, *, entry: str = LIVE, old: bool = False) -> Seat:
    """Return a seat at a live session."""
    return Seat(user, entry, True, channel, EVENT, old=old)


def vod(user: str, entry: str, channel: str = MAIN, *, old: bool = False) -> Seat:
    """Return a seat at a recording."""
    return Seat(user, entry, False, channel, EVENT, MINUTE, old)


WATCHED = (
    # paula watches one session from two channels, with a pause that resets the player
    (live("paula@example.com"), "19:31:00", (Stretch(6, "good", 45.0), Stretch(4, "high"))),
    (live("paula@example.com", PRODUCT), "19:40:00", (Stretch(5, "fair"),)),
    (vod("quentin@example.com", STORY, PRODUCT), "20:05:00", (Stretch(8, "good"),)),
    (live("rosa@example.com"), "19:33:00", (Stretch(3, "low", 8.0), Stretch(3, "no"))),
    (vod("rosa@example.com", ROADMAP), "20:30:00", (Stretch(4, "good"),)),
    (live("sam@example.com", old=True), "19:40:00", (Stretch(7, "good"),)),
    (live("anon-7f3a"), "19:45:00", (Stretch(4, "good"),)),
    # two users with one address: their time adds up
    (live("victor@example.com"), "19:50:00", (Stretch(6, "good"),)),
    (live("vpetrov"), "20:10:00", (Stretch(3, "low"),)),
    (live("wanda-11", PRODUCT), "19:55:00", (Stretch(5, "high"),)),
    # a channel that is no number, and no channel at all
    (live("zoe@example.com", "main-stage"), "20:20:00", (Stretch(3, "good"),)),
    (live("li.na@example.com", "", entry=OTHER), "20:25:00", (Stretch(4, "good"),)),
    (vod("li.na@example.com", WORKSHOP), "20:40:00", (Stretch(3, "good"),)),
)

AFTER = (vod("pia@example.com", ROADMAP, PRODUCT), "2026-11-22T09:30:00Z", (Stretch(7, "good"),))


def beacons() -> Iterator[dict[str, Any]]:
    """Yield all requests; some come late, some twice."""
    rng = Random("winter-summit")
    for seat, at, stretches in WATCHED:
        sent = list(Player(seat, instant(f"2026-11-21T{at}Z"), rng).watch(*stretches))
        if seat.user == "sam@example.com":
            sent += sent[4:6]  # the same requests again
        if seat.user == "wanda-11":
            sent[2], sent[3] = sent[3], sent[2]  # a VIEW before its PLAY
        yield from sent
    yield page_load("omar@example.com", "2026-11-20T21:00:00Z")
    seat, at, stretches = AFTER
    yield from Player(seat, instant(at), rng).watch(*stretches)


def page_load(user: str, at: str) -> dict[str, Any]:
    """Return an application's beacon: it has neither a number nor a channel."""
    parameters = {
        "service": "analytics",
        "action": "trackEvent",
        "eventType": 10003,
        "partnerId": 1234567,
        "entryId": LIVE,
        "sessionId": "page-1",
        "pageName": "Lobby",
        "pageType": 1,
        "kalturaApplication": "11",
        "virtualEventId": EVENT,
        "userId": user,
    }
    return request(instant(at), parameters, old=False)


def main() -> str:
    """Return the file's text: its last line was cut off when it was written, and cannot be read."""
    lines = [json.dumps(sent, ensure_ascii=False) for sent in beacons()]
    return "\n".join([*lines, lines[-1][:200]]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("beacons-more.jsonl").write_text(main(), encoding="utf-8")
