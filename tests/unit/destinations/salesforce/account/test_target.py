import pytest

from turnout.destinations.salesforce.account.target import target
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen, StatusSeen


def test_a_complete_org_lacks_nothing(org, config, binding):
    seen = org.run(target(config, binding))
    assert (seen.program_id, seen.program_name, seen.missing) == ("701000000000001AAA", "Winter Summit 2026", {})


def test_the_statuses_are_the_campaigns_own(org, config, binding):
    seen = org.run(target(config, binding))
    assert seen.statuses[0] == StatusSeen("Sent", 0, False, True)
    assert seen.statuses[-3] == StatusSeen("During-event visit", 0, True, False)


def test_a_campaign_is_looked_for_by_name(org, config, binding):
    org.run(target(config, binding))
    assert org.requests[0].query["q"] == "SELECT Id, Name FROM Campaign WHERE Name = 'Winter Summit 2026'"


@pytest.mark.parametrize("program", ["701000000000001", "701000000000001AAA"])
def test_a_campaign_is_looked_for_by_id(org, config, program):
    org.run(target(config, Binding("b1", "9001", "Winter Summit 2026", "sf", program)))
    assert org.requests[0].query["q"] == f"SELECT Id, Name FROM Campaign WHERE Id = '{program}'"


def test_without_a_campaign_no_kind_of_record_goes(org, config, binding):
    org.rows["Campaign"] = []
    seen = org.run(target(config, binding))
    assert set(seen.missing) == {Kind.PERSON, Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS}
    assert seen.program_id == ""


def test_several_campaigns_of_one_name_are_named(org, config, binding):
    org.rows["Campaign"] = [{"Id": "701A", "Name": "x"}, {"Id": "701B", "Name": "x"}]
    assert "(701A, 701B)" in org.run(target(config, binding)).missing[Kind.MEMBER]


def test_fields_are_seen_under_our_names_with_the_accounts_widths(org, config, binding):
    fields = org.run(target(config, binding)).objects[Kind.ENGAGEMENT].fields
    assert fields["entry_id"] == FieldSeen("entry_id", "entry_id__c", "string", 11, True)
    assert fields["live_minutes_viewed"] == FieldSeen(
        "live_minutes_viewed", "live_minutes_viewed__c", "double", 16, True
    )
    assert fields["lead"].api_name == "Lead__c"
    assert len(fields) == 32


def test_fields_are_found_whatever_their_case(org, config, binding):
    org.field("UserSessionEngagement__c", "plays__c")["name"] = "Plays__c"
    assert org.run(target(config, binding)).objects[Kind.ENGAGEMENT].fields["plays"].api_name == "Plays__c"


def test_a_field_that_the_user_may_not_write_is_seen_so(org, config, binding):
    org.field("UserSessionEngagement__c", "plays__c").update(createable=False, updateable=False)
    assert not org.run(target(config, binding)).objects[Kind.ENGAGEMENT].fields["plays"].writable


def test_the_polls_object_is_found_under_its_other_name(org, config, binding):
    org.objects["Kaltura_User_Polls__c"] = {
        **org.objects.pop("Kaltura_User_Polls_c__c"),
        "name": "Kaltura_User_Polls__c",
    }
    assert org.run(target(config, binding)).objects[Kind.POLLS].api_name == "Kaltura_User_Polls__c"


def test_a_setting_names_another_object(org, binding):
    org.objects["Watched__c"] = {**org.objects["UserSessionEngagement__c"], "name": "Watched__c"}
    config = Config("salesforce", "sf", {"engagement_object": "Watched__c"})
    assert org.run(target(config, binding)).objects[Kind.ENGAGEMENT].api_name == "Watched__c"


def test_an_object_that_is_not_there_stops_its_kind_only(org, config, binding):
    del org.objects["Kaltura_User_Polls_c__c"]
    assert org.run(target(config, binding)).missing == {
        Kind.POLLS: "there is no object Kaltura_User_Polls_c, or the integration user cannot see it"
    }


def test_without_the_external_id_no_member_goes(org, config, binding):
    org.lose("CampaignMember", "external_id__c")
    assert set(org.run(target(config, binding)).missing) == {Kind.MEMBER}


def test_rows_with_our_key_are_keyed(org, config, binding):
    found = org.run(target(config, binding)).objects[Kind.ENGAGEMENT]
    assert (found.keyed, found.key_fields) == (True, ("turnout_key",))


def test_without_our_key_rows_are_known_by_what_they_are_about(org, config, binding):
    org.lose("UserSessionEngagement__c", "turnout_key__c")
    found = org.run(target(config, binding)).objects[Kind.ENGAGEMENT]
    assert (found.keyed, found.key_fields) == (False, ("campaign_member", "entry_id", "channel_id"))


def test_a_key_that_is_no_external_id_is_no_key(org, config, binding):
    org.field("Kaltura_User_Polls_c__c", "turnout_key__c")["externalId"] = False
    assert not org.run(target(config, binding)).objects[Kind.POLLS].keyed


def test_rows_without_a_column_for_their_member_do_not_go(org, config, binding):
    org.lose("UserSessionEngagement__c", "campaign_member__c")
    stop = org.run(target(config, binding)).missing[Kind.ENGAGEMENT]
    assert stop == "UserSessionEngagement__c lacks campaign_member__c, or the integration user may not write it"


def test_a_lead_whose_e_mail_cannot_be_written_is_never_made(org, config, binding):
    org.field("Lead", "Email").update(createable=False)
    assert org.run(target(config, binding)).missing == {
        Kind.PERSON: "the integration user may not write Email of a Lead"
    }
