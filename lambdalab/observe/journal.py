"""The journal: every step of every event, other than the runs of functions.

On AWS the same facts lie in CloudTrail, X-Ray and the metrics of each service, and some nowhere: an event that was
filtered out or denied leaves no line. Here each request, each delivery and each change of a rule is one frozen record,
joined to the others by the trace header. Left out: what is older than the last 20,000 steps.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

REMEMBERED = 20_000
FOR_A_CHECK = "sent for a check"
"""How the event is called that a check sends in the name of a stranger."""


@dataclass(frozen=True)
class Step:
    """One step of an event on its way (lesson 05).

    Args:
        kind: "request" (somebody asked a service), "delivery" (a service passed an event on), "queue" (Lambda kept an
            asynchronous event for another attempt, or gave it up), or "rule" (somebody changed what is passed on, or
            was refused).
        name: the operation, such as "s3:PutObject", or the event, such as "s3:ObjectCreated:Put".
        began: seconds since 1970 on the lab's clock.
        ended: the same clock; of an event kept for another attempt, when that is due.
        trace: the root that all steps of one event share.
        span: this step's own id.
        parent: the step or invocation that caused it; "" for the first.
        source: who acts, or whose event it is: an ARN.
        target: what is acted on, or who receives: an ARN.
        subject: what it is about: a key, a path, a message's id.
        outcome: "ok", "filtered", "disabled" (the rule is switched off), "untargeted" (it has no target), "expired"
            (a stream's change was too old), "denied", "region", "missing", "stopped", "throttled", "failed", "returned"
            (a batch went back to its queue), "dead-lettered", "replaced", "refused", "expression" (a schedule was
            refused); of a queue's "retry", "given up", "lost".
        reason: why, in a sentence; of an "ok" request, that its answer was lost; "" when all went well.
        advice: what to do about it, such as the call that would allow it; "" when nothing is to be done.
        status: of a request, its HTTP status.
        request_id: of the invocation that it started; "" when it started none.
        answer_id: the id in the answer's headers, such as x-amzn-requestid or apigw-requestid; "" for none.
    """

    kind: str
    name: str
    began: float
    ended: float
    trace: str
    span: str
    parent: str = ""
    source: str = ""
    target: str = ""
    subject: str = ""
    outcome: str = "ok"
    reason: str = ""
    advice: str = ""
    status: int | None = None
    request_id: str = ""
    answer_id: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**vars(self)}  # thousands are told at once: all are plain values, so nothing has to be copied deeper

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Step:
        return cls(**data)


class Journal:
    """The last steps, oldest first; safe to use from several threads."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._steps: deque[Step] = deque(maxlen=most)
        self._lock = threading.Lock()

    def add(self, step: Step) -> None:
        with self._lock:
            self._steps.append(step)

    def steps(
        self,
        *,
        kind: str | None = None,
        trace: str | None = None,
        source: str | None = None,
        target: str | None = None,
        answer_id: str | None = None,
        since: float = 0.0,
    ) -> list[Step]:
        """Those of a kind, of a trace, from a source, to a target; an ARN without a qualifier also means its versions.

        Args:
            kind: see `Step`; None for all.
            trace: a root; None for all.
            source: an ARN; None for all.
            target: an ARN; None for all.
            answer_id: the id in an answer's headers; None for all.
            since: seconds since 1970 on the lab's clock; what began before is left out.
        """
        with self._lock:
            steps = list(self._steps)
        return [
            step
            for step in steps
            if step.began >= since
            and kind in (None, step.kind)
            and trace in (None, step.trace)
            and answer_id in (None, step.answer_id)
            and _about(source, step.source)
            and _about(target, step.target)
        ]


def _about(wanted: str | None, arn: str) -> bool:
    return wanted is None or arn == wanted or arn.startswith(f"{wanted}:")
