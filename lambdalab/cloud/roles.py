"""What a role may do: the statements of its policies, as moto's IAM keeps them.

On AWS a role has policies written into it and policies attached to it, among these AWS's own, such as
AWSLambdaBasicExecutionRole. moto knows AWS's own when it is told to load them, which is done here. Left out:
permissions boundaries and session policies.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.config import default_user_config
from moto.iam.models import iam_backends

from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement

TOUCHED = {
    "moto.core.config": ["default_user_config"],
    "moto.iam.models": ["iam_backends", "Role", "ManagedPolicy"],
}


def install() -> None:
    """Let IAM know AWS's own policies from its first request on."""
    default_user_config["iam"]["load_aws_managed_policies"] = True


def statements(name: str) -> list[Statement] | None:
    """What the role of this name may do; None when there is no such role."""
    roles = iam_backends[ACCOUNT]["aws"].roles.values()
    role = next((role for role in roles if role.name == name), None)
    if role is None:
        return None
    attached = [_default(policy) for policy in role.managed_policies.values()]
    found: list[Statement] = []
    for document in (*role.policies.values(), *attached):
        listed = json.loads(document).get("Statement", [])
        found += listed if isinstance(listed, list) else [listed]
    return found


def _default(policy: Any) -> str:
    """The version of an attached policy that is in force."""
    return str(next(version.document for version in policy.versions if version.is_default_version))
