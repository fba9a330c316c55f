"""Queues: moto keeps the messages, and here they are received, hidden, moved and deleted as on AWS.

On AWS SQS hides what somebody received until its visibility timeout is over, keeps the groups of a FIFO queue in order,
drops what is too old, and moves a message that was received too often to the dead-letter queue. moto does most of it,
but calls a mapped function inside the sender's request, holds the whole cloud up while somebody waits for a message,
and stands still behind a message that is too old. Here a queue only tells that there is news; reading it is the
pollers' work, and whoever waits gives the lock up meanwhile. Left out: short polling that misses messages, and the
limit on messages in flight.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Queue, SQSBackend

from lambdalab.cloud.targets import queue
from lambdalab.events.sqs import Message
from lambdalab.observe.tracing import Trace
from lambdalab.triggers.batches import DeadLetter, Received, Taken

TOUCHED = {
    "moto.sqs": ["models"],
    "moto.sqs.models": [
        "DEDUPLICATION_TIME_IN_SECONDS",
        "_filter_message_attributes",
        "Queue.add_message",
        "Queue.delete_message",
        "Queue.policy",
        "Queue.approximate_number_of_messages",
        "Queue.approximate_number_of_messages_not_visible",
        "Queue.approximate_number_of_messages_delayed",
        "Queue.pending_messages",
        "SQSBackend.receive_message",
        "SQSBackend.get_queue",
        "SQSBackend.set_queue_attributes",
        "SQSBackend.change_message_visibility",
        "Message.mark_received",
        "Message.all_receipt_handles",
    ],
    "moto.sqs.exceptions": ["ReceiptHandleIsInvalid"],
}
_JUST_AFTER = 0.001
"""Seconds: moto's messages are seen again after their moment, not at it."""
_sequence = itertools.count(18_849_496_460_467_696_128)


class QueueHands(Protocol):
    """Who takes what happens to queues."""

    def now(self) -> float: ...

    def trace(self) -> Trace:
        """What the request that moto is answering came with."""

    def queue_news(self, arn: str) -> None:
        """A message came, or can be received again."""

    def dead_lettered(self, letter: DeadLetter) -> None: ...

    def wait(self, until: float) -> None:
        """Wait for news of any queue, at most until this moment of the lab's clock, and give the lock up meanwhile."""


_moto_set_queue_attributes = SQSBackend.set_queue_attributes
_hands: QueueHands


