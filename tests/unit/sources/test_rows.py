from pathlib import Path

import pytest

from turnout.errors import InputError
from turnout.sources.rows import read_event, rows
from turnout.sources.schemas import SCHEMAS

POLLS = SCHEMAS["polls"]
HEAD = "event_id,entry_id,poll_id,question\n"


def read(folder: Path, text: str | bytes, name: str = "polls.csv"):
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(rows(file, POLLS))


def cells(found) -> list[list[str] | None]:
    return [list(given.row.values()) if given.row else None for given in found]


def test_rows_are_named_by_the_header_in_any_order(tmp_path):
    (given,) = read(tmp_path, "question,poll_id,entry_id,event_id\nWhy?,p1,1_x,9001\n")
    assert given.row == {"question": "Why?", "poll_id": "p1", "entry_id": "1_x", "event_id": "9001"}


def test_a_header_may_have_capitals_blanks_and_columns_nobody_knows(tmp_path):
    (given,) = read(tmp_path, "Event ID,Entry-Id,POLL ID,Question,Room\n9001,1_x,p1,Why?,A\n")
    assert given.row == {"event_id": "9001", "entry_id": "1_x", "poll_id": "p1", "question": "Why?", "room": "A"}


def test_a_cell_may_hold_commas_quotes_and_line_breaks(tmp_path):
    found = read(tmp_path, HEAD + '9001,1_x,p1,"Why, ""really"",\nor not?"\n9001,1_x,p2,Next\n')
    assert cells(found) == [["9001", "1_x", "p1", 'Why, "really",\nor not?'], ["9001", "1_x", "p2", "Next"]]


def test_a_row_tells_the_line_it_began_on(tmp_path):
    found = read(tmp_path, HEAD + '9001,1_x,p1,"a\nb"\n\n9001,1_x,p2\n')
    assert [given.origin for given in found] == ["polls.csv:2", "polls.csv:5"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen_from_the_header(tmp_path, delimiter):
    text = (HEAD + "9001,1_x,p1,Why?\n").replace(",", delimiter)
    assert cells(read(tmp_path, text)) == [["9001", "1_x", "p1", "Why?"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + (HEAD + "9001,1_x,p1,Pourquoi\xa0?\n").encode(),
        (HEAD + "9001,1_x,p1,Pourquoi\xa0?\n").encode("utf-16"),
        (HEAD + "9001,1_x,p1,Pourquoi\xa0?\n").replace("\n", "\r\n").encode(),
    ],
    ids=["mark", "utf-16", "crlf"],
)
def test_marks_utf16_and_windows_line_ends_are_read(tmp_path, raw):
    assert cells(read(tmp_path, raw)) == [["9001", "1_x", "p1", "Pourquoi\xa0?"]]


def test_a_row_in_another_encoding_is_refused_and_the_rest_is_read(tmp_path):
    found = read(tmp_path, HEAD.encode() + "9001,1_x,p1,Für wen?\n".encode("latin-1") + b"9001,1_x,p2,Why?\n")
    assert cells(found) == [None, ["9001", "1_x", "p2", "Why?"]]
    assert found[0].reason == "the row is not UTF-8: save the file as UTF-8, or the row anew"
    assert found[0].raw == "9001,1_x,p1,F\\xfcr wen?"


def test_a_row_of_another_length_is_refused_and_the_rest_is_read(tmp_path):
    found = read(tmp_path, HEAD + "9001,1_x,p1,Why, oh why?\n9001\n9001,1_x,p2,Why?\n")
    assert [given.reason for given in found] == [
        "the row has 5 cells, and the header 4",
        "the row has 1 cells, and the header 4",
        "",
    ]


def test_a_quote_that_nobody_closes_costs_its_own_line_only(tmp_path):
    found = read(tmp_path, HEAD + '9001,1_x,p1,"Why?\n9001,1_x,p2,Why?\n9001,1_x,p3,Why?\n')
    assert cells(found) == [None, ["9001", "1_x", "p2", "Why?"], ["9001", "1_x", "p3", "Why?"]]
    assert found[0].reason == "the row is no CSV (unexpected end of data)"


def test_two_open_quotes_do_not_take_the_rows_between_them(tmp_path):
    found = read(tmp_path, HEAD + '9001,1_x,"p1,Why?\n9001,1_x,p2,Why?\n9001,1_x,"p3,Why?\n9001,1_x,p4,Why?\n')
    assert [given.row["poll_id"] if given.row else None for given in found] == [None, "p2", None, "p4"]


def test_a_quote_within_a_cell_is_a_quote(tmp_path):
    found = read(tmp_path, HEAD + '9001,1_x,p1,Is 5" enough?\n9001,1_x,p2,Is 6" enough?\n9001,1_x,p3,Is 7" enough?\n')
    assert [given.row["question"] for given in found if given.row] == [
        'Is 5" enough?',
        'Is 6" enough?',
        'Is 7" enough?',
    ]


def test_a_file_without_a_required_column_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no column poll_id, question"):
        read(tmp_path, "event_id,entry_id\n9001,1_x\n")


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no column"):
        read(tmp_path, "")


def test_a_header_alone_has_no_rows(tmp_path):
    assert read(tmp_path, HEAD) == []


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(rows(tmp_path / "none.csv", POLLS))


def test_lines_of_json_keep_what_is_nested(tmp_path):
    (given,) = read(tmp_path, '\ufeff{"poll_id": "p1", "answers": ["a", {"b": 1}]}\n\n', "polls.jsonl")
    assert given.row == {"poll_id": "p1", "answers": ["a", {"b": 1}]}


def test_a_line_that_is_no_object_is_refused_and_the_rest_is_read(tmp_path):
    found = read(tmp_path, '{"poll_id": "p1"\n[1]\n{"poll_id": "p\\ud800"}\n{"poll_id": "p2"}\n', "polls.jsonl")
    assert [given.row for given in found] == [None, None, None, {"poll_id": "p2"}]
    assert found[1].reason == "the line is no JSON object"


def test_an_event_is_read_with_its_sessions_and_channels(tmp_path):
    file = tmp_path / "event.json"
    file.write_text(
        '{"id": "9001", "name": "Summit", "starts_at": "2026-11-21T19:00:00Z", "ends_at": "2026-11-21T20:00:00Z",'
        ' "sessions": [{"entry_id": "1_x", "name": "Talk"}], "channels": [{"id": 7, "name": "Main"}]}'
    )
    event = read_event(file)
    assert (event.starts, event.ends, event.sessions[0].entry_id, event.channels[0].id) == (
        1_795_287_600.0,
        1_795_291_200.0,
        "1_x",
        7,
    )


@pytest.mark.parametrize("text", ["{", "{}", '{"id": "1", "name": "x", "starts_at": "soon", "ends_at": "later"}'])
def test_a_file_that_describes_no_event_is_refused(tmp_path, text):
    file = tmp_path / "event.json"
    file.write_text(text)
    with pytest.raises(InputError, match="describes no event"):
        read_event(file)
