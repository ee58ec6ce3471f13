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
    if plan_only:
        return [first, Step(f"program {name}", "todo", f"an event program with the channel {wanted}")]
    return [first, (yield from _made_program(name, wanted, binding.options.get("folder") or FOLDER))]


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
    asked = get("/rest/asset/v1/folder/byName.json", {"name": folder, "type": "Folder"})
    reply = yield probe(asked, "702", "710")
    found = [item for item in results(reply) if folder_id(item)]
    if not found:
        return Step(f"program {name}", "manual", f"there is no folder {folder!r}: name one in the event's options")
    fields = {
        "folder": json.dumps({"id": folder_id(found[0]), "type": "Folder"}, separators=(",", ":")),
        "name": name,
        "type": "Event",
        "channel": channel,
    }
    request = form("/rest/asset/v1/programs.json", fields, writing=True, timeout_seconds=ASSET_SECONDS)
    reply = yield probe(request, "603", "702", "709", "711")
    code, words = refusal(reply)
    if code:
        by_hand = f"Marketo refused it ({code}: {words}); in Marketing Activities make an event program {name!r}"
        return Step(f"program {name}", "manual", f"{by_hand} with the channel {channel!r}, in a folder that takes it")
    made = results(reply)
    return Step(f"program {name}", "made", f"id {made[0]['id']}" if made else "")


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
        return Step(name, "done", _lacking(spec, meta))
    reply = yield _schema_request(wanted)
    if refusal(reply)[0] in _DENIED:
        return Step(name, "manual", by_hand(spec, wanted))
    draft = next(iter(results(reply)), None)
    if plan_only:
        doing = "approve the draft that is there" if draft else "make and approve it"
        return Step(name, "todo", f"{doing}, with {len(spec.fields)} fields and the key {', '.join(spec.key)}")
    return (yield from _made_object(spec, wanted, draft))


def _lacking(spec: ObjectSpec, meta: Mapping[str, Any]) -> str:
    seen = object_seen(spec, meta)
    lacking = [field.name for field in spec.fields if field.name not in seen.fields]
    return f"as {seen.api_name}" + (f", without the fields {', '.join(lacking)}" if lacking else "")


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
