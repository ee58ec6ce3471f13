from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, NOBODY, TWIN1, TWIN2, Caller, code, told

LEADS = "/rest/v1/leads.json"


def test_an_unknown_address_creates_and_a_known_one_updates_whatever_its_case(caller: Caller) -> None:
    answer = caller.sync({"email": "new@example.com"}, {"email": "ANN@example.com", "lastName": "Ames"})

    assert answer["result"] == [{"id": 1005, "status": "created"}, {"id": ANN, "status": "updated"}]


def test_a_skipped_record_carries_neither_id_nor_address(caller: Caller) -> None:
    answer = caller.sync({"email": "twin@example.com"})

    reasons = [{"code": "1007", "message": "Multiple lead match lookup criteria"}]
    assert answer["result"] == [{"status": "skipped", "reasons": reasons}]


@pytest.mark.parametrize(
    ("action", "email", "expected"),
    [
        ("createOnly", "ann@example.com", "1005"),
        ("createOnly", "new@example.com", "created"),
        ("updateOnly", "new@example.com", "1004"),
        ("updateOnly", "ann@example.com", "updated"),
        ("createDuplicate", "ann@example.com", "created"),
    ],
)
def test_an_action_decides_what_a_match_means(caller: Caller, action: str, email: str, expected: str) -> None:
    assert told(caller.sync({"email": email}, action=action)) == [expected]


def test_one_of_several_people_is_updated_by_id(caller: Caller) -> None:
    answer = caller.sync({"id": TWIN2, "title": "Chief"}, action="updateOnly", lookupField="id")

    assert told(answer) == ["updated"]
    assert caller.get(f"/rest/v1/lead/{TWIN2}.json", fields="title")["result"] == [{"id": TWIN2, "title": "Chief"}]


def test_an_id_is_only_for_update_only(caller: Caller) -> None:
    assert told(caller.sync({"id": ANN, "email": "ann@example.com"})) == ["1003"]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("shoeSize", 14.1, "1003"),
        ("shoeSize", "14", "updated"),
        ("unsubscribed", "other", "1003"),
        ("dateOfBirth", "yesterday", "1003"),
        ("annualRevenue", "14c", "1003"),
        ("firstName", "x" * 255, "updated"),
        ("firstName", "x" * 256, "1077"),
        ("kalturaUserId", "x" * 21, "1077"),
        ("firstname", "Ann", "1006"),
        ("createdAt", "2026-01-01T00:00:00Z", "1003"),
    ],
)
def test_a_value_must_fit_its_field(caller: Caller, field: str, value: Any, expected: str) -> None:
    assert told(caller.sync({"email": "ann@example.com", field: value})) == [expected]


@pytest.mark.parametrize("email", ["bademail", "renée@example.com", "a b@example.com"])
def test_an_address_must_be_ascii_and_an_address(caller: Caller, email: str) -> None:
    assert told(caller.sync({"email": email}, {"email": "fine@example.com"})) == ["1003", "created"]


def test_a_record_without_its_lookup_field_is_skipped(caller: Caller) -> None:
    assert told(caller.sync({"firstName": "Ann"}, {"email": ""})) == ["1002", "1002"]


def test_an_empty_text_empties_a_field(caller: Caller) -> None:
    caller.sync({"email": "ann@example.com", "firstName": ""})

    assert caller.get(f"/rest/v1/lead/{ANN}.json", fields="firstName")["result"] == [{"id": ANN, "firstName": None}]


def test_a_company_is_set_on_creation_and_not_changed_later(caller: Caller) -> None:
    answer = caller.sync(
        {"email": "new@example.com", "company": "New"},
        {"email": "ann@example.com", "company": "Other"},
        {"email": "ann@example.com", "company": "Ace"},
    )

    assert told(answer) == ["created", "1021", "updated"]


def test_an_unknown_field_may_refuse_the_whole_call(caller_with: Any) -> None:
    caller = caller_with(unknown_field="request")

    assert code(caller.sync({"email": "new@example.com"}, {"email": "x@example.com", "nope": 1})) == "1006"
    assert caller.get(LEADS, filterType="email", filterValues="new@example.com")["result"] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"lookupField": "nope", "input": []}, "1006"),
        ({"lookupField": "firstName", "input": []}, "1011"),
        ({"action": "upsert", "input": []}, "1003"),
        ({"inputs": []}, "1003"),
        ({}, "1002"),
        ({"input": [{}] * 301}, "1003"),
    ],
)
def test_a_wrong_call_is_refused_whole(caller: Caller, body: dict[str, Any], expected: str) -> None:
    assert code(caller.post(LEADS, body)) == expected


def test_two_upserts_in_quick_succession_make_duplicates(caller_with: Any) -> None:
    caller = caller_with(race_seconds=2.0)
    first = caller.sync({"email": "new@example.com"}, {"email": "new@example.com"})
    caller.clock.sleep(1)
    second = caller.sync({"email": "new@example.com"})
    caller.clock.sleep(2)

    third = caller.sync({"email": "new@example.com"})

    assert (told(first), told(second), told(third)) == (["created", "updated"], ["created"], ["1007"])


