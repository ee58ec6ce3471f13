from tests.unit.sources.kaltura.talking import fields, held, told

from turnout.sources.kaltura.reading.tables import Span, cells, custom, missing, table, unquoted
from turnout.values.verdicts import Ruling
from turnout.wire import Reply

SPAN = Span("9001", 100.0, 200.0, "1_a")


def test_a_row_ends_with_a_semicolon_and_the_last_one_too():
    assert cells("a|b", "1|2;3|;") == [{"a": "1", "b": "2"}, {"a": "3", "b": ""}]


def test_no_data_has_no_header_and_is_no_rows():
    assert cells(None, None) == []


def test_values_of_a_filter_are_split_by_the_delimiter_that_is_asked_for():
    made, found = held(table("40009", SPAN, users=["a,b", "c"]), told({"header": "x", "data": "1;", "totalCount": 1}))
    assert fields(made[0])["reportInputFilter[userIds]"] == "a,b|c"
    assert fields(made[0])["responseOptions[delimiter]"] == "|"
    assert (found.rows, found.total) == ([{"x": "1"}], 1)


def test_a_refused_report_is_a_ruling():
    refused = {"objectType": "KalturaAPIException", "code": "REPORT_NOT_FOUND", "message": "Report [1] not found"}
    _, found = held(table("1", SPAN), told(refused))
    assert isinstance(found, Ruling)
    assert "not enabled" in found.meaning


def test_a_custom_report_gets_its_parameters_in_one_text():
    made, found = held(custom("4021", SPAN), Reply(200, {}, b"\xef\xbb\xbfemail,n\nann@example.com,2\n"))
    assert fields(made[0])["params"] == "from_date=100;to_date=200;entry_ids=1_a;virtualeventid=9001"
    assert found == [{"email": "ann@example.com", "n": "2"}]


def test_quotes_are_letters_in_a_csv_that_knows_none():
    assert unquoted(Reply(200, {}, b'a,b\n"x,y"\n'), "1") == [{"a": '"x', "b": 'y"'}]


def test_a_row_of_another_length_refuses_the_report_for_a_number_may_stand_in_the_wrong_column():
    found = unquoted(Reply(200, {}, b"a,b\n1,2,3\n"), "4021")
    assert isinstance(found, Ruling)
    assert "line 2 has 3 cells and the header 2" in found.meaning


def test_a_file_of_another_encoding_is_named():
    found = unquoted(Reply(200, {}, "a\nGröße\n".encode("latin-1")), "4021")
    assert isinstance(found, Ruling)
    assert "it is not UTF-8" in found.meaning


def test_a_column_that_is_gone_is_named_beside_those_there_are():
    ruling = missing([{"e_mail": "x"}], ("email",), "60013")
    assert ruling is not None
    assert "no column 'email', but e_mail" in ruling.meaning
