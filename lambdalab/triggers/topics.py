"""The trigger of topics: from a published message to those who have subscribed.

On AWS, SNS takes a message, answers, and then delivers it to each subscription by itself: to a function as an
asynchronous event, to a queue or a web address as a text. The function's or the queue's policy must let SNS in. A
client error (no permission, nothing there) is not tried again; what could not be delivered goes to the subscription's
dead-letter queue, if it has one, and otherwise nobody is told. Here delivering stands on the agenda, and each
subscription leaves a step in the journal, one that was filtered out too. Follows
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html; lessons 05 and 08. Left out: server errors
of functions and queues, which this cloud does not have.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from lambdalab import permissions
from lambdalab.events import values
from lambdalab.events.sns import sns, sns_confirmation, sns_text
from lambdalab.keys import ACCOUNT
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.permissions import Statement
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers import web_endpoints
from lambdalab.triggers.delivery import Push, Statements, deliver, note
from lambdalab.triggers.subscriptions import Publication, Subscription

PRINCIPAL = "sns.amazonaws.com"
_NAME, _LETTER = "sns:Notification", "sns:DeadLetter"
_MOST_RAW_ATTRIBUTES = 10
_CLIENT_ERRORS = ("denied", "missing")


class Targets(Protocol):
    """Who takes what SNS sends to queues."""

    def send_message(
        self,
        queue_arn: str,
        body: str,
        trace: Trace,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None:
        """Raises LookupError when there is no such queue, ValueError when it does not take this."""

    def policy(self, arn: str) -> Sequence[Statement]:
        """The resource policy of a queue; raises LookupError when there is none of this ARN."""


@dataclass(frozen=True)
class _Delivery:
    """One message on its way to one subscription; `tries` counts those of a web address."""

    publication: Publication
    to: Subscription
    trace: Trace
    began: float
    tries: int = 0

    def push(self) -> Push:
        """As the journal and the function's policy see it."""
        topic = self.publication.topic_arn
        words, about = f"sns:{topic.split(':')[5]}", self.publication.message_id
        return Push(PRINCIPAL, topic, self.to.endpoint, _NAME, about, words, self.began, self.trace, ACCOUNT)

    def text(self) -> str:
        if self.to.raw:
            return self.publication.message(self.to.protocol)
        return sns_text(self.publication.notification(self.to))


