"""A connection's settings -> a session: client credentials, a signed assertion, or a person's consent."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode, urlsplit

from turnout.destinations.kit import Session
from turnout.destinations.salesforce.settings import CLIENT_CREDENTIALS, JWT, WEB, listed, setting
from turnout.destinations.salesforce.signing.address import address, instance, version
from turnout.destinations.salesforce.signing.assertion import assertion
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.wire import Reply, Talk, form, get

ASSERTION_SECONDS: Final = 180
"""How long an assertion holds; Salesforce takes a few minutes."""

BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Fields = dict[str, str]


def sign_in(config: Config) -> Talk[Session]:
    """Return a session; its base_url ends in the API version chosen.

    The versions are asked for first: so the token's answer is the last one, and a refresh token that came with
    it is written down before anything else is done. Salesforce names no lifetime for a session: an answer
    INVALID_SESSION_ID is the signal.
    """
    home = address(config)
    for name in ("overwrite_fields", "fill_fields"):
        listed(config, name)  # so that a wrong name is told when it is set
    prepared = FLOWS[_flow(config)](config)
    offered: Reply = yield get(f"{home}/services/data")
    chosen = version(config, offered.json())
    reply: Reply = yield form(f"{home}/services/oauth2/token", prepared(_moment(offered)))
    answer = reply.json()
    root = instance(home, answer)
    return Session(f"{root}/services/data/v{chosen}", answer["access_token"], keep=_kept(config, answer))


def _flow(config: Config) -> str:
    flow = setting(config, "sign_in")
    if flow not in FLOWS:
        raise SettingsError(f"there is no sign-in {flow!r}", f"choose one of: {', '.join(FLOWS)}")
    return flow


def _given(config: Config, *names: str) -> Fields:
    if absent := [name for name in names if not config.get(name)]:
        flow = setting(config, "sign_in")
        raise SettingsError(f"the sign-in {flow!r} needs the setting {absent[0]!r}", f"add --set {absent[0]}=VALUE")
    return {name: config.get(name) for name in names}


def _credentials(config: Config) -> Callable[[float], Fields]:
    fields = {"grant_type": CLIENT_CREDENTIALS, **_given(config, "client_id", "client_secret")}
    return lambda _: fields


def _asserted(config: Config) -> Callable[[float], Fields]:
    given = _given(config, "client_id", "username", "private_key")
    who: Mapping[str, str] = {"iss": given["client_id"], "sub": given["username"], "aud": audience(config)}
    assertion({}, given["private_key"])  # so that a key that cannot be used is told when it is set

    def fields(moment: float) -> Fields:
        claims: dict[str, str | int] = {**who, "exp": int(moment) + ASSERTION_SECONDS}
        return {"grant_type": BEARER, "assertion": assertion(claims, given["private_key"])}

    return fields


def _consented(config: Config) -> Callable[[float], Fields]:
    """Return a grant by the code that a consent gave, else by the refresh token, with the secret where there is one."""
    app = _given(config, "client_id")
    if secret := config.get("client_secret"):
        app["client_secret"] = secret
    code, token = config.get("authorization_code"), config.get("refresh_token")
    if code:
        more = {"code": code, "redirect_uri": setting(config, "redirect_uri"), **_given(config, "code_verifier")}
        return lambda _: {"grant_type": "authorization_code", **app, **more}
    if token:
        return lambda _: {"grant_type": "refresh_token", "refresh_token": token, **app}
    return _nobody


def _nobody(_: float) -> Fields:
    raise SettingsError(
        "nobody has consented to the sign-in yet", "run `turnout authorize`, and open the address it tells"
    )


FLOWS: Final[Mapping[str, Callable[[Config], Callable[[float], Fields]]]] = {
    CLIENT_CREDENTIALS: _credentials,
    JWT: _asserted,
    WEB: _consented,
}


def audience(config: Config) -> str:
    """Return whom an assertion is for: the login host of the kind of org that the address names."""
    sandbox = ".sandbox." in (urlsplit(config.get("url")).hostname or "")
    return setting(config, "audience") or f"https://{'test' if sandbox else 'login'}.salesforce.com"


def _moment(reply: Reply) -> float:
    """Return the org's own time, else ours: an assertion must not have run out for the one who reads it."""
    told = reply.headers.get("date", "")
    try:
        return parsedate_to_datetime(told).timestamp()
    except (TypeError, ValueError):
        return reply.at


def _kept(config: Config, answer: Mapping[str, str]) -> Fields:
    """Return the settings that a sign-in changed: a code is used up, and a refresh token may be a new one."""
    if setting(config, "sign_in") != WEB:
        return {}
    kept = {"refresh_token": str(answer.get("refresh_token") or config.get("refresh_token"))}
    if config.get("authorization_code"):
        kept |= {"authorization_code": "", "code_verifier": ""}
    return {name: value for name, value in kept.items() if value != config.get(name)}


def consent_url(config: Config, verifier: str, state: str) -> str:
    """Return the address at which a person consents; the org sends them on to redirect_uri, with a code.

    `verifier` is 43 to 128 letters, digits, - and _ (RFC 7636); only its digest goes into the address.
    """
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": _given(config, "client_id")["client_id"],
        "redirect_uri": setting(config, "redirect_uri"),
        "scope": setting(config, "scope"),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{address(config)}/services/oauth2/authorize?{urlencode(asked)}"
