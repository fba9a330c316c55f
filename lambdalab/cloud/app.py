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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from lambdalab.cloud import buckets, control, policies, roles, seam, topics
from lambdalab.cloud.clockwork import Clockwork
from lambdalab.cloud.event_buses import MotoBuses
from lambdalab.cloud.http_stages import HttpApi
from lambdalab.cloud.reading import Reading
from lambdalab.cloud.rest_stages import RestStage
from lambdalab.cloud.targets import MotoTargets
from lambdalab.events import ObjectChange
from lambdalab.keys import ACCOUNT, Key
from lambdalab.observe.tracing import Trace
from lambdalab.permissions import Statement, decide_for_role
from lambdalab.runtime.logs import LogEvent
from lambdalab.service.destinations import may_send
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import EventSettings, FunctionNotFound, FunctionVersion, RecursiveLoop
from lambdalab.triggers.buses import BusTrigger
from lambdalab.triggers.s3 import Bucket, Rule, S3Trigger
from lambdalab.triggers.subscriptions import Publication, Subscription
from lambdalab.triggers.topics import TopicTrigger

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
    confirmation: Callable[[str, str], str]

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._request: Mapping[str, str] = {}
        self._logs: deque[tuple[FunctionVersion, str, Sequence[LogEvent]]] = deque()
        self._unwritten = threading.Event()
        self._frozen: WeakKeyDictionary[Any, tuple[str, FunctionVersion]] = WeakKeyDictionary()
        self._closed = False
        self.targets = MotoTargets(self.statements, self._queue_event, self._within, self._put_on_bus)
        self._reading = Reading(self, self._lock, self._within)
        seam.install(self, Clockwork(self, self._lock), self._reading)
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
        self._reading.close()
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

    def event_settings(self, region: str, name: str, qualifier: str | None) -> EventSettings:
        """What is set for asynchronous events by this name and qualifier."""
        with self._lock:
            return control.event_settings(region, name, qualifier)

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
            return policies.statements(arn, self.targets)

    def lacks_object(self, arn: str) -> bool:
        """Whether there is the bucket of an object's ARN, and not the object."""
        with self._lock:
            return policies.lacks(arn)

    def fill(
        self, bucket: str, ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]], body: bytes, anew: bool
    ) -> None:
        """Put objects of these ages into a bucket, and tell nobody; raises LookupError without the bucket."""
        with self._lock:
            buckets.fill(bucket, ages, tags, body, anew)

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
        qualifier, trace = None if version == "$LATEST" else version, self.trace().without_lineage()
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

    def exists(self, arn: str) -> bool:
        return self.targets.exists(arn)

    def may_send(self, role_arn: str, function: str, arn: str) -> bool:
        decision = may_send(self, role_arn, function, arn)
        return decision is None or decision.allowed

    def object_changed(self, bucket: Bucket, change: ObjectChange) -> None:
        self._s3.changed(bucket, change, self.trace())

    def rules_changed(self, before: Bucket, after: Bucket, call: str) -> None:
        self._s3.configured(before, after, self.trace(), call)

    def refused_rule(self, bucket: Bucket) -> tuple[Rule | None, str]:
        return bucket.refusal(self.targets)

    def rules_refused(self, bucket: Bucket, targets: Sequence[str], reason: str, outcome: str) -> None:
        self._s3.refused(bucket, targets, reason, outcome, self.trace())

    def published(self, publication: Publication, subscriptions: Sequence[Subscription]) -> None:
        self._topics.published(publication, subscriptions, self.trace())

    def confirm(self, subscription: Subscription, token: str) -> None:
        self._topics.confirm(subscription, token, self.confirmation(subscription.topic_arn, token), self.trace())

    def confirm_subscription(self, topic_arn: str, token: str) -> str:
        """What visiting the link of a confirmation does; raises LookupError for a wrong token."""
        with self._lock:
            return topics.confirm(topic_arn, token)

    @functools.cached_property
    def _topics(self) -> TopicTrigger:
        return TopicTrigger(self.service, self.statements, self.targets)

    @functools.cached_property
    def _s3(self) -> S3Trigger:
        return S3Trigger(self.service, self.statements, self.targets)

    @functools.cached_property
    def buses(self) -> BusTrigger:
        kept = MotoBuses(self.targets, self._within, self.role_statements, self.write_log)
        return BusTrigger(self.service, self.statements, kept)

    def event_put(self, bus_arn: str, event: Mapping[str, Any], trace: str) -> None:
        """An event of a PutEvents; its entry may have a trace header of its own. Without the bus, AWS is silent."""
        told = Trace.read(trace) if trace else self.trace()
        try:
            self.buses.put(bus_arn, event, told)
        except LookupError:
            self.buses.lost(bus_arn, event, told)

    def _put_on_bus(self, bus_arn: str, event: Mapping[str, Any], trace: Trace) -> None:
        self.buses.put(bus_arn, event, trace)

    def _queue_event(self, arn: str, payload: bytes, source: str, trace: Trace) -> None:
        """Queue an asynchronous event for a function, whoever sends it; raises FunctionNotFound and RecursiveLoop."""
        region, name, qualifier = arn.split(":")[3], arn.split(":")[6], next(iter(arn.split(":")[7:]), None)
        try:
            self.service.enqueue(self.service.prepare(region, name, qualifier, payload, source=source, trace=trace))
        except RecursiveLoop as loop:
            self.service.stop(loop)
            raise

    @contextmanager
    def _within(self, trace: Trace | None) -> Iterator[None]:
        """Inside, moto's stores are ours, and what is done there belongs to this trace; None leaves that as it is."""
        with self._lock:
            before = self._request
            if trace is not None:
                self._request = {"HTTP_X_AMZN_TRACE_ID": str(trace)}
            try:
                yield
            finally:
                self._request = before

    def trace(self) -> Trace:
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
        "dead_letters": function.dead_letters,
        "architecture": str((function.architectures or ["x86_64"])[0]),
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
