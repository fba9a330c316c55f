"""Snapshots: a process that has been initialised once, and is copied instead of started again.

On AWS SnapStart keeps the memory and disk of an initialised microVM and restores it many times. Here the initialised
process, the template, forks: the copy has all its memory, gets a /tmp, a Runtime API and a log of its own, runs the
after-restore hooks and asks for events. Follows https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html; lesson 03.
Left out: a process with other Python threads, which fork would lose, and systems without fork.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lambdalab.runtime import processes
from lambdalab.runtime.guard import Guard
from lambdalab.runtime.process import ProcessEnded, RuntimeProcess, TimeIsUp
from lambdalab.runtime.rooms import Program

SNAPSHOT_LIMIT = 130.0
_ANSWER_SECONDS = 10.0
_TOLD_SECONDS = 1.0
_KILLED = -9


class SnapshotFailed(Exception):
    """The function could not be initialised for a snapshot.

    Args:
        error: AWS's error object.
    """

    def __init__(self, error: Mapping[str, object]) -> None:
        super().__init__(error.get("errorMessage"))
        self.error = error


class Snapshot:
    """A template process of one published version, until `close`.

    Args:
        program: what it runs.
        folder: its own folder.
        guard: is told of the template and of every copy.

    Raises:
        SnapshotFailed: the function could not be initialised.
    """

    def __init__(self, program: Program, folder: Path, guard: Guard) -> None:
        self._lock = threading.Lock()
        self._ended: dict[int, int] = {}
        self._news = threading.Condition()
        self._control, theirs = socket.socketpair()
        variables = {
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "LAMBDALAB_SNAPSHOT": f"{theirs.fileno()} {program.ephemeral_mb}",
        }
        kept = {name: value for name, value in program.variables.items() if name != "AWS_LAMBDA_LOG_GROUP_NAME"}
        template = replace(program, variables=kept)
        self._template = RuntimeProcess(template, folder, variables, guard, control=theirs.fileno())
        theirs.close()
        try:
            self.init_ms = self._until_ready(max(SNAPSHOT_LIMIT, program.timeout))
        except BaseException:
            self.close()
            raise
        self._said = self._control.makefile("r", encoding="utf-8")
        self._copied: int | None = None
        threading.Thread(target=self._listen, name="snapshot", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._template.pid

    def copy(self, variables: Mapping[str, str], output: int) -> Copy:
        """Make a copy of the template that prints to `output`.

        Args:
            variables: environment variables that differ from the template's.
            output: a descriptor.

        Raises:
            ProcessEnded: the template has ended.
        """
        order = json.dumps(dict(variables)).encode() + b"\n"
        with self._lock:
            self._copied = None
            try:
                socket.send_fds(self._control, [order], [output])
            except OSError:
                raise ProcessEnded("The snapshot is gone") from None
            with self._news:
                self._news.wait_for(lambda: self._copied is not None, _ANSWER_SECONDS)
            if not self._copied:
                raise ProcessEnded("The snapshot is gone")
            return Copy(self, self._copied)

    def close(self) -> None:
        """End the template; copies live on."""
        self._template.kill()
        self._control.close()

    def ended(self, pid: int, seconds: float) -> int | None:
        """The code with which a copy ended, negative for a signal; None when it has not after `seconds`."""
        with self._news:
            self._news.wait_for(lambda: pid in self._ended, seconds)
            return self._ended.get(pid)

    def _until_ready(self, limit: float) -> float:
        deadline = self._template.began + limit
        while True:
            try:
                connection, request = self._template.next_request(deadline)
            except TimeIsUp:
                raise SnapshotFailed({"errorType": "Sandbox.Timedout", "errorMessage": "Init took too long"}) from None
            except ProcessEnded as end:
                raise SnapshotFailed({"errorType": "Runtime.ExitError", "errorMessage": end.how}) from None
            if (request.method, request.path) == ("GET", "/restore/next"):
                return (time.perf_counter() - self._template.began) * 1000
            connection.answer(202)
            raise SnapshotFailed(json.loads(request.body))

    def _listen(self) -> None:
        """Take what the template says: "copied PID" and "ended PID CODE" lines."""
        try:
            for line in self._said:
                word, *numbers = line.split()
                with self._news:
                    if word == "copied":
                        self._copied = int(numbers[0])
                    else:
                        self._ended[int(numbers[0])] = int(numbers[1])
                    self._news.notify_all()
        except (OSError, ValueError):
            return  # closed


class Copy:
    """A copy of a snapshot: the template's child, whose end the template tells."""

    def __init__(self, snapshot: Snapshot, pid: int) -> None:
        self._snapshot, self.pid = snapshot, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None and not self._is_there():
            self.wait()
        return self._code

    def wait(self) -> int:
        """Wait until it has ended; when its template is gone too, nobody knows the code."""
        while self._code is None and self._is_there():
            self._code = self._snapshot.ended(self.pid, 0.05)
        if self._code is None:
            self._code = self._snapshot.ended(self.pid, _TOLD_SECONDS)
        if self._code is None:
            self._code = _KILLED
        return self._code

    def _is_there(self) -> bool:
        return processes.state(self.pid) is not None
