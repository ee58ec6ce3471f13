"""What an org offers: versions, resources, limits."""

from typing import Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.wire import Reply

DAY_SECONDS: Final = 86_400.0
NEWEST: Final = 68
OLDEST: Final = 31
_SEASONS: Final = ("Spring", "Summer", "Winter")
_UNCOUNTED: Final = ("/services/oauth2", "/id/", "/.well-known")


def version_label(version: int) -> str:
    """Return a version's season: 60 is Spring '24, 61 Summer '24, 62 Winter '25, and so on."""
    turn = version - 60
    return f"{_SEASONS[turn % 3]} '{24 + turn // 3 + (turn % 3 == 2)}"


def versions(_org: Org, _call: Call) -> Reply:
    """Answer GET /services/data: no session needed, not counted."""
    return json_reply(
        [
            {"label": version_label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST, NEWEST + 1)
        ]
    )


def versioned(version: str) -> None:
    """Let a path's version pass (`v31.0` to `v68.0`); raises Refusal for what is retired or not yet there."""
    number, _, minor = version.removeprefix("v").partition(".")
    if not version.startswith("v") or not number.isdigit() or minor != "0" or int(number) > NEWEST:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", None, status=404)
    if int(number) < OLDEST:
        words = f"API version {number}.0 is retired; use {OLDEST}.0 or later"
        raise Refusal("UNSUPPORTED_API_VERSION", words, None, status=410)


def number(call: Call) -> int:
    """Return the version that a call asks for."""
    return int(call.names["v"].removeprefix("v").partition(".")[0])


def resources(org: Org, call: Call) -> Reply:
    """Answer GET /services/data/vXX.0: the resources that are imitated."""
    names = ("sobjects", "query", "queryAll", "limits", "composite", "metadata", "jobs/ingest", "jobs/query", "tooling")
    paths = {name: f"/services/data/{call.names['v']}/{name}" for name in names}
    return json_reply({**paths, "identity": f"{call.origin}/id/{org.org_id}/{org.user_id}"})


def counted(org: Org, call: Call) -> None:
    """Count a call against the day's; raises Refusal where the day's are used up."""
    if not metered(call):
        return
    used = used_today(org, call.now)
    if used >= org.settings.api_requests:
        raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", None, status=403)
    org.calls_at.append(call.now)


def metered(call: Call) -> bool:
    """Return whether a call counts: all but sign-in and the list of versions."""
    return not call.path.startswith(_UNCOUNTED) and call.path.rstrip("/") != "/services/data"


def used_today(org: Org, now: float) -> int:
    """Return the calls of the last 24 hours."""
    if org.calls_at and org.calls_at[0] <= now - DAY_SECONDS:
        org.calls_at = [at for at in org.calls_at if at > now - DAY_SECONDS]
    return len(org.calls_at)


def limits(org: Org, call: Call) -> Reply:
    """Answer GET /limits; it needs View Setup and Configuration."""
    if not org.settings.view_setup:
        raise Refusal("INSUFFICIENT_ACCESS", "insufficient access rights on object id", None, status=403)
    maximum = org.settings.api_requests
    untouched = {"DailyBulkApiBatches": 15_000, "DailyBulkV2QueryJobs": 10_000, "DataStorageMB": 10_240}
    return json_reply(
        {
            "DailyApiRequests": {"Max": maximum, "Remaining": maximum - used_today(org, call.now)},
            **{name: {"Max": size, "Remaining": size} for name, size in untouched.items()},
        }
    )


def record_count(org: Org, call: Call) -> Reply:
    """Answer GET /limits/recordCount?sObjects=Lead,Contact; of none named, of all that have records."""
    asked = [name for name in call.query.get("sObjects", "").split(",") if name]
    named = [org.sobjects.get(name.strip().lower()) for name in asked] if asked else list(org.sobjects.values())
    counts = [
        {"count": len(org.table(sobject.name).rows), "name": sobject.name}
        for sobject in named
        if sobject and org.access.sees(sobject) and (asked or org.table(sobject.name).rows)
    ]
    return json_reply({"sObjects": counts})
