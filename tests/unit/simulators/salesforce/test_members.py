from typing import Any

import pytest

from .conftest import Client, error


@pytest.fixture
def summit(org: Client) -> str:
    return org.id("Campaign")


def member(org: Client) -> dict[str, Any]:
    (row,) = org.query("SELECT Status, HasResponded, FirstRespondedDate FROM CampaignMember")
    return row


def test_a_new_campaign_has_sent_and_responded(org: Client) -> None:
    new = org.made("Campaign", Name="Spring")
    query = f"SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '{new}'"
    assert org.query(query) == [
        {"Label": "Sent", "IsDefault": True, "HasResponded": False},
        {"Label": "Responded", "IsDefault": False, "HasResponded": True},
    ]


def test_an_unknown_status_silently_becomes_the_default(org: Client, summit: str) -> None:
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="Attended")
    assert member(org) == {"Status": "Sent", "HasResponded": False, "FirstRespondedDate": None}


def test_an_unknown_status_silently_replaces_a_good_one_on_update(org: Client, summit: str) -> None:
    made = org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="Responded")
    answer = org.send("PATCH", f"/sobjects/CampaignMember/{made}", {"Status": "Attended"})
    assert answer.status == 204
    assert member(org) == {"Status": "Sent", "HasResponded": False, "FirstRespondedDate": "2026-11-18"}


def test_a_status_is_known_by_its_label_in_any_case(org: Client, summit: str) -> None:
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="responded")
    assert member(org) == {"Status": "Responded", "HasResponded": True, "FirstRespondedDate": "2026-11-18"}


def test_the_first_response_is_dated_once(org: Client, summit: str, clock: Any) -> None:
    made = org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="Responded")
    clock.sleep(3 * 3600)
    again = Client(org.simulator)
    clock.sleep(3600)
    for status in ("Sent", "Responded"):
        again.send("PATCH", f"/sobjects/CampaignMember/{made}", {"Status": status})
    assert member(again)["FirstRespondedDate"] == "2026-11-18"


def test_a_person_joins_a_campaign_once(org: Client, summit: str) -> None:
    body = {"CampaignId": summit, "LeadId": org.id("Lead")}
    org.made("CampaignMember", **body)
    assert org.send("POST", "/sobjects/CampaignMember", body).json() == [
        {"message": "Already a campaign member.", "errorCode": "DUPLICATE_VALUE", "fields": []}
    ]


def test_of_a_lead_and_a_contact_the_contact_is_kept(org: Client, summit: str) -> None:
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), ContactId=org.id("Contact"))
    assert org.query("SELECT LeadId, Type, Email, Name FROM CampaignMember") == [
        {"LeadId": None, "Type": "Contact", "Email": "paula@example.com", "Name": "Peters"}
    ]


def test_a_member_is_somebody(org: Client, summit: str) -> None:
    answer = org.send("POST", "/sobjects/CampaignMember", {"CampaignId": summit})
    assert error(answer)[1] == "REQUIRED_FIELD_MISSING"


