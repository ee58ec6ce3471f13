import pytest
from tests.unit.destinations.marketo.talking import config

from turnout.destinations.kit import POLICIES
from turnout.destinations.marketo.settings import SETTINGS, endpoint, whole
from turnout.errors import SettingsError


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://123-abc-456.mktorest.com", "https://123-abc-456.mktorest.com"),
        (" https://123-ABC-456.mktorest.com/rest ", "https://123-ABC-456.mktorest.com"),
        ("https://123-abc-456.mktorest.com/identity/", "https://123-abc-456.mktorest.com"),
        ("HTTPS://123-abc-456.mktorest.com//", "https://123-abc-456.mktorest.com"),
        ("http://127.0.0.1:8080/rest", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_an_endpoint_is_trimmed_to_the_address(given, address):
    assert endpoint(config(endpoint=given)) == address


@pytest.mark.parametrize(
    "given",
    ["", "123-abc-456.mktorest.com", "https://", "ftp://123-abc-456.mktorest.com", "https://[123"],
)
def test_an_endpoint_without_https_is_refused_in_those_words(given):
    with pytest.raises(SettingsError, match="does not begin with https://") as wrong:
        endpoint(config(endpoint=given))
    assert "Admin > Web Services" in wrong.value.hint


def test_http_is_for_this_machine_alone():
    with pytest.raises(SettingsError, match="would carry the client secret in the clear"):
        endpoint(config(endpoint="http://123-abc-456.mktorest.com"))


@pytest.mark.parametrize("given", ["https://me:word@a.mktorest.com", "https://a.mktorest.com?x=1"])
def test_an_endpoint_that_holds_more_than_an_address_is_refused(given):
    with pytest.raises(SettingsError, match="holds more than an address"):
        endpoint(config(endpoint=given))


def test_the_secret_is_the_only_secret():
    assert [setting.name for setting in SETTINGS if setting.secret] == ["client_secret"]


def test_the_policies_that_every_destination_has_are_here():
    assert set(POLICIES) <= set(SETTINGS)


def test_a_number_that_is_none_is_refused_by_name():
    with pytest.raises(SettingsError, match="the setting text_bytes is 'many'"):
        whole(config(text_bytes="many"), "text_bytes")


def test_a_number_left_out_is_the_documented_one():
    assert whole(config(), "daily_calls") == 50000
