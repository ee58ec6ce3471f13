import json

import pytest
from tests.unit.destinations.marketo.talking import ok, refused, skipped

from turnout.destinations.kit import Row
from turnout.destinations.marketo.rules import RULES, judged, outcomes, permission, probe
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, get, post

READ = get("/rest/v1/leads.json")
WRITE = post("/rest/v1/leads.json", {})


def row(person: str, **more: str) -> Row:
    return Row(Change(Key("", Kind.PERSON, person), Op.CREATE, {}, "d", **more), {}, 0)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("600", "reauth"),
        ("601", "reauth"),
        ("602", "reauth"),
        ("603", "halt"),
        ("604", "unsure"),
        ("606", "wait"),
        ("607", "wait"),
        ("608", "retry"),
        ("610", "halt"),
        ("611", "unsure"),
        ("615", "retry"),
        ("616", "halt"),
        ("713", "retry"),
        ("500", "unsure"),
        ("502", "unsure"),
        ("1003", "reject"),
        ("1019", "wait"),
        ("1025", "halt"),
        ("1026", "halt"),
        ("4711", "halt"),
    ],
)
def test_a_refused_write_is_ruled_on_by_its_code(code, verdict):
    assert judged(WRITE, refused(code)).verdict == verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("1003", "reject"),
        ("1004", "rematch"),
        ("1005", "rematch"),
        ("1007", "rematch"),
        ("1013", "rematch"),
        ("1037", "accept"),
        ("1077", "reject"),
        ("9999", "reject"),
    ],
)
def test_a_refused_record_is_ruled_on_by_its_code(code, verdict):
    assert RULES.for_record(code).verdict == verdict


@pytest.mark.parametrize("code", ["500", "502", "604", "611"])
def test_a_read_that_failed_is_tried_again(code):
    assert judged(READ, refused(code)).verdict == "retry"


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (502, b"<html>Bad Gateway</html>", "unsure"),
        (200, b"<html>Sorry</html>", "unsure"),
        (200, b"", "unsure"),
        (200, b"{}", "unsure"),
        (200, b"[]", "unsure"),
        (413, b"", "split"),
        (414, b"", "split"),
        (404, b"<html>", "halt"),
        (302, b"", "halt"),
        (401, b"", "reauth"),
    ],
)
def test_an_answer_of_a_gateway_is_ruled_on_by_its_status(status, body, verdict):
    assert judged(WRITE, Reply(status, {}, body)).verdict == verdict


def test_a_success_is_for_the_talk_to_read():
    assert judged(WRITE, ok({"id": 1, "status": "created"})) is None


def test_an_error_status_is_no_success_whatever_the_body_says():
    assert judged(WRITE, Reply(503, {}, json.dumps({"success": True, "result": []}).encode())).verdict == "unsure"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/rest/v1/customobjects/schema.json", "Read-Write Custom Object Type"),
        ("/rest/v1/customobjects/kalturaUserPolls_c.json", "Read-Write Custom Object"),
        ("/rest/v1/programs/1044/members/status.json", "Read-Write Person"),
        ("/rest/v1/leads.json", "Read-Write Person"),
        ("/rest/asset/v1/programs.json", "Read-Write Assets"),
        ("/rest/v1/stats/usage.json", ""),
    ],
)
def test_a_path_names_the_permission_it_needs(path, name):
    assert permission(path) == name


def test_a_denied_call_names_the_permission_in_its_fix():
    ruling = judged(post("/rest/v1/customobjects/kalturaUserPolls_c.json", {}), refused("603", "Access denied"))
    assert "Access API > Read-Write Custom Object" in ruling.fix


def test_a_spent_quota_waits_until_midnight_in_chicago():
    reply = refused("607", date="Sat, 21 Nov 2026 20:00:00 GMT")  # 14:00 there
    assert judged(READ, reply).seconds == 10 * 3600


def test_a_spent_quota_waits_until_midnight_in_summer_too():
    reply = refused("607", date="Tue, 21 Jul 2026 20:00:00 GMT")  # 15:00 there
    assert judged(READ, reply).seconds == 9 * 3600


def test_a_spent_quota_waits_an_hour_where_no_time_is_told():
    assert judged(READ, refused("607")).seconds == 3600


def test_a_probe_reads_the_refusals_it_bears():
    assert judged(probe(READ, "603"), refused("603")) is None


def test_a_probe_reads_no_other_refusal():
    assert judged(probe(READ, "603"), refused("606")).verdict == "wait"


def test_wrong_credentials_halt_and_say_where_they_stand():
    body = {"error": "unauthorized", "error_description": "No client with requested id: x"}
    reply = Reply(401, {}, json.dumps(body).encode())
    ruling = judged(get("https://a.mktorest.com/identity/oauth/token"), reply)
    assert (ruling.verdict, ruling.words) == (Verdict.HALT, "No client with requested id: x")


@pytest.mark.parametrize(("status", "body"), [(503, b"<html>"), (200, b"<html>")])
def test_a_sign_in_that_fails_at_the_gateway_is_tried_again(status, body):
    reply = Reply(status, {}, body)
    assert judged(get("https://a.mktorest.com/identity/oauth/token"), reply).verdict == "retry"


def test_records_are_told_apart_by_their_place():
    items = [{"id": 50, "status": "created"}, skipped("1007", "Multiple lead match lookup criteria")]
    first, second = outcomes([row("a"), row("b")], items, "id")
    assert (first.remote_id, first.made, second.ruling.verdict) == ("50", True, "rematch")


def test_records_are_told_apart_by_their_sequence_where_they_have_one():
    items = [{"seq": 1, "status": "updated", "marketoGUID": "g1"}, skipped("1004", seq=0)]
    first, second = outcomes([row("a"), row("b")], items, "marketoGUID")
    assert (first.ruling.verdict, second.remote_id) == ("rematch", "g1")


def test_no_record_is_believed_when_answers_are_missing_and_carry_no_sequence():
    given = outcomes([row("a"), row("b")], [{"id": 50, "status": "created"}], "id")
    assert [found.ruling.verdict for found in given] == ["unsure", "unsure"]


def test_a_record_without_an_answer_of_its_sequence_is_unsure():
    given = outcomes([row("a"), row("b")], [{"seq": 0, "status": "created", "marketoGUID": "g"}], "marketoGUID")
    assert [found.ruling.verdict for found in given] == ["accept", "unsure"]


def test_a_reason_in_errors_is_read_too():
    [found] = outcomes([row("a")], [{"status": "skipped", "errors": [{"code": "1004", "message": "gone"}]}], "id")
    assert found.ruling.code == "1004"


def test_every_rule_that_needs_a_person_says_what_to_do():
    silent = [rule.code for rule in RULES.table.values() if rule.verdict is Verdict.HALT and not rule.fix]
    assert silent == ["603", "709"]  # 603 gets the permission's name; 709's words are Marketo's own
