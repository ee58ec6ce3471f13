from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, NOBODY, Caller, code, told

PATH = "/rest/v1/activities"
TYPE = {
    "apiName": "talk",
    "name": "Talk",
    "triggerName": "Hears Talk",
    "filterName": "Heard Talk",
    "primaryAttribute": {"apiName": "entry_id", "name": "Entry Id"},
}
ATTRIBUTES = [
    {"apiName": "plays", "name": "Plays", "dataType": "integer"},
    {"apiName": "email", "name": "Email", "dataType": "email"},
]


def make(caller: Caller) -> None:
    caller.post(f"{PATH}/external/type.json", TYPE)
    caller.post(f"{PATH}/external/type/talk/attributes/create.json", {"attributes": ATTRIBUTES})
    assert caller.post(f"{PATH}/external/type/talk/approve.json")["result"][0]["status"] == "approved"


def heard(person: int = ANN, **more: Any) -> dict[str, Any]:
    attributes = [{"apiName": "plays", "value": 3}]
    return {
        "leadId": person,
        "activityDate": "2026-11-18T10:00:00+00:00",
        "activityTypeId": 100_001,
        "primaryAttributeValue": "1_live0001",
        "attributes": attributes,
    } | more


def add(caller: Caller, *records: dict[str, Any]) -> Any:
    return caller.sync(*records, path=f"{PATH}/external.json")["result"]


def logged(caller: Caller, since: str = "2026-11-18T00:00:00Z", **params: str) -> Any:
    start = caller.get(f"{PATH}/pagingtoken.json", sinceDatetime=since)["nextPageToken"]
    return caller.get(f"{PATH}.json", **{"activityTypeIds": "100001", "nextPageToken": start, **params})


def test_a_type_is_drafted_given_attributes_and_approved(caller: Caller) -> None:
    make(caller)

    [shown] = caller.get(f"{PATH}/external/type/talk/describe.json")["result"]
    assert (shown["id"], shown["status"], shown["primaryAttribute"]["dataType"]) == (100_001, "approved", "string")
    assert [(each["apiName"], each["dataType"]) for each in shown["attributes"]] == [
        ("plays", "integer"),
        ("email", "email"),
    ]
    assert caller.get(f"{PATH}/types.json")["result"][-1]["apiName"] == "talk"


def test_an_activity_sent_twice_is_logged_twice(caller: Caller) -> None:
    make(caller)

    first, second = add(caller, heard(), heard())

    assert (first["status"], second["status"]) == ("added", "added")
    assert [each["marketoGUID"] for each in logged(caller)["result"]] == [first["marketoGUID"], second["marketoGUID"]]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (heard(NOBODY), "1004"),
        (heard(activityTypeId=7), "1013"),
        (heard(activityDate=None), "1002"),
        (heard(activityDate="yesterday"), "1003"),
        (heard(attributes=[{"apiName": "nope", "value": 1}]), "1006"),
        (heard(attributes=[{"name": "Plays", "value": "many"}]), "1003"),
        (heard(primaryAttributeValue="x" * 256), "1077"),
        ({key: value for key, value in heard().items() if key != "attributes"}, "1002"),
    ],
)
def test_an_activity_that_fails_says_why_in_errors(caller: Caller, record: dict[str, Any], expected: str) -> None:
    make(caller)

    failed, added = add(caller, record, heard(BEN))

    assert (failed["status"], failed["errors"][0]["code"], added["status"]) == ("skipped", expected, "added")


def test_activities_are_read_since_a_time_for_some_people(caller: Caller) -> None:
    make(caller)
    add(caller, heard())
    caller.clock.sleep(60)
    add(caller, heard(BEN))

    late = logged(caller, "2026-11-18T11:07:00Z")
    ann = logged(caller, leadIds=str(ANN))

    assert [each["leadId"] for each in late["result"]] == [BEN]
    assert [(each["leadId"], each["activityDate"]) for each in ann["result"]] == [(ANN, "2026-11-18T10:00:00Z")]
    assert (ann["moreResult"], ann["result"][0]["attributes"]) == (
        False,
        [{"name": "Plays", "apiName": "plays", "value": 3}],
    )


