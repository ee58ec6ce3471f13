"""Who may call: secrets, KS in both versions, application tokens, ends, roles."""

import hashlib
from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import PARTNER, SECRET, Caller

from turnout.simulators.kaltura.account import ks
from turnout.simulators.kaltura.account.ks import Session

SALT = bytes(range(16))
SESSION = Session(1234567, "bob@example.com", 2, 1_800_000_000, {"virtualeventid": "9001", "disableentitlement": ""})
V1 = (
    "YjNjNzRhYzAxYzFkYWVmZGY2ZjJmMWE3OTdlMGE0YzdlNmE2MzYxZXwxMjM0NTY3OzEyMzQ1Njc7MTgwMDAwMDAwMDsyOzE7Ym9iQGV4YW1wbG"
    "UuY29tO3ZpcnR1YWxldmVudGlkOjkwMDEsZGlzYWJsZWVudGl0bGVtZW50"
)


@pytest.mark.parametrize("version", [1, 2])
def test_a_ks_says_what_was_put_into_it(version: int) -> None:
    text = ks.written(SESSION, SECRET, salt=SALT, version=version)

    assert ks.read(text, {1234567: SECRET}) == SESSION


def test_version_1_can_be_read_by_anyone_and_is_signed() -> None:
    assert ks.written(SESSION, SECRET, salt=SALT, version=1) == V1


def test_version_2_begins_with_the_partner_and_hides_the_rest() -> None:
    text = ks.written(SESSION, SECRET, salt=SALT, version=2)

    assert text.startswith("djJ8MTIzNDU2N3")
    assert "+" not in text
    assert "/" not in text


@pytest.mark.parametrize("version", [1, 2])
def test_another_secret_reads_nothing(version: int) -> None:
    text = ks.written(SESSION, "another", salt=SALT, version=version)

    assert ks.read(text, {1234567: SECRET}) is None
    assert ks.read(text, {7: "another"}) is None


@pytest.mark.parametrize("text", ["", "xx", "djJ8", "djJ8MTIzNDU2N3xBQUFB", V1[:-8], "ä", "A" * 5])
def test_what_is_no_ks_is_none(text: str) -> None:
    assert ks.read(text, {1234567: SECRET}) is None


@pytest.mark.parametrize(
    "given", [{"secret": "wrong"}, {"partnerId": "7"}, {"secret": "a4b3c2d1e0f94857a6b5c4d3e2f1a0b9"}]
)
def test_a_session_needs_the_right_secret(caller: Caller, given: dict[str, str]) -> None:
    asked = {"secret": SECRET, "partnerId": PARTNER, "type": "2", **given}

    answer = caller.raw_api("session", "start", asked)

    assert answer.status == 200
    assert answer.json()["code"] == "START_SESSION_ERROR"
    assert answer.json()["objectType"] == "KalturaAPIException"


def test_the_user_secret_starts_a_users_session(caller: Caller) -> None:
    text = caller.started(secret="a4b3c2d1e0f94857a6b5c4d3e2f1a0b9", type="0", userId="ben")

    assert caller.api("user.get", ks=text)["firstName"] == "Ben"
    assert caller.api("user.get", ks=text, userId="Ann@example.com")["code"].startswith("CANNOT_RETRIEVE_ANOTHER_USER")
    assert caller.api("user.list", ks=text)["code"] == "SERVICE_FORBIDDEN"


def test_without_a_ks_nothing_is_told(caller: Caller) -> None:
    assert caller.api("user.list", ks="")["code"] == "MISSING_KS"


def test_a_ks_is_over_after_its_time(caller: Caller) -> None:
    text = caller.started(expiry="60")
    caller.clock.sleep(59)
    before = caller.api("user.list", ks=text)
    caller.clock.sleep(1)

    after = caller.api("user.list", ks=text)

    assert before["totalCount"] == 3
    assert (after["code"], after["message"]) == ("INVALID_KS", f'Invalid KS "{text}", Error "-5,EXPIRED"')


def test_an_ended_session_is_refused_and_with_it_those_that_share_its_id(caller: Caller) -> None:
    first, second, third = (caller.started(privileges=f"sessionid:{name}") for name in ("a", "a", "b"))

    caller.api("session.end", ks=first)

    assert "LOGOUT" in caller.api("user.list", ks=first)["message"]
    assert "LOGOUT" in caller.api("user.list", ks=second)["message"]
    assert caller.api("user.list", ks=third)["totalCount"] == 3


