import json
from urllib.parse import parse_qs, urlsplit

import pytest

from turnout.destinations.kit import Difference, Row
from turnout.destinations.salesforce.people import WRITER, read_back, render, seek
from turnout.destinations.salesforce.signing.flows import sign_in
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.sightings import Candidate, Match, Seeking
from turnout.values.verdicts import Outcome, Verdict
from turnout.wire import Reply

CONTACT = {"Id": "003000000000001AAA", "Email": "Paula@example.com", "LastModifiedDate": "2026-11-01T10:00:00.000+0000"}
LEAD = {
    "Id": "00Q000000000001AAA",
    "Email": "rosa@example.com",
    "LastModifiedDate": "2026-11-02T10:00:00.000+0000",
    "IsConverted": False,
    "ConvertedContactId": None,
}
CONVERTED = {
    "Id": "00Q000000000002AAA",
    "Email": "quentin@example.com",
    "LastModifiedDate": "2026-11-02T10:00:00.000+0000",
    "IsConverted": True,
    "ConvertedContactId": "003000000000002AAA",
}
HEIR = {"Id": "003000000000002AAA", "Email": "q@work.example.com", "LastModifiedDate": "2026-11-03T10:00:00.000+0000"}


def soql(request):
    return parse_qs(urlsplit(request.url).query)["q"][0]


def test_a_contact_is_found_by_e_mail_whatever_its_case(drive, config, target, found):
    requests, matches = drive(seek(config, target, [Seeking("p1", "paula@example.com")]), found(CONTACT), found())
    assert soql(requests[0]) == "SELECT Id, Email, LastModifiedDate FROM Contact WHERE Email IN ('paula@example.com')"
    assert matches == [
        Match("p1", (Candidate("003000000000001AAA", "paula@example.com", 0, "2026-11-01T10:00:00.000Z"),))
    ]


def test_a_lead_ranks_after_a_contact(drive, config, target, found):
    _, matches = drive(seek(config, target, [Seeking("p1", "rosa@example.com")]), found(), found(LEAD))
    assert matches[0].candidates == (
        Candidate("00Q000000000001AAA", "rosa@example.com", 1, "2026-11-02T10:00:00.000Z"),
    )


def test_a_converted_lead_is_answered_by_its_contact(drive, config, target, found):
    wanted = [Seeking("p1", "quentin@example.com")]
    requests, matches = drive(seek(config, target, wanted), found(), found(CONVERTED), found(HEIR))
    assert "WHERE Id IN ('003000000000002AAA')" in soql(requests[2])
    assert matches[0].candidates == (
        Candidate(
            "003000000000002AAA",
            "q@work.example.com",
            0,
            "2026-11-03T10:00:00.000Z",
            note="converted lead 00Q000000000002AAA",
        ),
    )


def test_a_converted_lead_beside_its_contact_is_one_human(drive, config, target, found):
    contact = {**HEIR, "Email": "quentin@example.com"}
    wanted = [Seeking("p1", "quentin@example.com")]
    _, matches = drive(seek(config, target, wanted), found(contact), found(CONVERTED))
    assert [one.remote_id for one in matches[0].candidates] == ["003000000000002AAA"]


def test_a_converted_lead_whose_contact_is_gone_matches_nobody(drive, config, target, found):
    wanted = [Seeking("p1", "quentin@example.com")]
    _, matches = drive(seek(config, target, wanted), found(), found(CONVERTED), found())
    assert matches == [Match("p1", ())]


def test_who_is_not_there_matches_nobody(drive, config, target, found):
    _, matches = drive(seek(config, target, [Seeking("p1", "new@example.com")]), found(), found())
    assert matches == [Match("p1", ())]


def test_of_several_those_in_the_campaign_are_marked(drive, config, target, found):
    lead = {**LEAD, "Email": "paula@example.com"}
    member = {"Id": "00v1", "ContactId": None, "LeadId": "00Q000000000001AAA"}
    wanted = [Seeking("p1", "paula@example.com")]
    requests, matches = drive(seek(config, target, wanted), found(CONTACT), found(lead), found(), found(member))
    assert "CampaignId = '701000000000001AAA' AND ContactId IN ('003000000000001AAA')" in soql(requests[2])
    assert [(one.remote_id, one.in_program) for one in matches[0].candidates] == [
        ("003000000000001AAA", False),
        ("00Q000000000001AAA", True),
    ]


def test_a_known_person_is_verified_by_id_and_keeps_it_when_the_e_mail_changed(drive, config, target, found):
    wanted = [Seeking("p1", "new@example.com", "00Q000000000001AAA")]
    requests, matches = drive(seek(config, target, wanted), found(LEAD))
    assert "FROM Lead WHERE Id IN ('00Q000000000001AAA')" in soql(requests[0])
    assert [one.remote_id for one in matches[0].candidates] == ["00Q000000000001AAA"]


