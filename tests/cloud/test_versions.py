"""Versions and aliases (AWS_SEMANTICS 45), through boto3 and real processes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import package

Deploy = Callable[..., Function]
ARN = "arn:aws:lambda:us-east-1:123456789012:function:release"
SAYS = """
import os

def handler(event, context):
    inside = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    return [{n}, context.function_version, context.invoked_function_arn, inside]
"""


def client() -> Any:
    return boto3.client("lambda")


def refusal(operation: str, **call: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        getattr(client(), operation)(FunctionName="release", **call)
    said = error.value.response
    return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"], said["Error"]["Message"]


def invalid(operation: str, **call: Any) -> str:
    status, code, text = refusal(operation, **call)
    assert (status, code) == (400, "InvalidParameterValueException")
    return text


def publish(**settings: Any) -> str:
    return str(client().publish_version(FunctionName="release", **settings)["Version"])


@pytest.fixture
def two(deploy: Deploy) -> Function:
    """A function with versions 1 and 2, and different code in each of them and in $LATEST."""
    deploy(SAYS.format(n=1), name="release")
    assert publish() == "1"
    deploy(SAYS.format(n=2), name="release")
    assert publish() == "2"
    return deploy(SAYS.format(n=3), name="release")


def test_a_version_keeps_the_code_that_it_was_published_with(two: Function) -> None:
    assert two.invoke(qualifier="1").answer == [1, "1", f"{ARN}:1", "1"]
    assert two.invoke(qualifier="2").answer == [2, "2", f"{ARN}:2", "2"]
    assert two.invoke().answer == [3, "$LATEST", ARN, "$LATEST"]
    assert two.invoke(qualifier="$LATEST").answer == [3, "$LATEST", f"{ARN}:$LATEST", "$LATEST"]


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("update_function_code", {"ZipFile": package({"lambda_function.py": SAYS.format(n=9)})}),
        ("update_function_configuration", {"Timeout": 9}),
    ],
)
def test_a_published_version_never_changes(two: Function, operation: str, change: dict[str, Any]) -> None:
    """The sentence is AWS's, quoted in a public issue (appleboy/lambda-action, 6)."""
    for name in ("release:1", f"{ARN}:1", "release:live"):
        with pytest.raises(ClientError, match=r"Current operation does not support versions other than \$LATEST"):
            getattr(client(), operation)(FunctionName=name, **change)
    assert two.invoke(qualifier="1").answer[0] == 1


def test_called_through_an_alias_the_version_is_the_number_and_the_arn_ends_in_the_alias(two: Function) -> None:
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="1")
    result = two.invoke(qualifier="live")
    assert result.version == "1"
    assert result.answer == [1, "1", f"{ARN}:live", "1"]
    assert "START RequestId: " in result.log and " Version: 1\n" in result.log
    named = client().invoke(FunctionName="release:live")
    assert named["ExecutedVersion"] == "1"
    client().update_alias(FunctionName="release", Name="live", FunctionVersion="2")
    assert two.invoke(qualifier="live").answer == [2, "2", f"{ARN}:live", "2"]


def test_an_alias_with_weights_draws_the_version_for_each_request(two: Function) -> None:
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    client().create_alias(FunctionName="release", Name="canary", FunctionVersion="1", RoutingConfig=weights)
    drawn = Counter(two.invoke(qualifier="canary").version for _ in range(60))
    assert set(drawn) == {"1", "2"}, "each of 60 has the same half chance to go to either"
    client().update_alias(FunctionName="release", Name="canary", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert {two.invoke(qualifier="canary").version for _ in range(5)} == {"2"}
    client().update_alias(FunctionName="release", Name="canary", RoutingConfig={"AdditionalVersionWeights": {}})
    assert {two.invoke(qualifier="canary").version for _ in range(5)} == {"1"}
    assert "RoutingConfig" not in client().get_alias(FunctionName="release", Name="canary")


def test_an_asynchronous_event_runs_the_version_that_its_alias_stands_for(two: Function, lab: Lab) -> None:
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="1")
    client().invoke(FunctionName="release:live", InvocationType="Event")
    client().invoke(FunctionName="release", Qualifier="live", InvocationType="Event")
    while len(ran := [i.version for i in lab.history("release") if i.kind == "Event"]) < 2:
        pass
    assert ran == ["1", "1"]


def test_an_unchanged_function_is_published_as_the_same_version_again(deploy: Deploy) -> None:
    deploy(SAYS.format(n=1), name="release")
    assert [publish(), publish(), publish(Description="other words")] == ["1", "1", "1"]
    client().update_function_configuration(FunctionName="release", Description="new")
    assert [publish(), publish()] == ["2", "2"]
    client().update_function_configuration(FunctionName="release", Timeout=7)
    assert publish() == "3"
    client().delete_function(FunctionName="release", Qualifier="3")
    client().update_function_configuration(FunctionName="release", Timeout=8)
    assert publish() == "4", "the number of a deleted version is not given again"
    told = client().list_versions_by_function(FunctionName="release")["Versions"]
    assert [version["Version"] for version in told] == ["$LATEST", "1", "2", "4"]


