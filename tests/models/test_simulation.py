"""The simulator against theory, against SimFaaS, and against the same rules in plain Python, call for call."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalab.models import arrivals, kernel, theory
from lambdalab.models.environments import Environments
from lambdalab.models.estimates import Estimate
from lambdalab.models.simulation import simulate
from tests.models.plain import Plain, plain

calm = settings(max_examples=200)


def ran(rate: float, **more: Any) -> Any:
    """A long run with usual settings."""
    usual: dict[str, Any] = {"warm_service": 0.5, "cold_service": 1.5, "keep_alive": 2.0, "invocations": 300_000}
    return simulate(rate=rate, **{**usual, **more})


# Theory


@pytest.mark.parametrize("service", ["exponential", "constant", "lognormal"])
def test_a_limit_without_expiry_turns_away_what_erlang_says_for_any_service_law(service: str) -> None:
    assert theory.erlang_b(20, 20) == pytest.approx(0.158892, abs=5e-7)
    result = ran(
        20, warm_service=1, cold_service=1, keep_alive=math.inf, limit=20, service=service, invocations=2_000_000
    )
    assert result.p_rejected.value == pytest.approx(0.158892, rel=0.01)


@pytest.mark.parametrize("service", ["exponential", "constant", "lognormal"])
@pytest.mark.parametrize("policy", ["newest", "recent"])
def test_one_environment_is_cold_as_often_as_e_to_the_minus_rate_times_keep_alive(service: str, policy: str) -> None:
    result = ran(0.7, keep_alive=1.8, limit=1, service=service, policy=policy, warm_service=0.4, cold_service=2)
    assert result.p_cold.value == pytest.approx(math.exp(-0.7 * 1.8), rel=0.02)
    assert theory.cold_of_one(0.7, 1.8) == math.exp(-0.7 * 1.8)


@pytest.mark.parametrize("policy", ["newest", "recent"])
@pytest.mark.parametrize(("rate", "limit"), [(0.3, None), (12, None), (40, 15)])
def test_littles_law_holds(rate: float, limit: int | None, policy: str) -> None:
    result = ran(rate, limit=limit, policy=policy, service="constant")
    accepted = rate * (1 - result.p_rejected.value)
    mean = 0.5 + result.p_cold.value * (1.5 - 0.5)
    assert result.running.value == pytest.approx(theory.little(accepted, mean), rel=0.01)


@pytest.mark.parametrize(("gap", "cold"), [(1.49, 1), (1.5, 1), (1.51, 100)])
def test_calls_at_equal_distances_are_all_warm_or_all_cold(gap: float, cold: int) -> None:
    # a call takes 0.5 s and its environment is kept for 1 s: whoever comes after 1.5 s still finds it
    times = np.arange(100) * gap
    result = simulate(times, warm_service=0.5, cold_service=0.5, keep_alive=1.0, service="constant")
    assert (result.cold, result.warm) == (cold, 100 - cold)
    if gap != 1.5:
        assert result.running.value == pytest.approx(0.5 * 100 / (99 * gap + 0.5))


def test_a_burst_needs_one_environment_for_each_call_and_the_next_burst_finds_them() -> None:
    result = simulate([0.0] * 7 + [5.0] * 9, warm_service=1, cold_service=2, keep_alive=4, service="constant")
    assert (result.cold, result.warm, result.peak) == (9, 7, 9)


# Intervals: of a hundred, about 95 hold the true value


def held(true: float, estimates: list[Estimate]) -> int:
    return sum(true in each for each in estimates)


@pytest.mark.parametrize("service", ["exponential", "constant", "lognormal"])
def test_of_a_hundred_intervals_of_one_long_run_at_least_88_hold_what_theory_says(service: str) -> None:
    full = [
        ran(20, warm_service=1, cold_service=1, keep_alive=math.inf, limit=20, service=service, seed=seed,
            invocations=60_000)
        for seed in range(100)
    ]  # fmt: skip
    refused = theory.erlang_b(20, 20)
    assert 88 <= held(refused, [each.p_rejected for each in full]) < 100
    assert 88 <= held(theory.little(20 * (1 - refused), 1), [each.running for each in full]) < 100
    one = [ran(0.7, keep_alive=1.8, limit=1, service=service, seed=seed, invocations=60_000) for seed in range(100)]
    assert 88 <= held(theory.cold_of_one(0.7, 1.8), [each.p_cold for each in one]) < 100


def test_of_a_hundred_intervals_of_five_runs_at_least_88_hold_the_mean_of_thousands() -> None:
    times = arrivals.poisson(5, 2_000, seed=8)
    load: dict[str, Any] = {"warm_service": 1.0, "cold_service": 2.0, "keep_alive": 3.0, "limit": 6}
    many = simulate(times, runs=5_000, seed=10**6, **load)
    few = [simulate(times, seed=seed, **load) for seed in range(100)]
    for name in ("p_cold", "p_rejected", "running", "idle", "total"):
        assert 88 <= held(getattr(many, name).value, [getattr(each, name) for each in few]) < 100, name


def test_where_none_was_turned_away_the_interval_says_how_many_there_may_be() -> None:
    refused = ran(1, limit=60, invocations=10_000).p_rejected
    assert (refused.value, refused.low) == (0, 0) and refused.high == pytest.approx(3 / 10_000, rel=0.05)


def test_one_run_has_no_interval_and_says_so() -> None:
    result = simulate([1.0, 2.0, 9.0], warm_service=1, cold_service=1, keep_alive=1, runs=1)
    assert math.isnan(result.running.low) and "one run" in repr(result)


# SimFaaS: long runs of version 0.2.2, and of the other policy where the two were told apart

SIMFAAS = [
    ("newest", (0.9, 1.991, 2.244, 600), 0.001346, 0.000018),
    ("newest", (0.001, 1.991, 2.244, 600), 0.54945, 0.0028),
    ("newest", (5, 0.1, 1, 30), 0.003658, 0.000058),
    ("recent", (5, 0.1, 1, 30), 0.003663, 0.000058),
    ("newest", (20, 0.5, 3, 10), 0.009675, 0.000139),
    ("recent", (20, 0.5, 3, 10), 0.010083, 0.000139),
]


@pytest.mark.parametrize(("policy", "setting", "cold", "half"), SIMFAAS)
def test_cold_starts_agree_with_simfaas_within_both_intervals(
    policy: str, setting: tuple[float, ...], cold: float, half: float
) -> None:
    rate, warm, first, kept = setting
    result = ran(
        rate, warm_service=warm, cold_service=first, keep_alive=kept, policy=policy, invocations=4_000_000, seed=5
    )
    mine = (result.p_cold.high - result.p_cold.low) / 2
    assert mine < 0.03 * cold  # so that agreement says something
    assert abs(result.p_cold.value - cold) <= half + mine


def test_the_number_of_environments_agrees_with_simfaas() -> None:
    result = ran(0.9, warm_service=1.991, cold_service=2.244, keep_alive=600, invocations=4_000_000)
    assert result.total.value == pytest.approx(7.70, abs=0.05)
    assert result.running.value == pytest.approx(1.793, abs=0.01)
    assert result.idle.value == pytest.approx(5.908, abs=0.05)


def test_the_two_policies_differ_where_simfaas_and_the_other_one_do() -> None:
    both = [
        ran(20, keep_alive=10, cold_service=3, policy=policy, invocations=4_000_000) for policy in ("newest", "recent")
    ]
    assert both[0].p_cold.high < both[1].p_cold.low


# The same rules in plain Python

loads = st.fixed_dictionaries(
    {
        "gaps": st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 5.0]) | st.floats(0, 4), min_size=1, max_size=60),
        "warm": st.sampled_from([0.25, 1.0, 1.5]) | st.floats(0.01, 5),
        "cold": st.sampled_from([0.5, 2.0]) | st.floats(0.01, 8),
        "keep_alive": st.sampled_from([0.0, 1.0, 2.5, math.inf]) | st.floats(0, 6),
        "limit": st.none() | st.integers(1, 6),
        "newest": st.booleans(),
        "seed": st.integers(0, 99),
        "constant": st.booleans(),
    }
)


def both(load: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, dict[str, Any], Plain]:
    times = np.cumsum(load["gaps"])
    factors = np.random.default_rng(load["seed"]).exponential(size=len(times))
    if load["constant"]:
        factors = np.ones(len(times))
    rules = {name: load[name] for name in ("warm", "cold", "keep_alive", "limit", "newest")}
    return times, factors, rules, plain(times.tolist(), factors.tolist(), **rules)


@calm
@given(loads)
def test_each_call_is_warm_cold_or_turned_away_as_plain_python_says(load: dict[str, Any]) -> None:
    times, factors, rules, oracle = both(load)
    made = Environments(rules["warm"], rules["cold"], rules["keep_alive"], rules["limit"], newest=rules["newest"])
    said, before = [], made.tally()
    for place in range(len(times)):
        made.take(times[place : place + 1], factors[place : place + 1])
        now = made.tally()
        said.append(next(name for name in ("warm", "cold", "rejected") if getattr(now, name) > getattr(before, name)))
        before = now
        seconds = oracle.running(0, times[place]), oracle.idle(0, times[place])
        assert (now.running, now.idle) == pytest.approx(seconds, abs=1e-6)
    assert said == oracle.said
    assert made.peak == oracle.peak


@calm
@given(loads, st.floats(0.1, 3))
def test_the_series_says_in_each_bucket_what_plain_python_counts(load: dict[str, Any], width: float) -> None:
    times, factors, rules, oracle = both(load)
    number = math.floor(times[-1] / width) + 1
    record = kernel.buckets(width, number)
    more = {"newest": rules["newest"], "record": record}
    made = Environments(rules["warm"], rules["cold"], rules["keep_alive"], rules["limit"], **more)
    made.take(times, factors)
    made.wait(width * number)
    running, idle = np.cumsum(record.running)[:-1], np.cumsum(record.idle)[:-1]
    where = np.minimum((times / width).astype(int), number - 1)
    said = np.array(oracle.said)
    for bucket in range(number):
        edges = bucket * width, (bucket + 1) * width
        assert running[bucket] * width == pytest.approx(oracle.running(*edges), abs=1e-6)
        assert idle[bucket] * width == pytest.approx(oracle.idle(*edges), abs=1e-6)
        assert record.cold[bucket] == ((where == bucket) & (said == "cold")).sum()
        assert record.rejected[bucket] == ((where == bucket) & (said == "rejected")).sum()
        assert record.arrivals[bucket] == (where == bucket).sum()


@pytest.mark.parametrize("newest", [True, False])
def test_hundreds_of_environments_that_come_and_go_agree_with_plain_python(newest: bool) -> None:
    random = np.random.default_rng(3)
    gaps = random.exponential(0.002, 12_000) * np.where(np.arange(12_000) // 1_500 % 2, 12, 1)  # rushes and quiet times
    times, factors = np.cumsum(gaps), random.exponential(size=len(gaps))
    rules: dict[str, Any] = {"warm": 0.7, "cold": 1.1, "keep_alive": 0.9, "newest": newest}
    oracle = plain(times.tolist(), factors.tolist(), **rules)
    made = Environments(0.7, 1.1, 0.9, newest=newest)
    said = []
    for place in range(len(times)):
        before = made.tally().cold
        made.take(times[place : place + 1], factors[place : place + 1])
        said.append("cold" if made.tally().cold > before else "warm")
    assert said == oracle.said
    assert made.peak == oracle.peak > 300
    assert said.count("cold") > 2 * oracle.peak  # so that most were reclaimed, and others took their places


# What must hold of any load


@calm
@given(loads)
def test_every_call_is_warm_or_cold_or_turned_away_and_the_limit_holds(load: dict[str, Any]) -> None:
    times = np.cumsum(load["gaps"])
    result = simulate(
        times, warm_service=load["warm"], cold_service=load["cold"], keep_alive=load["keep_alive"],
        limit=load["limit"], policy="newest" if load["newest"] else "recent", seed=load["seed"],
        service="constant" if load["constant"] else "lognormal", runs=2, series=0.5,
    )  # fmt: skip
    assert result.arrivals == result.warm + result.cold + result.rejected == len(times)
    assert result.cold >= 1 and result.peak >= 1
    series = result.series
    assert series is not None
    assert (series.arrivals.sum(), series.cold.sum(), series.rejected.sum()) == (
        result.arrivals, result.cold, result.rejected,
    )  # fmt: skip
    for means in (series.running, series.idle, series.starting):
        assert (means >= 0).all()
    assert (series.starting <= series.running + 1e-6).all()
    if load["limit"]:
        assert result.peak <= load["limit"]
        assert series.running.max() <= load["limit"] + 1e-6
        assert (series.running + series.idle).max() <= load["limit"] + 1e-6
    else:
        assert result.rejected == 0 and result.p_rejected.high == 0
    assert 0 <= result.p_cold.value <= 1


def test_the_same_seed_gives_the_same_result_and_another_one_another() -> None:
    one, same, other = (repr(ran(9, seed=seed, invocations=20_000)) for seed in (4, 4, 5))
    assert one == same != other


def test_the_moments_do_not_depend_on_the_service_law_and_a_given_list_of_them_gives_the_same() -> None:
    drawn = ran(9, service="constant", invocations=50_000, seed=3)
    listed = simulate(
        arrivals.poisson(9, 50_000, seed=3), warm_service=0.5, cold_service=1.5, keep_alive=2.0, service="constant"
    )
    assert (drawn.cold, drawn.warm, drawn.peak) == (listed.cold, listed.warm, listed.peak)
    recorded = ran(9, service="constant", invocations=50_000, seed=3, series=True)
    assert repr(recorded) == repr(drawn) and len(recorded.series.arrivals) == 300


def test_starting_is_the_part_of_a_cold_call_that_a_warm_one_does_not_have() -> None:
    result = simulate(
        [0.0, 10.0], warm_service=1, cold_service=3, keep_alive=60, service="constant", series=1, until=14
    )
    series = result.series
    assert series is not None and len(series.arrivals) == 14 and series.seconds == 1
    assert series.starting.tolist() == [1, 1, *[0] * 12]
    assert series.running.tolist() == [1, 1, 1, *[0] * 7, 1, 0, 0, 0]
    assert series.idle.tolist() == [0, 0, 0, *[1] * 7, 0, 1, 1, 1]


# Bad input

GOOD: dict[str, Any] = {"warm_service": 1.0, "cold_service": 1.0, "keep_alive": 1.0}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({}, "either arrivals .* or rate"),
        ({"rate": 1, "arrivals": [1.0]}, "either arrivals .* or rate"),
        ({"rate": 0}, "rate=0 .*calls a second.*above 0"),
        ({"rate": math.nan}, "rate=nan"),
        ({"rate": math.inf}, "rate=inf"),
        ({"rate": 1, "warm_service": 0}, "warm_service=0 .*seconds"),
        ({"rate": 1, "cold_service": -1}, "cold_service=-1"),
        ({"rate": 1, "keep_alive": -1}, "keep_alive=-1 .*math.inf"),
        ({"rate": 1, "keep_alive": math.nan}, "keep_alive=nan"),
        ({"rate": 1, "service": "normal"}, "no service 'normal'.*'exponential', 'constant', 'lognormal'"),
        ({"rate": 1, "policy": "oldest"}, "no policy 'oldest'.*'newest', 'recent'"),
        ({"rate": 1, "limit": 0}, "limit=0 .*from 1 on"),
        ({"rate": 1, "limit": 2.5}, "limit=2.5"),
        ({"rate": 1, "invocations": 999}, "invocations=999 .*from 1,000 on"),
        ({"rate": 1, "runs": 3}, "runs belongs to arrivals"),
        ({"rate": 1, "seed": -1}, "seed=-1"),
        ({"rate": 1, "spread": -1}, "spread=-1"),
        ({"rate": 1, "series": -2.0}, "series=-2.0"),
        ({"rate": 1, "series": 1.0, "until": 0}, "until=0"),
        ({"rate": 0.001, "series": 1e-9}, "buckets: give more seconds"),
        ({"arrivals": [1.0], "invocations": 5}, "invocations belongs to rate"),
        ({"arrivals": [1.0], "runs": 0}, "runs=0"),
        ({"arrivals": []}, "empty"),
        ({"arrivals": [[1.0], [2.0]]}, "no plain list"),
        ({"arrivals": [2.0, 1.0]}, r"back in time, from 2\.0 to 1\.0 s: sort"),
        ({"arrivals": [-1.0]}, "negative"),
        ({"arrivals": [0.0, math.nan]}, "no number"),
        ({"arrivals": [1.8e9, 1.8e9 + 1]}, "since 1970"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_to_give(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        simulate(**{**GOOD, **wrong})


def test_lambdalab_comes_without_numba_until_something_is_simulated() -> None:
    code = (
        "import sys, lambdalab, lambdalab.models.sweeps; assert 'numba' not in sys.modules;"
        "lambdalab.models.sweeps.simulate([1.0], warm_service=1, cold_service=1, keep_alive=1);"
        "assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("writable", [True, False])
def test_the_loop_is_compiled_where_no_folder_can_be_written_too(
    writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def njit(cache: bool = False, **_: Any) -> Any:
        asked.append(cache)
        if cache and not writable:
            raise RuntimeError("cannot cache function: no locator available for file")
        return lambda function: function

    monkeypatch.setattr(kernel.numba, "njit", njit)
    assert kernel._compiled(len) is len
    assert asked == ([True] if writable else [True, False])


# How it shows itself


def test_a_result_shows_itself_as_a_table_with_its_intervals() -> None:
    result = ran(20, limit=8, invocations=10_000)
    text, html = repr(result), result._repr_html_()
    assert text.startswith(f"Simulated: 10,000 calls, {result.warm:,} warm, {result.cold:,} cold")
    assert "30 parts of one run" in text and f"at most {result.peak} at once" in text
    assert html.count("<tr>") == 6 and "95 % interval" in html


def test_a_run_without_chance_says_so() -> None:
    assert "nothing is left to chance" in repr(simulate([1.0, 2.0], service="constant", **GOOD))
