"""The seam: with `control`, `aliases` and `answers`, the only modules that touch moto's insides.

moto holds every resource; it does not run functions, nor does it check what AWS checks. Lambda's control plane has
modules of its own; here S3's notifications are replaced by complete ones, and the rest of moto is given names. moto
calls us inside the producer's request, so nothing here runs a function: it only hands over. Each of these modules
lists in `TOUCHED` every name of moto's that it uses; a contract test compares the lists with what moto has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from xml.sax.saxutils import escape

import moto.s3.models as s3_models
import moto.s3.notifications as s3_notifications
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.exceptions import InvalidNotificationDestination
from moto.sts.models import sts_backends
from werkzeug.exceptions import HTTPException

from lambdalab.cloud import answers, control, registry, roles
from lambdalab.events import ObjectChange
from lambdalab.keys import ACCOUNT, Key

TOUCHED = {
    "moto.s3.notifications": ["send_event", "_send_sqs_message", "_send_sns_message", "_send_event_bridge_message"],
    "moto.s3.models": ["FakeBucket.set_notification_configuration"],
    "moto.s3.exceptions": ["InvalidNotificationDestination"],
    "moto.logs.models": ["logs_backends", "LogGroup.put_log_events", "LogsBackend.create_log_stream"],
    "moto.iam.models": ["iam_backends"],
    "moto.sts.models": ["sts_backends"],
    "moto.moto_server.werkzeug_app": ["DomainDispatcherApplication", "MotoRequestHandler", "create_backend_app"],
}


class Hands(control.FunctionHands, Protocol):
    """Who takes what moto hands over."""

    def object_changed(self, change: ObjectChange, rule_id: str, function_arn: str) -> None: ...

    def refuse_rule(self, bucket: str, function_arn: str) -> str | None: ...

    def request(self) -> Mapping[str, str]: ...


_hands: Hands


class _RuleRefused(HTTPException):
    """S3's 400 with the two arguments that name the rule, which moto's errors cannot carry."""

    code = 400

    def __init__(self, function_arn: str, reason: str) -> None:
        super().__init__(
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code>'
            "<Message>Unable to validate the following destination configurations</Message>"
            f"<ArgumentName1>{escape(function_arn)}, null</ArgumentName1>"
            f"<ArgumentValue1>{escape(reason)}</ArgumentValue1></Error>"
        )

    def get_body(self, *_: Any, **__: Any) -> str:
        return self.description or ""

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "application/xml")]


def _set_notification_configuration(bucket: Any, configuration: dict[str, Any] | None) -> None:
    """Refuse a rule whose function does not exist, is elsewhere, or does not let S3 in; then let moto keep it."""
    rules = (configuration or {}).get("CloudFunctionConfiguration") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        arn = rule["CloudFunction"]
        if arn.split(":")[3] != bucket.region_name:
            raise InvalidNotificationDestination()
        skip = _hands.request().get("HTTP_X_AMZ_SKIP_DESTINATION_VALIDATION", "").lower() == "true"
        reason = None if skip else _hands.refuse_rule(bucket.name, arn)
        if reason:
            raise _RuleRefused(arn, reason)
    _moto_set_notification_configuration(bucket, configuration)


def _send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
    """Hand over what a bucket's rules say about a change; queues, topics and buses stay with moto."""
    rules = bucket.notification_configuration
    if rules is None:
        return
    name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
    request = _hands.request()
    gone = name.startswith("ObjectRemoved:")
    change = ObjectChange(
        event=name,
        bucket=bucket.name,
        region=bucket.region_name,
        key=key.name,
        size=None if gone else key.size,
        etag=None if gone else key.etag.strip('"'),
        version_id=key.version_id if bucket.is_versioned else None,
        source_ip=request.get("REMOTE_ADDR", "127.0.0.1"),
    )
    for rule in rules.cloud_function:
        if rule.matches(event_name, key.name):
            _hands.object_changed(change, rule.id, rule.arn)
    functions, rules.cloud_function = rules.cloud_function, []
    try:
        _moto_send_event(account_id, event_name, bucket, key)
    finally:
        rules.cloud_function = functions


_moto_send_event = s3_notifications.send_event
_moto_set_notification_configuration = s3_models.FakeBucket.set_notification_configuration


def install(hands: Hands) -> None:
    """Put our classes and functions in moto's places, before moto makes its first backend."""
    global _hands
    _hands = hands
    control.install(hands)
    answers.install()
    roles.install()
    registry.install()
    s3_notifications.send_event = _send_event
    setattr(s3_models.FakeBucket, "set_notification_configuration", _set_notification_configuration)  # noqa: B010 - mypy


def wsgi() -> Any:
    """moto's server as a WSGI application, and the request handler that keeps header names as S3 needs them."""
    return DomainDispatcherApplication(create_backend_app)


RequestHandler = MotoRequestHandler


def write_log(region: str, group: str, stream: str, events: list[dict[str, Any]]) -> None:
    """Append to a log stream, making group and stream when they are new, as Lambda's own role does."""
    backend = logs_backends[ACCOUNT][region]
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    backend.groups[group].put_log_events(stream, events)


def key_of(access_key_id: str) -> Key | None:
    """A key that a student made through IAM or STS."""
    for user in iam_backends[ACCOUNT]["aws"].users.values():
        for made in user.access_keys:
            if made.access_key_id == access_key_id:
                return Key(access_key_id, made.secret_access_key, user.arn)
    role = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key_id)
    if role:
        return Key(access_key_id, role.secret_access_key, role.arn, role.session_token)
    return None
