"""Fifty seeds of the storm; and engines broken on purpose, each of which the storm must catch."""

from collections.abc import Callable

import pytest
from tests.simulation.storm import run_seed

from turnout.delivery.desk import Desk
from turnout.delivery.reckoning import Reckoning
from turnout.values.verdicts import Verdict

SEEDS = range(1, 51)


@pytest.mark.parametrize("first", SEEDS[::10])
def test_no_seed_breaks_a_promise(first: int) -> None:
    told = [run_seed(seed) for seed in range(first, first + 10)]

    assert sum(one.deaths for one in told) > 0
    assert sum(one.faults for one in told) > 0


def _taken_for_success(verdict: Verdict) -> Callable[[pytest.MonkeyPatch], None]:
    def broken(patch: pytest.MonkeyPatch) -> None:
        honest = Reckoning._not_accepted

        def believing(self: Reckoning, change, outcome, found) -> None:  # type: ignore[no-untyped-def]
            if found is verdict:
                self.ledger.accept_all([(change, outcome.remote_id or change.remote_id or "1", "believed")])
            else:
                honest(self, change, outcome, found)

        patch.setattr(Reckoning, "_not_accepted", believing)

    return broken


def _nothing_claimed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Desk, "_begin", lambda self, batch, number: None)


def _lost_calls_not_waited_out(patch: pytest.MonkeyPatch) -> None:
    honest = Reckoning.__init__
    patch.setattr(
        Reckoning, "__init__", lambda self, ledger, view, *, clock, unsure_seconds: honest(
            self, ledger, view, clock=clock, unsure_seconds=0.0
        )
    )  # fmt: skip


BROKEN = {
    "silence taken for success": _taken_for_success(Verdict.UNSURE),
    "a retry taken for success": _taken_for_success(Verdict.RETRY),
    "nothing claimed before a call": _nothing_claimed,
    "lost calls not waited out": _lost_calls_not_waited_out,
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_storm_catches_an_engine_that_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[name](monkeypatch)

    with pytest.raises(AssertionError):
        run_seeds(200)


def run_seeds(number: int) -> None:
    for seed in range(1, number + 1):
        run_seed(seed)
