"""our values -> Salesforce's: scaled, rounded, cut to the account's widths, or refused with the reason."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from msgspec import Struct

from turnout.destinations.kit import cut_to_characters
from turnout.destinations.salesforce.fields import Column
from turnout.metrics.catalogue import METRIC
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.records import Value
from turnout.values.sightings import FieldSeen
from turnout.values.verdicts import Outcome, Ruling, Verdict

NUMBER_TYPES: Final = frozenset({"double", "int", "long", "currency", "percent"})
TEXT_TYPES: Final = frozenset({"string", "textarea", "email", "phone", "picklist", "combobox", "encryptedstring"})

# Salesforce takes an address with a local part, one @ and a domain with a dot; more it checks itself.
_EMAIL: Final = re.compile(r"[^@\s,;<>()\[\]\"\\]+@[^@\s.,;<>()\[\]\"\\]+(\.[^@\s.,;<>()\[\]\"\\]+)+")


class Fit(Struct, frozen=True):
    """A value made fit for its field: what to send, what was done to it, or why it cannot be sent.

    `left_out` means that the field is not sent; `refused` that the whole record cannot be.
    """

    value: Any = None
    note: str = ""
    refused: str = ""
    left_out: bool = False


class Rendered(Struct, frozen=True):
    """A payload in the account's names, and what was cut or left out on the way."""

    payload: dict[str, Any]
    notes: tuple[str, ...]


def rendered(
    config: Config, columns: Iterable[Column], *, values: Mapping[str, Value], seen: Mapping[str, FieldSeen]
) -> Rendered | str:
    """Return the payload of the columns that have a value and a field that can be written, or why there is none."""
    payload: dict[str, Any] = {}
    notes: list[str] = []
    for column in columns:
        place = seen.get(column.name)
        if column.name not in values or place is None or not place.writable:
            continue
        fit = fitted(column, scaled(config, column.name, values[column.name]), place)
        if fit.refused:
            return fit.refused
        if fit.note:
            notes.append(fit.note)
        if not fit.left_out:
            payload[place.api_name] = fit.value
    return Rendered(payload, tuple(notes))


CORRECT: Final = "correct it at the source, or the field in Setup > Object Manager; then `turnout rejects retry`"


def rejected(change: Change, reason: str, fix: str = CORRECT) -> Outcome:
    """Return the outcome of a record that cannot be sent as it is, and the way out."""
    return Outcome(change.key, Ruling(Verdict.REJECT, "", "", reason, fix), change.remote_id)


def scaled(config: Config, name: str, value: Value) -> Value:
    """Return a metric in the scale and unit that the connection asks for; other values as they are."""
    if not isinstance(value, int | float) or name not in METRIC:
        return value
    if METRIC[name].unit in ("%", "slices") and config.get("rate_scale", "100") == "1":
        return value / 100
    if name in ("mic_on", "cam_on") and config.get("mic_cam_unit", "minutes") == "seconds":
        return value * 60
    return value


def fitted(column: Column, value: Value, place: FieldSeen) -> Fit:
    """Return a value made fit for its field; None and "" clear the field."""
    if value is None or value == "":
        return Fit()
    if isinstance(value, int | float):
        return _number(column, value, place)
    if place.type in NUMBER_TYPES:
        return Fit(left_out=True, note=f"{column.name} left out: the account's field takes numbers only")
    text = plain(value)
    if column.type == "email" and not email_valid(text):
        return Fit(left_out=True, note=f"{column.name} left out: {text!r} is no e-mail address")
    width = place.width or column.width
    if len(text) <= width:
        return Fit(text or None)
    if column.identifier:
        return Fit(refused=f"{column.name} has {len(text)} characters, and the account's field takes {width}")
    return Fit(cut_to_characters(text, width).rstrip(), f"{column.name} cut from {len(text)} to {width} characters")


def _number(column: Column, value: int | float, place: FieldSeen) -> Fit:
    exact = Decimal(str(value))
    if not exact.is_finite() or exact < 0:
        return Fit(refused=f"{column.name} is {value}, which is no count or measure")
    rounded = exact.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP)
    digits = place.width if place.type in NUMBER_TYPES and place.width else column.width
    if column.type == "number" and rounded >= Decimal(10) ** digits:
        return Fit(refused=f"{column.name} is {value}, and the account's field takes {digits} digits")
    number = float(rounded) if column.scale else int(rounded)
    return Fit(str(number) if place.type in TEXT_TYPES else number)


def plain(text: str) -> str:
    """Return a text on one line without control characters and outer blanks, as Salesforce would keep it."""
    spaced = (" " if character in "\n\r\t" else character for character in text)
    return "".join(one for one in spaced if unicodedata.category(one) not in ("Cc", "Cs")).strip()


def email_valid(text: str) -> bool:
    """Return whether Salesforce's e-mail fields take a text."""
    return bool(_EMAIL.fullmatch(text)) and not text.startswith(".") and ".@" not in text and ".." not in text
