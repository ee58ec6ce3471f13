"""The public events API, its reading calls: events, sessions, people, the team; every reply has a status."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from turnout.clock import iso
from turnout.simulators.kaltura.account.happenings import Event, Session
from turnout.simulators.kaltura.account.people import Profile
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.account.world import World
from turnout.simulators.kaltura.services.bodies import Endpoint, Wanted, chosen, in_order, invalid, moment, pager, words

OK: Final = {"status": "ok"}
STATUS_OF: Final[Mapping[str, str]] = {
    "INVALID_KS": "NEW_LOGIN_REQUIRED",
    "MISSING_KS": "NEW_LOGIN_REQUIRED",
    "SERVICE_FORBIDDEN": "Forbidden",
    "VALIDATION_ERROR": "InvalidArgument",
    "UNKNOWN_PARAMETER": "InvalidArgument",
    "OBJECT_NOT_FOUND": "ResourceDoesNotExist",
    "RateLimitReached": "RateLimitReached",
}
"""How the events API says what the other services say with a code."""
DISPLAYED: Final[Mapping[str, str]] = {
    "created": "Created",
    "registered": "Registered",
    "unregistered": "Unregistered",
    "invited": "Invited",
    "invitedPendingRegistration": "Invited",
    "confirmed": "Confirmed",
    "autoConfirmed": "Confirmed",
    "attended": "Attended",
    "participated": "Participated",
    "participatedPostEvent": "Participated",
    "blocked": "Blocked",
}
TYPES: Final[Mapping[str, str]] = {"live": "LiveWebcast", "vod": "SimuLive", "room": "MeetingEntry"}
EVENT_ORDER: Final[Mapping[str, Callable[[Event], Any]]] = {
    "name": lambda event: event.name,
    "createdAt": lambda event: (event.created_at, event.id),
    "startDate": lambda event: (event.starts_at, event.id),
}


def event_list(wanted: Wanted) -> Any:
    """Return one page of events."""
    given = wanted.inner("filter")
    checks: list[Callable[[Event], bool]] = []
    if (ids := words(given, "idIn")) is not None:
        checks.append(lambda event: str(event.id) in ids)
    if term := str(given.get("searchTerm") or "").strip().lower():
        checks.append(lambda event: term in event.name.lower())
    for name, field in (("startDate", "starts_at"), ("endDate", "ends_at")):
        if (since := moment(given, f"{name}GreaterThanOrEqual")) is not None:
            checks.append(_since(field, since))
        if (until := moment(given, f"{name}LessOrEqualThan")) is not None:
            checks.append(_until(field, until))
    events = chosen(list(wanted.account.world.events.values()), checks)
    found = in_order(events, str(wanted.given.get("orderBy") or "-createdAt"), EVENT_ORDER)
    page = pager(wanted, limit=5, most=15)
    return {"events": [_event(event) for event in found[page]], "totalCount": len(found), **OK}


def session_list(wanted: Wanted) -> Any:
    """Return all sessions of an event."""
    event = _asked(wanted)
    return {"sessions": [_session(wanted.account.world, event, one) for one in event.sessions], **OK}


def speaker_list(wanted: Wanted) -> Any:
    """Return the speakers of an event's sessions: the seed has none."""
    _asked(wanted)
    return {"speakers": [], **OK}


def user_list(wanted: Wanted) -> Any:
    """Return one page of an event's people."""
    event, world, given = _asked(wanted), wanted.account.world, wanted.inner("filter")
    checks: list[Callable[[dict[str, Any]], bool]] = []
    if (ids := words(given, "idIn")) is not None:
        checks.append(lambda user: user["id"] in ids)
    if (roles := words(given, "roles")) is not None:
        checks.append(lambda user: bool(set(user["roles"]) & set(roles)))
    if term := str(given.get("searchTerm") or "").strip().lower():
        checks.append(lambda user: term in f"{user['firstName']} {user['lastName']} {user['email']}".lower())
    everybody = wanted.account.kept(("event users", event.id, world.version, world.edits), lambda: _users(world, event))
    order = str(wanted.given.get("orderBy") or "-createdAt")
    users = in_order(chosen(everybody, checks), order, USER_ORDER)
    return {"users": users[pager(wanted, limit=30, most=500)], "totalCount": len(users), **OK}


