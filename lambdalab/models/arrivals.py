"""When calls come: moments for the simulator, drawn by a law or read from a file.

On AWS they are whatever the world sends. Here each function gives an array of seconds, ascending, counted from the
beginning of the watch. Left out: callers that try again after a refusal.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lambdalab.facts import fact
from lambdalab.models.checks import above, whole

Seconds = NDArray[np.float64]
HOUR, DAY = 3600.0, 86_400.0
_STEP = 60.0  # a day's rate is taken as constant for a minute


def poisson(rate: float, count: int, seed: int = 1) -> Seconds:
    """Calls that come independently of each other, on average `rate` a second (lesson 09).

    Args:
        rate: calls a second.
        count: how many calls.
        seed: the same number gives the same moments.

    Returns:
        Array of `count` moments in seconds.

    Raises:
        ValueError: rate or count is not above zero.
    """
    gaps = np.random.default_rng(seed).standard_exponential(whole("count", count, "how many calls come"))
    return np.cumsum(gaps, out=gaps) / above("rate", rate, "calls a second")


def evenly(rate: float, count: int) -> Seconds:
    """Calls at equal distances, the first at 0 s (lesson 09).

    Args:
        rate: calls a second.
        count: how many calls.

    Returns:
        Array of `count` moments in seconds.

    Raises:
        ValueError: rate or count is not above zero.
    """
    return np.arange(whole("count", count, "how many calls come")) / above("rate", rate, "calls a second")


def _by_expected(expected: Seconds, times: Seconds, seed: int) -> Seconds:
    """Poisson arrivals, of which so many are expected until each of these times; straight lines lie between them."""
    random = np.random.default_rng(seed)
    gaps = random.standard_exponential(int(random.poisson(expected[-1])) + 1)
    places = np.cumsum(gaps, out=gaps)  # divided by the last: points evenly at random, and already in order
    return np.asarray(np.interp(places[:-1] * (expected[-1] / places[-1]), expected, times), dtype=np.float64)


def _sums(parts: Seconds) -> Seconds:
    return np.concatenate([[0.0], np.cumsum(parts)])


def daily(per_day: float, *, peak_share: float = 0.1, peak_hour: float = 20.0, days: int = 1, seed: int = 1) -> Seconds:
    """Calls of users with a day and a night: a bell around the clock (lesson 09).

    Args:
        per_day: mean number of calls a day.
        peak_share: the share of them in the busiest hour; 1/24 is a day without a peak.
        peak_hour: the middle of that hour, 0 to 24.
        days: how many days, each alike.
        seed: the same number gives the same moments.

    Returns:
        Array of moments in seconds after midnight; its length is left to chance, near `per_day` times `days`.

    Raises:
        ValueError: a figure that no day can have.
    """
    if not 1 / 24 <= peak_share <= 0.9:
        raise ValueError(f"peak_share={peak_share} cannot be used: the busiest hour has 1/24 to 0.9 of a day's calls")
    above("per_day", per_day, "calls a day")
    clock = np.arange(0.0, DAY, _STEP) + _STEP / 2
    around = np.cos((clock / HOUR - peak_hour) * (2 * math.pi / 24)) - 1
    near = np.argsort(-around, kind="stable")[:60]  # the minutes of the busiest hour

    def bell(sharp: float) -> Seconds:
        shape = np.exp(sharp * around)
        return np.asarray(shape / shape.sum())

    low, high = 0.0, 1e4
    for _ in range(60):  # the sharper the bell, the more calls in its hour
        sharp = (low + high) / 2
        low, high = (sharp, high) if bell(sharp)[near].sum() < peak_share else (low, sharp)
    minutes = np.tile(bell(low) * per_day, whole("days", days, "how many days there are"))
    return _by_expected(_sums(minutes), _STEP * np.arange(len(minutes) + 1.0), seed)


def bursts(rate: float, burst_rate: float, *, every: float, lasting: float, seconds: float, seed: int = 1) -> Seconds:
    """Quiet calls with bursts: each `every` seconds long stretch has one in its middle (lesson 09).

    Args:
        rate: calls a second outside a burst; may be 0.
        burst_rate: calls a second within one.
        every: seconds from burst to burst.
        lasting: seconds of a burst.
        seconds: length of the whole.
        seed: the same number gives the same moments.

    Returns:
        Array of moments in seconds; its length is left to chance.

    Raises:
        ValueError: a figure is out of its range, a burst does not fit between two, or no call came at all.
    """
    above("rate", rate, "calls a second outside a burst", zero=True)
    above("burst_rate", burst_rate, "calls a second within a burst")
    if not 0 < lasting <= above("every", every, "seconds from burst to burst"):
        raise ValueError(f"lasting={lasting} cannot be used: a burst lasts more than 0 s, and at most every={every} s")
    edges = np.arange(0.0, above("seconds", seconds, "the length of the whole"), every)
    begin = (every - lasting) / 2
    times = np.unique(np.concatenate([edges, edges + begin, edges + begin + lasting, [seconds]]))
    times = times[times <= seconds]
    middles = (times[1:] + times[:-1]) / 2
    inside = np.abs(middles % every - every / 2) < lasting / 2
    return _by_expected(_sums(np.where(inside, burst_rate, rate) * np.diff(times)), times, seed)


def peak(rate: float, seconds: float, *, quiet: float = 0.1, seed: int = 1) -> Seconds:
    """A quiet time, a rise, a peak, a fall, and a quiet time again (lesson 09).

    The quiet times take a fifth and a quarter of the whole, the rise and the fall a tenth each.

    Args:
        rate: calls a second at the peak.
        seconds: length of the whole.
        quiet: the share of the rate that comes in the quiet times.
        seed: the same number gives the same moments.

    Returns:
        Array of moments in seconds; its length is left to chance.

    Raises:
        ValueError: a rate or a length that is not above zero, or a share outside 0 to 1.
    """
    if not 0 <= quiet <= 1:
        raise ValueError(f"quiet={quiet} cannot be used: it is a share of the peak's rate; give 0 to 1")
    times = np.linspace(0.0, above("seconds", seconds, "the length of the whole"), 1001)
    middles = (times[1:] + times[:-1]) / (2 * seconds)
    rates = np.interp(middles, [0.2, 0.3, 0.65, 0.75], [quiet, 1.0, 1.0, quiet])
    rates *= above("rate", rate, "calls a second at the peak")
    return _by_expected(_sums(rates * np.diff(times)), times, seed)


def from_file(path: str | Path) -> Seconds:
    """The moments in a text file, one in each line (lesson 09).

    A line is a number of seconds, or a date and time as ISO 8601 has it, such as 2026-03-01T12:00:00Z; without a zone
    it is UTC. Empty lines and lines that begin with # are passed over. Order does not matter.

    Returns:
        Array of seconds since the first of them, ascending.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is neither, or there is none.
    """
    found = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            found.append(_moment(text, f"line {number} of {Path(path).name}"))
    if not found:
        raise ValueError(f"{Path(path).name} has no moments: write one in each line, in seconds or as ISO 8601")
    times = np.sort(np.array(found))
    return np.asarray(times - times[0])


def _moment(text: str, where: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(
                f"{where} is {text[:40]!r}, which is no moment: write seconds, such as 12.5, or 2026-03-01T12:00:00Z"
            ) from None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(seconds):
        raise ValueError(f"{where} is {text!r}, which is no moment: write a finite number of seconds")
    return seconds


def popularity(apps: int, seed: int = 1) -> NDArray[np.float64]:
    """Calls a day of so many applications, by the law that was published for Azure Functions (lesson 09).

    Most are hardly ever called, a few are called all the time: log10(calls a day) is normal, with the figures of
    facts.toml (azure.log_normal), which were fitted to three published shares.

    Args:
        apps: how many applications.
        seed: the same number gives the same ones.

    Returns:
        Array of `apps` mean numbers of calls a day, in no order; many are below 1.

    Raises:
        ValueError: `apps` is not above zero.
    """
    mean, deviation = (float(fact(f"azure.log_normal.{name}").value) for name in ("mean", "deviation"))
    return np.asarray(
        10
        ** np.random.default_rng(seed).normal(mean, deviation, whole("apps", apps, "how many applications there are"))
    )
