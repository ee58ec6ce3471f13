import json
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import pytest

from turnout.facts.actions import interaction, poll_answer
from turnout.facts.columns import Unreadable
from turnout.facts.events import ChannelPlan, EventPlan, SessionPlan
from turnout.facts.people import registration
from turnout.sources.generator import more_people

EVENT = EventPlan(
    "9001",
    "Summit",
    "2026-11-21T19:00:00Z",
    "2026-11-22T01:00:00Z",
    sessions=(SessionPlan("1_live0001", "Keynote"), SessionPlan("1_vod00003", "Story", "vod", 60_000)),
    channels=(ChannelPlan(330022, "Main"), ChannelPlan(330023, "Product")),
)


def test_the_same_seed_gives_the_same_people():
    assert [list(rows) for rows in more_people(20, event=EVENT)] == [
        list(rows) for rows in more_people(20, event=EVENT)
    ]


def test_another_seed_gives_other_people():
    one, two = more_people(20, event=EVENT, seed=1), more_people(20, event=EVENT, seed=2)
    assert list(one.registrations) != list(two.registrations)


def test_more_people_begin_with_the_same_ones():
    few, many = list(more_people(5, event=EVENT).registrations), list(more_people(50, event=EVENT).registrations)
    assert many[: len(few)] == few


@pytest.mark.parametrize(
    ("stream", "read"), [("registrations", registration), ("interactions", interaction), ("polls", poll_answer)]
)
def test_every_row_can_be_read(stream, read):
    facts = [read(row, "kaltura", 0.0) for row in getattr(more_people(60, event=EVENT), stream)]
    assert facts
    assert not [fact for fact in facts if isinstance(fact, Unreadable)]


def test_nothing_is_made_before_it_is_read():
    assert len(list(islice(more_people(10**9, event=EVENT).beacons, 10))) == 10


def test_both_players_are_there():
    methods = {beacon["method"] for beacon in more_people(40, event=EVENT).beacons}
    assert methods == {"GET", "POST"}


def test_a_post_has_six_parameters_in_its_query_and_the_rest_in_json():
    post = next(beacon for beacon in more_people(40, event=EVENT).beacons if beacon["method"] == "POST")
    assert sorted(parse_qs(urlsplit(post["url"]).query)) == [
        "action",
        "entryId",
        "eventType",
        "partnerId",
        "service",
        "sessionId",
    ]
    assert json.loads(post["body"])["virtualEventId"] == "9001"


def test_everyone_who_watches_is_registered():
    more = more_people(40, event=EVENT)
    users = {row["user_id"] for row in more.registrations if row["status"] == "participated"}
    watching = set()
    for beacon in more.beacons:
        told = json.loads(beacon["body"]) if beacon["body"] else {}
        watching.add(told.get("userId") or parse_qs(urlsplit(beacon["url"]).query)["userId"][0])
    assert watching == users
