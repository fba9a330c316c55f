"""What a role allows is what its wearer may do: functions and people with S3, Lambda and their logs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import package
from tests.http.conftest import Role, allow, refusal, wearing, worker

DELETES = """import boto3


def handler(event, context):
    version = {"VersionId": event["version"]} if "version" in event else {}
    objects = [{"Key": key, **version} for key in event["keys"]]
    said = boto3.client("s3").delete_objects(Bucket="rights", Delete={"Objects": objects})
    return {name: said[name] for name in ("Deleted", "Errors") if name in said}
"""
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def as_amina(role_arn: str, lab: Lab) -> Any:
    """Lambda's client of a person who has taken this role on."""
    given = lab.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="amina")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]).client("lambda")


def test_a_function_whose_role_allows_nothing_is_refused_in_awss_words(
    deploy: Callable[..., Function], role: Role, bucket: str
) -> None:
    function = worker(deploy, role("nothing"))
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == (
        "An error occurred (AccessDenied) when calling the GetObject operation: "
        "User: arn:aws:sts::123456789012:assumed-role/nothing/worker is not authorized to perform: s3:GetObject "
        'on resource: "arn:aws:s3:::rights/in.txt" because no identity-based policy allows the s3:GetObject action'
    )


def test_a_statement_lets_in_what_it_names_and_nothing_else(
    deploy: Callable[..., Function], role: Role, bucket: str
) -> None:
    function = worker(deploy, role("reader", allow("s3:GetObject", "arn:aws:s3:::rights/*")))
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == ""
    assert refusal(function, "s3", "head_object", Bucket=bucket, Key="in.txt") == ""  # AWS asks for GetObject
    assert "s3:PutObject" in refusal(function, "s3", "put_object", Bucket=bucket, Key="out.txt", Body="")
    assert "s3:ListBucket" in refusal(function, "s3", "list_objects_v2", Bucket=bucket)


def test_a_copy_needs_the_right_to_read_its_source(deploy: Callable[..., Function], role: Role, bucket: str) -> None:
    function = worker(deploy, role("writer", allow("s3:PutObject", "arn:aws:s3:::rights/*")))
    source = {"Bucket": bucket, "Key": "in.txt"}
    said = refusal(function, "s3", "copy_object", Bucket=bucket, Key="copy.txt", CopySource=source)
    assert "s3:GetObject" in said


