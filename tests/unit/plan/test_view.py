import pytest

from turnout.plan.view import Plan, Policy
from turnout.values.bindings import Config
from turnout.values.records import Key, Kind


def policy(**settings: str) -> Policy:
    return Policy.of(Config("salesforce", "crm", settings), leaves_outside=True)


def test_an_account_without_settings_makes_people_and_takes_the_latest_match() -> None:
    assert policy() == Policy(create_people=True, several_matches="latest", leaves_outside=True)


@pytest.mark.parametrize(("text", "flag"), [("no", False), ("yes", True), ("FALSE", False), ("On", True)])
def test_whether_people_are_made_is_a_setting(text: str, flag: bool) -> None:
    assert policy(create_people=text).create_people is flag


def test_excluded_domains_are_a_list_with_or_without_the_at_sign() -> None:
    assert policy(excluded_domains=" @Kaltura.com, test.example ,").excluded_domains == {"kaltura.com", "test.example"}


def test_whether_members_leave_blocked_is_the_vendors_word() -> None:
    assert Policy.of(Config("marketo", "mkt", {}), leaves_outside=False).leaves_outside is False


def test_what_waits_without_a_time_leaves_the_time_of_others() -> None:
    plan = Plan()
    plan.wait(Key("", Kind.PERSON, "ada"), "too fast", 20.0)
    plan.wait(Key("", Kind.PERSON, "bob"), "waits for its person")
    assert plan.due == 20.0


def test_a_connections_secrets_are_never_printed() -> None:
    assert repr(Config("salesforce", "crm", {"client_secret": "hush"})) == "Config('salesforce', 'crm', ...)"
