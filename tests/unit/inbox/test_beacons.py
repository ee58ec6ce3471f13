"""The wire's forms: every way in which a player may send a beacon ends in the same typed row."""

import json
from urllib.parse import urlencode

import duckdb
import pytest
from sqlalchemy import select

from turnout.database import transaction
from turnout.inbox.arrivals import quarantined
from turnout.inbox.beacons import take_beacons
from turnout.inbox.replay import replay_beacons
from turnout.tables import ARRIVAL, PART

QUERY = {"eventType": "99", "partnerId": "1234567", "entryId": "1_live0001", "sessionId": "aa:bb"}
MORE = {
    "userId": "Ada+1@Example.com",
    "virtualEventId": "9001",
    "playbackContext": "330022",
    "sessionStartTime": 1795289450,
    "eventIndex": 4,
    "playTimeSum": 10.996072,
    "position": -5.98295,
    "playbackType": "live",
    "soundMode": 2,
    "tabMode": 1,
    "screenMode": 2,
}
ROW = (
    "kaltura",
    "1234567",
    "aa:bb",
    "1_live0001",
    "ada+1@example.com",
    "9001",
    "330022",
    "99",
    1_795_289_450,
    4,
    10_996,
    -5_983,
    "live",
    2,
    1,
    2,
    1_795_289_460_500,
)
TEXTS = {name: str(value) for name, value in MORE.items()}


def line(query: dict = QUERY, body: object = "", **more: object) -> str:
    url = f"/api_v3/index.php?service=analytics&action=trackEvent&{urlencode(query)}"
    return json.dumps({"captured_at": 1795289460.5, "method": "POST", "url": url, "body": body, **more})


def take(home, engine, *lines: str | bytes, name: str = "beacons.jsonl"):
    file = home / name
    file.write_bytes(b"".join((one if isinstance(one, bytes) else one.encode()) + b"\n" for one in lines))
    return list(take_beacons(home, engine, file, source="kaltura", now=5.0))


def sealed(home) -> list[tuple]:
    with duckdb.connect() as work:
        files = str(home / "beacons" / "*.parquet")
        return work.execute(f"SELECT * EXCLUDE (raw) FROM read_parquet('{files}')").fetchall()


@pytest.mark.parametrize(
    "text",
    [
        line({**QUERY, **MORE}),
        line({**QUERY, **TEXTS}, body=None),
        line(QUERY, json.dumps(MORE)),
        line(QUERY, json.dumps(TEXTS)),
        line(QUERY, MORE),
        line(QUERY, urlencode(TEXTS)),
        line({}, json.dumps({**QUERY, **MORE})),
        line({}, urlencode({**QUERY, **TEXTS})),
        line({}, json.dumps({**QUERY, **MORE, "partnerId": 1234567, "eventType": 99}), scenario="any"),
    ],
    ids=["get", "get-texts", "json", "json-texts", "object", "form", "all-json", "all-form", "numbers"],
)
def test_every_form_of_a_beacon_is_the_same_row(home, engine, text):
    take(home, engine, text)
    assert sealed(home) == [ROW]


def test_what_a_beacon_does_not_say_is_empty_or_null(home, engine):
    take(home, engine, line())
    assert sealed(home) == [
        ("kaltura", "1234567", "aa:bb", "1_live0001", "", "", "", "99", *[None] * 4, "", *[None] * 3, 1_795_289_460_500)
    ]


def test_numbers_that_cannot_be_are_null_and_stop_nothing(home, engine):
    wild = {"playTimeSum": "1e300", "position": "much", "eventIndex": "", "soundMode": "nan", "sessionStartTime": -1e15}
    take(home, engine, line(QUERY, json.dumps(wild)))
    assert sealed(home)[0][8:12] == (None, None, None, None)


def test_the_line_is_kept_as_it_came(home, engine):
    text = line(QUERY, json.dumps(MORE), scenario="kept")
    take(home, engine, text)
    with duckdb.connect() as work:
        assert work.execute(f"SELECT raw FROM read_parquet('{home}/beacons/*.parquet')").fetchall() == [(text,)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"captured_at": 1', "the line is no JSON"),
        ("[1, 2]", "url is missing"),
        (line({**QUERY, "eventType": ""}), "eventType is missing"),
        (line({name: value for name, value in QUERY.items() if name != "entryId"}), "entryId is missing"),
        (line({name: value for name, value in QUERY.items() if name != "sessionId"}), "sessionId is missing"),
        (line(captured_at="yesterday"), "captured_at is no time in seconds"),
        (b"\xff\xfe", "the line is not UTF-8 (byte 1)"),
        (b'{"a": "\x00"}', "the line holds bytes that no text has"),
    ],
)
def test_a_line_that_cannot_be_read_is_quarantined_and_the_rest_is_sealed(home, engine, bad, reason):
    (taken,) = take(home, engine, line(), bad, "", line({**QUERY, "sessionId": "cc"}))
    assert (taken.read, taken.new) == (3, 2)
    with transaction(engine) as connection:
        ((kind, origin, told, _body),) = quarantined(connection)
    assert (kind, origin, told) == ("beacon", "beacons.jsonl:2", reason)


def test_a_percent_sign_that_means_nothing_stops_nothing(home, engine):
    text = line().replace("aa%3Abb", "aa%3Abb&userId=100%&playbackContext=%ff")
    take(home, engine, text)
    assert len(sealed(home)) == 1


def test_the_same_lines_are_sealed_once_whatever_the_file_is_called(home, engine):
    take(home, engine, line(), line({**QUERY, "sessionId": "cc"}))
    (again,) = take(home, engine, line(), line({**QUERY, "sessionId": "cc"}), name="other.jsonl")
    assert (again.read, again.new, again.known) == (2, 0, 2)
    with transaction(engine) as connection:
        assert list(connection.execute(select(PART.c.rows)).scalars()) == [2]


def test_a_large_file_is_sealed_in_parts_whose_lines_keep_their_numbers(home, engine):
    file = home / "many.jsonl"
    lines = [line({**QUERY, "sessionId": f"s{number}"}) for number in range(9)]
    file.write_text("\n".join([*lines, "{"]) + "\n")
    steps = list(take_beacons(home, engine, file, source="kaltura", now=5.0, chunk_bytes=3 * len(lines[0])))
    assert [step.new for step in steps] == [3, 3, 3, 0]
    assert steps[-1].quarantined[0].origin == "many.jsonl:10"


def test_rows_are_sorted_by_viewing_session(home, engine):
    take(home, engine, *(line({**QUERY, "sessionId": name}) for name in ("c", "a", "b", "a")))
    assert [row[2] for row in sealed(home)] == ["a", "a", "b", "c"]


def test_quarantined_beacons_are_sealed_when_they_can_be_read_after_a_fix(home, engine):
    take(home, engine, "{", "[]")
    with transaction(engine) as connection:  # the fix: the line was mended
        connection.execute(ARRIVAL.update().where(ARRIVAL.c.body == "{").values(body=line(QUERY, json.dumps(MORE))))
    assert replay_beacons(home, engine, source="kaltura", now=6.0) == (1, 1)
    assert replay_beacons(home, engine, source="kaltura", now=7.0) == (0, 1)
    assert sealed(home) == [ROW]
