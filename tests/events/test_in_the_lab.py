"""What the lab's own services send has the same keys as the events that a student makes for trying a handler."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3

from lambdalab import Function, Lab, events
from tests.events import keys

HANDLER = """
import json
from urllib.parse import unquote_plus

def handler(event, context):
    print(json.dumps(event))
    return [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
"""
KEY = "x/a b+ü 50%.jpg"


def test_an_upload_and_the_event_made_for_it_have_the_same_keys_and_the_same_key(
    lab: Lab, deploy: Callable[..., Function]
) -> None:
    function = deploy(HANDLER, name="same-keys")
    s3, bucket = boto3.client("s3"), "same-keys"
    s3.create_bucket(Bucket=bucket)
    boto3.client("lambda").add_permission(
        FunctionName="same-keys",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )
    rule = {"LambdaFunctionArn": function.configuration["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
    )
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"x" * 1024)
    function.wait(1, source="s3:")
    sent = next(json.loads(line) for line in function.logs(1000) if line.startswith('{"Records"'))
    made = events.s3_put(bucket, KEY)
    assert keys.differences(sent, keys.S3) == [] == keys.differences(made, keys.S3)
    assert object_of(sent).keys() == object_of(made).keys()
    assert object_of(sent)["key"] == object_of(made)["key"]
    assert function.invoke(made).answer == [KEY]


def object_of(event: dict[str, Any]) -> dict[str, Any]:
    (record,) = event["Records"]
    told: dict[str, Any] = record["s3"]["object"]
    return told
