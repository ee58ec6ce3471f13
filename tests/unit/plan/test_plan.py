import pytest
from msgspec.structs import replace
from tests.unit.plan.planning import MEMBER, NOW, PERSON, ROW, Desk

from turnout.values.records import Key, Kind, Parking


@pytest.mark.parametrize("parking", [Parking.HELD, Parking.REJECTED, Parking.KEPT])
def test_a_parked_record_rests(desk: Desk, parking: Parking) -> None:
    desk.person(refused="d1", parking=parking)
    made = desk.plan()
    assert (made.looks, made.notes, made.changes) == (False, False, [])


def test_a_parked_record_comes_back_when_its_wish_changes(desk: Desk) -> None:
    desk.person(refused="d0", parking=Parking.REJECTED)
    desk.member()
    assert desk.plan().looks is True


def test_a_held_person_blocks_only_what_refers_to_them(desk: Desk) -> None:
    desk.person("bob", refused="d1", parking=Parking.HELD)
    desk.member("registered", "bob")
    desk.known()
    desk.member()
    desk.seen("", remote_id="")
    made = desk.plan()
    assert ([change.key for change in made.changes], made.waiting) == (
        [MEMBER],
        {Key("b1", Kind.MEMBER, "bob"): "waits for its person"},
    )


def test_a_record_waits_for_its_time(desk: Desk) -> None:
    desk.person(due=NOW + 20, reason="too fast")
    made = desk.plan()
    assert (made.waiting, made.due, made.looks) == ({PERSON: "too fast"}, NOW + 20, False)


def test_the_earliest_time_that_something_waits_for_is_told(desk: Desk) -> None:
    desk.person("ada", due=NOW + 20)
    desk.person("bob", due=NOW + 10)
    assert desk.plan().due == NOW + 10


def test_a_record_whose_time_has_come_is_planned(desk: Desk) -> None:
    desk.person(due=NOW)
    desk.match()
    assert [change.key for change in desk.plan().changes] == [PERSON]


def test_what_waits_for_something_else_has_no_time(desk: Desk) -> None:
    desk.known()
    desk.row()
    assert desk.plan().due == 0.0


def test_a_stopped_stream_waits_for_a_person_to_act(desk: Desk) -> None:
    desk.stopped["b1", Kind.ENGAGEMENT] = "the object is missing"
    desk.joined()
    desk.row()
    made = desk.plan()
    assert (made.waiting, made.changes) == ({ROW: "the object is missing"}, [])


def test_a_stopped_stream_stops_no_other(desk: Desk) -> None:
    desk.stopped["b1", Kind.POLLS] = "the object is missing"
    desk.joined()
    desk.row()
    assert [change.key for change in desk.plan().changes] == [ROW]


def test_people_wait_where_their_bindings_people_are_stopped(desk: Desk) -> None:
    desk.stopped["b1", Kind.PERSON] = "the campaign is missing"
    desk.person()
    desk.member()
    assert desk.plan().waiting[PERSON] == "the campaign is missing"


def test_an_accounts_people_can_be_stopped_as_one_stream(desk: Desk) -> None:
    desk.stopped["", Kind.PERSON] = "the sign-in was refused"
    desk.person()
    desk.member()
    assert desk.plan().waiting[PERSON] == "the sign-in was refused"


def test_a_wish_taken_back_is_left_in_the_account(desk: Desk) -> None:
    desk.joined()
    desk.row(wanted="", accepted="r1", accepted_at=1.0)
    assert desk.plan().changes == []


def test_planning_changes_nothing_that_it_looks_at(desk: Desk) -> None:
    desk.person()
    desk.match()
    desk.member()
    view = desk.view()
    before = (dict(view.rows), dict(view.matches), dict(view.members))
    desk.plan()
    assert before == (view.rows, view.matches, view.members)


def test_planning_twice_gives_the_same_plan(desk: Desk) -> None:
    desk.joined()
    desk.row()
    assert desk.plan() == desk.plan()


def test_a_plan_has_looks_while_something_must_be_seen(desk: Desk) -> None:
    desk.person()
    desk.member()
    assert (desk.plan().looks, desk.plan().notes) == (True, False)


def test_a_target_of_another_binding_does_not_matter(desk: Desk) -> None:
    desk.joined()
    desk.target = replace(desk.target, program_id="701B")
    assert desk.plan().changes == []
