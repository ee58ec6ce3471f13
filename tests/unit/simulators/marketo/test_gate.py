from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import Caller, code

from turnout.simulators.marketo.app import CLIENT_ID, CLIENT_SECRET
from turnout.wire import Request, form, get

DESCRIBE = "/rest/v1/leads/describe.json"


def test_a_token_lasts_an_hour_and_asking_again_returns_the_same_with_what_is_left(caller: Caller) -> None:
    caller.clock.sleep(600)

    body = caller.sign_in().json()

    assert body["access_token"] == caller.token
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("bearer", 2999, "turnout@api.example.com")


def test_credentials_may_come_as_a_posted_form(caller: Caller) -> None:
    fields = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    assert caller.raw(form("/identity/oauth/token", fields)).json()["access_token"] == caller.token


def test_a_wrong_secret_is_401_with_an_oauth_body(caller: Caller) -> None:
    reply = caller.sign_in(client_secret="wrong")

    assert reply.status == 401
    assert reply.json() == {"error": "invalid_client", "error_description": "Bad client credentials"}


def test_a_call_without_a_token_is_603(caller: Caller) -> None:
    assert code(caller.raw(get(DESCRIBE)).json()) == "603"


def test_a_made_up_token_is_601(caller: Caller) -> None:
    caller.token = "made:up"

    assert code(caller.get(DESCRIBE)) == "601"


def test_an_expired_token_is_602_once_and_601_ever_after(caller: Caller) -> None:
    caller.clock.sleep(3600)

    assert [code(caller.get(DESCRIBE)) for _ in range(3)] == ["602", "601", "601"]


def test_the_token_is_no_parameter(caller: Caller) -> None:
    assert code(caller.raw(get(f"{DESCRIBE}?access_token={caller.token}")).json()) == "1003"


def test_the_token_is_a_parameter_where_the_account_is_of_old(caller_with: Any) -> None:
    caller = caller_with(token_in_query=True)

    assert caller.raw(get(f"{DESCRIBE}?access_token={caller.token}")).json()["success"] is True


@pytest.mark.parametrize(
    ("permission", "path", "reads"),
    [
        ("Read-Write Person", DESCRIBE, True),
        ("Read-Write Assets", "/rest/asset/v1/channels.json", True),
        ("Read-Write Custom Object", "/rest/v1/customobjects.json", True),
        ("Read-Write Custom Object Type", "/rest/v1/customobjects/schema.json", True),
    ],
)
def test_a_call_without_its_permission_is_603(caller: Caller, permission: str, path: str, reads: bool) -> None:
    caller.act(do="forbid", permission=permission)

    assert code(caller.get(path)) == "603"

    caller.act(do="permit", permission=permission.replace("Write", "Only"))
    assert caller.get(path)["success"] is reads


def test_read_only_is_not_enough_to_write(caller: Caller) -> None:
    caller.act(do="forbid", permission="Read-Write Person")
    caller.act(do="permit", permission="Read-Only Person")

    assert code(caller.sync({"email": "new@example.com"})) == "603"


def test_the_hundred_and_first_call_in_twenty_seconds_is_606(caller: Caller) -> None:
    codes = [caller.get(DESCRIBE)["success"] for _ in range(100)]

    refused = caller.get(DESCRIBE)

    assert all(codes)
    assert refused["errors"] == [{"code": "606", "message": "Max rate limit '100' exceeded with in '20' secs"}]


def test_the_window_rolls(caller: Caller) -> None:
    for _ in range(100):
        caller.get(DESCRIBE)
        caller.clock.sleep(0.2)

    assert caller.get(DESCRIBE)["success"] is True


def test_the_daily_quota_is_607_until_midnight_in_chicago(caller_with: Any) -> None:
    caller = caller_with(daily_calls=2)
    answers = [caller.get(DESCRIBE) for _ in range(3)]
    caller.clock.sleep(68_000)  # 2026-11-19T00:00:00-06:00
    caller.token = caller.sign_in().json()["access_token"]

    assert code(answers[2]) == "607"
    assert caller.get(DESCRIBE)["success"] is True


