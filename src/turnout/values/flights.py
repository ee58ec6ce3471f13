"""A flight: one talk on its way, the persons it carries, and what to do before it leaves and when it lands."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from turnout.values.verdicts import Ruling
from turnout.wire import Talk


class Flight(Struct):
    """One talk to be held with an account.

    `begin` is called just before the first request leaves (the claim is written there); `end` is handed
    what the talk returned, or the Ruling that ended it, and answers with further flights (a batch split
    in two). No two flights that share a person are on their way together.
    """

    talk: Callable[[], Talk[Any]]
    end: Callable[[Any], Iterable["Flight"]]
    begin: Callable[[], None] = lambda: None
    persons: frozenset[str] = frozenset()
    stream: str = ""
    batch: str = ""


class Landed(Struct, frozen=True):
    """A talk that came to its end, with what it returned."""

    value: Any


Result = Landed | Ruling
