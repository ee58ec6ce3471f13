from pathlib import Path

import pytest
from sqlalchemy import select

from turnout.database import transaction
from turnout.errors import InputError
from turnout.facts.arrived import registrations
from turnout.sources.files import BATCH_ROWS, ingest, replay
from turnout.sources.schemas import template
from turnout.tables import ARRIVAL

HEAD = "event_id,user_id,status,diet\n"


def write(home: Path, text: str, name: str = "people.csv") -> Path:
    file = home / name
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_become_facts_and_unknown_columns_answers(home, engine, clock):
    file = write(home, HEAD + "9001,ada,registered,none\n")
    done = ingest(home, engine, "registrations", [file], clock=clock)
    assert (done.read, done.new, done.known, done.quarantined) == (1, 1, 0, [])
    with transaction(engine) as connection:
        (found,) = registrations(connection)
    assert (found.user_id, found.status, found.status_at, found.custom) == (
        "ada",
        "registered",
        1_795_000_000.0,
        {"diet": "none"},
    )


def test_the_same_row_twice_is_known_the_second_time(home, engine, clock):
    file = write(home, HEAD + "9001,ada,registered,none\n9001,ada,registered,none\n")
    first = ingest(home, engine, "registrations", [file], clock=clock)
    second = ingest(home, engine, "registrations", [file], clock=clock)
    assert (first.new, first.known, second.new, second.known) == (1, 1, 0, 2)


def test_the_same_row_from_another_source_is_another_row(home, engine, clock):
    file = write(home, HEAD + "9001,ada,registered,none\n")
    ingest(home, engine, "registrations", [file], clock=clock)
    assert ingest(home, engine, "registrations", [file], source="other", clock=clock).new == 1


def test_a_bad_row_is_quarantined_with_its_reason_and_the_rest_is_kept(home, engine, clock):
    file = write(home, HEAD + "9001,ada,maybe,\n9001,bob\n9001,eve,registered,\n")
    done = ingest(home, engine, "registrations", [file], clock=clock)
    assert done.new == 1
    assert [(origin, reason.split(":")[0]) for origin, reason in done.quarantined] == [
        ("people.csv:2", "status"),
        ("people.csv:3", "the row has 2 cells, and the header 4"),
    ]
    with transaction(engine) as connection:
        bodies = connection.execute(select(ARRIVAL.c.body).where(ARRIVAL.c.reason != "").order_by(ARRIVAL.c.id))
        assert list(bodies.scalars()) == ['{"diet":"","event_id":"9001","status":"maybe","user_id":"ada"}', "9001,bob"]


def test_statuses_come_back_in_the_order_of_time(home, engine, clock):
    text = "event_id,user_id,status,status_at\n9001,ada,attended,2026-11-21T20:00:00Z\n9001,ada,invited,2026-10-01\n"
    ingest(home, engine, "registrations", [write(home, text)], clock=clock)
    with transaction(engine) as connection:
        assert [seen.status for seen in registrations(connection)] == ["invited", "attended"]


def test_progress_is_told_batch_by_batch(home, engine, clock):
    rows = "".join(f"9001,user-{number},registered,\n" for number in range(BATCH_ROWS + 5))
    told: list[int] = []
    ingest(home, engine, "registrations", [write(home, HEAD + rows)], clock=clock, progress=told.append)
    assert told == [BATCH_ROWS, BATCH_ROWS + 5]


def test_an_unknown_kind_is_refused(home, engine, clock):
    with pytest.raises(InputError, match="no kind of file named 'people'"):
        ingest(home, engine, "people", [write(home, HEAD)], clock=clock)


def test_beacons_that_are_not_there_are_refused(home, engine, clock):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        ingest(home, engine, "beacons", [home / "none.jsonl"], clock=clock)


def test_a_quarantined_row_that_can_be_read_after_a_fix_counts(home, engine, clock):
    ingest(home, engine, "registrations", [write(home, HEAD + "9001,ada,maybe,\n9001,bob\n")], clock=clock)
    with transaction(engine) as connection:  # the fix: somebody taught the row a status there is
        body = '{"event_id":"9001","status":"registered","user_id":"ada"}'
        connection.execute(ARRIVAL.update().where(ARRIVAL.c.body.contains("maybe")).values(body=body))
    assert replay(home, engine, "registrations", clock=clock) == (1, 1)
    with transaction(engine) as connection:
        assert [seen.user_id for seen in registrations(connection)] == ["ada"]


def test_the_template_of_beacons_can_be_ingested(home, engine, clock):
    file = write(home, template("beacons"), "beacons.jsonl")
    assert ingest(home, engine, "beacons", [file], clock=clock).new == 1
