"""Seen -> Target: the campaign, its statuses and our fields in neutral words, and what stops a kind of record."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from turnout.destinations.salesforce.account.seen import Seen, look, mistyped
from turnout.destinations.salesforce.calls.query import id18
from turnout.destinations.salesforce.fields import COLUMNS, EXTERNAL_ID, KINDS, TITLES, key_field
from turnout.destinations.salesforce.people import FIELDS
from turnout.destinations.salesforce.rendering import NUMBER_TYPES
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen, ObjectSeen, StatusSeen, Target
from turnout.wire import Talk

NATURAL_KEY: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.ENGAGEMENT: ("campaign_member", "entry_id", "channel_id"),
    Kind.POLLS: ("campaign_member", "entry_id"),
}
"""What a row is about, where the object has no key field of ours."""


def target(config: Config, binding: Binding) -> Talk[Target]:
    """Return where a binding's records go."""
    seen = yield from look(config, binding)
    return target_of(config, seen)


def target_of(config: Config, seen: Seen) -> Target:
    """Return the target that an org, as seen, is."""
    campaign = seen.campaign or {}
    objects = {kind: found for kind in KINDS if (found := object_seen(config, seen, kind))}
    return Target(
        program_id=id18(str(campaign.get("Id") or "")),
        program_name=str(campaign.get("Name") or ""),
        statuses=tuple(
            StatusSeen(str(one["Label"]), 0, bool(one["HasResponded"]), bool(one["IsDefault"])) for one in seen.statuses
        ),
        objects=objects,
        missing=missing(seen, objects),
    )


def object_seen(config: Config, seen: Seen, kind: Kind) -> ObjectSeen | None:
    """Return an object of ours as the account has it, or None."""
    describe = seen.describes.get(kind)
    if not describe:
        return None
    fields = {one.name: one for one in _fields_seen(config, seen, kind)}
    name = str(describe["name"])
    if kind is Kind.PERSON:
        return ObjectSeen(name, fields, keyed=False)
    key = "external_id" if kind is Kind.MEMBER else "turnout_key"
    keyed = key in fields and fields[key].writable and _external(seen, kind, fields[key].api_name)
    return ObjectSeen(name, fields, keyed, (key,) if keyed else NATURAL_KEY.get(kind, ()))


def _fields_seen(config: Config, seen: Seen, kind: Kind) -> Iterable[FieldSeen]:
    found = seen.fields(kind)
    for name, api_name in field_names(config, kind).items():
        if describe := found.get(api_name.lower()):
            yield field_seen(name, describe)


def field_names(config: Config, kind: Kind) -> dict[str, str]:
    """Return {our name: API name} of all that one kind of record may fill, our key included."""
    if kind is Kind.PERSON:
        return dict(FIELDS)
    if kind is Kind.MEMBER:
        return {EXTERNAL_ID.name: EXTERNAL_ID.api_name}
    return {column.name: column.api_name for column in COLUMNS[kind]} | {"turnout_key": key_field(config)}


def field_seen(name: str, describe: Mapping[str, Any]) -> FieldSeen:
    """Return a field as its describe shows it; the width counts characters, or digits left of the point."""
    kind = str(describe.get("type") or "")
    width = int(describe.get("length") or 0)
    if kind in NUMBER_TYPES:
        width = int(describe.get("precision") or 0) - int(describe.get("scale") or 0)
    return FieldSeen(name, str(describe["name"]), kind, max(width, 0), writable(describe))


def writable(describe: Mapping[str, Any]) -> bool:
    """Return whether the signed-in user may fill the field: its security hides or opens it."""
    return bool(describe.get("createable")) and bool(describe.get("updateable"))


def _external(seen: Seen, kind: Kind, api_name: str) -> bool:
    return bool(seen.fields(kind)[api_name.lower()].get("externalId"))


def missing(seen: Seen, objects: Mapping[Kind, ObjectSeen]) -> dict[Kind, str]:
    """Return a sentence for each kind of record that cannot go."""
    if stop := campaign_missing(seen):
        return dict.fromkeys(KINDS, stop)
    found = {
        Kind.PERSON: _person_missing(objects.get(Kind.PERSON), seen),
        Kind.MEMBER: _member_missing(objects.get(Kind.MEMBER), seen),
        Kind.ENGAGEMENT: _rows_missing(Kind.ENGAGEMENT, objects, seen),
        Kind.POLLS: _rows_missing(Kind.POLLS, objects, seen),
    }
    return {kind: sentence for kind, sentence in found.items() if sentence}


def campaign_missing(seen: Seen) -> str:
    """Return why there is no campaign to write to, or ""."""
    if mistyped(seen.asked):
        return (
            f"the campaign id {seen.asked!r} is mistyped: its last three characters do not belong to the others; "
            "copy it again from the campaign's address, and bind the event anew"
        )
    if not seen.campaigns:
        return f"there is no campaign {seen.asked!r}, or the integration user cannot see it"
    if len(seen.campaigns) > 1:
        ids = ", ".join(str(one["Id"]) for one in seen.campaigns)
        return f"several campaigns are named {seen.asked!r} ({ids}): bind the event to one of them by its id"
    return ""


def _person_missing(found: ObjectSeen | None, seen: Seen) -> str:
    if not found or not (seen.describes[Kind.PERSON] or {}).get("createable"):
        return "the integration user may not create Leads"
    # Without an e-mail a Lead could not be found again, and would be made anew each time.
    closed = [name for name in ("email", "last_name", "company") if not _open(found, name)]
    return f"the integration user may not write {_names(closed, FIELDS)} of a Lead" if closed else ""


def _member_missing(found: ObjectSeen | None, seen: Seen) -> str:
    if not found or not (seen.describes[Kind.MEMBER] or {}).get("createable"):
        return "the integration user may not add campaign members"
    if "external_id" not in found.fields:
        return "Campaign Member has no field external_id__c, or the integration user cannot see it"
    if not found.fields["external_id"].writable:
        return "the integration user may not write external_id__c of Campaign Member"
    return ""


def _rows_missing(kind: Kind, objects: Mapping[Kind, ObjectSeen], seen: Seen) -> str:
    found = objects.get(kind)
    if not found:
        return f"there is no object {TITLES[kind]}, or the integration user cannot see it"
    if not (seen.describes[kind] or {}).get("createable"):
        return f"the integration user may not create records of {found.api_name}"
    needed = ("campaign_member", "entry_id") if found.keyed else NATURAL_KEY[kind]
    closed = [name for name in needed if not _open(found, name)]
    names = {column.name: column.api_name for column in COLUMNS[kind]}
    return f"{found.api_name} lacks {_names(closed, names)}, or the integration user may not write it" if closed else ""


def _open(found: ObjectSeen, name: str) -> bool:
    return name in found.fields and found.fields[name].writable


def _names(names: Iterable[str], api_names: Mapping[str, str]) -> str:
    return ", ".join(api_names[name] for name in names)
