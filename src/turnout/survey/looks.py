"""a plan's questions -> reading flights; their answers -> what the view has seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from turnout.clock import Clock
from turnout.destinations.kit import Vendor
from turnout.plan.view import Plan, View
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.flights import Flight
from turnout.values.sightings import Match, Membership, RowSeen, Target
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Talk

T = TypeVar("T")
ROWS_A_LOOK: Final = 200
SHORT: Final = Ruling(Verdict.RETRY, "no row", "", "the account did not answer for all that it was asked about")


class Survey:
    """Asks an account what a plan must know. `refused` collects what ended a look, by binding."""

    def __init__(self, vendor: Vendor, config: Config, clock: Clock) -> None:
        self.refused: dict[str, Ruling] = {}
        self._vendor = vendor
        self._config = config
        self._clock = clock

    def flights(self, plan: Plan, view: View) -> list[Flight]:
        """Return the reading flights that answer a plan's questions."""
        vendor = self._vendor
        ask = partial(self._ask, view)
        return [
            *ask(plan.look_people, talk=vendor.seek, rows=vendor.seek_rows, keep=_keep_match),
            *ask(plan.look_members, talk=vendor.members, rows=vendor.members_rows, keep=_keep_member),
            *ask(plan.look_rows, talk=vendor.rows, rows=ROWS_A_LOOK, keep=_keep_row),
        ]

    def _ask(
        self,
        view: View,
        asked: Mapping[str, Sequence[T]],
        *,
        talk: Callable[..., Talk[list[Any]]],
        rows: int,
        keep: Callable[[View, str, Any], None],
    ) -> Iterator[Flight]:
        for binding, subjects in asked.items():
            target: Target = view.targets[binding]
            for start in range(0, len(subjects), rows):
                some = subjects[start : start + rows]
                yield Flight(
                    talk=partial(talk, self._config, target, some),
                    end=partial(self._seen, view, binding, keep=keep, asked=[_named(one) for one in some]),
                    stream=f"{binding}/survey",
                )

    def _seen(
        self, view: View, binding: str, result: Any, *, keep: Callable[[View, str, Any], None], asked: Sequence[Any]
    ) -> list[Flight]:
        if isinstance(result, Ruling):
            self.refused[binding] = result
            return []
        for seen in result:
            keep(view, binding, replace(seen, read_at=self._clock.now()))
        if untold := len(set(asked) - {_named(seen) for seen in result}):
            self.refused[binding] = replace(SHORT, words=f"{untold} of {len(asked)} are missing")
        return []


def _named(one: Any) -> Any:
    """Return whom or what a question, or what was seen, is about."""
    return one.key if isinstance(one, Change | RowSeen) else one.person


def _keep_match(view: View, binding: str, seen: Match) -> None:
    view.matches[seen.person] = seen


def _keep_member(view: View, binding: str, seen: Membership) -> None:
    view.members[binding, seen.person] = seen


def _keep_row(view: View, binding: str, seen: RowSeen) -> None:
    view.found[seen.key] = seen
