"""Pushing, merging, moving people; lists, campaigns and fields: where Marketo says no."""

from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, NOBODY, SEED, SUMMIT, TWIN1, Caller, code, told

LEADS = "/rest/v1/leads"
CAMPAIGNS = "/rest/v1/campaigns"
CAMPAIGN = [
    {"name": "Remind", "type": "trigger", "active": True, "requestable": True, "program": "Summit"},
    {"name": "Invite", "program": "Summit"},
]


def with_campaigns(caller_with: Any, **settings: Any) -> Caller:
    caller: Caller = caller_with(SEED | {"campaigns": CAMPAIGN, "lists": [{"name": "Guests"}]}, **settings)
    return caller


def test_a_push_makes_a_person_and_a_member_at_once(caller: Caller) -> None:
    body = {"programName": "Summit", "programStatus": "Registered", "source": "web", "input": [{"email": "x@e.com"}]}

    [row] = caller.post(f"{LEADS}/push.json", body)["result"]
    [member] = caller.get(f"{SUMMIT}/members.json", filterType="leadId", filterValues=str(row["id"]))["result"]

    assert row["status"] == "created"
    assert member["programId"] == 1001


def test_a_push_says_nothing_of_a_status_that_is_past(caller: Caller) -> None:
    body = {"programName": "Summit", "programStatus": "Invited", "input": [{"email": "ann@example.com"}]}

    assert told(caller.post(f"{LEADS}/push.json", body)) == ["updated"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"input": []}, "1002"),
        ({"programName": "Nope", "input": []}, "1013"),
        ({"programName": "Summit", "programStatus": "Dancing", "input": []}, "1025"),
        ({"programName": "Summit", "lookupField": "nope", "input": []}, "1006"),
        ({"programName": "Summit", "color": "red", "input": []}, "1003"),
    ],
)
def test_a_push_that_makes_no_sense_is_refused(caller: Caller, body: Any, expected: str) -> None:
    assert code(caller.post(f"{LEADS}/push.json", body)) == expected


def test_a_merge_gives_the_winner_what_it_lacks_and_the_memberships(caller: Caller) -> None:
    caller.sync({"id": BEN, "title": "CTO"}, action="updateOnly", lookupField="id")

    answer = caller.post(f"{LEADS}/{BEN}/merge.json", query=f"leadIds={ANN}")
    [ben] = caller.get(f"/rest/v1/lead/{BEN}.json", fields="firstName,title,email")["result"]
    members = caller.get(f"{SUMMIT}/members.json", filterType="leadId", filterValues=str(BEN))["result"]

    assert answer["success"] is True
    assert (ben["firstName"], ben["title"], ben["email"]) == ("Ann", "CTO", "ben@example.com")
    assert len(members) == 1


@pytest.mark.parametrize(
    ("winner", "losers", "expected"),
    [
        (NOBODY, str(ANN), "1004"),
        (ANN, str(NOBODY), "1004"),
        (ANN, "", "1002"),
        (ANN, str(ANN), "1003"),
        (ANN, ",".join(["1002"] * 26), "1080"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(caller: Caller, winner: int, losers: str, expected: str) -> None:
    assert code(caller.post(f"{LEADS}/{winner}/merge.json", query=f"leadIds={losers}")) == expected


def test_a_cookie_must_be_one_of_munchkins(caller: Caller) -> None:
    assert code(caller.post(f"{LEADS}/{ANN}/associate.json", query="cookie=chocolate")) == "1012"


def test_a_partition_counts_where_people_are_made(caller_with: Any) -> None:
    caller = caller_with(partitions=["Default", "Europe"])
    made = caller.sync({"email": "eu@example.com"}, partitionName="Europe")

    again = caller.sync({"email": "eu@example.com"}, partitionName="Default")
    unknown = caller.sync({"email": "eu@example.com"}, partitionName="Mars")
    updated = caller.sync({"email": "eu@example.com"}, partitionName="Mars", action="updateOnly")

    assert [told(each) for each in (made, again, unknown, updated)] == [["created"], ["1010"], ["1008"], ["updated"]]


def test_a_list_tells_who_is_not_in_it_and_who_is_nobody(caller_with: Any) -> None:
    caller = with_campaigns(caller_with)
    caller.sync({"id": ANN}, path="/rest/v1/lists/1001/leads.json")

    removed = caller.delete("/rest/v1/lists/1001/leads.json", f"id={ANN}&id={BEN}&id={NOBODY}")

    assert told(removed) == ["removed", "1015", "1004"]


@pytest.mark.parametrize("path", ["/rest/v1/lists.json", "/rest/v1/campaigns.json", "/rest/v1/lists/1001/leads.json"])
def test_some_answers_page_by_the_token_alone(caller_with: Any, path: str) -> None:
    seed = SEED | {"campaigns": CAMPAIGN, "lists": [{"name": "Guests", "leads": ["ann", "ben"]}, {"name": "More"}]}
    caller = caller_with(seed)

    first = caller.get(path, batchSize="1")
    second = caller.get(path, batchSize="1", nextPageToken=first["nextPageToken"])

    assert (len(first["result"]), len(second["result"])) == (1, 1)
    assert ("moreResult" in first, "nextPageToken" in second) == (False, False)


def test_the_deleted_are_in_no_list(caller_with: Any) -> None:
    caller = with_campaigns(caller_with)
    caller.sync({"id": ANN}, path="/rest/v1/lists/1001/leads.json")
    caller.sync({"id": ANN}, path=f"{LEADS}/delete.json")

    assert caller.get("/rest/v1/lists/1001/leads.json")["result"] == []


def test_a_campaign_runs_a_hundred_people_at_most(caller_with: Any) -> None:
    caller = with_campaigns(caller_with)
    people = [{"id": ANN}] * 101

    many = caller.post(f"{CAMPAIGNS}/1001/trigger.json", {"input": {"leads": people}})
    nobody = caller.post(f"{CAMPAIGNS}/1001/trigger.json", {"input": {"leads": [{"id": NOBODY}]}})
    batch = caller.post(f"{CAMPAIGNS}/1002/trigger.json", {"input": {"leads": [{"id": ANN}]}})

    assert [code(each) for each in (many, nobody, batch)] == ["1003", "1004", "1003"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"runAt": "soon"}, "1042"),
        ({"runAt": "2030-01-01T00:00:00Z"}, "1042"),
        ({"tokens": [{"name": "message", "value": "x"}]}, "1003"),
        ({"cloneToProgramName": "Summit"}, "1017"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(caller_with: Any, asked: Any, expected: str) -> None:
    caller = with_campaigns(caller_with)

    assert code(caller.post(f"{CAMPAIGNS}/1002/schedule.json", {"input": asked})) == expected


def test_a_schedule_clones_its_program_twenty_times_a_day(caller_with: Any) -> None:
    caller = with_campaigns(caller_with)
    bodies = [{"input": {"cloneToProgramName": f"Summit {number}"}} for number in range(21)]

    answers = [caller.post(f"{CAMPAIGNS}/1002/schedule.json", body) for body in bodies]

    assert [each["success"] for each in answers] == [True] * 20 + [False]
    assert code(answers[-1]) == "1020"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"name": "1st", "displayName": "First", "dataType": "string"}, "1003"),
        ({"name": "hat", "displayName": "Hat", "dataType": "hat"}, "1003"),
        ({"name": "email", "displayName": "Mail", "dataType": "string"}, "1017"),
        ({"name": "hat", "displayName": "Email Address", "dataType": "string"}, "1017"),
        ({"name": "hat", "dataType": "string"}, "1002"),
    ],
)
def test_a_field_that_makes_no_sense_is_not_made(caller: Caller, field: Any, expected: str) -> None:
    caller.act(do="permit", permission="Read-Write Schema Custom Field")

    assert code(caller.sync(field, path=f"{LEADS}/schema/fields.json")) == expected


