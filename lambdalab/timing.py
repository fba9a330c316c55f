"""Time in the lab, seen from the notebook: its clock, and how long idle environments are kept.

On AWS nobody can turn the clock or say how long an environment is kept. Here waiting takes no time, and both are the
student's to set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Ask = Callable[..., dict[str, Any]]


class Clock:
    """The lab's clock: turn it forward instead of waiting (lesson 01)."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> Clock:
        """Turn the clock forward.

        Raises:
            ValueError: the time is negative or not a number.
        """
        total = hours * 3600 + minutes * 60 + seconds
        if not 0 <= total < float("inf"):
            raise ValueError(f"the lab's clock only goes forward, not by {total} s: give 0 or more")
        self._ask("POST", "clock", {"advance": total})
        return self

    @property
    def ahead_seconds(self) -> float:
        """How far it is ahead of the machine's own clock."""
        return float(self._ask("GET", "state")["clock_offset"])

    def __repr__(self) -> str:
        ahead = round(self.ahead_seconds)
        parts = [(ahead // 3600, "h"), (ahead % 3600 // 60, "min"), (ahead % 60, "s")]
        return "+ " + (" ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s")


@dataclass(frozen=True)
class KeepAlive:
    """How long an idle environment is kept, on the lab's clock, in minutes; each draws its own time in this range."""

    least: float
    most: float

    def __repr__(self) -> str:
        times = f"{self.least:g}" if self.least == self.most else f"{self.least:g} to {self.most:g}"
        return f"An idle environment is kept for {times} {'minute' if times == '1' else 'minutes'}."
