"""What a topic knows of a message and of those who want it.

On AWS a subscription has a protocol, an address, a filter policy and a queue for what could not be delivered. Here
these are frozen records, and a filter policy is asked with the patterns of `patterns`. Follows
https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html; lesson 08.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events.sns import Notification
from lambdalab.events.sqs import Attributes
from lambdalab.patterns import InvalidPattern, Pattern

ON_ATTRIBUTES, ON_BODY = "MessageAttributes", "MessageBody"
_MOST_KEYS, _MOST_COMBINATIONS = 5, 150


@dataclass(frozen=True)
class HttpRetries:
    """How often a web address is tried again, and after how many seconds.

    Follows https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html: some tries without delay, some
    with the least one, then growing ones, at last some with the largest. AWS does not publish the curves; here a linear
    one has equal steps, and each other one equal factors.
    """

    min_delay: float = 20
    max_delay: float = 20
    retries: int = 3
    without_delay: int = 0
    with_min_delay: int = 0
    with_max_delay: int = 0
    curve: str = "linear"

    @classmethod
    def read(cls, policy: str) -> HttpRetries:
        """Those of a DeliveryPolicy; the usual ones where it says nothing."""
        given = (json.loads(policy) if policy else {}).get("healthyRetryPolicy") or {}
        usual = cls()
        return cls(
            given.get("minDelayTarget", usual.min_delay),
            given.get("maxDelayTarget", usual.max_delay),
            given.get("numRetries", usual.retries),
            given.get("numNoDelayRetries", usual.without_delay),
            given.get("numMinDelayRetries", usual.with_min_delay),
            given.get("numMaxDelayRetries", usual.with_max_delay),
            given.get("backoffFunction", usual.curve),
        )

    def delays(self) -> list[float]:
        """Seconds before each retry."""
        growing = max(0, self.retries - self.without_delay - self.with_min_delay - self.with_max_delay)
        shares = [n / (growing - 1) if growing > 1 else 0.0 for n in range(growing)]
        if self.curve == "linear" or not self.min_delay:
            grown = [self.min_delay + (self.max_delay - self.min_delay) * share for share in shares]
        else:
            grown = [self.min_delay * (self.max_delay / self.min_delay) ** share for share in shares]
        found = [0.0] * self.without_delay + [float(self.min_delay)] * self.with_min_delay + grown
        return (found + [float(self.max_delay)] * self.with_max_delay)[: self.retries]


@dataclass(frozen=True)
class Subscription:
    """Who gets what is published.

    Args:
        protocol: "lambda", "sqs", "http" or "https".
        endpoint: the ARN of a function or a queue, or a web address.
        raw: RawMessageDelivery.
        wants: its filter policy; None takes everything.
        scope: what the filter policy looks at, "MessageAttributes" or "MessageBody".
        letters: the ARN of its dead-letter queue; "" for none.
    """

    arn: str
    topic_arn: str
    protocol: str
    endpoint: str
    raw: bool = False
    wants: Pattern | None = None
    scope: str = ON_ATTRIBUTES
    letters: str = ""
    retries: HttpRetries = field(default_factory=HttpRetries)

    def misses(self, publication: Publication) -> str:
        """Why its filter policy does not mean a message; "" when it does."""
        if self.wants is None:
            return ""
        if self.scope == ON_ATTRIBUTES:
            return self.wants.misses(_seen(publication.attributes))
        try:
            body = json.loads(publication.message(self.protocol))
        except ValueError:
            return "its filter policy looks into the message, and the message is no JSON"
        return self.wants.misses(body) if isinstance(body, Mapping) else "the message is no JSON object"


@dataclass(frozen=True)
class Publication:
    """One message that was published to a topic.

    Args:
        messages: by protocol, with "default" for the others.
        at: seconds since 1970.
        group: in a FIFO topic only.
        deduplication: in a FIFO topic only.
        sequence: in a FIFO topic only: grows within a group.
    """

    messages: Mapping[str, str]
    topic_arn: str
    message_id: str
    at: float
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None

    def message(self, protocol: str) -> str:
        """The text for a protocol."""
        return self.messages.get(protocol, self.messages["default"])

    def notification(self, subscription: Subscription) -> Notification:
        """What one subscription gets."""
        return Notification(
            self.message(subscription.protocol),
            self.topic_arn,
            subscription.arn,
            self.subject,
            self.attributes,
            self.at,
            self.message_id,
            self.sequence,
        )


def read_filter(text: str, scope: str) -> Pattern:
    """A filter policy, as SNS takes it.

    Raises:
        InvalidPattern: SNS refuses it; the text is its reason.
    """
    try:
        given = json.loads(text)
    except ValueError:
        raise InvalidPattern("failed to parse JSON.") from None
    if not isinstance(given, dict):
        raise InvalidPattern("Filter is not an object")
    if len(given) > _MOST_KEYS:
        raise InvalidPattern("Filter policy can not have more than 5 keys")
    if scope == ON_ATTRIBUTES and any(isinstance(value, dict) for value in given.values()):
        raise InvalidPattern("Filter policy scope MessageAttributes does not support nested filter policy")
    if _combinations(given, 1) > _MOST_COMBINATIONS:
        raise InvalidPattern("Filter policy is too complex")
    return Pattern.parse(given)


def _combinations(node: Mapping[str, Any], depth: int) -> int:
    """How many values can be combined, each key's number times its depth; the page of constraints reckons so."""
    found = 1
    for value in node.values():
        if isinstance(value, dict):
            found *= _combinations(value, depth + 1)
        elif isinstance(value, list):
            found *= max(1, len(value)) * depth
    return found


def _seen(attributes: Attributes) -> dict[str, Any]:
    """Attributes as a pattern sees them: numbers as numbers, an array as its values, bytes as a value like no other."""
    return {name: _value(one) for name, one in attributes.items()}


def _value(one: Mapping[str, Any]) -> Any:
    kind = one["DataType"]
    if kind.startswith("Binary"):
        return True  # it is there, and SNS compares it with nothing
    text = str(one["StringValue"])
    try:
        if kind.startswith("Number"):
            return float(text)
        return json.loads(text) if kind == "String.Array" else text
    except ValueError:
        return text
