"""The S3 trigger: from a change in a bucket to the functions, queues, topics and the bus that its rules name.

On AWS, S3 looks for rules that match the change, builds the notification and sends it on; nobody is told of a rule
that did not match. A rule is checked when it is written: S3 must be allowed to send. Here these are plain functions,
and each rule leaves a step in the journal, one that did not match too. Follows
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html; lesson 05.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lambdalab import permissions
from lambdalab.events.s3 import ObjectChange, s3, s3_test, s3_to_bus
from lambdalab.keys import ACCOUNT
from lambdalab.observe.journal import Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import Push, Statements, deliver

PRINCIPAL = "s3.amazonaws.com"
ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}
"""What S3 must be allowed to do with a target, by the service in its ARN."""
OVERLAP = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)


@dataclass(frozen=True)
class Rule:
    """One rule of a bucket's notification configuration.

    Args:
        target: the ARN of a function, a queue or a topic.
        events: such as "s3:ObjectCreated:*".
        prefix: how a key must begin; case counts.
        suffix: how it must end; case counts.
    """

    id: str
    target: str
    events: Sequence[str]
    prefix: str = ""
    suffix: str = ""

    @property
    def service(self) -> str:
        return self.target.split(":")[2]

    @property
    def words(self) -> str:
        """What it is for, such as "ObjectCreated:*, keys that end with .jpg"."""
        ends = (("begin", self.prefix), ("end", self.suffix))
        events = " or ".join(event.removeprefix("s3:") for event in self.events)
        return ", ".join([events, *(f"keys that {how} with {what}" for how, what in ends if what)])

    def misses(self, event: str, key: str) -> str:
        """Why the rule is not meant by a change; "" when it is.

        Args:
            event: with "s3:" before it.
        """
        if not any(_covers(wanted, event) for wanted in self.events):
            return f"the rule is for {' and '.join(self.events)}, and this was {event}"
        if not key.startswith(self.prefix):
            return f'the rule is for keys that begin with "{self.prefix}", and this one is "{key}"; case counts'
        if not key.endswith(self.suffix):
            return f'the rule is for keys that end with "{self.suffix}", and this one is "{key}"; case counts'
        return ""

    def overlaps(self, other: Rule) -> bool:
        """Whether one change could be meant by both."""
        return (
            any(_covers(a, b) or _covers(b, a) for a in self.events for b in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


def _covers(wanted: str, event: str) -> bool:
    return wanted == event or (wanted.endswith("*") and event.startswith(wanted[:-1]))


class Targets(Protocol):
    """Who takes what S3 sends to anything but a function."""

    def send_message(self, queue_arn: str, body: str, trace: Trace) -> None:
        """Raises LookupError when there is no such queue."""

    def publish(self, topic_arn: str, subject: str, message: str, trace: Trace) -> None:
        """Raises LookupError when there is no such topic."""

    def put_event(self, event: Mapping[str, Any], bus_arn: str, trace: Trace) -> None:
        """Raises LookupError when there is no such bus."""

    def policy(self, arn: str) -> Sequence[permissions.Statement]:
        """The resource policy of a function, queue or topic; raises LookupError when there is none of this ARN."""


@dataclass(frozen=True)
class Bucket:
    """A bucket and what it tells to whom; `account` owns it, 12 digits; `to_bus` when EventBridge is on."""

    name: str
    region: str
    rules: Sequence[Rule]
    to_bus: bool = False
    account: str = ACCOUNT

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"

    def refusal(self, targets: Targets) -> tuple[Rule | None, str]:
        """The first rule that S3 does not take, with S3's reason; ("", None) without a rule is the overlap of two.

        Follows https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html.
        """
        if any(a.overlaps(b) for a, b in itertools.combinations(self.rules, 2)):
            return None, OVERLAP
        for rule in self.rules:
            if reason := self._refused(rule, targets):
                return rule, reason
        return None, ""

    def _refused(self, rule: Rule, targets: Targets) -> str:
        try:
            statements: Sequence[permissions.Statement] = targets.policy(rule.target)
        except LookupError:
            missing = {"sqs": "The destination queue does not exist", "sns": "The destination topic does not exist"}
            return missing.get(rule.service, f"Not authorized to invoke function [{rule.target}]")
        if self.may_send(rule, statements).allowed:
            return ""
        if rule.service == "lambda":
            return f"Not authorized to invoke function [{rule.target}]"
        what = {"sqs": "queue", "sns": "topic"}[rule.service]
        return f"Permissions on the destination {what} do not allow S3 to publish notifications from this bucket"

    def may_send(self, rule: Rule, statements: Iterable[permissions.Statement]) -> permissions.Decision:
        """Whether the target's policy lets S3 send to it for this bucket."""
        return permissions.decide(
            statements,
            principal=PRINCIPAL,
            action=ACTIONS[rule.service],
            resource=rule.target,
            source_arn=self.arn,
            source_account=self.account,
        )


