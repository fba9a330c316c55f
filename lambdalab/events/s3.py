"""S3's notification: what a bucket tells about a change of one of its objects.

On AWS the message's version depends on the kind of change, and so do the fields of the object. Here the same rules
build it, as they were recorded: 2.1 for most changes, 2.3 for tags, access lists and what a lifecycle does. The same
change can go to EventBridge, in another shape. AWS's page now tells of one version for all, from 2.4 on, which no
recording has shown yet. Left out: replication and Intelligent-Tiering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from lambdalab.events import values
from lambdalab.events.eventbridge import BusEvent, eventbridge
from lambdalab.keys import ACCOUNT

_VERSION_2_3 = ("ObjectTagging:", "ObjectAcl:", "LifecycleExpiration:", "ObjectRestore:Delete")
_ONLY_MARKED = ("ObjectTagging:", "ObjectAcl:")
_GONE = ("ObjectRemoved:", "LifecycleExpiration:")
_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"  # the MD5 of no bytes: a delete marker's ETag
_ON_THE_BUS = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "ObjectRestore:Post": "Object Restore Initiated",
    "ObjectRestore:Completed": "Object Restore Completed",
    "ObjectRestore:Delete": "Object Restore Expired",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectAcl:Put": "Object ACL Updated",
}
_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
    "LifecycleExpiration:Delete": "Lifecycle Expiration",
    "LifecycleExpiration:DeleteMarkerCreated": "Lifecycle Expiration",
}


def new_sequencer() -> str:
    """A number that grows from change to change, as S3 writes it: seconds, then a fraction, in hexadecimal."""
    whole, fraction = divmod(int(values.now() * 1e6), 10**6)
    return f"00{whole:08X}{fraction * 4096:08X}"


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
        host_id: the id of the host that answered it.
        at: when the change was made, in seconds since 1970.
        sequencer: grows from change to change of one key.
        restored_until: seconds since 1970, when a copy from the archive is complete; None otherwise.
        storage_class: where an archived object lies.
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
    request_id: str = field(default_factory=lambda: values.new_code(16))
    host_id: str = field(default_factory=lambda: values.new_base64(57))
    at: float = field(default_factory=values.now)
    sequencer: str = field(default_factory=new_sequencer)
    restored_until: float | None = None
    storage_class: str = "GLACIER"


def s3(*changes: ObjectChange, configuration_id: str) -> dict[str, Any]:
    """Build the notification for changes that one rule of a bucket matched; S3 itself sends one a message.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html; lesson 05. The
    key is URL-encoded except its slashes, a blank becomes "+"; a removed object has neither size nor eTag.
    """
    return {"Records": [_record(change, configuration_id) for change in changes]}


def s3_test(bucket: str) -> dict[str, str]:
    """Build what S3 sends to a queue or a topic when a rule is made: no Records, nothing has changed.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html; exercise 05.1.
    """
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": values.milliseconds(values.now()),
        "Bucket": bucket,
        "RequestId": values.new_code(16),
        "HostId": values.new_base64(57),
    }


def s3_to_bus(change: ObjectChange) -> dict[str, Any]:
    """Build the event that a bucket with EventBridge switched on sends to the default bus.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; lesson 08. The key is not URL-encoded
    here, and the names are spelled otherwise: `etag`, `version-id`.

    Raises:
        ValueError: EventBridge has no event for this change.
    """
    kind = change.event.split(":")[0]
    detail_type = _ON_THE_BUS.get(change.event) or _ON_THE_BUS.get(kind)
    if detail_type is None:
        raise ValueError(f"S3 sends no event to EventBridge for {change.event!r}; known are {', '.join(_ON_THE_BUS)}")
    written = {"eTag": "etag", "versionId": "version-id"}
    thing = {written.get(name, name): value for name, value in _object(change, change.key).items()}
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": change.bucket},
        "object": thing,
        "request-id": change.request_id,
        "requester": ACCOUNT,
        "source-ip-address": change.source_ip,
    }
    if change.event in _REASONS:
        detail["reason"] = _REASONS[change.event]
    if kind in ("ObjectRemoved", "LifecycleExpiration"):
        marked = change.event.endswith(":DeleteMarkerCreated")
        detail["deletion-type"] = "Delete Marker Created" if marked else "Permanently Deleted"
    if kind == "ObjectRestore":
        detail["source-storage-class"] = change.storage_class
        if change.restored_until is not None:
            detail["restore-expiry-time"] = values.seconds(change.restored_until)
    bucket = f"arn:aws:s3:::{change.bucket}"
    return eventbridge(BusEvent("aws.s3", detail_type, detail, [bucket], region=change.region, at=change.at))


def _record(change: ObjectChange, configuration_id: str) -> dict[str, Any]:
    owner = {"principalId": "A3NL1KOZZKExample"}
    record: dict[str, Any] = {
        "eventVersion": "2.3" if change.event.startswith(_VERSION_2_3) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": change.region,
        "eventTime": values.milliseconds(change.at),
        "eventName": change.event,
        "userIdentity": {"principalId": f"AWS:{change.principal}"},
        "requestParameters": {"sourceIPAddress": change.source_ip},
        "responseElements": {"x-amz-request-id": change.request_id, "x-amz-id-2": change.host_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {"name": change.bucket, "ownerIdentity": owner, "arn": f"arn:aws:s3:::{change.bucket}"},
            "object": _object(change, quote_plus(change.key, safe="/")),
        },
    }
    if change.restored_until is not None:
        record["glacierEventData"] = {
            "restoreEventData": {
                "lifecycleRestorationExpiryTime": values.milliseconds(change.restored_until),
                "lifecycleRestoreStorageClass": change.storage_class,
            }
        }
    return record


def _object(change: ObjectChange, key: str) -> dict[str, Any]:
    marked = change.event.endswith(":DeleteMarkerCreated")
    gone = change.event.startswith(_GONE)
    only_marked = change.event.startswith(_ONLY_MARKED)
    size = None if gone or only_marked else change.size
    etag = _NOTHING if marked else None if gone else change.etag
    sequencer = None if only_marked else change.sequencer
    thing = {"key": key, "size": size, "eTag": etag, "versionId": change.version_id, "sequencer": sequencer}
    return {name: value for name, value in thing.items() if value is not None}
