"""What the lab remembers of one invocation.

On AWS these facts are scattered over the answer of Invoke, the REPORT line in CloudWatch Logs and the traces.
Here they are two frozen records that travel from the cloud process to the notebook as JSON. Left out: anything
that a later service (queue, stream, bus) would add to the story.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Report:
    """The REPORT line of one invocation: what was measured and what is billed.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html; met in lesson 01.

    Args:
        request_id: the invocation's id.
        duration_ms: the handler's time in milliseconds.
        memory_size_mb: the configured size in MB.
        max_memory_mb: the most resident memory the process had, in MB.
        init_ms: time from start to the first request for work; None when the environment was warm.
        status: "timeout" or "error" when the invocation failed for a reason of the environment's, else None.
        error_type: AWS's name of that reason, such as "Runtime.ExitError".
        restore_ms: time to restore the environment from its snapshot (SnapStart); None when that was not done.
        restore_billed_ms: how much of it was spent in the after-restore hooks, which is billed.
    """

    request_id: str
    duration_ms: float
    memory_size_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    status: str | None = None
    error_type: str | None = None
    restore_ms: float | None = None
    restore_billed_ms: int | None = None

    @property
    def cold(self) -> bool:
        """Whether the environment was started or restored for this invocation."""
        return self.init_ms is not None or self.restore_ms is not None

    @property
    def billed_ms(self) -> int:
        """Milliseconds billed: init and duration together, rounded up (init is billed since August 2025)."""
        return max(1, math.ceil(round(self.duration_ms, 2) + round(self.init_ms or 0.0, 2)))

    def line(self) -> str:
        """The line as CloudWatch Logs shows it, with a tab after every field."""
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms",
            f"Memory Size: {self.memory_size_mb} MB",
            f"Max Memory Used: {self.max_memory_mb} MB",
        ]
        if self.init_ms is not None:
            fields.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.restore_ms is not None:
            fields.append(f"Restore Duration: {self.restore_ms:.2f} ms")
            fields.append(f"Billed Restore Duration: {self.restore_billed_ms or 0} ms")
        if self.status:
            fields.append(f"Status: {self.status}")
        if self.error_type and self.status == "error":
            fields.append(f"Error Type: {self.error_type}")
        return "\t".join(fields) + "\t"

    @classmethod
    def parse(cls, line: str) -> Report:
        """Read a REPORT line back.

        Raises:
            ValueError: the text is not a REPORT line.
        """
        fields = dict(re.findall(r"(?:^|\t)(?:REPORT )?([A-Z][A-Za-z ]*): ([^\t\n]*)", line))

        def number(name: str) -> float | None:
            return float(fields[name].split()[0]) if name in fields else None

        billed = number("Billed Restore Duration")
        try:
            return cls(
                request_id=fields["RequestId"],
                duration_ms=float(fields["Duration"].removesuffix(" ms")),
                memory_size_mb=int(fields["Memory Size"].removesuffix(" MB")),
                max_memory_mb=int(fields["Max Memory Used"].removesuffix(" MB")),
                init_ms=number("Init Duration"),
                restore_ms=number("Restore Duration"),
                restore_billed_ms=None if billed is None else int(billed),
                status=fields.get("Status"),
                error_type=fields.get("Error Type"),
            )
        except KeyError as missing:
            raise ValueError(f"not a REPORT line, {missing} is missing: {line!r}") from None


@dataclass(frozen=True)
class Invocation:
    """One attempt to run a function for one event, as the cloud saw it.

    Args:
        request_id: the same on every attempt of an asynchronous event.
        function: the function's name.
        version: "$LATEST" or a number.
        source: who called: "invoke" for the API, "s3:BUCKET/KEY" for an upload.
        kind: "RequestResponse" or "Event".
        attempt: 1 for the first.
        time: seconds since 1970 on the lab's clock when it ended.
        environment: which environment of this function ran it, counted from 1; None when none could be started.
        pid: the number of the operating system's process.
        why_started: why the environment had to be started, when it was; see `ExecutionEnvironment.why`.
        error_type: AWS's name of the failure; None when the handler answered.
        error_message: its text.
        report: the REPORT line's figures.
        trace: the root that it shares with everything that the same event caused.
        span: its own id in that trace.
        parent: the step that caused it; "" for none.
        began: seconds since 1970 on the lab's clock when the handler began; None when none did.
    """

    request_id: str
    function: str
    version: str
    source: str
    kind: str
    attempt: int
    time: float
    environment: int | None = None
    pid: int | None = None
    why_started: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    report: Report | None = None
    trace: str = ""
    span: str = ""
    parent: str = ""
    began: float | None = None

    @property
    def cold(self) -> bool:
        return self.report is not None and self.report.cold

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "report": {**vars(self.report)} if self.report else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Invocation:
        report = data.get("report")
        return cls(**{**data, "report": Report(**report) if report else None})


@dataclass(frozen=True)
class Span:
    """One stretch of an environment's life in which something ran.

    Args:
        kind: "init", "restore" or "invoke".
        began: seconds since 1970 on the lab's clock.
        ended: the same clock; never before `began`.
        request_id: of the invocation it belongs to; None for an init ahead of any call.
        status: "timeout" or "error" when it failed for the environment's or the handler's reason, else None.
        taken: of an invoke, when its call took the environment; from then on no other call could have it.
    """

    kind: str
    began: float
    ended: float
    request_id: str | None = None
    status: str | None = None
    taken: float | None = None


@dataclass(frozen=True)
class Lane:
    """One execution environment from its start to its end, as swimlanes show it (lesson 03).

    Args:
        function: the function's name.
        version: "$LATEST" or a number.
        number: counted from 1 for each function, in the order of birth.
        initialization: "on-demand", "provisioned-concurrency" or "snap-start".
        why: why it was made; see `ExecutionEnvironment.why`.
        spans: what ran in it, in order of time; between two of them it was frozen.
        ended: seconds since 1970 on the lab's clock when it was reclaimed; None while it lives.
        why_ended: "idle", "changed", "ended" (its process), "replaced", "deleted"; None while it lives.
    """

    function: str
    version: str
    number: int
    initialization: str
    why: str
    spans: tuple[Span, ...] = ()
    ended: float | None = None
    why_ended: str | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Lane:
        return cls(**{**data, "spans": tuple(Span(**span) for span in data["spans"])})
