"""The cloud: every AWS resource, held by moto behind one lock.

On AWS each service is a world of its own; here moto holds them all, and one request at a time enters, because moto's
stores lose updates under threads. Lambda's executions never wait for this lock, except to look a function up. The
cloud also is the service's catalogue of functions and the shelf where logs go.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from lambdalab.cloud import control, policies, roles, seam
from lambdalab.cloud.http_stages import HttpApi
from lambdalab.cloud.rest_stages import RestStage
from lambdalab.cloud.targets import MotoTargets
from lambdalab.events import Message, Notification, ObjectChange
from lambdalab.keys import ACCOUNT, Key
from lambdalab.observe.tracing import Trace
from lambdalab.permissions import Statement, decide_for_role
from lambdalab.runtime.logs import LogEvent
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, FunctionVersion
from lambdalab.triggers.messages import MessageTrigger
from lambdalab.triggers.s3 import Bucket, Rule, S3Trigger

_GATHERING = 0.05
"""Seconds in which logs are gathered before they are written by themselves; any request writes them first."""


class Web(Protocol):
    """Who opens and closes the addresses of what can be called over the web."""

    def function_deleted(self, function_arn: str) -> None: ...

    def rest_api_deployed(self, api_id: str, name: str, stages: Mapping[str, RestStage]) -> None: ...

    def rest_api_deleted(self, api_id: str) -> None: ...

    def http_api_changed(self, api: HttpApi) -> str: ...

    def http_api_deleted(self, api_id: str) -> None: ...


class Cloud:
    """A WSGI application around moto; also the catalogue, the log shelf, and moto's hands."""

    service: LambdaService
    web: Web
    code_location: Callable[[str, str, str], str]

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._request: Mapping[str, str] = {}
        self._logs: deque[tuple[FunctionVersion, str, Sequence[LogEvent]]] = deque()
        self._unwritten = threading.Event()
        self._frozen: WeakKeyDictionary[Any, tuple[str, FunctionVersion]] = WeakKeyDictionary()
        self._closed = False
        self._targets = MotoTargets(self.statements)
        seam.install(self)
        self._moto = seam.wsgi()
        threading.Thread(target=self._write_logs, name="logs", daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            self._flush_logs()
            self._request = environ
            body = self._moto(environ, start_response)
            try:
                return [b"".join(body)]
            finally:
                if hasattr(body, "close"):
                    body.close()

    def close(self) -> None:
        self._closed = True
        self._unwritten.set()

    # -- the catalogue -----------------------------------------------------------------------------------------------

    def resolve(self, region: str, name: str, qualifier: str | None, *, draw: bool = True) -> FunctionVersion:
        """The version that a plain name means now.

        Args:
            draw: for an alias with weights, draw one of its versions; otherwise it is the alias's first.

        Raises:
            FunctionNotFound: no such function, version or alias.
        """
        with self._lock:
            try:
                shares = control.shares(region, name, qualifier) if draw else {}
                version = random.choices(list(shares), list(shares.values()))[0] if shares else qualifier
                function = control.function(region, name, version)
            except LookupError:
                arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}:{qualifier or '$LATEST'}"
                raise FunctionNotFound(arn) from None
            known = self._frozen.get(function)
            if known is None or known[0] != function.revision_id:
                layers = [control.layer(region, layer["Arn"]) for layer in function.layers]
                known = self._frozen[function] = function.revision_id, _frozen(function, layers)
            return known[1]

    def statements(self, region: str, name: str, qualifier: str | None) -> list[Statement]:
        """The statements of a function's resource policy."""
        with self._lock:
            return control.statements(region, name, qualifier)

    def role_statements(self, name: str) -> list[Statement] | None:
        """What a role may do; None when IAM has no role of this name."""
        with self._lock:
            return roles.statements(name)

    def resource_statements(self, arn: str) -> Sequence[Statement]:
        """What a resource's own policy says."""
        with self._lock:
            return policies.statements(arn, self._targets)

    def lacks_object(self, arn: str) -> bool:
        """Whether there is the bucket of an object's ARN, and not the object."""
        with self._lock:
            return policies.lacks(arn)

    def key_of(self, access_key_id: str) -> Key | None:
        with self._lock:
            return seam.key_of(access_key_id)

    # -- the log shelf -----------------------------------------------------------------------------------------------

    def put(self, function: FunctionVersion, stream: str, events: Sequence[LogEvent]) -> None:
        """Take a log and return at once; it is written before the next request is answered, if the role allows it."""
        self._logs.append((function, stream, events))
        self._unwritten.set()

    def write_log(self, region: str, group: str, stream: str, lines: Sequence[str]) -> None:
        """Write what a service other than Lambda has to say, one line an event."""
        moment = int(self.service.now() * 1000)
        with self._lock:
            seam.write_log(region, group, stream, [{"timestamp": moment, "message": line} for line in lines])

    def _flush_logs(self) -> None:
        while self._logs:
            function, stream, events = self._logs.popleft()
            rows = [{"timestamp": event.timestamp, "message": event.message} for event in events]
            if self._may_log(function, stream):
                seam.write_log(function.region, function.log_group, stream, rows)

    @staticmethod
    def _may_log(function: FunctionVersion, stream: str) -> bool:
        """Whether the function's role lets it write its log; without that it runs, and nobody sees a line of it."""
        allowed = roles.statements(function.role.rpartition("/")[2])
        arn = f"arn:aws:logs:{function.region}:{ACCOUNT}:log-group:{function.log_group}:log-stream:{stream}"
        return allowed is None or decide_for_role(allowed, action="logs:PutLogEvents", resource=arn).allowed

    def _write_logs(self) -> None:
        while not self._closed:
            self._unwritten.wait()
            time.sleep(_GATHERING)  # a burst of calls is written at once, and holds nobody up
            self._unwritten.clear()
            with self._lock:
                self._flush_logs()

    # -- moto's hands ------------------------------------------------------------------------------------------------

    def request(self) -> Mapping[str, str]:
        """The request that moto is answering: its WSGI environment."""
        return self._request

    def function_invoked(self, region: str, name: str, version: str, payload: bytes) -> None:
        """From a service through which Lambda notices no loop, such as a log's subscription filter."""
        qualifier, trace = None if version == "$LATEST" else version, self._trace().without_lineage()
        self.service.enqueue(self.service.prepare(region, name, qualifier, payload, trace=trace))

    def version_published(self, region: str, name: str, version: str) -> None:
        self.service.published(self.resolve(region, name, version))

    def function_deleted(self, arn: str) -> None:
        self.web.function_deleted(arn)
        self.service.retire(arn)

    def rest_api_deployed(self, api_id: str, name: str, stages: Mapping[str, RestStage]) -> None:
        self.web.rest_api_deployed(api_id, name, stages)

    def rest_api_deleted(self, api_id: str) -> None:
        self.web.rest_api_deleted(api_id)

    def http_api_changed(self, api: HttpApi) -> str:
        return self.web.http_api_changed(api)

    def http_api_deleted(self, api_id: str) -> None:
        self.web.http_api_deleted(api_id)

    def version_deleted(self, arn: str, version: str) -> None:
        self.service.retire_version(arn, version)

    def alias_changed(self, region: str, name: str, alias: str) -> None:
        self.service.provisioned.alias_changed(region, name, alias)

    def reserve(self, arn: str, wanted: int | None) -> str | None:
        return self.service.limits.reserve(arn, wanted)

    def now(self) -> float:
        return self.service.now()

    def object_changed(self, bucket: Bucket, change: ObjectChange) -> None:
        self._s3.changed(bucket, change, self._trace())

    def rules_changed(self, before: Bucket, after: Bucket, call: str) -> None:
        self._s3.configured(before, after, self._trace(), call)

    def refused_rule(self, bucket: Bucket) -> tuple[Rule | None, str]:
        return bucket.refusal(self._targets)

    def rules_refused(self, bucket: Bucket, targets: Sequence[str], reason: str, outcome: str) -> None:
        self._s3.refused(bucket, targets, reason, outcome, self._trace())

    def notified(self, notification: Notification, function_arn: str, wanted: bool) -> None:
        self._messages.notified(notification, function_arn, self._trace(), wanted=wanted)

    def received(self, messages: Sequence[Message], function_arn: str) -> None:
        self._messages.received(messages, function_arn, self._trace())

    @functools.cached_property
    def _messages(self) -> MessageTrigger:
        return MessageTrigger(self.service, self.statements)

    @functools.cached_property
    def _s3(self) -> S3Trigger:
        return S3Trigger(self.service, self.statements, self._targets)

    def _trace(self) -> Trace:
        """What the request that moto is answering came with."""
        return Trace.read(self._request.get("HTTP_X_AMZN_TRACE_ID"))


