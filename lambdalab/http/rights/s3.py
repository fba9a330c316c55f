"""What a request to S3 asks for: the actions that policies name, each with the bucket or the object that it acts on.

On AWS several operations share one action, and one operation may need several: a copy also reads its source. Follows
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html; lessons 04 and 05. Left out:
the tags, retention and metadata of a put, which need rights of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from lambdalab.http import forms
from lambdalab.http.door import Arrived

_ACTIONS = {
    "HeadObject": "s3:GetObject",
    "HeadBucket": "s3:ListBucket",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListParts": "s3:ListMultipartUploadParts",
    "ListBuckets": "s3:ListAllMyBuckets",
    "CopyObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "UploadPartCopy": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "DeleteBucketCors": "s3:PutBucketCORS",
    "DeleteBucketTagging": "s3:PutBucketTagging",
    "GetBucketReplication": "s3:GetReplicationConfiguration",
    "PutBucketReplication": "s3:PutReplicationConfiguration",
    "DeleteBucketReplication": "s3:PutReplicationConfiguration",
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


def asked(request: Arrived, operation: str, region: str) -> Iterator[tuple[str, str]]:
    """The actions that a request needs, each with the ARN that it acts on."""
    resource = arn(request.path)
    if form := forms.read(request.headers.get("content-type", ""), request.body):  # a browser's upload
        yield "s3:PutObject", f"{resource}/{form.fields.get('key', '')}"
        return
    if operation == "DeleteObjects":
        yield from _deleted(request.body, resource)
        return
    yield _of_version(_ACTIONS.get(operation, f"s3:{operation}"), "versionId" in request.query), resource
    if operation in ("CopyObject", "UploadPartCopy"):
        path, _, query = request.headers.get("x-amz-copy-source", "").partition("?")
        yield _of_version("s3:GetObject", "versionId" in parse_qs(query)), arn(unquote(path))


def _of_version(action: str, named: bool) -> str:
    return _OF_VERSIONS.get(action, action) if named else action


def arn(path: str) -> str:
    """The ARN of a bucket or an object, from a path such as "/photos/cat.jpg"; "*" for none."""
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
