"""Sending in a function's name: destinations and dead-letter queues, with the rights of the function's role.

On AWS Lambda wears the function's role when it passes on what became of an event; when the role may not, or nothing is
there, the record is gone, and only a metric counts it (DestinationDeliveryFailures, DeadLetterErrors). Here the same,
and each sending is a step in the journal. A role that IAM does not know is not asked. Follows
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html; lesson 07.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from lambdalab.keys import ACCOUNT
from lambdalab.observe.journal import Journal, Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.permissions import Decision, Statement, decide_for_role
from lambdalab.service.model import FunctionVersion, RecursiveLoop

ACTIONS = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "events": ("events:PutEvents",),
    "s3": ("s3:PutObject", "s3:ListBucket"),
}
"""What the role must allow, by the target's service."""
DEAD_LETTER = "lambda:DeadLetter"


class Targets(Protocol):
    """Who takes what is sent to any ARN."""

    def send(
        self,
        arn: str,
        body: str,
        *,
        trace: Trace,
        source: str = "",
        subject: str = "",
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None:
        """Raises LookupError when there is nothing of this ARN, ValueError when it does not take this."""


class World(Protocol):
    """The targets, and the policies that decide on them."""

    @property
    def targets(self) -> Targets: ...

    def role_statements(self, name: str) -> Sequence[Statement] | None:
        """What a role may do; None when IAM has no role of this name."""

    def resource_statements(self, arn: str) -> Sequence[Statement]:
        """What a resource's own policy says."""


def may_send(world: World, role_arn: str, function: str, arn: str) -> Decision | None:
    """Whether a function's role may send to an ARN; None when IAM does not know the role, and so nobody is asked.

    Args:
        function: its name.
        arn: of the target; of a bucket without or with a key.
    """
    role = role_arn.rpartition("/")[2]
    statements = world.role_statements(role)
    if statements is None:
        return None
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{function}"
    decision = None
    for action in ACTIONS[arn.split(":")[2]]:
        bucket, _, key = arn.partition("/") if action.startswith("s3:") else (arn, "", "")
        asked = f"{bucket}/{key or 'any'}" if action == "s3:PutObject" else bucket
        policy = world.resource_statements(asked)
        decision = decide_for_role(statements, action=action, resource=asked, policy=policy, caller=caller)
        if not decision.allowed:
            return decision
    return decision


class Destinations:
    """Sends in the name of functions."""

    def __init__(self, world: World, journal: Journal, now: Callable[[], float]) -> None:
        self._world, self._journal, self._now = world, journal, now

    def send(
        self,
        function: FunctionVersion,
        arn: str,
        body: str,
        *,
        name: str,
        trace: Trace,
        subject: str = "",
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        source_arn: str = "",
    ) -> str:
        """Send a text to an ARN if the function's role may, and write down what came of it.

        Args:
            function: whose role sends.
            arn: a queue's, a topic's, a function's, a bus's, or of an object to be written in a bucket.
            body: for a bus a whole event as JSON.
            name: of the step, such as "lambda:OnFailure".
            trace: what it comes from; the step goes on as its parent.
            subject: of the step: what it is about, such as the event's request id.
            attributes: of a message, as boto3 takes it.
            source_arn: of the step; the function's where it is not given.

        Returns:
            The step's outcome: "ok", "denied", "missing", "stopped", or "failed" for what the target does not take.
        """
        began, span = self._now(), new_span()
        outcome, reason, advice = self._send(function, arn, body, trace.child(span), attributes)
        self._journal.add(
            Step(
                kind="delivery",
                name=name,
                began=began,
                ended=self._now(),
                trace=trace.root,
                span=span,
                parent=trace.parent,
                source=source_arn or function.arn,
                target=arn,
                subject=subject,
                outcome=outcome,
                reason=reason,
                advice=advice,
            )
        )
        return outcome

    def _send(
        self,
        function: FunctionVersion,
        arn: str,
        body: str,
        trace: Trace,
        attributes: Mapping[str, Mapping[str, Any]] | None,
    ) -> tuple[str, str, str]:
        """Outcome, reason, and what to do."""
        decision = may_send(self._world, function.role, function.name, arn)
        if decision is not None and not decision.allowed:
            actions = " and ".join(ACTIONS[arn.split(":")[2]])
            role = function.role.rpartition("/")[2]
            return "denied", decision.reason, f"Allow {actions} on {arn} in a policy of the role {role}."
        try:
            self._world.targets.send(arn, body, trace=trace, source=f"lambda:{function.name}", attributes=attributes)
        except LookupError:
            return "missing", f"{arn} does not exist", "Create it again, or name another one."
        except RecursiveLoop as loop:
            return "stopped", str(loop), ""
        except ValueError as refused:
            return "failed", f"{arn} does not take it: {refused}", ""
        return "ok", "", ""
