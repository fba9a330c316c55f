"""Tables with a stream, functions that say what they got of it, and mappings between them, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3

from lambdalab import Function

SAYS = """
import json

def handler(event, context):
    changes = [record["dynamodb"] for record in event["Records"]]
    print("got " + json.dumps([change["Keys"]["id"]["S"] for change in changes]))
"""
FAILS = (
    SAYS
    + """
    if any("poison" in change["Keys"]["id"]["S"] for change in changes):
        raise ValueError("this one is poisoned")
"""
)
REPORTS = (
    SAYS
    + """
    bad = [change["SequenceNumber"] for change in changes if "poison" in change["Keys"]["id"]["S"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in reversed(bad)]}
"""
)
REPORTING = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Table:
    """A table with the key "id" and a stream."""

    def __init__(self, name: str, view: str = "NEW_AND_OLD_IMAGES") -> None:
        self.name, self.client = name, boto3.client("dynamodb")
        self.stream = str(self.create(view)["LatestStreamArn"])
        self.mappings: list[str] = []

    def create(self, view: str = "NEW_AND_OLD_IMAGES") -> Mapping[str, Any]:
        answer = self.client.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        return answer["TableDescription"]  # type: ignore[no-any-return]

    def put(self, *ids: str, **more: Any) -> None:
        for name in ids:
            self.client.put_item(TableName=self.name, Item={"id": {"S": name}, **more})

    def update(self, name: str, number: int) -> None:
        self.client.update_item(
            TableName=self.name,
            Key={"id": {"S": name}},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": str(number)}},
        )

    def mapped(self, function: Function | str, **settings: Any) -> str:
        """Map the stream to a function; the mapping's UUID."""
        wanted = {"StartingPosition": "TRIM_HORIZON", "EventSourceArn": self.stream, **settings}
        name = function if isinstance(function, str) else function.name
        made = boto3.client("lambda").create_event_source_mapping(FunctionName=name, **wanted)
        self.mappings.append(str(made["UUID"]))
        return self.mappings[-1]

    def records(self, kind: str = "TRIM_HORIZON", **where: str) -> list[dict[str, Any]]:
        """The records of the stream, as anybody can read them."""
        client = boto3.client("dynamodbstreams")
        (shard,) = client.describe_stream(StreamArn=self.stream)["StreamDescription"]["Shards"]
        given = {"StreamArn": self.stream, "ShardId": shard["ShardId"], "ShardIteratorType": kind, **where}
        iterator = client.get_shard_iterator(**given)["ShardIterator"]
        return client.get_records(ShardIterator=iterator)["Records"]  # type: ignore[no-any-return]

    def close(self) -> None:
        client = boto3.client("lambda")
        left = client.list_event_source_mappings()["EventSourceMappings"]
        for uuid in {one["UUID"] for one in left} & set(self.mappings):
            client.delete_event_source_mapping(UUID=uuid)
        if self.name in self.client.list_tables()["TableNames"]:
            self.client.delete_table(TableName=self.name)


def update(uuid: str, **settings: Any) -> None:
    boto3.client("lambda").update_event_source_mapping(UUID=uuid, **settings)


def batches(function: Function) -> list[list[str]]:
    """What the function said that it got, a list for each run."""
    lines = function.logs(100_000)
    return [json.loads(line.removeprefix("got ")) for line in lines if line.startswith("got ")]


def queue(name: str) -> tuple[str, str]:
    """A new queue: its URL and its ARN."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=name)["QueueUrl"]
    return url, client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def let_in(url: str, queue_arn: str, topic: str) -> None:
    """Allow a topic to send to a queue."""
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    only = {"Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allowed, **only}]})
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def letters(url: str) -> list[dict[str, Any]]:
    """Take the messages out of a queue, as JSON."""
    return [json.loads(text) for text in _bodies(url)]


def _bodies(url: str) -> Iterator[str]:
    client = boto3.client("sqs")
    while found := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for one in found:
            client.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            yield one["Body"]


def on_failure(arn: str) -> dict[str, Any]:
    return {"DestinationConfig": {"OnFailure": {"Destination": arn}}}


def filters(*patterns: Mapping[str, Any]) -> dict[str, Any]:
    return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns]}}


def images(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """For each record its name, and what it says of the item."""
    return [(one["eventName"], sorted({"Keys", "NewImage", "OldImage"} & one["dynamodb"].keys())) for one in records]
