"""What Lambda sends on when an asynchronous event is done: the record for a destination, and the dead letter.

On AWS a destination gets a record of the event and of the answer, and a dead-letter queue gets the event alone, with
three attributes. Here both are built from their parts. What a stream's mapping sends is in `discarded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambdalab.events import values
from lambdalab.events.eventbridge import BusEvent, eventbridge
from lambdalab.events.sqs import Attributes

SUCCESS = "Success"
RETRIES_EXHAUSTED = "RetriesExhausted"
EVENT_AGE_EXCEEDED = "EventAgeExceeded"
ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"
RESULT = "Lambda Function Invocation Result"
_MOST_MESSAGE = 1024


@dataclass(frozen=True)
class AsyncResult:
    """What became of one asynchronous event.

    Args:
        function_arn: as it was called, with `:$LATEST` or the qualifier.
        request_id: the same on every attempt.
        payload: the event, as a JSON value.
        condition: "Success", "RetriesExhausted", "EventAgeExceeded" or "ZeroReservedConcurrency".
        attempts: how often the function has run for it.
        version: that ran last; "" when none ran, and then the record has no response.
        answer: of the last run, as a JSON value.
        failed: whether that run failed.
        at: when it was done, in seconds since 1970.
    """

    function_arn: str
    request_id: str
    payload: Any
    condition: str = SUCCESS
    attempts: int = 1
    version: str = ""
    answer: Any = None
    failed: bool = False
    at: float = field(default_factory=values.now)


def destination(result: AsyncResult) -> dict[str, Any]:
    """Build the record that a destination gets.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html; lesson 07.
    """
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": values.milliseconds(result.at),
        "requestContext": {
            "requestId": result.request_id,
            "functionArn": result.function_arn,
            "condition": result.condition,
            "approximateInvokeCount": result.attempts,
        },
        "requestPayload": result.payload,
    }
    if result.version:
        response: dict[str, Any] = {"statusCode": 200, "executedVersion": result.version}
        record["responseContext"] = {**response, **({"functionError": "Unhandled"} if result.failed else {})}
        record["responsePayload"] = result.answer
    return record


def destination_on_bus(result: AsyncResult, bus_arn: str) -> dict[str, Any]:
    """Build the event that a rule of a destination's bus sees: the record is its detail (lesson 08)."""
    word = "Success" if result.condition == SUCCESS else "Failure"
    region = bus_arn.split(":")[3]
    resources = [bus_arn, result.function_arn]
    record = destination(result)
    return eventbridge(BusEvent("lambda", f"{RESULT} - {word}", record, resources, region=region, at=result.at))


def destination_key(function: str, at: float) -> str:
    """The key of the object that a bucket gets as a destination; the end is another one each time.

    Args:
        function: the function's name.
        at: seconds since 1970.
    """
    moment = datetime.fromtimestamp(at, UTC)
    return f"aws/lambda/async/{function}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{values.new_uuid()}"


def dead_letter_attributes(request_id: str, code: int, message: str) -> Attributes:
    """What stands beside the event in a dead-letter queue.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq; lesson 07.

    Args:
        code: HTTP's status of the last attempt, 200 for a failure of the function.
        message: the error's; its first KB is sent.
    """
    text = message.encode()[:_MOST_MESSAGE].decode(errors="ignore")
    found: dict[str, Mapping[str, Any]] = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": str(code)},
    }
    return {**found, "ErrorMessage": {"DataType": "String", "StringValue": text}} if text else found
