from typing import Any

import pytest
from tests.unit.plan.planning import MEMBER, NOW, Desk

from turnout.plan.activities import NOT_SEEN
from turnout.plan.plan import plan
from turnout.plan.shapes import Shape, digests
from turnout.plan.view import Plan
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import LedgerRow
from turnout.values.sightings import RowSeen

ACTIVITY = Key("b1", Kind.ACTIVITY, "ada", "1_live0001", 1)
FROZEN = {"entry_id": "1_live0001", "at": "2026-11-21T20:00:00.000Z", "plays": 1}


def planned(desk: Desk, *, not_before: float = 0.0, **row: Any) -> Plan:
    desk.joined()
    desk.records[ACTIVITY] = Record(
        ACTIVITY, {"entry_id": "1_live0001", "at": "later", "plays": 5}, (MEMBER,), not_before=not_before
    )
    desk.rows[ACTIVITY] = LedgerRow(ACTIVITY, **{"wanted": "v1", **row})
    current = {("b1", kind): Shape("s1", ()) for kind in Kind} | {("", Kind.PERSON): Shape("s1", ())}
    return plan(desk.view(), current, NOW)


def test_it_waits_until_the_session_has_settled(desk: Desk) -> None:
    made = planned(desk, not_before=NOW + 60)
    assert (made.waiting[ACTIVITY], made.due) == ("waits until the session has settled", NOW + 60)


def test_it_is_sent_with_the_values_of_now_the_first_time(desk: Desk) -> None:
    (change,) = planned(desk).changes
    assert (change.values["plays"], change.values["at"]) == (5, "later")


def test_it_is_sent_again_with_the_values_of_the_first_claim(desk: Desk) -> None:
    (change,) = planned(desk, values=FROZEN, attempts=1).changes
    assert dict(change.values) == FROZEN


def test_once_accepted_nothing_opens_it_again(desk: Desk) -> None:
    made = planned(desk, accepted="v1", accepted_at=5.0)
    assert not made.changes
    row = LedgerRow(ACTIVITY, wanted="v1", accepted="v1")
    current = {("b1", Kind.ACTIVITY): Shape("s1", ("plays",))}
    assert digests({ACTIVITY: desk.records[ACTIVITY]}, {ACTIVITY: row}, current, known={})[ACTIVITY] == "v1"


def unsure(desk: Desk, **row: Any) -> Plan:
    return planned(desk, claimed="v1", claimed_at=10.0, attempts=1, values=FROZEN, **row)


def test_a_lost_answer_is_looked_for_since_its_claim(desk: Desk) -> None:
    (change,) = unsure(desk).look_rows["b1"]
    assert (dict(change.values), change.since) == (FROZEN, 10.0)


def test_one_that_is_found_is_taken_as_accepted(desk: Desk) -> None:
    desk.found[ACTIVITY] = RowSeen(ACTIVITY, "102988")
    (settled,) = unsure(desk).settled
    assert settled.remote_id == "102988"


def test_the_first_empty_look_only_asks_for_another_one_ten_minutes_later(desk: Desk) -> None:
    desk.found[ACTIVITY] = RowSeen(ACTIVITY)
    made = unsure(desk)
    assert (made.doubted, made.released, made.changes) == ({ACTIVITY: (NOW + 600.0, NOT_SEEN)}, [], [])


def test_the_second_empty_look_lets_it_be_sent_again(desk: Desk) -> None:
    desk.found[ACTIVITY] = RowSeen(ACTIVITY)
    assert unsure(desk, reason=NOT_SEEN).released == [ACTIVITY]


@pytest.mark.parametrize("kind", [Kind.ENGAGEMENT, Kind.POLLS])
def test_rows_of_other_kinds_freeze_nothing(kind: Kind) -> None:
    key = Key("b1", kind, "ada", "1_live0001")
    record = Record(key, {"plays": 2})
    row = LedgerRow(key, wanted="old", accepted="old", shape="s1")
    current = {("b1", kind): Shape("s1", ("plays",))}
    assert digests({key: record}, {key: row}, current, known={"s1": Shape("s1", ("plays",))})[key] != "old"
