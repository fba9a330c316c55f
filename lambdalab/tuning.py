"""Power tuning: the same function at several memory sizes, run for real, with its time and its price at each.

On AWS the memory size also buys CPU, and the open source tool AWS Lambda Power Tuning tries sizes out: a state machine
sets each one, calls the function and picks by strategy: cost, speed, or balanced. Here `lab.tune` does the same with
boto3 on this lab's share of the CPU, and puts the size back at the end. A run can be kept in a file, so that a lesson
has numbers where the share of a CPU cannot be held. Follows
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. Left out: calls side by side, other
architectures at a time.
"""

from __future__ import annotations

import json
import math
import os
import platform
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError
from lambdalab.models.cost import invocation_price, per_million
from lambdalab.show.numbers import milliseconds, money

if TYPE_CHECKING:
    from lambdalab.lab import Lab
    from lambdalab.show.picture import Picture, Table
    from lambdalab.show.tuning import Show

MEMORY = (128, 256, 512, 768, 1024, 1536, 1769, 3008)
REPEATS = 5
"""Warm calls at each size: 40 ms of CPU at all eight sizes take about 8 seconds."""
RECORDED = "tuning_recorded.toml"


@dataclass(frozen=True)
class Size:
    """What was measured at one memory size.

    Args:
        memory_mb: the configured size in MB.
        init_ms: the init of the first call there, in milliseconds; it is not among the durations.
        durations_ms: of each warm call, in milliseconds.
        architecture: "x86_64" or "arm64".
    """

    memory_mb: int
    init_ms: float
    durations_ms: tuple[float, ...]
    architecture: str = "x86_64"

    @property
    def median_ms(self) -> float:
        return median(self.durations_ms)

    @property
    def billed_ms(self) -> int:
        """What the middle call is billed: rounded up to the next millisecond."""
        return math.ceil(self.median_ms)

    @property
    def usd(self) -> Decimal:
        """The price of the middle call, request and duration."""
        return invocation_price(self.billed_ms, self.memory_mb, self.architecture)

    @property
    def usd_a_million(self) -> Decimal:
        return per_million(self.usd)


