"""Decisions name the statement that decided."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from lambdalab import Function
from lambdalab.permissions import (
    add_permission,
    add_permission_call,
    decide,
    decide_for_role,
    missing_statement,
    near_miss,
)

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
STATEMENT: dict[str, Any] = {
    "Sid": "s3",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": FUNCTION,
    "Condition": {
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::photos"},
        "StringEquals": {"AWS:SourceAccount": "123456789012"},
    },
}


def allowed(*statements: dict[str, Any], **request: str) -> bool:
    asked = {
        "principal": "s3.amazonaws.com",
        "action": "lambda:InvokeFunction",
        "resource": FUNCTION,
        "source_arn": "arn:aws:s3:::photos",
        "source_account": "123456789012",
    }
    return decide(statements, **{**asked, **request}).allowed


def test_nothing_is_allowed_by_no_statement() -> None:
    assert not allowed()


def test_a_matching_statement_allows_and_is_named() -> None:
    assert allowed(STATEMENT)
    assert (
        decide(
            [STATEMENT],
            principal="s3.amazonaws.com",
            action="lambda:InvokeFunction",
            resource=FUNCTION,
            source_arn="arn:aws:s3:::photos",
            source_account="123456789012",
        ).statement
        is STATEMENT
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"principal": "sns.amazonaws.com"},
        {"action": "lambda:GetFunction"},
        {"resource": FUNCTION + "2"},
        {"source_arn": "arn:aws:s3:::photos2"},
        {"source_account": "999999999999"},
    ],
)
def test_every_part_of_a_statement_must_match(request_: dict[str, str]) -> None:
    assert not allowed(STATEMENT, **request_)


def test_a_denial_wins_over_an_allowance_in_any_order() -> None:
    deny = {**STATEMENT, "Sid": "no", "Effect": "Deny"}
    assert not allowed(STATEMENT, deny)
    assert not allowed(deny, STATEMENT)


def test_stars_match_and_an_unknown_condition_does_not() -> None:
    assert allowed({**STATEMENT, "Action": "lambda:*", "Resource": "*", "Principal": "*", "Condition": {}})
    assert allowed({**STATEMENT, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::pho*"}}})
    assert not allowed({**STATEMENT, "Condition": {"NumericLessThan": {"s3:max-keys": "10"}}})
    assert not allowed({**STATEMENT, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}})


def test_a_role_may_do_what_one_of_its_statements_allows() -> None:
    statements = [
        {"Effect": "Allow", "Action": ["s3:Get*", "logs:PutLogEvents"], "Resource": ["arn:aws:s3:::scans/*", "*logs*"]},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::scans/secret/*"},
    ]
    read = decide_for_role(statements, action="s3:GetObject", resource="arn:aws:s3:::scans/a.txt")
    assert read.allowed and read.statement == statements[0]
    secret = decide_for_role(statements, action="s3:GetObject", resource="arn:aws:s3:::scans/secret/a.txt")
    assert not secret.allowed and secret.statement == statements[1]
    write = decide_for_role(statements, action="s3:PutObject", resource="arn:aws:s3:::scans/a.txt")
    assert not write.allowed and write.statement is None
    assert write.reason == "because no identity-based policy allows the s3:PutObject action"


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OBJECT = "arn:aws:s3:::scans/a.txt"


@pytest.mark.parametrize(
    ("deny", "denied"),
    [
        ({"NotAction": "s3:Get*", "Resource": "*"}, False),
        ({"NotAction": "s3:Put*", "Resource": "*"}, True),
        ({"Action": "*", "NotResource": "arn:aws:s3:::scans/*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:s3:::photos/*"}, True),
    ],
)
def test_a_denial_with_not_covers_all_that_it_does_not_name(deny: dict[str, Any], denied: bool) -> None:
    decision = decide_for_role([ALL, {"Effect": "Deny", **deny}], action="s3:GetObject", resource=OBJECT)
    assert decision.allowed is not denied


def test_a_condition_that_wants_no_match_is_weighed_like_the_others() -> None:
    deny = {**STATEMENT, "Effect": "Deny"}
    assert allowed(STATEMENT, {**deny, "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}})
    assert not allowed(STATEMENT, {**deny, "Condition": {"StringNotEquals": {"aws:SourceAccount": "999999999999"}}})
    assert not allowed(STATEMENT, {**deny, "Condition": {"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::scan*"}}})
    assert not allowed(STATEMENT, {**deny, "Principal": None, "NotPrincipal": {"Service": "sns.amazonaws.com"}})


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "the condition Bool on aws:SecureTransport"),
        (
            {"Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "a"}}},
            "StringNotEquals on aws:PrincipalTag/team",
        ),
        ({"Resource": "arn:aws:s3:::scans/${aws:username}/*"}, "a variable in its Resource"),
    ],
)
def test_what_cannot_be_checked_allows_nothing_and_denies_with_a_reason(part: dict[str, Any], words: str) -> None:
    alone = decide_for_role([{**ALL, **part}], action="s3:GetObject", resource=OBJECT)
    assert not alone.allowed and alone.statement is None
    against = decide_for_role([ALL, {**ALL, "Effect": "Deny", **part}], action="s3:GetObject", resource=OBJECT)
    assert not against.allowed and words in against.reason and words in against.unchecked


def test_a_denial_of_something_else_is_no_denial_even_if_its_condition_cannot_be_checked() -> None:
    deny = {
        "Effect": "Deny",
        "Action": "s3:PutObject",
        "Resource": "*",
        "Condition": {"Bool": {"aws:ViaAWSService": "no"}},
    }
    assert decide_for_role([ALL, deny], action="s3:GetObject", resource=OBJECT).allowed


def test_an_effect_that_is_neither_allow_nor_deny_allows_nothing() -> None:
    assert not decide_for_role([{**ALL, "Effect": "Maybe"}], action="s3:GetObject", resource=OBJECT).allowed


# -- what came near, and what is missing -----------------------------------------------------------------------------

UPLOAD = {
    "principal": "s3.amazonaws.com",
    "action": "lambda:InvokeFunction",
    "resource": FUNCTION,
    "source_arn": "arn:aws:s3:::photos",
    "source_account": "123456789012",
}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"Principal": {"Service": "sns.amazonaws.com"}}, "its principal is sns.amazonaws.com, not s3.amazonaws.com"),
        ({"Action": "lambda:InvokeFunctionUrl"}, "it allows lambda:InvokeFunctionUrl only"),
        ({"Resource": FUNCTION + ":live"}, f"it names {FUNCTION}:live, not {FUNCTION}"),
        (
            {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::other"}}},
            "its SourceArn is arn:aws:s3:::other, not arn:aws:s3:::photos",
        ),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::photos/*"}}}, "its SourceArn ends in /*"),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::Photos"}}}, "capital letters count"),
        (
            {"Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333"}}},
            "its SourceAccount is 111122223333, not 123456789012",
        ),
        ({"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}, "calls that come through a function URL"),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, "aws:PrincipalOrgID, which lambdalab cannot"),
    ],
)
def test_a_statement_that_comes_near_is_told_by_what_differs(part: dict[str, Any], words: str) -> None:
    statement = {**STATEMENT, **part}
    assert not decide([statement], **UPLOAD).allowed
    assert near_miss([statement], **UPLOAD).startswith("Statement s3 comes near, but ")
    assert words in near_miss([statement], **UPLOAD)


def test_the_nearest_statement_is_told_and_a_far_one_is_not() -> None:
    far = {**STATEMENT, "Sid": "far", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:Get*"}
    farther = {**far, "Resource": "arn:aws:lambda:us-east-1:123456789012:function:g"}
    near = {**STATEMENT, "Sid": "near", "Action": "lambda:GetFunction"}
    assert near_miss([far, near], **UPLOAD).startswith("Statement near ")
    assert near_miss([farther], **UPLOAD) == ""
    assert near_miss([], **UPLOAD) == ""


def test_in_a_role_the_bucket_is_told_from_its_objects() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::scans"}
    said = near_miss([statement], principal="", action="s3:GetObject", resource=OBJECT)
    assert said.startswith("A statement without an id comes near") and "its objects are named with /*" in said


SOURCES = {
    "s3.amazonaws.com": "arn:aws:s3:::photos",
    "sns.amazonaws.com": "arn:aws:sns:us-east-1:123456789012:news",
    "events.amazonaws.com": "arn:aws:events:us-east-1:123456789012:rule/nightly",
    "apigateway.amazonaws.com": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/*/GET/items/{id}",
}


@pytest.mark.parametrize("principal", SOURCES)
def test_the_missing_statement_allows_the_request_and_no_other(principal: str) -> None:
    asked = {**UPLOAD, "principal": principal, "source_arn": SOURCES[principal]}
    statement = missing_statement(**asked)
    assert decide([statement], **asked).allowed
    changes = {
        "principal": "ses.amazonaws.com",
        "action": "lambda:GetFunction",
        "resource": FUNCTION + ":live",
        "source_arn": SOURCES[principal] + "2",
    }
    if principal == "s3.amazonaws.com":  # the one whose ARN does not say whose it is
        changes["source_account"] = "111122223333"
    for part, value in changes.items():
        assert not decide([statement], **{**asked, part: value}).allowed, part
    assert ("StringEquals" in statement["Condition"]) is (principal == "s3.amazonaws.com")


def test_the_missing_statement_for_everybody_holds_for_the_url_only() -> None:
    visitor = {**UPLOAD, "principal": "*", "source_arn": "", "source_account": ""}
    by_url = {"lambda:FunctionUrlAuthType": "NONE", "lambda:InvokedViaFunctionUrl": "true"}
    for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
        statement = missing_statement("*", action, FUNCTION)
        assert decide([statement], **{**visitor, "action": action}, context=by_url).allowed
        assert not decide([statement], **{**visitor, "action": action}).allowed


@pytest.mark.parametrize(("principal", "source"), [*SOURCES.items(), ("*", "")])
def test_the_call_is_one_that_boto3_takes_and_lambda_writes_down_as_the_missing_statement(
    principal: str, source: str, deploy: Callable[..., Function]
) -> None:
    function = deploy("def handler(event, context):\n    return None\n", "called-by")
    arn = boto3.client("lambda").get_function_configuration(FunctionName=function.name)["FunctionArn"]
    asked = (principal, "lambda:InvokeFunction", arn, source, "123456789012" if source else "")
    exec(add_permission_call(*asked), {"boto3": boto3})  # as a student would run it
    policy = json.loads(boto3.client("lambda").get_policy(FunctionName=function.name)["Policy"])
    assert policy["Statement"] == [missing_statement(*asked)]


def test_the_call_takes_a_statement_id_that_is_free_and_names_the_alias() -> None:
    arguments = add_permission(*UPLOAD.values(), statements=[{"Sid": "s3-photos"}, {"Sid": "s3-photos-2"}])
    assert arguments["StatementId"] == "s3-photos-3"
    alias = add_permission("s3.amazonaws.com", "lambda:InvokeFunction", FUNCTION + ":live", "arn:aws:s3:::photos")
    assert (alias["FunctionName"], alias["Qualifier"]) == ("f", "live")


# -- a role and the resource's own policy ----------------------------------------------------------------------------

SESSION = "arn:aws:sts::123456789012:assumed-role/reader/f"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::scans/*"}


@pytest.mark.parametrize(
    ("principal", "lets_in"),
    [
        ("*", True),
        ({"AWS": "arn:aws:iam::123456789012:role/reader"}, True),
        ({"AWS": [SESSION, "arn:aws:iam::123456789012:role/other"]}, True),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False),  # leaves it to the roles' own policies
        ({"AWS": "123456789012"}, False),
        ({"Service": "lambda.amazonaws.com"}, False),  # the wearer of a role is no service
    ],
)
def test_a_resources_policy_lets_in_the_role_that_it_names(principal: Any, lets_in: bool) -> None:
    policy = [{**READ, "Principal": principal}]
    asked = {"action": "s3:GetObject", "resource": OBJECT, "caller": SESSION}
    assert decide_for_role([], policy=policy, **asked).allowed is lets_in
    assert decide_for_role([ALL], policy=policy, **asked).allowed


@pytest.mark.parametrize("principal", ["*", {"AWS": "arn:aws:iam::123456789012:root"}, {"AWS": SESSION}])
def test_a_resources_policy_shuts_out_whom_the_role_lets_in_and_says_that_it_did(principal: Any) -> None:
    deny = [{**READ, "Effect": "Deny", "Principal": principal}]
    decision = decide_for_role([ALL], policy=deny, action="s3:GetObject", resource=OBJECT, caller=SESSION)
    assert not decision.allowed and decision.statement == deny[0] and decision.by == "resource-based policy"
    spared = [{**READ, "Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/reader"}}]
    assert decide_for_role([ALL], policy=spared, action="s3:GetObject", resource=OBJECT, caller=SESSION).allowed
