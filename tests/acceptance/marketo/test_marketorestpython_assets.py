"""marketorestpython on programs, folders, campaigns, smart lists, tags, and on kinds of objects and activities."""

from typing import Any

import pytest

PROGRAM = 1002  # Winter Summit 2026


def test_it_makes_changes_and_deletes_a_program(client: Any) -> None:
    [made] = client.execute(
        method="create_program",
        folderId=3,
        folderType="Folder",
        name="Tagged",
        type="Event",
        channel="Kaltura Event",
        tags={"Region": "EMEA"},
        costs=[{"startDate": "2026-11-01", "cost": 2000}],
    )
    client.execute(method="update_program", id=made["id"], name="Renamed", tags={"Region": "AMER"})
    [found] = client.execute(method="get_program_by_id", id=made["id"])
    tagged = client.execute(method="get_program_by_tag_type", tagType="Region", tagValue="AMER")
    pages = list(client.execute(method="get_programs_yield", maxReturn=2))
    gone = client.execute(method="delete_program", id=made["id"])

    assert (found["name"], found["tags"]) == ("Renamed", [{"tagType": "Region", "tagValue": "AMER"}])
    assert [each["id"] for each in tagged] == [made["id"]] == [gone[0]["id"]]
    assert [len(page) for page in pages] == [2, 1]


def test_an_event_is_not_approved(client: Any) -> None:
    with pytest.raises(Exception, match="only e-mail programs"):
        client.execute(method="approve_program", id=PROGRAM)
    with pytest.raises(Exception, match="only e-mail programs"):
        client.execute(method="unapprove_program", id=PROGRAM)


def test_a_program_of_events_has_no_smart_list(client: Any) -> None:
    answer = client.execute(method="get_smart_list_by_program_id", id=PROGRAM, return_full_result=True)

    assert "result" not in answer


def test_it_reads_channels_and_tags(client: Any) -> None:
    channels = client.execute(method="get_channels")
    [tag] = client.execute(method="get_tags")
    [same] = client.execute(method="get_tag_by_name", name="Region")

    assert {each["progressionStatuses"][0]["name"] for each in channels} == {"Not in Program"}
    assert (tag["tagType"], same["allowableValues"]) == ("Region", "[EMEA,AMER]")


def test_it_makes_changes_and_deletes_a_folder(client: Any) -> None:
    [made] = client.execute(method="create_folder", name="2027", parentId=3, parentType="Folder", description="next")
    client.execute(method="update_folder", id=made["id"], name="Next year", isArchive=True)
    [found] = client.execute(method="get_folder_by_id", id=made["id"], type="Folder")
    inside = client.execute(method="get_folder_contents", id=3, type="Folder")
    folders = client.execute(method="browse_folders", maxDepth=5)
    pages = list(client.execute(method="browse_folders_yield", maxDepth=5))
    client.execute(method="delete_folder", id=made["id"])

    assert (found["path"], found["isArchive"]) == ("/Marketing Activities/Default/Events/Next year", True)
    assert {"id": made["id"], "type": "Folder"} in inside
    assert [each["name"] for each in folders] == ["Marketing Activities", "Default", "Events", "Next year"]
    assert pages == [folders]
    with pytest.raises(Exception, match="system folder"):
        client.execute(method="delete_folder", id=2)


def test_it_keeps_tokens_of_a_program(client: Any) -> None:
    place = {"id": PROGRAM, "folderType": "Program"}
    client.execute(method="create_token", **place, type="text", name="my.speaker", value="Ann")

    [held] = client.execute(method="get_tokens", **place)
    client.execute(method="delete_tokens", **place, name="my.speaker", type="text")

    assert held["tokens"] == [{"name": "my.speaker", "type": "text", "value": "Ann"}]
    with pytest.raises(Exception, match="Token not found"):
        client.execute(method="delete_tokens", **place, name="my.speaker", type="text")


