import json

import pytest

from turnout.destinations.kit import Row, Session
from turnout.destinations.salesforce.calls.collections import Into
from turnout.destinations.salesforce.calls.composite import written
from turnout.destinations.salesforce.rules import judged
from turnout.destinations.salesforce.signing.address import signed
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.verdicts import Verdict
from turnout.wire import Reply


def rows_of(change, count, op=Op.CREATE, **payload):
    return [
        Row(change(Kind.MEMBER, op, person=f"p{n:04}"), {"LastName": f"{n:04}", **payload}, 10) for n in range(count)
    ]


def good(*numbers):
    return [{"id": f"00Q00000000{n:04}AAA", "success": True, "errors": []} for n in numbers]


def answer(*parts):
    told = [
        {"referenceId": f"part{n}", "httpStatusCode": status, "httpHeaders": {}, "body": body}
        for n, (status, body) in enumerate(parts)
    ]
    return {"compositeResponse": told}


def verdicts(outcomes):
    return [one.ruling.verdict for one in sorted(outcomes, key=lambda one: one.key)]


def test_a_thousand_records_are_one_call_of_five_collections(drive, change):
    fives = [(200, good(*range(start, start + 200))) for start in range(0, 1000, 200)]
    (request,), outcomes = drive(written(rows_of(change, 1000), Into("Lead")), answer(*fives))

    parts = request.json()["compositeRequest"]
    assert (request.method, request.url, request.writing) == ("POST", "/composite", True)
    assert [(one["method"], one["url"], len(one["body"]["records"])) for one in parts] == [
        ("POST", "/composite/sobjects", 200)
    ] * 5
    assert (len(outcomes), set(verdicts(outcomes))) == (1000, {Verdict.ACCEPT})
    assert outcomes[999].remote_id == "00Q000000000999AAA"


def test_the_headers_of_a_call_go_with_each_of_its_parts(drive, change):
    into = Into("Lead", headers={"Sforce-Auto-Assign": "FALSE"})
    (request,), _ = drive(written(rows_of(change, 201), into), answer((200, good(*range(200))), (200, good(200))))

    assert [one["httpHeaders"] for one in request.json()["compositeRequest"]] == [{"Sforce-Auto-Assign": "FALSE"}] * 2


def test_the_parts_addresses_are_completed_with_the_version_of_the_session_and_values_are_not(drive, change):
    rows = rows_of(change, 201, Company='"url":"/x')
    (request,), _ = drive(written(rows, Into("Lead")), answer((200, good(*range(200))), (200, good(200))))

    sent = signed(request, Session("https://acme.my.salesforce.com/services/data/v65.0", "token")).json()

    assert sent["compositeRequest"][1]["url"] == "/services/data/v65.0/composite/sobjects"
    assert sent["compositeRequest"][1]["body"]["records"][0]["Company"] == '"url":"/x'


def test_records_with_an_id_are_updated_and_those_with_a_key_upserted(drive, change):
    rows = [
        Row(change(Kind.MEMBER, Op.UPSERT, person="a"), {"id": "00v1", "Status": "Sent"}, 10),
        Row(change(Kind.MEMBER, Op.UPSERT, person="b"), {"k__c": "x", "Status": "Sent"}, 10),
    ]
    updated = [{"id": "00v1", "success": True, "errors": []}]
    upserted = [{"id": "00v2", "success": True, "errors": [], "created": False}]
    (request,), outcomes = drive(written(rows, Into("CampaignMember", "k__c")), answer((200, updated), (200, upserted)))

    assert [(one["method"], one["url"]) for one in request.json()["compositeRequest"]] == [
        ("PATCH", "/composite/sobjects"),
        ("PATCH", "/composite/sobjects/CampaignMember/k__c"),
    ]
    assert [(one.remote_id, one.made) for one in outcomes] == [("00v1", False), ("00v2", False)]


def test_a_part_that_is_refused_as_a_whole_is_sent_in_pieces_until_the_bad_record_stands_alone(drive, change):
    bad = (400, [{"errorCode": "MALFORMED_ID", "message": "odd", "fields": []}])
    requests, outcomes = drive(
        written(rows_of(change, 201), Into("Lead")),
        answer(bad, (200, good(200))),
        answer(*[(200, good(*range(n, n + 40))) for n in (0, 40, 80, 120)], bad),
        answer(*[(200, good(*range(n, n + 8))) for n in (160, 168, 176, 184)], bad),
        answer(*[(200, good(n, n + 1)) for n in (192, 194, 196)], bad),
        answer((200, good(198)), bad),
    )

    assert [len(one.json()["compositeRequest"]) for one in requests] == [2, 5, 5, 4, 2]
    assert verdicts(outcomes) == [Verdict.ACCEPT] * 199 + [Verdict.REJECT, Verdict.ACCEPT]


def test_records_for_which_a_trigger_ran_out_of_its_limits_go_again_in_smaller_calls(drive, change):
    words = "LeadTrigger: execution of BeforeInsert caused by: Too many SOQL queries: 101"
    error = {"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": words, "fields": []}
    refused = {"success": False, "errors": [error]}
    requests, outcomes = drive(
        written(rows_of(change, 3), Into("Lead")),
        [*good(0), refused, refused],
        answer((200, good(1)), (200, [refused])),
    )

    assert [one.url for one in requests] == ["/composite/sobjects", "/composite"]
    assert verdicts(outcomes) == [Verdict.ACCEPT, Verdict.ACCEPT, Verdict.SPLIT]


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [(503, "SERVER_UNAVAILABLE", Verdict.UNSURE), (400, "INVALID_FIELD", Verdict.HALT)],
)
def test_a_part_that_meets_trouble_tells_its_own_rows_alone(drive, change, status, code, verdict):
    trouble = (status, [{"errorCode": code, "message": "x", "fields": []}])
    _, outcomes = drive(written(rows_of(change, 201), Into("Lead")), answer(trouble, (200, good(200))))

    assert verdicts(outcomes) == [verdict] * 200 + [Verdict.ACCEPT]


def test_a_part_that_the_answer_lacks_is_unsure(drive, change):
    _, outcomes = drive(written(rows_of(change, 201), Into("Lead")), answer((200, good(*range(200)))))

    assert verdicts(outcomes) == [Verdict.ACCEPT] * 200 + [Verdict.UNSURE]


def test_an_answer_without_parts_cannot_be_read(drive, change):
    (request,), _ = drive(written(rows_of(change, 201), Into("Lead")), answer())

    told = judged(request, Reply(200, {}, json.dumps([]).encode()))

    assert told is not None
    assert told.verdict is Verdict.UNSURE
