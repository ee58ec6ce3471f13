"""Kaltura's virtual events, sessions, entries and channels -> an event as Turnout keeps it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from turnout.clock import instant
from turnout.sources.kaltura.connection.calls import PAGE, api_v3, ask, beside, every
from turnout.state.events import Event, EventSession
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling
from turnout.wire import Talk

VIRTUAL_EVENT: Final = "virtualevent_virtualevent"
LIVE_ENTRY: Final = 7
LIVE_SESSIONS: Final = frozenset({"LiveWebcast", "LiveKME", "MeetingEntry", "VirtualLearningRoom"})
EVENTS_PAGE: Final = 15
ACTIVE: Final = 2


class Described(Struct, frozen=True):
    """An event as Kaltura describes it: `app` is the application that its people register with ("" where unknown).

    `starts` tells when each session starts; `created_at` bounds reports. `notes` are what could not be read.
    """

    event: Event
    app: str
    channels: Sequence[tuple[int, str]] = ()
    starts: Mapping[str, float] = {}
    created_at: float = 0.0
    notes: tuple[str, ...] = ()


def listed() -> Talk[Any]:
    """Return (id, name) of all virtual events that are not deleted, or the Ruling that refuses it."""
    found = yield from every(VIRTUAL_EVENT, {"filter[objectType]": "KalturaVirtualEventFilter"})
    if isinstance(found, Ruling):
        return found
    return [(str(one["id"]), str(one.get("name") or "")) for one in found if one.get("status", ACTIVE) == ACTIVE]


def described(config: Config, event_id: str, known: Event | None = None) -> Talk[Any]:
    """Return one event with its sessions and channels, or the Ruling that refuses it.

    Its times and sessions come from the events API; where that refuses, what is `known` of them stands.
    """
    head = yield from ask(api_v3(VIRTUAL_EVENT, "get", {"id": event_id}))
    if isinstance(head, Ruling):
        return head
    name = str(head.get("name") or event_id)
    dates = yield from _dates(config, event_id, name)
    sessions = yield from _sessions(config, event_id)
    notes = tuple(f"{one.sentence()}" for one in (dates, sessions) if isinstance(one, Ruling))
    given = [] if isinstance(sessions, Ruling) else sessions
    ids = [str(one["id"]) for one in given] or [one.entry_id for one in (known.sessions if known else ())]
    entries = yield from _entries(ids)
    if isinstance(entries, Ruling):
        notes += (entries.sentence(),)
        entries = {}
    channels = yield from _channels(entries.values())
    if isinstance(channels, Ruling):
        notes += (channels.sentence(),)
        channels = []
    app = yield from _app(config, event_id)
    if isinstance(app, Ruling):
        return app
    starts, ends = _span(dates, entries.values(), known)
    kinds = {str(one["id"]): str(one.get("type") or "") for one in given}
    return Described(
        Event(
            event_id,
            name,
            starts,
            ends,
            tuple(_session(one, entries.get(one, {}), kinds=kinds, known=known) for one in ids),
        ),
        app,
        channels,
        {one: _seconds(entries.get(one, {}).get("startDate")) or starts for one in ids},
        _seconds(head.get("createdAt")),
        notes,
    )


def _dates(config: Config, event_id: str, name: str) -> Talk[Any]:
    """Return (start, end) of an event, or None where the events API does not list it."""
    offset = 0
    while True:
        paging = {"offset": offset, "limit": EVENTS_PAGE}
        body = {"filter": {"searchTerm": name or " "}, "pager": paging}
        data = yield from ask(beside(config, "events", "/events/list", body=body))
        if isinstance(data, Ruling):
            return data
        some = data.get("events") or []
        for one in some:
            if str(one.get("id")) == event_id:
                return _seconds(one.get("startDate")), _seconds(one.get("endDate"))
        offset += len(some)
        if not some or offset >= int(data.get("totalCount") or 0):
            return None


def _sessions(config: Config, event_id: str) -> Talk[Any]:
    body = {"eventId": int(event_id) if event_id.isdigit() else event_id}
    data = yield from ask(beside(config, "events", "/sessions/list", body=body))
    return data if isinstance(data, Ruling) else [one for one in data.get("sessions") or [] if one.get("id")]


def _entries(ids: Sequence[str]) -> Talk[Any]:
    """Return the entries of sessions by id: names, durations, the channels that they are in."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), PAGE):
        fields = {"filter[objectType]": "KalturaBaseEntryFilter", "filter[idIn]": ",".join(ids[start : start + PAGE])}
        some = yield from every("baseEntry", fields)
        if isinstance(some, Ruling):
            return some
        found |= {str(one["id"]): one for one in some}
    return found


def _channels(entries: Iterable[Mapping[str, Any]]) -> Talk[Any]:
    """Return (id, name) of all channels that sessions are in."""
    told = {one.strip() for entry in entries for one in str(entry.get("categoriesIds") or "").split(",")}
    ids = sorted((one for one in told if one.isdigit()), key=int)
    if not ids:
        return []
    fields = {"filter[objectType]": "KalturaCategoryFilter", "filter[idIn]": ",".join(ids)}
    found = yield from every("category", fields)
    return found if isinstance(found, Ruling) else [(int(one["id"]), str(one.get("name") or "")) for one in found]


def _app(config: Config, event_id: str) -> Talk[Any]:
    """Return the id of the application that an event's people register with ("" where there is none)."""
    body = {"filter": {"appCustomIdIn": [event_id]}}
    data = yield from ask(beside(config, "registry", "/app-registry/list", body=body))
    if isinstance(data, Ruling):
        return data
    return next((str(one["id"]) for one in data.get("objects") or [] if str(one.get("appCustomId")) == event_id), "")


def _span(dates: Any, entries: Iterable[Mapping[str, Any]], known: Event | None) -> tuple[float, float]:
    """Return when an event starts and ends: its own dates, else those of its entries, else what was known."""
    if isinstance(dates, tuple) and all(dates):
        return dates
    starts = [at for one in entries if (at := _seconds(one.get("startDate")))]
    ends = [at for one in entries if (at := _seconds(one.get("endDate")))]
    before = (known.starts_at, known.ends_at) if known else (0.0, 0.0)
    return min(starts, default=before[0]), max(ends, default=before[1])


def _session(entry_id: str, entry: Mapping[str, Any], *, kinds: Mapping[str, str], known: Event | None) -> EventSession:
    before = next(
        (one for one in (known.sessions if known else ()) if one.entry_id == entry_id), EventSession(entry_id)
    )
    live = entry.get("type") == LIVE_ENTRY or kinds.get(entry_id) in LIVE_SESSIONS
    kind = before.type if not entry else "live" if live else "vod"
    duration = int(entry.get("msDuration") or 0) or int(float(entry.get("duration") or 0) * 1000)
    return EventSession(entry_id, str(entry.get("name") or before.name), kind, duration or before.duration_ms)


def _seconds(value: Any) -> float:
    """Return a time as seconds: api_v3 tells seconds, the services beside it ISO 8601."""
    if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
        return instant(value) if value else 0.0
    return float(value or 0)
