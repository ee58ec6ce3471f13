import json
from urllib.parse import parse_qsl

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
)

from turnout.destinations.marketo.account.provision import provision
from turnout.destinations.marketo.fields import ENGAGEMENT, POLLS
from turnout.values.bindings import Binding

LISTED = ok({"name": "kalturaUserSessionEngagement"}, {"name": "kalturaUserPolls_c"})
STANDING = [LISTED, ok(meta(ENGAGEMENT)), LISTED, ok(meta(POLLS))]
HERE = [ok(PROGRAM), ok(CHANNEL)]
FOLDER = ok({"id": 12, "folderId": {"id": 12, "type": "Folder"}, "name": "Default"})


def provisioned(*replies, binding=BINDING, plan_only=False, **settings):
    requests, steps = drive(provision(config(**settings), binding, plan_only), *replies)
    return requests, {step.name: step for step in steps}


def test_an_account_that_has_all_is_left_alone():
    requests, steps = provisioned(*HERE, *STANDING)
    assert {step.state for step in steps.values()} == {"done"}
    assert not any(request.writing for request in requests)


def test_an_absent_program_is_made_in_the_folder():
    replies = [nothing(), ok(CHANNEL), FOLDER, ok({**PROGRAM, "id": 1101}), *STANDING]
    requests, steps = provisioned(*replies)
    sent = dict(parse_qsl(requests[3].body.decode()))
    assert (requests[3].url, requests[3].writing) == ("/rest/asset/v1/programs.json", True)
    assert json.loads(sent.pop("folder")) == {"id": 12, "type": "Folder"}
    assert sent == {"name": "Winter Summit 2026", "type": "Event", "channel": "Kaltura Event"}
    assert steps["program Winter Summit 2026"].state == "made"


def test_folder_and_channel_are_the_events_options():
    binding = Binding("b1", "9001", "Summit", "mk", options={"channel": "Webinar+", "folder": "2026"})
    replies = [nothing(), ok({**CHANNEL, "name": "Webinar+"}), FOLDER, ok(PROGRAM), *STANDING]
    requests, _ = provisioned(*replies, binding=binding)
    assert requests[1].query["name"] == "Webinar+"
    assert requests[2].query == {"name": "2026", "type": "Folder"}


def test_a_plan_makes_nothing():
    requests, steps = provisioned(nothing(), ok(CHANNEL), ok(), nothing(), ok(), nothing(), plan_only=True)
    assert not any(request.writing for request in requests)
    assert [step.state for step in steps.values()] == ["done", "todo", "todo", "todo"]


def test_a_channel_cannot_be_made_and_its_steps_are_written_out():
    _, steps = provisioned(nothing(), nothing(), *STANDING)
    step = steps["channel Kaltura Event"]
    assert step.state == "manual"
    assert step.detail.startswith(
        "in Marketo go to Admin > Tags > Channels, choose Tag Actions > New Channel, name it 'Kaltura Event'"
    )
    assert "Registered (step 30, success)" in step.detail
    assert steps["program Winter Summit 2026"].state == "manual"


def test_a_channel_that_lacks_statuses_names_them():
    channel = {**CHANNEL, "progressionStatuses": [step for step in STEPS if step["name"] != "Participated"]}
    _, steps = provisioned(ok(PROGRAM), ok(channel), *STANDING)
    assert steps["channel Kaltura Event"].detail.endswith("add Participated (step 60, success)")


def test_a_folder_that_is_not_there_is_told():
    _, steps = provisioned(nothing(), ok(CHANNEL), nothing(), *STANDING)
    assert steps["program Winter Summit 2026"].detail == "there is no folder 'Default': name one in the event's options"


def test_a_program_that_marketo_refuses_becomes_a_step_by_hand():
    replies = [nothing(), ok(CHANNEL), FOLDER, refused("702", "Missing required tags: Region"), *STANDING]
    _, steps = provisioned(*replies)
    assert "(702: Missing required tags: Region)" in steps["program Winter Summit 2026"].detail


