"""A REST API's execution log: where its owner reads why a visitor saw 500 or 502.

On AWS a stage whose loggingLevel is INFO or ERROR writes such a log to CloudWatch Logs, and nothing else names a
missing permission or a malformed answer. Here the lines that name the cause, as AWS words them. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html; lesson 06. Left out: headers and
bodies in the execution log (data tracing), usage plans, access logs.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.http.fronts.passing import Passed

_CONFIGURATION = "Execution failed due to configuration error: "
_CAUSES = {
    "denied": _CONFIGURATION + "Invalid permissions on Lambda function",
    "missing": _CONFIGURATION + "Invalid permissions on Lambda function",
    "throttled": _CONFIGURATION + "Rate Exceeded.",
    "limit": "Execution failed due to a timeout error",
    "large": "Lambda invocation failed with status: 413",
    "stopped": "Lambda invocation failed with status: 400",
}


def group(api_id: str, stage: str) -> str:
    """The log group of a stage."""
    return f"API-Gateway-Execution-Logs_{api_id}/{stage}"


def lines(level: str, request_id: str, method: str, resource: str, passed: Passed, status: int) -> Sequence[str]:
    """The log of one request, one text an event; none when the level asks for none.

    Args:
        level: "INFO" for every request, "ERROR" for those that failed, anything else for none.
        resource: the resource's path, such as "/items/{id}".
        status: what the visitor was told.
    """
    if level != "INFO" and not (level == "ERROR" and passed.outcome != "ok"):
        return ()
    said = [f"Starting execution for request: {request_id}", f"HTTP Method: {method}, Resource Path: {resource}"]
    if level == "ERROR":
        said = []
    if passed.outcome != "ok":
        said.append(_cause(passed))
    said.append(f"Method completed with status: {status}")
    return [f"({request_id}) {line}" for line in said]


def _cause(passed: Passed) -> str:
    if passed.outcome in _CAUSES:
        return _CAUSES[passed.outcome]
    if passed.reply is not None and passed.reply.error is not None:
        text = passed.reply.error.get("errorMessage", "")
        return (
            f"Lambda execution failed with status 200 due to customer function error: {text}. "
            f"Lambda request id: {passed.request_id}"
        )
    return _CONFIGURATION + "Malformed Lambda proxy response"
