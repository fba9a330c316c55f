"""Is a setting of a simulation one that can be? Each function says what is wrong, why, and what to give instead.

AWS answers a bad setting with a ValidationException. Nothing is sent to AWS here, so that a ValueError says the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_EPOCH = 1e8  # seconds; arrivals that begin three years late were meant as times since 1970


def above(name: str, value: float, what: str, *, zero: bool = False, ever: bool = False) -> float:
    """A number above zero.

    Args:
        what: what the number is, for the message.
        zero: whether 0 will do too.
        ever: whether `math.inf` will do too.
    """
    if not (value > 0 or (zero and value == 0)) or (value == math.inf and not ever):
        wanted = ("0 or more" if zero else "a number above 0") + (", or math.inf" if ever else "")
        raise ValueError(f"{name}={value} cannot be used: it is {what}; give {wanted}")
    return float(value)


def whole(name: str, value: int, what: str, least: int = 1) -> int:
    """A whole number."""
    if not (least <= value < math.inf and value == int(value)):
        raise ValueError(f"{name}={value} cannot be used: it is {what}; give a whole number from {least:,} on")
    return int(value)


def one_of(name: str, value: str, known: Sequence[str]) -> str:
    """One of these words."""
    if value not in known:
        raise ValueError(f"there is no {name} {value!r}: choose one of {', '.join(map(repr, known))}")
    return value


def moments(arrivals: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Arrivals as an array: seconds from the beginning, in order."""
    times = np.ascontiguousarray(arrivals, dtype=np.float64)
    if times.ndim != 1 or not len(times):
        raise ValueError("arrivals are empty or no plain list: give at least one moment, in seconds")
    if not np.isfinite(times).all() or times[0] < 0:
        raise ValueError("arrivals hold a moment that is negative or no number: give seconds from the beginning on")
    back = times[1:] < times[:-1]
    if back.any():
        at = int(np.argmax(back))
        raise ValueError(f"arrivals go back in time, from {times[at]} to {times[at + 1]} s: sort them first")
    if times[0] > _EPOCH:
        raise ValueError(f"arrivals begin at {times[0]:.0f} s, as times since 1970 do: take the first one off each")
    return times
