from typing import Any

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce

from .conftest import SEED, Client, error

TWIN = {"LastName": "Twin", "Company": "Z", "Email": "Paula@Example.com"}


def with_rule(clock: VirtualClock, **rule: Any) -> Client:
    return Client(salesforce(clock=clock, seed={**SEED, "settings": {"duplicate_rules": [rule]}}))


def test_a_converted_lead_points_to_its_contact_and_cannot_be_written(org: Client) -> None:
    lead = org.id("Lead")
    contact = org.act("convert_lead", id=lead)["contact"]
    row = org.query("SELECT IsConverted, ConvertedContactId FROM Lead")
    edited = org.send("PATCH", f"/sobjects/Lead/{lead}", {"Title": "Chief"})
    joined = org.send("POST", "/sobjects/CampaignMember", {"CampaignId": org.id("Campaign"), "LeadId": lead})
    assert row == [{"IsConverted": True, "ConvertedContactId": contact}]
    for answer in (edited, joined):
        assert answer.json() == [
            {
                "message": "cannot reference converted lead",
                "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD",
                "fields": [],
            }
        ]


def test_conversion_moves_members_to_the_contact(org: Client) -> None:
    lead = org.id("Lead")
    org.made("CampaignMember", CampaignId=org.id("Campaign"), LeadId=lead)
    contact = org.act("convert_lead", id=lead, contact=org.id("Contact"))["contact"]
    assert org.query("SELECT LeadId, ContactId, Type FROM CampaignMember") == [
        {"LeadId": lead, "ContactId": contact, "Type": "Contact"}
    ]


def test_a_lookup_to_a_converted_lead_is_refused_unless_a_setting_allows_it(ready: Client) -> None:
    lead = ready.id("Lead")
    ready.act("convert_lead", id=lead)
    refused = ready.send("POST", "/sobjects/Watched__c", {"Lead__c": lead})
    ready.act("set", settings={"lookup_to_converted": "allowed"})
    allowed = ready.send("POST", "/sobjects/Watched__c", {"Lead__c": lead})
    assert (error(refused)[1], allowed.status) == ("CANNOT_UPDATE_CONVERTED_LEAD", 201)


def test_a_merged_lead_is_gone_and_its_members_are_the_winners(org: Client) -> None:
    loser, winner = org.id("Lead"), org.made("Lead", LastName="Winner", Company="Z")
    org.made("CampaignMember", CampaignId=org.id("Campaign"), LeadId=loser)
    org.act("merge", sobject="Lead", id=loser, into=winner)
    again = org.send("POST", "/sobjects/CampaignMember", {"CampaignId": org.id("Campaign"), "LeadId": loser})
    assert org.one("SELECT LeadId FROM CampaignMember") == winner
    assert error(again) == (400, "ENTITY_IS_DELETED", "entity is deleted")


def test_a_blocking_rule_refuses_a_lead_that_is_a_contact_and_names_it(clock: VirtualClock) -> None:
    org = with_rule(clock, action="Block")
    allow = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=true"}
    answer = org.send("POST", "/sobjects/Lead", TWIN, **allow)
    (body,) = answer.json()
    (result,) = body["duplicateResut"]["matchResults"]
    (match,) = result["matchRecords"]
    assert error(answer) == (400, "DUPLICATES_DETECTED", "Use one of these records?")
    assert (result["entityType"], result["size"], body["duplicateResut"]["allowSave"]) == ("Contact", 1, False)
    assert (match["record"]["Id"], match["record"]["Email"]) == (org.id("Contact"), "paula@example.com")


def test_an_alerting_rule_lets_a_lead_pass_when_the_caller_says_so(clock: VirtualClock) -> None:
    org = with_rule(clock, action="Allow", message="Really?")
    refused = org.send("POST", "/sobjects/Lead", TWIN)
    allowed = org.send("POST", "/sobjects/Lead", TWIN, **{"Sforce-Duplicate-Rule-Header": "allowSave=true"})
    assert (error(refused)[1:], allowed.status) == (("DUPLICATES_DETECTED", "Really?"), 201)


def test_in_a_collection_the_match_stands_in_the_records_error(clock: VirtualClock) -> None:
    org = with_rule(clock, action="Block")
    records = [{"attributes": {"type": "Lead"}, **TWIN}]
    (result,) = org.send("POST", "/composite/sobjects", {"records": records}).json()
    assert result["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    assert "duplicateResut" in result["errors"][0]


def test_a_rule_does_not_stop_edits_that_leave_the_address(clock: VirtualClock) -> None:
    org = with_rule(clock, action="Block")
    twin = org.act("create", sobject="Lead", fields=TWIN)["id"]
    assert org.send("PATCH", f"/sobjects/Lead/{twin}", {"Title": "Chief"}).status == 204


def test_a_person_in_the_account_may_edit_and_delete(org: Client) -> None:
    lead = org.id("Lead")
    org.act("edit", sobject="Lead", id=lead, fields={"Title": "Chief"})
    title = org.one("SELECT Title FROM Lead")
    org.act("delete", sobject="Lead", id=lead)
    assert (title, org.query("SELECT Id FROM Lead")) == ("Chief", [])
