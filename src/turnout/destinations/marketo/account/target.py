"""The account -> what it has for an event: program, channel's statuses, person fields, both custom objects."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from turnout.destinations.marketo.account.activity_type import TYPE_ID, activity_seen, approved, listed
from turnout.destinations.marketo.account.names import field_name, folded
from turnout.destinations.marketo.fields import ACTIVITY, LINK, OBJECTS, PERSON_FIELDS, ObjectSpec
from turnout.destinations.marketo.rules import Probe, probe, refusal, results
from turnout.destinations.marketo.settings import engagement_as
from turnout.records.statuses import STATUS
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen, ObjectSeen, StatusSeen, Target
from turnout.wire import Talk, get

OUTSIDE: Final = "outside"
"""The name under which a target's `more` keeps the labels of the statuses beside the ladder, one a line."""

PROGRAM_KINDS: Final = tuple(Kind)
_NOT_FOUND: Final = ("702", "610", "1013")
_NO_OBJECTS: Final = ("603", "616", "1026", "703")
_LEADS: Final = frozenset({"lead", "person"})


def target(config: Config, binding: Binding) -> Talk[Target]:
    """Read all that decides where and how a binding's records are written; what is missing is said, not raised."""
    program = yield from program_of(binding)
    channel = (yield from channel_of(str(program["channel"]))) if program else None
    people = yield from person_fields()
    metas, missing = yield from described(config)
    objects = {kind: object_seen(OBJECTS[kind], meta) for kind, meta in metas.items()}
    for kind, meta in metas.items():
        if said := hindrance(OBJECTS[kind], meta, accept=config.flag("accept_shared_key", False)):
            missing[kind] = said
    wished = engagement_as(config, binding)
    unwished = {"object": Kind.ACTIVITY, "activity": Kind.ENGAGEMENT}.get(wished)
    more = {"channel": str(program["channel"]), "type": str(program["type"])} if program else {}
    more[OUTSIDE] = "\n".join(outside_labels(binding))
    if wished != "object":
        type_seen, said = yield from _activity(config)
        if type_seen:
            objects[Kind.ACTIVITY] = activity_seen(type_seen)
            more[TYPE_ID] = str(type_seen["id"])
        else:
            missing[Kind.ACTIVITY] = said
    name = program["name"] if program else program_name(binding)
    missing |= program_missing(program, channel, str(name))
    return Target(
        str(program["id"]) if program else "",
        str(name),
        statuses_seen(channel),
        {Kind.PERSON: people, **objects},
        {kind: said for kind, said in missing.items() if kind is not unwished},
        more=more,
    )


def _activity(config: Config) -> Talk[tuple[dict[str, Any] | None, str]]:
    """Return the approved activity type, or None and a sentence for people."""
    meta, code = yield from listed(config)
    wanted = config.get(ACTIVITY.setting) or ACTIVITY.api_name
    if code:
        return None, f"the API role may not see custom activities ({code}): give it Read-Write Activity Metadata"
    if meta is None or not approved(meta):
        return None, f"the account has no approved custom activity {wanted}: make it with `turnout provision`"
    return meta, ""


def outside_labels(binding: Binding) -> list[str]:
    """Return the labels of the statuses beside the ladder, Blocked and Un-registered, in the binding's own words."""
    blocked, unregistered = STATUS["blocked"], STATUS["unregistered"]
    if binding.vocabulary == "map":
        return [label for word in (blocked.word, unregistered.word) if (label := binding.labels.get(word))]
    return sorted({blocked.code, blocked.label, unregistered.code, unregistered.label})


def program_name(binding: Binding) -> str:
    """Return the name under which the program of a binding is looked for, or made."""
    return binding.program or binding.event_name


def program_of(binding: Binding) -> Talk[dict[str, Any] | None]:
    """Return the program of a binding as Marketo shows it, None where it is absent."""
    return (yield from program_called(program_name(binding)))


