"""MOCK integrations: a REST API answers by itself, as the console sets it up for a browser's CORS question.

On AWS a request template makes the integration's status, and the answer whose pattern fits that status says headers and
body. Here templates are read as plain JSON and plain text, which is what the console writes. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html; lesson 06. Left out: the
template language with its $ and #.
"""

from __future__ import annotations

import json
import re

from lambdalab.cloud.rest_stages import RestMethod
from lambdalab.http.fronts.answers import Malformed
from lambdalab.http.fronts.front import WebAnswer, WebRequest

_JSON = "application/json"


def mock(request: WebRequest, method: RestMethod) -> WebAnswer:
    """The answer that a MOCK integration makes.

    Raises:
        Malformed: its templates make none; the text says what is missing.
    """
    content_type = (request.header("content-type") or _JSON).partition(";")[0].strip()
    template = method.templates.get(content_type, request.body.decode("utf-8", "replace"))
    try:
        status = json.loads(template)["statusCode"]
    except (ValueError, TypeError, KeyError):
        status = None
    if not isinstance(status, int) or isinstance(status, bool):
        raise Malformed(f'the request template for {content_type} must be JSON with a number: {{"statusCode": 200}}')
    fitting = [one for one in method.answers if one.pattern and re.fullmatch(one.pattern, str(status))]
    plain = [one for one in method.answers if one.pattern is None]
    for one in fitting + plain:
        headers = [(name, value) for name, value in one.headers.items() if name.lower() != "content-type"]
        own = next((value for name, value in one.headers.items() if name.lower() == "content-type"), _JSON)
        return WebAnswer(one.status, [("Content-Type", own), *headers], one.body.encode())
    raise Malformed(f"no integration response is for status {status}; call put_integration_response")
