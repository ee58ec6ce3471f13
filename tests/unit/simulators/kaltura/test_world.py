"""What happens when: an event goes on in time, grows by number, and is changed by the door and by faults."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import SEED, Caller, rows

from turnout.simulators.kaltura.app import credentials, kaltura
from turnout.simulators.kaltura.fidelity import BEHAVIOURS
from turnout.wire import Reply, get, post

EXAMPLE = Path(__file__).parents[4] / "examples/winter-summit"
PROFILES = "/api/v1/user-profile/list"


def statuses(caller: Caller) -> dict[str, str]:
    objects = caller.post(PROFILES, {"pager": {"limit": 500}}, ks=caller.started()).json()["objects"]
    return {one["userId"]: one["eventData"]["attendanceStatus"] for one in objects}


def test_people_come_when_their_time_has_come(caller_with: Any) -> None:
    caller = caller_with("2026-11-01T10:00:00Z")
    seen = [statuses(caller)]
    for seconds in (86_400, 3 * 86_400, 18 * 86_400):
        caller.clock.sleep(seconds)
        seen.append(statuses(caller))

    assert seen == [
        {"Ann@example.com": "registered"},
        {"Ann@example.com": "confirmed"},
        {"Ann@example.com": "confirmed", "ben": "invited", "cleo@example.com": "created"},
        {"Ann@example.com": "participated", "ben": "participated", "cleo@example.com": "created"},
    ]


def test_reports_grow_while_somebody_watches(caller_with: Any) -> None:
    caller = caller_with("2026-11-21T19:15:30Z", freshness_seconds=0.0, freshness_step_seconds=1.0)
    caller.act(do="watch", user_id="ben", entry_id="1_live", seconds=600, level="high")
    seen = []
    for _ in range(3):
        caller.clock.sleep(60)
        seen.append(rows(caller.table("40009", userIds="ben", entryIdIn="1_live"))[0]["sum_live_view_period"])

    assert seen == ["1", "2", "3"]


def test_a_seed_may_be_moved_in_time(caller_with: Any) -> None:
    moved = caller_with("2026-01-02T00:00:00Z", seed={**SEED, "starts_at": "2026-01-01T00:00:00Z"})

    assert moved.api("baseEntry.get", entryId="1_live")["startDate"] == 1_767_225_600
    assert statuses(moved)["Ann@example.com"] == "participated"


def test_the_same_number_makes_the_same_people(caller_with: Any) -> None:
    first, second, more = (caller_with(seed={"attendees": number}) for number in (40, 40, 60))
    asked = {"orderBy": "createdAt", "pager": {"limit": 500}}
    told = [caller.post(PROFILES, asked).json()["objects"] for caller in (first, second, more)]

    assert len(told[0]) == 40
    assert told[0] == told[1]
    assert {one["userId"] for one in told[0]} < {one["userId"] for one in told[2]}


def test_many_people_take_every_way_and_all_tell_the_same_story(caller_with: Any) -> None:
    polls = [
        {
            "id": "q",
            "event": 9001,
            "entry_id": "1_live0001",
            "question": "?",
            "launched_at": "2026-11-21T20:00:00Z",
            "options": ["a", "b"],
        }
    ]
    caller = caller_with("2026-11-30T00:00:00Z", seed={"attendees": 450, "polls": polls})
    reached = statuses(caller)
    came = {user for user, status in reached.items() if status in ("participated", "participatedPostEvent")}
    watched = {row["user_id"]: row for row in all_rows(caller, "40009")}
    answered = sum(int(row["count_poll_answered"]) for row in all_rows(caller, "60010"))

    assert set(reached.values()) == {
        "created",
        "registered",
        "unregistered",
        "invited",
        "invitedPendingRegistration",
        "confirmed",
        "autoConfirmed",
        "attended",
        "participated",
        "participatedPostEvent",
        "blocked",
    }
    assert set(watched) == came
    assert all(float(row["sum_view_period"]) > 0 for row in watched.values())
    assert caller.post("/polls/analytics", {"contextId": "1_live0001"}).json()["analytics"][0]["nvoted"] == answered > 0


def test_nobody_is_there_before_being_registered(caller_with: Any) -> None:
    caller = caller_with("2026-11-30T00:00:00Z", seed={"attendees": 450})
    changes = caller.simulator.vendor.account.world.came
    first = {change.user: change for change in reversed(changes)}

    assert len(first) == 450
    assert {change.status for change in first.values()} <= {
        "created",
        "registered",
        "autoConfirmed",
        "invited",
        "invitedPendingRegistration",
    }
    assert all(change.fields and change.origin for change in first.values())


def all_rows(caller: Caller, report: str) -> list[dict[str, str]]:
    return rows(caller.table(report, **{"pager[pageSize]": "500"}))


def test_the_door_does_what_people_do(caller: Caller) -> None:
    caller.act(do="person", user_id="dan", status="registered", origin="webhook", user={"email": "dan@example.com"})
    caller.act(do="deed", user_id="dan", entry_id="1_live", kind="raise_hand")
    caller.act(do="poll", poll={"id": "p9", "entry": "1_live", "question": "More?", "options": ["yes", "no"]})
    caller.act(do="vote", user_id="dan", poll_id="p9", options=[0])
    caller.clock.sleep(1000)

    assert statuses(caller)["dan"] == "registered"
    assert caller.api("user.get", userId="dan")["email"] == "dan@example.com"
    row = rows(caller.table("60010", userIds="dan"))[0]
    assert (row["count_raise_hand_clicked"], row["count_poll_answered"]) == ("1", "1")
    told = caller.post("/polls/userAnalytics", {"userId": "dan"}).json()["analytics"]["interactions"]
    assert [(one["pollId"], one["hasAnswered"]) for one in told][-1] == ("p9", True)


def test_a_change_of_name_is_seen_by_users_and_reports(caller: Caller) -> None:
    caller.table("60013")
    caller.act(do="person", user_id="Ann@example.com", user={"last_name": "Lee-Roth"})

    assert caller.api("user.get", userId="Ann@example.com")["lastName"] == "Lee-Roth"
    assert rows(caller.table("60013", userIds="Ann@example.com"))[0]["last_name"] == "Lee-Roth"


def test_settings_change_while_it_runs(caller: Caller) -> None:
    caller.act(do="settings", settings={"reports_off": ["60013"], "freshness_seconds": 0})

    assert caller.table("60013")["code"] == "REPORT_NOT_FOUND"


@pytest.mark.parametrize(
    "what",
    [
        {"do": "dance"},
        {"do": "person", "user_id": "x", "status": "maybe"},
        {"do": "delete", "user_id": "x"},
        {"do": "vote", "user_id": "x", "poll_id": "none"},
        {"do": "settings", "settings": {"shoes": 1}},
        {"do": "person", "event": 5, "user_id": "x"},
    ],
)
def test_what_makes_no_sense_is_refused_at_the_door(caller: Caller, what: dict[str, Any]) -> None:
    answer = caller.simulator(post("/_sim/act", what))

    assert isinstance(answer, Reply)
    assert answer.status == 400


def test_faults_are_told_in_kalturas_words(caller: Caller) -> None:
    faults = [
        {"do": "refuse", "path": "user/action", "code": "EXPIRED_KS", "message": "KS is expired"},
        {"do": "throttle", "path": "user-profile"},
        {"do": "throttle", "path": "/events/"},
        {"do": "short", "path": "baseentry"},
    ]
    caller.raw(post("/_sim/faults", faults))

    assert caller.api("user.list")["code"] == "EXPIRED_KS"
    limited = caller.post(PROFILES)
    assert (limited.status, limited.json()["code"]) == (429, "RateLimitReached")
    assert caller.post("/api/v1/events/list").json()["status"] == "RateLimitReached"
    assert len(caller.api("baseEntry.list")["objects"]) == 1
    assert len(caller.api("baseEntry.list")["objects"]) == 2


def test_a_reset_returns_to_the_seed_and_the_state_is_shown(caller: Caller) -> None:
    caller.act(do="delete", user_id="ben")
    before = caller.raw(get("/_sim/state")).json()
    caller.raw(post("/_sim/reset", {}))

    assert [one["user"] for one in before["deleted"]] == ["ben"]
    assert len(caller.raw(get("/_sim/state")).json()["profiles"]) == 3


def test_a_seed_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="a seed has no shoes"):
        kaltura(seed={"shoes": 1})


def test_the_credentials_are_those_of_the_seed() -> None:
    assert credentials({"settings": {"partner_id": 7, "admin_secret": "s", "app_tokens": []}}) == {
        "partner_id": "7",
        "admin_secret": "s",
    }
    assert credentials()["app_token_id"] == "1_turnout1"


def test_the_example_seed_is_made_from_the_files_beside_it() -> None:
    spec = importlib.util.spec_from_file_location("make_kaltura_seed", EXAMPLE / "make_kaltura_seed.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.main() == (EXAMPLE / "kaltura-seed.json").read_text(encoding="utf-8")


def test_the_example_event_tells_what_the_captured_player_did(caller_with: Any) -> None:
    caller = caller_with(seed=json.loads((EXAMPLE / "kaltura-seed.json").read_text(encoding="utf-8")))
    bob = {"userIds": "bob@example.com", "entryIdIn": "1_live0001"}

    assert caller.total("40010", **bob)["data"] == "0.125|0.125|0.125|0.5|0.125"
    assert rows(caller.table("60010", **bob))[0]["combined_live_engaged_users_play_time_ratio"] == "0.625"
    assert rows(caller.table("40009", userIds="olga@example.com"))[0]["sum_view_period"] == "0.5161"
    assert len(caller.post("/polls/analytics", {"contextId": "1_live0001"}).json()["analytics"]) == 12


def test_every_behaviour_says_how_far_it_is_imitated() -> None:
    assert len({one.name for one in BEHAVIOURS}) == len(BEHAVIOURS) > 30
    assert all(one.how.endswith(".") for one in BEHAVIOURS)
