"""EventBridge Scheduler: a schedule calls one target, with the rights of the role that it was given.

On AWS the Scheduler is a service of its own beside EventBridge's rules: it knows time zones, one single time, a window
in which to come, and an end. It wears the schedule's role and calls the target with it, so the role must allow
lambda:InvokeFunction or the like; the function's own policy is not asked. Here it calls functions, queues, topics and
buses. Follows https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html; lesson 08. Left out: other
targets of the Scheduler, and its retries: nothing that it calls here fails for a while, so RetryPolicy is kept and
never needed.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from lambdalab.events import values
from lambdalab.events.eventbridge import BusEvent, eventbridge, from_scheduler
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.permissions import Statement, decide_for_role
from lambdalab.schedules import Schedule
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import ACTION, Push, Statements, deliver, note
from lambdalab.triggers.schedules import Plan, Timetable

ACTIONS = {"lambda": ACTION, "sqs": "sqs:SendMessage", "sns": "sns:Publish", "events": "events:PutEvents"}
"""What the role must allow, by the target's service."""
_ERRORS = {"denied": "AccessDeniedException", "missing": "ResourceNotFoundException", "failed": "ValidationException"}
_JUST_BEFORE = 1e-6
RoleStatements = Callable[[str], Sequence[Statement] | None]


class Targets(Protocol):
    """Who takes what the Scheduler sends to anything but a function."""

    def send_message(
        self,
        queue_arn: str,
        body: str,
        trace: Trace,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        group: str | None = None,
    ) -> None:
        """Raises LookupError when there is no such queue."""

    def publish(self, topic_arn: str, subject: str, message: str, trace: Trace) -> None:
        """Raises LookupError when there is no such topic."""

    def put_event(self, event: Mapping[str, Any], bus_arn: str, trace: Trace) -> None:
        """Raises LookupError when there is no such bus."""


@dataclass(frozen=True)
class ScheduledCall:
    """One schedule.

    Args:
        arn: such as "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly".
        schedule: when.
        target: as boto3 takes it: Arn, RoleArn, Input, DeadLetterConfig and the parameters of some targets.
        begins: the first moment that counts, in seconds since 1970.
        ends: the first one that does not count any more.
        window: in seconds; within it, after each planned moment, the target is called.
        enabled: whether it runs.
        delete_after: whether it is deleted when its last moment is over.
    """

    arn: str
    schedule: Schedule
    target: Mapping[str, Any] = field(hash=False)
    begins: float
    ends: float = float("inf")
    window: float = 0.0
    enabled: bool = True
    delete_after: bool = False

    @property
    def target_arn(self) -> str:
        return str(self.target["Arn"])

    @property
    def service(self) -> str:
        return self.target_arn.split(":")[2]

    @property
    def role(self) -> str:
        """The name of the role that the Scheduler wears."""
        return str(self.target["RoleArn"]).rpartition("/")[2]

    def late(self, moment: float) -> float:
        """How long after a planned moment it comes: within the window, and the same in every run of the lab."""
        seconds = int(self.window)
        return random.Random(f"{self.arn} {int(moment)}").randrange(seconds) if seconds else 0


