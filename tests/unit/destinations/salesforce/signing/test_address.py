import pytest

from turnout.destinations.kit import Session
from turnout.destinations.salesforce.signing.address import address, signed
from turnout.destinations.salesforce.signing.flows import sign_in
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.wire import get

TOKEN = {"access_token": "00D!token", "instance_url": "https://acme.my.salesforce.com/", "token_type": "Bearer"}
VERSIONS = [{"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"}]


def at(url: str, **more: str) -> Config:
    return Config("salesforce", "sf", {"url": url, "client_id": "key", "client_secret": "s3cret&", **more})


def offered(*versions: str) -> list[dict[str, str]]:
    return [{"label": "", "url": f"/services/data/v{one}", "version": one} for one in versions]


def test_the_sign_in_sends_client_credentials_in_the_body_to_the_orgs_own_host(drive):
    requests, _ = drive(sign_in(at("https://acme.my.salesforce.com")), VERSIONS, TOKEN)
    assert requests[1].url == "https://acme.my.salesforce.com/services/oauth2/token"
    assert requests[1].body == b"grant_type=client_credentials&client_id=key&client_secret=s3cret%26"


def test_the_session_calls_the_address_that_the_token_came_with(drive):
    moved = {**TOKEN, "instance_url": "https://acme--new.my.salesforce.com"}
    requests, session = drive(sign_in(at("https://acme.my.salesforce.com")), offered("65.0", "66.0", "68.0"), moved)
    assert requests[0].url == "https://acme.my.salesforce.com/services/data"
    assert session == Session("https://acme--new.my.salesforce.com/services/data/v66.0", "00D!token")


def test_an_address_of_the_answer_that_is_not_salesforce_gets_no_token(drive):
    strange = {**TOKEN, "instance_url": "https://evil.example.com"}
    with pytest.raises(SettingsError, match=r"sends calls to evil\.example\.com"):
        drive(sign_in(at("https://acme.my.salesforce.com")), VERSIONS, strange)


def test_a_host_that_only_ends_like_salesforce_gets_no_token(drive):
    strange = {**TOKEN, "instance_url": "https://evilsalesforce.com"}
    with pytest.raises(SettingsError, match="which is not Salesforce"):
        drive(sign_in(at("https://acme.my.salesforce.com")), VERSIONS, strange)


def test_an_answer_without_a_token_is_a_wrong_address(drive):
    with pytest.raises(SettingsError, match="answered without a token"):
        drive(sign_in(at("https://acme.my.salesforce.com")), VERSIONS, {})


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [(("62.0", "66.0", "68.0"), "66.0"), (("62.0", "64.0"), "64.0"), (("67.0", "68.0"), "67.0")],
)
def test_the_version_is_the_preferred_one_else_the_nearest_below_else_the_lowest(drive, versions, chosen):
    _, session = drive(sign_in(at("https://acme.my.salesforce.com")), offered(*versions), TOKEN)
    assert session.base_url == f"https://acme.my.salesforce.com/services/data/v{chosen}"


def test_a_version_that_is_no_number_is_a_wrong_setting(drive):
    with pytest.raises(SettingsError, match="is no version"):
        drive(sign_in(at("https://acme.my.salesforce.com", api_version="newest")), VERSIONS)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("acme.my.salesforce.com", "is not a web address"),
        ("ftp://acme.my.salesforce.com", "is not a web address"),
        ("https://user:word@acme.my.salesforce.com", "is not a web address"),
        ("http://acme.my.salesforce.com", "is not https"),
        ("https://login.salesforce.com", "does not take client credentials"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url, told):
    with pytest.raises(SettingsError, match=told):
        address(at(url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080/", "https://acme.my.salesforce.com/x"])
def test_https_or_this_machine_is_an_address(url):
    assert address(at(url)) == url.rstrip("/").removesuffix("/x")


def test_a_path_counts_from_the_api_version():
    session = Session("https://acme.my.salesforce.com/services/data/v66.0", "tok")
    request = signed(get("/limits"), session)
    assert request.url == "https://acme.my.salesforce.com/services/data/v66.0/limits"
    assert request.headers["Authorization"] == "Bearer tok"


def test_a_path_of_services_counts_from_the_host():
    session = Session("https://acme.my.salesforce.com/services/data/v66.0", "tok")
    request = signed(get("/services/oauth2/userinfo"), session)
    assert request.url == "https://acme.my.salesforce.com/services/oauth2/userinfo"
