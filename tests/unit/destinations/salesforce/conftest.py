import json
from collections.abc import Callable
from typing import Any

import pytest

from turnout.values.bindings import Binding, Config
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import FieldSeen, ObjectSeen, StatusSeen, Target
from turnout.wire import Reply, Request

CAMPAIGN = "701000000000001AAA"


@pytest.fixture
def drive() -> Callable[..., tuple[list[Request], Any]]:
    """Hand literal replies to a talk; return its requests and what it returned."""

    def driven(talk: Any, *replies: Any) -> tuple[list[Request], Any]:
        requests: list[Request] = []
        waiting = list(replies)
        try:
            request = next(talk)
            while True:
                requests.append(request)
                assert waiting, f"no reply left for {request.method} {request.url}"
                given = waiting.pop(0)
                request = talk.send(given if isinstance(given, Reply) else Reply(200, {}, json.dumps(given).encode()))
        except StopIteration as end:
            assert not waiting, f"{len(waiting)} replies were not asked for"
            return requests, end.value

    return driven


@pytest.fixture
def found() -> Callable[..., dict[str, Any]]:
    """Make the answer of a query out of its records."""
    return lambda *records: {"totalSize": len(records), "done": True, "records": list(records)}


@pytest.fixture
def config() -> Config:
    return Config(
        "salesforce",
        "sf",
        {"url": "https://acme.my.salesforce.com", "client_id": "key", "client_secret": "secret"},
    )


@pytest.fixture
def binding() -> Binding:
    return Binding("b1", "9001", "Winter Summit 2026", "sf")


def _texts(**widths: int) -> dict[str, FieldSeen]:
    return {name: FieldSeen(name, f"{name}__c", "string", width) for name, width in widths.items()}


@pytest.fixture
def target() -> Target:
    engagement = {
        **_texts(campaign_member=100, entry_id=11, entry_name=200, user=200, channel_name=20, turnout_key=120),
        "lead": FieldSeen("lead", "Lead__c", "reference", 18),
        "email": FieldSeen("email", "email__c", "email", 80),
        "channel_id": FieldSeen("channel_id", "channel_id__c", "double", 18),
        "plays": FieldSeen("plays", "plays__c", "double", 18),
        "live_minutes_viewed": FieldSeen("live_minutes_viewed", "live_minutes_viewed__c", "double", 16),
        "high_live_engagement_rate": FieldSeen(
            "high_live_engagement_rate", "high_live_engagement_rate__c", "double", 16
        ),
        "mic_on": FieldSeen("mic_on", "mic_on__c", "double", 16, writable=False),
    }
    polls = {**_texts(campaign_member=100, entry_id=11, poll_3_answer=255)}
    person = {
        name: FieldSeen(name, api_name, "string", width)
        for name, api_name, width in (
            ("email", "Email", 80),
            ("first_name", "FirstName", 40),
            ("last_name", "LastName", 80),
            ("company", "Company", 255),
            ("title", "Title", 128),
            ("lead_source", "LeadSource", 255),
        )
    }
    return Target(
        CAMPAIGN,
        "Winter Summit 2026",
        statuses=(StatusSeen("Sent", default=True), StatusSeen("During-event visit", success=True)),
        objects={
            Kind.PERSON: ObjectSeen("Lead", person, keyed=False),
            Kind.MEMBER: ObjectSeen("CampaignMember", _texts(external_id=100), True, ("external_id",)),
            Kind.ENGAGEMENT: ObjectSeen("UserSessionEngagement__c", engagement, True, ("turnout_key",)),
            Kind.POLLS: ObjectSeen("Kaltura_User_Polls_c__c", polls, False, ("campaign_member", "entry_id")),
        },
    )


PERSON_ID = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def change() -> Callable[..., Change]:
    """Make a change: its kind, its operation and its values; the rest by name."""

    def made(kind: Kind, op: Op = Op.UPSERT, /, **more: Any) -> Change:
        rows = kind in (Kind.ENGAGEMENT, Kind.POLLS)
        session = "1_live0001" if rows else ""
        channel = 330022 if kind is Kind.ENGAGEMENT else 0
        key = Key("" if kind is Kind.PERSON else "b1", kind, more.pop("person", PERSON_ID), session, channel)
        given = {"values": {}, "digest": "1:x", **({"member_id": "00v000000000001AAA"} if rows else {}), **more}
        return Change(key, op, **given)

    return made
