import pytest
from tests.unit.sources.kaltura.talking import CONFIG, fields, held, told

from turnout.destinations.kit import Session
from turnout.errors import SettingsError
from turnout.sources.kaltura.connection.session import sign_in, signed
from turnout.values.bindings import Config
from turnout.wire import form, post

REFUSED = {"objectType": "KalturaAPIException", "code": "INVALID_APP_TOKEN_HASH", "message": "no"}


def test_an_application_token_is_proved_by_its_hash_over_a_widgets_session():
    made, session = held(sign_in(CONFIG), told({"ks": "widget"}), told({"ks": "mine", "expiry": 1_003_600}))
    assert [request.url for request in made] == [
        "https://www.kaltura.com/api_v3/service/session/action/startWidgetSession",
        "https://www.kaltura.com/api_v3/service/appToken/action/startSession",
    ]
    assert fields(made[0])["widgetId"] == "_102"
    assert fields(made[1])["tokenHash"] == "e667885022f966a8831b50fc079b6183a8c323f6"
    assert session == Session("https://www.kaltura.com", "mine", 1_003_540.0)


def test_an_unknown_hash_type_is_found_out():
    config = Config("kaltura", "kaltura", {**CONFIG.settings, "app_token_hash": "auto"})
    made, session = held(sign_in(config), told({"ks": "w"}), told(REFUSED), told(REFUSED), told({"ks": "mine"}))
    assert [len(fields(request)["tokenHash"]) for request in made[1:]] == [64, 40, 128]
    assert session.token == "mine"


def test_a_token_whose_session_is_shorter_than_an_hour_is_renewed_in_time():
    _, session = held(sign_in(CONFIG), told({"ks": "w"}), told({"ks": "mine", "expiry": 1_000_600}))
    assert session.expires_at == 1_000_540.0


def test_an_admin_secret_asks_for_an_hour_and_the_events_own_privilege():
    config = Config("kaltura", "kaltura", {"partner_id": "102", "admin_secret": "s", "virtual_event": "9001"})
    made, session = held(sign_in(config), told("the session"))
    assert fields(made[0]) == {
        "format": "1",
        "secret": "s",
        "partnerId": "102",
        "type": "2",
        "userId": "",
        "expiry": "3600",
        "privileges": "virtualeventid:9001",
    }
    assert session.token == "the session"


def test_a_refused_sign_in_says_what_to_copy_from_where():
    config = Config("kaltura", "kaltura", {"partner_id": "102", "admin_secret": "s"})
    refused = {"objectType": "KalturaAPIException", "code": "START_SESSION_ERROR", "message": "no"}
    with pytest.raises(SettingsError) as told_so:
        held(sign_in(config), told(refused))
    assert told_so.value.hint == "copy both from KMC > Settings > Integration Settings"


def test_api_v3_takes_the_session_in_its_form_and_the_services_in_the_header():
    session = Session("https://www.kaltura.com", "k&s")
    inside = signed(form("/api_v3/service/user/action/list", {"format": "1"}), session)
    beside = signed(post("https://user.nvp1.ovp.kaltura.com/api/v1/user-profile/list", {}), session)
    assert (inside.url, inside.body) == (
        "https://www.kaltura.com/api_v3/service/user/action/list",
        b"format=1&ks=k%26s",
    )
    assert beside.headers["Authorization"] == "KS k&s"
    assert b"k&s" not in beside.body
