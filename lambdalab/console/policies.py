"""Statements of policies, as a reader needs them: who may do what, on what, and only if.

AWS's console shows JSON. Here each statement is a row of words, with its JSON one fold away. Two policies meet at a
function and are often taken for one another: its resource policy says who may call it, its role says what it may do
itself. Left out: NotAction, NotPrincipal and NotResource, which stay JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.console.recorder import Recorder

_TESTS = {"ArnLike": "is like", "StringLike": "is like", "StringEquals": "is", "ArnEquals": "is", "Bool": "is"}


@dataclass(frozen=True)
class Statement:
    """One statement in words.

    Args:
        effect: "may" or "may not".
        who: the principal; "" in a role's policy, where it is the role itself.
        actions: such as "lambda:InvokeFunction".
        resource: the ARN or ARNs; "" in a trust policy.
        only_if: the conditions, "" if there are none.
        name: the statement's id, or the policy it stands in.
        raw: the statement as JSON.
    """

    effect: str
    who: str
    actions: str
    resource: str
    only_if: str
    name: str
    raw: str


@dataclass(frozen=True)
class Permissions:
    """What is written about one function.

    Args:
        policy: its resource policy: who may call it.
        role: the role's name.
        trust: who may wear the role.
        role_statements: what the role may do.
    """

    policy: Sequence[Statement]
    role: str
    trust: Sequence[Statement]
    role_statements: Sequence[Statement]


def statement(raw: Mapping[str, Any], name: str = "") -> Statement:
    """A statement of a policy in words.

    Args:
        raw: the statement's JSON object.
        name: what it is called where it has no id of its own.
    """
    return Statement(
        effect={"Allow": "may", "Deny": "may not"}.get(str(raw.get("Effect")), str(raw.get("Effect"))),
        who=_principal(raw.get("Principal")),
        actions=_joined(raw.get("Action")),
        resource=_joined(raw.get("Resource")),
        only_if="; ".join(
            f"{key.split(':')[-1]} {_TESTS.get(test, test)} {_joined(value)}"
            for test, tests in raw.get("Condition", {}).items()
            for key, value in tests.items()
        ),
        name=str(raw.get("Sid") or name),
        raw=json.dumps(raw, indent=2, ensure_ascii=False),
    )


def read(recorder: Recorder, function: str, role_arn: str) -> Permissions:
    """Both policies of a function, as AWS tells them.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html; lesson 04.
    """
    role = role_arn.rpartition("/")[2]
    return Permissions(_resource_policy(recorder, function), role, *_role(recorder, role))


def _resource_policy(recorder: Recorder, function: str) -> list[Statement]:
    client = recorder.client("lambda")
    try:
        text = client.get_policy(FunctionName=function)["Policy"]
    except client.exceptions.ResourceNotFoundException:  # AWS's way of saying that there is no statement
        return []
    return [statement(raw) for raw in json.loads(text)["Statement"]]


def _role(recorder: Recorder, role: str) -> tuple[list[Statement], list[Statement]]:
    client = recorder.client("iam")
    try:
        trust = client.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    except client.exceptions.NoSuchEntityException:
        return [], []
    may: list[Statement] = []
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        may += [statement(raw, name) for raw in _statements(document)]
    for attached in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        may += [statement(raw, attached["PolicyName"]) for raw in _statements(document)]
    return [statement(raw, "trust") for raw in _statements(trust)], may


def _statements(document: Any) -> list[Mapping[str, Any]]:
    """A policy may hold one statement without a list around it."""
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def _principal(given: Any) -> str:
    if isinstance(given, Mapping):
        return ", ".join(_joined(value) for value in given.values())
    return "everybody" if given == "*" else str(given or "")


def _joined(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
