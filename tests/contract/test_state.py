"""What both state stores must do: SQLite, and PostgreSQL where TURNOUT_TEST_POSTGRES gives an SQLAlchemy URL."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from turnout.clock import VirtualClock
from turnout.database import opened, transaction
from turnout.errors import SettingsError
from turnout.ledger.ledger import Ledger
from turnout.plan.shapes import Shape
from turnout.records.people import Attendee, Person, person_id
from turnout.secrets import Vault
from turnout.state import connections, events, journal, people, shapes, sightings
from turnout.state.connections import Connected
from turnout.state.events import Event, EventSession
from turnout.state.journal import Call, Halt
from turnout.state.sightings import Subject
from turnout.tables import METADATA
from turnout.values.bindings import Binding, Config
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.sightings import Membership

POSTGRES: Final = os.environ.get("TURNOUT_TEST_POSTGRES", "")
NOW: Final = 1_000.0
PERSON: Final = Key("", Kind.PERSON, "ada")
MEMBER: Final = Key("b1", Kind.MEMBER, "ada")
ROW: Final = Key("b1", Kind.ENGAGEMENT, "ada", "1_live0001", 330022)
OTHER: Final = Key("b2", Kind.MEMBER, "ada")
KEYS: Final = (PERSON, MEMBER, ROW, OTHER)
ACCOUNTS: Final = count(1)
SECRET: Final = frozenset({"client_secret"})


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'turnout.db'}"
        return
    schema = f"turnout_{uuid4().hex}"
    outside = create_engine(POSTGRES)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with outside.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = opened(database_url)
    yield found
    found.dispose()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def ledger(engine: Engine, clock: VirtualClock) -> Ledger:
    return Ledger(engine, "crm", clock)


def change(key: Key, digest: str) -> Change:
    values = {"plays": 2, "vod_minutes_viewed": 12.5, "entry_name": "Zürich", "raise_hand": None}
    return Change(key, Op.UPSERT, values, digest, person_id="003A", member_id="00vA", shape="s1")


# --- the tables


def test_the_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_migrated_columns_have_the_defaults_of_the_code(engine: Engine) -> None:
    found = inspect(engine)
    given = {
        (table.name, column["name"])
        for table in METADATA.sorted_tables
        for column in found.get_columns(table.name)
        if column["default"] is not None
    }
    assert given >= {(table.name, c.name) for table in METADATA.sorted_tables for c in table.c if c.server_default}


def test_a_database_opened_twice_is_migrated_once_and_keeps_what_it_has(engine: Engine, database_url: str) -> None:
    with transaction(engine) as connection:
        events.save_event(connection, Event("9001", "Winter Summit 2026"))
    again = opened(database_url)
    with transaction(again) as connection:
        found = events.events(connection)
    again.dispose()
    assert [event.name for event in found] == ["Winter Summit 2026"]


# --- the ledger


def test_a_ledger_begins_empty(ledger: Ledger) -> None:
    assert (ledger.rows, ledger.row(MEMBER)) == ({}, LedgerRow(MEMBER))


def test_wishes_are_counted_once(ledger: Ledger) -> None:
    assert ledger.want({PERSON: "d1", MEMBER: "d1"}, ["b1"]) == 2
    assert ledger.want({PERSON: "d1", MEMBER: "d2"}, ["b1"]) == 1


def test_what_is_absent_from_the_wishes_is_withdrawn(ledger: Ledger) -> None:
    ledger.want({PERSON: "d1", MEMBER: "d1"}, ["b1"])
    ledger.accept(change(MEMBER, "d1"), remote_id="00vA", detail="created")
    ledger.want({PERSON: "d1"}, ["b1"])
    assert (stand(ledger.row(MEMBER)), stand(ledger.row(PERSON))) == (Stand.WITHDRAWN, Stand.OWED)


def test_wishes_of_one_binding_leave_the_others(ledger: Ledger) -> None:
    ledger.want({MEMBER: "d1", OTHER: "d1"}, ["b1", "b2"])
    ledger.want({}, ["b1"])
    assert (stand(ledger.row(MEMBER)), stand(ledger.row(OTHER))) == (Stand.NOTHING, Stand.OWED)


def test_persons_are_not_withdrawn_where_not_all_bindings_were_asked(ledger: Ledger) -> None:
    ledger.want({PERSON: "d1"}, ["b1"])
    ledger.want({}, ["b1"], people=False)
    assert stand(ledger.row(PERSON)) is Stand.OWED


def test_persons_are_withdrawn_where_all_bindings_were_asked(ledger: Ledger) -> None:
    ledger.want({PERSON: "d1"}, ["b1"])
    ledger.want({}, ["b1"])
    assert stand(ledger.row(PERSON)) is Stand.NOTHING


def test_a_refusal_of_a_call_under_way_does_not_refuse_a_newer_wish(ledger: Ledger) -> None:
    ledger.want({ROW: "d1"}, ["b1"])
    ledger.claim("f.1", [change(ROW, "d1")], due=NOW + 60)
    ledger.want({ROW: "d2"}, ["b1"])
    ledger.park(ROW, Parking.REJECTED, "too long")
    assert (ledger.row(ROW).refused, stand(ledger.row(ROW))) == ("d1", Stand.OWED)


def test_a_withdrawn_record_that_is_wanted_again_stands_as_it_was_accepted(ledger: Ledger) -> None:
    ledger.want({MEMBER: "d1"}, ["b1"])
    ledger.accept(change(MEMBER, "d1"), remote_id="00vA", detail="created")
    ledger.want({}, ["b1"])
    ledger.want({MEMBER: "d1"}, ["b1"])
    assert stand(ledger.row(MEMBER)) is Stand.ACCEPTED


def test_a_crash_between_claim_and_answer_leaves_the_row_unsure(engine: Engine, clock: VirtualClock) -> None:
    before = Ledger(engine, "crm", clock)
    before.want({ROW: "d1"}, ["b1"])
    before.claim("f.1", [change(ROW, "d1")], due=NOW + 60)
    row = Ledger(engine, "crm", clock).row(ROW)
    assert (stand(row), row.batch, row.due) == (Stand.UNSURE, "f.1", NOW + 60)


def test_a_wish_changed_while_a_call_is_under_way_is_owed_after_the_answer(ledger: Ledger) -> None:
    ledger.want({ROW: "d1"}, ["b1"])
    ledger.claim("f.1", [change(ROW, "d1")], due=NOW + 60)
    ledger.want({ROW: "d2"}, ["b1"])
    ledger.accept(change(ROW, "d1"), remote_id="a0A", detail="created", batch="f.1")
    assert (ledger.row(ROW).accepted, stand(ledger.row(ROW))) == ("d1", Stand.OWED)


def test_values_refs_and_ids_come_back_from_the_database_as_they_were(engine: Engine, clock: VirtualClock) -> None:
    ledger = Ledger(engine, "crm", clock)
    ledger.want({ROW: "d1"}, ["b1"])
    ledger.accept(change(ROW, "d1"), remote_id="a0A", detail="created")
    row = Ledger(engine, "crm", clock).row(ROW)
    assert (dict(row.values), row.refs, row.remote_id, row.shape) == (
        {"plays": 2, "vod_minutes_viewed": 12.5, "entry_name": "Zürich", "raise_hand": None},
        ("003A", "00vA"),
        *("a0A", "s1"),
    )


def test_accounts_have_ledgers_of_their_own(engine: Engine, clock: VirtualClock) -> None:
    Ledger(engine, "crm", clock).want({MEMBER: "d1"}, ["b1"])
    assert Ledger(engine, "mkt", clock).rows == {}


def test_history_tells_what_became_of_a_persons_records(ledger: Ledger, clock: VirtualClock) -> None:
    ledger.want({ROW: "d1"}, ["b1"])
    ledger.claim("f.1", [change(ROW, "d1")], due=NOW + 60)
    clock.sleep(5)
    ledger.release([ROW], due=NOW + 20, reason="too fast")
    ledger.accept(change(ROW, "d1"), remote_id="a0A", detail="created", batch="f.2")
    ledger.park(MEMBER, Parking.KEPT, "a person set 'VIP'")
    told = [(line["at"], line["key"], line["what"], line["detail"], line["batch"]) for line in ledger.history("ada")]
    assert told == [
        (NOW, "b1/engagement/ada/1_live0001/330022", "claimed", "", "f.1"),
        (NOW + 5, "b1/engagement/ada/1_live0001/330022", "released", "too fast", ""),
        (NOW + 5, "b1/engagement/ada/1_live0001/330022", "accepted", "created", "f.2"),
        (NOW + 5, "b1/member/ada//0", "parked", "kept: a person set 'VIP'", ""),
    ]


def test_history_is_one_persons(ledger: Ledger) -> None:
    ledger.park(Key("b1", Kind.MEMBER, "bob"), Parking.HELD, "choose one")
    assert ledger.history("ada") == []


def test_a_move_that_changes_nothing_is_not_told(ledger: Ledger) -> None:
    ledger.park(MEMBER, Parking.HELD, "choose one")
    ledger.park(MEMBER, Parking.HELD, "choose one")
    assert len(ledger.history("ada")) == 1


def test_no_changes_at_all_are_no_move(ledger: Ledger) -> None:
    ledger.accept_all([])
    ledger.park_all({})
    ledger.confirm([])
    assert ledger.rows == {}


DIGESTS: Final = st.sampled_from(["d1", "d2", "d3"])
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(
            ["want", "drop", "claim", "answer", "settle", "refuse", "release", "doubt", "confirm", "forget", "retry"]
        ),
        st.sampled_from(KEYS),
        DIGESTS,
        st.sampled_from(list(Parking)),
    ),
    max_size=25,
)


class Model:
    """Takes a ledger through steps as delivery could, and keeps what each record may have been accepted as."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self.clock = clock
        self.ledger = Ledger(engine, f"account{next(ACCOUNTS)}", clock)
        self.wishes: dict[Key, str] = {}
        self.carried: dict[Key, set[str]] = {key: {""} for key in KEYS}

    def step(self, what: str, key: Key, digest: str, parking: Parking) -> None:
        ledger, row = self.ledger, self.ledger.row(key)
        self.clock.sleep(1)
        now = self.clock.now()
        match what:
            case "want" | "drop":
                self.wishes = {**self.wishes, key: digest}
                if what == "drop":
                    self.wishes.pop(key)
                ledger.want(self.wishes, ["b1", "b2"])
            case "claim" if row.wanted:
                self.carried[key].add(row.wanted)
                ledger.claim(f"f.{now}", [change(key, row.wanted)], due=now + 60)
            case "answer" if row.claimed:
                ledger.accept(change(key, row.claimed), remote_id="a0A", detail="created")
                assert ledger.row(key).accepted == row.claimed
            case "settle" if row.wanted:
                self.carried[key].add(row.wanted)
                ledger.accept(change(key, row.wanted), remote_id="a0A", detail="matched")
            case "refuse":
                ledger.park(key, parking, "a reason")
            case "release" if row.claimed:
                ledger.release([key], due=now + 5, reason="too fast")
            case "doubt" if row.claimed:
                ledger.doubt([key], due=now + 60, reason="no answer")
            case "confirm" if row.accepted:
                ledger.confirm([key])
            case "forget":
                ledger.forget([key], due=0.0, reason="gone")
            case "retry":
                ledger.retry([key])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_a_ledger_keeps_its_promises(
    engine: Engine, clock: VirtualClock, steps: list[tuple[str, Key, str, Parking]]
) -> None:
    model = Model(engine, clock)
    for what, key, digest, parking in steps:
        model.step(what, key, digest, parking)
    again = Ledger(engine, model.ledger.account, clock)
    assert again.rows == model.ledger.rows
    for key in KEYS:
        row = again.row(key)
        assert row.wanted == model.wishes.get(key, "")
        assert row.accepted in model.carried[key]
        assert row.claimed in model.carried[key]
        assert (stand(row) is Stand.UNSURE) == bool(row.claimed)
        assert stand(row) not in (Stand.ACCEPTED, Stand.DELIVERED) or row.accepted == row.wanted != ""