class TopicTrigger:
    """Delivers what was published (lesson 08)."""

    def __init__(self, service: LambdaService, statements: Statements, targets: Targets) -> None:
        self._service, self._statements, self._targets, self._agenda = service, statements, targets, service.agenda
        self._lines: dict[str, deque[_Delivery]] = {}
        self._lock = threading.Lock()

    def published(self, publication: Publication, subscriptions: Sequence[Subscription], trace: Trace) -> None:
        """Deliver a message to each subscription, soon; those of a FIFO topic one after the other."""
        now = self._service.now()
        deliveries = [_Delivery(publication, one, trace, now) for one in subscriptions]
        if not subscriptions:
            push = _Delivery(publication, Subscription("", publication.topic_arn, "", ""), trace, now).push()
            note(push, "filtered", "nobody has subscribed to the topic", self._service)
        for delivery in deliveries:
            if publication.group is None:
                self._agenda.soon(partial(self._deliver, delivery))
            else:
                self._queue_up(delivery)

    def confirm(self, subscription: Subscription, token: str, address: str, trace: Trace) -> None:
        """Ask a web address whether it wants the messages of a topic.

        Args:
            address: which confirms it when it is visited.
        """
        message_id = values.new_uuid()
        text = sns_confirmation(subscription.topic_arn, token, address, message_id, self._service.now())
        asked = Publication({"default": text}, subscription.topic_arn, message_id, self._service.now())
        to = replace(subscription, raw=True, letters="")
        self._agenda.soon(partial(self._post, _Delivery(asked, to, trace, asked.at), "SubscriptionConfirmation"))

    def _queue_up(self, delivery: _Delivery) -> None:
        """Put it behind the others of its subscription, which are delivered in their order."""
        with self._lock:
            line = self._lines.setdefault(delivery.to.arn, deque())
            line.append(delivery)
            first = len(line) == 1
        if first:
            self._agenda.soon(partial(self._next_in_line, line))

    def _next_in_line(self, line: deque[_Delivery]) -> None:
        while True:
            self._deliver(line[0])
            with self._lock:
                line.popleft()
                if not line:
                    return

    def _deliver(self, delivery: _Delivery) -> None:
        if reason := delivery.to.misses(delivery.publication):
            why = f"the filter policy of its subscription does not match the notification: {reason}"
            note(delivery.push(), "filtered", why, self._service)
        elif delivery.to.protocol == "lambda":
            event = sns(delivery.publication.notification(delivery.to))
            outcome, reason = deliver(delivery.push(), event, self._service, self._statements)
            if outcome in _CLIENT_ERRORS:
                self._bury(delivery)
        elif delivery.to.protocol == "sqs":
            self._send(delivery)
        else:
            self._post(delivery, "Notification")

    def _send(self, delivery: _Delivery) -> None:
        """To a queue, if it lets SNS in."""
        to, publication = delivery.to, delivery.publication
        if to.raw and len(publication.attributes) > _MOST_RAW_ATTRIBUTES:
            reason = f"a raw message may have {_MOST_RAW_ATTRIBUTES} attributes at most"
            note(delivery.push(), "failed", reason, self._service)
            self._bury(delivery)
            return
        attributes = publication.attributes if to.raw else None
        reason = self._put_into(to.endpoint, delivery.push(), delivery.text(), attributes, publication)
        if reason:
            self._bury(delivery)

    def _put_into(
        self, queue: str, push: Push, text: str, attributes: Mapping[str, Any] | None, publication: Publication
    ) -> str:
        """Put a text into a queue whose policy lets SNS in, and write that down; why not, or "" when it is there."""
        span = new_span()
        asked: dict[str, Any] = {
            "principal": PRINCIPAL,
            "action": "sqs:SendMessage",
            "resource": queue,
            "source_arn": push.source_arn,
        }
        try:
            statements = self._targets.policy(queue)
            decision = permissions.decide(statements, **asked, source_account=push.account)
            if not decision.allowed:
                near = permissions.near_miss(statements, **asked) if decision.statement is None else ""
                reason = decision.reason + (f". {near}" if near else "")
                missing = json.dumps(permissions.missing_statement(**asked))
                note(push, "denied", reason, self._service, f"Write this into the queue's policy: {missing}", span)
                return reason
            group = publication.group if queue.endswith(".fifo") else None
            same = publication.deduplication if queue.endswith(".fifo") else None
            self._targets.send_message(queue, text, push.trace.child(span), attributes, group, same)
        except LookupError:
            note(push, "missing", f"{queue} does not exist", self._service, span=span)
            return f"{queue} does not exist"
        except ValueError as refused:
            note(push, "failed", f"{queue} does not take it: {refused}", self._service, span=span)
            return str(refused)
        note(push, "ok", "", self._service, span=span)
        return ""

    def _post(self, delivery: _Delivery, kind: str) -> None:
        """To a web address; a server error is tried again after a while, as the subscription's policy says."""
        to, publication = delivery.to, delivery.publication
        headers = {
            "x-amz-sns-message-type": kind,
            "x-amz-sns-message-id": publication.message_id,
            "x-amz-sns-topic-arn": publication.topic_arn,
        }
        if kind == "Notification":
            headers["x-amz-sns-subscription-arn"] = to.arn
            if to.raw:
                headers["x-amz-sns-rawdelivery"] = "true"
        answer = web_endpoints.post(to.endpoint, headers, delivery.text().encode())
        push = replace(delivery.push(), name=f"sns:{kind}")
        delays = to.retries.delays()
        if answer.accepted:
            note(push, "ok", "", self._service)
        elif answer.again and delivery.tries < len(delays):
            wait = delays[delivery.tries]
            note(push, "failed", f"{answer.reason}; it is tried again after {wait:g} s", self._service)
            later = partial(self._post, replace(delivery, tries=delivery.tries + 1), kind)
            self._agenda.at(self._service.now() + wait, later)
        else:
            tries = f" after {delivery.tries + 1} tries" if delivery.tries else ""
            note(push, "failed", f"{answer.reason}, and it was given up{tries}", self._service)
            self._bury(delivery)

    def _bury(self, delivery: _Delivery) -> None:
        """Send what could not be delivered to the subscription's dead-letter queue, if it has one."""
        if delivery.to.letters:
            push = replace(delivery.push(), target_arn=delivery.to.letters, name=_LETTER)
            attributes = delivery.publication.attributes if delivery.to.raw else None
            self._put_into(delivery.to.letters, push, delivery.text(), attributes, delivery.publication)
