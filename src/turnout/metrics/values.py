"""parts -> numbers: the catalogue's metrics in its own units, exact first, rounded last."""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from turnout.metrics.catalogue import METRICS, Metric
from turnout.metrics.parts import MASKS, groups_of, merged

MILLISECONDS_A_MINUTE: Final = 60_000
SLICES: Final = 100


def add(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Return two sets of parts as one: sums added, masks united."""
    return merged(left, right)


def exact(
    parts: Mapping[str, int], seen: Collection[str], duration_known: bool = True
) -> dict[str, Fraction | int | None]:
    """Return every metric unscaled and unrounded: minutes, counts, slices of 100, rates and ratios in 0..1.

    None where it is not known: no source that can see it was read for the session (`seen` names the groups
    that were), no time to divide by, or no duration for the completion.
    """
    return {metric.name: _exact(metric, parts, seen, duration_known=duration_known) for metric in METRICS}


def numbers(
    parts: Mapping[str, int], seen: Collection[str], duration_known: bool = True
) -> dict[str, float | int | None]:
    """Return every metric in the catalogue's units: minutes, 0..100 and 0..1 to two decimals, half up; counts whole."""
    found = exact(parts, seen, duration_known)
    return {metric.name: _scaled(metric, found[metric.name]) for metric in METRICS}


def _exact(
    metric: Metric, parts: Mapping[str, int], seen: Collection[str], *, duration_known: bool
) -> Fraction | int | None:
    if not any(groups_of(name) & frozenset(seen) for name in metric.top):
        return None
    if metric.unit == "slices":
        return slices(parts) if duration_known else None
    top = sum(parts.get(name, 0) for name in metric.top)
    if metric.bottom:
        bottom = sum(parts.get(name, 0) for name in metric.bottom)
        return Fraction(top, bottom) if bottom else None
    return Fraction(top, MILLISECONDS_A_MINUTE) if metric.unit == "minutes" else top


def slices(parts: Mapping[str, int]) -> int:
    """Return how many of the hundred slices were watched."""
    return sum(parts.get(name, 0).bit_count() for name in MASKS["vod_slices"])


def _scaled(metric: Metric, value: Fraction | int | None) -> float | int | None:
    if value is None or metric.whole:
        return None if value is None else int(value)
    return rounded(Fraction(value) * (100 if metric.unit == "%" else 1))


def rounded(value: Fraction) -> float:
    """Return a number to two decimals, halves away from zero."""
    hundredths = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return float(hundredths.quantize(Decimal(1), ROUND_HALF_UP) / 100)
