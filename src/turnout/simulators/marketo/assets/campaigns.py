"""Calls on smart campaigns: as assets, and run: triggered for people, or scheduled."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from turnout.clock import instant
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import REQUEST_CAMPAIGN
from turnout.simulators.marketo.account.assets import CLONES_A_DAY, Campaign, Place
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.assets.reading import BROWSE, NEW, READ, WRITE, browsed, name_of, parent, shown
from turnout.simulators.marketo.calls.operation import (
    PAGED,
    Operation,
    body_of,
    day_and_time,
    listed,
    required,
    token_page,
)
from turnout.simulators.marketo.gate import date_of

MOST_PEOPLE: Final = 100
MOST_TOKENS: Final = 100
SOONEST_SECONDS: Final = 300
LATEST_SECONDS: Final = 2 * 366 * 86_400


def browse(account: Account, call: Call) -> Found:
    """Get Smart Campaigns; `isActive` lets active trigger campaigns through alone."""
    found = list(account.campaigns.by_id.values())
    if call.query.get("isActive", "").lower() == "true":
        found = [each for each in found if each.type == "trigger" and each.active]
    return Found([_asset(each) for each in browsed(call, found)])


def by_id(account: Account, call: Call) -> Found:
    """Get Smart Campaign by Id."""
    found = account.campaigns.get(call.names["id"])
    return Found([_asset(found)] if found else [])


def by_name(account: Account, call: Call) -> Found:
    """Get Smart Campaign by Name."""
    found = account.campaigns.named(required(call.query, "name"))
    return Found([_asset(found)] if found else [])


def create(account: Account, call: Call) -> Found:
    """Create Smart Campaign: a batch campaign that never ran."""
    name = _name(account, call.query)
    made = Campaign(0, name, parent(account, call.query), call.query.get("description", ""), call.now, call.now)
    return Found([_asset(account.campaigns.add(made))])


def update(account: Account, call: Call) -> Found:
    """Update Smart Campaign: its name and description."""
    held = _asset_held(account, call)
    if call.query.get("name", held.name) != held.name:
        held.name = _name(account, call.query)
    held.description, held.updated_at = call.query.get("description", held.description), call.now
    return Found([_asset(held)])


def clone(account: Account, call: Call) -> Found:
    """Clone Smart Campaign: inactive, and it never ran."""
    old = _asset_held(account, call)
    name, place = _name(account, call.query), parent(account, call.query)
    told = call.query.get("description", "")
    made = Campaign(0, name, place, told, call.now, call.now, old.type, requestable=old.requestable)
    return Found([_asset(account.campaigns.add(made))])


def delete(account: Account, call: Call) -> Found:
    """Delete Smart Campaign, unless it is active."""
    held = _asset_held(account, call)
    if held.active:
        raise Refused("709", "an active smart campaign cannot be deleted")
    del account.campaigns.by_id[held.id]
    return Found([{"id": held.id}])


def activate(account: Account, call: Call) -> Found:
    """Activate Smart Campaign: a trigger campaign that is not active."""
    return _switched(account, call, active=True)


def deactivate(account: Account, call: Call) -> Found:
    """Deactivate Smart Campaign: one that is active."""
    return _switched(account, call, active=False)


def _switched(account: Account, call: Call, *, active: bool) -> Found:
    held = _asset_held(account, call)
    if held.type != "trigger":
        raise Refused("709", "only trigger campaigns are activated and deactivated")
    if held.active == active:
        raise Refused("709", f"the smart campaign is {'active' if active else 'inactive'} already")
    held.active, held.updated_at = active, call.now
    return Found([{"id": held.id}])


def smart_list(account: Account, call: Call) -> Found:
    """Get Smart List by Smart Campaign Id: a list of its own, without filters."""
    held = account.campaigns.get(call.names["id"])
    if held is None:
        return Found([])
    told = shown(held) | {"id": held.id, "name": f"Smart List of {held.name}"}
    triggers = ["Campaign is Requested"] if held.requestable else []
    url = f"https://app-sim.marketo.com/#SL{held.id}A1"
    return Found([told | {"url": url, "rules": {"filterMatchType": "All", "triggers": triggers, "filters": []}}])


def campaigns(account: Account, call: Call) -> Found:
    """Get Campaigns of the lead database, perhaps only some."""
    rows = [_campaign(account, each) for each in account.campaigns.by_id.values()]
    for name in ("id", "name", "programName", "workspaceName"):
        if wanted := set(listed(call, name)):
            rows = [row for row in rows if str(row.get(name)) in wanted]
    if call.query.get("isTriggerable", "").lower() in {"1", "true"}:
        rows = [row for row in rows if row["type"] == "trigger" and row["active"]]
    part, beside = token_page(call, rows)
    return Found(part, beside)


def campaign(account: Account, call: Call) -> Found:
    """Get Campaign by Id."""
    return Found([_campaign(account, account.campaigns.numbered(call.names["campaignId"], "Campaign"))])


def trigger(account: Account, call: Call) -> Found:
    """Request Campaign for at most 100 people; Refused: 1013 unknown, 1003 not to be requested, 1004 nobody."""
    held = account.campaigns.numbered(call.names["campaignId"], "Campaign")
    asked = body_of(call, "input", "_method").get("input")
    people = asked.get("leads") if isinstance(asked, Mapping) else None
    if not isinstance(people, list) or not people:
        raise Refused("1002", "leads")
    if len(people) > MOST_PEOPLE:
        raise Refused("1003", text=f"The number of leads exceeds the limit of {MOST_PEOPLE}")
    _tokens(asked)
    if held.type != "trigger" or not held.requestable or not held.active:
        raise Refused("1003", text="The campaign is not an active trigger campaign with 'Campaign is Requested'")
    try:
        found = [account.person(each.get("id")) for each in people]
    except Skipped as no:
        raise Refused(no.code) from None
    for person in found:
        held.people[person.id] = call.now
        account.log(person.id, REQUEST_CAMPAIGN, held.name, now=call.now, primary_id=held.id)
    call.rows = len(found)
    return Found([{"id": held.id}])


def schedule(account: Account, call: Call) -> Found:
    """Schedule Campaign: a batch campaign, five minutes from now or later; perhaps in a clone of its program."""
    held = account.campaigns.numbered(call.names["campaignId"], "Campaign")
    asked = (body_of(call, "input").get("input") or {}) if call.body else {}
    _tokens(asked)
    if held.type != "batch":
        raise Refused("1003", text="Only batch campaigns can be scheduled")
    at = _run_at(asked.get("runAt"), call.now)
    if name := asked.get("cloneToProgramName"):
        held = _cloned(account, held, name=str(name), now=call.now)
    held.runs.append({"runAt": day_and_time(at), "tokens": asked.get("tokens") or []})
    return Found([{"id": held.id}])


def _run_at(text: Any, now: float) -> float:
    if not text:
        return now + SOONEST_SECONDS
    try:
        at = instant(str(text))
    except ValueError:
        raise Refused("1042") from None
    if not now <= at <= now + LATEST_SECONDS:
        raise Refused("1042")
    return max(at, now + SOONEST_SECONDS)


def _cloned(account: Account, held: Campaign, *, name: str, now: float) -> Campaign:
    program = account.programs.by_id.get(held.place.id) if held.place.type == "Program" else None
    if program is None:
        raise Refused("1003", text="The campaign lies in no program that could be cloned")
    if account.programs.named(name):
        raise Refused("1017", text=f"A program named '{name}' exists already")
    today = date_of(now)
    if account.clones.get(today, 0) >= CLONES_A_DAY:
        raise Refused("1020", CLONES_A_DAY)
    account.clones[today] = account.clones.get(today, 0) + 1
    made = account.programs.add(replace(program, name=name, made_at=now, updated_at=now, members={}))
    copy = replace(held, place=Place(made.id, "Program"), made_at=now, updated_at=now, runs=[], people={})
    return account.campaigns.add(copy)


def _tokens(asked: Any) -> None:
    tokens = asked.get("tokens") or [] if isinstance(asked, Mapping) else []
    if len(tokens) > MOST_TOKENS:
        raise Refused("1003", text=f"The number of tokens exceeds the limit of {MOST_TOKENS}")
    for token in tokens:
        if not str(token.get("name", "")).startswith("{{my.") or "value" not in token:
            raise Refused("1003", text=f"Invalid token '{token.get('name')}'")


def _asset_held(account: Account, call: Call) -> Campaign:
    if (found := account.campaigns.get(call.names["id"])) is None:
        raise Refused("702", text="Smart campaign not found")
    return found


def _name(account: Account, asked: Mapping[str, str]) -> str:
    return name_of(asked, (each.name for each in account.campaigns.by_id.values()), what="smart campaign")


def _asset(held: Campaign) -> dict[str, Any]:
    own = {"parentProgramId": held.place.id} if held.place.type == "Program" else {}
    return (
        shown(held)
        | own
        | {
            "status": held.status(),
            "type": held.type,
            "isSystem": False,
            "isActive": held.active,
            "isRequestable": held.requestable,
            "isCommunicationLimitEnabled": False,
            "recurrence": {"weekdayOnly": False},
            "qualificationRuleType": "once",
            "smartListId": held.id,
            "flowId": held.id,
            "computedUrl": f"https://app-sim.marketo.com/#SC{held.id}A1",
        }
    )


def _campaign(account: Account, held: Campaign) -> dict[str, Any]:
    program = account.programs.by_id.get(held.place.id) if held.place.type == "Program" else None
    own = {"programId": program.id, "programName": program.name} if program else {}
    return own | {
        "id": held.id,
        "name": held.name,
        "description": held.description,
        "type": held.type,
        "workspaceName": "Default",
        "active": held.active,
        "createdAt": day_and_time(held.made_at),
        "updatedAt": day_and_time(held.updated_at),
    }


_ASSET: Final = "/rest/asset/v1/smartCampaign"
_PATH: Final = "/rest/v1/campaigns"
_SEE, _RUN = "Read-Only Campaigns", "Read-Write Campaigns"
CALLS: Final = (
    Operation("GET", f"{_ASSET}s.json", browse, READ, (*BROWSE, "isActive")),
    Operation("POST", f"{_ASSET}s.json", create, WRITE, NEW, True),
    Operation("GET", f"{_ASSET}/byName.json", by_name, READ, ("name",)),
    Operation("GET", f"{_ASSET}/{{id}}.json", by_id, READ),
    Operation("POST", f"{_ASSET}/{{id}}.json", update, WRITE, ("name", "description"), True),
    Operation("POST", f"{_ASSET}/{{id}}/clone.json", clone, WRITE, (*NEW, "isExecutable"), True),
    Operation("POST", f"{_ASSET}/{{id}}/delete.json", delete, WRITE, writing=True),
    Operation("POST", f"{_ASSET}/{{id}}/activate.json", activate, _RUN, writing=True),
    Operation("POST", f"{_ASSET}/{{id}}/deactivate.json", deactivate, _RUN, writing=True),
    Operation("GET", f"{_ASSET}/{{id}}/smartList.json", smart_list, READ, ("includeRules",)),
    Operation(
        "GET", f"{_PATH}.json", campaigns, _SEE, ("id", "name", "programName", "workspaceName", "isTriggerable", *PAGED)
    ),
    Operation("GET", f"{_PATH}/{{campaignId}}.json", campaign, _SEE, ("id",)),
    Operation("POST", f"{_PATH}/{{campaignId}}/trigger.json", trigger, _RUN, writing=True),
    Operation("POST", f"{_PATH}/{{campaignId}}/schedule.json", schedule, _RUN, writing=True),
)
