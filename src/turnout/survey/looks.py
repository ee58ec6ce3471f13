"""a plan's questions -> reading flights; their answers -> what the view has seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from turnout.clock import Clock
from turnout.destinations.kit import Vendor
from turnout.plan.view import Plan, View
from turnout.values.bindings import Config
from turnout.values.flights import Flight
from turnout.values.sightings import Match, Membership, RowSeen, Target
from turnout.values.verdicts import Ruling
from turnout.wire import Talk

T = TypeVar("T")
ROWS_A_LOOK = 200


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
                    end=partial(self._seen, view, binding, keep),
                    stream=f"{binding}/survey",
                )

    def _seen(self, view: View, binding: str, keep: Callable[[View, str, Any], None], result: Any) -> list[Flight]:
        if isinstance(result, Ruling):
            self.refused[binding] = result
            return []
        for seen in result:
            keep(view, binding, replace(seen, read_at=self._clock.now()))
        return []


def _keep_match(view: View, binding: str, seen: Match) -> None:
    view.matches[seen.person] = seen


def _keep_member(view: View, binding: str, seen: Membership) -> None:
    view.members[binding, seen.person] = seen


def _keep_row(view: View, binding: str, seen: RowSeen) -> None:
    view.found[seen.key] = seen
