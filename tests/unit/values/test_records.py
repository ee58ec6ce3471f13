from hypothesis import given
from hypothesis import strategies as st

from turnout.values.records import Key, Kind, digest

VALUES = st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(max_size=5), max_size=5)


def test_a_digest_is_stable_from_one_version_of_the_program_to_the_next() -> None:
    assert digest({"plays": 2, "entry_id": "1_live0001", "vod_minutes_viewed": 12.5}) == "1:38669c88de5d01587e828d15"


def test_a_digest_names_its_version() -> None:
    assert digest({}).startswith("1:")


def test_an_absent_value_and_a_missing_one_have_one_digest() -> None:
    assert digest({"plays": 2, "raise_hand": None}) == digest({"plays": 2})


def test_zero_is_not_missing() -> None:
    assert digest({"plays": 0}) != digest({})


def test_an_empty_text_is_not_missing() -> None:
    assert digest({"title": ""}) != digest({})


@given(VALUES)
def test_the_order_of_values_does_not_matter(values: dict[str, object]) -> None:
    assert digest(values) == digest(dict(reversed(values.items())))


@given(VALUES, VALUES)
def test_different_values_have_different_digests(left: dict[str, object], right: dict[str, object]) -> None:
    def known(values: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in values.items() if value is not None}

    assert (digest(left) == digest(right)) == (known(left) == known(right))


def test_a_key_is_told_with_all_its_parts() -> None:
    assert str(Key("b1", Kind.ENGAGEMENT, "ada", "1_live0001", 330022)) == "b1/engagement/ada/1_live0001/330022"


def test_a_persons_key_belongs_to_no_binding() -> None:
    assert str(Key("", Kind.PERSON, "ada")) == "-/person/ada//0"


def test_kinds_stand_in_the_order_of_delivery() -> None:
    assert [kind.value for kind in Kind] == ["person", "member", "engagement", "polls", "activity"]
