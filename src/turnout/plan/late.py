"""Late truth: video on demand trickles for weeks; a small change waits for its window, and goes then."""

from collections.abc import Mapping

from turnout.metrics.catalogue import METRIC
from turnout.plan.view import Late
from turnout.values.records import Value


def small(before: Mapping[str, Value], after: Mapping[str, Value], late: Late) -> bool:
    """Return whether only numbers differ, each by less than the threshold.

    `before` are the values last accepted, so that small changes add up. Minutes are compared by minutes or percent,
    rates, shares and counts by percent; a value that comes or goes is never small, and nor is a text.
    """
    return all(
        _small(name, (before.get(name), after.get(name)), late)
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    )


def _small(name: str, change: tuple[Value, Value], late: Late) -> bool:
    before, after = change
    if not (isinstance(before, int | float) and isinstance(after, int | float) and name in METRIC):
        return False
    step = abs(after - before)
    if METRIC[name].unit == "minutes" and step < late.minutes:
        return True
    return step < abs(before) * late.percent / 100


def shrunk(before: Mapping[str, Value], after: Mapping[str, Value]) -> bool:
    """Return whether a record would clear values, or lower counts or minutes; rates never count."""
    for name, metric in METRIC.items():
        was, now = before.get(name), after.get(name)
        if was is None or not isinstance(was, int | float):
            continue
        if now is None:
            return True
        if metric.unit in ("count", "minutes") and isinstance(now, int | float) and now < was:
            return True
    return False
