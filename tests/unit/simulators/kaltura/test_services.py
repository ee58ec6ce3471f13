"""The services beside api_v3: profiles, registry, polls, events, report files; and where they are found."""

from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import GUID, Caller

from turnout.wire import Request, post

PROFILES = "/api/v1/user-profile/list"


def listed(caller: Caller, **given: Any) -> list[str]:
    return [profile["userId"] for profile in caller.post(PROFILES, given).json()["objects"]]


def test_a_profile_tells_status_origin_and_times(caller: Caller) -> None:
    (ann,) = caller.post(PROFILES, {"filter": {"userIdIn": ["ann@EXAMPLE.com"]}}).json()["objects"]

    assert ann["eventData"] == {
        "regOrigin": "registration",
        "attendanceStatus": "participated",
        "previousAttendanceStatus": "confirmed",
        "statusUpdateTime": "2026-11-21T19:00:00.000Z",
        "firstAttendedStatusTime": "2026-11-21T19:00:00.000Z",
        "isRegistered": True,
    }
    assert ann["profileData"] == {"industry": "Software", "shoe_size": "38"}
    assert ann["loginData"] == {"lastLoginDate": "2026-11-21T19:00:00.000Z", "lastLoginType": "magicLink"}
    assert (ann["createdAt"], ann["updatedAt"]) == ("2026-11-01T10:00:00.000Z", "2026-11-21T19:00:00.000Z")
    assert (ann["appGuid"], ann["partnerId"], ann["status"]) == (GUID, 1234567, "enabled")


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ({"userIdIn": ["BEN"]}, []),
        ({"appGuidIn": ["other"]}, []),
        ({"attendanceStatus": "created"}, ["cleo@example.com"]),
        ({"previousAttendanceStatus": "invited"}, ["ben"]),
        ({"regOriginIn": ["sso", "invite"]}, ["ben", "cleo@example.com"]),
        ({"regOrigin": "sso"}, ["cleo@example.com"]),
        ({"status": "disabled"}, []),
        ({"updatedAtGreaterThanOrEqual": "2026-11-21T19:00:00.000Z"}, ["Ann@example.com", "ben"]),
        ({"updatedAtGreaterThanOrEqual": "2026-11-21T19:00:00.001Z"}, ["ben"]),
        ({"updatedAtLessThanOrEqual": "2026-11-21T19:00:00Z"}, ["Ann@example.com", "cleo@example.com"]),
        ({"createdAtLessThanOrEqual": "2026-11-01T10:00:00Z"}, ["Ann@example.com"]),
    ],
)
def test_profiles_are_filtered_and_both_ends_of_a_time_are_in(
    caller: Caller, given: dict[str, Any], people: list[str]
) -> None:
    assert listed(caller, filter=given) == people


def test_profiles_come_in_pages_and_orders(caller: Caller) -> None:
    assert listed(caller, orderBy="-updatedAt") == ["ben", "Ann@example.com", "cleo@example.com"]
    assert listed(caller, orderBy="updatedAt", pager={"offset": 1, "limit": 1}) == ["Ann@example.com"]
    assert caller.post(PROFILES, {"pager": {"limit": 1}}).json()["totalCount"] == 3
    assert caller.post(PROFILES, {"includeTotalCount": False}).json()["totalCount"] == -1


def test_a_page_of_profiles_is_50_unless_asked_and_500_at_most(caller_with: Any) -> None:
    caller = caller_with(seed={"attendees": 600})

    assert len(listed(caller)) == 50
    assert len(listed(caller, pager={"limit": 5000})) == 500


def test_a_deleted_profile_is_never_listed_and_may_come_back_as_another(caller: Caller) -> None:
    before = caller.post("/api/v1/user-profile/getByFilter", {"userIdIn": ["ben"]}).json()
    caller.act(do="delete", user_id="ben")

    assert listed(caller) == ["Ann@example.com", "cleo@example.com"]
    assert caller.post("/api/v1/user-profile/get", {"id": before["id"]}).json()["code"] == "USER_PROFILE_NOT_FOUND"
    assert caller.post("/api/v1/user-profile/getByFilter", {"userIdIn": ["ben"]}).json() is None
    caller.act(do="person", user_id="ben", status="registered", origin="registration")
    after = caller.post("/api/v1/user-profile/getByFilter", {"userIdIn": ["ben"]}).json()
    assert after["id"] != before["id"]
    assert caller.post("/api/v1/user-profile/get", {"id": after["id"]}).json()["userId"] == "ben"


