"""Marketo's imports and activities face to face with an account: files taken in, answers lost and found."""

import json
from typing import Any

import pytest
from msgspec import structs
from tests.contract.destinations import Meeting

from turnout.clock import iso
from turnout.destinations.kit import Job, Row
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import Seeking, Target
from turnout.values.verdicts import Outcome, Verdict
from turnout.wire import Reply, Request

SESSION, CHANNEL = "1_live0001", 330022
PEOPLE = ("ada", "bob", "cyd")


class Account(Meeting):
    """An account made ready, with three people in it whom Turnout made."""

    def __init__(self, **settings: str) -> None:
        super().__init__("marketo")
        self.config = structs.replace(self.config, settings={**self.config.settings, "engagement_as": "both"})
        self.target: Target = self.provisioned()
        made = [
            Change(Key("", Kind.PERSON, name), Op.CREATE, {"email": f"{name}@example.com", "last_name": name}, "d")
            for name in PEOPLE
        ]
        self.ids = {found.key.person: found.remote_id for found in self.write(self.target, *made)}

    def row(self, name: str, **values: Any) -> Row:
        key = Key(self.binding.id, Kind.ENGAGEMENT, name, SESSION, CHANNEL)
        known = {"entry_id": SESSION, "channel_id": CHANNEL, "email": f"{name}@example.com", **values}
        return self.rendered(self.target, Change(key, Op.UPSERT, known, "d", "", self.ids[name]))

    def member(self, name: str, status: str = "Registered", step: int = 30) -> Row:
        values = {"email": f"{name}@example.com"}
        change = Change(Key(self.binding.id, Kind.MEMBER, name), Op.CREATE, values, "d", person_id=self.ids[name])
        return self.rendered(self.target, structs.replace(change, status=status, step=step))

    def activity(self, name: str, number: int = 1, **values: Any) -> Change:
        key = Key(self.binding.id, Kind.ACTIVITY, name, SESSION, number)
        at = iso(int(self.clock.now()) - 3600)
        known = {"entry_id": SESSION, "email": f"{name}@example.com", "channel_id": CHANNEL, "at": at, **values}
        return Change(key, Op.CREATE, known, "d", person_id=self.ids[name], since=self.clock.now())

    def imported(self, rows: list[Row]) -> dict[str, Outcome]:
        """Take a job on step by step until its rows are answered for."""
        bulk = self.vendor.writers[rows[0].change.key.kind].bulk
        assert bulk is not None
        job, told = Job(), None
        while told is None:
            job, told = self.hold(bulk.step(self.config, self.target, job, rows))
            self.clock.sleep(job.poll_seconds)
        assert self.unknown == []
        return {found.key.person: found for found in told}

    def statuses(self) -> dict[str, str]:
        seeking = [Seeking(name, f"{name}@example.com", self.ids[name]) for name in PEOPLE]
        found = self.hold(self.vendor.members(self.config, self.target, seeking))
        return {seen.person: seen.status for seen in found}

    def calls(self, part: str) -> int:
        return sum(part in entry.path for entry in self.simulator.book.entries)


def verdicts(told: dict[str, Outcome]) -> dict[str, Verdict]:
    return {name: found.ruling.verdict for name, found in told.items()}


def test_rows_of_a_file_stand_in_the_account():
    account = Account()
    rows = [account.row("ada", plays=2, entry_name='Opening, "live"\nday one'), account.row("bob", plays=0)]
    told = account.imported(rows)
    writer = account.vendor.writers[Kind.ENGAGEMENT]
    differences = account.hold(writer.read_back(account.config, account.target, rows))
    assert (verdicts(told), differences) == ({"ada": Verdict.ACCEPT, "bob": Verdict.ACCEPT}, [])


def test_an_import_costs_two_calls():
    account = Account()
    account.imported([account.row(name, plays=1) for name in PEOPLE])
    assert account.calls("/bulk/") == 2


