"""What a topic sends: one notification, to a function as an event, to a queue or a web address as a text.

On AWS, SNS calls the function asynchronously, with exactly one record. Here it is built from its parts; the signature
has the right form and signs nothing. In the text for queues and web addresses the same names end in `URL`, and what
the publisher did not give is missing. Left out: what SNS sends to phones and mailboxes.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import values
from lambdalab.events.sqs import Attributes


@dataclass(frozen=True)
class Notification:
    """One message published to a topic.

    Args:
        message: the text.
        topic_arn: where it was published.
        subscription_arn: the subscription by which the function gets it.
        subject: None when the publisher gave none.
        attributes: what the publisher wrote beside the text, as boto3 takes it.
        at: when it was published, in seconds since 1970.
        message_id: the same in a second delivery.
        sequence: in a FIFO topic only: grows within a group.
    """

    message: str
    topic_arn: str
    subscription_arn: str
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    at: float = field(default_factory=values.now)
    message_id: str = field(default_factory=values.new_uuid)
    sequence: str | None = None


def sns(notification: Notification) -> dict[str, Any]:
    """Build the event of one notification.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html; lesson 08. `Subject` is always there, null
    without one; the keys end in `Url`, not `URL`.
    """
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": notification.subscription_arn,
                "Sns": {
                    "Type": "Notification",
                    "MessageId": notification.message_id,
                    "TopicArn": notification.topic_arn,
                    "Subject": notification.subject,
                    "Message": notification.message,
                    "Timestamp": values.milliseconds(notification.at),
                    "SignatureVersion": "1",
                    "Signature": values.new_base64(256),
                    "SigningCertUrl": _certificate(notification.topic_arn),
                    "UnsubscribeUrl": _unsubscribe(notification),
                    "MessageAttributes": _attributes(notification.attributes),
                },
            }
        ]
    }


def sns_text(notification: Notification) -> str:
    """Build the text that a queue or a web address gets when its subscription does not ask for the raw message.

    Follows https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html; lesson 08.
    """
    body = {
        "Type": "Notification",
        "MessageId": notification.message_id,
        "SequenceNumber": notification.sequence,
        "TopicArn": notification.topic_arn,
        "Subject": notification.subject,
        "Message": notification.message,
        "Timestamp": values.milliseconds(notification.at),
        "SignatureVersion": "1",
        "Signature": values.new_base64(256),
        "SigningCertURL": _certificate(notification.topic_arn),
        "UnsubscribeURL": _unsubscribe(notification),
        "MessageAttributes": _attributes(notification.attributes) or None,
    }
    return _written({name: value for name, value in body.items() if value is not None})


def sns_confirmation(topic_arn: str, token: str, address: str, message_id: str, at: float) -> str:
    """Build the text that a web address gets first: it must be confirmed before anything else is sent there.

    Args:
        token: what ConfirmSubscription wants.
        address: which confirms it when it is visited.
        message_id: of this message.
        at: seconds since 1970.
    """
    return _written(
        {
            "Type": "SubscriptionConfirmation",
            "MessageId": message_id,
            "Token": token,
            "TopicArn": topic_arn,
            "Message": f"You have chosen to subscribe to the topic {topic_arn}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message.",
            "SubscribeURL": address,
            "Timestamp": values.milliseconds(at),
            "SignatureVersion": "1",
            "Signature": values.new_base64(256),
            "SigningCertURL": _certificate(topic_arn),
        }
    )


def _written(body: dict[str, Any]) -> str:
    """JSON as SNS lays it out."""
    return json.dumps(body, indent=2, separators=(",", " : "), ensure_ascii=False)


def _certificate(topic_arn: str) -> str:
    return f"{_address(topic_arn)}/SimpleNotificationService-{values.new_hex(32)}.pem"


def _unsubscribe(notification: Notification) -> str:
    return f"{_address(notification.topic_arn)}/?Action=Unsubscribe&SubscriptionArn={notification.subscription_arn}"


def _address(topic_arn: str) -> str:
    return f"https://sns.{topic_arn.split(':')[3]}.amazonaws.com"


def _attributes(given: Attributes) -> dict[str, Any]:
    return {name: {"Type": value["DataType"], "Value": _text(value)} for name, value in given.items()}


def _text(value: Any) -> str:
    if "BinaryValue" in value:
        return base64.b64encode(value["BinaryValue"]).decode()
    return str(value["StringValue"])
