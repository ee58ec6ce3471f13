from msgspec.structs import replace

from turnout.ledger import moves
from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand

KEY = Key("b1", Kind.ENGAGEMENT, "ada", "1_live0001", 7)
WANTED = LedgerRow(KEY, wanted="d1", attempts=2, due=50.0)
CLAIMED = moves.claimed(WANTED, "d1", batch="f.1", now=10.0, due=70.0)
PLAYS = {"plays": 2}


def accepted(row: LedgerRow, digest: str = "d1", *, remote_id: str = "a0A", now: float = 20.0) -> LedgerRow:
    return moves.accepted(
        row, digest=digest, remote_id=remote_id, refs=("003A", "00vA"), values=PLAYS, shape="s1", now=now
    )


DELIVERED = moves.confirmed(accepted(CLAIMED), 30.0)


def test_a_new_wish_is_due_at_once_and_tried_afresh() -> None:
    row = moves.wanted(WANTED, "d2")
    assert (row.wanted, row.due, row.attempts) == ("d2", 0.0, 0)


def test_the_same_wish_changes_nothing() -> None:
    assert moves.wanted(WANTED, "d1") is WANTED


def test_a_new_wish_waits_until_a_lost_call_cannot_act_any_more() -> None:
    assert moves.wanted(CLAIMED, "d2").due == 70.0


def test_a_wish_taken_back_from_an_accepted_row_withdraws_it() -> None:
    assert stand(moves.wanted(DELIVERED, "")) is Stand.WITHDRAWN


def test_a_wish_taken_back_from_a_row_that_never_was_leaves_nothing() -> None:
    assert stand(moves.wanted(WANTED, "")) is Stand.NOTHING


def test_a_claim_says_what_is_carried_by_which_call_and_until_when() -> None:
    assert (CLAIMED.claimed, CLAIMED.batch, CLAIMED.claimed_at, CLAIMED.due, CLAIMED.attempts) == (
        *("d1", "f.1"),
        *(10.0, 70.0),
        3,
    )


def test_a_claimed_row_is_unsure_until_it_is_answered() -> None:
    assert stand(CLAIMED) is Stand.UNSURE


def test_an_acknowledgement_sets_what_was_accepted_and_ends_the_claim() -> None:
    row = accepted(CLAIMED)
    assert (row.accepted, row.claimed, row.remote_id, row.refs, row.values, row.shape, row.accepted_at) == (
        *("d1", "", "a0A"),
        ("003A", "00vA"),
        PLAYS,
        *("s1", 20.0),
    )


def test_an_accepted_row_is_not_confirmed() -> None:
    assert stand(accepted(CLAIMED)) is Stand.ACCEPTED


def test_a_row_accepted_anew_is_not_confirmed_by_an_earlier_look() -> None:
    assert stand(accepted(moves.claimed(DELIVERED, "d1", batch="f.2", now=30.0, due=90.0), now=30.0)) is Stand.ACCEPTED


def test_a_wish_that_changed_while_the_call_was_under_way_is_owed_after_the_answer() -> None:
    assert stand(accepted(moves.wanted(CLAIMED, "d2"))) is Stand.OWED


def test_an_acknowledgement_without_an_id_keeps_the_one_known() -> None:
    assert accepted(replace(CLAIMED, remote_id="a0OLD"), remote_id="").remote_id == "a0OLD"


def test_an_acknowledgement_ends_waiting_trying_and_parking() -> None:
    parked = moves.parked(WANTED, Parking.REJECTED, "too long", code="STRING_TOO_LONG")
    row = accepted(moves.claimed(parked, "d1", batch="f.2", now=15.0, due=75.0))
    assert (row.due, row.attempts, row.parking, row.refused, row.reason, row.code) == (0.0, 0, None, "", "", "")


def test_a_row_read_back_is_delivered() -> None:
    assert stand(DELIVERED) is Stand.DELIVERED


def test_a_look_that_began_before_the_acknowledgement_still_confirms_it() -> None:
    assert moves.confirmed(accepted(CLAIMED, now=20.0), 19.0).confirmed_at == 20.0


def test_what_is_wanted_is_parked_with_how_why_and_the_vendors_code() -> None:
    row = moves.parked(WANTED, Parking.REJECTED, "too long", code="STRING_TOO_LONG")
    assert (row.refused, row.parking, row.reason, row.code, stand(row)) == (
        "d1",
        Parking.REJECTED,
        "too long",
        "STRING_TOO_LONG",
        Stand.REJECTED,
    )


def test_a_parked_row_waits_for_no_time() -> None:
    assert moves.parked(WANTED, Parking.HELD, "choose one").due == 0.0


def test_a_refused_call_parks_what_it_carried_and_not_a_newer_wish() -> None:
    row = moves.parked(moves.wanted(CLAIMED, "d2"), Parking.REJECTED, "no", digest="d1")
    assert (row.refused, row.claimed, stand(row)) == ("d1", "", Stand.OWED)


def test_a_parked_row_keeps_the_id_it_has_or_is_told() -> None:
    assert moves.parked(DELIVERED, Parking.KEPT, "a person set it").remote_id == "a0A"
    assert moves.parked(WANTED, Parking.KEPT, "a person set it", remote_id="00vB").remote_id == "00vB"


def test_a_refused_row_whose_old_wish_returns_stands_as_it_was_accepted() -> None:
    refused = moves.parked(moves.wanted(DELIVERED, "d2"), Parking.REJECTED, "no")
    assert stand(moves.wanted(refused, "d1")) is Stand.DELIVERED


def test_a_call_that_did_not_act_leaves_the_row_owed_from_its_time() -> None:
    row = moves.released(CLAIMED, due=99.0, reason="too fast", code="606")
    assert (row.claimed, row.due, row.reason, row.code, row.attempts, stand(row)) == (
        *("", 99.0, "too fast", "606", 3),
        Stand.OWED,
    )


def test_a_call_without_an_answer_stays_claimed_and_is_looked_into_later() -> None:
    row = moves.unsure(CLAIMED, due=300.0, reason="no answer")
    assert (row.claimed, row.due, row.reason, stand(row)) == ("d1", 300.0, "no answer", Stand.UNSURE)


def test_a_forgotten_row_is_owed_anew_with_its_old_id_as_a_hint() -> None:
    row = moves.forgotten(DELIVERED, due=0.0, reason="it was deleted")
    assert (row.accepted, row.remote_id, row.values, stand(row)) == ("", "a0A", PLAYS, Stand.OWED)


def test_a_forgotten_row_is_not_kept_any_more() -> None:
    row = moves.parked(WANTED, Parking.KEPT, "a person set it", remote_id="00vB")
    assert stand(moves.forgotten(row, due=0.0, reason="the member is gone")) is Stand.OWED


def test_a_forgotten_row_that_was_refused_stays_refused() -> None:
    row = moves.parked(WANTED, Parking.REJECTED, "too long")
    assert stand(moves.forgotten(row, due=0.0, reason="the member is gone")) is Stand.REJECTED


def test_a_retried_row_is_owed_at_once() -> None:
    row = moves.retried(moves.parked(WANTED, Parking.HELD, "choose one", code="several"))
    assert (row.reason, row.code, row.due, row.attempts, stand(row)) == ("", "", 0.0, 0, Stand.OWED)
