import json
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from turnout.destinations.kit import Difference, Row
from turnout.destinations.salesforce.rows import WRITER, read_back, render, rows
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.sightings import RowSeen
from turnout.values.verdicts import Outcome

KEY = "701000000000001AAA_abcdefghijklmnopqrstuvwxyz_1_live0001_330022"
MEMBER = "00v000000000001AAA"
LEAD = "00Q000000000001AAA"
ROW = "a00000000000001AAA"


def soql(request):
    return parse_qs(urlsplit(request.url).query)["q"][0]


@pytest.fixture
def unkeyed(target):
    seen = target.objects[Kind.ENGAGEMENT]
    fields = {name: one for name, one in seen.fields.items() if name != "turnout_key"}
    natural = ("campaign_member", "entry_id", "channel_id")
    bare = msgspec.structs.replace(seen, fields=fields, keyed=False, key_fields=natural)
    return msgspec.structs.replace(target, objects={**target.objects, Kind.ENGAGEMENT: bare})


def test_an_engagement_row_names_its_member_its_lead_and_our_key(config, target, change):
    values = {"entry_id": "1_live0001", "email": "r@example.com", "channel_id": 330022, "plays": 2}
    row = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values=values))
    assert isinstance(row, Row)
    assert row.payload == {
        "campaign_member__c": MEMBER,
        "Lead__c": LEAD,
        "entry_id__c": "1_live0001",
        "email__c": "r@example.com",
        "channel_id__c": 330022,
        "plays__c": 2,
        "turnout_key__c": KEY,
    }


def test_a_row_of_a_contact_refers_to_no_lead(config, target, change):
    row = render(config, target, change(Kind.ENGAGEMENT, person_id="003000000000001AAA"))
    assert isinstance(row, Row)
    assert row.payload["Lead__c"] is None


def test_a_value_that_is_gone_is_sent_as_null_and_an_absent_one_not_at_all(config, target, change):
    row = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values={"plays": None}))
    assert isinstance(row, Row)
    assert row.payload["plays__c"] is None
    assert "live_minutes_viewed__c" not in row.payload


def test_a_field_that_cannot_be_written_is_not_sent(config, target, change):
    row = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values={"mic_on": 1.0, "cam_on": 1.0}))
    assert isinstance(row, Row)
    assert not {"mic_on__c", "cam_on__c"} & row.payload.keys()


def test_a_long_poll_answer_is_cut_and_told(config, target, change):
    row = render(config, target, change(Kind.POLLS, person_id=LEAD, values={"poll_3_answer": "x" * 1600}))
    assert isinstance(row, Row)
    assert row.notes == ("poll_3_answer cut from 1600 to 255 characters",)


def test_an_entry_id_that_is_too_long_refuses_the_row(config, target, change):
    outcome = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values={"entry_id": "1_abcdefghijkl"}))
    assert isinstance(outcome, Outcome)
    assert outcome.ruling.meaning == "entry_id has 14 characters, and the account's field takes 11"


def test_rows_with_our_key_are_upserted(drive, config, target, change):
    row = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values={"plays": 1}))
    made = [{"id": ROW, "success": True, "errors": [], "created": True}]
    requests, outcomes = drive(WRITER.talk(config, target, [row]), made)
    path = "/composite/sobjects/UserSessionEngagement__c/turnout_key__c"
    assert (requests[0].method, requests[0].url) == ("PATCH", path)
    assert outcomes[0].remote_id == ROW


def test_a_known_row_gets_our_key_by_its_id(config, target, change):
    row = render(config, target, change(Kind.ENGAGEMENT, Op.UPDATE, person_id=LEAD, remote_id=ROW))
    assert isinstance(row, Row)
    assert (row.payload["id"], row.payload["turnout_key__c"]) == (ROW, KEY)


def test_without_the_key_field_a_new_row_is_created(drive, config, unkeyed, change):
    row = render(config, unkeyed, change(Kind.ENGAGEMENT, Op.CREATE, person_id=LEAD, values={"plays": 1}))
    made = [{"id": ROW, "success": True, "errors": []}]
    requests, _ = drive(WRITER.talk(config, unkeyed, [row]), made)
    assert (requests[0].method, requests[0].url) == ("POST", "/composite/sobjects")
    assert "turnout_key__c" not in json.loads(requests[0].body)["records"][0]


def test_without_the_key_field_a_known_row_is_updated(drive, config, unkeyed, change):
    row = render(config, unkeyed, change(Kind.ENGAGEMENT, Op.UPDATE, person_id=LEAD, remote_id=ROW))
    requests, _ = drive(WRITER.talk(config, unkeyed, [row]), [{"id": ROW, "success": True, "errors": []}])
    assert json.loads(requests[0].body)["records"][0]["id"] == ROW