def test_a_poison_row_holds_no_other_back():
    account = Account()
    poison = account.row("bob", plays=1)
    poison = structs.replace(poison, payload={**poison.payload, "plays": "many"})
    told = account.imported([account.row("ada", plays=1), poison, account.row("cyd", plays=1)])
    assert verdicts(told) == {"ada": Verdict.ACCEPT, "bob": Verdict.REJECT, "cyd": Verdict.ACCEPT}


def test_a_row_of_somebody_who_was_deleted_is_matched_again():
    account = Account()
    rows = [account.row("ada", plays=1), account.row("bob", plays=1)]
    account.act({"do": "delete_person", "lead": int(account.ids["bob"])})
    assert verdicts(account.imported(rows)) == {"ada": Verdict.ACCEPT, "bob": Verdict.REMATCH}


def test_members_of_a_file_have_their_status():
    account = Account()
    told = account.imported([account.member(name) for name in PEOPLE])
    assert set(verdicts(told).values()) == {Verdict.ACCEPT}
    assert account.statuses() == {"ada": "Registered", "bob": "Registered", "cyd": "Registered"}


def test_a_member_who_is_further_already_stays_there():
    account = Account()
    account.imported([account.member("ada", "Attended", 50)])
    told = account.imported([account.member(name) for name in PEOPLE])
    assert told["ada"].ruling.code == "1037"
    assert account.statuses() == {"ada": "Attended", "bob": "Registered", "cyd": "Registered"}


def test_a_full_queue_of_imports_is_waited_for():
    account = Account()
    _set_faults(account, {"do": "refuse", "path": "/bulk/v1/customobjects/", "code": "1016", "times": 1})
    told = account.imported([account.row("ada", plays=1)])
    assert (verdicts(told), account.calls("/bulk/")) == ({"ada": Verdict.ACCEPT}, 3)


def _set_faults(account: Account, *faults: dict[str, Any]) -> None:
    door = f"{account.config.get('endpoint')}/_sim/faults"
    reply = account.simulator(Request("POST", door, {}, json.dumps(faults).encode()))
    assert isinstance(reply, Reply)
    assert reply.status == 200


def test_a_lost_activity_is_found_and_one_that_never_left_is_not():
    account = Account()
    sent, lost = account.activity("ada", plays=2), account.activity("bob", plays=1)
    [written] = account.write(account.target, sent)
    found = account.hold(account.vendor.rows(account.config, account.target, [sent, lost]))
    assert {seen.key.person: seen.remote_id for seen in found} == {"ada": written.remote_id, "bob": ""}


def test_a_lost_activity_is_found_after_its_person_was_merged():
    account = Account()
    sent = account.activity("ada", plays=2)
    [written] = account.write(account.target, sent)
    account.act({"do": "merge", "winner": int(account.ids["bob"]), "losers": [int(account.ids["ada"])]})
    [seen] = account.hold(account.vendor.rows(account.config, account.target, [sent]))
    assert seen.remote_id == written.remote_id


def test_activities_are_read_to_the_last_page():
    account = Account()
    changes = [account.activity("ada", number) for number in range(1, 701)]
    for start in range(0, 700, 300):
        account.write(account.target, *changes[start : start + 300])
    found = account.hold(account.vendor.rows(account.config, account.target, changes))
    assert sum(bool(seen.remote_id) for seen in found) == 700
    assert len({seen.remote_id for seen in found}) == 700


@pytest.mark.parametrize(("altered", "expected"), [({}, []), ({"plays": 3}, [("plays", 3, 2)])])
def test_activities_are_read_back(altered, expected):
    account = Account()
    sent = account.activity("ada", plays=2)
    [written] = account.write(account.target, sent)
    wanted = structs.replace(sent, values={**sent.values, **altered})
    found = account.read_back(account.target, wanted, written.remote_id)
    assert [(one.field, one.expected, one.found) for one in found] == expected
