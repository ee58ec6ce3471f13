"""What the session may do: each service asked once, and for what it may not, whom to ask."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from turnout.sources.kaltura.connection import session
from turnout.sources.kaltura.connection.calls import api_v3, ask, beside
from turnout.sources.kaltura.connection.settings import EVENT
from turnout.sources.kaltura.reading import tables
from turnout.sources.kaltura.reading.tables import Span
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding, Severity
from turnout.values.verdicts import Ruling
from turnout.wire import Talk

ADMINISTRATOR: Final = "a KMC administrator"
KALTURA: Final = "your Kaltura representative, who knows what is licensed"
ADMIN_SESSION: Final = 2


class Probe(Struct, frozen=True):
    """A service that a pull needs: a call of it for an event, why it is needed, and whom to ask."""

    code: str
    what: str
    why: str
    who: str
    call: Callable[[Config, str], Talk[Any]]


def _list(name: str) -> Callable[[Config, str], Talk[Any]]:
    return lambda config, event: ask(api_v3(name, "list", {"pager[pageSize]": "1", "pager[pageIndex]": "1"}))


def _beside(name: str, path: str, body: dict[str, Any]) -> Callable[[Config, str], Talk[Any]]:
    return lambda config, event: ask(beside(config, name, path, body=body))


def _sessions(config: Config, event: str) -> Talk[Any]:
    return ask(beside(config, "events", "/sessions/list", body={"eventId": int(event) if event.isdigit() else event}))


def _polls(config: Config, event: str) -> Talk[Any]:
    return ask(beside(config, "chat", "/polls/analytics", body={"contextId": "0_none"}))


def _table(report: str) -> Callable[[Config, str], Talk[Any]]:
    return lambda config, event: tables.table(report, _moment(event))


def _custom(report: str) -> Callable[[Config, str], Talk[Any]]:
    return lambda config, event: tables.custom(report, _moment(event))


def _reactions(config: Config, event: str) -> Talk[Any]:
    """Ask for report 4021 in a session of its own: only one that was made for an event may have it."""
    own = Config(config.kind, config.name, {**config.settings, EVENT: event})
    made = yield from session.sign_in(own)
    moment = tables.custom("4021", _moment(event))
    reply = yield session.by_itself(next(moment), made)
    yield session.by_itself(session.end(), made)
    return tables.unquoted(reply, "4021")


def _moment(event: str) -> Span:
    return Span(event, 1_600_000_000, 1_600_000_060, "0_none")


_PROFILES: Final = {"pager": {"offset": 0, "limit": 1}}
PROBES: Final = (
    Probe("profiles", "user profiles", "registrations and attendance statuses come from them", KALTURA,
          _beside("user", "/user-profile/list", _PROFILES)),
    Probe("registry", "the app registry", "it tells which people belong to which event", KALTURA,
          _beside("registry", "/app-registry/list", {"filter": {"appCustomIdIn": ["0"]}})),
    Probe("sessions", "the sessions of the event", "without it they must be added by `turnout event add`",
          "a KMC administrator: make user_id a team member of the event", _sessions),
    Probe("entries", "entries (baseEntry)", "names and durations of sessions come from them", ADMINISTRATOR,
          _list("baseEntry")),
    Probe("channels", "channels (category)", "names of channels come from them", ADMINISTRATOR, _list("category")),
    Probe("users", "users", "names and e-mail addresses come from them", ADMINISTRATOR, _list("user")),
    Probe("polls", "chat and polls", "poll answers come from it", KALTURA, _polls),
    Probe("report:60013", "report 60013", "minutes, reactions, chat and questions come from it", KALTURA,
          _table("60013")),
    Probe("report:40009", "report 40009", "plays and completion come from it", KALTURA, _table("40009")),
    Probe("report:60011", "report 60011", "the five levels of engagement come from it", KALTURA, _table("60011")),
    Probe("report:3037", "report 3037", "it tells which sessions changed: without it all are read", KALTURA,
          _custom("3037")),
    Probe("report:4021", "report 4021", "kinds of reactions, calendar, microphone and camera come from it",
          "where an application token is used: whoever made it must give it the privilege virtualeventid; else "
          + KALTURA, _reactions),
)  # fmt: skip
"""In the order in which a pull uses them."""


def doctor(config: Config, binding: Binding | None) -> Talk[list[Finding]]:
    """Return a finding for each service that a pull needs; nothing is written."""
    event = binding.event_id if binding else config.get(EVENT)
    found = [(yield from _session(config))]
    events = yield from ask(api_v3("virtualevent_virtualevent", "list", {"pager[pageSize]": "1"}))
    found.append(_events(events))
    if not event and not isinstance(events, Ruling):
        event = next((str(one["id"]) for one in events.get("objects") or []), "")
    for probe in PROBES:
        answer = yield from probe.call(config, event or "0")
        found.append(_finding(probe, answer))
    yield session.end()
    return found


def _session(config: Config) -> Talk[Finding]:
    told = yield from ask(api_v3("session", "get"))
    kind = None if isinstance(told, Ruling) else told.get("sessionType")
    if kind is None:
        return Finding("session", Severity.UNKNOWN, "what kind of session it is cannot be read")
    if kind != ADMIN_SESSION:
        return Finding(
            "session.kind",
            Severity.PROBLEM,
            "the session is a user's, not an administrator's",
            "reports and profiles are refused to users",
            ADMINISTRATOR,
            "make the application token with sessionType 2 (ADMIN)",
        )
    return Finding("session", Severity.OK, f"signed in as {told.get('userId') or 'nobody by name'}")


def _events(told: Any) -> Finding:
    if isinstance(told, Ruling):
        why = "what can be pulled is found there"
        return Finding("service.refused:events", Severity.PROBLEM, told.sentence(), why, KALTURA, told.fix)
    if not told.get("objects"):
        return Finding("events.none", Severity.ADVICE, "the account has no virtual event", "there is nothing to pull")
    return Finding("service:events", Severity.OK, "virtual events can be read")


def _finding(probe: Probe, answer: Any) -> Finding:
    if isinstance(answer, Ruling):
        what = f"{probe.what}: {answer.sentence()}"
        return Finding(f"service.refused:{probe.code}", Severity.PROBLEM, what, probe.why, probe.who, answer.fix)
    return Finding(f"service:{probe.code}", Severity.OK, f"{probe.what} can be read")