def test_people_are_found_by_address_and_duplicates_come_together(caller: Caller) -> None:
    answer = caller.get(LEADS, filterType="email", filterValues="twin@example.com,ben@example.com", fields="email")

    assert answer["result"] == [
        {"id": BEN, "email": "ben@example.com"},
        {"id": TWIN1, "email": "twin@example.com"},
        {"id": TWIN2, "email": "Twin@example.com"},
    ]
    assert "moreResult" not in answer


def test_people_are_looked_up_by_a_custom_field_wherever_its_value_moves(caller: Caller) -> None:
    caller.sync({"email": "ann@example.com", "kalturaUserId": "u1"})
    found = told(caller.sync({"kalturaUserId": "U1", "email": "ann2@example.com"}, lookupField="kalturaUserId"))
    caller.sync({"email": "ann2@example.com", "kalturaUserId": "u2"})

    answer = caller.get(LEADS, filterType="kalturaUserId", filterValues="u1,u2", fields="email,kalturaUserId")

    assert found == ["updated"]
    assert answer["result"] == [{"id": ANN, "email": "ann2@example.com", "kalturaUserId": "u2"}]


def test_without_fields_six_are_shown(caller: Caller) -> None:
    answer = caller.get(LEADS, filterType="id", filterValues=str(TWIN1))

    assert answer["result"] == [
        {
            "id": TWIN1,
            "firstName": None,
            "lastName": None,
            "email": "twin@example.com",
            "updatedAt": "2025-01-01T00:00:00Z",
            "createdAt": "2025-01-01T00:00:00Z",
        }
    ]


def test_more_than_a_batch_comes_in_pages(caller: Caller) -> None:
    asked = {"filterType": "id", "filterValues": "1001,1002,1003", "batchSize": "2", "fields": "id"}
    first = caller.get(LEADS, **asked)

    second = caller.get(LEADS, **asked, nextPageToken=first["nextPageToken"])

    assert (first["result"], first["moreResult"]) == ([{"id": 1001}, {"id": 1002}], True)
    assert (second["result"], "nextPageToken" in second) == ([{"id": 1003}], False)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filterType": "firstName", "filterValues": "Ann"}, "1011"),
        ({"filterType": "nope", "filterValues": "Ann"}, "1006"),
        ({"filterType": "email", "filterValues": "ann@example.com", "fields": "nope"}, "1006"),
        ({"filterValues": "ann@example.com"}, "1002"),
        ({"filterType": "email"}, "1002"),
        ({"filterType": "id", "filterValues": ",".join(["1"] * 301)}, "1003"),
        ({"filterType": "id", "filterValues": "1", "nextPageToken": "GARBAGE"}, "1003"),
    ],
)
def test_a_wrong_search_is_refused(caller: Caller, params: dict[str, str], expected: str) -> None:
    assert code(caller.get(LEADS, **params)) == expected


def test_over_a_thousand_matches_are_too_many(caller: Caller) -> None:
    for start in range(0, 1001, 200):
        caller.sync(*({"email": "one@example.com"} for _ in range(start, start + 200)), action="createDuplicate")

    assert caller.get(LEADS, filterType="email", filterValues="one@example.com")["errors"] == [
        {"code": "1003", "message": "Too many results match the filter"}
    ]


def test_deleting_forgets_the_person_and_the_memberships(caller: Caller) -> None:
    answer = caller.sync({"id": ANN}, {"id": NOBODY}, path="/rest/v1/leads/delete.json")

    assert told(answer) == ["deleted", "1004"]
    assert code(caller.get(f"/rest/v1/lead/{ANN}.json")) == "1004"
    assert caller.get("/rest/v1/programs/1001/members.json", filterType="leadId", filterValues="1001")["result"] == []


def test_merging_hands_everything_to_the_winner(caller: Caller) -> None:
    caller.sync({"personId": TWIN1, "entry_id": "1_a"}, path="/rest/v1/customobjects/visit.json")
    caller.act(do="set_status", program="Summit", lead=TWIN1, status="Attended")

    caller.act(do="merge", winner=TWIN2, losers=[TWIN1])

    assert told(caller.sync({"email": "twin@example.com"})) == ["updated"]
    rows = caller.get("/rest/v1/customobjects/visit.json", filterType="personId", filterValues=str(TWIN2))["result"]
    assert [row["entry_id"] for row in rows] == ["1_a"]


def test_describe_shows_types_and_lengths(caller: Caller) -> None:
    fields = {row["rest"]["name"]: row for row in caller.get("/rest/v1/leads/describe.json")["result"]}

    assert (fields["email"]["dataType"], fields["email"]["length"]) == ("email", 255)
    assert "length" not in fields["address"]
    assert fields["id"]["rest"] == {"name": "id", "readOnly": True}
    assert fields["shoeSize"]["dataType"] == "integer"


def test_describe2_lists_what_can_be_searched(caller: Caller) -> None:
    [row] = caller.get("/rest/v1/leads/describe2.json")["result"]

    assert row["name"] == "API Lead"
    assert ["kalturaUserId"] in row["searchableFields"]
    assert ["firstName"] not in row["searchableFields"]
