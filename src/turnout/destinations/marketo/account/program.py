"""A program and its channel -> findings: type, channel, statuses, steps, success, system mapping."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.destinations.marketo.account.access import ADMIN, ADVICE, OK, PROBLEM, UNKNOWN
from turnout.destinations.marketo.account.target import channel_of, program_name, program_of
from turnout.records.statuses import CODE_STEPS, LABEL_STEPS, STATUSES, successful, vocabulary_seen
from turnout.values.bindings import Binding
from turnout.values.findings import Finding, Severity
from turnout.wire import Talk

SYSTEM: Final = ("REGISTERED", "ATTENDED")
"""Marketo's own meanings that one status each must have, so that its event reports count."""


def program_findings(binding: Binding) -> Talk[list[Finding]]:
    """Compare the program of a binding, and its channel, with what an event needs."""
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
        return [
            *findings,
            Finding(
                "channel.missing",
                PROBLEM,
                what,
                "statuses cannot be checked",
                ADMIN,
                "see whether it stands in Admin > Tags > Channels, and choose one for the program that does",
            ),
        ]
    return [*findings, _channel_finding(channel), *status_findings(channel, binding), *mapping_findings(channel)]


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


def mapping_findings(channel: Mapping[str, Any]) -> list[Finding]:
    """Say which of Marketo's own meanings no status of the channel has; the API may show none of them."""
    shown = {str(step.get("type") or "").upper() for step in channel.get("progressionStatuses") or []} - {""}
    if not shown:
        what = f"Marketo does not show the system mapping of the channel {channel['name']!r}"
        return [Finding("channel.mapping", UNKNOWN, what, "Marketo's event reports count by it", ADMIN)]
    where = "in Admin > Tags > Channels, edit the channel: give one status the System Mapping"
    return [
        Finding(
            f"channel.mapping:{name}",
            ADVICE,
            f"no status of the channel {channel['name']!r} is mapped to {name.capitalize()}",
            "Marketo's event reports count by it",
            ADMIN,
            f"{where} {name.capitalize()}",
        )
        for name in SYSTEM
        if name not in shown
    ]
