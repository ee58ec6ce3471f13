import json

import pytest
from tests.unit.destinations.marketo.talking import (
    BINDING,
    CHANNEL,
    PROGRAM,
    STEPS,
    config,
    drive,
    meta,
    nothing,
    ok,
    refused,
    skipped,
)

from turnout.destinations.marketo.account.doctor import doctor, object_findings, status_findings
from turnout.destinations.marketo.fields import ENGAGEMENT, POLLS
from turnout.values.bindings import Binding
from turnout.wire import Reply

TOKEN = Reply(200, {}, json.dumps({"access_token": "t:ab", "token_type": "bearer", "expires_in": 3599}).encode())
DENIED_TOKEN = Reply(401, {}, json.dumps({"error": "unauthorized", "error_description": "Bad secret"}).encode())
NOBODY = ok(skipped("1004", "Lead not found"))
NO_ROW = ok(skipped("1013", "Object not found", seq=0))
LISTED = ok({"name": "kalturaUserSessionEngagement"}, {"name": "kalturaUserPolls_c"})
USAGE = ok({"date": "2026-11-21", "total": 1200, "users": []})

HEALTHY = {
    "token": TOKEN,
    "person": NOBODY,
    "assets": ok(CHANNEL),
    "program": ok(PROGRAM),
    "channel": ok(CHANNEL),
    "objects": LISTED,
    "engagement": ok(meta(ENGAGEMENT)),
    "proof": NO_ROW,
    "polls": ok(meta(POLLS)),
    "usage": USAGE,
}


def findings(*, binding=BINDING, settings=None, leave=(), **broken):
    """Return the findings on an account that is healthy but for what is broken; `leave` drops replies."""
    replies = {name: broken.get(name, reply) for name, reply in HEALTHY.items() if name not in leave}
    requests, found = drive(doctor(config(**(settings or {})), binding), *replies.values())
    assert not any(request.writing for request in requests)
    return {finding.code: finding for finding in found}


def problems(**broken):
    return [code for code, finding in findings(**broken).items() if finding.severity in {"problem", "advice"}]


def test_a_healthy_account_has_no_problem():
    assert {code: str(finding.severity) for code, finding in findings().items()} == {
        "endpoint": "ok",
        "credentials": "ok",
        "permission:Read-Write Person": "ok",
        "permission:Read-Write Assets": "unknown",
        "program": "ok",
        "channel": "ok",
        "statuses": "ok",
        "permission:Read-Write Custom Object": "ok",
        "object:kalturaUserSessionEngagement": "ok",
        "object:kalturaUserPolls_c": "ok",
        "quota": "ok",
    }


def test_an_endpoint_that_cannot_be_used_is_the_only_finding():
    _, [found] = drive(doctor(config(endpoint="123.mktorest.com"), BINDING))
    assert (found.code, found.severity) == ("endpoint", "problem")


def test_wrong_credentials_end_the_visit():
    _, found = drive(doctor(config(), BINDING), DENIED_TOKEN)
    assert (found[-1].code, found[-1].severity) == ("credentials", "problem")
    assert found[-1].what.endswith(": Bad secret")


def test_a_role_without_people_is_a_problem():
    assert problems(person=refused("603", "Access denied")) == ["permission:Read-Write Person"]


def test_a_permission_that_cannot_be_proved_is_unknown():
    found = findings(person=refused("1003", "id may not be used"))
    assert found["permission:Read-Write Person"].severity == "unknown"


def test_a_role_without_assets_is_a_problem_and_the_program_is_not_asked_for():
    assert problems(assets=refused("603"), leave=("program", "channel")) == ["permission:Read-Write Assets"]


def test_a_role_without_custom_objects_is_a_problem():
    broken = {"objects": refused("603"), "leave": ("engagement", "proof", "polls")}
    assert problems(**broken) == ["permission:Read-Write Custom Object"]


def test_a_role_that_reads_custom_objects_and_may_not_write_them_is_a_problem():
    assert problems(proof=refused("603")) == ["permission:Read-Write Custom Object"]


def test_a_subscription_without_custom_objects_is_a_problem():
    assert problems(objects=refused("1026"), leave=("engagement", "proof", "polls")) == ["objects.disabled"]


def test_an_absent_program_is_a_problem():
    assert problems(program=nothing(), leave=("channel",)) == ["program.missing"]


def test_a_program_of_another_type_is_a_problem():
    assert problems(program=ok({**PROGRAM, "type": "Engagement"})) == ["program.type"]


def test_a_channel_for_other_programs_is_a_problem():
    assert problems(channel=ok({**CHANNEL, "applicableProgramType": "nurture"})) == ["channel.type"]


def test_a_channel_that_cannot_be_read_is_a_problem():
    assert problems(channel=nothing()) == ["channel.missing"]


def test_without_a_binding_the_account_alone_is_checked():
    found = findings(binding=None, leave=("program", "channel"))
    assert "program" not in found


def channel_with(name, **change):
    return {**CHANNEL, "progressionStatuses": [{**step, **(change if step["name"] == name else {})} for step in STEPS]}


def status_codes(channel, binding=BINDING):
    return [(found.code, str(found.severity)) for found in status_findings(channel, binding)]


