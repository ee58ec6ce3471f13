"""Names -> names: what people, screens and APIs write differently, and mean the same."""

from collections.abc import Iterable


def folded(name: str) -> str:
    """Return a name without case, underscores and blanks."""
    return name.replace("_", "").replace(" ", "").lower()


def field_name(name: str, shown: Iterable[str]) -> str:
    """Return the account's name for a field: the same, else the same without case and underscores, else ""."""
    names = list(shown)
    if name in names:
        return name
    return next((other for other in names if folded(other) == folded(name)), "")
