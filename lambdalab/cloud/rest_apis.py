"""REST APIs: moto holds resources, methods and stages, and here a deployment becomes a snapshot that can be served.

On AWS nothing of an API is reachable before it is deployed, and what is changed afterwards is not served. moto keeps no
snapshot, and would answer for an API's host name by itself, which is switched off. Left out, and refused when they are
made: integrations other than AWS_PROXY and MOCK, authorizers, API keys. Also left out: models, validators, an API's own
policy, custom domains, canaries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from lambdalab.cloud import openapi as openapi  # before moto.apigateway

# isort: split
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend, RestAPI, apigateway_backends
from moto.apigateway.responses import APIGatewayResponse

from lambdalab.cloud.rest_stages import MadeAnswer, RestMethod, RestStage, Snapshot

TOUCHED = {
    "moto.apigateway.exceptions": ["BadRequestException"],
    "moto.apigateway.models": [
        "apigateway_backends.backend",
        "APIGatewayBackend.create_deployment",
        "APIGatewayBackend.create_stage",
        "APIGatewayBackend.update_stage",
        "APIGatewayBackend.delete_stage",
        "APIGatewayBackend.delete_rest_api",
        "APIGatewayBackend.put_rest_api",
        "APIGatewayBackend.import_rest_api",
        "APIGatewayBackend.put_method",
        "APIGatewayBackend.put_integration",
        "APIGatewayBackend.put_integration_response",
        "APIGatewayBackend.get_rest_api",
        "APIGatewayBackend.get_method",
        "RestAPI.update_integration_mocks",
        "RestAPI.apply_patch_operations",
        "Resource.get_path",
    ],
    "moto.apigateway.responses": ["APIGatewayResponse.create_rest_api", "APIGatewayResponse.backend"],
}
LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS = 50, 29_000
_HEADER = "method.response.header."
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "any")


class ApiHands(Protocol):
    """Who takes what moto's API Gateway hands over."""

    def rest_api_deployed(self, api_id: str, name: str, stages: Mapping[str, RestStage]) -> None: ...

    def rest_api_deleted(self, api_id: str) -> None: ...


_hands: ApiHands


