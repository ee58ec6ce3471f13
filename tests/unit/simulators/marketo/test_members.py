from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, NOBODY, SUMMIT, TWIN1, Caller, code, told

STATUS = f"{SUMMIT}/members/status.json"
MEMBERS = f"{SUMMIT}/members.json"


def give(caller: Caller, status: str, *ids: int) -> Any:
    return caller.sync(*({"leadId": each} for each in ids), path=STATUS, statusName=status)


def test_who_is_no_member_becomes_one_and_a_member_moves_forward(caller: Caller) -> None:
    answer = give(caller, "Attended", BEN, ANN, NOBODY)

    assert answer["result"] == [
        {"seq": 0, "status": "created", "leadId": BEN},
        {"seq": 1, "status": "updated", "leadId": ANN},
        {"seq": 2, "status": "skipped", "reasons": [{"code": "1004", "message": "Lead not found"}]},
    ]


def test_a_status_moves_forward_or_sideways_and_never_back(caller: Caller) -> None:
    statuses = ("Registered", "Confirmed", "autoConfirmed", "Confirmed", "Blocked", "Attended")

    codes = [told(give(caller, status, ANN))[0] for status in statuses]

    assert codes == ["1037", "1037", "updated", "updated", "updated", "1037"]


def test_a_status_that_the_channel_lacks_refuses_the_call(caller: Caller) -> None:
    assert code(give(caller, "During-event visit", ANN)) == "1025"
    assert code(give(caller, "Not in Program", ANN)) == "1025"


def test_an_unknown_status_may_skip_the_records_instead(caller_with: Any) -> None:
    assert told(give(caller_with(unknown_status="record"), "Nope", ANN)) == ["1025"]


def test_an_unknown_program_is_1013(caller: Caller) -> None:
    answer = caller.sync({"leadId": ANN}, path="/rest/v1/programs/77/members/status.json", statusName="Attended")

    assert code(answer) == "1013"


@pytest.mark.parametrize(
    ("record", "expected"), [({}, "1002"), ({"leadId": "x"}, "1001"), ({"leadId": str(BEN)}, "created")]
)
def test_a_member_is_named_by_a_lead_id(caller: Caller, record: dict[str, Any], expected: str) -> None:
    assert told(caller.sync(record, path=STATUS, statusName="Invited")) == [expected]


def test_people_may_set_a_status_back(caller: Caller) -> None:
    caller.act(do="set_status", program="Summit", email="ann@example.com", status="Invited")

    rows = caller.get(MEMBERS, filterType="statusName", filterValues="Invited", fields="statusName")["result"]
    assert [(row["leadId"], row["statusName"]) for row in rows] == [(ANN, "Invited")]


def test_members_are_shown_with_the_asked_fields(caller: Caller) -> None:
    answer = caller.get(MEMBERS, filterType="leadId", filterValues=f"{ANN},{BEN}", fields="statusName,statusReason")

    assert answer["result"] == [
        {
            "seq": 0,
            "leadId": ANN,
            "reachedSuccess": True,
            "programId": 1001,
            "acquiredBy": False,
            "membershipDate": "2026-11-18T11:06:40Z",
            "statusName": "Confirmed",
            "statusReason": None,
        }
    ]
    assert answer["moreResult"] is False


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filterType": "reachedSuccess", "filterValues": "true"}, [ANN]),
        ({"filterType": "seat", "filterValues": "A1"}, []),
        (
            {"filterType": "updatedAt", "startAt": "2026-11-18T00:00:00Z", "endAt": "2026-11-19T00:00:00Z"},
            [ANN],
        ),
    ],
)
def test_members_are_found_by_filters(caller: Caller, params: dict[str, str], expected: list[int]) -> None:
    assert [row["leadId"] for row in caller.get(MEMBERS, **params)["result"]] == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filterType": "trackName", "filterValues": "x"}, "1003"),
        ({"filterType": "leadId", "filterValues": "1", "fields": "nope"}, "1006"),
        ({"filterType": "updatedAt", "startAt": "2026-11-01T00:00:00Z", "endAt": "2026-11-19T00:00:00Z"}, "1003"),
        ({"filterType": "leadId"}, "1002"),
    ],
)
def test_a_wrong_search_for_members_is_refused(caller: Caller, params: dict[str, str], expected: str) -> None:
    assert code(caller.get(MEMBERS, **params)) == expected


