"""One execution environment: a process, its Runtime API port, its folder, and one invocation at a time.

On AWS this is a microVM with a runtime in it. Here it is an operating-system process driven over the real Runtime
API. The thread that holds the environment runs a small loop over everything that can happen (a request of the
runtime, a line of output, the end of the process, the deadline), so nothing needs a lock. Between two invocations the
process is frozen. Left out so far: the CPU share, killing at the memory limit, a mount namespace of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambdalab.runtime import processes
from lambdalab.runtime.api import Connection, Request
from lambdalab.runtime.guard import Guard, apart
from lambdalab.runtime.logs import LogEvent, LogPipe

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_LIMIT = 10.0
MOST_PAYLOAD = 6 * 2**20 + 100
_TICK = 0.02


@dataclass(frozen=True)
class Program:
    """What an environment runs.

    Args:
        command: the argument list of the runtime.
        variables: its environment variables, complete; AWS_LAMBDA_RUNTIME_API and TMPDIR are added.
        folder: the working folder, the function's own code.
        version: what INIT_START says of the runtime, such as "python:3.11".
        timeout: seconds an invocation may take.
    """

    command: Sequence[str]
    variables: Mapping[str, str]
    folder: Path
    version: str
    timeout: float


@dataclass(frozen=True)
class Job:
    """One event on its way into an environment; `payload` is JSON text as the caller sent it."""

    request_id: str
    arn: str
    version: str
    payload: bytes
    trace_id: str
    client_context: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came out: the answer or AWS's error object, times in milliseconds, memory in MB, the log's new events.

    `status` is "timeout" or "error" when the environment and not the handler ended it.
    """

    payload: bytes
    error: Mapping[str, Any] | None
    status: str | None
    init_ms: float | None
    duration_ms: float
    max_memory_mb: int
    log: Sequence[LogEvent]
    pid: int | None


class _Ended(Exception):
    """The process is gone, or its time is over; carries AWS's error type and text."""

    def __init__(self, kind: str, text: str, *, timeout: bool = False) -> None:
        super().__init__(text)
        self.kind, self.text, self.timeout = kind, text, timeout

    @property
    def error(self) -> Mapping[str, Any]:
        return {"errorType": self.kind, "errorMessage": self.text}