# --- people


ADA, BOB, CLEO = Attendee("kaltura", "ada"), Attendee("kaltura", "bob"), Attendee("csv", "cleo")


def test_newcomers_are_enrolled_in_the_order_given(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert people.enrol(connection, [BOB, ADA, BOB]) == {BOB: 1.0, ADA: 2.0}


def test_who_is_enrolled_keeps_the_place(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.enrol(connection, [BOB])
        people.enrol(connection, [ADA, BOB, CLEO])
        assert people.since(connection) == {BOB: 1.0, ADA: 2.0, CLEO: 3.0}


def test_an_attendee_is_settled_once_and_for_good(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.enrol(connection, [ADA, BOB])
        people.settle(connection, [Person("p1", (ADA,), "a@example.com", {})])
        people.settle(connection, [Person("p2", (ADA, BOB), "a@example.com", {})])
        assert people.settled(connection) == {ADA: "p1", BOB: "p2"}


def test_a_person_without_an_address_is_not_settled(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.enrol(connection, [ADA])
        people.settle(connection, [Person(person_id(ADA), (ADA,), "", {})])
        assert people.settled(connection) == {}


def test_the_first_alias_of_a_person_is_kept(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.save_alias(connection, "p2", "p1", account="crm", remote_id="003A", now=NOW)
        people.save_alias(connection, "p2", "p3", account="mkt", remote_id="318", now=NOW)
        assert people.aliases(connection) == {"p2": "p1"}


def test_a_home_channel_is_fixed_for_good(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.fix_homes(connection, {("p1", "1_live0001"): 0})
        people.fix_homes(connection, {("p1", "1_live0001"): 7, ("p2", "1_live0001"): 7})
        assert people.homes(connection) == {("p1", "1_live0001"): 0, ("p2", "1_live0001"): 7}


def test_a_polls_slot_is_fixed_for_good(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.fix_slots(connection, {("1_live0001", "a"): 1})
        people.fix_slots(connection, {("1_live0001", "a"): 2, ("1_live0001", "b"): 2})
        assert people.slots(connection) == {("1_live0001", "a"): 1, ("1_live0001", "b"): 2}


# --- events, bindings, shapes, sightings


def test_an_event_comes_back_with_its_sessions_and_channels(engine: Engine) -> None:
    sessions = (EventSession("1_live0001", "Keynote", "live"), EventSession("1_vod00003", "Demo", "vod", 60_000))
    event = Event("9001", "Winter Summit 2026", 10.0, 20.0, sessions)
    with transaction(engine) as connection:
        events.save_event(connection, event, [(330022, "Main stage")])
        assert (events.events(connection), events.channels(connection)) == ([event], {330022: "Main stage"})


def test_bindings_are_those_of_an_account_or_an_event(engine: Engine) -> None:
    binding = Binding("b1", "9001", "Winter Summit 2026", "crm", labels={"attended": "Came"}, options={"x": "y"})
    other = Binding("b2", "9001", "Winter Summit 2026", "mkt", program="1042", mapping_version=3)
    with transaction(engine) as connection:
        events.save_event(connection, Event("9001", "Winter Summit 2026"))
        events.save_binding(connection, other, NOW)
        events.save_binding(connection, binding, NOW)
        assert events.bindings(connection) == [binding, other]
        assert events.bindings(connection, account="mkt", event_id="9001") == [other]
        assert events.bindings(connection, event_id="9002") == []


def test_a_shape_that_is_known_stays_as_it_is(engine: Engine) -> None:
    with transaction(engine) as connection:
        shapes.save_shapes(connection, [Shape("s1", ("plays",), 1, 1)])
        shapes.save_shapes(connection, [Shape("s1", ("other",), 2, 2), Shape("s2", (), 1, 1)])
        assert shapes.shapes(connection) == {"s1": Shape("s1", ("plays",), 1, 1), "s2": Shape("s2", (), 1, 1)}


ADA_MEMBER: Final = Subject("crm", "member", "ada")


def test_the_newest_sighting_counts_until_it_is_forgotten(engine: Engine) -> None:
    seen = Membership("ada", "00vA", "Registered")
    with transaction(engine) as connection:
        sightings.save_sighting(connection, ADA_MEMBER, Membership("ada"), read_at=NOW)
        sightings.save_sighting(connection, ADA_MEMBER, seen, read_at=NOW + 1)
        assert sightings.sighting(connection, ADA_MEMBER, Membership) == seen
        sightings.forget_sightings(connection, "crm", "member")
        assert sightings.sighting(connection, ADA_MEMBER, Membership) is None


# --- connections and the journal


CRM: Final = Config("salesforce", "crm", {"url": "https://example.com", "client_secret": "hush-hush"})


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key()])


def test_a_connection_comes_back_with_its_secrets(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as connection:
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
        assert connections.config_of(connection, "crm", vault) == CRM


def test_a_connection_is_shown_without_its_secrets(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as connection:
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
        shown = connections.connections(connection)
    assert shown == [Connected("crm", "salesforce", {"url": "https://example.com"}, version=1, paused=False)]


def test_each_change_of_a_connection_raises_its_version_and_leaves_it_paused(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as connection:
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
        connections.pause(connection, "crm", NOW)
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
        (shown,) = connections.connections(connection)
    assert (shown.version, shown.paused) == (2, True)


def test_a_paused_connection_can_go_on(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as connection:
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
        connections.pause(connection, "crm", NOW)
        connections.pause(connection, "crm", 0.0)
        assert [one.paused for one in connections.connections(connection)] == [False]


def test_a_connection_that_is_not_there_cannot_be_used_paused_or_dropped(engine: Engine, vault: Vault) -> None:
    with transaction(engine) as connection:
        assert connections.pause(connection, "crm", NOW) is False
        assert connections.drop_connection(connection, "crm") is False
        with pytest.raises(SettingsError, match="no connection 'crm'"):
            connections.config_of(connection, "crm", vault)


def test_a_dropped_connection_leaves_its_ledger(engine: Engine, vault: Vault, clock: VirtualClock) -> None:
    with transaction(engine) as connection:
        connections.save_connection(connection, CRM, vault, secret=SECRET, now=NOW)
    Ledger(engine, "crm", clock).want({MEMBER: "d1"}, ["b1"])
    with transaction(engine) as connection:
        assert connections.drop_connection(connection, "crm") is True
    assert set(Ledger(engine, "crm", clock).rows) == {MEMBER}


def test_runs_are_told_newest_first_with_their_summaries(engine: Engine) -> None:
    with transaction(engine) as connection:
        first = journal.begin_run(connection, "sync", NOW)
        journal.begin_run(connection, "verify", NOW + 1)
        journal.end_run(connection, first, {"created": 3}, now=NOW + 2)
        told = [(run["command"], run["ended_at"], run["summary"]) for run in journal.runs(connection)]
    assert told == [("verify", 0.0, {}), ("sync", NOW + 2, {"created": 3})]


def test_the_calls_of_a_batch_are_those_that_carried_it(engine: Engine) -> None:
    call = Call("crm", NOW, 0.5, "PATCH", "/services/data", writing=True, status=200, batch="f.1")
    with transaction(engine) as connection:
        journal.record_call(connection, 1, call)
        journal.record_call(connection, 1, Call("crm", NOW, 0.5, "GET", "/limits", writing=False, status=200))
        assert [line["path"] for line in journal.calls_of(connection, "crm", "f.1")] == ["/services/data"]


def test_a_stopped_stream_stands_until_it_is_lifted(engine: Engine) -> None:
    stopped = Halt("crm", "b1/engagement", "the object is missing", "NOT_FOUND", NOW)
    with transaction(engine) as connection:
        journal.halt(connection, stopped)
        journal.halt(connection, stopped)
        assert (journal.halts(connection, "crm"), journal.halts(connection, "mkt")) == ([stopped], [])
        assert (journal.lift(connection, "crm"), journal.halts(connection)) == (1, [])
