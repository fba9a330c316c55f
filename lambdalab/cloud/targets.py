"""Sending to any ARN: functions, queues, topics, buses and buckets as targets of what other services send.

On AWS each service that sends calls the target's own operation. Here `send` does, for whoever sends: it puts a message
into moto's queue, publishes to a topic, stores an object, or queues an event for a function. It asks nobody's policy;
who sends asks it before, and finds it with `policy`. The trace header goes along, so that a chain of events stays one
trace: as an attribute in queues, on the way through topics, and not beyond a bus. All methods are safe to call from any
thread.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from moto.core.exceptions import ServiceException
from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.sns.exceptions import TopicNotFound
from moto.sns.models import sns_backends
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from lambdalab.keys import ACCOUNT
from lambdalab.observe.tracing import Trace
from lambdalab.permissions import Statement

TOUCHED = {
    "moto.core.exceptions": ["ServiceException"],
    "moto.events.models": ["events_backends"],
    "moto.s3.models": ["s3_backends", "S3Backend.put_object"],
    "moto.sns.models": ["sns_backends", "SNSBackend.get_topic", "Topic.publish", "Topic.policy"],
    "moto.sns.exceptions": ["TopicNotFound"],
    "moto.sqs.models": ["sqs_backends", "SQSBackend.get_queue", "SQSBackend.send_message"],
    "moto.sqs.exceptions": ["QueueDoesNotExist"],
}
Attributes = Mapping[str, Mapping[str, Any]]


class MotoTargets:
    """moto's queues, topics, buses and buckets, and the lab's functions.

    Args:
        functions: the statements of a function's policy: region, name, qualifier.
        queue_event: takes an asynchronous event for a function: ARN, payload, who sends it, trace; raises LookupError.
        within: takes the lock of moto's stores, and says with which trace something is done there.
        put_on_bus: takes an event for a bus: the bus's ARN, the event, its trace; raises LookupError.
    """

    def __init__(
        self,
        functions: Callable[[str, str, str | None], Sequence[Statement]],
        queue_event: Callable[[str, bytes, str, Trace], None],
        within: Callable[[Trace | None], AbstractContextManager[None]],
        put_on_bus: Callable[[str, Mapping[str, Any], Trace], None],
    ) -> None:
        self._functions, self._queue_event, self._within = functions, queue_event, within
        self._put_on_bus = put_on_bus

    def policy(self, arn: str) -> Sequence[Statement]:
        """The resource policy of a function, queue or topic; none for a bus or a bucket's object.

        Raises:
            LookupError: there is nothing of this ARN.
        """
        _, _, service, region, *_ = arn.split(":")
        with self._within(None):
            if service == "lambda":
                return self._functions(region, *_name_and_qualifier(arn))
            text = queue(arn).policy if service == "sqs" else topic(arn).policy
        document = json.loads(text) if isinstance(text, str) else text or {}
        found = document.get("Statement", [])
        return found if isinstance(found, list) else [found]

    def exists(self, arn: str) -> bool:
        """Whether there is a function, version, alias, queue, topic, bus or bucket of this ARN."""
        _, _, service, region, account, name, *_ = arn.split(":")
        with self._within(None):
            if service == "s3":
                return name in s3_backends[ACCOUNT]["aws"].buckets
            if service == "events":
                return name.partition("/")[2] in events_backends[account][region].event_buses
            try:
                if service == "lambda":
                    return self._functions(region, *_name_and_qualifier(arn)) is not None
                return (queue(arn) if service == "sqs" else topic(arn)) is not None
            except LookupError:
                return False

    def send(
        self,
        arn: str,
        body: str,
        *,
        trace: Trace,
        source: str = "",
        subject: str = "",
        attributes: Attributes | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None:
        """Send a text to a function, a queue, a topic, a bus or an object's place in a bucket, without asking a policy.

        Args:
            arn: of the target; of an object to be written, "arn:aws:s3:::bucket/key".
            body: a function's payload, a message's text, an object's content, or for a bus a whole event as JSON.
            trace: goes along, with the sender's step as its parent.
            source: how a function's history names the sender, such as "lambda:orders".
            subject: of a topic's notification; "" for none.
            attributes: of a message in a queue or a topic, as boto3 takes it.
            group: the message group, for a FIFO queue or topic.
            deduplication: for the same; None leaves it to the content, where the queue or topic allows that.

        Raises:
            LookupError: there is nothing of this ARN.
            RecursiveLoop: the function has run too often in this chain.
            ValueError: the target does not take this, such as a text that is too long.
        """
        service = arn.split(":")[2]
        if service == "lambda":
            self._queue_event(arn, body.encode(), source, trace)
        elif service == "sqs":
            self.send_message(arn, body, trace, attributes, group, deduplication)
        elif service == "sns":
            self.publish(arn, subject, body, trace, attributes, group, deduplication)
        elif service == "events":
            self.put_event(json.loads(body), arn, trace)
        else:
            self._put_object(arn, body.encode(), trace)

    def send_message(
        self,
        queue_arn: str,
        body: str,
        trace: Trace,
        attributes: Attributes | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None:
        """Raises LookupError when there is no such queue."""
        header = {"AWSTraceHeader": {"DataType": "String", "StringValue": str(trace)}}
        with self._within(trace), _readable():
            found = queue(queue_arn)
            sqs_backends[ACCOUNT][found.region].send_message(
                found.name,
                body,
                message_attributes=dict(attributes or {}),
                group_id=group,
                deduplication_id=deduplication,
                system_attributes=header,
                validate_group_id=False,
            )

    def publish(
        self,
        topic_arn: str,
        subject: str,
        message: str,
        trace: Trace,
        attributes: Attributes | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None:
        """Raises LookupError when there is no such topic."""
        with self._within(trace), _readable():
            topic(topic_arn).publish(
                message,
                subject=subject or None,
                message_attributes=_as_moto_has_them(attributes or {}),
                group_id=group,
                deduplication_id=deduplication,
            )

    def put_event(self, event: Mapping[str, Any], bus_arn: str, trace: Trace) -> None:
        """Raises LookupError when there is no such bus."""
        self._put_on_bus(bus_arn, event, trace)

    def _put_object(self, arn: str, body: bytes, trace: Trace) -> None:
        bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        with self._within(trace):
            if bucket not in s3_backends[ACCOUNT]["aws"].buckets:
                raise LookupError(arn)
            s3_backends[ACCOUNT]["aws"].put_object(bucket, key, body)


def _name_and_qualifier(function_arn: str) -> tuple[str, str | None]:
    name, *qualifier = function_arn.split(":")[6:]
    return name, next(iter(qualifier), None)


@contextmanager
def _readable() -> Iterator[None]:
    """What moto refuses inside is a ValueError with moto's sentence."""
    try:
        yield
    except ServiceException as refused:
        raise ValueError(str(refused)) from None


def queue(arn: str) -> Any:
    """moto's queue of an ARN; raises LookupError when there is none."""
    _, _, _, region, account, name = arn.split(":")
    try:
        return sqs_backends[account][region].get_queue(name)
    except QueueDoesNotExist:
        raise LookupError(arn) from None


def topic(arn: str) -> Any:
    """moto's topic of an ARN; raises LookupError when there is none."""
    try:
        return sns_backends[arn.split(":")[4]][arn.split(":")[3]].get_topic(arn)
    except TopicNotFound:
        raise LookupError(arn) from None


def _as_moto_has_them(attributes: Attributes) -> dict[str, Any]:
    """Attributes of a notification in moto's form, from boto3's."""
    return {name: {"Type": value["DataType"], "Value": _plain(value)} for name, value in attributes.items()}


def _plain(value: Mapping[str, Any]) -> str:
    return base64.b64encode(value["BinaryValue"]).decode() if "BinaryValue" in value else str(value["StringValue"])
