from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, Caller, code, told

SCHEMA = "/rest/v1/customobjects/schema"
LINK = {
    "name": "personId",
    "displayName": "Person Id",
    "dataType": "link",
    "isDedupeField": True,
    "relatedTo": {"name": "lead", "field": "id"},
}
KEY = {"name": "entry_id", "displayName": "Entry Id", "dataType": "string", "isDedupeField": True}


def column(number: int, **more: Any) -> dict[str, Any]:
    return {"name": f"c{number}", "displayName": f"C {number}", "dataType": "integer", **more}


def make(caller: Caller, *columns: dict[str, Any], name: str = "talk") -> Any:
    made = caller.post(f"{SCHEMA}.json", {"action": "createOnly", "apiName": name, "displayName": name.title()})
    assert made["result"] == []
    return caller.sync(*columns, path=f"{SCHEMA}/{name}/addField.json") if columns else made


def approve(caller: Caller, name: str = "talk") -> Any:
    return caller.post(f"{SCHEMA}/{name}/approve.json")


def test_a_type_is_drafted_given_fields_and_approved(caller: Caller) -> None:
    make(caller, LINK, KEY, column(1))
    before = caller.get("/rest/v1/customobjects/talk/describe.json")

    approve(caller)

    assert code(before) == "1013"
    assert told(
        caller.sync({"personId": ANN, "entry_id": "1_a", "c1": 7}, path="/rest/v1/customobjects/talk.json")
    ) == ["created"]


def test_a_draft_is_shown_with_its_state(caller: Caller) -> None:
    make(caller)

    [shown] = caller.get(f"{SCHEMA}/talk/describe.json")["result"]

    assert (shown["state"], shown["version"], shown["idField"]) == ("draft", "draft", None)
    assert (shown["dedupeFields"], shown["searchableFields"]) == ([], [[]])
    assert [each["name"] for each in shown["fields"]] == ["createdAt", "marketoGUID", "updatedAt"]


def test_a_change_after_approval_is_a_draft_until_approved_again(caller: Caller) -> None:
    caller.sync(column(1), path=f"{SCHEMA}/visit/addField.json")
    states = [each["state"] for each in caller.get(f"{SCHEMA}.json", names="visit")["result"]]
    row = {"personId": ANN, "entry_id": "1_a", "c1": 7}
    before = told(caller.sync(row, path="/rest/v1/customobjects/visit.json"))

    approve(caller, "visit")

    assert (states, before) == (["approvedWithDraft"], ["1006"])
    assert told(caller.sync(row, path="/rest/v1/customobjects/visit.json")) == ["created"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([LINK, {**LINK, "displayName": "Other"}], "1017"),
        ([{**KEY, "dataType": "varchar"}], "1003"),
        ([{**KEY, "name": "entry-id"}], "1003"),
        ([{**KEY, "name": "marketoGUID"}], "1003"),
        ([{"name": "x", "dataType": "string"}], "1002"),
        ([{**LINK, "relatedTo": {"name": "lead", "field": "firstNam"}}], "1003"),
        ([{**LINK, "relatedTo": {"name": "nobody", "field": "id"}}], "1003"),
        ([{**LINK, "relatedTo": {}}], "1002"),
        ([column(n, isDedupeField=True) for n in range(4)], "1003"),
        ([column(n) for n in range(51)], "1003"),
        ([column(1, length=4)], "1003"),
    ],
)
def test_a_wrong_field_refuses_all_of_them(caller: Caller, columns: list[dict[str, Any]], expected: str) -> None:
    assert code(make(caller, *columns)) == expected
    assert len(caller.get(f"{SCHEMA}/talk/describe.json")["result"][0]["fields"]) == 3


@pytest.mark.parametrize("columns", [[LINK | {"isDedupeField": False}, column(1)], [KEY, column(1)]])
def test_a_type_needs_a_key_and_a_link(caller: Caller, columns: list[dict[str, Any]]) -> None:
    make(caller, *columns)

    assert code(approve(caller)) == "709"


