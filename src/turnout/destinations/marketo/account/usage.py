"""What is used of the account, by whom, and what time it has there -> findings."""

from email.utils import parsedate_to_datetime
from typing import Any, Final

from turnout.destinations.marketo.account.access import ADMIN, ADVICE, OK, PROBLEM, UNKNOWN
from turnout.destinations.marketo.rules import results
from turnout.destinations.marketo.settings import whole
from turnout.values.bindings import Config
from turnout.values.findings import Finding
from turnout.wire import Reply, Talk, get

NEAR: Final = 0.8
SKEW_SECONDS: Final = 60.0


def usage_findings(config: Config, api_user: str) -> Talk[list[Finding]]:
    """Say what is left of the day's calls, who else uses them, and whether the clocks agree."""
    reply = yield get("/rest/v1/stats/usage.json")
    day = next(iter(results(reply)), {})
    return [_quota(config, int(day.get("total") or 0)), _others(day.get("users") or [], api_user), _clock(reply)]


def _quota(config: Config, used: int) -> Finding:
    daily = whole(config, "daily_calls")
    what = f"{used} of {daily} calls of this day are used"
    if used < daily * NEAR:
        return Finding("quota", OK, what)
    why = "above it Marketo refuses all services until midnight, US Central time"
    fix = "see Admin > Web Services, API Call Information, for who used them; set daily_calls if the number is another"
    return Finding("quota", PROBLEM if used >= daily else ADVICE, what, why, ADMIN, fix)


def _others(users: list[dict[str, Any]], api_user: str) -> Finding:
    """Say who else calls: another integration may write the same program, and takes its part of the limits."""
    others = {str(one.get("userId")): int(one.get("count") or 0) for one in users if one.get("userId") != api_user}
    if not api_user:
        return Finding("second_writer", UNKNOWN, "Marketo does not say which API user Turnout is", "", ADMIN)
    if not others:
        return Finding("second_writer", OK, "no other API user made a call today")
    told = ", ".join(f"{name} ({count} calls)" for name, count in sorted(others.items()))
    what = f"other API users called today: {told}"
    why = "they share the account's limits, and one of them may write the same program"
    fix = "see Admin > LaunchPoint for what they are; lower share_percent, or stop what writes the same statuses"
    return Finding("second_writer", ADVICE, what, why, ADMIN, fix)


def _clock(reply: Reply) -> Finding:
    """Compare the two clocks: claims, settled sessions and look-ups of lost answers are reckoned by ours."""
    there = _moment(reply)
    if not (reply.at and there):
        return Finding("clock", UNKNOWN, "Marketo's answer does not tell its time")
    skew = reply.at - there
    if abs(skew) <= SKEW_SECONDS:
        return Finding("clock", OK, "this machine's clock agrees with Marketo's")
    what = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Marketo's"
    return Finding("clock", PROBLEM, what, "lost answers are looked up by the time", "you", "set the clock by NTP")


def _moment(reply: Reply) -> float:
    """Return when Marketo answered: its Date header, else the milliseconds that its request ids end in."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except ValueError:
        pass
    _, _, stamp = str(reply.json().get("requestId") or "").partition("#")
    try:
        return int(stamp, 16) / 1000
    except ValueError:
        return 0.0
