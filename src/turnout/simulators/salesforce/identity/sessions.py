"""Sessions: made by signing in, kept alive by calls, ended by idle time, by revoking, or by the door."""

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import Any

from msgspec import Struct

from turnout.simulators.kit.calls import Call
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal

GRANTS_EACH = 5
"""The sixth living refresh token of an app and a user ends the oldest one."""


class Code(Struct, frozen=True):
    """An authorization code: for whom it was made, and what the one who cashes it in must know."""

    redirect_uri: str
    scope: str
    challenge: str
    made_at: float


def granted(org: Org, call: Call, scope: str = "api") -> dict[str, Any]:
    """Return the token answer of a new session; there is no `expires_in`."""
    org.sessions_made += 1
    access_token = f"{org.org_id[:15]}!{sha256(f'{org.sessions_made}:{call.now}'.encode()).hexdigest()}"
    org.tokens[access_token] = call.now
    identity = f"{call.origin}/id/{org.org_id}/{org.user_id}"
    issued = str(int(call.now * 1000))
    signature = hmac.new(org.settings.client_secret.encode(), (identity + issued).encode(), sha256).digest()
    return {
        "access_token": access_token,
        "signature": b64encode(signature).decode(),
        "scope": scope,
        "instance_url": call.origin,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
        "api_instance_url": "https://api.salesforce.com",
    }


def refreshable(org: Org, call: Call, scope: str) -> dict[str, str]:
    """Return a new refresh token where the scope asks for one; of more than five the oldest dies."""
    if not {"refresh_token", "offline_access"} & set(scope.split()):
        return {}
    org.sessions_made += 1
    token = f"5Aep861{sha256(f'refresh:{org.sessions_made}:{call.now}'.encode()).hexdigest()}"
    org.refresh_tokens[token] = scope
    while len(org.refresh_tokens) > GRANTS_EACH:
        del org.refresh_tokens[next(iter(org.refresh_tokens))]
    return {"refresh_token": token}


def signed_in(org: Org, call: Call) -> None:
    """Let a call with a live session pass, and keep that session alive; raises Refusal otherwise."""
    kind, _, access_token = call.headers.get("authorization", "").partition(" ")
    if not kind:
        raise expired()
    if kind.lower() not in ("bearer", "oauth") or not access_token:
        raise Refusal("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", None, status=401)
    if not alive(org, access_token, call.now):
        raise expired()
    org.tokens[access_token] = call.now


def alive(org: Org, access_token: str, now: float) -> bool:
    """Return whether a session lives; one that idled too long is forgotten."""
    used_at = org.tokens.get(access_token)
    if used_at is None or now - used_at > org.settings.session_seconds:
        org.tokens.pop(access_token, None)
        return False
    return True


def expired() -> Refusal:
    """Return what a missing, unknown or expired session gets."""
    return Refusal("INVALID_SESSION_ID", "Session expired or invalid", None, status=401)