def test_member_fields_are_written_for_members_only(caller: Caller) -> None:
    answer = caller.sync(
        {"leadId": ANN, "statusReason": "Confirmed email", "seat": "A1"},
        {"leadId": BEN, "seat": "A2"},
        {"leadId": ANN, "statusName": "Attended"},
        {"leadId": ANN, "nope": 1},
        path=MEMBERS,
    )

    assert told(answer) == ["updated", "1013", "1003", "1006"]
    [row] = caller.get(MEMBERS, filterType="seat", filterValues="A1", fields="statusReason,seat")["result"]
    assert (row["statusReason"], row["seat"]) == ("Confirmed email", "A1")


def test_a_status_reason_is_read_only_where_the_account_says_so(caller_with: Any) -> None:
    caller = caller_with(status_reason_updateable=False)

    assert told(caller.sync({"leadId": ANN, "statusReason": "x"}, path=MEMBERS)) == ["1003"]


def test_deleting_a_member_opens_the_way_back_down(caller: Caller) -> None:
    answer = caller.sync({"leadId": ANN}, {"leadId": BEN}, path=f"{SUMMIT}/members/delete.json")

    assert told(answer) == ["deleted", "1037"]
    assert answer["result"][1]["reasons"][0]["message"] == "Lead not in program"
    assert told(give(caller, "Invited", ANN)) == ["created"]


def test_success_once_reached_stays(caller: Caller) -> None:
    give(caller, "Blocked", ANN, TWIN1)

    rows = caller.get(MEMBERS, filterType="statusName", filterValues="Blocked")["result"]

    assert [(row["leadId"], row["reachedSuccess"]) for row in rows] == [(ANN, True), (TWIN1, False)]


def test_members_come_in_pages_until_there_are_no_more(caller: Caller) -> None:
    give(caller, "Confirmed", BEN, TWIN1)
    asked = {"filterType": "statusName", "filterValues": "Confirmed", "batchSize": "2"}
    first = caller.get(MEMBERS, **asked)

    second = caller.get(MEMBERS, **asked, nextPageToken=first["nextPageToken"])

    assert [row["leadId"] for row in (*first["result"], *second["result"])] == [ANN, BEN, TWIN1]
    assert (first["moreResult"], second["moreResult"]) == (True, False)


def test_describe_shows_the_fields_of_a_member(caller: Caller) -> None:
    [row] = caller.get("/rest/v1/programs/members/describe.json")["result"]

    fields = {each["name"]: each["updateable"] for each in row["fields"]}
    assert row["dedupeFields"] == ["leadId", "programId"]
    assert row["searchableFields"] == [["leadId"], ["seat"], ["reachedSuccess"], ["statusName"]]
    assert (fields["statusName"], fields["statusReason"], fields["seat"]) == (False, True, True)


def test_the_older_calls_show_people_with_their_membership_and_move_members_only(caller: Caller) -> None:
    path = "/rest/v1/leads/programs/1001"

    answer = caller.sync({"id": ANN}, {"id": BEN}, {"id": NOBODY}, path=f"{path}/status.json", status="Attended")
    [person] = caller.get(f"{path}.json", fields="email")["result"]

    assert told(answer) == ["updated", "1013", "1004"]
    assert (person["id"], person["email"]) == (ANN, "ann@example.com")
    assert (person["membership"]["progressionStatus"], person["membership"]["reachedSuccess"]) == ("Attended", True)
