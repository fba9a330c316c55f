"""One run of picture S10 as data and as words: what came, what it needed, what a limit refused.

On AWS these are the metrics Invocations, ConcurrentExecutions and Throttles. Here a run is a series, simulated or
measured, with what is known of it, and the sentences that it bears out. Left out: the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, count, milliseconds, number, period
from lambdalab.show.picture import Table


class Series(Protocol):
    """What happened in each stretch of time; a simulation's series has this form, and so has a measured one.

    Args:
        seconds: how long a stretch is.
        arrivals, rejected, cold: calls that came, were refused, started an environment.
        running: environments that had a call, on average; those that were still starting are among them.
        starting, idle: environments that were being started, that waited.
    """

    @property
    def seconds(self) -> float: ...
    @property
    def arrivals(self) -> Any: ...
    @property
    def running(self) -> Any: ...
    @property
    def idle(self) -> Any: ...
    @property
    def starting(self) -> Any: ...
    @property
    def rejected(self) -> Any: ...
    @property
    def cold(self) -> Any: ...


@dataclass(frozen=True)
class Case:
    """One run with what is known of it.

    Args:
        series: what happened in it.
        call_seconds: how long a call has its environment, on average; in a simulated run a warm call.
        limit: how many environments there may be; None for no limit.
        rate: calls a second at the peak, as planned; None for a measured run.
    """

    series: Series
    call_seconds: float
    limit: int | None
    rate: float | None = None

    @property
    def measured(self) -> bool:
        return self.rate is None

    @property
    def calls(self) -> int:
        return int(sum(self.series.arrivals))

    @property
    def refused(self) -> int:
        return int(sum(self.series.rejected))

    @property
    def cold(self) -> int:
        return int(sum(self.series.cold))

    @property
    def length(self) -> float:
        return self.series.seconds * len(self.series.arrivals)

    @property
    def taken(self) -> list[float]:
        """Environments that had a call in each stretch."""
        return [float(each) for each in self.series.running]

    @property
    def busy(self) -> list[float]:
        """Those of them in which the handler ran."""
        return [taken - float(new) for taken, new in zip(self.taken, self.series.starting, strict=True)]

    @property
    def total(self) -> list[float]:
        """All environments in each stretch."""
        return [taken + float(idle) for taken, idle in zip(self.taken, self.series.idle, strict=True)]

    @property
    def most(self) -> int:
        """The most that had a call at the same time; a simulation's stretch says the mean, so it is rounded."""
        return round(max(self.taken, default=0))

    @property
    def full_seconds(self) -> float:
        """How long nearly every environment that the limit allows had a call."""
        if self.limit is None:
            return 0.0
        return self.series.seconds * sum(taken >= 0.97 * self.limit for taken in self.taken)

    @property
    def at_the_peak(self) -> bool:
        """Whether calls were refused only while more than a third of the peak's calls came."""
        third = max(self.series.arrivals, default=0) / 3
        return all(a >= third for a, r in zip(self.series.arrivals, self.series.rejected, strict=True) if r)


def calls_in_words(how_many: int) -> str:
    return f"{count(how_many)} {'call' if how_many == 1 else 'calls'}"


def finding(case: Case) -> str:
    """The title: what the limit refused, or how many environments were enough."""
    if not case.calls:
        return "No call came, so nothing ran"
    if case.refused == case.calls:
        return f"Every call was refused: the limit is {count(case.limit or 0)}"
    if case.refused:
        where = ", all at the peak" if case.at_the_peak and not case.measured else ""
        limit, refused = count(case.limit or 0), count(case.refused)
        return f"A limit of {limit} refused {refused} of {calls_in_words(case.calls)}{where}"
    needed = f"{count(case.most)} {'environment' if case.most == 1 else 'environments'}"
    return f"None of {calls_in_words(case.calls)} was refused; at most {needed} had work"


def conditions(case: Case) -> str:
    """The subtitle: rate times duration, and the concurrency that it needs beside the limit."""
    limit = "there is no limit" if case.limit is None else f"the limit is {count(case.limit)}"
    took = f"{number(case.call_seconds)}{SPACE}s"
    if case.rate is not None:
        needs = case.rate * case.call_seconds
        unit = "environment" if round(needs, 1) == 1 else "environments"
        return f"Simulated: {number(case.rate)} a second × {took} needs {number(needs)} {unit}; {limit}"
    ran, rate = case.calls - case.refused, (case.calls - case.refused) / case.length if case.length else 0.0
    if not ran:
        return f"Measured; {limit}"
    busy = number(rate * case.call_seconds)
    return f"Measured: {number(rate)} calls a second × {took} = {busy} busy on average; {limit}"


def alt(case: Case) -> str:
    """The sentence for listeners."""
    if not case.calls:
        return "No call came, so nothing ran. Three empty panels over one time axis: arrivals, environments, throttles."
    start = "Measured"
    if case.rate is not None:
        start = f"Simulated, {number(case.rate)} a second of {number(case.call_seconds)}{SPACE}s"
    full = f"at the limit for {period(case.full_seconds)}" if case.full_seconds else "never at the limit"
    found = finding(case)
    kinds = "Bars over time: arrivals; environments busy, starting, idle; throttles"
    return f"{start}: {found[0].lower()}{found[1:]}. {kinds}; {full if case.limit else 'there is no limit'}."


def table(case: Case) -> Table:
    """The numbers of one run."""
    source = "Measured on this machine" if case.measured else "Simulated"
    share = f"{number(100 * case.refused / case.calls, 2)}{SPACE}%" if case.calls else theme.DASH
    rows = [
        ("calls", count(case.calls)),
        ("refused, throttled", f"{count(case.refused)} ({share})"),
        ("started an environment", count(case.cold)),
        ("most environments with a call", count(case.most)),
        ("limit", theme.DASH if case.limit is None else count(case.limit)),
        ("time at the limit", period(case.full_seconds)),
        ("a call takes", milliseconds(1000 * case.call_seconds)),
    ]
    if case.rate is not None:
        rows.insert(6, ("rate × duration needs", number(case.rate * case.call_seconds)))
    return Table(f"{source}: {period(case.length)} in steps of {period(case.series.seconds)}", ("", "count"), rows)
