"""One execution environment: init, then one invocation at a time, frozen in between.

On AWS this is a microVM with a runtime in it. Here it is a process that is driven over the real Runtime API, phase by
phase, each phase refusing what does not belong to it. Follows
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambdalab.runtime.api import Connection, Request
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.limits import LimitPassed
from lambdalab.runtime.logs import LogEvent
from lambdalab.runtime.outcome import (
    MOST_PAYLOAD,
    InitFailed,
    Job,
    Outcome,
    Story,
    end_error,
    error_object,
    error_of,
    since,
    too_large,
)
from lambdalab.runtime.process import ProcessEnded, RuntimeProcess, TimeIsUp
from lambdalab.runtime.rooms import Program, namespaces_of
from lambdalab.runtime.snapshots import Snapshot

INIT_LIMIT = 10.0
PREPARED_LIMIT = 130.0
RESTORE_LIMIT = 10.0
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
NEXT = ("GET", "/invocation/next")
ERROR_TYPE = "lambda-runtime-function-error-type"


@dataclass
class ExecutionEnvironment:
    """A place where one function version runs, one event at a time (lesson 03).

    `why` says why it was made: "first", "busy" (all others were), "idle" (the last one had been idle for too long),
    "changed" (code or settings had), "ended" (the last one's process had). `usable` says after each invocation whether
    it may serve again. `initialization` is what AWS calls so: "on-demand", "provisioned-concurrency" or "snap-start".
    """

    number: int
    program: Program
    folder: Path
    guard: Guard
    stream: str
    why: str = "first"
    initialization: str = "on-demand"
    snapshot: Snapshot | None = None
    usable: bool = True
    _runtime: RuntimeProcess | None = None
    _waiting: Connection | None = None
    _new: bool = True
    _id: str = field(default_factory=lambda: str(uuid.uuid4()))  # of the event that is being run
    _namespaces: list[int] = field(default_factory=list)
    _log: list[LogEvent] = field(default_factory=list)
    _peak_mb: int = 0
    _init_began: float | None = None
    _init_ms: float | None = None
    _restore_ms: float | None = None
    _hooks_began: float = 0.0
    _hooks_ms: int = 0

    @property
    def pid(self) -> int | None:
        return self._runtime.pid if self._runtime else None

    def prepare(self) -> float:
        """Initialise ahead of any event, for provisioned concurrency; the milliseconds that took.

        Raises:
            InitFailed: the function could not be loaded; nothing is left running.
        """
        self._new = False
        try:
            taken = self._start_and_wait(max(PREPARED_LIMIT, self.program.timeout))
        except InitFailed:
            self._kill()
            raise
        self._freeze()
        return taken

    def invoke(self, job: Job) -> Outcome:
        """Run one event to its end: answer, error, exit or deadline. Never raises for what the function does."""
        started, self._new, self.usable = self._new, False, False
        self._log = self._log if started else []
        self._id = job.request_id
        self._init_began = self._init_ms = self._restore_ms = None
        broken = self._first_start() if started else None
        self._say(f"START RequestId: {job.request_id} Version: {job.version}")
        if self._runtime is not None and self._runtime.ended:
            self._kill()
        began, moment = time.time(), time.perf_counter()
        story = Story(job, started, began, moment)
        if broken:
            return self._outcome(story, error=broken.error, status="error")
        try:
            if self._runtime is None:  # after a timeout, or when the first start failed: now it counts as duration
                self._start_and_wait(self.program.timeout)
            return self._run(story)
        except InitFailed as failed:
            if failed.status == "timeout":
                return self._timed_out(story)
            self._report_init("invoke", failed)
            return self._outcome(story, error=failed.error, status="error")
        except TimeIsUp:
            return self._timed_out(story)
        except (ProcessEnded, LimitPassed) as end:
            return self._broken(story, end)

    def close(self) -> None:
        """End the process and remove what it left: the environment is reclaimed."""
        self._kill()
        for namespace in self._namespaces:
            os.close(namespace)
        self._namespaces = []
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- init ----------------------------------------------------------------------------------------------------

    def _first_start(self) -> InitFailed | None:
        """The init phase of its own, at most 10 s; what fails here is tried once more as part of the invocation.

        A restore that fails is not tried again: it is the answer.
        """
        self._init_began = time.time()
        try:
            if self.snapshot:
                self._restore_ms = self._restore(self.snapshot)
            else:
                self._init_ms = self._start_and_wait(INIT_LIMIT)
            self._hear()  # what was printed meanwhile stands before START
        except InitFailed as failed:
            self._kill()
            if self.snapshot:
                self._say(f"RESTORE_REPORT Restore Duration: {failed.milliseconds:.2f} ms\tStatus: {failed.status}")
                return failed
            self._report_init("init", failed)
        return None

    def _report_init(self, phase: str, failed: InitFailed) -> None:
        kind = f"\tError Type: {failed.error.get('errorType')}" if failed.status == "error" else ""
        line = f"INIT_REPORT Init Duration: {failed.milliseconds:.2f} ms\tPhase: {phase}\tStatus: {failed.status}"
        self._say(f"{line}{kind}\t")

    def _start_and_wait(self, limit: float) -> float:
        """Start the runtime and wait until it asks for its first event; the milliseconds that took."""
        self._kill()
        self._say(f"INIT_START Runtime Version: {self.program.version}")
        if self.program.fault:  # there is nothing to start
            error = error_of(self._id, "Runtime.InvalidEntrypoint", self.program.fault)
            self._say(f"{error['errorMessage']}\n{error['errorType']}")
            raise InitFailed(error, 0.0)
        variables = {"AWS_LAMBDA_INITIALIZATION_TYPE": self.initialization, "AWS_LAMBDA_LOG_STREAM_NAME": self.stream}
        namespaces, self._namespaces = self._namespaces, []
        runtime = RuntimeProcess(self.program, self.folder, variables, self.guard, namespaces=namespaces)
        return self._until_next(runtime, limit)

    def _restore(self, snapshot: Snapshot) -> float:
        """Copy the snapshot's process instead of starting one; the milliseconds until the copy asks for an event."""
        self._say(f"RESTORE_START Runtime Version: {self.program.version}")
        variables = {name: self.program.variables[name] for name in _CREDENTIALS}
        runtime = RuntimeProcess(self.program, self.folder, variables, self.guard, copied=snapshot.copy)
        taken = self._until_next(runtime, RESTORE_LIMIT)
        self._hooks_ms = math.ceil(since(self._hooks_began))
        self._say(f"RESTORE_REPORT Restore Duration: {taken:.2f} ms")
        return taken

    def _until_next(self, runtime: RuntimeProcess, limit: float) -> float:
        self._runtime = runtime
        runtime.hold(self.program.memory_mb, share=float("inf"))  # the share of a CPU begins with the first event
        while True:
            try:
                connection, request = runtime.next_request(runtime.began + limit)
            except TimeIsUp:
                self._hear(whole=True)
                kind, what = ("Sandbox.RestoreTimedout", "Restore") if self.snapshot else ("Sandbox.Timedout", "Init")
                late = {"errorType": kind, "errorMessage": f"{what} timed out after {limit:.2f} seconds"}
                raise InitFailed(late, limit * 1000, "timeout") from None
            except (ProcessEnded, LimitPassed) as end:
                error = end_error(self._id, end)
                self._hear(whole=True)
                self._say(f"{error['errorMessage']}\n{error['errorType']}")
                raise InitFailed(error, since(runtime.began)) from None
            asked = (request.method, request.path)
            if asked == NEXT:
                self._waiting = connection
                return since(runtime.began)
            if asked == ("GET", "/restore/next"):
                self._hooks_began = time.perf_counter()
                connection.answer(200)
            elif asked in (("POST", "/init/error"), ("POST", "/restore/error")):
                error = error_object(request.body)
                if self.snapshot:  # which hook failed stands in the header only
                    error = {**error, "errorType": request.headers.get(ERROR_TYPE, error.get("errorType"))}
                failed = InitFailed(error, since(runtime.began))
                connection.answer(202)
                with contextlib.suppress(TimeIsUp, ProcessEnded, LimitPassed):  # what it still says while it exits
                    runtime.next_request(time.perf_counter() + 1.0)
                self._hear(whole=True)
                raise failed
            else:
                _refuse(connection, request, "starting")

    # -- invoke --------------------------------------------------------------------------------------------------

    def _run(self, story: Story) -> Outcome:
        """Hand over the event, wait for the answer, then for the runtime to ask again, and freeze it."""
        runtime, job = self._runtime, story.job
        assert runtime is not None and self._waiting is not None
        deadline = story.moment + self.program.timeout
        runtime.thaw()
        runtime.hold(self.program.memory_mb)
        connection, self._waiting = self._waiting, None
        connection.answer(200, job.payload, self._headers(job, deadline))
        mine = f"/invocation/{job.request_id}"
        while True:
            connection, request = runtime.next_request(deadline)
            if request.method == "POST" and request.path in (f"{mine}/response", f"{mine}/error"):
                break
            if request.path.startswith("/invocation/") and request.path.endswith(("/response", "/error")):
                connection.refuse(400, "InvalidRequestID", "the id is not that of the invocation which runs")
            else:
                _refuse(connection, request, "invoking")
        story.answered()
        error = error_object(request.body) if request.path.endswith("/error") else None
        payload: bytes | None = request.body
        if len(request.body) > MOST_PAYLOAD:
            connection.refuse(413, "RequestEntityTooLarge", "the answer is larger than 6 MB")
            payload, error = None, too_large()
        else:
            connection.answer(202)
        self._peak_mb = max(self._peak_mb, runtime.peak_memory_mb())
        if self._peak_mb > self.program.memory_mb:  # between two looks it had more than there is
            raise LimitPassed("Runtime.OutOfMemory")
        self.usable = self._wait_for_next(runtime, deadline)
        self._hear()
        return self._outcome(story, payload=payload, error=error)

    def _wait_for_next(self, runtime: RuntimeProcess, deadline: float) -> bool:
        """Let the runtime come back for more, then freeze it; False when it did not come back."""
        try:
            while True:
                connection, request = runtime.next_request(deadline)
                if (request.method, request.path) == NEXT:
                    break
                _refuse(connection, request, "idle")
        except (TimeIsUp, ProcessEnded, LimitPassed):
            return False
        self._waiting = connection
        self._freeze()
        return True

    def _freeze(self) -> None:
        assert self._runtime is not None
        self._runtime.freeze()

    def _timed_out(self, story: Story) -> Outcome:
        """AWS restarts the process after a timeout and keeps the environment, its /tmp included."""
        self._hear(whole=True)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = f"Task timed out after {self.program.timeout:.2f} seconds"
        self._say(f"{moment} {story.job.request_id} {said}")
        error = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {story.job.request_id} Error: {said}"}
        story.duration_ms = self.program.timeout * 1000
        if self._runtime and not self._runtime.ended:
            self._namespaces = namespaces_of(self._runtime.pid)
        outcome = self._outcome(story, error=error, status="timeout")
        self.usable = True
        return outcome

    def _broken(self, story: Story, end: ProcessEnded | LimitPassed) -> Outcome:
        """The process ended, or has to: with AWS's words for how."""
        story.answered()
        if isinstance(end, LimitPassed) and end.kind == "Runtime.OutOfMemory":
            self._peak_mb = self.program.memory_mb
        self._hear(whole=True)
        error = end_error(story.job.request_id, end)
        self._say(f"{error['errorMessage']}\n{error['errorType']}")
        return self._outcome(story, error=error, status="error")

    def _headers(self, job: Job, deadline: float) -> dict[str, str]:
        headers = {
            "Lambda-Runtime-Aws-Request-Id": job.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + deadline - time.perf_counter()) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": job.arn,
            "Lambda-Runtime-Trace-Id": job.trace_id,
        }
        if job.client_context:
            headers["Lambda-Runtime-Client-Context"] = job.client_context
        return headers

    # -- the end -------------------------------------------------------------------------------------------------

    def _outcome(
        self,
        story: Story,
        *,
        payload: bytes | None = None,
        error: Mapping[str, Any] | None = None,
        status: str | None = None,
    ) -> Outcome:
        """Close the story of one invocation; a process that is not usable any more ends here."""
        story.answered()
        pid = self.pid
        if self._runtime and status:  # what answered was looked at when it answered
            self._peak_mb = min(max(self._peak_mb, self._runtime.peak_memory_mb()), self.program.memory_mb)
        self._say(f"END RequestId: {story.job.request_id}")
        if payload is None:
            payload = json.dumps(error, ensure_ascii=False).encode()
        if not self.usable:
            self._kill()
        assert story.duration_ms is not None
        return Outcome(
            payload=payload,
            error=error,
            status=status,
            init_ms=self._init_ms,
            duration_ms=story.duration_ms,
            max_memory_mb=self._peak_mb,
            log=self._log,
            pid=pid,
            started=story.started,
            init_began=self._init_began,
            began=story.began,
            ended=story.began + story.duration_ms / 1000,
            restore_ms=self._restore_ms,
            restore_billed_ms=None if self._restore_ms is None else self._hooks_ms,
        )

    def _kill(self) -> None:
        if self._runtime is not None:
            self._runtime.kill()
        self._runtime = self._waiting = None

    def _hear(self, *, whole: bool = False) -> None:
        if self._runtime is not None:
            self._log += self._runtime.take_log(whole=whole)

    def _say(self, text: str) -> None:
        self._log.append(LogEvent(int(time.time() * 1000), text))


def _refuse(connection: Connection, request: Request, state: str) -> None:
    connection.refuse(403, "InvalidStateTransition", f"{request.method} {request.path} is not allowed while {state}")
