import json

import pytest

from turnout.destinations.salesforce.rules import RULES, judged, record_ruling, usage
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, get, post

READ = get("/query", {"q": "SELECT Id FROM Lead"})
WRITE = post("/composite/sobjects", {})
HTML = b"<html><body>Service Unavailable</body></html>"


def refusal(status: int, code: str, words: str = "") -> Reply:
    return Reply(status, {}, json.dumps([{"errorCode": code, "message": words}]).encode())


@pytest.mark.parametrize(
    ("code", "words", "verdict"),
    [
        ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", Verdict.REJECT),
        ("STRING_TOO_LONG", "Title: data value too large", Verdict.REJECT),
        ("NUMBER_OUTSIDE_VALID_RANGE", "plays: value outside of valid range", Verdict.REJECT),
        ("INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", Verdict.REJECT),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Industry: bad value", Verdict.REJECT),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Phone is needed", Verdict.REJECT),
        ("FIELD_INTEGRITY_EXCEPTION", "", Verdict.REJECT),
        ("FIELD_FILTER_VALIDATION_EXCEPTION", "", Verdict.REJECT),
        ("MALFORMED_ID", "malformed id x", Verdict.REJECT),
        ("DUPLICATE_VALUE", "duplicate value found: Badge__c duplicates value on record with id: 00Q", Verdict.REJECT),
        ("DUPLICATE_VALUE", "Already a campaign member.", Verdict.REMATCH),
        ("DUPLICATE_VALUE", "duplicate value found: external_id__c duplicates value on record", Verdict.REMATCH),
        ("DUPLICATE_VALUE", "duplicate value found: turnout_key__c duplicates value on record", Verdict.RETRY),
        ("DUPLICATES_DETECTED", "Use one of these records?", Verdict.REMATCH),
        ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", Verdict.REMATCH),
        ("ENTITY_IS_DELETED", "entity is deleted", Verdict.REMATCH),
        ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", Verdict.REMATCH),
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", Verdict.RETRY),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: BeforeInsert caused by: UNABLE_TO_LOCK_ROW", Verdict.RETRY),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: caused by: Too many SOQL queries: 101", Verdict.SPLIT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: caused by: NullPointer", Verdict.REJECT),
        ("INVALID_FIELD", "No such column 'x__c' on sobject of type Lead", Verdict.HALT),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: plays__c.", Verdict.HALT),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CampaignId, LeadId.", Verdict.REMATCH),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", Verdict.HALT),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights", Verdict.HALT),
        ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", Verdict.HALT),
        ("ENTITY_IS_LOCKED", "the entity is locked for editing", Verdict.RETRY),
        ("PROCESSING_HALTED", "", Verdict.RETRY),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "", Verdict.RETRY),
        ("A_CODE_OF_TOMORROW", "", Verdict.REJECT),
    ],
)
def test_a_records_error_has_one_verdict(code, words, verdict):
    ruling = record_ruling(code, words, "turnout_key__c")
    assert (ruling.verdict, ruling.code) == (verdict, code)


@pytest.mark.parametrize(
    ("status", "code", "words", "verdict"),
    [
        (401, "INVALID_SESSION_ID", "Session expired or invalid", Verdict.REAUTH),
        (401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", Verdict.REAUTH),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Verdict.WAIT),
        (403, "API_DISABLED_FOR_ORG", "API is not enabled", Verdict.HALT),
        (400, "INVALID_FIELD", "No such column", Verdict.HALT),
        (400, "MALFORMED_QUERY", "unexpected token", Verdict.HALT),
        (400, "INVALID_TYPE", "sObject type 'X' is not supported", Verdict.HALT),
        (404, "NOT_FOUND", "The requested resource does not exist", Verdict.HALT),
        (400, "INVALID_QUERY_LOCATOR", "Invalid query locator", Verdict.RETRY),
        (400, "A_CODE_OF_TOMORROW", "", Verdict.HALT),
        (500, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", Verdict.RETRY),
        (500, "UNKNOWN_EXCEPTION", "ErrorId 1-2", Verdict.UNSURE),
        (503, "SERVER_UNAVAILABLE", "", Verdict.UNSURE),
        (500, "A_CODE_OF_TOMORROW", "", Verdict.UNSURE),
    ],
)
def test_a_refused_write_has_one_verdict(status, code, words, verdict):
    ruling = judged(WRITE, refusal(status, code, words))
    assert ruling is not None
    assert (ruling.verdict, ruling.code) == (verdict, code)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (413, Verdict.SPLIT),
        (414, Verdict.SPLIT),
        (431, Verdict.SPLIT),
        (420, Verdict.RETRY),
        (429, Verdict.WAIT),
        (400, Verdict.UNSURE),
        (401, Verdict.REAUTH),
        (404, Verdict.HALT),
        (410, Verdict.HALT),
        (500, Verdict.UNSURE),
        (502, Verdict.UNSURE),
        (503, Verdict.UNSURE),
        (504, Verdict.UNSURE),
    ],
)
def test_a_write_answered_with_a_page_is_judged_by_its_status(status, verdict):
    ruling = judged(WRITE, Reply(status, {}, HTML))
    assert ruling is not None
    assert ruling.verdict is verdict


