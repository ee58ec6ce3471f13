"""marketorestpython on people, lists, campaigns and activities."""

from pathlib import Path
from typing import Any

import pytest

from turnout.clock import iso
from turnout.simulators.kit.door import advance
from turnout.simulators.kit.simulator import Simulator

PROGRAM = 1002  # Winter Summit 2026
ROSA, TESS = 1004, 1005


def since(simulator: Simulator) -> str:
    return iso(simulator.clock.now() - 3_600)


def test_it_reads_the_people_of_a_list(client: Any) -> None:
    [held] = client.execute(method="get_list_by_name", name="Guests")
    listed = client.execute(method="get_multiple_leads_by_list_id", listId=held["id"], fields="email", batchSize=1)
    pages = list(client.execute(method="get_multiple_leads_by_list_id_yield", listId=held["id"], fields="email"))

    assert [each["email"] for each in listed] == ["rosa@example.com", "tess@example.com"]
    assert pages == [listed]


def test_it_makes_fills_and_deletes_a_list(client: Any) -> None:
    [made] = client.execute(method="create_list", name="Speakers", folderId=3, folderType="Folder", description="d")
    added = client.execute(method="add_leads_to_list", listId=made["id"], id=[ROSA, 4711])
    told = client.execute(method="member_of_list", listId=made["id"], id=[ROSA, TESS])
    removed = client.execute(method="remove_leads_from_list", listId=made["id"], id=[ROSA, TESS])
    client.execute(method="update_list", id=made["id"], name="Old speakers")
    [renamed] = client.execute(method="get_list_by_id", id=made["id"])
    client.execute(method="delete_list", id=made["id"])

    assert [each["status"] for each in added] == ["added", "skipped"]
    assert [each["status"] for each in told] == ["memberof", "notmemberof"]
    assert [each.get("reasons", [{}])[0].get("code") for each in removed] == [None, "1015"]
    assert renamed["name"] == "Old speakers"
    assert [each["name"] for each in client.execute(method="browse_lists")] == ["Guests"]
    assert [[each["name"] for each in page] for page in client.execute(method="browse_lists_yield")] == [["Guests"]]
    assert [each["name"] for each in client.execute(method="get_multiple_lists", name=["Guests"])] == ["Guests"]


def test_it_pushes_merges_and_associates_people(client: Any) -> None:
    [pushed] = client.execute(
        method="push_lead",
        leads=[{"email": "pushed@example.com"}],
        programName="Winter Summit 2026",
        programStatus="Registered",
        lookupField="email",
        source="web",
        reason="form",
    )
    assert client.execute(method="associate_lead", id=pushed["id"], cookie="id:1&token:_mch-example.com-1") is True
    assert client.execute(method="merge_lead", id=ROSA, leadIds=[pushed["id"]]) is True

    with pytest.raises(Exception, match="Lead not found"):
        client.execute(method="get_lead_by_id", id=pushed["id"])


def test_it_moves_people_between_partitions(client: Any) -> None:
    names = [each["name"] for each in client.execute(method="get_lead_partitions")]
    moved = client.execute(
        method="update_leads_partition",
        input=[{"id": ROSA, "partitionName": "Europe"}, {"id": TESS, "partitionName": "Mars"}],
    )
    again = client.execute(method="create_update_leads", leads=[{"email": "rosa@example.com"}], partitionName="Default")
    [rosa] = client.execute(method="get_lead_by_id", id=ROSA, fields="leadPartitionId")

    assert names == ["Default", "Europe"]
    assert [each["status"] for each in moved] == ["updated", "skipped"]
    assert again[0]["reasons"][0]["code"] == "1010"
    assert rosa["leadPartitionId"] == 2


