"""A queue calls functions with AWS's own events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3

from lambdalab import Function, Lab
from tests.events.keys import SQS, differences

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"
SHOPS = {"shop": {"DataType": "String", "StringValue": "north"}}


def event(function: Function) -> dict[str, Any]:
    function.wait(1)
    (line,) = [line for line in function.logs() if line.startswith('{"Records"')]
    return json.loads(line)  # type: ignore[no-any-return]


def test_a_message_arrives_with_its_own_receipt_times_and_attributes(deploy: Deploy, lab: Lab) -> None:
    sqs, function = boto3.client("sqs"), deploy(ECHO, name="receives")
    queue = sqs.create_queue(QueueName="received")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:received"
    mapping = boto3.client("lambda").create_event_source_mapping(FunctionName="receives", EventSourceArn=arn)
    sent = sqs.send_message(QueueUrl=queue, MessageBody="hello", MessageAttributes=SHOPS)
    told = event(function)
    assert differences(told, SQS) == []
    (record,) = told["Records"]
    assert (record["messageId"], record["body"], record["eventSourceARN"]) == (sent["MessageId"], "hello", arn)
    assert record["md5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert record["messageAttributes"]["shop"]["stringValue"] == "north"
    boto3.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
    sqs.delete_queue(QueueUrl=queue)
