"""What only people can do, in Marketo's own screens: the acts of the control door."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import only_known, stored
from turnout.simulators.marketo.account.people import Person
from turnout.simulators.marketo.account.programs import Program, Step
from turnout.simulators.marketo.account.settings import permission_key
from turnout.simulators.marketo.answers import Refused, Skipped


def act(account: Account, what: Mapping[str, Any], now: float) -> Any:
    """Do the act that `what["do"]` names, with the rest as its arguments; ValueError where it makes no sense."""
    asked = dict(what)
    name = str(asked.pop("do", ""))
    if name not in ACTS:
        raise ValueError(f"no such act: {name!r}; there are {', '.join(ACTS)}")
    try:
        return ACTS[name](account, asked, now)
    except (Refused, Skipped) as no:
        raise ValueError(str(no)) from no


def _person(account: Account, asked: Mapping[str, Any]) -> Person:
    if "lead" in asked:
        return account.person(asked["lead"])
    found = list(account.people.matching("email", [asked["email"]]))
    if len(found) != 1:
        raise ValueError(f"{len(found)} people have the e-mail {asked['email']!r}: name one by lead")
    return found[0]


def _program(account: Account, asked: Mapping[str, Any]) -> Program:
    found = account.programs.named(str(asked["program"]))
    return found or account.program(str(asked["program"]))


def _set_status(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    program, person = _program(account, asked), _person(account, asked)
    status = program.channel.step(str(asked["status"]))
    if status is None:
        raise ValueError(f"the channel {program.channel.name!r} has no status {asked['status']!r}")
    program.place(person.id, status, now=now, backwards=True)
    return {"leadId": person.id, "statusName": status.name}


def _remove_member(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    person = _person(account, asked)
    return {"removed": _program(account, asked).members.pop(person.id, None) is not None}


def _add_person(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    return {"leadId": account.people.add(_values(account, asked["fields"]), now).id}


def _edit_person(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    person = _person(account, asked)
    account.people.change(person, _values(account, asked["fields"]), now)
    return {"leadId": person.id}


def _delete_person(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    person = _person(account, asked)
    account.forget(person.id, now)
    return {"leadId": person.id}


def _merge(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    account.merge(asked["winner"], asked["losers"], now)
    return {"leadId": asked["winner"]}


def _edit_row(account: Account, asked: Mapping[str, Any], now: float) -> Any:
    kind = account.object(str(asked["object"]))
    row = kind.rows[asked["marketoGUID"]]
    only_known(asked["fields"], kind.fields)
    kind.write(row, {n: stored(kind.fields[n], v, account.settings) for n, v in asked["fields"].items()}, now)
    return {"marketoGUID": row.guid}


def _delete_row(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    kind = account.object(str(asked["object"]))
    kind.remove(kind.rows[asked["marketoGUID"]])
    return {"marketoGUID": asked["marketoGUID"]}


def _drop_object(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    del account.objects[asked["object"]]
    return {"object": asked["object"]}


def _permit(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    account.permissions.add(permission_key(asked["permission"]))
    return sorted(account.permissions)


def _forbid(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    account.permissions.discard(permission_key(asked["permission"]))
    return sorted(account.permissions)


def _edit_channel(account: Account, asked: Mapping[str, Any], _now: float) -> Any:
    channel = account.programs.channel(str(asked["channel"]))
    if channel is None:
        raise ValueError(f"there is no channel {asked['channel']!r}")
    channel.steps = tuple(Step(s["name"], s["step"], bool(s.get("success"))) for s in asked["statuses"])
    return {"channel": channel.name, "statuses": [step.name for step in channel.steps]}


def _values(account: Account, fields: Mapping[str, Any]) -> dict[str, Any]:
    only_known(fields, account.people.fields)
    return {name: stored(account.people.fields[name], value, account.settings) for name, value in fields.items()}


ACTS: Final[Mapping[str, Callable[[Account, Mapping[str, Any], float], Any]]] = {
    "set_status": _set_status,  # program, lead | email, status: backwards too
    "remove_member": _remove_member,  # program, lead | email
    "add_person": _add_person,  # fields
    "edit_person": _edit_person,  # lead | email, fields
    "delete_person": _delete_person,  # lead | email
    "merge": _merge,  # winner, losers
    "edit_row": _edit_row,  # object, marketoGUID, fields
    "delete_row": _delete_row,  # object, marketoGUID
    "drop_object": _drop_object,  # object
    "permit": _permit,  # permission
    "forbid": _forbid,  # permission
    "edit_channel": _edit_channel,  # channel, statuses
}
"""What can be done, with the arguments each takes."""
