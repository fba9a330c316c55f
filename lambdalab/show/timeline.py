"""The time axis of the swimlanes: seconds that ran are drawn to scale, seconds in which nobody called are cut out.

On AWS the axis of every chart is plain time, and a cold start is a dot on a day. Here cells are run minutes apart, so
a long wait becomes a short break with its length in words, and a turn of the lab's clock a double line. Left out:
a scale of its own for each part; a second is equally long everywhere.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.clock import Jump, machine
from lambdalab.show.numbers import SPACE, steps

SHORTEST_CUT = 0.5  # seconds; a shorter wait is always drawn
CUT_SHARE = 0.25  # of the time in which something ran; a shorter wait is drawn
MOST_GAPS = 20
_NOISE = 1e-6  # seconds that arithmetic with moments may be wrong by
HALF_MARK = 7.0  # pixels: half of a break's width
# Pixels: at each side of a mark; the room for what was reclaimed; after the last call.
_STUB, _GONE, _TAIL = 18.0, 112.0, 84.0
_TICK_PIXELS, _TICKS, _MOST_TICKS = 56, 5, 7  # pixels between two; in the longest part, in all parts


@dataclass(frozen=True)
class Gap:
    """A stretch in which nothing ran and which is not drawn to scale.

    Args:
        began, ended: seconds, on the machine's clock as far as it can be told from the lab's.
        jumped: by how many seconds the lab's clock was turned in it.
        left, mark, right: pixels; `mark` is the middle of the break or of the double line, None without one.
        stub: pixels; how far a frozen environment is drawn when nothing follows.
    """

    began: float
    ended: float
    jumped: float
    left: float
    mark: float | None
    right: float
    stub: float


@dataclass(frozen=True)
class Part:
    """A stretch that is drawn to scale: seconds and pixels of both ends."""

    began: float
    ended: float
    left: float
    right: float


@dataclass(frozen=True)
class _Wait:
    began: float
    ended: float
    jumped: float
    gone: bool


class Timeline:
    """Where a moment lies, in pixels (lesson 03).

    Args:
        active: begin and end of everything that ran, on the lab's clock; at least one.
        ends: when environments ended, on the lab's clock.
        jumps: the turns of the clock.
        left, right: pixels.
    """

    def __init__(
        self, active: Sequence[tuple[float, float]], ends: Sequence[float], jumps: Sequence[Jump], *, left: float,
        right: float,
    ) -> None:  # fmt: skip
        self._jumps, self.left, self.right = jumps, left, right
        islands = _islands([(self.real(began), self.real(ended)) for began, ended in active])
        waits = _waits(islands, [self.real(end) for end in ends], jumps)
        inner = {wait.began: wait for wait in waits[:-1]}
        parts = [islands[0]]
        for before, island in itertools.pairwise(islands):
            if before[1] in inner:
                parts.append(island)
            else:
                parts[-1] = (parts[-1][0], island[1])
        self._lay_out(parts, waits)

    def real(self, moment: float) -> float:
        """The moment on the machine's clock, as far as it can be told."""
        return machine(moment, self._jumps)

    def x(self, moment: float) -> float:
        """The pixel of a moment of the lab's clock; within a break, its mark."""
        real = self.real(moment)
        if real <= self.parts[0].began:
            return self.left
        for part in self.parts:
            if part.began - _NOISE <= real <= part.ended + _NOISE:
                return part.left + max(0.0, real - part.began) * self.scale
        gap = next((gap for gap in self.gaps if gap.began <= real <= gap.ended), self.gaps[-1])
        return gap.stub if gap.mark is None else gap.mark

    def gone(self, moment: float) -> tuple[float, float]:
        """Left and right end, in pixels, of the box for an environment that ended at a moment of the lab's clock."""
        x, real = self.x(moment), self.real(moment)
        for gap in self.gaps:
            if gap.began <= real <= gap.ended and gap.mark is not None:
                return gap.mark + HALF_MARK + 5, gap.right - 5
        return x + 4, min(x + _GONE - 10, self.right)

    @property
    def unit(self) -> str:
        """What the axis counts: "s", or "ms" when no part is as long as a second."""
        return "s" if max(part.ended - part.began for part in self.parts) >= 1 else "ms"

    def ticks(self) -> tuple[list[float], list[str]]:
        """At most seven pixels and their words; each part counts from zero, the largest number has the unit."""
        size = 1.0 if self.unit == "s" else 0.001
        longest = max(part.ended - part.began for part in self.parts) / size
        if not self.scale:
            return [self.parts[0].left], [f"0{SPACE}{self.unit}"]
        step = steps(longest / 3)[1]
        while step * size * self.scale < _TICK_PIXELS or longest / step >= _TICKS + 0.5:
            step *= 2.5 if f"{step:e}".startswith("2") else 2
        found: dict[float, float] = {self.parts[0].left: 0.0}
        for part in sorted(self.parts, key=lambda part: part.began - part.ended):
            values = [index * step for index in range(int((part.ended - part.began) / size / step + 1e-9) + 1)]
            new = {part.left + value * size * self.scale: value for value in values}
            crowded = any(0 < abs(x - other) < 0.9 * _TICK_PIXELS for x in new for other in found)
            if len(found | new) <= _MOST_TICKS and len(new) > 1 and not crowded:
                found.update(new)
        decimals = max(0, -math.floor(math.log10(step)))
        last = max(found, key=lambda x: found[x])
        words = [f"{found[x]:,.{decimals}f}" if found[x] else "0" for x in sorted(found)]
        words[sorted(found).index(last)] += f"{SPACE}{self.unit}"
        return [round(x, 1) for x in sorted(found)], words

    @property
    def turns(self) -> list[tuple[float, float]]:
        """The clock's turns that a picture marks: pixel and seconds."""
        within = [(self.x(jump.at), jump.seconds) for jump in self._jumps if self._runs_at(self.real(jump.at))]
        return sorted([*within, *((gap.mark, gap.jumped) for gap in self.gaps if gap.jumped and gap.mark is not None)])

    @property
    def breaks(self) -> list[tuple[float, float]]:
        """Waits that were cut out: pixel and seconds."""
        return [(gap.mark, gap.ended - gap.began) for gap in self.gaps if gap.mark is not None and not gap.jumped]

    def _runs_at(self, real: float) -> bool:
        return any(part.began < real < part.ended for part in self.parts)

    def _lay_out(self, parts: list[tuple[float, float]], waits: list[_Wait]) -> None:
        room = self.right - self.left
        plans = []  # before the mark, whether there is one, after it
        for wait in waits:
            last = wait.ended == float("inf")
            marked = bool(wait.jumped) or not last
            after = _GONE if wait.gone else _STUB if wait.jumped or not last else 0.0
            plans.append((_TAIL if last else _STUB, marked, after))
        fixed = sum(before + 2 * HALF_MARK * marked + after for before, marked, after in plans)
        shrunk = min(1.0, 0.6 * room / fixed)
        seconds = sum(ended - began for began, ended in parts)
        self.scale = (room - fixed * shrunk) / seconds if seconds > 1e-6 else 0.0
        self.parts: list[Part] = []
        self.gaps: list[Gap] = []
        x = self.left
        for (began, ended), wait, (before, marked, after) in zip(parts, waits, plans, strict=True):
            self.parts.append(Part(began, ended, x, x + (ended - began) * self.scale))
            x = self.parts[-1].right
            mark = x + (before + HALF_MARK) * shrunk if marked else None
            right = x + (before + 2 * HALF_MARK * marked + after) * shrunk
            stub = right if mark is not None else x + before * shrunk
            self.gaps.append(Gap(wait.began, wait.ended, wait.jumped, x, mark, right, stub))
            x = right


