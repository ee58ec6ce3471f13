from typing import Any

from turnout.records.attendance import Seen
from turnout.records.derive import NO_EMAIL, EventFacts, SessionNamed, Wish, records
from turnout.records.engagement import Counted, SessionFacts
from turnout.records.people import Attendee, Person
from turnout.records.polls import Answered
from turnout.values.records import Key, Kind, Parking, Record, digest

ENTRY = "1_live0001"
ADA = Person("ada", (Attendee("kaltura", "ada@example.com"),), "ada@example.com", {"first_name": "Ada", "email": "no"})
ANON = Person("anon", (Attendee("kaltura", "u1"),), "", {})
MEMBER = Key("b1", Kind.MEMBER, "ada")
PERSON = Key("", Kind.PERSON, "ada")


def facts(*people: Person, **more: Any) -> EventFacts:
    history = {person.attendees[0]: [Seen(1.0, "registered")] for person in people}
    given: dict[str, Any] = {
        "persons": people,
        "history": history,
        "counted": [Counted(person.id, ENTRY, 330022, {"plays": 1}, 1.0) for person in people],
        "reported": [],
        "answers": [Answered(person.id, ENTRY, "p", "Q?", "single", "A", 1.0, 2.0) for person in people],
        "sessions": {ENTRY: SessionNamed("Keynote", SessionFacts(frozenset({"player"})))},
        "channels": {330022: "Main stage"},
        "homes": {},
        "slots": {(ENTRY, "p"): 1},
    }
    return EventFacts(**(given | more))


def made(*people: Person, **more: Any) -> dict[Kind, Record]:
    return {record.key.kind: record for record in records(facts(*people, **more), "b1")}


def test_an_attendee_has_a_record_of_each_kind_each_after_what_it_refers_to() -> None:
    assert [(record.key, record.refs) for record in records(facts(ADA), "b1")] == [
        (PERSON, ()),
        (MEMBER, (PERSON,)),
        (Key("b1", Kind.ENGAGEMENT, "ada", ENTRY, 330022), (MEMBER,)),
        (Key("b1", Kind.POLLS, "ada", ENTRY), (MEMBER,)),
    ]


def test_a_persons_record_carries_the_profile_and_the_persons_own_address() -> None:
    assert dict(made(ADA)[Kind.PERSON].values) == {"first_name": "Ada", "email": "ada@example.com"}


def test_a_members_record_carries_the_status_in_both_vocabularies() -> None:
    assert dict(made(ADA)[Kind.MEMBER].values) == {
        "status": "registered",
        "code": "Registered",
        "label": "Registered",
        "email": "ada@example.com",
    }


def test_a_row_names_session_channel_and_user() -> None:
    values = made(ADA)[Kind.ENGAGEMENT].values
    names = ("entry_id", "entry_name", "email", "user", "channel_id", "channel_name", "plays")
    assert [values[name] for name in names] == [
        *(ENTRY, "Keynote", "ada@example.com", "ada@example.com"),
        *(330022, "Main stage", 1),
    ]


def test_a_polls_row_has_no_channel() -> None:
    assert dict(made(ADA)[Kind.POLLS].values) == {
        "entry_id": ENTRY,
        "entry_name": "Keynote",
        "email": "ada@example.com",
        "user": "ada@example.com",
        "poll_1_type": "single",
        "poll_1_answer": "A",
        "poll_1_question": "Q?",
    }


def test_a_session_and_a_channel_without_a_name_have_none() -> None:
    values = made(ADA, sessions={}, channels={})[Kind.ENGAGEMENT].values
    assert (values["entry_name"], values["channel_name"]) == (None, None)


def test_who_has_no_status_is_no_member() -> None:
    assert set(made(ADA, history={})) == {Kind.ENGAGEMENT, Kind.POLLS}


def test_everything_of_a_person_without_an_address_is_held_with_that_reason() -> None:
    found = {
        (record.key.kind, record.parked, record.reason) for record in records(facts(ANON), "b1", Wish(activities=True))
    }
    assert found == {(kind, Parking.HELD, NO_EMAIL) for kind in Kind}


def test_a_persons_attendees_fold_into_one_status() -> None:
    both = Person("ada", (Attendee("kaltura", "a"), Attendee("csv", "b")), "ada@example.com", {})
    history = {both.attendees[0]: [Seen(2.0, "registered")], both.attendees[1]: [Seen(1.0, "participated")]}
    assert made(both, history=history)[Kind.MEMBER].values["status"] == "participated"


def test_the_fold_is_reported_on_the_member() -> None:
    noted = Person("ada", ADA.attendees, ADA.email, {}, notes=("2 users are one person: a, b",))
    assert made(noted)[Kind.MEMBER].notes == ("2 users are one person: a, b",)


def test_a_visit_after_the_event_carries_the_highest_status_before_it_of_all_attendees() -> None:
    both = Person("ada", (Attendee("kaltura", "a"), Attendee("csv", "b")), "ada@example.com", {})
    history = {both.attendees[0]: [Seen(2.0, "participatedPostEvent")], both.attendees[1]: [Seen(1.0, "attended")]}
    assert made(both, history=history)[Kind.MEMBER].values["before"] == "attended"


def test_a_setting_lets_who_attended_un_register() -> None:
    history = {ADA.attendees[0]: [Seen(1.0, "attended"), Seen(2.0, "unregistered")]}
    assert made(ADA, history=history, keep_attended=False)[Kind.MEMBER].values["status"] == "unregistered"


def test_a_digest_leaves_references_out() -> None:
    row = made(ADA)[Kind.ENGAGEMENT]
    elsewhere = Record(row.key, row.values, refs=(Key("b1", Kind.MEMBER, "bob"),))
    assert digest(row.values) == digest(elsewhere.values)


def test_an_activity_merges_a_sessions_channels_and_waits_until_the_session_has_settled() -> None:
    counted = [
        Counted("ada", ENTRY, 330022, {"plays": 1}, 1.0, 100.0),
        Counted("ada", ENTRY, 330023, {"plays": 2}, 50.0, 400.5),
    ]
    given = facts(ADA, counted=counted, homes={("ada", ENTRY): 330022})
    (activity,) = [one for one in records(given, "b1", Wish(rows=False, activities=True)) if one.key.kind == "activity"]
    assert activity.key == Key("b1", Kind.ACTIVITY, "ada", ENTRY, 1)
    assert activity.not_before == 400.5 + 1800.0
    assert (activity.values["plays"], activity.values["channel_id"], activity.values["at"]) == (
        3,
        330022,
        "1970-01-01T00:06:40.000Z",
    )
    assert "raise_hand" not in activity.values


def test_an_account_that_had_activities_before_gets_one_row_a_session_without_channel() -> None:
    counted = [Counted("ada", ENTRY, 330022, {"plays": 1}, 1.0), Counted("ada", ENTRY, 330023, {"plays": 2}, 2.0)]
    found = records(facts(ADA, counted=counted), "b1", Wish(channel_zero=True))
    (row,) = [one for one in found if one.key.kind is Kind.ENGAGEMENT]
    assert (row.key.channel, row.values["channel_id"], row.values["channel_name"], row.values["plays"]) == (
        0,
        0,
        None,
        3,
    )
