"""One runtime process and everything it says: its requests, its output, its end.

On AWS this is hidden inside the microVM. Here the thread that waits reads three things at once, the Runtime API's
connections, the pipe behind print and the end of the process: none of them can hold up another, and nothing needs a
lock. Left out so far: the CPU share, killing at the memory limit, a mount namespace of its own.
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

from lambdalab.runtime import processes
from lambdalab.runtime.api import Connection, Request
from lambdalab.runtime.guard import Guard, apart
from lambdalab.runtime.logs import LogEvent, LogPipe

_TICK = 0.02
_LONG = 1.0


@dataclass(frozen=True)
class Program:
    """What an environment runs.

    Args:
        command: the argument list of the runtime.
        variables: its environment variables, complete; the Runtime API's address, the log stream and TMPDIR are added.
        folder: the working folder, the function's own code.
        version: what INIT_START says of the runtime, such as "python:3.11".
        timeout: seconds an invocation may take.
    """

    command: Sequence[str]
    variables: Mapping[str, str]
    folder: Path
    version: str
    timeout: float


class TimeIsUp(Exception):
    """The deadline passed before the runtime said anything."""


class ProcessEnded(Exception):
    """The process ended before the runtime said anything; carries AWS's words for how it ended."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class RuntimeProcess:
    """A started runtime, until `kill`."""

    def __init__(self, program: Program, folder: Path, stream: str, guard: Guard) -> None:
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        self._guard = guard
        self._connections: dict[int, Connection] = {}
        self._log: list[LogEvent] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self._pipe = LogPipe()
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            list(program.command),
            env={
                **program.variables,
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._listener.getsockname()[1]}",
                "AWS_LAMBDA_LOG_STREAM_NAME": stream,
                "TMPDIR": str(folder / "tmp"),
            },
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._pipe.writer,
            stderr=self._pipe.writer,
            **apart(),
        )
        guard.watch(self.pid)
        self._pipe.close_writer()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._exit_fd = os.pidfd_open(self.pid) if sys.platform == "linux" else -1
        if self._exit_fd >= 0:
            self._selector.register(self._exit_fd, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def freeze(self) -> None:
        processes.freeze(self.pid)

    def thaw(self) -> None:
        self._pipe.start()
        processes.thaw(self.pid)

    def peak_memory_mb(self) -> int:
        return processes.peak_memory_mb(self.pid)

    def kill(self) -> None:
        """End it with all that it started, and give everything back."""
        processes.kill(self.pid)
        self._process.wait()
        self._guard.release(self.pid)
        for connection in self._connections.values():
            connection.socket.close()
        self._selector.close()
        self._listener.close()
        self._pipe.close()
        if self._exit_fd >= 0:
            os.close(self._exit_fd)

    def take_log(self, *, whole: bool = False) -> list[LogEvent]:
        """What was printed since the last time; with `whole` also a last line that has no end yet."""
        self._read_pipe()
        taken, self._log = self._log, []
        return taken + (self._pipe.rest() if whole else [])

    def next_request(self, deadline: float) -> tuple[Connection, Request]:
        """The runtime's next request, and the connection to answer it on.

        Args:
            deadline: on the clock of `time.perf_counter`, seconds.

        Raises:
            TimeIsUp: the deadline passed first.
            ProcessEnded: the process ended first.
        """
        while True:
            said = self._cut()
            if said:
                return said
            left = deadline - time.perf_counter()
            if left <= 0:
                raise TimeIsUp
            ready = self._selector.select(min(left, _LONG if self._exit_fd >= 0 else _TICK))
            gone = any([self._happened(key.fileobj) for key, _ in ready])  # a list: each of them is dealt with
            if gone or (self._exit_fd < 0 and self.ended):
                for connection in self._connections.values():
                    connection.receive()
                said = self._cut()
                if said:
                    return said
                raise ProcessEnded(self._how())

    def _happened(self, source: Any) -> bool:
        """Deal with one readable thing; True when it is the end of the process."""
        if source is self._listener:
            with contextlib.suppress(BlockingIOError):
                connection = Connection(self._listener.accept()[0])
                self._connections[connection.socket.fileno()] = connection
                self._selector.register(connection.socket, selectors.EVENT_READ)
        elif source is self._pipe:
            self._read_pipe()
        elif source == self._exit_fd:
            return True
        elif not self._connections[source.fileno()].receive():
            self._selector.unregister(source)
            self._connections.pop(source.fileno()).socket.close()
        return False

    def _cut(self) -> tuple[Connection, Request] | None:
        """A request that has arrived completely."""
        for connection in self._connections.values():
            try:
                request = connection.request()
            except (ValueError, IndexError):
                connection.refuse(400, "BadRequest", "this is not an HTTP/1.1 request")
                connection.socket.shutdown(socket.SHUT_RDWR)
                continue
            if request:
                return connection, request
        return None

    def _read_pipe(self) -> None:
        events, is_open = self._pipe.read()
        self._log += events
        if not is_open:
            with contextlib.suppress(KeyError):
                self._selector.unregister(self._pipe)

    def _how(self) -> str:
        """AWS's words for the way the process ended."""
        code = self._process.wait()
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        sent = signal.Signals(-code)
        name = {"SIGKILL": "killed", "SIGSEGV": "segmentation fault"}.get(sent.name, sent.name)
        return f"Runtime exited with error: signal: {name}"
