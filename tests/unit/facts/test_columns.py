import pytest

from turnout.facts.columns import Column, Unreadable, as_text, attendee, typed

COLUMNS = (
    Column("id", "word", True, ""),
    Column("text", "text", False, ""),
    Column("at", "time", False, ""),
    Column("count", "integer", False, ""),
    Column("share", "number", False, ""),
)


def test_cells_become_values_of_their_type():
    row = {"id": " a ", "text": " b\n", "at": "2026-11-21T19:00:00Z", "count": "3", "share": "0.5"}
    assert typed(COLUMNS, row) == {"id": "a", "text": " b\n", "at": 1_795_287_600.0, "count": 3, "share": 0.5}


def test_empty_cells_are_empty_texts_and_no_numbers():
    assert typed(COLUMNS, {"id": "a", "text": "", "at": " "}) == {
        "id": "a",
        "text": "",
        "at": None,
        "count": None,
        "share": None,
    }


def test_numbers_and_texts_may_stand_for_each_other():
    found = typed(COLUMNS, {"id": 7, "count": "3.0", "share": 1, "at": 1795287600})
    assert found == {"id": "7", "text": "", "at": 1_795_287_600.0, "count": 3, "share": 1.0}


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2026-11-21T19:00:00", 1_795_287_600.0),
        ("2026-11-21T20:00:00+01:00", 1_795_287_600.0),
        ("2026-11-21", 1_795_219_200.0),
        ("1795287600", 1_795_287_600.0),
        ("1795287600.5", 1_795_287_600.5),
        ("1795287600500", 1_795_287_600.5),
    ],
)
def test_times_are_iso_or_seconds_or_milliseconds(at, seconds):
    assert typed(COLUMNS, {"id": "a", "at": at})["at"] == seconds


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": " "}, "id is empty"),
        ({}, "id is empty"),
        ({"id": "a", "count": "many"}, "count: 'many' is no whole number"),
        ({"id": "a", "count": "1e999"}, "count: '1e999' is no whole number"),
        ({"id": "a", "share": "inf"}, "share: 'inf' is no number"),
        ({"id": "a", "at": "21/11/2026"}, "at: '21/11/2026' is no time (ISO 8601, e.g. 2026-11-21T19:00:00Z)"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_column(row, reason):
    assert typed(COLUMNS, row) == Unreadable(reason)


def test_what_is_nested_is_json():
    assert as_text({"a": ["é", 1]}) == '{"a": ["é", 1]}'


def test_only_user_ids_with_an_at_sign_lose_their_case():
    assert (attendee(" Ada@X.org "), attendee("Ada-7F")) == ("ada@x.org", "Ada-7F")
