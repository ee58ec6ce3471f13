"""One declared call, and how its parameters, body and pages are read: strictly."""

from base64 import b32decode, b32encode
from binascii import Error
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from msgspec import Struct

from turnout.clock import iso
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.answers import File, Found, Refused

MOST_ROWS: Final = 300
MOST_VALUES: Final = 300
T = TypeVar("T")


class Operation(Struct, frozen=True):
    """One way to call. `needs` is the permission; `params` those of the query, for assets also of the form."""

    method: str
    pattern: str
    answer: Callable[[Account, Call], Found | File]
    needs: str = ""
    params: tuple[str, ...] = ()
    writing: bool = False

    @property
    def asset(self) -> bool:
        """Whether it belongs to the asset API, which has its own envelope and takes forms."""
        return self.pattern.startswith("/rest/asset/")


PAGED: Final = ("batchSize", "nextPageToken")
FILTERED: Final = ("filterType", "filterValues", "fields", *PAGED)


def day_and_time(seconds: float) -> str:
    """Return a time as the lead database shows it: 2026-11-21T19:00:00Z."""
    return iso(seconds)[:-5] + "Z"


def body_of(call: Call, *allowed: str) -> dict[str, Any]:
    """Return the JSON body; Refused: 612 another content type, 609 no JSON, 1003 a member nobody documented."""
    if "json" not in call.headers.get("content-type", ""):
        raise Refused("612")
    try:
        body = call.json()
    except ValueError:
        raise Refused("609") from None
    if not isinstance(body, dict):
        raise Refused("609")
    stray = [name for name in body if name.strip() not in allowed]  # a known client sends "asyncProcessing "
    if stray:
        raise Refused("1003", text=f"Unknown member '{stray[0]}' in the request")
    return body


def records_of(call: Call, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the body's `input`; Refused: 1002 without one, 1003 where it is no list of objects or over 300."""
    records = body.get("input")
    if records is None:
        raise Refused("1002", "input")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Refused("1003", text="Invalid data: input must be an array of objects")
    if len(records) > MOST_ROWS:
        raise Refused("1003", text=f"The number of records in input exceeds the limit of {MOST_ROWS}")
    call.rows = len(records)
    return records


def choice(body: Mapping[str, Any], name: str, choices: Sequence[str], *, default: str) -> str:
    """Return one of the words that a member of the body may be; Refused (1003) for another."""
    value = body.get(name) or default
    if value not in choices:
        raise Refused("1003", text=f"Invalid {name} '{value}'")
    return str(value)


def required(params: Mapping[str, Any], name: str) -> str:
    """Return a parameter; Refused (1002) where it is missing or empty."""
    value = params.get(name)
    if value in (None, ""):
        raise Refused("1002", name)
    return str(value)


def listed(call: Call, name: str) -> list[str]:
    """Return a parameter's values: comma-separated, or repeated, or both."""
    return [part.strip() for key, text in call.pairs if key == name for part in text.split(",") if part.strip()]


def filter_values(call: Call) -> list[str]:
    """Return `filterValues`; Refused: 1002 where there are none, 1003 over 300."""
    values = listed(call, "filterValues")
    if not values:
        raise Refused("1002", "filterValues")
    if len(values) > MOST_VALUES:
        raise Refused("1003", text=f"The number of filterValues exceeds the limit of {MOST_VALUES}")
    call.rows = len(values)
    return values


def whole(params: Mapping[str, Any], name: str, *, default: int, most: int | None = None) -> int:
    """Return a parameter as a whole number, at least 0 and at most `most`; Refused (1001) where it is none."""
    text = str(params.get(name, default))
    if not text.isdecimal():
        raise Refused("1001", text, "integer")
    return int(text) if most is None else min(int(text), most)


def page(call: Call, rows: Sequence[T], *, always_more: bool = False) -> tuple[Sequence[T], dict[str, Any]]:
    """Return one page of `rows`, and what tells how to get the next: nextPageToken, moreResult."""
    params = call.query
    start = _place(params.get("nextPageToken", ""))
    size = whole(params, "batchSize", default=MOST_ROWS, most=MOST_ROWS) or MOST_ROWS
    shown = rows[start : start + size]
    if start + size < len(rows):
        return shown, {"nextPageToken": token(start + size), "moreResult": True}
    return shown, {"moreResult": False} if always_more else {}


def token_page(call: Call, rows: Sequence[T]) -> tuple[Sequence[T], dict[str, Any]]:
    """Return one page of `rows` where Adobe's swagger knows a nextPageToken and no moreResult."""
    shown, beside = page(call, rows)
    return shown, {name: value for name, value in beside.items() if name != "moreResult"}


def token(place: int, what: str = "P") -> str:
    """Return a paging token for a place: opaque, and looking like Marketo's own."""
    return b32encode(f"{what}{place:015d}".encode()).decode()


def _place(text: str) -> int:
    return read_token(text) if text else 0


def read_token(text: str, what: str = "P") -> int:
    """Return the place a paging token stands for; Refused (1003) where it is none of ours."""
    try:
        told = b32decode(text).decode()
        if not told.startswith(what):
            raise ValueError(text)
        return int(told[len(what) :])
    except (ValueError, Error):
        raise Refused("1003", text="Invalid nextPageToken") from None


def sequence(results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return results with `seq`, by which they are matched to the input."""
    return [{"seq": place, **result} for place, result in enumerate(results)]
