from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import Caller, code

ASSET = "/rest/asset/v1"
NEW = {"name": "New", "folder": '{"id": 2, "type": "Folder"}', "type": "Event", "channel": "Kaltura Event"}


def test_a_channel_is_found_by_name_with_its_steps(caller: Caller) -> None:
    [channel] = caller.get(f"{ASSET}/channel/byName.json", name="Kaltura Event")["result"]

    steps = [(each["name"], each["step"], each["success"]) for each in channel["progressionStatuses"]]
    assert channel["applicableProgramType"] == "event"
    assert steps[:3] == [("Not in Program", 0, False), ("Invited", 20, False), ("Registered", 30, True)]


def test_nothing_found_is_a_success_with_a_warning_and_no_result(caller: Caller) -> None:
    answer = caller.get(f"{ASSET}/program/byName.json", name="Nope")

    assert answer["success"] is True
    assert answer["warnings"] == ["No assets found for the given search criteria."]
    assert "result" not in answer


def test_lists_come_in_parts(caller: Caller) -> None:
    answer = caller.get(f"{ASSET}/channels.json", maxReturn="1", offset="1")

    assert [each["name"] for each in answer["result"]] == ["Blog"]


def test_a_program_is_shown_by_name_by_id_and_in_lists(caller: Caller) -> None:
    [named] = caller.get(f"{ASSET}/program/byName.json", name="Summit", includeTags="true")["result"]
    [found] = caller.get(f"{ASSET}/program/1001.json")["result"]
    [listed] = caller.get(f"{ASSET}/programs.json", filterType="id", filterValues="1001")["result"]

    assert named == found == {**listed, "tags": None, "costs": None}
    assert (named["type"], named["channel"], named["status"]) == ("Event", "Kaltura Event", "")
    assert named["folder"] == {"type": "Folder", "value": 3, "folderName": "Events"}
    assert named["createdAt"] == "2026-11-18T11:06:40Z+0000"


def test_a_program_is_made_from_a_form(caller: Caller) -> None:
    [made] = caller.form(f"{ASSET}/programs.json", **NEW, description="Mine")["result"]

    assert (made["id"], made["name"], made["type"], made["description"]) == (1002, "New", "Event", "Mine")
    assert caller.get(f"{ASSET}/program/byName.json", name="New")["result"] == [made]


def test_a_clone_has_the_channel_and_no_members(caller: Caller) -> None:
    [made] = caller.form(f"{ASSET}/program/1001/clone.json", name="Next", folder=NEW["folder"])["result"]

    members = f"/rest/v1/programs/{made['id']}/members.json"
    assert (made["channel"], made["type"]) == ("Kaltura Event", "Event")
    assert caller.get(members, filterType="reachedSuccess", filterValues="true,false")["result"] == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": ""}, "701"),
        ({"name": "x" * 256}, "701"),
        ({"name": "Summit"}, "709"),
        ({"folder": '{"id": 99, "type": "Folder"}'}, "710"),
        ({"folder": '{"id": 1, "type": "Folder"}'}, "711"),
        ({"folder": "Events"}, "1001"),
        ({"type": "Party"}, "1001"),
        ({"channel": "Blog"}, "709"),
        ({"channel": "Nope"}, "709"),
        ({"surprise": "1"}, "1003"),
    ],
)
def test_a_wrong_program_is_refused(caller: Caller, change: dict[str, str], expected: str) -> None:
    assert code(caller.form(f"{ASSET}/programs.json", **{**NEW, **change})) == expected


def test_tags_may_be_required(caller_with: Any) -> None:
    answer = caller_with(required_tags=["Region"]).form(f"{ASSET}/programs.json", **NEW)

    assert answer["errors"] == [{"code": "702", "message": "Missing required tags: Region"}]


def test_tags_are_kept_with_the_program(caller_with: Any) -> None:
    tags = '[{"tagType": "Region", "tagValue": "EMEA"}]'

    [made] = caller_with(required_tags=["Region"]).form(f"{ASSET}/programs.json", **NEW, tags=tags)["result"]

    assert made["tags"] == [{"tagType": "Region", "tagValue": "EMEA"}]


def test_a_program_is_renamed(caller: Caller) -> None:
    [changed] = caller.form(f"{ASSET}/program/1001.json", name="Summit 2", description="Later")["result"]

    assert (changed["name"], changed["description"]) == ("Summit 2", "Later")


def test_folders_are_listed_below_a_root_and_found_by_name(caller: Caller) -> None:
    below = caller.get(f"{ASSET}/folders.json", root='{"id": 2, "type": "Folder"}')["result"]
    [events] = caller.get(f"{ASSET}/folder/byName.json", name="Events")["result"]
    [same] = caller.get(f"{ASSET}/folder/3.json", type="Folder")["result"]

    assert [each["name"] for each in below] == ["Default", "Events"]
    assert events == same
    assert events["path"] == "/Marketing Activities/Default/Events"
    assert events["folderId"] == {"id": 3, "type": "Folder"}


def test_programs_are_filtered_by_when_they_changed(caller: Caller) -> None:
    answer = caller.get(f"{ASSET}/programs.json", earliestUpdatedAt="2026-11-18T11:06:41+00:00")

    assert "result" not in answer
