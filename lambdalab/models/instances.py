"""One empty instance of each kind of wall: started, its first word awaited, its memory read, and ended again.

On AWS a wall holds a customer's function. Here it holds the least that can run: a thread that waits, a copy of a small
process, a shell that waits for a line. What is counted is private memory (USS: the pages that nobody else uses), of all
processes that the instance needs. Left out: what the kernel keeps for it, and any work inside.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from lambdalab.errors import LabError

MB = 2**20
LIMIT = 10.0  # seconds that a start may take
NAMESPACES = ("--user", "--map-root-user", "--mount", "--pid", "--net", "--uts", "--ipc")
BY_HAND = ("unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc")
"""The container by hand: namespaces of its own for users, mounts, processes, network, name and messages."""

_INSIDE = (sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("inside.py")))
_SHELL = ("/bin/sh", "-c", "echo ready; read _")
_PYTHON = (sys.executable, "-I", "-S", "-B", "-c", "print('ready', flush=True); input()")
_THREADS = 50


@dataclass(frozen=True)
class Sample:
    """What starts took, and what one instance keeps.

    Args:
        start_ms: milliseconds from asking for each instance to its first word.
        memory_mb: private memory of each, in MB of 2**20 bytes; empty where the system does not tell.
    """

    start_ms: tuple[float, ...]
    memory_mb: tuple[float, ...]


@dataclass
class Instance:
    """A started process that has said its first word.

    Args:
        process: the process; its standard input ends it.
        start_ms: milliseconds until the first word.
        said: the line with it.
    """

    process: subprocess.Popen[bytes]
    start_ms: float
    said: str

    def ask(self) -> bytes:
        """Send a line, and read the one that answers."""
        self.tell()
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise LabError(f"{self.process.args!r} ended in the middle of the measurement: measure again")
        return line

    def tell(self) -> None:
        """Send a line."""
        assert self.process.stdin
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()


@contextlib.contextmanager
def started(command: Sequence[str], *, word: bytes = b"ready", limit: float = LIMIT) -> Iterator[Instance]:
    """Start a program and wait for its first word; it is ended in any case, by a Ctrl-C too.

    Args:
        command: the argument list.
        word: what a line holds that counts as the first word; lines before it are passed over.
        limit: seconds; the program is killed after them.

    Raises:
        LabError: it ended, or the time was over, before it said anything.
    """
    before = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin and process.stdout and process.stderr
    end = threading.Timer(limit, process.kill)
    end.start()
    try:
        line = process.stdout.readline()
        while line and word not in line:
            line = process.stdout.readline()
        taken = (time.perf_counter() - before) * 1000
        if not line:
            why = process.stderr.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise LabError(f"{command[0]} did not get to its first word within {limit:g} s ({why[-1]})")
        yield Instance(process, taken, line.decode(errors="replace").strip())
    finally:
        end.cancel()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # the order to end; what stands inside a namespace ends with it and is waited for
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


def private_mb(pid: int) -> float | None:
    """Private memory (USS) of a process and all that it started, in MB; None where the system does not tell."""
    try:
        first = psutil.Process(pid)
        return sum(int(each.memory_full_info().uss) for each in (first, *first.children(recursive=True))) / MB
    except psutil.Error:
        return None


def thread(repeats: int) -> Sample:
    """Threads of one process: the time to the first statement, and what the process grew by for each."""
    with started([*_INSIDE, "threads", str(max(_THREADS, repeats))]) as inside:
        empty = private_mb(inside.process.pid)
        taken = json.loads(inside.ask())
        full = private_mb(inside.process.pid)
    grown = () if empty is None or full is None else ((full - empty) / len(taken),)
    return Sample(tuple(taken), grown)


def fork(repeats: int) -> Sample:
    """Copies of a small Python process: the time to the copy's first word, and the pages that it no longer shares."""
    taken, kept = [], []
    with started([*_INSIDE, "forks"]) as inside:
        for _ in range(repeats):
            pid, milliseconds = json.loads(inside.ask())
            taken.append(milliseconds)
            kept.append(private_mb(pid))
            inside.tell()
    return Sample(tuple(taken), _told(kept))


def process(repeats: int) -> Sample:
    """A process of the smallest program at hand."""
    return _each(smallest(), repeats)


def namespaces(repeats: int) -> Sample:
    """The same program in a container by hand; `unshare`, which waits outside for it, is counted too."""
    return _each([*BY_HAND, *_SHELL], repeats)


def smallest() -> Sequence[str]:
    """A program that says "ready" and waits: a shell, or this Python where there is none."""
    return _SHELL if Path(_SHELL[0]).exists() else _PYTHON


def why_no_fork() -> str | None:
    return "Windows cannot fork a process" if sys.platform == "win32" else None


def why_no_namespaces() -> str | None:
    """Why no container can be made by hand here, in one line; None when it can."""
    if not sys.platform.startswith("linux"):
        return "namespaces exist on Linux only"
    if shutil.which(BY_HAND[0]) is None:
        return "the command unshare (util-linux) is not on this machine"
    try:
        tried = subprocess.run([*BY_HAND, "true"], capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return "unshare did not answer on this machine"
    said = tried.stderr.strip().splitlines() or [f"unshare ended with status {tried.returncode}"]
    return f"this system does not allow namespaces without privilege ({said[-1]})" if tried.returncode else None


def _each(command: Sequence[str], repeats: int) -> Sample:
    taken, kept = [], []
    for _ in range(repeats):
        with started(command) as instance:
            taken.append(instance.start_ms)
            kept.append(private_mb(instance.process.pid))
    return Sample(tuple(taken), _told(kept))


def _told(kept: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(value for value in kept if value is not None)
