import pytest
from tests.unit.destinations.marketo.talking import config, drive, ok, refused, seen_target, skipped

from turnout.destinations.kit import Difference, Row
from turnout.destinations.marketo.calls.leads import flaw
from turnout.destinations.marketo.calls.people import WRITER, seek
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import Seeking
from turnout.values.verdicts import Outcome

TARGET = seen_target()


def lead(number: int, email: str, updated: str = "2026-11-01T10:00:00Z"):
    return {"id": number, "email": email, "updatedAt": updated, "createdAt": "2026-01-01T00:00:00Z"}


def sought(*seekings: Seeking, replies):
    return drive(seek(config(), TARGET, seekings), *replies)


def change(person: str = "p1", op: Op = Op.CREATE, **values: str) -> Change:
    values = {"email": f"{person}@example.com", **values}
    return Change(Key("", Kind.PERSON, person), op, values, "d1", remote_id="318" if op is Op.UPDATE else "")


def rendered(made: Change, **settings: str) -> Row:
    row = WRITER.render(config(**settings), TARGET, made)
    assert isinstance(row, Row), row
    return row


def test_a_person_is_matched_by_email_whatever_its_case():
    _, [match] = sought(Seeking("p1", " Paula@Example.com "), replies=[ok(lead(318, "paula@example.com"))])
    assert [found.remote_id for found in match.candidates] == ["318"]


def test_emails_are_asked_for_in_one_call():
    requests, _ = sought(Seeking("p1", "a+x@example.com"), Seeking("p2", "b@example.com"), replies=[ok()])
    assert requests[0].query == {
        "filterType": "email",
        "filterValues": "a+x@example.com,b@example.com",
        "fields": "id,email,updatedAt,createdAt",
    }


def test_nobody_matches_where_nobody_is():
    _, [match] = sought(Seeking("p1", "a@example.com"), replies=[ok()])
    assert match.candidates == ()


def test_of_several_with_one_email_it_is_told_who_is_a_member_and_who_was_changed_last():
    replies = [
        ok(lead(318, "paula@example.com"), lead(319, "paula@example.com", "2026-11-02T10:00:00+0000")),
        ok({"leadId": 319, "statusName": "Registered"}),
    ]
    requests, [match] = sought(Seeking("p1", "paula@example.com"), replies=replies)
    assert requests[1].path == "/rest/v1/programs/1044/members.json"
    assert [(found.remote_id, found.modified, found.in_program) for found in match.candidates] == [
        ("318", "2026-11-01T10:00:00.000Z", False),
        ("319", "2026-11-02T10:00:00.000Z", True),
    ]


def test_a_known_id_is_verified_and_no_email_is_asked_for():
    requests, [match] = sought(Seeking("p1", "a@example.com", "318"), replies=[ok(lead(318, "a@example.com"))])
    assert (requests[0].query["filterType"], len(requests), match.candidates[0].note) == ("id", 1, "")


def test_a_known_id_with_another_email_is_kept_and_told():
    _, [match] = sought(Seeking("p1", "new@example.com", "318"), replies=[ok(lead(318, "old@example.com"))])
    assert match.candidates[0].note == "the e-mail in the account is another than the event's"


def test_an_id_that_was_merged_away_is_looked_for_by_email():
    replies = [ok(), ok(lead(400, "a@example.com"))]
    _, [match] = sought(Seeking("p1", "a@example.com", "318"), replies=replies)
    assert [found.remote_id for found in match.candidates] == ["400"]


def test_a_long_list_goes_as_a_post_that_says_it_is_a_get():
    seekings = [Seeking(f"p{n}", f"attendee.number.{n:03}@department.example.com") for n in range(300)]
    requests, _ = drive(seek(config(), TARGET, seekings), ok())
    assert (requests[0].method, requests[0].url) == ("POST", "/rest/v1/leads.json?_method=GET")
    assert (requests[0].writing, requests[0].body.count(b"%2C")) == (False, 299 + 3)


def test_pages_are_read_to_the_last():
    replies = [ok(lead(1, "a@example.com"), nextPageToken="T===="), ok(lead(2, "b@example.com"))]
    requests, matches = sought(Seeking("p1", "a@example.com"), Seeking("p2", "b@example.com"), replies=replies)
    assert requests[1].query["nextPageToken"] == "T===="
    assert [match.candidates[0].remote_id for match in matches] == ["1", "2"]


def test_too_many_hits_are_asked_for_in_halves():
    replies = [refused("1003", "Too many results match the filter"), ok(lead(1, "a@example.com")), ok()]
    requests, _ = sought(Seeking("p1", "a@example.com"), Seeking("p2", "b@example.com"), replies=replies)
    assert [request.query["filterValues"] for request in requests[1:]] == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize("email", ["", "josé@example.com", "a,b@example.com", "nobody", "a@b@c.com", "a b@example.com"])
