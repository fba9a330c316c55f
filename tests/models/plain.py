"""The same rules once more, in plain Python and in another way: environments are looked at one by one.

Nothing of the simulator is used, so that the two can be compared call for call.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Environment:
    number: int
    spans: list[tuple[float, float]] = field(default_factory=list)  # when it had a call
    gone: float = math.inf

    @property
    def free(self) -> float:
        return self.spans[-1][1]


@dataclass
class Plain:
    """What became of each call: "warm", "cold" or "rejected", and which environment took it."""

    said: list[str]
    taken: list[int | None]
    environments: list[Environment]
    peak: int

    def running(self, begin: float, end: float) -> float:
        spans = [span for each in self.environments for span in each.spans]
        return sum(max(0.0, min(end, b) - max(begin, a)) for a, b in spans)

    def idle(self, begin: float, end: float) -> float:
        total = 0.0
        for each in self.environments:
            ends = [a for a, _ in each.spans[1:]] + [each.gone]
            total += sum(max(0.0, min(end, b) - max(begin, a)) for (_, a), b in zip(each.spans, ends, strict=True))
        return total


def plain(
    arrivals: Sequence[float],
    factors: Sequence[float],
    *,
    warm: float,
    cold: float,
    keep_alive: float,
    limit: int | None = None,
    newest: bool = True,
) -> Plain:
    every: list[Environment] = []
    events: list[tuple[float, int, int]] = [(moment, 2, place) for place, moment in enumerate(arrivals)]
    heapq.heapify(events)  # at the same moment calls end first (0), then others come (2); who waits longest goes (3)
    said: list[str] = []
    taken: list[int | None] = []
    busy: set[int] = set()
    idle: set[int] = set()
    peak = 0
    while events:
        now, kind, place = heapq.heappop(events)
        if kind == 0:
            busy.remove(place)
            idle.add(place)
            heapq.heappush(events, (now + keep_alive, 3, place))
        elif kind == 3:
            if place in idle and every[place].free + keep_alive == now:  # not if it had another call since
                idle.remove(place)
                every[place].gone = now
        elif limit is not None and len(busy) >= limit:
            said.append("rejected")
            taken.append(None)
        else:
            if idle:
                chosen = max(idle, key=lambda i: i if newest else (every[i].free, i))  # type: ignore[arg-type, return-value]
                idle.remove(chosen)
                said.append("warm")
            else:
                chosen = len(every)
                every.append(Environment(chosen))
                said.append("cold")
            lasts = (warm if said[-1] == "warm" else cold) * factors[place]
            every[chosen].spans.append((now, now + lasts))
            taken.append(chosen)
            busy.add(chosen)
            peak = max(peak, len(busy))
            heapq.heappush(events, (now + lasts, 0, chosen))
    return Plain(said, taken, every, peak)
