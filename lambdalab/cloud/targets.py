"""Queues, topics and the bus as targets: what S3 sends goes into moto's own, and their policies are read here.

On AWS the trace header goes along as a message's attribute, so that a chain of events stays one trace. Here too, for
queues. Left out: it is not carried through topics and the bus.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from moto.events.models import events_backends
from moto.sns.exceptions import TopicNotFound
from moto.sns.models import sns_backends
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from lambdalab.keys import ACCOUNT
from lambdalab.observe.tracing import Trace
from lambdalab.permissions import Statement

TOUCHED = {
    "moto.events.models": ["events_backends", "EventBus", "Rule.send_to_targets"],
    "moto.sns.models": ["sns_backends", "SNSBackend.get_topic", "SNSBackend.publish", "Topic.policy"],
    "moto.sns.exceptions": ["TopicNotFound"],
    "moto.sqs.models": ["sqs_backends", "SQSBackend.get_queue", "SQSBackend.send_message"],
    "moto.sqs.exceptions": ["QueueDoesNotExist"],
}


class MotoTargets:
    """moto's queues, topics and buses; functions' policies are asked of `functions`."""

    def __init__(self, functions: Callable[[str, str, str | None], Sequence[Statement]]) -> None:
        self._functions = functions

    def policy(self, arn: str) -> Sequence[Statement]:
        """The resource policy of a function, queue or topic.

        Raises:
            LookupError: there is nothing of this ARN.
        """
        _, _, service, region, _, _, *more = arn.split(":")
        if service == "lambda":
            return self._functions(region, more[0], next(iter(more[1:]), None))
        text = queue(arn).policy if service == "sqs" else _topic(arn).policy
        document = json.loads(text) if isinstance(text, str) else text or {}
        found = document.get("Statement", [])
        return found if isinstance(found, list) else [found]

    def send_message(self, queue_arn: str, body: str, trace: Trace) -> None:
        """Raises LookupError when there is no such queue."""
        found = queue(queue_arn)
        header = {"AWSTraceHeader": {"DataType": "String", "StringValue": str(trace)}}
        sqs_backends[ACCOUNT][found.region].send_message(found.name, body, system_attributes=header)

    def publish(self, topic_arn: str, subject: str, message: str, trace: Trace) -> None:
        """Raises LookupError when there is no such topic."""
        _topic(topic_arn)
        sns_backends[ACCOUNT][topic_arn.split(":")[3]].publish(message, topic_arn, subject=subject)

    def put_event(self, event: Mapping[str, Any], region: str, trace: Trace) -> None:
        moment = datetime.fromisoformat(event["time"]).timestamp()  # moto keeps it as a number, and writes it itself
        for rule in events_backends[ACCOUNT][region].event_buses["default"].rules.values():
            if rule.state == "ENABLED":
                rule.send_to_targets(cast(Any, {**event, "time": moment}), transform_input=False)


def queue(arn: str) -> Any:
    """moto's queue of an ARN; raises LookupError when there is none."""
    _, _, _, region, account, name = arn.split(":")
    try:
        return sqs_backends[account][region].get_queue(name)
    except QueueDoesNotExist:
        raise LookupError(arn) from None


def _topic(arn: str) -> Any:
    try:
        return sns_backends[arn.split(":")[4]][arn.split(":")[3]].get_topic(arn)
    except TopicNotFound:
        raise LookupError(arn) from None
