import pytest
from tests.unit.delivery.stage import START, Script, Stage, change, key, ok, refused, vendor

from turnout.plan.view import Plan, Policy, View
from turnout.survey.looks import ROWS_A_LOOK, Survey
from turnout.values.bindings import Config
from turnout.values.records import Kind
from turnout.values.sightings import Candidate, Match, Membership, RowSeen, Seeking, Target
from turnout.values.verdicts import Verdict
from turnout.wire import get

BINDING = "9001@toy"
PAULA, ROSA, TESS = (Seeking(name, f"{name}@example.com") for name in ("paula", "rosa", "tess"))


def seek(config, target, wanted):
    told = (yield get(f"/seek/{target.program_id}/{len(wanted)}")).json()
    return [Match(one.person, (Candidate(told["id"]),)) for one in wanted if one.person not in told.get("lost", ())]


def members(config, target, wanted):
    told = (yield get(f"/members/{len(wanted)}")).json()
    return [Membership(one.person, told["id"], "Registered") for one in wanted]


def rows(config, target, changes):
    told = (yield get(f"/rows/{len(changes)}")).json()
    return [RowSeen(one.key, told["id"]) for one in changes]


class Looking:
    """A survey of an account of literals, and what came of its flights."""

    def __init__(self, **answers) -> None:
        self.stage = Stage()
        self.script = Script(self.stage.clock)
        self.script.answers |= {path: [given] for path, given in answers.items()}
        self.vendor = vendor(seek=seek, members=members, rows=rows)
        targets = {BINDING: Target("P1", "Winter Summit"), "9002@toy": Target("P2", "Spring Summit")}
        self.view = View(Policy(), {}, targets, {}, {})
        self.survey = Survey(self.vendor, Config("toy", "toy", {}), self.stage.clock)

    def look(self, plan: Plan) -> None:
        flights = self.survey.flights(plan, self.view)
        line = self.stage.line(self.script, seek=seek, members=members, rows=rows)
        self.stage.run((line, [flights]))


SEEK = {"seek/P1/1": ok(id="00Q1"), "seek/P1/2": ok(id="00Q1"), "seek/P2/1": ok(id="00Q2")}


def test_who_matches_a_person_is_kept_with_the_time_it_was_read():
    looking = Looking(**SEEK)

    looking.look(Plan(look_people={BINDING: [PAULA]}))

    assert looking.view.matches == {"paula": Match("paula", (Candidate("00Q1"),), START + 2.0)}


def test_a_membership_is_kept_by_binding_and_person():
    looking = Looking(**{"members/1": ok(id="00v1")})

    looking.look(Plan(look_members={"9002@toy": [PAULA]}))

    assert looking.view.members == {("9002@toy", "paula"): Membership("paula", "00v1", "Registered", "", START + 2.0)}


def test_a_row_that_stands_is_kept_by_its_key():
    looking = Looking(**{"rows/1": ok(id="a01")})
    one = change("paula", Kind.ENGAGEMENT)

    looking.look(Plan(look_rows={BINDING: [one]}))

    assert looking.view.found == {one.key: RowSeen(key("paula", Kind.ENGAGEMENT), "a01", START + 2.0)}


def test_people_are_looked_up_in_calls_as_large_as_the_vendor_takes():
    looking = Looking(**SEEK)

    looking.look(Plan(look_people={BINDING: [PAULA, ROSA, TESS]}))

    assert looking.script.paths == ["token", "seek/P1/2", "seek/P1/1"]
    assert sorted(looking.view.matches) == ["paula", "rosa", "tess"]


def test_rows_are_looked_up_in_calls_of_two_hundred():
    looking = Looking(**{"rows/200": ok(id="a01"), "rows/1": ok(id="a02")})
    many = [change(f"p{number}", Kind.POLLS) for number in range(ROWS_A_LOOK + 1)]

    looking.look(Plan(look_rows={BINDING: many}))

    assert looking.script.paths == ["token", "rows/200", "rows/1"]


def test_each_program_is_asked_about_its_own_people():
    looking = Looking(**SEEK)

    looking.look(Plan(look_people={BINDING: [PAULA], "9002@toy": [ROSA]}))

    assert looking.view.matches["rosa"].candidates == (Candidate("00Q2"),)


def test_a_look_writes_nothing():
    looking = Looking(**SEEK, **{"members/1": ok(id="1"), "rows/1": ok(id="1")})

    looking.look(
        Plan(
            look_people={BINDING: [PAULA]},
            look_members={BINDING: [PAULA]},
            look_rows={BINDING: [change("paula", Kind.POLLS)]},
        )
    )

    assert [call.writing for call in looking.stage.calls] == [False] * 4


@pytest.mark.parametrize(
    ("code", "verdict"), [("forbidden", Verdict.HALT), ("spent", Verdict.WAIT), ("locked", Verdict.RETRY)]
)
def test_what_ended_a_look_is_kept_by_binding(code, verdict):
    looking = Looking(**SEEK, **{"members/1": refused(code)})

    looking.look(Plan(look_members={BINDING: [PAULA]}))

    assert {binding: ruling.verdict for binding, ruling in looking.survey.refused.items()} == {BINDING: verdict}
    assert looking.view.members == {}


def test_someone_whom_the_answer_leaves_out_is_asked_about_later():
    looking = Looking(**{"seek/P1/2": ok(id="00Q1", lost=["rosa"])})

    looking.look(Plan(look_people={BINDING: [PAULA, ROSA]}))

    told = looking.survey.refused[BINDING]
    assert (told.verdict, told.words) == (Verdict.RETRY, "1 of 2 are missing")
    assert list(looking.view.matches) == ["paula"]
