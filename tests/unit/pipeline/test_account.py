from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from tests.unit.delivery.stage import TARGET, Script, Stage, key, ok, refused

from turnout.ledger.ledger import Ledger
from turnout.pipeline.account import Account, Sources
from turnout.tables import METADATA
from turnout.values.bindings import Binding
from turnout.values.records import Kind, Parking, Record
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Candidate, Match, Membership, StatusSeen
from turnout.wire import get

WINTER, SPRING = "9001@toy", "9002@toy"


def target(config, binding):
    yield get(f"/target{binding.event_id}")
    return replace(TARGET, program_id=binding.event_id, statuses=(StatusSeen("Registered", 30),))


def seek(config, seen, wanted):
    told = (yield get("/seek")).json()
    return [Match(one.person, (Candidate(told[one.person]),)) for one in wanted]


def members(config, seen, wanted):
    yield get("/members")
    return [Membership(one.person, f"00v-{one.person}", "Registered") for one in wanted]


class Held:
    """An account of two programs in the toy vendor, with paula in one and rosa in the other."""

    def __init__(self, **answers: Any) -> None:
        self.stage = Stage()
        self.script = Script(self.stage.clock, seek=ok(paula="00Q1", rosa="00Q2"), **answers)
        engine = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(engine)
        self.ledger = Ledger(engine, "toy", self.stage.clock)
        self.records = [
            record for person, binding in (("paula", WINTER), ("rosa", SPRING)) for record in of(person, binding)
        ]
        self.account = self.opened()

    def opened(self) -> Account:
        """Return the account as a new run sees it."""
        talks: Mapping[str, Any] = {"target": target, "seek": seek, "members": members}
        return Account(
            line=self.stage.line(self.script, seek_rows=10, members_rows=10, **talks),
            ledger=self.ledger,
            bindings=[Binding(one, one[:4], "Summit", "toy", vocabulary="codes") for one in (WINTER, SPRING)],
            sources=Sources(
                records=self._of_bound,
                target=lambda _: None,
                keep_target=lambda *_: None,
                known_shapes=dict,
                keep_shapes=lambda _: None,
                join=lambda *_: None,
                jobs=list,
                keep_job=lambda _: None,
                end_job=lambda _: None,
                confirmed=lambda _: False,
            ),
            clock=self.stage.clock,
        )

    def _of_bound(self, bound: Sequence[Binding]) -> list[Record]:
        names = {one.id for one in bound}
        there = {one.key.person for one in self.records if one.key.binding in names}
        return [one for one in self.records if one.key.binding in {"", *names} and one.key.person in there]

    def run(self) -> Account:
        self.account = self.opened()
        self.stage.run((self.account.line, self.account.cycle()))
        return self.account

    def stands(self) -> dict[str, Stand]:
        return {one.person: stand(self.ledger.row(one)) for one in self.ledger.rows if one.kind is Kind.MEMBER}


def of(person: str, binding: str) -> list[Record]:
    email = f"{person}@example.com"
    member = key(person)._replace(binding=binding)
    words = {"status": "registered", "code": "Registered", "label": "Registered", "email": email}
    return [Record(key(person, Kind.PERSON), {"email": email}), Record(member, words)]


def test_both_programs_are_brought_up_to_what_is_wanted():
    held = Held()

    account = held.run()

    assert held.stands() == {"paula": Stand.DELIVERED, "rosa": Stand.DELIVERED}
    assert (account.halted, account.ending.later) == ({}, "")


@pytest.mark.parametrize("code", ["spent", "locked", "broken"])
def test_a_program_that_cannot_be_read_now_is_come_back_to_and_the_other_goes_on(code):
    held = Held(target9001=refused(code))

    account = held.run()

    assert held.stands() == {"rosa": Stand.DELIVERED}
    assert account.ending.later.endswith(f"({code}: in the vendor's words)")
    assert account.halted == {}


def test_nobody_is_withdrawn_because_a_program_cannot_be_read():
    held = Held(target9001=[ok(), refused("spent")])
    held.run()

    held.run()

    assert held.stands() == {"paula": Stand.DELIVERED, "rosa": Stand.DELIVERED}


def test_a_program_that_is_refused_stops_its_own_streams_alone():
    held = Held(target9001=refused("forbidden"))

    account = held.run()

    assert {binding for binding, _ in account.halted} == {WINTER}
    assert held.stands() == {"rosa": Stand.DELIVERED}


def test_what_the_records_rule_out_is_parked_and_stays_so_when_it_changes():
    held = Held()
    person, member = of("paula", WINTER)
    for status in ("registered", "attended"):
        held.records = [
            replace(person, parked=Parking.HELD, reason="there is no e-mail address"),
            replace(
                member, values={**member.values, "status": status}, parked=Parking.HELD, reason="no e-mail address"
            ),
        ]
        held.run()

    assert held.stands() == {"paula": Stand.HELD}


def test_what_is_not_ruled_out_any_more_goes():
    held = Held()
    held.records = [replace(one, parked=Parking.HELD, reason="no e-mail address") for one in of("paula", WINTER)]
    held.run()

    held.records = of("paula", WINTER)
    held.run()

    assert held.stands() == {"paula": Stand.DELIVERED}


def test_somebody_who_is_no_longer_wanted_is_withdrawn_and_left_in_the_account():
    held = Held()
    held.run()
    before = len(held.script.paths)

    held.records = of("rosa", SPRING)
    held.run()

    assert held.stands() == {"paula": Stand.WITHDRAWN, "rosa": Stand.DELIVERED}
    assert held.script.paths[before:] == ["token", "target9001", "target9002"]
