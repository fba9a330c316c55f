"""Topics and queues that call functions: moto keeps subscriptions and mappings, and what they send is decided here.

On AWS a topic hands each notification to Lambda, and Lambda itself reads a queue. moto calls the function inside the
publisher's request, with an event that says nothing of the topic or the message, and asks nobody. Here both are handed
over with what moto knows of them. Left out: batches, retries and visibility, which need a poller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from moto.awslambda.models import LambdaBackend
from moto.sns.models import Subscription

from lambdalab.cloud.targets import queue
from lambdalab.events.sns import Notification
from lambdalab.events.sqs import Message

TOUCHED = {
    "moto.awslambda.models": ["LambdaBackend.send_sqs_batch"],
    "moto.sns.models": ["Subscription.publish", "Subscription._parse_message_structure"],
    "moto.sqs.models": ["Queue.pending_messages"],
}


class MessageHands(Protocol):
    """Who takes what topics and queues send to functions."""

    def notified(self, notification: Notification, function_arn: str, wanted: bool) -> None: ...

    def received(self, messages: Sequence[Message], function_arn: str) -> None: ...


_hands: MessageHands


def install(hands: MessageHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    setattr(Subscription, "publish", _publish)  # noqa: B010 - mypy
    setattr(LambdaBackend, "send_sqs_batch", _send_sqs_batch)  # noqa: B010 - mypy


_moto_publish = Subscription.publish


def _publish(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    *given: Any,
    **named: Any,
) -> None:
    """One notification for one subscription; those of functions are handed over, the others are moto's."""
    if subscription.protocol != "lambda":
        _moto_publish(subscription, message, message_id, subject, message_attributes, *given, **named)
        return
    matcher = subscription._filter_policy_matcher
    wanted = matcher is None or bool(matcher.matches(message_attributes, message))
    if named.get("message_structure") == "json":
        message = subscription._parse_message_structure(message, "lambda")
    notification = Notification(
        message,
        subscription.topic.arn,
        subscription.arn,
        subject or None,
        {name: _attribute(value) for name, value in (message_attributes or {}).items()},
        message_id=message_id,
    )
    _hands.notified(notification, subscription.endpoint, wanted)


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute as boto3 takes it, from moto's own form."""
    kind = "BinaryValue" if value["Type"].startswith("Binary") else "StringValue"
    return {"DataType": value["Type"], kind: value["Value"] if kind == "BinaryValue" else str(value["Value"])}


def _send_sqs_batch(_: Any, function_arn: str, messages: Sequence[Any], queue_arn: str) -> bool:
    """Messages that a mapping has received for a function; True tells moto to delete them."""
    kept = {one.id: one.message_attributes for one in queue(queue_arn).pending_messages}  # moto's copies have lost them
    _hands.received([_message(one, queue_arn, kept.get(one.id, {})) for one in messages], function_arn)
    return True


def _message(one: Any, queue_arn: str, attributes: Mapping[str, Any]) -> Message:
    trace = (one.system_attributes or {}).get("AWSTraceHeader")
    header = trace.get("StringValue", trace.get("string_value")) if isinstance(trace, Mapping) else trace
    return Message(
        one.body,
        queue_arn,
        attributes,
        sender=one.sender_id,
        sent=one.sent_timestamp / 1000,
        first_received=one.approximate_first_receive_timestamp / 1000,
        received=one.approximate_receive_count,
        message_id=one.id,
        receipt=one.receipt_handle,
        group=one.group_id,
        deduplication=one.deduplication_id,
        sequence=one.sequence_number,
        trace=header,
    )