USER_ORDER: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    "createdAt": lambda user: (user["createdAt"], user["id"]),
    "fullName": lambda user: (f"{user['firstName']} {user['lastName']}", user["id"]),
}


def team_list(wanted: Wanted) -> Any:
    """Return the team of the account."""
    team = wanted.account.settings.team_members
    shown = [{"id": one, "firstName": "", "lastName": "", "email": one, "disabled": False} for one in team]
    return {"teamMembers": shown[pager(wanted, limit=30, most=500)], "totalCount": len(shown), **OK}


def _asked(wanted: Wanted) -> Event:
    number = wanted.given.get("eventId")
    if not isinstance(number, int):
        raise invalid("eventId must be a number")
    if number not in wanted.account.world.events:
        raise Refused("OBJECT_NOT_FOUND")
    return wanted.account.world.events[number]


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "publicDomain": f"event-{event.id}.example.com",
        "name": event.name,
        "description": "",
        "startDate": iso(event.starts_at),
        "endDate": iso(event.ends_at),
        "timezone": "UTC",
        "labels": [],
        "createdAt": iso(event.created_at),
        "updatedAt": iso(event.created_at),
        "languages": ["en"],
        "isRegistrationOpen": True,
        "templateId": "tm0000",
        "templateName": "Blank",
    }


def _session(world: World, event: Event, session: Session) -> dict[str, Any]:
    return {
        "id": session.entry_id,
        "createdAt": iso(event.created_at),
        "updatedAt": iso(event.created_at),
        "name": session.name,
        "description": "",
        "startDate": iso(session.starts_at),
        "endDate": iso(session.ends_at),
        "tags": [],
        "rsvpCount": sum(of == event.id for of, _ in world.profiles),
        "type": TYPES[session.type],
        "visibility": "published",
        "thumbnailUrl": "",
    }


def _users(world: World, event: Event) -> list[dict[str, Any]]:
    return [_user(world, profile) for (of, _), profile in world.profiles.items() if of == event.id]


def _user(world: World, profile: Profile) -> dict[str, Any]:
    user = world.users[profile.user]
    return {
        "id": sha256(profile.user.encode()).hexdigest(),
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "title": user.title,
        "company": user.company,
        "bio": "",
        "roles": ["Attendees"],
        "createdAt": iso(profile.created_at),
        "updatedAt": iso(profile.updated_at),
        "status": DISPLAYED.get(profile.status, ""),
    }


def _since(field: str, since: float) -> Callable[[Event], bool]:
    return lambda event: bool(getattr(event, field) >= since)


def _until(field: str, until: float) -> Callable[[Event], bool]:
    return lambda event: bool(getattr(event, field) <= until)


PAGER: Final = ("filter", "pager", "pager.offset", "pager.limit", "orderBy")
EVENT_FILTER: Final = (
    "filter.idIn",
    "filter.searchTerm",
    "filter.startDateGreaterThanOrEqual",
    "filter.startDateLessOrEqualThan",
    "filter.endDateGreaterThanOrEqual",
    "filter.endDateLessOrEqualThan",
)
USER_FILTER: Final = ("eventId", "filter.idIn", "filter.roles", "filter.searchTerm")
ENDPOINTS: Final = (
    Endpoint("events-api", "/api/v1/events/list", event_list, (*PAGER, *EVENT_FILTER), ("ADMIN_BASE",)),
    Endpoint("events-api", "/api/v1/sessions/list", session_list, ("eventId",)),
    Endpoint("events-api", "/api/v1/sessions/speakerList", speaker_list, ("eventId", "sessionId")),
    Endpoint("events-api", "/api/v1/event-users/list", user_list, (*PAGER, *USER_FILTER)),
    Endpoint("events-api", "/api/v1/team-members/list", team_list, PAGER),
)
