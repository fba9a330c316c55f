"""The judge's handles on processes behind walls: a nursery, and what it makes.

A channel carries lines of JSON. Whoever waits for an answer gives limits in seconds, of computing and of waiting, since
student code may do neither and still never end.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from lambdalab.teach.grading import wire

_LOOK_EVERY = 0.2
_START = 60.0
_END = 20.0


class Gone(Exception):
    """The process ended, or was ended; the text says why."""

    def __init__(self, why: str, *, endless: bool = False) -> None:
        super().__init__(why)
        self.endless = endless


@dataclass(frozen=True)
class Limits:
    """How long to wait for an answer, in seconds.

    Args:
        computing: of CPU time that the process uses for it.
        waiting: of the clock on the wall.
    """

    computing: float
    waiting: float


class Nursery:
    """A process that makes labs, or workers, one at a time.

    Args:
        role: "lab" or "worker".
        covered: what they must not see, files and folders.
    """

    def __init__(self, role: str, covered: Sequence[str]) -> None:
        self._covered = list(covered)
        self._orders, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", "lambdalab.teach.grading.nursery", role]
        quiet = subprocess.DEVNULL
        with theirs:
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=quiet, stderr=quiet)

    def make(self, folder: str, settings: Mapping[str, Any]) -> Jailed:
        """A new process, with `folder` as its own.

        Raises:
            Gone: it could not be made.
        """
        environment = {
            "HOME": folder,
            "TMPDIR": folder,
            "IPYTHONDIR": f"{folder}/ipython",
            "MPLCONFIGDIR": folder,
            "LAMBDALAB_PROGRESS": f"{folder}/progress.json",
        }
        Path(folder).mkdir(parents=True, exist_ok=True)
        order = {"covered": self._covered, "folder": folder, "environment": environment, **settings}
        channel, theirs = socket.socketpair()
        alive, end = os.pipe()
        try:
            line = wire.dumps(order)
            sent = socket.send_fds(self._orders, [line], [theirs.fileno(), end])
            self._orders.sendall(line[sent:])
        except OSError as wrong:
            raise Gone(f"no process could be made: {wrong}") from None
        finally:
            theirs.close()
            os.close(end)
        return Jailed(channel, alive)

    def stop(self) -> None:
        self._orders.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END)
        self._process.kill()
        self._process.wait()


class Jailed:
    """One process behind its walls."""

    def __init__(self, channel: socket.socket, alive: int) -> None:
        self._channel, self._alive, self._read = channel, alive, b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(channel, selectors.EVENT_READ)
        made = self.line(Limits(_START, _START))
        self.pid, self._keeper = int(made["pid"]), int(made["keeper"])
        self.missing = tuple(str(one) for one in made["missing"])

    def send(self, message: Mapping[str, Any]) -> None:
        """Raises Gone: nobody is there to read it."""
        try:
            self._channel.settimeout(_LOOK_EVERY * 50)
            self._channel.sendall(wire.dumps(message))
        except OSError:
            raise Gone("the process had ended") from None

    def line(self, limits: Limits) -> dict[str, Any]:
        """The next message.

        Raises:
            Gone: the process ended, said what is no message, or went over a limit; in the last two cases it still runs.
        """
        begun, used = time.monotonic(), self._computed()
        looked = begun
        while b"\n" not in self._read:
            ready = self._selector.select(_LOOK_EVERY)
            now = time.monotonic()
            if now - looked >= _LOOK_EVERY:  # also of one that writes letter by letter
                looked = now
                if now - begun > limits.waiting or self._computed() - used > limits.computing:
                    raise Gone("it did not come to an end", endless=True)
            if not ready:
                continue
            try:
                more = self._channel.recv(1 << 20)
            except OSError:
                more = b""
            if not more:
                raise Gone("the process ended")
            self._read += more
            if len(self._read) > wire.MOST_BYTES:
                raise Gone("the answer was larger than 8 MB")
        line, _, self._read = self._read.partition(b"\n")
        try:
            return wire.loads(line)
        except wire.WireError as wrong:
            raise Gone(f"the process wrote to the judge's channel: {wrong}") from None

    def _computed(self) -> float:
        with contextlib.suppress(psutil.Error, AttributeError):
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def end(self) -> list[int]:
        """End it and everything that it began; what was still alive after that, as a rule nothing."""
        with contextlib.suppress(psutil.Error, AttributeError, ProcessLookupError):  # it may have ended by itself
            inside = psutil.Process(self._keeper).children(recursive=True)
            os.kill(self._keeper, signal.SIGTERM)
            with selectors.DefaultSelector() as waiting:
                waiting.register(self._alive, selectors.EVENT_READ)
                waiting.select(_END)
            left = [one.pid for one in inside if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
            self._close()
            return left
        self._close()
        return []

    def _close(self) -> None:
        self._selector.close()
        self._channel.close()
        with contextlib.suppress(OSError):
            os.close(self._alive)
