from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.pipeline.conftest import FILES, Take, registration

from turnout.clock import VirtualClock
from turnout.pipeline import setup
from turnout.pipeline.gather import gathered
from turnout.pipeline.home import Home
from turnout.records.derive import records
from turnout.records.people import Attendee
from turnout.settings import Settings
from turnout.values.records import Record

REACTION = {
    "event_id": "9001",
    "user_id": "ann@example.com",
    "entry_id": "1_live0001",
    "type": "reaction",
    "at": "2026-11-21T19:30:00Z",
    "value": "Clap",
}
ANSWER = {
    "event_id": "9001",
    "entry_id": "1_live0001",
    "poll_id": "p1",
    "question": "Why?",
    "type": "crowd vote",
    "launched_at": "2026-11-21T19:30:00Z",
    "user_id": "ann@example.com",
    "answer": "Because",
    "answered_at": "2026-11-21T19:31:00Z",
}
REPORT = {
    "event_id": "9001",
    "user_id": "ann@example.com",
    "entry_id": "1_live0001",
    "channel_id": 330022,
    "plays": 3,
    "live_minutes_viewed": 12.5,
}


def made(home: Home, event: str = "9001") -> list[Record]:
    (one,) = gathered(home, event)
    return records(one.facts, "b")


def kinds(found: list[Record]) -> list[str]:
    return [record.key.kind.value for record in found]


def statuses(home: Home) -> list[Any]:
    return [record.values["status"] for record in made(home) if record.key.kind == "member"]


@pytest.fixture
def known(opened: Home) -> Home:
    setup.add_event(opened, FILES / "event.json")
    return opened


def test_a_registration_makes_a_person_and_a_member(known: Home, take: Take) -> None:
    take("registrations", registration("ann@example.com"))

    assert kinds(made(known)) == ["person", "member"]


def test_a_person_known_by_poll_answers_alone_is_not_lost(known: Home, take: Take) -> None:
    take("polls", ANSWER)

    assert sorted(kinds(made(known))) == ["engagement", "member", "person", "polls"]


def test_a_person_known_by_a_report_alone_is_not_lost(known: Home, take: Take) -> None:
    take("engagement", REPORT)

    found = made(known)

    assert sorted(kinds(found)) == ["engagement", "member", "person"]
    (row,) = [record.values for record in found if record.key.kind == "engagement"]
    assert (row["plays"], row["live_minutes_viewed"], row["email"]) == (3, 12.5, "ann@example.com")


def test_who_has_facts_and_no_status_gets_one_from_what_they_did(known: Home, take: Take) -> None:
    take("interactions", REACTION)

    assert statuses(known) == ["attended"]


def test_a_setting_leaves_statuses_to_the_source(known: Home, take: Take) -> None:
    take("interactions", REACTION)

    assert statuses(replace(known, settings=Settings(derive_statuses=False))) == []


def test_a_status_of_the_source_stands_before_one_made_of_facts(known: Home, take: Take) -> None:
    take("registrations", registration("ann@example.com", "registered"))
    take("interactions", REACTION)

    assert statuses(known) == ["registered"]


@pytest.mark.parametrize(("keep", "status"), [(True, "attended"), (False, "unregistered")])
def test_a_setting_says_whether_who_attended_can_unregister(known: Home, take: Take, keep: bool, status: str) -> None:
    take(
        "registrations",
        registration("ann@example.com", "attended", "2026-11-20T10:00:00Z"),
        registration("ann@example.com", "unregistered", "2026-11-21T10:00:00Z"),
    )

    assert statuses(replace(known, settings=Settings(keep_attended=keep))) == [status]


@pytest.mark.parametrize(("counts", "email"), [(True, "ann@example.com"), (False, "")])
def test_a_setting_says_whether_a_user_id_counts_as_an_address(
    known: Home, take: Take, counts: bool, email: str
) -> None:
    take("registrations", registration("Ann@example.com", email=""))

    (person, _) = made(replace(known, settings=Settings(user_id_as_email=counts)))

    assert person.values["email"] == email


@pytest.mark.parametrize(
    ("winner", "hours", "claps"), [("beacons", 9, 1), ("reports", 0, 5), ("ended", 0, 1), ("ended", 9, 5)]
)
def test_a_setting_says_which_of_two_ways_in_wins(
    known: Home, take: Take, clock: VirtualClock, winner: Any, hours: int, claps: int
) -> None:
    take("engagement", {**REPORT, "channel_id": None, "clap_clicked_count": 5})
    take("interactions", REACTION)
    clock.sleep(hours * 3600)

    (row,) = [
        record.values
        for record in made(replace(known, settings=Settings(winner=winner)))
        if record.key.kind == "engagement"
    ]

    assert (row["clap_clicked_count"], row["plays"]) == (claps, 3)


def test_facts_of_an_event_that_is_not_registered_are_listed(known: Home, take: Take) -> None:
    take("interactions", {**REACTION, "event_id": "9002"})

    assert [one.event.id for one in gathered(known)] == ["9001", "9002"]


def test_a_look_fixes_nothing_and_a_delivery_does(known: Home, take: Take) -> None:
    take("polls", ANSWER)
    gathered(known, "9001")
    earlier = {**ANSWER, "poll_id": "p0", "launched_at": "2026-11-21T19:00:00Z"}

    gathered(known, "9001", fix=True)
    take("polls", earlier)
    (after,) = gathered(known, "9001")

    assert after.facts.slots == {("1_live0001", "p1"): 1, ("1_live0001", "p0"): 2}


def test_a_person_keeps_the_identifier_of_the_attendee_first_seen(known: Home, take: Take) -> None:
    take("registrations", registration("late@example.com", at="2026-11-20T10:00:00Z", email="ann@example.com"))
    (before, _) = made(known)
    take("registrations", registration("early@example.com", at="2026-10-01T10:00:00Z", email="ann@example.com"))

    (after, _) = made(known)

    assert after.key.person == before.key.person
    (one,) = gathered(known, "9001")
    (person,) = one.facts.persons
    assert set(person.attendees) == {Attendee("kaltura", "late@example.com"), Attendee("kaltura", "early@example.com")}


def test_two_users_delivered_as_one_person_stay_one_when_an_address_changes(known: Home, take: Take) -> None:
    take("registrations", registration("a@example.com", email="ann@example.com"))
    take("registrations", registration("b@example.com", email="ann@example.com"))
    gathered(known, "9001", fix=True)
    take("registrations", registration("b@example.com", "confirmed", "2026-11-21T10:00:00Z", email="bea@example.com"))

    (one,) = gathered(known, "9001")

    assert [(person.email, len(person.attendees)) for person in one.facts.persons] == [("bea@example.com", 2)]


def test_a_home_is_made_where_there_is_none(tmp_path: Path, opened: Home) -> None:
    assert sorted(file.name for file in (tmp_path / "home").iterdir())[:1] == ["key"]