def test_a_known_lead_that_was_converted_is_answered_by_its_contact(drive, config, target, found):
    wanted = [Seeking("p1", "quentin@example.com", "00Q000000000002AAA")]
    _, matches = drive(seek(config, target, wanted), found(CONVERTED), found(HEIR))
    assert [one.remote_id for one in matches[0].candidates] == ["003000000000002AAA"]


def test_a_known_person_who_is_gone_is_sought_by_e_mail(drive, config, target, found):
    wanted = [Seeking("p1", "rosa@example.com", "00Q000000000009AAA")]
    _, matches = drive(seek(config, target, wanted), found(), found(), found(LEAD))
    assert [one.remote_id for one in matches[0].candidates] == ["00Q000000000001AAA"]


def test_a_new_lead_has_what_salesforce_requires(config, target, change):
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": "new@example.com"}))
    assert isinstance(row, Row)
    assert row.payload == {"Email": "new@example.com", "LastName": "[not provided]", "Company": "[not provided]"}


def test_a_new_lead_carries_what_was_registered(config, target, change):
    values = {"email": "n@example.com", "first_name": "Nia", "last_name": "Okoro", "company": "Acme", "phone": "1"}
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values=values))
    assert isinstance(row, Row)
    assert row.payload == {"Email": "n@example.com", "FirstName": "Nia", "LastName": "Okoro", "Company": "Acme"}


def test_a_long_title_of_a_new_lead_is_cut_and_told(config, target, change):
    values = {"email": "n@example.com", "title": "x" * 130}
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values=values))
    assert isinstance(row, Row)
    assert row.notes == ("title cut from 130 to 128 characters",)


def test_a_person_whose_e_mail_is_none_is_refused(config, target, change):
    outcome = render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": "guest"}))
    assert isinstance(outcome, Outcome)
    assert outcome.ruling.verdict is Verdict.REJECT


def test_on_a_person_who_is_there_nothing_is_written(drive, config, target, change):
    matched = change(Kind.PERSON, Op.UPDATE, values={"email": "p@example.com"}, remote_id="003000000000001AAA")
    row = render(config, target, matched)
    requests, outcomes = drive(WRITER.talk(config, target, [row]))
    assert requests == []
    assert outcomes[0].remote_id == "003000000000001AAA"


def test_new_leads_are_not_assigned_and_meet_the_duplicate_rules(drive, config, target, change):
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": "new@example.com"}))
    made = [{"id": "00Q000000000007AAA", "success": True, "errors": []}]
    requests, outcomes = drive(WRITER.talk(config, target, [row]), made)
    assert requests[0].headers["Sforce-Auto-Assign"] == "FALSE"
    assert "allowSave=false; includeRecordDetails=true" in requests[0].headers["Sforce-Duplicate-Rule-Header"]
    assert json.loads(requests[0].body)["records"][0]["attributes"] == {"type": "Lead"}
    assert (outcomes[0].remote_id, outcomes[0].made) == ("00Q000000000007AAA", True)


def test_a_cut_is_answered_with_what_was_sent(drive, config, target, change):
    values = {"email": "n@example.com", "title": "x" * 130}
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values=values))
    _, outcomes = drive(
        WRITER.talk(config, target, [row]), [{"id": "00Q000000000007AAA", "success": True, "errors": []}]
    )
    assert outcomes[0].sent == {"title": "x" * 128}


NAMELESS = [{"success": False, "errors": [{"statusCode": "DUPLICATES_DETECTED", "message": "Use one", "fields": []}]}]


def blocked(*ids):
    result = {"matchResults": [{"matchRecords": [{"record": {"Id": one}} for one in ids]}]}
    error = {"errorCode": "DUPLICATES_DETECTED", "message": "Use one", "duplicateResut": result}
    return Reply(400, {}, json.dumps([error]).encode())


def test_where_the_answer_for_many_does_not_say_whom_a_rule_found_one_is_asked_alone(drive, config, target, change):
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": "new@example.com"}))
    requests, outcomes = drive(WRITER.talk(config, target, [row]), NAMELESS, blocked("003000000000001AAA"))
    assert (requests[1].url, requests[1].json()) == ("/sobjects/Lead", row.payload)
    assert outcomes[0].ruling.verdict is Verdict.REMATCH
    assert outcomes[0].matches == ("003000000000001AAA",)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(201, {}, b'{"id":"00Q000000000007AAA","success":true,"errors":[]}'), Verdict.ACCEPT),
        (blocked(), Verdict.REMATCH),
        (Reply(403, {}, b"[]"), Verdict.REMATCH),
        (Reply(503, {}, b"<html>"), Verdict.UNSURE),
        (Reply(200, {}, b"<html>"), Verdict.UNSURE),
    ],
)
def test_what_is_answered_for_one_alone_decides(drive, config, target, change, reply, verdict):
    row = render(config, target, change(Kind.PERSON, Op.CREATE, values={"email": "new@example.com"}))
    _, outcomes = drive(WRITER.talk(config, target, [row]), NAMELESS, reply)
    assert outcomes[0].ruling.verdict is verdict