def test_a_field_that_is_made_can_be_written_at_once(caller: Caller) -> None:
    caller.act(do="permit", permission="Read-Write Schema Custom Field")
    caller.sync(
        {"name": "kalturaId", "displayName": "Kaltura Id", "dataType": "string"}, path=f"{LEADS}/schema/fields.json"
    )

    caller.sync({"email": "ann@example.com", "kalturaId": "k-1"})
    [ann] = caller.get(f"{LEADS}.json", filterType="kalturaId", filterValues="k-1")["result"]

    assert ann["id"] == ANN


def test_fields_need_a_permission_that_the_document_forgets(caller: Caller) -> None:
    assert code(caller.get(f"{LEADS}/schema/fields.json")) == "603"


def test_members_have_twenty_fields_by_api(caller: Caller) -> None:
    caller.act(do="permit", permission="Read-Write Schema Custom Field")
    fields = [{"name": f"f{n}", "displayName": f"F {n}", "dataType": "string"} for n in range(21)]

    assert code(caller.sync(*fields, path="/rest/v1/programs/members/schema/fields.json")) == "1028"


def test_only_words_of_a_column_change_after_approval(caller: Caller) -> None:
    path = "/rest/v1/customobjects/schema/visit/plays/updateField.json"

    assert code(caller.post(path, {"dataType": "string"})) == "1003"
    assert caller.post(path, {"displayName": "Times played"})["success"] is True


def test_changes_are_told_for_the_fields_that_are_asked_for(caller: Caller) -> None:
    caller.sync({"id": TWIN1, "title": "CTO", "lastName": "Twin"}, action="updateOnly", lookupField="id")
    start = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-11-18T00:00:00Z")["nextPageToken"]

    found = caller.get("/rest/v1/activities/leadchanges.json", fields="lastName", nextPageToken=start)

    assert [(each["leadId"], each["fields"][0]["newValue"]) for each in found["result"]] == [(TWIN1, "Twin")]
    assert found["moreResult"] is False


def test_changes_of_a_list_of_ten_thousand_are_refused(caller_with: Any) -> None:
    people = [{"ref": f"p{n}", "fields": {}} for n in range(10_000)]
    caller = caller_with({"leads": people, "lists": [{"name": "All", "leads": [each["ref"] for each in people]}]})
    start = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-11-18T00:00:00Z")["nextPageToken"]

    assert (
        code(caller.get("/rest/v1/activities.json", activityTypeIds="12", listId="1001", nextPageToken=start)) == "1003"
    )


def test_activities_of_more_than_25_months_ago_are_gone(caller_with: Any) -> None:
    caller = caller_with(token_seconds=10**9)
    caller.sync({"email": "new@example.com"})
    asked = {"activityTypeIds": "12"}
    start = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-11-18T00:00:00Z")["nextPageToken"]

    before = caller.get("/rest/v1/activities.json", **asked, nextPageToken=start)
    caller.clock.sleep(26 * 31 * 86_400)
    after = caller.get("/rest/v1/activities.json", **asked, nextPageToken=start)

    assert (len(before["result"]), "result" in after) == (1, False)
