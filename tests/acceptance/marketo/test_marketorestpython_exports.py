"""marketorestpython on bulk extracts: each kind created, queued, watched, fetched, cancelled and listed."""

from typing import Any

from turnout.clock import iso
from turnout.simulators.kit.door import advance
from turnout.simulators.kit.simulator import Simulator

PROGRAM = 1002  # Winter Summit 2026
ROSA = 1004


def lately(simulator: Simulator) -> dict[str, str]:
    now = simulator.clock.now()
    return {"startAt": iso(now - 86_400), "endAt": iso(now + 86_400)}


def test_it_takes_people_out(client: Any, simulator: Simulator) -> None:
    client.execute(method="create_update_leads", leads=[{"email": "new@example.com"}])
    asked = {"fields": ["email", "title"], "filters": {"createdAt": lately(simulator)}}
    [job] = client.execute(method="create_leads_export_job", **asked, columnHeaderNames={"title": "Job Title"})
    [spare] = client.execute(method="create_leads_export_job", **asked)
    client.execute(method="enqueue_leads_export_job", job_id=job["exportId"])
    advance(simulator.clock, 60)

    [status] = client.execute(method="get_leads_export_job_status", job_id=job["exportId"])
    file = client.execute(method="get_leads_export_job_file", job_id=job["exportId"])
    [cancelled] = client.execute(method="cancel_leads_export_job", job_id=spare["exportId"])
    jobs = client.execute(method="get_leads_export_jobs_list")

    assert file == b"email,Job Title\nnew@example.com,null\n"
    assert (status["numberOfRecords"], status["fileSize"]) == (1, len(file))
    assert [each["status"] for each in jobs] == ["Completed", cancelled["status"]] == ["Completed", "Cancelled"]


def test_it_takes_activities_out(client: Any, simulator: Simulator) -> None:
    client.execute(method="change_lead_program_status", id=PROGRAM, leadIds=[ROSA], status="Registered")
    asked = {"filters": {"createdAt": lately(simulator), "activityTypeIds": [104]}}
    [job] = client.execute(method="create_activities_export_job", **asked)
    [spare] = client.execute(method="create_activities_export_job", **asked)
    client.execute(method="enqueue_activities_export_job", job_id=job["exportId"])
    advance(simulator.clock, 60)

    [status] = client.execute(method="get_activities_export_job_status", job_id=job["exportId"])
    file = client.execute(method="get_activities_export_job_file", job_id=job["exportId"]).decode()
    client.execute(method="cancel_activities_export_job", job_id=spare["exportId"])

    assert status["status"] == "Completed"
    assert '""Old Status"":""Invited""' in file.splitlines()[1]
    assert len(client.execute(method="get_activities_export_jobs_list")) == 2


def test_it_takes_members_out(client: Any, simulator: Simulator) -> None:
    asked = {"fields": ["email", "statusName"], "filters": {"programId": PROGRAM}}
    [job] = client.execute(method="create_program_members_export_job", **asked, format="SSV")
    [spare] = client.execute(method="create_program_members_export_job", **asked)
    client.execute(method="enqueue_program_members_export_job", job_id=job["exportId"])
    advance(simulator.clock, 60)

    [status] = client.execute(method="get_program_members_export_job_status", job_id=job["exportId"])
    file = client.execute(method="get_program_members_export_job_file", job_id=job["exportId"])
    client.execute(method="cancel_program_members_export_job", job_id=spare["exportId"])

    assert status["numberOfRecords"] == 2
    assert file == b"email;statusName\nrosa@example.com;Invited\ntess@example.com;Participated\n"
    assert len(client.execute(method="get_program_members_export_jobs_list")) == 2


def test_it_takes_custom_objects_out(client: Any, simulator: Simulator) -> None:
    client.execute(method="create_update_custom_object_type", apiName="talk", displayName="Talk")
    link = {"name": "lead", "field": "id"}
    fields = [
        {"name": "who", "displayName": "Who", "dataType": "link", "isDedupeField": True, "relatedTo": link},
        {"name": "plays", "displayName": "Plays", "dataType": "integer"},
    ]
    client.execute(method="add_field_custom_object_type", apiName="talk", fields=fields)
    client.execute(method="approve_custom_object_type", apiName="talk")
    client.execute(method="create_update_custom_objects", name="talk", input=[{"who": ROSA, "plays": 2}])
    own: dict[str, Any] = {"object_name": "talk"}
    asked = own | {"fields": ["who", "plays"], "filters": {"staticListName": "Guests"}}
    [job] = client.execute(method="create_custom_objects_export_job", **asked)
    [spare] = client.execute(method="create_custom_objects_export_job", **asked)
    client.execute(method="enqueue_custom_objects_export_job", job_id=job["exportId"], **own)
    advance(simulator.clock, 60)

    [status] = client.execute(method="get_custom_objects_export_job_status", job_id=job["exportId"], **own)
    file = client.execute(method="get_custom_objects_export_job_file", job_id=job["exportId"], **own)
    client.execute(method="cancel_custom_objects_export_job", job_id=spare["exportId"], **own)

    assert status["status"] == "Completed"
    assert file == b"who,plays\n1004,2\n"
    assert len(client.execute(method="get_custom_objects_export_jobs_list", **own)) == 2
