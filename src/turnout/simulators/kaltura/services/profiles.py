"""The user profile service: who is registered for what, and how far they came; the deleted are never listed."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from turnout.clock import iso
from turnout.simulators.kaltura.account.people import ORIGINS, STATUSES, Profile
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.services.bodies import Endpoint, Wanted, chosen, in_order, invalid, moment, pager, words

DEFAULT_LIMIT: Final = 50
ORDER: Final[Mapping[str, Callable[[Profile], Any]]] = {
    "createdAt": lambda one: (one.created_at, one.id),
    "updatedAt": lambda one: (one.updated_at, one.id),
}
TIMES: Final = ("createdAt", "updatedAt")
ONE_OF: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "attendanceStatus": ("status", STATUSES),
    "previousAttendanceStatus": ("previous", STATUSES),
    "regOrigin": ("origin", ORIGINS),
}
FILTER: Final = (
    "idIn",
    "appGuidIn",
    "userIdIn",
    "regOriginIn",
    "status",
    *ONE_OF,
    *(f"{name}{end}" for name in TIMES for end in ("GreaterThanOrEqual", "LessThanOrEqual")),
)


def shown(profile: Profile, partner_id: int) -> dict[str, Any]:
    """Return a profile as the service shows it; times in ISO 8601 with milliseconds."""
    event: dict[str, Any] = {"regOrigin": profile.origin} if profile.origin else {}
    if profile.status:
        event |= {"attendanceStatus": profile.status, "statusUpdateTime": iso(profile.status_at)}
    event["isRegistered"] = profile.registered
    if profile.previous:
        event["previousAttendanceStatus"] = profile.previous
    if profile.first_attended_at:
        event["firstAttendedStatusTime"] = iso(profile.first_attended_at)
    made = {
        "id": profile.id,
        "partnerId": partner_id,
        "appGuid": profile.app_guid,
        "userId": profile.user,
        "status": "enabled",
        "profileData": profile.data,
        "eventData": event,
        "appData": {},
        "createdAt": iso(profile.created_at),
        "updatedAt": iso(profile.updated_at),
        "objectType": "UserProfile",
    }
    if profile.login:
        made["loginData"] = {"lastLoginDate": iso(profile.login_at), "lastLoginType": profile.login}
    return made


def profile_list(wanted: Wanted) -> Any:
    """Return one page of the profiles that the filter takes."""
    total = wanted.given.get("includeTotalCount", True)
    page = pager(wanted, limit=DEFAULT_LIMIT, most=wanted.account.settings.page_rows)
    found = matching(wanted, wanted.inner("filter"), str(wanted.given.get("orderBy") or "createdAt"))
    partner = wanted.account.settings.partner_id
    return {
        "objects": [shown(profile, partner) for profile in found[page]],
        "totalCount": len(found) if total else -1,
    }


def matching(wanted: Wanted, given: Mapping[str, Any], order: str) -> list[Profile]:
    """Return the profiles that a filter takes, in an order; the same as long as nobody changes."""
    key = ("profiles", repr(sorted(given.items())), order, wanted.account.world.version, wanted.account.world.edits)
    return wanted.account.kept(key, lambda: _matching(wanted, given, order))


def _matching(wanted: Wanted, given: Mapping[str, Any], order: str) -> list[Profile]:
    profiles = list(wanted.account.world.profiles.values())
    return in_order(chosen(profiles, _checks(given)), order, ORDER)


def profile_get(wanted: Wanted) -> Any:
    """Return one profile."""
    name = str(wanted.given.get("id") or "")
    if not name:
        raise invalid("id is required")
    for profile in wanted.account.world.profiles.values():
        if profile.id == name:
            return shown(profile, wanted.account.settings.partner_id)
    raise Refused("USER_PROFILE_NOT_FOUND", name)


def profile_by_filter(wanted: Wanted) -> Any:
    """Return the first profile that a filter takes, or null."""
    found = matching(wanted, wanted.given, "createdAt")
    return shown(found[0], wanted.account.settings.partner_id) if found else None


def stats(wanted: Wanted) -> Any:
    """Return how many profiles there are for each application and value of the dimensions."""
    given = wanted.inner("filter")
    dimensions = words(wanted.given, "dimensions")
    if not dimensions or any(one not in ("attendanceStatus", "regOrigin") for one in dimensions):
        raise invalid("dimensions must be attendanceStatus, regOrigin, or both")
    if not words(given, "appGuidIn"):
        raise invalid("filter.appGuidIn must have at least one element")
    statuses = words(given, "attendanceStatusIn")
    checks = _checks({name: value for name, value in given.items() if name != "attendanceStatusIn"})
    found = chosen(list(wanted.account.world.profiles.values()), checks)
    counted = Counter(
        (one.app_guid, tuple((name, getattr(one, ONE_OF[name][0])) for name in dimensions))
        for one in found
        if statuses is None or one.status in statuses
    )
    results = [
        {"appGuid": guid, "dimensions": dict(values), "count": number}
        for (guid, values), number in sorted(counted.items())
    ]
    return {"results": results, "sum": counted.total()}


def _checks(given: Mapping[str, Any]) -> list[Callable[[Profile], bool]]:
    checks: list[Callable[[Profile], bool]] = []
    for name, field in (("idIn", "id"), ("appGuidIn", "app_guid"), ("regOriginIn", "origin")):
        if (asked := words(given, name)) is not None:
            checks.append(_among(field, frozenset(asked)))
    if (users := words(given, "userIdIn")) is not None:
        folded = frozenset(_folded(user) for user in users)
        checks.append(lambda one: _folded(one.user) in folded)
    for name, (field, known) in ONE_OF.items():
        value = given.get(name)
        if value is not None and value not in known:
            raise invalid(f"{name} must be one of: {', '.join(known)}")
        if value is not None and not (name == "regOrigin" and given.get("regOriginIn")):
            checks.append(_among(field, frozenset([value])))
    if given.get("status") == "disabled":
        checks.append(lambda _one: False)
    for name, field in (("createdAt", "created_at"), ("updatedAt", "updated_at")):
        checks += _between(field, moment(given, f"{name}GreaterThanOrEqual"), moment(given, f"{name}LessThanOrEqual"))
    return checks


def _among(field: str, values: frozenset[Any]) -> Callable[[Profile], bool]:
    return lambda one: getattr(one, field) in values


def _between(field: str, since: float | None, until: float | None) -> list[Callable[[Profile], bool]]:
    """Return checks of a time; both ends are in, by the milliseconds that the service shows."""
    checks: list[Callable[[Profile], bool]] = []
    if since is not None:
        checks.append(lambda one: int(getattr(one, field) * 1000) >= int(since * 1000))
    if until is not None:
        checks.append(lambda one: int(getattr(one, field) * 1000) <= int(until * 1000))
    return checks


def _folded(user: str) -> str:
    """Return a user id as it is compared: one with an @ without regard to capitals."""
    return user.lower() if "@" in user else user


LIST: Final = (*(f"filter.{name}" for name in FILTER), "filter", "pager", "orderBy", "includeTotalCount")
PAGER: Final = ("pager.offset", "pager.limit")
STATS: Final = ("filter.appGuidIn", "filter.attendanceStatusIn", "filter.regOriginIn", "dimensions")
ENDPOINTS: Final = (
    Endpoint("user", "/api/v1/user-profile/list", profile_list, (*LIST, *PAGER)),
    Endpoint("user", "/api/v1/user-profile/get", profile_get, ("id",)),
    Endpoint("user", "/api/v1/user-profile/getByFilter", profile_by_filter, FILTER),
    Endpoint("user", "/api/v1/reports/eventDataStats", stats, STATS, ("ANALYTICS_BASE", "EP_USER_ANALYTICS")),
)
