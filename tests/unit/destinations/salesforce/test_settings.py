from turnout.destinations.salesforce.settings import SETTINGS


def test_what_could_sign_in_is_a_secret():
    assert {one.name for one in SETTINGS if one.secret} == {
        "client_secret",
        "private_key",
        "code_verifier",
        "authorization_code",
        "refresh_token",
    }


def test_what_turnout_keeps_itself_is_a_secret():
    assert {one.name for one in SETTINGS if one.kept} == {"code_verifier", "authorization_code", "refresh_token"}


def test_no_setting_is_declared_twice():
    names = [one.name for one in SETTINGS]
    assert len(names) == len(set(names))


def test_only_the_address_and_the_consumer_key_must_be_given():
    assert [one.name for one in SETTINGS if one.default is None] == ["url", "client_id"]
