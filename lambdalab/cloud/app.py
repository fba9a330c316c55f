"""The cloud: every AWS resource, held by moto behind one lock.

On AWS each service is a world of its own; here moto holds them all, and one request at a time enters, because moto's
stores lose updates under threads. Lambda's executions never wait for this lock, except to look a function up. The
cloud also is the service's catalogue of functions and the shelf where logs go.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambdalab.cloud import seam
from lambdalab.events import ObjectChange
from lambdalab.keys import ACCOUNT, Key
from lambdalab.permissions import Statement
from lambdalab.runtime.logs import LogEvent
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, FunctionVersion
from lambdalab.triggers import s3

_NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:|(?:\d{12}:)?function:)?"
    r"(?P<name>[a-zA-Z0-9_-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)


class Cloud:
    """A WSGI application around moto; also the catalogue, the log shelf, and moto's hands."""

    service: LambdaService

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._request: Mapping[str, str] = {}
        self._logs: deque[tuple[str, str, str, Sequence[LogEvent]]] = deque()
        self._unwritten = threading.Event()
        self._closed = False
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

    def resolve(self, region: str, name: str, qualifier: str | None) -> FunctionVersion:
        """The version that a name means now.

        Raises:
            FunctionNotFound: no such function, version or alias.
        """
        found = _NAME.fullmatch(name)
        short = found["name"] if found else name
        qualifier = (found["qualifier"] if found else None) or qualifier
        arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{short}:{qualifier or '$LATEST'}"
        if found is None or found["region"] not in (None, region):
            raise FunctionNotFound(arn)
        with self._lock:
            try:
                function = seam.function(region, short, qualifier)
            except LookupError:
                raise FunctionNotFound(arn) from None
            return _frozen(function, [seam.layer_bytes(region, layer["Arn"]) for layer in function.layers])

    def statements(self, region: str, name: str, qualifier: str | None) -> list[Statement]:
        """The statements of a function's resource policy."""
        with self._lock:
            return list(seam.function(region, name, qualifier).policy.statements)

    def key_of(self, access_key_id: str) -> Key | None:
        with self._lock:
            return seam.key_of(access_key_id)

    # -- the log shelf -----------------------------------------------------------------------------------------------

    def put(self, region: str, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        """Take a log and return at once; it is written before the next request is answered."""
        self._logs.append((region, group, stream, events))
        self._unwritten.set()

    def _flush_logs(self) -> None:
        while self._logs:
            region, group, stream, events = self._logs.popleft()
            rows = [{"timestamp": event.timestamp, "message": event.message} for event in events]
            seam.write_log(region, group, stream, rows)

    def _write_logs(self) -> None:
        while not self._closed:
            self._unwritten.wait()
            self._unwritten.clear()
            with self._lock:
                self._flush_logs()

    # -- moto's hands ------------------------------------------------------------------------------------------------

    def request(self) -> Mapping[str, str]:
        """The request that moto is answering: its WSGI environment."""
        return self._request

    def function_invoked(self, region: str, name: str, version: str, payload: bytes) -> None:
        qualifier = None if version == "$LATEST" else version
        self.service.enqueue(self.service.prepare(region, name, qualifier, payload), qualifier=qualifier)

    def function_deleted(self, arn: str) -> None:
        self.service.retire(arn)

    def object_changed(self, change: ObjectChange, rule_id: str, function_arn: str) -> None:
        s3.deliver(change, s3.Rule(rule_id, function_arn), self.service, self.statements)

    def refuse_rule(self, bucket: str, function_arn: str) -> str | None:
        rule = s3.Rule("", function_arn)
        try:
            statements = self.statements(rule.region, rule.name, rule.qualifier)
        except LookupError:
            statements = []
        if s3.may_invoke(rule, bucket, statements).allowed:
            return None
        return f"Not authorized to invoke function [{function_arn}]"


def _frozen(function: Any, layers: Sequence[bytes]) -> FunctionVersion:
    values: dict[str, Any] = {
        "runtime": function.run_time or "",
        "handler": function.handler or "",
        "variables": dict(function.environment_vars or {}),
        "memory_mb": int(function.memory_size),
        "timeout": int(function.timeout),
        "role": function.role,
    }
    shape = json.dumps([values, function.code_sha_256, [layer["Arn"] for layer in function.layers]], sort_keys=True)
    return FunctionVersion(
        arn=f"arn:aws:lambda:{function.region}:{function.account_id}:function:{function.function_name}",
        name=function.function_name,
        version=str(function.version),
        revision=hashlib.sha256(shape.encode()).hexdigest()[:16],
        account=function.account_id,
        region=function.region,
        code=function.code_bytes,
        layers=tuple(layers),
        **values,
    )
