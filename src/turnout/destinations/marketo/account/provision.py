"""An event -> program and custom objects made in the account, or the exact steps to make them by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from turnout.destinations.marketo.account.activity_type import activity_step
from turnout.destinations.marketo.account.names import folded
from turnout.destinations.marketo.account.target import (
    channel_of,
    described_one,
    object_seen,
    objects_refused,
    program_called,
    program_name,
    program_of,
    resolved,
    statuses_seen,
)
from turnout.destinations.marketo.fields import LINK, OBJECTS, Field, ObjectSpec
from turnout.destinations.marketo.rules import Probe, probe, refusal, results
from turnout.destinations.marketo.settings import engagement_as
from turnout.records.statuses import CODE_STEPS, LABEL_STEPS, successful, vocabulary_seen
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Step
from turnout.wire import Request, Talk, form, get, post

CHANNEL: Final = "Kaltura Event"
FOLDER: Final = "Default"
PIECE_FIELDS: Final = 20
ASSET_SECONDS: Final = 310.0  # Marketo gives up after 300
_DENIED: Final = ("603", "616", "1026")
_NOT_CHANGED: Final = ("701", "702", "709", "1001", "1002", "1003", "1013", "1017", "1027", "1028")
_SCHEMA: Final = "/rest/v1/customobjects/schema"


def provision(config: Config, binding: Binding, plan_only: bool) -> Talk[list[Step]]:
    """Make the program, both custom objects and, where wished, the activity, if they are absent.

    `plan_only` says what would be made. A second run finds all of it done. What no API can make (a channel),
    or this account's role may not, comes back as steps for a person.
    """
    steps = yield from _program_steps(binding, plan_only)
    for spec in OBJECTS.values():
        steps.append((yield from _object_step(config, spec, plan_only)))
    if engagement_as(config, binding) != "object":
        steps.append((yield from activity_step(config, plan_only)))
    return steps


def _program_steps(binding: Binding, plan_only: bool) -> Talk[list[Step]]:
    program = yield from program_of(binding)
    wanted = str(program["channel"]) if program else binding.options.get("channel") or CHANNEL
    channel = yield from channel_of(wanted)
    first = _channel_step(wanted, channel, binding)
    if program:
        return [first, Step(f"program {program['name']}", "done", f"id {program['id']}")]
    name = program_name(binding)
    if name.isdecimal():
        return [first, Step(f"program {name}", "manual", "no program has this id: bind the event to a program by name")]
    if channel is None:
        return [first, Step(f"program {name}", "manual", "make the channel first, then run provision again")]
    template = binding.options.get("template") or ""
    if plan_only:
        doing = f"a clone of {template}" if template else f"an event program with the channel {wanted}"
        return [first, Step(f"program {name}", "todo", doing)]
    folder = binding.options.get("folder") or FOLDER
    if template:
        return [first, (yield from _cloned_program(name, template, folder))]
    return [first, (yield from _made_program(name, wanted, folder))]


def _channel_step(name: str, channel: Mapping[str, Any] | None, binding: Binding) -> Step:
    """Return what is left to do for the channel: Marketo has no API that makes or changes one."""
    where = "in Marketo go to Admin > Tags > Channels"
    listed = ", ".join(_status_words(label, step) for label, step in CODE_STEPS.items())
    if channel is None:
        todo = f"{where}, choose Tag Actions > New Channel, name it {name!r}, applicable to Event, and give it {listed}"
        return Step(f"channel {name}", "manual", todo)
    labels = {status.label for status in statuses_seen(channel)}
    vocabulary = vocabulary_seen(labels) if binding.vocabulary == "auto" else binding.vocabulary
    needed = dict(LABEL_STEPS if vocabulary == "labels" else CODE_STEPS)
    if vocabulary == "map":
        needed = {label: 0 for label in binding.labels.values() if label}
    if lacking := [label for label in needed if label not in labels]:
        words = ", ".join(_status_words(label, needed[label]) for label in lacking)
        return Step(f"channel {name}", "manual", f"{where}, open {name!r} and add {words}")
    return Step(f"channel {name}", "done")


def _status_words(label: str, step: int) -> str:
    if not step:
        return label
    return f"{label} (step {step}{', success' if successful(step) else ''})"


def _made_program(name: str, channel: str, folder: str) -> Talk[Step]:
    by_hand = f"in Marketing Activities make an event program {name!r} with the channel {channel!r}"
    fields = {"name": name, "type": "Event", "channel": channel}
    return (yield from _program("/rest/asset/v1/programs.json", folder, fields=fields, by_hand=by_hand))


def _cloned_program(name: str, template: str, folder: str) -> Talk[Step]:
    """Clone a template with its assets; the clone has the template's type and channel."""
    found = yield from program_called(template)
    if found is None:
        return Step(f"program {name}", "manual", f"there is no program {template!r} to clone: name one that is there")
    if str(found.get("type", "")).lower() != "event":
        return Step(f"program {name}", "manual", f"the template {template!r} is no event program: name one that is")
    by_hand = f"in Marketing Activities clone the program {template!r} and name the clone {name!r}"
    path = f"/rest/asset/v1/program/{found['id']}/clone.json"
    return (yield from _program(path, folder, fields={"name": name}, by_hand=by_hand))


