"""`Lab.batch`: what became of a queue's messages, from a real run, as the picture of lesson 07 shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.errors import LabError
from lambdalab.show.receives import Batch

STOPS = """
import json
def handler(event, context):
    for record in event["Records"]:
        print("charged", json.loads(record["body"])["name"])
"""
REPORTS = """
import json
def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            print("charged", json.loads(record["body"])["name"])
        except KeyError:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
SWALLOWS = REPORTS.replace("failed.append({", "print({")


def received(
    lab: Lab, deploy: Callable[..., Any], name: str, source: str, *, reports: bool = True, receives: int = 3
) -> Batch:
    """Five messages, the third without a name, until all of them are done or buried."""
    sqs = lab.client("sqs")
    deploy(source, name=name)
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": receives})
    settings = {"VisibilityTimeout": "30", "RedrivePolicy": redrive}
    queue = sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    types = ["ReportBatchItemFailures"] if reports else []
    lab.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=name, FunctionResponseTypes=types)
    bodies: list[Mapping[str, str]] = [{"name": "A"}, {"name": "B"}, {}, {"name": "D"}, {"name": "E"}]
    entries = [{"Id": str(n), "MessageBody": json.dumps(body)} for n, body in enumerate(bodies)]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]
    lab.clock.advance(minutes=5)
    return lab.batch(name, {one["MessageId"]: "ABCDE"[int(one["Id"])] for one in sent})


def told(batch: Batch) -> dict[str, tuple[list[str], str]]:
    """Each message's outcomes and its end, in the batch's order."""
    return {fate.name: ([outcome for _, outcome in fate.receives], fate.end) for fate in batch.fates}


def test_where_a_handler_stops_what_follows_is_not_reached_and_all_share_one_fate(
    lab: Lab, deploy: Callable[..., Any]
) -> None:
    batch = received(lab, deploy, "stops", STOPS, reports=False)
    charged, missed = (["charged"] * 3, "dead letters"), (["not reached"] * 3, "dead letters")
    assert told(batch) == {
        "A": charged, "B": charged, "C": (["raised"] * 3, "dead letters"), "D": missed, "E": missed,
    }  # fmt: skip
    assert (batch.reported, batch.visibility_seconds, batch.max_receives) == (False, 30.0, 3)


def test_the_receives_are_a_visibility_timeout_apart_and_the_burial_follows_the_last(
    lab: Lab, deploy: Callable[..., Any]
) -> None:
    batch = received(lab, deploy, "apart", STOPS, reports=False)
    for fate in batch.fates:
        assert [at for at, _ in fate.receives] == pytest.approx([0, 30, 60], abs=1)
        assert fate.ended == pytest.approx(90, abs=1)


def test_a_reported_message_comes_back_alone(lab: Lab, deploy: Callable[..., Any]) -> None:
    batch = received(lab, deploy, "reports", REPORTS, receives=2)
    good = (["charged"], "deleted")
    assert told(batch) == {
        "A": good, "B": good, "C": (["raised"] * 2, "dead letters"), "D": good, "E": good,
    }  # fmt: skip
    assert (batch.reported, batch.max_receives) == (True, 2)


def test_a_failure_that_is_not_reported_is_deleted_as_done(lab: Lab, deploy: Callable[..., Any]) -> None:
    batch = received(lab, deploy, "swallows", SWALLOWS)
    assert told(batch)["C"] == (["raised"], "deleted")


def test_a_queue_that_nobody_reads_is_named(lab: Lab) -> None:
    lab.client("sqs").create_queue(QueueName="unread")
    with pytest.raises(LabError, match="no function reads the queue unread"):
        lab.batch("unread", {})
