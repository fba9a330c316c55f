"""S3 calls a function: only with permission, only in its region, with AWS's complete event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"


def rule(arn: str, **more: Any) -> dict[str, Any]:
    return {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], **more}]}


def allow(bucket: str, function: str = "f") -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function,
        StatementId=f"s3-{bucket}",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )


def arn_of(function: Function) -> str:
    return str(function.configuration["FunctionArn"])


def seen(function: Function, count: int = 1) -> list[dict[str, Any]]:
    function.wait(count, source="s3:")
    return [json.loads(line) for line in function.logs(1000) if line.startswith('{"Records"')]


@pytest.fixture
def bucket(lab: Lab) -> str:
    name = f"photos-{len(boto3.client('s3').list_buckets()['Buckets'])}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def refusal(bucket: str, configuration: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as refused:
        boto3.client("s3").put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=configuration, **more
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error: dict[str, str] = refused.value.response["Error"]
    return error


def test_a_rule_is_refused_while_the_function_does_not_let_s3_in(deploy: Deploy, bucket: str) -> None:
    arn = arn_of(deploy(ECHO))
    error = refusal(bucket, rule(arn))
    assert error["Code"] == "InvalidArgument"
    assert error["Message"] == "Unable to validate the following destination configurations"
    assert error["ArgumentName1"] == f"{arn}, null"
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{arn}]"
    allow("another-bucket")
    refusal(bucket, rule(arn))


def test_a_rule_for_a_function_that_does_not_exist_is_refused(bucket: str) -> None:
    assert refusal(bucket, rule("arn:aws:lambda:us-east-1:123456789012:function:nobody"))["Code"] == "InvalidArgument"


def test_a_rule_for_a_function_in_another_region_is_refused(bucket: str) -> None:
    error = refusal(bucket, rule("arn:aws:lambda:eu-west-1:123456789012:function:f"))
    assert (
        error["Message"]
        == "The notification destination service region is not valid for the bucket location constraint"
    )


def test_an_upload_runs_the_function_with_the_complete_event(deploy: Deploy, bucket: str) -> None:
    function = deploy(ECHO, name="echo-upload")
    allow(bucket, "echo-upload")
    s3 = boto3.client("s3")
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=rule(arn_of(function), Id="on-upload")
    )
    tag = s3.put_object(Bucket=bucket, Key="cat 1+ü.jpg", Body=b"x" * 7)["ETag"].strip('"')
    (record,) = seen(function)[0]["Records"]
    assert set(record) == {
        "eventVersion",
        "eventSource",
        "awsRegion",
        "eventTime",
        "eventName",
        "userIdentity",
        "requestParameters",
        "responseElements",
        "s3",
    }
    assert (record["eventVersion"], record["eventSource"], record["eventName"]) == (
        "2.1",
        "aws:s3",
        "ObjectCreated:Put",
    )
    assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
    assert set(record["responseElements"]) == {"x-amz-request-id", "x-amz-id-2"}
    s3_part = record["s3"]
    assert s3_part["configurationId"] == "on-upload"
    assert s3_part["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    assert set(s3_part["object"]) == {"key", "size", "eTag", "sequencer"}
    assert (s3_part["object"]["key"], s3_part["object"]["size"]) == ("cat+1%2B%C3%BC.jpg", 7)
    assert s3_part["object"]["eTag"] == tag


def test_filters_copies_and_removals_are_told_apart(deploy: Deploy, bucket: str) -> None:
    function = deploy(ECHO, name="echo-filter")
    allow(bucket, "echo-filter")
    s3 = boto3.client("s3")
    configuration = rule(arn_of(function), Filter={"Key": {"FilterRules": [{"Name": "suffix", "Value": ".jpg"}]}})
    configuration["LambdaFunctionConfigurations"][0]["Events"].append("s3:ObjectRemoved:*")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    s3.put_object(Bucket=bucket, Key="a.txt", Body=b"x")
    s3.put_object(Bucket=bucket, Key="a.JPG", Body=b"x")
    s3.copy_object(Bucket=bucket, Key="b.jpg", CopySource={"Bucket": bucket, "Key": "a.txt"})
    s3.delete_object(Bucket=bucket, Key="b.jpg")
    records = sorted((e["Records"][0] for e in seen(function, 2)), key=lambda r: r["s3"]["object"]["sequencer"])
    assert [r["eventName"] for r in records] == ["ObjectCreated:Copy", "ObjectRemoved:Delete"]
    assert set(records[1]["s3"]["object"]) == {"key", "sequencer"}


def test_a_permission_that_was_taken_away_stops_the_event_and_explain_says_so(
    deploy: Deploy, lab: Lab, bucket: str
) -> None:
    function = deploy(ECHO, name="echo-denied")
    allow(bucket, "echo-denied")
    s3 = boto3.client("s3")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=rule(arn_of(function)))
    boto3.client("lambda").remove_permission(FunctionName="echo-denied", StatementId=f"s3-{bucket}")
    s3.put_object(Bucket=bucket, Key="cat.jpg", Body=b"x")
    assert function.logs() == []
    assert f"sent by s3:{bucket}/cat.jpg: denied, no code ran" in str(lab.explain("echo-denied"))
    assert "no statement of the policy lets s3.amazonaws.com do lambda:InvokeFunction" in str(
        lab.explain("echo-denied")
    )


def test_a_rule_may_be_written_without_looking_when_asked(deploy: Deploy, bucket: str) -> None:
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=rule(arn_of(deploy(ECHO))), SkipDestinationValidation=True
    )
