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
