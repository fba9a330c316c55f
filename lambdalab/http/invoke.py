"""Lambda's Invoke, answered before moto.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html; lesson 01. A function's failure is HTTP 200
with a FunctionError header; only the service's own refusals are 4xx. Left out: response streaming.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from lambdalab.cloud.validation import message_member
from lambdalab.http.door import Arrived
from lambdalab.observe.tracing import Trace
from lambdalab.service.concurrency import Throttled
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer, RecursiveLoop
from lambdalab.service.programs import refusal

Answer = tuple[int, list[tuple[str, str]], bytes]
PATH = re.compile(r"/2015-03-31/functions/(?P<name>[^/]+)/invocations/?")
MOST_SYNC = 6 * 2**20
MOST_ASYNC = 2**20
MOST_CONTEXT = 3583
LOG_TAIL = 4096
_HOOK = "The afterRestore() runtime hook encountered an error. For more information, check the Amazon CloudWatch logs."
_LATE = "Lambda couldn't restore the snapshot within the timeout limit."
RESTORE_FAILED = {
    "Runtime.AfterRestoreError": (400, "SnapStartException", _HOOK),
    "Sandbox.RestoreTimedout": (408, "SnapStartTimeoutException", _LATE),
}
"""What a caller sees of an environment that could not be restored: a refusal, no FunctionError."""


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
    try:
        context = _client_context(request.headers.get("x-amz-client-context"))
    except ValueError as wrong:
        return error(400, "InvalidRequestContentException", str(wrong))
    qualifier = request.query.get("Qualifier")
    try:
        call = service.prepare(
            region,
            name,
            qualifier,
            payload,
            trace=Trace.read(request.headers.get("x-amzn-trace-id")),
            client_context=context if kind == "RequestResponse" else None,
        )
    except FunctionNotFound as missing:
        return error(404, "ResourceNotFoundException", str(missing))
    except QualifiersDiffer as two:
        return error(400, "InvalidParameterValueException", str(two))
    except RecursiveLoop as loop:
        if kind != "Event":
            return error(400, "RecursiveInvocationException", str(loop))
        service.stop(loop)  # an asynchronous event is accepted, and then dropped
        return 202, [], b""
    headers = [("x-amzn-RequestId", call.request_id), ("X-Amzn-Trace-Id", str(call.trace))]
    if kind == "DryRun":
        return 204, headers, b""
    if call.function.image is None and (why_not := refusal(call.function.runtime)):
        return error(502, "InvalidRuntimeException", why_not)
    if kind == "Event":
        service.enqueue(call)
        return 202, headers, b""
    try:
        reply = service.invoke(call)
    except Throttled as throttled:
        status, more, body = error(429, "TooManyRequestsException", str(throttled), Reason=throttled.reason)
        return status, [*headers, *more], body
    if reply.error is not None and reply.error.get("errorType") in RESTORE_FAILED:
        status, kind, text = RESTORE_FAILED[reply.error["errorType"]]
        return error(status, kind, text, Type="User")
    headers += [("Content-Type", "application/json"), ("X-Amz-Executed-Version", call.function.version)]
    if reply.error is not None:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    if request.headers.get("x-amz-log-type") == "Tail":
        text = "".join(event.message + "\n" for event in reply.log)
        headers.append(("X-Amz-Log-Result", base64.b64encode(text.encode()[-LOG_TAIL:]).decode()))
    return 200, headers, reply.payload


def _client_context(header: str | None) -> str | None:
    """The client context as JSON text.

    Raises:
        ValueError: it is too long, or no JSON object in base64.
    """
    if not header:
        return None
    if len(header) > MOST_CONTEXT:
        raise ValueError(f"Client context must be no more than {MOST_CONTEXT} bytes of Base64-encoded JSON.")
    try:
        context = base64.b64decode(header, validate=True).decode()
        is_object = isinstance(json.loads(context), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise ValueError("Client context must be a valid Base64-encoded JSON object.")
    return context


def error(status: int, kind: str, text: str, **more: Any) -> Answer:
    """One of Lambda's own refusals."""
    headers = [("x-amzn-ErrorType", kind), ("Content-Type", "application/json")]
    user = {"Type": "User"} if status < 500 else {}
    return status, headers, json.dumps({**more, **user, message_member("lambda", kind): text}).encode()
