import pytest

from turnout.simulators.salesforce import ids


@pytest.mark.parametrize("known", ["70103000000cnFXAAY", "00Q0300000AczgfEAB"])
def test_check_characters_are_those_of_the_documents_example(known: str) -> None:
    assert ids.eighteen(known[:15]) == known


def test_both_forms_are_read_and_the_long_one_in_any_case() -> None:
    texts = ["00Q0300000Aczgf", "00Q0300000AczgfEAB", "00q0300000aczgfeab"]
    assert [ids.read(text) for text in texts] == ["00Q0300000AczgfEAB"] * 3


@pytest.mark.parametrize("text", ["", "00Q", "00Q0300000Aczgf6AB", "00Q0300000Aczg-", 7, None])
def test_what_is_no_id_is_none(text: object) -> None:
    assert ids.read(text) is None


def test_ids_are_made_in_order_and_differ() -> None:
    made = [ids.made("00Q", number) for number in range(1, 200)]
    assert len(set(made)) == 199
    assert made[0] == "00QHs0000000001" + ids.eighteen("00QHs0000000001")[15:]
    assert made[61][:15] == "00QHs0000000010"
