"""Seen -> findings: the org compared with what is needed, each with who can fix it and how."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from turnout.destinations.salesforce.account.columns import column_findings, external_id_findings, key_findings
from turnout.destinations.salesforce.account.seen import Seen, look
from turnout.destinations.salesforce.account.target import campaign_missing, field_names
from turnout.destinations.salesforce.fields import COLUMNS, KINDS, object_names
from turnout.destinations.salesforce.rules import usage
from turnout.destinations.salesforce.settings import setting
from turnout.destinations.salesforce.signing.address import address, loopback, version
from turnout.records.statuses import CODE_STEPS, LABEL_STEPS, STATUS, successful, vocabulary_seen
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding, Severity
from turnout.values.records import Kind
from turnout.wire import Reply, Talk, get

ADMIN: Final = "a Salesforce administrator"
PROVISION: Final = "run `turnout provision`"

RIGHTS: Final = (
    (Kind.PERSON, "Lead", "createable", "create", "attendees whom the account does not have become Leads"),
    (Kind.MEMBER, "CampaignMember", "createable", "create", "attendees become campaign members"),
    (Kind.MEMBER, "CampaignMember", "updateable", "edit", "statuses move with what attendees do"),
    (Kind.ENGAGEMENT, "", "createable", "create", "engagement becomes rows"),
    (Kind.ENGAGEMENT, "", "updateable", "edit", "rows are kept true"),
    (Kind.POLLS, "", "createable", "create", "poll answers become rows"),
    (Kind.POLLS, "", "updateable", "edit", "rows are kept true"),
)
"""Permissions on objects, as a describe proves them: kind, object, flag, the permission's name, why."""

FILLED_BY_US: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.MEMBER: frozenset({"campaignid", "leadid", "contactid", "status"}),
}


def doctor(config: Config, binding: Binding | None) -> Talk[list[Finding]]:
    """Return what the account has and lacks; reads only.

    That it can be asked at all proves the address and the credentials.
    """
    findings = [reachable(config)]
    findings += yield from signed_in()
    findings.append(version_finding(config, (yield get("/services/data"))))
    findings.append(quota((yield get("/limits"))))
    seen = yield from look(config, binding)
    if binding:
        findings += campaign_findings(seen)
    if binding and seen.campaign:
        findings += status_findings(seen, binding)
    findings += [*rights(seen), *external_id_findings(config, seen), *object_findings(config, seen)]
    return [*findings, *unfilled(config, seen)]


def reachable(config: Config) -> Finding:
    """Return what can be said of the address; https or this machine, else `address` has stopped already."""
    home = address(config)
    host = home.removeprefix("http://").partition(":")[0]
    how = "over http, which stays on this machine" if loopback(host) and home.startswith("http://") else "over https"
    return Finding("address", Severity.OK, f"{home} answers {how}")


def signed_in() -> Talk[list[Finding]]:
    """Return who Turnout is in the account."""
    who: Any = (yield get("/services/oauth2/userinfo")).data()
    name = who.get("preferred_username") or who.get("user_id") if isinstance(who, dict) else None
    return [Finding("credentials", Severity.OK, f"signed in as {name or 'a user without a name'}")]


def version_finding(config: Config, reply: Reply) -> Finding:
    """Return whether the preferred API version is offered."""
    chosen, wish = version(config, reply.json()), setting(config, "api_version").removeprefix("v")
    if float(wish) == float(chosen):
        return Finding("version", Severity.OK, f"API version {chosen}")
    return Finding(
        "version",
        Severity.ADVICE,
        f"the org does not offer API version {wish}; {chosen} is used",
        "Turnout is tested with the version it prefers",
        "you",
        "clear the setting api_version, or set one that the org offers",
    )


def quota(reply: Reply) -> Finding:
    """Return how many API calls are left of the rolling 24 hours."""
    data = reply.data()
    daily = data.get("DailyApiRequests") if isinstance(data, dict) else None
    spent = usage(reply)
    if daily:
        left, allowed = int(daily["Remaining"]), int(daily["Max"])
    elif spent:
        left, allowed = spent[1] - spent[0], spent[1]
    else:
        return Finding(
            "quota",
            Severity.UNKNOWN,
            "the account does not tell how many API calls are left",
            "Turnout stays within the share it is granted",
            ADMIN,
            "give the integration user View Setup and Configuration",
        )
    severity = Severity.PROBLEM if left * 20 < allowed else Severity.ADVICE if left * 5 < allowed else Severity.OK
    return Finding(
        "quota",
        severity,
        f"{left} of {allowed} API calls are left of the last 24 hours",
        "every integration of the account shares them",
        ADMIN,
        "" if severity is Severity.OK else "see Setup > Company Information > API Requests, and who uses them",
    )


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


def rights(seen: Seen) -> Iterator[Finding]:
    """Yield the permissions on objects that a describe proves or disproves."""
    for kind, fixed, flag, name, why in RIGHTS:
        describe = seen.describes.get(kind)
        if not describe and not fixed:
            continue
        object_name = fixed or str((describe or {})["name"])
        code, what = f"permission:{object_name}.{name}", f"permission to {name} {object_name}"
        if (describe or {}).get(flag):
            yield Finding(code, Severity.OK, what)
        else:
            fix = f"Setup > Permission Sets > Turnout > Object Settings > {object_name}: {name.capitalize()}"
            yield Finding(code, Severity.PROBLEM, f"no {what}", why, ADMIN, fix)


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
            yield column_findings(column, str(describe["name"]), seen.fields(kind).get(column.api_name.lower()))
        yield key_findings(config, str(describe["name"]), seen.fields(kind))


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