def test_it_works_with_smart_campaigns(client: Any) -> None:
    [made] = client.execute(method="create_smart_campaign", name="Thank", folderId=PROGRAM, folderType="Program")
    client.execute(method="update_smart_campaign", id=made["id"], name="Thanks")
    [found] = client.execute(method="get_smart_campaign_by_id", id=made["id"])
    [remind] = client.execute(method="get_smart_campaign_by_name", name="Remind")
    [cloned] = client.execute(
        method="clone_smart_campaign", id=remind["id"], folderId=3, folderType="Folder", name="Remind again"
    )
    client.execute(method="activate_smart_campaign", id=cloned["id"])
    client.execute(method="deactivate_smart_campaign", id=cloned["id"])
    [rules] = client.execute(method="get_smart_list_by_smart_campaign_id", id=remind["id"])
    client.execute(method="delete_smart_campaign", id=made["id"])
    [left] = list(client.execute(method="get_smart_campaigns"))

    assert (found["name"], found["status"], found["parentProgramId"]) == ("Thanks", "Never Run", PROGRAM)
    assert (cloned["type"], cloned["isActive"]) == ("trigger", False)
    assert rules["rules"]["triggers"] == ["Campaign is Requested"]
    assert [each["name"] for each in left] == ["Remind", "Invite", "Remind again"]


def test_it_works_with_smart_lists(client: Any) -> None:
    [found] = client.execute(method="get_smart_list_by_name", name="All of Ruiz")
    [ruled] = client.execute(method="get_smart_list_by_id", id=found["id"], includeRules="true")
    [cloned] = client.execute(method="clone_smart_list", id=found["id"], name="Copy", folderId=3, folderType="Folder")
    [listed] = list(client.execute(method="get_smart_lists"))
    client.execute(method="delete_smart_list", id=cloned["id"])

    assert ruled["rules"]["filters"][0]["conditions"][0]["values"] == ["Ruiz"]
    assert [each["name"] for each in listed] == ["All of Ruiz", "Copy"]


def test_it_drafts_describes_and_deletes_kinds_of_custom_objects(client: Any) -> None:
    client.execute(method="create_update_custom_object_type", apiName="talk", displayName="Talk")
    link = {"name": "lead", "field": "id"}
    fields = [{"name": "who", "displayName": "Who", "dataType": "link", "isDedupeField": True, "relatedTo": link}]
    client.execute(method="add_field_custom_object_type", apiName="talk", fields=fields)
    [drafted] = client.execute(method="describe_custom_object_type", apiName="talk")
    client.execute(method="approve_custom_object_type", apiName="talk")
    [listed] = client.execute(method="get_list_of_custom_object_types")
    [known] = client.execute(method="get_list_of_custom_objects")
    [described] = client.execute(method="describe_custom_object", name="talk")
    client.execute(method="delete_custom_object_type", apiName="talk")
    client.execute(method="create_update_custom_object_type", apiName="panel", displayName="Panel")
    client.execute(method="discard_custom_object_type", apiName="panel")

    assert (drafted["state"], listed["state"], known["name"]) == ("draft", "approved", "talk")
    assert [each["name"] for each in described["fields"]] == ["createdAt", "marketoGUID", "updatedAt", "who"]
    assert client.execute(method="get_list_of_custom_object_types") == []


def test_it_drafts_changes_and_deletes_kinds_of_activities(client: Any) -> None:
    names = {"apiName": "talk", "name": "Talk", "triggerName": "Hears Talk", "filterName": "Heard Talk"}
    client.execute(
        method="create_custom_activity_type", **names, primaryAttributeApiName="entry", primaryAttributeName="Entry"
    )
    plays = {"apiName": "plays", "name": "Plays", "dataType": "integer"}
    client.execute(method="create_custom_activity_type_attribute", apiName="talk", attributes=[plays])
    client.execute(
        method="update_custom_activity_type_attribute", apiName="talk", attributes=[plays | {"name": "Times played"}]
    )
    client.execute(method="approve_custom_activity_type", apiName="talk")
    client.execute(method="update_custom_activity_type", apiName="talk", description="A talk")
    [draft] = client.execute(method="describe_custom_activity_type", apiName="talk", draft="true")
    client.execute(method="delete_custom_activity_type_attribute", apiName="talk", attributes=[{"apiName": "plays"}])
    client.execute(method="discard_custom_activity_type_draft", apiName="talk")
    [kept] = client.execute(method="describe_custom_activity_type", apiName="talk")
    [gone] = client.execute(method="delete_custom_activity_type", apiName="talk")
    [listed] = client.execute(method="get_custom_activity_types")

    assert (draft["description"], draft["status"]) == ("A talk", "approved with draft")
    assert [each["name"] for each in kept["attributes"]] == ["Times played"]
    assert (gone["status"], listed["status"]) == ("deleted", "deleted")
    assert {each["id"] for each in client.execute(method="get_activity_types")} >= {12, 13, 24, 25, 104}
