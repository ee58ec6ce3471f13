import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET, salesforce
from turnout.wire import Reply, form, get

from .conftest import SEED, Client, V, error

TOKEN = "/services/oauth2/token"
USER = "integration@example.com"
NOW = 1_795_000_000
BACK = "http://localhost:1717/OauthRedirect"
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLAIMS = {"iss": CLIENT_ID, "sub": USER, "aud": "https://login.salesforce.com", "exp": NOW + 180}
APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def with_settings(clock: VirtualClock, **settings: Any) -> Client:
    return Client(salesforce(clock=clock, seed={**SEED, "settings": settings}))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    start = datetime.fromtimestamp(NOW, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def part(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def signed(key: rsa.RSAPrivateKey, claims: Mapping[str, Any], algorithm: str = "RS256") -> str:
    head = f"{part(json.dumps({'alg': algorithm}).encode())}.{part(json.dumps(claims).encode())}"
    return f"{head}.{part(key.sign(head.encode(), PKCS1v15(), hashes.SHA256()))}"


def asserted(org: Client, assertion: str) -> Reply:
    return org.reply(form(TOKEN, {"grant_type": JWT, "assertion": assertion}))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"exp": str(NOW + 180)},
        {"exp": (NOW + 180) * 1000},
        {"aud": "https://test.salesforce.com/"},
        {"sub": "INTEGRATION@example.com"},
    ],
)
def test_an_assertion_signs_in_however_clients_write_it(
    clock: VirtualClock, key: rsa.RSAPrivateKey, certificate: str, change: dict[str, Any]
) -> None:
    org = with_settings(clock, certificate=certificate)

    answer = asserted(org, signed(key, {**CLAIMS, **change}))

    assert answer.status == 200
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"exp": NOW - 1}, "invalid_grant", "expired assertion"),
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"sub": "nobody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"iss": "other"}, "invalid_client_id", "client identifier invalid"),
    ],
)
def test_an_assertion_that_claims_something_else_is_refused(
    clock: VirtualClock,
    key: rsa.RSAPrivateKey,
    certificate: str,
    change: dict[str, Any],
    code: str,
    words: str,
) -> None:
    org = with_settings(clock, certificate=certificate)

    answer = asserted(org, signed(key, {**CLAIMS, **change}))

    assert (answer.status, answer.json()) == (400, {"error": code, "error_description": words})


def test_an_assertion_that_another_key_signed_is_refused(clock: VirtualClock, certificate: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    answer = asserted(with_settings(clock, certificate=certificate), signed(other, CLAIMS))

    assert answer.json()["error_description"] == "invalid assertion"


def test_an_assertion_without_a_registered_certificate_or_by_another_algorithm_is_refused(
    clock: VirtualClock, key: rsa.RSAPrivateKey, certificate: str
) -> None:
    bare = asserted(with_settings(clock), signed(key, CLAIMS)).json()
    unsigned = asserted(with_settings(clock, certificate=certificate), signed(key, CLAIMS, "none")).json()

    assert bare["error_description"] == "app must be configured with a certificate"
    assert unsigned["error_description"] == "invalid assertion"


def test_an_app_that_nobody_approved_signs_nobody_in(
    clock: VirtualClock, key: rsa.RSAPrivateKey, certificate: str
) -> None:
    org = with_settings(clock, certificate=certificate, approved=False)

    assert asserted(org, signed(key, CLAIMS)).json()["error_description"] == "user hasn't approved this consumer"


def asked(org: Client, **params: str) -> dict[str, str]:
    """Ask the person, and return what they are sent back with."""
    wanted = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "state": "s", **params}
    answer = org.reply(get("/services/oauth2/authorize", wanted))
    assert answer.status == 302, answer.body
    assert answer.headers["location"].startswith(BACK + "?")
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def cashed(org: Client, code: str, **fields: str) -> Reply:
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **APP, **fields}
    return org.reply(form(TOKEN, given))


def test_a_person_is_sent_back_with_a_code_that_signs_in_once(org: Client) -> None:
    back = asked(org, scope="api refresh_token")
    first, second = cashed(org, back["code"]), cashed(org, back["code"])

    assert (back["state"], first.json()["scope"]) == ("s", "api refresh_token")
    assert first.json()["refresh_token"].startswith("5Aep861")
    assert second.json()["error_description"] == "invalid authorization code"


VERIFIER = "v" * 43
CHALLENGE = part(sha256(VERIFIER.encode()).digest())


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("w" * 43, 400), ("", 400)])
def test_a_code_with_a_challenge_takes_its_verifier(org: Client, verifier: str, status: int) -> None:
    back = asked(org, code_challenge=CHALLENGE, code_challenge_method="S256")

    assert cashed(org, back["code"], code_verifier=verifier).status == status


