"""What a function receives from a queue: a batch of messages, each with a receipt.

On AWS a poller takes messages from the queue and calls the function with a batch. Here the batch is built from the
messages' parts, checksums included. Left out: messages encrypted by the sender.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import values

Attributes = Mapping[str, Mapping[str, Any]]
"""Message attributes as boto3 takes them: name → {"DataType": …, "StringValue" or "BinaryValue": …}."""


@dataclass(frozen=True)
class Message:
    """One message as it was received from a queue.

    Args:
        body: the text.
        queue_arn: where it lay.
        attributes: what the sender wrote beside the body, as boto3 takes it.
        sender: the unique id of the sender.
        sent: seconds since 1970.
        first_received: seconds since 1970.
        received: how often it has been received, this time included.
        message_id: the same each time.
        receipt: another one each time it is received.
        group: in a FIFO queue only.
        deduplication: in a FIFO queue only.
        sequence: in a FIFO queue only: grows within a group.
        trace: the trace header that came with it, or None.
        dead_letter_source: the queue from which it was moved here as a dead letter: an ARN, or None.
    """

    body: str
    queue_arn: str
    attributes: Attributes = field(default_factory=dict)
    sender: str = "AIDAJDPLRKLG7UEXAMPLE"
    sent: float = field(default_factory=values.now)
    first_received: float = field(default_factory=values.now)
    received: int = 1
    message_id: str = field(default_factory=values.new_uuid)
    receipt: str = field(default_factory=lambda: new_receipt())
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    trace: str | None = None
    dead_letter_source: str | None = None


def new_receipt() -> str:
    """A receipt handle in the form that SQS gives."""
    return "AQEB" + values.new_base64(120)


def sqs(messages: Iterable[Message], *, window: bool = False) -> dict[str, Any]:
    """Build the event of one batch.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html; lesson 07. All values of `attributes` are
    strings. A message without attributes has no `md5OfMessageAttributes`, or, from a mapping with a batch window, null.
    """
    return {"Records": [_record(message, window) for message in messages]}


def md5_of_attributes(attributes: Attributes) -> str:
    """The checksum of message attributes.

    Follows "Calculating the MD5 message digest for message attributes",
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html.
    """
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        for text in (name, value["DataType"]):
            digest.update(_counted(text.encode()))
        if "BinaryValue" in value:
            digest.update(b"\x02" + _counted(value["BinaryValue"]))
        else:
            digest.update(b"\x01" + _counted(value["StringValue"].encode()))
    return digest.hexdigest()


def _record(message: Message, window: bool) -> dict[str, Any]:
    system = {
        "ApproximateReceiveCount": str(message.received),
        "AWSTraceHeader": message.trace,
        "DeadLetterQueueSourceArn": message.dead_letter_source,
        "SentTimestamp": str(round(message.sent * 1000)),
        "SequenceNumber": message.sequence,
        "MessageGroupId": message.group,
        "SenderId": message.sender,
        "MessageDeduplicationId": message.deduplication,
        "ApproximateFirstReceiveTimestamp": str(round(message.first_received * 1000)),
    }
    record: dict[str, Any] = {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {name: value for name, value in system.items() if value is not None},
        "messageAttributes": {name: _attribute(value) for name, value in message.attributes.items()},
        "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": message.queue_arn,
        "awsRegion": message.queue_arn.split(":")[3],
    }
    if message.attributes:
        record["md5OfMessageAttributes"] = md5_of_attributes(message.attributes)
    elif window:
        record["md5OfMessageAttributes"] = None
    return record


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    if "BinaryValue" in value:
        kept = {"binaryValue": base64.b64encode(value["BinaryValue"]).decode()}
    else:
        kept = {"stringValue": value["StringValue"]}
    return {**kept, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}


def _counted(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content
