"""Whether the role that a caller wears allows what a request asks for.

On AWS every service asks IAM before it does anything, and answers AccessDenied, naming who, what and on which
resource. Here the same is asked for S3 and Lambda, when the caller wears a role: a function's environment, or somebody
with the session of a role. Follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; lessons 04 and 05. Left out: users and
groups, every other service, a role that IAM does not know, and what a resource's own policy adds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote

from lambdalab.http import operations
from lambdalab.http.door import Arrived, Caller, Refused
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement, decide_for_role

_ROLE = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")
_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions/(?P<name>[^/]+)(/.*)?")

Statements = Callable[[str], Sequence[Statement] | None]
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
}
"""Where the action that a policy names is not called like the operation."""


def refusal(request: Arrived, caller: Caller, statements: Statements) -> Refused | None:
    """AWS's refusal when the caller's role does not allow the request; None when it does, or when nothing is asked.

    Args:
        statements: those of a role, by its name; None for a role that IAM does not know.
    """
    wears = _ROLE.fullmatch(caller.key.principal)
    if wears is None or caller.service not in ("s3", "lambda"):
        return None
    given = statements(wears["role"])
    for action, resource in _asked(request, caller) if given is not None else ():
        decision = decide_for_role(given or (), action=action, resource=resource)
        if not decision.allowed:
            why = "with an explicit deny in an identity-based policy" if decision.statement else decision.reason
            named = f'"{resource}"' if caller.service == "s3" else resource
            text = f"User: {caller.key.principal} is not authorized to perform: {action} on resource: {named} {why}"
            return Refused("AccessDenied", "AccessDeniedException", text)
    return None


def _asked(request: Arrived, caller: Caller) -> Iterator[tuple[str, str]]:
    """The actions that a request needs, each with the ARN that it acts on; a copy also reads."""
    operation = f"{caller.service}:{operations.name(request, caller.service)}"
    yield _ACTIONS.get(operation, operation), _resource(request, caller)
    if operation == "s3:CopyObject":
        source = unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/").partition("?")[0]
        yield "s3:GetObject", f"arn:aws:s3:::{source}"


def _resource(request: Arrived, caller: Caller) -> str:
    """The ARN of the bucket, object, function, version or alias in the request's address; else "*"."""
    if caller.service == "s3":
        bucket, _, key = request.path.lstrip("/").partition("/")
        return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}" if bucket else "*"
    found = _FUNCTION.fullmatch(request.path)
    if found is None:
        return "*"
    name = found["name"]
    arn = name if name.startswith("arn:") else f"arn:aws:lambda:{caller.region}:{ACCOUNT}:function:{name}"
    qualifier = request.query.get("Qualifier")
    return f"{arn}:{qualifier}" if qualifier and arn.count(":") == 6 else arn
