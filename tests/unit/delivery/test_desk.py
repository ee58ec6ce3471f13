import pytest
from msgspec.structs import replace
from tests.unit.delivery.stage import Office, Script, Stage, change, key, ok, refused, writer

from turnout.plan.view import Park, Plan, Settled
from turnout.values.records import Kind, Parking
from turnout.values.rows import Stand, stand
from turnout.values.sightings import Candidate, Match, Membership, RowSeen
from turnout.wire import Reply, Silence

PEOPLE = ("a", "b", "c", "d")


class Choosy(Script):
    """An account that refuses every call with a bad row in it, as a whole."""

    def __init__(self, clock, *bad: str, code: str = "refused") -> None:
        super().__init__(clock)
        self.bad = set(bad)
        self.code = code

    def __call__(self, request):
        answer = super().__call__(request)
        if "token" in request.url:
            return answer
        persons = request.json()
        return refused(self.code) if self.bad & set(persons) else ok(**dict.fromkeys(persons, "ok"))


def office_of(script_of, *persons: str, **changes) -> Office:
    stage = Stage()
    made = Office(script_of(stage.clock), *persons, stage=stage, **changes)
    made.script = made.line.send
    return made


def stands(office: Office, kind: Kind = Kind.MEMBER) -> dict[str, Stand]:
    return {one.person: stand(office.ledger.row(one)) for one in office.ledger.rows if one.kind is kind}


def test_a_delivered_batch_is_accepted_row_by_row():
    office = office_of(Choosy, *PEOPLE)

    office.deliver(*map(change, PEOPLE))

    assert stands(office) == dict.fromkeys(PEOPLE, Stand.ACCEPTED)
    assert [call.path for call in office.stage.calls] == ["/token", "/member"]


