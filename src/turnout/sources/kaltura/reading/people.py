"""User profiles and users -> registrations: the page to ask for next, and the rows of one page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.clock import instant
from turnout.facts.people import REGISTRATION_COLUMNS
from turnout.sources.kaltura.connection.calls import PAGE, api_v3, ask, beside
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling
from turnout.wire import Request, Talk

ATTENDED: Final = frozenset({"attended", "participated", "participatedPostEvent"})
NAMES: Final = {
    "firstName": "first_name",
    "lastName": "last_name",
    "email": "email",
    "company": "company",
    "title": "title",
    "country": "country",
}
"""A user's own fields (facts §4.1), by the columns that they fill."""

ANSWERS: Final = {
    **NAMES,
    "jobTitle": "title",
    "job_title": "title",
    "phone": "phone",
    "phoneNumber": "phone",
    "industry": "industry",
}
"""Answers of the registration form that are columns of their own; all others are kept under their names."""

_COLUMNS: Final = frozenset(column.name for column in REGISTRATION_COLUMNS)


class Watermark(Struct, frozen=True):
    """How far the profiles of an event were read: the newest `updatedAt`, and the ids that were read at it.

    The filter is inclusive, so those come again. `skip` counts them where they fill a whole page.
    """

    at: str = ""
    ids: frozenset[str] = field(default_factory=frozenset)
    skip: int = 0


class Known(Struct, frozen=True):
    """A profile as it was last kept; `updated_at` "" where it is gone from Kaltura."""

    user: str
    status: str = ""
    updated_at: str = ""
    email: str = ""


def page(config: Config, app: str, mark: Watermark) -> Talk[Any]:
    """Return the next page of profiles by `updatedAt`, oldest first, or the Ruling that refuses it."""
    told: dict[str, Any] = {"appGuidIn": [app]}
    if mark.at:
        told["updatedAtGreaterThanOrEqual"] = mark.at
    return (yield from _list(config, told, {"offset": mark.skip, "limit": PAGE}, order="updatedAt"))


def counted(config: Config, app: str) -> Talk[Any]:
    """Return how many profiles an event has now, or the Ruling that refuses it."""
    data = yield from _listed(config, {"appGuidIn": [app]}, {"offset": 0, "limit": 1}, order="createdAt")
    return data if isinstance(data, Ruling) else int(data.get("totalCount") or 0)


def census(config: Config, app: str, offset: int) -> Talk[Any]:
    """Return a page of all profiles in the order in which they were made, or the Ruling that refuses it."""
    return (yield from _list(config, {"appGuidIn": [app]}, {"offset": offset, "limit": PAGE}, order="createdAt"))


def users(ids: Sequence[str]) -> Talk[Any]:
    """Return users by id, names and e-mail; ids that the service does not know are absent."""
    found: dict[str, Mapping[str, Any]] = {}
    listed = [one for one in dict.fromkeys(ids) if "," not in one]
    for start in range(0, len(listed), PAGE):
        fields = {
            "filter[objectType]": "KalturaUserFilter",
            "filter[idIn]": ",".join(listed[start : start + PAGE]),
            "pager[pageSize]": str(PAGE),
        }
        data = yield from ask(api_v3("user", "list", fields))
        if isinstance(data, Ruling):
            return data
        found |= {folded(str(one["id"])): one for one in data.get("objects") or []}
    for alone in sorted({one for one in ids if "," in one}):
        data = yield from ask(api_v3("user", "get", {"userId": alone}))
        if not isinstance(data, Ruling):
            found[folded(alone)] = data
    return found


def folded(user: str) -> str:
    """Return a user id as Kaltura compares it: with an @ in any capitals, else as it is (facts §4.1)."""
    return user.lower() if "@" in user else user


def after(mark: Watermark, profiles: Sequence[Mapping[str, Any]]) -> tuple[Watermark, bool]:
    """Return the watermark after a page, and whether there may be more to read."""
    if not profiles:
        return Watermark(mark.at, mark.ids), False
    newest = max(str(one["updatedAt"]) for one in profiles)
    ids = frozenset(str(one["id"]) for one in profiles if one["updatedAt"] == newest)
    more = len(profiles) >= PAGE
    if newest == mark.at:
        return Watermark(newest, mark.ids | ids, mark.skip + PAGE if more else 0), more
    return Watermark(newest, ids), more


def rows(
    event_id: str, profile: Mapping[str, Any], user: Mapping[str, Any], *, known: Known | None
) -> list[dict[str, Any]]:
    """Return what a profile tells of its person's statuses: the one it has, and those before that nobody saw."""
    data = profile.get("eventData") or {}
    person = _person(event_id, profile, user)
    at, made = str(data.get("statusUpdateTime") or profile.get("updatedAt") or ""), str(profile.get("createdAt") or "")
    now = str(data.get("attendanceStatus") or "created")
    told = [{**person, "status": now, "status_at": at}]
    first = str(data.get("firstAttendedStatusTime") or "")
    before = str(data.get("previousAttendanceStatus") or "")
    if before and before != now and (known is None or known.status not in (before, now)):
        when = first if before in ATTENDED and first else made
        told.insert(0, {**person, "status": before, "status_at": when if _earlier(when, at) else made})
    if first and not {now, before} & ATTENDED and known is None:
        told.insert(0, {**person, "status": "attended", "status_at": first})
    return told


def email_of(profile: Mapping[str, Any], user: Mapping[str, Any]) -> str:
    """Return a person's e-mail as Kaltura has it, blanks and capitals included ("" where it has none)."""
    return str(user.get("email") or (profile.get("profileData") or {}).get("email") or "")


def _person(event_id: str, profile: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
    answers = profile.get("profileData") or {}
    told = {
        "event_id": event_id,
        "user_id": str(profile["userId"]),
        "reg_origin": (profile.get("eventData") or {}).get("regOrigin"),
        "registered_at": profile.get("createdAt"),
        "updated_at": profile.get("updatedAt"),
    }
    for name, value in answers.items():
        column = ANSWERS.get(name, f"profile_{name}" if name in _COLUMNS else name)
        told.setdefault(column, value)
    for name, column in NAMES.items():
        if user.get(name):
            told[column] = user[name]
    return {name: value for name, value in told.items() if value not in (None, "")}


def _earlier(one: str, other: str) -> bool:
    try:
        return instant(one) <= instant(other)
    except ValueError:
        return False


def _list(config: Config, told: Mapping[str, Any], pager: Mapping[str, int], *, order: str) -> Talk[Any]:
    data = yield from _listed(config, told, pager, order=order)
    return data if isinstance(data, Ruling) else list(data.get("objects") or [])


def _listed(config: Config, told: Mapping[str, Any], pager: Mapping[str, int], *, order: str) -> Talk[Any]:
    return (yield from ask(_request(config, told, pager, order)))


def _request(config: Config, told: Mapping[str, Any], pager: Mapping[str, int], order: str = "") -> Request:
    body = {"filter": dict(told), "pager": dict(pager), "orderBy": order, "includeTotalCount": True}
    return beside(config, "user", "/user-profile/list", body=body)