@dataclass(frozen=True, repr=False)
class Tuning:
    """One function at several memory sizes (lesson 11).

    Args:
        function: its name.
        rows: a size each, the smallest first.
        date: when it was measured, "2026-11-28".
        machine: what kind of machine it was, such as "Linux, 2 CPUs".
        recorded: whether it comes from a file and not from this machine, now.

    Raises:
        ValueError: there is no row, or one without a call.
    """

    function: str
    rows: tuple[Size, ...]
    date: str
    machine: str
    recorded: bool = False

    def __post_init__(self) -> None:
        if not self.rows or not all(row.durations_ms for row in self.rows):
            raise ValueError("a tuning needs at least one memory size, and at least one warm call at each")
        object.__setattr__(self, "rows", tuple(sorted(self.rows, key=lambda row: row.memory_mb)))

    def cheapest(self) -> Size:
        """The size with the lowest price of a call; of equal ones the fastest (strategy "cost")."""
        return min(self.rows, key=lambda row: (row.usd, row.billed_ms))

    def fastest(self) -> Size:
        """The size with the shortest billed time; of equal ones the cheapest (strategy "speed")."""
        return min(self.rows, key=lambda row: (row.billed_ms, row.usd))

    def balanced(self, weight: float = 0.5) -> Size:
        """The best compromise (strategy "balanced"): each size's time and price, as shares of the largest, are added.

        Args:
            weight: of the price, 0 to 1, as the tool's balancedWeight: 0 looks at speed alone, 1 at cost alone.

        Raises:
            ValueError: the weight is not between 0 and 1.
        """
        if not 0 <= weight <= 1:
            raise ValueError(f"a weight of {weight} is none: give a number from 0, speed alone, to 1, cost alone")
        slowest, dearest = max(row.median_ms for row in self.rows), max(row.usd for row in self.rows)

        def badness(row: Size) -> float:
            return weight * float(row.usd / dearest) + (1 - weight) * row.median_ms / (slowest or 1)

        return min(self.rows, key=lambda row: (badness(row), row.memory_mb))

    @property
    def source(self) -> str:
        """Where the numbers come from, for captions and bottom lines."""
        if self.recorded:
            return f"recorded run of {self.date} on another machine ({self.machine})"
        return f"measured on this machine, {self.date}"

    # -- files -------------------------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Add this run to a file of recorded runs, in place of an older one of this function.

        Args:
            path: a TOML file; it need not exist yet.
        """
        file = Path(path)
        kept = _read(file.read_text(encoding="utf-8")) if file.exists() else {}
        text = "\n".join(_write(run) for run in {**kept, self.function: self}.values())
        file.write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path, function: str) -> Tuning:
        """A run from a file that `save` wrote.

        Raises:
            LabError: the file holds no run of this function.
        """
        return _chosen(_read(Path(path).read_text(encoding="utf-8")), function, str(path))

    # -- shown -------------------------------------------------------------------------------------------------------

    def table(self) -> Table:
        """A row for each size."""
        from lambdalab.facts import prices_date
        from lambdalab.show.picture import Table

        best = {self.cheapest().memory_mb: "cheapest"}
        fast = self.fastest().memory_mb
        best[fast] = "cheapest, fastest" if fast in best else "fastest"
        rows = [
            (
                f"{row.memory_mb:,} MB",
                milliseconds(row.median_ms),
                f"{row.billed_ms:,} ms",
                money(row.usd_a_million),
                milliseconds(row.init_ms),
                best.get(row.memory_mb, ""),
            )
            for row in self.rows
        ]
        caption = f"{self.function} at each memory size, {self.source}; prices of {prices_date()}"
        columns = ("memory", "middle call", "billed", "a million calls", "init, apart", "")
        return Table(caption, columns, rows, align="rrrrrl")

    def picture(self, *others: Tuning, show: Show = "both") -> Picture:
        """Time, cost or both against memory, as bars; with other functions, one under the other.

        Args:
            others: at most one more.
            show: "time", "cost" or "both".
        """
        from lambdalab.show.tuning import tuning

        return tuning([self, *others], show=show)

    def _repr_html_(self) -> str:
        return self.table().html()

    def __repr__(self) -> str:
        return self.table().text()


def recorded(function: str) -> Tuning:
    """A run that was recorded on another machine, for one whose share of a CPU cannot be held (lesson 11).

    Raises:
        LabError: there is none of this function; the text lists those there are.
    """
    text = resources.files("lambdalab").joinpath(RECORDED).read_text(encoding="utf-8")
    return _chosen(_read(text), function, "the package")


def tune(lab: Lab, name: str, event: Any, memory: Sequence[int], repeats: int) -> Tuning:
    """What `lab.tune` does."""
    if repeats < 1 or not memory:
        raise ValueError("nothing would be measured: give at least one memory size and at least one call at each")
    function = lab.function(name)
    client, before = lab.client("lambda"), function.configuration
    architecture = before.get("Architectures", ["x86_64"])[0]
    rows = []
    with _put_back(client, name, before["MemorySize"]):
        for size in sorted(set(memory)):
            _resize(client, name, size)
            reports = []
            for number in range(repeats + 1):
                result = function.invoke(event)
                if result.function_error or result.report is None:
                    said = result.error or {}
                    what = f"{said.get('errorType')}: {said.get('errorMessage')}"
                    raise LabError(f"{name} failed at {size:,} MB, so it cannot be tuned: {what}. {_advice(event)}")
                reports.append(result.report)
                if number == 0:
                    init_ms = result.report.init_ms or 0.0
            durations = tuple(report.duration_ms for report in reports[1:])
            rows.append(Size(size, init_ms, durations, architecture))
    return Tuning(name, tuple(rows), date.today().isoformat(), _machine())


def _advice(event: Any) -> str:
    if event is None:
        return (
            "It was called without an event: if it needs one, give it, as in `lab.tune(name, event)`. "
            "Else mend the function, or give it a longer timeout."
        )
    return (
        "A smaller size has less CPU and takes longer: give the function a longer timeout, mend it, or leave this size "
        "out of `memory`."
    )


@contextmanager
def _put_back(client: Any, name: str, size: int) -> Iterator[None]:
    """The function has its own size again at the end, also after an error or an interrupt."""
    try:
        yield
    finally:
        _resize(client, name, size)


def _resize(client: Any, name: str, size: int) -> None:
    if client.get_function_configuration(FunctionName=name)["MemorySize"] != size:
        client.update_function_configuration(FunctionName=name, MemorySize=size)
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _machine() -> str:
    cpus = os.cpu_count() or 1
    return f"{platform.system()}, {cpus} {'CPU' if cpus == 1 else 'CPUs'}"


def _chosen(runs: dict[str, Tuning], function: str, where: str) -> Tuning:
    if function not in runs:
        raise LabError(f"{where} holds no recorded run of {function!r}; it has {', '.join(sorted(runs)) or 'none'}")
    return runs[function]


def _write(run: Tuning) -> str:
    """A run as TOML, times as exact as a REPORT line; strings are written as JSON, which TOML reads alike."""
    head = f"[{json.dumps(run.function)}]\ndate = {json.dumps(run.date)}\nmachine = {json.dumps(run.machine)}\n"
    rows = "".join(
        f"  {{ memory_mb = {row.memory_mb}, init_ms = {round(row.init_ms, 2)}, "
        f"durations_ms = {json.dumps([round(each, 2) for each in row.durations_ms])}, "
        f"architecture = {json.dumps(row.architecture)} }},\n"
        for row in run.rows
    )
    return f"{head}rows = [\n{rows}]\n"


def _read(text: str) -> dict[str, Tuning]:
    return {
        function: Tuning(
            function,
            tuple(Size(**{**row, "durations_ms": tuple(row["durations_ms"])}) for row in run["rows"]),
            run["date"],
            run["machine"],
            recorded=True,
        )
        for function, run in tomllib.loads(text).items()
    }
