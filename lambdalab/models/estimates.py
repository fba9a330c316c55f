"""What a simulation says: a value, and how far chance may have moved it.

AWS's metrics are counts of what happened. A simulated number is one draw of many, so that it comes with an interval:
made from the parts of one long run (batch means) or from several runs, which are taken as independent of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Student's t, 97.5 %, for 1 to 30 degrees of freedom
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


@dataclass(frozen=True)
class Estimate:
    """A simulated value with its 95 % interval (lesson 09).

    Args:
        value: the estimate.
        low: the lower end; of 100 such intervals about 95 hold the true value.
        high: the upper end. Both are the value itself where nothing was left to chance, and not numbers (nan) where
            there was one run only.
    """

    value: float
    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    def __float__(self) -> float:
        return self.value

    def text(self, *, percent: bool = False) -> tuple[str, str]:
        """The value and its interval in words, for a table."""
        factor, unit = (100.0, " %") if percent else (1.0, "")
        value, low, high = (factor * number for number in (self.value, self.low, self.high))
        if math.isnan(low):
            return f"{value:.4g}{unit}", "one run"
        if high - low <= 1e-9 * high:  # rounding, at most
            return f"{value:.4g}{unit}", f"{low:.4g} to {high:.4g}{unit}"
        digits = max(0, 1 - math.floor(math.log10(high - low)))  # two digits of the interval's width can be told
        return f"{value:.{digits}f}{unit}", f"{low:.{digits}f} to {high:.{digits}f}{unit}"


def ratio(
    counted: NDArray[np.float64], base: NDArray[np.float64], *, exact: bool = False, most: float = math.inf
) -> Estimate:
    """The ratio of two sums, with the interval that their parts allow.

    Args:
        counted: for each part what was counted, calls or seconds.
        base: for each part of how many.
        exact: whether the parts were not left to chance.
        most: the highest value there can be; the lowest is 0.
    """
    parts, whole = len(base), float(base.sum())
    value = float(counted.sum()) / whole if whole else 0.0
    if exact:
        return Estimate(value, value, value)
    if parts < 2:
        return Estimate(value, math.nan, math.nan)
    if not counted.any():
        return Estimate(0.0, 0.0, min(most, 3 / whole) if whole else most)  # the rule of three: none in `whole`
    errors = counted - value * base
    deviation = math.sqrt(float(errors @ errors) / (parts * (parts - 1))) / (whole / parts)
    freedom = parts - 1
    half = (_T[freedom - 1] if freedom <= len(_T) else 1.96 + 2.4 / freedom) * deviation
    return Estimate(value, max(0.0, value - half), min(most, value + half))
