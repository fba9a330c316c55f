"""An operation that lambdalab lacks is refused in a sentence, in the shape of the service that was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Lab


def _timeout_of_an_integration() -> None:
    client = boto3.client("apigateway")
    api = client.create_rest_api(name="absent")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    change = {"op": "replace", "path": "/timeoutInMillis", "value": "1000"}
    try:
        client.update_integration(restApiId=api, resourceId=root, httpMethod="GET", patchOperations=[change])
    finally:
        client.delete_rest_api(restApiId=api)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (_timeout_of_an_integration, "apigateway:UpdateIntegration"),
        (lambda: boto3.client("apigateway").get_sdk_types(), "apigateway:GetSdkTypes"),
        (lambda: boto3.client("lambda").list_code_signing_configs(), "lambda:ListCodeSigningConfigs"),
        (
            lambda: boto3.client("sqs").start_message_move_task(SourceArn="arn:aws:sqs:us-east-1:123456789012:x"),
            "sqs:StartMessageMoveTask",
        ),
        (lambda: boto3.client("iam").get_organizations_access_report(JobId="1" * 36), "iam:GetOrg"),
    ],
)
def test_what_is_not_there_is_named_and_not_tried_again(lab: Lab, call: Callable[[], Any], named: str) -> None:
    with pytest.raises(ClientError) as refused:
        call()
    said = refused.value.response
    assert said["Error"]["Code"] == "NotImplemented"
    assert f"lambdalab does not have {named}" in said["Error"]["Message"]
    assert "<" not in said["Error"]["Message"]
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 501 and said["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_page_that_a_student_stores_and_reads_is_left_as_it_is(lab: Lab) -> None:
    s3, page = lab.client("s3"), b"<!doctype html><title>404 Not Found</title>"
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="404.html", Body=page, ContentType="text/html")
    assert s3.get_object(Bucket="pages", Key="404.html")["Body"].read() == page
    s3.delete_object(Bucket="pages", Key="404.html")
    s3.delete_bucket(Bucket="pages")
