"""What surrounds an account -> findings: address, sign-in, version, clock, quota, permissions, other writers."""

from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final

from turnout.destinations.salesforce.account.seen import Seen, described
from turnout.destinations.salesforce.calls.query import id18, query, quoted
from turnout.destinations.salesforce.fields import EXTERNAL_ID
from turnout.destinations.salesforce.rules import usage
from turnout.destinations.salesforce.settings import JWT, setting
from turnout.destinations.salesforce.signing.address import address, loopback, version
from turnout.values.bindings import Config
from turnout.values.findings import Finding, Severity
from turnout.values.records import Kind
from turnout.wire import Reply, Talk, get

ADMIN: Final = "a Salesforce administrator"
CLOCK_SECONDS: Final = 300.0
MARKETING_USER: Final = "UserPermissionsMarketingUser"

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


def reachable(config: Config) -> Finding:
    """Return what can be said of the address; https or this machine, else `address` has stopped already."""
    home = address(config)
    host = home.removeprefix("http://").partition(":")[0]
    how = "over http, which stays on this machine" if loopback(host) and home.startswith("http://") else "over https"
    return Finding("address", Severity.OK, f"{home} answers {how}")


def signed_in() -> Talk[tuple[str, Finding]]:
    """Return the id of the user that Turnout is in the account, and that it is signed in."""
    who: Any = (yield get("/services/oauth2/userinfo")).data()
    found = who if isinstance(who, dict) else {}
    name = found.get("preferred_username") or found.get("user_id") or "a user without a name"
    return id18(str(found.get("user_id") or "")), Finding("credentials", Severity.OK, f"signed in as {name}")


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


def clock(config: Config, reply: Reply) -> Finding:
    """Return whether our clock and the org's agree."""
    told = reply.headers.get("date", "")
    try:
        apart = abs(parsedate_to_datetime(told).timestamp() - reply.at) if reply.at else None
    except (TypeError, ValueError):
        apart = None
    why = "statuses and assertions carry times; with another clock they mislead, or do not hold"
    fix = "let this machine's clock be set by NTP"
    if apart is None:
        return Finding("clock", Severity.UNKNOWN, "the org does not tell its time", why, "you", fix)
    if apart <= CLOCK_SECONDS:
        return Finding("clock", Severity.OK, "this machine's clock agrees with the org's")
    severity = Severity.PROBLEM if setting(config, "sign_in") == JWT else Severity.ADVICE
    what = f"this machine's clock is {apart:.0f} seconds off the org's"
    return Finding("clock", severity, what, why, "you", fix)


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


def marketing_user(user: str) -> Talk[Finding]:
    """Return whether the user is a Marketing User, as the user's own record tells; unknown where it may not be seen."""
    code, needed = "permission:Marketing User", "campaigns cannot be managed without the checkbox Marketing User"
    fix = "Setup > Users > the integration user > Edit: Marketing User"
    seen = yield from described("User")
    visible = {str(one["name"]) for one in (seen or {}).get("fields") or ()}
    found = []
    if user and MARKETING_USER in visible:
        found = yield from query(f"SELECT Id, {MARKETING_USER} FROM User WHERE Id = {quoted(user)}")
    if not found:
        what = "whether the integration user is a Marketing User cannot be seen"
        return Finding(code, Severity.UNKNOWN, what, needed, ADMIN, fix)
    if found[0][MARKETING_USER]:
        return Finding(code, Severity.OK, "the integration user is a Marketing User")
    return Finding(code, Severity.PROBLEM, "the integration user is no Marketing User", needed, ADMIN, fix)


def deploying(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield that nobody can tell by looking whether the user may deploy, where something is to be deployed."""
    if any(one.code.startswith(("object.missing", "field.missing")) for one in findings):
        yield Finding(
            "permission:deploy",
            Severity.UNKNOWN,
            "whether the integration user may deploy what is missing cannot be told by looking",
            "`turnout provision` makes objects and fields by a deployment",
            ADMIN,
            "Setup > Permission Sets: Modify Metadata Through Metadata API Functions, Customize Application; "
            "or deploy the folder that `turnout provision --out` writes",
        )


def other_writers(seen: Seen, user: str) -> Talk[list[Finding]]:
    """Return whether somebody else gives members of the campaign their external id: a second integration does."""
    name = EXTERNAL_ID.api_name
    if not user or not seen.campaign or name.lower() not in seen.fields(Kind.MEMBER):
        return []
    campaign = quoted(str(seen.campaign["Id"]))
    found = yield from query(
        f"SELECT Id, CreatedById FROM CampaignMember WHERE CampaignId = {campaign}"
        f" AND {name} != null AND CreatedById != {quoted(user)} LIMIT 200"
    )
    if not found:
        return [Finding("campaign.writer", Severity.OK, "nobody else writes members with an external id")]
    who = ", ".join(sorted({str(one["CreatedById"]) for one in found}))
    count = f"{len(found)}{' or more' if len(found) == 200 else ''}"
    return [
        Finding(
            "campaign.writer",
            Severity.ADVICE,
            f"{count} members of the campaign were made with an external id by another user ({who})",
            "two integrations that write one campaign undo each other's statuses",
            ADMIN,
            "let one of them write: pause the other, or bind the event to a campaign of its own",
        )
    ]
