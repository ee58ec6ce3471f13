"""A person's consent to a sign-in: the address where they give it, and what they bring back."""

from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

from turnout.database import transaction
from turnout.delivery.lease import leased
from turnout.errors import InputError
from turnout.pipeline.home import Home, config, vendor_of
from turnout.pipeline.setup import held
from turnout.state.connections import keep_secrets
from turnout.wire import Talk

VERIFIER_BYTES = 48


def consent(home: Home, name: str) -> str:
    """Return the address at which a person lets Turnout sign in; InputError where the vendor has no such thing."""
    settings = config(home, name)
    vendor = vendor_of(settings.kind)
    if vendor.consent is None:
        raise InputError(f"{vendor.title} needs no consent", f"`turnout check {name}` tells whether the sign-in works")
    verifier = token_urlsafe(VERIFIER_BYTES)
    address = vendor.consent(settings, verifier, _state(verifier))
    with transaction(home.engine) as database:
        keep_secrets(database, name, {"code_verifier": verifier}, vault=home.vault)
    return address


def consented(home: Home, name: str, answer: str) -> None:
    """Sign in by what a consent brought back: the address that the person was sent on to, or the code in it.

    Raises InputError where it is the answer to another consent, or a refusal.
    """
    with leased(home.path, name):
        code = _code(answer, config(home, name).get("code_verifier"))
        with transaction(home.engine) as database:
            keep_secrets(database, name, {"authorization_code": code}, vault=home.vault)
        held(home, name, _nothing())


def _nothing() -> Talk[None]:
    """Return a talk of no call: to hold it, Turnout has to be signed in."""
    yield from ()


def _state(verifier: str) -> str:
    return sha256(f"state of {verifier}".encode()).hexdigest()[:24]


def _code(answer: str, verifier: str) -> str:
    """Return the code of an answer, whose state must be that of the consent that was asked for last."""
    again = "ask for a new address: run it without --answer"
    if not verifier:
        raise InputError("no consent was asked for", again)
    if "?" not in answer and "=" not in answer:
        return answer.strip()
    told = parse_qs(urlsplit(answer.strip()).query)
    if refusal := told.get("error"):
        raise InputError(f"the consent was refused: {' '.join([*refusal, *told.get('error_description', [])])}", again)
    if told.get("state") != [_state(verifier)] or not told.get("code"):
        raise InputError("this is not the answer to the consent that was asked for last", again)
    return told["code"][0]