@pytest.mark.parametrize(
    "body",
    [
        {"pager": {"limit": 0}},
        {"pager": {"offset": "x"}},
        {"orderBy": "shoes"},
        {"filter": {"userIdIn": "ben"}},
        {"filter": {"attendanceStatus": "maybe"}},
        {"filter": {"updatedAtGreaterThanOrEqual": "soon"}},
        ["no object"],
    ],
)
def test_a_wrong_body_is_http_400(caller: Caller, body: Any) -> None:
    answer = caller.post(PROFILES, body)

    assert answer.status == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"


def test_an_unknown_member_is_refused_and_noted(caller: Caller) -> None:
    answer = caller.post(PROFILES, {"filter": {"shoeSize": 38}})

    assert (answer.status, answer.json()["code"]) == (400, "UNKNOWN_PARAMETER")
    assert caller.unknown == ["parameter filter.shoeSize"]


def test_statistics_count_by_dimensions(caller: Caller) -> None:
    asked = {"filter": {"appGuidIn": [GUID]}, "dimensions": ["attendanceStatus", "regOrigin"]}

    told = caller.post("/api/v1/reports/eventDataStats", asked).json()

    assert told["sum"] == 3
    assert {tuple(one["dimensions"].values()): one["count"] for one in told["results"]} == {
        ("created", "sso"): 1,
        ("participated", "invite"): 1,
        ("participated", "registration"): 1,
    }
    assert caller.post("/api/v1/reports/eventDataStats", {"dimensions": ["attendanceStatus"]}).status == 400
    asked["filter"]["attendanceStatusIn"] = ["created"]  # type: ignore[index]
    assert caller.post("/api/v1/reports/eventDataStats", asked).json()["sum"] == 1


def test_an_events_application_is_found_by_the_events_number(caller: Caller) -> None:
    told = caller.post("/api/v1/app-registry/list", {"filter": {"appCustomIdIn": ["9001", "5"]}}).json()

    assert [(app["id"], app["appType"]) for app in told["objects"]] == [(GUID, "epmEvent")]
    assert caller.post("/api/v1/app-registry/get", {"id": GUID}).json()["appCustomName"] == "Winter Summit 2026"
    assert caller.post("/api/v1/app-registry/get", {"id": "x"}).json()["code"] == "OBJECT_NOT_FOUND"


def test_a_persons_polls_come_in_the_order_of_launch_with_the_last_answer(caller: Caller) -> None:
    told = caller.post("/polls/userAnalytics", {"userId": "Ann@example.com"}).json()["analytics"]["interactions"]

    assert [one["pollId"] for one in told] == ["p1", "p2", "p3"]
    assert [one["hasAnswered"] for one in told] == [True, True, False]
    assert (told[0]["pollType"], told[0]["openAnswer"]) == ("OpenAnswers", "Leeds, UK")
    assert (told[1]["vote"], told[1]["isAcceptingMultipleVotes"]) == ([1, 2], True)
    assert told[1]["votedAt"] == "2026-11-21T19:20:40.000Z"
    assert told[2]["pollVisualization"] == {"type": "rating scale", "icon": "happy"}
    other = caller.post("/polls/userAnalytics", {"userId": "Ann@example.com", "contextId": "1_vod"}).json()
    assert other == {"analytics": {"interactions": []}}


def test_a_sessions_polls_are_counted(caller: Caller) -> None:
    told = caller.post("/polls/analytics", {"contextId": "1_live"}).json()["analytics"]

    assert [(one["pollId"], one["nvoted"]) for one in told] == [("p1", 1), ("p2", 1), ("p3", 0)]
    assert [option["nvoted"] for option in told[1]["options"]] == [0, 1, 1]
    assert caller.post("/polls/analytics", {}).status == 400


def test_polls_are_not_told_before_their_launch(caller_with: Any) -> None:
    caller = caller_with("2026-11-21T19:20:30Z")

    told = caller.post("/polls/userAnalytics", {"userId": "Ann@example.com"}).json()["analytics"]["interactions"]

    assert [(one["pollId"], one.get("vote")) for one in told] == [("p1", None), ("p2", [0])]


