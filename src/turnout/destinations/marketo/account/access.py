"""What the API role may do -> findings: each permission proved, likely or not known, by calls that write nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from turnout.destinations.marketo.account.activity_type import approved
from turnout.destinations.marketo.rules import probe, refusal, results
from turnout.destinations.marketo.settings import identity_request
from turnout.values.bindings import Config
from turnout.values.findings import Finding, Severity
from turnout.wire import Request, Talk, form, get, post

OK, UNKNOWN, ADVICE, PROBLEM = Severity.OK, Severity.UNKNOWN, Severity.ADVICE, Severity.PROBLEM
ADMIN: Final = "a Marketo administrator"
NOBODY: Final = 2_147_483_647
"""The largest id there can be: no account of this world has handed it out, neither to a person nor to a program."""

NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
NO_TYPE: Final = "turnoutAsksWhetherItMay"
DENIED: Final = "603"
NOT_THERE: Final = (
    "603",
    "610",
    "611",
    "616",
    "701",
    "702",
    "703",
    "709",
    "1002",
    "1003",
    "1004",
    "1006",
    "1013",
    "1026",
)
"""Refusals that a probe expects: it may not, or what it would write to is not there."""


class Permission(Struct, frozen=True):
    """One box of Access API, as Admin > Users & Roles > Roles names it: what for, and how bad it is to lack it.

    `listed`: Kaltura's list of permissions has it.
    """

    name: str
    why: str
    lacking: Severity = PROBLEM
    listed: bool = True


PERSON: Final = Permission("Read-Write Person", "people and their statuses are written with it")
ACTIVITY: Final = Permission("Read-Write Activity", "custom activities are written and looked up with it", ADVICE)
METADATA: Final = Permission("Read-Write Activity Metadata", "custom activities are found and made with it", ADVICE)
ASSETS: Final = Permission("Read-Write Assets", "programs and channels are read with it, and programs made")
CAMPAIGNS: Final = Permission(
    "Read-Write Campaigns", "Kaltura's list asks for it; no call of Turnout's needs it", ADVICE
)
OBJECT: Final = Permission("Read-Write Custom Object", "engagement and poll answers are written with it", listed=False)
OBJECT_TYPE: Final = Permission(
    "Read-Write Custom Object Type", "only `provision` needs it, to make the custom objects", ADVICE, listed=False
)


def credentials(config: Config) -> Talk[tuple[Finding, str]]:
    """Return whether Marketo accepts the credentials, and the API user they belong to."""
    reply = yield probe(identity_request(config), "sign-in")
    body = reply.data()
    if isinstance(body, dict) and body.get("access_token"):
        return Finding("credentials", OK, "Marketo accepts the client id and the client secret"), str(
            body.get("scope") or ""
        )
    told = str(body.get("error_description") or body.get("error") or "") if isinstance(body, dict) else ""
    what = f"Marketo does not accept the client id and the client secret{f': {told}' if told else ''}"
    fix = "copy both again from Admin > LaunchPoint > View Details of the installed service"
    return Finding("credentials", PROBLEM, what, "nothing can be read or written", ADMIN, fix), ""


def allowed(wanted: Permission, code: str, *, proof: bool = False, severity: Severity | None = None) -> Finding:
    """Return the finding on one permission, from the code its probe was refused with ("" for none).

    `proof`: Marketo got as far as the record, which it does for nobody who may not write. A call that was not
    denied and proves no more makes it likely; another refusal leaves it unknown.
    """
    name, place = wanted.name, f"permission:{wanted.name}"
    if code == DENIED:
        forgotten = "" if wanted.listed else ", which Kaltura's list of permissions leaves out"
        fix = f"in Admin > Users & Roles > Roles tick Access API > {name} for the API user's role"
        what = f"the API role lacks {name}{forgotten}"
        return Finding(place, severity or wanted.lacking, what, wanted.why, ADMIN, fix)
    if proof:
        return Finding(place, OK, f"the API role has {name}")
    if code in NOT_THERE or not code:
        what = f"the API role likely has {name}: a call that would need it was not denied"
        return Finding(place, UNKNOWN, what, wanted.why, ADMIN)
    return Finding(place, UNKNOWN, f"whether the API role has {name} could not be proved ({code})", wanted.why, ADMIN)


def person_permission() -> Talk[Finding]:
    """Prove that people may be written, by an update of a lead id that cannot exist."""
    body = {"action": "updateOnly", "lookupField": "id", "input": [{"id": NOBODY}]}
    code, proof = yield from _tried(post("/rest/v1/leads.json", body, writing=False))
    return allowed(PERSON, code, proof=proof)


def asset_permission() -> Talk[Finding]:
    """See whether programs and channels can be read, and whether a program that cannot exist may be changed."""
    reply = yield probe(get("/rest/asset/v1/channels.json", {"maxReturn": "1"}), DENIED)
    if refusal(reply)[0] == DENIED:
        return allowed(ASSETS, DENIED)
    code, _ = yield from _tried(form(f"/rest/asset/v1/program/{NOBODY}.json", {"description": "none"}))
    if code != DENIED:
        return allowed(ASSETS, code)
    what = "the API role may read programs and channels, and lacks Read-Write Assets: it cannot make a program"
    fix = "in Admin > Users & Roles > Roles tick Access API > Read-Write Assets for the API user's role"
    return Finding(f"permission:{ASSETS.name}", ADVICE, what, ASSETS.why, ADMIN, fix)


def activity_permissions(meta: Mapping[str, Any] | None, code: str, *, wished: bool) -> Talk[list[Finding]]:
    """Say whether activities may be written and their types made; it is a problem only where they are wished.

    `code` is what reading the types was refused with, "" for nothing.
    """
    severity = PROBLEM if wished else ADVICE
    if code != DENIED:
        code, _ = yield from _tried(post(f"/rest/v1/activities/external/type/{NO_TYPE}/approve.json", writing=False))
    metadata = allowed(METADATA, code, severity=severity)
    return [(yield from _activity_permission(meta, severity)), metadata]


def _activity_permission(meta: Mapping[str, Any] | None, severity: Severity) -> Talk[Finding]:
    """Prove that activities may be written by one of a lead that cannot exist, else try with none at all."""
    rows = []
    if meta and approved(meta):
        one = {"leadId": NOBODY, "activityDate": "2026-01-01T00:00:00Z", "activityTypeId": int(meta["id"])}
        rows.append({**one, "primaryAttributeValue": "none", "attributes": []})
    request = post("/rest/v1/activities/external.json", {"input": rows}, writing=False)
    code, proof = yield from _tried(request)
    return allowed(ACTIVITY, code, proof=proof, severity=severity)


def campaign_permission() -> Talk[Finding]:
    """See whether campaigns can be read."""
    code, _ = yield from _tried(get("/rest/v1/campaigns.json", {"batchSize": "1"}))
    return allowed(CAMPAIGNS, code)


def object_permission(api_names: Sequence[str]) -> Talk[Finding]:
    """Prove that rows may be written, by an update of a row that cannot exist in an object that does."""
    if not api_names:
        return allowed(OBJECT, "")
    body = {"action": "updateOnly", "dedupeBy": "idField", "input": [{"marketoGUID": NO_GUID}]}
    path = f"/rest/v1/customobjects/{quote(api_names[0], safe='')}.json"
    code, proof = yield from _tried(post(path, body, writing=False))
    return allowed(OBJECT, code, proof=proof)


def object_type_permission() -> Talk[Finding]:
    """See whether object types may be made, by approving one that is not there."""
    code, _ = yield from _tried(post(f"/rest/v1/customobjects/schema/{NO_TYPE}/approve.json", writing=False))
    if code == "616":
        what = "the subscription does not include the custom object schema API"
        fix = "`turnout provision` writes out how the objects are made by hand"
        return Finding(f"permission:{OBJECT_TYPE.name}", ADVICE, what, OBJECT_TYPE.why, ADMIN, fix)
    return allowed(OBJECT_TYPE, code)


def _tried(request: Request) -> Talk[tuple[str, bool]]:
    """Return what a probe was refused with, and whether it got as far as its record."""
    reply = yield probe(request, *NOT_THERE)
    found = results(reply)
    return refusal(reply)[0], bool(found) and found[0].get("status") == "skipped"
