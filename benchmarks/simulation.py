"""The simulator of lesson 09: invocations a second of processor time, beside SimFaaS; memory; and a large sweep.

SimFaaS (PyPI) is installed by this file in a temporary folder. Both count processor time, since a busy machine would
slow either; each is asked in turn. What numba needs to compile is not counted: the first run of a process is thrown
away.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.measure import Row, medians
from lambdalab.models.simulation import simulate
from lambdalab.models.sweeps import grid, sweep

# calls a second, seconds of a warm and of a cold call, seconds that an idle environment is kept
SETTINGS = {
    "1 environment": (0.001, 1.991, 2.244, 600.0),
    "8 environments": (0.9, 1.991, 2.244, 600.0),
    "20 environments": (20.0, 0.5, 3.0, 10.0),
    "240 environments": (100.0, 2.0, 2.3, 600.0),
}
TARGETS = {"newest": 5.0, "recent": 10.0}  # million a second, at 8 environments
OURS, THEIRS, TIMES = 3_000_000, 10_000, 5
LEAST, LEAST_AT_240 = 100, 600
MILLION = 1e6
SIMFAAS = """
import sys, time
from simfaas.ServerlessSimulator import ServerlessSimulator
rate, warm, cold, kept, calls = map(float, sys.argv[1:])
made = ServerlessSimulator(
    arrival_rate=rate, warm_service_rate=1 / warm, cold_service_rate=1 / cold, expiration_threshold=kept,
    max_time=calls / rate, maximum_concurrency=1_000_000,
)
began = time.process_time()
made.generate_trace()
print(made.total_req_count / (time.process_time() - began))
"""
MEMORY = """
import resource, sys
from lambdalab.models.simulation import simulate
simulate(rate=20, warm_service=0.5, cold_service=3, keep_alive=10, invocations=int(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def rows() -> Iterator[Row]:
    for policy in TARGETS:
        _ours("8 environments", policy, 10_000)  # compiled, or loaded
    yield from _targets()
    yield from _beside_simfaas()
    if sys.platform != "win32":  # which does not tell a process's peak in this way
        yield _memory()
    yield from _sweep()


def _ours(setting: str, policy: str, invocations: int = OURS) -> float:
    """Invocations a second of processor time."""
    rate, warm, cold, kept = SETTINGS[setting]
    load = {"rate": rate, "warm_service": warm, "cold_service": cold, "keep_alive": kept}
    began = time.process_time()
    simulate(**load, policy=policy, invocations=invocations)
    return invocations / (time.process_time() - began)


def _targets() -> Iterator[Row]:
    setting = "8 environments"
    found = medians(TIMES, *(lambda policy=policy: _ours(setting, policy) for policy in TARGETS))  # type: ignore[misc]
    for (policy, target), speed in zip(TARGETS.items(), found, strict=True):
        yield Row(f"simulate, {policy}, {setting}", speed / MILLION, "target", target, "at least 1", "M/s")


def _beside_simfaas() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        python = str(Path(place) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "simfaas"]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        for setting, numbers in SETTINGS.items():
            command = [python, "-c", SIMFAAS, *map(str, (*numbers, THEIRS))]
            mine, other = medians(
                TIMES,
                lambda setting=setting: _ours(setting, "newest"),  # type: ignore[misc]  # SimFaaS's policy
                lambda command=command: float(subprocess.check_output(command)),  # type: ignore[misc]
            )
            least = LEAST_AT_240 if setting.startswith("240") else LEAST
            wanted = f"at least {least}"
            yield Row(f"simulate, newest, {setting}", mine / MILLION, "SimFaaS", other / MILLION, wanted, "M/s")


def _memory() -> Row:
    """The peak of a process that simulates a million invocations, and of one that simulates ten."""

    def peak(invocations: int) -> float:
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return int(subprocess.check_output([sys.executable, "-c", MEMORY, str(invocations)])) / unit

    few, many = medians(3, lambda: peak(10**6), lambda: peak(10**7))
    return Row("peak memory of 10 million invocations", many, "of 1 million", few, "at most 1.02", "MB")


def _sweep() -> Iterator[Row]:
    """A sweep of 96 million invocations, timed once on one core and once on two."""
    cases = grid(
        rate=[0.5, 2.0, 8.0, 32.0], keep_alive=[30.0, 300.0, 900.0], policy=["newest", "recent"],
        service=["exponential", "constant"], warm_service=0.5, cold_service=1.5, invocations=2_000_000,
    )  # fmt: skip
    share = 1e9 / sum(case["invocations"] for case in cases) / 60

    def minutes(executor: ProcessPoolExecutor | None) -> float:
        began = time.perf_counter()
        sweep(cases, executor, progress=False)
        return (time.perf_counter() - began) * share

    with ProcessPoolExecutor(2) as two:
        sweep([{**case, "invocations": 1_000} for case in cases], two, progress=False)  # both have numba now
        both = minutes(two)
    yield Row("10⁹ invocations, two cores, projected", both, "one core, projected", minutes(None), "about 0.5", "min")
