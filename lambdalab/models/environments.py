"""The environments of one function in a simulation: the compiled loop, with its state and its tally.

On AWS an execution environment is a process in a microVM. Here it is a number in a few arrays (kernel.py). This module
hands calls over in pieces, gives the arrays more room when it is needed, and reads off what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lambdalab.models import kernel

Floats = NDArray[np.float64]
Draw = Callable[[int], Floats]

PIECE = 1 << 15  # calls handed over at once: enough to hide the cost of doing so, and they fit into a cache


class Tally(NamedTuple):
    """What came of all calls so far."""

    arrivals: float
    warm: float
    cold: float
    rejected: float
    seconds: float
    running: float  # seconds of all environments together
    idle: float


class Environments:
    """None at first; they come and go with the calls.

    Args:
        warm: mean seconds of a call that finds an environment.
        cold: mean seconds of a call for which one is started.
        keep_alive: seconds that an idle one is kept.
        limit: calls that may run at the same time, None for no limit.
        newest: whether the newest idle one takes a call; otherwise the most recently used.
        record: what is written down over time.
    """

    def __init__(
        self,
        warm: float,
        cold: float,
        keep_alive: float,
        limit: int | None = None,
        *,
        newest: bool = True,
        record: kernel.Buckets | None = None,
    ) -> None:
        most = kernel.UNLIMITED if limit is None else int(limit)
        self._rules = (float(warm), float(cold), float(keep_alive), most, bool(newest))
        self._pool, self.record = kernel.empty_pool(), record or kernel.buckets()
        self._now = 0.0

    def take(self, arrivals: Floats, factors: Floats) -> None:
        """Handle these calls: when they come, and how long they last in mean durations."""
        self._run(arrivals, factors, float(arrivals[-1]))

    def feed(self, calls: int, arrive: Draw, lasts: Draw) -> None:
        """Handle so many more calls, piece by piece, so that memory does not grow with them."""
        while calls:
            piece = min(calls, PIECE)
            self.take(arrive(piece), lasts(piece))
            calls -= piece

    def wait(self, until: float) -> None:
        """No call comes until then."""
        self._run(np.empty(0), np.empty(0), max(until, self._now))

    def _run(self, arrivals: Floats, factors: Floats, until: float) -> None:
        done = 0
        while True:
            done = kernel.run(self._pool, self.record, arrivals, factors, done, until, *self._rules)
            if done == len(arrivals):
                break
            self._pool = kernel.larger(self._pool)
        self._now = until

    def finish(self) -> None:
        """Wait until the last call is over."""
        self.wait(float(self._pool.due[: self._pool.counts[kernel.RUNNING]].max(initial=self._now)))

    @property
    def peak(self) -> int:
        """The most calls at the same time."""
        return int(self._pool.counts[kernel.PEAK])

    def tally(self) -> Tally:
        """What came of all calls so far, up to the last one."""
        warm, cold, rejected = self._pool.counts[[kernel.WARM, kernel.COLD, kernel.REJECTED]].tolist()
        running, idle = kernel.environment_seconds(self._pool, self._now)
        return Tally(warm + cold + rejected, warm, cold, rejected, self._now, running, idle)


def law(service: str, spread: float, random: np.random.Generator) -> Draw:
    """Durations in mean durations, so that their mean is 1."""

    def lognormal(count: int) -> Floats:
        drawn = random.standard_normal(count)
        drawn *= spread
        drawn -= spread * spread / 2
        return np.asarray(np.exp(drawn, out=drawn))

    laws: dict[str, Draw] = {
        "exponential": random.standard_exponential,
        "constant": np.ones,
        "lognormal": lognormal,
    }
    return laws[service]


def poisson(rate: float, random: np.random.Generator) -> Draw:
    """The next so many calls, on average `rate` a second."""
    now = 0.0

    def arrive(count: int) -> Floats:
        nonlocal now
        times = random.standard_exponential(count)
        np.cumsum(times, out=times)
        times /= rate
        times += now
        now = times[-1]
        return times

    return arrive


def given(times: Floats) -> Draw:
    """The next so many of these."""
    position = 0

    def arrive(count: int) -> Floats:
        nonlocal position
        position += count
        return times[position - count : position]

    return arrive