@pytest.mark.parametrize("field", ["CampaignId", "LeadId", "ContactId"])
def test_who_and_where_cannot_be_changed(org: Client, summit: str, field: str) -> None:
    lead = org.id("Lead")
    made = org.made("CampaignMember", CampaignId=summit, LeadId=lead)
    same = {"CampaignId": summit, "LeadId": lead, "ContactId": org.id("Contact")}[field]
    answer = org.send("PATCH", f"/sobjects/CampaignMember/{made}", {field: same})
    assert error(answer)[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert answer.json()[0]["fields"] == [field]


def test_an_external_id_is_the_same_in_any_case(ready: Client) -> None:
    summit, lead = ready.id("Campaign"), ready.id("Lead")
    path = f"/sobjects/CampaignMember/external_id__c/{summit}_{lead}"
    made = ready.send("PATCH", path, {"CampaignId": summit, "LeadId": lead})
    changed = ready.send("PATCH", path.swapcase().replace("/SOBJECTS", "/sobjects"), {"Status": "Responded"})
    assert (made.status, changed.status, changed.json()["created"]) == (201, 200, False)
    assert member(ready)["Status"] == "Responded"


def test_a_member_made_by_others_is_not_met_by_an_upsert(org: Client, summit: str) -> None:
    body = {"CampaignId": summit, "LeadId": org.id("Lead")}
    org.made("CampaignMember", **body)
    org.provision()
    answer = org.send("PATCH", "/sobjects/CampaignMember/external_id__c/a_b", body)
    assert error(answer) == (400, "DUPLICATE_VALUE", "Already a campaign member.")


def test_a_field_required_later_is_empty_in_older_members_and_blocks_their_edits(org: Client, summit: str) -> None:
    made = org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"))
    org.provision()
    path = f"/sobjects/CampaignMember/{made}"
    blocked = org.send("PATCH", path, {"Status": "Responded"})
    filled = org.send("PATCH", path, {"Status": "Responded", "external_id__c": "a_b"})
    assert error(blocked) == (400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [external_id__c]")
    assert filled.status == 204


def test_a_required_field_blocks_other_writers(ready: Client) -> None:
    body = {"CampaignId": ready.id("Campaign"), "LeadId": ready.id("Lead")}
    assert error(ready.send("POST", "/sobjects/CampaignMember", body))[1] == "REQUIRED_FIELD_MISSING"


def test_a_campaign_counts_its_members(org: Client, summit: str) -> None:
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="Responded")
    org.made("CampaignMember", CampaignId=summit, ContactId=org.id("Contact"))
    query = "SELECT NumberOfLeads, NumberOfContacts, NumberOfResponses FROM Campaign"
    assert org.query(query) == [{"NumberOfLeads": 1, "NumberOfContacts": 1, "NumberOfResponses": 1}]


def test_a_deleted_campaign_takes_members_and_statuses_along(org: Client, summit: str) -> None:
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"))
    org.send("DELETE", f"/sobjects/Campaign/{summit}")
    assert org.query("SELECT Id FROM CampaignMember") + org.query("SELECT Id FROM CampaignMemberStatus") == []


def test_labels_and_orders_of_statuses_are_unique_in_a_campaign(org: Client, summit: str) -> None:
    answers = [
        org.send("POST", "/sobjects/CampaignMemberStatus", {"CampaignId": summit, "Label": label, "SortOrder": order})
        for label, order in (("Attended", 5), ("Blocked", 5), ("sent", 6))
    ]
    words = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    assert answers[0].status == 201
    assert [error(answer) for answer in answers[1:]] == [(400, "DUPLICATE_VALUE", words)] * 2


def test_a_second_default_takes_the_place_of_the_first(org: Client, summit: str) -> None:
    org.made("CampaignMemberStatus", CampaignId=summit, Label="Invited", SortOrder=9, IsDefault=True)
    defaults = org.query("SELECT Label FROM CampaignMemberStatus WHERE IsDefault = true")
    assert defaults == [{"Label": "Invited"}]


def test_a_campaign_keeps_a_default_and_a_responded_status(org: Client, summit: str) -> None:
    sent, responded = (org.id("CampaignMemberStatus", f"Label = '{label}'") for label in ("Sent", "Responded"))
    changed = org.send("PATCH", f"/sobjects/CampaignMemberStatus/{sent}", {"IsDefault": False})
    deleted = [org.send("DELETE", f"/sobjects/CampaignMemberStatus/{one}") for one in (sent, responded)]
    assert error(changed)[1] == "FIELD_INTEGRITY_EXCEPTION"
    assert [error(answer)[1] for answer in deleted] == ["DELETE_FAILED"] * 2


def test_a_status_in_use_cannot_be_deleted(org: Client, summit: str) -> None:
    status = org.made("CampaignMemberStatus", CampaignId=summit, Label="Invited", SortOrder=9)
    org.made("CampaignMember", CampaignId=summit, LeadId=org.id("Lead"), Status="Invited")
    assert error(org.send("DELETE", f"/sobjects/CampaignMemberStatus/{status}"))[1] == "DELETE_FAILED"
