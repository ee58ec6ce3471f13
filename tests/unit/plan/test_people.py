import pytest
from tests.unit.plan.planning import PERSON, Desk

from turnout.plan.people import choice
from turnout.plan.view import Policy
from turnout.values.changes import Op
from turnout.values.records import Parking
from turnout.values.sightings import Candidate, Seeking

OLD = Candidate("003O", modified="2026-01-01T00:00:00Z")
NEW = Candidate("003N", modified="2026-02-01T00:00:00Z")
LEAD = Candidate("00QL", rank=1, modified="2026-03-01T00:00:00Z")


def test_a_person_whom_nobody_looked_for_is_looked_for(desk: Desk) -> None:
    desk.person()
    desk.member()
    assert desk.plan().look_people == {"b1": [Seeking("ada", "ada@example.com", "")]}


def test_a_known_remote_id_helps_the_look(desk: Desk) -> None:
    desk.person(remote_id="003A")
    desk.member()
    assert desk.plan().look_people == {"b1": [Seeking("ada", "ada@example.com", "003A")]}


def test_a_person_whom_the_account_does_not_have_is_made_with_what_is_known(desk: Desk) -> None:
    desk.person()
    desk.match()
    (change,) = desk.plan().changes
    assert (change.key, change.op, dict(change.values), change.digest) == (
        PERSON,
        Op.CREATE,
        {"email": "ada@example.com", "first_name": "Ada"},
        "d1",
    )


def test_a_match_is_settled_without_writing(desk: Desk) -> None:
    desk.person()
    desk.match(NEW)
    made = desk.plan()
    assert ([(one.remote_id, one.detail) for one in made.settled], made.changes) == ([("003N", "matched 003N")], [])


def test_only_what_a_setting_names_is_written_on_a_match(desk: Desk) -> None:
    desk.policy = Policy(person_fields=frozenset({"first_name", "title"}))
    desk.person()
    desk.match(NEW)
    made = desk.plan()
    assert made.settled == []
    assert [(one.op, one.remote_id, dict(one.values), one.digest) for one in made.changes] == [
        (Op.UPDATE, "003N", {"first_name": "Ada"}, "d1")
    ]


def test_a_match_of_whom_nothing_is_known_that_may_be_written_is_settled(desk: Desk) -> None:
    desk.policy = Policy(person_fields=frozenset({"title"}))
    desk.person()
    desk.match(NEW)
    assert [one.remote_id for one in desk.plan().settled] == ["003N"]


def test_a_choice_among_several_is_told(desk: Desk) -> None:
    desk.person()
    desk.match(OLD, Candidate("003N", modified="2026-02-01T00:00:00Z", note="Contact"))
    (settled,) = desk.plan().settled
    assert settled.detail == "matched 003N, chosen of 2 (Contact)"


@pytest.mark.parametrize(
    ("candidates", "policy", "remote_id"),
    [
        ([OLD, NEW], "latest", "003N"),
        ([NEW, OLD], "latest", "003N"),
        ([OLD, NEW], "oldest", "003O"),
        ([NEW, LEAD], "latest", "003N"),
        ([LEAD], "latest", "00QL"),
        ([Candidate("003P", modified="2025-01-01", in_program=True), NEW], "latest", "003P"),
        ([Candidate("00QP", rank=1, in_program=True), NEW], "latest", "003N"),
        ([Candidate("003P", in_program=True), NEW], "hold", "003P"),
        ([NEW, LEAD], "hold", "003N"),
    ],
)
def test_of_several_the_best_kind_then_the_one_in_the_program_then_the_policy_decides(
    candidates: list[Candidate], policy: str, remote_id: str
) -> None:
    found = choice(candidates, policy)
    assert found is not None
    assert found.remote_id == remote_id


def test_under_hold_several_of_a_kind_wait_for_a_person(desk: Desk) -> None:
    desk.policy = Policy(several_matches="hold")
    desk.person()
    desk.match(OLD, NEW)
    assert desk.parked(PERSON) == (
        Parking.HELD,
        "several people in the account share the e-mail address (003O, 003N): choose one",
    )


@pytest.mark.parametrize("email", ["ada@kaltura.com", "ada@Mail.KALTURA.com"])
def test_people_of_an_excluded_domain_are_kept_out(desk: Desk, email: str) -> None:
    desk.policy = Policy(excluded_domains=frozenset({"kaltura.com"}))
    desk.person("ada", email)
    assert desk.parked(PERSON) == (Parking.EXCLUDED, "people of kaltura.com are kept out by a rule")