@pytest.mark.parametrize(
    ("settings", "params", "code"),
    [
        ({"pkce_required": True}, {}, "invalid_request"),
        ({}, {"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({}, {"response_type": "token"}, "unsupported_response_type"),
        ({"approved": False}, {}, "access_denied"),
    ],
)
def test_a_person_is_sent_back_with_what_went_wrong(
    clock: VirtualClock, settings: dict[str, Any], params: dict[str, str], code: str
) -> None:
    back = asked(with_settings(clock, **settings), **params)

    assert (back["error"], back["state"]) == (code, "s")


@pytest.mark.parametrize(
    ("params", "words"),
    [({"client_id": "other"}, "invalid_client_id"), ({"redirect_uri": "http://else"}, "redirect_uri_mismatch")],
)
def test_an_app_that_is_not_known_gets_a_page_and_no_redirect(
    clock: VirtualClock, params: dict[str, str], words: str
) -> None:
    org = with_settings(clock, callback_urls=[BACK])
    wanted = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, **params}

    answer = org.reply(get("/services/oauth2/authorize", wanted))

    assert (answer.status, words in answer.body.decode()) == (400, True)


def test_a_code_is_good_for_a_quarter_of_an_hour_and_for_its_address(org: Client, clock: VirtualClock) -> None:
    first, second = asked(org)["code"], asked(org)["code"]
    elsewhere = cashed(org, first, redirect_uri="http://else").json()["error"]
    clock.sleep(901)

    assert elsewhere == "redirect_uri_mismatch"
    assert cashed(org, second).json()["error_description"] == "expired authorization code"


def refreshed(org: Client, token: str) -> Reply:
    return org.reply(form(TOKEN, {"grant_type": "refresh_token", "refresh_token": token, **APP}))


def test_a_refresh_token_is_good_again_and_again(org: Client) -> None:
    token = cashed(org, asked(org)["code"]).json()["refresh_token"]
    answers = [refreshed(org, token) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert "refresh_token" not in answers[0].json()
    session = {"Authorization": f"Bearer {answers[1].json()['access_token']}"}
    assert org.reply(get(V + "/limits", headers=session)).status == 200


def test_where_refresh_tokens_rotate_the_old_one_is_dead_at_once(clock: VirtualClock) -> None:
    org = with_settings(clock, rotating_refresh=True)
    old = cashed(org, asked(org)["code"]).json()["refresh_token"]
    new = refreshed(org, old).json()["refresh_token"]

    again = refreshed(org, old)

    assert (again.status, again.json()["error_description"]) == (400, "expired access/refresh token")
    assert refreshed(org, new).status == 200


def test_the_sixth_grant_ends_the_oldest(org: Client) -> None:
    tokens = [cashed(org, asked(org)["code"]).json()["refresh_token"] for _ in range(6)]

    assert [refreshed(org, token).status for token in tokens] == [400, 200, 200, 200, 200, 200]


def test_a_revoked_refresh_token_takes_its_sessions_along(org: Client) -> None:
    granted = cashed(org, asked(org)["code"]).json()
    org.reply(get("/services/oauth2/revoke", {"token": granted["refresh_token"]}))
    session = {"Authorization": f"Bearer {granted['access_token']}"}

    assert refreshed(org, granted["refresh_token"]).status == 400
    assert org.reply(get(V + "/limits", headers=session)).status == 401


def test_a_token_tells_whether_it_lives(org: Client, clock: VirtualClock) -> None:
    alive = org.reply(form("/services/oauth2/introspect", {"token": org.token, **APP})).json()
    clock.sleep(7201)
    dead = org.reply(form("/services/oauth2/introspect", {"token": org.token, **APP})).json()

    assert (alive["active"], alive["username"], alive["exp"]) == (True, USER, NOW + 7200)
    assert dead == {"active": False}


def test_introspection_is_for_the_app_alone(org: Client) -> None:
    answer = org.reply(form("/services/oauth2/introspect", {"token": org.token, **APP, "client_secret": "x"}))

    assert (answer.status, answer.json()["error"]) == (400, "invalid_client")


def test_the_identity_address_tells_who_it_is_with_the_session_in_header_or_query(org: Client) -> None:
    granted = org.reply(form(TOKEN, {"grant_type": "client_credentials", **APP})).json()
    path = urlsplit(granted["id"]).path
    by_header = org.reply(get(path, headers=org.headers)).json()
    by_query = org.reply(get(path, {"oauth_token": org.token, "format": "json"})).json()

    assert (by_header["username"], by_query) == (USER, by_header)
    assert error(org.reply(get(path)))[:2] == (401, "INVALID_SESSION_ID")
    assert error(org.reply(get(path[:-6] + "zzzzzz", headers=org.headers)))[:2] == (404, "NOT_FOUND")


def test_what_the_sign_in_offers_is_told(org: Client) -> None:
    told = org.reply(get("http://127.0.0.1:81/.well-known/openid-configuration")).json()

    assert told["token_endpoint"] == "http://127.0.0.1:81/services/oauth2/token"
    assert told["code_challenge_methods_supported"] == ["S256"]


def test_an_app_without_a_user_to_run_as_cannot_sign_in_by_itself(clock: VirtualClock) -> None:
    simulator = salesforce(clock=clock, seed={"settings": {"run_as": False}})
    answer = simulator(form(TOKEN, {"grant_type": "client_credentials", **APP}))

    assert isinstance(answer, Reply)
    assert answer.json()["error_description"] == "no client credentials user enabled"
