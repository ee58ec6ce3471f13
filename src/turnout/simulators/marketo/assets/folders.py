"""Calls on folders: find, make, change, delete, what is in them, and the tokens of folders and programs."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import Place, Token
from turnout.simulators.marketo.account.programs import Folder
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.assets.reading import (
    PAGE,
    READ,
    WRITE,
    moment,
    name_of,
    number,
    parent,
    part,
    place_of,
)
from turnout.simulators.marketo.calls.operation import Operation, choice, required, whole

TOKEN_TYPES: Final = ("date", "number", "rich text", "score", "sfdc campaign", "text")


def browse(account: Account, call: Call) -> Found:
    """Get Folders below `root`, which is shown too; `maxDepth` 2 unless said otherwise."""
    root = place_of(call.query["root"]).id if "root" in call.query else 1
    depth = whole(call.query, "maxDepth", default=2)
    found = [each for each in account.programs.folders.values() if _depth(account, each, root) <= depth]
    return Found([_shown(account, each) for each in part(found, call)])


def by_name(account: Account, call: Call) -> Found:
    """Get Folder by Name: every folder of that name."""
    name = required(call.query, "name")
    return Found([_shown(account, each) for each in account.programs.folders.values() if each.name == name])


def by_id(account: Account, call: Call) -> Found:
    """Get Folder by Id."""
    required(call.query, "type")
    found = account.programs.folders.get(number(call.names["id"]))
    return Found([_shown(account, found)] if found and call.query["type"] == "Folder" else [])


def content(account: Account, call: Call) -> Found:
    """Get Folder Contents: programs, lists and campaigns that lie right in it."""
    place = Place(number(call.names["id"]), required(call.query, "type").capitalize())
    rows = [("Folder", each.id) for each in account.programs.folders.values() if place == Place(each.parent)]
    rows += [("Program", each.id) for each in account.programs.by_id.values() if place == Place(each.folder.id)]
    rows += [("Static List", each.id) for each in account.lists.by_id.values() if place == each.place]
    rows += [("Smart List", each.id) for each in account.smart_lists.by_id.values() if place == each.place]
    rows += [("Smart Campaign", each.id) for each in account.campaigns.by_id.values() if place == each.place]
    return Found([{"id": each, "type": kind} for kind, each in part(rows, call)])


def create(account: Account, call: Call) -> Found:
    """Create Folder below another one."""
    above = parent(account, call.query, name="parent")
    if above.type != "Folder":
        raise Refused("711")
    beside = (each.name for each in account.programs.folders.values() if each.parent == above.id)
    name = name_of(call.query, beside, what="folder")
    made = Folder(max(account.programs.folders) + 1, name, above.id, description=call.query.get("description", ""))
    made.made_at = made.updated_at = call.now
    account.programs.folders[made.id] = made
    return Found([_shown(account, made)])


def update(account: Account, call: Call) -> Found:
    """Update Folder: its name, description, and whether it is an archive."""
    held = _held(account, call)
    if call.query.get("name", held.name) != held.name:
        beside = (each.name for each in account.programs.folders.values() if each.parent == held.parent)
        held.name = name_of(call.query, beside, what="folder")
    held.description = call.query.get("description", held.description)
    held.archived = call.query.get("isArchive", str(held.archived)).lower() == "true"
    held.updated_at = call.now
    return Found([_shown(account, held)])


def delete(account: Account, call: Call) -> Found:
    """Delete Folder; one with anything in it is refused."""
    held = _held(account, call)
    if content(account, call).rows:
        raise Refused("709", "the folder is not empty")
    del account.programs.folders[held.id]
    return Found([{"id": held.id}])


def _held(account: Account, call: Call) -> Folder:
    found = account.programs.folders.get(number(call.names["id"]))
    if found is None or required(call.query, "type") != "Folder":
        raise Refused("702", text="Folder not found")
    if found.zone:
        raise Refused("709", "a system folder cannot be changed")
    return found


def _depth(account: Account, folder: Folder, root: int) -> int:
    steps = 0
    while folder.id != root:
        above = account.programs.folders.get(folder.parent)
        if above is None:
            return 1_000
        folder, steps = above, steps + 1
    return steps


def _shown(account: Account, folder: Folder) -> dict[str, Any]:
    return {
        "name": folder.name,
        "description": folder.description or None,
        "createdAt": moment(folder.made_at),
        "updatedAt": moment(folder.updated_at),
        "url": None if folder.zone else f"https://app-sim.marketo.com/#MF{folder.id}A1",
        "folderId": {"id": folder.id, "type": "Folder"},
        "folderType": "Zone" if folder.zone else "Marketing Folder",
        "parent": {"id": folder.parent, "type": "Folder"} if folder.parent else None,
        "path": account.programs.path(folder),
        "isArchive": folder.archived,
        "isSystem": folder.zone,
        "accessZoneId": 1,
        "workspace": "Default",
        "id": folder.id,
    }


def tokens(account: Account, call: Call) -> Found:
    """Get Tokens of a folder or a program."""
    place = _tokens_place(account, call.names["id"], call.query)
    held = account.tokens.get(place)
    return Found([_tokens_shown(place, held)] if held else [])


def create_token(account: Account, call: Call) -> Found:
    """Create Token, or write another value into the one of that name."""
    place = _tokens_place(account, call.names["id"], call.query)
    name, value = required(call.query, "name"), required(call.query, "value")
    kind = choice(call.query, "type", TOKEN_TYPES, default="")
    held = [each for each in account.tokens.get(place, []) if each.name != name]
    account.tokens[place] = [*held, Token(name, kind, value)]
    return Found([_tokens_shown(place, account.tokens[place])])


def delete_token(account: Account, call: Call) -> Found:
    """Delete Token by Name and type."""
    place = _tokens_place(account, call.names["id"], call.query)
    name, kind = required(call.query, "name"), required(call.query, "type")
    held = account.tokens.get(place, [])
    left = [each for each in held if (each.name, each.type) != (name, kind)]
    if len(left) == len(held):
        raise Refused("702", text="Token not found")
    account.tokens[place] = left
    return Found([{"id": place[1]}])


def _tokens_place(account: Account, text: str, asked: Mapping[str, str]) -> tuple[str, int]:
    kind, held = asked.get("folderType") or "Folder", number(text)
    known: Mapping[int, object] = account.programs.by_id if kind == "Program" else account.programs.folders
    if held not in known:
        raise Refused("702", text=f"{kind} not found")
    return kind, held


def _tokens_shown(place: tuple[str, int], held: list[Token]) -> dict[str, Any]:
    told = [{"name": each.name, "type": each.type, "value": each.value} for each in held]
    return {"folder": {"type": place[0], "value": place[1]}, "tokens": told}


_PATH: Final = "/rest/asset/v1/folder"
_NEW_TOKEN: Final = ("folderType", "type", "name", "value")
CALLS: Final = (
    Operation("GET", f"{_PATH}s.json", browse, READ, ("root", "maxDepth", "workSpace", *PAGE)),
    Operation("POST", f"{_PATH}s.json", create, WRITE, ("name", "parent", "description"), True),
    Operation("GET", f"{_PATH}/byName.json", by_name, READ, ("name", "type", "root", "workSpace")),
    Operation("GET", f"{_PATH}/{{id}}.json", by_id, READ, ("type",)),
    Operation("POST", f"{_PATH}/{{id}}.json", update, WRITE, ("type", "name", "description", "isArchive"), True),
    Operation("GET", f"{_PATH}/{{id}}/content.json", content, READ, ("type", *PAGE)),
    Operation("POST", f"{_PATH}/{{id}}/delete.json", delete, WRITE, ("type",), True),
    Operation("GET", f"{_PATH}/{{id}}/tokens.json", tokens, READ, ("folderType",)),
    Operation("POST", f"{_PATH}/{{id}}/tokens.json", create_token, WRITE, _NEW_TOKEN, True),
    Operation("POST", f"{_PATH}/{{id}}/tokens/delete.json", delete_token, WRITE, ("folderType", "type", "name"), True),
)
