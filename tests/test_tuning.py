"""`lab.tune`: real functions at real sizes, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.errors import LabError
from lambdalab.tuning import MEMORY, Size, Tuning, recorded

COMPUTE = """
import hashlib
import time

def handler(event, context):
    began = time.process_time()
    hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 40_000)
    return 1000 * (time.process_time() - began)
"""
WAIT = """
import time

def handler(event, context):
    time.sleep(0.05)
"""
PICKY = """
import os

def handler(event, context):
    if os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == event["fails at"]:
        raise KeyError("tax")
"""
Deploy = Callable[..., Function]


def size_of(function: Function) -> int:
    return int(function.configuration["MemorySize"])


# -- on the lab --------------------------------------------------------------------------------------------------------


def test_what_computes_gets_faster_with_memory_and_its_size_is_put_back(lab: Lab, deploy: Deploy) -> None:
    function = deploy(COMPUTE, "tune-compute", memory=512, timeout=30)
    run = lab.tune("tune-compute", memory=(1769, 128), repeats=3)
    small, large = run.rows
    assert (small.memory_mb, large.memory_mb) == (128, 1769)
    # A busy machine may give less than a whole CPU, and the same work then costs up to twice the CPU time; but at
    # 128 MB there is never more than a fourteenth of one.
    assert large.median_ms < small.median_ms
    assert min(small.durations_ms) > 5 * min(function.invoke().answer for _ in range(3))
    assert run.fastest() is large
    assert size_of(function) == 512


def test_what_waits_gets_no_faster_and_is_cheapest_at_the_smallest_size(lab: Lab, deploy: Deploy) -> None:
    deploy(WAIT, "tune-wait")
    run = lab.tune("tune-wait", memory=(128, 1024), repeats=3)
    assert all(row.median_ms >= 50 for row in run.rows)
    assert run.cheapest().memory_mb == 128


def test_the_durations_are_those_of_the_report_lines_and_the_init_is_apart(lab: Lab, deploy: Deploy) -> None:
    function = deploy(WAIT, "tune-report")
    (row,) = lab.tune("tune-report", memory=(256,), repeats=4).rows
    first, *warm = [one.report for one in lab.history(function.name) if one.report is not None]
    assert len(warm) == 4 and all(report.init_ms is None for report in warm)
    assert row.durations_ms == tuple(report.duration_ms for report in warm)
    assert row.init_ms == first.init_ms
    assert {report.memory_size_mb for report in (first, *warm)} == {256}
    assert row.median_ms == median(row.durations_ms)


def test_a_size_that_aws_does_not_have_is_its_own_error_and_the_size_is_put_back(lab: Lab, deploy: Deploy) -> None:
    function = deploy(WAIT, "tune-bad-size", memory=192)
    with pytest.raises(ClientError) as raised:
        lab.tune("tune-bad-size", memory=(128, 20_000), repeats=1)
    assert raised.value.operation_name == "UpdateFunctionConfiguration"
    assert size_of(function) == 192


def test_a_function_that_fails_at_a_size_is_told_and_the_size_is_put_back(lab: Lab, deploy: Deploy) -> None:
    function = deploy(PICKY, "tune-picky", memory=192)
    with pytest.raises(
        LabError, match=r"tune-picky failed at 256 MB, so it cannot be tuned: KeyError: 'tax'\. A smaller"
    ):
        lab.tune("tune-picky", {"fails at": "256"}, memory=(128, 256), repeats=1)
    with pytest.raises(LabError, match=r"'fails at'\. It was called without an event: if it needs one, give it"):
        lab.tune("tune-picky", memory=(128,), repeats=1)
    assert size_of(function) == 192


def test_an_interrupt_puts_the_size_back(lab: Lab, deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    function = deploy(WAIT, "tune-stopped", memory=192)

    def interrupted(self: Function, event: object = None) -> None:
        assert size_of(self) == 128
        raise KeyboardInterrupt

    monkeypatch.setattr(Function, "invoke", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.tune("tune-stopped", memory=(128,))
    assert size_of(function) == 192


def test_a_function_that_is_not_there_and_nothing_to_measure_are_refused(lab: Lab, deploy: Deploy) -> None:
    with pytest.raises(LabError, match="there is no function named 'tune-nowhere'"):
        lab.tune("tune-nowhere")
    deploy(WAIT, "tune-none")
    with pytest.raises(ValueError, match="nothing would be measured"):
        lab.tune("tune-none", repeats=0)
    with pytest.raises(ValueError, match="nothing would be measured"):
        lab.tune("tune-none", memory=())


# -- what is told ------------------------------------------------------------------------------------------------------


def run(**ms: float) -> Tuning:
    """A run with these middle calls: `run(mb128=100)`."""
    rows = tuple(Size(int(size[2:]), 80.0, (each - 1, each, each + 1)) for size, each in ms.items())
    return Tuning("f", rows, "2026-11-28", "Linux, 2 CPUs")


def test_prices_are_by_hand_the_same() -> None:
    (row,) = run(mb512=99.4).rows
    # 100 ms billed at half a GB: 0.05 GB-s at $0.0000166667, and $0.20 a million requests
    assert row.billed_ms == 100
    assert row.usd_a_million == Decimal("0.05") * Decimal("0.0000166667") * 10**6 + Decimal("0.20")


def test_the_three_strategies_choose_as_the_tool_does() -> None:
    tried = run(mb128=1000, mb256=400, mb1024=150, mb3008=149)
    assert tried.cheapest().memory_mb == 256  # 0.125, 0.1, 0.15, 0.4377 GB-s
    assert tried.fastest().memory_mb == 3008
    assert tried.balanced().memory_mb == 1024
    assert tried.balanced(0) is tried.fastest()
    assert tried.balanced(1) is tried.cheapest()
    with pytest.raises(ValueError, match=r"a weight of 1\.5 is none"):
        tried.balanced(1.5)


def test_of_equally_fast_sizes_the_cheapest_is_the_fastest() -> None:
    assert run(mb128=100.4, mb256=100.2, mb512=100.9).fastest().memory_mb == 128


def test_the_table_marks_the_cheapest_and_the_fastest() -> None:
    rows = run(mb128=100, mb256=50, mb512=40).table().rows
    assert [row[-1] for row in rows] == ["", "cheapest", "fastest"]
    assert run(mb128=100).table().rows[0][-1] == "cheapest, fastest"
    assert "measured on this machine, 2026-11-28" in repr(run(mb128=100))
    assert "<table>" in run(mb128=100)._repr_html_()


def test_a_run_is_kept_in_a_file_and_read_back_as_recorded(tmp_path: Path) -> None:
    file, one = tmp_path / "runs.toml", run(mb128=100, mb256=50)
    one.save(file)
    Tuning("g", one.rows, "2026-01-02", "Windows, 8 CPUs").save(file)
    back = Tuning.load(file, "f")
    assert back.recorded and back.rows == one.rows and back.machine == one.machine
    assert back.source == "recorded run of 2026-11-28 on another machine (Linux, 2 CPUs)"
    assert Tuning.load(file, "g").date == "2026-01-02"
    run(mb128=7).save(file)
    assert Tuning.load(file, "f").rows == run(mb128=7).rows
    assert Tuning.load(file, "g").date == "2026-01-02"
    with pytest.raises(LabError, match="no recorded run of 'h'; it has f, g"):
        Tuning.load(file, "h")


def test_a_tuning_without_a_measurement_is_refused() -> None:
    for rows in ((), (Size(128, 80.0, ()),)):
        with pytest.raises(ValueError, match="at least one memory size"):
            Tuning("f", rows, "2026-11-28", "Linux, 2 CPUs")


def test_the_packages_own_runs_are_of_a_function_that_computes_and_of_one_that_waits() -> None:
    compute, wait = recorded("compute"), recorded("wait")
    for one in (compute, wait):
        assert one.recorded and tuple(row.memory_mb for row in one.rows) == MEMORY
    assert compute.rows[0].median_ms > 3 * compute.fastest().median_ms
    assert wait.rows[0].median_ms < 1.1 * wait.fastest().median_ms
    with pytest.raises(LabError, match="the package holds no recorded run of 'f'; it has compute, wait"):
        recorded("f")
