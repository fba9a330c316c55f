"""Sweeps: the same results here, in processes, and on a cluster of Dask; and a bar that tells how far they are."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import Any

import distributed
import numpy as np
import pytest

from lambdalab.models.sweeps import Sweep, grid, sweep

LOAD: dict[str, Any] = {"warm_service": 0.5, "cold_service": 1.5, "invocations": 5_000}
CASES = grid(rate=[0.5, 3, 20], keep_alive=[1.0, 30.0], policy=("newest", "recent"), **LOAD)


def numbers(results: Sweep) -> list[tuple[Any, ...]]:
    return [(r.settings["rate"], r.settings["keep_alive"], r.warm, r.cold, r.p_cold, r.idle) for r in results]


def test_a_grid_has_every_combination_and_an_array_is_one_value() -> None:
    assert [(c["rate"], c["keep_alive"], c["policy"]) for c in CASES] == [
        (rate, kept, policy) for rate in (0.5, 3, 20) for kept in (1.0, 30.0) for policy in ("newest", "recent")
    ]
    (only,) = grid(arrivals=np.array([1.0, 2.0]), keep_alive=[3.0])
    assert only["arrivals"].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="rate has no value"):
        grid(rate=[], keep_alive=1.0)


def test_processes_give_what_one_process_gives() -> None:
    here = sweep(CASES, progress=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        assert numbers(sweep(CASES, processes, progress=False)) == numbers(here)
    assert len({each.cold for each in here}) > 6


def test_a_cluster_of_dask_gives_what_one_process_gives() -> None:
    local = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    done: list[int] = []
    with distributed.LocalCluster(host="127.0.0.1", **local) as cluster, distributed.Client(cluster) as client:
        executor: Executor = client.get_executor()
        results = sweep(CASES, executor, progress=lambda now, of: done.append(now))
    assert numbers(results) == numbers(sweep(CASES, progress=False))
    assert done == list(range(len(CASES) + 1))


def test_each_case_has_a_seed_of_its_own_and_one_that_is_given_is_kept() -> None:
    case = {"rate": 3.0, "keep_alive": 1.0, **LOAD}
    one, other = sweep([case, case], progress=False)
    assert one.cold != other.cold
    one, other = sweep([{**case, "seed": 4}] * 2, progress=False)
    assert one.cold == other.cold
    assert numbers(sweep([case], seed=2, progress=False)) != numbers(sweep([case], seed=3, progress=False))


def test_the_bar_fills_line_by_line_and_ends_with_all_cases(capsys: pytest.CaptureFixture[str]) -> None:
    sweep(CASES[:3])
    said = capsys.readouterr().out
    assert said.split("\r")[1:] == [
        f"[{'.' * 30}] 0 of 3 cases",
        f"[{'#' * 10}{'.' * 20}] 1 of 3 cases",
        f"[{'#' * 20}{'.' * 10}] 2 of 3 cases",
        f"[{'#' * 30}] 3 of 3 cases\n",
    ]


def test_a_case_that_cannot_be_ends_the_sweep_with_its_reason() -> None:
    wrong = [*CASES, {**CASES[0], "rate": -1}]
    with pytest.raises(ValueError, match="rate=-1"):
        sweep(wrong, progress=False)
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes,
        pytest.raises(ValueError, match="rate=-1"),
    ):
        sweep(wrong, processes, progress=False)
    with pytest.raises(ValueError, match="no case"):
        sweep([])
    with pytest.raises(TypeError, match="speed"):
        sweep([{**CASES[0], "speed": 1}], progress=False)


def test_a_sweep_shows_the_settings_that_differ_and_what_came_of_them() -> None:
    results = sweep(CASES, progress=False)
    lines = repr(results).splitlines()
    assert lines[0] == "Simulated: 12 cases"
    assert lines[1].split() == ["rate", "keep", "alive", "policy", "cold", "turned", "away", "running", "idle"]
    assert lines[3].split()[:3] == ["0.5", "1.0", "newest"] and len(lines) == 15
    assert results._repr_html_().count("<tr>") == 13
