"""What AWS bills for one request: which line of the price list, and how many units of it.

On AWS a batch of ten items is ten units to DynamoDB and one request to SQS, and deleting from S3 is free. Here the same
is read from the request's operation and, where it is a batch, from its body. Left out: sizes of items, for which each
write counts as one of up to 1 KB and each read as one of up to 4 KB, requests that only set something up, and PartiQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lambdalab.http.door import Arrived

CHUNK = 64 * 2**10
"""Bytes of one unit of a message or an event."""
_SIMPLE = {
    **dict.fromkeys(
        ("s3:PutObject", "s3:CopyObject", "s3:CreateMultipartUpload", "s3:UploadPart", "s3:UploadPartCopy",
         "s3:CompleteMultipartUpload", "s3:PutObjectTagging", "s3:ListObjects", "s3:ListObjectsV2",
         "s3:ListObjectVersions"),
        "s3_puts",
    ),
    **dict.fromkeys(("s3:GetObject", "s3:HeadObject", "s3:GetObjectTagging", "s3:GetObjectAttributes"), "s3_gets"),
    **dict.fromkeys(("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"), "dynamodb_writes"),
}  # fmt: skip
_READS = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem"}
_MESSAGES = {
    f"sqs:{name}"
    for name in ("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
                 "ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
}  # fmt: skip


def use(operation: str, request: Arrived, target: str) -> tuple[str, float] | None:
    """The name of a line in `models.months.SERVICES`, and how many units; None for what costs nothing.

    Args:
        operation: such as "dynamodb:BatchWriteItem".
        target: the ARN that the request acts on.
    """
    if found := _SIMPLE.get(operation):
        return found, 1
    if operation.startswith("s3:POST /") and "multipart/form-data" in request.headers.get("content-type", ""):
        return "s3_puts", 1  # a browser's upload with a form
    if operation in _MESSAGES:
        return "sqs_fifo_requests" if target.endswith(".fifo") else "sqs_requests", _chunks(len(request.body))
    if operation in ("sns:Publish", "sns:PublishBatch"):
        return "sns_publishes", _chunks(len(request.body))
    if operation.startswith(("dynamodb:", "events:PutEvents")):
        return _of_batch(operation, request.body)
    return None


def _chunks(size: int) -> int:
    return max(1, -(-size // CHUNK))


def _of_batch(operation: str, body: bytes) -> tuple[str, float] | None:
    try:
        given: Mapping[str, Any] = json.loads(body or b"{}")
        if operation == "events:PutEvents":
            return "events", sum(_chunks(len(str(entry.get("Detail", "")))) for entry in given["Entries"])
        if operation == "dynamodb:BatchWriteItem":
            return "dynamodb_writes", sum(map(len, given["RequestItems"].values()))
        if operation in ("dynamodb:TransactWriteItems", "dynamodb:TransactGetItems"):
            line = "dynamodb_writes" if "Write" in operation else "dynamodb_reads"
            return line, 2 * len(given["TransactItems"])  # AWS prepares, and then commits
        if operation in _READS:
            tables = given["RequestItems"].values() if "RequestItems" in given else [given]
            return "dynamodb_reads", sum(_reads(table) for table in tables)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # nothing that the service carried out
    return None


def _reads(table: Mapping[str, Any]) -> float:
    """A read that may be a moment behind, as all are that do not ask for more, is half a unit."""
    return len(table.get("Keys", (1,))) * (1.0 if table.get("ConsistentRead") else 0.5)