def program_called(name: str) -> Talk[dict[str, Any] | None]:
    """Return a program as Marketo shows it, by id where `name` is a number, else by name; None: absent."""
    if name.isdecimal():
        reply = yield probe(get(f"/rest/asset/v1/program/{name}.json"), *_NOT_FOUND)
        if found := results(reply):
            return found[0]
    reply = yield probe(get("/rest/asset/v1/program/byName.json", {"name": name}), *_NOT_FOUND)
    return next(iter(results(reply)), None)


def channel_of(name: str) -> Talk[dict[str, Any] | None]:
    """Return the channel as Marketo shows it, None where it is absent.

    Adobe's swagger spells the parameter `Name`, its pages and the clients in use `name`.
    """
    reply = yield probe(get("/rest/asset/v1/channel/byName.json", {"name": name}), *_NOT_FOUND)
    return next(iter(results(reply)), None)


def statuses_seen(channel: Mapping[str, Any] | None) -> tuple[StatusSeen, ...]:
    """Return the statuses that a member can be given; hidden ones are not offered."""
    steps = (channel or {}).get("progressionStatuses") or []
    return tuple(
        StatusSeen(str(step["name"]), int(step.get("step") or 0), bool(step.get("success")))
        for step in steps
        if not step.get("hidden")
    )


def program_missing(program: Mapping[str, Any] | None, channel: Mapping[str, Any] | None, name: str) -> dict[Kind, str]:
    """Return what the program or its channel stops, by kind."""
    if program is None:
        said = f"the account has no program {name!r}: make it with `turnout provision`, or bind the event to another"
        return dict.fromkeys(PROGRAM_KINDS, said)
    if str(program.get("type", "")).lower() != "event":
        said = f"the program {name!r} is of type {program.get('type')!r}, not Event: bind the event to an event program"
        return {Kind.MEMBER: said}
    if channel is None:
        return {Kind.MEMBER: f"the channel {program.get('channel')!r} of the program {name!r} cannot be read"}
    return {}


def person_fields() -> Talk[ObjectSeen]:
    """Return the fields of a person that Turnout may fill, with the account's widths."""
    reply = yield get("/rest/v1/leads/describe.json")
    shown = {str((item.get("rest") or {}).get("name", "")): item for item in results(reply)}
    fields = {
        name: FieldSeen(
            name,
            api_name,
            str(shown[api_name].get("dataType", "")),
            int(shown[api_name].get("length") or 0),
            not shown[api_name]["rest"].get("readOnly"),
        )
        for name, api_name in PERSON_FIELDS.items()
        if api_name in shown
    }
    return ObjectSeen("lead", fields, keyed=True, key_fields=("email",))


def described(config: Config) -> Talk[tuple[dict[Kind, dict[str, Any]], dict[Kind, str]]]:
    """Return the description of each custom object of ours that stands approved, and a sentence for each other."""
    reply = yield probe(get("/rest/v1/customobjects.json"), *_NO_OBJECTS)
    if said := objects_refused(*refusal(reply)):
        return {}, dict.fromkeys(OBJECTS, said)
    listed = results(reply)
    metas: dict[Kind, dict[str, Any]] = {}
    missing: dict[Kind, str] = {}
    for kind, spec in OBJECTS.items():
        meta = yield from described_one(resolved(spec, listed, config.get(spec.setting)))
        if meta is None:
            wanted = config.get(spec.setting) or spec.api_name
            missing[kind] = f"the account has no approved custom object {wanted}: make it with `turnout provision`"
        else:
            metas[kind] = meta
    return metas, missing


def described_one(api_name: str) -> Talk[dict[str, Any] | None]:
    """Return the description of the object with exactly this API name, None where it is empty or not there."""
    if not api_name:
        return None
    reply = yield describe_request(api_name)
    return next(iter(results(reply)), None)


def describe_request(api_name: str) -> Probe:
    """Return the request that describes an approved custom object."""
    return probe(get(f"/rest/v1/customobjects/{quote(api_name, safe='')}/describe.json"), *_NOT_FOUND)


