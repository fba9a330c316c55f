"""The isolation ladder: what each kind of wall takes to start and keeps in memory, measured and published.

On AWS every environment is a microVM of Firecracker, which no student can start on a laptop. Here threads, copies of a
process, processes, a container made by hand and, where QEMU is installed, virtual machines are started empty and
measured. What cannot be measured on this machine comes from a recorded run of another, and says so and why. Memory is
the wall's own: private memory (USS), without a guest's. Left out: what the kernel itself keeps for each (on the machine
of the recorded run about 0.1 MB for a process and 0.4 MB for a container), and Firecracker, Docker and gVisor live.
"""

from __future__ import annotations

import functools
import statistics
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from lambdalab.errors import LabError
from lambdalab.facts import Fact, fact
from lambdalab.models import instances, virtual
from lambdalab.models.instances import Sample

SHARED = (
    "shares even the memory",
    "shares kernel, files, process list",
    "shares the kernel",
    "own kernel, few devices",
    "own kernel, a whole machine",
)
"""What an instance shares with its neighbours, by the ladder's level from 0, a thread, to 4, a virtual machine."""


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder (lesson 10).

    Args:
        key: what `measure` and `look` call it, such as "container"; a published figure has the key of its kind.
        name: for people, such as "container, by hand".
        level: 0 thread, 1 process, 2 container, 3 microVM, 4 virtual machine.
        start_ms: milliseconds to the first word from inside, the median; None where nobody says.
        memory_mb: what one empty instance keeps, in MB of 2**20 bytes, the median; None where nobody says.
        provenance: "measured" on this machine, "recorded" on another, or "published".
        certainty: of a published figure, as in `lambdalab.facts.Fact`: "A" to "D"; empty for the others.
        source: who measured, or published, and when.
        what: exactly what was started, up to which word.
        note: why it is a recorded run; empty for the others.
    """

    key: str
    name: str
    level: int
    start_ms: float | None
    memory_mb: float | None
    provenance: str
    certainty: str
    source: str
    what: str
    note: str = ""

    @property
    def shares(self) -> str:
        """What it shares with its neighbours."""
        return SHARED[self.level]

    @property
    def about(self) -> bool:
        """Whether its figures are told with "about": published, and secondary, undated or derived."""
        return self.certainty in ("C", "D")

    def __str__(self) -> str:
        start = "start unknown" if self.start_ms is None else f"start {self.start_ms:.3g} ms"
        memory = "memory unknown" if self.memory_mb is None else f"memory {self.memory_mb:.3g} MB"
        why = f" ({self.note})" if self.note else ""
        return f"{self.name}: {start}, {memory}, {self.provenance}{why}: {self.source}"


@dataclass(frozen=True)
class _Kind:
    """How one rung is measured: `sample(repeats)` gives the figures, `what()` says of what."""

    name: str
    level: int
    what: Callable[[], str]
    sample: Callable[[int], Sample]
    why_not: Callable[[], str | None] = lambda: None


def measure(rungs: Sequence[str] | None = None, repeats: int = 7) -> list[Rung]:
    """Start empty instances of each rung, one after the other, and measure them (lesson 10).

    Args:
        rungs: some of "thread", "fork", "process", "container", "microvm", "firmware", "vm"; all without it.
        repeats: how many starts; of virtual machines as many as fit into a few seconds.

    Returns:
        One rung for each name. One that cannot be measured here is that of the recorded run, and its note says why.

    Raises:
        LabError: no rung has such a name, or `repeats` is below 1.
    """
    if repeats < 1:
        raise LabError(f"{repeats} starts measure nothing: give a number of repeats from 1")
    return [_measured(name, repeats) for name in _named(rungs)]


def recorded(note: str = "") -> list[Rung]:
    """The same, as it was measured once on another machine; `machine` and `date` of that run are in each source.

    Args:
        note: why it is shown; it goes into each rung.
    """
    told = recording()
    source = f"recorded run: {told['machine']}, {told['date']}"
    return [
        Rung(key, kind.name, kind.level, run["start_ms"], run["memory_mb"], "recorded", "", source, run["what"], note)
        for key, kind in KINDS.items()
        for run in [told["rungs"][key]]
    ]


def published() -> list[Rung]:
    """What others have published, each figure with its source and certainty; None where they say nothing."""
    boot, monitor = fact("isolation.firecracker.boot_ms"), fact("isolation.firecracker.monitor_mib")
    return [
        _published("process", "process, SOSP'17", 1, start=fact("isolation.sosp_17.fork_exec")),
        _published("container", "container, Docker", 2, start=fact("isolation.sosp_17.docker_start")),
        _published("microvm", "microVM, Firecracker", 3, start=boot, memory=monitor),
        _published("vm", "VM, QEMU", 4, memory=fact("isolation.nsdi_20.qemu_overhead_mb")),
    ]


@functools.cache
def recording() -> dict[str, Any]:
    """The recorded run: its machine, its date, what was measured, and what was seen inside each rung."""
    text = resources.files("lambdalab.models").joinpath("isolation.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _named(rungs: Sequence[str] | None) -> Sequence[str]:
    for name in rungs or ():
        if name not in KINDS:
            raise LabError(f"there is no rung {name!r} on the ladder: choose from {', '.join(KINDS)}")
    return list(KINDS) if rungs is None else list(rungs)


def _measured(key: str, repeats: int) -> Rung:
    kind = KINDS[key]
    why_not = kind.why_not()
    if why_not is None:
        try:
            sample = kind.sample(repeats)
        except LabError as wrong:
            why_not = str(wrong)
    if why_not is not None:
        return next(replace(rung, note=why_not) for rung in recorded() if rung.key == key)
    start = statistics.median(sample.start_ms)
    memory = statistics.median(sample.memory_mb) if sample.memory_mb else None
    return Rung(key, kind.name, kind.level, start, memory, "measured", "", "measured on this machine", kind.what())


def _published(key: str, name: str, level: int, *, start: Fact | None = None, memory: Fact | None = None) -> Rung:
    given = [each for each in (start, memory) if each]
    source = "; ".join(dict.fromkeys(f"{each.source}, {each.date[:4]}" for each in given))
    what = "; ".join(each.note or each.source for each in given)
    start_ms, memory_mb = (float(each.value) if each else None for each in (start, memory))
    weakest = max(each.certainty for each in given)
    return Rung(key, name, level, start_ms, memory_mb, "published", weakest, source, what)


KINDS: dict[str, _Kind] = {
    "thread": _Kind(
        "thread", 0, lambda: "a thread of a small Python process, to its first statement", instances.thread
    ),
    "fork": _Kind(
        "fork", 1, lambda: "a copy of a small Python process, to its first word", instances.fork, instances.why_no_fork
    ),
    "process": _Kind(
        "process", 1, lambda: f"{Path(instances.smallest()[0]).name} as a new process, to its first word",
        instances.process,
    ),
    "container": _Kind(
        "container, by hand", 2, lambda: "sh in namespaces that unshare makes, to its first word",
        instances.namespaces, instances.why_no_namespaces,
    ),
    "microvm": _Kind(
        "microVM, QEMU", 3, lambda: f"QEMU's microvm, {virtual.how()}: Linux, to its first program's first word",
        functools.partial(virtual.linux, "microvm"), virtual.why_no_linux,
    ),
    "firmware": _Kind(
        "VM, firmware only", 4, lambda: f"QEMU's pc, {virtual.how()}: to a boot sector's word, no operating system",
        virtual.firmware, virtual.why_no_qemu,
    ),
    "vm": _Kind(
        "VM, QEMU", 4, lambda: f"QEMU's pc, {virtual.how()}: Linux, to its first program's first word",
        functools.partial(virtual.linux, "pc"), virtual.why_no_linux,
    ),
}  # fmt: skip
