import pytest
from msgspec.structs import replace
from tests.unit.plan.planning import CODES, LABELS, MEMBER, PERSON, Desk, target, with_member_keys

from turnout.plan.members import words
from turnout.plan.view import Policy
from turnout.records.statuses import Words
from turnout.values.bindings import Binding
from turnout.values.changes import Op
from turnout.values.records import Parking
from turnout.values.rows import LedgerRow
from turnout.values.sightings import Seeking

ACCEPTED = {"accepted": "m1", "accepted_at": 5.0, "remote_id": "00vA", "refs": ("003A",)}


def by_codes(desk: Desk) -> None:
    desk.target = target(CODES, default="Invited")


def test_auto_takes_the_vocabulary_that_the_account_has() -> None:
    assert words(Binding("b1", "9001", "Winter Summit 2026", "crm"), target(CODES)) == Words("codes", {})


def test_a_bindings_own_vocabulary_goes_before_what_the_account_has() -> None:
    binding = Binding("b1", "9001", "Summit", "crm", vocabulary="map", labels={"attended": "Came"})
    assert words(binding, target(CODES)) == Words("map", {"attended": "Came"})


def test_a_member_waits_for_its_person(desk: Desk) -> None:
    desk.person(claimed="d1", due=2_000.0)
    desk.member()
    assert desk.plan().waiting[MEMBER] == "waits for its person"


def test_a_member_that_nobody_looked_for_is_looked_for(desk: Desk) -> None:
    desk.known()
    desk.member()
    assert desk.plan().look_members == {"b1": [Seeking("ada", "ada@example.com", "003A")]}


def test_who_is_no_member_is_made_one_with_the_status(desk: Desk) -> None:
    desk.known()
    desk.member()
    desk.seen("", remote_id="", external_id="")
    (change,) = desk.plan().changes
    assert (change.op, change.status, change.step, change.person_id, change.values["written"]) == (
        Op.CREATE,
        "Registered",
        30,
        "003A",
        "Registered",
    )


def test_a_lower_status_is_raised(desk: Desk) -> None:
    desk.known()
    desk.member("attended")
    desk.seen("Registered")
    (change,) = desk.plan().changes
    assert (change.op, change.remote_id, change.status) == (Op.UPDATE, "00vA", "Pre-event visit")


def test_a_member_with_the_status_wanted_is_settled(desk: Desk) -> None:
    desk.known()
    desk.member()
    desk.seen("Registered")
    made = desk.plan()
    assert ([(one.remote_id, one.detail) for one in made.settled], made.changes) == (
        [("00vA", "already Registered")],
        [],
    )


def test_an_equal_step_swaps(desk: Desk) -> None:
    desk.target = target((*LABELS, "Confirmed email", "Registered no confirmation required"))
    desk.known()
    desk.member("autoConfirmed")
    desk.seen("Confirmed email")
    (change,) = desk.plan().changes
    assert change.status == "Registered no confirmation required"


def test_a_status_above_ours_that_we_did_not_write_is_kept(desk: Desk) -> None:
    desk.known()
    desk.member()
    desk.seen("During-event visit")
    assert desk.parked(MEMBER) == (Parking.KEPT, "a person set 'During-event visit'")


def test_a_status_above_ours_that_we_wrote_is_never_lowered(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "During-event visit"})
    desk.seen("During-event visit")
    assert desk.parked(MEMBER) == (Parking.KEPT, "'During-event visit' is never lowered")


def test_a_created_attendee_does_not_lower_an_invited_one(desk: Desk) -> None:
    desk.target = target(("Created", *CODES))
    desk.known()
    desk.member("created")
    desk.seen("Invited")
    assert desk.parked(MEMBER)[0] is Parking.KEPT


def test_a_status_outside_the_vocabulary_is_kept(desk: Desk) -> None:
    desk.known()
    desk.member()
    desk.seen("VIP")
    assert desk.parked(MEMBER) == (
        Parking.KEPT,
        "a person set 'VIP', which is outside the statuses used here",
    )


