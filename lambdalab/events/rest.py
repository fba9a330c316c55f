"""Web requests as events of format 1.0: of a REST API.

On AWS a REST API turns a request into a JSON object in which every key is always there, null when it is empty; header
names keep their case, and of repeated values the simple maps hold the last and the multiValue maps all. Here the same,
from the request as it came. Left out: the headers that CloudFront adds, and what authorizers and API keys would add.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from lambdalab.events import values

_API_ID = "a1b2c3d4e5"
_DROPPED = (
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
)
"""Headers of a request that API Gateway keeps to itself, as AWS's important notes list them."""
_NOBODY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def rest_api(
    method: str = "GET",
    path: str = "/",
    *,
    resource: str | None = None,
    query: str = "",
    headers: Headers = (),
    body: bytes | str = b"",
    binary: bool = False,
    path_parameters: Mapping[str, str] | None = None,
    stage: str = "prod",
    stage_variables: Mapping[str, str] | None = None,
    source_ip: str = "127.0.0.1",
    api_id: str = _API_ID,
    region: str = "us-east-1",
    account: str = "123456789012",
    resource_id: str = "abc123",
    deployment_id: str = "dep123",
    iam: Mapping[str, Any] | None = None,
    request_id: str = "",
    extended_id: str = "",
    moment: float | None = None,
) -> dict[str, Any]:
    """Build the event of a request to a REST API (lesson 06).

    Follows
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.

    Args:
        path: as it stands in the address, without the stage.
        resource: the resource that was chosen, such as "/items/{id}"; None when it is the path itself.
        query: as it stands in the address, without the question mark.
        binary: whether the API takes this body for binary: the event then carries it in base64.
        path_parameters: what the resource's variables stand for; AWS leaves them percent-encoded.
        iam: who signed the request, as requestContext.identity tells it; None for a method without authorization.
        moment: when it came, in seconds since 1970; None means now.
    """
    moment = values.now() if moment is None else moment
    sent = [(n, v) for n, v in _pairs(headers) if n.lower() not in _DROPPED]
    asked = parse_qsl(query, keep_blank_values=True)
    resource = path if resource is None else resource
    agent = next((value for name, value in sent if name.lower() == "user-agent"), None)
    return {
        "resource": resource,
        "path": "/" + path.lstrip("/"),
        "httpMethod": method,
        "headers": dict(sent) or None,
        "multiValueHeaders": _all(sent),
        "queryStringParameters": dict(asked) or None,
        "multiValueQueryStringParameters": _all(asked),
        "pathParameters": dict(path_parameters or {}) or None,
        "stageVariables": dict(stage_variables or {}) or None,
        "requestContext": {
            "accountId": account,
            "apiId": api_id,
            "deploymentId": deployment_id,
            "domainName": f"{api_id}.execute-api.{region}.amazonaws.com",
            "domainPrefix": api_id,
            "extendedRequestId": extended_id or new_extended_id(),
            "httpMethod": method,
            "identity": {**dict.fromkeys(_NOBODY), "sourceIp": source_ip, "userAgent": agent, **(iam or {})},
            "path": f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": request_id or values.new_uuid(),
            "requestTime": datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(moment * 1000),
            "resourceId": resource_id,
            "resourcePath": resource,
            "stage": stage,
        },
        "body": _body(body, binary),
        "isBase64Encoded": binary and bool(body),
    }


def identity(access_key: str, principal: str, account: str) -> dict[str, Any]:
    """Who signed a request, as requestContext.identity tells it."""
    return {
        "accessKey": access_key,
        "accountId": account,
        "caller": access_key,
        "user": access_key,
        "userArn": principal,
    }


def new_extended_id() -> str:
    """API Gateway's second id of a request, x-amz-apigw-id."""
    return secrets.token_urlsafe(11).replace("_", "A") + "="


def _pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _all(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]] | None:
    """All values of each name; None for none."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found or None


def _body(body: bytes | str, binary: bool) -> str | None:
    """Text, in which what is no UTF-8 is lost, or base64; None when there is no body."""
    content = body.encode() if isinstance(body, str) else body
    if not content:
        return None
    return base64.b64encode(content).decode() if binary else content.decode("utf-8", "replace")
