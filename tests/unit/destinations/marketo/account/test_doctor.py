import json

import pytest
from msgspec import structs
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

from turnout.destinations.marketo.account.doctor import doctor
from turnout.destinations.marketo.account.program import status_findings
from turnout.destinations.marketo.account.schema import object_findings
from turnout.destinations.marketo.fields import ACTIVITY, ENGAGEMENT, POLLS
from turnout.values.bindings import Binding
from turnout.wire import Reply

TOKEN = Reply(
    200,
    {},
    json.dumps(
        {"access_token": "t:ab", "token_type": "bearer", "expires_in": 3599, "scope": "api@example.com"}
    ).encode(),
)
DENIED_TOKEN = Reply(401, {}, json.dumps({"error": "unauthorized", "error_description": "Bad secret"}).encode())
NOBODY = ok(skipped("1004", "Lead not found"))
NO_ROW = ok(skipped("1013", "Object not found", seq=0))
LISTED = ok({"name": "kalturaUserSessionEngagement"}, {"name": "kalturaUserPolls_c"})
USAGE = ok({"date": "2026-11-21", "total": 1200, "users": []})

HEALTHY = {
    "token": TOKEN,
    "person": NOBODY,
    "assets": ok(CHANNEL),
    "change_program": refused("702", "Program not found"),
    "campaigns": ok(),
    "program": ok(PROGRAM),
    "channel": ok(CHANNEL),
    "types": ok(),
    "approve_type": refused("1013", "Object not found"),
    "activities": ok(),
    "objects": LISTED,
    "engagement": ok(meta(ENGAGEMENT)),
    "polls": ok(meta(POLLS)),
    "proof": NO_ROW,
    "approve_object": refused("1013", "Object not found"),
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
        "permission:Read-Write Campaigns": "unknown",
        "program": "ok",
        "channel": "ok",
        "statuses": "ok",
        "permission:Read-Write Activity": "unknown",
        "permission:Read-Write Activity Metadata": "unknown",
        "permission:Read-Write Custom Object": "ok",
        "permission:Read-Write Custom Object Type": "unknown",
        "object:kalturaUserSessionEngagement": "ok",
        "object:kalturaUserPolls_c": "ok",
        "quota": "ok",
        "second_writer": "ok",
        "clock": "unknown",
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
    assert problems(assets=refused("603"), leave=("change_program", "program", "channel")) == [
        "permission:Read-Write Assets"
    ]


def test_a_role_without_custom_objects_is_a_problem():
    broken = {"objects": refused("603"), "leave": ("engagement", "polls", "proof", "approve_object")}
    assert problems(**broken) == ["permission:Read-Write Custom Object"]


def test_a_role_that_reads_custom_objects_and_may_not_write_them_is_a_problem():
    assert problems(proof=refused("603")) == ["permission:Read-Write Custom Object"]


def test_a_subscription_without_custom_objects_is_a_problem():
    assert problems(objects=refused("1026"), leave=("engagement", "polls", "proof", "approve_object")) == [
        "objects.disabled"
    ]


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


ONE = ok({"name": "kalturaUserPolls_c"})


def test_an_absent_object_is_a_problem():
    assert problems(objects=ONE, engagement=nothing()) == ["object.missing:kalturaUserSessionEngagement"]


def test_a_draft_is_told_from_an_absent_object():
    draft = ok({"apiName": "kalturaUserSessionEngagement", "state": "draft"})
    assert problems(objects=ONE, engagement=draft) == ["object.unapproved:kalturaUserSessionEngagement"]


def test_writing_objects_cannot_be_proved_where_there_is_none():
    found = findings(objects=ok(), engagement=nothing(), polls=nothing(), leave=("proof",))
    assert found["permission:Read-Write Custom Object"].severity == "unknown"


def test_a_role_without_campaigns_is_advised():
    assert problems(campaigns=refused("603")) == ["permission:Read-Write Campaigns"]


def test_a_role_that_may_not_change_programs_is_advised():
    found = findings(change_program=refused("603"))
    assert found["permission:Read-Write Assets"].severity == "advice"


def test_a_subscription_without_the_schema_api_is_advised():
    found = findings(approve_object=refused("616"))
    assert found["permission:Read-Write Custom Object Type"].fix.startswith("`turnout provision` writes out")


@pytest.mark.parametrize("mode", ["activity", "both"])
def test_a_role_without_activities_is_a_problem_where_they_are_wished(mode):
    found = findings(activities=refused("603"), settings={"engagement_as": mode})
    assert found["permission:Read-Write Activity"].severity == "problem"


def test_a_wished_activity_that_is_absent_is_a_problem():
    found = findings(settings={"engagement_as": "both"})
    assert found["activity.missing:userSessionEngagement"].severity == "problem"


def with_activity(status="approved", **settings):
    """Return the findings on an account that has the activity already, and no object."""
    known = {"id": 100001, "apiName": "userSessionEngagement", "name": "userSessionEngagement", "status": status}
    attributes = [{"apiName": field.name, "name": field.name, "dataType": field.type} for field in ACTIVITY.fields[1:]]
    replies = [
        *(HEALTHY[name] for name in ("token", "person", "assets", "change_program", "campaigns")),
        ok(known),
        ok({**known, "attributes": attributes}),
        HEALTHY["approve_type"],
        NOBODY_ACTIVE if status == "approved" else ok(),
        *(ok(), nothing(), nothing(), HEALTHY["approve_object"], USAGE),
    ]
    _, found = drive(doctor(config(**settings), None), *replies)
    return {finding.code: str(finding.severity) for finding in found}


NOBODY_ACTIVE = ok({"status": "skipped", "errors": [{"code": "1004", "message": "Lead not found"}]})


def test_an_account_with_the_activity_alone_is_advised_and_has_no_problem():
    found = with_activity()
    assert (found["engagement_as"], found["object.missing:kalturaUserPolls_c"]) == ("advice", "advice")
    assert "problem" not in found.values()


def test_writing_activities_is_proved_by_one_of_nobody():
    assert with_activity(engagement_as="activity")["permission:Read-Write Activity"] == "ok"


def test_an_activity_that_is_a_draft_is_a_problem_where_it_is_wished():
    assert with_activity("draft", engagement_as="both")["activity.unapproved:userSessionEngagement"] == "problem"


def test_others_who_call_are_named():
    users = [{"userId": "api@example.com", "count": 9}, {"userId": "other@example.com", "count": 40}]
    found = findings(usage=ok({"date": "2026-11-21", "total": 49, "users": users}))
    assert found["second_writer"].what == "other API users called today: other@example.com (40 calls)"


def at_noon(**headers):
    """Return the usage as it came in at noon by our clock."""
    return structs.replace(USAGE, at=1_795_262_400.0, headers=headers)  # 2026-11-21T12:00:00Z


def test_clocks_that_agree_are_well():
    assert findings(usage=at_noon(date="Sat, 21 Nov 2026 11:59:58 GMT"))["clock"].severity == "ok"


def test_a_clock_that_is_wrong_is_a_problem():
    found = findings(usage=at_noon(date="Sat, 21 Nov 2026 12:05:00 GMT"))["clock"]
    assert (found.severity, found.what) == ("problem", "this machine's clock is 300 s behind Marketo's")


def test_a_system_mapping_that_no_status_has_is_advised():
    steps = [{**step, "type": "ATTENDED"} if "type" in step else step for step in STEPS]
    assert problems(channel=ok({**CHANNEL, "progressionStatuses": steps})) == ["channel.mapping:REGISTERED"]


def test_a_system_mapping_that_is_not_shown_is_unknown():
    steps = [{name: value for name, value in step.items() if name != "type"} for step in STEPS]
    found = findings(channel=ok({**CHANNEL, "progressionStatuses": steps}))
    assert found["channel.mapping"].severity == "unknown"


def test_what_was_cut_off_the_endpoint_is_told():
    found = findings(settings={"endpoint": "https://123-abc-456.mktorest.com/rest"})
    assert found["endpoint"].what == (
        "the endpoint is an address that keeps secrets; /rest at its end is left out: https://123-abc-456.mktorest.com"
    )


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
