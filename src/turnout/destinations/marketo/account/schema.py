"""Custom objects and the custom activity -> findings: there, approved, linked, keyed, each field as it should be."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.destinations.marketo.account.access import (
    ADMIN,
    ADVICE,
    OBJECT,
    OK,
    PROBLEM,
    activity_permissions,
    allowed,
    object_permission,
    object_type_permission,
)
from turnout.destinations.marketo.account.activity_type import activity_seen, approved, listed
from turnout.destinations.marketo.account.target import (
    described_one,
    hindrance,
    link_field,
    object_seen,
    objects_refused,
    resolved,
)
from turnout.destinations.marketo.fields import (
    ACTIVITY,
    ACTIVITY_KEY,
    LINK,
    NUMBERS,
    OBJECTS,
    STRING_CHARACTERS,
    Field,
    ObjectSpec,
)
from turnout.destinations.marketo.rules import probe, refusal, results
from turnout.values.bindings import Config
from turnout.values.findings import Finding, Severity
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen
from turnout.wire import Talk, get

_REFUSED: Final = ("603", "616", "702", "703", "1013", "1026")


def schema_findings(config: Config, mode: str) -> Talk[list[Finding]]:
    """Check both objects and the activity, and what the API role may do with them.

    `mode` is how engagement is shared. An account that has the activity and no object needs none: it is advised.
    """
    meta, code = yield from listed(config)
    active = meta is not None and approved(meta)
    findings = yield from activity_permissions(meta, code, wished=mode != "object")
    if code != "603" and (meta or mode != "object"):
        findings += activity_findings(config, meta, wished=mode != "object")
    findings += yield from _object_findings(config, optional=active or mode == "activity")
    absent = any(one.code == f"object.missing:{_name(config, OBJECTS[Kind.ENGAGEMENT])}" for one in findings)
    if mode == "object" and active and absent:
        what = "the account has the custom activity and no engagement object"
        why = "engagement is shared as rows of an object, which is not there"
        fix = "set engagement_as=activity to go on as before, or run `turnout provision` to have the objects"
        findings.append(Finding("engagement_as", ADVICE, what, why, "you", fix))
    return findings


def _object_findings(config: Config, *, optional: bool) -> Talk[list[Finding]]:
    """Check the permissions that Kaltura's document forgets, then both objects."""
    reply = yield probe(get("/rest/v1/customobjects.json"), *_REFUSED)
    code, words = refusal(reply)
    if code == "603":
        return [allowed(OBJECT, code)]
    if code:
        fix = "ask Adobe to enable custom objects, or set engagement_as=activity"
        return [Finding("objects.disabled", PROBLEM, objects_refused(code, words), "no rows are written", ADMIN, fix)]
    shown = results(reply)
    metas = {}
    findings = []
    for kind, spec in OBJECTS.items():
        meta = yield from described_one(resolved(spec, shown, config.get(spec.setting)))
        if meta is None:
            findings.append((yield from _absent(config, spec, ADVICE if optional else PROBLEM)))
            continue
        metas[kind] = meta
        findings += object_findings(spec, meta, accept=config.flag("accept_shared_key", False))
    permission = yield from object_permission([str(meta["name"]) for meta in metas.values()])
    return [permission, (yield from object_type_permission()), *findings]


def _name(config: Config, spec: ObjectSpec) -> str:
    return config.get(spec.setting) or spec.api_name


def _absent(config: Config, spec: ObjectSpec, severity: Severity) -> Talk[Finding]:
    """Tell an object that nobody made from one that nobody approved: only the schema API shows the latter."""
    name = _name(config, spec)
    asked = get("/rest/v1/customobjects/schema.json", {"names": name, "state": "draft"})
    reply = yield probe(asked, *_REFUSED)
    if results(reply):
        what, fix = f"the custom object {name} is a draft", "choose Approve Object, or run `turnout provision`"
        return Finding(f"object.unapproved:{name}", severity, what, "rows need an approved object", ADMIN, fix)
    what, fix = f"there is no approved custom object {name}", "run `turnout provision`"
    return Finding(f"object.missing:{name}", severity, what, "its rows have no place to go", ADMIN, fix)


