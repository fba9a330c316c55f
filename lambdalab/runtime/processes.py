"""Processes on every system: stop, continue, kill with all that they started.

On AWS this is the microVM's business. Here Linux and macOS use process groups and signals; Windows, which has neither,
uses psutil's suspend and resume.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time

import psutil

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
BETWEEN_LOOKS = 0.0 if sys.platform == "linux" else 0.2
"""Seconds between two calls of `descendants` by who watches: but for Linux it goes through all of the machine."""


def freeze(pid: int) -> None:
    """Stop a process and its group where they stand, as Lambda does between two events.

    The system carries it out a moment later; nobody who waits for an answer has to wait for that: see `settled`.
    """
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.killpg(pid, signal.SIGSTOP) if sys.platform != "win32" else psutil.Process(pid).suspend()


def settled(pid: int, seconds: float = 0.1) -> str | None:
    """The `state` of a process that was frozen, once it stands still; what it is after `seconds` if it does not."""
    end = time.monotonic() + seconds
    while (word := state(pid)) not in ("frozen", None) and time.monotonic() < end:
        time.sleep(0.0005)
    return word


def thaw(pid: int) -> None:
    """Let a frozen process go on."""
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.killpg(pid, signal.SIGCONT) if sys.platform != "win32" else psutil.Process(pid).resume()


def kill(pid: int) -> None:
    """End a process, its group and every descendant, frozen ones too."""
    children = descendants(pid)
    if sys.platform == "win32":
        children.append(pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for child in children:
        with contextlib.suppress(OSError, psutil.Error):
            os.kill(child, signal.SIGKILL) if sys.platform != "win32" else psutil.Process(child).kill()


def peak_memory_mb(pid: int) -> int:
    """The most resident memory that the process has had so far, in MB of 1,048,576 bytes; 0 when it is gone."""
    if sys.platform == "linux":
        try:
            found = re.search(rb"VmHWM:\s*(\d+)", _read(f"/proc/{pid}/status"))
        except OSError:
            return 0
        return -(-int(found[1]) // 1024) if found else 0
    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return -(-getattr(memory, "peak_wset", memory.rss) // 2**20)


def descendants(pid: int) -> list[int]:
    """Children, their children and so on."""
    if sys.platform != "linux":
        try:
            return [child.pid for child in psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            return []
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            children = [int(child) for child in _read(f"/proc/{pid}/task/{task}/children").split()]
            for child in children:
                found += [child, *descendants(child)]
    return found


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that all threads of a process have used; 0 when it is gone."""
    try:
        if sys.platform == "linux":
            return time.clock_gettime((~pid << 3) | 2)  # the process's own clock, as clock_getcpuclockid makes it
        times = psutil.Process(pid).cpu_times()
    except (OSError, psutil.Error):
        return 0.0
    return float(times.user + times.system)


def reaped_cpu_seconds(pid: int) -> float:
    """Seconds of CPU of children that have ended and been waited for, to a hundredth."""
    if sys.platform != "linux":
        return 0.0
    fields = _stat(pid)
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def threads(pid: int) -> int:
    """How many threads a process has; 1 where that is not known."""
    fields = _stat(pid) if sys.platform == "linux" else []
    return int(fields[17]) if fields else 1


def resident_bytes(pid: int, *, shared: bool = True) -> int:
    """Memory of a process that is in the machine's memory now; 0 when it is gone.

    Args:
        shared: whether pages count that other processes may hold too.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, IndexError):
            sizes = _read(f"/proc/{pid}/statm").split()
            return (int(sizes[1]) - (0 if shared else int(sizes[2]))) * _PAGE
        return 0
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none when the process is gone."""
    try:
        return _read(f"/proc/{pid}/stat").rpartition(b") ")[2].decode().split()
    except OSError:
        return []


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)  # a third of the system calls that open() makes
    try:
        return os.read(file, 16384)
    finally:
        os.close(file)


def state(pid: int) -> str | None:
    """What the operating system says: "frozen", "running" or "waiting"; None when the process is gone."""
    try:
        status = psutil.Process(pid).status()
    except psutil.Error:
        return None
    if status == psutil.STATUS_STOPPED:
        return "frozen"
    if status == psutil.STATUS_ZOMBIE:
        return None
    return "running" if status == psutil.STATUS_RUNNING else "waiting"
