"""HTTP APIs: moto holds routes, integrations and stages, and here a deployment becomes a snapshot that can be served.

On AWS an API is built part by part and served as it was when it was deployed. moto knows no deployments of HTTP APIs,
does not change stages, and checks little. Here that is added, and the address of an API is one that answers. Follows
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-methods.html; lesson 06. Left out, and refused:
WebSocket APIs, integrations other than AWS_PROXY to a function, authorizers other than AWS_IAM. Also left out: models,
custom domains, mappings of parameters.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import moto.apigatewayv2.models as api_models
from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.apigatewayv2.urls import url_paths
from moto.core.utils import camelcase_to_underscores

from lambdalab.cloud import http_deployments
from lambdalab.cloud.descriptions import service_model
from lambdalab.cloud.http_deployments import refused
from lambdalab.cloud.http_stages import HttpApi, HttpIntegration, HttpRoute, HttpSnapshot, HttpStage

TOUCHED = {
    "moto.apigatewayv2.models": [
        "Api",
        "Stage.to_json",
        "ApiGatewayV2Backend.get_api",
        "ApiGatewayV2Backend.get_stage",
    ],
    "moto.apigatewayv2.exceptions": ["BadRequestException"],
    "moto.apigatewayv2.responses": [
        "ApiGatewayV2Response.create_stage",
        "ApiGatewayV2Response.dispatch",
        "ApiGatewayV2Response.apigatewayv2_backend",
    ],
    "moto.apigatewayv2.urls": ["url_paths"],
    "moto.core.utils": ["camelcase_to_underscores"],
}
_KEY = re.compile(r"\$default|(ANY|GET|HEAD|PUT|PATCH|POST|DELETE|OPTIONS) /\S*")
_FUNCTION = re.compile(r"arn:aws:(lambda:[^:]+:\d{12}:function:.+|apigateway:[^:]+:lambda:path/.+/invocations)")
LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS = 50, 30_000


class HttpApiHands(Protocol):
    """Who serves an API."""

    def http_api_changed(self, api: HttpApi) -> str: ...

    def http_api_deleted(self, api_id: str) -> None: ...


_hands: HttpApiHands


class LabApi(api_models.Api):
    """moto's API, with its deployments."""

    __module__ = "moto.apigatewayv2.models"
    stages: dict[str, Any]  # of LabStage
    cors_configuration: Any  # moto says a text, and keeps what was given

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.deployments: dict[str, dict[str, Any]] = {}
        self.snapshots: dict[str, HttpSnapshot] = {}

    def deploy(self, stage: Any | None, *, auto: bool, description: str = "") -> dict[str, Any]:
        """Freeze what there is now, and let the stage serve it."""
        deployment_id = secrets.token_hex(3)
        made = {
            "autoDeployed": auto,
            "createdDate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "deploymentId": deployment_id,
            "deploymentStatus": "DEPLOYED",
            "description": description,
        }
        self.deployments[deployment_id] = made
        self.snapshots[deployment_id] = self._snapshot()
        if stage is not None:
            stage.deployment_id = deployment_id
        return made

    def settle(self) -> None:
        """After a change: deploy it where that goes by itself, and tell who serves it."""
        for stage in self.stages.values():
            if stage.auto_deploy and self.snapshots.get(stage.deployment_id) != self._snapshot():
                self.deploy(stage, auto=True)
        stages = {name: self._frozen(stage) for name, stage in self.stages.items()}
        self.api_endpoint = _hands.http_api_changed(HttpApi(self.backend.region_name, self.api_id, self.name, stages))

    def _snapshot(self) -> HttpSnapshot:
        routes = [
            HttpRoute(route.route_key, route.authorization_type or "NONE", self._integration(route.target))
            for route in self.routes.values()
        ]
        return HttpSnapshot(tuple(routes), dict(self.cors_configuration or {}))

    def _integration(self, target: str | None) -> HttpIntegration | None:
        found = self.integrations.get((target or "").removeprefix("integrations/"))
        if found is None:
            return None
        return HttpIntegration(
            found.integration_uri,
            found.payload_format_version or "2.0",
            found.timeout_in_millis or MOST_TIMEOUT_MS,
            found.credentials_arn or "",
        )

    def _frozen(self, stage: Any) -> HttpStage:
        settings = stage.default_route_settings or {}
        return HttpStage(
            stage.name,
            dict(stage.stage_variables or {}),
            self.snapshots.get(stage.deployment_id),
            settings.get("throttlingRateLimit"),
            settings.get("throttlingBurstLimit"),
        )


class LabStage(api_models.Stage):
    """moto's stage, which knows what it serves."""

    __module__ = "moto.apigatewayv2.models"

    def __init__(self, api: LabApi, config: dict[str, Any]) -> None:
        super().__init__(api, config)
        self.deployment_id: str | None = config.get("deploymentId")

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "deploymentId": self.deployment_id}


