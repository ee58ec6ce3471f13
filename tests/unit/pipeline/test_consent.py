"""A person's consent, from the address that they open to a refresh token that is replaced at each sign-in."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from turnout.clock import VirtualClock
from turnout.database import opened
from turnout.delivery.lease import leased
from turnout.errors import Halted, InputError, Later
from turnout.pipeline.home import Home, config
from turnout.pipeline.setup import check, connect, consent, consented
from turnout.secrets import vault
from turnout.settings import Settings
from turnout.wire import Answer, Reply, Request, Send

URL = "https://summit.my.salesforce.com"


class Org:
    """An org that gives a new refresh token with every token, and takes each but once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.holds = ""

    def __call__(self, request: Request) -> Answer:
        if request.path == "/services/data":
            return self.told([{"version": "66.0"}])
        assert request.path == "/services/oauth2/token", request.path
        form = dict(parse_qsl(request.body.decode()))
        self.asked.append(form)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.holds:
            return self.told({"error": "invalid_grant", "error_description": "expired access/refresh token"}, 400)
        self.holds = f"r{len(self.asked)}"
        return self.told({"access_token": "00D!a", "instance_url": URL, "refresh_token": self.holds})

    def told(self, data: object, status: int = 200) -> Reply:
        return Reply(status, {}, json.dumps(data).encode())


class AtOnce:
    """Carries each request as soon as it is told to."""

    def __init__(self) -> None:
        self._answers: list[tuple[int, Answer]] = []

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        self._answers.append((ticket, send(request)))

    def next(self, until: float) -> tuple[int, Answer] | None:
        return self._answers.pop(0) if self._answers else None


@pytest.fixture
def org() -> Org:
    return Org()


@pytest.fixture
def home(tmp_path: Path, org: Org) -> Iterator[Home]:
    engine = opened(f"sqlite:///{tmp_path / 'turnout.db'}")
    made = Home(tmp_path, engine, Settings(), vault(tmp_path), VirtualClock(), org, AtOnce())
    connect(made, "salesforce", "crm", given={"url": URL, "client_id": "key", "sign_in": "web"})
    yield made
    engine.dispose()


def answer_to(address: str, code: str = "c1") -> str:
    (state,) = parse_qs(urlsplit(address).query)["state"]
    return f"http://localhost:1717/OauthRedirect?code={code}&state={state}"


def test_a_consent_ends_in_a_refresh_token_that_is_kept(home: Home, org: Org) -> None:
    address = consent(home, "crm")
    consented(home, "crm", answer_to(address))

    assert (org.asked[0]["grant_type"], org.asked[0]["code"]) == ("authorization_code", "c1")
    assert len(org.asked[0]["code_verifier"]) == 64
    assert org.asked[0]["code_verifier"] not in address
    settings = config(home, "crm")
    assert (settings.get("refresh_token"), settings.get("authorization_code"), settings.get("code_verifier")) == (
        "r1",
        "",
        "",
    )


def test_each_sign_in_uses_the_token_that_the_last_one_brought(home: Home, org: Org) -> None:
    consented(home, "crm", answer_to(consent(home, "crm")))
    for _ in range(2):
        with pytest.raises(AssertionError):  # this org has nothing to look at but its sign-in
            check(home, "crm")

    assert [one.get("refresh_token") for one in org.asked] == [None, "r1", "r2"]
    assert config(home, "crm").get("refresh_token") == "r3"


def test_the_tokens_are_not_in_the_database_as_they_are(home: Home, tmp_path: Path) -> None:
    consented(home, "crm", answer_to(consent(home, "crm"), code="a-code-of-a-consent"))
    home.engine.dispose()

    raw = b"".join(file.read_bytes() for file in tmp_path.glob("turnout.db*"))
    assert b"a-code-of-a-consent" not in raw
    assert b"refresh_token" not in raw


def test_two_never_sign_in_with_one_refresh_token(home: Home) -> None:
    consented(home, "crm", answer_to(consent(home, "crm")))
    with leased(home.path, "crm"), pytest.raises(Later):
        check(home, "crm")


def test_a_refresh_token_that_was_used_elsewhere_says_to_consent_again(home: Home, org: Org) -> None:
    consented(home, "crm", answer_to(consent(home, "crm")))
    org.holds = "given to somebody else"

    with pytest.raises(Halted, match="the refresh token does not hold any more") as failure:
        check(home, "crm")
    assert failure.value.hint == "run `turnout authorize`, and consent again"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("http://localhost/?code=c1&state=another", "is not the answer to the consent that was asked for last"),
        ("http://localhost/?error=access_denied&error_description=end-user+denied", "access_denied end-user denied"),
    ],
)
def test_an_answer_that_is_no_consent_is_refused(home: Home, answer: str, told: str) -> None:
    consent(home, "crm")
    with pytest.raises(InputError, match=told):
        consented(home, "crm", answer)


def test_an_answer_nobody_asked_for_is_refused(home: Home) -> None:
    with pytest.raises(InputError, match="no consent was asked for"):
        consented(home, "crm", "http://localhost/?code=c1&state=x")


def test_the_code_alone_is_an_answer_too(home: Home, org: Org) -> None:
    consent(home, "crm")
    consented(home, "crm", " c7 ")
    assert org.asked[0]["code"] == "c7"


def test_a_vendor_without_consents_says_so(home: Home) -> None:
    connect(
        home,
        "marketo",
        "mkto",
        given={"endpoint": "https://123-abc-456.mktorest.com", "client_id": "a", "client_secret": "b"},
    )
    with pytest.raises(InputError, match="Adobe Marketo Engage needs no consent"):
        consent(home, "mkto")
