"""Record ids: three characters that name the object, fifteen in all that tell upper from lower case, eighteen safe."""

from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ALLOWED: Final = frozenset(_DIGITS)
_POD: Final = "Hs0"


def made(prefix: str, number: int) -> str:
    """Return the 18-character id of the `number`-th record of an object."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _DIGITS[rest] + digits
    return eighteen(f"{prefix}{_POD}{digits:0>9}")


def eighteen(fifteen: str) -> str:
    """Return a 15-character id with its three check characters.

    Each tells which of five characters are capitals (Salesforce, "15- and 18-character ids").
    """
    checks = (
        sum(1 << place for place, letter in enumerate(fifteen[at : at + 5]) if "A" <= letter <= "Z")
        for at in (0, 5, 10)
    )
    return fifteen + "".join(_CHECKS[check] for check in checks)


def read(text: object) -> str | None:
    """Return the 18-character id that 15 or 18 characters stand for; None where they are no id.

    The 18-character form is read whatever its case, for its check characters restore the capitals.
    """
    if not isinstance(text, str) or len(text) not in (15, 18) or not _ALLOWED.issuperset(text):
        return None
    if len(text) == 15:
        return eighteen(text)
    restored = _restored(text)
    return restored if restored and restored[15:] == text[15:].upper() else None


def _restored(text: str) -> str | None:
    checks = [_CHECKS.find(letter) for letter in text[15:].upper()]
    if min(checks) < 0:
        return None
    letters = (
        letter.upper() if checks[place // 5] >> place % 5 & 1 else letter.lower()
        for place, letter in enumerate(text[:15])
    )
    return eighteen("".join(letters))
