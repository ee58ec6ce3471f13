from typing import Any

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce

from .conftest import SEED, Client, error


def lead(**fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Lead"}, "Company": "Many", **fields}


def names(org: Client) -> list[str]:
    return [row["LastName"] for row in org.query("SELECT LastName FROM Lead WHERE Company = 'Many'")]


def test_each_record_is_answered_in_its_place(org: Client) -> None:
    records = [lead(LastName="A"), lead(), lead(LastName="C")]
    answer = org.send("POST", "/composite/sobjects", {"records": records})
    first, second, third = answer.json()
    assert (answer.status, first["success"], third["success"]) == (200, True, True)
    assert second == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }
    assert names(org) == ["A", "C"]


def test_all_or_none_takes_back_what_was_fine(org: Client) -> None:
    body = {"allOrNone": True, "records": [lead(LastName="A"), lead()]}
    answer = org.send("POST", "/composite/sobjects", body)
    codes = [result["errors"][0]["statusCode"] for result in answer.json()]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert names(org) == []


def test_records_are_updated_by_id_and_deleted_by_a_list(org: Client) -> None:
    made = [org.made("Lead", LastName=name, Company="Many") for name in "AB"]
    changed = org.send("PATCH", "/composite/sobjects", {"records": [lead(Id=i, Title="Chief") for i in made]})
    titles = org.query("SELECT Title FROM Lead WHERE Company = 'Many'")
    deleted = org.send("DELETE", f"/composite/sobjects?ids={','.join(made)}&allOrNone=true")
    assert [result["success"] for result in changed.json() + deleted.json()] == [True] * 4
    assert titles == [{"Title": "Chief"}] * 2
    assert names(org) == []


def test_an_upsert_tells_what_was_created(ready: Client) -> None:
    ready.made("Watched__c", turnout_key__c="b", plays__c=1)
    records = [{"attributes": {"type": "Watched__c"}, "turnout_key__c": key, "plays__c": 9} for key in "ab"]
    answer = ready.send("PATCH", "/composite/sobjects/Watched__c/turnout_key__c", {"records": records})
    assert [(result["success"], result["created"]) for result in answer.json()] == [(True, True), (True, False)]


def test_the_same_key_twice_in_one_call_is_refused_the_second_time(ready: Client) -> None:
    record = {"attributes": {"type": "Watched__c"}, "turnout_key__c": "a"}
    answer = ready.send("PATCH", "/composite/sobjects/Watched__c/turnout_key__c", {"records": [record, record]})
    first, second = answer.json()
    assert (first["success"], second["errors"][0]["statusCode"]) == (True, "DUPLICATE_VALUE")


def test_a_call_carries_200_records_and_10_chunks(org: Client) -> None:
    too_many = org.send("POST", "/composite/sobjects", {"records": [lead(LastName="A")] * 201})
    mixed = [lead(LastName="A"), {"attributes": {"type": "Contact"}, "LastName": "B"}] * 6
    too_mixed = org.send("POST", "/composite/sobjects", {"records": mixed})
    assert [error(answer)[:2] for answer in (too_many, too_mixed)] == [
        (400, "EXCEEDED_MAX_SIZE_REQUEST"),
        (400, "EXCEEDED_MAX_TYPES_LIMIT"),
    ]
    assert names(org) == []


def test_the_book_counts_the_rows_of_a_call(org: Client) -> None:
    org.send("POST", "/composite/sobjects", {"records": [lead(LastName="A")] * 3})
    assert (org.simulator.book.entries[-1].rows, org.simulator.book.entries[-1].writing) == (3, True)


def test_a_column_that_does_not_exist_refuses_the_request_or_by_a_setting_the_row(clock: VirtualClock) -> None:
    records = [lead(LastName="A"), lead(LastName="B", Nickname="b")]
    strict = Client(salesforce(clock=clock, seed=SEED))
    refused = strict.send("POST", "/composite/sobjects", {"records": records})
    lenient = Client(salesforce(clock=clock, seed={**SEED, "settings": {"unknown_field_in_collection": "row"}}))
    partly = lenient.send("POST", "/composite/sobjects", {"records": records})
    assert error(refused)[:2] == (400, "INVALID_FIELD")
    assert [result["success"] for result in partly.json()] == [True, False]
    assert (names(strict), names(lenient)) == ([], ["A"])


def test_records_are_read_in_the_order_asked_with_null_for_none(org: Client) -> None:
    rosa = org.id("Lead")
    answer = org.get("/composite/sobjects/Lead", ids=f"00QHs000000zzzz,{rosa}", fields="LastName")
    assert [row and row["LastName"] for row in answer.json()] == [None, "Reyes"]


def test_an_update_without_an_id_is_refused_alone(org: Client) -> None:
    answer = org.send("PATCH", "/composite/sobjects", {"records": [lead(LastName="A")]})
    assert answer.json()[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_records_are_read_by_ids_in_the_body(org: Client) -> None:
    rosa = org.id("Lead")
    answer = org.send("POST", "/composite/sobjects/Lead", {"ids": [rosa, "00QHs0000000009"], "fields": ["Email"]})

    assert [row and row["Email"] for row in answer.json()] == ["rosa@example.com", None]