def test_a_domain_that_only_ends_alike_is_not_excluded(desk: Desk) -> None:
    desk.policy = Policy(excluded_domains=frozenset({"kaltura.com"}))
    desk.person("ada", "ada@notkaltura.com")
    desk.match()
    assert desk.plan().parks == {}


def test_a_setting_lets_nobody_be_made(desk: Desk) -> None:
    desk.policy = Policy(create_people=False)
    desk.person()
    desk.match()
    assert desk.parked(PERSON)[0] is Parking.EXCLUDED


def test_a_setting_that_lets_nobody_be_made_does_not_keep_a_match_out(desk: Desk) -> None:
    desk.policy = Policy(create_people=False)
    desk.person()
    desk.match(NEW)
    assert [one.remote_id for one in desk.plan().settled] == ["003N"]


def test_two_persons_who_match_one_remote_id_become_aliases(desk: Desk) -> None:
    desk.known("ada", "003N")
    desk.person("bob")
    desk.match(NEW, who="bob")
    made = desk.plan()
    assert (made.aliases, made.settled) == ({"bob": ("ada", "003N")}, [])


def test_two_newcomers_who_match_one_remote_id_become_aliases(desk: Desk) -> None:
    desk.person("ada")
    desk.person("bob")
    desk.match(NEW, who="ada")
    desk.match(NEW, who="bob")
    made = desk.plan()
    assert (made.aliases, [one.change.key.person for one in made.settled]) == ({"bob": ("ada", "003N")}, ["ada"])


def test_a_withdrawn_person_owns_no_remote_id(desk: Desk) -> None:
    desk.known("ada", "003N")
    desk.rows[PERSON] = desk.rows.pop(PERSON).__class__(PERSON, wanted="", accepted="d1", remote_id="003N")
    desk.person("bob")
    desk.match(NEW, who="bob")
    assert desk.plan().aliases == {}


def test_a_person_whose_place_was_forgotten_owns_no_remote_id(desk: Desk) -> None:
    desk.person("ada", remote_id="003N")
    desk.member()
    desk.person("bob")
    desk.match(NEW, who="bob")
    assert desk.plan().aliases == {}


def test_an_accepted_person_is_left_in_peace(desk: Desk) -> None:
    desk.known()
    made = desk.plan()
    assert (made.changes, made.looks, made.notes) == ([], False, False)


def test_a_person_whose_call_was_lost_is_looked_for_again(desk: Desk) -> None:
    desk.person(claimed="d1")
    desk.member()
    assert desk.plan().look_people == {"b1": [Seeking("ada", "ada@example.com", "")]}


def test_who_was_excluded_stays_out_while_the_rule_holds(desk: Desk) -> None:
    desk.policy = Policy(excluded_domains=frozenset({"example.com"}))
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="domain")
    made = desk.plan()
    assert (made.parks, made.looks) == ({}, False)


def test_who_was_excluded_comes_in_when_the_rule_is_dropped(desk: Desk) -> None:
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="domain")
    desk.match(NEW)
    assert [one.remote_id for one in desk.plan().settled] == ["003N"]


def test_who_was_left_out_is_made_when_the_setting_allows_it(desk: Desk) -> None:
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="nobody")
    desk.match()
    assert [change.op for change in desk.plan().changes] == [Op.CREATE]


def test_who_was_left_out_stays_out_while_nobody_is_made(desk: Desk) -> None:
    desk.policy = Policy(create_people=False)
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="nobody")
    assert desk.plan().looks is False


def test_what_refers_to_an_excluded_person_is_excluded_with_the_same_reason(desk: Desk) -> None:
    desk.policy = Policy(excluded_domains=frozenset({"example.com"}))
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="domain", reason="kept out by a rule")
    desk.member()
    desk.row()
    assert {(key.kind, park.parking, park.reason) for key, park in desk.plan().parks.items()} == {
        ("member", Parking.EXCLUDED, "kept out by a rule"),
        ("engagement", Parking.EXCLUDED, "kept out by a rule"),
    }


def test_what_a_lost_call_carried_waits_for_its_answer_although_the_person_is_excluded(desk: Desk) -> None:
    desk.policy = Policy(excluded_domains=frozenset({"example.com"}))
    desk.person(refused="d1", parking=Parking.EXCLUDED, code="domain")
    desk.member(claimed="m1")
    made = desk.plan()
    assert (made.parks, list(made.waiting.values())) == ({}, ["waits for its person"])


def test_what_was_excluded_with_a_person_waits_for_them_once_they_may_come_in(desk: Desk) -> None:
    desk.person()
    desk.match()
    desk.member(refused="m1", parking=Parking.EXCLUDED)
    assert list(desk.plan().waiting.values()) == ["waits for its person"]
