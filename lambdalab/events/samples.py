"""Events for trying a handler without the service: short calls with good defaults.

On AWS an event comes from a service. Here the same builders that serve the lab's triggers make one from a few words, so
that a handler can be called with the events that break handlers in real life: several records, keys with blanks and
umlauts, a test event, binary bodies, no body, a second delivery. Ids are random, times are now. Left out: the services
that no lesson uses.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from lambdalab.events import values
from lambdalab.events.alarms import Alarm, AlarmChange, AlarmState, alarm, stamp
from lambdalab.events.destinations import RETRIES_EXHAUSTED, SUCCESS, AsyncResult, destination
from lambdalab.events.dynamodb import Item, ItemChange, dynamodb
from lambdalab.events.eventbridge import BusEvent, eventbridge, from_scheduler, scheduled
from lambdalab.events.s3 import ObjectChange, s3, s3_to_bus
from lambdalab.events.sns import Notification, sns
from lambdalab.events.sqs import Attributes, Message, new_receipt, sqs
from lambdalab.keys import ACCOUNT

REGION = "us-east-1"
_RULE_ID = "uploads"
_ETAG = "0123456789abcdef0123456789abcdef"
_DAY = 86_400


def s3_put(bucket: str, *keys: str, size: int = 1024, versioned: bool = False) -> dict[str, Any]:
    """S3 tells that objects were uploaded; one record for each key (lesson 05).

    Args:
        bucket: the bucket's name.
        keys: as the uploader wrote them; the event has them URL-encoded.
        size: of each object, in bytes.
        versioned: whether the bucket keeps versions; only then a record has a versionId.
    """
    return s3_changed("ObjectCreated:Put", bucket, *keys, size=size, versioned=versioned)


def s3_removed(bucket: str, *keys: str, versioned: bool = False) -> dict[str, Any]:
    """S3 tells that objects were deleted: without size and eTag (lesson 05).

    In a versioned bucket nothing is lost: the event tells of a delete marker.
    """
    kind = "DeleteMarkerCreated" if versioned else "Delete"
    return s3_changed(f"ObjectRemoved:{kind}", bucket, *keys, versioned=versioned)


def s3_changed(event: str, bucket: str, *keys: str, size: int = 1024, versioned: bool = False) -> dict[str, Any]:
    """S3 tells of any other change, such as "ObjectTagging:Put" or "ObjectRestore:Completed" (lesson 05)."""
    changes = [_change(event, bucket, key, size, versioned) for key in keys]
    return s3(*changes, configuration_id=_RULE_ID)


def s3_through_eventbridge(event: str, bucket: str, key: str, size: int = 1024) -> dict[str, Any]:
    """S3 tells EventBridge: one object, the key as the uploader wrote it (lesson 08).

    Raises:
        ValueError: EventBridge has no event for this change.
    """
    return s3_to_bus(_change(event, bucket, key, size, False))


def sqs_messages(
    *bodies: Any, queue: str = "orders", attributes: Attributes | None = None, group: str | None = None
) -> dict[str, Any]:
    """A batch of messages from a queue; one record for each body (lesson 07).

    Args:
        bodies: texts; anything else is written as JSON, such as another event that was sent through the queue.
        queue: the queue's name.
        attributes: of every message, as boto3's MessageAttributes.
        group: the message group; the queue is then a FIFO queue, whose name ends in `.fifo`.
    """
    if group is not None:
        queue = queue.removesuffix(".fifo") + ".fifo"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
    return sqs(
        Message(
            body=_text(body),
            queue_arn=arn,
            attributes=attributes or {},
            group=group,
            deduplication=None if group is None else values.new_hex(64),
            sequence=None if group is None else f"{18_849_496_460_467_696_128 + 256 * position}",
        )
        for position, body in enumerate(bodies)
    )


def sns_notification(
    message: Any, subject: str | None = None, topic: str = "orders", attributes: Attributes | None = None
) -> dict[str, Any]:
    """A message published to a topic: always exactly one record (lesson 08).

    Args:
        message: a text; anything else is written as JSON.
        subject: None when the publisher gave none; the event then has null.
        topic: the topic's name.
        attributes: as boto3's MessageAttributes.
    """
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic}"
    return sns(
        Notification(
            message=_text(message),
            topic_arn=arn,
            subscription_arn=f"{arn}:{values.new_uuid()}",
            subject=subject,
            attributes=attributes or {},
        )
    )


def dynamodb_changes(
    *changes: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None], table: str = "orders", key: str = "id"
) -> dict[str, Any]:
    """A batch from a table's stream; one record for each pair of the item before and after (lesson 07).

    Args:
        changes: pairs (before, after) of plain Python dictionaries; None before is an INSERT, None after a REMOVE.
        table: the table's name.
        key: the name of the table's partition key.

    Raises:
        TypeError: a value is a float; DynamoDB takes Decimal.
        ValueError: a pair is (None, None).
    """
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/2026-01-01T00:00:00.000"
    made = []
    for position, (before, after) in enumerate(changes):
        old, new = _item(before), _item(after)
        keys = {name: value for name, value in (new or old or {}).items() if name == key}
        sequence = f"{4_421_584_500_000_000_017_450_439_091 + position}"
        made.append(ItemChange(arn, keys, new, old, sequence=sequence))
    return dynamodb(made)


def eventbridge_event(source: str, detail_type: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """An event on a bus, as a rule's target receives it (lesson 08)."""
    return eventbridge(BusEvent(source, detail_type, detail, region=REGION))


