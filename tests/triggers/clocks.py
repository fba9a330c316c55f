"""Moments of the lab's clock, for tests that turn it, and a queue that may be written to."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import boto3

from lambdalab import Lab


def now(lab: Lab) -> datetime:
    return datetime.fromtimestamp(time.time() + lab.clock.ahead_seconds, UTC)


def moment(lab: Lab, **ahead: float) -> datetime:
    """A moment ahead of now, in whole seconds."""
    return (now(lab) + timedelta(**ahead)).replace(microsecond=0)


def until(lab: Lab, when: datetime) -> None:
    """Turn the clock to a moment."""
    lab.clock.advance(seconds=(when - now(lab)).total_seconds())


def let_into_the_queue(url: str, queue: str, sources: dict[str, str]) -> None:
    """Let services in, each on behalf of one ARN."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        for service, source in sources.items()
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