def made_objects():
    """Return the replies of an account without objects that lets them be made: 2 and 2 pieces of fields."""
    done = ok()
    engagement = [ok(), nothing(), done, done, done, done]
    return [*HERE, *engagement, ok(), nothing(), done, done, done, done]


def test_both_objects_are_made_with_all_fields_before_they_are_approved():
    requests, steps = provisioned(*made_objects())
    assert [request.path.removeprefix("/rest/v1/customobjects/") for request in requests if request.writing] == [
        "schema.json",
        "schema/kalturaUserSessionEngagement/addField.json",
        "schema/kalturaUserSessionEngagement/addField.json",
        "schema/kalturaUserSessionEngagement/approve.json",
        "schema.json",
        "schema/kalturaUserPolls_c/addField.json",
        "schema/kalturaUserPolls_c/addField.json",
        "schema/kalturaUserPolls_c/approve.json",
    ]
    assert steps["custom object kalturaUserPolls_c"].state == "made"


def sent_fields(requests, name):
    path = f"/rest/v1/customobjects/schema/{name}/addField.json"
    return [field for request in requests if request.path == path for field in request.json()["input"]]


def test_the_engagement_object_gets_the_documents_fields_and_descriptions():
    requests, _ = provisioned(*made_objects())
    fields = sent_fields(requests, "kalturaUserSessionEngagement")
    assert len(fields) == 30
    assert fields[7] == {
        "name": "plays",
        "displayName": "plays",
        "dataType": "integer",
        "description": "Number of plays",
    }


def test_the_key_is_person_session_and_channel_and_the_link_leads_to_the_person():
    requests, _ = provisioned(*made_objects())
    fields = sent_fields(requests, "kalturaUserSessionEngagement")
    assert [field["name"] for field in fields if field.get("isDedupeField")] == ["entry_id", "personId", "channel_id"]
    [link] = [field for field in fields if field["dataType"] == "link"]
    assert link["relatedTo"] == {"name": "lead", "field": "id"}


def test_the_polls_object_gets_the_link_that_the_document_lost():
    requests, _ = provisioned(*made_objects())
    fields = sent_fields(requests, "kalturaUserPolls_c")
    assert len(fields) == 34
    assert [field["name"] for field in fields if field.get("isDedupeField")] == ["entry_id", "personId"]


def test_a_draft_is_finished_not_begun_again():
    there = [field.name for field in ENGAGEMENT.fields[:20]]
    draft = ok({"apiName": "kalturaUserSessionEngagement", "fields": [{"name": name} for name in there]})
    replies = [*HERE, ok(), draft, ok(), ok(), LISTED, ok(meta(POLLS))]
    requests, steps = provisioned(*replies)
    fields = sent_fields(requests, "kalturaUserSessionEngagement")
    assert [field["name"] for field in fields] == [field.name for field in ENGAGEMENT.fields[20:]]
    assert steps["custom object kalturaUserSessionEngagement"].state == "made"


def test_an_account_without_the_schema_api_gets_the_steps_by_hand():
    replies = [*HERE, ok(), refused("616", "Invalid subscription"), LISTED, ok(meta(POLLS))]
    _, steps = provisioned(*replies)
    step = steps["custom object kalturaUserSessionEngagement"]
    assert step.state == "manual"
    assert "under Fields add personId with data type Link, link object Lead, link field Id" in step.detail
    assert "tick Dedupe Field for personId, entry_id, channel_id" in step.detail


def test_a_role_that_may_look_but_not_make_gets_the_steps_by_hand():
    replies = [*HERE, ok(), nothing(), refused("603", "Access denied"), LISTED, ok(meta(POLLS))]
    _, steps = provisioned(*replies)
    assert steps["custom object kalturaUserSessionEngagement"].state == "manual"


def test_a_role_without_custom_objects_is_told_which_permission_it_lacks():
    _, steps = provisioned(*HERE, refused("603"), refused("603"))
    assert "Read-Write Custom Object" in steps["custom object kalturaUserPolls_c"].detail


