"""Web requests as events: of a function URL and an HTTP API in format 2.0, and of an HTTP API in format 1.0.

On AWS the front turns a request into a JSON object: method, path, headers in lower case with repeated ones joined by
commas, cookies as a list, the body as text or as base64. Here the same, from the request as it came. Left out: the
headers about TLS, because requests to the lab have none. Unsure: which content types AWS takes for text, and whether a
body without one is base64 behind a function URL too, as has been seen behind an HTTP API.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from lambdalab.events.rest import rest_api

_TEXT = ("text/", "application/json", "application/javascript", "application/xml")
_URL_ID = "abcdefghijklmnopqrstuvwxyz012345"
_API_ID = "a1b2c3d4e5"
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def function_url(
    method: str = "GET",
    path: str = "/",
    *,
    query: str = "",
    headers: Headers = (),
    body: bytes | str = b"",
    source_ip: str = "127.0.0.1",
    url_id: str = _URL_ID,
    region: str = "us-east-1",
    iam: Mapping[str, Any] | None = None,
    request_id: str = "",
    moment: float | None = None,
) -> dict[str, Any]:
    """Build the event of a request to a function URL.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload; lesson 06.

    Args:
        path: as it stands in the address.
        query: as it stands in the address, without the question mark.
        url_id: the first part of the URL's host name, 32 characters.
        iam: who signed the request, for a URL with authentication AWS_IAM; None for one without.
        moment: when it came, in seconds since 1970; None means now.
    """
    domain = f"{url_id}.lambda-url.{region}.on.aws"
    event = _format_2(method, path, query, headers, body, source_ip, domain, "$default", request_id, moment)
    context = event["requestContext"]
    context["accountId"] = iam["accountId"] if iam else "anonymous"
    if iam:
        context["authorizer"] = {"iam": dict(iam)}
    return event


def http_api(
    method: str = "GET",
    path: str = "/",
    *,
    route: str = "$default",
    query: str = "",
    headers: Headers = (),
    body: bytes | str = b"",
    path_parameters: Mapping[str, str] | None = None,
    stage: str = "$default",
    stage_variables: Mapping[str, str] | None = None,
    source_ip: str = "127.0.0.1",
    api_id: str = _API_ID,
    region: str = "us-east-1",
    account: str = "123456789012",
    iam: Mapping[str, Any] | None = None,
    request_id: str = "",
    moment: float | None = None,
) -> dict[str, Any]:
    """Build the event of a request to an HTTP API, format 2.0.

    Follows https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html;
    lesson 06.

    Args:
        path: as it stands in the address, with the stage if that has a name; the event carries it decoded.
        route: the key of the route that was chosen, such as "GET /items/{id}".
        path_parameters: what the route's variables stand for.
        iam: who signed the request, for a route with authorization AWS_IAM.
        moment: when it came, in seconds since 1970; None means now.
    """
    domain = f"{api_id}.execute-api.{region}.amazonaws.com"
    event = _format_2(method, unquote(path), query, headers, body, source_ip, domain, route, request_id, moment)
    event["requestContext"] |= {"accountId": account, "stage": stage}
    if iam:
        event["requestContext"]["authorizer"] = {"iam": dict(iam)}
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if stage_variables:
        event["stageVariables"] = dict(stage_variables)
    return event


def http_api_1(
    method: str = "GET",
    path: str = "/",
    *,
    route: str = "$default",
    query: str = "",
    headers: Headers = (),
    body: bytes | str = b"",
    path_parameters: Mapping[str, str] | None = None,
    stage: str = "$default",
    stage_variables: Mapping[str, str] | None = None,
    source_ip: str = "127.0.0.1",
    api_id: str = _API_ID,
    region: str = "us-east-1",
    account: str = "123456789012",
    iam: Mapping[str, Any] | None = None,
    request_id: str = "",
    moment: float | None = None,
) -> dict[str, Any]:
    """Build the event of a request to an HTTP API whose integration asks for payload format 1.0.

    Much as a REST API's, with a version in it, and all header names in lower case. The arguments are those of
    `http_api`; lesson 06.
    """
    lowered = [(name.lower(), value) for name, value in _pairs(headers)]
    content = body.encode() if isinstance(body, str) else body
    binary = bool(content) and encoded(content, dict(lowered).get("content-type", ""))[1]
    event = rest_api(
        method,
        unquote(path),
        resource=route.rpartition(" ")[2],
        query=query,
        headers=lowered,
        body=content,
        binary=binary,
        path_parameters=path_parameters,
        stage=stage,
        stage_variables=stage_variables,
        source_ip=source_ip,
        api_id=api_id,
        region=region,
        account=account,
        resource_id=route,
        deployment_id="",
        iam=iam and {"accessKey": iam["accessKey"], "caller": iam["callerId"], "userArn": iam["userArn"]},
        request_id=request_id,
        moment=moment,
    )
    del event["requestContext"]["deploymentId"]
    event["requestContext"] |= {"path": event["path"], "authorizer": {"claims": None, "scopes": None}}
    return {"version": "1.0", **event}


def encoded(body: bytes, content_type: str) -> tuple[str, bool]:
    """A request's body as the event carries it: text, or base64 and True for what is not said to be text."""
    if content_type.lower().startswith(_TEXT):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def iam_caller(access_key: str, principal: str, account: str) -> dict[str, Any]:
    """Who signed a request, as requestContext.authorizer.iam tells it."""
    return {
        "accessKey": access_key,
        "accountId": account,
        "callerId": access_key,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": principal,
        "userId": access_key,
    }


def _pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _format_2(
    method: str,
    path: str,
    query: str,
    headers: Headers,
    body: bytes | str,
    source_ip: str,
    domain: str,
    route: str,
    request_id: str,
    moment: float | None,
) -> dict[str, Any]:
    """What both have in common."""
    moment = time.time() if moment is None else moment
    joined: dict[str, str] = {}
    for name, value in _pairs(headers):
        lower = name.lower()
        separator = "; " if lower == "cookie" else ","
        joined[lower] = f"{joined[lower]}{separator}{value}" if lower in joined else value
    cookies = [part.strip() for part in joined.pop("cookie", "").split(";") if part.strip()]
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    event: dict[str, Any] = {"version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query}
    if cookies:
        event["cookies"] = cookies
    event["headers"] = joined
    if parameters:
        event["queryStringParameters"] = parameters
    event["requestContext"] = {
        "accountId": "",
        "apiId": domain.partition(".")[0],
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": source_ip,
            "userAgent": joined.get("user-agent", ""),
        },
        "requestId": request_id or str(uuid.uuid4()),
        "routeKey": route,
        "stage": "$default",
        "time": datetime.fromtimestamp(moment, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(moment * 1000),
    }
    event["isBase64Encoded"] = False
    if body:
        content = body.encode() if isinstance(body, str) else body
        event["body"], event["isBase64Encoded"] = encoded(content, joined.get("content-type", ""))
    return event
