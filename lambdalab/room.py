"""`lambdalab doctor --room 30`: how much memory and how many processes a class needs on one machine, such as a hub.

AWS runs each customer's environments on machines of its own. Here thirty students on one hub share one machine, and
"ten at once" is ten processes for each of them. So one student is started for real, with a lab and some
environments that have loaded boto3, and measured; the rest is multiplication. Left out: what students' own data and
browsers need, so the figures are the least; and processor time: thirty who start ten processes in the same second wait
for the cores.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psutil

AT_ONCE = 10  # environments: the experiment of lesson 03, the largest that each student is asked to run
_MEASURED = 4  # environments: enough for an average
_RESERVE = 0.2  # of the machine's memory, for the system and the hub
_MB = 2**20
_NAMES = ("notebook kernel", "cloud and guard", "an environment, idle", "JupyterLab's server")

_HANDLER = """import time

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    time.sleep(0.3)
    return "done"
"""
# What a student's kernel does until its environments are idle; it then waits for the end of its input.
_STUDENT = f"""
import sys
from lambdalab import Lab
from lambdalab.functions import package
lab = Lab()
import boto3
boto3.client("lambda").create_function(
    FunctionName="room", Runtime="python3.12", Handler="f.handler", Role=lab.role, MemorySize=1769, Timeout=60,
    Code={{"ZipFile": package({{"f.py": {_HANDLER!r}}})}},
)
answers = [call.answer for call in lab.function("room").invoke_together([{{}}] * {_MEASURED})]
if answers != ["done"] * {_MEASURED}:
    sys.exit(f"the environments answered {{answers}}")
from lambdalab.show import pictures
import ipykernel.kernelapp, ipywidgets, plotly.graph_objects
print([each.pid for each in lab.processes("room")], flush=True)
sys.stdin.read()
"""
_SERVER = "import sys, jupyterlab.labapp; print([], flush=True); sys.stdin.read()"


@dataclass(frozen=True)
class Student:
    """The memory of one student's processes in MB, measured on this machine.

    Args:
        kernel: of the notebook, with the lab, its pictures and widgets loaded.
        cloud: of the lab's service and its guard.
        environment: of one idle execution environment, on average.
        server: of a JupyterLab server that has loaded itself; on a hub each student has one.
        others: processes beside the environments.
    """

    kernel: float
    cloud: float
    environment: float
    server: float
    others: int

    @property
    def fixed(self) -> float:
        """Memory of everything but environments."""
        return self.kernel + self.cloud + self.server

    def needs(self, environments: int) -> float:
        """Memory with so many environments, in MB."""
        return self.fixed + environments * self.environment


def measure() -> Student:
    """Start one student's processes, measure them, and end them (a few seconds).

    Raises:
        RuntimeError: they did not start; the text has what they said.
    """
    with _Started(_STUDENT) as student, _Started(_SERVER) as server:
        rest = [child for child in student.process.children(recursive=True) if child.pid not in student.told]
        sizes = [_megabytes(psutil.Process(pid)) for pid in student.told]
        return Student(
            kernel=_megabytes(student.process),
            cloud=sum(map(_megabytes, rest)),
            environment=sum(sizes) / len(sizes),
            server=_megabytes(server.process),
            others=2 + len(rest),
        )


def advice(student: Student, students: int, machine_mb: float) -> list[str]:
    """The lines that tell what a room needs, and how to set a limit.

    Args:
        student: as measured.
        students: how many share the machine.
        machine_mb: its memory.
    """
    each = student.needs(AT_ONCE)
    together, usable = students * each, machine_mb * (1 - _RESERVE)
    sizes = (student.kernel, student.cloud, student.environment, student.server)
    lines = [f"  {name:<22}{size:>6.0f} MB" for name, size in zip(_NAMES, sizes, strict=True)]
    processes = students * (AT_ONCE + student.others)
    head = [
        "One student, measured on this machine (environments have loaded boto3):",
        *lines,
        f"Room of {students}, each with {AT_ONCE} environments: at least {_gb(together)}, {processes:,} processes.",
        f"This machine: {_gb(machine_mb)}; {_gb(usable)} may be used, since a fifth is kept back.",
    ]
    share = usable / students
    cap = math.floor((share - student.fixed) / student.environment)
    if together <= usable:
        return [
            *head,
            f"OK   it fits. Limit each student to {_limit(share)} MB: there {cap} environments at once have room.",
        ]
    if cap >= 1:
        return [
            *head,
            f"FEW  {_gb(together - usable)} too little. Limit each student to {_limit(share)} MB: there {cap} "
            "environments at once have room.",
            "Show 'ten at once' in one notebook, or let a few run it at a time; idle ones go after 5 to 15 minutes.",
        ]
    fitting = math.floor(usable / student.needs(1))
    return [*head, f"FAIL {fitting} students fit, with one environment each. Pair up, or take a larger machine."]


def run(students: int) -> int:
    """Measure, print what a room needs, and leave the simulator compiled; the exit code."""
    from lambdalab.models.simulation import simulate

    if students < 1:
        print(f"A room of {students} students cannot be estimated. Give their number: --room 30.", file=sys.stderr)
        return 1
    try:
        lines = advice(measure(), students, psutil.virtual_memory().total / _MB)
    except (RuntimeError, psutil.Error) as wrong:
        print(f"One student's lab could not be measured: {wrong}. Run lambdalab doctor first.", file=sys.stderr)
        return 1
    print(*lines, sep="\n")
    simulate(rate=1, warm_service=0.1, cold_service=0.2, keep_alive=60, invocations=1_000, seed=1)
    print("The simulator of lesson 09 is compiled now, for all who share this installation.")
    return 1 if lines[-1].startswith("FAIL") else 0


class _Started:
    """A Python process that tells the numbers of processes in its first line, and waits until it is closed."""

    def __init__(self, program: str) -> None:
        pipe = subprocess.PIPE
        quiet: dict[str, Any] = {"stdin": pipe, "stdout": pipe, "stderr": pipe, "text": True}
        self._child = subprocess.Popen([sys.executable, "-c", program], **quiet)
        assert self._child.stdout is not None  # a pipe was asked for
        line = self._child.stdout.readline()
        if not line:
            said = self._child.communicate()[1].strip().splitlines()
            raise RuntimeError(said[-1] if said else "it ended without a word")
        self.told: list[int] = json.loads(line)
        self.process = psutil.Process(self._child.pid)

    def __enter__(self) -> _Started:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()  # closes its input, and waits for the end


def _megabytes(process: psutil.Process) -> float:
    """What a process adds: its share of pages that several use, where the system tells it."""
    try:
        memory = process.memory_full_info()
        return float(getattr(memory, "pss", memory.uss)) / _MB
    except (psutil.AccessDenied, AttributeError):
        return float(process.memory_info().rss) / _MB


def _gb(megabytes: float) -> str:
    return f"{megabytes / 1024:.1f} GB"


def _limit(megabytes: float) -> int:
    """Rounded down to a number that is easily typed."""
    return math.floor(megabytes / 50) * 50
