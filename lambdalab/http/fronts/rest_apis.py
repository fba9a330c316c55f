"""REST APIs on real addresses: from a visitor's request to a function's answer, by the rules of API Gateway.

On AWS an API is reached at https://API.execute-api.REGION.amazonaws.com/STAGE/path once it is deployed. Here it has a
loopback port of its own from its first deployment to its end: http://127.0.0.1:PORT/STAGE/path. API Gateway tells a
visitor little: 403 for a path that is not there, 500 for a missing permission, 502 for an answer that it cannot read;
the reasons are written into the journal, and into the stage's execution log when it has one. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html; lesson 06. Left out: gateway
responses of one's own, caching. Unsure: that a call in a loop is answered 500.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lambdalab.cloud.rest_stages import RestMethod, RestStage
from lambdalab.events.rest import identity, new_extended_id, rest_api
from lambdalab.http.door import Caller, Door, Refused
from lambdalab.http.fronts import admission, rest_log
from lambdalab.http.fronts.answers import Malformed
from lambdalab.http.fronts.front import Fronts, WebAnswer, WebRequest, message
from lambdalab.http.fronts.passing import Passed, Refusal, Visit, forwarded, malformed, pass_on, write_down
from lambdalab.http.fronts.rest_answers import NoBase64, is_binary, rest, wants_binary
from lambdalab.http.fronts.rest_mock import mock
from lambdalab.http.fronts.throttle import Throttle
from lambdalab.http.fronts.urls import Policies
from lambdalab.service.lambdas import LambdaService

_ERROR = "Internal server error"
_TOO_MANY = message(429, "Too Many Requests")
_ADDED = ("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")


class Gateway(Policies, Protocol):
    """What a REST API asks of the cloud, and the log that it writes."""

    def write_log(self, region: str, group: str, stream: str, lines: Sequence[str]) -> None: ...


class RestApis:
    """Every REST API that has been deployed, and its address (lesson 06)."""

    def __init__(self, fronts: Fronts, service: LambdaService, gateway: Gateway, door: Door) -> None:
        self._fronts, self._service, self._gateway, self._door = fronts, service, gateway, door
        self._apis: dict[str, RestApi] = {}

    def deployed(self, api_id: str, name: str, stages: Mapping[str, RestStage]) -> None:
        """Serve these stages of an API from now on."""
        api = self._apis.setdefault(api_id, RestApi(self._service, self._gateway, self._door))
        api.name, api.stages = name, stages
        api.address = self._fronts.open(f"rest-api:{api_id}", api)

    def deleted(self, api_id: str) -> None:
        """Close the address of an API, if it ever had one."""
        if self._apis.pop(api_id, None):
            self._fronts.close(f"rest-api:{api_id}")

    def address(self, name_or_id: str) -> str | None:
        """Where an API is called, with the stage that was made last; None when none of this name is deployed."""
        for api_id, api in reversed(list(self._apis.items())):
            if name_or_id in (api_id, api.name) and api.stages:
                return f"{api.address}/{list(api.stages)[-1]}"
        return None


@dataclass(frozen=True)
class _Hit:
    """A request that has found its method.

    Args:
        values: of the path's parameters.
        request_id: API Gateway's own, not the one of the invocation.
        extended_id: its second one.
        caller: who signed, for a method with authorization AWS_IAM.
    """

    request: WebRequest
    stage: RestStage
    method: RestMethod
    values: Mapping[str, str]
    visit: Visit
    request_id: str
    extended_id: str
    caller: Caller | None = None

    @property
    def arn(self) -> str:
        """What a caller who signs needs the right to invoke: with the path as it was asked for."""
        return self.stage.arn(self.request.method, self.visit.subject)

    def event(self, address: str) -> dict[str, Any]:
        """The event that the function gets."""
        request, stage, caller = self.request, self.stage, self.caller
        headers = forwarded(request, self.visit, address)
        return rest_api(
            request.method,
            self.visit.subject,
            resource=self.method.path,
            query=request.raw_query,
            headers=[(name.title() if name in _ADDED else name, value) for name, value in headers],
            body=request.body,
            binary=is_binary(request.header("content-type") or "", stage.snapshot.binary_media_types),
            path_parameters=self.values,
            stage=stage.name,
            stage_variables=stage.variables,
            source_ip=request.source_ip,
            api_id=stage.api_id,
            region=stage.region,
            account=stage.account,
            resource_id=self.method.resource_id,
            deployment_id=stage.deployment_id,
            iam=identity(caller.key.access_key_id, caller.key.principal, stage.account) if caller else None,
            request_id=self.request_id,
            extended_id=self.extended_id,
            moment=self.visit.began,
        )


class RestApi:
    """What stands behind the address of one API."""

    too_large = WebAnswer(
        413, [("Content-Type", "text; charset=utf-8")], b"HTTP content length exceeded 10485760 bytes."
    )

    def __init__(self, service: LambdaService, gateway: Gateway, door: Door) -> None:
        self._service, self._gateway, self._door = service, gateway, door
        self._stream = secrets.token_hex(16)
        self.name, self.address = "", ""
        self.stages: Mapping[str, RestStage] = {}
        self._throttles: dict[tuple[Any, ...], Throttle] = {}

    def answer(self, request: WebRequest) -> WebAnswer:
        _, name, *rest_of_path = request.path.split("/", 2)
        stage, path = self.stages.get(name), "/" + "".join(rest_of_path)
        found = stage.route(request.method, path) if stage else None
        if stage is None or found is None:
            return self._nothing(request, stage, path)
        method, values = found
        source = stage.arn(request.method, method.path)
        target = stage.function(method) if method.integration == "AWS_PROXY" else ""
        visit = self._visit(request, method.path, source, target, path)
        hit = _Hit(request, stage, method, values, visit, str(uuid.uuid4()), new_extended_id())
        passed, answer = self._admit(hit)
        write_down(visit, passed, answer.status, self._service)
        self._log(hit, passed, answer.status)
        own = [("x-amzn-RequestId", hit.request_id), ("x-amz-apigw-id", hit.extended_id)]
        own.append(("X-Amzn-Trace-Id", f"Root={visit.trace.root}"))
        return WebAnswer(answer.status, [*answer.headers, *own], answer.body)

    def _visit(self, request: WebRequest, resource: str, source: str, target: str, path: str) -> Visit:
        words = f"{request.method} {resource}"
        header = request.header("x-amzn-trace-id")
        return Visit.begin(f"http:{words}", f"rest-api:{words}", source, target, path, self._service.now(), header)

    def _nothing(self, request: WebRequest, stage: RestStage | None, path: str) -> WebAnswer:
        """The answer where nothing is served: API Gateway says 403 and never 404."""
        if stage is None:
            visit = self._visit(request, request.path, self.address, "", request.path)
            answer = _gateway_says("Forbidden", "ForbiddenException")
            reason = f"the path must begin with a stage of the API; it has {', '.join(self.stages) or 'none'}"
        else:
            visit = self._visit(request, path, stage.arn(request.method, path), "", path)
            answer = _gateway_says("Missing Authentication Token", "MissingAuthenticationTokenException")
            served = ", ".join(f"{one.name} {one.path}" for one in stage.snapshot.methods)
            reason = f"the deployment of stage {stage.name} has no {request.method} {path}; it serves {served}"
        advice = "Call a path that is served, or add the method and deploy the API again."
        write_down(visit, Passed("missing", reason, advice), answer.status, self._service)
        return answer

    def _admit(self, hit: _Hit) -> tuple[Passed, WebAnswer]:
        """Let the caller in, and answer by the method's integration."""
        if throttled := self._throttled(hit):
            return throttled, _TOO_MANY
        if hit.method.authorization == "AWS_IAM":
            try:
                caller = self._door.check(admission.arrived(hit.request))
            except Refused as refused:
                reason = f"the method has authorization AWS_IAM: {refused.text}"
                return Passed("denied", reason, "Sign the request, for the service execute-api."), _unsigned(refused)
            if refusal := admission.api_signer(caller, self._gateway.role_statements, hit.arn):
                return Passed("denied", refusal.reason, refusal.advice), _not_authorized(hit, caller)
            hit = replace(hit, caller=caller)
        if hit.method.integration == "MOCK":
            try:
                return Passed("ok"), mock(hit.request, hit.method)
            except Malformed as wrong:
                return Passed("failed", str(wrong)), _integration_says(500, _ERROR)
        if wrong_setting := _wrong_setting(hit):
            advice = "Put the integration right, and deploy the API again."
            return Passed("failed", wrong_setting, advice), _integration_says(500, _ERROR)
        return self._call(hit)

    def _throttled(self, hit: _Hit) -> Passed | None:
        """Why a request comes too early for its method's limits; None when it may pass."""
        rate, burst = (hit.stage.setting(hit.method, f"throttling{what}Limit") for what in ("Rate", "Burst"))
        key = hit.stage.name, hit.method.name, hit.method.path, rate, burst
        if self._throttles.setdefault(key, Throttle(rate, burst)).take():
            return None
        reason = f"the stage {hit.stage.name} takes {rate:g} requests a second for this method, and {burst} at once"
        return Passed("throttled", reason, "Ask again later.")

    def _call(self, hit: _Hit) -> tuple[Passed, WebAnswer]:
        """Run the function, and make an answer of what it returned."""
        limit = hit.method.timeout_ms / 1000
        passed = pass_on(hit.visit, hit.event(self.address), self._service, lambda: self._refusal(hit), limit)
        if passed.outcome != "ok" or passed.reply is None:
            return passed, _failed(passed)
        try:
            binary = wants_binary(hit.request, hit.stage.snapshot.binary_media_types)
            return passed, rest(passed.reply.payload, binary=binary)
        except Malformed as wrong:
            status = 500 if isinstance(wrong, NoBase64) else 502
            return malformed(passed, str(wrong)), _integration_says(status, _ERROR)

    def _refusal(self, hit: _Hit) -> Refusal | None:
        """Why API Gateway may not run the function."""
        if hit.method.credentials:
            return admission.wearer(hit.method.credentials, self._gateway.role_statements, hit.visit.target)
        _, _, _, region, _, _, name, *qualifier = hit.visit.target.split(":")
        statements = self._gateway.statements(region, name, next(iter(qualifier), None))
        route = hit.stage.arn("*" if hit.method.name == "ANY" else hit.request.method, hit.method.path)
        return admission.gateway(statements, hit.visit.source, hit.visit.target, advised=route)

    def _log(self, hit: _Hit, passed: Passed, status: int) -> None:
        stage, method = hit.stage, hit.method
        level = stage.setting(method, "loggingLevel") or "OFF"
        lines = rest_log.lines(level, hit.request_id, hit.request.method, method.path, passed, status)
        if lines:
            self._gateway.write_log(stage.region, rest_log.group(stage.api_id, stage.name), self._stream, lines)


