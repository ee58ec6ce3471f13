import pytest
from msgspec.structs import replace
from tests.unit.delivery.stage import START, UNSURE_SECONDS, Office, Script, Stage, change, key, row

from turnout.delivery.reckoning import ATTEMPTS, REMATCHES
from turnout.values.changes import Op
from turnout.values.records import Kind, Parking
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Candidate, Match, Membership, RowSeen
from turnout.values.verdicts import Outcome, Ruling, Verdict

KEY = key("paula")
WORDS = Ruling(Verdict.REJECT, "1077", "too long", "a value is longer than its field", "widen the field")


@pytest.fixture
def office() -> Office:
    stage = Stage()
    made = Office(Script(stage.clock), "paula", "rosa", stage=stage)
    made.reckoning.claim("b.1", [change("paula"), change("rosa")])
    return made


def told(office: Office, verdict: Verdict, *, seconds: float = 0.0, **more) -> None:
    ruling = Ruling(verdict, "606", "slow down", "too many calls", seconds=seconds)
    office.reckoning.told([row("paula")], [Outcome(KEY, ruling, **more)], "b.1")


def test_a_claim_is_due_when_its_call_cannot_act_any_more(office):
    claimed = office.ledger.row(KEY)

    assert (claimed.claimed, claimed.batch, claimed.due) == ("1:wanted", "b.1", START + UNSURE_SECONDS)
    assert stand(claimed) is Stand.UNSURE


def test_accept_makes_what_was_claimed_accepted(office):
    told(office, Verdict.ACCEPT, remote_id="701")

    accepted = office.ledger.row(KEY)
    assert (accepted.accepted, accepted.claimed, accepted.remote_id) == ("1:wanted", "", "701")
    assert (accepted.due, accepted.attempts, accepted.accepted_at) == (0.0, 0, START)
    assert stand(accepted) is Stand.ACCEPTED
    assert office.reckoning.tally == {"updated": 1, "cut": 0}


def test_accept_is_never_more_than_was_claimed(office):
    office.ledger.want({KEY: "1:newer"}, [])

    told(office, Verdict.ACCEPT, remote_id="701")

    assert (office.ledger.row(KEY).accepted, stand(office.ledger.row(KEY))) == ("1:wanted", Stand.OWED)


def test_what_was_made_and_cut_is_counted(office):
    office.reckoning.told([replace(row("paula"), notes=("user cut",))], [Outcome(KEY, made=True)], "b.1")

    assert office.reckoning.tally == {"created": 1, "cut": 1}
    assert office.ledger.history("paula")[-1]["detail"] == "created; user cut"


def test_a_new_record_counts_as_made_although_the_answer_does_not_say_so(office):
    new = replace(row("paula"), change=replace(change("paula"), op=Op.CREATE))

    office.reckoning.told([new], [Outcome(KEY, remote_id="701")], "b.1")

    assert office.reckoning.tally["created"] == 1


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.SPLIT])
def test_reject_parks_with_a_sentence_for_people(office, verdict):
    office.reckoning.told(
        [row("paula")], [Outcome(KEY, Ruling(verdict, "1077", "too long", "a value is too long", "widen it"))], "b.1"
    )

    parked = office.ledger.row(KEY)
    assert (parked.parking, parked.code, parked.claimed) == (Parking.REJECTED, "1077", "")
    assert parked.reason == "a value is too long (1077: too long); widen it"
    assert stand(parked) is Stand.REJECTED
    assert office.reckoning.tally["rejected"] == 1


def test_a_rejected_record_is_owed_again_when_something_else_is_wanted(office):
    told(office, Verdict.REJECT)

    office.ledger.want({KEY: "1:newer"}, [])

    assert stand(office.ledger.row(KEY)) is Stand.OWED


@pytest.mark.parametrize(("verdict", "seconds", "due"), [
    (Verdict.RETRY, 0.0, 5.0),
    (Verdict.RETRY, 30.0, 30.0),
    (Verdict.WAIT, 0.0, 5.0),
    (Verdict.WAIT, 36_000.0, 36_000.0),
])  # fmt: skip
def test_what_did_not_act_is_owed_again_after_a_while(office, verdict, seconds, due):
    told(office, verdict, seconds=seconds)

    released = office.ledger.row(KEY)
    assert (released.claimed, released.due, stand(released)) == ("", START + due, Stand.OWED)
    assert released.reason == "too many calls (606: slow down)"