def test_a_missing_status_is_a_problem():
    channel = {**CHANNEL, "progressionStatuses": [step for step in STEPS if step["name"] != "Blocked"]}
    assert status_codes(channel) == [("status.missing:Blocked", "problem")]


def test_a_hidden_status_is_a_missing_one():
    assert status_codes(channel_with("Blocked", hidden=True)) == [("status.missing:Blocked", "problem")]


def test_a_step_that_breaks_the_order_is_a_problem():
    assert status_codes(channel_with("Attended", step=25)) == [("status.step:Attended", "problem")]


def test_another_step_in_the_same_order_is_advice():
    assert status_codes(channel_with("Attended", step=55)) == [("status.step:Attended", "advice")]


@pytest.mark.parametrize(("name", "success"), [("Registered", False), ("Blocked", True)])
def test_a_wrong_success_flag_is_a_problem(name, success):
    assert status_codes(channel_with(name, success=success)) == [(f"status.success:{name}", "problem")]


def test_an_own_map_is_what_is_checked_where_there_is_one():
    binding = Binding("b", "9001", "S", "mk", vocabulary="map", labels={"attended": "Showed up", "blocked": "Blocked"})
    assert status_codes(CHANNEL, binding) == [("status.missing:Showed up", "problem")]


def test_an_absent_object_is_a_problem():
    replies = [
        TOKEN,
        NOBODY,
        ok(CHANNEL),
        ok({"name": "kalturaUserPolls_c"}),
        nothing(),
        ok(meta(POLLS)),
        NO_ROW,
        USAGE,
    ]
    _, found = drive(doctor(config(), None), *replies)
    assert "object.missing:kalturaUserSessionEngagement" in [finding.code for finding in found]


def test_a_draft_is_told_from_an_absent_object():
    draft = ok({"apiName": "kalturaUserSessionEngagement", "state": "draft"})
    replies = [TOKEN, NOBODY, ok(CHANNEL), ok({"name": "kalturaUserPolls_c"}), draft, ok(meta(POLLS)), NO_ROW, USAGE]
    _, found = drive(doctor(config(), None), *replies)
    assert "object.unapproved:kalturaUserSessionEngagement" in [finding.code for finding in found]


def test_writing_objects_cannot_be_proved_where_there_is_none():
    _, found = drive(doctor(config(), None), TOKEN, NOBODY, ok(CHANNEL), ok(), nothing(), nothing(), USAGE)
    severities = {finding.code: finding.severity for finding in found}
    assert severities["permission:Read-Write Custom Object"] == "unknown"


def object_codes(*, accept=False, spec=ENGAGEMENT, **change):
    return [(found.code, str(found.severity)) for found in object_findings(spec, meta(spec, **change), accept=accept)]


def test_an_object_without_a_link_is_a_problem():
    assert object_codes(relationships=[]) == [("object.link:kalturaUserSessionEngagement", "problem")]


def test_a_key_of_the_session_alone_is_a_problem():
    assert object_codes(dedupeFields=["entry_id"]) == [("object.key:kalturaUserSessionEngagement", "problem")]


def test_a_key_that_was_accepted_is_advice():
    key = ["entry_id"]
    assert object_codes(dedupeFields=key, accept=True) == [("object.key:kalturaUserSessionEngagement", "advice")]


def fields_with(name, **change):
    return [{**field, **(change if field["name"] == name else {})} for field in meta(ENGAGEMENT)["fields"]]


def test_a_missing_field_is_advice():
    fields = [field for field in meta(ENGAGEMENT)["fields"] if field["name"] != "mic_on"]
    assert object_codes(fields=fields) == [("field.missing:kalturaUserSessionEngagement.mic_on", "advice")]


@pytest.mark.parametrize(
    ("name", "kind"), [("mic_on", "integer"), ("plays", "string"), ("entry_name", "float"), ("entry_id", "datetime")]
)
def test_a_field_of_the_wrong_type_is_a_problem(name, kind):
    codes = object_codes(fields=fields_with(name, dataType=kind))
    assert codes == [(f"field.type:kalturaUserSessionEngagement.{name}", "problem")]


@pytest.mark.parametrize(("name", "kind"), [("plays", "float"), ("mic_on", "currency"), ("email", "email")])
def test_a_field_that_holds_the_values_as_well_is_no_finding(name, kind):
    assert object_codes(fields=fields_with(name, dataType=kind)) == [("object:kalturaUserSessionEngagement", "ok")]


def test_a_question_in_a_string_field_is_advice():
    fields = [
        {**field, **({"dataType": "string", "length": 255} if field["name"] == "poll_1_question" else {})}
        for field in meta(POLLS)["fields"]
    ]
    assert object_codes(spec=POLLS, fields=fields) == [("field.width:kalturaUserPolls_c.poll_1_question", "advice")]


@pytest.mark.parametrize(("total", "severity"), [(39_999, "ok"), (40_000, "advice"), (50_000, "problem")])
def test_the_quota_is_weighed_against_the_days_calls(total, severity):
    assert findings(usage=ok({"date": "2026-11-21", "total": total}))["quota"].severity == severity


def test_the_days_calls_are_a_setting():
    found = findings(usage=ok({"date": "2026-11-21", "total": 9_000}), settings={"daily_calls": "10000"})
    assert found["quota"].severity == "advice"