def _wrong_setting(hit: _Hit) -> str:
    """Why an integration cannot reach a function at all; "" when it can."""
    if not hit.visit.target:
        return f"the uri of the integration names no function: {hit.method.uri}"
    if hit.method.integration_method != "POST":
        return f"a function is invoked with POST, and integrationHttpMethod is {hit.method.integration_method}"
    return ""


def _gateway_says(text: str, error: str) -> WebAnswer:
    """A refusal of API Gateway itself: 403, without the blank that an integration's error has."""
    headers = [("x-amzn-ErrorType", error), ("Content-Type", "application/json")]
    return WebAnswer(403, headers, json.dumps({"message": text}, separators=(",", ":")).encode())


def _integration_says(status: int, text: str, error: str = "InternalServerErrorException") -> WebAnswer:
    headers = [("x-amzn-ErrorType", error), ("Content-Type", "application/json")]
    return WebAnswer(status, headers, json.dumps({"message": text}).encode())


def _unsigned(refused: Refused) -> WebAnswer:
    """What a visitor is told who did not sign, or signed wrongly."""
    if refused.code == "MissingAuthenticationToken":
        return _gateway_says("Missing Authentication Token", "MissingAuthenticationTokenException")
    return _gateway_says(refused.text, refused.code.removesuffix("Exception") + "Exception")


def _not_authorized(hit: _Hit, caller: Caller) -> WebAnswer:
    """What a visitor is told who signed in a role that may not call this method; AWS hides most of the account."""
    arn = hit.arn.replace(f":{hit.stage.account}:", f":********{hit.stage.account[-4:]}:")
    text = f"User: {caller.key.principal} is not authorized to perform: execute-api:Invoke on resource: {arn}"
    answer = _gateway_says(text, "AccessDeniedException")
    return replace(answer, body=answer.body.replace(b'"message"', b'"Message"', 1))


def _failed(passed: Passed) -> WebAnswer:
    """What the visitor is told when there is no answer of the function's."""
    if passed.outcome == "limit":
        return _integration_says(504, "Endpoint request timed out")
    if passed.outcome == "large":
        return _integration_says(413, "Request Too Long", "BadRequestException")
    return _integration_says(502 if passed.outcome == "failed" else 500, _ERROR)