def _program(path: str, folder: str, *, fields: Mapping[str, str], by_hand: str) -> Talk[Step]:
    step = f"program {fields['name']}"
    asked = get("/rest/asset/v1/folder/byName.json", {"name": folder, "type": "Folder"})
    reply = yield probe(asked, "702", "710")
    found = [item for item in results(reply) if folder_id(item)]
    if not found:
        return Step(step, "manual", f"there is no folder {folder!r}: name one in the event's options")
    place = json.dumps({"id": folder_id(found[0]), "type": "Folder"}, separators=(",", ":"))
    request = form(path, {"folder": place, **fields}, writing=True, timeout_seconds=ASSET_SECONDS)
    reply = yield probe(request, "603", "702", "709", "711")
    code, words = refusal(reply)
    if code:
        return Step(step, "manual", f"Marketo refused it ({code}: {words}); {by_hand}, in a folder that takes it")
    made = results(reply)
    return Step(step, "made", f"id {made[0]['id']}" if made else "")


def folder_id(folder: Mapping[str, Any]) -> int:
    """Return a folder's id: Adobe's pages have it twice, at the top and in `folderId`."""
    return int(folder.get("id") or (folder.get("folderId") or {}).get("id") or 0)


def _object_step(config: Config, spec: ObjectSpec, plan_only: bool) -> Talk[Step]:
    wanted = config.get(spec.setting) or spec.api_name
    name = f"custom object {wanted}"
    reply = yield probe(get("/rest/v1/customobjects.json"), *_DENIED)
    if said := objects_refused(*refusal(reply)):
        return Step(name, "manual", said)
    meta = yield from described_one(resolved(spec, results(reply), config.get(spec.setting)))
    if meta is not None:
        add = config.flag("add_fields", True)
        return (yield from _completed(spec, meta, name=name, plan_only=plan_only, add=add))
    reply = yield _schema_request(wanted)
    if refusal(reply)[0] in _DENIED:
        return Step(name, "manual", by_hand(spec, wanted))
    draft = next(iter(results(reply)), None)
    if plan_only:
        doing = "approve the draft that is there" if draft else "make and approve it"
        return Step(name, "todo", f"{doing}, with {len(spec.fields)} fields and the key {', '.join(spec.key)}")
    return (yield from _made_object(spec, wanted, draft))


