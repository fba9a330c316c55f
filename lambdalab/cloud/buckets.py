"""S3's notifications: moto keeps buckets, objects and rules; what is told of their changes is decided here.

On AWS every change of an object is looked up in the bucket's rules. moto's own notifications lack half of the event,
ask nobody's permission and swallow what goes wrong, and it tells nothing when an object of a versioned bucket is
deleted. Here its sender is replaced, and each change is handed over. Left out: the events of replication,
Intelligent-Tiering and lifecycle rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qs
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import moto.s3.models as s3_models
import moto.s3.notifications as s3_notifications
from moto.s3.exceptions import InvalidNotificationDestination, MalformedXML
from moto.s3.responses import S3Response
from werkzeug.exceptions import HTTPException

from lambdalab.events.s3 import ObjectChange
from lambdalab.keys import ACCOUNT
from lambdalab.triggers.s3 import OVERLAP, Bucket, Rule

TOUCHED = {
    "moto.s3.notifications": ["send_event", "send_test_event"],
    "moto.s3.models": [
        "s3_backends",
        "FakeBucket.set_notification_configuration",
        "S3Backend.delete_object",
        "S3Backend.delete_bucket",
        "S3Backend.put_object",
        "S3Backend.put_object_tagging",
        "FakeKey.restore",
    ],
    "moto.s3.responses": ["S3Response.get_bucket_notification", "S3Response._notification_config_from_body"],
    "moto.s3.exceptions": ["InvalidNotificationDestination", "MalformedXML"],
}
_PLACE = r"arn:aws:{}:[a-z0-9-]+:\d{{12}}:"
_FORMS = {
    "CloudFunction": _PLACE.format("lambda") + r"function:[\w-]+(:[\w$-]+)?",
    "Queue": _PLACE.format("sqs") + r"[\w.-]+",
    "Topic": _PLACE.format("sns") + r"[\w.-]+",
}
"""The ARN of each kind of target, by its name in S3's XML."""
_REGION = "The notification destination service region is not valid for the bucket location constraint"


class BucketHands(Protocol):
    """Who takes what buckets tell."""

    def request(self) -> Mapping[str, str]: ...

    def now(self) -> float: ...

    def object_changed(self, bucket: Bucket, change: ObjectChange) -> None: ...

    def rules_changed(self, before: Bucket, after: Bucket, call: str) -> None: ...

    def refused_rule(self, bucket: Bucket) -> tuple[Rule | None, str]: ...

    def rules_refused(self, bucket: Bucket, targets: Sequence[str], reason: str, outcome: str) -> None: ...


_hands: BucketHands
_quiet = False  # one request at a time is in the cloud


class _RuleRefused(HTTPException):
    """S3's 400 with the two arguments that name the rule, which moto's errors cannot carry."""

    code = 400

    def __init__(self, message: str, target: str = "", reason: str = "") -> None:
        named = (
            f"<ArgumentName1>{escape(target)}, null</ArgumentName1><ArgumentValue1>{escape(reason)}</ArgumentValue1>"
            if target
            else ""
        )
        super().__init__(
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code>'
            f"<Message>{escape(message)}</Message>{named}</Error>"
        )

    def get_body(self, *_: Any, **__: Any) -> str:
        return self.description or ""

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "application/xml")]


