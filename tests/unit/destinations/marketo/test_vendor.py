import json

import pytest
from tests.unit.destinations.marketo.talking import config, drive

from turnout.destinations.kit import Session
from turnout.destinations.marketo.vendor import MARKETO
from turnout.errors import SettingsError
from turnout.values.records import Kind
from turnout.wire import Reply, get


def token(seconds: int, name: str = "cdf01657-110d:ab") -> Reply:
    body = {"access_token": name, "token_type": "bearer", "expires_in": seconds, "scope": "api@example.com"}
    return Reply(200, {}, json.dumps(body).encode())


def test_signing_in_asks_the_identity_service_for_a_token():
    requests, session = drive(MARKETO.sign_in(config()), token(3599))
    assert requests[0].url == (
        "https://123-abc-456.mktorest.com/identity/oauth/token"
        "?grant_type=client_credentials&client_id=id&client_secret=secret"
    )
    assert session == Session("https://123-abc-456.mktorest.com", "cdf01657-110d:ab")


def test_a_token_without_a_second_left_is_asked_for_again():
    requests, session = drive(MARKETO.sign_in(config()), token(0, "old:ab"), token(3600, "new:ab"))
    assert (len(requests), session.token) == (2, "new:ab")


def test_a_token_that_never_has_time_left_is_used_after_the_third_ask():
    _, session = drive(MARKETO.sign_in(config()), token(0), token(0), token(0, "third:ab"))
    assert session.token == "third:ab"


def test_an_endpoint_that_cannot_be_used_stops_before_any_call():
    with pytest.raises(SettingsError, match="does not begin with https://"):
        next(MARKETO.sign_in(config(endpoint="123.mktorest.com")))


def test_the_token_travels_in_the_header_alone():
    request = MARKETO.signed(get("/rest/v1/leads.json", {"a": "b"}), Session("https://a.mktorest.com", "t:ab"))
    assert request.url == "https://a.mktorest.com/rest/v1/leads.json?a=b"
    assert request.headers["Authorization"] == "Bearer t:ab"


def test_a_sign_in_is_not_signed():
    request = get("https://a.mktorest.com/identity/oauth/token")
    assert MARKETO.signed(request, Session("https://a.mktorest.com", "t:ab")) is request


def test_the_documented_limits_are_declared():
    assert (MARKETO.limits.calls, MARKETO.limits.window_seconds) == (100, 20.0)
    assert (MARKETO.limits.concurrent, MARKETO.limits.daily) == (10, 50_000)


def test_every_kind_of_record_has_a_writer():
    assert set(MARKETO.writers) == set(Kind)


def test_no_row_has_to_be_looked_up_before_it_is_written():
    assert drive(MARKETO.rows(config(), None, [])) == ([], [])


def test_the_calls_of_a_day_are_the_accounts_own():
    assert MARKETO.limits_for(config(daily_calls="10000")).daily == 10_000
