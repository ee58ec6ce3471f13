"""Bulk extracts: jobs, the queue they share, and files whole or in part."""

from hashlib import sha256
from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, SUMMIT, Caller, code

LEADS = "/bulk/v1/leads/export"
ACTIVITIES = "/bulk/v1/activities/export"
MEMBERS = "/bulk/v1/program/members/export"
VISITS = "/bulk/v1/customobjects/visit/export"
NOVEMBER = {"startAt": "2026-11-01T00:00:00Z", "endAt": "2026-11-30T00:00:00Z"}
PEOPLE = {"fields": ["id", "email", "firstName"], "filter": {"createdAt": NOVEMBER}}


def created(caller: Caller, path: str, body: Any) -> str:
    [job] = caller.post(f"{path}/create.json", body)["result"]
    assert job["status"] == "Created"
    return str(job["exportId"])


def completed(caller: Caller, path: str, body: Any) -> tuple[Any, str]:
    export = created(caller, path, body)
    assert caller.post(f"{path}/{export}/enqueue.json")["result"][0]["status"] == "Queued"
    caller.clock.sleep(60.0)
    [shown] = caller.get(f"{path}/{export}/status.json")["result"]
    return shown, caller.file(f"{path}/{export}/file.json").body.decode()


def test_people_come_out_with_null_for_what_is_empty(caller: Caller) -> None:
    shown, text = completed(caller, LEADS, PEOPLE)

    assert text == ("id,email,firstName\n1001,ann@example.com,Ann\n1002,ben@example.com,null\n")
    assert (shown["status"], shown["numberOfRecords"], shown["fileSize"]) == ("Completed", 2, len(text))
    assert shown["fileChecksum"] == f"sha256:{sha256(text.encode()).hexdigest()}"


def test_columns_may_be_renamed_and_cut_by_tabs(caller: Caller) -> None:
    body = {"fields": ["id", "email"], "format": "TSV", "columnHeaderNames": {"id": "Marketo Id"}}

    _, text = completed(caller, LEADS, body | {"filter": {"updatedAt": NOVEMBER}})

    assert text.splitlines()[:2] == ["Marketo Id\temail", "1001\tann@example.com"]


def test_activities_come_out_with_their_attributes_as_json(caller: Caller) -> None:
    caller.post(f"{SUMMIT}/members/status.json", {"statusName": "Attended", "input": [{"leadId": ANN}]})

    _, text = completed(caller, ACTIVITIES, {"filter": {"createdAt": NOVEMBER, "activityTypeIds": [104]}})

    head, line = text.splitlines()
    assert head == (
        "marketoGUID,leadId,activityDate,activityTypeId,campaignId,"
        "primaryAttributeValueId,primaryAttributeValue,attributes"
    )
    assert line.split(",", 1)[1] == (
        "1001,2026-11-18T11:06:40Z,104,null,1001,Summit,"
        '"{""New Status"":""Attended"",""Old Status"":""Confirmed"",""Success"":true}"'
    )


def test_the_members_of_several_programs_come_out_with_the_program_first(caller: Caller) -> None:
    body = {"fields": ["email", "statusName", "seat"], "filter": {"programIds": [1001], "statusNames": ["Confirmed"]}}

    _, text = completed(caller, MEMBERS, body)

    assert text == "programId,email,statusName,seat\n1001,ann@example.com,Confirmed,null\n"


def test_the_rows_of_a_custom_object_come_out(caller: Caller) -> None:
    row = {"personId": ANN, "entry_id": "1_live0001", "plays": 2}
    caller.sync(row, path="/rest/v1/customobjects/visit.json")

    _, text = completed(
        caller, VISITS, {"fields": ["personId", "entry_id", "plays", "minutes"], "filter": {"updatedAt": NOVEMBER}}
    )

    assert text == "personId,entry_id,plays,minutes\n1001,1_live0001,2,null\n"


def test_a_part_of_a_file_can_be_fetched(caller: Caller) -> None:
    shown, text = completed(caller, LEADS, PEOPLE)

    answer = caller.file(f"{LEADS}/{shown['exportId']}/file.json", Range="bytes=3-7")

    assert (answer.status, answer.body.decode()) == (206, text[3:8])
    assert answer.headers["content-range"] == f"bytes 3-7/{len(text)}"


def test_there_is_no_file_before_the_job_has_ended(caller: Caller) -> None:
    export = created(caller, LEADS, PEOPLE)

    answer = caller.file(f"{LEADS}/{export}/file.json")

    assert (answer.status, answer.headers["content-type"]) == (404, "text/plain;charset=UTF-8")


def test_a_job_sees_the_people_that_stand_when_it_begins(caller_with: Any) -> None:
    caller = caller_with(jobs_at_once=0)
    export = created(caller, LEADS, PEOPLE)
    caller.post(f"{LEADS}/{export}/enqueue.json")
    caller.sync({"email": "late@example.com"})

    told = caller.get(f"{LEADS}.json", status="Queued,Processing")["result"]

    assert [(job["exportId"], job["status"]) for job in told] == [(export, "Queued")]


