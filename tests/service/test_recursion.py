"""A function that starts itself is stopped after sixteen runs in one chain; the switch works (AWS_SEMANTICS 41)."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
WRITES_WHERE_IT_READS = """
import boto3, urllib.parse
s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        s3.put_object(Bucket=bucket, Key=key + "x", Body=b"")
"""
PUBLISHES = """
import boto3, os
sns = boto3.client("sns")

def handler(event, context):
    sns.publish(TopicArn=os.environ["TOPIC"], Message="again")
"""
SENDS = """
import boto3, os
sqs = boto3.client("sqs")

def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="again")
"""
CALLS_ITSELF = """
import boto3, json
client = boto3.client("lambda")

def handler(event, context):
    deep = event.get("deep", 1)
    if deep >= event["most"]:
        return deep
    said = client.invoke(FunctionName=context.function_name, Payload=json.dumps({**event, "deep": deep + 1}))
    return json.loads(said["Payload"].read())
"""


def notify(bucket: str, function: Function) -> None:
    boto3.client("s3").create_bucket(Bucket=bucket)
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function.configuration["FunctionArn"],
                    "Events": ["s3:ObjectCreated:*"],
                }
            ]
        },
    )


def stopped_after_sixteen(lab: Lab, arn: str) -> None:
    """Sixteen deliveries and one that was stopped, all in one trace, in the order in which they were sent."""
    lab.clock.advance(seconds=0)  # returns when all that fell due is done
    steps = sorted(lab.steps(kind="delivery", target=arn), key=lambda step: step.began)
    assert [s.outcome for s in steps] == ["ok"] * 16 + ["stopped"]
    assert len({s.trace for s in steps}) == 1
    assert "recursive loop" in steps[-1].reason
    assert "stopped, no code ran" in str(lab.explain(arn.split(":")[6]))


def test_a_loop_through_a_bucket_ends_after_sixteen_runs(lab: Lab, deploy: Deploy) -> None:
    function = deploy(WRITES_WHERE_IT_READS, name="loops-in-a-bucket")
    notify("loops", function)
    boto3.client("s3").put_object(Bucket="loops", Key="a", Body=b"")
    function.wait(16)
    arn = function.configuration["FunctionArn"]
    stopped_after_sixteen(lab, arn)
    assert len(boto3.client("s3").list_objects_v2(Bucket="loops")["Contents"]) == 17
    assert len(lab.history(function.name)) == 16


def test_a_loop_through_a_topic_ends_after_sixteen_runs(lab: Lab, deploy: Deploy) -> None:
    topic = boto3.client("sns").create_topic(Name="loops")["TopicArn"]
    function = deploy(PUBLISHES, name="loops-in-a-topic", env={"TOPIC": topic})
    arn = function.configuration["FunctionArn"]
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    boto3.client("sns").publish(TopicArn=topic, Message="go")
    function.wait(16)
    stopped_after_sixteen(lab, arn)
    boto3.client("sns").delete_topic(TopicArn=topic)


def test_a_loop_through_a_queue_ends_after_sixteen_runs(lab: Lab, deploy: Deploy) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="loops")["QueueUrl"]
    function = deploy(SENDS, name="loops-in-a-queue", env={"QUEUE": queue})
    mapping = boto3.client("lambda").create_event_source_mapping(
        FunctionName=function.name, EventSourceArn="arn:aws:sqs:us-east-1:123456789012:loops"
    )
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="go")
    function.wait(16)
    stopped_after_sixteen(lab, function.configuration["FunctionArn"])
    boto3.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
    boto3.client("sqs").delete_queue(QueueUrl=queue)


def test_another_chain_begins_from_nothing(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    return 1")
    for _ in range(20):
        assert function.invoke({}).answer == 1


def test_a_function_that_calls_itself_is_refused_the_seventeenth_time_unless_it_may_loop(
    lab: Lab, deploy: Deploy
) -> None:
    function, client = deploy(CALLS_ITSELF, timeout=60), boto3.client("lambda")
    assert client.get_function_recursion_config(FunctionName=function.name)["RecursiveLoop"] == "Terminate"
    assert function.invoke({"most": 16}).answer == 16
    assert function.invoke({"most": 17}).answer["errorType"] == "RecursiveInvocationException"
    stopped = [s for s in lab.steps() if s.outcome == "stopped" and s.name == "lambda:Invoke"]
    assert stopped[-1].status == 400
    set_to = client.put_function_recursion_config(FunctionName=function.name, RecursiveLoop="Allow")
    assert set_to["RecursiveLoop"] == "Allow"
    assert function.invoke({"most": 20}).answer == 20
    client.put_function_recursion_config(FunctionName=function.name, RecursiveLoop="Terminate")
    assert function.invoke({"most": 20}).answer["errorType"] == "RecursiveInvocationException"


def test_the_switch_of_no_function_and_no_setting_are_refused_as_aws_does(lab: Lab, deploy: Deploy) -> None:
    client = boto3.client("lambda")
    with pytest.raises(ClientError) as missing:
        client.get_function_recursion_config(FunctionName="nobody")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError) as wrong:
        client.put_function_recursion_config(FunctionName=deploy("handler = print").name, RecursiveLoop="Perhaps")
    assert wrong.value.response["Error"]["Code"] == "ValidationException"
