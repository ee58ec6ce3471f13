import pytest
from msgspec import structs
from tests.unit.destinations.marketo.talking import (
    BINDING,
    CHANNEL,
    LEAD_FIELDS,
    PROGRAM,
    STEPS,
    config,
    drive,
    meta,
    nothing,
    ok,
    refused,
)

from turnout.destinations.marketo.account.target import link_field, object_seen, resolved, target
from turnout.destinations.marketo.fields import ENGAGEMENT, POLLS
from turnout.values.bindings import Binding
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen

ALL = ok({"name": "kalturaUserSessionEngagement"}, {"name": "kalturaUserPolls_c"})


def seen(*, engagement=None, polls=None, program=PROGRAM, channel=CHANNEL, binding=BINDING, **settings):
    replies = [ok(program), ok(channel), ok(*LEAD_FIELDS), ALL]
    replies += [ok(engagement or meta(ENGAGEMENT)), ok(polls or meta(POLLS))]
    return drive(target(config(**settings), binding), *replies)


def test_an_account_as_it_should_be_misses_nothing():
    _, found = seen()
    assert (found.program_id, found.program_name, dict(found.missing)) == ("1044", "Winter Summit 2026", {})


def test_the_channels_statuses_come_with_step_and_success():
    _, found = seen()
    assert {(s.label, s.step, s.success) for s in found.statuses} >= {("Invited", 20, False), ("Attended", 50, True)}


def test_a_hidden_status_is_not_offered():
    steps = [{**step, "hidden": step["name"] == "Blocked"} for step in STEPS]
    _, found = seen(channel={**CHANNEL, "progressionStatuses": steps})
    assert "Blocked" not in found.labels()


def test_the_program_is_looked_for_under_the_events_name():
    requests, _ = seen()
    assert requests[0].url == "/rest/asset/v1/program/byName.json?name=Winter+Summit+2026"


def test_a_program_given_as_a_number_is_looked_for_by_id():
    requests, _ = seen(binding=Binding("b", "9001", "Winter Summit 2026", "mk", program="1044"))
    assert requests[0].url == "/rest/asset/v1/program/1044.json"


def test_an_id_that_is_not_there_is_tried_as_a_name():
    binding = Binding("b", "9001", "Winter Summit", "mk", program="2026")
    replies = [refused("702", "Program not found"), ok({**PROGRAM, "name": "2026"}), ok(CHANNEL), ok(), ok()]
    _, found = drive(target(config(), binding), *replies)
    assert found.program_name == "2026"


def test_without_its_program_nothing_of_an_event_is_written():
    replies = [nothing(), ok(*LEAD_FIELDS), ALL, ok(meta(ENGAGEMENT)), ok(meta(POLLS))]
    _, found = drive(target(config(), BINDING), *replies)
    assert set(found.missing) == {Kind.PERSON, Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS}
    assert found.missing[Kind.MEMBER].startswith("the account has no program 'Winter Summit 2026'")


def test_a_program_of_another_type_stops_its_members():
    _, found = seen(program={**PROGRAM, "type": "Default"})
    assert "of type 'Default', not Event" in found.missing[Kind.MEMBER]


def test_only_person_fields_that_the_account_shows_are_there():
    _, found = seen()
    assert dict(found.objects[Kind.PERSON].fields) == {
        "email": FieldSeen("email", "email", "email", 255, True),
        "first_name": FieldSeen("first_name", "firstName", "string", 40, True),
    }


def test_a_role_without_custom_objects_stops_rows_alone_and_names_the_permission():
    replies = [ok(PROGRAM), ok(CHANNEL), ok(*LEAD_FIELDS), refused("603", "Access denied")]
    _, found = drive(target(config(), BINDING), *replies)
    assert set(found.missing) == {Kind.ENGAGEMENT, Kind.POLLS}
    assert "Read-Write Custom Object" in found.missing[Kind.POLLS]


def test_an_absent_object_stops_its_rows():
    replies = [ok(PROGRAM), ok(CHANNEL), ok(*LEAD_FIELDS), ok({"name": "kalturaUserPolls_c"}), ok(meta(POLLS))]
    _, found = drive(target(config(), BINDING), *replies)
    assert set(found.missing) == {Kind.ENGAGEMENT}
    assert Kind.ENGAGEMENT not in found.objects


def test_the_dedupe_fields_are_the_key():
    _, found = seen()
    assert found.objects[Kind.ENGAGEMENT].key_fields == ("personId", "entry_id", "channel_id")


def test_a_key_without_the_person_is_refused_since_attendees_would_overwrite_each_other():
    _, found = seen(engagement=meta(ENGAGEMENT, dedupeFields=["entry_id"]))
    assert found.missing[Kind.ENGAGEMENT] == (
        "the dedupe fields of the custom object kalturaUserSessionEngagement lack personId and channel_id: "
        "a second attendee would overwrite the first"
    )


def test_a_key_without_the_channel_is_refused():
    _, found = seen(engagement=meta(ENGAGEMENT, dedupeFields=["personId", "entry_id"]))
    assert found.missing[Kind.ENGAGEMENT].endswith("an attendee's second channel would overwrite the first")


def test_the_administrator_can_accept_such_a_key():
    _, found = seen(engagement=meta(ENGAGEMENT, dedupeFields=["entry_id"]), accept_shared_key="yes")
    assert Kind.ENGAGEMENT not in found.missing


