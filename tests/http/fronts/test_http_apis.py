"""HTTP APIs, built with real boto3 and called over real HTTP. Numbers are items of AWS_SEMANTICS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.http.conftest import Role
from tests.http.fronts.test_urls import AS_TOLD, ASKS, ECHO, RAISES, signed
from tests.http.fronts.web import call

E = b'{"message":"Internal Server Error"}'
NOT_FOUND = b'{"message":"Not Found"}'
Deploy = Callable[..., Function]
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


class Built:
    """An API, and short ways to add to it."""

    def __init__(self, client: Any, **settings: Any) -> None:
        self.client = client
        made = client.create_api(Name="items", ProtocolType="HTTP", **settings)
        self.id, self.endpoint = made["ApiId"], made["ApiEndpoint"]

    def integrate(self, name: str = "f", **settings: Any) -> str:
        settings = {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", **settings}
        made = self.client.create_integration(ApiId=self.id, IntegrationUri=ARN + name, **settings)
        return f"integrations/{made['IntegrationId']}"

    def route(self, key: str, target: str, **settings: Any) -> str:
        return str(self.client.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)["RouteId"])

    def stage(self, name: str = "$default", **settings: Any) -> Any:
        return self.client.create_stage(ApiId=self.id, StageName=name, **settings)


@pytest.fixture
def client(lab: Lab) -> Any:
    return boto3.client("apigatewayv2")


@pytest.fixture
def build(client: Any) -> Iterator[Callable[..., Built]]:
    """Make APIs that are gone after the test."""
    made: list[Built] = []

    def build_one(**settings: Any) -> Built:
        made.append(Built(client, **settings))
        return made[-1]

    yield build_one
    for api in made:
        client.delete_api(ApiId=api.id)


@pytest.fixture
def serve(build: Callable[..., Built], deploy: Deploy) -> Callable[..., Built]:
    """One function behind one route of one API, permitted and deployed."""

    def serve_one(source: str = ECHO, key: str = "ANY /x", name: str = "f", **settings: Any) -> Built:
        api_settings = {k: settings.pop(k) for k in ("CorsConfiguration",) if k in settings}
        deploy(source, name, timeout=settings.pop("timeout", 3))
        api = build(**api_settings)
        permit(api, name)
        api.route(key, api.integrate(name, **settings))
        api.stage(AutoDeploy=True)
        return api

    return serve_one


def permit(api: Built, name: str, path: str = "*") -> None:
    boto3.client("lambda").add_permission(
        FunctionName=name,
        StatementId=f"api-{api.id}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api.id}/{path}",
    )


# -- the event ---------------------------------------------------------------------------------------------------------


def test_the_event_has_the_keys_of_format_2(serve: Callable[..., Built]) -> None:
    api = serve(key="GET /items/{id}")
    event = call(f"{api.endpoint}/items/a%20b?x=1&x=2").json()
    assert set(event) == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "queryStringParameters",
        "requestContext",
        "pathParameters",
        "isBase64Encoded",
    }
    assert (event["routeKey"], event["rawPath"], event["pathParameters"]) == (
        "GET /items/{id}",
        "/items/a b",
        {"id": "a b"},
    )
    context = event["requestContext"]
    assert (context["accountId"], context["apiId"], context["stage"]) == ("123456789012", api.id, "$default")
    assert context["domainName"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"


def test_format_1_has_the_keys_of_a_rest_api_and_a_version(serve: Callable[..., Built]) -> None:
    told = "import json\n\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
    api = serve(told, "GET /items/{id}", PayloadFormatVersion="1.0")
    event = call(f"{api.endpoint}/items/7?x=1&x=2", headers={"X-Case": "Kept"}).json()
    assert set(event) == {
        "version",
        "resource",
        "path",
        "httpMethod",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "requestContext",
        "pathParameters",
        "stageVariables",
        "body",
        "isBase64Encoded",
    }
    assert (event["version"], event["resource"], event["path"]) == ("1.0", "/items/{id}", "/items/7")
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]} and event["headers"]["x-case"] == "Kept"
    assert (event["pathParameters"], event["stageVariables"], event["body"]) == ({"id": "7"}, None, None)


def test_a_named_stage_is_part_of_the_path_and_brings_its_variables(
    build: Callable[..., Built], deploy: Deploy
) -> None:
    deploy(ECHO)
    api = build()
    permit(api, "f")
    api.route("GET /items", api.integrate("${stageVariables.name}"))
    api.stage("dev", AutoDeploy=True, StageVariables={"name": "f"})
    event = call(f"{api.endpoint}/dev/items").json()
    assert (event["rawPath"], event["stageVariables"]) == ("/dev/items", {"name": "f"})
    assert event["requestContext"]["stage"] == "dev"
    assert (call(f"{api.endpoint}/items").status, call(f"{api.endpoint}/items").body) == (404, NOT_FOUND)


# -- the answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "status", "content_type", "body"),
    [
        ({"hello": "world"}, 200, "application/json", b'{"hello":"world"}'),
        ({"statusCode": 201, "body": "made"}, 201, "text/plain;charset=UTF-8", b"made"),
        ({"statusCode": 200, "body": {"a": 1}}, 500, "application/json", E),
    ],
)
def test_39_the_functions_answer_becomes_http(
    serve: Callable[..., Built], told: Any, status: int, content_type: str, body: bytes
) -> None:
    answer = call(f"{serve(AS_TOLD).endpoint}/x", "POST", json.dumps(told), {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["content-type"], answer.body) == (status, content_type, body)


def test_39_with_format_1_an_api_guesses_nothing(serve: Callable[..., Built], lab: Lab) -> None:
    answer = call(f"{serve(PayloadFormatVersion='1.0').endpoint}/x")
    assert (answer.status, answer.body) == (500, E)
    assert "it has no statusCode" in lab.steps()[-1].reason


def test_39_a_handler_that_raises_is_500_and_the_journal_says_why(serve: Callable[..., Built], lab: Lab) -> None:
    answer = call(f"{serve(RAISES).endpoint}/x")
    assert (answer.status, answer.body) == (500, E)
    step = lab.steps()[-1]
    assert (step.outcome, step.status) == ("failed", 500) and "ZeroDivisionError" in step.reason


def test_39_a_function_that_runs_out_of_its_own_time_is_500(serve: Callable[..., Built], lab: Lab) -> None:
    answer = call(f"{serve('import time; handler = lambda e, c: time.sleep(9)', timeout=1).endpoint}/x")
    assert (answer.status, answer.body) == (500, E)
    assert "Task timed out" in lab.steps()[-1].reason


def test_39_past_the_apis_limit_the_visitor_sees_503_and_the_function_goes_on(
    serve: Callable[..., Built], lab: Lab, shared: Path
) -> None:
    os.mkfifo(shared / "goes_on")  # whoever writes waits until somebody reads
    source = f"def handler(event, context):\n    open({str(shared / 'goes_on')!r}, 'w').write('done')\n"
    answer = call(f"{serve(source, timeout=30, TimeoutInMillis=50).endpoint}/x")
    assert (answer.status, answer.body) == (503, b'{"message":"Service Unavailable"}')
    step = lab.steps()[-1]
    assert step.outcome == "failed" and "the function goes on" in step.reason
    assert (shared / "goes_on").read_text() == "done"


def test_39_a_throttled_function_is_500(serve: Callable[..., Built], lab: Lab) -> None:
    api = serve()
    lab.client("lambda").put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    answer = call(f"{api.endpoint}/x")
    assert (answer.status, answer.body, lab.steps()[-1].outcome) == (500, E, "throttled")


def test_39_a_stages_own_throttle_is_429(serve: Callable[..., Built], client: Any) -> None:
    api = serve()
    limits = {"ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 0.001}
    client.update_stage(ApiId=api.id, StageName="$default", DefaultRouteSettings=limits)
    answers = [call(f"{api.endpoint}/x") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].body == b'{"message":"Too Many Requests"}'


def test_39_an_unknown_route_is_404_and_the_journal_lists_the_routes(serve: Callable[..., Built], lab: Lab) -> None:
    api = serve(key="GET /items")
    for method, path in (("GET", "/nothing"), ("POST", "/items")):
        answer = call(api.endpoint + path, method)
        assert (answer.status, answer.body) == (404, NOT_FOUND)
    assert "GET /items" in lab.steps()[-1].advice


def test_a_body_over_10_mb_is_413(serve: Callable[..., Built]) -> None:
    assert call(f"{serve().endpoint}/x", "POST", b"x" * (10 * 2**20 + 1)).status == 413


def test_39_a_body_that_is_too_large_for_lambda_is_500(serve: Callable[..., Built], lab: Lab) -> None:
    answer = call(f"{serve().endpoint}/x", "POST", b"x" * (7 * 2**20))
    assert (answer.status, answer.body) == (500, E)
    assert "Lambda takes at most" in lab.steps()[-1].reason


# -- permission --------------------------------------------------------------------------------------------------------


def test_39_without_permission_it_is_500_and_the_advice_mends_it(
    build: Callable[..., Built], deploy: Deploy, lab: Lab
) -> None:
    deploy(ECHO, "closed")
    api = build()
    api.route("GET /items/{id}", api.integrate("closed"))
    api.stage(AutoDeploy=True)
    answer = call(f"{api.endpoint}/items/7")
    assert (answer.status, answer.body, lab.history("closed")) == (500, E, [])
    step = lab.steps()[-1]
    assert (step.outcome, step.status) == ("denied", 500)
    assert step.source == f"arn:aws:execute-api:us-east-1:123456789012:{api.id}/$default/GET/items/{{id}}"
    exec(step.advice, {"boto3": boto3})
    assert call(f"{api.endpoint}/items/7").status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("*/*/items", 200), ("$default/GET/items", 200), ("*/POST/items", 500), ("dev/*", 500)],
)
def test_40_the_source_arn_names_stage_method_and_path(
    build: Callable[..., Built], deploy: Deploy, path: str, status: int
) -> None:
    deploy(ECHO)
    api = build()
    permit(api, "f", path)
    api.route("ANY /items", api.integrate())
    api.stage(AutoDeploy=True)
    assert call(f"{api.endpoint}/items").status == status


def test_a_quick_create_serves_every_path_and_adds_no_permission(client: Any, deploy: Deploy) -> None:
    deploy(ECHO)
    made = client.create_api(Name="quick", ProtocolType="HTTP", Target=f"{ARN}f")
    assert call(f"{made['ApiEndpoint']}/any/thing").status == 500
    boto3.client("lambda").add_permission(
        FunctionName="f",
        StatementId="quick",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{made['ApiId']}/*/$default",
    )
    assert call(f"{made['ApiEndpoint']}/any/thing").json()["routeKey"] == "$default"
    client.delete_api(ApiId=made["ApiId"])
    with pytest.raises(ConnectionRefusedError):
        call(made["ApiEndpoint"])


def test_a_function_that_is_not_there_is_500_and_named(build: Callable[..., Built], lab: Lab) -> None:
    api = build()
    api.route("GET /x", api.integrate("nobody"))
    api.stage(AutoDeploy=True)
    assert call(f"{api.endpoint}/x").body == E
    step = lab.steps()[-1]
    assert step.outcome == "missing" and f"{ARN}nobody" in step.reason


def test_aws_iam_wants_a_signature_and_the_right_to_invoke(
    build: Callable[..., Built], deploy: Deploy, role: Role
) -> None:
    deploy(ECHO)
    api = build()
    permit(api, "f")
    api.route("POST /x", api.integrate(), AuthorizationType="AWS_IAM")
    api.stage(AutoDeploy=True)
    url = f"{api.endpoint}/x"
    assert (call(url, "POST").status, call(url, "POST").body) == (403, b'{"message":"Forbidden"}')
    for number, resource in enumerate((f"{api.id}/*/GET/*", f"{api.id}/*/POST/x")):
        arn = f"arn:aws:execute-api:us-east-1:123456789012:{resource}"
        wears = role(f"guest{number}", {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn})
        made = boto3.client("sts").assume_role(RoleArn=wears, RoleSessionName="guest")["Credentials"]
        key = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        assert call(url, "POST", headers=signed(url, key, "lambda")).status == 403
        answer = call(url, "POST", headers=signed(url, key, "execute-api"))
        assert answer.status == (403, 200)[number]
    assert answer.json()["requestContext"]["authorizer"]["iam"]["userArn"].endswith("assumed-role/guest1/guest")


# -- CORS --------------------------------------------------------------------------------------------------------------

CORS = {"AllowOrigins": ["https://shop.example"], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def test_with_cors_the_api_answers_preflights_and_ignores_the_functions_headers(serve: Callable[..., Built]) -> None:
    api = serve(AS_TOLD, "POST /x", CorsConfiguration=CORS)
    origin = {"Origin": "https://shop.example"}
    answer = call(f"{api.endpoint}/x", "OPTIONS", headers={**origin, **ASKS})
    assert answer.status == 204 and answer.headers["access-control-allow-methods"] == "POST"
    told = json.dumps({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}})
    answer = call(f"{api.endpoint}/x", "POST", told, {**origin, "Content-Type": "text/plain"})
    assert answer.headers.get_all("access-control-allow-origin") == ["https://shop.example"]


def test_without_cors_a_preflight_is_an_unknown_route(serve: Callable[..., Built]) -> None:
    api = serve(key="POST /x")
    assert call(f"{api.endpoint}/x", "OPTIONS", headers={"Origin": "https://shop.example", **ASKS}).status == 404


# -- deployments -------------------------------------------------------------------------------------------------------


def test_what_is_not_deployed_is_not_served(build: Callable[..., Built], deploy: Deploy, client: Any) -> None:
    deploy(ECHO)
    api = build()
    permit(api, "f")
    target = api.integrate()
    api.route("GET /one", target)
    api.stage("dev")
    assert call(f"{api.endpoint}/dev/one").status == 404
    first = client.create_deployment(ApiId=api.id, StageName="dev")["DeploymentId"]
    api.route("GET /two", target)
    assert [call(f"{api.endpoint}/dev/{path}").status for path in ("one", "two")] == [200, 404]
    client.create_deployment(ApiId=api.id, StageName="dev")
    assert call(f"{api.endpoint}/dev/two").status == 200
    client.update_stage(ApiId=api.id, StageName="dev", DeploymentId=first)
    assert call(f"{api.endpoint}/dev/two").status == 404
    client.update_stage(ApiId=api.id, StageName="dev", AutoDeploy=True)
    assert call(f"{api.endpoint}/dev/two").status == 200
    assert client.get_deployments(ApiId=api.id)["Items"][0]["AutoDeployed"] is True


def test_the_answers_have_the_status_of_botocores_model(
    build: Callable[..., Built], deploy: Deploy, client: Any
) -> None:
    deploy(ECHO)
    seen: dict[str, int] = {}
    client.meta.events.register(
        "after-call.apigatewayv2",
        lambda http_response, model, **_: seen.update({model.name: http_response.status_code}),
    )
    api = build()
    route = api.route("GET /x", api.integrate())
    integration = client.get_integrations(ApiId=api.id)["Items"][0]["IntegrationId"]
    api.stage()
    made = client.create_deployment(ApiId=api.id)["DeploymentId"]
    client.get_deployment(ApiId=api.id, DeploymentId=made)
    client.delete_deployment(ApiId=api.id, DeploymentId=made)
    client.update_stage(ApiId=api.id, StageName="$default", Description="one")
    client.update_route(ApiId=api.id, RouteId=route, RouteKey="GET /y")
    client.update_integration(ApiId=api.id, IntegrationId=integration, TimeoutInMillis=100)
    client.delete_route(ApiId=api.id, RouteId=route)
    client.delete_integration(ApiId=api.id, IntegrationId=integration)
    client.delete_stage(ApiId=api.id, StageName="$default")
    model = client.meta.service_model
    assert len(seen) >= 13
    assert seen == {name: model.operation_model(name).http["responseCode"] for name in seen}


@pytest.mark.parametrize(
    ("operation", "settings", "error"),
    [
        ("create_api", {"Name": "chat", "ProtocolType": "WEBSOCKET"}, "BadRequestException"),
        ("create_route", {"RouteKey": "FETCH /x"}, "BadRequestException"),
        ("create_route", {"RouteKey": "GET x"}, "BadRequestException"),
        ("create_route", {"RouteKey": "GET /taken"}, "ConflictException"),
        ("create_route", {"RouteKey": "GET /x", "Target": "integrations/none"}, "BadRequestException"),
        ("create_route", {"RouteKey": "GET /x", "AuthorizationType": "JWT"}, "BadRequestException"),
        ("create_integration", {"IntegrationType": "HTTP_PROXY"}, "BadRequestException"),
        ("create_integration", {"IntegrationType": "AWS_PROXY", "IntegrationUri": f"{ARN}f"}, "BadRequestException"),
        ("create_stage", {"StageName": "taken"}, "ConflictException"),
        ("create_deployment", {"StageName": "none"}, "NotFoundException"),
        ("update_stage", {"StageName": "taken", "DeploymentId": "none"}, "NotFoundException"),
        ("get_deployment", {"DeploymentId": "none"}, "NotFoundException"),
    ],
)
def test_what_cannot_be_served_is_refused_when_it_is_made(
    build: Callable[..., Built], client: Any, operation: str, settings: dict[str, Any], error: str
) -> None:
    api = build()
    client.create_route(ApiId=api.id, RouteKey="GET /taken")
    api.stage("taken")
    which = {} if operation == "create_api" else {"ApiId": api.id}
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**which, **settings)
    assert refused.value.response["Error"]["Code"] == error


def test_an_api_is_deployed_only_with_a_route(build: Callable[..., Built], client: Any) -> None:
    with pytest.raises(ClientError, match="At least one route is required"):
        client.create_deployment(ApiId=build().id)


# -- the way -----------------------------------------------------------------------------------------------------------


def test_the_endpoint_stays_the_same_while_the_api_changes(serve: Callable[..., Built], client: Any, lab: Lab) -> None:
    api = serve()
    assert client.get_api(ApiId=api.id)["ApiEndpoint"] == api.endpoint
    client.update_api(ApiId=api.id, Name="renamed")
    assert lab.url("renamed") == f"{api.endpoint}/" and lab.url(api.id, "x") == f"{api.endpoint}/x"


def test_the_history_names_the_route(serve: Callable[..., Built], lab: Lab) -> None:
    call(f"{serve(key='GET /items/{id}').endpoint}/items/7")
    step, invocation = lab.steps()[-1], lab.history("f")[-1]
    assert (invocation.source, step.name) == ("http-api:GET /items/{id}", "http:GET /items/{id}")
    assert (invocation.trace, invocation.parent) == (step.trace, step.span)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_curl_gets_an_answer(serve: Callable[..., Built]) -> None:
    command = ["curl", "-sS", "--noproxy", "*", "-d", "a=1", f"{serve().endpoint}/x"]
    event = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    assert event["requestContext"]["http"]["method"] == "POST" and event["isBase64Encoded"] is True
