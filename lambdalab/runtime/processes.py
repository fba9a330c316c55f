"""Processes on every system: stop, continue, kill with all that they started.

On AWS this is the microVM's business. Here Linux and macOS use process groups and signals; Windows, which has neither,
uses psutil's suspend and resume.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

import psutil


def freeze(pid: int) -> None:
    """Stop a child and its group where they stand, as Lambda does between two events.

    On Linux this returns when it really stands still: the signal alone may take effect a moment later.
    """
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.killpg(pid, signal.SIGSTOP) if sys.platform != "win32" else psutil.Process(pid).suspend()
    if sys.platform == "linux":
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def thaw(pid: int) -> None:
    """Let a frozen process go on."""
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.killpg(pid, signal.SIGCONT) if sys.platform != "win32" else psutil.Process(pid).resume()


def kill(pid: int) -> None:
    """End a process, its group and every descendant, frozen ones too."""
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(pid).children(recursive=True)
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for process in children:
        with contextlib.suppress(psutil.Error):
            process.kill()
    if sys.platform == "win32":
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()


def peak_memory_mb(pid: int) -> int:
    """The most resident memory that the process has had so far, in MB of 1,048,576 bytes; 0 when it is gone."""
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123 - read every few milliseconds, Path costs twice
                for line in status:
                    if line.startswith(b"VmHWM:"):
                        return -(-int(line.split()[1]) // 1024)
        except OSError:
            return 0
        return 0
    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return -(-getattr(memory, "peak_wset", memory.rss) // 2**20)


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
