"""Events as AWS builds them: one module per source, and short calls that make one for trying a handler.

On AWS every service has a shape of its own for what it tells a function. Here `events.s3`, `events.sqs` and so on build
these shapes from frozen dataclasses, for the lab's triggers. The functions with more in their name, such as
`events.s3_put("photos", "a b.jpg")`, make the same events from a few words, for lessons and tests; `docs/events.md`
shows each of them.
"""

from lambdalab.events.alarms import Alarm, AlarmChange, AlarmState, alarm, alarm_notice, alarm_to_bus
from lambdalab.events.destinations import AsyncResult, destination
from lambdalab.events.dynamodb import ItemChange, dynamodb
from lambdalab.events.eventbridge import BusEvent, eventbridge, from_scheduler, scheduled
from lambdalab.events.rest import rest_api
from lambdalab.events.s3 import ObjectChange, s3, s3_test, s3_to_bus
from lambdalab.events.samples import (
    cloudwatch_alarm,
    delivered_again,
    destination_record,
    dynamodb_changes,
    eventbridge_event,
    eventbridge_schedule,
    eventbridge_scheduler,
    s3_changed,
    s3_put,
    s3_removed,
    s3_through_eventbridge,
    sns_notification,
    sqs_messages,
)
from lambdalab.events.sns import Notification, sns
from lambdalab.events.sqs import Message, sqs
from lambdalab.events.web import function_url, http_api
from lambdalab.events.web_samples import function_url_request, http_api_request, rest_api_request

__all__ = [
    "Alarm",
    "AlarmChange",
    "AlarmState",
    "AsyncResult",
    "BusEvent",
    "ItemChange",
    "Message",
    "Notification",
    "ObjectChange",
    "alarm",
    "alarm_notice",
    "alarm_to_bus",
    "cloudwatch_alarm",
    "delivered_again",
    "destination",
    "destination_record",
    "dynamodb",
    "dynamodb_changes",
    "eventbridge",
    "eventbridge_event",
    "eventbridge_schedule",
    "eventbridge_scheduler",
    "from_scheduler",
    "function_url",
    "function_url_request",
    "http_api",
    "http_api_request",
    "rest_api",
    "rest_api_request",
    "s3",
    "s3_changed",
    "s3_put",
    "s3_removed",
    "s3_test",
    "s3_through_eventbridge",
    "s3_to_bus",
    "scheduled",
    "sns",
    "sns_notification",
    "sqs",
    "sqs_messages",
]
