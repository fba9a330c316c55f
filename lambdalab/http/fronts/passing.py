"""From a front to the function: what every web request that reaches a function goes through.

On AWS a function URL or an API asks Lambda to run the function and waits; API Gateway gives up at a limit of its own,
while the function goes on. Here it is one function for all fronts: it finds the version, asks whether the front may,
runs the call, and writes one step into the journal, with the reason when the visitor only sees a number. Lesson 06.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.http.fronts.front import WebRequest
from lambdalab.observe.journal import Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.concurrency import Throttled
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import Call, FunctionNotFound, RecursiveLoop, Reply

MOST_EVENT = 6 * 2**20
"""Bytes of an event, the limit of a synchronous call."""
_METERED = {"http-api": "http_api_requests", "rest-api": "rest_api_requests"}
"""What API Gateway bills; a function URL costs nothing beside the function."""


@dataclass(frozen=True)
class Refusal:
    """Why a front may not run the function, and what would let it: the call to make."""

    reason: str
    advice: str


@dataclass(frozen=True)
class Visit:
    """One web request on its way to a function.

    Args:
        name: for the journal, such as "http:GET /items/{id}".
        words: for the history, such as "http-api:GET /items/{id}".
        source: what the visitor called: the ARN of an API's method, or a function URL.
        target: the function's ARN, perhaps with a version or an alias; "" when no function was found.
        subject: the path as it was asked for.
        began: seconds since 1970 on the lab's clock.
        trace: what the request came with.
        span: this step's own id.
    """

    name: str
    words: str
    source: str
    target: str
    subject: str
    began: float
    trace: Trace
    span: str

    @classmethod
    def begin(
        cls, name: str, words: str, source: str, target: str, subject: str, began: float, header: str | None
    ) -> Visit:
        """A visit that begins now; `header` is its X-Amzn-Trace-Id, None for a request without one."""
        return cls(name, words, source, target, subject, began, Trace.read(header), new_span())

    @property
    def header(self) -> str:
        """The X-Amzn-Trace-Id that goes on with the event."""
        return str(self.trace.child(self.span))


@dataclass(frozen=True)
class Passed:
    """What came of a visit.

    Args:
        outcome: "ok", "failed" (the function failed), "denied", "missing", "stopped", "throttled", "limit" (the front
            did not wait any longer), or "large" (Lambda does not take so large an event).
        reply: the function's, for "ok" and "failed".
        throttle: AWS's name of the limit that was reached, for "throttled".
    """

    outcome: str
    reason: str = ""
    advice: str = ""
    reply: Reply | None = None
    request_id: str = ""
    throttle: str = ""


def pass_on(
    visit: Visit,
    event: Mapping[str, Any],
    service: LambdaService,
    refused: Callable[[], Refusal | None],
    seconds: float | None = None,
) -> Passed:
    """Run the function for a visit and wait for its end.

    Args:
        refused: asked once the function is found; None when it may be run.
        seconds: the front's own limit; None to wait as long as the function may run.
    """
    region, name, *qualifier = [visit.target.split(":")[3], *visit.target.split(":")[6:]]
    payload = json.dumps(event).encode()
    if len(payload) > MOST_EVENT:
        return Passed("large", f"the event has {len(payload):,} bytes; Lambda takes at most {MOST_EVENT:,}")
    try:
        call = service.prepare(
            region,
            name,
            next(iter(qualifier), None),
            payload,
            source=visit.words,
            trace=visit.trace.child(visit.span),
        )
    except FunctionNotFound as missing:
        return Passed("missing", str(missing), "Deploy the function, or let the front name one that exists.")
    except RecursiveLoop as loop:
        return Passed("stopped", str(loop), "Let the function not call its own address.")
    if refusal := refused():
        return Passed("denied", refusal.reason, refusal.advice)
    return _run(call, service) if seconds is None else _run_within(call, service, seconds)


def _run(call: Call, service: LambdaService) -> Passed:
    try:
        reply = service.invoke(call)
    except Throttled as throttled:
        return Passed("throttled", str(throttled), request_id=call.request_id, throttle=throttled.reason)
    if reply.error is None:
        return Passed("ok", reply=reply, request_id=call.request_id)
    reason = f"the function failed: {reply.error.get('errorType', 'Error')}: {reply.error.get('errorMessage', '')}"
    return Passed("failed", reason, "Read the function's log.", reply, call.request_id)


def _run_within(call: Call, service: LambdaService, seconds: float) -> Passed:
    """The same, but not waited for longer than this: the function goes on, its answer is lost."""
    passed: list[Passed] = []
    runner = threading.Thread(target=lambda: passed.append(_run(call, service)), name="visit", daemon=True)
    runner.start()
    runner.join(seconds)
    if passed:
        return passed[0]
    reason = f"no answer within {seconds:g} s: the front gave up; the function goes on, and is paid for"
    return Passed("limit", reason, "Answer sooner: take the work, answer 202, and do it later.", None, call.request_id)


def forwarded(request: WebRequest, visit: Visit, address: str) -> list[tuple[str, str]]:
    """A request's headers with those that a front adds on its way to the function.

    Args:
        address: of the front, without a path.
    """
    ours = {
        "x-amzn-trace-id": visit.header,
        "x-forwarded-for": request.source_ip,
        "x-forwarded-port": address.rpartition(":")[2],
        "x-forwarded-proto": address.partition(":")[0],
    }
    return [(name, value) for name, value in request.headers if name.lower() not in ours] + list(ours.items())


def write_down(visit: Visit, passed: Passed, status: int, service: LambdaService, answer_id: str = "") -> None:
    """Write the visit's step: what the visitor was told, and why.

    Args:
        answer_id: the front's own id of the request, where the answer tells no other.
    """
    outcome = {"limit": "failed", "large": "failed"}.get(passed.outcome, passed.outcome)
    if outcome in ("ok", "failed") and (use := _METERED.get(visit.words.partition(":")[0])):
        service.meter.add(use, 1)
    service.journal.add(
        Step(
            kind="delivery" if visit.target else "request",
            name=visit.name,
            began=visit.began,
            ended=service.now(),
            trace=visit.trace.root,
            span=visit.span,
            parent=visit.trace.parent,
            source=visit.source,
            target=visit.target,
            subject=visit.subject,
            outcome=outcome,
            reason=passed.reason,
            advice=passed.advice,
            status=status,
            request_id=passed.request_id,
            answer_id=answer_id,
        )
    )


def malformed(passed: Passed, reason: str) -> Passed:
    """The function ran, but the front cannot make an answer of what it returned."""
    return replace(passed, outcome="failed", reason=f"the function's answer cannot be sent: {reason}")
