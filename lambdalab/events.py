"""Events as AWS builds them, one builder per source.

The shapes are those recorded from AWS; ids look real and are random. So far: S3's notification.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus


@dataclass(frozen=True)
class ObjectChange:
    """One change of an object in a bucket.

    Args:
        event: the name without "s3:", such as "ObjectCreated:Put".
        bucket: the bucket's name.
        region: the bucket's region.
        key: the object's key as the uploader wrote it.
        size: bytes; None when the object is gone.
        etag: the object's ETag without quotes; None when the object is gone.
        version_id: in a versioned bucket only.
        principal: the unique id of the caller.
        source_ip: the caller's address.
        request_id: the id of the request that made the change.
    """

    event: str
    bucket: str
    region: str
    key: str
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None
    principal: str = "AIDAJDPLRKLG7UEXAMPLE"
    source_ip: str = "127.0.0.1"
    request_id: str = ""


def s3(change: ObjectChange, *, configuration_id: str) -> dict[str, Any]:
    """Build the notification for one change of an object.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html; lesson 05.
    The key is URL-encoded, a blank becomes "+"; a removed object has neither size nor eTag.
    """
    thing: dict[str, Any] = {"key": quote_plus(change.key)}
    if change.size is not None:
        thing["size"] = change.size
    if change.etag is not None:
        thing["eTag"] = change.etag
    if change.version_id is not None:
        thing["versionId"] = change.version_id
    thing["sequencer"] = f"{time.time_ns() >> 8:018X}"
    owner = {"principalId": "A3NL1KOZZKExample"}
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": change.region,
                "eventTime": now,
                "eventName": change.event,
                "userIdentity": {"principalId": f"AWS:{change.principal}"},
                "requestParameters": {"sourceIPAddress": change.source_ip},
                "responseElements": {
                    "x-amz-request-id": change.request_id or secrets.token_hex(8).upper(),
                    "x-amz-id-2": base64.b64encode(secrets.token_bytes(48)).decode(),
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": configuration_id,
                    "bucket": {"name": change.bucket, "ownerIdentity": owner, "arn": f"arn:aws:s3:::{change.bucket}"},
                    "object": thing,
                },
            }
        ]
    }
