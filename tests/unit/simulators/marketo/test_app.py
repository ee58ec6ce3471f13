"""The seed, the acts of people, the state, and the checker of all other tests."""

import json
from pathlib import Path

import pytest
from tests.unit.simulators.marketo.caller import SEED, Caller, code, told
from tests.unit.simulators.marketo.swagger import faults

from turnout.simulators.marketo.fidelity import BEHAVIOURS, fidelity
from turnout.wire import post

ROOT = Path(__file__).parents[4]
EXAMPLE = json.loads((ROOT / "examples/winter-summit/marketo-seed.json").read_text())


def test_the_checker_sees_a_wrong_type_and_a_stray_member() -> None:
    body = {"requestId": "1#2", "success": True, "result": [{"date": 5, "total": 1, "color": "red"}]}

    found = faults("GET", "/rest/v1/stats/usage.json", body)

    assert sorted(fault.split(":")[0] for fault in found) == ["result/0", "result/0/date"]


def test_the_checker_knows_only_what_adobe_documents() -> None:
    with pytest.raises(AssertionError, match=r"Adobe documents no get /rest/v1/nothing\.json"):
        faults("GET", "/rest/v1/nothing.json", {})


def test_the_example_has_two_paulas_and_a_program_with_two_members() -> None:
    caller = Caller(EXAMPLE)

    paulas = caller.get("/rest/v1/leads.json", filterType="email", filterValues="paula@example.com")["result"]
    program = caller.raw(post("/_sim/state", method="GET")).json()["programs"]["Winter Summit 2026"]

    assert [each["updatedAt"] for each in paulas] == ["2025-03-04T09:12:00Z", "2026-09-17T15:40:00Z"]
    assert program["statuses"] == {"rosa@example.com": "Invited", "tess@example.com": "Participated"}
    assert program["channel"] == "Kaltura Event"


def test_the_example_has_the_nine_statuses_of_the_document() -> None:
    [channel] = Caller(EXAMPLE).get("/rest/asset/v1/channel/byName.json", name="Kaltura Event")["result"]

    assert [(each["name"], each["step"], each["success"]) for each in channel["progressionStatuses"][1:]] == [
        ("Created", 10, False),
        ("Invited", 20, False),
        ("Registered", 30, True),
        ("Confirmed", 40, True),
        ("autoConfirmed", 40, True),
        ("Attended", 50, True),
        ("Participated", 60, True),
        ("Blocked", 70, False),
        ("Un-registered", 80, False),
    ]


def test_the_example_has_no_custom_objects_yet() -> None:
    assert Caller(EXAMPLE).get("/rest/v1/customobjects.json")["result"] == []


def test_a_reset_returns_to_the_seed(caller: Caller) -> None:
    caller.sync({"email": "new@example.com"})

    caller.raw(post("/_sim/reset"))

    assert caller.raw(post("/_sim/state", method="GET")).json()["people"] == len(SEED["leads"])


def test_people_edit_add_and_delete(caller: Caller) -> None:
    added = caller.act(do="add_person", fields={"email": "eve@example.com"})
    caller.act(do="edit_person", email="eve@example.com", fields={"firstName": "Eve"})
    [shown] = caller.get(f"/rest/v1/lead/{added['leadId']}.json", fields="firstName")["result"]

    caller.act(do="delete_person", email="eve@example.com")

    assert shown["firstName"] == "Eve"
    assert code(caller.get(f"/rest/v1/lead/{added['leadId']}.json")) == "1004"


def test_people_change_a_channel(caller: Caller) -> None:
    caller.act(do="edit_channel", channel="Kaltura Event", statuses=[{"name": "Invited", "step": 10}])

    answer = caller.sync({"leadId": 1002}, path="/rest/v1/programs/1001/members/status.json", statusName="Attended")

    assert code(answer) == "1025"


def test_people_take_a_member_out_and_an_object_away(caller: Caller) -> None:
    caller.act(do="remove_member", program="Summit", email="ann@example.com")
    caller.act(do="drop_object", object="visit")

    answer = caller.sync({"leadId": 1001}, path="/rest/v1/programs/1001/members/status.json", statusName="Invited")

    assert told(answer) == ["created"]
    assert code(caller.get("/rest/v1/customobjects/visit/describe.json")) == "1013"


def test_all_tokens_end_when_people_say_so(caller: Caller) -> None:
    caller.act(do="expire_tokens")

    assert code(caller.get("/rest/v1/leads/describe.json")) == "602"
    assert caller.sign_in().json()["access_token"] != caller.token


@pytest.mark.parametrize(
    "what",
    [
        {"do": "dance"},
        {"do": "delete_person", "email": "twin@example.com"},
        {"do": "set_status", "program": "Summit", "email": "ann@example.com", "status": "Nope"},
        {"do": "edit_person", "lead": 1001, "fields": {"nope": 1}},
        {"do": "delete_person", "lead": 4711},
    ],
)
def test_an_act_that_makes_no_sense_is_400(caller: Caller, what: dict[str, object]) -> None:
    assert caller.raw(post("/_sim/act", what)).status == 400


def test_every_behaviour_names_its_source_and_the_page_is_current() -> None:
    assert all(each.source and each.how for each in BEHAVIOURS)
    assert (ROOT / "docs/reference/fidelity-marketo.md").read_text() == fidelity()
