"""A queue, a function and a mapping between them, for tests; and what a function of such a mapping has seen."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import deploy

TELLS = """
import json

def handler(event, context):
    print("BATCH " + json.dumps([
        [r["body"], int(r["attributes"]["ApproximateReceiveCount"]), r["messageId"]] for r in event["Records"]
    ]))
"""
FAILS = TELLS + "    raise ValueError('no')\n"
REPORTS = "ReportBatchItemFailures"
_numbers = count(1)


@dataclass
class Mapped:
    """One queue that calls one function."""

    lab: Lab
    function: Function
    url: str
    arn: str
    uuid: str = ""
    letters: str = ""
    sqs: Any = field(default_factory=lambda: boto3.client("sqs"))

    def send(self, *bodies: str, **more: Any) -> list[str]:
        """Send all in one request; the messages' ids."""
        entries = [{"Id": str(n), "MessageBody": body, **more} for n, body in enumerate(bodies)]
        sent = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        return [one["MessageId"] for one in sent["Successful"]]

    def settle(self, seconds: float = 0) -> None:
        """Turn the clock; it returns when what fell due is done."""
        self.lab.clock.advance(seconds=seconds)

    def batches(self) -> list[list[list[Any]]]:
        """What the function was given: body, receive count and id of each message, batch by batch."""
        lines = [line for line in self.function.logs() if line.startswith("BATCH ")]
        return [json.loads(line.removeprefix("BATCH ")) for line in lines]

    def bodies(self) -> list[list[str]]:
        return [[message[0] for message in batch] for batch in self.batches()]

    def counts(self, url: str = "") -> tuple[int, int]:
        """How many messages of the queue can be seen, and how many are hidden or delayed."""
        told = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=["All"])["Attributes"]
        hidden = ("ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
        return int(told["ApproximateNumberOfMessages"]), sum(int(told[name]) for name in hidden)

    def steps(self) -> list[Any]:
        return self.lab.steps(kind="delivery", source=self.arn)


Make = Callable[..., Mapped]


@pytest.fixture
def mapped(lab: Lab) -> Iterator[Make]:
    """Make such threes; all of them are gone after the test."""
    made: list[Mapped] = []
    client, sqs = boto3.client("lambda"), boto3.client("sqs")

    def make(
        source: str = TELLS,
        *,
        visibility: int = 30,
        receives: int = 0,
        fifo: bool = False,
        timeout: int = 10,
        env: dict[str, str] | None = None,
        **settings: Any,
    ) -> Mapped:
        end, number = ".fifo" if fifo else "", next(_numbers)
        given = {"VisibilityTimeout": str(visibility)}
        if fifo:
            given |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        letters = ""
        if receives:
            more = {"FifoQueue": "true"} if fifo else {}
            letters = sqs.create_queue(QueueName=f"letters-{number}{end}", Attributes=more)["QueueUrl"]
            redrive = {"deadLetterTargetArn": arn_of(letters), "maxReceiveCount": receives}
            given["RedrivePolicy"] = json.dumps(redrive)
        url = sqs.create_queue(QueueName=f"mapped-{number}{end}", Attributes=given)["QueueUrl"]
        function = deploy(lab, f"mapped-{number}", source, timeout=timeout, env=env or {})
        one = Mapped(lab, function, url, arn_of(url), letters=letters)
        made.append(one)
        mapping = client.create_event_source_mapping(FunctionName=function.name, EventSourceArn=one.arn, **settings)
        one.uuid = mapping["UUID"]
        return one

    yield make
    for one in made:
        if one.uuid in [mapping["UUID"] for mapping in client.list_event_source_mappings()["EventSourceMappings"]]:
            client.delete_event_source_mapping(UUID=one.uuid)
        for url in filter(None, (one.url, one.letters)):
            if url in sqs.list_queues(QueueNamePrefix=url.rpartition("/")[2]).get("QueueUrls", []):
                sqs.delete_queue(QueueUrl=url)
        with contextlib.suppress(ClientError):  # a test may have deleted it
            one.function.delete()


def arn_of(url: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"