def test_a_cancelled_job_stays_cancelled(caller: Caller) -> None:
    export = created(caller, LEADS, PEOPLE)
    caller.post(f"{LEADS}/{export}/enqueue.json")

    [shown] = caller.post(f"{LEADS}/{export}/cancel.json")["result"]
    caller.clock.sleep(60.0)

    assert shown["status"] == "Cancelled"
    assert caller.get(f"{LEADS}/{export}/status.json")["result"][0]["status"] == "Cancelled"
    assert code(caller.post(f"{LEADS}/{export}/cancel.json")) == "1003"


def test_all_kinds_share_one_queue_of_ten(caller: Caller) -> None:
    jobs = [created(caller, LEADS, PEOPLE) for _ in range(10)]
    last = created(caller, ACTIVITIES, {"filter": {"createdAt": NOVEMBER}})
    for job in jobs:
        caller.post(f"{LEADS}/{job}/enqueue.json")

    full = caller.post(f"{ACTIVITIES}/{last}/enqueue.json")
    again = caller.post(f"{LEADS}/{jobs[0]}/enqueue.json")

    assert full["errors"] == [{"code": "1029", "message": "Too many jobs in queue"}]
    assert again["errors"] == [{"code": "1029", "message": "Job already queued"}]


def test_a_spent_daily_share_is_told_until_midnight_central_time(caller_with: Any) -> None:
    caller = caller_with(export_bytes_per_day=10, token_seconds=86_400)
    completed(caller, LEADS, PEOPLE)

    refused = caller.post(f"{LEADS}/create.json", PEOPLE)
    caller.clock.sleep(86_400 - 3_600)

    assert refused["errors"] == [{"code": "1029", "message": "Export daily quota exceeded"}]
    assert created(caller, LEADS, PEOPLE)


def test_a_job_is_seen_by_the_user_who_made_it_alone(caller_with: Any) -> None:
    other = {"client_id": "other", "client_secret": "s", "user": "other@api.example.com"}
    caller = caller_with(services=[other])
    export = created(caller, LEADS, PEOPLE)

    caller.token = caller.sign_in("other", "s").json()["access_token"]

    assert code(caller.get(f"{LEADS}/{export}/status.json")) == "1013"
    assert caller.get(f"{LEADS}.json")["result"] == []
    assert caller.file(f"{LEADS}/{export}/file.json").status == 404
    assert caller.get("/rest/v1/stats/usage.json")["result"][0]["users"] == [
        {"userId": "turnout@api.example.com", "count": 1},
        {"userId": "other@api.example.com", "count": 4},
    ]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (LEADS, {"fields": ["id"]}, "1002"),
        (LEADS, {"filter": {"createdAt": NOVEMBER}}, "1002"),
        (LEADS, {"fields": ["nope"], "filter": {"createdAt": NOVEMBER}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {"createdAt": {"startAt": "2026-10-01T00:00:00Z"}}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {"createdAt": NOVEMBER | {"startAt": "2026-10-29T00:00:00Z"}}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {"createdAt": NOVEMBER, "updatedAt": NOVEMBER}}, "1003"),
        (LEADS, {"fields": ["id"], "filter": {"color": "red"}}, "1035"),
        (LEADS, {"fields": ["id"], "filter": {"staticListId": 7}}, "1013"),
        (LEADS, PEOPLE | {"format": "XLS"}, "1001"),
        (LEADS, PEOPLE | {"columnHeaderNames": {"title": "Title"}}, "1003"),
        (ACTIVITIES, {"filter": {"activityTypeIds": [104]}}, "1003"),
        (ACTIVITIES, {"filter": {"createdAt": NOVEMBER, "primaryAttributeValues": ["Summit"]}}, "1003"),
        (MEMBERS, {"fields": ["email"], "filter": {"statusNames": ["Invited"]}}, "1003"),
        (MEMBERS, {"fields": ["email"], "filter": {"programId": 1001, "statusNames": ["Dancing"]}}, "1003"),
        ("/bulk/v1/customobjects/nope/export", {"fields": ["a"], "filter": {"updatedAt": NOVEMBER}}, "1013"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(caller: Caller, path: str, body: Any, expected: str) -> None:
    assert code(caller.post(f"{path}/create.json", body)) == expected


def test_a_subscription_may_lack_some_filters(caller_with: Any) -> None:
    caller = caller_with(export_filters="basic")

    assert code(caller.post(f"{LEADS}/create.json", {"fields": ["id"], "filter": {"updatedAt": NOVEMBER}})) == "1035"


def test_the_people_of_a_static_list_come_out(caller: Caller) -> None:
    folder = '{"id": 3, "type": "Folder"}'
    [held] = caller.form("/rest/asset/v1/staticLists.json", name="Guests", folder=folder)["result"]
    caller.sync({"id": ANN}, path=f"/rest/v1/lists/{held['id']}/leads.json")

    _, text = completed(caller, LEADS, {"fields": ["id"], "filter": {"staticListName": "Guests"}})

    assert text == "id\n1001\n"