def test_an_eleventh_call_at_once_is_615(caller_with: Any) -> None:
    caller = caller_with(call_seconds=1.0)
    answers = [caller.get(DESCRIBE) for _ in range(11)]
    caller.clock.sleep(1.0)

    assert answers[10]["errors"] == [{"code": "615", "message": "Concurrent access limit '10' reached"}]
    assert caller.get(DESCRIBE)["success"] is True


def test_usage_tells_the_calls_of_the_day_and_sign_in_is_free(caller: Caller) -> None:
    caller.sign_in()
    caller.get(DESCRIBE)

    assert caller.get("/rest/v1/stats/usage.json")["result"] == [
        {"date": "2026-11-18", "total": 2, "users": [{"userId": "turnout@api.example.com", "count": 2}]}
    ]


def test_errors_are_counted_by_code_for_a_week(caller: Caller) -> None:
    caller.get("/rest/v1/lead/4711.json")

    week = caller.get("/rest/v1/stats/errors/last7days.json")["result"]

    assert [day["total"] for day in week] == [0, 0, 0, 0, 0, 0, 1]
    assert week[-1] == {"date": "2026-11-18", "total": 1, "errors": [{"errorCode": "1004", "count": 1}]}


def test_a_body_over_one_megabyte_is_413(caller: Caller) -> None:
    headers = {**caller.headers(), "Content-Type": "application/json"}

    assert caller.raw(Request("POST", "/rest/v1/leads.json", headers, b" " * 1_048_577)).status == 413


def test_an_address_over_eight_kilobytes_is_414(caller: Caller) -> None:
    values = ",".join(["someone@example.com"] * 450)

    reply = caller.raw(get(f"/rest/v1/leads.json?filterType=email&filterValues={values}", headers=caller.headers()))

    assert reply.status == 414


def test_a_long_query_may_be_posted_as_a_form_with_method_get(caller: Caller) -> None:
    values = ",".join(["ann@example.com"] * 290)

    answer = caller.form("/rest/v1/leads.json", _method="GET", filterType="email", filterValues=values)

    assert [row["id"] for row in answer["result"]] == [1001]


def test_the_asset_api_knows_no_method_parameter(caller: Caller) -> None:
    asked = form("/rest/asset/v1/channels.json", {"_method": "GET"})
    request = Request("POST", asked.url, {**asked.headers, **caller.headers()}, asked.body)

    assert code(caller.raw(request).json()) == "605"


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "/rest/v1/nothing.json", "610"),
        ("PUT", "/rest/v1/leads.json", "605"),
        ("GET", f"{DESCRIBE}?surprise=1", "1003"),
        ("GET", "/rest/../rest/v1/./lead/4711.json", "1004"),
    ],
)
def test_what_nobody_documented_is_refused(caller: Caller, method: str, url: str, expected: str) -> None:
    assert code(caller.raw(Request(method, url, caller.headers())).json()) == expected


def test_a_body_must_be_json_and_say_so(caller: Caller) -> None:
    def answer(body: bytes, kind: str) -> Any:
        headers = {**caller.headers(), "Content-Type": kind}
        return caller.raw(Request("POST", "/rest/v1/leads.json", headers, body)).json()

    assert code(answer(b"{", "application/json")) == "609"
    assert code(answer(b"{}", "text/plain")) == "612"


def test_a_request_id_looks_like_marketos(caller: Caller) -> None:
    assert caller.get(DESCRIBE)["requestId"] == "44cb#1a1ee565e00"


def test_faults_come_in_marketos_words(caller: Caller) -> None:
    faults = b'[{"do": "throttle"}, {"do": "quota"}, {"do": "refuse", "code": "608"}, {"do": "short"}]'
    caller.raw(Request("POST", "/_sim/faults", {}, faults))

    codes = [code(caller.get(DESCRIBE)) for _ in range(3)]
    short = caller.sync({"email": "x@example.com"}, {"email": "y@example.com"})

    assert codes == ["606", "607", "608"]
    assert len(short["result"]) == 1
