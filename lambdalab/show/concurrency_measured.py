"""What the lab measured, in the form of picture S10: calls, environments and refusals in short stretches of time.

On AWS the shortest stretch of these metrics is a minute, and environments are not among them. Here every call is known
with the moments at which it took its environment and gave it back. Turns of the lab's clock are taken out. Left out:
the time before a call reached the lab.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lambdalab.clock import Jump, machine
from lambdalab.observe.records import Invocation, Lane
from lambdalab.observe.sentences import turned_away
from lambdalab.show.calls import Call, calls_of
from lambdalab.show.concurrency_case import Case

STRETCHES = 120
_WIDTHS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)  # seconds of a stretch
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """A series of the lab; each stretch tells of environments what was so at its fullest moment.

    Args:
        seconds: how long a stretch is.
        arrivals, rejected, cold: calls.
        running, idle, starting: environments.
    """

    seconds: float
    arrivals: Floats
    running: Floats
    idle: Floats
    starting: Floats
    rejected: Floats
    cold: Floats


def measured(
    lanes: Sequence[Lane], invocations: Sequence[Invocation] = (), *, limit: int | None = None, last: int | None = None
) -> Case:
    """The lab's last calls as a run that `concurrency` draws (lesson 09).

    Args:
        lanes: from `lab.lanes(name)`, which also know the turns of the clock.
        invocations: from `lab.history(name)`, for the calls that were turned away.
        limit: how many environments the function may have, such as its reserved concurrency.
        last: only so many calls that ran, the last ones, and the refusals since the first of them.

    Raises:
        ValueError: `last` is not above zero.
    """
    if last is not None and last < 1:
        raise ValueError(f"the last {last} calls are none: give a number above zero")
    jumps: Sequence[Jump] = getattr(lanes, "jumps", ())
    calls = calls_of(lanes)
    refused = [machine(each.time, jumps) for each in invocations if turned_away(each)]
    if last is not None and last < len(calls):
        calls = sorted(calls, key=lambda call: call.taken)[-last:]
        refused = [moment for moment in refused if moment >= machine(calls[0].taken, jumps)]
    taken = [machine(call.taken, jumps) for call in calls]
    ended = [machine(call.run.ended, jumps) for call in calls]
    first, end = min([*taken, *refused], default=0.0), max([*ended, *refused], default=0.0)
    width = next((each for each in _WIDTHS if each * STRETCHES >= end - first), (end - first) / STRETCHES)
    edges: Floats = np.arange(max(1, int(np.ceil((end - first) / width))) + 1, dtype=np.float64) * width + first
    held = sum(stop - start for start, stop in zip(taken, ended, strict=True))
    return Case(_series(lanes, calls, jumps, refused, edges, width), held / len(calls) if calls else 0.0, limit)


def _series(
    lanes: Sequence[Lane], calls: Sequence[Call], jumps: Sequence[Jump], refused: Sequence[float], edges: Floats,
    width: float,
) -> Measured:  # fmt: skip
    def moments(found: Sequence[float]) -> Floats:
        return np.sort([machine(moment, jumps) for moment in found])

    taken = moments([call.taken for call in calls])
    starts = [(call.taken, call.start.ended) for call in calls if call.start is not None]
    running = (taken, moments([call.run.ended for call in calls]))
    starting = (moments([began for began, _ in starts]), moments([ended for _, ended in starts]))
    # An environment that only earlier calls used is there from the beginning.
    lives = (
        moments([lane.spans[0].began for lane in lanes if lane.spans]),
        moments([lane.ended for lane in lanes if lane.spans and lane.ended is not None]),
    )
    instants = np.array([_fullest(running, low, high, taken) for low, high in pairwise(edges)])
    busy = _there(running, instants)
    came = np.histogram(taken, edges)[0] + np.histogram(refused, edges)[0]
    return Measured(
        seconds=width,
        arrivals=came.astype(float),
        running=busy,
        idle=np.maximum(0.0, _there(lives, instants) - busy),
        starting=np.minimum(busy, _there(starting, instants)),
        rejected=np.histogram(refused, edges)[0].astype(float),
        cold=np.histogram([machine(began, jumps) for began, _ in starts], edges)[0].astype(float),
    )


def _there(spans: tuple[Floats, Floats], instants: Floats) -> Floats:
    """How many of the spans, given by their sorted beginnings and ends, are there at each instant."""
    begun, ended = (np.searchsorted(each, instants, side="right") for each in spans)
    return (begun - ended).astype(float)


def _fullest(running: tuple[Floats, Floats], low: float, high: float, taken: Floats) -> float:
    """The moment of a stretch at which most environments had a call."""
    inside = taken[np.searchsorted(taken, low) : np.searchsorted(taken, high)]
    instants = np.concatenate([[low], inside])
    return float(instants[np.argmax(_there(running, instants))])