def test_a_ks_with_so_many_actions_is_used_up(caller: Caller) -> None:
    text = caller.started(privileges="actionslimit:2")

    told = [caller.api("user.list", ks=text).get("message") for _ in range(3)]

    assert told[:2] == [None, None]
    assert "EXCEEDED_ACTIONS_LIMIT" in str(told[2])


TOKEN = {"id": "1_t", "token": "abc", "session_duration": 100, "session_privileges": "virtualeventid:9001"}


def with_token(caller_with: Any, **more: Any) -> tuple[Caller, str]:
    caller = caller_with(app_tokens=[{**TOKEN, **more}])
    return caller, caller.raw_api("session", "startWidgetSession", {"widgetId": f"_{PARTNER}"}).json()["ks"]


@pytest.mark.parametrize("name", ["MD5", "SHA1", "SHA256", "SHA512"])
def test_a_token_gives_the_session_that_it_was_made_for(caller_with: Any, name: str) -> None:
    caller, widget = with_token(caller_with, hash_type=name, session_user_id="fixed")
    given = {"id": "1_t", "tokenHash": hashlib.new(name, f"{widget}abc".encode()).hexdigest(), "ks": widget}

    told = caller.api(
        "appToken.startSession", given, userId="wanted", type="0", expiry="5000", sessionPrivileges="list:*"
    )

    assert (told["userId"], told["sessionType"]) == ("fixed", 2)
    assert told["privileges"] == "list:*,virtualeventid:9001,apptoken:1_t"
    assert told["expiry"] == int(caller.clock.now()) + 100
    assert caller.api("session.get", ks=told["ks"])["userId"] == "fixed"


@pytest.mark.parametrize(
    ("token", "given", "code"),
    [
        ({}, {"tokenHash": "00"}, "INVALID_APP_TOKEN_HASH"),
        ({}, {"id": "1_none"}, "APP_TOKEN_ID_NOT_FOUND"),
        ({"status": 1}, {}, "APP_TOKEN_NOT_ACTIVE"),
        ({"expires_at": 1_700_000_000}, {}, "APP_TOKEN_EXPIRED"),
    ],
)
def test_a_token_that_is_not_right_gives_no_session(
    caller_with: Any, *, token: dict[str, Any], given: dict[str, str], code: str
) -> None:
    caller, widget = with_token(caller_with, **token)
    asked = {"id": "1_t", "tokenHash": hashlib.sha1(f"{widget}abc".encode()).hexdigest(), "ks": widget, **given}

    assert caller.api("appToken.startSession", asked)["code"] == code


def test_a_role_permits_less(caller_with: Any) -> None:
    caller = caller_with(roles={"77": ["ADMIN_BASE"]})
    text = caller.started(privileges="setrole:77,virtualeventid:9001")

    assert caller.api("user.list", ks=text)["totalCount"] == 3
    assert caller.api("report.getTable", ks=text, reportType="60013")["code"] == "SERVICE_FORBIDDEN"
    assert caller.post("/polls/analytics", {"contextId": "1_live"}, ks=text).json()["code"] == "SERVICE_FORBIDDEN"
    assert caller.post("/api/v1/user-profile/list", ks=text).json()["totalCount"] == 3


@pytest.mark.parametrize(
    ("forbidden", "refused"),
    [
        ("report", ["report"]),
        ("report.getTable", ["report"]),
        ("user-profile", ["profiles"]),
        ("user", ["users", "profiles"]),
        ("polls.analytics", ["polls"]),
        ("chat", ["polls"]),
    ],
)
def test_what_the_account_does_not_have_is_forbidden(caller_with: Any, forbidden: str, refused: list[str]) -> None:
    caller = caller_with(forbidden=[forbidden])
    told = {
        "report": caller.table("60013"),
        "users": caller.api("user.list"),
        "profiles": caller.post("/api/v1/user-profile/list").json(),
        "polls": caller.post("/polls/analytics", {"contextId": "1_live"}).json(),
    }

    assert [name for name, answer in told.items() if answer.get("code") == "SERVICE_FORBIDDEN"] == refused


def test_a_rate_that_is_reached_is_told_and_passes(caller_with: Any) -> None:
    caller = caller_with(rates={"user": (2, 10.0), "events-api": (1, 10.0)})
    told = [caller.post("/api/v1/user-profile/list") for _ in range(3)]
    events = [caller.post("/api/v1/events/list").json()["status"] for _ in range(2)]

    caller.clock.sleep(10)

    assert [one.status for one in told] == [200, 200, 429]
    assert told[2].json()["code"] == "RateLimitReached"
    assert events == ["ok", "RateLimitReached"]
    assert caller.post("/api/v1/user-profile/list").status == 200
