"""Waits that are not drawn to scale, in words above their marks: those that stand too near share one label.

AWS's charts draw a quiet hour as long as a busy one. Here a wait is a mark of a few pixels with its length above it,
and of many neighbours their number and their sum. Left out: the marks, which `lane_marks` draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from lambdalab.show import theme
from lambdalab.show.figure import EDGE, wide
from lambdalab.show.numbers import count, period

_MOST_NAMED = 3  # waits beside each other that have their length each


@dataclass(frozen=True)
class Waits:
    """Neighbouring waits.

    Args:
        places: pixels of their marks.
        seconds: how long each was.
        words: what is said of them.
        left: pixel of the time axis's beginning; no words stand left of it.
    """

    places: tuple[float, ...]
    seconds: tuple[float, ...]
    words: str
    left: float

    @property
    def ends(self) -> tuple[float, float]:
        """Where the words begin and end, in pixels."""
        half = wide(self.words) / 2
        middle = min(max((self.places[0] + self.places[-1]) / 2, self.left + half), theme.WIDTH - EDGE - half)
        return middle - half, middle + half

    def joined(self, other: Waits) -> Waits:
        seconds = (*self.seconds, *other.seconds)
        many = f"{count(len(seconds))} waits, {period(sum(seconds))} together"
        words = f"{self.words}, {other.words}" if len(seconds) <= _MOST_NAMED else many
        return Waits((*self.places, *other.places), seconds, words, self.left)