@pytest.mark.parametrize("body", [HTML, b"", b'{"not": "a list"}'])
def test_a_good_answer_to_a_write_that_cannot_be_read_leaves_it_unsure(body):
    ruling = judged(WRITE, Reply(200, {}, body))
    assert ruling is not None
    assert ruling.verdict is Verdict.UNSURE


def test_a_good_answer_to_a_query_that_cannot_be_read_is_asked_again():
    ruling = judged(READ, Reply(200, {}, HTML))
    assert ruling is not None
    assert ruling.verdict is Verdict.RETRY


def test_a_read_that_met_a_server_error_is_asked_again():
    ruling = judged(READ, Reply(503, {}, HTML))
    assert ruling is not None
    assert ruling.verdict is Verdict.RETRY


def test_a_good_answer_is_the_talks_to_read():
    assert judged(WRITE, Reply(200, {}, b"[]")) is None


def test_a_describe_of_an_object_that_is_not_there_is_the_talks_to_read():
    reply = refusal(404, "NOT_FOUND", "The requested resource does not exist")
    assert judged(get("/sobjects/UserSessionEngagement__c/describe"), reply) is None


def test_limits_that_may_not_be_seen_are_the_talks_to_read():
    assert judged(get("/limits"), refusal(403, "INSUFFICIENT_ACCESS", "View Setup")) is None


def test_whom_a_duplicate_rule_found_is_the_talks_to_read():
    assert judged(post("/sobjects/Lead", {}), refusal(400, "DUPLICATES_DETECTED", "Use one of these records?")) is None


def test_a_session_that_expired_is_never_left_to_the_talk():
    ruling = judged(post("/sobjects/Lead", {}), refusal(401, "INVALID_SESSION_ID", "Session expired"))
    assert ruling is not None
    assert ruling.verdict is Verdict.REAUTH


def test_a_spent_quota_is_never_left_to_the_talk():
    ruling = judged(get("/limits"), refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    assert ruling is not None
    assert ruling.seconds == 600


def test_too_many_long_calls_at_once_wait_seconds_only():
    words = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    ruling = judged(READ, refusal(403, "REQUEST_LIMIT_EXCEEDED", words))
    assert ruling is not None
    assert ruling.seconds == 20


def test_a_wait_that_the_answer_names_is_the_one_to_wait():
    ruling = judged(READ, Reply(429, {"retry-after": "7"}, b""))
    assert ruling is not None
    assert ruling.seconds == 7


def test_an_error_that_comes_as_a_bare_object_is_read():
    reply = Reply(401, {}, b'{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}')
    ruling = judged(READ, reply)
    assert ruling is not None
    assert ruling.code == "INVALID_SESSION_ID"


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client", "invalid_client_id", "unsupported_grant_type"])
def test_a_refused_sign_in_says_on_which_screen_to_act(code):
    token = post("https://acme.my.salesforce.com/services/oauth2/token", writing=False)
    reply = Reply(400, {}, json.dumps({"error": code, "error_description": "no"}).encode())
    ruling = judged(token, reply)
    assert ruling is not None
    assert ruling.verdict is Verdict.HALT
    assert "External Client App Manager" in ruling.fix


def test_every_rule_has_a_meaning():
    assert [rule.code for rule in RULES.table.values() if not rule.meaning] == []


def test_every_halt_says_what_to_do():
    assert [rule.code for rule in RULES.table.values() if rule.verdict is Verdict.HALT and not rule.fix] == []


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("api-usage=18/5000", (18, 5000)),
        ("api-usage=25/15000; per-app-api-usage=17/250(appName=sample)", (25, 15000)),
        ("per-app-api-usage=17/250(appName=x); api-usage=3/100; api-bursts=1", (3, 100)),
        ("per-app-api-usage=17/250(appName=x)", None),
        ("", None),
    ],
)
def test_the_usage_is_the_orgs_not_the_apps(header, told):
    assert usage(Reply(200, {"sforce-limit-info": header})) == told
