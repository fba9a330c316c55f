"""HTTP APIs: what stands behind the address of one.

On AWS API Gateway chooses a stage and a route, asks whether the caller may pass and whether it may itself run the
function, and waits 30 s at most. Here the same, from the snapshot that the stage serves. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html; lesson 06. Left out: access logs. An
invocation that Lambda rejects is answered 500, as
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html says of API Gateway. Unsure: whether an
HTTP API answers 500 too when the function is throttled or its event is too large, and the answer to a body over 10 MB.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from lambdalab.cloud.http_stages import HttpApi, HttpIntegration, HttpRoute, HttpStage
from lambdalab.events.web import http_api, http_api_1
from lambdalab.http.door import Caller, Door, Refused
from lambdalab.http.fronts import admission, routes
from lambdalab.http.fronts.answers import TEXT, Malformed, format_1, format_2
from lambdalab.http.fronts.cors import Cors
from lambdalab.http.fronts.front import WebAnswer, WebRequest, message
from lambdalab.http.fronts.passing import Passed, Refusal, Visit, forwarded, malformed, pass_on, write_down
from lambdalab.http.fronts.throttle import Throttle
from lambdalab.http.fronts.urls import Policies
from lambdalab.keys import ACCOUNT
from lambdalab.service.lambdas import LambdaService

_PREFLIGHT = 204
_NOT_FOUND = message(404, "Not Found")
_FORBIDDEN = message(403, "Forbidden")
_ERROR = message(500, "Internal Server Error")
_UNAVAILABLE = message(503, "Service Unavailable")
_TOO_MANY = message(429, "Too Many Requests")


@dataclass(frozen=True)
class _Way:
    """Where a request goes: the route, the function, and the path's variables."""

    stage: HttpStage
    route: HttpRoute
    integration: HttpIntegration
    parameters: dict[str, str]
    cors: Cors | None


