from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.records.people import Attendee, Observed, normal_email, person_id, persons

ADA = Attendee("kaltura", "ada")
BOB = Attendee("kaltura", "bob")
CLEO = Attendee("csv", "cleo")
ADA_ID, BOB_ID, CLEO_ID = person_id(ADA), person_id(BOB), person_id(CLEO)


def seen(attendee: Attendee, since: float, email: str = "", **more: object) -> Observed:
    return Observed(attendee, since, email, **more)


def joined(*observed: Observed, **aliases: str) -> dict[str, tuple[str, ...]]:
    return {person.id: tuple(attendee.user for attendee in person.attendees) for person in persons(observed, aliases)}


def test_an_identifier_is_26_characters_of_lower_case_base32() -> None:
    assert ADA_ID == "j3ewzymra4a2k2xogpbngkanxq"


def test_source_and_user_are_told_apart() -> None:
    assert person_id(Attendee("ab", "c")) != person_id(Attendee("a", "bc"))


@pytest.mark.parametrize(
    ("text", "normal"), [(" Ada@Example.COM ", "ada@example.com"), ("", ""), (None, ""), ("  ", "")]
)
def test_an_email_address_is_compared_trimmed_and_in_lower_case(text: str | None, normal: str) -> None:
    assert normal_email(text) == normal


def test_attendees_with_one_email_address_are_one_person() -> None:
    assert joined(seen(ADA, 1, "a@x.org"), seen(BOB, 2, "a@x.org")) == {ADA_ID: ("ada", "bob")}


