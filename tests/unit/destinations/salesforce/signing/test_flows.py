import base64
import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from turnout.destinations.salesforce.rules import RULES, judged
from turnout.destinations.salesforce.signing.flows import audience, consent_url, sign_in
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.values.verdicts import Verdict
from turnout.wire import Reply

HOME = "https://acme.my.salesforce.com"
TOKEN = {"access_token": "00D!token", "instance_url": HOME, "token_type": "Bearer", "issued_at": "1795000000000"}
VERSIONS = [{"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}]
DATED = Reply(200, {"date": "Sun, 22 Nov 2026 00:00:00 GMT"}, json.dumps(VERSIONS).encode())


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY = rsa.generate_private_key(65537, 2048)
PEM = pem(KEY)


def settings(sign_in, **more):
    return Config("salesforce", "sf", {"url": HOME, "client_id": "key", "sign_in": sign_in, **more})


def asserting(**more):
    return settings("jwt", username="int@acme.example", private_key=PEM, **more)


def sent(requests):
    return dict(parse_qsl(requests[-1].body.decode()))


def opened(text):
    return json.loads(base64.urlsafe_b64decode(text + "=="))


def test_an_assertion_is_for_a_few_minutes_of_the_orgs_own_time(drive):
    requests, session = drive(sign_in(asserting()), DATED, TOKEN)
    form = sent(requests)
    head, claims, _ = form["assertion"].split(".")

    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert opened(head) == {"alg": "RS256"}
    assert opened(claims) == {
        "iss": "key",
        "sub": "int@acme.example",
        "aud": "https://login.salesforce.com",
        "exp": 1795305780,
    }
    assert (session.token, session.keep) == ("00D!token", {})


def test_an_assertion_is_signed_by_the_private_key(drive):
    requests, _ = drive(sign_in(asserting()), DATED, TOKEN)
    text, _, signature = sent(requests)["assertion"].rpartition(".")

    raw = base64.urlsafe_b64decode(signature + "==")
    KEY.public_key().verify(raw, text.encode(), PKCS1v15(), SHA256())  # raises where it is not


def test_where_the_org_does_not_tell_its_time_ours_is_taken(drive):
    undated = Reply(200, {}, json.dumps(VERSIONS).encode(), at=1_795_000_000.0)
    requests, _ = drive(sign_in(asserting()), undated, TOKEN)

    assert opened(sent(requests)["assertion"].split(".")[1])["exp"] == 1_795_000_180


def test_a_key_on_one_line_is_a_key(drive):
    one_line = settings("jwt", username="u", private_key=PEM.replace("\n", "\\n"))
    requests, _ = drive(sign_in(one_line), DATED, TOKEN)

    assert sent(requests)["assertion"].count(".") == 2


@pytest.mark.parametrize(
    ("url", "whom"),
    [
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--dev.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_an_assertion_is_for_the_login_host_of_the_kind_of_org(url, whom):
    assert audience(Config("salesforce", "sf", {"url": url})) == whom


def test_an_audience_that_is_set_decides():
    assert audience(asserting(audience="https://acme.my.site.com")) == "https://acme.my.site.com"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("not a key", "private_key is no private key that can be read"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "private_key is no RSA key"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_before_any_call_and_not_shown(key, told):
    with pytest.raises(SettingsError, match=told) as failure:
        next(sign_in(settings("jwt", username="u", private_key=key)))
    assert key not in failure.value.message + failure.value.hint


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (settings("client_credentials"), "client_secret"),
        (settings("jwt", private_key=PEM), "username"),
        (settings("jwt", username="u"), "private_key"),
        (settings("web", authorization_code="c"), "code_verifier"),
    ],
)
def test_a_sign_in_names_the_setting_that_it_lacks(given, name):
    with pytest.raises(SettingsError, match=f"needs the setting '{name}'"):
        next(sign_in(given))


def test_a_sign_in_that_does_not_exist_is_a_wrong_setting():
    with pytest.raises(SettingsError, match="there is no sign-in 'password'"):
        next(sign_in(settings("password")))


def test_a_consent_is_asked_for_with_the_digest_of_the_verifier_alone():
    # The verifier and its digest are those of RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    asked = urlsplit(consent_url(settings("web"), verifier, "state-1"))

    assert (asked.netloc, asked.path) == ("acme.my.salesforce.com", "/services/oauth2/authorize")
    assert {name: value for name, (value,) in parse_qs(asked.query).items()} == {
        "response_type": "code",
        "client_id": "key",
        "redirect_uri": "http://localhost:1717/OauthRedirect",
        "scope": "api refresh_token",
        "state": "state-1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }


def test_a_code_is_sent_with_secret_and_verifier_and_used_once(drive):
    given = settings("web", client_secret="s", authorization_code="c", code_verifier="v")
    requests, session = drive(sign_in(given), VERSIONS, {**TOKEN, "refresh_token": "r1"})

    assert sent(requests) == {
        "grant_type": "authorization_code",
        "client_id": "key",
        "client_secret": "s",
        "code": "c",
        "redirect_uri": "http://localhost:1717/OauthRedirect",
        "code_verifier": "v",
    }
    assert session.keep == {"refresh_token": "r1", "authorization_code": "", "code_verifier": ""}


def test_a_refresh_token_that_was_replaced_is_to_be_kept(drive):
    requests, session = drive(sign_in(settings("web", refresh_token="r1")), VERSIONS, {**TOKEN, "refresh_token": "r2"})

    assert sent(requests) == {"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "key"}
    assert session.keep == {"refresh_token": "r2"}


def test_a_refresh_token_that_stays_is_not_written_again(drive):
    _, session = drive(sign_in(settings("web", refresh_token="r1")), VERSIONS, TOKEN)

    assert session.keep == {}


def test_nothing_is_called_after_the_token_came(drive):
    requests, _ = drive(sign_in(settings("web", refresh_token="r1")), VERSIONS, {**TOKEN, "refresh_token": "r2"})

    assert [urlsplit(one.url).path for one in requests] == ["/services/data", "/services/oauth2/token"]


def test_who_has_not_consented_is_told_how(drive):
    with pytest.raises(SettingsError, match="nobody has consented") as failure:
        drive(sign_in(settings("web")), VERSIONS)
    assert failure.value.hint.startswith("run `turnout authorize`")


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        ("user hasn't approved this consumer", "pre-authorized"),
        ("audience is invalid", "set audience"),
        ("invalid assertion", "upload the certificate again"),
        ("expired access/refresh token", "consent again"),
        ("invalid authorization code", "consent again"),
        ("no client credentials user enabled", "name a Run As user"),
    ],
)
def test_a_sign_in_that_is_refused_says_what_to_do_in_that_case(drive, words, fix):
    requests, _ = drive(sign_in(asserting()), DATED, TOKEN)
    refused = Reply(400, {}, json.dumps({"error": "invalid_grant", "error_description": words}).encode())
    ruling = judged(requests[-1], refused)

    assert ruling is not None
    assert (ruling.verdict, ruling.code) == (Verdict.HALT, "invalid_grant")
    assert fix in ruling.fix
    assert RULES.vendor == "Salesforce"
