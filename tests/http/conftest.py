"""What the tests of the door share: roles with given rights, and a function that does what an event says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from lambdalab import Function, Lab

SOURCE = """import functools

import boto3

client = functools.cache(boto3.client)


def handler(event, context):
    getattr(client(event["service"]), event["operation"])(**event["arguments"])
"""
Role = Callable[..., str]


@pytest.fixture
def role(lab: Lab) -> Iterator[Role]:
    """Make a role with these statements and attached policies; it is gone after the test."""
    iam, made = lab.client("iam"), []

    def make(name: str, *statements: dict[str, Any], attached: tuple[str, ...] = ()) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        made.append(name)
        for policy in attached:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return str(arn)

    yield make
    for name in made:
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)


@pytest.fixture
def bucket(lab: Lab) -> Iterator[str]:
    """A bucket with one file, in.txt."""
    s3 = lab.client("s3")
    s3.create_bucket(Bucket="rights")
    s3.put_object(Bucket="rights", Key="in.txt", Body=b"text")
    yield "rights"
    for found in s3.list_objects_v2(Bucket="rights").get("Contents", []):
        s3.delete_object(Bucket="rights", Key=found["Key"])
    s3.delete_bucket(Bucket="rights")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def wearing(function: Function, role_arn: str) -> Function:
    boto3.client("lambda").update_function_configuration(FunctionName=function.name, Role=role_arn)
    return function


def refusal(function: Function, service: str, operation: str, **arguments: Any) -> str:
    """What the function was refused with; "" if it was let in."""
    error = function.invoke({"service": service, "operation": operation, "arguments": arguments}).error
    return str(error["errorMessage"]) if error else ""


def worker(deploy: Callable[..., Function], role_arn: str) -> Function:
    return wearing(deploy(SOURCE, "worker", memory=1769, timeout=10), role_arn)
