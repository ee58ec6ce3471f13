import pytest
from msgspec.structs import replace
from tests.unit.delivery.stage import START, TARGET, Office, Script, Stage, key, ok, refused

from turnout.delivery.cycle import Ending, cycle
from turnout.plan.shapes import shape
from turnout.survey.looks import Survey
from turnout.values.bindings import Binding
from turnout.values.records import Kind, Record
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Candidate, Match, Membership, StatusSeen
from turnout.wire import Silence, get

STATUSES = tuple(StatusSeen(label, step) for label, step in (("Invited", 20), ("Registered", 30)))


def seek(config, target, wanted):
    told = (yield get(f"/seek{target.program_id}")).json()
    return [Match(one.person, (Candidate(told[one.person]),) if told.get(one.person) else ()) for one in wanted]


def members(config, target, wanted):
    told = (yield get(f"/members{target.program_id}")).json()
    return [Membership(one.person, *told.get(one.person, ("", ""))) for one in wanted]


class Show:
    """One cycle over people and members of some programs, against a script."""

    def __init__(self, *persons: str, bindings: tuple[str, ...] = ("9001@toy",), patience: float = 300.0, **answers):
        self.stage = Stage()
        self.script = Script(self.stage.clock, **answers)
        self.office = Office(self.script, stage=self.stage, seek=seek, members=members, members_rows=100, seek_rows=100)
        self.ledger, self.view = self.office.ledger, self.office.view
        targets = {one: replace(TARGET, program_id=one[:4], statuses=STATUSES) for one in bindings}
        self.view.targets = targets
        self.view.bindings = {one: Binding(one, one[:4], "Winter Summit", "toy") for one in bindings}
        for place, person in enumerate(persons):
            self.add(person, bindings[place % len(bindings)])
        self.ledger.want({one: "1:wanted" for one in self.view.records}, bindings)  # noqa: C420
        self.patience = patience
        self.ending = Ending()
        self.survey = Survey(self.office.line.vendor, self.office.line.config, self.stage.clock)

    def add(self, person: str, binding: str) -> None:
        one = replace_binding(key(person), binding)
        values = {"status": "registered", "code": "Registered", "label": "Registered", "email": f"{person}@example.com"}
        self.view.records |= {
            key(person, Kind.PERSON): Record(key(person, Kind.PERSON), {"email": f"{person}@example.com"}),
            one: Record(one, values),
        }

    def run(self) -> None:
        current = {(one, kind): shape(None, kind, 1) for one in ("", *self.view.targets) for kind in Kind}
        made = cycle(
            self.office.desk, self.survey, current,
            clock=self.stage.clock, patience_seconds=self.patience, ending=self.ending,
        )  # fmt: skip
        self.stage.run((self.office.line, made))

    def stands(self, kind: Kind = Kind.MEMBER) -> dict[str, Stand]:
        return {one.person: stand(self.ledger.row(one)) for one in self.ledger.rows if one.kind is kind}


def replace_binding(one, binding):
    return one._replace(binding=binding)


KNOWN = ok(paula="00Q1", rosa="00Q2")
REGISTERED = ok(paula=("00v1", "Registered"), rosa=("00v2", "Registered"))
WRITTEN = ok(paula="ok", rosa="ok")


def test_a_cycle_looks_writes_and_reads_back_until_all_is_confirmed():
    show = Show("paula", seek9001=KNOWN, members9001=[ok(), REGISTERED], member=WRITTEN)

    show.run()

    assert show.script.paths == ["token", "seek9001", "members9001", "member", "members9001"]
    assert show.stands() == {"paula": Stand.DELIVERED}
    assert show.ending == Ending()


def test_somebody_whom_the_account_does_not_have_is_made_and_then_added():
    show = Show("paula", seek9001=ok(), person=WRITTEN, members9001=[ok(), REGISTERED], member=WRITTEN)

    show.run()

    assert show.script.paths == ["token", "seek9001", "person", "members9001", "member", "members9001"]
    assert show.stands(Kind.PERSON) == {"paula": Stand.ACCEPTED}


def test_a_row_due_within_patience_is_waited_for():
    show = Show(
        "paula", seek9001=KNOWN, members9001=[ok(), ok(), REGISTERED], member=[ok(), ok(paula="ok")]
    )  # fmt: skip

    show.run()

    assert [at for at, path in show.script.heard if path == "member"] == [3.0, 125.0]
    assert show.stands() == {"paula": Stand.DELIVERED}


def test_a_row_due_after_patience_is_left_waiting_with_its_time():
    show = Show("paula", patience=60.0, seek9001=KNOWN, members9001=ok(), member=Silence(left=True, reason="cut"))

    show.run()

    assert show.stands() == {"paula": Stand.UNSURE}
    assert (show.ending.due, show.ending.later) == (
        START + 4.0 + 120.0,
        "the answer was lost; the account may have acted (no answer: cut)",
    )
    assert show.ending.waiting == {show.ending.later: 1}


def test_an_unsure_write_is_looked_into_and_not_simply_sent_again():
    show = Show("paula", seek9001=KNOWN, members9001=[ok(), REGISTERED], member=Silence(left=True, reason="cut"))

    show.run()

    assert show.script.paths.count("member") == 1
    assert show.stands() == {"paula": Stand.DELIVERED}


def test_a_stream_that_stopped_leaves_its_records_waiting_with_the_reason():
    show = Show("paula", seek9001=KNOWN, members9001=ok(), member=refused("forbidden"))

    show.run()

    reason = "a permission is missing (forbidden: in the vendor's words); ask an administrator for it"
    assert show.ending.waiting == {reason: 1}
    assert (show.ending.later, show.stands()) == ("", {"paula": Stand.OWED})
    assert list(show.office.reckoning.halted) == [("9001@toy", Kind.MEMBER)]


def test_a_program_that_cannot_be_seen_does_not_stop_another():
    show = Show(
        "paula", "rosa", bindings=("9001@toy", "9002@toy"),
        seek9001=refused("forbidden"), seek9002=KNOWN, members9002=[ok(), REGISTERED], member=WRITTEN,
    )  # fmt: skip

    show.run()

    assert show.stands() == {"paula": Stand.OWED, "rosa": Stand.DELIVERED}
    assert {binding for binding, _ in show.office.reckoning.halted} == {"9001@toy"}


@pytest.mark.parametrize("answer", [refused("spent"), refused("locked"), refused("broken"), ok(seen="nothing")])
def test_a_look_that_may_pass_later_ends_the_cycle_and_stops_nothing(answer):
    def leaving_out(config, target, wanted):
        yield get("/membersshort")
        return []

    show = Show("paula", seek9001=KNOWN, members9001=answer, membersshort=answer)
    if answer.status == 200:
        show.survey = Survey(
            replace(show.office.line.vendor, members=leaving_out), show.office.line.config, show.stage.clock
        )

    show.run()

    assert show.ending.later
    assert show.office.reckoning.halted == {}
    assert show.stands() == {"paula": Stand.OWED}


def test_two_persons_who_are_one_in_the_account_end_the_cycle_to_be_joined():
    show = Show("paula", "rosa", seek9001=ok(paula="00Q1", rosa="00Q1"))

    show.run()

    assert show.ending.aliases == {"rosa": ("paula", "00Q1")}


def test_a_settled_cycle_makes_no_call():
    show = Show("paula", seek9001=KNOWN, members9001=[ok(), REGISTERED], member=WRITTEN)
    show.run()
    before = len(show.script.paths)

    show.run()

    assert len(show.script.paths) == before
