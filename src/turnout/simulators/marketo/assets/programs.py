"""Calls on programs, and on the channels and kinds of tags they have."""

import ast
from collections.abc import Mapping
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import Campaign, SmartList, StaticList, Tag
from turnout.simulators.marketo.account.programs import PROGRAM_TYPES, Channel, Folder, Program
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.assets.reading import (
    NEW,
    PAGE,
    READ,
    WRITE,
    moment,
    name_of,
    number,
    parent,
    part,
    within,
)
from turnout.simulators.marketo.calls.operation import Operation, listed, required


def channels(account: Account, call: Call) -> Found:
    """Get Channels."""
    return Found([_channel(each) for each in part(account.programs.channels, call)])


def channel_by_name(account: Account, call: Call) -> Found:
    """Get Channel by Name."""
    name = required(call.query | {"name": call.query.get("name") or call.query.get("Name")}, "name")
    return Found([_channel(each) for each in account.programs.channels if each.name == name])


def programs(account: Account, call: Call) -> Found:
    """Get Programs, without tags and costs."""
    found = [each for each in account.programs.by_id.values() if _wanted(each, call)]
    return Found([_program(each) for each in part(found, call)])


def program_by_name(account: Account, call: Call) -> Found:
    """Get Program by Name."""
    found = account.programs.named(required(call.query, "name"))
    return Found([_whole_program(found)] if found else [])


def program_by_id(account: Account, call: Call) -> Found:
    """Get Program by Id."""
    found = account.programs.by_id.get(number(call.names["id"]))
    return Found([_whole_program(found)] if found else [])


def create_program(account: Account, call: Call) -> Found:
    """Create Program: a new name, a folder below a zone, a type, and a channel that fits the type."""
    asked = call.query
    name, folder = _new_name(account, asked), _folder(account, asked)
    kind = next((each for each in PROGRAM_TYPES if each.lower() == required(asked, "type").lower()), "")
    if not kind:
        raise Refused("1001", asked["type"], "program type")
    channel = account.programs.channel(required(asked, "channel"))
    if channel is None or channel.program_type != PROGRAM_TYPES[kind]:
        raise Refused("709", f"channel '{asked['channel']}' is not applicable to the program type '{kind}'")
    given = _tags(account, asked["tags"]) if "tags" in asked else None
    needed = {*account.settings.required_tags, *(each.name for each in account.tags if each.required)}
    if missing := needed - {tag["tagType"] for tag in given or []}:
        raise Refused("702", text=f"Missing required tags: {', '.join(sorted(missing))}")
    costs = _costs(asked["costs"]) if "costs" in asked else None
    told = asked.get("description", "")
    made = Program(0, name, kind, channel, folder, told, call.now, call.now, given, costs)
    return Found([_whole_program(account.programs.add(made))])


def clone_program(account: Account, call: Call) -> Found:
    """Clone Program: type, channel and tags of the old one, and no members."""
    old = _held(account, call)
    asked = call.query
    name, folder = _new_name(account, asked), _folder(account, asked)
    made = Program(0, name, old.type, old.channel, folder, asked.get("description", ""), call.now, call.now, old.tags)
    return Found([_whole_program(account.programs.add(made))])


def update_program(account: Account, call: Call) -> Found:
    """Update Program Metadata: name and description."""
    program = _held(account, call)
    if call.query.get("name", program.name) != program.name:
        program.name = _new_name(account, call.query)
    program.description = call.query.get("description", program.description)
    if "tags" in call.query:
        program.tags = _tags(account, call.query["tags"])
    if "costs" in call.query:
        program.costs = _costs(call.query["costs"])
    program.updated_at = call.now
    return Found([_whole_program(program)])


def programs_by_tag(account: Account, call: Call) -> Found:
    """Get Programs by Tag: those with that value of that kind."""
    wanted = {"tagType": required(call.query, "tagType"), "tagValue": required(call.query, "tagValue")}
    found = [each for each in account.programs.by_id.values() if wanted in (each.tags or [])]
    return Found([_whole_program(each) for each in part(found, call)])


def delete_program(account: Account, call: Call) -> Found:
    """Delete Program with its members; one in which other assets lie is refused."""
    program = _held(account, call)
    inside: tuple[StaticList | SmartList | Campaign, ...] = (
        *account.lists.by_id.values(),
        *account.smart_lists.by_id.values(),
        *account.campaigns.by_id.values(),
    )
    if any(each.place.type == "Program" and each.place.id == program.id for each in inside):
        raise Refused("709", "the program is in use")
    del account.programs.by_id[program.id]
    return Found([{"id": program.id}])


def approve_program(account: Account, call: Call) -> Found:
    """Approve Program: an e-mail program alone, which is locked then."""
    return _switched(account, call, status="locked")


def unapprove_program(account: Account, call: Call) -> Found:
    """Unapprove Program: an e-mail program that is approved."""
    return _switched(account, call, status="unlocked")


def _switched(account: Account, call: Call, *, status: str) -> Found:
    program = _held(account, call)
    if program.type != "Email":
        raise Refused("709", "only e-mail programs are approved and unapproved")
    if (program.status == "locked") == (status == "locked"):
        raise Refused("709", f"the program is {program.status or 'unlocked'} already")
    program.status, program.updated_at = status, call.now
    return Found([{"id": program.id}])