def eventbridge_schedule(rule: str = "every-hour", at: float | None = None) -> dict[str, Any]:
    """The event of a schedule: `detail` is empty, and `time` is the planned moment (lesson 08).

    Args:
        rule: the rule's name.
        at: seconds since 1970; None is now.
    """
    return scheduled(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}", at)


def destination_record(
    function: str, event: Any, *, answer: Any = None, error: str | None = None, attempts: int | None = None
) -> dict[str, Any]:
    """What a destination gets about an asynchronous event of a function (lesson 07).

    Args:
        function: its name.
        event: what it was called with, a JSON value.
        answer: what it returned, a JSON value.
        error: the message of the exception that it raised in its last attempt; None for success.
        attempts: how often it ran; None is 1 for success and 3 for a failure.
    """
    failed, request_id = error is not None, values.new_uuid()
    raised: dict[str, Any] = {
        "errorMessage": error,
        "errorType": "ValueError",
        "requestId": request_id,
        "stackTrace": [],
    }
    return destination(
        AsyncResult(
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:$LATEST",
            request_id,
            event,
            RETRIES_EXHAUSTED if failed else SUCCESS,
            attempts or (3 if failed else 1),
            "$LATEST",
            raised if failed else answer,
            failed,
        )
    )


def eventbridge_scheduler(schedule: str = "nightly", at: float | None = None) -> dict[str, Any]:
    """What EventBridge Scheduler sends when its target has no Input: `detail` is a text (lesson 08).

    Args:
        schedule: its name, in the group "default".
        at: the planned moment, in seconds since 1970; None is now.
    """
    return from_scheduler(f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{schedule}", at)


def cloudwatch_alarm(
    name: str = "shop-does-not-answer", state: str = "ALARM", before: str = "OK", metric: str = "Failures"
) -> dict[str, Any]:
    """An alarm that has changed its state, as a function gets it that is the alarm's action (lesson 08).

    Args:
        name: the alarm's.
        state: "ALARM", "OK" or "INSUFFICIENT_DATA".
        before: the state until now.
        metric: the name of its metric, in the namespace "Health".
    """
    arn, now = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", values.now()
    watched = Alarm(arn, "Health", metric, {"Service": "shop"}, statistic="Sum", changed=now - _DAY)
    seen = {"ALARM": [3.0], "OK": [0.0]}.get(state, [])
    data = {"version": "1.0", "queryDate": stamp(now), "statistic": "Sum", "recentDatapoints": seen, "threshold": 0.0}
    new = AlarmState(state, f"{len(seen)} out of the last 1 datapoints was looked at.", now, json.dumps(data))
    return alarm(AlarmChange(watched, AlarmState(before, "a test", now - _DAY), new))


def delivered_again(event: Mapping[str, Any]) -> dict[str, Any]:
    """The same event a second time, as every service that delivers at least once may do (lesson 07).

    What names the event stays. From a queue each message has a new receipt and has been received once more.
    """
    again = copy.deepcopy(dict(event))
    for record in again.get("Records", []):
        if record.get("eventSource") == "aws:sqs":
            record["receiptHandle"] = new_receipt()
            received = int(record["attributes"]["ApproximateReceiveCount"])
            record["attributes"]["ApproximateReceiveCount"] = str(received + 1)
    return again


def _change(event: str, bucket: str, key: str, size: int, versioned: bool) -> ObjectChange:
    return ObjectChange(
        event=event,
        bucket=bucket,
        region=REGION,
        key=key,
        size=size,
        etag=_ETAG,
        version_id=values.new_code(32) if versioned else None,
        restored_until=values.now() + _DAY if event == "ObjectRestore:Completed" else None,
    )


def _item(plain: Mapping[str, Any] | None) -> Item | None:
    # boto3 takes a tenth of a second to import, and most events need none of it.
    from boto3.dynamodb.types import TypeSerializer

    return None if plain is None else {name: TypeSerializer().serialize(value) for name, value in plain.items()}


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)
