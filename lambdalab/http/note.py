"""Writing down each request: who asked which service for what, how long it took, and what it was told.

On AWS this is what CloudTrail, X-Ray and the bill keep. Here each request that passes the door becomes a step in the
journal, is metered when it was carried out, and goes on with a trace header in which it is the parent of whatever it
causes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lambdalab.http import billed, operations, rights
from lambdalab.http.door import Arrived, Caller
from lambdalab.observe.journal import Journal, Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.meter import Meter

_REFUSED = {403: "denied", 404: "missing", 429: "throttled"}
_LOOP = "RecursiveInvocationException"
_LOST = "carried out, but the answer never arrived"
_AS_IN_IAM = {"monitoring": "cloudwatch"}
"""Services that sign with another name than their actions have in a policy."""


class Note:
    """One request from its arrival to its answer (lesson 06).

    Args:
        now: seconds since 1970 on the lab's clock.
    """

    def __init__(
        self, request: Arrived, caller: Caller, journal: Journal, meter: Meter, now: Callable[[], float]
    ) -> None:
        self._caller, self._journal, self._meter, self._now = caller, journal, meter, now
        self._trace, self._span, self._began = Trace.read(request.headers.get("x-amzn-trace-id")), new_span(), now()
        self.header = str(self._trace.child(self._span))
        self.request = replace(request, headers={**request.headers, "x-amzn-trace-id": self.header})

    def answered(self, status: int, error: str = "", answer_id: str = "", *, lost: bool = False) -> None:
        """Write the step.

        Args:
            status: HTTP's.
            error: AWS's name of the refusal, where it is known.
            answer_id: the request id that its headers tell.
            lost: whether this answer never arrived; what was carried out has happened all the same.
        """
        service = self._caller.service
        operation = f"{_AS_IN_IAM.get(service, service)}:{operations.name(self.request, service)}"
        outcome = _REFUSED.get(status, "ok" if status < 400 else "failed")
        target, source = rights.target(self.request, self._caller), self._caller.key.principal
        if status < 400 and (used := billed.use(operation, self.request, target)):
            self._meter.add(*used, source.rpartition("/")[2] if ":assumed-role/" in source else "")
        self._journal.add(
            Step(
                kind="request",
                name=operation,
                began=self._began,
                ended=self._now(),
                trace=self._trace.root,
                span=self._span,
                parent=self._trace.parent,
                source=source,
                target=target,
                outcome="stopped" if error == _LOOP else outcome,
                reason=error or (_LOST if lost and outcome == "ok" else ""),
                status=status,
                answer_id=answer_id,
            )
        )