def install(hands: HttpApiHands) -> None:
    """Put our classes and answers in moto's places."""
    global _hands
    _hands = hands
    vars(api_models)["Api"], vars(api_models)["Stage"] = LabApi, LabStage
    for end in ("", "/(?P<deployment_id>[^/]+)"):
        url_paths["{0}/v2/apis/(?P<api_id>[^/]+)/deployments" + end + "$"] = ApiGatewayV2Response.dispatch
    for ours in http_deployments.OPERATIONS:
        setattr(ApiGatewayV2Response, ours.__name__, ours)
    model = service_model("apigatewayv2")
    for name in model.operation_names:
        method = getattr(ApiGatewayV2Response, camelcase_to_underscores(name), None)
        if method:
            http = model.operation_model(name).http
            answer = _put_right(name, method, int(http["responseCode"]), http["requestUri"])
            setattr(ApiGatewayV2Response, camelcase_to_underscores(name), answer)


def _put_right(name: str, method: Callable[[Any], Any], status: int, uri: str) -> Callable[[Any], Any]:
    """The method with AWS's checks before it, its status, and what follows a change."""
    check = {"Route": _check_route, "Integration": _check_integration, "Stage": _check_stage}.get(
        name.removeprefix("Create").removeprefix("Update")
    )

    @functools.wraps(method)
    def answer(response: Any) -> Any:
        backend, api_id = response.apigatewayv2_backend, response.path.split("/")[3] if "{apiId}" in uri else ""
        if check:
            own = response.path.split("/")[-1] if name.startswith("Update") else None
            check(backend.get_api(api_id), json.loads(response.body or "{}"), own)
        elif name == "DeleteApi":
            backend.get_api(api_id)  # moto deletes what is not there
        said = method(response)
        if api_id in backend.apis and not name.startswith("Get"):
            backend.apis[api_id].settle()
            if name == "CreateStage":  # its deployment has just been made
                stage = backend.get_stage(api_id, json.loads(said[2])["stageName"])
                said = said[0], said[1], json.dumps(stage.to_json())
        elif name == "DeleteApi":
            _hands.http_api_deleted(api_id)
        body = "" if status == 204 else json.dumps(_without_nulls(json.loads(said[2])))
        return status, {**said[1], "status": status, "Content-Type": "application/json"}, body

    return answer


def _without_nulls(data: Any) -> Any:
    """An answer without the members that say nothing: AWS leaves them out."""
    if isinstance(data, dict):
        return {name: _without_nulls(value) for name, value in data.items() if value is not None}
    return [_without_nulls(value) for value in data] if isinstance(data, list) else data


def _check_route(api: LabApi, given: dict[str, Any], own: str | None) -> None:
    """Refuse a route that AWS refuses, or that cannot be served here."""
    key = given.get("routeKey")
    if (key or not own) and not _KEY.fullmatch(key or ""):
        raise BadRequestException(
            "The provided route key is not formatted properly for HTTP protocol. "
            "It should be formatted as $default or HTTP METHOD + ' ' + /RESOURCE PATH."
        )
    if any(route.route_key == key and route.route_id != own for route in api.routes.values()):
        raise refused(409, "ConflictException", f"Route with key {key} already exists for this API")
    if given.get("authorizationType", "NONE") not in ("NONE", "AWS_IAM"):
        raise BadRequestException("lambdalab has no such authorizers. Use AuthorizationType NONE or AWS_IAM.")
    target = given.get("target")
    if target and target.removeprefix("integrations/") not in api.integrations:
        raise BadRequestException(f"The target {target} is not an integration of this API.")


def _check_integration(api: LabApi, given: dict[str, Any], own: str | None) -> None:
    """Refuse an integration that AWS refuses, or that cannot be served here."""
    if given.get("integrationType", "AWS_PROXY") != "AWS_PROXY" or given.get("integrationSubtype"):
        raise BadRequestException("lambdalab's HTTP APIs reach functions only. Use IntegrationType AWS_PROXY.")
    if (not own or "integrationUri" in given) and not _FUNCTION.fullmatch(given.get("integrationUri") or ""):
        raise BadRequestException("IntegrationUri must be the ARN of a function.")
    if (not own or "payloadFormatVersion" in given) and given.get("payloadFormatVersion") not in ("1.0", "2.0"):
        raise BadRequestException("PayloadFormatVersion is required for AWS_PROXY: 1.0 or 2.0.")
    timeout = given.get("timeoutInMillis")
    if timeout is not None and not LEAST_TIMEOUT_MS <= timeout <= MOST_TIMEOUT_MS:
        raise BadRequestException(f"Timeout should be between {LEAST_TIMEOUT_MS} ms and {MOST_TIMEOUT_MS} ms.")


def _check_stage(api: LabApi, given: dict[str, Any], own: str | None) -> None:
    """Refuse a stage whose name is taken."""
    if own is None and given.get("stageName") in api.stages:
        raise refused(409, "ConflictException", "Stage already exists")
