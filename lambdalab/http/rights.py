"""Whether the role that a caller wears allows what a request asks for.

On AWS every service asks IAM before it does anything, and answers AccessDenied, naming who, what and on which
resource. Here the same is asked for S3 and Lambda, when the caller wears a role: a function's environment, or somebody
with the session of a role. Follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; lessons 04 and 05. Left out: users and
groups, every other service, a role that IAM does not know, and what a resource's own policy adds. Two answers differ:
AWS deletes those of several objects that the role may delete and lists the others as errors, where the whole request is
refused here; and to a role that may not list the bucket AWS answers 403 for an object that is not there, here 404.
Layers and event source mappings have no ARN here, so only a statement on "*" allows what is done with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from lambdalab.http import operations
from lambdalab.http.door import Arrived, Caller, Refused
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement, decide_for_role
from lambdalab.service import names
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

_ROLE = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")
_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions/(?P<name>[^/]+)(/.*)?")

Statements = Callable[[str], Sequence[Statement] | None]
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "lambda:InvokeWithResponseStream": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteBucketCors": "s3:PutBucketCORS",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
}
"""Where the action that a policy names is not called like the operation."""
_OF_VERSIONS = {
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
}
"""The action for an object's version that is named, where AWS has another one for it."""


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
            if decision.unchecked:
                text += f" ({decision.unchecked}, which lambdalab cannot check and takes as met)"
            return Refused("AccessDenied", "AccessDeniedException", text)
    return None


def _asked(request: Arrived, caller: Caller) -> Iterator[tuple[str, str]]:
    """The actions that a request needs, each with the ARN that it acts on; a copy also reads."""
    operation = f"{caller.service}:{operations.name(request, caller.service)}"
    if caller.service == "lambda":
        yield _ACTIONS.get(operation, operation), _function(request, caller.region, operation)
        return
    resource = _in_s3(request.path)
    if operation == "s3:DeleteObjects":
        yield from _deleted(request.body, resource)
        return
    yield _of_version(_ACTIONS.get(operation, operation), "versionId" in request.query), resource
    if operation in ("s3:CopyObject", "s3:UploadPartCopy"):
        path, _, query = request.headers.get("x-amz-copy-source", "").partition("?")
        yield _of_version("s3:GetObject", "versionId" in parse_qs(query)), _in_s3(unquote(path))


def _of_version(action: str, named: bool) -> str:
    return _OF_VERSIONS.get(action, action) if named else action


def _in_s3(path: str) -> str:
    """The ARN of a bucket or an object; "*" for none."""
    bucket, _, key = path.lstrip("/").partition("/")
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}" if bucket else "*"


def _deleted(body: bytes, bucket: str) -> Iterator[tuple[str, str]]:
    """What it needs to delete each object of a list: the list is XML."""
    try:
        objects = ElementTree.fromstring(body).findall("{*}Object")
    except ElementTree.ParseError:
        objects = []
    if not objects:  # no list that AWS reads: asked as for any object
        yield "s3:DeleteObject", f"{bucket}/*"
    for one in objects:
        yield _of_version("s3:DeleteObject", bool(one.findtext("{*}VersionId"))), f"{bucket}/{one.findtext('{*}Key')}"


def _function(request: Arrived, region: str, operation: str) -> str:
    """The ARN of the function, version or alias that a request names; "*" for none."""
    found = _FUNCTION.fullmatch(request.path)
    name = found["name"] if found else _named_in(request.body) if operation == "lambda:CreateFunction" else ""
    if not name:
        return "*"
    try:
        plain, qualifier = names.read(region, name, request.query.get("Qualifier"))
    except (FunctionNotFound, QualifiersDiffer):  # Lambda will say so, to those who may ask
        plain, qualifier = name, None
    arn = plain if plain.startswith("arn:") else f"arn:aws:lambda:{region}:{ACCOUNT}:function:{plain}"
    return f"{arn}:{qualifier}" if qualifier else arn


def _named_in(body: bytes) -> str:
    """The name in the body of CreateFunction; "" where there is none to read."""
    try:
        return str(json.loads(body)["FunctionName"])
    except (ValueError, KeyError, TypeError):
        return ""
