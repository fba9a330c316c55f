"""What every benchmark shares: medians of runs taken in turn, and the row that compares two of them.

Each kind is run one after the other in turn, so that a busy machine slows both. Nothing here is a test: a slow machine
must not make one fail.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        what: what was measured.
        value: its median, in `unit`.
        floor: what it is compared with.
        floor_value: the floor's median in the same run, or the target where there is no floor.
        wanted: what the ratio of the two should be, as a sentence.
    """

    what: str
    value: float
    floor: str
    floor_value: float
    wanted: str = ""
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.value / self.floor_value

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def in_turn(times: int, *runs: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, run in turn."""
    return medians(times, *(lambda run=run: milliseconds(run) for run in runs))  # type: ignore[misc]


def medians(times: int, *measures: Callable[[], float]) -> list[float]:
    """The median of what each says, asked in turn."""
    taken: list[list[float]] = [[] for _ in measures]
    for _ in range(times):
        for measure, found in zip(measures, taken, strict=True):
            found.append(measure())
    return [statistics.median(found) for found in taken]


def python(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