def last_part(active: Sequence[tuple[float, float]], jumps: Sequence[Jump], most: int = MOST_GAPS) -> float:
    """The moment of the lab's clock from which on a picture has at most so many breaks and turns of the clock.

    Args:
        active, jumps: as in `Timeline`.
        most: breaks and turns together.
    """
    begins = {machine(began, jumps): began for began, _ in active}
    islands = _islands([(machine(began, jumps), machine(ended, jumps)) for began, ended in active])
    while len(waits := _waits(islands, [], jumps)[:-1]) > most:
        islands = [island for island in islands if island[0] >= waits[-most - 1].ended]
    return begins[islands[0][0]]


def _waits(islands: list[tuple[float, float]], ends: list[float], jumps: Sequence[Jump]) -> list[_Wait]:
    """The waits that are not drawn to scale; the last one is what follows the last call."""
    active = sum(ended - began for began, ended in islands)
    turned = [(machine(jump.at, jumps), jump.seconds) for jump in jumps]
    found = []
    later = [*(began for began, _ in islands[1:]), float("inf")]
    for (_, began), ended in zip(islands, later, strict=True):
        jumped = sum(seconds for moment, seconds in turned if began <= moment <= ended)
        if jumped or ended - began > max(SHORTEST_CUT, CUT_SHARE * active):
            found.append(_Wait(began, ended, jumped, any(began <= end <= ended for end in ends)))
    return found


def _islands(active: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Begin and end of each stretch in which something ran all the time."""
    found: list[tuple[float, float]] = []
    for began, ended in sorted(active):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, max(began, ended)))
    return found