def test_it_requests_and_schedules_campaigns(client: Any) -> None:
    found = client.execute(method="get_multiple_campaigns", programName="Winter Summit 2026")
    by_name = {each["name"]: each["id"] for each in found}
    [one] = client.execute(method="get_campaign_by_id", id=by_name["Remind"])
    asked = client.execute(
        method="request_campaign", id=by_name["Remind"], leads=[ROSA], tokens={"my.message": "hello"}
    )
    cloned = client.execute(method="schedule_campaign", id=by_name["Invite"], cloneToProgramName="Autumn Summit")
    [held] = client.execute(method="get_smart_campaigns_by_lead_id", lead_id=ROSA)

    assert (one["type"], one["active"]) == ("trigger", True)
    assert (asked, cloned, held["smartCampaignId"]) == (True, True, by_name["Remind"])
    assert client.execute(method="get_program_by_name", name="Autumn Summit")[0]["channel"] == "Kaltura Event"
    with pytest.raises(Exception, match="not an active trigger campaign"):
        client.execute(method="request_campaign", id=by_name["Invite"], leads=[ROSA])


def test_it_reads_who_became_a_member_and_what_changed(client: Any, simulator: Simulator) -> None:
    client.execute(method="create_update_leads", leads=[{"email": "tess@example.com", "title": "CTO"}])
    client.execute(method="change_lead_program_status", id=PROGRAM, leadIds=[ROSA], status="Registered")
    token = client.execute(method="get_paging_token", sinceDatetime=since(simulator))

    moved = client.execute(method="get_lead_activities", activityTypeIds=["104"], nextPageToken=token, leadIds=[ROSA])
    pages = list(client.execute(method="get_lead_activities_yield", activityTypeIds=["13"], nextPageToken=token))
    changed = client.execute(method="get_lead_changes", fields=["title"], nextPageToken=token)
    same = list(client.execute(method="get_lead_changes_yield", fields=["title"], nextPageToken=token))

    assert [each["primaryAttributeValue"] for each in moved] == ["Winter Summit 2026"]
    assert [[each["primaryAttributeValue"] for each in page] for page in pages] == [["Job Title"]]
    assert changed[0]["fields"][0]["newValue"] == "CTO"
    assert same == [changed]


def test_it_reads_who_was_deleted(client: Any, simulator: Simulator) -> None:
    client.execute(method="delete_lead", id=[ROSA])

    gone = client.execute(method="get_deleted_leads", sinceDatetime=since(simulator))

    assert [(each["leadId"], each["activityTypeId"]) for each in gone] == [(ROSA, 37)]


def test_it_reads_the_members_of_a_program_at_once(client: Any) -> None:
    members = client.execute(method="get_multiple_leads_by_program_id", programId=PROGRAM, fields="email", batchSize=1)

    assert [each["email"] for each in members] == ["rosa@example.com", "tess@example.com"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves its file open
def test_it_imports_people_from_a_file(client: Any, simulator: Simulator, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,firstName,leadScore\nnew@example.com,Nora,3\nrosa@example.com,Rosa,many\nnobody,No,1\n")

    [job] = client.execute(method="import_lead", format="csv", file=str(file), lookupField="email", listId=1001)
    advance(simulator.clock, 5)
    [status] = client.execute(method="get_import_lead_status", id=job["batchId"])
    failures = client.execute(method="get_import_failure_file", id=job["batchId"])
    warnings = client.execute(method="get_import_warning_file", id=job["batchId"])
    listed = client.execute(method="get_multiple_leads_by_list_id", listId=1001, fields="firstName")

    assert (status["status"], status["numOfLeadsProcessed"], status["numOfRowsFailed"]) == ("Complete", 2, 1)
    assert failures.splitlines()[1] == "rosa@example.com,Rosa,many,Invalid data type in field Lead Score"
    assert warnings.splitlines()[1] == "nobody,No,1,Invalid email address"
    assert [each["firstName"] for each in listed] == ["Rosa", "Tess", "Nora", "No"]


def test_it_reads_usage_and_errors_of_a_week(client: Any) -> None:
    with pytest.raises(Exception, match="Lead not found"):
        client.execute(method="get_lead_by_id", id=4711)

    week = client.execute(method="get_last_7_days_usage")
    [errors] = client.execute(method="get_daily_errors")

    assert [day["total"] for day in week] == [0, 0, 0, 0, 0, 0, 2]
    assert errors["errors"] == [{"errorCode": "1004", "count": 1}]
