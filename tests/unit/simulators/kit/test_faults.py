import pytest

from turnout.simulators.kit.faults import Fault, Faults


def struck(faults: Faults, calls: int) -> list[bool]:
    return [faults.pick("GET", "/a") is not None for _ in range(calls)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("refuse"), [1, 0, 0, 0, 0, 0]),
        (Fault("refuse", times=2), [1, 1, 0, 0, 0, 0]),
        (Fault("refuse", times=0), [1, 1, 1, 1, 1, 1]),
        (Fault("refuse", nth=3), [0, 0, 1, 0, 0, 0]),
        (Fault("refuse", every=2, times=0), [0, 1, 0, 1, 0, 1]),
        (Fault("refuse", every=2, times=2), [0, 1, 0, 1, 0, 0]),
        (Fault("refuse", method="post"), [0, 0, 0, 0, 0, 0]),
        (Fault("refuse", path="/b"), [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_fault_strikes_the_calls_it_names(fault: Fault, expected: list[int]) -> None:
    faults = Faults(1)
    faults.set([fault])
    assert struck(faults, 6) == [bool(hit) for hit in expected]


def test_chance_is_drawn_from_the_seed() -> None:
    runs = []
    for seed in (7, 7, 8):
        faults = Faults(seed)
        faults.set([Fault("refuse", chance=0.5, times=0)])
        runs.append(struck(faults, 40))
    assert runs[0] == runs[1] != runs[2]
    assert 0 < sum(runs[0]) < 40


def test_a_fault_that_is_used_up_is_no_longer_shown() -> None:
    faults = Faults(1)
    faults.set([Fault("refuse"), Fault("slow", nth=9)])
    struck(faults, 2)
    assert [fault.do for fault in faults.shown()] == ["slow"]