def test_pauses_between_tries_grow_up_to_a_quarter_of_an_hour(office):
    pauses = []
    for _ in range(ATTEMPTS - 1):
        told(office, Verdict.RETRY)
        pauses.append(office.ledger.row(KEY).due - START)
        office.reckoning.claim("b.2", [change("paula")])

    assert pauses == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0]


def test_a_record_tried_in_vain_waits_for_a_person(office):
    for _ in range(ATTEMPTS - 1):
        office.reckoning.claim("b.2", [change("paula")])
    told(office, Verdict.RETRY)

    held = office.ledger.row(KEY)
    assert (held.parking, stand(held)) == (Parking.HELD, Stand.HELD)
    assert held.reason == "tried 8 times: too many calls (606: slow down)"
    assert office.reckoning.tally["held"] == 1


def test_unsure_keeps_the_claim_and_is_looked_into_once_the_call_cannot_act(office):
    office.stage.clock.sleep(60.0)

    told(office, Verdict.UNSURE)

    unsure = office.ledger.row(KEY)
    assert (unsure.claimed, unsure.due) == ("1:wanted", START + 60.0 + UNSURE_SECONDS)
    assert stand(unsure) is Stand.UNSURE


def test_a_row_that_the_answer_does_not_speak_of_is_unsure(office):
    office.reckoning.told([row("paula"), row("rosa")], [Outcome(key("rosa"), remote_id="702")], "b.1")

    assert stand(office.ledger.row(KEY)) is Stand.UNSURE
    assert office.ledger.row(KEY).reason == "the answer did not speak of this record (no row: )"
    assert stand(office.ledger.row(key("rosa"))) is Stand.ACCEPTED


def test_an_answer_about_someone_else_changes_nothing(office):
    office.reckoning.told([row("paula")], [Outcome(key("nobody")), Outcome(KEY)], "b.1")

    assert key("nobody") not in office.ledger.rows


@pytest.mark.parametrize("verdict", [Verdict.HALT, Verdict.REAUTH])
def test_halt_leaves_the_record_owed_and_stops_its_stream(office, verdict):
    told(office, verdict)

    assert stand(office.ledger.row(KEY)) is Stand.OWED
    assert list(office.reckoning.halted) == [("9001@toy", Kind.MEMBER)]


def test_the_first_reason_of_a_halt_stays(office):
    told(office, Verdict.HALT)
    office.reckoning.told([row("rosa")], [Outcome(key("rosa"), Ruling(Verdict.HALT, "610"))], "b.1")

    assert office.reckoning.halted["9001@toy", Kind.MEMBER].code == "606"


# What was believed is wrong


@pytest.fixture
def settled(office) -> Office:
    person, member, rows = key("paula", Kind.PERSON), KEY, key("paula", Kind.ENGAGEMENT)
    for one, remote in ((person, "00Q1"), (member, "00v1"), (rows, "a01")):
        office.ledger.accept(change("paula", one.kind), remote_id=remote, detail="")
    view = office.view
    view.matches["paula"] = Match("paula", (Candidate("00Q1"),))
    view.members["9001@toy", "paula"] = Membership("paula", "00v1", "Registered")
    view.found[rows] = RowSeen(rows, "a01")
    return office


def rematch(office: Office, kind: Kind, *matches: str) -> None:
    one = key("paula", kind)
    office.reckoning.claim("b.2", [change("paula", kind)])
    gone = Ruling(Verdict.REMATCH, "ENTITY_IS_DELETED", "", "the record has been deleted")
    office.reckoning.told([row("paula", kind)], [Outcome(one, gone, matches=matches)], "b.2")


