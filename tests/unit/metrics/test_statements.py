import duckdb
import pytest
import sqlglot
from sqlglot import expressions as exp

from turnout.metrics.statements import STATEMENTS, spark


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_every_statement_can_be_said_to_spark(name):
    told = spark(STATEMENTS[name])
    assert sqlglot.parse_one(told, read="spark").sql("spark") == told


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_no_statement_falls_into_a_trap_of_the_other_engine(name):
    tree = sqlglot.parse_one(STATEMENTS[name], read="duckdb")
    told = spark(STATEMENTS[name])
    assert not list(tree.find_all(exp.Div)), "plain division is exact in one engine and whole in the other"
    assert "//" not in told
    assert "<<" not in told
    sums = list(tree.find_all(exp.Sum))
    assert all(isinstance(found.parent, exp.Cast) for found in sums), "a sum's type differs: cast it"


def test_whole_division_is_spelled_in_sparks_words():
    assert spark("SELECT a // 1000 AS b FROM t") == "SELECT a DIV 1000 AS b FROM t"


def test_a_mask_is_spelled_in_sparks_words():
    assert spark("SELECT CAST(1 AS BIGINT) << CAST(a AS INT) AS b FROM t") == (
        "SELECT SHIFTLEFT(CAST(1 AS BIGINT), CAST(a AS INT)) AS b FROM t"
    )


def test_what_spark_is_told_means_the_same_when_said_back():
    back = sqlglot.transpile(spark(STATEMENTS["measured"]), read="spark", write="duckdb")[0]
    with duckdb.connect() as work:
        columns = "'s' source, 'a' attendee, 'e' AS event, '1_x' entry, 7 channel, 3 plays, 1 AS vod_slices_lo"
        rest = "0 vod_ms, 2 vod_slices_hi, 5 live_ms, 0 live_no_ms, 0 live_low_ms, 0 live_fair_ms, 0 live_good_ms"
        view = f"SELECT {columns}, {rest}, 5 live_high_ms, 10 first_ms, 20 last_ms, 0 stray"
        work.execute(f"CREATE TABLE viewed AS {view} UNION ALL {view.replace('1 AS vod', '6 AS vod')}")
        found = work.execute(back).fetchone()
    assert found == ("s", "a", "e", "1_x", 7, 6, 0, 7, 2, 10, 0, 0, 0, 0, 10, 10, 20, 0)
