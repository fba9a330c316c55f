"""What a program sees from inside each rung of the ladder: which kernel, which boot, whose processes, whose files.

On AWS a function sees a kernel of its own, because its environment is a microVM. Here a shell reads the same few lines
of /proc in a process, in a container made by hand and, where it can be started, in a virtual machine; a thread reads
them in Python. What cannot be looked at here comes from the recorded run, said so. Left out: networks, users, and the
limit that Docker sets with a cgroup: the container by hand has one of address space instead.
"""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from lambdalab.errors import LabError
from lambdalab.models import virtual
from lambdalab.models.instances import BY_HAND, LIMIT, started, why_no_namespaces
from lambdalab.models.isolation import recording

_WORD = "seen|"
_LOOK = r"""
read -r kernel < /proc/sys/kernel/osrelease
read -r boot < /proc/sys/kernel/random/boot_id
read -r name < /proc/sys/kernel/hostname
set -- /proc/[0-9]*; processes=$#
home=0; for file in "$HOME"/* "$HOME"/.[!.]*; do [ -e "$file" ] && home=$((home + 1)); done
while read -r key kb unit; do [ "$key" = MemTotal: ] && break; done < /proc/meminfo
limit=$(ulimit -v); [ "$limit" != unlimited ] && [ "$limit" -lt "$kb" ] && kb=$limit
while read -r line; do case $line in "model name"*) processor=${line#*: }; break;; esac; done < /proc/cpuinfo
echo "seen|$kernel|$boot|$processes|$name|$home|$((kb / 1024))|$processor"
"""
_ENTER = 'hostname container; mount -t tmpfs none "$HOME"; ulimit -v 262144\n'


@dataclass(frozen=True)
class Look:
    """What a program in a rung sees (lesson 10).

    Args:
        rung: "thread", "process", "container", "microvm" or "vm".
        kernel: the kernel's release.
        boot_id: what the kernel drew by lot when it started: two equal ones are the same running kernel.
        processes: how many processes it sees.
        hostname: the machine's name as it sees it.
        home: how many files and folders it sees in the home directory of the one who started it.
        memory_mb: the most that it may take, in MB.
        processor: what the processor says it is; empty where it says nothing.
        provenance: "measured" on this machine, or "recorded" on another.
        source: who looked, and when.
        note: why it is a recorded run; empty for a measured one.
    """

    rung: str
    kernel: str
    boot_id: str
    processes: int
    hostname: str
    home: int
    memory_mb: int
    processor: str
    provenance: str = "measured"
    source: str = "measured on this machine"
    note: str = ""


def look(rung: str) -> Look:
    """Look out of a rung: live where this machine can start it, else the recorded run (lesson 10).

    Args:
        rung: "thread", "process", "container", "microvm" or "vm".

    Raises:
        LabError: there is no such rung.
    """
    if rung not in _WAYS:
        raise LabError(f"one cannot look out of {rung!r}: choose from {', '.join(_WAYS)}")
    why_not = None if sys.platform.startswith("linux") else "what a program sees is read from /proc, which Linux has"
    why_not = why_not or _WHY_NOT.get(rung, lambda: None)()
    if why_not is None:
        try:
            return _parsed(rung, _WAYS[rung]())
        except LabError as wrong:
            why_not = str(wrong)
    return recorded(rung, why_not)


def by_hand(command: Sequence[str]) -> str:
    """What a command says that a student puts together, inside a container by hand or outside (lesson 10).

    Where no container can be made, both are the recorded run's, so that one is never compared with another machine's.

    Args:
        command: the argument list: `sh`, or `unshare` that starts it.

    Raises:
        LabError: it did not end in time, or there is no recorded run of such a command.
    """
    why_not = why_no_namespaces()
    if why_not is None:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise LabError(f"{command[0]} did not end within {LIMIT:g} s: shorten what it runs") from None
        return (done.stdout + done.stderr).strip()
    kept = recording()["by_hand"]
    if command[0] not in kept:
        raise LabError(f"{command[0]} is not run here ({why_not}), and only {', '.join(kept)} were recorded")
    return f"{_run()} ({why_not})\n{kept[command[0]]}"


def recorded(rung: str, note: str = "") -> Look:
    """What was seen in a rung on the machine of the recorded run (lesson 10).

    Args:
        rung: "thread", "process", "container", "microvm" or "vm".
        note: why it is shown.
    """
    return Look(rung, **recording()["seen"][rung], provenance="recorded", source=_run(), note=note)


def _run() -> str:
    told = recording()
    return f"recorded run: {told['machine']}, {told['date']}"


def _parsed(rung: str, line: str) -> Look:
    kernel, boot, processes, name, home, memory, processor = line.partition(_WORD)[2].split("|")
    return Look(rung, kernel, boot, int(processes), name, int(home), int(memory), processor)


def _thread() -> str:
    import resource  # Windows has none, and never comes here

    said: list[str] = []

    def work() -> None:
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        total = psutil.virtual_memory().total
        memory = (total if limit == resource.RLIM_INFINITY else min(limit, total)) // 2**20
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        processor = models[0].partition(": ")[2] if models else ""
        home = sum(1 for _ in Path.home().iterdir())
        seen = (platform.release(), boot, len(psutil.pids()), socket.gethostname(), home)
        said.append(_WORD + "|".join(map(str, (*seen, memory, processor))))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return said[0]


def _process() -> str:
    with started(["/bin/sh", "-c", _LOOK], word=_WORD.encode()) as instance:
        return instance.said


def _container() -> str:
    with started([*BY_HAND, "/bin/sh", "-c", _ENTER + _LOOK], word=_WORD.encode()) as instance:
        return instance.said


_WAYS: dict[str, Callable[[], str]] = {
    "thread": _thread,
    "process": _process,
    "container": _container,
    "microvm": lambda: virtual.say("microvm", _LOOK, _WORD),
    "vm": lambda: virtual.say("pc", _LOOK, _WORD),
}
RUNGS = tuple(_WAYS)
_WHY_NOT: dict[str, Callable[[], str | None]] = {
    "container": why_no_namespaces,
    "microvm": virtual.why_no_linux,
    "vm": virtual.why_no_linux,
}
