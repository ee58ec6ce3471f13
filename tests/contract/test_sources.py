"""What every kind of file keeps to, whatever it tells and in whatever form it comes."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from turnout.clock import VirtualClock
from turnout.database import opened, transaction
from turnout.sources.files import ingest
from turnout.sources.rows import read_event
from turnout.sources.schemas import KINDS, SCHEMAS, template
from turnout.tables import ARRIVAL, PART

EXAMPLE = Path(__file__).parents[2] / "examples" / "winter-summit"

# The example event's files: how many pieces each holds, how many are new, known, and quarantined.
FILES = (
    ("beacons", ("beacons.jsonl", "beacons-more.jsonl"), 199, 198, 0, 1),
    ("registrations", ("registrations.csv",), 60, 58, 1, 1),
    ("interactions", ("interactions.jsonl",), 30, 29, 1, 0),
    ("polls", ("polls.csv",), 46, 46, 0, 0),
)


@pytest.fixture
def engine(tmp_path):
    found = opened(f"sqlite:///{tmp_path / 'turnout.db'}")
    yield found
    found.dispose()


def take(home: Path, engine, kind: str, *files: Path):
    return ingest(home, engine, kind, files, clock=VirtualClock())


def kept(engine) -> tuple[int, int]:
    """Return how many arrivals can be read, and how many beacons are sealed."""
    with transaction(engine) as connection:
        rows = connection.execute(select(ARRIVAL.c.id).where(ARRIVAL.c.reason == "")).all()
        return len(rows), sum(connection.execute(select(PART.c.rows)).scalars())


def sample(kind: str) -> str:
    """Return one row of a kind as a line of JSON."""
    if kind not in SCHEMAS:
        return template(kind)
    (row,) = csv.DictReader(io.StringIO(template(kind)))
    return json.dumps({name: cell for name, cell in row.items() if cell}) + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_file_that_can_be_ingested(tmp_path, engine, kind):
    file = tmp_path / ("in.jsonl" if kind == "beacons" else "in.csv")
    file.write_text(template(kind))
    done = take(tmp_path, engine, kind, file)
    assert (done.read, done.new, done.quarantined) == (1, 1, [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_twice_is_known_the_second_time(tmp_path, engine, kind):
    file = tmp_path / "in.jsonl"
    file.write_text(sample(kind))
    take(tmp_path, engine, kind, file)
    before = kept(engine)
    again = take(tmp_path, engine, kind, file)
    assert (again.new, again.known, kept(engine)) == (0, 1, before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_is_no_json_stops_nothing(tmp_path, engine, kind):
    file = tmp_path / "in.jsonl"
    file.write_text("{\n" + sample(kind) + "no\n")
    done = take(tmp_path, engine, kind, file)
    assert (done.read, done.new) == (3, 1)
    assert [origin for origin, _reason in done.quarantined] == ["in.jsonl:1", "in.jsonl:3"]


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_are_no_text_stop_nothing(tmp_path, engine, kind):
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"event_id": "\xff"}\n' + sample(kind).encode())
    done = take(tmp_path, engine, kind, file)
    assert (done.read, done.new, len(done.quarantined)) == (2, 1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_file_of_lines_holds_nothing(tmp_path, engine, kind):
    file = tmp_path / "in.jsonl"
    file.write_text("")
    assert take(tmp_path, engine, kind, file).read == 0


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_csv_and_json_lines_tell_the_same_facts(kind):
    (row,) = csv.DictReader(io.StringIO(template(kind)))
    read = SCHEMAS[kind].read
    assert read(row, "kaltura", 5.0) == read(json.loads(sample(kind)), "kaltura", 5.0)


@pytest.mark.parametrize(("kind", "names", "read", "new", "known", "bad"), FILES, ids=[file[0] for file in FILES])
def test_the_example_event_holds_what_its_readme_says(tmp_path, engine, kind, names, read, new, known, bad):
    done = take(tmp_path, engine, kind, *(EXAMPLE / name for name in names))
    assert (done.read, done.new, done.known, len(done.quarantined)) == (read, new, known, bad)


def test_the_example_event_has_six_sessions_and_two_channels():
    event = read_event(EXAMPLE / "event.json")
    assert (event.id, event.name, len(event.sessions)) == ("9001", "Winter Summit 2026", 6)
    assert {channel.id: channel.name for channel in event.channels} == {330022: "Main stage", 330023: "Product track"}


def test_the_examples_further_beacons_are_the_ones_its_script_makes():
    names: dict[str, object] = {"__name__": "make_beacons", "__file__": ""}
    exec((EXAMPLE / "make_beacons.py").read_text(encoding="utf-8"), names)
    made = names["main"]
    assert callable(made)
    assert (EXAMPLE / "beacons-more.jsonl").read_text(encoding="utf-8") == made()