def test_without_the_key_field_a_row_is_found_by_what_it_is_about(drive, config, unkeyed, change, found):
    asked = change(Kind.ENGAGEMENT, person_id=LEAD)
    standing = {"Id": ROW, "campaign_member__c": MEMBER, "entry_id__c": "1_live0001", "channel_id__c": 330022.0}
    requests, seen = drive(rows(config, unkeyed, [asked]), found(standing))
    assert soql(requests[0]) == (
        "SELECT Id, campaign_member__c, entry_id__c, channel_id__c FROM UserSessionEngagement__c "
        "WHERE entry_id__c = '1_live0001' AND campaign_member__c IN ('00v000000000001AAA')"
    )
    assert seen == [RowSeen(asked.key, ROW)]


def test_a_row_of_another_channel_is_another_row(drive, config, unkeyed, change, found):
    asked = change(Kind.ENGAGEMENT, person_id=LEAD)
    other = {"Id": ROW, "campaign_member__c": MEMBER, "entry_id__c": "1_live0001", "channel_id__c": 330023.0}
    _, seen = drive(rows(config, unkeyed, [asked]), found(other))
    assert seen == [RowSeen(asked.key, "")]


def test_of_two_rows_about_the_same_the_earliest_is_kept_true(drive, config, unkeyed, change, found):
    one = {"Id": ROW, "campaign_member__c": MEMBER, "entry_id__c": "1_live0001", "channel_id__c": 330022.0}
    asked = change(Kind.ENGAGEMENT, person_id=LEAD)
    _, seen = drive(rows(config, unkeyed, [asked]), found({**one, "Id": "a00000000000009AAA"}, one))
    assert seen == [RowSeen(asked.key, ROW)]


def test_polls_are_found_without_a_channel(drive, config, target, change, found):
    asked = change(Kind.POLLS, person_id=LEAD)
    standing = {"Id": ROW, "campaign_member__c": MEMBER, "entry_id__c": "1_live0001"}
    _, seen = drive(rows(config, target, [asked]), found(standing))
    assert seen == [RowSeen(asked.key, ROW)]


def test_rows_with_our_key_are_not_looked_up(drive, config, target, change):
    requests, seen = drive(rows(config, target, [change(Kind.ENGAGEMENT, person_id=LEAD)]))
    assert (requests, seen) == ([], [])


def test_rows_by_id_by_key_and_new_do_not_share_a_call(change):
    groups = {
        WRITER.group(change(Kind.ENGAGEMENT, Op.CREATE)),
        WRITER.group(change(Kind.ENGAGEMENT, Op.UPSERT)),
        WRITER.group(change(Kind.ENGAGEMENT, Op.UPDATE, remote_id=ROW)),
        WRITER.group(change(Kind.POLLS, Op.UPSERT)),
    }
    assert len(groups) == 4


def test_a_row_that_stands_as_sent_is_no_difference(drive, config, target, change, found):
    values = {"plays": 2, "live_minutes_viewed": 12.345, "channel_name": " Main stage "}
    row = render(config, target, change(Kind.ENGAGEMENT, person_id=LEAD, values=values))
    standing = {
        "Id": ROW,
        "turnout_key__c": KEY,
        "campaign_member__c": MEMBER,
        "Lead__c": LEAD,
        "plays__c": 2.0,
        "live_minutes_viewed__c": 12.35,
        "channel_name__c": "Main stage",
    }
    requests, differences = drive(read_back(config, target, [row]), found(standing))
    assert soql(requests[0]).endswith(f"WHERE turnout_key__c IN ('{KEY}')")
    assert differences == []


def test_a_value_that_someone_changed_is_a_difference(drive, config, target, change, found):
    sent = change(Kind.ENGAGEMENT, person_id=LEAD, remote_id=ROW, values={"plays": 2})
    row = Row(sent, {"plays__c": 2, "turnout_key__c": KEY}, 10)
    _, differences = drive(read_back(config, target, [row]), found({"Id": ROW, "turnout_key__c": KEY, "plays__c": 7.0}))
    assert differences == [Difference(sent.key, "plays__c", 2, 7.0)]


def test_a_row_that_is_gone_is_a_difference_without_a_field(drive, config, target, change, found):
    sent = change(Kind.ENGAGEMENT, person_id=LEAD)
    row = Row(sent, {"plays__c": 2, "turnout_key__c": KEY}, 10)
    _, differences = drive(read_back(config, target, [row]), found())
    assert differences == [Difference(sent.key, "", KEY, None)]
