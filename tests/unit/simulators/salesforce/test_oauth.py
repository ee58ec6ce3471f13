from base64 import b64encode

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET
from turnout.wire import Request, form, get

from .conftest import Client, V, error

GOOD = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def test_a_sign_in_tells_the_instance_it_was_made_at(org: Client) -> None:
    answer = org.reply(form("http://127.0.0.1:81/services/oauth2/token", GOOD))
    body = answer.json()
    assert (answer.status, body["instance_url"], body["token_type"]) == (200, "http://127.0.0.1:81", "Bearer")
    assert "expires_in" not in body


def test_id_and_secret_may_come_as_basic(org: Client) -> None:
    basic = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    request = form("/services/oauth2/token", {"grant_type": "client_credentials"})
    answer = org.reply(
        Request("POST", request.url, {**request.headers, "Authorization": f"Basic {basic}"}, request.body)
    )
    assert answer.status == 200


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"client_id": "other"}, "invalid_client_id", "client identifier invalid"),
        ({"client_secret": "other"}, "invalid_client", "invalid client credentials"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant type not supported"),
        ({"grant_type": ""}, "invalid_request", "missing required parameter: grant_type"),
    ],
)
def test_wrong_credentials_are_named(org: Client, change: dict[str, str], code: str, words: str) -> None:
    answer = org.reply(form("/services/oauth2/token", {**GOOD, **change}))
    assert (answer.status, answer.json()) == (400, {"error": code, "error_description": words})


def test_without_a_session_nothing_is_read(org: Client) -> None:
    assert error(org.reply(get(V + "/limits"))) == (401, "INVALID_SESSION_ID", "Session expired or invalid")
    odd = org.reply(get(V + "/limits", headers={"Authorization": "Magic x"}))
    assert error(odd) == (401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")


def test_a_session_lives_two_hours_from_its_last_use(org: Client, clock: VirtualClock) -> None:
    clock.sleep(7000)
    used = org.get("/limits").status
    clock.sleep(7000)
    used_again = org.get("/limits").status
    clock.sleep(7201)
    assert (used, used_again, org.get("/limits").status) == (200, 200, 401)


def test_all_sessions_can_be_ended_from_outside(org: Client) -> None:
    org.act("expire_sessions")
    assert org.get("/limits").status == 401


def test_a_token_tells_who_is_behind_it(org: Client) -> None:
    answer = org.reply(get("/services/oauth2/userinfo", headers=org.headers))
    assert answer.json()["preferred_username"] == "integration@example.com"


def test_a_revoked_token_is_dead(org: Client) -> None:
    org.reply(form("/services/oauth2/revoke", {"token": org.token}))
    assert org.get("/limits").status == 401
