import json
from pathlib import Path

import pytest
from rich.console import Console

from turnout.apps.face import Face, brief, complain, counts, table
from turnout.errors import Later


def printed(width: int, columns: tuple[str, ...], *rows: tuple[object, ...]) -> str:
    console = Console(width=width, highlight=False)
    with console.capture() as told:
        console.print(table("Title", columns, rows))
    return told.get()


def test_numbers_stand_on_the_right_and_texts_on_the_left() -> None:
    lines = printed(60, ("name", "calls"), ("salesforce", 7), ("marketo", 123)).splitlines()

    assert [line.rstrip() for line in lines[-2:]] == ["salesforce      7", "marketo       123"]


def test_a_name_is_never_broken_where_a_sentence_can_be() -> None:
    told = printed(40, ("connection", "why"), ("salesforce", "the account has no status of this name at all"))

    assert "salesforce" in told
    assert "the account has no" in told


def test_a_column_without_any_value_is_left_out() -> None:
    told = printed(60, ("name", "reason"), ("salesforce", ""), ("marketo", None))

    assert "reason" not in told


def test_an_empty_table_shows_its_columns() -> None:
    assert "reason" in printed(60, ("name", "reason"))


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    assert "[not provided]" in printed(60, ("name",), ("[not provided]",))


def test_a_long_text_is_told_by_its_beginning_on_one_line() -> None:
    assert brief("first\nsecond") == "first second"
    assert brief("x" * 41) == "x" * 39 + "…"
    assert brief("x" * 40) == "x" * 40


def test_counts_leave_out_what_is_none() -> None:
    assert counts({"person": 3, "member": 0, "polls": 2}) == "3 person, 2 polls"
    assert counts({}) == "none"


def test_json_goes_out_alone_and_words_for_people_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    face = Face(Path("."), json=True)

    face.say("Syncing...")
    face.show({"name": "Zoë"}, ["for people"])

    told = capsys.readouterr()
    assert json.loads(told.out) == {"name": "Zoë"}
    assert told.err == "Syncing...\n"


def test_an_error_says_what_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    complain(Later("the account [sf] is served", "wait for it"), json=False)

    assert capsys.readouterr().err == "Later: the account [sf] is served\n  what to do: wait for it\n"