def test_attendees_with_different_addresses_are_two() -> None:
    assert joined(seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org")) == {ADA_ID: ("ada",), BOB_ID: ("bob",)}


def test_attendees_without_an_address_are_nobody_elses() -> None:
    assert joined(seen(ADA, 1), seen(BOB, 2)) == {ADA_ID: ("ada",), BOB_ID: ("bob",)}


def test_a_person_bears_the_identifier_of_the_earliest_attendee() -> None:
    assert list(joined(seen(BOB, 1, "a@x.org"), seen(ADA, 2, "a@x.org"))) == [BOB_ID]


def test_an_alias_joins_two_addresses() -> None:
    found = joined(seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org"), **{BOB_ID: ADA_ID})
    assert found == {ADA_ID: ("ada", "bob")}


def test_an_alias_into_a_later_attendee_keeps_that_ones_identifier() -> None:
    found = joined(seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org"), **{ADA_ID: BOB_ID})
    assert found == {BOB_ID: ("ada", "bob")}


def test_aliases_are_transitive() -> None:
    observed = [seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org"), seen(CLEO, 3, "c@x.org")]
    assert list(joined(*observed, **{CLEO_ID: BOB_ID, BOB_ID: ADA_ID})) == [ADA_ID]


def test_an_alias_and_an_address_join_together() -> None:
    observed = [seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org"), seen(CLEO, 3, "b@x.org")]
    assert list(joined(*observed, **{CLEO_ID: ADA_ID})) == [ADA_ID]


def test_the_target_of_an_alias_that_moved_to_another_address_takes_its_alias_along() -> None:
    observed = [seen(CLEO, 1, "c@x.org"), seen(ADA, 2, "c@x.org"), seen(BOB, 3, "b@x.org")]
    assert list(joined(*observed, **{BOB_ID: ADA_ID})) == [CLEO_ID]


def test_two_accounts_that_alias_two_persons_into_each_other_make_one_person() -> None:
    observed = [seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org")]
    assert joined(*observed, **{ADA_ID: BOB_ID, BOB_ID: ADA_ID}) == {ADA_ID: ("ada", "bob")}


def test_an_identifier_is_not_made_anew_when_more_attendees_come() -> None:
    before = joined(seen(BOB, 1, "a@x.org"))
    after = joined(seen(BOB, 1, "a@x.org"), seen(ADA, 2, "a@x.org"), seen(CLEO, 3, "a@x.org"))
    assert (list(before), list(after)) == ([BOB_ID], [BOB_ID])


def test_an_attendee_who_gives_an_address_late_does_not_rename_the_person_settled_under_it() -> None:
    found = joined(seen(ADA, 1, "b@x.org"), seen(BOB, 2, "b@x.org", person=BOB_ID))
    assert found == {BOB_ID: ("ada", "bob")}


def test_attendees_settled_as_one_person_stay_one_when_an_address_changes() -> None:
    found = joined(seen(ADA, 1, "a@x.org", person=ADA_ID), seen(BOB, 2, "new@x.org", person=ADA_ID))
    assert found == {ADA_ID: ("ada", "bob")}


def test_of_two_settled_persons_that_meet_the_earlier_gives_the_identifier() -> None:
    found = joined(seen(ADA, 1, "b@x.org", person=ADA_ID), seen(BOB, 2, "b@x.org", person=BOB_ID))
    assert list(found) == [ADA_ID]


def test_an_alias_decides_which_of_two_settled_persons_gives_the_identifier() -> None:
    observed = [seen(ADA, 1, "a@x.org", person=ADA_ID), seen(BOB, 2, "b@x.org", person=BOB_ID)]
    assert list(joined(*observed, **{ADA_ID: BOB_ID})) == [BOB_ID]


def test_a_changed_address_keeps_the_person_and_is_reported() -> None:
    (person,) = persons([seen(ADA, 1, "new@x.org", emails_before=("old@x.org",))], {})
    assert (person.id, person.email, person.notes) == (
        ADA_ID,
        "new@x.org",
        ("e-mail changed from old@x.org to new@x.org",),
    )


def test_a_fold_is_reported() -> None:
    (person,) = persons([seen(ADA, 1, "a@x.org"), seen(BOB, 2, "a@x.org")], {})
    assert person.notes == ("2 users are one person: ada, bob",)


def test_a_person_has_the_address_profile_and_user_told_last() -> None:
    early = seen(ADA, 1, "a@x.org", profile={"company": "Old", "title": "Analyst"}, at=10.0)
    late = seen(BOB, 2, "a@x.org", profile={"company": "New", "title": ""}, at=20.0)
    (person,) = persons([late, early], {})
    assert (person.user, dict(person.profile)) == ("bob", {"company": "New", "title": "Analyst"})


def test_a_later_word_without_an_address_does_not_take_it_away() -> None:
    observed = [seen(ADA, 1, "a@x.org", at=10.0), seen(BOB, 2, "", at=20.0)]
    (person,) = persons(observed, {BOB_ID: ADA_ID})
    assert person.email == "a@x.org"


def test_a_person_without_an_address_has_none() -> None:
    (person,) = persons([seen(ADA, 1)], {})
    assert person.email == ""


def test_persons_stand_in_the_order_of_their_earliest_attendees() -> None:
    assert list(joined(seen(ADA, 3), seen(BOB, 1), seen(CLEO, 2))) == [BOB_ID, CLEO_ID, ADA_ID]


def test_the_order_of_observation_does_not_matter() -> None:
    observed = [seen(ADA, 1, "a@x.org"), seen(BOB, 2, "b@x.org"), seen(CLEO, 3, "a@x.org")]
    assert len({tuple(sorted(joined(*given).items())) for given in permutations(observed)}) == 1


NAMES = st.sampled_from("abcdef")


@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["", "1@x", "2@x", "3@x"])), max_size=6, unique_by=lambda one: one[0]),
    st.dictionaries(NAMES, NAMES, max_size=4),
)
def test_every_attendee_is_exactly_one_persons(told: list[tuple[str, str]], aliases: dict[str, str]) -> None:
    observed = [seen(Attendee("s", user), place, email) for place, (user, email) in enumerate(told)]
    ids = {name: person_id(Attendee("s", name)) for name in "abcdef"}
    found = persons(observed, {ids[name]: ids[other] for name, other in aliases.items() if name != other})
    members = [attendee for person in found for attendee in person.attendees]
    assert sorted(members) == sorted(one.attendee for one in observed)
    assert len({person.id for person in found}) == len(found)
