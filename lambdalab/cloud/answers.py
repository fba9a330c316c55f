"""Lambda's answers: moto's, with the status and the members that AWS gives, and the parameters that moto drops.

On AWS each operation has one status for success, which botocore's model states, and so has each error. moto often
answers another one, and it never reads some members of a request. Here both are put right, operation by operation.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores

from lambdalab.cloud import invoke_configs
from lambdalab.cloud.descriptions import service_model
from lambdalab.cloud.validation import message_member

TOUCHED = {
    "moto.awslambda.responses": [
        "LambdaResponse.publish_version",
        "LambdaResponse.update_alias",
        "LambdaResponse.remove_permission",
        "LambdaResponse.list_layers",
        "LambdaResponse.list_layer_versions",
        "LambdaResponse.json_body",
        "LambdaResponse.backend",
    ],
    "moto.core.exceptions": ["JsonRESTError"],
    "moto.core.utils": ["camelcase_to_underscores"],
}


def install() -> None:
    """Put our answers in moto's places."""
    for ours in (publish_version, update_alias, remove_permission, list_layers, list_layer_versions):
        setattr(LambdaResponse, ours.__name__, ours)
    invoke_configs.install()
    model = service_model("lambda")
    for name in model.operation_names:
        operation = model.operation_model(name)
        members = operation.output_shape.members.values() if operation.output_shape else []
        method = getattr(LambdaResponse, camelcase_to_underscores(name), None)
        varies = any(member.serialization.get("location") == "statusCode" for member in members)
        if method:
            answer = _put_right(method, None if varies else int(operation.http["responseCode"]))
            setattr(LambdaResponse, camelcase_to_underscores(name), answer)


def _put_right(method: Callable[[Any], Any], usual: int | None) -> Callable[[Any], Any]:
    """The method with AWS's status for success, None when that varies, and with AWS's errors."""

    @functools.wraps(method)
    def answer(response: Any) -> Any:
        try:
            said = method(response)
        except JsonRESTError as refused:
            return _refusal(refused)
        if isinstance(said, str):
            said = 200, {}, said
        if not isinstance(said, tuple) or said[0] >= 300:
            return said
        status = usual or said[0]
        headers = {**said[1], "status": status, "Content-Type": "application/json"}
        return status, headers, "" if status == 204 else said[2]

    return answer


def _refusal(refused: JsonRESTError) -> tuple[int, dict[str, Any], str]:
    """A refusal as Lambda words it: moto's has other members."""
    name = refused.error_type
    headers = {"x-amzn-ErrorType": name, "Content-Type": "application/json", "status": refused.code}
    body = {"Type": "User", message_member("lambda", name): refused.message}
    return int(refused.code), headers, json.dumps(body)


def publish_version(response: Any) -> tuple[int, dict[str, Any], str]:
    """PublishVersion, with the preconditions that moto does not read."""
    wanted = json.loads(response.body or "{}")
    version = response.backend.publish_version(
        unquote(response.path.split("/")[-2]),
        wanted.get("Description", ""),
        code_sha256=wanted.get("CodeSha256"),
        revision_id=wanted.get("RevisionId"),
    )
    # a version that is restored from snapshots becomes active when its snapshot is there
    return 201, {}, json.dumps(version.get_configuration(on_create=version.snap_start == "PublishedVersions"))


def remove_permission(response: Any) -> tuple[int, dict[str, Any], str]:
    """RemovePermission, of the version or alias that is named."""
    response.backend.remove_permission(
        unquote(response.path.split("/")[-3]),
        unquote(response.path.split("/")[-1]),
        response.querystring.get("RevisionId", [""])[0],
        response.querystring.get("Qualifier", [None])[0],
    )
    return 204, {}, ""


def list_layers(response: Any) -> str:
    """ListLayers, without the content that only GetLayerVersion tells."""
    layers = [
        {**layer, "LatestMatchingVersion": _brief(layer["LatestMatchingVersion"])}
        for layer in response.backend.list_layers()
        if layer  # moto still has a layer whose versions are all deleted
    ]
    return json.dumps({"Layers": layers})


def list_layer_versions(response: Any) -> str:
    """ListLayerVersions, newest first, without the content that only GetLayerVersion tells."""
    versions = response.backend.list_layer_versions(unquote(response.path.rsplit("/", 2)[-2]))
    newest_first = sorted(versions, key=lambda version: int(version.version), reverse=True)
    return json.dumps({"LayerVersions": [_brief(version.get_layer_version()) for version in newest_first]})


def _brief(version: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in version.items() if name not in ("Content", "LayerArn")}


def update_alias(response: Any) -> tuple[int, dict[str, Any], str]:
    """UpdateAlias, with its precondition."""
    wanted = json.loads(response.body)
    alias = response.backend.update_alias(
        unquote(response.path.rsplit("/", 2)[-1]),
        unquote(response.path.rsplit("/")[-3]),
        wanted.get("FunctionVersion"),
        wanted.get("Description"),
        wanted.get("RoutingConfig"),
        revision_id=wanted.get("RevisionId"),
    )
    return 200, {}, json.dumps(alias.to_json())
