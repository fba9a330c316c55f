"""The last stretch of an event that is pushed: from a service to a function's queue.

On AWS a service that pushes asks Lambda to queue its event; Lambda looks whether the function exists, asks its resource
policy, and counts the chain. Nothing of it is logged where the owner looks. Here it is the same for every such service,
and each answer is a step in the journal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lambdalab import permissions
from lambdalab.keys import ACCOUNT
from lambdalab.observe.journal import Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, RecursiveLoop

ACTION = "lambda:InvokeFunction"
Statements = Callable[[str, str, str | None], Iterable[permissions.Statement]]


@dataclass(frozen=True)
class Push:
    """One event that a service wants to hand to a function.

    Args:
        principal: the service, such as "s3.amazonaws.com"; "" for a source that Lambda itself reads, such as a queue,
            for which nobody asks the function's policy.
        source_arn: the resource on whose behalf it calls, such as a bucket's.
        target_arn: the function's, perhaps with a version or an alias.
        name: the event, such as "s3:ObjectCreated:Put".
        subject: what it is about, such as the key.
        words: how the history names the source, such as "s3:photos/cat.jpg".
        began: seconds since 1970 on the lab's clock when its cause happened.
        trace: what it comes with.
        account: who owns the source, 12 digits.
    """

    principal: str
    source_arn: str
    target_arn: str
    name: str
    subject: str
    words: str
    began: float
    trace: Trace
    account: str = ACCOUNT

    @property
    def region(self) -> str:
        return self.target_arn.split(":")[3]

    @property
    def function(self) -> str:
        return self.target_arn.split(":")[6]

    @property
    def qualifier(self) -> str | None:
        return next(iter(self.target_arn.split(":")[7:]), None)

    def asked(self) -> dict[str, Any]:
        """What the function's resource policy is asked: may the service call it for this source?"""
        return {
            "principal": self.principal,
            "action": ACTION,
            "resource": self.target_arn,
            "source_arn": self.source_arn,
            "source_account": self.account,
        }


def deliver(push: Push, event: Any, service: LambdaService, statements: Statements) -> tuple[str, str]:
    """Queue the event for the function, if it exists and lets the service in; write down what happened.

    Args:
        event: a JSON object, or any other JSON value that somebody chose as the function's input.

    Returns:
        The outcome, "ok", "missing", "stopped" or "denied", and the reason in words.
    """
    span = new_span()
    outcome, reason, advice, request_id = _queue(push, span, event, service, statements)
    _write_down(push, span, service, outcome, reason, advice, request_id)
    return outcome, reason


def filtered(push: Push, reason: str, service: LambdaService) -> None:
    """Write down that a filter kept the event back."""
    note(push, "filtered", reason, service)


def note(push: Push, outcome: str, reason: str, service: LambdaService, advice: str = "", span: str = "") -> None:
    """Write down what became of an event that goes somewhere else than to a function's queue, or nowhere.

    Args:
        span: of this step, where what was sent already names it.
    """
    _write_down(push, span or new_span(), service, outcome, reason, advice)


def _write_down(
    push: Push,
    span: str,
    service: LambdaService,
    outcome: str,
    reason: str,
    advice: str = "",
    request_id: str = "",
) -> None:
    service.journal.add(
        Step(
            kind="delivery",
            name=push.name,
            began=push.began,
            ended=service.now(),
            trace=push.trace.root,
            span=span,
            parent=push.trace.parent,
            source=push.source_arn,
            target=push.target_arn,
            subject=push.subject,
            outcome=outcome,
            reason=reason,
            advice=advice,
            request_id=request_id,
        )
    )


def _queue(
    push: Push, span: str, event: Any, service: LambdaService, statements: Statements
) -> tuple[str, str, str, str]:
    """Outcome, reason, what to do, and the request id that the event got."""
    try:
        call = service.prepare(
            push.region,
            push.function,
            push.qualifier,
            json.dumps(event).encode(),
            source=push.words,
            trace=push.trace.child(span),
        )
    except FunctionNotFound as missing:
        return "missing", str(missing), "", ""
    except RecursiveLoop as loop:
        service.stop(loop)
        return "stopped", str(loop), "", ""
    if push.principal:
        policy = list(statements(push.region, push.function, push.qualifier))
        decision = permissions.decide(policy, **push.asked())
        if not decision.allowed:
            near, advice = permissions.remedy(decision, policy, **push.asked())
            return "denied", decision.reason + (f". {near}" if near else ""), advice, ""
    service.enqueue(call)
    return "ok", "", "", call.request_id
