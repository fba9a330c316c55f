"""Messages a second from a queue through a mapping to a function, at several batch sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import boto3

from benchmarks.measure import Row
from lambdalab import Lab
from lambdalab.functions import deploy

NOTHING = "def handler(event, context):\n    pass"
SIZES = {1: 500, 10: 2000, 100: 2000}
"""How many messages are sent for each batch size."""


def rows() -> Iterator[Row]:
    lab = Lab()
    deploy(lab, "nothing", NOTHING, memory=1769)
    alone = by_hand()
    for size, count in SIZES.items():
        what = f"SQS messages through a mapping, batches of {size}"
        yield Row(what, mapped(lab, size, count), "received and deleted by boto3, by tens", alone, unit="/s")
    lab.stop()


def by_hand(count: int = 1000) -> float:
    """Messages a second that one client receives and deletes, without any function."""
    client, url = boto3.client("sqs"), filled("by-hand", count)
    start = time.perf_counter()
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in messages]
        client.delete_message_batch(QueueUrl=url, Entries=entries)
    return count / (time.perf_counter() - start)


def mapped(lab: Lab, size: int, count: int) -> float:
    """Messages a second from switching the mapping on until all are deleted; the environments are started before."""
    client, name = boto3.client("lambda"), f"mapped-{size}"
    url = filled(name, 0)
    mapping = client.create_event_source_mapping(
        FunctionName="nothing",
        EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{name}",
        BatchSize=size,
        MaximumBatchingWindowInSeconds=int(size > 10),
    )["UUID"]
    for messages in (50, count):
        client.update_event_source_mapping(UUID=mapping, Enabled=False)
        filled(name, messages)
        start = time.perf_counter()
        client.update_event_source_mapping(UUID=mapping, Enabled=True)
        lab.clock.advance(seconds=1 if size > 10 else 0)  # it returns when all that fell due is done
        took = time.perf_counter() - start
    left = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert left["ApproximateNumberOfMessages"] == left["ApproximateNumberOfMessagesNotVisible"] == "0", left
    client.delete_event_source_mapping(UUID=mapping)
    return count / took


def filled(name: str, count: int) -> str:
    """The address of a queue with so many messages."""
    client = boto3.client("sqs")
    url = str(client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"])
    for start in range(0, count, 10):
        entries = [{"Id": str(n), "MessageBody": f"message {n}"} for n in range(start, min(count, start + 10))]
        client.send_message_batch(QueueUrl=url, Entries=entries)
    return url