class Scheduler:
    """Calls the targets of schedules when their moments come (lesson 08).

    Args:
        roles: what a role may do, by its name; None for a role that IAM does not know.
        completed: is told the ARN of a schedule that is to be deleted.
    """

    def __init__(
        self,
        service: LambdaService,
        statements: Statements,
        roles: RoleStatements,
        targets: Targets,
        completed: Callable[[str], None],
    ) -> None:
        self._timetable, self._service = Timetable(service.agenda), service
        self._statements, self._roles, self._targets, self._completed = statements, roles, targets, completed

    def changed(self, call: ScheduledCall) -> None:
        """A schedule was made or changed."""
        if not call.enabled:
            self._timetable.drop(call.arn)
            return
        plan = Plan(
            call.schedule,
            partial(self._call, call),
            partial(self._completed, call.arn) if call.delete_after else lambda: None,
            call.ends,
            call.late,
        )
        self._timetable.put(call.arn, plan, after=call.begins - _JUST_BEFORE)

    def deleted(self, arn: str) -> None:
        """A schedule is gone."""
        self._timetable.drop(arn)

    def _call(self, call: ScheduledCall, moment: float) -> None:
        """Call the target for one planned moment."""
        about = {
            "<aws.scheduler.schedule-arn>": call.arn,
            "<aws.scheduler.scheduled-time>": values.seconds(moment),
            "<aws.scheduler.execution-id>": str(uuid.uuid4()),
            "<aws.scheduler.attempt-number>": "1",
        }
        text = call.target.get("Input") or json.dumps(from_scheduler(call.arn, moment))
        for name, value in about.items():
            text = text.replace(name, value)
        name, trace = call.arn.rpartition("/")[2], Trace.new()
        words, began = f"scheduler:{name}", self._service.now()
        push = Push("", call.arn, call.target_arn, "scheduler:Invoke", "", words, began, trace)
        self._service.meter.add("scheduler_invocations", 1)
        outcome, reason = self._may(call, push) or self._send(call, push, text)
        if outcome in _ERRORS:
            self._bury(call, push, text, outcome, reason, about)

    def _may(self, call: ScheduledCall, push: Push) -> tuple[str, str] | None:
        """The refusal, written down, if the schedule's role does not let the Scheduler call the target."""
        allowed, action = self._roles(call.role), ACTIONS.get(call.service)
        if allowed is None or action is None:
            return None
        decision = decide_for_role(allowed, action=action, resource=call.target_arn)
        if decision.allowed:
            return None
        reason = f"the schedule's role {call.role} may not do {action} on {call.target_arn}: {decision.reason}"
        advice = ""
        if decision.statement is None:
            policy = {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": action, "Resource": call.target_arn}],
            }
            advice = (
                f'boto3.client("iam").put_role_policy(RoleName="{call.role}", PolicyName="target", '
                f"PolicyDocument='{json.dumps(policy)}')"
            )
        note(push, "denied", reason, self._service, advice or "Take the statement that denies it off the role.")
        return "denied", reason

    def _send(self, call: ScheduledCall, push: Push, text: str) -> tuple[str, str]:
        """Hand the text to the target; how that went, written down."""
        if call.service == "lambda":
            return deliver(push, json.loads(text), self._service, self._statements)
        span = new_span()
        trace = push.trace.child(span)
        outcome, reason = "ok", ""
        try:
            if call.service == "sqs":
                group = call.target.get("SqsParameters", {}).get("MessageGroupId")
                self._targets.send_message(call.target_arn, text, trace, group=group)
            elif call.service == "sns":
                self._targets.publish(call.target_arn, "", text, trace)
            elif call.service == "events":
                self._targets.put_event(self._event(call, text), call.target_arn, trace.without_lineage())
            else:
                outcome, reason = "failed", "here the Scheduler calls functions, queues, topics and buses only"
        except LookupError:
            outcome, reason = "missing", f"{call.target_arn} does not exist"
        except Exception as refused:  # the target's own service says no, as a FIFO queue that finds no deduplication id
            outcome, reason = "failed", str(getattr(refused, "message", refused))
        note(push, outcome, reason, self._service, span=span)
        return outcome, reason

    def _event(self, call: ScheduledCall, text: str) -> Mapping[str, Any]:
        """What a bus gets: the input is the detail, source and detail-type are the target's parameters."""
        given, region = call.target.get("EventBridgeParameters", {}), call.target_arn.split(":")[3]
        source, what = given.get("Source", "aws.scheduler"), given.get("DetailType", "Scheduled Event")
        return eventbridge(BusEvent(source, what, json.loads(text), region=region, at=self._service.now()))

    def _bury(
        self, call: ScheduledCall, push: Push, text: str, outcome: str, reason: str, about: Mapping[str, str]
    ) -> None:
        """Send what could not be delivered to the schedule's dead-letter queue, if it has one and may write to it."""
        queue = call.target.get("DeadLetterConfig", {}).get("Arn")
        if not queue:
            return
        said = {
            "ERROR_CODE": _ERRORS[outcome],
            "ERROR_MESSAGE": reason,
            "EXECUTION_ID": about["<aws.scheduler.execution-id>"],
            "IS_PAYLOAD_TRUNCATED": "false",
            "RETRY_ATTEMPTS": "0",
            "SCHEDULED_TIME": about["<aws.scheduler.scheduled-time>"],
            "SCHEDULE_ARN": call.arn,
            "TARGET_ARN": call.target_arn,
        }
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
        letter, span = (
            Push("", call.arn, queue, "scheduler:DeadLetter", "", push.words, push.began, push.trace),
            new_span(),
        )
        allowed = self._roles(call.role)
        if allowed is not None:
            decision = decide_for_role(allowed, action="sqs:SendMessage", resource=queue)
            if not decision.allowed:
                lost = f"the schedule's role {call.role} may not write to its dead-letter queue: {decision.reason}"
                note(letter, "denied", lost, self._service, "Allow sqs:SendMessage on it in a policy of that role.")
                return
        try:
            self._targets.send_message(queue, text, push.trace.child(span), attributes)
        except LookupError:
            note(letter, "missing", f"{queue} does not exist", self._service, span=span)
        else:
            note(letter, "ok", "", self._service, span=span)