class S3Trigger:
    """Tells a bucket's changes to those whom its rules name (lesson 05)."""

    def __init__(self, service: LambdaService, statements: Statements, targets: Targets) -> None:
        self._service, self._statements, self._targets = service, statements, targets

    def changed(self, bucket: Bucket, change: ObjectChange, trace: Trace) -> None:
        """Send the notification of one change."""
        for rule in bucket.rules:
            name = f"s3:{change.event}"
            if reason := rule.misses(name, change.key):
                self._note(bucket, change, rule.target, trace, "filtered", reason)
            elif rule.service == "lambda":
                words = f"s3:{bucket.name}/{change.key}"
                push = Push(
                    PRINCIPAL,
                    bucket.arn,
                    rule.target,
                    name,
                    change.key,
                    words,
                    self._service.now(),
                    trace,
                    bucket.account,
                )
                deliver(push, s3(change, configuration_id=rule.id), self._service, self._statements)
            else:
                self._send(bucket, change, rule, trace)
        if bucket.to_bus:
            bus = f"arn:aws:events:{bucket.region}:{bucket.account}:event-bus/default"
            span = self._note(bucket, change, bus, trace, "ok", "")
            self._targets.put_event(s3_to_bus(change), bus, trace.child(span))

    def _send(self, bucket: Bucket, change: ObjectChange, rule: Rule, trace: Trace) -> None:
        """Send it to a queue or a topic, if that is there and lets S3 in."""
        body, span = json.dumps(s3(change, configuration_id=rule.id)), new_span()
        try:
            decision = bucket.may_send(rule, self._targets.policy(rule.target))
            if not decision.allowed:
                self._note(bucket, change, rule.target, trace, "denied", decision.reason, span)
                return
            if rule.service == "sqs":
                self._targets.send_message(rule.target, body, trace.child(span))
            else:
                self._targets.publish(rule.target, "Amazon S3 Notification", body, trace.child(span))
        except LookupError:
            self._note(bucket, change, rule.target, trace, "missing", f"{rule.target} does not exist", span)
        else:
            self._note(bucket, change, rule.target, trace, "ok", "", span)

    def configured(self, before: Bucket, after: Bucket, trace: Trace, call: str) -> None:
        """Send the test message, and write down who is not told any more since somebody replaced the rules.

        Args:
            call: the operation that did it, such as "s3:PutBucketNotificationConfiguration".
        """
        self._tested(after, trace)
        kept = {rule.target for rule in after.rules}
        for target in dict.fromkeys(rule.target for rule in before.rules if rule.target not in kept):
            gone = " and ".join(rule.words for rule in before.rules if rule.target == target)
            reason = (
                f"the bucket {before.name} was deleted, and its rules with it"
                if call == "s3:DeleteBucket"
                else f"a call of put_bucket_notification_configuration replaced all rules of the bucket {before.name}, "
                f"and the one for {gone} is no longer among them"
            )
            self._rule(before, target, trace, call, "replaced", reason)

    def refused(self, bucket: Bucket, targets: Iterable[str], reason: str, outcome: str, trace: Trace) -> None:
        """Write down that S3 did not take a configuration, for everybody whom it names."""
        for target in dict.fromkeys(targets):
            self._rule(bucket, target, trace, "s3:PutBucketNotificationConfiguration", outcome, reason)

    def _tested(self, bucket: Bucket, trace: Trace) -> None:
        """Send the test message that queues and topics get when they are named in a configuration."""
        for target in dict.fromkeys(rule.target for rule in bucket.rules if rule.service != "lambda"):
            body = json.dumps(s3_test(bucket.name))
            if target.split(":")[2] == "sqs":
                self._targets.send_message(target, body, trace)
            else:
                self._targets.publish(target, "Amazon S3 Notification", body, trace)

    def _note(
        self, bucket: Bucket, change: ObjectChange, target: str, trace: Trace, outcome: str, reason: str, span: str = ""
    ) -> str:
        now, span = self._service.now(), span or new_span()
        self._service.journal.add(
            Step(
                kind="delivery",
                name=f"s3:{change.event}",
                began=now,
                ended=now,
                trace=trace.root,
                span=span,
                parent=trace.parent,
                source=bucket.arn,
                target=target,
                subject=change.key,
                outcome=outcome,
                reason=reason,
            )
        )
        return span

    def _rule(self, bucket: Bucket, target: str, trace: Trace, name: str, outcome: str, reason: str) -> None:
        now = self._service.now()
        self._service.journal.add(
            Step(
                kind="rule",
                name=name,
                began=now,
                ended=now,
                trace=trace.root,
                span=new_span(),
                parent=trace.parent,
                source=bucket.arn,
                target=target,
                outcome=outcome,
                reason=reason,
            )
        )
