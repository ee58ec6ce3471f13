"""One cycle of one account: survey, plan and delivery, again and again until nothing more can be done now."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from turnout.clock import Clock
from turnout.delivery.desk import Desk
from turnout.delivery.scheduler import Cycle
from turnout.plan.plan import plan
from turnout.plan.shapes import Shape
from turnout.plan.view import Plan, View
from turnout.survey.looks import Survey
from turnout.values.records import Kind
from turnout.values.verdicts import Ruling, Verdict

INF: Final = float("inf")


class Ending(Struct):
    """How a cycle ended: what waits and why, streams that stopped, and whether to come back."""

    waiting: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)
    later: str = ""
    due: float = 0.0


def cycle(
    desk: Desk,
    survey: Survey,
    current: Mapping[tuple[str, Kind], Shape],
    *,
    clock: Clock,
    patience_seconds: float,
    ending: Ending,
) -> Cycle:
    """Yield waves of flights and naps until all that can be delivered now is.

    Waits up to `patience_seconds` for rows that are due soon; `ending` tells what is left.
    """
    view = desk.reckoning.view
    give_up = clock.now() + patience_seconds
    while True:
        made = plan(view, current, clock.now())
        desk.note(made)
        if made.aliases:
            ending.aliases |= made.aliases
            return
        wave = survey.flights(made, view) if made.looks else desk.flights(made.changes)
        wave += desk.job_flights()
        due = min(made.due or INF, desk.jobs.due)
        if wave:
            yield wave
            _stop(view, desk, survey.refused)
            if any(_passing(ruling) for ruling in survey.refused.values()):
                _end(ending, plan(view, current, clock.now()), survey.refused)
                return
        elif made.notes or made.changes:
            continue
        elif due <= give_up:
            yield due
        else:
            _end(ending, made, survey.refused)
            return


def _stop(view: View, desk: Desk, refused: Mapping[str, Ruling]) -> None:
    """Leave out of further plans what a person has to set going again: a stream, or all of a binding not seen."""
    halted = desk.reckoning.halted
    for binding, ruling in refused.items():
        if not _passing(ruling):
            for kind in Kind:
                halted.setdefault((binding, kind), ruling)
    view.stopped = {**view.stopped, **{stream: ruling.sentence() for stream, ruling in halted.items()}}


def _passing(ruling: Ruling) -> bool:
    return ruling.verdict in (Verdict.WAIT, Verdict.RETRY, Verdict.UNSURE)


def _end(ending: Ending, made: Plan, refused: Mapping[str, Ruling]) -> None:
    for reason in made.waiting.values():
        ending.waiting[reason] = ending.waiting.get(reason, 0) + 1
    ending.due = made.due
    if made.due:
        ending.later = next(iter(made.waiting.values()), "")
    for ruling in refused.values():
        if _passing(ruling):
            ending.later = ruling.sentence()
