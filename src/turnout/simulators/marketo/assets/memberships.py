"""Calls on who is in which static list, program or smart campaign, in the lead database."""

from collections.abc import Callable
from typing import Any, Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import StaticList
from turnout.simulators.marketo.account.people import Person
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.assets.reading import READ, within
from turnout.simulators.marketo.calls.leads import asked_fields, shown
from turnout.simulators.marketo.calls.operation import (
    MOST_ROWS,
    PAGED,
    Operation,
    body_of,
    day_and_time,
    listed,
    page,
    records_of,
    token_page,
)

SEARCH: Final = ("id", "name", "programName", "workspaceName")


def lists(account: Account, call: Call) -> Found:
    """Get Lists, perhaps only some by id, name, program or workspace."""
    asked = {name: set(listed(call, name)) for name in SEARCH if name in call.query}
    found = [_list(account, each) for each in account.lists.by_id.values()]
    wanted = [row for row in found if all(str(row.get(name)) in values for name, values in asked.items())]
    rows, beside = token_page(call, wanted)
    return Found(rows, beside)


def list_by_id(account: Account, call: Call) -> Found:
    """Get List by Id."""
    return Found([_list(account, account.lists.numbered(call.names["listId"], "List"))])


def _list(account: Account, held: StaticList) -> dict[str, Any]:
    program = account.programs.by_id.get(held.place.id) if held.place.type == "Program" else None
    told = {"id": held.id, "name": held.name, "description": held.description, "workspaceName": "Default"}
    own = {"programName": program.name} if program else {}
    return told | own | {"createdAt": day_and_time(held.made_at), "updatedAt": day_and_time(held.updated_at)}


def leads(account: Account, call: Call) -> Found:
    """Get Leads by List Id."""
    held = account.lists.numbered(call.names["listId"], "List")
    names = asked_fields(account, listed(call, "fields"))
    people, beside = token_page(call, [account.people.by_id[each] for each in held.members])
    return Found([shown(person, names) for person in people], beside)


def add(account: Account, call: Call) -> Found:
    """Add to List: at most 300 people; one who is in it already is added all the same."""

    def added(held: StaticList, person: Person) -> str:
        if person.id not in held.members and len(held.members) >= account.settings.list_members:
            raise Skipped("1003", text="The list is full")
        account.join(held, person.id, call.now)
        return "added"

    return _each(account, call, added)


def remove(account: Account, call: Call) -> Found:
    """Remove from List: 1015 for who is not in it."""

    def removed(held: StaticList, person: Person) -> str:
        account.leave(held, person.id, call.now)
        return "removed"

    return _each(account, call, removed)


def is_member(account: Account, call: Call) -> Found:
    """Member of List."""
    return _each(account, call, lambda held, person: "memberof" if person.id in held.members else "notmemberof")


def _each(account: Account, call: Call, act: Callable[[StaticList, Person], str]) -> Found:
    held = account.lists.numbered(call.names["listId"], "List")
    rows: list[dict[str, Any]] = []
    for text in _ids(call):
        number = int(text) if text.isdecimal() else text
        try:
            rows.append({"id": number, "status": act(held, account.person(number))})
        except Skipped as no:
            rows.append({"id": number, "status": "skipped", "reasons": no.reasons()})
    return Found(rows)


def _ids(call: Call) -> list[str]:
    found = listed(call, "id")
    if call.body and "json" in call.headers.get("content-type", ""):
        found += [str(each.get("id")) for each in records_of(call, body_of(call, "input"))]
    if not found:
        raise Refused("1002", "id")
    if len(found) > MOST_ROWS:
        raise Refused("1003", text=f"The number of ids exceeds the limit of {MOST_ROWS}")
    call.rows = len(found)
    return found


def _person(account: Account, call: Call) -> Person:
    text = call.names["leadId"]
    person = account.people.by_id.get(int(text)) if text.isdecimal() else None
    if person is None:
        raise Refused("1004")
    return person


def lists_of_lead(account: Account, call: Call) -> Found:
    """Get Lists by Lead Id."""
    person = _person(account, call)
    found = [(each.id, each.members[person.id]) for each in account.lists.by_id.values() if person.id in each.members]
    return _paged(call, [_membership("listId", *each) for each in found])


def programs_of_lead(account: Account, call: Call) -> Found:
    """Get Programs by Lead Id: with the status the person has in each."""
    person = _person(account, call)
    rows = []
    for program in account.programs.by_id.values():
        member = program.members.get(person.id)
        if member and within(member.updated_at, call):
            rows.append(
                {
                    "id": program.id,
                    "progressionStatus": member.status.name,
                    "reachedSuccess": bool(member.success_at),
                    "acquiredBy": False,
                    "isExhausted": False,
                    "membershipDate": day_and_time(member.since),
                    "updatedAt": day_and_time(member.updated_at),
                }
            )
    return _paged(call, rows)


def campaigns_of_lead(account: Account, call: Call) -> Found:
    """Get Smart Campaigns by Lead Id."""
    person = _person(account, call)
    found = [(c.id, c.people[person.id]) for c in account.campaigns.by_id.values() if person.id in c.people]
    return _paged(call, [_membership("smartCampaignId", *each) for each in found if within(each[1], call)])


def _membership(what: str, number: int, since: float) -> dict[str, Any]:
    return {what: number, "createdAt": day_and_time(since), "updatedAt": day_and_time(since)}


def _paged(call: Call, found: list[dict[str, Any]]) -> Found:
    rows, beside = page(call, found, always_more=True)
    return Found(rows, beside)


_TIMES: Final = ("earliestUpdatedAt", "latestUpdatedAt")
_PEOPLE: Final = ("fields", *PAGED)
_LEAD, _KEEP = "Read-Only Lead", "Read-Write Lead"
_PATH: Final = "/rest/v1/lists/{listId}"
_OF_LEAD: Final = "/rest/v1/leads/{leadId}"
CALLS: Final = (
    Operation("GET", "/rest/v1/lists.json", lists, _LEAD, (*SEARCH, *PAGED)),
    Operation("GET", f"{_PATH}.json", list_by_id, _LEAD),
    Operation("GET", f"{_PATH}/leads.json", leads, _LEAD, _PEOPLE),
    Operation("GET", "/rest/v1/list/{listId}/leads.json", leads, _LEAD, ("listId", *_PEOPLE)),
    Operation("POST", f"{_PATH}/leads.json", add, _KEEP, ("id",), writing=True),
    Operation("DELETE", f"{_PATH}/leads.json", remove, _KEEP, ("id",), writing=True),
    Operation("GET", f"{_PATH}/leads/ismember.json", is_member, _LEAD, ("id",)),
    Operation("GET", f"{_OF_LEAD}/listMembership.json", lists_of_lead, READ, PAGED),
    Operation("GET", f"{_OF_LEAD}/programMembership.json", programs_of_lead, READ, (*_TIMES, *PAGED)),
    Operation("GET", f"{_OF_LEAD}/smartCampaignMembership.json", campaigns_of_lead, READ, (*_TIMES, *PAGED)),
)
