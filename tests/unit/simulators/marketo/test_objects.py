from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, NOBODY, VISIT, Caller, code, told


def row(person: int = ANN, entry: str = "1_a", **values: Any) -> dict[str, Any]:
    return {"personId": person, "entry_id": entry, **values}


def write(caller: Caller, *rows: dict[str, Any], **body: Any) -> Any:
    return caller.sync(*rows, path=VISIT, **body)


def test_the_whole_key_decides_between_creating_and_updating(caller: Caller) -> None:
    write(caller, row(plays=1))

    answer = write(caller, row(plays=2), row(BEN), row(entry="1_b"))

    assert told(answer) == ["updated", "created", "created"]
    assert [each["seq"] for each in answer["result"]] == [0, 1, 2]


def test_a_row_keeps_its_guid_and_the_fields_that_were_not_sent(caller: Caller) -> None:
    [made] = write(caller, row(plays=1, minutes=1.5))["result"]
    [changed] = write(caller, row(plays=2))["result"]

    [seen] = caller.get(VISIT, filterType="personId", filterValues=str(ANN), fields="plays,minutes")["result"]

    assert made["marketoGUID"] == changed["marketoGUID"] == seen["marketoGUID"]
    assert (seen["plays"], seen["minutes"]) == (2, 1.5)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (row(NOBODY), "1004"),
        ({"personId": ANN}, "1002"),
        ({"entry_id": "1_a"}, "1002"),
        (row(entry=""), "1002"),
        (row(nope=1), "1006"),
        (row(seq=0), "1006"),
        (row(marketoGUID="x"), "1003"),
        (row(plays=1.5), "1003"),
        (row(minutes="many"), "1003"),
        (row(entry="x" * 256), "1077"),
        (row(answer="ä" * 15_001), "1077"),
        (row(answer="ä" * 15_000), "created"),
        (row(plays=None), "created"),
    ],
)
def test_a_record_stands_or_falls_alone(caller: Caller, record: dict[str, Any], expected: str) -> None:
    assert told(write(caller, record, row(BEN))) == [expected, "created"]


def test_the_same_key_twice_in_a_call_is_1036(caller: Caller) -> None:
    assert told(write(caller, row(), row(), row(BEN))) == ["created", "1036", "created"]


@pytest.mark.parametrize(
    ("action", "expected"), [("createOnly", ["1017", "created"]), ("updateOnly", ["updated", "1013"])]
)
def test_an_action_decides_what_may_stand(caller: Caller, action: str, expected: list[str]) -> None:
    write(caller, row())

    assert told(write(caller, row(), row(BEN), action=action)) == expected


def test_rows_may_be_updated_by_guid(caller: Caller) -> None:
    [made] = write(caller, row())["result"]

    answer = write(
        caller,
        {"marketoGUID": made["marketoGUID"], "plays": 5},
        {"marketoGUID": "nope"},
        action="updateOnly",
        dedupeBy="idField",
    )

    assert told(answer) == ["updated", "1013"]


@pytest.mark.parametrize(
    "body", [{"dedupeBy": "idField"}, {"dedupeBy": "email"}, {"action": "createDuplicate"}, {"surprise": 1}]
)
def test_a_wrong_call_is_refused_whole(caller: Caller, body: dict[str, Any]) -> None:
    assert code(write(caller, row(), **body)) == "1003"


def test_rows_are_found_by_their_whole_keys_with_a_posted_get(caller: Caller) -> None:
    write(caller, row(plays=1), row(BEN, plays=2), row(entry="1_b"))

    answer = caller.post(
        VISIT,
        {"filterType": "dedupeFields", "fields": ["marketoGuid", "plays"], "input": [row(BEN), row(NOBODY), row()]},
        "_method=GET",
    )

    assert [(each["seq"], each["plays"]) for each in answer["result"]] == [(0, 2), (1, 1)]
    assert answer["result"][0].keys() == {"seq", "marketoGUID", "plays", "createdAt", "updatedAt"}


def test_looking_up_whole_keys_is_not_writing(caller: Caller) -> None:
    caller.post(VISIT, {"input": [row()]}, "_method=GET")

    assert caller.simulator.book.shown()["writes"] == 0


def test_a_value_that_is_null_is_not_shown(caller: Caller) -> None:
    write(caller, row(plays=1))
    write(caller, row(plays=None))

    [seen] = caller.get(VISIT, filterType="personId", filterValues=str(ANN), fields="plays")["result"]

    assert "plays" not in seen


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filterType": "entry_id", "filterValues": "1_a"}, "1003"),
        ({"filterType": "dedupeFields", "filterValues": "1_a"}, "1003"),
        ({"filterType": "personId", "filterValues": str(ANN), "fields": "nope"}, "1006"),
        ({"filterValues": "1_a"}, "1002"),
    ],
)
def test_a_wrong_search_is_refused(caller: Caller, params: dict[str, str], expected: str) -> None:
    assert code(caller.get(VISIT, **params)) == expected


def test_an_unknown_object_is_1013(caller: Caller) -> None:
    assert code(caller.sync(row(), path="/rest/v1/customobjects/nope.json")) == "1013"


def test_rows_are_deleted_by_key(caller: Caller) -> None:
    write(caller, row())

    assert told(caller.sync(row(), row(BEN), path="/rest/v1/customobjects/visit/delete.json")) == ["deleted", "1013"]
    assert caller.get(VISIT, filterType="personId", filterValues=str(ANN))["result"] == []


def test_a_row_whose_key_moves_is_found_at_its_new_place_only(caller: Caller) -> None:
    [made] = write(caller, row())["result"]
    caller.act(do="edit_row", object="visit", marketoGUID=made["marketoGUID"], fields={"entry_id": "1_z"})

    assert told(write(caller, row(entry="1_z"), row(entry="1_a"))) == ["updated", "created"]


def test_describe_shows_keys_links_and_fields(caller: Caller) -> None:
    [shown] = caller.get("/rest/v1/customobjects/visit/describe.json")["result"]

    fields = {each["name"]: each for each in shown["fields"]}
    assert (shown["name"], shown["idField"]) == ("visit", "marketoGUID")
    assert shown["dedupeFields"] == ["personId", "entry_id"]
    assert shown["searchableFields"] == [["personId", "entry_id"], ["marketoGUID"], ["personId"]]
    assert shown["relationships"] == [
        {"field": "personId", "type": "child", "relatedTo": {"name": "Lead", "field": "Id"}}
    ]
    assert fields["personId"]["dataType"] == "integer"
    assert fields["entry_id"]["length"] == 255
    assert "length" not in fields["answer"]
    assert fields["marketoGUID"]["updateable"] is False


def test_an_account_without_custom_objects_says_1026(caller_with: Any) -> None:
    assert code(caller_with(custom_objects=False).get("/rest/v1/customobjects.json")) == "1026"