def test_a_key_that_turnout_cannot_fill_is_refused():
    strange = meta(ENGAGEMENT, dedupeFields=["personId", "entry_id", "channel_id", "vin"])
    _, found = seen(engagement=strange)
    assert "the dedupe field vin, which Turnout cannot fill" in found.missing[Kind.ENGAGEMENT]


def test_an_object_without_a_link_is_refused():
    _, found = seen(polls=meta(POLLS, relationships=[]))
    assert "no link field to the person's id" in found.missing[Kind.POLLS]


def test_the_link_may_have_another_name():
    related = {"field": "lead_id", "type": "child", "object": {"name": "lead", "field": "id"}}
    assert link_field(meta(POLLS, relationships=[related])) == "lead_id"


def test_a_link_by_email_is_no_link_by_id():
    related = {"field": "email", "type": "child", "relatedTo": {"name": "Lead", "field": "Email Address"}}
    assert link_field(meta(POLLS, relationships=[related])) == ""


def test_our_name_decides_between_several_links():
    links = [
        {"field": "other", "relatedTo": {"name": "Lead", "field": "Id"}},
        {"field": "personid", "relatedTo": {"name": "Lead", "field": "Id"}},
    ]
    assert link_field(meta(POLLS, relationships=links)) == "personid"


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ([{"name": "kalturaUserSessionEngagement"}], "kalturaUserSessionEngagement"),
        ([{"name": "kalturaUserSessionEngagement_c"}], "kalturaUserSessionEngagement_c"),
        ([{"name": "kalturausersessionengagement_c"}], "kalturausersessionengagement_c"),
        ([{"name": "co_7", "displayName": "Kaltura User Session Engagement"}], "co_7"),
        ([{"name": "car_c", "displayName": "Car"}], ""),
    ],
)
def test_an_object_is_found_under_the_names_that_people_and_marketo_make_of_it(listed, name):
    assert resolved(ENGAGEMENT, listed, "") == name


@pytest.mark.parametrize("name", ["kalturaUserPolls_c", "kalturaUserPolls", "kalturaUserPolls_c_c"])
def test_the_polls_object_is_found_with_or_without_its_ending(name):
    assert resolved(POLLS, [{"name": name}], "") == name


def test_a_setting_overrides_the_name():
    assert resolved(POLLS, [{"name": "kalturaUserPolls_c"}, {"name": "ours_c"}], "ours") == "ours_c"


def test_fields_are_found_without_case_and_underscores_where_the_exact_name_is_missing():
    shown = [{"name": "entryId", "dataType": "string", "length": 255}, {"name": "personId", "dataType": "integer"}]
    found = object_seen(ENGAGEMENT, meta(ENGAGEMENT, fields=shown))
    assert found.fields["entry_id"] == FieldSeen("entry_id", "entryId", "string", 255, True)


def test_an_exact_name_wins():
    shown = [{"name": "Entry_ID", "dataType": "integer"}, {"name": "entry_id", "dataType": "string"}]
    assert object_seen(ENGAGEMENT, meta(ENGAGEMENT, fields=shown)).fields["entry_id"].api_name == "entry_id"


TYPE = {"id": 100001, "apiName": "userSessionEngagement", "name": "userSessionEngagement", "status": "approved"}
WHOLE = [ok(PROGRAM), ok(CHANNEL), ok(*LEAD_FIELDS), ALL, ok(meta(ENGAGEMENT)), ok(meta(POLLS))]


def test_a_wished_activity_is_part_of_the_target():
    attributes = [{"apiName": "plays", "name": "plays", "dataType": "integer"}]
    replies = [*WHOLE, ok(TYPE), ok({**TYPE, "attributes": attributes})]
    _, found = drive(target(config(engagement_as="both"), BINDING), *replies)
    assert (found.more["activity_type"], set(found.objects[Kind.ACTIVITY].fields)) == ("100001", {"entry_id", "plays"})


def test_a_wished_activity_that_is_not_there_stops_activities_alone():
    _, found = drive(target(config(engagement_as="both"), BINDING), *WHOLE, ok())
    assert list(found.missing) == [Kind.ACTIVITY]


def test_a_binding_wishes_for_itself():
    binding = structs.replace(BINDING, options={"engagement_as": "activity"})
    _, found = drive(target(config(), binding), *WHOLE, ok())
    assert list(found.missing) == [Kind.ACTIVITY]


def test_with_activities_alone_no_engagement_object_is_missed():
    listed = ok({"name": "kalturaUserPolls_c"})
    replies = [ok(PROGRAM), ok(CHANNEL), ok(*LEAD_FIELDS), listed, ok(meta(POLLS)), ok()]
    _, found = drive(target(config(engagement_as="activity"), BINDING), *replies)
    assert list(found.missing) == [Kind.ACTIVITY]


def test_the_statuses_beside_the_ladder_are_known():
    _, found = drive(target(config(), BINDING), *WHOLE)
    assert found.more["outside"] == "Blocked\nUn-registered"


def test_the_statuses_beside_the_ladder_have_the_bindings_own_names():
    labels = {"blocked": "Thrown out", "attended": "Came"}
    _, found = drive(target(config(), structs.replace(BINDING, vocabulary="map", labels=labels)), *WHOLE)
    assert found.more["outside"] == "Thrown out"
