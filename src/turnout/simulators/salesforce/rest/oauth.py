"""Signing in: the client-credentials flow, sessions that expire, and who is behind a token."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import Any

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.wire import Reply


def token(org: Org, call: Call) -> Reply:
    """Answer POST /services/oauth2/token; the client's id and secret stand in the body or as Basic."""
    form = call.form()
    client_id, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
    if not form.get("grant_type"):
        return _error("invalid_request", "missing required parameter: grant_type")
    if form["grant_type"] != "client_credentials":
        return _error("unsupported_grant_type", "grant type not supported")
    if not client_id:
        return _error("invalid_request", "missing required parameter: client_id")
    if client_id != org.settings.client_id:
        return _error("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret, org.settings.client_secret):
        return _error("invalid_client", "invalid client credentials")
    if not org.table("User").rows[org.user_id]["IsActive"]:
        return _error("invalid_grant", "no client credentials user enabled")
    return json_reply(_granted(org, call))


def _granted(org: Org, call: Call) -> dict[str, Any]:
    access_token = f"{org.org_id[:15]}!{sha256(f'{len(org.tokens)}:{call.now}'.encode()).hexdigest()}"
    org.tokens[access_token] = call.now
    identity = f"{call.origin}/id/{org.org_id}/{org.user_id}"
    issued = str(int(call.now * 1000))
    signature = hmac.new(org.settings.client_secret.encode(), (identity + issued).encode(), sha256).digest()
    return {
        "access_token": access_token,
        "signature": b64encode(signature).decode(),
        "scope": "api",
        "instance_url": call.origin,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
        "api_instance_url": "https://api.salesforce.com",
    }


def _basic(call: Call) -> tuple[str, str] | None:
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = b64decode(value).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def _error(code: str, words: str) -> Reply:
    return json_reply({"error": code, "error_description": words}, 400)


def signed_in(org: Org, call: Call) -> None:
    """Let a call with a live session pass, and keep that session alive; raises Refusal otherwise."""
    kind, _, access_token = call.headers.get("authorization", "").partition(" ")
    if not kind:
        raise expired()
    if kind.lower() not in ("bearer", "oauth") or not access_token:
        raise Refusal("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", None, status=401)
    used_at = org.tokens.get(access_token)
    if used_at is None or call.now - used_at > org.settings.session_seconds:
        org.tokens.pop(access_token, None)
        raise expired()
    org.tokens[access_token] = call.now


def expired() -> Refusal:
    """Return what a missing, unknown or expired session gets."""
    return Refusal("INVALID_SESSION_ID", "Session expired or invalid", None, status=401)


def revoke(org: Org, call: Call) -> Reply:
    """Answer POST /services/oauth2/revoke: 200 whether or not the token was known."""
    org.tokens.pop(call.form().get("token", ""), None)
    return Reply(200)


def userinfo(org: Org, call: Call) -> Reply:
    """Answer GET /services/oauth2/userinfo."""
    user = org.table("User").rows[org.user_id]
    return json_reply(
        {
            "sub": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "user_id": org.user_id,
            "organization_id": org.org_id,
            "preferred_username": user["Username"],
            "nickname": user["Alias"],
            "name": f"{user['FirstName']} {user['LastName']}",
            "email": user["Email"],
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": user["TimeZoneSidKey"],
            "active": user["IsActive"],
            "user_type": user["UserType"],
            "urls": {"rest": f"{call.origin}/services/data/v{{version}}/", "custom_domain": call.origin},
        }
    )