def objects_refused(code: str, words: str) -> str:
    """Return the sentence for an account that does not show its custom objects, "" where it does."""
    if not code:
        return ""
    if code == "603":
        return (
            "the API role may not see custom objects: give it Access API > Read-Write Custom Object "
            "(Admin > Users & Roles > Roles), which Kaltura's list of permissions leaves out"
        )
    return f"custom objects are not enabled for this subscription ({code}: {words}): ask Adobe to enable them"


def resolved(spec: ObjectSpec, listed: Sequence[Mapping[str, Any]], override: str) -> str:
    """Return the API name of the object of ours, "" where none is listed.

    Objects made by hand get `_c` appended, objects made by the API do not; people change case and add blanks.
    """
    wanted = override or spec.api_name
    stem = wanted.removesuffix("_c")
    names = [str(item.get("name") or item.get("apiName") or "") for item in listed]
    for candidate in (wanted, f"{wanted}_c", stem):
        if candidate in names:
            return candidate
    folds = {folded(candidate) for candidate in (wanted, f"{wanted}_c", stem)}
    shown = [str(item.get("displayName") or "") for item in listed]
    for labels in (names, shown):
        for label, name in zip(labels, names, strict=True):
            if folded(label) in folds:
                return name
    return ""


def object_seen(spec: ObjectSpec, meta: Mapping[str, Any]) -> ObjectSeen:
    """Return an object as the account describes it, its fields by the catalogue's names."""
    shown = {str(item["name"]): item for item in meta.get("fields") or []}
    link = link_field(meta)
    fields = {}
    for field in spec.fields:
        api_name = link if field.name == LINK else field_name(field.name, shown)
        if api_name in shown:
            fields[field.name] = _field_seen(field.name, shown[api_name])
    keys = tuple(str(name) for name in meta.get("dedupeFields") or [])
    return ObjectSeen(str(meta["name"]), fields, keyed=True, key_fields=keys)


def _field_seen(name: str, shown: Mapping[str, Any]) -> FieldSeen:
    return FieldSeen(
        name,
        str(shown["name"]),
        str(shown.get("dataType") or ""),
        int(shown.get("length") or 0),
        bool(shown.get("updateable", True)),
    )


def link_field(meta: Mapping[str, Any]) -> str:
    """Return the field that links a row to a person by id, ours first where there are several; "" for none."""
    links = [
        str(relation.get("field", ""))
        for relation in meta.get("relationships") or []
        if _links_to_person(relation.get("relatedTo") or relation.get("object") or {})
    ]
    return field_name(LINK, links) or next(iter(links), "")


def _links_to_person(related: Mapping[str, Any]) -> bool:
    return str(related.get("name", "")).lower() in _LEADS and folded(str(related.get("field", ""))) in {"id", "leadid"}


def hindrance(spec: ObjectSpec, meta: Mapping[str, Any], *, accept: bool) -> str:
    """Return why rows must not be written to this object, "" where they may.

    Marketo's dedupe fields are the key of an upsert over the whole object: a key without the person makes
    the second attendee overwrite the first. `accept` is the administrator's word that this is wanted.
    """
    name = str(meta["name"])
    seen = object_seen(spec, meta)
    if LINK not in seen.fields:
        return f"the custom object {name} has no link field to the person's id: its rows would belong to nobody"
    api_names = {field.api_name: ours for ours, field in seen.fields.items()}
    if strange := [key for key in seen.key_fields if key not in api_names]:
        return f"the custom object {name} has the dedupe field {strange[0]}, which Turnout cannot fill"
    lacking = [ours for ours in spec.key if ours not in {api_names[key] for key in seen.key_fields}]
    if not lacking or accept:
        return ""
    return f"the dedupe fields of the custom object {name} lack {' and '.join(lacking)}: {_OVERWRITES[lacking[0]]}"


_OVERWRITES: Final = {
    LINK: "a second attendee would overwrite the first",
    "entry_id": "an attendee's second session would overwrite the first",
    "channel_id": "an attendee's second channel would overwrite the first",
}