class LabApis(APIGatewayBackend):
    """moto's API Gateway, which tells what each stage serves, and refuses what AWS or lambdalab does not take."""

    __module__ = "moto.apigateway.models"

    def put_method(
        self,
        function_id: str,
        resource_id: str,
        method_type: str,
        authorization_type: str | None,
        api_key_required: bool | None = None,
        *given: Any,
        **named: Any,
    ) -> Any:
        if authorization_type not in (None, "NONE", "AWS_IAM"):
            raise _refused(f"authorizers are left out of lambdalab. Use NONE or AWS_IAM, not {authorization_type}")
        if api_key_required:
            raise _refused("API keys are left out of lambdalab")
        kind = authorization_type or "NONE"
        return super().put_method(function_id, resource_id, method_type, kind, api_key_required, *given, **named)

    def put_integration(
        self,
        function_id: str,
        resource_id: str,
        method_type: str,
        integration_type: str,
        uri: str = "",
        integration_method: str = "",
        *given: Any,
        **named: Any,
    ) -> Any:
        if integration_type not in ("AWS_PROXY", "MOCK"):
            raise _refused(f"lambdalab serves integrations of type AWS_PROXY and MOCK, not {integration_type}")
        if integration_type == "AWS_PROXY" and ":lambda:path/" not in (uri or ""):
            text = "currently only supports Lambda function and Firehose stream invocations."
            raise BadRequestException(f"Integrations of type 'AWS_PROXY' {text}")
        timeout = int(named.get("timeout_in_millis") or MOST_TIMEOUT_MS)
        if not LEAST_TIMEOUT_MS <= timeout <= MOST_TIMEOUT_MS:
            raise BadRequestException(f"Timeout should be between {LEAST_TIMEOUT_MS} ms and {MOST_TIMEOUT_MS} ms")
        named["timeout_in_millis"] = timeout
        return super().put_integration(
            function_id, resource_id, method_type, integration_type, uri, integration_method, *given, **named
        )

    def put_integration_response(
        self,
        function_id: str,
        resource_id: str,
        method_type: str,
        status_code: str,
        selection_pattern: str,
        response_templates: dict[str, str],
        response_parameters: dict[str, str],
        content_handling: str | None = None,
    ) -> Any:
        declared = self.get_method(function_id, resource_id, method_type).method_responses.get(str(status_code))
        if declared is None:
            raise BadRequestException("Invalid Response status code specified")
        for name in response_parameters or {}:
            if name not in (declared.response_parameters or {}):
                text = f"Validation Result: warnings : [], errors : [Invalid mapping expression parameter: {name}]"
                raise BadRequestException(f"Invalid mapping expression specified: {text}")
        return super().put_integration_response(
            function_id,
            resource_id,
            method_type,
            status_code,
            selection_pattern,
            response_templates,
            response_parameters,
            content_handling,
        )

    def create_deployment(self, function_id: str, name: str, description: str = "", stage_variables: Any = None) -> Any:
        api: Any = self.get_rest_api(function_id)
        methods = [method for resource in api.resources.values() for method in resource.resource_methods.values()]
        if any(method.method_integration is None for method in methods):
            raise BadRequestException("No integration defined for method")
        known = api.stages.get(name)
        deployment: Any = super().create_deployment(function_id, name, description, stage_variables)
        deployment.snapshot = _snapshot(api)
        if known is not None:  # moto makes the stage anew; on AWS it keeps its settings
            known.deployment_id = deployment.id
            known.variables.update(stage_variables or {})
            api.stages[name] = known
        self._tell(api)
        return deployment

    def create_stage(
        self,
        function_id: str,
        stage_name: str,
        deploymentId: str,  # noqa: N803 - moto's name
        *given: Any,
        **named: Any,
    ) -> Any:
        api = self.get_rest_api(function_id)
        _known(api, deploymentId)
        stage = super().create_stage(function_id, stage_name, deploymentId, *given, **named)
        self._tell(api)
        return stage

    def update_stage(self, function_id: str, stage_name: str, patch_operations: Any) -> Any:
        for operation in patch_operations:
            if operation["path"] == "/deploymentId":
                _known(self.get_rest_api(function_id), operation.get("value"))
            if operation["path"].endswith("/logging/loglevel") and not self.account.cloudwatch_role_arn:
                text = "CloudWatch Logs role ARN must be set in account settings to enable logging"
                raise BadRequestException(text)
        stage = super().update_stage(function_id, stage_name, patch_operations)
        self._tell(self.get_rest_api(function_id))
        return stage

    def delete_stage(self, function_id: str, stage_name: str) -> None:
        super().delete_stage(function_id, stage_name)
        self._tell(self.get_rest_api(function_id))

    def delete_rest_api(self, function_id: str) -> Any:
        self.get_rest_api(function_id)
        deleted = super().delete_rest_api(function_id)
        _hands.rest_api_deleted(function_id)
        return deleted

    def import_rest_api(self, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
        api_doc.setdefault("info", {}).setdefault("description", "")
        return super().import_rest_api(api_doc, fail_on_warnings)

    def put_rest_api(
        self, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
    ) -> Any:
        """An OpenAPI document, which writes types in small letters and may hold what moto takes for methods."""
        for path, methods in api_doc.get("paths", {}).items():
            if "x-amazon-apigateway-any-method" in methods:
                methods["any"] = methods.pop("x-amazon-apigateway-any-method")
            kept = {name: value for name, value in methods.items() if name.lower() in _METHODS}
            for integration in (value.get("x-amazon-apigateway-integration", {}) for value in kept.values()):
                integration["type"] = integration.get("type", "").upper()
            api_doc["paths"][path] = kept
        api = super().put_rest_api(function_id, api_doc, fail_on_warnings, mode)
        api.binaryMediaTypes = api_doc.get("x-amazon-apigateway-binary-media-types", api.binaryMediaTypes)
        return api

    def _tell(self, api: Any) -> None:
        """Hand over what each stage of the API serves now."""
        stages = {
            name: RestStage(
                api_id=api.id,
                region=self.region_name,
                account=self.account_id,
                name=name,
                deployment_id=stage.deployment_id,
                variables=dict(stage.variables),
                settings={where: dict(values) for where, values in stage.method_settings.items()},
                snapshot=api.deployments[stage.deployment_id].snapshot,
            )
            for name, stage in api.stages.items()
        }
        _hands.rest_api_deployed(api.id, api.name, stages)


def install(hands: ApiHands) -> None:
    """Put our class in moto's place, before moto makes its first backend, and stop moto from answering for an API."""
    global _hands
    _hands = hands
    apigateway_backends.backend = LabApis
    setattr(APIGatewayResponse, "create_rest_api", _create_rest_api)  # noqa: B010 - mypy
    setattr(RestAPI, "update_integration_mocks", lambda api, stage_name: None)  # noqa: B010 - mypy


_moto_create_rest_api = APIGatewayResponse.create_rest_api


def _create_rest_api(response: Any) -> Any:
    """CreateRestApi with the binary media types, which moto does not read."""
    types = response._get_param("binaryMediaTypes")
    said = _moto_create_rest_api(response)
    if types and said[0] < 300:
        made = json.loads(said[2])
        api = response.backend.get_rest_api(made["id"])
        api.binaryMediaTypes = types
        return said[0], said[1], json.dumps(api.to_dict())
    return said


def _refused(text: str) -> BadRequestException:
    return BadRequestException(f"{text}.")


def _known(api: Any, deployment_id: str | None) -> None:
    if deployment_id not in api.deployments:
        raise BadRequestException("Deployment id does not exist")


def _snapshot(api: Any) -> Snapshot:
    """An API's methods as they are now, so that later changes do not reach them."""
    methods = [
        _method(resource, name, method)
        for resource in api.resources.values()
        for name, method in resource.resource_methods.items()
    ]
    return Snapshot(tuple(methods), tuple(api.binaryMediaTypes))


def _method(resource: Any, name: str, method: Any) -> RestMethod:
    integration = method.method_integration
    return RestMethod(
        name=name,
        resource_id=resource.id,
        path=resource.get_path(),
        authorization=method.authorization_type or "NONE",
        integration=integration.integration_type,
        uri=integration.uri or "",
        integration_method=integration.http_method or "",
        timeout_ms=int(integration.timeout_in_millis or MOST_TIMEOUT_MS),
        credentials=integration.credentials,
        templates=dict(integration.request_templates or {}),
        answers=tuple(
            MadeAnswer(
                status=int(status),
                pattern=answer.selection_pattern or None,
                headers=_headers(answer.response_parameters or {}),
                body=next(iter((answer.response_templates or {}).values()), None) or "",
            )
            for status, answer in (integration.integration_responses or {}).items()
        ),
    )


def _headers(parameters: Mapping[str, str]) -> dict[str, str]:
    """Header values that are written as they are, in quotes: a MOCK has no others."""
    return {
        name.removeprefix(_HEADER): value[1:-1]
        for name, value in parameters.items()
        if name.startswith(_HEADER) and re.fullmatch(r"'.*'", value)
    }
