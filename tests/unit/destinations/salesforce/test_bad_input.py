"""What people get wrong, one by one: each is a sentence that names the thing and the way out."""

import json

import pytest
from msgspec.structs import replace
from tests.unit.destinations.salesforce.account.conftest import Org

from turnout.destinations.salesforce.account.doctor import doctor
from turnout.destinations.salesforce.account.target import target
from turnout.destinations.salesforce.members import WRITER as MEMBERS
from turnout.destinations.salesforce.people import WRITER as PEOPLE
from turnout.destinations.salesforce.rows import WRITER as ROWS
from turnout.destinations.salesforce.rules import judged, record_ruling
from turnout.destinations.salesforce.signing.address import address
from turnout.destinations.salesforce.signing.flows import sign_in
from turnout.errors import SettingsError
from turnout.values.bindings import Binding, Config
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, get, post


def refusal(code, words="", status=400):
    return Reply(status, {}, json.dumps([{"errorCode": code, "message": words}]).encode())


VERSIONS = Reply(200, {}, json.dumps([{"version": "66.0"}]).encode())


def test_a_wrong_secret(config):
    talk = sign_in(config)
    next(talk)
    request = talk.send(VERSIONS)
    ruling = judged(
        request, Reply(400, {}, b'{"error":"invalid_client","error_description":"invalid client credentials"}')
    )

    assert (ruling.verdict, ruling.meaning) == (Verdict.HALT, "the consumer secret is wrong")
    assert ruling.fix == "copy it again: External Client App Manager > your app > Settings"


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_wrong_host(config, status):
    request = next(sign_in(config))
    ruling = judged(request, Reply(status, {"content-type": "text/html"}, b"<html>Welcome to our shop</html>"))

    assert ruling.verdict is Verdict.HALT
    assert ruling.sentence() == (
        "the address is not that of a Salesforce org "
        f"(not Salesforce: https://acme.my.salesforce.com/services/data answered with HTTP {status}); "
        "set url to the address under Setup > My Domain > Current My Domain URL"
    )


def test_an_org_that_stammers_is_no_wrong_host(config):
    assert judged(next(sign_in(config)), Reply(200, {}, b"...")).verdict is Verdict.RETRY


def test_http_instead_of_https():
    with pytest.raises(SettingsError, match="the address of 'sf' is not https") as failure:
        address(Config("salesforce", "sf", {"url": "http://acme.my.salesforce.com"}))
    assert failure.value.hint == "write https:// before the host"


def test_a_disabled_api():
    ruling = judged(get("/limits"), refusal("API_DISABLED_FOR_ORG", "API is not enabled", 403))

    assert ruling.verdict is Verdict.HALT
    assert "API" in ruling.meaning
    assert ruling.fix


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INSUFFICIENT_ACCESS_OR_READONLY", 403),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", 400),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", 400),
    ],
)
def test_a_missing_permission(code, status):
    ruling = judged(post("/composite/sobjects"), refusal(code, "no", status))

    assert ruling.verdict is Verdict.HALT
    assert "integration user" in ruling.meaning
    assert ruling.fix


@pytest.mark.parametrize(
    ("code", "words", "verdict"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No weekends", Verdict.REJECT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: execution of BeforeInsert caused by: x", Verdict.REJECT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: UNABLE_TO_LOCK_ROW", Verdict.RETRY),
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", Verdict.RETRY),
        ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", Verdict.HALT),
    ],
)
def test_triggers_rules_locks_and_storage_each_by_its_verdict(code, words, verdict):
    assert record_ruling(code, words).verdict is verdict


@pytest.fixture
def account_org():
    return Org()


def test_a_campaign_that_is_gone(account_org, config, binding):
    account_org.rows["Campaign"] = []
    (found,) = [one for one in account_org.run(doctor(config, binding)) if one.code == "campaign.missing"]

    assert found.what == "there is no campaign 'Winter Summit 2026', or the integration user cannot see it"
    assert found.fix == "run `turnout provision`, or share the campaign with the user"


def test_an_id_with_a_wrong_checksum(account_org, config):
    bound = Binding("b1", "9001", "Winter Summit 2026", "sf", program="70103000000cnFXAAZ")
    seen = account_org.run(target(config, bound))

    assert seen.missing[Kind.MEMBER].startswith("the campaign id '70103000000cnFXAAZ' is mistyped")
    assert [one.path for one in account_org.requests if one.path == "/query"] == []


def test_the_same_id_with_its_own_checksum_is_asked_for(account_org, config):
    bound = Binding("b1", "9001", "Winter Summit 2026", "sf", program="70103000000cnFXAAY")

    assert account_org.run(target(config, bound)).missing == {}


def test_an_object_without_a_field_takes_the_rest_of_the_row(config, target, change):
    fields = {name: seen for name, seen in target.objects[Kind.ENGAGEMENT].fields.items() if name != "plays"}
    narrow = replace(
        target, objects={**target.objects, Kind.ENGAGEMENT: replace(target.objects[Kind.ENGAGEMENT], fields=fields)}
    )
    row = ROWS.render(config, narrow, change(Kind.ENGAGEMENT, values={"plays": 3, "live_minutes_viewed": 1.5}))

    assert "plays__c" not in row.payload
    assert row.payload["live_minutes_viewed__c"] == 1.5


def test_a_shortened_field_cuts_a_text_and_tells_it(config, target, change):
    row = ROWS.render(config, target, change(Kind.ENGAGEMENT, values={"channel_name": "x" * 30}))

    assert row.payload["channel_name__c"] == "x" * 20
    assert row.notes == ("channel_name cut from 30 to 20 characters",)


def test_a_poll_question_of_3600_characters(config, target, change):
    row = ROWS.render(config, target, change(Kind.POLLS, Op.CREATE, values={"poll_3_answer": "q" * 3600}))

    assert row.payload["poll_3_answer__c"] == "q" * 255
    assert row.notes == ("poll_3_answer cut from 3600 to 255 characters",)


def test_an_email_of_250_characters(config, target, change):
    long = "a" * 238 + "@example.com"
    outcome = PEOPLE.render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": long}))

    assert outcome.ruling.verdict is Verdict.REJECT
    assert outcome.ruling.meaning == "email has 250 characters, and the account's field takes 80"
    assert outcome.ruling.fix.startswith("correct it at the source")


@pytest.mark.parametrize(("value", "told"), [(float("nan"), "nan"), (float("inf"), "inf"), (-1, "-1")])
def test_a_number_that_is_none(config, target, change, value, told):
    outcome = ROWS.render(config, target, change(Kind.ENGAGEMENT, values={"plays": value}))

    assert outcome.ruling.verdict is Verdict.REJECT
    assert outcome.ruling.sentence() == (
        f"plays is {told}, which is no count or measure; correct it at the source, "
        "or the field in Setup > Object Manager; then `turnout rejects retry`"
    )


def test_a_status_that_the_campaign_does_not_have(config, target, change):
    outcome = MEMBERS.render(config, target, change(Kind.MEMBER, Op.CREATE, status="Attending", person_id="00Q1"))

    assert outcome.ruling.meaning == "the campaign has no status 'Attending'"
    assert outcome.ruling.fix == "run `turnout provision`, or add it"