def test_an_address_that_marketo_cannot_look_up_is_not_asked_for(email):
    requests, [match] = sought(Seeking("p1", email), replies=[])
    assert (requests, match.candidates) == ([], ())


def test_an_address_outside_ascii_is_refused_before_it_is_sent():
    refused_one = WRITER.render(config(), TARGET, change(email="josé@example.com"))
    assert isinstance(refused_one, Outcome)
    assert "it has letters outside ASCII" in refused_one.ruling.sentence()


def test_a_usual_address_has_no_flaw():
    assert flaw("a.b+c@sub.example.com") == ""


def test_only_fields_that_the_account_shows_and_lets_us_write_are_sent():
    row = rendered(change(first_name="Ada", title="Dr", phone="1", country="FR", last_name=""))
    assert row.payload == {"email": "p1@example.com", "firstName": "Ada"}


def test_a_name_is_cut_to_the_accounts_width_and_the_cut_is_noted():
    row = rendered(change(first_name="Maximiliana"))
    assert row.payload["firstName"] == "Maximilian"
    assert row.notes == ("first_name was cut from 11 to 10 characters, the width of its field",)


def test_an_email_longer_than_its_field_is_refused():
    refused_one = WRITER.render(config(), TARGET, change(email="a" * 250 + "@example.com"))
    assert "never cut" in refused_one.ruling.sentence()


def test_people_are_made_with_create_only():
    requests, _ = drive(WRITER.talk(config(), TARGET, [rendered(change())]), ok({"id": 1, "status": "created"}))
    assert requests[0].json() == {
        "action": "createOnly",
        "lookupField": "email",
        "input": [{"email": "p1@example.com"}],
    }


def test_people_are_made_in_the_partition_that_is_set():
    talk = WRITER.talk(config(partition="EMEA"), TARGET, [rendered(change())])
    requests, _ = drive(talk, ok({"id": 1, "status": "created"}))
    assert requests[0].json()["partitionName"] == "EMEA"


def test_a_known_person_is_changed_by_id():
    row = rendered(change(op=Op.UPDATE, first_name="Ada"))
    requests, _ = drive(WRITER.talk(config(), TARGET, [row]), ok({"id": 318, "status": "updated"}))
    assert requests[0].json() == {
        "action": "updateOnly",
        "lookupField": "id",
        "input": [{"id": 318, "email": "p1@example.com", "firstName": "Ada"}],
    }


def test_making_and_changing_never_share_a_call():
    assert WRITER.group(change()) != WRITER.group(change(op=Op.UPDATE))


def test_each_person_gets_an_answer_by_place():
    rows = [rendered(change("a")), rendered(change("b")), rendered(change("c"))]
    items = [{"id": 50, "status": "created"}, skipped("1005", "Lead already exists"), skipped("1003", "bad")]
    _, given = drive(WRITER.talk(config(), TARGET, rows), ok(*items))
    assert [(found.remote_id, found.made, found.ruling.verdict) for found in given] == [
        ("50", True, "accept"),
        ("", False, "rematch"),
        ("", False, "reject"),
    ]


def seen_as(row: Row, remote_id: str, *, settle: bool = False) -> Row:
    made = Change(row.change.key, Op.CREATE, row.change.values, "d1", remote_id=remote_id, settle=settle)
    return Row(made, row.payload, row.size_bytes)


def test_a_person_that_stands_as_written_shows_no_difference():
    row = seen_as(rendered(change(first_name="Ada")), "50")
    _, found = drive(
        WRITER.read_back(config(), TARGET, [row]), ok({"id": 50, "email": "P1@example.com".lower(), "firstName": "Ada"})
    )
    assert found == []


def test_a_person_that_is_gone_is_a_difference():
    row = seen_as(rendered(change()), "50")
    _, found = drive(WRITER.read_back(config(), TARGET, [row]), ok())
    assert found == [Difference(row.change.key, "", "50", None)]


def test_a_field_that_somebody_changed_is_a_difference():
    row = seen_as(rendered(change(first_name="Ada")), "50")
    item = {"id": 50, "email": "p1@example.com", "firstName": "Eve"}
    _, found = drive(WRITER.read_back(config(), TARGET, [row]), ok(item))
    assert found == [Difference(row.change.key, "firstName", "Ada", "Eve")]


def test_of_a_person_who_was_only_matched_nothing_is_compared():
    row = seen_as(rendered(change(first_name="Ada")), "50", settle=True)
    _, found = drive(WRITER.read_back(config(), TARGET, [row]), ok({"id": 50, "firstName": "Eve"}))
    assert found == []
