import pytest
from tests.unit.sources.kaltura.talking import CONFIG, told

from turnout.errors import SettingsError
from turnout.sources.kaltura.connection.rules import judged, refusal
from turnout.sources.kaltura.connection.settings import SETTINGS, service, whole
from turnout.values.bindings import Config
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, form

CALL = form("/api_v3/service/user/action/list", {})
CSV = form("/api_v3/service/report/action/getCsvFromStringParams", {})


def exception(code: str) -> Reply:
    return told({"objectType": "KalturaAPIException", "code": code, "message": "words"})


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (exception("INVALID_KS"), Verdict.REAUTH),
        (told({"status": "NEW_LOGIN_REQUIRED"}), Verdict.REAUTH),
        (told({}, 401), Verdict.REAUTH),
        (told({"status": "RateLimitReached"}), Verdict.WAIT),
        (told({}, 429), Verdict.WAIT),
        (Reply(502, {}, b"<html>"), Verdict.RETRY),
        (Reply(200, {}, b"<html>"), Verdict.HALT),
        (Reply(302, {}, b""), Verdict.HALT),
    ],
)
def test_what_proves_that_nothing_was_done_is_settled_before_a_talk_sees_it(reply, verdict):
    ruling = judged(CALL, reply)
    assert ruling is not None
    assert ruling.verdict is verdict


@pytest.mark.parametrize("reply", [exception("SERVICE_FORBIDDEN"), told({"status": "Forbidden"}), told(None)])
def test_a_refusal_is_for_the_talk_to_read(reply):
    assert judged(CALL, reply) is None


def test_a_csv_is_no_json_and_well():
    assert judged(CSV, Reply(200, {}, b"\xef\xbb\xbfa,b\n")) is None


def test_a_missing_licence_names_whom_to_ask():
    ruling = refusal({"objectType": "KalturaAPIException", "code": "SERVICE_FORBIDDEN", "message": "service [report]"})
    assert ruling is not None
    assert "service [report]" in ruling.sentence()
    assert "your Kaltura representative" in ruling.sentence()


def test_an_object_with_a_status_of_its_own_is_no_refusal():
    assert refusal({"id": "1", "status": "enabled"}) is None


def test_services_are_those_of_the_region_unless_an_address_is_given():
    moved = Config("kaltura", "k", {**CONFIG.settings, "chat_url": "http://127.0.0.1:9/chat/"})
    assert service(CONFIG, "user") == "https://user.irp2.ovp.kaltura.com/api/v1"
    assert service(moved, "chat") == "http://127.0.0.1:9/chat"


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_a_number_that_is_none_is_refused_with_its_setting(text):
    with pytest.raises(SettingsError, match="calls_per_pull"):
        whole(Config("kaltura", "k", {"calls_per_pull": text}), "calls_per_pull", 5)


def test_secrets_are_marked_and_each_setting_says_where_it_is_found():
    assert {one.name for one in SETTINGS if one.secret} == {"app_token", "admin_secret"}
    assert all(len(one.help) > 15 for one in SETTINGS)
