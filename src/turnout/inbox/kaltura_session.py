"""A Kaltura session (KS) and a partner's secrets -> who it was made for, if one of the secrets signed it."""

from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from collections.abc import Sequence
from hashlib import sha1
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

VERSION_2: Final = b"v2|"
NONE: Final = bytes(16)
DIGEST_BYTES, CHANCE_BYTES = 20, 16
EVENT: Final = "virtualeventid"


class Opened(Struct, frozen=True):
    """What a session says: its user, until when it holds (seconds since the epoch), and its virtual event, if any."""

    user: str
    expires_at: float
    event: str = ""


def opened_session(ks: str, partner: str, secrets: Sequence[str]) -> Opened | None:
    """Return what a session says; None where it is malformed, another partner's, or signed with none of the secrets.

    Both versions are read (facts/kaltura.md §6). Version 2 cannot be read at all without the secret; the user of
    version 1 could be, but without the secret nobody knows whether it is true.
    """
    try:
        raw = urlsafe_b64decode(_padded(ks.strip()))
        if raw.startswith(VERSION_2):
            return _version_2(raw, partner, secrets)
        return _version_1(b64decode(_padded(ks.strip())), partner, secrets)
    except (Error, ValueError):
        return None


def _padded(text: str) -> bytes:
    return text.encode("ascii") + b"=" * (-len(text) % 4)


def _version_1(raw: bytes, partner: str, secrets: Sequence[str]) -> Opened | None:
    signature, _, info = raw.partition(b"|")
    for secret in secrets:
        if compare_digest(signature, sha1(secret.encode() + info, usedforsecurity=False).hexdigest().encode()):
            return _told_1(info.decode(), partner)
    return None


def _told_1(info: str, partner: str) -> Opened | None:
    """Read `partner;partner;expiry;type;chance;user;privileges`."""
    fields = info.split(";")
    if len(fields) < 7 or fields[0] != partner:
        return None
    given = dict(part.partition(":")[::2] for part in ";".join(fields[6:]).split(","))
    return Opened(fields[5], float(fields[2]), given.get(EVENT, ""))


def _version_2(raw: bytes, partner: str, secrets: Sequence[str]) -> Opened | None:
    _, named, sealed = raw.split(b"|", 2)
    if named.decode() != partner or not sealed or len(sealed) % 16:
        return None
    for secret in secrets:
        key = sha1(secret.encode(), usedforsecurity=False).digest()[:16]
        opening = Cipher(algorithms.AES(key), modes.CBC(NONE)).decryptor()
        plain = (opening.update(sealed) + opening.finalize()).rstrip(b"\0")
        digest, rest = plain[:DIGEST_BYTES], plain[DIGEST_BYTES:]
        if compare_digest(digest, sha1(rest, usedforsecurity=False).digest()):
            return _told_2(rest[CHANCE_BYTES:].decode())
    return None


def _told_2(fields: str) -> Opened:
    given = dict(parse_qsl(fields, keep_blank_values=True))
    return Opened(given.get("_u", ""), float(given.get("_e") or 0), given.get(EVENT, ""))
