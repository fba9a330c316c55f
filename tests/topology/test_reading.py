"""What the map is drawn from: the lab's real configuration and journal, read through boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import urllib3

from lambdalab import Function, Lab, LabError
from lambdalab.topology import BROKEN, DID, MAY, NOT_REACHED

Deploy = Callable[..., Function]
COPIES = """
import boto3, os
s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        body = s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)["Body"].read()
        s3.put_object(Bucket=os.environ["TARGET"], Key=key, Body=body)
"""
WRITES = """
import boto3
table = boto3.resource("dynamodb").Table("map-items")

def handler(event, context):
    table.put_item(Item={"id": event["rawPath"]})
    return {"statusCode": 200, "body": str(len(table.scan()["Items"]))}
"""
QUIET = "def handler(event, context):\n    return 1"
NAMES_NONE = "no statement names s3.amazonaws.com"


@pytest.fixture
def bucket(lab: Lab) -> Iterator[Callable[[str], str]]:
    """Make buckets that are gone after the test."""
    s3, made = boto3.client("s3"), []

    def make(name: str) -> str:
        s3.create_bucket(Bucket=name)
        made.append(name)
        return name

    yield make
    for name in made:
        for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=found["Key"])
        s3.delete_bucket(Bucket=name)


def arrows(lab: Lab, *names: str) -> dict[tuple[str, str], tuple[str, str]]:
    """What passes and how it stands, by the names of both ends."""
    topology = lab.topology(*names)
    called = {node.arn: node.name for node in topology.nodes}
    return {(called[a.source], called[a.target]): (a.label, a.state) for a in topology.arrows}


def rule(function: Function, **more: Any) -> dict[str, Any]:
    return {"LambdaFunctionArn": function.configuration["FunctionArn"], "Events": ["s3:ObjectCreated:*"], **more}


def test_an_upload_that_is_refused_and_then_allowed_is_read_from_rule_policy_and_journal(
    lab: Lab, deploy: Deploy, bucket: Callable[[str], str]
) -> None:
    source, target, s3 = bucket("map-photos"), bucket("map-small"), boto3.client("s3")
    function = deploy(COPIES, name="map-copies", env={"TARGET": target})
    s3.put_bucket_notification_configuration(
        Bucket=source,
        NotificationConfiguration={"LambdaFunctionConfigurations": [rule(function)]},
        SkipDestinationValidation=True,
    )
    wired = (source, "map-copies")
    assert arrows(lab, "map-copies") == {
        wired: ("ObjectCreated:*", BROKEN),
        ("map-copies", target): ("variable TARGET", NOT_REACHED),
    }
    (broken,) = [arrow for arrow in lab.topology("map-copies").arrows if arrow.state == BROKEN]
    assert (broken.reason, broken.whose) == (NAMES_NONE, function.configuration["FunctionArn"])

    lab.trigger(f"s3:{source}", "map-copies")
    assert arrows(lab, "map-copies")[wired] == ("ObjectCreated:*", MAY)
    s3.put_object(Bucket=source, Key="a.jpg", Body=b"1")
    function.wait(1, source="s3:")
    assert arrows(lab, "map-copies") == {
        ("you", source): ("PutObject", DID),
        wired: ("ObjectCreated:*", DID),
        ("map-copies", target): ("variable TARGET", DID),
    }
    assert lab.map("map-copies", last=1).alt.startswith(f"The upload reached {source}, map-copies and {target}.")


def test_a_role_that_does_not_allow_the_target_breaks_the_way_out(
    lab: Lab, deploy: Deploy, bucket: Callable[[str], str]
) -> None:
    iam, target = boto3.client("iam"), bucket("map-forbidden")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="map-poor", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    function = deploy(QUIET, name="map-poor", env={"TARGET": target})
    boto3.client("lambda").update_function_configuration(FunctionName=function.name, Role=role)
    assert arrows(lab, "map-poor")["map-poor", target] == ("variable TARGET", BROKEN)
    (arrow,) = lab.topology("map-poor").arrows
    assert arrow.reason == "the role map-poor allows none of s3:GetObject, s3:PutObject"


def test_a_request_is_followed_through_its_api_to_the_table(lab: Lab, deploy: Deploy) -> None:
    boto3.client("dynamodb").create_table(
        TableName="map-items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    function, gateway = deploy(WRITES, name="map-web"), boto3.client("apigatewayv2")
    arn = function.configuration["FunctionArn"]
    api = gateway.create_api(Name="map-shop", ProtocolType="HTTP", Target=arn)
    assert arrows(lab, "map-web") == {("map-shop", "map-web"): ("$default", BROKEN)}
    boto3.client("lambda").add_permission(
        FunctionName="map-web",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api['ApiId']}/*/*",
    )
    assert urllib3.request("GET", f"{api['ApiEndpoint']}/items").data == b"1"
    assert arrows(lab, "map-web") == {
        ("you", "map-shop"): ("GET /items", DID),
        ("map-shop", "map-web"): ("$default", DID),
        ("map-web", "map-items"): ("PutItem, Scan", DID),
    }
    (let_in,) = [arrow for arrow in lab.topology("map-web").arrows if arrow.target == arn]
    assert let_in.statement == "allow apigateway.amazonaws.com from map-shop (statement api)"
    gateway.delete_api(ApiId=api["ApiId"])
    boto3.client("dynamodb").delete_table(TableName="map-items")


def test_queues_topics_and_the_bus_are_read_with_their_readers_and_dead_letters(lab: Lab, deploy: Deploy) -> None:
    sqs, sns, events, client = (boto3.client(name) for name in ("sqs", "sns", "events", "lambda"))
    function = deploy(QUIET, name="map-reader")
    arn, start = function.configuration["FunctionArn"], "arn:aws:sqs:us-east-1:123456789012:"
    letters = sqs.create_queue(QueueName="map-letters")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": f"{start}map-letters", "maxReceiveCount": 3})
    queue = sqs.create_queue(QueueName="map-queue", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    mapping = client.create_event_source_mapping(FunctionName="map-reader", EventSourceArn=f"{start}map-queue")
    topic = sns.create_topic(Name="map-topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    events.put_rule(Name="map-hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="map-hourly", Targets=[{"Id": "1", "Arn": arn}])
    found = arrows(lab, "map-reader", "map-letters")
    assert found["map-queue", "map-reader"] == ("batches of 10", MAY)
    assert found["map-queue", "map-letters"] == ("after 3 receives", MAY)
    assert found["map-topic", "map-reader"] == ("subscribed", BROKEN)
    assert found["map-hourly", "map-reader"] == ("rate(1 hour)", BROKEN)
    kinds = {node.name: node.kind for node in lab.topology("map-reader", "map-letters").nodes}
    assert (kinds["map-letters"], kinds["map-hourly"], kinds["map-topic"]) == ("dead letters", "clock", "topic")
    client.delete_event_source_mapping(UUID=mapping["UUID"])
    events.remove_targets(Rule="map-hourly", Ids=["1"])
    events.delete_rule(Name="map-hourly")
    sns.delete_topic(TopicArn=topic)
    for url in (queue, letters):
        sqs.delete_queue(QueueUrl=url)


def test_a_rule_for_a_function_that_was_deleted_leads_to_what_does_not_exist(
    lab: Lab, bucket: Callable[[str], str]
) -> None:
    source, gone = bucket("map-lonely"), "arn:aws:lambda:us-east-1:123456789012:function:map-gone"
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=source,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [{"LambdaFunctionArn": gone, "Events": ["s3:ObjectCreated:*"]}]
        },
        SkipDestinationValidation=True,
    )
    assert arrows(lab, source) == {(source, "map-gone"): ("ObjectCreated:*", BROKEN)}
    assert lab.topology(source).arrows[0].reason == "map-gone does not exist"


def test_a_name_that_nothing_has_is_told(lab: Lab) -> None:
    with pytest.raises(LabError, match="map-nowhere"):
        lab.topology("map-nowhere")
