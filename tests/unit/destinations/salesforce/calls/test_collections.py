import json

import pytest

from turnout.destinations.kit import Row
from turnout.destinations.salesforce.calls.collections import Into
from turnout.destinations.salesforce.calls.composite import written
from turnout.destinations.salesforce.calls.query import id18, lists, query, query_lists, quoted
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.verdicts import Verdict


def rows_of(change, *payloads, op=Op.CREATE):
    return [Row(change(Kind.MEMBER, op, person=f"p{number}"), payload, 10) for number, payload in enumerate(payloads)]


@pytest.mark.parametrize(
    ("short", "long"),
    [("70103000000cnFX", "70103000000cnFXAAY"), ("00Q0300000Aczgf", "00Q0300000AczgfEAB")],
)
def test_an_id_of_15_characters_gets_the_check_characters_of_the_document(short, long):
    assert id18(short) == long


@pytest.mark.parametrize("text", ["", "70103000000cnFXAAY", "Winter Summit 26", "short"])
def test_what_is_no_id_of_15_characters_stays(text):
    assert id18(text) == text


@pytest.mark.parametrize(
    ("text", "literal"),
    [("o'neil@example.com", "'o\\'neil@example.com'"), ("a\\b", "'a\\\\b'"), ("a\nb", "'a\\nb'"), ("plain", "'plain'")],
)
def test_a_literal_cannot_leave_its_quotes(text, literal):
    assert quoted(text) == literal


def test_values_stand_in_one_list_once_each():
    assert list(lists(["a", "b", "a"])) == ["('a','b')"]


def test_values_that_would_make_the_address_too_long_go_in_several_lists():
    assert list(lists(["a" * 40, "b" * 40, "c"], characters=60)) == [f"('{'a' * 40}')", f"('{'b' * 40}','c')"]


def test_characters_count_as_the_address_writes_them():
    assert list(lists(["é@x", "b"], characters=24)) == ["('é@x')", "('b')"]


def test_no_values_make_no_query(drive):
    requests, result = drive(query_lists([], "SELECT Id FROM Lead WHERE Email"))
    assert (requests, result) == ([], [])


def test_a_query_reads_page_after_page(drive):
    first = {
        "totalSize": 2,
        "done": False,
        "nextRecordsUrl": "/services/data/v66.0/query/01g-2000",
        "records": [{"Id": "1"}],
    }
    last = {"totalSize": 2, "done": True, "records": [{"Id": "2"}]}
    requests, result = drive(query("SELECT Id FROM Lead"), first, last)
    assert [one.url for one in requests] == ["/query?q=SELECT+Id+FROM+Lead", "/services/data/v66.0/query/01g-2000"]
    assert result == [{"Id": "1"}, {"Id": "2"}]


def test_what_fits_one_collection_goes_as_one(drive, change):
    rows = rows_of(change, {"LastName": "Reyes"})
    good = [{"id": "00Q000000000001AAA", "success": True, "errors": []}]
    requests, outcomes = drive(written(rows, Into("Lead")), good)
    assert [(one.method, one.url, one.writing) for one in requests] == [("POST", "/composite/sobjects", True)]
    assert json.loads(requests[0].body) == {
        "allOrNone": False,
        "records": [{"attributes": {"type": "Lead"}, "LastName": "Reyes"}],
    }
    assert [one.remote_id for one in outcomes] == ["00Q000000000001AAA"]


def test_a_row_with_nothing_to_write_is_accepted_without_a_call(drive, change):
    rows = [Row(change(Kind.MEMBER, Op.UPDATE, remote_id="00v1"), {"id": "00v1"}, 10)]
    requests, outcomes = drive(written(rows, Into("CampaignMember")))
    assert requests == []
    assert (outcomes[0].ruling.verdict, outcomes[0].remote_id) == (Verdict.ACCEPT, "00v1")


def test_a_new_record_is_never_accepted_without_a_call(drive, change):
    refused = [{"success": False, "errors": [{"statusCode": "REQUIRED_FIELD_MISSING", "message": "x", "fields": []}]}]
    _, outcomes = drive(written(rows_of(change, {}), Into("Lead")), refused)
    assert outcomes[0].ruling.verdict is Verdict.REJECT


def test_each_row_has_its_own_outcome(drive, change):
    answers = [
        {"id": "00Q000000000001AAA", "success": True, "errors": [], "created": True},
        {"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": []}]},
        {"success": False, "errors": [{"statusCode": "STRING_TOO_LONG", "message": "Title", "fields": ["Title"]}]},
    ]
    _, outcomes = drive(written(rows_of(change, {"a": 1}, {"a": 2}, {"a": 3}), Into("Lead")), answers)
    assert [one.ruling.verdict for one in outcomes] == [Verdict.ACCEPT, Verdict.RETRY, Verdict.REJECT]
    assert [one.key.person for one in outcomes] == ["p0", "p1", "p2"]


@pytest.mark.parametrize("answers", [[], [{"id": "1", "success": True, "errors": []}], {"odd": 1}])
def test_answers_that_are_not_as_many_as_the_rows_leave_all_unsure(drive, change, answers):
    _, outcomes = drive(written(rows_of(change, {"a": 1}, {"a": 2}), Into("Lead")), answers)
    assert [one.ruling.verdict for one in outcomes] == [Verdict.UNSURE, Verdict.UNSURE]


@pytest.mark.parametrize("spelt", ["duplicateResut", "duplicateResult"])
def test_a_duplicate_rules_matches_are_read_however_they_are_spelt(drive, change, spelt):
    result = {"matchResults": [{"matchRecords": [{"record": {"attributes": {}, "Id": "003000000000001"}}]}]}
    error = {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": [], spelt: result}
    _, outcomes = drive(written(rows_of(change, {"a": 1}), Into("Lead")), [{"success": False, "errors": [error]}])
    assert outcomes[0].ruling.verdict is Verdict.REMATCH
    assert outcomes[0].matches == ("003000000000001AAA",)
