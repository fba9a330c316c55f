"""One runtime process and everything it says: its requests, its output, its end.

On AWS this is hidden inside the microVM. Here the thread that waits reads three things at once, the Runtime API's
connections, the pipe behind print and the end of the process: none of them can hold up another, and nothing needs a
lock. While an invocation runs it also holds the process to its share of the CPU and to its size of memory.
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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lambdalab.runtime import processes
from lambdalab.runtime.api import Connection, Request
from lambdalab.runtime.guard import Guard, apart
from lambdalab.runtime.limits import Watch
from lambdalab.runtime.logs import LogEvent, LogPipe
from lambdalab.runtime.rooms import Program, start

_TICK = 0.02
_LONG = 1.0


class TimeIsUp(Exception):
    """The deadline passed before the runtime said anything."""


class ProcessEnded(Exception):
    """The process ended before the runtime said anything; carries AWS's words for how it ended."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Child(Protocol):
    """What is needed of a process that was started: its number, and with which code it ended."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int: ...


class RuntimeProcess:
    """A started runtime, until `kill`.

    Args:
        program: what it runs.
        folder: the environment's own folder.
        variables: what this process gets beside the program's own variables.
        guard: is told of the process.
        namespaces: descriptors of an earlier process's namespaces; they are closed here.
        control: the template's end of a snapshot's control socket.
        copied: makes the process as a copy of a snapshot, from its variables and the descriptor for its output.
    """

    def __init__(
        self,
        program: Program,
        folder: Path,
        variables: Mapping[str, str],
        guard: Guard,
        *,
        namespaces: Sequence[int] = (),
        control: int | None = None,
        copied: Callable[[Mapping[str, str], int], Child] | None = None,
    ) -> None:
        self._guard = guard
        self._watch: Watch | None = None
        self._connections: dict[int, Connection] = {}
        self._log: list[LogEvent] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self._pipe = LogPipe()
        self.began = time.perf_counter()
        variables = {**variables, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._listener.getsockname()[1]}"}
        self._process: Child
        if copied:
            self._process = copied(variables, self._pipe.writer)
        else:
            begin = start(program, folder / "tmp", namespaces)
            self._process = subprocess.Popen(
                begin.command,
                env={**begin.variables, **variables},
                cwd=begin.folder,
                stdin=subprocess.DEVNULL,
                stdout=self._pipe.writer,
                stderr=self._pipe.writer,
                pass_fds=[*begin.descriptors, *([] if control is None else [control])],
                **apart(),
            )
        for descriptor in namespaces:
            os.close(descriptor)
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

    def hold(self, memory_mb: int, *, share: float | None = None) -> None:
        """From now on keep it to a size of memory, and to the share of a CPU that comes with it or the one given."""
        self._watch = Watch(self.pid, memory_mb, share=share)

    def freeze(self) -> None:
        self._watch = None
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
            LimitPassed: it passed its size of memory first, or became too many processes.
        """
        while True:
            said = self._cut()
            if said:
                return said
            left = deadline - time.perf_counter()
            if left <= 0:
                raise TimeIsUp
            pause = self._watch.tick() if self._watch else _LONG
            ready = self._selector.select(min(left, pause, _LONG if self._exit_fd >= 0 else _TICK))
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
        name = signal.strsignal(-code) or f"signal {-code}"
        return f"Runtime exited with error: signal: {name.lower()}"
