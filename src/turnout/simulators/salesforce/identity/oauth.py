"""Signing in: /services/oauth2/authorize, token, revoke, introspect."""

import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.identity.assertion import Rejected, checked, claims
from turnout.simulators.salesforce.identity.sessions import Code, alive, granted, refreshable
from turnout.simulators.salesforce.org import Org
from turnout.wire import Reply

CODE_SECONDS: Final = 900.0
Form = Mapping[str, str]


class Wrong(Exception):
    """What a request to sign in gets that leads to no session: code, words, status."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status

    @property
    def reply(self) -> Reply:
        """Return the answer."""
        return json_reply({"error": self.code, "error_description": self.words}, self.status)


def token(org: Org, call: Call) -> Reply:
    """Answer POST /services/oauth2/token; the client's id and secret stand in the body or as Basic."""
    form = call.form() | _basic(call)
    try:
        kind = _given(form, "grant_type")
        grant = GRANTS.get(kind)
        if grant is None:
            raise Wrong("unsupported_grant_type", "grant type not supported")
        return grant(org, call, form)
    except Wrong as wrong:
        return wrong.reply


def _client_credentials(org: Org, call: Call, form: Form) -> Reply:
    _known_client(org, form, secret=True)
    if not org.table("User").rows[org.user_id]["IsActive"] or not org.settings.run_as:
        raise Wrong("invalid_grant", "no client credentials user enabled")
    return json_reply(granted(org, call))


def _jwt_bearer(org: Org, call: Call, form: Form) -> Reply:
    try:
        claimed = claims(_given(form, "assertion"), org.settings.certificate)
        if claimed.get("iss") != org.settings.client_id:
            raise Wrong("invalid_client_id", "client identifier invalid")
        username = checked(claimed, call.origin, call.now)
    except Rejected as problem:
        raise Wrong("invalid_grant", str(problem)) from None
    user = org.table("User").rows[org.user_id]
    if username.casefold() != user["Username"].casefold() or not org.settings.approved or not user["IsActive"]:
        raise Wrong("invalid_grant", "user hasn't approved this consumer")
    return json_reply(granted(org, call))


def _authorization_code(org: Org, call: Call, form: Form) -> Reply:
    _known_client(org, form, secret=org.settings.secret_required)
    code = org.codes.pop(_given(form, "code"), None)
    if code is None:
        raise Wrong("invalid_grant", "invalid authorization code")
    if call.now - code.made_at > CODE_SECONDS:
        raise Wrong("invalid_grant", "expired authorization code")
    if form.get("redirect_uri") != code.redirect_uri:
        raise Wrong("redirect_uri_mismatch", "redirect_uri must match configuration")
    if code.challenge and not hmac.compare_digest(_challenge(form.get("code_verifier", "")), code.challenge):
        raise Wrong("invalid_grant", "invalid code verifier")
    return json_reply({**granted(org, call, code.scope), **refreshable(org, call, code.scope)})


def _refresh(org: Org, call: Call, form: Form) -> Reply:
    _known_client(org, form, secret=org.settings.secret_required)
    held = _given(form, "refresh_token")
    scope = org.refresh_tokens.get(held)
    if scope is None or not org.settings.approved:
        raise Wrong("invalid_grant", "expired access/refresh token")
    if not org.settings.rotating_refresh:
        return json_reply(granted(org, call, scope))
    del org.refresh_tokens[held]  # dead at once: whoever loses the new one must ask the person again
    return json_reply({**granted(org, call, scope), **refreshable(org, call, scope)})


GRANTS: Final[dict[str, Callable[[Org, Call, Form], Reply]]] = {
    "authorization_code": _authorization_code,
    "client_credentials": _client_credentials,
    "refresh_token": _refresh,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt_bearer,
}


def _given(form: Form, name: str) -> str:
    if not form.get(name):
        raise Wrong("invalid_request", f"missing required parameter: {name}")
    return form[name]


