"""Web requests for trying a handler without a front: a method, an address, and perhaps a body.

On AWS a browser or a client sends the request, and the front adds headers of its own. Here the same builders that serve
the lab's fronts make the event from a few words, with the headers that a simple client and the front would send. Left
out: signed requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lambdalab.events import values
from lambdalab.events.rest import rest_api
from lambdalab.events.web import function_url, http_api

_URL_ID = "abcdefghijklmnopqrstuvwxyz012345"
_API_ID = "a1b2c3d4e5"


def function_url_request(
    method: str = "GET", address: str = "/", body: Any = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A request to a function URL: format 2.0 (lesson 06).

    Args:
        method: such as "GET".
        address: path and query, such as "/items?id=7".
        body: a text, or bytes, which arrive in base64; anything else is sent as JSON; None sends none.
        headers: besides those that every request has.
    """
    path, _, query = address.partition("?")
    content, sent = _sent(f"{_URL_ID}.lambda-url.us-east-1.on.aws", body, headers)
    return function_url(
        method,
        path,
        query=query,
        headers=sent,
        body=content,
        url_id=_URL_ID,
        request_id=values.new_uuid(),
        moment=values.now(),
    )


def http_api_request(
    method: str = "GET",
    address: str = "/",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    route: str | None = None,
) -> dict[str, Any]:
    """A request to an HTTP API: format 2.0, with the key of the route (lesson 06).

    Args:
        method: such as "GET".
        address: path and query, such as "/items/7?full=1".
        body: a text, or bytes, which arrive in base64; anything else is sent as JSON; None sends none.
        headers: besides those that every request has.
        route: the path of the route, such as "/items/{id}"; None when it is the address's own path.

    Raises:
        ValueError: the address does not match the route.
    """
    path, _, query = address.partition("?")
    content, sent = _sent(f"{_API_ID}.execute-api.us-east-1.amazonaws.com", body, headers)
    return http_api(
        method,
        path,
        route=f"{method} {route or path}",
        query=query,
        headers=sent,
        body=content,
        path_parameters={name: unquote(value) for name, value in _variables(route or path, path).items()},
        api_id=_API_ID,
        request_id=values.new_uuid(),
        moment=values.now(),
    )


def rest_api_request(
    method: str = "GET",
    address: str = "/",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    resource: str | None = None,
) -> dict[str, Any]:
    """A request to a REST API: format 1.0, every key there, null when empty (lesson 06).

    Args:
        method: such as "GET".
        address: path and query, such as "/items/7?full=1", without the stage.
        body: a text, or bytes, which arrive in base64 as from an API that takes them for binary; anything else is sent
            as JSON; None sends none.
        headers: besides those that every request has.
        resource: the path of the resource, such as "/items/{id}"; None when it is the address's own path.

    Raises:
        ValueError: the address does not match the resource.
    """
    path, _, query = address.partition("?")
    content, sent = _sent(f"{_API_ID}.execute-api.us-east-1.amazonaws.com", body, headers)
    return rest_api(
        method,
        path,
        resource=resource or path,
        query=query,
        headers=sent,
        body=content,
        binary=isinstance(body, bytes),
        path_parameters=_variables(resource or path, path),
        api_id=_API_ID,
        request_id=values.new_uuid(),
        extended_id=values.new_base64(11),
        moment=values.now(),
    )


def _sent(host: str, body: Any, headers: Mapping[str, str] | None) -> tuple[bytes, dict[str, str]]:
    """The body as bytes, and the headers: the caller's own win, whatever their case."""
    sent = {
        "Accept": "*/*",
        "Host": host,
        "User-Agent": "curl/8.5.0",
        "X-Amzn-Trace-Id": f"Root=1-{int(values.now()):08x}-{values.new_hex(24)}",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    if isinstance(body, bytes):
        content, sent["Content-Type"] = body, "application/octet-stream"
    elif isinstance(body, str):
        content, sent["Content-Type"] = body.encode(), "text/plain; charset=utf-8"
    elif body is not None:
        content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    else:
        content = b""
    own = {name.lower() for name in headers or {}}
    return content, {name: value for name, value in sent.items() if name.lower() not in own} | dict(headers or {})


def _variables(template: str, path: str) -> dict[str, str]:
    """What a path's variables stand for: `{id}` for one part, `{proxy+}` for all that follow."""
    pieces = re.split(r"\{(\w+\+?)\}", template)
    names = pieces[1::2]
    pattern = "".join(
        re.escape(piece) if position % 2 == 0 else "(.+)" if piece.endswith("+") else "([^/]+)"
        for position, piece in enumerate(pieces)
    )
    found = re.fullmatch(pattern, path)
    if found is None:
        raise ValueError(f"the address {path} does not match {template}: a variable stands for one part of the path")
    return {name.rstrip("+"): value for name, value in zip(names, found.groups(), strict=True)}
