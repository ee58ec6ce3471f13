"""A Kaltura session (KS): made from an application token or the admin secret, signed into calls, ended."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from msgspec.structs import replace

from turnout.destinations.kit import Session
from turnout.errors import SettingsError
from turnout.sources.kaltura.connection.calls import api_v3
from turnout.sources.kaltura.connection.rules import refusal
from turnout.sources.kaltura.connection.settings import EVENT, api
from turnout.values.bindings import Config
from turnout.wire import Request, Talk

LIFE_SECONDS: Final = 3600
MARGIN_SECONDS: Final = 60
ADMIN: Final = "2"
HASHES: Final = ("SHA256", "SHA1", "SHA512", "MD5")
WRONG_HASH: Final = "INVALID_APP_TOKEN_HASH"


def sign_in(config: Config) -> Talk[Session]:
    """Make a session of an hour, with no more privileges than the event's own; SettingsError tells what is wrong.

    An application token's length, user and privileges are fixed where it was made, whatever is asked for.
    """
    home = api(config)
    partner = config.get("partner_id").strip()
    if not partner.isdigit():
        raise SettingsError(f"partner_id of {config.name!r} is no number", "copy it from KMC > Settings > Integration")
    token = config.get("app_token_id") and config.get("app_token")
    if not token and not config.get("admin_secret"):
        raise SettingsError(
            f"{config.name!r} has neither an application token nor an admin secret",
            "set app_token_id and app_token, or admin_secret",
        )
    ks, at, until = yield from _by_token(config, home) if token else _by_secret(config, home)
    expires = at + LIFE_SECONDS - MARGIN_SECONDS if at else 0.0
    return Session(home, ks, min(expires, until - MARGIN_SECONDS) if at + MARGIN_SECONDS * 2 < until else expires)


def signed(request: Request, session: Session) -> Request:
    """Return a call with its address and session: in the form of api_v3, in the header beside it."""
    if request.url.startswith("http") and b"ks=" in request.body:
        return request  # it brings a session of its own
    if not request.url.startswith("/"):
        headers = {**request.headers, "Authorization": f"KS {session.token}"}
        return replace(request, headers=headers)
    ks = urlencode({"ks": session.token}).encode()
    return replace(request, url=session.base_url + request.url, body=request.body + b"&" + ks)


def by_itself(request: Request, session: Session) -> Request:
    """Return a call of api_v3 that brings its own session, whoever signs it afterwards."""
    return signed(request, session)


def end() -> Request:
    """Return the call that ends the session it is made in."""
    return api_v3("session", "end")


def privileges(config: Config) -> str:
    """Return what a session must be allowed beyond reading: the event whose reactions are asked for."""
    return f"virtualeventid:{config.get(EVENT)}" if config.get(EVENT) else ""


def _by_secret(config: Config, home: str) -> Talk[tuple[str, float, float]]:
    fields = {
        "secret": config.get("admin_secret"),
        "partnerId": config.get("partner_id").strip(),
        "type": ADMIN,
        "userId": config.get("user_id"),
        "expiry": str(LIFE_SECONDS),
        "privileges": privileges(config),
    }
    reply = yield _called(home, "session", "start", fields=fields)
    return _granted(reply.json()), reply.at, 0.0


def _by_token(config: Config, home: str) -> Talk[tuple[str, float, float]]:
    """Prove that the token is known by its hash over a widget's session, which anyone may have (facts §6)."""
    widget = {"widgetId": f"_{config.get('partner_id').strip()}", "expiry": str(LIFE_SECONDS)}
    reply = yield _called(home, "session", "startWidgetSession", fields=widget)
    ks = _granted(reply.json())
    chosen = config.get("app_token_hash", "auto")
    data: Any = None
    for name in HASHES if chosen == "auto" else (chosen,):
        proof = hashlib.new(name.lower(), (ks + config.get("app_token")).encode(), usedforsecurity=False).hexdigest()
        fields = {
            "ks": ks,
            "id": config.get("app_token_id"),
            "tokenHash": proof,
            "type": ADMIN,
            "expiry": str(LIFE_SECONDS),
            **({"userId": config.get("user_id")} if config.get("user_id") else {}),
            **({"sessionPrivileges": privileges(config)} if privileges(config) else {}),
        }
        reply = yield _called(home, "appToken", "startSession", fields=fields)
        data = reply.json()
        if not (told := refusal(data)) or told.code != WRONG_HASH:
            break
    return _granted(data), reply.at, float(data.get("expiry") or 0)


def _called(home: str, name: str, action: str, *, fields: Mapping[str, str]) -> Request:
    call = api_v3(name, action, fields)
    return replace(call, url=home + call.url)


def _granted(data: Any) -> str:
    told = refusal(data)
    if told:
        raise SettingsError(f"Kaltura gives no session: {told.meaning} ({told.code}: {told.words})", told.fix)
    ks = data.get("ks") if isinstance(data, dict) else data
    if not isinstance(ks, str) or not ks:
        raise SettingsError("Kaltura gives no session", "check service_url: it must be the address of api_v3's host")
    return ks
