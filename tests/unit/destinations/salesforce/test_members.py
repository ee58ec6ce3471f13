import json
from urllib.parse import parse_qs, urlsplit

import pytest

from turnout.destinations.kit import Difference, Row
from turnout.destinations.salesforce.members import WRITER, external_id, members, read_back, render
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.sightings import Membership, Seeking
from turnout.values.verdicts import Outcome, Verdict

LEAD = "00Q000000000001AAA"
CONTACT = "003000000000001AAA"
MEMBER = "00v000000000001AAA"
OURS = "701000000000001AAA_00Q000000000001AAA"


def soql(request):
    return parse_qs(urlsplit(request.url).query)["q"][0]


def record(**more):
    return {"Id": MEMBER, "ContactId": None, "LeadId": LEAD, "Status": "Sent", "external_id__c": None, **more}


def test_the_external_id_is_the_documents():
    assert external_id("70103000000cnFX", "00Q0300000Aczgf") == "70103000000cnFXAAY_00Q0300000AczgfEAB"


def test_a_member_is_found_by_its_lead(drive, config, target, found):
    requests, seen = drive(members(config, target, [Seeking("p1", "r@example.com", LEAD)]), found(record()))
    assert soql(requests[0]) == (
        "SELECT Id, ContactId, LeadId, Status, external_id__c FROM CampaignMember "
        "WHERE CampaignId = '701000000000001AAA' AND LeadId IN ('00Q000000000001AAA')"
    )
    assert seen == [Membership("p1", MEMBER, "Sent", "")]


def test_a_member_whose_lead_was_converted_is_found_by_the_contact(drive, config, target, found):
    member = record(ContactId=CONTACT, external_id__c=OURS)
    _, seen = drive(members(config, target, [Seeking("p1", "q@example.com", CONTACT)]), found(member))
    assert seen == [Membership("p1", MEMBER, "Sent", OURS)]


def test_who_is_no_member_has_no_member_id(drive, config, target, found):
    _, seen = drive(members(config, target, [Seeking("p1", "n@example.com", LEAD)]), found())
    assert seen == [Membership("p1")]


def test_a_person_who_is_not_matched_is_not_asked_for(drive, config, target):
    requests, seen = drive(members(config, target, [Seeking("p1", "n@example.com")]))
    assert (requests, seen) == ([], [Membership("p1")])


@pytest.mark.parametrize(("person", "name"), [(LEAD, "LeadId"), (CONTACT, "ContactId")])
def test_a_new_member_names_a_lead_or_a_contact_never_both(config, target, change, person, name):
    row = render(config, target, change(Kind.MEMBER, Op.CREATE, person_id=person, status="During-event visit"))
    assert isinstance(row, Row)
    assert row.payload == {
        "Status": "During-event visit",
        "CampaignId": "701000000000001AAA",
        name: person,
        "external_id__c": f"701000000000001AAA_{person}",
    }


def test_a_status_that_the_campaign_lacks_is_refused_before_salesforce_replaces_it(config, target, change):
    outcome = render(config, target, change(Kind.MEMBER, Op.CREATE, person_id=LEAD, status="Attended"))
    assert isinstance(outcome, Outcome)
    assert outcome.ruling.verdict is Verdict.REJECT
    assert outcome.ruling.meaning == "the campaign has no status 'Attended'"


def test_a_member_made_by_others_gets_our_external_id(config, target, change):
    found = change(Kind.MEMBER, Op.UPDATE, person_id=LEAD, remote_id=MEMBER, values={"external_id": ""})
    row = render(config, target, found)
    assert isinstance(row, Row)
    assert row.payload == {"id": MEMBER, "external_id__c": OURS}


def test_a_change_that_leaves_the_status_is_there_to_fill_the_external_id(config, target, change):
    row = render(config, target, change(Kind.MEMBER, Op.UPDATE, person_id=LEAD, remote_id=MEMBER))
    assert isinstance(row, Row)
    assert row.payload == {"id": MEMBER, "external_id__c": OURS}


