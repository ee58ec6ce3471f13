"""Kaltura sessions, made here from the description in facts/kaltura.md §6."""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha1
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from turnout.inbox.kaltura_session import Opened, opened_session

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "another secret"


def version_1(user: str, *, secret: str = SECRET, partner: str = "1234567") -> str:
    info = f"{partner};{partner};1795310000;0;1234.5;{user};virtualeventid:9001,sview:*"
    return b64encode(f"{sha1((secret + info).encode()).hexdigest()}|{info}".encode()).decode()


def version_2(user: str, *, secret: str = SECRET, partner: str = "1234567", version: bytes = b"v2") -> str:
    fields = urlencode({"virtualeventid": "9001", "sview": "*", "_e": 1795310000, "_t": 0, "_u": user})
    plain = bytes(range(16)) + fields.encode()
    plain = sha1(plain).digest() + plain
    plain += b"\0" * (-len(plain) % 16)
    sealing = Cipher(algorithms.AES(sha1(secret.encode()).digest()[:16]), modes.CBC(bytes(16))).encryptor()
    return urlsafe_b64encode(
        version + b"|" + partner.encode() + b"|" + sealing.update(plain) + sealing.finalize()
    ).decode()


@pytest.mark.parametrize("made", [version_1, version_2])
@pytest.mark.parametrize("user", ["ada@example.com", "Zoë + co, 50%", "0"])
def test_a_session_that_the_secret_signed_tells_user_time_and_event(made, user):
    assert opened_session(made(user), "1234567", [SECRET]) == Opened(user, 1795310000.0, "9001")


@pytest.mark.parametrize("made", [version_1, version_2])
def test_an_older_secret_opens_what_it_signed(made):
    assert opened_session(made("ada"), "1234567", [OTHER, SECRET]) == Opened("ada", 1795310000.0, "9001")


@pytest.mark.parametrize("made", [version_1, version_2])
def test_nothing_is_told_by_a_session_that_no_known_secret_signed(made):
    assert opened_session(made("ada", secret=OTHER), "1234567", [SECRET]) is None
    assert opened_session(made("ada"), "1234567", []) is None


@pytest.mark.parametrize("made", [version_1, version_2])
def test_nothing_is_told_by_another_partners_session(made):
    assert opened_session(made("ada", partner="7654321"), "1234567", [SECRET]) is None


def test_nothing_is_told_by_a_session_that_was_changed():
    ks = version_2("ada")
    assert opened_session(ks[:-8] + "AAAAAAAA", "1234567", [SECRET]) is None


@pytest.mark.parametrize(
    "ks",
    ["", "x", "djJ8", "djJ8-fake-ks", "djJ8MTIzNDU2N3w=", "djJ8MTIzNDU2N3xhYmM=", "ключ", "\x00", "=" * 50, "A" * 5000],
)
def test_what_is_no_session_tells_nothing(ks):
    assert opened_session(ks, "1234567", [SECRET]) is None
