"""Topics: moto keeps them and their subscriptions, and what is published is handed over.

On AWS a topic takes a message, answers, and delivers it by itself. moto delivers inside the publisher's request, to any
address on the internet, and asks nobody's policy. Here `publish` only looks up who has subscribed; the rest is done
from the agenda. Subscribe refuses what AWS refuses, and an address that is not on this machine. Follows
https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html; lesson 08. Left out: mail, phones and streams, which are
kept and get nothing, and Unsubscribe by a link.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import moto.sns.models as sns_models
from moto.core.responses import ActionResult
from moto.sns.exceptions import InvalidParameterValue, SNSInvalidParameter
from moto.sns.responses import SNSResponse

from lambdalab.events import values
from lambdalab.patterns import InvalidPattern
from lambdalab.triggers import web_endpoints
from lambdalab.triggers.subscriptions import (
    ON_ATTRIBUTES,
    ON_BODY,
    HttpRetries,
    Publication,
    Subscription,
    read_filter,
)

TOUCHED = {
    "moto.core.responses": ["ActionResult"],
    "moto.sns.models": [
        "sns_backends",
        "Topic.publish",
        "SNSBackend.subscribe",
        "SNSBackend._validate_filter_policy",
    ],
    "moto.sns.exceptions": ["InvalidParameterValue", "SNSInvalidParameter"],
    "moto.sns.responses": [
        "SNSResponse.subscribe",
        "SNSResponse.set_subscription_attributes",
        "SNSResponse.confirm_subscription",
    ],
}
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_RAW = ("sqs", "http", "https", "firehose")
_WEB = ("http", "https")
_DELIVERED = ("lambda", "sqs", *_WEB)
_SAME_FOR = 300.0
"""Seconds in which a FIFO topic takes a message with the same deduplication id only once."""
_sequence = itertools.count(10_000_000_000_000_000_000)


class TopicHands(Protocol):
    """Who takes what was published, and asks web addresses whether they want it."""

    def now(self) -> float: ...

    def published(self, publication: Publication, subscriptions: Sequence[Subscription]) -> None: ...

    def confirm(self, subscription: Subscription, token: str) -> None: ...


_hands: TopicHands
_moto_subscribe = sns_models.SNSBackend.subscribe
_moto_set_attributes = SNSResponse.set_subscription_attributes
_moto_answer = SNSResponse.subscribe


def install(hands: TopicHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    setattr(sns_models.Topic, "publish", _publish)  # noqa: B010 - mypy
    setattr(sns_models.SNSBackend, "subscribe", _subscribe)  # noqa: B010 - mypy
    setattr(sns_models.SNSBackend, "_validate_filter_policy", lambda *_, **__: None)  # noqa: B010 - mypy
    setattr(SNSResponse, "subscribe", _answer)  # noqa: B010 - mypy
    setattr(SNSResponse, "set_subscription_attributes", _set_attributes)  # noqa: B010 - mypy
    setattr(SNSResponse, "confirm_subscription", _confirm_subscription)  # noqa: B010 - mypy


def _publish(
    topic: Any,
    message: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> str:
    """Take a message and hand it over; its id."""
    messages = _by_protocol(message) if message_structure == "json" else {"default": message}
    message_id, now = values.new_uuid(), _hands.now()
    if topic.fifo_topic:
        same = deduplication_id or hashlib.sha256(message.encode()).hexdigest()
        seen: dict[str, tuple[str, float]] = vars(topic).setdefault("seen", {})
        if same in seen and now < seen[same][1] + _SAME_FOR:
            return seen[same][0]
        seen[same] = message_id, now
        deduplication_id = same
    publication = Publication(
        messages,
        topic.arn,
        message_id,
        now,
        subject or None,
        {name: _attribute(value) for name, value in (message_attributes or {}).items()},
        group_id,
        deduplication_id,
        str(next(_sequence)) if topic.fifo_topic else None,
    )
    found = [one for one in topic.sns_backend.subscriptions.values() if one.topic is topic]
    _hands.published(publication, [_seen(one) for one in found if not _pending(one) and one.protocol in _DELIVERED])
    return message_id


def _by_protocol(message: str) -> dict[str, str]:
    """The texts of a message with MessageStructure json."""
    try:
        given = json.loads(message)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InvalidParameterValue("Invalid parameter: Message Structure - JSON message body failed to parse")
    if "default" not in given:
        raise InvalidParameterValue("Invalid parameter: Message Structure - No default entry in JSON message body")
    return {name: text for name, text in given.items() if isinstance(text, str)}


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute as boto3 takes it, from moto's own form, which has bytes in base64."""
    if value["Type"].startswith("Binary"):
        return {"DataType": value["Type"], "BinaryValue": base64.b64decode(value["Value"])}
    return {"DataType": value["Type"], "StringValue": str(value["Value"])}


def _seen(subscription: Any) -> Subscription:
    """A subscription of moto's as the trigger sees it."""
    kept = subscription.attributes
    scope = kept.get("FilterPolicyScope") or ON_ATTRIBUTES
    letters = json.loads(kept["RedrivePolicy"])["deadLetterTargetArn"] if kept.get("RedrivePolicy") else ""
    return Subscription(
        subscription.arn,
        subscription.topic.arn,
        subscription.protocol,
        subscription.endpoint,
        _is_true(kept.get("RawMessageDelivery")),
        read_filter(kept["FilterPolicy"], scope) if kept.get("FilterPolicy") else None,
        scope,
        letters,
        HttpRetries.read(kept.get("DeliveryPolicy") or subscription.topic.delivery_policy or ""),
    )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _pending(subscription: Any) -> bool:
    return _is_true(subscription.attributes.get("PendingConfirmation"))


