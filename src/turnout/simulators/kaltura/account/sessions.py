"""Who may call: sessions started, checked, ended; application tokens; what a role permits."""

import hashlib
from collections import Counter, deque
from hmac import compare_digest
from random import Random
from typing import Final

from turnout.simulators.kaltura.account import ks
from turnout.simulators.kaltura.account.ks import ADMIN, USER, Session
from turnout.simulators.kaltura.account.refusals import Refused, bad_ks
from turnout.simulators.kaltura.account.settings import AppToken, Settings

HASHES: Final = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}
DAY_SECONDS: Final = 86_400


class Sessions:
    """The sessions of one partner: whatever is signed with its secret and was not ended counts."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self._settings = settings
        self._random = random
        self._ended: set[str] = set()
        self._ended_ids: set[str] = set()
        self._used: Counter[str] = Counter()
        self._calls: dict[str, deque[float]] = {}

    def start(self, asked: Session) -> str:
        """Return a KS for a session."""
        salt = self._random.getrandbits(128).to_bytes(16)
        return ks.written(asked, self._settings.admin_secret, salt=salt, version=self._settings.ks_version)

    def start_with_secret(self, secret: str, asked: Session) -> str:
        """Return a KS for who knows a secret; only the admin secret makes admin sessions."""
        good = {self._settings.admin_secret} if asked.kind == ADMIN else self._secrets()
        if asked.partner_id != self._settings.partner_id or secret not in good:
            raise Refused("START_SESSION_ERROR", asked.partner_id)
        return self.start(asked)

    def start_widget(self, widget_id: str, now: float, seconds: int) -> Session:
        """Return the session without rights that a widget of the partner gets."""
        if widget_id != f"_{self._settings.partner_id}":
            raise Refused("INVALID_WIDGET_ID", widget_id)
        return Session(self._settings.partner_id, "0", USER, int(now) + seconds, {"widget": "1", "view": "*"})

    def start_with_token(self, widget_ks: str, given: tuple[str, str], asked: Session) -> Session:
        """Return the session that an application token gives, for `given` its id and the hash over KS and token.

        User, type, length and privileges of the token go before those that are asked for.
        """
        token = self._token(given[0])
        now_end = asked.expires_at
        expected = hashlib.new(HASHES[token.hash_type], (widget_ks + token.token).encode()).hexdigest()
        if not compare_digest(expected, given[1]):
            raise Refused("INVALID_APP_TOKEN_HASH")
        privileges = ks.privileges_of(token.session_privileges)
        privileges = {**asked.privileges, **privileges, "apptoken": token.id}
        user = token.session_user_id or asked.user_id
        return Session(self._settings.partner_id, user, token.session_type, now_end, privileges)

    def token_seconds(self, token_id: str, asked: int | None) -> int:
        """Return how long a token's session may last, of what is asked for."""
        longest = self._token(token_id).session_duration or DAY_SECONDS
        return min(longest, asked or longest)

    def token_ready(self, token_id: str, now: float) -> None:
        """Raise Refused unless a token may be used now."""
        token = self._token(token_id)
        if token.status != 2:
            raise Refused("APP_TOKEN_NOT_ACTIVE", token_id)
        if token.expires_at and token.expires_at <= now:
            raise Refused("APP_TOKEN_EXPIRED", token_id)

    def checked(self, text: str, now: float) -> Session:
        """Return the session of a KS and count the call; Refused where it is missing, wrong, over, ended, used up."""
        if not text:
            raise Refused("MISSING_KS")
        session = ks.read(text, {self._settings.partner_id: self._settings.admin_secret})
        if session is None:
            raise bad_ks(text, -1)
        if session.expires_at <= now:
            raise bad_ks(text, -5, code=self._settings.expired_code)
        if text in self._ended or session.privileges.get("sessionid") in self._ended_ids:
            raise bad_ks(text, -6)
        self._used[text] += 1
        limit = session.privileges.get("actionslimit")
        if limit and self._used[text] > int(limit):
            raise bad_ks(text, -8)
        return session

    def end(self, text: str) -> None:
        """End a KS, and with a `sessionid` privilege all that share it."""
        session = ks.read(text, {self._settings.partner_id: self._settings.admin_secret})
        self._ended.add(text)
        if session and "sessionid" in session.privileges:
            self._ended_ids.add(session.privileges["sessionid"])

    def admit(self, service: str, now: float) -> None:
        """Count a call of a service; Refused where its rate is reached."""
        calls, seconds = self._settings.rates.get(service, (0, 0.0))
        if not calls:
            return
        window = self._calls.setdefault(service, deque())
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= calls:
            raise Refused("RateLimitReached", status=429)
        window.append(now)

    def _secrets(self) -> set[str]:
        return {self._settings.admin_secret, self._settings.user_secret}

    def _token(self, token_id: str) -> AppToken:
        for token in self._settings.app_tokens:
            if token.id == token_id:
                return token
        raise Refused("APP_TOKEN_ID_NOT_FOUND", token_id)


def require(session: Session, settings: Settings, *, what: str, permission: str) -> None:
    """Raise SERVICE_FORBIDDEN unless an admin's session whose role has the permission calls."""
    if session.kind != ADMIN or (permission and permission not in settings.permitted(session.privileges)):
        raise Refused("SERVICE_FORBIDDEN", what)


def allowed(settings: Settings, *, service: str, action: str) -> None:
    """Raise SERVICE_FORBIDDEN where the account has no such service or action."""
    if service in settings.forbidden or f"{service}.{action}" in settings.forbidden:
        raise Refused("SERVICE_FORBIDDEN", f"{service}->{action}")
