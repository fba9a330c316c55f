"""One execution environment: init, then one invocation at a time, frozen in between.

On AWS this is a microVM with a runtime in it. Here it is a process that is driven over the real Runtime API, phase by
phase, each phase refusing what does not belong to it. Follows
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambdalab.runtime.api import Connection, Request
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.logs import LogEvent
from lambdalab.runtime.process import ProcessEnded, Program, RuntimeProcess, TimeIsUp

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_LIMIT = 10.0
MOST_PAYLOAD = 6 * 2**20 + 100
NEXT = ("GET", "/invocation/next")


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


@dataclass
class ExecutionEnvironment:
    """A place where one function version runs, one event at a time (lesson 03).

    `why` says why it was made: "first", "busy" (all others were), "idle" (the last one had been idle for too long),
    "changed" (code or settings had), "ended" (the last one's process had). `usable` says after each invocation whether
    it may serve again.
    """

    number: int
    program: Program
    folder: Path
    guard: Guard
    stream: str
    why: str = "first"
    usable: bool = True
    _runtime: RuntimeProcess | None = None
    _waiting: Connection | None = None
    _log: list[LogEvent] = field(default_factory=list)
    _peak_mb: int = 0

    @property
    def pid(self) -> int | None:
        return self._runtime.pid if self._runtime else None

    def invoke(self, job: Job) -> Outcome:
        """Run one event to its end: answer, error, exit or deadline. Never raises for what the function does."""
        self._log, self.usable = [], False
        init_ms: float | None = None
        started = time.perf_counter()
        try:
            if self._runtime is None or self._runtime.ended:
                init_ms = self._init(job)
            self._say(f"START RequestId: {job.request_id} Version: {job.version}")
            started = time.perf_counter()
            return self._run(job, init_ms)
        except _InitFailed as failed:
            return self._init_failed(job, failed)
        except TimeIsUp:
            return self._timed_out(job, init_ms)
        except ProcessEnded as end:
            duration = (time.perf_counter() - started) * 1000
            self._hear(whole=True)
            error = _exit_error(job, end)
            self._say(f"{error['errorMessage']}\n{error['errorType']}")
            return self._outcome(job, init_ms, duration, error=error, status="error")

    def close(self) -> None:
        """End the process and remove what it left: the environment is reclaimed."""
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- init ----------------------------------------------------------------------------------------------------

    def _init(self, job: Job) -> float | None:
        """Start the runtime and wait until it asks for its first event; the milliseconds that took.

        Past 10 s AWS starts it once more, now as part of the invocation and under the function's own timeout; the
        time is then no longer told apart, and the answer is None.
        """
        try:
            return self._start_and_wait(job, INIT_LIMIT)
        except TimeIsUp:
            self._hear(whole=True)
            self._say(f"INIT_REPORT Init Duration: {INIT_LIMIT * 1000:.2f} ms\tPhase: init\tStatus: timeout\t")
        self._start_and_wait(job, self.program.timeout)
        return None

    def _start_and_wait(self, job: Job, limit: float) -> float:
        self._kill()
        self._say(f"INIT_START Runtime Version: {self.program.version}")
        self._runtime = runtime = RuntimeProcess(self.program, self.folder, self.stream, self.guard)
        while True:
            try:
                connection, request = runtime.next_request(runtime.began + limit)
            except ProcessEnded as end:
                error = _exit_error(job, end)
                raise _InitFailed(
                    error, _since(runtime.began), f"{error['errorMessage']}\n{error['errorType']}"
                ) from None
            if (request.method, request.path) == NEXT:
                self._waiting = connection
                return _since(runtime.began)
            if (request.method, request.path) == ("POST", "/init/error"):
                failed = _InitFailed(_error_object(request.body), _since(runtime.began))
                connection.answer(202)
                with contextlib.suppress(TimeIsUp, ProcessEnded):  # what it still says while it exits
                    runtime.next_request(time.perf_counter() + 1.0)
                raise failed
            _refuse(connection, request, "starting")

    def _init_failed(self, job: Job, failed: _InitFailed) -> Outcome:
        kind, spent = failed.error.get("errorType"), failed.milliseconds
        self._hear(whole=True)
        self._say(f"INIT_REPORT Init Duration: {spent:.2f} ms\tPhase: init\tStatus: error\tError Type: {kind}\t")
        self._say(f"START RequestId: {job.request_id} Version: {job.version}")
        if failed.said:
            self._say(failed.said)
        return self._outcome(job, spent, 0.0, error=failed.error, status="error")

    # -- invoke --------------------------------------------------------------------------------------------------

    def _run(self, job: Job, init_ms: float | None) -> Outcome:
        """Hand over the event, wait for the answer, then for the runtime to ask again, and freeze it."""
        runtime = self._runtime
        assert runtime is not None and self._waiting is not None
        runtime.thaw()
        started = time.perf_counter()
        deadline = started + self.program.timeout
        connection, self._waiting = self._waiting, None
        connection.answer(200, job.payload, self._headers(job))
        mine = f"/invocation/{job.request_id}"
        while True:
            connection, request = runtime.next_request(deadline)
            if request.method == "POST" and request.path in (f"{mine}/response", f"{mine}/error"):
                break
            if request.path.startswith("/invocation/") and request.path.endswith(("/response", "/error")):
                connection.refuse(400, "InvalidRequestID", "the id is not that of the invocation which runs")
            else:
                _refuse(connection, request, "invoking")
        duration = _since(started)
        error = _error_object(request.body) if request.path.endswith("/error") else None
        payload: bytes | None = request.body
        if len(request.body) > MOST_PAYLOAD:
            connection.refuse(413, "RequestEntityTooLarge", "the answer is larger than 6 MB")
            payload, error = None, _too_large()
        else:
            connection.answer(202)
        self.usable = self._wait_for_next(runtime, deadline)
        self._hear()
        return self._outcome(job, init_ms, duration, payload=payload, error=error)

    def _wait_for_next(self, runtime: RuntimeProcess, deadline: float) -> bool:
        """Let the runtime come back for more, then freeze it; False when it did not come back."""
        try:
            while True:
                connection, request = runtime.next_request(deadline)
                if (request.method, request.path) == NEXT:
                    break
                _refuse(connection, request, "idle")
        except (TimeIsUp, ProcessEnded):
            return False
        self._waiting = connection
        runtime.freeze()
        return True

    def _timed_out(self, job: Job, init_ms: float | None) -> Outcome:
        """AWS restarts the process after a timeout and keeps the environment, its /tmp included."""
        self._hear(whole=True)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = f"Task timed out after {self.program.timeout:.2f} seconds"
        self._say(f"{moment} {job.request_id} {said}")
        error = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {job.request_id} Error: {said}"}
        outcome = self._outcome(job, init_ms, self.program.timeout * 1000, error=error, status="timeout")
        self.usable = True
        return outcome

    def _headers(self, job: Job) -> dict[str, str]:
        headers = {
            "Lambda-Runtime-Aws-Request-Id": job.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.program.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": job.arn,
            "Lambda-Runtime-Trace-Id": job.trace_id,
        }
        if job.client_context:
            headers["Lambda-Runtime-Client-Context"] = job.client_context
        return headers

    # -- the end -------------------------------------------------------------------------------------------------

    def _outcome(
        self,
        job: Job,
        init_ms: float | None,
        duration_ms: float,
        *,
        payload: bytes | None = None,
        error: Mapping[str, Any] | None = None,
        status: str | None = None,
    ) -> Outcome:
        """Close the story of one invocation; a process that is not usable any more ends here."""
        pid = self.pid
        if self._runtime:
            self._peak_mb = max(self._peak_mb, self._runtime.peak_memory_mb())
        self._say(f"END RequestId: {job.request_id}")
        if payload is None:
            payload = json.dumps(error, ensure_ascii=False).encode()
        if not self.usable:
            self._kill()
        return Outcome(payload, error, status, init_ms, duration_ms, self._peak_mb, self._log, pid)

    def _kill(self) -> None:
        if self._runtime is not None:
            self._runtime.kill()
        self._runtime = self._waiting = None

    def _hear(self, *, whole: bool = False) -> None:
        if self._runtime is not None:
            self._log += self._runtime.take_log(whole=whole)

    def _say(self, text: str) -> None:
        self._log.append(LogEvent(int(time.time() * 1000), text))


class _InitFailed(Exception):
    """The handler could not be loaded: the runtime reported it, or it ended before it asked for an event."""

    def __init__(self, error: Mapping[str, Any], milliseconds: float, said: str | None = None) -> None:
        super().__init__(error.get("errorMessage"))
        self.error, self.milliseconds, self.said = error, milliseconds, said


def _since(moment: float) -> float:
    return (time.perf_counter() - moment) * 1000


def _refuse(connection: Connection, request: Request, state: str) -> None:
    connection.refuse(403, "InvalidStateTransition", f"{request.method} {request.path} is not allowed while {state}")


def _exit_error(job: Job, end: ProcessEnded) -> Mapping[str, Any]:
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {job.request_id} Error: {end.how}"}


def _too_large() -> Mapping[str, Any]:
    text = f"Response payload size exceeded maximum allowed payload size ({MOST_PAYLOAD} bytes)."
    return {"errorMessage": text, "errorType": "Function.ResponseSizeTooLarge"}


def _error_object(body: bytes) -> Mapping[str, Any]:
    """The error that a runtime posted; a body that is no JSON object is shown as it is."""
    try:
        error = json.loads(body)
    except ValueError:
        error = None
    if isinstance(error, dict):
        return error
    return {"errorMessage": body.decode("utf-8", "replace"), "errorType": "Unhandled"}
