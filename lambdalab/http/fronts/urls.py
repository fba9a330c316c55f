"""Function URLs: a web address of a function's own.

On AWS a function URL is https://<id>.lambda-url.<region>.on.aws. Here it is a loopback address, and the event names the
host that AWS would have given it. Every path reaches the function; who may call is asked of the function's policy, or
of the caller's signature. Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html; lesson 06. Left
out: streamed answers. A deleted URL does not answer here; AWS answers 403 {"Message":null}. Unsure: the body of a 429
and of a 413, where those of Invoke are given, and the status 200 of a preflight answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lambdalab.events.web import function_url
from lambdalab.http.door import Caller, Door, Refused
from lambdalab.http.fronts import admission
from lambdalab.http.fronts.answers import Malformed, format_2
from lambdalab.http.fronts.cors import Cors
from lambdalab.http.fronts.front import WebAnswer, WebRequest
from lambdalab.http.fronts.passing import MOST_EVENT, Passed, Refusal, Visit, forwarded, malformed, pass_on, write_down
from lambdalab.permissions import Statement
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionVersion

_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_FORBIDDEN = f"Forbidden. For troubleshooting Function URL authorization issues, see: {_GUIDE}"
_PREFLIGHT = 200


class Policies(Protocol):
    """What a front asks of the cloud: which function a name means, and who may do what."""

    def resolve(self, region: str, name: str, qualifier: str | None, *, draw: bool = True) -> FunctionVersion: ...

    def statements(self, region: str, name: str, qualifier: str | None) -> list[Statement]: ...

    def role_statements(self, name: str) -> list[Statement] | None: ...


@dataclass(frozen=True)
class UrlConfig:
    """The settings of one function URL.

    Args:
        url_id: 32 characters, the first part of the host name on AWS.
        function_arn: of the function, without a qualifier.
        alias: None for the function itself.
        auth_type: "NONE" or "AWS_IAM".
        cors: as it was given, {} for none.
        created: as AWS writes it.
        modified: as AWS writes it.
        address: where it is reached, without a path.
    """

    url_id: str
    function_arn: str
    alias: str | None
    auth_type: str
    cors: Mapping[str, Any]
    created: str
    modified: str
    address: str = ""

    @property
    def arn(self) -> str:
        return f"{self.function_arn}:{self.alias}" if self.alias else self.function_arn

    @property
    def region(self) -> str:
        return self.function_arn.split(":")[3]

    @property
    def name(self) -> str:
        return self.function_arn.split(":")[6]


def _error(status: int, kind: str, body: Mapping[str, Any]) -> WebAnswer:
    headers = [("x-amzn-ErrorType", kind), ("Content-Type", "application/json")]
    return WebAnswer(status, headers, json.dumps(body).encode())


_BAD_GATEWAY = WebAnswer(502, [("Content-Type", "text/plain")], b"Internal Server Error")
_TOO_LARGE = _error(
    413,
    "RequestEntityTooLargeException",
    {"Type": "User", "message": f"Request must be smaller than {MOST_EVENT} bytes for the InvokeFunction operation"},
)


class UrlFront:
    """What stands behind one function URL."""

    too_large = _TOO_LARGE

    def __init__(self, config: UrlConfig, service: LambdaService, policies: Policies, door: Door) -> None:
        self._config, self._service, self._policies, self._door = config, service, policies, door
        self._cors = Cors.read(config.cors)

    def answer(self, request: WebRequest) -> WebAnswer:
        if self._cors and (preflight := self._cors.preflight(request, _PREFLIGHT)):
            return preflight
        visit = Visit.begin(
            f"http:{request.method} {request.path}",
            f"url:{request.method} {request.path}",
            f"{self._config.address}/",
            self._config.arn,
            request.path,
            self._service.now(),
            request.header("x-amzn-trace-id"),
        )
        passed, answer = self._pass(request, visit)
        write_down(visit, passed, answer.status, self._service)
        more = [("x-amzn-RequestId", passed.request_id)] if passed.request_id else []
        more.append(("X-Amzn-Trace-Id", f"Root={visit.trace.root};Sampled={int(visit.trace.sampled)}"))
        return WebAnswer(answer.status, [*answer.headers, *more], answer.body)

    def _pass(self, request: WebRequest, visit: Visit) -> tuple[Passed, WebAnswer]:
        """Run the function, and make an answer of what came of it."""
        caller = None
        if self._config.auth_type == "AWS_IAM":
            try:
                caller = admission.signed(self._door, request, "lambda")
            except Refused as refused:
                return Passed("denied", str(refused), "Sign the request, for the service lambda."), _unsigned(refused)
        event = self._event(request, visit, caller)
        passed = pass_on(visit, event, self._service, lambda: self._refusal(caller))
        if passed.outcome != "ok" or passed.reply is None:
            return passed, _failed(passed)
        try:
            answer = format_2(passed.reply.payload)
        except Malformed as wrong:
            return malformed(passed, str(wrong)), _BAD_GATEWAY
        return passed, self._cors.beside(answer, request) if self._cors else answer

    def _event(self, request: WebRequest, visit: Visit, caller: Caller | None) -> dict[str, Any]:
        """The event that the function gets."""
        return function_url(
            request.method,
            request.path,
            query=request.raw_query,
            headers=forwarded(request, visit, f"http://{request.host}"),
            body=request.body,
            source_ip=request.source_ip,
            url_id=self._config.url_id,
            region=self._config.region,
            iam=admission.iam(caller) if caller else None,
            moment=visit.began,
        )

    def _refusal(self, caller: Caller | None) -> Refusal | None:
        """Why the caller may not run the function; None is a visitor who did not sign."""
        config = self._config
        statements = self._policies.statements(config.region, config.name, config.alias)
        if caller is None:
            return admission.visitors(statements, config.arn)
        return admission.signer(caller, statements, self._policies.role_statements, config.arn)


def _failed(passed: Passed) -> WebAnswer:
    """What the visitor is told when there is no answer of the function's."""
    if passed.outcome in ("denied", "missing"):
        return _error(403, "AccessDeniedException", {"Message": _FORBIDDEN})
    if passed.outcome == "throttled":
        body = {"Reason": passed.throttle, "Type": "User", "message": passed.reason}
        return _error(429, "TooManyRequestsException", body)
    if passed.outcome == "large":
        return _TOO_LARGE
    if passed.outcome == "stopped":
        return _error(400, "RecursiveInvocationException", {"Type": "User", "Message": passed.reason})
    return _BAD_GATEWAY


def _unsigned(refused: Refused) -> WebAnswer:
    """What the visitor is told who did not sign, or signed wrongly."""
    if refused.code == "MissingAuthenticationToken":
        return _error(403, "AccessDeniedException", {"Message": _FORBIDDEN})
    return _error(403, refused.code, {"message": refused.text})
