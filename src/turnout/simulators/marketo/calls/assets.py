"""Calls on assets: channels, folders, programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from turnout.clock import instant, iso
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.programs import PROGRAM_TYPES, Channel, Folder, Program
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.calls.operation import Operation, folder_reference, listed, required, whole

MOST_NAME: Final = 255
T = TypeVar("T")


def channels(account: Account, call: Call) -> Found:
    """Get Channels."""
    return Found([_channel(each) for each in _part(account.programs.channels, call)])


def channel_by_name(account: Account, call: Call) -> Found:
    """Get Channel by Name."""
    name = required(call.query | {"name": call.query.get("name") or call.query.get("Name")}, "name")
    return Found([_channel(each) for each in account.programs.channels if each.name == name])


def folders(account: Account, call: Call) -> Found:
    """Get Folders below `root`, which is shown too; `maxDepth` 2 unless said otherwise."""
    root = folder_reference(call.query["root"])[0] if "root" in call.query else 1
    depth = whole(call.query, "maxDepth", default=2)
    found = [each for each in account.programs.folders.values() if _depth(account, each, root) <= depth]
    return Found([_folder(account, each) for each in _part(found, call)])


def folder_by_name(account: Account, call: Call) -> Found:
    """Get Folder by Name: every folder of that name."""
    name = required(call.query, "name")
    return Found([_folder(account, each) for each in account.programs.folders.values() if each.name == name])


def folder_by_id(account: Account, call: Call) -> Found:
    """Get Folder by Id."""
    required(call.query, "type")
    found = account.programs.folders.get(_number(call.names["id"]))
    return Found([_folder(account, found)] if found and call.query["type"] == "Folder" else [])


def programs(account: Account, call: Call) -> Found:
    """Get Programs, without tags and costs."""
    found = [each for each in account.programs.by_id.values() if _wanted(each, call)]
    return Found([_program(each) for each in _part(found, call)])


def program_by_name(account: Account, call: Call) -> Found:
    """Get Program by Name."""
    found = account.programs.named(required(call.query, "name"))
    return Found([_whole_program(found)] if found else [])


def program_by_id(account: Account, call: Call) -> Found:
    """Get Program by Id."""
    found = account.programs.by_id.get(_number(call.names["id"]))
    return Found([_whole_program(found)] if found else [])


def create_program(account: Account, call: Call) -> Found:
    """Create Program: a new name, a folder below a zone, a type, and a channel that fits the type."""
    asked = call.query
    name, folder = _new_name(account, asked), _parent(account, asked)
    kind = next((each for each in PROGRAM_TYPES if each.lower() == required(asked, "type").lower()), "")
    if not kind:
        raise Refused("1001", asked["type"], "program type")
    channel = account.programs.channel(required(asked, "channel"))
    if channel is None or channel.program_type != PROGRAM_TYPES[kind]:
        raise Refused("709", f"channel '{asked['channel']}' is not applicable to the program type '{kind}'")
    if account.settings.required_tags and "tags" not in asked:
        raise Refused("702", text=f"Missing required tags: {', '.join(account.settings.required_tags)}")
    tags = _tags(asked["tags"]) if "tags" in asked else None
    made = Program(0, name, kind, channel, folder, asked.get("description", ""), call.now, call.now, tags)
    return Found([_whole_program(account.programs.add(made))])


def clone_program(account: Account, call: Call) -> Found:
    """Clone Program: type, channel and tags of the old one, and no members."""
    old = account.programs.by_id.get(_number(call.names["id"]))
    if old is None:
        raise Refused("702", text=f"Program '{call.names['id']}' not found")
    asked = call.query
    name, folder = _new_name(account, asked), _parent(account, asked)
    made = Program(0, name, old.type, old.channel, folder, asked.get("description", ""), call.now, call.now, old.tags)
    return Found([_whole_program(account.programs.add(made))])


def update_program(account: Account, call: Call) -> Found:
    """Update Program Metadata: name and description."""
    program = account.programs.by_id.get(_number(call.names["id"]))
    if program is None:
        raise Refused("702", text=f"Program '{call.names['id']}' not found")
    if call.query.get("name", program.name) != program.name:
        program.name = _new_name(account, call.query)
    program.description = call.query.get("description", program.description)
    program.updated_at = call.now
    return Found([_whole_program(program)])


def _tags(text: str) -> list[dict[str, str]]:
    try:
        return [{"tagType": str(tag["tagType"]), "tagValue": str(tag["tagValue"])} for tag in json.loads(text)]
    except (ValueError, KeyError, TypeError):
        raise Refused("1001", text, "tags") from None


def _new_name(account: Account, asked: Mapping[str, str]) -> str:
    name = asked.get("name", "").strip()
    if not name:
        raise Refused("701", "name")
    if len(name) > MOST_NAME:
        raise Refused("701", text=f"name cannot exceed {MOST_NAME} characters")
    if account.programs.named(name):
        raise Refused("709", f"the program name '{name}' is not unique")
    return name


def _parent(account: Account, asked: Mapping[str, str]) -> Folder:
    if not asked.get("folder"):
        raise Refused("701", "folder")
    number, kind = folder_reference(asked["folder"])
    folder = account.programs.folders.get(number)
    if folder is None or kind != "Folder":
        raise Refused("710")
    if not folder.parent:
        raise Refused("711")
    return folder


def _wanted(program: Program, call: Call) -> bool:
    asked = call.query
    if "earliestUpdatedAt" in asked and program.updated_at < _instant(asked["earliestUpdatedAt"]):
        return False
    if "latestUpdatedAt" in asked and program.updated_at > _instant(asked["latestUpdatedAt"]):
        return False
    match asked.get("filterType", ""):
        case "":
            return True
        case "id" | "programId":
            return str(program.id) in listed(call, "filterValues")
        case "folderId":
            return str(program.folder.id) in listed(call, "filterValues")
        case "workspace":
            return "Default" in listed(call, "filterValues")
    raise Refused("1001", asked["filterType"], "filterType")


def _part(rows: Sequence[T], call: Call) -> Sequence[T]:
    start = whole(call.query, "offset", default=0)
    return rows[start : start + whole(call.query, "maxReturn", default=20, most=200)]


def _depth(account: Account, folder: Folder, root: int) -> int:
    steps = 0
    while folder.id != root:
        above = account.programs.folders.get(folder.parent)
        if above is None:
            return 1_000
        folder, steps = above, steps + 1
    return steps


def _channel(channel: Channel) -> dict[str, Any]:
    steps = []
    for each in channel.steps:
        step = {"name": each.name, "step": each.step, "description": each.description, "hidden": each.hidden}
        steps.append(step | {"success": each.success} | ({"type": each.type} if each.type else {}))
    return {
        "id": channel.id,
        "name": channel.name,
        "applicableProgramType": channel.program_type,
        "progressionStatuses": steps,
        "createdAt": _moment(channel.made_at),
        "updatedAt": _moment(channel.made_at),
    }


def _folder(account: Account, folder: Folder) -> dict[str, Any]:
    return {
        "name": folder.name,
        "description": None,
        "createdAt": "2020-01-06T08:00:00Z+0000",
        "updatedAt": "2020-01-06T08:00:00Z+0000",
        "url": None if folder.zone else f"https://app-sim.marketo.com/#MF{folder.id}A1",
        "folderId": {"id": folder.id, "type": "Folder"},
        "folderType": "Zone" if folder.zone else "Marketing Folder",
        "parent": {"id": folder.parent, "type": "Folder"} if folder.parent else None,
        "path": account.programs.path(folder),
        "isArchive": False,
        "isSystem": folder.zone,
        "accessZoneId": 1,
        "workspace": "Default",
        "id": folder.id,
    }


def _program(program: Program) -> dict[str, Any]:
    return {
        "id": program.id,
        "name": program.name,
        "description": program.description,
        "createdAt": _moment(program.made_at),
        "updatedAt": _moment(program.updated_at),
        "url": f"https://app-sim.marketo.com/#{'ME' if program.type.startswith('Event') else 'PG'}{program.id}A1",
        "type": program.type,
        "channel": program.channel.name,
        "folder": {"type": "Folder", "value": program.folder.id, "folderName": program.folder.name},
        "status": "",
        "workspace": "Default",
        "headStart": False,
    }


def _whole_program(program: Program) -> dict[str, Any]:
    return _program(program) | {"tags": program.tags, "costs": None}


def _moment(seconds: float) -> str:
    return iso(seconds)[:-5] + "Z+0000"


def _instant(text: str) -> float:
    try:
        return instant(text.replace(" ", "+"))
    except ValueError:
        raise Refused("704", text="Invalid date format") from None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


_READ, _WRITE = "Read-Only Assets", "Read-Write Assets"
_PATH: Final = "/rest/asset/v1"
_PAGE: Final = ("maxReturn", "offset")
_FILTER: Final = ("filterType", "filterValues", "earliestUpdatedAt", "latestUpdatedAt", "status")
_NEW: Final = ("name", "folder", "description")
CALLS: Final = (
    Operation("GET", f"{_PATH}/channels.json", channels, _READ, _PAGE),
    Operation("GET", f"{_PATH}/channel/byName.json", channel_by_name, _READ, ("name", "Name")),
    Operation("GET", f"{_PATH}/folders.json", folders, _READ, ("root", "maxDepth", "workSpace", *_PAGE)),
    Operation("GET", f"{_PATH}/folder/byName.json", folder_by_name, _READ, ("name", "type", "root", "workSpace")),
    Operation("GET", f"{_PATH}/folder/{{id}}.json", folder_by_id, _READ, ("type",)),
    Operation("GET", f"{_PATH}/programs.json", programs, _READ, (*_FILTER, *_PAGE)),
    Operation(
        "POST", f"{_PATH}/programs.json", create_program, _WRITE, (*_NEW, "type", "channel", "tags", "costs"), True
    ),
    Operation("GET", f"{_PATH}/program/byName.json", program_by_name, _READ, ("name", "includeTags", "includeCosts")),
    Operation("GET", f"{_PATH}/program/{{id}}.json", program_by_id, _READ),
    Operation("POST", f"{_PATH}/program/{{id}}.json", update_program, _WRITE, ("name", "description"), True),
    Operation("POST", f"{_PATH}/program/{{id}}/clone.json", clone_program, _WRITE, _NEW, True),
)
