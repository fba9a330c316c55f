"""What the page of differences calls absent is absent: it is asked for, and the lab refuses or does nothing.

When one of these tests fails because somebody built the feature, change its word in lambdalab/differences.toml.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import deploy
from lambdalab.teach import differences
from tests.triggers.tables import Table

ARN = "arn:aws:{service}:us-east-1:123456789012:{name}"
REGISTERS = """
import os, urllib.error, urllib.request

def handler(event, context):
    address = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension/register"
    headers = {"Lambda-Extension-Name": "x"}
    try:
        urllib.request.urlopen(urllib.request.Request(address, b'{"events": ["INVOKE"]}', headers))
    except urllib.error.HTTPError as error:
        return error.code
"""


def refused(call: Callable[..., Any], **arguments: Any) -> None:
    with pytest.raises(ClientError):
        call(**arguments)


def response_streaming(lab: Lab, function: Function) -> None:
    client = boto3.client("lambda")
    refused(client.invoke_with_response_stream, FunctionName=function.name)
    more = {"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}
    refused(client.create_function_url_config, FunctionName=function.name, **more)


def parallel_and_tumbling(lab: Lab, function: Function) -> None:
    table = Table("absent")
    try:
        for setting in ({"ParallelizationFactor": 2}, {"TumblingWindowInSeconds": 30}):
            refused(table.mapped, function=function, **setting)
    finally:
        table.client.delete_table(TableName=table.name)


def other_sources(lab: Lab, function: Function) -> None:
    create = boto3.client("lambda").create_event_source_mapping
    boto3.client("kinesis").create_stream(StreamName="absent", ShardCount=1)
    wanted: dict[str, dict[str, Any]] = {
        ARN.format(service="kinesis", name="stream/absent"): {},
        ARN.format(service="kafka", name="cluster/absent/1-2"): {"Topics": ["orders"]},
        ARN.format(service="mq", name="broker:absent:b-1"): {"Queues": ["orders"]},
        ARN.format(service="rds", name="cluster:absent"): {
            "DocumentDBEventSourceConfig": {"DatabaseName": "orders", "CollectionName": "orders"}
        },
    }
    for arn, more in wanted.items():
        refused(create, FunctionName=function.name, EventSourceArn=arn, StartingPosition="LATEST", **more)


def settings_without_effect(lab: Lab, function: Function) -> None:
    client = boto3.client("lambda")
    assert function.invoke({}).answer == 403, "no extension can register"
    client.update_function_configuration(
        FunctionName=function.name,
        LoggingConfig={"LogFormat": "JSON"},
        FileSystemConfigs=[
            {
                "Arn": ARN.format(service="elasticfilesystem", name="access-point/fsap-12345678901234567"),
                "LocalMountPath": "/mnt/absent",
            }
        ],
    )
    deploy(lab, function.name, "import os\ndef handler(event, context):\n    return os.path.exists('/mnt/absent')")
    assert function.invoke({}).answer is False
    assert [line for line in function.logs() if line.startswith("{")] == []
    refused(client.list_code_signing_configs)
    refused(client.list_durable_executions_by_function, FunctionName=function.name)
    update = client.update_function_configuration
    vpc = {"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"]}
    update(FunctionName=function.name, VpcConfig=vpc)
    assert function.invoke({}).answer is False, "networks that were never made are no hindrance"


def of_api_gateway(lab: Lab, function: Function) -> None:
    rest, web = boto3.client("apigateway"), boto3.client("apigatewayv2")
    refused(web.create_api, Name="w", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    made, http = rest.create_rest_api(name="absent")["id"], web.create_api(Name="absent", ProtocolType="HTTP")["ApiId"]
    try:
        (root,) = rest.get_resources(restApiId=made)["items"]
        method = {"restApiId": made, "resourceId": root["id"], "httpMethod": "GET"}
        refused(rest.put_method, authorizationType="CUSTOM", authorizerId="x", **method)
        refused(rest.put_method, authorizationType="NONE", apiKeyRequired=True, **method)
        refused(web.create_route, ApiId=http, RouteKey="GET /", AuthorizationType="JWT", AuthorizerId="x")
    finally:
        rest.delete_rest_api(restApiId=made)
        web.delete_api(ApiId=http)


def of_eventbridge(lab: Lab, function: Function) -> None:
    events = boto3.client("events")
    bus = ARN.format(service="events", name="event-bus/default")
    refused(events.create_archive, ArchiveName="absent", EventSourceArn=bus)
    replay = {"EventStartTime": 0, "EventEndTime": 1, "Destination": {"Arn": bus}}
    source = ARN.format(service="events", name="archive/absent")
    refused(events.start_replay, ReplayName="absent", EventSourceArn=source, **replay)
    events.put_rule(Name="absent", EventPattern='{"source": ["shop"]}')
    for service, name in (("events", "api-destination/absent/1"), ("states", "stateMachine:absent")):
        target = {"Id": "1", "Arn": ARN.format(service=service, name=name)}
        refused(events.put_targets, Rule="absent", Targets=[target])
    events.delete_rule(Name="absent")


def metrics_of_aws(lab: Lab, function: Function) -> None:
    function.invoke({})
    assert boto3.client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"] == []


def users(lab: Lab, function: Function) -> None:
    iam = boto3.client("iam")
    iam.create_user(UserName="absent")
    denies = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": denies})
    iam.put_user_policy(UserName="absent", PolicyName="no", PolicyDocument=policy)
    key = iam.create_access_key(UserName="absent")["AccessKey"]
    theirs = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert boto3.client("s3", **theirs).list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    iam.delete_access_key(UserName="absent", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="absent", PolicyName="no")
    iam.delete_user(UserName="absent")


PROOFS = {
    "Response streaming": response_streaming,
    "Event source mappings: ParallelizationFactor above 1 and tumbling windows": parallel_and_tumbling,
    "Event source mappings: Kinesis, MSK and Kafka, Amazon MQ, DocumentDB": other_sources,
    "Extensions, VPC, EFS, code signing, durable functions, JSON logs": settings_without_effect,
    "WebSocket APIs, Lambda and JWT authorizers, API keys": of_api_gateway,
    "Archives and replays, API destinations, Step Functions as a target": of_eventbridge,
    "Metrics that AWS's services write, such as AWS/Lambda Errors": metrics_of_aws,
    "Users and groups": users,
}


@pytest.mark.parametrize("name", [one.name for one in differences.features() if one.word == "absent"])
def test_what_is_called_absent_is_absent(lab: Lab, name: str) -> None:
    function = deploy(lab, f"absent-{uuid.uuid4().hex[:6]}", REGISTERS)
    try:
        PROOFS[name](lab, function)
    finally:
        function.delete()
