"""JWT bearer assertion -> whom it signs in: a real RS256 signature, checked against the app's certificate."""

import json
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

HOSTS: Final = ("https://login.salesforce.com", "https://test.salesforce.com")
MILLISECONDS_FROM: Final = 100_000_000_000
"""Clients differ: an `exp` from here on is taken for milliseconds, and one that is a text is read as a number."""


class Rejected(Exception):
    """The assertion signs nobody in; the words are what the token endpoint answers."""


def claims(assertion: str, certificate: str) -> dict[str, Any]:
    """Return what a signed assertion claims; raises Rejected. `certificate` is PEM, empty where there is none."""
    head, _, signature = assertion.rpartition(".")
    header, _, body = head.partition(".")
    try:
        told, claimed = json.loads(_decoded(header)), json.loads(_decoded(body))
        proof = _decoded(signature)
    except (NotBase64, ValueError):
        raise Rejected("invalid assertion") from None
    if not isinstance(told, dict) or told.get("alg") != "RS256" or not isinstance(claimed, dict):
        raise Rejected("invalid assertion")
    key = load_pem_x509_certificate(certificate.encode()).public_key() if certificate else None
    if not isinstance(key, RSAPublicKey):
        raise Rejected("app must be configured with a certificate")
    try:
        key.verify(proof, head.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Rejected("invalid assertion") from None
    return claimed


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def checked(claimed: dict[str, Any], origin: str, now: float) -> str:
    """Return the username that claims are about; raises Rejected for another audience or a time that is over."""
    audience = str(claimed.get("aud", "")).rstrip("/")
    if audience not in (*HOSTS, origin):
        raise Rejected("audience is invalid")
    try:
        expires = float(claimed.get("exp", ""))
    except (ValueError, TypeError):
        raise Rejected("expiration is missing or no number") from None
    if (expires / 1000 if expires >= MILLISECONDS_FROM else expires) < now:
        raise Rejected("expired assertion")
    return str(claimed.get("sub", ""))