def _frozen(function: Any, layers: Sequence[tuple[bytes, str]]) -> FunctionVersion:
    values: dict[str, Any] = {
        "runtime": function.run_time or "",
        "handler": function.handler or "",
        "variables": dict(function.environment_vars or {}),
        "memory_mb": int(function.memory_size),
        "timeout": int(function.timeout),
        "role": function.role,
        "ephemeral_mb": int(function.ephemeral_storage),
        "image_config": function.image_config.response() if function.package_type == "Image" else {},
        "snap_start": function.snap_start == "PublishedVersions" and str(function.version) != "$LATEST",
    }
    shape = json.dumps([values, function.code_sha_256, [layer["Arn"] for layer in function.layers]], sort_keys=True)
    return FunctionVersion(
        arn=f"arn:aws:lambda:{function.region}:{function.account_id}:function:{function.function_name}",
        name=function.function_name,
        version=str(function.version),
        revision=hashlib.sha256(shape.encode()).hexdigest()[:16],
        account=function.account_id,
        region=function.region,
        code=function.code_bytes if function.package_type == "Zip" else b"",
        image=function.image,
        code_sha256=function.code_sha_256,
        layers=tuple(content for content, _ in layers),
        layer_sha256s=tuple(sha256 for _, sha256 in layers),
        **values,
    )
