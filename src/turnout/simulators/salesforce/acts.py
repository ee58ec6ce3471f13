"""What people in the account do, and what no REST call can: the simulator's door `/_sim/act`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import convert, to_builtins

from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.org import Org, Settings
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.convert import convert_lead
from turnout.simulators.salesforce.saving.save import Options, delete, insert, update
from turnout.simulators.salesforce.schema.dropping import drop_field
from turnout.simulators.salesforce.schema.fields import SObject

_TRUSTED: Final = Options(trusted=True)
What = Mapping[str, Any]


def act(org: Org, what: What) -> Any:
    """Do `what["do"]`; ValueError where it is unknown or the account refuses."""
    deed = ACTS.get(what.get("do", ""))
    if deed is None:
        raise ValueError(f"known acts are {', '.join(sorted(ACTS))}")
    org.begin(org.clock.now())
    try:
        return deed(org, what)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from refusal


def _sobject(org: Org, what: What) -> SObject:
    return org.sobjects[what["sobject"].lower()]


def _id(what: What, name: str = "id") -> str:
    found = ids.read(what[name])
    if found is None:
        raise ValueError(f"{what[name]} is no record id")
    return found


def _create(org: Org, what: What) -> Any:
    return {"id": insert(org, _sobject(org, what), what["fields"], options=_TRUSTED).id}


def _edit(org: Org, what: What) -> Any:
    return {"id": update(org, _sobject(org, what), _id(what), given=what["fields"], options=_TRUSTED).id}


def _delete(org: Org, what: What) -> Any:
    delete(org, _sobject(org, what), _id(what), options=_TRUSTED)
    return {"deleted": _id(what)}


def _convert(org: Org, what: What) -> Any:
    return convert_lead(org, _id(what), _id(what, "contact") if what.get("contact") else None)


def _merge(org: Org, what: What) -> Any:
    """Merge a lead or contact into another: members move where they can, the loser is deleted."""
    sobject = _sobject(org, what)
    winner, loser = _id(what, "into"), _id(what)
    name = f"{sobject.name}Id"
    members = org.table("CampaignMember")
    for member in members.found((name,), (loser,)):
        if not members.find(("CampaignId", name), (member["CampaignId"], winner)):
            org.put(members, {**member, name: winner, "SystemModstamp": org.now_text})
    delete(org, sobject, loser, options=_TRUSTED)
    return {"merged": loser, "into": winner}


def _hide(org: Org, what: What) -> Any:
    """Take a field out of the user's sight."""
    org.settings.hidden_fields = sorted({*org.settings.hidden_fields, what["field"]})
    org.forget_access()
    return org.settings.hidden_fields


def _show(org: Org, what: What) -> Any:
    org.settings.hidden_fields = [name for name in org.settings.hidden_fields if name != what["field"]]
    org.forget_access()
    return org.settings.hidden_fields


def _drop_field(org: Org, what: What) -> Any:
    """Delete a custom field, with all its values and permissions."""
    name, _, field_name = what["field"].partition(".")
    sobject = org.sobjects[name.lower()]
    field = sobject.fields[field_name.lower()]
    if not field.custom:
        raise ValueError(f"{what['field']} is a standard field")
    drop_field(org, sobject, field)
    return {"dropped": what["field"]}


def _fail_job(org: Org, what: What) -> Any:
    """Let the next ingest job that is closed fail after so many rows."""
    org.failing_jobs.append((int(what.get("after_rows", 0)), str(what.get("error", "InternalServerError : "))))
    return {"failing": len(org.failing_jobs)}


def _expire(org: Org, _what: What) -> Any:
    org.tokens.clear()
    return {"expired": True}


def _use_calls(org: Org, what: What) -> Any:
    """Let another integration use up some of the day's calls."""
    org.calls_at += [org.clock.now()] * int(what["calls"])
    return {"used": len(org.calls_at)}


def _set(org: Org, what: What) -> Any:
    """Change settings, e.g. duplicate rules."""
    changed = {**to_builtins(org.settings), **what["settings"]}
    org.settings = convert(changed, Settings)
    org.forget_access()
    return to_builtins(org.settings)


ACTS: Final[dict[str, Callable[[Org, What], Any]]] = {
    "convert_lead": _convert,
    "create": _create,
    "delete": _delete,
    "drop_field": _drop_field,
    "edit": _edit,
    "expire_sessions": _expire,
    "fail_job": _fail_job,
    "hide_field": _hide,
    "merge": _merge,
    "set": _set,
    "show_field": _show,
    "use_calls": _use_calls,
}