def test_a_refused_batch_is_split_until_the_bad_row_stands_alone_and_the_rest_is_in():
    office = office_of(lambda clock: Choosy(clock, "b"), *PEOPLE)

    office.deliver(*map(change, PEOPLE))

    assert stands(office) == {"a": Stand.ACCEPTED, "b": Stand.REJECTED, "c": Stand.ACCEPTED, "d": Stand.ACCEPTED}
    assert [request.json() for request in office.script.requests[1:]] == [
        ["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["a"], ["b"],
    ]  # fmt: skip


def test_a_batch_too_large_is_split_and_all_of_it_is_in():
    class Small(Choosy):
        def __call__(self, request):
            answer = super().__call__(request)
            return refused("large") if "token" not in request.url and len(request.json()) > 1 else answer

    office = office_of(Small, *PEOPLE)

    office.deliver(*map(change, PEOPLE))

    assert stands(office) == dict.fromkeys(PEOPLE, Stand.ACCEPTED)


def test_a_short_answer_leaves_the_missing_row_unsure():
    office = office_of(lambda clock: Script(clock, member=ok(a="ok")), "a", "b")

    office.deliver(change("a"), change("b"))

    assert stands(office) == {"a": Stand.ACCEPTED, "b": Stand.UNSURE}


def test_a_lost_answer_leaves_every_row_unsure():
    office = office_of(lambda clock: Script(clock, member=Silence(left=True, reason="cut")), "a", "b")

    office.deliver(change("a"), change("b"))

    assert stands(office) == {"a": Stand.UNSURE, "b": Stand.UNSURE}


def test_every_row_is_claimed_before_its_call_leaves():
    seen = {}

    class Watching(Choosy):
        def __call__(self, request):
            seen[request.path] = stands(office)
            return super().__call__(request)

    office = office_of(Watching, "a", "b")
    office.deliver(change("a"), change("b"))

    assert seen == {
        "/token": {"a": Stand.OWED, "b": Stand.OWED},
        "/member": {"a": Stand.UNSURE, "b": Stand.UNSURE},
    }


def test_what_was_seen_of_a_person_is_dropped_before_a_call_may_change_it():
    office = office_of(Choosy, "a")
    one = key("a", Kind.ENGAGEMENT)
    office.view.matches["a"] = Match("a", (Candidate("00Q1"),))
    office.view.members["9001@toy", "a"] = Membership("a", "00v1")
    office.view.found[one] = RowSeen(one, "a01")

    office.deliver(change("a", Kind.ENGAGEMENT))

    assert (office.view.members, office.view.found) == ({}, {})
    assert office.view.matches == {"a": Match("a", (Candidate("00Q1"),))}


def test_a_persons_match_is_dropped_before_the_person_is_made():
    office = office_of(Choosy, "a")
    office.view.matches["a"] = Match("a", ())

    office.deliver(change("a", Kind.PERSON))

    assert office.view.matches == {}


def test_persons_go_first_then_members_then_rows():
    office = office_of(Choosy, *PEOPLE)
    kinds = (Kind.POLLS, Kind.ENGAGEMENT, Kind.PERSON, Kind.MEMBER)

    flights = office.desk.flights(change(person, kind) for person, kind in zip(PEOPLE, kinds, strict=True))

    assert [flight.stream for flight in flights] == [
        "-/person",
        "9001@toy/member",
        "9001@toy/engagement",
        "9001@toy/polls",
    ]


def test_a_flight_carries_its_persons_and_a_batch_number_of_its_own():
    office = office_of(Choosy, *PEOPLE, writers={kind: writer(rows=2) for kind in Kind})

    one, other = office.desk.flights(map(change, PEOPLE))

    assert (one.persons, other.persons) == (frozenset("ab"), frozenset("cd"))
    assert one.batch != other.batch


def test_the_ledger_the_journal_and_the_history_name_the_batch_of_a_call():
    office = office_of(Choosy, "a")

    office.deliver(change("a"))

    batch = office.ledger.row(key("a")).batch
    assert batch
    assert [call.batch for call in office.stage.calls] == ["", batch]
    assert [(step["what"], step["batch"]) for step in office.ledger.history("a")] == [
        ("claimed", batch), ("accepted", batch),
    ]  # fmt: skip


def test_what_cannot_be_rendered_is_parked_without_a_call():
    office = office_of(Choosy, "a", "b")
    bad = replace(change("b"), values={"bad": "yes"})

    office.deliver(change("a"), bad)

    assert stands(office) == {"a": Stand.ACCEPTED, "b": Stand.REJECTED}
    assert office.ledger.row(key("b")).reason == "email has 90 characters, its field takes 80"
    assert office.script.requests[1].json() == ["a"]


def test_what_stands_already_is_noted_as_accepted_and_confirmed():
    office = office_of(Choosy, "a")

    office.desk.note(Plan(settled=[Settled(change("a"), "00v1", "already Registered")]))

    assert stands(office) == {"a": Stand.DELIVERED}
    assert office.ledger.row(key("a")).remote_id == "00v1"
    assert office.reckoning.tally["matched"] == 1


def test_what_a_plan_parks_is_noted_with_its_reason():
    office = office_of(Choosy, "a")

    office.desk.note(Plan(parks={key("a"): Park(Parking.KEPT, "a person set 'Attended'", "00v1")}))

    row = office.ledger.row(key("a"))
    assert (stand(row), row.reason, row.remote_id) == (Stand.KEPT, "a person set 'Attended'", "00v1")


def test_what_was_read_back_is_confirmed():
    office = office_of(Choosy, "a")
    office.deliver(change("a"))

    office.desk.note(Plan(confirmed=[key("a")]))

    assert stands(office) == {"a": Stand.DELIVERED}


@pytest.mark.parametrize("answer", [Reply(200, {}, b"<html>"), Reply(200, {}, b"[]"), Reply(500, {}, b"")])
def test_an_answer_nobody_documented_leaves_every_row_unsure(answer):
    office = office_of(lambda clock: Script(clock, member=answer), "a", "b")

    office.deliver(change("a"), change("b"))

    assert stands(office) == {"a": Stand.UNSURE, "b": Stand.UNSURE}