def _completed(spec: ObjectSpec, meta: Mapping[str, Any], *, name: str, plan_only: bool, add: bool) -> Talk[Step]:
    """Add to an object what it lacks of the document's fields: twenty at most, and never a link or a key."""
    seen = object_seen(spec, meta)
    absent = [field for field in spec.fields if field.name not in seen.fields]
    lacking = [field for field in absent if add and field.name not in spec.key]
    without = [field.name for field in absent if field not in lacking]
    told = f"as {seen.api_name}" + (f", without the fields {', '.join(without)}" if without else "")
    adding = lacking[:PIECE_FIELDS]
    if not adding:
        return Step(name, "done", told)
    names = ", ".join(field.name for field in adding)
    later = f"; {len(lacking) - len(adding)} more do not fit" if len(lacking) > len(adding) else ""
    if plan_only:
        return Step(name, "todo", f"{told}: add {names}{later}")
    approving = post(f"{_SCHEMA}/{quote(seen.api_name, safe='')}/approve.json")
    for request in (_fields_request(spec, seen.api_name, adding), approving):
        reply = yield probe(request, *_DENIED, *_NOT_CHANGED)
        code, words = refusal(reply)
        if code:
            by_hand = f"in Admin > Marketo Custom Objects add the fields that you want of: {names}{later}"
            return Step(name, "manual", f"{told}; Marketo added none ({code}: {words}); {by_hand}")
    return Step(name, "made", f"{told}: added {names}{later}")


def _schema_request(api_name: str) -> Probe:
    """Return the request for the draft of an object type, which only the schema API shows."""
    return probe(get(f"{_SCHEMA}.json", {"names": api_name, "state": "draft"}), *_DENIED, "702", "1013")


def _made_object(spec: ObjectSpec, api_name: str, draft: Mapping[str, Any] | None) -> Talk[Step]:
    """Make the type, all its fields, and approve it: only 20 fields could be added after that."""
    name = f"custom object {api_name}"
    requests = [] if draft else [_type_request(spec, api_name)]
    there = {folded(str(field["name"])) for field in (draft or {}).get("fields") or []}
    fields = [field for field in spec.fields if folded(field.name) not in there]
    for start in range(0, len(fields), PIECE_FIELDS):
        requests.append(_fields_request(spec, api_name, fields[start : start + PIECE_FIELDS]))
    requests.append(post(f"{_SCHEMA}/{quote(api_name, safe='')}/approve.json"))
    for request in requests:
        reply = yield probe(request, *_DENIED)
        if refusal(reply)[0]:
            return Step(name, "manual", by_hand(spec, api_name))
    return Step(name, "made", f"{len(spec.fields)} fields, key {', '.join(spec.key)}")


def _type_request(spec: ObjectSpec, api_name: str) -> Request:
    body = {
        "action": "createOrUpdate",
        "apiName": api_name,
        "displayName": api_name,
        "pluralName": f"{api_name} rows",
        "description": spec.help,
        "showInLeadDetail": True,
    }
    return post(f"{_SCHEMA}.json", body)


def _fields_request(spec: ObjectSpec, api_name: str, fields: Sequence[Field]) -> Request:
    body = {"input": [field_body(spec, field) for field in fields]}
    return post(f"{_SCHEMA}/{quote(api_name, safe='')}/addField.json", body)


def field_body(spec: ObjectSpec, field: Field) -> dict[str, Any]:
    """Return a field as the schema API takes it, with the seed document's description."""
    body: dict[str, Any] = {
        "name": field.name,
        "displayName": field.name,
        "dataType": field.type,
        "description": field.help,
    }
    if field.name in spec.key:
        body["isDedupeField"] = True
    if field.name == LINK:
        body["relatedTo"] = {"name": "lead", "field": "id"}
    return body


def by_hand(spec: ObjectSpec, api_name: str) -> str:
    """Return the exact steps that make an object in Marketo's screens, for an account without the schema API."""
    keys = ", ".join(spec.key)
    fields = "; ".join(f"{field.name} ({field.type})" for field in spec.fields if field.name != LINK)
    return (
        "the account does not let Turnout make custom objects: either give the API role Access API > "
        "Read-Write Custom Object Type and run provision again, or in Marketo go to Admin > Marketo Custom Objects, "
        f"choose New Custom Object, display name and API name {api_name.removesuffix('_c')!r}, Show in Person Detail; "
        f"under Fields add {LINK} with data type Link, link object Lead, link field Id; then add {fields}; "
        f"tick Dedupe Field for {keys}; last choose Approve Object"
    )
