"""A function gets only a role that Lambda may wear: its trust policy decides, through boto3 and real IAM resources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import package

REFUSED = "The role defined for the function cannot be assumed by Lambda."
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
MACHINES = {**LAMBDA, "Principal": {"Service": "ec2.amazonaws.com"}}
BOTH = {**LAMBDA, "Principal": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}}
FOREIGN = {**LAMBDA, "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
OWN = {**LAMBDA, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:123456789012:function:*"}}}
Role = Callable[..., str]


@pytest.fixture
def role(lab: Lab) -> Iterator[Role]:
    """Make a role with this trust; it is gone after the test."""
    iam, made = lab.client("iam"), []

    def make(name: str, *trust: dict[str, Any]) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(trust)})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        made.append(name)
        return str(arn)

    yield make
    for name in made:
        iam.delete_role(RoleName=name)


def said(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_function_is_not_made_with_a_role_that_trusts_only_other_services(lab: Lab, role: Role) -> None:
    client = lab.client("lambda")
    settings = {"Runtime": "python3.12", "Handler": "lambda_function.handler"}
    code = {"ZipFile": package({"lambda_function.py": "def handler(event, context):\n    return None\n"})}
    wanted = {"FunctionName": "untrusted", "Role": role("machines", MACHINES), "Code": code, **settings}
    assert said(client.create_function, **wanted) == ("InvalidParameterValueException", REFUSED)
    assert "untrusted" not in [function["FunctionName"] for function in client.list_functions()["Functions"]]


def test_a_function_keeps_its_role_when_the_new_one_may_not_be_worn_by_lambda(
    lab: Lab, role: Role, deploy: Callable[..., Function]
) -> None:
    function = deploy("def handler(event, context):\n    return None\n", "loyal")
    before = function.configuration["Role"]
    change = lab.client("lambda").update_function_configuration
    for arn in (role("foreign", FOREIGN), role("denied", LAMBDA, {**LAMBDA, "Effect": "Deny"})):
        assert said(change, FunctionName="loyal", Role=arn) == ("InvalidParameterValueException", REFUSED)
    assert function.configuration["Role"] == before


@pytest.mark.parametrize("trust", [LAMBDA, BOTH, OWN], ids=["lambda", "lambda and another", "lambda for this account"])
def test_a_role_that_lambda_may_wear_is_taken(
    lab: Lab, role: Role, deploy: Callable[..., Function], trust: dict[str, Any]
) -> None:
    function = deploy("def handler(event, context):\n    return 1\n", "loyal")
    arn = role("worker", trust)
    lab.client("lambda").update_function_configuration(FunctionName="loyal", Role=arn)
    assert function.configuration["Role"] == arn
    assert function.invoke().answer == 1
