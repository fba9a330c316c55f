"""The triggers of topics and queues: one notification, or the messages that a mapping has received, for a function.

On AWS, SNS calls the function asynchronously and asks its resource policy; a queue is read by Lambda itself, with the
rights of the function's role, so nobody asks the function's policy. Here each delivery is a step in the journal, and
counts in its chain. Follows https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html and
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html; lesson 05 for loops. Left out so far: batches and retries.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.events.sns import Notification, sns
from lambdalab.events.sqs import Message, sqs
from lambdalab.observe.tracing import Trace
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import Push, Statements, deliver, filtered


class MessageTrigger:
    """Hands notifications and messages to functions."""

    def __init__(self, service: LambdaService, statements: Statements) -> None:
        self._service, self._statements = service, statements

    def notified(self, notification: Notification, function_arn: str, trace: Trace, *, wanted: bool) -> None:
        """Deliver one notification, if the subscription's filter policy lets it through."""
        push = self._push("sns.amazonaws.com", notification.topic_arn, function_arn, "sns:Notification", trace)
        if wanted:
            deliver(push, sns(notification), self._service, self._statements)
        else:
            filtered(push, "the filter policy of its subscription does not match the notification", self._service)

    def received(self, messages: Sequence[Message], function_arn: str, trace: Trace) -> None:
        """Deliver the messages of one queue."""
        if messages:
            push = self._push("", messages[0].queue_arn, function_arn, "sqs:ReceiveMessage", trace)
            deliver(push, sqs(messages), self._service, self._statements)

    def _push(self, principal: str, source_arn: str, function_arn: str, name: str, trace: Trace) -> Push:
        _, _, service, _, account, source = source_arn.split(":")
        words = f"{service}:{source}"
        return Push(principal, source_arn, function_arn, name, "", words, self._service.now(), trace, account)