def _known_client(org: Org, form: Form, *, secret: bool) -> None:
    if _given(form, "client_id") != org.settings.client_id:
        raise Wrong("invalid_client_id", "client identifier invalid")
    given = form.get("client_secret", "")
    if (secret or given) and not hmac.compare_digest(given.encode(), org.settings.client_secret.encode()):
        raise Wrong("invalid_client", "invalid client credentials")


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _basic(call: Call) -> dict[str, str]:
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client_id, _, secret = b64decode(value).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return {"client_id": "", "client_secret": ""}
    return {"client_id": client_id, "client_secret": secret}


def authorize(org: Org, call: Call) -> Reply:
    """Answer GET /services/oauth2/authorize: a person who is signed in and has consented is sent back at once."""
    asked = call.query
    try:
        if _given(asked, "client_id") != org.settings.client_id:
            raise Wrong("invalid_client_id", "client identifier invalid")
        back = _given(asked, "redirect_uri")
        if org.settings.callback_urls and back not in org.settings.callback_urls:
            raise Wrong("redirect_uri_mismatch", "redirect_uri must match configuration")
    except Wrong as wrong:
        page = f"<html><body>error={wrong.code}&amp;error_description={wrong.words}</body></html>"
        return Reply(400, {"content-type": "text/html;charset=UTF-8"}, page.encode())
    state = {"state": asked["state"]} if "state" in asked else {}
    try:
        code = _new_code(org, call, back)
    except Wrong as wrong:
        return _sent_back(back, {"error": wrong.code, "error_description": wrong.words, **state})
    return _sent_back(back, {"code": code, **state})


def _new_code(org: Org, call: Call, back: str) -> str:
    asked = call.query
    if asked.get("response_type") != "code":
        raise Wrong("unsupported_response_type", "response type not supported")
    challenge = asked.get("code_challenge", "")
    if challenge and asked.get("code_challenge_method", "S256") != "S256":
        raise Wrong("invalid_request", "code_challenge_method must be S256")
    if org.settings.pkce_required and not challenge:
        raise Wrong("invalid_request", "missing required code challenge")
    if not org.settings.approved:
        raise Wrong("access_denied", "end-user denied authorization")
    org.sessions_made += 1
    code = f"aPrx{sha256(f'code:{org.sessions_made}:{call.now}'.encode()).hexdigest()}=="
    org.codes[code] = Code(back, asked.get("scope", "api refresh_token"), challenge, call.now)
    return code


def _sent_back(back: str, what: Mapping[str, str]) -> Reply:
    return Reply(302, {"location": f"{back}{'&' if '?' in back else '?'}{urlencode(what)}"})


def revoke(org: Org, call: Call) -> Reply:
    """Answer POST and GET /services/oauth2/revoke: 200 whether or not the token was known."""
    held = call.form().get("token") or call.query.get("token", "")
    org.tokens.pop(held, None)
    if org.refresh_tokens.pop(held, None) is not None:
        org.tokens.clear()  # a refresh token takes the sessions made of it along; there is one user
    return Reply(200)


def introspect(org: Org, call: Call) -> Reply:
    """Answer POST /services/oauth2/introspect: whether a token lives, and whose it is."""
    form = call.form() | _basic(call)
    try:
        _known_client(org, form, secret=True)
        held = _given(form, "token")
    except Wrong as wrong:
        return wrong.reply
    scope = org.refresh_tokens.get(held, "")
    if not scope and not alive(org, held, call.now):
        return json_reply({"active": False})
    used_at = org.tokens.get(held, call.now)
    return json_reply(
        {
            "active": True,
            "scope": scope or "api",
            "client_id": org.settings.client_id,
            "username": org.table("User").rows[org.user_id]["Username"],
            "sub": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "token_type": "refresh_token" if scope else "access_token",
            "exp": int(used_at + org.settings.session_seconds),
            "iat": int(used_at),
            "nbf": int(used_at),
        }
    )
