"""The S3 trigger: from a change in a bucket to a function's queue.

On AWS, S3 looks for a rule that matches the change, builds the notification, and asks Lambda to queue it; Lambda asks
the function's resource policy whether S3 may. Rules are checked the same way when they are written. Here these are
two plain functions; which rules match is moto's to say. Left out so far: queues, topics and buses as targets of our
own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lambdalab import events, permissions
from lambdalab.events import ObjectChange
from lambdalab.keys import ACCOUNT
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound

PRINCIPAL = "s3.amazonaws.com"
ACTION = "lambda:InvokeFunction"
Statements = Callable[[str, str, str | None], Iterable[permissions.Statement]]


@dataclass(frozen=True)
class Rule:
    """One line of a bucket's notification configuration that names a function."""

    id: str
    function_arn: str

    @property
    def region(self) -> str:
        return self.function_arn.split(":")[3]

    @property
    def name(self) -> str:
        return self.function_arn.split(":")[6]

    @property
    def qualifier(self) -> str | None:
        return next(iter(self.function_arn.split(":")[7:]), None)


def may_invoke(rule: Rule, bucket: str, statements: Iterable[permissions.Statement]) -> permissions.Decision:
    """Whether the function's resource policy lets S3 call it for this bucket."""
    return permissions.decide(
        statements,
        principal=PRINCIPAL,
        action=ACTION,
        resource=rule.function_arn,
        source_arn=f"arn:aws:s3:::{bucket}",
        source_account=ACCOUNT,
    )


def deliver(change: ObjectChange, rule: Rule, service: LambdaService, statements: Statements) -> None:
    """Queue the notification for the function, if it exists and lets S3 in; tell the story either way."""
    source = f"s3:{change.bucket}/{change.key}"
    try:
        call = service.prepare(rule.region, rule.name, rule.qualifier, b"", source=source)
    except FunctionNotFound as missing:
        service.refused(rule.name, source, str(missing))
        return
    decision = may_invoke(rule, change.bucket, statements(rule.region, rule.name, rule.qualifier))
    if not decision.allowed:
        service.refused(rule.name, source, decision.reason)
        return
    payload = json.dumps(events.s3(change, configuration_id=rule.id)).encode()
    service.enqueue(call.with_payload(payload))
