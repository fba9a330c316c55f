"""How many environments, and how often cold: a function under any load, simulated.

On AWS nobody can see the environments of a function, and a million calls cost money. Here the same rules run in memory:
a free environment takes the next call, otherwise a new one starts, idle ones go after `keep_alive`, and beyond `limit`
a call is turned away. Everything is simulated, nothing is measured. Left out: errors, callers that try again, and how
fast AWS lets the number of environments grow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lambdalab.models.checks import above, moments, one_of, whole
from lambdalab.models.estimates import Estimate, ratio

if TYPE_CHECKING:
    from lambdalab.models.environments import Environments, Tally

Floats = NDArray[np.float64]

POLICIES = ("newest", "recent")
SERVICES = ("exponential", "constant", "lognormal")
BATCHES = 30  # the parts of one long run, after the first part, in which the environments come to be
RUNS = 5
LEAST, USUAL = 1_000, 100_000  # calls of a long run
BUCKETS = 300
MOST_BUCKETS = 10_000_000


@dataclass(frozen=True, eq=False)
class Series:
    """What happened over time, one entry for each bucket (lesson 09).

    Args:
        seconds: how long a bucket is; the first begins at 0.
        arrivals: calls that came.
        cold: calls for which an environment was started.
        rejected: calls that were turned away.
        running: environments with a call, the mean over the bucket; those that start are among them.
        idle: environments without a call that are kept, the mean over the bucket.
        starting: of those running the ones in a cold start: for as long as their call takes longer than a warm one.
    """

    seconds: float
    arrivals: NDArray[np.int64]
    cold: NDArray[np.int64]
    rejected: NDArray[np.int64]
    running: Floats
    idle: Floats
    starting: Floats


@dataclass(frozen=True, repr=False, eq=False)
class SimulationResult:
    """What a simulation gave (lesson 09).

    Args:
        p_cold: the share of the calls that ran for which an environment was started.
        p_rejected: the share of all calls that was turned away.
        running: environments with a call, the mean over time.
        idle: environments without a call that are kept.
        total: both together.
        arrivals: calls that came, from the first on.
        warm: calls that found an environment.
        cold: calls for which one was started.
        rejected: calls that were turned away.
        peak: the most environments with a call at the same time.
        seconds: how long it went on, in the function's time.
        intervals: how the 95 % intervals were made.
        settings: what was asked for.
        series: what happened over time, if it was asked for.
    """

    p_cold: Estimate
    p_rejected: Estimate
    running: Estimate
    idle: Estimate
    total: Estimate
    arrivals: int
    warm: int
    cold: int
    rejected: int
    peak: int
    seconds: float
    intervals: str
    settings: dict[str, Any] = field(default_factory=dict)
    series: Series | None = None

    def shares(self) -> tuple[str, str, str, str]:
        """Cold, turned away, running and idle as text, for a table of many results."""
        cold, refused = (one.text(percent=True)[0] for one in (self.p_cold, self.p_rejected))
        return cold, refused, self.running.text()[0], self.idle.text()[0]

    def _table(self) -> Any:
        from lambdalab.show.picture import Table

        shares = [("cold starts, of calls that ran", self.p_cold), ("turned away, of all calls", self.p_rejected)]
        means = [("environments running", self.running), ("environments idle", self.idle), ("both", self.total)]
        rows = [(name, *one.text(percent=True)) for name, one in shares] + [(name, *one.text()) for name, one in means]
        counts = f"{self.warm:,} warm, {self.cold:,} cold, {self.rejected:,} turned away"
        caption = f"Simulated: {self.arrivals:,} calls, {counts}; at most {self.peak:,} at once"
        return Table(caption, ("", "value", f"95 % interval, {self.intervals}"), rows)

    def _repr_html_(self) -> str:
        return str(self._table().html())

    def __repr__(self) -> str:
        return str(self._table().text())


def simulate(
    arrivals: Sequence[float] | Floats | None = None,
    *,
    rate: float | None = None,
    warm_service: float,
    cold_service: float,
    keep_alive: float,
    service: str = "exponential",
    spread: float = 1.0,
    policy: str = "newest",
    limit: int | None = None,
    invocations: int | None = None,
    runs: int | None = None,
    series: bool | float = False,
    until: float | None = None,
    seed: int = 1,
) -> SimulationResult:
    """Simulate the environments of one function (lesson 09).

    With `rate` one long run is made, and its intervals come from the means of 30 parts; a first part, in which the
    environments come to be, counts for none of them. With `arrivals` just these are handled, from no environment on,
    until the last call is over; the durations are drawn anew in each of several runs, which give the intervals. Counts,
    peak and series are those of the first run, from its first call on.

    Args:
        arrivals: when calls come, in seconds from the beginning, ascending; see `lambdalab.models.arrivals`.
        rate: or else calls a second that come independently of each other (Poisson).
        warm_service: mean seconds of a call that finds an environment.
        cold_service: mean seconds of a call for which one is started, the start included.
        keep_alive: seconds that an idle environment is kept; `math.inf` for ever.
        service: how durations are spread around their mean: "exponential", "constant" or "lognormal".
        spread: of "lognormal" the standard deviation of the logarithm.
        policy: which idle environment takes a call: the "newest", or the most "recent" one, which was used last.
        limit: calls that may run at the same time; None for no limit.
        invocations: with `rate`, how many calls; 1,000 or more, 100,000 if not said. Memory does not grow with them.
        runs: with `arrivals`, how many runs; 5 if not said. Without chance ("constant") one is enough and exact.
        series: True for about 300 buckets over time, or the seconds of a bucket. Then all arrivals are kept in memory.
        until: where the series ends, in seconds; with the last arrival if not said.
        seed: the same number gives the same result.

    Raises:
        ValueError: a setting that cannot be; the text says which one and what to give.
    """
    if (arrivals is None) == (rate is None):
        raise ValueError("give either arrivals (moments in seconds) or rate (calls a second), one of the two")
    plan = _Plan(warm_service, cold_service, keep_alive, service, spread, policy, limit, series, until, seed)
    plan.check()
    if arrivals is not None:
        if invocations is not None:
            raise ValueError("invocations belongs to rate: arrivals say themselves how many there are; leave it out")
        return _given(plan, moments(arrivals), RUNS if runs is None else runs)
    if runs is not None:
        raise ValueError("runs belongs to arrivals: with rate there is one long run; leave runs out")
    assert rate is not None
    return _long(plan, rate, USUAL if invocations is None else invocations)


@dataclass(frozen=True)
class _Plan:
    """What holds for every run; the names are those of `simulate`."""

    warm_service: float
    cold_service: float
    keep_alive: float
    service: str
    spread: float
    policy: str
    limit: int | None
    series: bool | float
    until: float | None
    seed: int

    def check(self) -> None:
        for name in ("warm_service", "cold_service"):
            above(name, getattr(self, name), "the mean seconds of a call")
        above("keep_alive", self.keep_alive, "the seconds that an idle environment is kept", zero=True, ever=True)
        one_of("service", self.service, SERVICES)
        one_of("policy", self.policy, POLICIES)
        above("spread", self.spread, "the standard deviation of the logarithm", zero=True)
        whole("seed", self.seed, "where the random numbers begin", least=0)
        if self.limit is not None:
            whole("limit", self.limit, "how many calls may run at once, None for no limit")
        if not isinstance(self.series, bool):
            above("series", self.series, "the seconds of a bucket")
        if self.until is not None:
            above("until", self.until, "the end of the series, in seconds")

    @property
    def chance(self) -> bool:
        """Whether the durations are left to chance."""
        return self.service == "exponential" or (self.service == "lognormal" and self.spread > 0)

    def environments(self, last: float | None = None) -> Environments:
        """None at first; with `last`, the moment of the last call, they are recorded over time."""
        from lambdalab.models import environments, kernel  # here: numba takes its time to load

        record = None
        if last is not None:
            end = self.until or last
            width = float(self.series) if not isinstance(self.series, bool) else end / BUCKETS or 1.0
            if end / width > MOST_BUCKETS:
                raise ValueError(f"series={width} s makes {end / width:,.0f} buckets: give more seconds for each")
            record = kernel.buckets(width, max(1, math.ceil(end / width)))
        rules = (self.warm_service, self.cold_service, self.keep_alive, self.limit)
        return environments.Environments(*rules, newest=self.policy == "newest", record=record)

    def lasts(self, run: int = 0) -> Any:
        """The durations of one run."""
        from lambdalab.models import environments

        return environments.law(self.service, self.spread, np.random.default_rng([self.seed, run + 1]))

    def result(
        self, parts: Sequence[Tally], first: Tally, made: Environments, intervals: str, **asked: Any
    ) -> SimulationResult:
        """The estimates from the parts, the counts from the first run or from all of the long one."""
        arrivals, warm, cold, rejected, seconds, running, idle = np.array(parts, dtype=np.float64).T
        exact = not self.chance and "rate" not in asked  # given arrivals, and durations that are all alike
        names = ("warm_service", "cold_service", "keep_alive", "service", "spread", "policy", "limit")
        return SimulationResult(
            p_cold=ratio(cold, warm + cold, exact=exact, most=1.0),
            p_rejected=ratio(rejected, arrivals, exact=exact or self.limit is None, most=1.0),
            running=ratio(running, seconds, exact=exact),
            idle=ratio(idle, seconds, exact=exact),
            total=ratio(running + idle, seconds, exact=exact),
            **{name: int(getattr(first, name)) for name in ("arrivals", "warm", "cold", "rejected")},
            peak=made.peak,
            seconds=first.seconds,
            intervals="nothing is left to chance" if exact else intervals,
            settings={**asked, **{name: getattr(self, name) for name in names}},
            series=_series(made) if self.series else None,
        )


def _long(plan: _Plan, rate: float, invocations: int) -> SimulationResult:
    """One long run, in parts of equally many calls."""
    from lambdalab.models.arrivals import poisson as drawn
    from lambdalab.models.environments import Tally, given, poisson

    above("rate", rate, "calls a second")
    count = whole("invocations", invocations, "how many calls the means are taken of", least=LEAST)
    part = count // (BATCHES + 1)
    if plan.series:
        times = drawn(rate, count, plan.seed)
        arrive, made = given(times), plan.environments(float(times[-1]))
    else:
        arrive, made = poisson(rate, np.random.default_rng(plan.seed)), plan.environments()
    lasts, seen = plan.lasts(), []
    for calls in (count - BATCHES * part, *[part] * BATCHES):
        made.feed(calls, arrive, lasts)
        seen.append(made.tally())
    parts = [Tally(*after) for after in np.diff(np.array(seen), axis=0)]
    return plan.result(parts, seen[-1], made, f"{BATCHES} parts of one run", rate=rate, invocations=count)


def _given(plan: _Plan, times: Floats, runs: int) -> SimulationResult:
    """Several runs of the same arrivals."""
    from lambdalab.models.environments import given

    whole("runs", runs, "how many runs there are")
    first: Environments | None = None
    seen = []
    for run in range(int(runs) if plan.chance else 1):
        made = plan.environments(float(times[-1]) if plan.series and not run else None)
        made.feed(len(times), given(times), plan.lasts(run))
        made.finish()
        seen.append(made.tally())
        first = first or made
    assert first is not None
    return plan.result(seen, seen[0], first, f"{runs} runs" if runs > 1 else "one run")


def _series(made: Environments) -> Series:
    """The running sums of the changes."""
    kept = made.record
    count = len(kept.arrivals)
    made.wait(kept.width * count)
    means = (np.cumsum(changes[:count]) for changes in (kept.running, kept.idle, kept.starting))
    return Series(kept.width, kept.arrivals, kept.cold, kept.rejected, *(np.abs(each.round(9)) for each in means))
