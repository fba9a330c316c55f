"""Arrivals: their numbers, their shape over a day, and what a file may hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lambdalab.facts import fact
from lambdalab.models import arrivals, theory


def test_poisson_arrivals_have_exponential_gaps_of_the_right_mean() -> None:
    gaps = np.diff(arrivals.poisson(4, 200_000))
    assert gaps.mean() == pytest.approx(1 / 4, rel=0.01)
    assert gaps.std() == pytest.approx(1 / 4, rel=0.02)
    assert (gaps > 0.5).mean() == pytest.approx(math.exp(-2), rel=0.03)


def test_even_arrivals_have_equal_gaps() -> None:
    assert arrivals.evenly(4, 5).tolist() == [0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(("share", "hour"), [(1 / 24, 12), (0.1, 20), (0.3, 0), (0.8, 7.5)])
def test_a_day_has_its_share_of_calls_in_the_busiest_hour_and_nowhere_more(share: float, hour: float) -> None:
    times = arrivals.daily(200_000, peak_share=share, peak_hour=hour)
    assert len(times) == pytest.approx(200_000, rel=0.01)
    assert (np.diff(times) >= 0).all() and times[0] >= 0 and times[-1] < 86_400
    away = np.abs((times / 3600 - hour + 12) % 24 - 12)  # hours from the peak, around the clock
    assert (away < 0.5).mean() == pytest.approx(share, rel=0.03)
    if share > 0.05:
        counts = [(np.abs(away - other) < 0.25).sum() for other in (0.25, 2.25, 4.25)]
        assert counts == sorted(counts, reverse=True)


def test_three_days_are_alike_and_follow_each_other() -> None:
    times = arrivals.daily(20_000, days=3)
    assert [((times // 86_400) == day).sum() for day in range(4)] == pytest.approx([20_000] * 3 + [0], rel=0.05)


def test_bursts_lie_in_the_middle_of_each_stretch() -> None:
    times = arrivals.bursts(1, 200, every=60, lasting=10, seconds=600)
    inside = np.abs(times % 60 - 30) < 5
    assert inside.sum() == pytest.approx(200 * 10 * 10, rel=0.05)
    assert (~inside).sum() == pytest.approx(1 * 50 * 10, rel=0.15)
    assert times[-1] < 600


def test_a_watch_that_ends_within_a_burst_has_a_part_of_it() -> None:
    times = arrivals.bursts(0, 100, every=60, lasting=20, seconds=90)
    assert len(times) == pytest.approx(100 * 30, rel=0.1) and times.min() >= 20


def test_a_peak_rises_from_a_quiet_time_and_falls_back() -> None:
    times = arrivals.peak(400, 100, quiet=0.1)
    assert ((times > 30) & (times < 65)).sum() == pytest.approx(400 * 35, rel=0.03)
    assert (times < 20).sum() == pytest.approx(40 * 20, rel=0.15)
    assert (times > 75).sum() == pytest.approx(40 * 25, rel=0.15)
    assert ((times > 20) & (times < 30)).sum() == pytest.approx(400 * 10 * 0.55, rel=0.1)


def test_popularity_gives_the_three_published_shares() -> None:
    calls = arrivals.popularity(400_000)
    at_most_hourly, at_most_by_minute = (calls <= 24).mean() * 100, ((calls > 24) & (calls <= 1440)).mean() * 100
    assert at_most_hourly == pytest.approx(float(fact("azure.apps_once_an_hour").value), abs=0.5)
    assert at_most_by_minute == pytest.approx(float(fact("azure.apps_once_a_minute").value), abs=0.5)
    busiest = np.sort(calls)[-int(0.19 * len(calls)) :].sum() / calls.sum() * 100
    assert busiest == pytest.approx(float(fact("azure.log_normal.busiest_invocations").value), abs=0.05)


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: arrivals.poisson(1, 50, seed),
        lambda seed: arrivals.daily(50, seed=seed),
        lambda seed: arrivals.bursts(1, 9, every=10, lasting=1, seconds=50, seed=seed),
        lambda seed: arrivals.peak(9, 50, seed=seed),
        lambda seed: arrivals.popularity(50, seed),
    ],
)
def test_the_same_seed_gives_the_same_arrivals_and_another_one_others(draw: Callable[[int], np.ndarray]) -> None:
    assert draw(1).tolist() == draw(1).tolist() != draw(2).tolist()


def test_a_file_may_hold_seconds_or_dates_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "calls.txt"
    file.write_text("# seconds\n12.5\n\n10\n11\n")
    assert arrivals.from_file(file).tolist() == [0, 1, 2.5]
    file.write_text("2026-03-01T12:00:01Z\n2026-03-01T12:00:00\n2026-03-01T13:00:02.500+01:00\n")
    assert arrivals.from_file(str(file)).tolist() == [0, 1, 2.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "calls.txt has no moments"), ("1\nnoon\n", "line 2 of calls.txt is 'noon'"), ("inf\n", "finite")],
)
def test_a_file_that_holds_something_else_is_refused_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "calls.txt").write_text(text)
    with pytest.raises(ValueError, match=said):
        arrivals.from_file(tmp_path / "calls.txt")


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: arrivals.poisson(0, 5), "rate=0"),
        (lambda: arrivals.poisson(1, 0), "count=0"),
        (lambda: arrivals.evenly(1, 1.5), "count=1.5"),  # type: ignore[arg-type]  # a wrong argument is the point
        (lambda: arrivals.daily(0), "per_day=0"),
        (lambda: arrivals.daily(9, peak_share=0.01), "peak_share=0.01 .*1/24 to 0.9"),
        (lambda: arrivals.daily(9, days=0), "days=0"),
        (lambda: arrivals.bursts(-1, 5, every=5, lasting=1, seconds=9), "rate=-1"),
        (lambda: arrivals.bursts(1, 5, every=5, lasting=6, seconds=9), "lasting=6 .*at most every=5"),
        (lambda: arrivals.bursts(1, 5, every=5, lasting=1, seconds=0), "seconds=0"),
        (lambda: arrivals.peak(5, 10, quiet=2), "quiet=2"),
        (lambda: arrivals.popularity(0), "apps=0"),
        (lambda: theory.erlang_b(-1, 1), "limit=-1"),
        (lambda: theory.erlang_b(1, -1), "load=-1"),
        (lambda: theory.little(-1, 1), "rate=-1"),
        (lambda: theory.cold_of_one(1, -1), "keep_alive=-1"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(draw: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw()


@pytest.mark.parametrize(("limit", "load"), [(0, 3.0), (1, 0.5), (5, 5.0), (20, 20.0)])
def test_erlang_b_is_the_last_term_of_a_poisson_sum_that_ends_there(limit: int, load: float) -> None:
    terms = [load**places / math.factorial(places) for places in range(limit + 1)]
    assert theory.erlang_b(limit, load) == pytest.approx(terms[-1] / sum(terms))


def test_a_hundred_calls_a_second_of_200_ms_are_20_at_once() -> None:
    assert theory.little(100, 0.2) == 20
