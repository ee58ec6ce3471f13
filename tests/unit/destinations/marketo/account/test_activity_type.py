from tests.unit.destinations.marketo.talking import config, drive, ok, refused

from turnout.destinations.marketo.account.activity_type import activity_seen, activity_step, resolved
from turnout.destinations.marketo.fields import ACTIVITY

PRIMARY = {"apiName": "entryId", "name": "entry_id", "dataType": "string"}
PLAYS = {"apiName": "plays", "name": "plays", "dataType": "integer"}
OURS = {"id": 100001, "apiName": "userSessionEngagement", "name": "userSessionEngagement"}


def test_a_type_is_found_by_its_api_name_first():
    other = {"apiName": "kaltura", "name": "userSessionEngagement", "status": "approved"}
    assert resolved([other, {**OURS, "status": "draft"}], "")["apiName"] == "userSessionEngagement"


def test_a_type_is_found_by_its_name_without_case_and_underscores():
    assert resolved([{"apiName": "k1", "name": "User_Session Engagement", "status": "approved"}], "")["apiName"] == "k1"


def test_a_setting_names_another_type():
    assert resolved([{**OURS, "status": "approved"}, {"apiName": "mine", "name": "x"}], "mine")["name"] == "x"


def test_a_deleted_type_is_not_there():
    assert resolved([{**OURS, "status": "deleted"}], "") is None


def test_attributes_are_found_by_api_name_then_by_name():
    minutes = {"apiName": "vodMinutes", "name": "VOD_minutes viewed", "dataType": "float"}
    fields = activity_seen({**OURS, "primaryAttribute": PRIMARY, "attributes": [PLAYS, minutes]}).fields
    assert {name: field.api_name for name, field in fields.items()} == {
        "entry_id": "entryId",
        "plays": "plays",
        "vod_minutes_viewed": "vodMinutes",
    }


def test_a_type_is_made_with_nineteen_attributes_and_our_key_and_approved():
    replies = [ok(), ok({"status": "draft"}), ok({"status": "draft"}), ok({"status": "approved"})]
    requests, step = drive(activity_step(config(), False), *replies)
    attributes = requests[2].json()["attributes"]
    assert [request.path for request in requests[1:]] == [
        "/rest/v1/activities/external/type.json",
        "/rest/v1/activities/external/type/userSessionEngagement/attributes/create.json",
        "/rest/v1/activities/external/type/userSessionEngagement/approve.json",
    ]
    assert [one["name"] for one in attributes] == [field.name for field in ACTIVITY.fields[1:]]
    assert (len(attributes), attributes[-1]["apiName"], attributes[4]["apiName"]) == (20, "turnoutKey", "channelName")
    assert (step.state, step.detail) == ("made", "primary attribute entry_id and 20 others")


def test_marketo_gives_the_primary_attribute_its_type():
    requests, _ = drive(activity_step(config(), False), ok(), ok({}), ok({}), ok({}))
    assert requests[1].json()["primaryAttribute"] == {
        "apiName": "entryId",
        "name": "entry_id",
        "description": "The ID of the Kaltura entry which was watched",
    }


def test_a_draft_gets_what_it_lacks_and_is_approved():
    draft = {**OURS, "status": "draft", "primaryAttribute": PRIMARY, "attributes": [PLAYS]}
    requests, step = drive(activity_step(config(), False), ok(draft), ok(draft), ok({}), ok({}))
    assert requests[1].query == {"draft": "true"}
    assert len(requests[2].json()["attributes"]) == 19
    assert step.state == "made"


def test_an_approved_type_is_left_as_it_is_and_what_it_lacks_is_told():
    standing = {**OURS, "status": "approved", "primaryAttribute": PRIMARY, "attributes": [PLAYS]}
    requests, step = drive(activity_step(config(), False), ok(standing), ok(standing))
    assert (len(requests), step.state) == (2, "done")
    assert step.detail.startswith("as userSessionEngagement, without the attributes entry_name, email")


def test_a_plan_makes_nothing():
    requests, step = drive(activity_step(config(), True), ok())
    assert (len(requests), step.state) == (1, "todo")


def test_without_the_permission_the_steps_are_written():
    _, step = drive(activity_step(config(), False), refused("603", "Access denied"))
    assert step.state == "manual"
    assert "Read-Write Activity Metadata" in step.detail


def test_an_account_with_ten_types_says_so():
    _, step = drive(activity_step(config(), False), ok(), refused("1027", "Maximum limit reached"))
    assert step.detail.startswith("Marketo refused it (1027: Maximum limit reached); either give the API role")
