"""A small simulation of its own, so that the pictures are tested with runs that no module of the package made."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass

from lambdalab.show.concurrency_case import Case


@dataclass(frozen=True)
class MadeSeries:
    seconds: float
    arrivals: list[int]
    running: list[float]
    idle: list[float]
    starting: list[float]
    rejected: list[int]
    cold: list[int]


def made(
    rate: float,
    call: float,
    limit: int | None,
    *,
    length: float = 120,
    step: float = 2,
    start: float = 0.4,
    seed: int = 7,
) -> Case:
    """A quiet time, a rise, a peak of `rate` calls a second, a fall, a quiet time; environments never end."""
    chance, moments, now = random.Random(seed), [], 0.0
    while rate and (now := now + chance.expovariate(rate)) < length:
        share = now / length
        wanted = 0.1 if not 0.21 < share < 0.75 else min(1, (share - 0.21) / 0.1 + 0.1, (0.75 - share) / 0.1 + 0.1)
        if chance.random() < wanted:
            moments.append(now)
    buckets = round(length / step)
    arrivals, rejected, cold = [0] * buckets, [0] * buckets, [0] * buckets
    running, starting, idle = [0.0] * buckets, [0.0] * buckets, [0.0] * buckets
    busy: list[float] = []
    free = total = 0
    spans: list[tuple[float, float, str]] = []
    births: list[float] = []
    for moment in moments:
        at = int(moment / step)
        arrivals[at] += 1
        while busy and busy[0] <= moment:
            heapq.heappop(busy)
            free += 1
        if free:
            free -= 1
            spans.append((moment, moment + call, "run"))
            heapq.heappush(busy, moment + call)
        elif limit is None or total < limit:
            total += 1
            cold[at] += 1
            births.append(moment)
            spans += [(moment, moment + start, "start"), (moment + start, moment + start + call, "run")]
            heapq.heappush(busy, moment + start + call)
        else:
            rejected[at] += 1
    for index in range(buckets):
        middle = (index + 0.5) * step
        running[index] = sum(a <= middle < b for a, b, _ in spans)
        starting[index] = sum(a <= middle < b for a, b, kind in spans if kind == "start")
        idle[index] = sum(born <= middle for born in births) - running[index]
    return Case(MadeSeries(step, arrivals, running, idle, starting, rejected, cold), call, limit, rate)
