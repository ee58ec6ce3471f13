from typing import Any

import pytest
from tests.unit.plan.planning import LABELS, MEMBER, PERSON, ROW, Desk, target

from turnout.values.changes import Op
from turnout.values.records import Parking
from turnout.values.rows import LedgerRow
from turnout.values.sightings import RowSeen

SENT = {"accepted": "r1", "accepted_at": 5.0, "refs": ("003A", "00vA"), "remote_id": "a0A", "shape": "s1"}


def test_a_row_waits_for_its_member(desk: Desk) -> None:
    desk.known()
    desk.row()
    assert desk.plan().waiting == {ROW: "waits for its member"}


def test_a_row_waits_while_its_members_call_is_on_its_way(desk: Desk) -> None:
    desk.joined()
    desk.rows[MEMBER] = LedgerRow(
        MEMBER, wanted="m2", claimed="m2", accepted="m1", due=2_000.0, remote_id="00vA", refs=("003A",)
    )
    desk.row()
    assert desk.plan().waiting[ROW] == "waits for its member"


def test_a_row_goes_with_the_ids_of_its_member_and_person(desk: Desk) -> None:
    desk.joined()
    desk.row()
    (change,) = desk.plan().changes
    assert (change.op, change.person_id, change.member_id, change.digest, change.shape) == (
        Op.UPSERT,
        "003A",
        "00vA",
        "r1",
        "s1",
    )


def test_a_row_goes_although_its_members_status_is_kept_by_the_account(desk: Desk) -> None:
    desk.known()
    desk.member(refused="m1", parking=Parking.KEPT, remote_id="00vA")
    desk.row()
    assert [change.member_id for change in desk.plan().changes] == ["00vA"]


def test_a_row_waits_for_a_member_that_is_held(desk: Desk) -> None:
    desk.known()
    desk.member(refused="m1", parking=Parking.HELD)
    desk.row()
    assert desk.plan().waiting == {ROW: "waits for its member"}


def test_an_accepted_row_is_left_in_peace(desk: Desk) -> None:
    desk.joined()
    desk.row(**SENT)
    made = desk.plan()
    assert (made.changes, made.looks, made.waiting) == ([], False, {})


def test_an_accepted_row_whose_member_is_another_is_owed_again(desk: Desk) -> None:
    desk.joined()
    desk.row(**SENT | {"refs": ("003A", "00vOLD")})
    assert [change.member_id for change in desk.plan().changes] == ["00vA"]


def test_an_accepted_row_whose_person_is_another_is_owed_again(desk: Desk) -> None:
    desk.joined()
    desk.row(**SENT | {"refs": ("003OLD", "00vA")})
    assert [change.person_id for change in desk.plan().changes] == ["003A"]


def test_where_members_have_no_id_of_their_own_one_reference_is_enough(desk: Desk) -> None:
    desk.known(remote_id="318")
    desk.member(accepted="m1", remote_id="318", refs=("318",), accepted_at=1.0, confirmed_at=2.0)
    desk.row(**SENT | {"refs": ("318", "318")})
    assert desk.plan().changes == []


@pytest.mark.parametrize(
    ("values", "accepted", "sent"),
    [
        ({"plays": 2, "raise_hand": None}, {}, {"plays": 2}),
        ({"plays": 2, "raise_hand": 0}, {}, {"plays": 2, "raise_hand": 0}),
        ({"plays": 2, "raise_hand": None}, {"plays": 1, "raise_hand": 3}, {"plays": 2, "raise_hand": None}),
        ({"plays": 2}, {"plays": 1, "raise_hand": 3}, {"plays": 2, "raise_hand": None}),
        ({"plays": 2, "raise_hand": None}, {"plays": 1, "raise_hand": None}, {"plays": 2}),
        ({"plays": 2, "mic_on": 4.0}, {}, {"plays": 2}),
        ({"plays": 2}, {"mic_on": 4.0}, {"plays": 2}),
    ],
)
def test_absent_is_not_sent_before_and_sent_as_null_after_a_delivery(
    desk: Desk, values: dict[str, Any], accepted: dict[str, Any], sent: dict[str, Any]
) -> None:
    desk.joined()
    desk.row(values, values=accepted)
    (change,) = desk.plan().changes
    assert dict(change.values) == sent


def test_without_a_key_field_the_row_is_looked_for_first(desk: Desk) -> None:
    desk.target = target(LABELS, keyed=False)
    desk.joined()
    desk.row()
    made = desk.plan()
    assert ([change.key for change in made.look_rows["b1"]], made.changes) == ([ROW], [])


@pytest.mark.parametrize(("remote_id", "op"), [("", Op.CREATE), ("a0A", Op.UPDATE)])
def test_without_a_key_field_a_row_is_made_or_the_one_found_is_updated(desk: Desk, remote_id: str, op: Op) -> None:
    desk.target = target(LABELS, keyed=False)
    desk.joined()
    desk.row()
    desk.found[ROW] = RowSeen(ROW, remote_id)
    (change,) = desk.plan().changes
    assert (change.op, change.remote_id) == (op, remote_id)


def test_a_row_whose_call_was_lost_goes_again_by_its_key(desk: Desk) -> None:
    desk.joined()
    desk.row(claimed="r1")
    assert [change.op for change in desk.plan().changes] == [Op.UPSERT]


def test_a_row_waits_for_a_person_who_is_to_be_looked_for_again(desk: Desk) -> None:
    desk.joined()
    desk.rows[PERSON] = LedgerRow(PERSON, wanted="d1", remote_id="003A")
    desk.row()
    assert desk.plan().waiting[ROW] == "waits for its member"