def test_of_many_objects_those_are_deleted_that_may_be_and_the_others_are_listed(
    deploy: Callable[..., Function], role: Role, bucket: str, lab: Lab
) -> None:
    s3 = lab.client("s3")
    for key in ("in & out.txt", "other.txt"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    function = deploy(DELETES, "cleaner", memory=1769, timeout=10)
    wearing(function, role("cleaner", allow("s3:DeleteObject", "arn:aws:s3:::rights/in*")))
    said = function.invoke({"keys": ["in.txt", "other.txt", "in & out.txt"]}).answer
    assert [one["Key"] for one in said["Deleted"]] == ["in.txt", "in & out.txt"]
    (error,) = said["Errors"]
    assert (error["Key"], error["Code"]) == ("other.txt", "AccessDenied")
    assert 's3:DeleteObject on resource: "arn:aws:s3:::rights/other.txt" because' in error["Message"]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["other.txt"]
    said = function.invoke({"keys": ["other.txt"], "version": "null"}).answer
    assert "Deleted" not in said and "s3:DeleteObjectVersion" in said["Errors"][0]["Message"]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


@pytest.mark.parametrize(
    ("operation", "arguments", "action"),
    [
        ("list_object_versions", {}, "s3:ListBucketVersions"),
        ("get_object", {"Key": "in.txt", "VersionId": "null"}, "s3:GetObjectVersion"),
        ("get_bucket_lifecycle_configuration", {}, "s3:GetLifecycleConfiguration"),
        ("delete_bucket_encryption", {}, "s3:PutEncryptionConfiguration"),
        ("get_public_access_block", {}, "s3:GetBucketPublicAccessBlock"),
    ],
)
def test_the_action_is_the_one_that_policies_name(
    deploy: Callable[..., Function], role: Role, bucket: str, operation: str, arguments: dict[str, str], action: str
) -> None:
    said = refusal(worker(deploy, role("nothing")), "s3", operation, Bucket=bucket, **arguments)
    assert f"is not authorized to perform: {action} on resource" in said


def test_a_copied_part_needs_the_right_to_read_its_source(
    deploy: Callable[..., Function], role: Role, bucket: str
) -> None:
    function = worker(deploy, role("writer", allow("s3:PutObject", "arn:aws:s3:::rights/*")))
    source = {"Bucket": bucket, "Key": "in.txt", "VersionId": "null"}
    part = {"Key": "copy.txt", "UploadId": "any", "PartNumber": 1, "CopySource": source}
    said = refusal(function, "s3", "upload_part_copy", Bucket=bucket, **part)
    assert 's3:GetObjectVersion on resource: "arn:aws:s3:::rights/in.txt"' in said


def test_a_denial_that_cannot_be_checked_denies_and_says_so(
    deploy: Callable[..., Function], role: Role, bucket: str
) -> None:
    deny = {**allow("s3:*"), "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    function = worker(deploy, role("safe", allow("*"), deny))
    said = refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt")
    assert "with an explicit deny in an identity-based policy" in said
    assert "the condition Bool on aws:SecureTransport, which lambdalab cannot check" in said


def test_a_denial_beats_what_is_allowed(deploy: Callable[..., Function], role: Role, bucket: str) -> None:
    deny = {"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}
    function = worker(deploy, role("torn", allow("*"), deny))
    said = refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt")
    assert said.endswith("with an explicit deny in an identity-based policy")


def test_without_the_right_to_log_a_function_runs_and_nobody_sees_a_line(
    deploy: Callable[..., Function], role: Role, lab: Lab
) -> None:
    function = deploy('def handler(event, context):\n    print("here")\n    return 1\n', "quiet")
    wearing(function, role("mute"))
    assert function.invoke().answer == 1
    assert not any("here" in line for line in function.logs())
    lab.client("iam").attach_role_policy(RoleName="mute", PolicyArn=BASIC)
    assert function.invoke().answer == 1
    assert [line for line in function.logs() if "here" in line] == ["here"]


def test_a_function_calls_another_only_if_its_role_allows_it(deploy: Callable[..., Function], role: Role) -> None:
    deploy("def handler(event, context):\n    return None\n", "other")
    function = worker(deploy, role("caller", allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:other")))
    assert refusal(function, "lambda", "invoke", FunctionName="other") == ""
    said = refusal(function, "lambda", "invoke", FunctionName="worker")
    assert "AccessDeniedException" in said
    assert "lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:worker because" in said


@pytest.mark.parametrize("name", ["other:live", "123456789012:function:other:live", "function:other:live"])
def test_a_function_is_the_same_resource_under_each_of_its_names(
    deploy: Callable[..., Function], role: Role, name: str
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:other:live"
    function = worker(deploy, role("nothing"))
    assert f"InvokeFunction on resource: {arn} because" in refusal(function, "lambda", "invoke", FunctionName=name)


def test_a_role_may_make_the_functions_whose_names_its_policy_gives(role: Role, lab: Lab) -> None:
    own = "arn:aws:lambda:us-east-1:123456789012:function:mine-*"
    client = as_amina(role("maker", allow("lambda:CreateFunction", own)), lab)
    made = {
        "Role": lab.role,
        "Runtime": "python3.12",
        "Handler": "a.handler",
        "Code": {"ZipFile": package({"a.py": ""})},
    }
    try:
        assert client.create_function(FunctionName="mine-1", **made)["FunctionName"] == "mine-1"
    finally:
        lab.client("lambda").delete_function(FunctionName="mine-1")
    with pytest.raises(ClientError, match=r"lambda:CreateFunction on resource: .*:function:yours because"):
        client.create_function(FunctionName="yours", **made)


def test_a_person_acts_with_the_rights_of_their_own_role(deploy: Callable[..., Function], role: Role, lab: Lab) -> None:
    deploy("def handler(event, context):\n    return None\n", "target")
    client = as_amina(role("colleague", allow("lambda:InvokeFunction")), lab)
    assert client.invoke(FunctionName="target")["StatusCode"] == 200
    with pytest.raises(ClientError) as refused:
        client.publish_version(FunctionName="target")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "assumed-role/colleague/amina is not authorized to perform: lambda:PublishVersion" in str(refused.value)


def test_the_labs_own_role_may_do_everything_and_iam_says_so(
    deploy: Callable[..., Function], lab: Lab, bucket: str
) -> None:
    function = worker(deploy, lab.role)
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == ""
    written = lab.client("iam").list_role_policies(RoleName="lambdalab-role")["PolicyNames"]
    assert written == ["AdministratorAccess"]


def test_iam_knows_the_policies_that_aws_wrote_beside_those_of_the_account(lab: Lab) -> None:
    iam = lab.client("iam")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    ours = iam.create_policy(PolicyName="ours", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    try:
        known = {
            scope: [page["Arn"] for many in pages for page in many["Policies"]]
            for scope in ("AWS", "Local")
            for pages in [iam.get_paginator("list_policies").paginate(Scope=scope)]
        }
        assert known["Local"] == [ours]
        assert "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" in known["AWS"]
        assert len(known["AWS"]) > 1000
    finally:
        iam.delete_policy(PolicyArn=ours)


def test_a_role_that_iam_does_not_know_is_not_asked(deploy: Callable[..., Function], bucket: str) -> None:
    function = worker(deploy, "arn:aws:iam::123456789012:role/never-made")
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == ""