def test_rematch_of_a_row_clears_what_it_refers_to_and_what_was_seen(settled):
    rematch(settled, Kind.ENGAGEMENT)

    assert (settled.view.matches, settled.view.members, settled.view.found) == ({}, {}, {})
    stands = {kind: stand(settled.ledger.row(key("paula", kind))) for kind in (Kind.PERSON, Kind.MEMBER)}
    assert stands == {Kind.PERSON: Stand.OWED, Kind.MEMBER: Stand.OWED}
    assert stand(settled.ledger.row(key("paula", Kind.ENGAGEMENT))) is Stand.ACCEPTED  # of before; its refs changed
    assert settled.ledger.row(key("paula", Kind.ENGAGEMENT)).claimed == ""


def test_rematch_of_a_member_clears_its_person(settled):
    rematch(settled, Kind.MEMBER)

    assert stand(settled.ledger.row(key("paula", Kind.PERSON))) is Stand.OWED
    assert settled.ledger.row(KEY).claimed == ""


def test_rematch_keeps_the_old_id_as_a_hint(settled):
    rematch(settled, Kind.MEMBER)

    assert settled.ledger.row(key("paula", Kind.PERSON)).remote_id == "00Q1"


def test_rematch_of_a_person_takes_whom_the_answer_names(office):
    rematch(office, Kind.PERSON, "00Q7", "00Q8")

    assert office.view.matches["paula"] == Match("paula", (Candidate("00Q7"), Candidate("00Q8")), START)


def test_rematch_of_a_person_looks_again_where_nobody_is_named(office):
    office.view.matches["paula"] = Match("paula", ())

    rematch(office, Kind.PERSON)

    assert office.view.matches == {}


def test_looks_that_contradict_each_other_end_with_a_person(settled):
    for _ in range(REMATCHES + 1):
        rematch(settled, Kind.ENGAGEMENT)

    held = settled.ledger.row(key("paula", Kind.ENGAGEMENT))
    assert (held.parking, held.reason) == (Parking.HELD, "the record has been deleted (ENTITY_IS_DELETED: )")


# Answers to a whole call


@pytest.mark.parametrize("verdict", [Verdict.SPLIT, Verdict.REJECT, Verdict.REMATCH])
def test_a_batch_refused_as_a_whole_is_split(office, verdict):
    split = office.reckoning.ruled([row("paula"), row("rosa")], Ruling(verdict, "413"), "b.1")

    assert split
    assert {stand(office.ledger.row(key(one))) for one in ("paula", "rosa")} == {Stand.OWED}


def test_a_row_alone_that_is_too_large_is_rejected(office):
    split = office.reckoning.ruled([row("paula")], Ruling(Verdict.SPLIT, "413", "", "too large"), "b.1")

    assert not split
    assert stand(office.ledger.row(KEY)) is Stand.REJECTED


@pytest.mark.parametrize(("verdict", "stands"), [
    (Verdict.UNSURE, Stand.UNSURE),
    (Verdict.RETRY, Stand.OWED),
    (Verdict.WAIT, Stand.OWED),
    (Verdict.HALT, Stand.OWED),
    (Verdict.REAUTH, Stand.OWED),
])  # fmt: skip
def test_an_answer_to_the_call_is_one_for_each_of_its_rows(office, verdict, stands):
    split = office.reckoning.ruled([row("paula"), row("rosa")], Ruling(verdict, "500"), "b.1")

    assert not split
    assert [stand(office.ledger.row(key(one))) for one in ("paula", "rosa")] == [stands, stands]


def test_a_sign_in_that_never_holds_stops_the_stream(office):
    office.reckoning.ruled([row("paula")], Ruling(Verdict.REAUTH, "601"), "b.1")

    assert office.reckoning.halted["9001@toy", Kind.MEMBER].verdict is Verdict.HALT


def test_a_claim_that_ended_in_a_split_is_no_try(office):
    for _ in range(ATTEMPTS):
        office.reckoning.ruled([row("paula"), row("rosa")], Ruling(Verdict.SPLIT, "413"), "b.1")
        office.reckoning.claim("b.2", [change("paula"), change("rosa")])

    told(office, Verdict.RETRY)

    assert (stand(office.ledger.row(KEY)), office.ledger.row(KEY).due) == (Stand.OWED, START + 5.0)