def test_fields_that_an_administrator_left_out_are_told_and_left_out():
    fields = [field for field in meta(ENGAGEMENT)["fields"] if field["name"] != "mic_on"]
    replies = [*HERE, LISTED, ok(meta(ENGAGEMENT, fields=fields)), LISTED, ok(meta(POLLS))]
    _, steps = provisioned(*replies, add_fields="no")
    step = steps["custom object kalturaUserSessionEngagement"]
    assert (step.state, step.detail) == ("done", "as kalturaUserSessionEngagement, without the fields mic_on")


def without(*names):
    return ok(meta(ENGAGEMENT, fields=[field for field in meta(ENGAGEMENT)["fields"] if field["name"] not in names]))


def test_fields_that_an_object_lacks_are_added_and_approved():
    replies = [*HERE, LISTED, without("mic_on", "cam_on"), ok(), ok(), LISTED, ok(meta(POLLS))]
    requests, steps = provisioned(*replies)
    assert [request.path for request in requests if request.writing] == [
        "/rest/v1/customobjects/schema/kalturaUserSessionEngagement/addField.json",
        "/rest/v1/customobjects/schema/kalturaUserSessionEngagement/approve.json",
    ]
    step = steps["custom object kalturaUserSessionEngagement"]
    assert (step.state, step.detail) == ("made", "as kalturaUserSessionEngagement: added mic_on, cam_on")


def test_twenty_fields_at_most_are_added_and_the_rest_is_told():
    lacking = [field.name for field in ENGAGEMENT.fields if field.name not in ENGAGEMENT.key][:22]
    _, steps = provisioned(*HERE, LISTED, without(*lacking), ok(), ok(), LISTED, ok(meta(POLLS)))
    assert steps["custom object kalturaUserSessionEngagement"].detail.endswith("; 2 more do not fit")


def test_fields_that_marketo_does_not_add_are_told():
    replies = [*HERE, LISTED, without("mic_on"), refused("709", "Object is locked"), LISTED, ok(meta(POLLS))]
    _, steps = provisioned(*replies)
    step = steps["custom object kalturaUserSessionEngagement"]
    assert step.state == "manual"
    assert "Marketo added none (709: Object is locked)" in step.detail


CLONING = Binding("b1", "9001", "Summit", "mk", options={"template": "Kaltura Event Template"})
TEMPLATE = ok({**PROGRAM, "id": 1001, "name": "Kaltura Event Template"})


def test_a_program_is_cloned_from_a_template():
    replies = [nothing(), ok(CHANNEL), TEMPLATE, FOLDER, ok({**PROGRAM, "id": 1102}), *STANDING]
    requests, steps = provisioned(*replies, binding=CLONING)
    sent = dict(parse_qsl(requests[4].body.decode()))
    assert requests[4].url == "/rest/asset/v1/program/1001/clone.json"
    assert sent == {"folder": '{"id":12,"type":"Folder"}', "name": "Summit"}
    assert (steps["program Summit"].state, steps["program Summit"].detail) == ("made", "id 1102")


def test_a_template_that_is_not_there_is_told():
    _, steps = provisioned(nothing(), ok(CHANNEL), nothing(), *STANDING, binding=CLONING)
    assert steps["program Summit"].detail.startswith("there is no program 'Kaltura Event Template' to clone")


def test_a_template_that_is_no_event_program_is_told():
    other = ok({**PROGRAM, "type": "Default"})
    _, steps = provisioned(nothing(), ok(CHANNEL), other, *STANDING, binding=CLONING)
    assert steps["program Summit"].state == "manual"


def test_the_activity_is_made_where_it_is_wished():
    replies = [*HERE, *STANDING, ok(), ok({}), ok({}), ok({})]
    _, steps = provisioned(*replies, engagement_as="both")
    assert steps["custom activity userSessionEngagement"].state == "made"