def test_an_edge_object_needs_no_link_where_the_account_allows_it(caller_with: Any) -> None:
    caller = caller_with(linkless_objects="edge")
    make(caller, KEY)

    assert approve(caller)["success"] is True


@pytest.mark.parametrize(
    "late", [{**LINK, "name": "p2", "displayName": "P 2"}, {**KEY, "name": "k2", "displayName": "K"}]
)
def test_keys_and_links_are_final_once_approved(caller: Caller, late: dict[str, Any]) -> None:
    assert code(caller.sync(late, path=f"{SCHEMA}/visit/addField.json")) == "1003"


def test_only_twenty_fields_may_follow_approval(caller: Caller) -> None:
    twenty = [column(n) for n in range(20)]
    caller.sync(*twenty, path=f"{SCHEMA}/visit/addField.json")
    approve(caller, "visit")

    assert code(caller.sync(column(20), path=f"{SCHEMA}/visit/addField.json")) == "1003"


def test_a_display_name_is_final_once_approved_and_a_description_is_not(caller: Caller) -> None:
    renamed = caller.post(f"{SCHEMA}.json", {"action": "updateOnly", "apiName": "visit", "displayName": "Visits"})
    described = caller.post(f"{SCHEMA}.json", {"action": "updateOnly", "apiName": "visit", "description": "Who came"})

    assert code(renamed) == "1003"
    assert described["success"] is True


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"action": "createOnly", "apiName": "visit", "displayName": "Visit"}, "1017"),
        ({"action": "updateOnly", "apiName": "nope", "displayName": "Nope"}, "1013"),
        ({"apiName": "other", "displayName": "Visit"}, "1017"),
        ({"apiName": "other"}, "1002"),
        ({"displayName": "Other"}, "1002"),
        ({"apiName": "o-ther", "displayName": "Other"}, "1003"),
    ],
)
def test_a_wrong_type_is_refused(caller: Caller, body: dict[str, Any], expected: str) -> None:
    assert code(caller.post(f"{SCHEMA}.json", body)) == expected


def test_there_may_be_so_many_types(caller_with: Any) -> None:
    caller = caller_with(object_types=2)
    make(caller, name="second")

    assert code(caller.post(f"{SCHEMA}.json", {"apiName": "third", "displayName": "Third"})) == "1003"


def test_discarding_leaves_the_approved_version_or_nothing(caller: Caller) -> None:
    make(caller, LINK)
    caller.sync(column(1), path=f"{SCHEMA}/visit/addField.json")
    for name in ("talk", "visit"):
        caller.post(f"{SCHEMA}/{name}/discardDraft.json")

    assert [(each["apiName"], each["state"]) for each in caller.get(f"{SCHEMA}.json")["result"]] == [
        ("visit", "approved")
    ]
    assert code(caller.post(f"{SCHEMA}/visit/discardDraft.json")) == "1048"


def test_fields_leave_the_draft_and_types_the_account(caller: Caller) -> None:
    caller.sync({"name": "plays"}, path=f"{SCHEMA}/visit/deleteField.json")
    approve(caller, "visit")
    names = [each["name"] for each in caller.get("/rest/v1/customobjects/visit/describe.json")["result"][0]["fields"]]

    caller.post(f"{SCHEMA}/visit/delete.json")

    assert "plays" not in names
    assert caller.get("/rest/v1/customobjects.json")["result"] == []


def test_data_types_and_linkable_objects_are_listed(caller: Caller) -> None:
    types = caller.get(f"{SCHEMA}/fieldDataTypes.json")["result"]
    linkable = caller.get(f"{SCHEMA}/linkableObjects.json")["result"]

    assert types[:5] == ["string", "boolean", "integer", "float", "link"]
    assert [each["name"] for each in linkable] == ["lead", "company"]
    assert {"name": "Id", "displayName": "Id", "dataType": "integer"} in linkable[0]["fields"]


def test_an_account_without_the_schema_api_says_616(caller_with: Any) -> None:
    assert code(caller_with(object_schema_api=False).get(f"{SCHEMA}.json")) == "616"