def install(hands: QueueHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    for place, name, ours in (
        (Queue, "add_message", _add_message),
        (Queue, "delete_message", _delete_message),
        (SQSBackend, "receive_message", _receive_message),
        (SQSBackend, "change_message_visibility", _change_message_visibility),
        (SQSBackend, "set_queue_attributes", _set_queue_attributes),
        (Queue, "approximate_number_of_messages", property(_seen)),
        (Queue, "approximate_number_of_messages_not_visible", property(_hidden)),
        (Queue, "approximate_number_of_messages_delayed", property(_delayed)),
    ):
        setattr(place, name, ours)


class MotoQueues:
    """The queues as pollers read them, each call under the lock for a moment.

    Args:
        within: takes the lock of moto's stores.
    """

    def __init__(self, within: Callable[[Trace | None], AbstractContextManager[None]]) -> None:
        self._within = within

    def receive(self, arn: str, most: int, least_hidden: float) -> Received:
        """Take messages, and hide them for the queue's visibility timeout, or for longer where that is too short.

        Args:
            most: how many.
            least_hidden: seconds that their work may take.
        """
        with self._within(None):
            try:
                found = queue(arn)
            except LookupError:
                return Received()
            hidden = int(found.visibility_timeout)
            if hidden < least_hidden:  # AWS makes room for the work, too
                hidden = int(least_hidden) + 30
            taken = _take(found, most, hidden)
            return Received([_taken(one, arn) for one in taken], _hands.now() + hidden)

    def delete(self, arn: str, receipts: Sequence[str]) -> None:
        """Delete messages; those that are gone, or whose queue is, need nothing."""
        with self._within(None):
            try:
                _remove(queue(arn), set(receipts))
            except LookupError:
                return

    def next_moment(self, arn: str) -> float | None:
        """When the next message can be received that cannot be now; seconds since 1970 on the lab's clock."""
        with self._within(None):
            try:
                return _next_moment(queue(arn))
            except LookupError:
                return None


def _set_queue_attributes(backend: SQSBackend, queue_name: str, attributes: Mapping[str, Any]) -> Any:
    """Set what is named, and leave the rest; moto would drop a policy that is not named."""
    return _moto_set_queue_attributes(
        backend, queue_name, {"Policy": backend.get_queue(queue_name).policy, **attributes}
    )


def _millis() -> float:
    return _hands.now() * 1000


def _seen(of: Any) -> int:
    """How many messages can be received; moto counts anew for each message sent, and asks each for the time."""
    now = _millis()
    return sum(1 for message in of._messages if message.visible_at < now and message.delayed_until < now)


def _hidden(of: Any) -> int:
    now = _millis()
    return sum(1 for message in of._messages if message.visible_at >= now)


def _delayed(of: Any) -> int:
    now = _millis()
    return sum(1 for message in of._messages if message.delayed_until >= now)


def _add_message(to: Any, message: Any) -> None:
    """A message was sent: keep it, unless a FIFO queue has had it within five minutes, and tell it."""
    if to.fifo_queue:
        key = (message.group_id if to.deduplication_scope == "messageGroup" else None, message.deduplication_id)
        seen: dict[Any, float] = to.__dict__.setdefault("seen", {})
        if message.sent_timestamp - seen.get(key, float("-inf")) < models.DEDUPLICATION_TIME_IN_SECONDS * 1000:
            return
        seen[key] = message.sent_timestamp
        message.sequence_number = str(next(_sequence))
    if not message.system_attributes.get("AWSTraceHeader"):
        trace = _hands.trace()
        message.trace = str(trace)
        if trace.lineage:  # a function sent it, and boto3 in it passed the header on; nobody else has one
            header = {"DataType": "String", "StringValue": message.trace}
            message.system_attributes = {**message.system_attributes, "AWSTraceHeader": header}
    to._messages.append(message)
    _hands.queue_news(to.queue_arn)


def _receive_message(
    backend: Any,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Any]:
    """Messages for somebody who asks, who may wait for them."""
    ends = _hands.now() + int(wait_seconds_timeout)
    while True:
        asked = backend.get_queue(queue_name)  # it may be deleted meanwhile
        taken = _take(asked, count, int(visibility_timeout))
        if taken or _hands.now() >= ends:
            break
        _hands.wait(min(ends, _next_moment(asked) or ends))
    found = [copy.copy(message) for message in taken]
    for message in found:
        models._filter_message_attributes(message, message_attribute_names or [])
    return found


def _take(of: Any, most: int, hidden: int) -> list[Any]:
    """Receive messages: the queue's own, which are hidden from now on."""
    now = _millis()
    taken: list[Any] = []
    dead: list[Any] = []
    too_old = now - of.message_retention_period * 1000
    of._messages = [message for message in of._messages if message.sent_timestamp > too_old]
    redrives = of.dead_letter_queue is not None and of.redrive_policy
    most_receives = of.redrive_policy["maxReceiveCount"] if redrives else float("inf")
    in_flight = {message.group_id for message in of.pending_messages if message.visible_at >= now}
    for message in of._messages:
        if len(taken) >= most:
            break
        if message.visible_at >= now or message.delayed_until >= now:
            continue
        if of.fifo_queue and message.group_id in in_flight:  # a group waits while a part of it is out
            continue
        if message.approximate_receive_count >= most_receives:
            dead.append(message)
            continue
        of.pending_messages.add(message)
        message.mark_received(visibility_timeout=hidden)
        if hidden:  # moto asks the time for each; received together, they have to be seen again together
            message.visible_at = now + hidden * 1000
        taken.append(message)
    for message in dead:
        _redrive(of, message)
    return taken


def _redrive(of: Any, message: Any) -> None:
    """Move a message that was received too often."""
    of._messages.remove(message)
    of.pending_messages.discard(message)
    letters = of.dead_letter_queue
    letters._messages.append(message)
    message.dead_letter_source = of.queue_arn
    received, most = message.approximate_receive_count, of.redrive_policy["maxReceiveCount"]
    _hands.dead_lettered(DeadLetter(of.queue_arn, letters.queue_arn, message.id, received, most, _trace(message)))
    _hands.queue_news(letters.queue_arn)


def _next_moment(of: Any) -> float | None:
    now = _millis()
    moments = [max(message.visible_at, message.delayed_until) for message in of._messages]
    first = min((moment for moment in moments if moment >= now), default=None)
    return None if first is None else first / 1000 + _JUST_AFTER


def _delete_message(of: Any, receipt_handle: str) -> None:
    if receipt_handle not in of.deleted_messages and not _remove(of, {receipt_handle}):
        raise ReceiptHandleIsInvalid()


def _remove(of: Any, receipts: set[str]) -> bool:
    """Delete the messages that had one of these receipts; whether there was any."""
    gone = [m for m in of._messages if not receipts.isdisjoint(m.all_receipt_handles)]
    for message in gone:
        of._messages.remove(message)
        of.pending_messages.discard(message)
        of.deleted_messages.update(message.all_receipt_handles)
    if gone and of.fifo_queue:  # what is behind it in its group can be received now
        _hands.queue_news(of.queue_arn)
    return bool(gone)


_moto_change = SQSBackend.change_message_visibility


def _change_message_visibility(backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    _moto_change(backend, queue_name, receipt_handle, visibility_timeout)
    _hands.queue_news(backend.get_queue(queue_name).queue_arn)


def _header(message: Any) -> str | None:
    """The trace header that was sent with a message."""
    header = message.system_attributes.get("AWSTraceHeader")
    found = header.get("StringValue", header.get("string_value")) if isinstance(header, Mapping) else header
    return str(found) if found else None


def _trace(message: Any) -> Trace:
    """The trace that a message belongs to, whether its sender passed a header on or not."""
    return Trace.read(_header(message) or getattr(message, "trace", None))


def _taken(one: Any, arn: str) -> Taken:
    return Taken(
        Message(
            one.body,
            arn,
            one.message_attributes,
            sender=one.sender_id,
            sent=one.sent_timestamp / 1000,
            first_received=one.approximate_first_receive_timestamp / 1000,
            received=one.approximate_receive_count,
            message_id=one.id,
            receipt=one.receipt_handle,
            group=one.group_id,
            deduplication=one.deduplication_id if one.group_id else None,
            sequence=one.sequence_number,
            trace=_header(one),
            dead_letter_source=getattr(one, "dead_letter_source", None),  # ours, and only dead letters have it
        ),
        _trace(one),
    )