def test_a_lead_that_we_made_is_compared_field_by_field(drive, config, target, change, found):
    made = change(Kind.PERSON, Op.CREATE, remote_id="00Q000000000001AAA")
    row = Row(made, {"Email": "rosa@example.com", "Company": "Acme"}, 10)
    standing = {"Id": "00Q000000000001AAA", "Email": "rosa@example.com", "Company": "Other"}
    _, differences = drive(read_back(config, target, [row]), found(standing))
    assert differences == [Difference(made.key, "Company", "Acme", "Other")]


def test_a_person_who_is_gone_is_a_difference_without_a_field(drive, config, target, change, found):
    matched = change(Kind.PERSON, Op.UPDATE, remote_id="003000000000001AAA")
    _, differences = drive(read_back(config, target, [Row(matched, {}, 0)]), found())
    assert differences == [Difference(matched.key, "", "003000000000001AAA", None)]


LEAD_ID, CONTACT_ID = "00Q000000000001AAA", "003000000000001AAA"


def writing(config, **fields):
    return Config("salesforce", "sf", {**config.settings, **fields})


def standing(change, identity, **values):
    return change(Kind.PERSON, Op.UPDATE, remote_id=identity, values=values)


def test_nothing_is_written_on_people_who_are_there_already(config, target, change):
    row = WRITER.render(config, target, standing(change, LEAD_ID, title="Head of Events"))
    assert row.payload == {}


def test_a_field_that_a_setting_names_is_overwritten(config, target, change):
    row = WRITER.render(
        writing(config, overwrite_fields="title"), target, standing(change, LEAD_ID, title="Head", first_name="Rosa")
    )
    assert row.payload == {"id": LEAD_ID, "Title": "Head"}


def test_a_contact_has_no_company_of_its_own(config, target, change):
    chosen = writing(config, overwrite_fields="company, country")
    row = WRITER.render(chosen, target, standing(change, CONTACT_ID, company="Acme", country="Peru"))
    assert row.payload == {"id": CONTACT_ID, "MailingCountry": "Peru"}


def test_what_is_only_filled_is_left_where_somebody_filled_it(drive, found, config, target, change):
    chosen = writing(config, fill_fields="title", overwrite_fields="first_name")
    rows = [
        WRITER.render(chosen, target, standing(change, identity, title="Head", first_name="Rosa"))
        for identity in (LEAD_ID, "00Q000000000002AAA")
    ]
    requests, outcomes = drive(
        WRITER.talk(chosen, target, rows),
        found({"Id": LEAD_ID, "Title": None}, {"Id": "00Q000000000002AAA", "Title": "Chief"}),
        [{"id": one.change.remote_id, "success": True, "errors": []} for one in rows],
    )
    assert requests[0].query["q"].startswith("SELECT Id, Title FROM Lead WHERE Id IN (")
    assert [{k: v for k, v in one.items() if k != "attributes"} for one in requests[1].json()["records"]] == [
        {"id": LEAD_ID, "FirstName": "Rosa", "Title": "Head"},
        {"id": "00Q000000000002AAA", "FirstName": "Rosa"},
    ]
    assert [one.made for one in outcomes] == [False, False]


def test_where_all_is_filled_nothing_is_written(drive, found, config, target, change):
    chosen = writing(config, fill_fields="title")
    row = WRITER.render(chosen, target, standing(change, CONTACT_ID, title="Head"))
    requests, (outcome,) = drive(WRITER.talk(chosen, target, [row]), found({"Id": CONTACT_ID, "Title": "Chief"}))
    assert [one.path for one in requests] == ["/query"]
    assert outcome.ruling.verdict is Verdict.ACCEPT


def test_leads_and_contacts_go_in_calls_of_their_own(change):
    assert WRITER.group(standing(change, LEAD_ID)) != WRITER.group(standing(change, CONTACT_ID))


def test_a_duplicate_rule_on_an_edit_never_makes_a_lead(drive, config, target, change):
    chosen = writing(config, overwrite_fields="title")
    row = WRITER.render(chosen, target, standing(change, LEAD_ID, title="Head"))
    error = {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    requests, _ = drive(WRITER.talk(chosen, target, [row]), [{"success": False, "errors": [error]}])
    assert [one.method for one in requests] == ["PATCH"]


@pytest.mark.parametrize("name", ["email", "OwnerId", "lead_source"])
def test_a_field_that_belongs_to_people_cannot_be_named(config, name):
    with pytest.raises(SettingsError, match=f"overwrite_fields cannot name {name.lower()!r}"):
        next(sign_in(writing(config, overwrite_fields=name)))
