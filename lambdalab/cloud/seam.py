"""The seam: the only module that touches moto's insides.

moto holds every resource and Lambda's control plane; it does not run functions, nor does it check what AWS checks.
Here its Lambda backend and function class are replaced by subclasses that validate as AWS does and hand every
invocation over, and S3's notifications are replaced by complete ones. moto calls us inside the producer's request, so
nothing here runs a function: it only hands over. `TOUCHED` lists every name; a contract test compares it with what
moto has.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol
from xml.sax.saxutils import escape

import moto.awslambda.models as lambda_models
import moto.s3.models as s3_models
import moto.s3.notifications as s3_notifications
from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownFunctionException,
)
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.exceptions import InvalidNotificationDestination
from moto.sts.models import sts_backends
from werkzeug.exceptions import HTTPException

from lambdalab.cloud.validation import complaint
from lambdalab.events import ObjectChange
from lambdalab.keys import ACCOUNT, Key

MOST = {"FunctionName": 64, "MemorySize": 10_240, "Timeout": 900}
"""Limits of standard functions; the model's are those of an ARN and of Lambda's newer forms."""

TOUCHED = {
    "moto.awslambda.models": [
        "lambda_backends.backend",
        "LambdaFunction.invoke",
        "LambdaFunction._set_function_code",
        "LambdaBackend.create_function",
        "LambdaBackend.update_function_configuration",
        "LambdaBackend.add_permission",
        "LambdaBackend.get_function",
        "LambdaBackend.layers_versions_by_arn",
        "LambdaBackend.delete_function",
        "LambdaStorage.get_alias",
    ],
    "moto.awslambda.exceptions": [
        "InvalidParameterValueException",
        "LambdaClientError",
        "UnknownFunctionException",
    ],
    "moto.s3.notifications": ["send_event", "_send_sqs_message", "_send_sns_message", "_send_event_bridge_message"],
    "moto.s3.models": ["FakeBucket.set_notification_configuration"],
    "moto.s3.exceptions": ["InvalidNotificationDestination"],
    "moto.logs.models": ["logs_backends", "LogGroup.put_log_events", "LogsBackend.create_log_stream"],
    "moto.iam.models": ["iam_backends"],
    "moto.sts.models": ["sts_backends"],
    "moto.moto_server.werkzeug_app": ["DomainDispatcherApplication", "MotoRequestHandler", "create_backend_app"],
}


class Hands(Protocol):
    """Who takes what moto hands over."""

    def function_invoked(self, region: str, name: str, version: str, payload: bytes) -> None: ...

    def function_deleted(self, arn: str) -> None: ...

    def object_changed(self, change: ObjectChange, rule_id: str, function_arn: str) -> None: ...

    def refuse_rule(self, bucket: str, function_arn: str) -> str | None: ...

    def request(self) -> Mapping[str, str]: ...


_hands: Hands


class LabFunction(lambda_models.LambdaFunction):
    """moto's function, whose invocation is handed over instead of being made up."""

    __module__ = "moto.awslambda.models"

    def invoke(self, body: str, request_headers: Any, response_headers: Any) -> bytes:
        _hands.function_invoked(self.region, self.function_name, str(self.version), (body or "{}").encode())
        return b""

    def _set_function_code(self, updated_spec: dict[str, Any]) -> None:
        super()._set_function_code(updated_spec)
        if self.package_type == "Zip" and not updated_spec.get("DryRun"):
            try:
                zipfile.ZipFile(io.BytesIO(self.code_bytes)).close()
            except zipfile.BadZipFile:
                raise InvalidParameterValueException(
                    "Could not unzip uploaded file. Please check your file, then try to upload again."
                ) from None


class LabBackend(lambda_models.LambdaBackend):
    """moto's Lambda control plane, refusing what AWS refuses."""

    __module__ = "moto.awslambda.models"

    def create_function(self, spec: dict[str, Any]) -> Any:
        _validate("CreateFunction", spec)
        if spec.get("PackageType", "Zip") == "Zip" and not (spec.get("Runtime") and spec.get("Handler")):
            raise InvalidParameterValueException(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        return super().create_function(spec)

    def update_function_configuration(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        _validate("UpdateFunctionConfiguration", body)
        return super().update_function_configuration(function_name, qualifier, body)

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> Any:
        wanted = json.loads(raw)
        _validate("AddPermission", wanted)
        for statement in self.get_function(function_name, qualifier).policy.statements:
            if statement.get("Sid") == wanted.get("StatementId"):
                raise _conflict(
                    f"The statement id ({wanted['StatementId']}) provided already exists. "
                    "Please provide a new statement id, or remove the existing statement."
                )
        return super().add_permission(function_name, qualifier, raw)

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        arn = self.get_function(function_name, None).function_arn
        super().delete_function(function_name, qualifier)
        if not qualifier:
            _hands.function_deleted(arn)


def _validate(operation: str, values: Mapping[str, Any]) -> None:
    text = complaint("lambda", operation, values, MOST)
    if text:
        raise LambdaClientError("ValidationException", text)


def _conflict(text: str) -> LambdaClientError:
    error = LambdaClientError("ResourceConflictException", text)
    error.code = 409
    return error


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
    vars(lambda_models)["LambdaFunction"] = LabFunction
    lambda_models.lambda_backends.backend = LabBackend
    s3_notifications.send_event = _send_event
    setattr(s3_models.FakeBucket, "set_notification_configuration", _set_notification_configuration)  # noqa: B010 - mypy


def wsgi() -> Any:
    """moto's server as a WSGI application, and the request handler that keeps header names as S3 needs them."""
    return DomainDispatcherApplication(create_backend_app)


RequestHandler = MotoRequestHandler


def function(region: str, name: str, qualifier: str | None) -> Any:
    """moto's function object.

    Raises:
        LookupError: there is none by this name or qualifier.
    """
    try:
        return lambda_models.lambda_backends[ACCOUNT][region].get_function(name, qualifier)
    except UnknownFunctionException as missing:
        raise LookupError(str(missing)) from None


def layer_bytes(region: str, arn: str) -> bytes:
    version = lambda_models.lambda_backends[ACCOUNT][region].layers_versions_by_arn(arn)
    return bytes(version.code_bytes) if version else b""


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