def test_a_status_outside_the_vocabulary_that_we_wrote_is_replaced(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Confirmed"})
    desk.seen("Confirmed")
    assert [change.status for change in desk.plan().changes] == ["Registered"]


@pytest.mark.parametrize(("word", "label"), [("blocked", "Blocked"), ("unregistered", "Un-registered")])
def test_the_statuses_outside_the_ladder_are_entered_from_anywhere(desk: Desk, word: str, label: str) -> None:
    by_codes(desk)
    desk.known()
    desk.member(word)
    desk.seen("Attended")
    assert [change.status for change in desk.plan().changes] == [label]


def test_blocked_replaces_our_own_un_registered(desk: Desk) -> None:
    by_codes(desk)
    desk.known()
    desk.member("blocked", values={"written": "Un-registered"})
    desk.seen("Un-registered")
    assert [change.status for change in desk.plan().changes] == ["Blocked"]


def test_un_registered_replaces_our_own_blocked_under_own_names(desk: Desk) -> None:
    desk.binding = replace(desk.binding, vocabulary="map", labels={"blocked": "Gone", "unregistered": "Barred"})
    desk.target = target(("Gone", "Barred"))
    desk.known()
    desk.member("blocked", values={"written": "Barred"})
    desk.seen("Barred")
    assert [change.status for change in desk.plan().changes] == ["Gone"]


def test_a_status_outside_the_ladder_that_a_person_set_is_kept(desk: Desk) -> None:
    by_codes(desk)
    desk.known()
    desk.member()
    desk.seen("Blocked")
    assert desk.parked(MEMBER) == (Parking.KEPT, "a person set 'Blocked'")


def test_our_own_un_registered_is_left_where_the_vendor_can(desk: Desk) -> None:
    by_codes(desk)
    desk.known()
    desk.member(values={"written": "Un-registered"})
    desk.seen("Un-registered")
    assert [change.status for change in desk.plan().changes] == ["Registered"]


def test_our_own_un_registered_under_an_own_name_is_left_where_the_vendor_can(desk: Desk) -> None:
    desk.binding = replace(desk.binding, vocabulary="map", labels={"registered": "In", "unregistered": "Out"})
    desk.target = target(("In", "Out"))
    desk.known()
    desk.member(values={"written": "Out"})
    desk.seen("Out")
    assert [change.status for change in desk.plan().changes] == ["In"]


def test_our_own_un_registered_is_reported_where_the_vendor_cannot_leave_it(desk: Desk) -> None:
    by_codes(desk)
    desk.policy = Policy(leaves_outside=False)
    desk.known()
    desk.member(values={"written": "Un-registered"})
    desk.seen("Un-registered")
    assert desk.parked(MEMBER) == (
        Parking.KEPT,
        "the account cannot lead a member back from 'Un-registered'",
    )


def test_a_label_that_the_account_lacks_holds_the_member(desk: Desk) -> None:
    desk.known()
    desk.member("blocked")
    desk.seen("Registered")
    assert desk.parked(MEMBER) == (Parking.HELD, "the account has no status 'Blocked' for Kaltura's 'blocked'")


def test_a_visit_after_the_event_moves_nobody_where_the_account_has_no_name_for_it(desk: Desk) -> None:
    desk.known()
    desk.member("participatedPostEvent", before="registered")
    desk.seen("Registered")
    assert [one.detail for one in desk.plan().settled] == ["already Registered"]


def test_a_member_made_by_others_is_given_our_key_and_the_status(desk: Desk) -> None:
    desk.target = with_member_keys(desk.target)
    desk.known()
    desk.member()
    desk.seen("Invited by team member", external_id="")
    (change,) = desk.plan().changes
    assert (change.op, change.remote_id, change.status) == (Op.UPDATE, "00vA", "Registered")


def test_a_member_made_by_others_with_the_status_wanted_is_given_our_key_alone(desk: Desk) -> None:
    desk.target = with_member_keys(desk.target)
    desk.known()
    desk.member()
    desk.seen("Registered", external_id="")
    (change,) = desk.plan().changes
    assert (change.op, change.status, change.values["written"]) == (Op.UPDATE, "", "Registered")


def test_a_member_whose_status_is_kept_is_given_our_key_all_the_same(desk: Desk) -> None:
    desk.target = with_member_keys(desk.target)
    desk.known()
    desk.member()
    desk.seen("During-event visit", external_id="")
    (change,) = desk.plan().changes
    assert (change.op, change.status, change.values["written"]) == (Op.UPDATE, "", "")


def test_an_adopted_member_whose_status_is_anothers_is_kept_once_read_back(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": ""}, **ACCEPTED)
    desk.seen("During-event visit")
    assert desk.parked(MEMBER)[0] is Parking.KEPT


def test_an_accepted_member_is_read_back(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    assert desk.plan().look_members == {"b1": [Seeking("ada", "ada@example.com", "003A")]}


def test_a_member_that_shows_what_we_wrote_is_confirmed(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    desk.seen("Registered")
    assert desk.plan().confirmed == [MEMBER]


def test_a_status_that_the_account_replaced_by_its_default_in_silence_is_a_reject(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    desk.seen("Sent")
    assert desk.parked(MEMBER) == (
        Parking.REJECTED,
        "the account stored the status 'Sent' instead of 'Registered'",
    )


def test_a_status_that_did_not_rise_is_a_reject(desk: Desk) -> None:
    desk.known()
    desk.member("attended", values={"written": "Pre-event visit"}, **ACCEPTED)
    desk.seen("Registered")
    assert desk.parked(MEMBER) == (
        Parking.REJECTED,
        "the account stored the status 'Registered' instead of 'Pre-event visit'",
    )


def test_a_status_that_a_person_raised_after_us_is_kept(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    desk.seen("During-event visit")
    assert desk.parked(MEMBER)[0] is Parking.KEPT


def test_an_accepted_member_of_another_person_is_not_confirmed_but_noted_anew(desk: Desk) -> None:
    desk.known(remote_id="003B")
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    desk.seen("Registered")
    made = desk.plan()
    assert (made.confirmed, [one.change.person_id for one in made.settled]) == ([], ["003B"])


def test_a_member_that_is_gone_when_read_back_is_a_reject(desk: Desk) -> None:
    desk.known()
    desk.member(values={"written": "Registered"}, **ACCEPTED)
    desk.seen("", remote_id="")
    assert desk.parked(MEMBER) == (Parking.REJECTED, "the account accepted the member, and does not have it")


def test_a_delivered_member_is_left_in_peace(desk: Desk) -> None:
    desk.joined()
    made = desk.plan()
    assert (made.changes, made.looks, made.notes) == ([], False, False)


def test_a_delivered_member_is_owed_again_when_its_person_becomes_another(desk: Desk) -> None:
    desk.joined()
    desk.rows[PERSON] = LedgerRow(PERSON, wanted="d1", accepted="d1", remote_id="003B")
    desk.seen("", remote_id="")
    (change,) = desk.plan().changes
    assert (change.op, change.person_id) == (Op.CREATE, "003B")


def test_a_member_whose_call_was_lost_is_planned_by_what_the_account_shows(desk: Desk) -> None:
    desk.known()
    desk.member(claimed="m1")
    desk.seen("Registered")
    assert [one.remote_id for one in desk.plan().settled] == ["00vA"]
