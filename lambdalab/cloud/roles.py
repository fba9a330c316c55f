"""What a role may do, and which service may wear it: the statements of its policies, as moto's IAM keeps them.

On AWS a role has policies written into it and policies attached to it, among these AWS's own, such as
AWSLambdaBasicExecutionRole. moto knows AWS's own when it is told to load them, which is done here once somebody asks
for one. Its trust policy says who may wear it; here it is asked when a function gets the role, and on AWS later too.
Left out: permissions boundaries and session policies.
"""

from __future__ import annotations

import json
from typing import Any

import moto.iam.models as iam_models
from moto.core.config import default_user_config
from moto.iam.models import IAMBackend, iam_backends

from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement, decide

TOUCHED = {
    "moto.core.config": ["default_user_config"],
    "moto.iam.models": [
        "iam_backends",
        "IAMBackend._init_aws_policies",
        "Role",
        "ManagedPolicy",
        "PARTITION_NAMES",
    ],
}


class _OwnPolicies:
    """IAM's attachable policies: AWS's own, a thousand, join the account's when somebody first asks for any."""

    def __set__(self, backend: Any, policies: dict[str, Any]) -> None:
        vars(backend)["managed_policies"] = policies

    def __get__(self, backend: Any, owner: type | None = None) -> Any:
        known = vars(backend)
        if not known["aws_managed_policies"]:
            default_user_config["iam"]["load_aws_managed_policies"] = True
            found = backend._init_aws_policies()
            known["managed_policies"].update({policy.arn: policy for policy in found})
            known["aws_managed_policies"] = found
        return known["managed_policies"]


def install() -> None:
    """Let IAM know AWS's own policies, and look for keys in AWS's one partition that is here.

    moto would look in China's and the governments' too, and load the thousand policies for each of them.
    """
    setattr(IAMBackend, "managed_policies", _OwnPolicies())  # noqa: B010 - mypy
    vars(iam_models)["PARTITION_NAMES"] = ["aws"]


def statements(name: str) -> list[Statement] | None:
    """What the role of this name may do; None when there is no such role."""
    role = _find(name)
    if role is None:
        return None
    attached = [_default(policy) for policy in role.managed_policies.values()]
    return [found for document in (*role.policies.values(), *attached) for found in _listed(document)]


def may_wear(role_arn: str, principal: str, source_arn: str) -> bool:
    """Whether the role's trust policy lets a service wear it; true for a role that IAM does not know.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html; lessons 04 and 08.

    Args:
        principal: the service, such as "lambda.amazonaws.com".
        source_arn: for whom, such as a function's ARN.
    """
    role = _find(role_arn.rpartition("/")[2])
    if role is None:
        return True
    trust = [{**found, "Resource": role_arn} for found in _listed(role.assume_role_policy_document)]
    return decide(
        trust,
        principal=principal,
        action="sts:AssumeRole",
        resource=role_arn,
        source_arn=source_arn,
        source_account=ACCOUNT,
    ).allowed


def _find(name: str) -> Any:
    return next((role for role in iam_backends[ACCOUNT]["aws"].roles.values() if role.name == name), None)


def _listed(document: str) -> list[Statement]:
    """A policy's statements; it may hold one without a list around it."""
    found = json.loads(document).get("Statement", [])
    return found if isinstance(found, list) else [found]


def _default(policy: Any) -> str:
    """The version of an attached policy that is in force."""
    return str(next(version.document for version in policy.versions if version.is_default_version))
