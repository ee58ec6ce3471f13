"""A signed assertion of who Turnout is: a JWT, RS256, by the private key of the app's certificate."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from turnout.errors import SettingsError

HINT: Final = (
    "set private_key to the whole PEM file, from -----BEGIN PRIVATE KEY----- to its end; "
    "one with a password is opened by `openssl pkey -in FILE`"
)


def assertion(claims: Mapping[str, str | int], pem: str) -> str:
    """Return the claims as a signed JWT; SettingsError where the key is no RSA key that can be used.

    Line ends of the key may be written as backslash and n, as one-line settings have them.
    """
    key = _key(pem.replace("\\n", "\n").strip() + "\n")
    text = f"{_coded({'alg': 'RS256'})}.{_coded(claims)}"
    return f"{text}.{_plain(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise SettingsError("private_key is no private key that can be read", HINT) from failure
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError("private_key is no RSA key, and Salesforce takes RS256 alone", HINT)
    return key


def _coded(value: Mapping[str, str | int]) -> str:
    return _plain(json.dumps(value, separators=(",", ":")).encode())


def _plain(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