def test_a_page_may_be_empty_although_more_follow(caller_with: Any) -> None:
    caller = caller_with(activities_looked_through=1)
    make(caller)
    add(caller, heard(BEN), heard(ANN))

    first = logged(caller, leadIds=str(ANN), batchSize="1")
    second = logged(caller, leadIds=str(ANN), batchSize="1", nextPageToken=first["nextPageToken"])

    assert ("result" in first, first["moreResult"]) == (False, True)
    assert [each["leadId"] for each in second["result"]] == [ANN]


def test_a_change_of_status_is_logged(caller: Caller) -> None:
    caller.sync({"leadId": BEN}, path="/rest/v1/programs/1001/members/status.json", statusName="Invited")

    [shown] = logged(caller, activityTypeIds="104")["result"]

    assert (shown["leadId"], shown["primaryAttributeValue"]) == (BEN, "Summit")
    assert shown["attributes"][0] == {"name": "New Status", "value": "Invited"}


def test_deleted_people_are_told(caller: Caller) -> None:
    start = caller.get(f"{PATH}/pagingtoken.json", sinceDatetime="2026-11-18T00:00:00Z")["nextPageToken"]
    caller.act(do="delete_person", lead=ANN)

    first = caller.get(f"{PATH}/deletedleads.json", nextPageToken=start)
    second = caller.get(f"{PATH}/deletedleads.json", nextPageToken=first["nextPageToken"])

    assert [(each["leadId"], each["activityTypeId"]) for each in first["result"]] == [(ANN, 37)]
    assert "result" not in second


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"apiName": "talk"}, "1017"),
        ({"apiName": "two words"}, "1003"),
        ({"apiName": "123"}, "1003"),
        ({"name": "Talk"}, "1017"),
        ({"primaryAttribute": {"apiName": "x", "name": "X", "dataType": "string"}}, "1003"),
        ({"primaryAttribute": None}, "1002"),
    ],
)
def test_a_wrong_type_is_refused(caller: Caller, change: dict[str, Any], expected: str) -> None:
    make(caller)
    other = {**TYPE, "apiName": "other", "name": "Other", "triggerName": "T", "filterName": "F"}

    assert code(caller.post(f"{PATH}/external/type.json", other | change)) == expected


def test_a_type_has_twenty_attributes_beside_the_primary_one(caller: Caller) -> None:
    caller.post(f"{PATH}/external/type.json", TYPE)
    many = [{"apiName": f"a{n}", "name": f"A {n}", "dataType": "float"} for n in range(21)]
    create = f"{PATH}/external/type/talk/attributes/create.json"

    assert code(caller.post(create, {"attributes": many})) == "1028"
    assert caller.post(create, {"attributes": many[:20]})["success"] is True


def test_an_account_has_ten_types(caller_with: Any) -> None:
    caller = caller_with(activity_types=1)
    make(caller)

    assert code(caller.post(f"{PATH}/external/type.json", {**TYPE, "apiName": "other"})) == "1027"


def test_a_change_is_a_draft_that_can_be_discarded(caller: Caller) -> None:
    make(caller)
    caller.post(f"{PATH}/external/type/talk/attributes/delete.json", {"attributes": [{"apiName": "plays"}]})
    [drafted] = caller.get(f"{PATH}/external/types.json")["result"]

    caller.post(f"{PATH}/external/type/talk/discardDraft.json")

    assert drafted["status"] == "approved with draft"
    assert add(caller, heard())[0]["status"] == "added"


def test_a_type_with_activities_is_in_use(caller: Caller) -> None:
    make(caller)
    add(caller, heard())

    assert code(caller.post(f"{PATH}/external/type/talk/delete.json")) == "1022"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"activityTypeIds": ""}, "1002"),
        ({"activityTypeIds": ",".join(map(str, range(11)))}, "1003"),
        ({"leadIds": ",".join(map(str, range(31)))}, "1003"),
        ({"leadIds": "ann"}, "1001"),
    ],
)
def test_a_wrong_search_is_refused(caller: Caller, params: dict[str, str], expected: str) -> None:
    assert code(logged(caller, **params)) == expected


def test_merging_takes_the_activities_along(caller: Caller) -> None:
    make(caller)
    add(caller, heard(BEN))

    caller.act(do="merge", winner=ANN, losers=[BEN])

    assert [each["leadId"] for each in logged(caller)["result"]] == [ANN]
    assert told(caller.sync({"email": "ben@example.com"})) == ["created"]
