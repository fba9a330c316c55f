"""Twelve real workloads, and the numbers that decide for each whether a function is the right place.

AWS has decision guides in words. Here each workload is a few figures (workloads.toml): which limits it breaks, how full
a server would be that holds its peak, what a month costs on Lambda, and on Fargate with room for that peak. Left out:
people's time, discounts for a promise of years, scaling by the hour, and everything but computing.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources

from lambdalab.facts import price
from lambdalab.models.cost import month_price
from lambdalab.models.servers import Server, break_even, capacity, fargate, fargate_run

DAYS = 30
DAY_S = 86_400
VERDICTS = ("Lambda", "container service", "VM", "either")
REASONS = ("limit", "limit is near", "steady load", "spiky load", "rare", "latency", "state", "team knows it")
RARE = 0.01  # a server would stand idle for more than 99 % of the time ...
MANY_AT_ONCE = 10  # ... and fewer than so many pieces run at once; from so many on a load with pauses is spiky
_LEAST_VCPU, _LEAST_GB = Decimal("0.25"), Decimal("0.5")  # of a Fargate task


def limits() -> Mapping[str, int]:
    """What a function and the API in front of it allow, by the last part of the fact's name (lesson 12).

    Seconds, MB, and two things of which there are none on demand: a GPU, and a connection that a client keeps open.
    """
    named = ("timeout_most_s", "payload.sync_mb", "payload.async_mb", "memory_most_mb", "tmp_most_mb", "front.rest_s")
    found = {name.rpartition(".")[2]: int(price(f"limits.{name}")) for name in named}
    return {**found, "gpus": 0, "connections": 0}


@dataclass(frozen=True)
class Workload:
    """One kind of work, in the figures that decide where it runs (lesson 12; what each means: workloads.toml)."""

    letter: str
    name: str
    card: str
    pieces: float
    days: float
    run_s: float
    at_once: int
    memory_mb: int
    tmp_mb: int
    payload_mb: float
    call: str
    browser: bool
    gpu: bool
    connections: bool
    windows: bool
    answer_s: float
    init_s: float

    @property
    def calls(self) -> int:
        """Pieces in a month of 30 days."""
        return round(self.pieces / self.days * DAYS)

    @property
    def share(self) -> float:
        """How full a server is that holds the peak, 0 to 1: so long is there work, if it always came at its peak.

        An open connection has to be held all the time, whether something moves or not.
        """
        return 1.0 if self.connections else min(1.0, self.calls * self.run_s / self.at_once / (DAYS * DAY_S))

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the limits that it breaks, in the order of `limits()`."""
        allowed = limits()
        waits = self.call == "sync"
        needed = {
            "timeout_most_s": self.run_s,
            "sync_mb": self.payload_mb if waits else 0,
            "async_mb": 0 if waits else self.payload_mb,
            "memory_most_mb": self.memory_mb,
            "tmp_most_mb": self.tmp_mb,
            "rest_s": self.run_s if self.browser else 0,
            "gpus": int(self.gpu),
            "connections": int(self.connections),
        }
        return tuple(name for name, most in allowed.items() if needed[name] > most)

    @property
    def lambda_usd(self) -> Decimal:
        """USD of a month on Lambda, x86, without the free tier."""
        return month_price(self.calls, self.run_s * 1000, self.memory_mb)

    @property
    def standing_usd(self) -> Decimal:
        """USD of a month on Fargate with room for the peak, that many CPUs and GB as the functions would have."""
        return _container(self.at_once * self.memory_mb).hour * 24 * DAYS

    @property
    def started_usd(self) -> Decimal:
        """USD of a month on Fargate if a container is started for each piece, and ends with it."""
        return fargate_run(self.run_s, *_size(self.memory_mb), runs=self.calls).usd

    @property
    def rare(self) -> bool:
        """There is work in less than 1 % of the time, and then fewer than ten pieces at once: else it is spiky."""
        return self.share < RARE and self.at_once < MANY_AT_ONCE

    @property
    def starts_in_time(self) -> bool:
        """A cold start and the piece together are over before somebody has waited for too long."""
        return not self.answer_s or self.init_s + self.run_s <= self.answer_s

    @property
    def fits_a_function(self) -> bool:
        """No limit is broken, the system is Linux, and Lambda is not the dearer one; latency is left out."""
        return not self.broken and not self.windows and self.lambda_usd <= self.standing_usd


def _container(memory_mb: float) -> Server:
    """A Fargate task with so much memory and the share of CPU that functions of that size have together."""
    return fargate(*_size(memory_mb), 1)


def _size(memory_mb: float) -> tuple[Decimal, Decimal]:
    """vCPU and GB of such a task, not rounded to the sizes that Fargate sells."""
    memory = Decimal(str(memory_mb))
    return max(_LEAST_VCPU, memory / price("limits.memory_of_one_vcpu_mb")), max(_LEAST_GB, memory / 1024)


def border(run_s: float) -> float:
    """The share of the time, 0 to 1, from which on a container that stands is cheaper than a function (lesson 12).

    Both have one vCPU, and do one piece after the other. The shorter a piece, the more requests are paid for.

    Args:
        run_s: seconds of one piece.

    Raises:
        ValueError: a piece that takes no time.
    """
    if run_s <= 0:
        raise ValueError(f"a piece of work cannot take {run_s} s: give a number of seconds above 0")
    memory = int(price("limits.memory_of_one_vcpu_mb"))
    calls = break_even(memory, run_s * 1000, _container(memory).hour, 1 / run_s)
    return float(calls / capacity(1 / run_s)) if calls else 1.0


@functools.cache
def workloads() -> tuple[Workload, ...]:
    """The twelve cards, A to L (lesson 12, its picture, workbook 12)."""
    text = resources.files("lambdalab").joinpath("workloads.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return tuple(Workload(**{**data["defaults"], **row}) for row in data["workload"])


def workload(name: str) -> Workload:
    """One of the twelve by its name or letter (workbook 12).

    Raises:
        KeyError: none has this name; the text lists them.
    """
    for one in workloads():
        if name in (one.name, one.letter):
            return one
    raise KeyError(f"there is no workload {name!r}; there are {', '.join(one.name for one in workloads())}")
