"""Services session and appToken: start a session, by secret, widget or token; tell what it is; end it."""

from typing import Any, Final

from turnout.simulators.kaltura.account import ks
from turnout.simulators.kaltura.account.ks import Session, privileges_of
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.account.sessions import DAY_SECONDS
from turnout.simulators.kaltura.api.actions import Action, Asked


def start(asked: Asked) -> Any:
    """Return a KS for who knows a secret of the partner."""
    wanted = Session(
        partner_id=asked.number("partnerId", 0),
        user_id=asked.text("userId"),
        kind=asked.number("type", 0),
        expires_at=int(asked.now) + asked.number("expiry", DAY_SECONDS),
        privileges=privileges_of(asked.text("privileges")),
    )
    return asked.account.sessions.start_with_secret(asked.required("secret"), wanted)


def start_widget(asked: Asked) -> Any:
    """Return a session without rights, which an application token turns into another."""
    seconds = asked.number("expiry", DAY_SECONDS)
    session = asked.account.sessions.start_widget(asked.required("widgetId"), asked.now, seconds)
    return {
        "ks": asked.account.sessions.start(session),
        "partnerId": session.partner_id,
        "userId": session.user_id,
        "objectType": "KalturaStartWidgetSessionResponse",
    }


def start_token(asked: Asked) -> Any:
    """Return the session that an application token gives."""
    sessions, token_id = asked.account.sessions, asked.required("id")
    sessions.token_ready(token_id, asked.now)
    seconds = sessions.token_seconds(token_id, asked.number("expiry", 0) or None)
    wanted = Session(
        partner_id=asked.session.partner_id,
        user_id=asked.text("userId"),
        kind=asked.number("type", 0),
        expires_at=int(asked.now) + seconds,
        privileges=privileges_of(asked.text("sessionPrivileges")),
    )
    session = sessions.start_with_token(asked.ks, (token_id, asked.required("tokenHash")), wanted)
    return told(session, sessions.start(session))


def get(asked: Asked) -> Any:
    """Return what a session is: another one given, or the caller's own."""
    text = asked.text("session") or asked.ks
    secrets = {asked.account.settings.partner_id: asked.account.settings.admin_secret}
    session = ks.read(text, secrets)
    if session is None:
        raise Refused("INVALID_KS", text, -1, "INVALID_STR")
    return told(session, text)


def end(asked: Asked) -> Any:
    """End the caller's session."""
    asked.account.sessions.end(asked.ks)
    return None


def told(session: Session, text: str) -> dict[str, Any]:
    """Return a session as the API tells it."""
    return {
        "ks": text,
        "sessionType": session.kind,
        "partnerId": session.partner_id,
        "userId": session.user_id,
        "expiry": session.expires_at,
        "privileges": session.privilege_text,
        "objectType": "KalturaSessionInfo",
    }


ACTIONS: Final = (
    Action("session", "start", start, ("secret", "userId", "type", "expiry", "privileges"), "open"),
    Action("session", "startWidgetSession", start_widget, ("widgetId", "expiry"), "open"),
    Action("session", "get", get, ("session",), "any"),
    Action("session", "end", end, (), "any"),
    Action(
        "appToken",
        "startSession",
        start_token,
        ("id", "tokenHash", "userId", "type", "expiry", "sessionPrivileges"),
        "any",
    ),
)