def object_findings(spec: ObjectSpec, meta: Mapping[str, Any], *, accept: bool) -> list[Finding]:
    """Compare an approved object with the seed document: link, key, and each field's presence, type and width."""
    seen, name = object_seen(spec, meta), str(meta["name"])
    if not link_field(meta):
        what = hindrance(spec, meta, accept=accept)
        fix = f"a link cannot be added after approval: make a new object with {LINK} linked to Lead, Id"
        return [Finding(f"object.link:{name}", PROBLEM, what, "rows would belong to nobody", ADMIN, fix)]
    findings = []
    if what := hindrance(spec, meta, accept=False):
        fix = f"dedupe fields cannot change after approval: make a new object with the key {', '.join(spec.key)}"
        severity = ADVICE if accept else PROBLEM
        findings.append(Finding(f"object.key:{name}", severity, what, "rows would be lost", ADMIN, fix))
    for field in spec.fields:
        shown = seen.fields.get(field.name)
        if shown is None:
            what, fix = f"{name} has no field {field.name}", f"add it with data type {field.type} if you want it"
            why = "this value is not shared"
            findings.append(Finding(f"field.missing:{name}.{field.name}", ADVICE, what, why, ADMIN, fix))
        else:
            findings += _field_findings(name, field, shown)
    return findings or [
        Finding(f"object:{name}", OK, f"{name} has its link, its key and all {len(spec.fields)} fields")
    ]


def _field_findings(object_name: str, field: Field, shown: FieldSeen) -> list[Finding]:
    place = f"{object_name}.{field.name}"
    if not _holds(shown.type, field.type):
        what = f"{place} is of type {shown.type}, not {field.type}"
        return [Finding(f"field.type:{place}", PROBLEM, what, "values are refused or rounded", ADMIN, "make it anew")]
    width = field.width or STRING_CHARACTERS
    narrow = shown.width or (width if shown.type == "text" else STRING_CHARACTERS)
    if field.type in {"string", "text"} and narrow < width:
        what = f"{place} holds {narrow} characters, not {width}"
        fix = f"make it anew with data type {field.type}"
        return [Finding(f"field.width:{place}", ADVICE, what, "longer texts are cut", ADMIN, fix)]
    return []


def _holds(shown: str, wanted: str) -> bool:
    """Return whether a field of type `shown` takes values of type `wanted` whole; a link shows its target's type."""
    if wanted == "float":
        return shown in NUMBERS - {"integer", "score"}
    if wanted in {"integer", "link"}:
        return shown in NUMBERS or shown == "link"
    return shown not in NUMBERS | {"boolean", "date", "datetime", "link"}


def activity_findings(config: Config, meta: Mapping[str, Any] | None, *, wished: bool) -> list[Finding]:
    """Compare the activity type with the document: there, approved, each attribute and its type."""
    name, severity = _name(config, ACTIVITY), PROBLEM if wished else ADVICE
    if meta is None:
        what, fix = f"there is no custom activity {name}", "run `turnout provision`"
        return [Finding(f"activity.missing:{name}", severity, what, "its activities have no place to go", ADMIN, fix)]
    if not approved(meta):
        what, fix = f"the custom activity {name} is a draft", "choose Approve Activity, or run `turnout provision`"
        return [Finding(f"activity.unapproved:{name}", severity, what, "activities need an approved type", ADMIN, fix)]
    seen = activity_seen(meta)
    findings = []
    for field in ACTIVITY.fields[1:]:
        shown = seen.fields.get(field.name)
        if shown is not None:
            findings += _field_findings(seen.api_name, field, shown)
        elif field.name != ACTIVITY_KEY:  # ours alone: without it a lost answer is looked up by session, time, person
            what, fix = f"{name} has no attribute {field.name}", f"add it with data type {field.type} if you want it"
            why = "this value is not shared in activities"
            findings.append(Finding(f"attribute.missing:{name}.{field.name}", ADVICE, what, why, ADMIN, fix))
    return findings or [Finding(f"activity:{name}", OK, f"{name} is approved, with all its attributes")]
