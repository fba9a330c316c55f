"""Decisions name the statement that decided."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalab.permissions import decide, decide_for_role

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