def _subscribe(backend: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
    """Let moto keep a subscription that AWS would take; a web address has to be confirmed first."""
    if protocol not in _PROTOCOLS:
        raise SNSInvalidParameter(f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}")
    if topic_arn.split(":")[3:4] != [backend.region_name]:
        raise SNSInvalidParameter("Invalid parameter: TopicArn")
    if protocol in _WEB:
        if not endpoint.startswith(f"{protocol}://"):
            raise SNSInvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
        if not web_endpoints.here(endpoint):
            raise SNSInvalidParameter(
                f"Invalid parameter: Endpoint: {endpoint} is no address of this machine. lambdalab sends nothing to "
                "another one: use 127.0.0.1 or localhost."
            )
    if protocol == "lambda" and not endpoint.startswith("arn:aws:lambda:"):
        raise SNSInvalidParameter("Invalid parameter: Lambda endpoint ARN")
    subscription = _moto_subscribe(backend, topic_arn, endpoint, protocol)
    if protocol in _WEB and "token" not in vars(subscription):
        vars(subscription)["token"] = secrets.token_hex(64)
        subscription.attributes["PendingConfirmation"] = True
        subscription.attributes["ConfirmationWasAuthenticated"] = False
    return subscription


def _answer(response: Any) -> Any:
    """Subscribe: attributes are looked at before anything is kept, and a web address is asked."""
    given, protocol = response._get_param("Attributes") or {}, response._get_param("Protocol")
    for name, value in given.items():
        _check(name, value, protocol, given.get("FilterPolicyScope", ON_ATTRIBUTES), "Attributes Reason: ")
    before = set(response.backend.subscriptions)
    answer: Any = _moto_answer(response)
    made: dict[str, str] = answer.result
    kept = response.backend.subscriptions[made["SubscriptionArn"]]
    if kept.arn not in before and protocol in _WEB:
        _hands.confirm(_seen(kept), vars(kept)["token"])
    if _pending(kept) and not _is_true(response._get_param("ReturnSubscriptionArn")):
        made["SubscriptionArn"] = "pending confirmation"
    return answer


def _set_attributes(response: Any) -> Any:
    """SetSubscriptionAttributes, refusing what AWS refuses."""
    kept = response.backend.subscriptions.get(response._get_param("SubscriptionArn"))
    if kept is not None:
        scope = kept.attributes.get("FilterPolicyScope") or ON_ATTRIBUTES
        name, value = response._get_param("AttributeName"), response._get_param("AttributeValue")
        _check(name, value, kept.protocol, scope, "")
    return _moto_set_attributes(response)


def _check(name: str, value: Any, protocol: str, scope: str, start: str) -> None:
    """Refuse a value that a subscription's attribute cannot have.

    Args:
        start: what AWS writes before its reason.
    """
    refusal = ""
    if name == "FilterPolicy" and value:
        try:
            read_filter(value, scope)
        except InvalidPattern as wrong:
            refusal = f"{'' if 'scope' in str(wrong) else 'FilterPolicy: '}{wrong}"
    elif name == "FilterPolicyScope" and value not in (ON_ATTRIBUTES, ON_BODY):
        refusal = f"FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
    elif name == "RawMessageDelivery" and str(value).lower() not in ("true", "false"):
        refusal = f"RawMessageDelivery: Invalid value [{value}]. Must be true or false."
    elif name == "RawMessageDelivery" and _is_true(value) and protocol not in _RAW:
        refusal = f"Delivery protocol [{protocol}] does not support raw message delivery."
        start = "Attributes Reason: "
    elif name == "RedrivePolicy" and value:
        refusal = _redrive_refusal(value)
    if refusal:
        raise SNSInvalidParameter(f"Invalid parameter: {start}{refusal}")


def _redrive_refusal(policy: str) -> str:
    try:
        arn = str(json.loads(policy).get("deadLetterTargetArn", ""))
    except (ValueError, AttributeError):
        return "RedrivePolicy: failed to parse JSON."
    return "" if arn.startswith("arn:aws:sqs:") else "RedrivePolicy: deadLetterTargetArn is an invalid arn"


def confirm(topic_arn: str, token: str) -> str:
    """Confirm a subscription; its ARN.

    Raises:
        LookupError: the topic has no subscription with this token.
    """
    _, _, _, region, account, *_ = topic_arn.split(":")
    for one in sns_models.sns_backends[account][region].subscriptions.values():
        if one.topic.arn == topic_arn and secrets.compare_digest(vars(one).get("token", ""), token):
            one.attributes["PendingConfirmation"] = False
            return str(one.arn)
    raise LookupError(topic_arn)


def _confirm_subscription(response: Any) -> Any:
    """ConfirmSubscription, which wants the token that the address was sent."""
    topic_arn = response._get_param("TopicArn")
    response.backend.get_topic(topic_arn)
    try:
        arn = confirm(topic_arn, response._get_param("Token"))
    except LookupError:
        raise SNSInvalidParameter("Invalid parameter: Token") from None
    return ActionResult({"SubscriptionArn": arn})