def test_publishing_needs_the_code_and_the_revision_that_one_names(two: Function) -> None:
    now = client().get_function_configuration(FunctionName="release")
    assert invalid("publish_version", CodeSha256="x") == (
        f"CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ({now['CodeSha256']}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    assert refusal("publish_version", RevisionId="old")[:2] == (412, "PreconditionFailedException")
    assert publish(CodeSha256=now["CodeSha256"], RevisionId=now["RevisionId"]) == "3"
    assert refusal("update_function_configuration", RevisionId="old", Timeout=9)[0] == 412
    assert refusal("update_function_code", RevisionId="old", ZipFile=b"")[0] == 412


def test_latest_cannot_be_deleted_nor_a_version_that_an_alias_needs(two: Function, lab: Lab) -> None:
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="1")
    assert invalid("delete_function", Qualifier="$LATEST") == (
        "$LATEST version cannot be deleted without deleting the function."
    )
    assert refusal("delete_function", Qualifier="1") == (
        409,
        "ResourceConflictException",
        "Unable to delete version because the following aliases reference it: [live]",
    )
    client().delete_alias(FunctionName="release", Name="live")
    two.invoke(qualifier="1")
    client().delete_function(FunctionName="release", Qualifier="1")
    assert lab.processes("release") == []
    assert refusal("get_function", Qualifier="1")[:2] == (404, "ResourceNotFoundException")


@pytest.mark.parametrize("operation", ["get_function", "get_function_configuration", "invoke"])
def test_two_different_qualifiers_in_one_call_are_refused(two: Function, operation: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(client(), operation)(FunctionName="release:1", Qualifier="2")
    assert error.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": "The derived qualifier from the function name does not match the specified qualifier.",
    }
    assert getattr(client(), operation)(FunctionName="release:1", Qualifier="1")


def test_what_aws_refuses_of_an_alias(two: Function) -> None:
    def alias(version: str, *weighted: str, name: str = "live", operation: str = "create_alias") -> dict[str, Any]:
        routing = {"AdditionalVersionWeights": {v: 0.1 for v in weighted}}
        return {"operation": operation, "Name": name, "FunctionVersion": version, "RoutingConfig": routing}

    assert refusal(**alias("1", name="42"))[:2] == (400, "ValidationException")
    assert invalid(**alias("1", "2", "3")) == "Number of items in AdditionalVersionWeights cannot be greater than 1"
    assert invalid(**alias("1", "1")) == (
        "Invalid function version 1. Function version 1 is already included in routing configuration."
    )
    assert invalid(**alias("$LATEST", "1")) == ("$LATEST is not supported for an alias pointing to more than 1 version")
    assert refusal(**alias("10")) == (404, "ResourceNotFoundException", f"Function not found: {ARN}:10")
    assert refusal(**alias("1", "10")) == (404, "ResourceNotFoundException", f"Function not found: {ARN}:10")
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="$LATEST")
    assert refusal(**alias("1")) == (409, "ResourceConflictException", f"Alias already exists: {ARN}:live")
    assert refusal("get_alias", Name="none") == (
        404,
        "ResourceNotFoundException",
        f"Cannot find alias arn: {ARN}:none",
    )
    assert refusal(**alias("1", name="none", operation="update_alias")) == (
        404,
        "ResourceNotFoundException",
        f"Alias not found: {ARN}:none",
    )
    assert refusal("update_alias", Name="live", RevisionId="old")[:2] == (412, "PreconditionFailedException")
    assert invalid(**alias("$LATEST", "1", operation="update_alias")) == (
        "$LATEST is not supported for an alias pointing to more than 1 version"
    )


def test_a_policy_belongs_to_one_version_or_alias(two: Function) -> None:
    permission = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="1")
    for qualifier in ("1", "live"):
        client().add_permission(FunctionName="release", Qualifier=qualifier, **permission)
        policy = json.loads(client().get_policy(FunctionName="release", Qualifier=qualifier)["Policy"])
        assert [s["Resource"] for s in policy["Statement"]] == [f"{ARN}:{qualifier}"]
    for other in ("2", "$LATEST"):
        assert refusal("get_policy", Qualifier=other)[:2] == (404, "ResourceNotFoundException")
    client().update_alias(FunctionName="release", Name="live", FunctionVersion="2")
    assert client().get_policy(FunctionName="release", Qualifier="live"), "it goes with the alias"
    client().remove_permission(FunctionName="release", Qualifier="live", StatementId="s3")
    assert refusal("get_policy", Qualifier="live")[:2] == (404, "ResourceNotFoundException")
    assert client().get_policy(FunctionName="release", Qualifier="1"), "that of the version is still there"
    assert invalid("add_permission", Qualifier="$LATEST", **permission) == (
        "We currently do not support adding policies for $LATEST."
    )


def test_a_bucket_that_calls_an_alias_runs_the_version_behind_it(two: Function, lab: Lab) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="releases")
    client().create_alias(FunctionName="release", Name="live", FunctionVersion="1")
    rule = {"LambdaFunctionArn": f"{ARN}:live", "Events": ["s3:ObjectCreated:*"]}
    configuration = {"LambdaFunctionConfigurations": [rule]}
    with pytest.raises(ClientError) as error:
        s3.put_bucket_notification_configuration(Bucket="releases", NotificationConfiguration=configuration)
    assert error.value.response["Error"]["Code"] == "InvalidArgument"
    permission = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client().add_permission(FunctionName="release", Qualifier="live", **permission)
    s3.put_bucket_notification_configuration(Bucket="releases", NotificationConfiguration=configuration)
    ran = len(lab.history("release"))
    for version in ("1", "2"):
        client().update_alias(FunctionName="release", Name="live", FunctionVersion=version)
        s3.put_object(Bucket="releases", Key=version, Body=b"")
        while len(lab.history("release")) == ran:
            pass
        ran += 1
        assert lab.history("release")[-1].version == version
