"""a value as it was sent -> a value as a field of its type stores it, or Marketo's reason against it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from turnout.clock import instant
from turnout.simulators.marketo.account.settings import Settings
from turnout.simulators.marketo.answers import Skipped


class Field(Struct, frozen=True):
    """A field of a person, a program member or a custom object. `length` 0: the type names none."""

    name: str
    display: str
    type: str
    length: int = 0
    updateable: bool = True
    searchable: bool = False
    company: bool = False
    id: int = 0
    description: str = ""
    hidden: bool = False
    sensitive: bool = False
    encoded: bool = True
    by_api: bool = False


LENGTHS: Final = {"string": 255, "email": 255, "phone": 255, "url": 255, "reference": 255}


def described(field: Field) -> dict[str, Any]:
    """Return a field as describes of the newer kind show it."""
    shown: dict[str, Any] = {"name": field.name, "displayName": field.display, "dataType": field.type}
    if field.length:
        shown["length"] = field.length
    return shown | {"updateable": field.updateable, "crmManaged": False}


def stored(field: Field, value: Any, settings: Settings) -> Any:
    """Return `value` as `field` stores it; null and "" are null. Raises Skipped (1003, 1077)."""
    if value is None or value == "":
        return None
    try:
        kept = _reader(field.type)(value)
    except (ValueError, TypeError, OverflowError):
        raise Skipped("1003", field.name, _shown(value)) from None
    return _fitting(field, kept, settings) if isinstance(kept, str) else kept


def only_known(names: Iterable[str], fields: Mapping[str, Field]) -> None:
    """Raise Skipped (1006) for a name that is no field."""
    for name in names:
        if name not in fields:
            raise Skipped("1006", name)


def _fitting(field: Field, text: str, settings: Settings) -> str:
    if field.type == "text":
        fits, cut = (
            len(text.encode()) <= settings.text_bytes,
            text.encode()[: settings.text_bytes].decode(errors="ignore"),
        )
    else:
        fits, cut = not field.length or len(text) <= field.length, text[: field.length]
    if fits:
        return text
    if settings.overlong == "cut":
        return cut
    if settings.overlong == "1003":
        raise Skipped("1003", field.name, text)
    raise Skipped("1077", field.name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError


def _email(value: Any) -> str:
    text = _text(value).strip()
    if not text.isascii() or not _EMAIL.fullmatch(text):
        raise ValueError(text)
    return text


_EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+")


def _boolean(value: Any) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    try:
        return known[str(value).lower()]
    except KeyError:
        raise ValueError(value) from None


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(value)
    return number


def _datetime(value: Any) -> str:
    instant(_text(value).replace("+0000", "+00:00"))
    return str(value)


def _date(value: Any) -> str:
    text = _text(value)
    instant(text)
    return text[:10]


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "integer": _integer,
    "score": _integer,
    "percent": _integer,
    "float": _number,
    "currency": _number,
    "boolean": _boolean,
    "email": _email,
    "date": _date,
    "datetime": _datetime,
}


def _reader(kind: str) -> Callable[[Any], Any]:
    return _READERS.get(kind, _text)


def _shown(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