class HttpApiFront:
    """What stands behind one HTTP API."""

    too_large = message(413, "Request Entity Too Large")

    def __init__(self, api: HttpApi, service: LambdaService, policies: Policies, door: Door) -> None:
        self._api, self._service, self._policies, self._door = api, service, policies, door
        self._throttles = {stage.name: Throttle(stage.rate, stage.burst) for stage in api.stages.values()}

    def answer(self, request: WebRequest) -> WebAnswer:
        found = routes.choose_stage(self._api, request.path)
        if found is None or found[0].snapshot is None:
            return self._turned_away(request, _NOT_FOUND, Passed("missing", *_no_stage(self._api, found)))
        stage, path = found
        snapshot = found[0].snapshot
        cors = Cors.read(snapshot.cors)
        if cors and (preflight := cors.preflight(request, _PREFLIGHT)):
            return preflight
        if not self._throttles[stage.name].take():
            reason = f"the stage {stage.name} takes {stage.rate:g} requests a second, and {stage.burst} at once"
            return self._turned_away(request, _TOO_MANY, Passed("throttled", reason, "Ask again later."))
        chosen = routes.choose_route(snapshot.routes, request.method, path)
        if chosen is None:
            reason = f"no route fits {request.method} {path}"
            passed = Passed("missing", reason, routes.described(snapshot.routes))
            return self._turned_away(request, _NOT_FOUND, passed)
        route, parameters = chosen
        if route.integration is None:
            passed = Passed("failed", f"the route {route.key} has no integration", "Give the route a Target.")
            return self._turned_away(request, _ERROR, passed)
        return self._visit(request, _Way(stage, route, route.integration, parameters, cors))

    def _visit(self, request: WebRequest, way: _Way) -> WebAnswer:
        """Send the request to its function, and write it down."""
        visit = Visit.begin(
            f"http:{_words(request, way.route)}",
            f"http-api:{_words(request, way.route)}",
            routes.source_arn(self._api, ACCOUNT, way.stage.name, request.method, way.route),
            way.integration.function_arn(way.stage.variables),
            request.path,
            self._service.now(),
            request.header("x-amzn-trace-id"),
        )
        passed, answer = self._pass(request, way, visit)
        write_down(visit, passed, answer.status, self._service, dict(answer.headers).get("Apigw-Requestid", ""))
        return answer

    def _pass(self, request: WebRequest, way: _Way, visit: Visit) -> tuple[Passed, WebAnswer]:
        """Run the function, and make an answer of what came of it."""
        caller = None
        if way.route.authorization == "AWS_IAM":
            try:
                caller = admission.signed(self._door, request, "execute-api")
            except Refused as refused:
                return Passed("denied", str(refused), "Sign the request, for the service execute-api."), _FORBIDDEN
            refusal = admission.api_signer(caller, self._policies.role_statements, visit.source)
            if refusal:
                return Passed("denied", refusal.reason, refusal.advice), _FORBIDDEN
        request_id = str(uuid.uuid4())
        event = self._event(request, way, visit, caller, request_id)
        seconds = way.integration.timeout_ms / 1000
        passed = pass_on(visit, event, self._service, lambda: self._refusal(way, visit), seconds)
        if passed.outcome == "limit":
            return passed, _UNAVAILABLE
        if passed.outcome != "ok" or passed.reply is None:
            return passed, _ERROR
        try:
            first = way.integration.payload_format == "1.0"
            payload = passed.reply.payload
            answer = format_1(payload) if first else format_2(payload, content_type=TEXT)
        except Malformed as wrong:
            return malformed(passed, str(wrong)), _ERROR
        answer = way.cors.instead(answer, request) if way.cors else answer
        return passed, replace(answer, headers=[*answer.headers, ("Apigw-Requestid", request_id)])

    def _event(
        self, request: WebRequest, way: _Way, visit: Visit, caller: Caller | None, request_id: str
    ) -> dict[str, object]:
        """The event that the function gets."""
        build = http_api_1 if way.integration.payload_format == "1.0" else http_api
        return build(
            request.method,
            request.path,
            route=way.route.key,
            query=request.raw_query,
            headers=forwarded(request, visit, f"http://{request.host}"),
            body=request.body,
            path_parameters=way.parameters,
            stage=way.stage.name,
            stage_variables=way.stage.variables,
            source_ip=request.source_ip,
            api_id=self._api.api_id,
            region=self._api.region,
            account=ACCOUNT,
            iam=admission.iam(caller) if caller else None,
            request_id=request_id,
            moment=visit.began,
        )

    def _refusal(self, way: _Way, visit: Visit) -> Refusal | None:
        """Why API Gateway may not run the function."""
        arn = visit.target
        if way.integration.credentials:
            return admission.wearer(way.integration.credentials, self._policies.role_statements, arn)
        region, name, *qualifier = [arn.split(":")[3], *arn.split(":")[6:]]
        statements = self._policies.statements(region, name, next(iter(qualifier), None))
        return admission.gateway(statements, visit.source, arn)

    def _turned_away(self, request: WebRequest, answer: WebAnswer, passed: Passed) -> WebAnswer:
        """Write down a request that no function was asked for."""
        visit = Visit.begin(
            f"http:{request.method} {request.path}",
            "",
            f"arn:aws:execute-api:{self._api.region}:{ACCOUNT}:{self._api.api_id}",
            "",
            request.path,
            self._service.now(),
            request.header("x-amzn-trace-id"),
        )
        write_down(visit, passed, answer.status, self._service)
        return answer


def _words(request: WebRequest, route: HttpRoute) -> str:
    """A request as people say it: its method, and the path as the route has it."""
    return f"{request.method} {request.path if route.key == routes.DEFAULT else route.key.partition(' ')[2]}"


def _no_stage(api: HttpApi, found: tuple[HttpStage, str] | None) -> tuple[str, str]:
    """Why there is nothing to serve, and what to do."""
    if found is not None:
        return f"nothing is deployed to the stage {found[0].name}", "Call create_deployment, or set AutoDeploy."
    names = ", ".join(sorted(api.stages))
    if names:
        return "the path names no stage, and there is no $default", f"Begin the path with one of: {names}."
    return "the API has no stage", "Call create_stage(StageName='$default', AutoDeploy=True)."
