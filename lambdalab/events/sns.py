"""What a function receives from a topic: one notification.

On AWS, SNS calls the function asynchronously, with exactly one record. Here it is built from its parts; the signature
has the right form and signs nothing. Left out: what SNS sends to queues and web addresses, where two names end in
`URL`.
"""

from __future__ import annotations

import base64
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
    """

    message: str
    topic_arn: str
    subscription_arn: str
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    at: float = field(default_factory=values.now)
    message_id: str = field(default_factory=values.new_uuid)


def sns(notification: Notification) -> dict[str, Any]:
    """Build the event of one notification.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html; lesson 08. `Subject` is always there, null
    without one; the keys end in `Url`, not `URL`.
    """
    address = f"https://sns.{notification.topic_arn.split(':')[3]}.amazonaws.com"
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
                    "SigningCertUrl": f"{address}/SimpleNotificationService-{values.new_hex(32)}.pem",
                    "UnsubscribeUrl": f"{address}/?Action=Unsubscribe&SubscriptionArn={notification.subscription_arn}",
                    "MessageAttributes": {
                        name: {"Type": value["DataType"], "Value": _text(value)}
                        for name, value in notification.attributes.items()
                    },
                },
            }
        ]
    }


def _text(value: Any) -> str:
    if "BinaryValue" in value:
        return base64.b64encode(value["BinaryValue"]).decode()
    return str(value["StringValue"])
