"""An account -> findings: what Turnout needs there, what stands in its way, and who can mend it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from turnout.destinations.marketo.account.target import (
    channel_of,
    described_one,
    hindrance,
    link_field,
    object_seen,
    objects_refused,
    program_name,
    program_of,
    resolved,
)
from turnout.destinations.marketo.fields import LINK, NUMBERS, OBJECTS, STRING_CHARACTERS, Field, ObjectSpec
from turnout.destinations.marketo.rules import probe, refusal, results
from turnout.destinations.marketo.settings import endpoint, identity_request, whole
from turnout.errors import SettingsError
from turnout.records.statuses import CODE_STEPS, LABEL_STEPS, STATUSES, successful, vocabulary_seen
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding, Severity
from turnout.values.sightings import FieldSeen
from turnout.wire import Talk, get, post

OK, UNKNOWN, ADVICE, PROBLEM = Severity.OK, Severity.UNKNOWN, Severity.ADVICE, Severity.PROBLEM
ADMIN: Final = "a Marketo administrator"
_NOBODY: Final = 2_147_483_647
"""The largest lead id there can be: no account of this world has handed it out."""
_NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
_REFUSED: Final = ("603", "616", "1026", "703")


def doctor(config: Config, binding: Binding | None) -> Talk[list[Finding]]:
    """Compare an account with what Turnout needs; with a binding also its program, channel and statuses.

    Nothing is written: a permission to write is proved by an update of a record that cannot exist, and
    where no such proof is at hand it is `unknown`, never OK.
    """
    try:
        endpoint(config)
    except SettingsError as wrong:
        return [Finding("endpoint", PROBLEM, wrong.message, "nothing can be reached", "you", wrong.hint)]
    findings = [Finding("endpoint", OK, "the endpoint is an address that keeps secrets")]
    findings.append((yield from _credentials(config)))
    if findings[-1].severity is PROBLEM:
        return findings
    findings.append((yield from _person_permission()))
    findings.append((yield from _asset_permission()))
    if binding and findings[-1].severity is not PROBLEM:
        findings += yield from _program_findings(binding)
    findings += yield from _object_findings(config)
    findings.append((yield from _quota(config)))
    return findings


def _credentials(config: Config) -> Talk[Finding]:
    reply = yield probe(identity_request(config), "sign-in")
    body = reply.data()
    if isinstance(body, dict) and body.get("access_token"):
        return Finding("credentials", OK, "Marketo accepts the client id and the client secret")
    told = str(body.get("error_description") or body.get("error") or "") if isinstance(body, dict) else ""
    return Finding(
        "credentials",
        PROBLEM,
        f"Marketo does not accept the client id and the client secret{f': {told}' if told else ''}",
        "nothing can be read or written",
        ADMIN,
        "copy both again from Admin > LaunchPoint > View Details of the installed service",
    )


def _allowed(name: str, why: str, code: str, *, proof: bool) -> Finding:
    """Return the finding on one permission, from the code a probe was refused with ("" for none)."""
    fix = f"in Admin > Users & Roles > Roles tick Access API > {name} for the API user's role"
    if code == "603":
        return Finding(f"permission:{name}", PROBLEM, f"the API role lacks {name}", why, ADMIN, fix)
    if code or not proof:
        return Finding(
            f"permission:{name}", UNKNOWN, f"whether the API role has {name} could not be proved", why, ADMIN
        )
    return Finding(f"permission:{name}", OK, f"the API role has {name}")


def _person_permission() -> Talk[Finding]:
    """Prove that people may be written, by an update of a lead id that cannot exist."""
    body = {"action": "updateOnly", "lookupField": "id", "input": [{"id": _NOBODY}]}
    reply = yield probe(post("/rest/v1/leads.json", body, writing=False), *_REFUSED, "1002", "1003", "1004", "1006")
    code = refusal(reply)[0]
    proof = not code and bool(results(reply)) and results(reply)[0].get("status") == "skipped"
    return _allowed("Read-Write Person", "people and their statuses are written with it", code, proof=proof)


def _asset_permission() -> Talk[Finding]:
    """See that programs and channels can be read; that a program could be made is proved by making one only."""
    name = "Read-Write Assets"
    reply = yield probe(get("/rest/asset/v1/channels.json", {"maxReturn": "1"}), "603")
    if code := refusal(reply)[0]:
        return _allowed(name, "programs and channels are read with it, and programs made", code, proof=False)
    what = "the API role may read programs and channels; whether it may make a program could not be proved"
    return Finding(f"permission:{name}", UNKNOWN, what, "only `provision` makes programs", ADMIN)


def _program_findings(binding: Binding) -> Talk[list[Finding]]:
    program = yield from program_of(binding)
    name = program_name(binding)
    if program is None:
        fix = "run `turnout provision`, or bind the event to a program that is there"
        return [Finding("program.missing", PROBLEM, f"there is no program {name!r}", "nothing is written", "you", fix)]
    findings = [Finding("program", OK, f"the program {program['name']!r} is there")]
    if str(program.get("type", "")).lower() != "event":
        what = f"the program {program['name']!r} is of type {program.get('type')!r}, not Event"
        fix = "make a program of type Event, and bind the event to it"
        findings = [Finding("program.type", PROBLEM, what, "event programs alone have event statuses", ADMIN, fix)]
    channel = yield from channel_of(str(program.get("channel", "")))
    if channel is None:
        what = f"the channel {program.get('channel')!r} of the program cannot be read"
        return [*findings, Finding("channel.missing", PROBLEM, what, "statuses cannot be checked", ADMIN)]
    return [*findings, _channel_finding(channel), *status_findings(channel, binding)]


def _channel_finding(channel: Mapping[str, Any]) -> Finding:
    applies = str(channel.get("applicableProgramType", ""))
    if applies.lower() == "event":
        return Finding("channel", OK, f"the channel {channel['name']!r} applies to event programs")
    what = f"the channel {channel['name']!r} applies to programs of type {applies!r}, not to events"
    return Finding(
        "channel.type",
        PROBLEM,
        what,
        "statuses of an event need an event channel",
        ADMIN,
        "see Admin > Tags > Channels",
    )


def status_findings(channel: Mapping[str, Any], binding: Binding) -> list[Finding]:
    """Compare a channel's statuses with the vocabulary of the binding: there, in order, success flags right."""
    steps = {str(step["name"]): step for step in channel.get("progressionStatuses") or []}
    wanted = _vocabulary(binding, list(steps))
    findings = []
    for label, step in wanted.items():
        seen = steps.get(label)
        if seen is None or seen.get("hidden"):
            what = f"the channel {'hides' if seen else 'lacks'} the status {label!r}"
            findings.append(_status_finding("missing", label, PROBLEM, what=what, fix=f"add it with step {step}"))
            continue
        if int(seen.get("step") or 0) != step:
            severity = ADVICE if _in_order(label, wanted, steps) else PROBLEM
            what = f"the status {label!r} has step {seen.get('step')}, not {step}"
            findings.append(_status_finding("step", label, severity, what=what, fix=f"set its step to {step}"))
        if bool(seen.get("success")) != successful(step):
            flag = "not marked" if successful(step) else "marked"
            what = f"the status {label!r} is {flag} as success"
            findings.append(_status_finding("success", label, PROBLEM, what=what, fix="change its Success box"))
    return findings or [Finding("statuses", OK, f"the channel has all {len(wanted)} statuses as they should be")]


