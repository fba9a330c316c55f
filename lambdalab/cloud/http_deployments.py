"""The operations of HTTP APIs that moto lacks: deployments, changes of stages, and an API made in one call.

Follows https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html and
https://docs.aws.amazon.com/cli/latest/reference/apigatewayv2/create-api.html for the quick create; lesson 06. As on
AWS, a quick create adds no permission to the function. Each function here takes moto's response object, and answers as
moto's own methods do.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.apigatewayv2.exceptions import APIGatewayV2Error, BadRequestException
from moto.apigatewayv2.responses import ApiGatewayV2Response

TOUCHED = {
    "moto.apigatewayv2.exceptions": ["APIGatewayV2Error", "BadRequestException"],
    "moto.apigatewayv2.models": ["Api.create_integration", "Api.create_route", "Api.create_stage", "Api.get_stage"],
    "moto.apigatewayv2.responses": ["ApiGatewayV2Response.create_api", "ApiGatewayV2Response.apigatewayv2_backend"],
}
Said = tuple[int, dict[str, Any], str]
_NO_ROUTES = "At least one route is required before deploying the Api."
_moto_create_api = ApiGatewayV2Response.create_api


def refused(status: int, name: str, text: str) -> Exception:
    """One of API Gateway's refusals, to be raised."""
    error: Exception = APIGatewayV2Error(name, text)
    vars(error)["code"] = status
    return error


def create_api(response: Any) -> Said:
    """CreateApi, with the function that it may name; `Target` makes integration, route and stage along with it."""
    given = json.loads(response.body)
    if given.get("protocolType") != "HTTP":
        raise BadRequestException("lambdalab has HTTP APIs only. Use ProtocolType HTTP.")
    said = _moto_create_api(response)
    api = response.apigatewayv2_backend.get_api(json.loads(said[2])["apiId"])
    if given.get("target"):
        integration = _call(
            api.create_integration,
            integration_type="AWS_PROXY",
            integration_uri=given["target"],
            payload_format_version="2.0",
            credentials_arn=given.get("credentialsArn"),
        )
        key, target = given.get("routeKey") or "$default", f"integrations/{integration.id}"
        _call(api.create_route, route_key=key, target=target, authorization_type="NONE")
        api.create_stage({"stageName": "$default", "autoDeploy": True})
    api.settle()
    return 201, {}, json.dumps(api.to_json())


def create_deployment(response: Any) -> Said:
    """CreateDeployment: freeze what there is; a stage that is named serves it from now on."""
    api, given = _api(response), json.loads(response.body or "{}")
    if not api.routes:
        raise BadRequestException(_NO_ROUTES)
    stage = api.get_stage(given["stageName"]) if given.get("stageName") else None
    return 201, {}, json.dumps(api.deploy(stage, auto=False, description=given.get("description", "")))


def get_deployment(response: Any) -> Said:
    """GetDeployment."""
    return 200, {}, json.dumps(_deployment(response))


def get_deployments(response: Any) -> Said:
    """GetDeployments, newest first."""
    return 200, {}, json.dumps({"items": list(reversed(_api(response).deployments.values()))})


def delete_deployment(response: Any) -> Said:
    """DeleteDeployment, of one that no stage serves."""
    api, gone = _api(response), _deployment(response)["deploymentId"]
    serving = [stage.name for stage in api.stages.values() if stage.deployment_id == gone]
    if serving:
        raise BadRequestException(f"Active stages pointing to this deployment must be moved or deleted: {serving[0]}")
    del api.deployments[gone], api.snapshots[gone]
    return 204, {}, ""


def update_stage(response: Any) -> Said:
    """UpdateStage: what is given changes, the rest stays."""
    api, given = _api(response), json.loads(response.body or "{}")
    stage = api.get_stage(unquote(response.path.split("/")[-1]))
    deployment = given.get("deploymentId", stage.deployment_id)
    if deployment is not None and deployment not in api.deployments:
        raise refused(404, "NotFoundException", f"Invalid deployment identifier specified {deployment}")
    stage.deployment_id = deployment
    stage.auto_deploy = given.get("autoDeploy", stage.auto_deploy)
    stage.description = given.get("description", stage.description)
    stage.stage_variables = given.get("stageVariables", stage.stage_variables)
    stage.route_settings = given.get("routeSettings", stage.route_settings)
    stage.default_route_settings = given.get("defaultRouteSettings", stage.default_route_settings)
    return 200, {}, json.dumps(stage.to_json())


def _api(response: Any) -> Any:
    return response.apigatewayv2_backend.get_api(response.path.split("/")[3])


def _deployment(response: Any) -> dict[str, Any]:
    """The deployment that the path names."""
    wanted = response.path.split("/")[5]
    found: dict[str, Any] | None = _api(response).deployments.get(wanted)
    if found is None:
        raise refused(404, "NotFoundException", f"Invalid deployment identifier specified {wanted}")
    return found


def _call(method: Callable[..., Any], **given: Any) -> Any:
    """Call one of moto's methods, which want every argument, with None for those that are not given."""
    return method(**{**dict.fromkeys(inspect.signature(method).parameters), **given})


OPERATIONS = (create_api, update_stage, create_deployment, get_deployment, get_deployments, delete_deployment)
