"""What a stream's mapping tells of changes that it has given up: where they stand, and what the last run said.

On AWS a queue or a topic learns the place in the stream only, so whoever wants the changes must read them there before
they expire; a bucket gets the whole event as well. Here the same record is built from its parts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambdalab.events import values
from lambdalab.events.dynamodb import ItemChange

RETRY_ATTEMPTS_EXHAUSTED = "RetryAttemptsExhausted"
RECORD_AGE_EXCEEDED = "RecordAgeExceeded"


@dataclass(frozen=True)
class Discarded:
    """Changes that a mapping has given up, all from one shard.

    Args:
        function_arn: the mapping's.
        request_id: of the last call.
        condition: "RetryAttemptsExhausted" or "RecordAgeExceeded".
        attempts: how often the function has run for them.
        changes: at least one, in order.
        shard: the shard's id.
        version: that ran last; "" when none ran, and then the record has no response.
        failed: whether that run failed; it has not, when it named changes that failed.
        at: when they were given up, in seconds since 1970.
    """

    function_arn: str
    request_id: str
    condition: str
    attempts: int
    changes: Sequence[ItemChange]
    shard: str
    version: str = ""
    failed: bool = True
    at: float = field(default_factory=values.now)


def discarded(given_up: Discarded, event: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Build the record for an on-failure destination.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html; lesson 07. Unsure: that there is
    no response when the function never ran, for AWS shows no such record.

    Args:
        event: what the function got, for a bucket; queues and topics do not get it.
    """
    first, last = given_up.changes[0], given_up.changes[-1]
    response = {
        "statusCode": 200,
        "executedVersion": given_up.version,
        "functionError": "Unhandled" if given_up.failed else None,
    }
    return {
        "requestContext": {
            "requestId": given_up.request_id,
            "functionArn": given_up.function_arn,
            "condition": given_up.condition,
            "approximateInvokeCount": given_up.attempts,
        },
        **({"responseContext": response} if given_up.version else {}),
        "version": "1.0",
        "timestamp": values.milliseconds(given_up.at),
        "DDBStreamBatchInfo": {
            "shardId": given_up.shard,
            "startSequenceNumber": first.sequence,
            "endSequenceNumber": last.sequence,
            "approximateArrivalOfFirstRecord": values.seconds(first.at),
            "approximateArrivalOfLastRecord": values.seconds(last.at),
            "batchSize": len(given_up.changes),
            "streamArn": first.stream_arn,
        },
        **({"payload": json.dumps(event)} if event is not None else {}),
    }


def discarded_key(mapping: str, shard: str, at: float) -> str:
    """The key of the object that a bucket gets; the end is another one each time.

    Args:
        mapping: its UUID.
        at: seconds since 1970.
    """
    moment = datetime.fromtimestamp(at, UTC)
    return f"aws/lambda/{mapping}/{shard}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{values.new_uuid()}"
