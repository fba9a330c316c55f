"""Topics and queues call functions with AWS's own events, and a topic only where the function's policy lets it in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from lambdalab import Function, Lab
from tests.events.keys import SNS, SQS, differences

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"
SHOPS = {"shop": {"DataType": "String", "StringValue": "north"}}


@pytest.fixture
def topic(lab: Lab, request: pytest.FixtureRequest) -> str:
    return str(boto3.client("sns").create_topic(Name=request.node.name[:60])["TopicArn"])


def subscribe(topic: str, function: Function, **attributes: str) -> None:
    arn = function.configuration["FunctionArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes=attributes)


def let_in(topic: str, function: Function) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )


def event(function: Function) -> dict[str, Any]:
    function.wait(1)
    (line,) = [line for line in function.logs() if line.startswith('{"Records"')]
    return json.loads(line)  # type: ignore[no-any-return]


def test_a_notification_arrives_with_all_that_was_published(deploy: Deploy, topic: str) -> None:
    function = deploy(ECHO, name="notified")
    let_in(topic, function)
    subscribe(topic, function)
    published = boto3.client("sns").publish(TopicArn=topic, Message="hello", Subject="New", MessageAttributes=SHOPS)
    told = event(function)
    assert differences(told, SNS) == []
    record = told["Records"][0]["Sns"]
    assert (record["TopicArn"], record["Message"], record["Subject"]) == (topic, "hello", "New")
    assert record["MessageId"] == published["MessageId"]
    assert record["MessageAttributes"] == {"shop": {"Type": "String", "Value": "north"}}


def test_a_topic_that_is_not_let_in_runs_nothing_and_the_advice_lets_it_in(
    deploy: Deploy, lab: Lab, topic: str
) -> None:
    function = deploy(ECHO, name="not-notified")
    subscribe(topic, function)
    boto3.client("sns").publish(TopicArn=topic, Message="lost")
    (step,) = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert (step.outcome, step.source) == ("denied", topic)
    exec(step.advice, {"boto3": boto3})
    boto3.client("sns").publish(TopicArn=topic, Message="arrives")
    assert event(function)["Records"][0]["Sns"]["Message"] == "arrives"


def test_a_filter_policy_keeps_notifications_back_and_leaves_a_step(deploy: Deploy, lab: Lab, topic: str) -> None:
    function = deploy(ECHO, name="choosy")
    let_in(topic, function)
    subscribe(topic, function, FilterPolicy=json.dumps({"shop": ["north"]}))
    boto3.client("sns").publish(TopicArn=topic, Message="no")
    boto3.client("sns").publish(TopicArn=topic, Message="yes", MessageAttributes=SHOPS)
    assert event(function)["Records"][0]["Sns"]["Message"] == "yes"
    steps = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert [step.outcome for step in steps] == ["filtered", "ok"]


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