def smart_list(account: Account, call: Call) -> Found:
    """Get Smart List by Program Id: that of an e-mail program; the others have none."""
    program = account.programs.by_id.get(number(call.names["id"]))
    if program is None or program.type != "Email":
        return Found([])
    told = {name: value for name, value in _program(program).items() if name in _SMART_LIST}
    place = {"id": program.folder.id, "type": "Folder"}
    rules = {"filterMatchType": "All", "triggers": [], "filters": []}
    return Found([told | {"name": f"Smart List of {program.name}", "folder": place, "rules": rules}])


_SMART_LIST: Final = ("id", "description", "createdAt", "updatedAt", "url", "workspace")


def tags(account: Account, call: Call) -> Found:
    """Get Tag Types."""
    return Found([_tag(each) for each in part(account.tags, call)])


def tag_by_name(account: Account, call: Call) -> Found:
    """Get Tag by Name, with the values that it may have."""
    name = required(call.query, "name")
    return Found(
        [_tag(each) | {"allowableValues": f"[{','.join(each.values)}]"} for each in account.tags if each.name == name]
    )


def _tag(tag: Tag) -> dict[str, Any]:
    types = f"[{','.join(tag.program_types)}]"
    return {"tagType": tag.name, "applicableProgramTypes": types, "required": tag.required}


def _held(account: Account, call: Call) -> Program:
    found = account.programs.by_id.get(number(call.names["id"]))
    if found is None:
        raise Refused("702", text=f"Program '{call.names['id']}' not found")
    return found


def _tags(account: Account, text: str) -> list[dict[str, str]]:
    """Return tags from JSON, or from what a known client makes of them: a list as Python prints it."""
    try:
        found = [{"tagType": str(tag["tagType"]), "tagValue": str(tag["tagValue"])} for tag in ast.literal_eval(text)]
    except (ValueError, KeyError, TypeError, SyntaxError):
        raise Refused("1001", text, "tags") from None
    for tag in found:
        known = next((each for each in account.tags if each.name == tag["tagType"]), None)
        if tag["tagType"] in account.settings.required_tags:
            continue
        if known is None or (known.values and tag["tagValue"] not in known.values):
            raise Refused("709", f"tag '{tag['tagType']}' with value '{tag['tagValue']}' is not defined")
    return found


def _costs(text: str) -> list[dict[str, Any]]:
    try:
        return [{"startDate": str(cost["startDate"]), "cost": int(cost["cost"])} for cost in ast.literal_eval(text)]
    except (ValueError, KeyError, TypeError, SyntaxError):
        raise Refused("1001", text, "costs") from None


def _new_name(account: Account, asked: Mapping[str, str]) -> str:
    return name_of(asked, (each.name for each in account.programs.by_id.values()), what="program")


def _folder(account: Account, asked: Mapping[str, str]) -> Folder:
    place = parent(account, asked)
    if place.type != "Folder":
        raise Refused("711")
    return account.programs.folders[place.id]


def _wanted(program: Program, call: Call) -> bool:
    asked = call.query
    if not within(program.updated_at, call) or asked.get("status", program.status) != program.status:
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
        "createdAt": moment(channel.made_at),
        "updatedAt": moment(channel.made_at),
    }


def _program(program: Program) -> dict[str, Any]:
    return {
        "id": program.id,
        "name": program.name,
        "description": program.description,
        "createdAt": moment(program.made_at),
        "updatedAt": moment(program.updated_at),
        "url": f"https://app-sim.marketo.com/#{'ME' if program.type.startswith('Event') else 'PG'}{program.id}A1",
        "type": program.type,
        "channel": program.channel.name,
        "folder": {"type": "Folder", "value": program.folder.id, "folderName": program.folder.name},
        "status": program.status,
        "workspace": "Default",
        "headStart": False,
    }


def _whole_program(program: Program) -> dict[str, Any]:
    return _program(program) | {"tags": program.tags, "costs": program.costs}


_PATH: Final = "/rest/asset/v1"
_FILTER: Final = ("filterType", "filterValues", "earliestUpdatedAt", "latestUpdatedAt", "status")
_ONE: Final = f"{_PATH}/program/{{id}}"
CALLS: Final = (
    Operation("GET", f"{_PATH}/channels.json", channels, READ, PAGE),
    Operation("GET", f"{_PATH}/channel/byName.json", channel_by_name, READ, ("name", "Name")),
    Operation("GET", f"{_PATH}/tagTypes.json", tags, READ, PAGE),
    Operation("GET", f"{_PATH}/tagType/byName.json", tag_by_name, READ, ("name",)),
    Operation("GET", f"{_PATH}/programs.json", programs, READ, (*_FILTER, *PAGE)),
    Operation(
        "POST", f"{_PATH}/programs.json", create_program, WRITE, (*NEW, "type", "channel", "tags", "costs"), True
    ),
    Operation("GET", f"{_PATH}/program/byName.json", program_by_name, READ, ("name", "includeTags", "includeCosts")),
    Operation("GET", f"{_PATH}/program/byTag.json", programs_by_tag, READ, ("tagType", "tagValue", *PAGE)),
    Operation("GET", f"{_ONE}.json", program_by_id, READ),
    Operation("POST", f"{_ONE}.json", update_program, WRITE, ("name", "description", "tags", "costs"), True),
    Operation("POST", f"{_ONE}/clone.json", clone_program, WRITE, NEW, True),
    Operation("POST", f"{_ONE}/delete.json", delete_program, WRITE, writing=True),
    Operation("POST", f"{_ONE}/approve.json", approve_program, WRITE, writing=True),
    Operation("POST", f"{_ONE}/unapprove.json", unapprove_program, WRITE, writing=True),
    Operation("GET", f"{_ONE}/smartList.json", smart_list, READ, ("includeRules",)),
)
