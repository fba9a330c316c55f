"""What goes into an environment and what comes out: the event, the answer, AWS's error objects.

On AWS these are what travels between the Lambda service and its workers. Here they are frozen records, and the words
that AWS uses for each way to fail. Follows https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; lesson 02.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.runtime.limits import LimitPassed
from lambdalab.runtime.logs import LogEvent
from lambdalab.runtime.process import ProcessEnded

MOST_PAYLOAD = 6 * 2**20 + 100


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

    `status` is "timeout" or "error" when the environment and not the handler ended it. `init_ms` is None when nothing
    was started for this event, and when the start counts as part of its duration: after a timeout, and when the first
    try failed. `started` says whether this event made the environment. `init_began`, `began` and `ended` are seconds
    since 1970 on the machine's clock.
    """

    payload: bytes
    error: Mapping[str, Any] | None
    status: str | None
    init_ms: float | None
    duration_ms: float
    max_memory_mb: int
    log: Sequence[LogEvent]
    pid: int | None
    started: bool
    init_began: float | None
    began: float
    ended: float
    restore_ms: float | None = None
    restore_billed_ms: int | None = None


class InitFailed(Exception):
    """The runtime did not come to ask for an event: it reported an error, ended, or took too long.

    Args:
        error: AWS's error object.
        milliseconds: how long it tried.
        status: "error" or "timeout".
    """

    def __init__(self, error: Mapping[str, Any], milliseconds: float, status: str = "error") -> None:
        super().__init__(error.get("errorMessage"))
        self.error, self.milliseconds, self.status = error, milliseconds, status


@dataclass
class Story:
    """What is known of the invocation that runs: `began` on the machine's clock, `moment` on the performance clock."""

    job: Job
    started: bool
    began: float
    moment: float
    duration_ms: float | None = None

    def answered(self) -> None:
        """The time ends here, unless it has ended before."""
        if self.duration_ms is None:
            self.duration_ms = since(self.moment)


def since(moment: float) -> float:
    return (time.perf_counter() - moment) * 1000


def end_error(request_id: str, end: ProcessEnded | LimitPassed) -> Mapping[str, Any]:
    if isinstance(end, LimitPassed):
        kind, how = end.kind, "Runtime exited with error: signal: killed"
    else:
        kind, how = "Runtime.ExitError", end.how
    return error_of(request_id, kind, how)


def error_of(request_id: str, kind: str, how: str) -> Mapping[str, Any]:
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {how}"}


def too_large() -> Mapping[str, Any]:
    text = f"Response payload size exceeded maximum allowed payload size ({MOST_PAYLOAD} bytes)."
    return {"errorMessage": text, "errorType": "Function.ResponseSizeTooLarge"}


def error_object(body: bytes) -> Mapping[str, Any]:
    """The error that a runtime posted; a body that is no JSON object is shown as it is."""
    try:
        error = json.loads(body)
    except ValueError:
        error = None
    if isinstance(error, dict):
        return error
    return {"errorMessage": body.decode("utf-8", "replace"), "errorType": "Unhandled"}
