"""Seen -> findings: the org compared with what is needed, each with who can fix it and how."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from turnout.destinations.salesforce.account.columns import asked_of, column_findings, external_id_asked, key_findings
from turnout.destinations.salesforce.account.metadata import external_id
from turnout.destinations.salesforce.account.seen import Seen, look
from turnout.destinations.salesforce.account.surroundings import (
    clock,
    deploying,
    marketing_user,
    other_writers,
    quota,
    reachable,
    rights,
    signed_in,
    version_finding,
)
from turnout.destinations.salesforce.account.target import campaign_missing, field_names
from turnout.destinations.salesforce.fields import COLUMNS, EXTERNAL_ID, KINDS, object_names
from turnout.records.statuses import CODE_STEPS, LABEL_STEPS, STATUS, successful, vocabulary_seen
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding, Severity
from turnout.values.records import Kind
from turnout.wire import Reply, Talk, get

ADMIN: Final = "a Salesforce administrator"
PROVISION: Final = "run `turnout provision`"

FILLED_BY_US: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.MEMBER: frozenset({"campaignid", "leadid", "contactid", "status"}),
}


def doctor(config: Config, binding: Binding | None) -> Talk[list[Finding]]:
    """Return what the account has and lacks; reads only.

    That it can be asked at all proves the address and the credentials.
    """
    findings = [reachable(config)]
    user, who = yield from signed_in()
    findings.append(who)
    versions: Reply = yield get("/services/data")
    findings += [version_finding(config, versions), clock(config, versions)]
    findings.append(quota((yield get("/limits"))))
    seen = yield from look(config, binding)
    if binding:
        findings += campaign_findings(seen)
    if binding and seen.campaign:
        findings += status_findings(seen, binding)
        findings += yield from other_writers(seen, user)
    findings += rights(seen)
    findings.append((yield from marketing_user(user)))
    member = seen.fields(Kind.MEMBER).get(EXTERNAL_ID.api_name.lower())
    findings += column_findings(external_id_asked(external_id(config)), "CampaignMember", member)
    findings += [*object_findings(config, seen), *unfilled(config, seen)]
    return [*findings, *deploying(findings)]


def campaign_findings(seen: Seen) -> list[Finding]:
    """Return whether there is one campaign to write to."""
    stop = campaign_missing(seen)
    if not stop:
        name, identity = (seen.campaign or {}).get("Name"), (seen.campaign or {}).get("Id")
        return [Finding("campaign", Severity.OK, f"campaign {name!r} ({identity})")]
    code = "campaign.several" if seen.campaigns else "campaign.missing"
    fix = (
        "bind the event to the campaign's id" if seen.campaigns else f"{PROVISION}, or share the campaign with the user"
    )
    return [Finding(code, Severity.PROBLEM, stop, "nothing of the event can be shared without it", ADMIN, fix)]


def wanted_statuses(binding: Binding, labels: Iterable[str]) -> tuple[str, dict[str, int]]:
    """Return (vocabulary, {label: step}) that a binding needs; where the campaign has neither, the labels."""
    vocabulary = binding.vocabulary
    if vocabulary == "auto":
        vocabulary = vocabulary_seen(list(labels)) or "labels"
    if vocabulary == "map":
        return vocabulary, {label: STATUS[word].step for word, label in binding.labels.items() if label}
    return vocabulary, dict(CODE_STEPS if vocabulary == "codes" else LABEL_STEPS)


def status_findings(seen: Seen, binding: Binding) -> Iterator[Finding]:
    """Yield each status that is missing, or whose Responded is wrong."""
    standing = {str(one["Label"]): bool(one["HasResponded"]) for one in seen.statuses}
    vocabulary, needed = wanted_statuses(binding, standing)
    yield Finding("status.vocabulary", Severity.OK, f"statuses are written as {vocabulary}")
    for label, step in needed.items():
        if label not in standing:
            yield Finding(
                f"status.missing:{label}",
                Severity.PROBLEM,
                f"the campaign has no member status {label!r}",
                "Salesforce would silently write the campaign's default status instead",
                ADMIN,
                f"{PROVISION}, or add it: the campaign > Campaign Member Statuses",
            )
        elif standing[label] != successful(step):
            right = "checked" if successful(step) else "not checked"
            yield Finding(
                f"status.responded:{label}",
                Severity.PROBLEM,
                f"Responded of member status {label!r} is wrong",
                "the campaign's count of responses would be wrong",
                ADMIN,
                f"the campaign > Campaign Member Statuses > {label}: Responded {right}",
            )
        else:
            yield Finding(f"status:{label}", Severity.OK, f"member status {label!r}")


def object_findings(config: Config, seen: Seen) -> Iterator[Finding]:
    """Yield what is wrong with the two custom objects, column by column."""
    for kind in (Kind.ENGAGEMENT, Kind.POLLS):
        describe = seen.describes.get(kind)
        if not describe:
            name = object_names(config, kind)[0]
            yield Finding(
                f"object.missing:{name}",
                Severity.PROBLEM,
                f"there is no object {name}, or the integration user cannot see it",
                f"{kind} rows have nowhere to go",
                ADMIN,
                f"{PROVISION}, or grant Read: Setup > Permission Sets > Object Settings",
            )
            continue
        yield Finding(f"object:{describe['name']}", Severity.OK, f"object {describe['name']}")
        for column in COLUMNS[kind]:
            place = seen.fields(kind).get(column.api_name.lower())
            yield from column_findings(asked_of(column), str(describe["name"]), place)
        yield from key_findings(config, str(describe["name"]), seen.fields(kind))


def unfilled(config: Config, seen: Seen) -> Iterator[Finding]:
    """Yield required fields that people added and Turnout does not fill: every new record would be refused."""
    for kind in KINDS:
        describe = seen.describes.get(kind)
        ours = {name.lower() for name in field_names(config, kind).values()} | FILLED_BY_US.get(kind, frozenset())
        for name, one in seen.fields(kind).items():
            required = one.get("createable") and not one.get("nillable") and not one.get("defaultedOnCreate")
            if describe and required and name not in ours and one.get("type") != "boolean":
                yield Finding(
                    f"field.required:{describe['name']}.{one['name']}",
                    Severity.PROBLEM,
                    f"{describe['name']} requires {one['name']}, which Turnout does not fill",
                    "every new record would be refused with REQUIRED_FIELD_MISSING",
                    ADMIN,
                    "give the field a default value, or make it not required",
                )
