"""The custom activity type -> what it is in the account, and how it is made where it is not there."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from turnout.destinations.marketo.account.names import field_name, folded
from turnout.destinations.marketo.fields import ACTIVITY, Field
from turnout.destinations.marketo.rules import probe, refusal, results
from turnout.values.bindings import Config
from turnout.values.findings import Step
from turnout.values.sightings import FieldSeen, ObjectSeen
from turnout.wire import Request, Talk, get, post

TYPE_ID: Final = "activity_type"
"""The name under which a target's `more` keeps the id of the activity type."""

TYPES: Final = "/rest/v1/activities/external/types.json"
TYPE: Final = "/rest/v1/activities/external/type"
APPROVED: Final = frozenset({"approved", "approved with draft"})
_DENIED: Final = ("603", "703")
_NOT_FOUND: Final = ("702", "610", "1013")
_FULL: Final = ("1027", "1028", "709", "1003", "1017")  # a deleted type keeps its name


def listed(config: Config) -> Talk[tuple[dict[str, Any] | None, str]]:
    """Return our activity type as Marketo describes it, None where it is not there; and the code of a refusal."""
    reply = yield probe(get(TYPES), *_DENIED)
    if code := refusal(reply)[0]:
        return None, code
    found = resolved(results(reply), config.get(ACTIVITY.setting))
    if found is None:
        return None, ""
    name = quote(str(found["apiName"]), safe="")
    asked = {} if approved(found) else {"draft": "true"}
    reply = yield probe(get(f"{TYPE}/{name}/describe.json", asked), *_NOT_FOUND)
    return {**found, **next(iter(results(reply)), {})}, ""


def resolved(types: Sequence[Mapping[str, Any]], override: str) -> dict[str, Any] | None:
    """Return the type of ours: by its API name, else by its name, without case, blanks and underscores."""
    wanted = folded(override or ACTIVITY.api_name)
    standing = [dict(one) for one in types if str(one.get("status", "")).lower() != "deleted"]
    for label in ("apiName", "name"):
        if found := [one for one in standing if folded(str(one.get(label, ""))) == wanted]:
            return min(found, key=lambda one: not approved(one))
    return None


def approved(meta: Mapping[str, Any]) -> bool:
    """Return whether activities of this type can be written."""
    return str(meta.get("status", "")).lower() in APPROVED


def activity_seen(meta: Mapping[str, Any]) -> ObjectSeen:
    """Return an activity type as the account has it, its attributes by the document's names."""
    shown = {str(one.get("apiName") or one.get("name")): one for one in meta.get("attributes") or []}
    by_name = {str(one.get("name")): api_name for api_name, one in shown.items()}
    primary = meta.get("primaryAttribute") or {}
    fields = {"entry_id": FieldSeen("entry_id", str(primary.get("apiName") or primary.get("name") or ""), "string")}
    for field in ACTIVITY.fields[1:]:
        api_name = field_name(field.name, shown) or by_name.get(field_name(field.name, by_name), "")
        if api_name:
            fields[field.name] = FieldSeen(field.name, api_name, str(shown[api_name].get("dataType") or ""))
    return ObjectSeen(str(meta["apiName"]), fields, keyed=False, key_fields=("entry_id",))


def activity_step(config: Config, plan_only: bool) -> Talk[Step]:
    """Make the type with all its attributes, and approve it; one that stands is left as it is."""
    wanted = config.get(ACTIVITY.setting) or ACTIVITY.api_name
    name = f"custom activity {wanted}"
    meta, code = yield from listed(config)
    if code:
        return Step(name, "manual", by_hand(wanted))
    if meta and approved(meta):
        return Step(name, "done", _lacking(meta))
    if plan_only:
        return Step(name, "todo", "approve the draft that is there" if meta else "make and approve it")
    for request in _requests(meta, str(meta["apiName"]) if meta else wanted):
        reply = yield probe(request, *_DENIED, *_FULL)
        code, words = refusal(reply)
        if code:
            return Step(name, "manual", f"Marketo refused it ({code}: {words}); {by_hand(wanted)}")
    return Step(name, "made", f"primary attribute entry_id and {len(ACTIVITY.fields) - 1} others")


def _lacking(meta: Mapping[str, Any]) -> str:
    seen = activity_seen(meta)
    lacking = [field.name for field in ACTIVITY.fields if field.name not in seen.fields]
    return f"as {seen.api_name}" + (f", without the attributes {', '.join(lacking)}" if lacking else "")


def _requests(meta: Mapping[str, Any] | None, api_name: str) -> list[Request]:
    """Return the calls that bring a type from where it stands to its approval."""
    path = f"{TYPE}/{quote(api_name, safe='')}"
    there = activity_seen(meta).fields if meta else {}
    lacking = [field for field in ACTIVITY.fields[1:] if field.name not in there]
    made = [] if meta else [post(f"{TYPE}.json", _type_body(api_name))]
    if lacking:
        attributes = [attribute(field) | {"dataType": field.type} for field in lacking]
        made.append(post(f"{path}/attributes/create.json", {"attributes": attributes}))
    return [*made, post(f"{path}/approve.json")]


def _type_body(api_name: str) -> dict[str, Any]:
    """Return the type to make; Marketo gives the primary attribute its data type itself."""
    return {
        "apiName": api_name,
        "name": api_name,
        "triggerName": "Attends Kaltura Session",
        "filterName": "Attended Kaltura Session",
        "description": ACTIVITY.help,
        "primaryAttribute": attribute(ACTIVITY.fields[0]),
    }


def attribute(field: Field) -> dict[str, Any]:
    """Return an attribute; nobody documents whether its API name may hold an underscore, so it holds none."""
    first, *rest = field.name.split("_")
    api_name = first + "".join(part.capitalize() for part in rest)
    return {"apiName": api_name, "name": field.name, "description": field.help}


def by_hand(api_name: str) -> str:
    """Return the exact steps that make the type in Marketo's screens."""
    fields = "; ".join(f"{field.name} ({field.type})" for field in ACTIVITY.fields[1:])
    return (
        "either give the API role Access API > Read-Write Activity Metadata and run provision again, or in Marketo go "
        f"to Admin > Marketo Custom Activities, choose New Custom Activity with the name and API name {api_name!r}, "
        f"primary field entry_id; under Fields add {fields}; last choose Approve Activity"
    )
