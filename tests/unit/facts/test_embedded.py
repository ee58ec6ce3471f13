import pytest

from turnout.errors import Halted, InputError
from turnout.facts.embedded import embedded, file_list, literal


def test_the_engine_needs_no_network(tmp_path):
    with embedded(tmp_path) as work:
        found = work.execute("SELECT current_setting('autoinstall_known_extensions')").fetchall()
    assert found == [(False,)]


def test_a_file_that_is_gone_halts(tmp_path):
    with pytest.raises(Halted, match="cannot go on"), embedded(tmp_path) as work:
        work.execute("SELECT * FROM read_parquet('none.parquet')")


def test_a_value_that_cannot_be_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="cannot be read"), embedded(tmp_path) as work:
        work.execute("SELECT CAST('x' AS BIGINT)").fetchall()


def test_quotes_in_names_are_doubled():
    assert (literal("o'neil"), file_list(["a", "b'c"])) == ("'o''neil'", "['a', 'b''c']")