_STATUS_WHY: Final = {
    "missing": "people with this status are held back",
    "step": "Marketo moves members to higher steps only",
    "success": "the program's successes are counted by it",
}


def _status_finding(code: str, label: str, severity: Severity, *, what: str, fix: str) -> Finding:
    where = "in Admin > Tags > Channels, edit the channel: "
    return Finding(f"status.{code}:{label}", severity, what, _STATUS_WHY[code], ADMIN, where + fix)


def _vocabulary(binding: Binding, labels: Sequence[str]) -> dict[str, int]:
    chosen = vocabulary_seen(labels) if binding.vocabulary == "auto" else binding.vocabulary
    if chosen == "map":
        words = {status.word: status for status in STATUSES}
        return {label: words[word].step for word, label in binding.labels.items() if label and word in words}
    return LABEL_STEPS if chosen == "labels" else CODE_STEPS


def _in_order(label: str, wanted: Mapping[str, int], steps: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a status stands to all others as it should, whatever the numbers are."""

    def side(one: int, other: int) -> int:
        return (one > other) - (one < other)

    here = int(steps[label].get("step") or 0)
    return all(
        side(here, int(steps[other].get("step") or 0)) == side(wanted[label], step)
        for other, step in wanted.items()
        if other in steps
    )


def _object_findings(config: Config) -> Talk[list[Finding]]:
    """Check the permission that Kaltura's document forgets, then both objects."""
    reply = yield probe(get("/rest/v1/customobjects.json"), *_REFUSED)
    code, words = refusal(reply)
    name = "Read-Write Custom Object"
    if code == "603":
        return [_allowed(name, "engagement and poll answers are written with it", code, proof=False)]
    if code:
        return [Finding("objects.disabled", PROBLEM, objects_refused(code, words), "no rows are written", ADMIN)]
    listed = results(reply)
    findings = []
    proof: tuple[str, bool] | None = None
    for spec in OBJECTS.values():
        meta = yield from described_one(resolved(spec, listed, config.get(spec.setting)))
        if meta is None:
            findings.append((yield from _absent(config, spec)))
            continue
        proof = proof or (yield from _write_proof(str(meta["name"])))
        findings += object_findings(spec, meta, accept=config.flag("accept_shared_key", False))
    code, proved = proof or ("", False)
    return [_allowed(name, "engagement and poll answers are written with it", code, proof=proved), *findings]


def _write_proof(api_name: str) -> Talk[tuple[str, bool]]:
    """Return what an update of a row that cannot exist is refused with, and whether it got as far as the row."""
    body = {"action": "updateOnly", "dedupeBy": "idField", "input": [{"marketoGUID": _NO_GUID}]}
    request = post(f"/rest/v1/customobjects/{quote(api_name, safe='')}.json", body, writing=False)
    reply = yield probe(request, *_REFUSED, "1002", "1003", "1004", "1006", "1013")
    found = results(reply)
    return refusal(reply)[0], bool(found) and found[0].get("status") == "skipped"


def _absent(config: Config, spec: ObjectSpec) -> Talk[Finding]:
    """Tell an object that nobody made from one that nobody approved: only the schema API shows the latter."""
    name = config.get(spec.setting) or spec.api_name
    asked = get("/rest/v1/customobjects/schema.json", {"names": name, "state": "draft"})
    reply = yield probe(asked, *_REFUSED, "702", "1013")
    if results(reply):
        what, fix = f"the custom object {name} is a draft", "choose Approve Object, or run `turnout provision`"
        return Finding(f"object.unapproved:{name}", PROBLEM, what, "rows need an approved object", ADMIN, fix)
    what, fix = f"there is no approved custom object {name}", "run `turnout provision`"
    return Finding(f"object.missing:{name}", PROBLEM, what, "its rows have no place to go", ADMIN, fix)


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


def _quota(config: Config) -> Talk[Finding]:
    """Say what is left of the day's calls, all services of the account together."""
    reply = yield get("/rest/v1/stats/usage.json")
    days = results(reply)
    daily = whole(config, "daily_calls")
    used = int(days[0].get("total") or 0) if days else 0
    what = f"{used} of {daily} calls of this day are used"
    if used < daily * 0.8:
        return Finding("quota", OK, what)
    why = "above it Marketo refuses all services until midnight, US Central time"
    fix = "see Admin > Web Services, API Call Information, for who used them; set daily_calls if the number is another"
    return Finding("quota", PROBLEM if used >= daily else ADVICE, what, why, ADMIN, fix)
