"""The settings of function URLs, answered before moto, which keeps too little of them.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html and its neighbours; lesson 06. A
URL belongs to a function or to an alias, never to a version. It ends with its function; it outlives a deleted alias.
Left out: RESPONSE_STREAM, which is refused, and pages of a long list.
"""

from __future__ import annotations

import json
import re
import secrets
import string
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lambdalab.cloud.validation import complaint
from lambdalab.http.door import Arrived, Door
from lambdalab.http.fronts.front import Fronts
from lambdalab.http.fronts.urls import Policies, UrlConfig, UrlFront
from lambdalab.http.invoke import Answer, error
from lambdalab.service import names
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

PATH = re.compile(r"/2021-10-31/functions/(?P<name>[^/]+)/(?P<what>url|urls)/?")
_ID = string.ascii_lowercase + string.digits
_OPERATIONS = {
    "POST": "CreateFunctionUrlConfig",
    "GET": "GetFunctionUrlConfig",
    "PUT": "UpdateFunctionUrlConfig",
    "DELETE": "DeleteFunctionUrlConfig",
}
_STREAM = (
    "lambdalab waits for the function's whole answer and cannot stream it. Leave InvokeMode out, or set it to BUFFERED."
)


class _Refused(Exception):
    """Carries the answer."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.answer = error(status, kind, text)


class FunctionUrls:
    """Every function URL of the lab."""

    def __init__(self, fronts: Fronts, service: LambdaService, policies: Policies, door: Door) -> None:
        self._fronts, self._service, self._policies, self._door = fronts, service, policies, door
        self._lock = threading.RLock()
        self._configs: dict[str, UrlConfig] = {}

    def answer(self, request: Arrived, name: str, what: str, region: str) -> Answer:
        """Answer one request about function URLs."""
        try:
            with self._lock:
                return self._answer(request, name, what, region)
        except _Refused as refused:
            return refused.answer
        except FunctionNotFound:
            return error(404, "ResourceNotFoundException", "Function does not exist")
        except QualifiersDiffer as two:
            return error(400, "InvalidParameterValueException", str(two))

    def function_deleted(self, function_arn: str) -> None:
        """Close the URLs of a function that is gone, its aliases' too."""
        with self._lock:
            for config in [c for c in self._configs.values() if c.function_arn == function_arn]:
                self._close(config)

    def address(self, name: str) -> str | None:
        """Where the URL of a function ("f") or of its alias ("f:live") is reached; None when there is none."""
        with self._lock:
            found = [config for config in self._configs.values() if config.arn.split(":", 6)[6] == name]
        return found[0].address if found else None

    def _answer(self, request: Arrived, name: str, what: str, region: str) -> Answer:
        plain, alias = names.read(region, name, request.query.get("Qualifier"))
        if what == "urls":
            return self._list(self._policies.resolve(region, plain, None, draw=False).arn)
        given = json.loads(request.body or b"{}")
        qualified = {"Qualifier": alias} if alias else {}
        if text := complaint("lambda", _OPERATIONS[request.method], {**given, **qualified}, {}):
            raise _Refused(400, "ValidationException", text)
        if alias == "$LATEST" or (alias or "").isdigit():
            text = (
                f"Value '{alias}' at 'qualifier' failed to satisfy constraint: a URL belongs to an alias or a function"
            )
            raise _Refused(400, "ValidationException", f"1 validation error detected: {text}")
        if given.get("InvokeMode") == "RESPONSE_STREAM":
            raise _Refused(400, "InvalidParameterValueException", _STREAM)
        if request.method == "POST":
            function_arn = self._policies.resolve(region, plain, alias, draw=False).arn
            told = _told(self._create(function_arn, alias, given))
            del told["LastModifiedTime"]  # AWS tells it later
            return _json(201, told)
        config = self._find(self._policies.resolve(region, plain, None, draw=False).arn, alias)
        if request.method == "PUT":
            config = self._update(config, given)
        if request.method == "DELETE":
            self._close(config)
            return 204, [], b""
        return _json(200, _told(config))

    def _create(self, function_arn: str, alias: str | None, given: dict[str, Any]) -> UrlConfig:
        arn = f"{function_arn}:{alias}" if alias else function_arn
        if arn in self._configs:
            text = f"Failed to create function url config for [functionArn = {arn}]. Error message:  "
            raise _Refused(409, "ResourceConflictException", f"{text}FunctionUrlConfig exists for this Lambda function")
        now, url_id = _now(), "".join(secrets.choice(_ID) for _ in range(32))
        return self._open(UrlConfig(url_id, function_arn, alias, given["AuthType"], given.get("Cors") or {}, now, now))

    def _update(self, config: UrlConfig, given: dict[str, Any]) -> UrlConfig:
        auth_type, cors = given.get("AuthType", config.auth_type), given.get("Cors", config.cors)
        return self._open(replace(config, auth_type=auth_type, cors=cors, modified=_now()))

    def _open(self, config: UrlConfig) -> UrlConfig:
        """Put the URL's front behind its address; the first time, the address is made."""
        name = f"url:{config.arn}"
        address = self._fronts.open(name, UrlFront(config, self._service, self._policies, self._door))
        config = replace(config, address=address)
        self._fronts.open(name, UrlFront(config, self._service, self._policies, self._door))
        self._configs[config.arn] = config
        return config

    def _find(self, function_arn: str, alias: str | None) -> UrlConfig:
        found = self._configs.get(f"{function_arn}:{alias}" if alias else function_arn)
        if found is None:
            raise _Refused(404, "ResourceNotFoundException", "The resource you requested does not exist.")
        return found

    def _close(self, config: UrlConfig) -> None:
        del self._configs[config.arn]
        self._fronts.close(f"url:{config.arn}")

    def _list(self, function_arn: str) -> Answer:
        found = [_told(config) for config in self._configs.values() if config.function_arn == function_arn]
        return _json(200, {"FunctionUrlConfigs": found})


def _told(config: UrlConfig) -> dict[str, Any]:
    told = {
        "FunctionUrl": f"{config.address}/",
        "FunctionArn": config.arn,
        "AuthType": config.auth_type,
        "CreationTime": config.created,
        "LastModifiedTime": config.modified,
        "InvokeMode": "BUFFERED",
    }
    return {**told, "Cors": dict(config.cors)} if config.cors else told


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _json(status: int, data: Any) -> Answer:
    return status, [("Content-Type", "application/json")], json.dumps(data).encode()