def test_the_events_api_lists_events_sessions_and_people(caller: Caller) -> None:
    events = caller.post("/api/v1/events/list", {"filter": {"searchTerm": " "}, "pager": {"limit": 15}}).json()
    sessions = caller.post("/api/v1/sessions/list", {"eventId": 9001}).json()
    users = caller.post("/api/v1/event-users/list", {"eventId": 9001, "orderBy": "+fullName"}).json()

    assert (events["status"], events["totalCount"], events["events"][0]["startDate"]) == (
        "ok",
        1,
        "2026-11-21T19:00:00.000Z",
    )
    assert [(one["id"], one["type"]) for one in sessions["sessions"]] == [
        ("1_live", "LiveWebcast"),
        ("1_vod", "SimuLive"),
    ]
    assert [(one["firstName"], one["status"]) for one in users["users"]] == [
        ("", "Created"),
        ("Ann", "Participated"),
        ("Ben", "Participated"),
    ]
    assert len(users["users"][0]["id"]) == 64
    assert caller.post("/api/v1/team-members/list").json()["teamMembers"][0]["id"] == "turnout@example.com"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/sessions/list", {"eventId": 5}, "ResourceDoesNotExist"),
        ("/api/v1/sessions/list", {}, "InvalidArgument"),
        ("/api/v1/sessions/list", {"shoes": 1}, "InvalidArgument"),
    ],
)
def test_the_events_api_says_no_by_its_status(caller: Caller, path: str, body: Any, *, status: str) -> None:
    answer = caller.post(path, body)

    assert (answer.status, answer.json()["status"]) == (200, status)


def test_the_events_api_is_for_the_team(caller: Caller) -> None:
    text = caller.started(userId="somebody@example.com")

    assert caller.post("/api/v1/events/list", ks=text).json()["status"] == "Forbidden"
    assert caller.post("/api/v1/events/list", ks="").json()["status"] == "NEW_LOGIN_REQUIRED"


def test_a_report_file_is_made_first_and_served_when_complete(caller: Caller) -> None:
    asked = {"reportName": "registration", "reportParameters": {"appGuid": GUID}}
    name = caller.post("/api/v1/report/generate", asked).json()["sessionId"]
    statuses = []
    for _ in range(3):
        statuses.append(caller.post("/api/v1/report/serve", {"sessionId": name, "statusOnly": True}).json()["status"])
        caller.clock.sleep(2)

    answer = caller.post("/api/v1/report/serve", {"sessionId": name})

    assert statuses == ["pending", "in_progress", "completed"]
    assert (
        answer.body.decode("utf-8-sig").splitlines()[1].startswith("Ann@example.com,ann@example.com,Ann,Lee,A|B; C  D,")
    )
    assert caller.post("/api/v1/report/generate", asked).json()["sessionId"] == name
    caller.clock.sleep(600)
    assert caller.post("/api/v1/report/generate", asked).json()["sessionId"] != name
    assert caller.post("/api/v1/report/generate", {"reportName": "other"}).status == 400
    assert caller.post("/api/v1/report/serve", {"sessionId": "x"}).json()["code"] == "OBJECT_NOT_FOUND"


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/user-profile/list",
        "/user/api/v1/user-profile/list",
        "https://user.nvp1.ovp.kaltura.com/api/v1/user-profile/list",
    ],
)
@pytest.mark.parametrize("scheme", ["Bearer", "KS"])
def test_a_service_is_found_by_path_prefix_or_host(caller: Caller, url: str, scheme: str) -> None:
    answer = caller.raw(post(url, {}, headers={"Authorization": f"{scheme} {caller.ks}"}))

    assert answer.json()["totalCount"] == 3
    assert caller.unknown == []


@pytest.mark.parametrize(
    "url",
    [
        "/chat/api/v1/user-profile/list",
        "https://chat.nvp1.ovp.kaltura.com/api/v1/user-profile/list",
        "https://user.nvp1.ovp.kaltura.com/api_v3/service/user/action/list",
        "/api/v1/user-profile/nothing",
    ],
)
def test_a_path_of_another_service_is_unknown(caller: Caller, url: str) -> None:
    answer = caller.raw(post(url, {}, headers={"Authorization": f"KS {caller.ks}"}))

    assert answer.status == 404
    assert len(caller.unknown) == 1


def test_a_refused_ks_is_http_401_beside_api_v3(caller: Caller) -> None:
    answer = caller.post(PROFILES, ks="x")

    assert (answer.status, answer.json()["code"]) == (401, "INVALID_KS")


def test_reading_by_get_is_not_known(caller: Caller) -> None:
    assert caller.raw(Request("GET", PROFILES)).status == 404
    assert caller.unknown == ["method GET /user/api/v1/user-profile/list"]
