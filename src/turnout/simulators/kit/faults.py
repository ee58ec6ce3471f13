"""Faults as data: what should go wrong, on which calls, how often; drawn from a seeded source."""

import re
from collections.abc import Iterable
from random import Random
from typing import Literal

from msgspec import Struct

Do = Literal[
    "refuse",  # the vendor's error `code`; not acted
    "cut_before",  # no answer; not acted
    "cut_after",  # acted; no answer
    "unreachable",  # the request never left (over HTTP it looks like cut_before)
    "slow",  # `seconds` pass first, then all is well
    "error",  # an HTTP `status` with a page for people
    "throttle",  # the vendor's answer to too many calls
    "quota",  # the vendor's answer to a spent daily allowance
    "short",  # acted; one row is missing from the answer
    "garbage",  # 200, but not JSON
]


class Fault(Struct, frozen=True):
    """One thing to go wrong, `times` times (0: always), on calls whose method and path (a pattern) match.

    Of the matching calls: the `nth`, or each `every`-th, or each with `chance`; none given: the next.
    `acted` says whether the account changed before an `error` (default no) or `garbage` (default yes).
    `seconds` pass before any fault's answer.
    """

    do: Do
    method: str = ""
    path: str = ""
    nth: int = 0
    every: int = 0
    chance: float = 0.0
    times: int = 1
    status: int = 503
    code: str = ""
    message: str = ""
    seconds: float = 0.0
    acted: bool | None = None

    @property
    def acts(self) -> bool:
        """Whether the vendor acts although the answer is spoilt."""
        if self.do in {"error", "garbage"}:
            return self.do == "garbage" if self.acted is None else self.acted
        return self.do in {"cut_after", "slow", "short"}


class _Armed(Struct):
    fault: Fault
    seen: int = 0
    struck: int = 0


class Faults:
    """The faults that are set, counting the calls they wait for."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._armed: list[_Armed] = []

    def set(self, faults: Iterable[Fault]) -> None:
        """Add faults; each counts its matching calls from now on."""
        self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._armed.clear()

    def shown(self) -> list[Fault]:
        """Return the faults that are set and not used up."""
        return [armed.fault for armed in self._armed if not _spent(armed)]

    def pick(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes a call, if any; the one set first wins."""
        struck = None
        for armed in self._armed:
            if _spent(armed) or not _fits(armed.fault, method, path):
                continue
            armed.seen += 1
            if struck is None and self._due(armed):
                armed.struck += 1
                struck = armed.fault
        return struck

    def _due(self, armed: _Armed) -> bool:
        fault = armed.fault
        if fault.nth:
            return armed.seen == fault.nth
        if fault.every:
            return armed.seen % fault.every == 0
        return not fault.chance or self._random.random() < fault.chance


def _spent(armed: _Armed) -> bool:
    return 0 < armed.fault.times <= armed.struck


def _fits(fault: Fault, method: str, path: str) -> bool:
    return (not fault.method or fault.method.upper() == method) and bool(re.search(fault.path, path))
