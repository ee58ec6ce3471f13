"""Calls on static lists and smart lists as assets: find, make, change, clone, delete."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import SmartList, StaticList
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.assets.reading import BROWSE, NEW, READ, WRITE, browsed, name_of, parent, shown
from turnout.simulators.marketo.calls.operation import Operation, required


def static_lists(account: Account, call: Call) -> Found:
    """Get Static Lists."""
    return Found([_shown(each) for each in browsed(call, account.lists.by_id.values())])


def static_by_id(account: Account, call: Call) -> Found:
    """Get Static List by Id."""
    found = account.lists.get(call.names["id"])
    return Found([_shown(found)] if found else [])


def static_by_name(account: Account, call: Call) -> Found:
    """Get Static List by Name."""
    found = account.lists.named(required(call.query, "name"))
    return Found([_shown(found)] if found else [])


def create_static(account: Account, call: Call) -> Found:
    """Create Static List."""
    name = _name(account, call.query)
    place = parent(account, call.query)
    made = StaticList(0, name, place, call.query.get("description", ""), call.now, call.now)
    return Found([_shown(account.lists.add(made))])


def update_static(account: Account, call: Call) -> Found:
    """Update Static List: its name and description."""
    held = account.lists.get(call.names["id"])
    if held is None:
        raise Refused("702", text="Static list not found")
    if call.query.get("name", held.name) != held.name:
        held.name = _name(account, call.query)
    held.description, held.updated_at = call.query.get("description", held.description), call.now
    return Found([_shown(held)])


def delete_static(account: Account, call: Call) -> Found:
    """Delete Static List; the people stay."""
    held = account.lists.get(call.names["id"])
    if held is None:
        raise Refused("702", text="Static list not found")
    del account.lists.by_id[held.id]
    return Found([{"id": held.id}])


def smart_lists(account: Account, call: Call) -> Found:
    """Get Smart Lists."""
    return Found([_shown(each) for each in browsed(call, account.smart_lists.by_id.values())])


def smart_by_id(account: Account, call: Call) -> Found:
    """Get Smart List by Id, with its rules where `includeRules` asks for them."""
    found = account.smart_lists.get(call.names["id"])
    return Found([_shown(found) | _rules(found, call)] if found else [])


def smart_by_name(account: Account, call: Call) -> Found:
    """Get Smart List by Name."""
    found = account.smart_lists.named(required(call.query, "name"))
    return Found([_shown(found)] if found else [])


def clone_smart(account: Account, call: Call) -> Found:
    """Clone Smart List: the same rule under another name."""
    old = account.smart_lists.get(call.names["id"])
    if old is None:
        raise Refused("702", text="Smart list not found")
    name = name_of(call.query, (each.name for each in account.smart_lists.by_id.values()), what="smart list")
    place, told = parent(account, call.query), call.query.get("description", "")
    made = SmartList(0, name, place, told, call.now, call.now, old.filter, old.value)
    return Found([_shown(account.smart_lists.add(made))])


def delete_smart(account: Account, call: Call) -> Found:
    """Delete Smart List."""
    held = account.smart_lists.get(call.names["id"])
    if held is None:
        raise Refused("702", text="Smart list not found")
    del account.smart_lists.by_id[held.id]
    return Found([{"id": held.id}])


def _name(account: Account, asked: Mapping[str, str]) -> str:
    return name_of(asked, (each.name for each in account.lists.by_id.values()), what="static list")


def _shown(held: StaticList | SmartList) -> dict[str, Any]:
    mark = "ST" if isinstance(held, StaticList) else "SL"
    return shown(held) | {"url": f"https://app-sim.marketo.com/#{mark}{held.id}A1"}


def _rules(held: SmartList, call: Call) -> dict[str, Any]:
    if call.query.get("includeRules", "").lower() != "true":
        return {}
    condition = {"activityAttributeId": 1, "activityAttributeName": held.filter, "operator": "is", "isPrimary": False}
    told = {"id": 1, "name": held.filter, "ruleTypeId": 1, "ruleType": held.filter, "operator": "is"}
    filters = [told | {"conditions": [condition | {"values": [held.value]}]}] if held.filter else []
    return {"rules": {"filterMatchType": "All", "triggers": [], "filters": filters}}


_STATIC: Final = "/rest/asset/v1/staticList"
_SMART: Final = "/rest/asset/v1/smartList"
CALLS: Final = (
    Operation("GET", f"{_STATIC}s.json", static_lists, READ, BROWSE),
    Operation("POST", f"{_STATIC}s.json", create_static, WRITE, NEW, True),
    Operation("GET", f"{_STATIC}/byName.json", static_by_name, READ, ("name",)),
    Operation("GET", f"{_STATIC}/{{id}}.json", static_by_id, READ),
    Operation("POST", f"{_STATIC}/{{id}}.json", update_static, WRITE, ("name", "description"), True),
    Operation("POST", f"{_STATIC}/{{id}}/delete.json", delete_static, WRITE, writing=True),
    Operation("GET", f"{_SMART}s.json", smart_lists, READ, BROWSE),
    Operation("GET", f"{_SMART}/byName.json", smart_by_name, READ, ("name",)),
    Operation("GET", f"{_SMART}/{{id}}.json", smart_by_id, READ, ("includeRules",)),
    Operation("POST", f"{_SMART}/{{id}}/clone.json", clone_smart, WRITE, NEW, True),
    Operation("POST", f"{_SMART}/{{id}}/delete.json", delete_smart, WRITE, writing=True),
)
