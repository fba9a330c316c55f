"""Versions, aliases and policies as the console reads and changes them."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import LabError
from lambdalab.console import policies, releases
from lambdalab.console.actions import Actions, Settings


def test_a_version_is_published_named_moved_and_shares_its_calls(actions: Actions, greets: str) -> None:
    releases.publish(actions, greets, "the first")
    actions.configure(greets, Settings("lambda_function.handler", 256, 3, {}))
    releases.publish(actions, greets)
    found = releases.versions(actions, greets)
    assert [(v.number, v.description, v.memory) for v in found] == [
        ("$LATEST", "", 256),
        ("1", "the first", 128),
        ("2", "", 256),
    ]
    assert "means version 1" in releases.create_alias(actions, greets, "live", "1")
    said = releases.move_alias(actions, greets, "live", "1", "2", 10)
    assert "90\u00a0% version 1, 10\u00a0% version 2" in said
    weights = boto3.client("lambda").get_alias(FunctionName=greets, Name="live")["RoutingConfig"]
    assert weights == {"AdditionalVersionWeights": {"2": 0.1}}
    releases.move_alias(actions, greets, "live", "2")
    assert [alias.shares for alias in releases.aliases(actions, greets)] == [{"2": 1}]
    assert releases.qualifiers(actions, greets) == ["$LATEST", "live", "1", "2"]
    assert [act.title for act in actions.recorder.acts[-2:]] == ["Move alias live", "Move alias live"]


def test_publishing_again_without_a_change_is_said(actions: Actions, greets: str) -> None:
    class Again:
        """Answers PublishVersion as AWS was recorded to: with the version that is there."""

        def __init__(self, client: object) -> None:
            self._client = client

        def __getattr__(self, name: str) -> object:
            return (lambda **_: {"Version": "1"}) if name == "publish_version" else getattr(self._client, name)

    releases.publish(actions, greets)
    plain = actions.lab.client
    actions.recorder._client = lambda service: Again(plain(service))
    assert "AWS answered version 1 again" in releases.publish(actions, greets)


def test_a_name_that_is_missing_or_taken_is_told(actions: Actions, greets: str) -> None:
    releases.publish(actions, greets)
    with pytest.raises(LabError, match="An alias needs a name"):
        releases.create_alias(actions, greets, "", "1")
    with pytest.raises(LabError, match="There is no alias to move yet"):
        releases.move_alias(actions, greets, "", "1")
    releases.create_alias(actions, greets, "live", "1")
    with pytest.raises(ClientError) as taken:
        releases.create_alias(actions, greets, "live", "1")
    assert taken.value.response["Error"]["Code"] == "ResourceConflictException"


def test_statements_are_words(actions: Actions, greets: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=greets,
        StatementId="let-s3-in",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::photos",
    )
    (seen,) = actions.permissions(greets).policy
    assert (seen.name, seen.effect, seen.who, seen.actions) == (
        "let-s3-in",
        "may",
        "s3.amazonaws.com",
        "lambda:InvokeFunction",
    )
    assert seen.only_if == "SourceArn is like arn:aws:s3:::photos"
    assert json.loads(seen.raw)["Sid"] == "let-s3-in"


def test_a_role_is_read_with_its_inline_and_its_attached_policies(actions: Actions, greets: str) -> None:
    iam = boto3.client("iam")
    own = {"Effect": "Deny", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}  # a policy of one statement
    role = actions.lab.role.rpartition("/")[2]
    iam.put_role_policy(
        RoleName=role,
        PolicyName="no-s3",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": own}),
    )
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    arn = iam.create_policy(PolicyName="logs", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    try:
        seen = actions.permissions(greets)
        assert seen.role == role and [s.who for s in seen.trust] == ["lambda.amazonaws.com"]
        told = [(s.name, s.effect, s.actions) for s in seen.role_statements]
        assert ("no-s3", "may not", "s3:PutObject, s3:GetObject") in told and ("logs", "may", "logs:*") in told
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="no-s3")
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)


def test_everybody_is_called_so() -> None:
    assert policies.statement({"Effect": "Allow", "Principal": "*", "Action": "a:b"}).who == "everybody"
