"""The three ways to sign in to Salesforce, each against an org that wants exactly that; and a session that ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msgspec.structs import replace
from tests.contract.test_salesforce_calls import AtOnce

from turnout.apps.simulate import CREDENTIALS, read_seed, simulator
from turnout.clock import VirtualClock
from turnout.database import opened
from turnout.errors import Halted
from turnout.pipeline.home import Home, config
from turnout.pipeline.setup import check, connect, consent, consented
from turnout.secrets import vault
from turnout.settings import Settings
from turnout.wire import Reply, get, post

SEED = Path(__file__).parents[2] / "examples" / "winter-summit" / "salesforce-seed.json"
CLIENT_ID, CLIENT_SECRET = CREDENTIALS["salesforce"]
CALLBACK = "http://localhost:1717/OauthRedirect"


class Org:
    """The example's org, and a home that is to be connected with it."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.send: Any = simulator("salesforce", read_seed(SEED), self.clock)
        engine = opened(f"sqlite:///{folder / 'turnout.db'}")
        self.home = Home(folder, engine, Settings(), vault(folder), self.clock, self.send, AtOnce(self.clock))

    def connect(self, sign_in: str, **given: str) -> None:
        values = {"url": "http://127.0.0.1:1", "client_id": CLIENT_ID, "sign_in": sign_in, **given}
        connect(self.home, "salesforce", "crm", given=values)

    def set(self, **settings: Any) -> None:
        answer = self.send(post("/_sim/act", {"do": "set", "settings": settings}))
        assert answer.status == 200, answer.body

    def expire(self) -> None:
        assert self.send(post("/_sim/act", {"do": "expire_sessions"})).status == 200

    def who(self) -> str:
        """Return whom the doctor finds Turnout signed in as."""
        return next(one.what for one in check(self.home, "crm") if one.code == "credentials")

    def consent(self) -> None:
        """Let the person open the address; a user who has consented before is sent on at once."""
        address = consent(self.home, "crm")
        answer = self.send(get(address))
        assert isinstance(answer, Reply)
        assert answer.status in (302, 303), answer.body
        self.landed = answer.headers["location"]
        consented(self.home, "crm", self.landed)


@pytest.fixture
def org(tmp_path: Path) -> Org:
    return Org(tmp_path)


def certified() -> tuple[str, str]:
    """Return a private key and its certificate, as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "turnout")])
    now = datetime(2026, 11, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, made.public_bytes(Encoding.PEM).decode()


def test_client_credentials_sign_in_as_the_apps_user(org: Org) -> None:
    org.connect("client_credentials", client_secret=CLIENT_SECRET)
    assert org.who() == "signed in as integration@example.com"


def test_an_assertion_signs_in_as_the_user_that_it_names(org: Org) -> None:
    private, certificate = certified()
    org.set(certificate=certificate)
    org.connect("jwt", username="integration@example.com", private_key=private)

    assert org.who() == "signed in as integration@example.com"


def test_an_assertion_by_another_key_says_that_the_certificate_is_another(org: Org) -> None:
    org.set(certificate=certified()[1])
    org.connect("jwt", username="integration@example.com", private_key=certified()[0])

    with pytest.raises(Halted, match="certificate of the app does not belong to private_key"):
        org.who()


def test_an_assertion_for_a_user_who_is_not_approved_says_so(org: Org) -> None:
    private, certificate = certified()
    org.set(certificate=certificate, approved=False)
    org.connect("jwt", username="integration@example.com", private_key=private)

    with pytest.raises(Halted, match="the user has not approved the app"):
        org.who()


@pytest.fixture
def consenting(org: Org) -> Org:
    org.set(callback_urls=[CALLBACK], pkce_required=True, rotating_refresh=True)
    org.connect("web", client_secret=CLIENT_SECRET, redirect_uri=CALLBACK)
    org.consent()
    return org


def test_a_consent_with_pkce_signs_in(consenting: Org) -> None:
    assert "code" in parse_qs(urlsplit(consenting.landed).query)
    assert consenting.who() == "signed in as integration@example.com"


def test_a_refresh_token_that_rotates_is_always_the_latest_one(consenting: Org) -> None:
    tokens = []
    for _ in range(3):
        consenting.who()
        tokens.append(config(consenting.home, "crm").get("refresh_token"))

    assert len(set(tokens)) == 3


def test_a_sign_in_goes_on_after_the_process_died_with_a_rotated_token(consenting: Org, tmp_path: Path) -> None:
    consenting.who()
    consenting.home.engine.dispose()
    reopened = replace(consenting.home, engine=opened(f"sqlite:///{tmp_path / 'turnout.db'}"))

    assert check(reopened, "crm")[0].code == "address"


def test_a_secret_that_is_wrong_says_where_to_copy_it(org: Org) -> None:
    org.connect("client_credentials", client_secret="wrong")

    with pytest.raises(Halted, match="the consumer secret is wrong") as failure:
        org.who()
    assert failure.value.hint.startswith("copy it again: External Client App Manager")


def test_a_session_that_ends_in_the_middle_of_a_look_is_begun_anew(org: Org) -> None:
    org.connect("client_credentials", client_secret=CLIENT_SECRET)
    calls = 0

    def send(request: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls in (4, 7, 9):
            org.expire()
        return org.send(request)

    looked = check(replace(org.home, send=send), "crm")

    assert {one.code for one in looked} >= {"credentials", "quota", "permission:Lead.create"}
    assert calls > 9
