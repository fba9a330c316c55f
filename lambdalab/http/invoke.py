"""Lambda's Invoke, answered before moto.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html; lesson 01. A function's failure is HTTP 200
with a FunctionError header; only the service's own refusals are 4xx. Left out: response streaming, throttling.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from typing import Any

from lambdalab.http.door import Arrived
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound

Answer = tuple[int, list[tuple[str, str]], bytes]
PATH = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations/?")
MOST_SYNC = 6 * 2**20
MOST_ASYNC = 2**20
LOG_TAIL = 4096


def invoke(request: Arrived, name: str, region: str, service: LambdaService) -> Answer:
    """Answer one Invoke request."""
    kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
    if kind not in ("RequestResponse", "Event", "DryRun"):
        return error(400, "InvalidParameterValueException", f"Unknown invocation type: {kind}")
    payload = request.body or b"{}"
    most = MOST_ASYNC if kind == "Event" else MOST_SYNC
    if len(payload) > most:
        text = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        return error(413, "RequestTooLargeException", text)
    try:
        json.loads(payload)
    except ValueError as wrong:
        text = f"Could not parse request body into json: Could not parse payload into json: {wrong}"
        return error(400, "InvalidRequestContentException", text)
    context = request.headers.get("x-amz-client-context")
    qualifier = request.query.get("Qualifier")
    trace = request.headers.get("x-amzn-trace-id") or new_trace()
    try:
        call = service.prepare(
            region,
            name,
            qualifier,
            payload,
            trace_id=trace,
            client_context=base64.b64decode(context).decode() if context else None,
        )
    except FunctionNotFound as missing:
        return error(404, "ResourceNotFoundException", str(missing), Type="User")
    headers = [("x-amzn-RequestId", call.request_id), ("X-Amzn-Trace-Id", trace)]
    if kind == "DryRun":
        return 204, headers, b""
    if not call.function.runtime.startswith("python"):
        text = f"lambdalab runs Python functions; {call.function.runtime} is not supported yet"
        return error(502, "InvalidRuntimeException", text)
    if kind == "Event":
        service.enqueue(call, qualifier=qualifier)
        return 202, headers, b""
    reply = service.invoke(call)
    headers += [("Content-Type", "application/json"), ("X-Amz-Executed-Version", call.function.version)]
    if reply.error is not None:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    if request.headers.get("x-amz-log-type") == "Tail":
        text = "".join(event.message + "\n" for event in reply.log)
        headers.append(("X-Amz-Log-Result", base64.b64encode(text.encode()[-LOG_TAIL:]).decode()))
    return 200, headers, reply.payload


def new_trace() -> str:
    """An X-Ray trace header, as Lambda makes one for a call that brings none."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"


def error(status: int, kind: str, text: str, **more: Any) -> Answer:
    """One of Lambda's own refusals."""
    headers = [("x-amzn-ErrorType", kind), ("Content-Type", "application/json")]
    return status, headers, json.dumps({**more, "Message": text, "message": text}).encode()
