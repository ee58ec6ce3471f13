"""Services baseEntry, category, user and virtualEvent: what an account holds, as the API's objects."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from turnout.simulators.kaltura.account.happenings import Channel, Event, Session
from turnout.simulators.kaltura.account.ks import ADMIN
from turnout.simulators.kaltura.account.people import User
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.actions import Action, Asked
from turnout.simulators.kaltura.api.listing import filter_names, ids_asked, listed

READY: Final = 2
ACTIVE: Final = 2
MEDIA_CLIP, LIVE_STREAM = 1, 7
VIDEO, LIVE_STREAM_FLASH = 1, 201
ENTRY_TYPES: Final[Mapping[str, tuple[str, Any]]] = {
    "live": ("KalturaLiveStreamEntry", LIVE_STREAM),
    "vod": ("KalturaMediaEntry", MEDIA_CLIP),
    "room": ("KalturaRoomEntry", "room.room"),
}
"""Of each type of session the entry's object and type."""


def entry(asked: Asked, event: Event, session: Session) -> dict[str, Any]:
    """Return a session's entry; a length that nobody knows is 0."""
    kind, number = ENTRY_TYPES[session.type]
    shown = {
        "id": session.entry_id,
        "name": session.name,
        "partnerId": asked.account.settings.partner_id,
        "status": READY,
        "type": number,
        "createdAt": int(event.created_at),
        "updatedAt": int(event.created_at),
        "startDate": int(session.starts_at),
        "endDate": int(session.ends_at),
        "categoriesIds": ",".join(str(channel.id) for channel in event.channels),
        "objectType": kind,
    }
    if session.type != "room":
        shown["mediaType"] = VIDEO if session.type == "vod" else LIVE_STREAM_FLASH
        shown["duration"] = session.duration_ms // 1000
        shown["msDuration"] = session.duration_ms
    return shown


def entries(asked: Asked) -> Iterator[dict[str, Any]]:
    """Yield all entries of the account."""
    for event in asked.account.world.events.values():
        for session in event.sessions:
            yield entry(asked, event, session)


def entry_list(asked: Asked) -> Any:
    """Return entries by filter."""
    return listed(asked, entries(asked), "KalturaBaseEntryListResponse")


def entry_get(asked: Asked) -> Any:
    """Return one entry."""
    wanted = asked.required("entryId")
    for shown in entries(asked):
        if shown["id"] == wanted:
            return shown
    raise Refused("ENTRY_ID_NOT_FOUND", wanted)


def category(asked: Asked, event: Event, channel: Channel) -> dict[str, Any]:
    """Return a channel as the category that it is."""
    return {
        "id": channel.id,
        "parentId": 0,
        "depth": 0,
        "partnerId": asked.account.settings.partner_id,
        "name": channel.name,
        "fullName": channel.name,
        "fullIds": str(channel.id),
        "entriesCount": len(event.sessions),
        "createdAt": int(event.created_at),
        "updatedAt": int(event.created_at),
        "status": ACTIVE,
        "objectType": "KalturaCategory",
    }


def categories(asked: Asked) -> Iterator[dict[str, Any]]:
    """Yield all channels of the account."""
    for event in asked.account.world.events.values():
        for channel in event.channels:
            yield category(asked, event, channel)


def category_list(asked: Asked) -> Any:
    """Return categories by filter."""
    return listed(asked, categories(asked), "KalturaCategoryListResponse")


def category_get(asked: Asked) -> Any:
    """Return one category."""
    wanted = asked.required("id")
    for shown in categories(asked):
        if str(shown["id"]) == wanted:
            return shown
    raise Refused("CATEGORY_NOT_FOUND", wanted)


def user(asked: Asked, person: User) -> dict[str, Any]:
    """Return a person as a user of the account."""
    return {
        "id": person.id,
        "partnerId": asked.account.settings.partner_id,
        "screenName": person.full_name or person.id,
        "fullName": person.full_name,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "email": person.email,
        "company": person.company,
        "title": person.title,
        "country": person.country,
        "status": 1,
        "type": 0,
        "isAdmin": False,
        "createdAt": int(person.created_at),
        "updatedAt": int(person.updated_at),
        "objectType": "KalturaUser",
    }


def user_list(asked: Asked) -> Any:
    """Return users by filter."""
    users, ids = asked.account.world.users, ids_asked(asked)
    people = users.values() if ids is None else (users[one] for one in dict.fromkeys(ids) if one in users)
    return listed(asked, (user(asked, person) for person in people), "KalturaUserListResponse")


def user_get(asked: Asked) -> Any:
    """Return one user; who is no admin may see only himself."""
    wanted = asked.text("userId") or asked.session.user_id
    if asked.session.kind != ADMIN and wanted != asked.session.user_id:
        raise Refused("CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION", wanted)
    if wanted not in asked.account.world.users:
        raise Refused("INVALID_USER_ID")
    return user(asked, asked.account.world.users[wanted])


def virtual_event(asked: Asked, event: Event) -> dict[str, Any]:
    """Return a virtual event; the form of its registration is JSON in a text."""
    shown = {
        "id": event.id,
        "partnerId": asked.account.settings.partner_id,
        "name": event.name,
        "description": "",
        "status": ACTIVE,
        "createdAt": int(event.created_at),
        "updatedAt": int(event.created_at),
        "eventUrl": f"https://event-{event.id}.example.com/",
        "objectType": "KalturaVirtualEvent",
    }
    if event.form is not None:
        shown["registrationFormSchema"] = json.dumps(event.form, ensure_ascii=False)
    return shown


def event_list(asked: Asked) -> Any:
    """Return virtual events by filter."""
    rows = (virtual_event(asked, event) for event in asked.account.world.events.values())
    return listed(asked, rows, "KalturaVirtualEventListResponse")


def event_get(asked: Asked) -> Any:
    """Return one virtual event."""
    wanted = asked.required("id")
    for event in asked.account.world.events.values():
        if str(event.id) == wanted:
            return virtual_event(asked, event)
    raise Refused("VIRTUAL_EVENT_NOT_FOUND", wanted)


TIMES: Final = (
    "createdAtGreaterThanOrEqual",
    "createdAtLessThanOrEqual",
    "updatedAtGreaterThanOrEqual",
    "updatedAtLessThanOrEqual",
)
IDS: Final = ("idEqual", "idIn", "idNotIn", "statusEqual", "statusIn", *TIMES)
SERVICE: Final = "virtualevent_virtualevent"
ACTIONS: Final = (
    Action("baseEntry", "list", entry_list, filter_names(*IDS, "typeEqual", "typeIn", "nameEqual", "nameStartsWith")),
    Action("baseEntry", "get", entry_get, ("entryId", "version"), "any"),
    Action("category", "list", category_list, filter_names(*IDS, "fullNameEqual", "fullNameStartsWith")),
    Action("category", "get", category_get, ("id",), "any"),
    Action("user", "list", user_list, filter_names(*IDS, "firstNameStartsWith", "lastNameStartsWith"), "admin"),
    Action("user", "get", user_get, ("userId",), "any"),
    Action(SERVICE, "list", event_list, filter_names(*IDS, "partnerIdEqual", "partnerIdIn")),
    Action(SERVICE, "get", event_get, ("id",)),
)
