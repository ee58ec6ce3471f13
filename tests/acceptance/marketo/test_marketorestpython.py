"""A client that others wrote (marketorestpython, MIT) works with the imitated Marketo over HTTP."""

from typing import Any

import pytest

from turnout.simulators.kit.door import advance
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo.app import CLIENT_ID, CLIENT_SECRET
from turnout.wire import get

PROGRAM = 1002  # Winter Summit 2026
ROSA, TESS = 1004, 1005


def test_it_finds_creates_and_deletes_people(client: Any) -> None:
    paulas = client.execute(
        method="get_multiple_leads_by_filter_type",
        filterType="email",
        filterValues=["paula@example.com"],
        fields=["email", "title"],
    )
    made = client.execute(
        method="create_update_leads",
        leads=[{"email": "new@example.com"}, {"email": "paula@example.com"}],
        asyncProcessing="false",
    )
    gone = client.execute(method="delete_lead", id=[made[0]["id"]])

    assert [each["title"] for each in paulas] == [None, "Head of Events"]
    assert [each["status"] for each in made] == ["created", "skipped"]
    assert gone == [{"id": made[0]["id"], "status": "deleted"}]
    with pytest.raises(Exception, match="Lead not found"):
        client.execute(method="get_lead_by_id", id=made[0]["id"])


def test_it_reads_people_and_member_fields(client: Any) -> None:
    assert any(each["rest"]["name"] == "email" for each in client.execute(method="describe"))
    assert client.execute(method="describe2")[0]["name"] == "API Lead"
    assert client.execute(method="describe_program_member")[0]["dedupeFields"] == ["leadId", "programId"]


def test_it_moves_members_and_writes_their_fields(client: Any) -> None:
    changed = client.execute(method="change_lead_program_status", id=PROGRAM, leadIds=[ROSA], status="Registered")
    written = client.execute(
        method="sync_program_member_data", id=PROGRAM, input=[{"leadId": ROSA, "statusReason": "Confirmed email"}]
    )
    [members] = client.execute(method="get_multiple_leads_by_program_id_yield", programId=PROGRAM, fields="email")

    assert changed == [{"id": ROSA, "status": "updated"}]
    assert [each["status"] for each in written] == ["updated"]
    assert [(each["email"], each["membership"]["progressionStatus"]) for each in members] == [
        ("rosa@example.com", "Registered"),
        ("tess@example.com", "Participated"),
    ]


def test_it_finds_and_makes_programs(client: Any) -> None:
    [channel] = client.execute(method="get_channel_by_name", name="Kaltura Event")
    [folder] = client.execute(method="get_folder_by_name", name="Events")
    [found] = client.execute(method="get_program_by_name", name="Winter Summit 2026")
    [made] = client.execute(
        method="create_program",
        folderId=folder["id"],
        folderType="Folder",
        name="Spring Summit",
        type="Event",
        channel=channel["name"],
    )
    [cloned] = client.execute(
        method="clone_program", id=found["id"], folderId=folder["id"], folderType="Folder", name="Summer Summit"
    )

    assert (found["id"], found["channel"]) == (PROGRAM, "Kaltura Event")
    assert made["name"] == "Spring Summit"
    assert cloned["channel"] == "Kaltura Event"
    listed = client.execute(method="browse_programs", maxReturn=20)
    assert [each["name"] for each in listed][-2:] == ["Spring Summit", "Summer Summit"]


def test_it_makes_a_custom_object_and_fills_it(client: Any) -> None:
    client.execute(method="create_update_custom_object_type", apiName="talk", displayName="Talk", action="createOnly")
    link = {"name": "lead", "field": "id"}
    fields = [
        {"name": "personId", "displayName": "Person", "dataType": "link", "isDedupeField": True, "relatedTo": link},
        {"name": "entry_id", "displayName": "Entry", "dataType": "string", "isDedupeField": True},
        {"name": "plays", "displayName": "Plays", "dataType": "integer"},
    ]
    client.execute(method="add_field_custom_object_type", apiName="talk", fields=fields)
    client.execute(method="approve_custom_object_type", apiName="talk")
    row = {"personId": TESS, "entry_id": "1_live0001"}

    written = client.execute(method="create_update_custom_objects", name="talk", input=[row | {"plays": 2}])
    seen = client.execute(
        method="get_custom_objects", name="talk", input=[row], filterType="dedupeFields", fields=["plays"]
    )
    deleted = client.execute(method="delete_custom_objects", name="talk", input=[row])

    assert written[0]["status"] == "created"
    assert seen[0]["plays"] == 2
    assert deleted[0]["status"] == "deleted"


def test_it_logs_and_reads_activities(client: Any) -> None:
    client.execute(
        method="create_custom_activity_type",
        apiName="talk",
        name="Talk",
        triggerName="Hears Talk",
        filterName="Heard Talk",
        primaryAttributeApiName="entry_id",
        primaryAttributeName="Entry Id",
    )
    attribute = {"apiName": "plays", "name": "Plays", "dataType": "integer"}
    client.execute(method="create_custom_activity_type_attribute", apiName="talk", attributes=[attribute])
    [kind] = client.execute(method="approve_custom_activity_type", apiName="talk")
    activity = {
        "leadId": TESS,
        "activityDate": "2026-11-21T20:00:00Z",
        "activityTypeId": kind["id"],
        "primaryAttributeValue": "1_live0001",
        "attributes": [{"apiName": "plays", "value": 2}],
    }

    added = client.execute(method="add_custom_activities", input=[activity])
    seen = client.execute(
        method="get_lead_activities", activityTypeIds=[str(kind["id"])], sinceDatetime="2026-01-01T00:00:00Z"
    )

    assert added[0]["status"] == "added"
    assert [(each["leadId"], each["primaryAttributeValue"]) for each in seen] == [(TESS, "1_live0001")]


def test_it_reads_its_usage(client: Any) -> None:
    [usage] = client.execute(method="get_daily_usage")

    assert usage["users"] == [{"userId": "turnout@api.example.com", "count": 1}]
    assert len(client.execute(method="get_last_7_days_errors")) == 7


def test_it_takes_a_token_that_another_asked_for_with_what_is_left_of_it(client: Any, simulator: Simulator) -> None:
    params = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    simulator(get("/identity/oauth/token", params))
    advance(simulator.clock, 3_570)

    described = [client.execute(method="describe2")[0]["name"] for _ in range(2)]

    assert described == ["API Lead", "API Lead"]
    assert client.expires_in < 30


def test_wrong_credentials_are_told(client: Any) -> None:
    client.client_secret = "wrong"

    with pytest.raises(Exception, match="Bad client credentials"):
        client.execute(method="describe")
