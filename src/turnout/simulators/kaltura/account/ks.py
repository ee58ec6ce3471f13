"""Kaltura sessions: a KS as text, version 1 (signed) and version 2 (encrypted), made and read."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct, field

USER: Final = 0
ADMIN: Final = 2
BLOCK: Final = 16
SHA1_BYTES: Final = 20


class Session(Struct, frozen=True):
    """What a KS says: for whom, of which type (0 user, 2 admin), until when (seconds), with which privileges."""

    partner_id: int
    user_id: str
    kind: int
    expires_at: int
    privileges: Mapping[str, str] = field(default_factory=dict)

    @property
    def privilege_text(self) -> str:
        """Return the privileges as the list that was asked for."""
        return ",".join(f"{name}:{value}" if value else name for name, value in self.privileges.items())


def privileges_of(text: str) -> dict[str, str]:
    """Return a comma list of privileges as names and values; `*` is `all:*`."""
    found = {}
    for part in text.split(","):
        name, _, value = part.strip().partition(":")
        if name == "*":
            found["all"] = "*"
        elif name:
            found[name] = value
    return found


def written(session: Session, secret: str, *, salt: bytes, version: int = 2) -> str:
    """Return a session as a KS; `salt` is 16 random bytes."""
    return _v1(session, secret, salt) if version == 1 else _v2(session, secret, salt)


def read(text: str, secrets: Mapping[int, str]) -> Session | None:
    """Return what a KS says, or None where it was not made with the partner's secret."""
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        return _read_v2(raw, secrets) if raw.startswith(b"v2|") else _read_v1(raw, secrets)
    except (ValueError, IndexError, binascii.Error):
        return None


def _v1(session: Session, secret: str, salt: bytes) -> str:
    who = (session.partner_id, session.partner_id, session.expires_at, session.kind)
    info = ";".join(str(part) for part in (*who, int.from_bytes(salt[:2]), session.user_id, session.privilege_text))
    signature = hashlib.sha1((secret + info).encode()).hexdigest()
    return base64.b64encode(f"{signature}|{info}".encode()).decode()


def _read_v1(raw: bytes, secrets: Mapping[int, str]) -> Session | None:
    signature, info = raw.decode().split("|", 1)
    partner, _, expires, kind, _, user, privileges = info.split(";", 6)
    secret = secrets.get(int(partner))
    if secret is None or not compare_digest(hashlib.sha1((secret + info).encode()).hexdigest(), signature):
        return None
    return Session(int(partner), user, int(kind), int(expires), privileges_of(privileges))


def _v2(session: Session, secret: str, salt: bytes) -> str:
    fields = dict(session.privileges) | {"_e": session.expires_at, "_t": session.kind, "_u": session.user_id}
    plain = salt + urlencode(fields).encode()
    plain = hashlib.sha1(plain).digest() + plain
    cipher = _cipher(secret).encryptor()
    sealed = cipher.update(plain + b"\0" * (-len(plain) % BLOCK)) + cipher.finalize()
    return base64.urlsafe_b64encode(f"v2|{session.partner_id}|".encode() + sealed).decode()


def _read_v2(raw: bytes, secrets: Mapping[int, str]) -> Session | None:
    _, partner, sealed = raw.split(b"|", 2)
    secret = secrets.get(int(partner))
    if secret is None or not sealed or len(sealed) % BLOCK:
        return None
    cipher = _cipher(secret).decryptor()
    plain = (cipher.update(sealed) + cipher.finalize()).rstrip(b"\0")
    digest, rest = plain[:SHA1_BYTES], plain[SHA1_BYTES:]
    if not compare_digest(hashlib.sha1(rest).digest(), digest):
        return None
    fields = dict(parse_qsl(rest[BLOCK:].decode(), keep_blank_values=True))
    expires, kind, user = int(fields.pop("_e")), int(fields.pop("_t")), fields.pop("_u", "")
    return Session(int(partner), user, kind, expires, fields)


def _cipher(secret: str) -> Cipher[modes.CBC]:
    key = hashlib.sha1(secret.encode()).digest()[:BLOCK]
    return Cipher(algorithms.AES(key), modes.CBC(b"\0" * BLOCK))
