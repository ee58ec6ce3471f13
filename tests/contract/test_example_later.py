"""What comes after the first sync of the example: nothing to do, hands in the account, news from the event."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.example import Example, example

from turnout.metrics.state import refresh
from turnout.pipeline.look import explain, status
from turnout.pipeline.rehearse import rehearse
from turnout.pipeline.setup import check
from turnout.pipeline.sync import Synced, sync
from turnout.pipeline.verify import Named, verify
from turnout.sources.files import ingest
from turnout.values.findings import Severity


@pytest.fixture
def stood(tmp_path: Path) -> Iterator[Example]:
    """Return the example after its first sync."""
    with example(tmp_path) as ready:
        sync(ready.home)
        yield ready


def take_in(ready: Example, kind: str, rows: list[dict[str, Any]]) -> None:
    """Ingest rows given as JSON Lines."""
    file = ready.home.path / "news.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ingest(ready.home.path, ready.home.engine, kind, [file], clock=ready.home.clock)
    refresh(ready.home.path, ready.home.engine, ready.home.clock)


def registration(who: str, status: str, at: str, **more: str) -> dict[str, Any]:
    return {"event_id": "9001", "user_id": who, "email": who, "status": status, "status_at": at, **more}


def by_name(found: list[Synced]) -> dict[str, Synced]:
    return {one.connection: one for one in found}


def differences(ready: Example, connection: str) -> list[Named]:
    (found,) = verify(ready.home, connection=connection)
    assert found.refused == ""
    return list(found.differences)


def test_a_second_sync_makes_no_writing_call(stood: Example) -> None:
    writes = stood.writes()

    again = by_name(sync(stood.home))

    assert stood.writes() == writes
    assert {name: (one.created, one.updated, one.unchanged, one.calls) for name, one in again.items()} == {
        "salesforce": (0, 0, 79, 0),
        "marketo": (0, 0, 79, 0),
    }


def test_ingesting_everything_again_changes_nothing(stood: Example) -> None:
    writes = stood.writes()
    files = Path(__file__).parents[2] / "examples" / "winter-summit"
    for kind, name in (("registrations", "registrations.csv"), ("beacons", "beacons.jsonl"), ("polls", "polls.csv")):
        ingest(stood.home.path, stood.home.engine, kind, [files / name], clock=stood.home.clock)
    refresh(stood.home.path, stood.home.engine, stood.home.clock)

    sync(stood.home)

    assert stood.writes() == writes


def test_a_field_altered_in_salesforce_is_named(stood: Example) -> None:
    (row,) = stood.salesforce.engagement("bob@example.com")
    changed = {"live_minutes_viewed__c": 99.5}
    stood.salesforce.act("edit", sobject="UserSessionEngagement__c", id=row["Id"], fields=changed)

    (found,) = differences(stood, "salesforce")

    assert (found.email, found.kind, found.field) == ("bob@example.com", "engagement", "live_minutes_viewed__c")
    assert (found.expected, found.found) == (1.33, 99.5)


def test_a_row_deleted_in_salesforce_is_named(stood: Example) -> None:
    (row,) = stood.salesforce.polls("rosa@example.com")
    stood.salesforce.act("delete", sobject="Kaltura_User_Polls_c__c", id=row["Id"])

    (found,) = differences(stood, "salesforce")

    assert (found.email, found.kind, found.field) == ("rosa@example.com", "polls", "")


def test_a_status_lowered_in_salesforce_is_named(stood: Example) -> None:
    member = stood.salesforce.member("bob@example.com")
    stood.salesforce.act("edit", sobject="CampaignMember", id=member["Id"], fields={"Status": "Registered"})

    (found,) = differences(stood, "salesforce")

    assert (found.email, found.kind, found.expected, found.found) == (
        "bob@example.com",
        "member",
        "During-event visit",
        "Registered",
    )


def test_a_person_deleted_in_salesforce_is_named_with_what_went_along(stood: Example) -> None:
    (lead,) = stood.salesforce.leads("ken@example.com")
    stood.salesforce.act("delete", sobject="Lead", id=lead["Id"])

    found = differences(stood, "salesforce")

    assert {(one.email, one.kind, one.field) for one in found if one.kind in ("person", "member")} == {
        ("ken@example.com", "person", ""),
        ("ken@example.com", "member", ""),
    }


def test_a_field_altered_in_marketo_is_named(stood: Example) -> None:
    (row,) = stood.marketo.engagement("bob@example.com")
    stood.marketo.act(
        "edit_row", object="kalturaUserSessionEngagement", marketoGUID=row["marketoGUID"], fields={"plays": 7}
    )

    (found,) = differences(stood, "marketo")

    assert (found.email, found.kind, found.field, found.expected, found.found) == (
        "bob@example.com",
        "engagement",
        "plays",
        1,
        7,
    )


def test_a_row_deleted_in_marketo_is_named(stood: Example) -> None:
    (row,) = stood.marketo.polls("rosa@example.com")
    stood.marketo.act("delete_row", object="kalturaUserPolls_c", marketoGUID=row["marketoGUID"])

    (found,) = differences(stood, "marketo")

    assert (found.email, found.kind, found.field) == ("rosa@example.com", "polls", "")


def test_a_status_lowered_in_marketo_is_named(stood: Example) -> None:
    stood.marketo.act("set_status", program="Winter Summit 2026", email="bob@example.com", status="Registered")

    (found,) = differences(stood, "marketo")

    assert (found.email, found.kind, found.expected, found.found) == (
        "bob@example.com",
        "member",
        "Participated",
        "Registered",
    )


def test_a_changed_address_keeps_the_lead_and_is_written_into_the_rows(stood: Example) -> None:
    (lead,) = stood.salesforce.leads("erin@example.com")
    news = registration("erin@example.com", "participated", "2026-11-22T08:00:00Z")
    take_in(stood, "registrations", [{**news, "email": "erin.obrien@example.com"}])

    found = by_name(sync(stood.home))

    assert {name: (one.created, one.updated, one.held) for name, one in found.items()} == {
        "salesforce": (0, 1, 4),
        "marketo": (0, 1, 4),
    }
    (row,) = stood.salesforce.engagement("erin.obrien@example.com")
    assert row["Lead"] == lead["Id"]
    assert explain(stood.home, "erin.obrien@example.com")["notes"] == [
        "e-mail changed from erin@example.com to erin.obrien@example.com"
    ]


def test_a_person_who_registers_again_goes_from_unregistered_to_registered(stood: Example) -> None:
    take_in(stood, "registrations", [registration("uma@example.com", "registered", "2026-11-23T10:00:00Z")])

    sync(stood.home)

    assert stood.salesforce.member("uma@example.com")["Status"] == "Registered"


def test_marketo_cannot_lead_back_from_unregistered_and_that_is_told(stood: Example) -> None:
    take_in(stood, "registrations", [registration("uma@example.com", "registered", "2026-11-23T10:00:00Z")])

    sync(stood.home)

    assert stood.marketo.status("uma@example.com") == "Un-registered"
    told = stood.told("uma@example.com", "marketo")["records"]
    assert [(one["stands"], one["reason"]) for one in told if one["kind"] == "member"] == [
        ("kept", "the account cannot lead a member back from 'Un-registered'")
    ]


def test_a_status_never_moves_backwards(stood: Example) -> None:
    take_in(stood, "registrations", [registration("bob@example.com", "registered", "2026-11-23T10:00:00Z")])
    writes = stood.writes()

    sync(stood.home)

    assert stood.writes() == writes


def test_an_address_given_later_sets_a_held_person_going(stood: Example) -> None:
    news = registration("anon-7f3a", "participated", "2026-11-23T10:00:00Z")
    take_in(stood, "registrations", [{**news, "email": "noor@example.com"}])

    found = by_name(sync(stood.home))

    assert {name: (one.created, one.held) for name, one in found.items()} == {"salesforce": (4, 0), "marketo": (4, 0)}
    (lead,) = stood.salesforce.leads("noor@example.com")
    assert (lead["FirstName"], lead["LastName"]) == ("Noor", "[not provided]")


def test_news_of_a_held_person_is_held_too(stood: Example) -> None:
    news = registration("anon-7f3a", "participatedPostEvent", "2026-11-23T10:00:00Z")
    take_in(stood, "registrations", [{**news, "email": ""}])

    found = by_name(sync(stood.home))

    assert {name: (one.held, one.waiting, one.parked_anew) for name, one in found.items()} == {
        "salesforce": (4, {}, 0),
        "marketo": (4, {}, 0),
    }


def test_a_rehearsal_of_news_tells_only_the_news(stood: Example) -> None:
    take_in(stood, "registrations", [registration("yara@example.com", "registered", "2026-11-23T10:00:00Z")])

    told = {one.connection: (dict(one.create), dict(one.update), one.writes) for one in rehearse(stood.home)}

    assert told == {name: ({"person": 1, "member": 1}, {}, 2) for name in ("salesforce", "marketo")}


def test_an_account_that_refuses_all_is_halted_and_the_other_goes_on(stood: Example) -> None:
    take_in(stood, "registrations", [registration("yara@example.com", "registered", "2026-11-23T10:00:00Z")])
    stood.salesforce.faults({"do": "refuse", "code": "API_DISABLED_FOR_ORG", "path": "/composite/", "times": 0})

    found = by_name(sync(stood.home))

    assert found["marketo"].created == 2
    assert found["salesforce"].created == 0
    assert set(found["salesforce"].halted) == {"-/person"}
    assert [len(one["stopped"]) for one in status(stood.home) if one["connection"] == "salesforce"] == [1]


@pytest.mark.parametrize("connection", ["salesforce", "marketo"])
def test_the_doctor_finds_no_problem_after_provisioning(stood: Example, connection: str) -> None:
    found = check(stood.home, connection)

    assert [one.what for one in found if one.severity is Severity.PROBLEM] == []


def test_the_doctor_names_a_field_that_was_hidden(stood: Example) -> None:
    def found() -> set[str]:
        quiet = (Severity.OK, Severity.UNKNOWN)
        return {one.what for one in check(stood.home, "salesforce") if one.severity not in quiet}

    stood.salesforce.act("hide_field", field="UserSessionEngagement__c.plays__c")
    hidden = found()
    stood.salesforce.act("show_field", field="UserSessionEngagement__c.plays__c")
    shown = found()

    assert ["plays__c" in what for what in hidden] == [True]
    assert shown == set()


def test_the_doctor_names_a_permission_that_was_taken(stood: Example) -> None:
    stood.marketo.act("forbid", permission="Read-Write Custom Object")

    wrong = [one for one in check(stood.home, "marketo") if one.severity is Severity.PROBLEM]

    assert any("Custom Object" in one.what for one in wrong)
