"""How many runs of a function ran at the same moment, counted from what the lab remembers of each.

On AWS the metric `ConcurrentExecutions` says it, by the minute. Here each run has its moment and its duration. Used by
the exercises of workbook 09.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.records import Invocation

_LOOKS = 2_000


def spans(runs: Sequence[Invocation]) -> list[tuple[float, float]]:
    """When each of those that ran began and ended, in seconds on the lab's clock, the first one first."""
    ran = [(run.began, run.report.duration_ms / 1000) for run in runs if run.began is not None and run.report]
    return sorted((began, began + took) for began, took in ran)


def most(runs: Sequence[Invocation]) -> int:
    """How many ran at the same moment, at most; one that begins when another ends is not beside it."""
    changes = sorted(change for began, ended in spans(runs) for change in ((began, 1), (ended, -1)))
    count = top = 0
    for _, change in changes:
        count += change
        top = max(top, count)
    return top


def mean(runs: Sequence[Invocation]) -> float:
    """How many ran at the same moment, on average: counted at 2,000 moments from the first begin to the last end."""
    each = spans(runs)
    first, last = each[0][0], max(ended for _, ended in each)
    looks = [first + (number + 0.5) / _LOOKS * (last - first) for number in range(_LOOKS)]
    return sum(began <= look < ended for look in looks for began, ended in each) / _LOOKS
