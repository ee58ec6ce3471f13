"""What a pull has to tell: what came, what was refused and by whom, what waits for the next one."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from turnout.sources.kaltura.pulling.keeping import Keeping
from turnout.values.bindings import Config
from turnout.values.flights import Flight
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Talk


class Pulled(Struct):
    """One event's pull. `new` counts arrivals by kind; `refused` tells by service what could not be read, and why.

    `waiting` counts calls for single persons that the next pull makes; `gone` are people whom Kaltura deleted.
    `complete` is False where the pull must be run again to see everything.
    """

    event: str
    name: str = ""
    sessions: int = 0
    people: int = 0
    new: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    waiting: int = 0
    unnamed: int = 0
    calls: int = 0
    later: str = ""

    @property
    def complete(self) -> bool:
        """Return whether all was seen that can be seen."""
        return not self.later and not self.waiting

    def refuse(self, what: str, ruling: Ruling) -> None:
        """Note that something could not be read: for now, or until a person acts."""
        if ruling.verdict in (Verdict.WAIT, Verdict.RETRY, Verdict.UNSURE):
            self.later = f"{what}: {ruling.sentence()}"
        else:
            self.refused[what] = ruling.sentence()


class Work(Struct, frozen=True):
    """What every part of a pull works with: the connection, where rows are kept, what is to be told."""

    config: Config
    keeping: Keeping
    told: Pulled


Then = Callable[[Any], list[Flight]]


def reading(told: Pulled, what: str, talk: Callable[[], Talk[Any]], *, then: Then) -> Flight:
    """Return a flight that reads something: refused, it is noted, and all that does not need it goes on."""

    def end(result: Any) -> list[Flight]:
        if isinstance(result, Ruling):
            told.refuse(what, result)
            return []
        return then(result)

    return Flight(talk=talk, end=end, stream=what)