@pytest.mark.parametrize(
    ("standing", "sent"),
    [
        (None, {"id": MEMBER, "Status": "During-event visit", "external_id__c": OURS}),
        ("701000000000001AAA_00Q000000000002AAA", {"id": MEMBER, "Status": "During-event visit"}),
    ],
)
def test_where_the_external_id_was_not_seen_it_is_looked_at_before_a_member_moves(
    drive, config, target, change, found, standing, sent
):
    move = change(Kind.MEMBER, Op.UPDATE, person_id=LEAD, remote_id=MEMBER, status="During-event visit")
    row = render(config, target, move)
    done = [{"id": MEMBER, "success": True, "errors": []}]
    requests, _ = drive(WRITER.talk(config, target, [row]), found(record(external_id__c=standing)), done)
    assert requests[1].json()["records"] == [{"attributes": {"type": "CampaignMember"}, **sent}]


def test_an_external_id_is_never_rewritten(config, target, change):
    old = {"external_id": "701000000000001AAA_00Q000000000002AAA"}
    move = change(Kind.MEMBER, Op.UPDATE, person_id=CONTACT, remote_id=MEMBER, values=old, status="During-event visit")
    row = render(config, target, move)
    assert isinstance(row, Row)
    assert row.payload == {"id": MEMBER, "Status": "During-event visit"}


def test_members_are_upserted_by_the_external_id(drive, config, target, change):
    row = render(config, target, change(Kind.MEMBER, Op.CREATE, person_id=LEAD, status="During-event visit"))
    made = [{"id": MEMBER, "success": True, "errors": [], "created": True}]
    requests, outcomes = drive(WRITER.talk(config, target, [row]), made)
    assert (requests[0].method, requests[0].url) == ("PATCH", "/composite/sobjects/CampaignMember/external_id__c")
    assert json.loads(requests[0].body)["records"][0]["external_id__c"] == OURS
    assert (outcomes[0].remote_id, outcomes[0].made) == (MEMBER, True)


def test_a_member_that_someone_added_meanwhile_is_looked_up_again(drive, config, target, change):
    row = render(config, target, change(Kind.MEMBER, Op.CREATE, person_id=LEAD, status="During-event visit"))
    error = {"statusCode": "DUPLICATE_VALUE", "message": "Already a campaign member.", "fields": []}
    _, outcomes = drive(WRITER.talk(config, target, [row]), [{"success": False, "errors": [error]}])
    assert outcomes[0].ruling.verdict is Verdict.REMATCH


def test_new_and_standing_members_do_not_share_a_call(change):
    assert WRITER.group(change(Kind.MEMBER, Op.CREATE)) != WRITER.group(change(Kind.MEMBER, Op.UPDATE))


def test_a_status_that_salesforce_replaced_is_a_difference(drive, config, target, change, found):
    sent = change(Kind.MEMBER, Op.UPDATE, remote_id=MEMBER, status="During-event visit")
    _, differences = drive(read_back(config, target, [Row(sent, {"id": MEMBER}, 10)]), found(record()))
    assert differences == [Difference(sent.key, "Status", "During-event visit", "Sent")]


def test_a_member_without_a_known_id_is_read_back_by_the_external_id(drive, config, target, change, found):
    sent = change(Kind.MEMBER, Op.CREATE, status="Sent")
    row = Row(sent, {"external_id__c": OURS}, 10)
    _, differences = drive(read_back(config, target, [row]), found(record(external_id__c=OURS)))
    assert differences == []


def test_a_member_that_is_gone_is_a_difference_without_a_field(drive, config, target, change, found):
    sent = change(Kind.MEMBER, Op.UPDATE, remote_id=MEMBER)
    _, differences = drive(read_back(config, target, [Row(sent, {"id": MEMBER}, 10)]), found())
    assert differences == [Difference(sent.key, "", MEMBER, None)]