@dataclass
class ExecutionEnvironment:
    """A place where one function version runs, one event at a time (lesson 03)."""

    number: int
    program: Program
    folder: Path
    guard: Guard
    stream: str
    usable: bool = True
    _process: subprocess.Popen[bytes] | None = None
    _connections: dict[int, Connection] = field(default_factory=dict)
    _waiting: Connection | None = None
    _log: list[LogEvent] = field(default_factory=list)
    _peak_mb: int = 0

    def invoke(self, job: Job) -> Outcome:
        """Run one event to its end: answer, error, exit or deadline. Never raises for what the function does.

        `usable` says afterwards whether the environment may serve again.
        """
        self._log, self.usable = [], False
        init_ms: float | None = None
        started = time.perf_counter()
        try:
            if self._process is None or self._process.poll() is not None:
                init_ms = self._init(job)
            self._say_start(job)
            started = time.perf_counter()
            answer = self._run(job)
        except _InitFailed as failed:
            return self._init_failed(job, failed)
        except _Ended as end:
            return self._end(job, end, init_ms, started)
        milliseconds = (answer.moment - started) * 1000
        return self._outcome(job, answer.error, init_ms, milliseconds, payload=answer.payload, reusable=answer.reusable)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process and remove what it left: the environment is reclaimed."""
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- the process -------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._kill()
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self._pipe = LogPipe()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._say(f"INIT_START Runtime Version: {self.program.version}")
        port = self._listener.getsockname()[1]
        variables = dict(self.program.variables)
        variables["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{port}"
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = self.stream
        variables["TMPDIR"] = str(self.folder / "tmp")
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            list(self.program.command),
            env=variables,
            cwd=self.program.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._pipe.writer,
            stderr=self._pipe.writer,
            **apart(),
        )
        self.guard.watch(self._process.pid)
        self._pipe.close_writer()
        self._exit_fd = os.pidfd_open(self._process.pid) if sys.platform == "linux" else -1
        if self._exit_fd >= 0:
            self._selector.register(self._exit_fd, selectors.EVENT_READ)

    def _kill(self) -> None:
        if self._process is None:
            return
        processes.kill(self._process.pid)
        self._process.wait()
        self.guard.release(self._process.pid)
        self._process = None
        self._waiting = None
        for connection in self._connections.values():
            connection.socket.close()
        self._connections.clear()
        self._selector.close()
        self._listener.close()
        self._pipe.close()
        if self._exit_fd >= 0:
            os.close(self._exit_fd)

    # -- the two phases ----------------------------------------------------------------------------------------------

    def _init(self, job: Job) -> float | None:
        """Start the runtime and wait until it asks for its first event; the milliseconds that took.

        Past 10 s AWS starts it once more, now as part of the invocation and under the function's own timeout; the time
        is then no longer told apart, and the answer is None.
        """
        try:
            return self._start_and_wait(job, INIT_LIMIT)
        except _Ended as end:
            if not end.timeout:
                milliseconds = (time.perf_counter() - self._began) * 1000
                raise _InitFailed(end.error, milliseconds, f"{end.text}\n{end.kind}") from None
            self._say(f"INIT_REPORT Init Duration: {INIT_LIMIT * 1000:.2f} ms\tPhase: init\tStatus: timeout\t")
        self._start_and_wait(job, self.program.timeout)
        return None

    def _start_and_wait(self, job: Job, limit: float) -> float:
        self._start()
        deadline = self._began + limit
        while True:
            connection, request = self._next_request(job, deadline, limit)
            milliseconds = (time.perf_counter() - self._began) * 1000
            if (request.method, request.path) == ("GET", "/invocation/next"):
                self._waiting = connection
                return milliseconds
            if (request.method, request.path) == ("POST", "/init/error"):
                connection.answer(202)
                self._drain(job)
                raise _InitFailed(_error_object(request.body), milliseconds)
            _refuse(connection, request, "starting")

    def _run(self, job: Job) -> _Answer:
        """Hand over the event, wait for the answer, then for the runtime to ask again."""
        processes.thaw(self._process.pid)  # type: ignore[union-attr]  # _start has just made it
        self._pipe.start()
        deadline = time.perf_counter() + self.program.timeout
        self._deliver(job)
        while True:
            connection, request = self._next_request(job, deadline, self.program.timeout)
            moment = time.perf_counter()
            mine = f"/invocation/{job.request_id}"
            if request.method == "POST" and request.path in (f"{mine}/response", f"{mine}/error"):
                break
            if request.path.startswith("/invocation/") and request.path.endswith(("/response", "/error")):
                connection.refuse(400, "InvalidRequestID", "the id is not that of the invocation which runs")
            else:
                _refuse(connection, request, "invoking")
        error = _error_object(request.body) if request.path.endswith("/error") else None
        payload = request.body
        if len(payload) > MOST_PAYLOAD:
            connection.refuse(413, "RequestEntityTooLarge", "the answer is larger than 6 MB")
            error = {
                "errorMessage": f"Response payload size exceeded maximum allowed payload size ({MOST_PAYLOAD} bytes).",
                "errorType": "Function.ResponseSizeTooLarge",
            }
        else:
            connection.answer(202)
        self._read_log()
        return _Answer(moment, payload, error, self._wait_for_next(job, deadline))

    def _wait_for_next(self, job: Job, deadline: float) -> bool:
        """Let the runtime come back for more, then freeze it; False when it did not come back."""
        try:
            while True:
                connection, request = self._next_request(job, deadline, self.program.timeout)
                if (request.method, request.path) == ("GET", "/invocation/next"):
                    self._waiting = connection
                    break
                _refuse(connection, request, "idle")
        except _Ended:
            return False
        self._peak_mb = max(self._peak_mb, processes.peak_memory_mb(self._process.pid))  # type: ignore[union-attr]
        processes.freeze(self._process.pid)  # type: ignore[union-attr]
        return True

    def _deliver(self, job: Job) -> None:
        assert self._waiting is not None
        headers = {
            "Lambda-Runtime-Aws-Request-Id": job.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.program.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": job.arn,
            "Lambda-Runtime-Trace-Id": job.trace_id,
        }
        if job.client_context:
            headers["Lambda-Runtime-Client-Context"] = job.client_context
        connection, self._waiting = self._waiting, None
        connection.answer(200, job.payload, headers)

    # -- what can happen ---------------------------------------------------------------------------------------------

    def _next_request(self, job: Job, deadline: float, limit: float) -> tuple[Connection, Request]:
        """The runtime's next request, reading its output meanwhile.

        Raises:
            _Ended: the process ended or the deadline passed first.
        """
        while True:
            for connection in self._connections.values():
                request = self._cut(connection)
                if request:
                    return connection, request
            left = deadline - time.perf_counter()
            if left <= 0:
                text = f"RequestId: {job.request_id} Error: Task timed out after {limit:.2f} seconds"
                raise _Ended("Sandbox.Timedout", text, timeout=True)
            gone = False
            for key, _ in self._selector.select(min(left, 1.0 if self._exit_fd >= 0 else _TICK)):
                gone |= self._happened(key.fileobj)
            if gone or (self._exit_fd < 0 and self._process.poll() is not None):  # type: ignore[union-attr]
                for connection in self._connections.values():
                    connection.receive()
                    request = self._cut(connection)
                    if request:
                        return connection, request
                raise _Ended("Runtime.ExitError", self._exit_text(job))

    def _happened(self, source: Any) -> bool:
        """Deal with one readable thing; True when it is the end of the process."""
        if source is self._listener:
            with contextlib.suppress(BlockingIOError):
                connection = Connection(self._listener.accept()[0])
                self._connections[connection.socket.fileno()] = connection
                self._selector.register(connection.socket, selectors.EVENT_READ)
        elif source is self._pipe:
            self._read_log()
        elif source == self._exit_fd:
            return True
        else:
            number = source.fileno()
            if not self._connections[number].receive():
                self._selector.unregister(source)
                self._connections.pop(number).socket.close()
        return False

    def _cut(self, connection: Connection) -> Request | None:
        try:
            return connection.request()
        except (ValueError, IndexError):
            connection.refuse(400, "BadRequest", "this is not an HTTP/1.1 request")
            connection.socket.shutdown(socket.SHUT_RDWR)
            return None

    def _read_log(self) -> None:
        events, is_open = self._pipe.read()
        self._log += events
        if not is_open:
            with contextlib.suppress(KeyError):
                self._selector.unregister(self._pipe)

    def _drain(self, job: Job) -> None:
        """Read what a process still says while it exits, for a second at most."""
        with contextlib.suppress(_Ended):
            self._next_request(job, time.perf_counter() + 1.0, 1.0)

    # -- the story that is told --------------------------------------------------------------------------------------

    def _end(self, job: Job, end: _Ended, init_ms: float | None, started: float) -> Outcome:
        duration = (time.perf_counter() - started) * 1000
        self._peak_mb = max(self._peak_mb, processes.peak_memory_mb(self.pid or 0))
        pid = self.pid
        self._read_log()
        self._log += self._pipe.rest()
        if end.timeout:
            duration = min(duration, self.program.timeout * 1000)
            moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            said = f"{moment} {job.request_id} Task timed out after {self.program.timeout:.2f} seconds"
        else:
            said = f"{end.text}\n{end.kind}"
        self._kill()
        status = "timeout" if end.timeout else "error"
        return self._outcome(job, end.error, init_ms, duration, status=status, said=said, reusable=end.timeout, pid=pid)

    def _init_failed(self, job: Job, failed: _InitFailed) -> Outcome:
        kind, spent = failed.error.get("errorType"), failed.milliseconds
        self._say(f"INIT_REPORT Init Duration: {spent:.2f} ms\tPhase: init\tStatus: error\tError Type: {kind}\t")
        self._say_start(job)
        return self._outcome(job, failed.error, spent, 0.0, status="error", reusable=False, said=failed.said)

    def _exit_text(self, job: Job) -> str:
        code = self._process.wait()  # type: ignore[union-attr]  # it has ended: this answers at once
        if code == 0:
            reason = "Runtime exited without providing a reason"
        elif code > 0:
            reason = f"Runtime exited with error: exit status {code}"
        else:
            name = {signal.SIGKILL: "killed", signal.SIGSEGV: "segmentation fault"}.get(signal.Signals(-code))
            reason = f"Runtime exited with error: signal: {name or signal.Signals(-code).name}"
        return f"RequestId: {job.request_id} Error: {reason}"

    def _outcome(
        self,
        job: Job,
        error: Mapping[str, Any] | None,
        init_ms: float | None,
        duration_ms: float,
        *,
        reusable: bool,
        payload: bytes | None = None,
        status: str | None = None,
        said: str | None = None,
        pid: int | None = None,
    ) -> Outcome:
        pid = pid or self.pid
        self._peak_mb = max(self._peak_mb, processes.peak_memory_mb(self.pid or 0))
        if said:
            self._say(said)
        self._say(f"END RequestId: {job.request_id}")
        if payload is None or (error and error.get("errorType") == "Function.ResponseSizeTooLarge"):
            payload = json.dumps(error, ensure_ascii=False).encode()
        self.usable = reusable
        if not reusable:
            self._kill()
        return Outcome(payload, error, status, init_ms, duration_ms, self._peak_mb, self._log, pid)

    def _say_start(self, job: Job) -> None:
        self._say(f"START RequestId: {job.request_id} Version: {job.version}")

    def _say(self, text: str) -> None:
        self._log.append(LogEvent(int(time.time() * 1000), text))


@dataclass(frozen=True)
class _Answer:
    """The runtime's word on one invocation: when it came, what it says, whether the runtime asked for more."""

    moment: float
    payload: bytes
    error: Mapping[str, Any] | None
    reusable: bool


class _InitFailed(Exception):
    """The handler could not be loaded: the runtime reported it, or it ended before it asked for an event."""

    def __init__(self, error: Mapping[str, Any], milliseconds: float, said: str | None = None) -> None:
        super().__init__(error.get("errorMessage"))
        self.error, self.milliseconds, self.said = error, milliseconds, said


def _refuse(connection: Connection, request: Request, state: str) -> None:
    connection.refuse(403, "InvalidStateTransition", f"{request.method} {request.path} is not allowed while {state}")


def _error_object(body: bytes) -> Mapping[str, Any]:
    """The error that a runtime posted; a body that is no JSON object is shown as it is."""
    try:
        error = json.loads(body)
    except ValueError:
        error = None
    if isinstance(error, dict):
        return error
    return {"errorMessage": body.decode("utf-8", "replace"), "errorType": "Unhandled"}