def install(hands: BucketHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    s3_notifications.send_event = _send_event
    s3_notifications.send_test_event = lambda *_, **__: None  # the trigger sends a complete one
    setattr(S3Response, "get_bucket_notification", _get_bucket_notification)  # noqa: B010 - mypy
    setattr(S3Response, "_notification_config_from_body", _notification_config_from_body)  # noqa: B010 - mypy
    setattr(s3_models.FakeBucket, "set_notification_configuration", _set_notification_configuration)  # noqa: B010 - mypy
    setattr(s3_models.S3Backend, "delete_object", _delete_object)  # noqa: B010 - mypy
    setattr(s3_models.S3Backend, "delete_bucket", _delete_bucket)  # noqa: B010 - mypy


_moto_get_bucket_notification = S3Response.get_bucket_notification
_moto_notification_config_from_body = S3Response._notification_config_from_body
_moto_set_notification_configuration = s3_models.FakeBucket.set_notification_configuration
_moto_delete_object = s3_models.S3Backend.delete_object
_moto_delete_bucket = s3_models.S3Backend.delete_bucket


def _seen(bucket: Any) -> Bucket:
    """A bucket of moto's as the trigger sees it."""
    configured = bucket.notification_configuration
    if configured is None:
        return Bucket(bucket.name, bucket.region_name, (), account=bucket.account_id)
    kept = [*configured.cloud_function, *configured.queue, *configured.topic]
    rules = tuple(Rule(n.id, n.arn, tuple(n.events), **_ends(n.filters)) for n in kept)
    to_bus = configured.event_bridge is not None
    return Bucket(bucket.name, bucket.region_name, rules, to_bus, bucket.account_id)


def _ends(filters: Mapping[str, Any]) -> dict[str, str]:
    rules = (filters or {}).get("S3Key", {}).get("FilterRule", [])
    return {rule["Name"].lower(): rule["Value"] or "" for rule in rules}


def _set_notification_configuration(bucket: Any, configuration: dict[str, Any] | None) -> None:
    """Let moto keep the rules when S3 would take them; otherwise all stays as it was.

    A target must exist, lie in the bucket's region and let S3 in, and no two rules may be meant by the same change.
    """
    kept, before = bucket.notification_configuration, _seen(bucket)
    skip = _hands.request().get("HTTP_X_AMZ_SKIP_DESTINATION_VALIDATION", "").lower() == "true"
    try:
        _moto_set_notification_configuration(bucket, configuration)
    except InvalidNotificationDestination:
        after, bucket.notification_configuration = _seen(bucket), kept
        elsewhere = [rule.target for rule in after.rules if rule.target.split(":")[3] != bucket.region_name]
        _hands.rules_refused(after, elsewhere, _REGION, "region")
        raise
    after = _seen(bucket)
    rule, reason = (None, "") if skip else _hands.refused_rule(after)
    if reason:
        bucket.notification_configuration = kept
        _hands.rules_refused(after, [rule.target] if rule else [r.target for r in after.rules], reason, "refused")
        if rule is None:
            raise _RuleRefused(OVERLAP)
        raise _RuleRefused("Unable to validate the following destination configurations", rule.target, reason)
    _hands.rules_changed(before, after, "s3:PutBucketNotificationConfiguration")


def _notification_config_from_body(response: Any) -> dict[str, Any]:
    """The rules of a request, after the checks on which moto breaks: the ARN's form, and the ends of keys."""
    try:
        asked = ElementTree.fromstring(response.body)
    except ElementTree.ParseError:
        raise MalformedXML from None
    for one in asked:
        if (ends := one.find("{*}Filter")) is not None and ends.find(".//{*}FilterRule") is None:
            one.remove(ends)  # a filter of nothing, which moto refuses
    for kind, form in _FORMS.items():
        for arn in asked.iterfind(f"{{*}}{kind}Configuration/{{*}}{kind}"):
            if not re.fullmatch(form, arn.text or ""):
                raise _RuleRefused("The ARN could not be parsed")
    for end in asked.iterfind(".//{*}FilterRule"):
        name = end.find("{*}Name")
        if name is None or (name.text or "").lower() not in ("prefix", "suffix"):
            raise _RuleRefused("filter rule name must be either prefix or suffix")
        if not end.findtext("{*}Value"):
            raise _RuleRefused("filter value cannot be empty")
        name.text = (name.text or "").lower()  # S3 takes Prefix too, and moto does not
    response.body = ElementTree.tostring(asked, encoding="unicode", default_namespace=asked.tag.partition("}")[0][1:])
    configured: dict[str, Any] = _moto_notification_config_from_body(response)
    return configured


def _get_bucket_notification(response: Any) -> Any:
    """GetBucketNotificationConfiguration with EventBridge, which moto keeps and does not tell.

    Whoever adds a rule reads all, and writes all back: what is not told would be lost.
    """
    status, headers, said = _moto_get_bucket_notification(response)
    configured = response.backend.get_bucket_notification_configuration(response.bucket_name)
    if configured is None or configured.event_bridge is None:
        return status, headers, said
    start, _, rest = str(said).partition("<NotificationConfiguration")
    attributes, _, inside = rest.partition(">")
    told = inside.removesuffix("</NotificationConfiguration>")
    named = f"<NotificationConfiguration{attributes.rstrip('/')}>"
    return status, headers, f"{start}{named}{told}<EventBridgeConfiguration/></NotificationConfiguration>"


def _send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
    """Hand over a change that moto has made; what an upload brings along, such as tags, is no change of its own.

    Nor is the Put that moto tells when the parts of a large file become one: S3 tells its end only.
    """
    event = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
    part = {"ObjectTagging": "tagging", "ObjectAcl": "acl"}.get(event.split(":")[0])
    asked = parse_qs(_hands.request()["QUERY_STRING"], keep_blank_values=True)
    inner = event == "ObjectCreated:Put" and "uploadId" in asked
    if not _quiet and not inner and (part is None or part in asked):
        _tell(event, bucket, key.name, key)


def _tell(event: str, bucket: Any, name: str, key: Any, version: str | None = None) -> None:
    gone = event.startswith("ObjectRemoved:")
    request = _hands.request()
    change = ObjectChange(
        event=event,
        bucket=bucket.name,
        region=bucket.region_name,
        key=name,
        size=None if gone else key.size,
        etag=None if gone else key.etag.strip('"'),
        version_id=version or (key.version_id if bucket.is_versioned else None),
        source_ip=request.get("REMOTE_ADDR", "127.0.0.1"),
        at=_hands.now(),
        restored_until=_until(key) if event == "ObjectRestore:Completed" else None,
    )
    _hands.object_changed(_seen(bucket), change)


def _until(key: Any) -> float | None:
    """When a restored copy goes again; moto keeps UTC without saying so."""
    return key._expiry.replace(tzinfo=UTC).timestamp() if key._expiry else None


def _delete_object(self: Any, bucket_name: str, key_name: str, version_id: str | None = None, **more: Any) -> Any:
    """Delete, and tell it: in a versioned bucket a marker is made, or a version goes for good."""
    bucket = self.get_bucket(bucket_name)
    if not bucket.is_versioned:
        return _moto_delete_object(self, bucket_name, key_name, version_id=version_id, **more)
    with _silence():
        deleted, answer = _moto_delete_object(self, bucket_name, key_name, version_id=version_id, **more)
    if deleted:
        event = "ObjectRemoved:Delete" if version_id else "ObjectRemoved:DeleteMarkerCreated"
        _tell(event, bucket, key_name, None, version=str(answer["version-id"]))
    return deleted, answer


def _delete_bucket(self: Any, bucket_name: str) -> Any:
    before = _seen(self.get_bucket(bucket_name))
    deleted = _moto_delete_bucket(self, bucket_name)
    if deleted is not None:
        _hands.rules_changed(before, Bucket(before.name, before.region, ()), "s3:DeleteBucket")
    return deleted


def fill(
    bucket: str, ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]], body: bytes, anew: bool
) -> None:
    """Put objects of these ages, in seconds, into a bucket, `anew` instead of those that are there, and tell nobody.

    Raises LookupError without the bucket.
    """
    backend, now = s3_models.s3_backends[ACCOUNT]["aws"], _hands.now()
    if bucket not in backend.buckets:
        raise LookupError(bucket)
    with _silence():
        for name in list(backend.buckets[bucket].keys) if anew else ():
            backend.delete_object(bucket, name)
        for name, age in ages.items():
            key = backend.put_object(bucket, name, body)
            key.last_modified = datetime.fromtimestamp(now - age, UTC).replace(tzinfo=None)
            backend.put_object_tagging(key, dict(tags.get(name, {})))  # or an older object's would stay


@contextmanager
def _silence() -> Iterator[None]:
    """Keep moto's own notifications back while one of ours is made."""
    global _quiet
    _quiet = True
    try:
        yield
    finally:
        _quiet = False
