"""What AWS asks of an event source mapping before it takes one.

On AWS the figures must fit each other, patterns must be readable, function and source must be there, and the function's
role must have the rights with which Lambda reads. Here the same, with AWS's own sentences where they are known. Left
out: whether a queue still fits when the function's timeout is raised later. Follows
https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html; lesson 07.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.dynamodbstreams.models import dynamodbstreams_backends

from lambdalab.cloud import roles
from lambdalab.cloud.refusals import invalid, refusal
from lambdalab.cloud.targets import queue
from lambdalab.keys import ACCOUNT
from lambdalab.patterns import InvalidPattern, Pattern
from lambdalab.permissions import decide_for_role

TOUCHED = {"moto.dynamodbstreams.models": ["dynamodbstreams_backends", "DynamoDBStreamsBackend.list_streams"]}
MOST_FILTERS = 5
_MOST_IN_FIFO = _MOST_WITHOUT_WINDOW = 10
_RECEIVING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_STREAMING = ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")


def filters(settings: Mapping[str, Any]) -> tuple[Pattern, ...]:
    """Those of a mapping; raises InvalidPattern."""
    given = (settings.get("FilterCriteria") or {}).get("Filters") or []
    return tuple(Pattern.parse(one.get("Pattern") or "") for one in given)


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that are wrong whatever there is."""
    try:
        count = len(filters(settings))
    except InvalidPattern:
        raise invalid("Invalid filter pattern definition.") from None
    if count > MOST_FILTERS:
        raise invalid(f"A mapping has at most {MOST_FILTERS} filters, not {count}.")
    (_check_batches if ":sqs:" in settings["EventSourceArn"] else _check_position)(settings)


def check_source(arn: str, function: Any) -> None:
    """Refuse a source that is not there, that does not fit the function, or that its role may not read."""
    (_check_queue if ":sqs:" in arn else _check_stream)(arn, function)


def _check_batches(settings: Mapping[str, Any]) -> None:
    arn = settings["EventSourceArn"]
    size, window = settings.get("BatchSize") or 10, settings.get("MaximumBatchingWindowInSeconds") or 0
    if arn.endswith(".fifo"):
        if window:
            raise invalid("Batching window is not supported for FIFO queues")
        if size > _MOST_IN_FIFO:
            raise invalid(f"A batch of a FIFO queue has at most {_MOST_IN_FIFO} messages, not {size}.")
    elif size > _MOST_WITHOUT_WINDOW and not window:
        raise invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")


def _check_queue(arn: str, function: Any) -> None:
    try:
        found = queue(arn)
    except LookupError:
        raise invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        ) from None
    policy = json.loads(found.policy)["Statement"] if found.policy else []
    for operation in _RECEIVING:
        if not _may(function, f"sqs:{operation}", arn, policy):
            raise invalid(f"The function execution role does not have permissions to call {operation} on SQS")
    if found.visibility_timeout < int(function.timeout):
        raise invalid(
            f"Queue visibility timeout: {found.visibility_timeout} seconds is less than "
            f"Function timeout: {function.timeout} seconds"
        )


def _check_position(settings: Mapping[str, Any]) -> None:
    arn, position = settings["EventSourceArn"], settings.get("StartingPosition")
    if position is None:
        text = "Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
        raise refusal(400, "ValidationException", f"1 validation error detected: {text}")
    if position == "AT_TIMESTAMP":
        raise invalid(f"Unsupported starting position for arn type: {arn}")
    if (settings.get("ParallelizationFactor") or 1) > 1 or settings.get("TumblingWindowInSeconds"):
        raise invalid("ParallelizationFactor above 1 and TumblingWindowInSeconds are left out of lambdalab.")


def _check_stream(arn: str, function: Any) -> None:
    backend = dynamodbstreams_backends[ACCOUNT][arn.split(":")[3]]
    if arn not in [stream["StreamArn"] for stream in backend.list_streams()]:
        raise invalid(f"Stream not found: {arn}")
    for operation in _STREAMING:
        if not _may(function, f"dynamodb:{operation}", arn, []):
            raise invalid(
                f"Cannot access stream {arn}. Please ensure the role can perform the GetRecords, GetShardIterator, "
                "DescribeStream, and ListStreams Actions on your stream in IAM."
            )


def _may(function: Any, action: str, arn: str, policy: list[Any]) -> bool:
    """Whether the function's role, where IAM knows it, may do what Lambda does in its name."""
    role = function.role.rpartition("/")[2]
    given = roles.statements(role)
    if given is None:
        return True
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{function.function_name}"
    return decide_for_role(given, action=action, resource=arn, policy=policy, caller=session).allowed
