"""A REST API on a real address: routes, deployments, permissions, limits, and what its visitors are told."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.http.conftest import document
from tests.http.fronts.rest_made import ACCOUNT, ECHO, OBEY, REGION, Api, ask

Deploy = Callable[..., Function]
ERROR = b'{"message": "Internal server error"}'


@pytest.fixture
def api(lab: Lab, request: pytest.FixtureRequest) -> Any:
    made = Api(lab)
    yield made
    if lab.running and made.id in [one["id"] for one in made.client.get_rest_apis()["items"]]:
        made.client.delete_rest_api(restApiId=made.id)


@pytest.fixture
def echo(deploy: Deploy) -> Function:
    return deploy(ECHO, name="echo-rest")


def test_a_missing_permission_is_a_500_that_only_the_journal_explains_and_its_advice_mends(
    api: Api, echo: Function
) -> None:
    api.method("GET /items/{id}", echo).deploy()
    got = ask(api.url("/items/7"))
    assert (got.status, got.body) == (500, ERROR)
    step = api.last_step()
    assert (step.outcome, step.status, step.subject) == ("denied", 500, "/items/7")
    assert step.target == echo.configuration["FunctionArn"]
    assert "no statement of the function's policy lets apigateway.amazonaws.com" in step.reason
    exec(step.advice, {"boto3": boto3})
    assert ask(api.url("/items/7")).status == 200
    assert api.last_step().outcome == "ok"


def test_for_a_route_of_any_method_the_advice_lets_every_method_in(api: Api, echo: Function) -> None:
    api.method("ANY /{proxy+}", echo).deploy()
    assert ask(api.url("/a/b")).status == 500
    exec(api.last_step().advice, {"boto3": boto3})
    assert [ask(api.url(path), method).status for method, path in (("GET", "/a/b"), ("POST", "/c"))] == [200, 200]


def test_a_permission_for_another_stage_does_not_help(api: Api, echo: Function) -> None:
    api.method("GET /items", echo).allow(echo, "test/GET/items").deploy("prod")
    assert ask(api.url("/items")).status == 500
    api.deploy("test")
    assert ask(api.url("/items", "test")).status == 200


def test_the_event_has_every_key_and_null_where_there_is_nothing(api: Api, echo: Function) -> None:
    api.method("GET /", echo).allow(echo).deploy()
    event = ask(api.url("/")).json
    assert set(event) == {
        *("resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters"),
        *("multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body"),
        "isBase64Encoded",
    }
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body")
    assert [event[key] for key in empty] == [None] * 5
    assert (event["resource"], event["path"], event["isBase64Encoded"]) == ("/", "/", False)
    context = event["requestContext"]
    assert set(context) == {
        *("accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "httpMethod"),
        *("identity", "path", "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId", "resourcePath"),
        "stage",
    }
    assert set(context["identity"]) == {
        *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
        *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user", "userAgent", "userArn"),
    }
    assert (context["path"], context["stage"], context["apiId"]) == ("/prod/", "prod", api.id)
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["requestTime"])


def test_headers_keep_their_case_and_of_repeated_values_the_last_counts(api: Api, echo: Function) -> None:
    api.method("POST /{proxy+}", echo).allow(echo).deploy()
    sent = [("tEsT-HEADeR", "aValUE"), ("X-Twice", "1"), ("X-Twice", "2"), ("Content-MD5", "x"), ("TE", "trailers")]
    event = ask(api.url("/a?category=electronics&category=books&price=10"), "POST", sent, "{}").json
    assert event["headers"]["tEsT-HEADeR"] == "aValUE"
    assert (event["headers"]["X-Twice"], event["multiValueHeaders"]["X-Twice"]) == ("2", ["1", "2"])
    assert not {"content-md5", "te", "content-length"} & {name.lower() for name in event["headers"]}
    assert event["queryStringParameters"] == {"category": "books", "price": "10"}
    assert event["multiValueQueryStringParameters"] == {"category": ["electronics", "books"], "price": ["10"]}
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert event["headers"]["X-Amzn-Trace-Id"].startswith("Root=1-")
    assert event["body"] == "{}"


def test_a_path_comes_as_it_was_sent_and_a_query_decoded(api: Api, echo: Function) -> None:
    """The values are those recorded from AWS by https://github.com/localstack/localstack."""
    api.method("GET /{proxy+}", echo).allow(echo).deploy()
    event = ask(api.url("/api/user/test%2Balias@gmail.com/?email=test%2Balias@gmail.com&plus=test+alias")).json
    assert event["path"] == "/api/user/test%2Balias@gmail.com/"
    assert event["pathParameters"] == {"proxy": "api/user/test%2Balias@gmail.com"}
    assert event["queryStringParameters"] == {"email": "test+alias@gmail.com", "plus": "test alias"}


@pytest.mark.parametrize(
    ("route", "served"),
    [
        ("GET /jobs/reboot", "job"),
        ("GET /jobs", "proxy"),
        ("POST /jobs/reboot", "proxy"),
        ("GET /cors", "proxy"),
        ("OPTIONS /cors", "cors"),
        ("PATCH /users/me", "me"),
        ("GET /users/me", "user"),
        ("GET /users/abc", "user"),
        ("GET /users/abc/more", "proxy"),
    ],
)
def test_the_most_specific_resource_that_has_the_method_answers(lab: Lab, route: str, served: str) -> None:
    """As measured on AWS: https://github.com/ministackorg/ministack/pull/1423 and floci-io/floci/pull/3399."""
    api = _tree(lab)
    method, path = route.split(" ")
    assert ask(api.url(path), method).body == served.encode()


_trees: dict[str, Api] = {}


def _tree(lab: Lab) -> Api:
    if lab.endpoint not in _trees:
        api = _trees[lab.endpoint] = Api(lab, name="tree")
        api.mock("ANY /{proxy+}", "proxy").mock("GET /jobs/{kind}", "job").mock("OPTIONS /cors", "cors")
        api.mock("PATCH /users/me", "me").mock("GET /users/{id}", "user").deploy()
    return _trees[lab.endpoint]


@pytest.mark.parametrize(
    ("method", "path", "stage", "body"),
    [
        ("GET", "/nothing", "prod", b'{"message":"Missing Authentication Token"}'),
        ("POST", "/items", "prod", b'{"message":"Missing Authentication Token"}'),
        ("OPTIONS", "/items", "prod", b'{"message":"Missing Authentication Token"}'),
        ("GET", "/items", "unknown", b'{"message":"Forbidden"}'),
        ("GET", "", "items", b'{"message":"Forbidden"}'),
    ],
)
def test_what_is_not_there_is_a_403(api: Api, method: str, path: str, stage: str, body: bytes) -> None:
    api.mock("GET /items", "here").deploy()
    assert ask(api.url("/items")).body == b"here"
    got = ask(api.url(path, stage), method)
    assert (got.status, got.body) == (403, body)
    assert got.header("x-amzn-ErrorType") in ("MissingAuthenticationTokenException", "ForbiddenException")


def test_a_deployment_is_a_snapshot_and_stages_choose_among_them(api: Api, echo: Function) -> None:
    client = api.client
    api.method("GET /items", echo).allow(echo)
    first = api.deploy("prod", variables={"table": "real"})
    api.mock("GET /news", "new")
    assert ask(api.url("/news", "prod")).status == 403
    second = api.deploy("test")
    assert ask(api.url("/news", "test")).body == b"new"
    assert ask(api.url("/news", "prod")).status == 403
    assert ask(api.url("/items", "prod")).json["stageVariables"] == {"table": "real"}
    assert ask(api.url("/items", "prod")).json["requestContext"]["deploymentId"] == first

    def point(stage: str, deployment: str) -> None:
        change = {"op": "replace", "path": "/deploymentId", "value": deployment}
        client.update_stage(restApiId=api.id, stageName=stage, patchOperations=[change])

    point("prod", second)
    assert ask(api.url("/news", "prod")).body == b"new"
    point("prod", first)
    assert ask(api.url("/news", "prod")).status == 403
    client.create_stage(restApiId=api.id, stageName="beta", deploymentId=second)
    assert ask(api.url("/news", "beta")).status == 200
    client.delete_stage(restApiId=api.id, stageName="beta")
    assert ask(api.url("/news", "beta")).body == b'{"message":"Forbidden"}'


def test_a_stage_keeps_its_settings_when_it_is_deployed_to_again(api: Api, echo: Function) -> None:
    api.method("GET /items", echo).allow(echo).deploy("prod", variables={"a": "1"})
    api.deploy("prod", variables={"b": "2"})
    assert ask(api.url("/items")).json["stageVariables"] == {"a": "1", "b": "2"}


def test_a_stage_variable_chooses_the_function(api: Api, deploy: Deploy) -> None:
    one, two = (deploy(f"def handler(e, c):\n    return {{'body': '{n}'}}", name=f"rest-{n}") for n in ("one", "two"))
    arn = str(one.configuration["FunctionArn"]).rpartition(":")[0] + ":${stageVariables.fn}"
    api.method("GET /", arn).allow(one).allow(two)
    api.deploy("a", variables={"fn": "rest-one"})
    api.deploy("b", variables={"fn": "rest-two"})
    assert (ask(api.url("/", "a")).body, ask(api.url("/", "b")).body) == (b"one", b"two")


def test_the_address_stays_over_deployments_and_ends_with_the_api(api: Api) -> None:
    api.mock("GET /", "1").deploy()
    before = api.url("/")
    api.deploy()
    assert api.url("/") == before
    api.client.delete_rest_api(restApiId=api.id)
    with pytest.raises(OSError):
        ask(before)


def test_an_answer_later_than_the_integrations_timeout_is_a_504_and_the_function_goes_on(
    api: Api, deploy: Deploy
) -> None:
    source = "import time\ndef handler(e, c):\n    time.sleep(1)\n    print('done')\n    return {}"
    slow = deploy(source, name="slow-rest")
    api.method("GET /", slow, timeoutInMillis=200).allow(slow).deploy()
    got = ask(api.url("/"))
    assert (got.status, got.body) == (504, b'{"message": "Endpoint request timed out"}')
    (run,) = slow.wait(1, source="rest-api:GET /")
    assert run.error_type is None
    assert "done" in str(slow.logs())
    assert "the function goes on" in api.last_step().reason


@pytest.mark.parametrize("milliseconds", [49, 29_001])
def test_a_timeout_out_of_range_is_refused(api: Api, echo: Function, milliseconds: int) -> None:
    with pytest.raises(ClientError, match="Timeout should be between 50 ms and 29000 ms"):
        api.method("GET /", echo, timeoutInMillis=milliseconds)


def test_a_function_that_fails_or_runs_out_of_time_is_a_502(api: Api, deploy: Deploy) -> None:
    late = "if e['path'] == '/late':\n        time.sleep(9)"
    source = f"import time\ndef handler(e, c):\n    {late}\n    raise ValueError('no')"
    bad = deploy(source, name="bad-rest", timeout=1)
    api.method("GET /{proxy+}", bad).allow(bad).deploy()
    for path, kind in (("/now", "ValueError: no"), ("/late", "Sandbox.Timedout")):
        got = ask(api.url(path))
        assert (got.status, got.body) == (502, ERROR)
        step = api.last_step()
        assert step.outcome == "failed"
        assert kind in step.reason


def test_a_throttled_function_is_a_500(api: Api, echo: Function) -> None:
    api.method("GET /", echo).allow(echo).deploy()
    boto3.client("lambda").put_function_concurrency(FunctionName=echo.name, ReservedConcurrentExecutions=0)
    assert ask(api.url("/")).status == 500
    assert api.last_step().outcome == "throttled"


def test_a_methods_own_throttle_is_a_429(api: Api, echo: Function) -> None:
    api.method("GET /items", echo).method("GET /other", echo).allow(echo).deploy()
    limits = {"rateLimit": "0.001", "burstLimit": "2"}
    patch = [{"op": "replace", "path": f"/~1items/GET/throttling/{n}", "value": v} for n, v in limits.items()]
    api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=patch)
    assert [ask(api.url("/items")).status for _ in range(3)] == [200, 200, 429]
    assert ask(api.url("/items")).body == b'{"message":"Too Many Requests"}'
    assert api.last_step().outcome == "throttled"
    assert ask(api.url("/other")).status == 200


def test_a_function_that_is_gone_is_a_500(api: Api, lab: Lab) -> None:
    api.method("GET /", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nobody").deploy()
    assert ask(api.url("/")).status == 500
    assert api.last_step().outcome == "missing"


def test_an_integration_that_does_not_post_is_a_500(api: Api, echo: Function) -> None:
    """As recorded from AWS by https://github.com/localstack/localstack."""
    api.method("GET /", echo, integrationHttpMethod="GET").allow(echo).deploy()
    assert (ask(api.url("/")).status, api.last_step().outcome) == (500, "failed")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"id": 7, "title": "Tea"}, 502),
        ({"statusCode": 200, "body": {"id": 7}}, 502),
        ({"statusCode": 200, "headers": {"X-A": "a\nSet-Cookie: b"}}, 502),
        ("text", 502),
        (None, 502),
        ({}, 200),
        ({"headers": {"X-A": "b"}}, 200),
        ({"statusCode": "201"}, 201),
    ],
)
def test_what_a_function_returns_decides_the_status(api: Api, deploy: Deploy, answer: Any, status: int) -> None:
    obey = deploy(OBEY, name="obey-rest")
    api.method("POST /", obey).allow(obey).deploy()
    got = ask(api.url("/"), "POST", body=json.dumps(answer))
    assert (got.status, got.body) == (status, ERROR if status == 502 else b"")
    step = api.last_step()
    assert (step.outcome, step.status) == ("failed" if status == 502 else "ok", status)
    assert ("the function's answer cannot be sent" in step.reason) == (status == 502)


def test_binary_media_types_turn_bytes_into_base64_and_back(lab: Lab, deploy: Deploy) -> None:
    echo = deploy(
        "def handler(e, c):\n    return {'body': e['body'], 'isBase64Encoded': e['isBase64Encoded'], "
        "'headers': {'Content-Type': 'image/png'}}",
        name="image-rest",
    )
    api = Api(lab, "images", {"binaryMediaTypes": ["image/*"]}).method("POST /", echo).allow(echo)
    api.deploy()
    image = b"\x89PNG\xff\x00"
    kind = {"Content-Type": "image/png"}
    assert ask(api.url("/"), "POST", {**kind, "Accept": "image/png, */*"}, image).body == image
    assert ask(api.url("/"), "POST", {**kind, "Accept": "text/html, image/png"}, image).body == b"iVBOR/8A"
    lost = ask(api.url("/"), "POST", {"Content-Type": "text/plain", "Accept": "image/png"}, image)
    assert lost.body == image.decode("utf-8", "replace").encode()


def test_bytes_that_are_no_base64_are_a_500(lab: Lab, deploy: Deploy) -> None:
    obey = deploy(OBEY, name="obey-bytes")
    api = Api(lab, "bytes", {"binaryMediaTypes": ["image/png"]}).method("POST /", obey).allow(obey)
    api.deploy()
    answer = json.dumps({"body": "no base64!", "isBase64Encoded": True})
    assert ask(api.url("/"), "POST", {"Accept": "image/png"}, answer).status == 500
    assert ask(api.url("/"), "POST", {"Accept": "text/html"}, answer).body == b"no base64!"


def test_a_mock_answers_a_browsers_cors_question_as_the_console_sets_it_up(api: Api) -> None:
    place = {"restApiId": api.id, "resourceId": api.resource("/items"), "httpMethod": "OPTIONS", "statusCode": "200"}
    header = "method.response.header.Access-Control-Allow-Origin"
    api.method("OPTIONS /items", type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.client.put_method_response(**place, responseParameters={header: True})
    api.client.put_integration_response(**place, responseParameters={header: "'https://shop.example'"})
    api.deploy()
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    got = ask(api.url("/items"), "OPTIONS", asked)
    assert (got.status, got.body) == (200, b"")
    assert got.header("Access-Control-Allow-Origin") == "https://shop.example"
    with pytest.raises(ClientError, match="Invalid mapping expression"):
        api.client.put_integration_response(**place, responseParameters={header + "-Not": "'x'"})


def test_a_mock_without_a_status_is_a_500_with_a_reason(api: Api) -> None:
    api.method("GET /", type="MOCK").deploy()
    assert (ask(api.url("/")).status, ask(api.url("/")).body) == (500, ERROR)
    assert "the request template for application/json must be JSON" in api.last_step().reason


def _signed(url: str, key: str, secret: str, token: str | None = None) -> dict[str, str]:
    request = AWSRequest("GET", url, headers={"Host": urlsplit(url).netloc})
    SigV4Auth(Credentials(key, secret, token), "execute-api", REGION).add_auth(request)
    return dict(request.headers.items())


def test_aws_iam_lets_in_only_who_signs_and_may(api: Api, echo: Function, lab: Lab) -> None:
    api.method("GET /items/{id}", echo, auth="AWS_IAM").allow(echo).deploy()
    url = api.url("/items/7")
    assert ask(url).body == b'{"message":"Missing Authentication Token"}'
    own = boto3.Session().get_credentials()
    event = ask(url, headers=_signed(url, own.access_key, own.secret_key)).json
    assert event["requestContext"]["identity"]["accessKey"] == own.access_key
    assert event["requestContext"]["identity"]["userArn"].endswith("user/student")
    wrong = ask(url, headers=_signed(url, own.access_key, "x" * 40))
    assert (wrong.status, wrong.header("x-amzn-ErrorType")) == (403, "InvalidSignatureException")

    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam = boto3.client("iam")
    role = iam.create_role(RoleName="visitor", AssumeRolePolicyDocument=document(trust))["Role"]
    session = boto3.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="visitor")["Credentials"]
    keys = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    denied = ask(url, headers=_signed(url, *keys))
    assert denied.status == 403
    assert "is not authorized to perform: execute-api:Invoke on resource" in denied.json["Message"]
    rule = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"arn:aws:execute-api:*:*:{api.id}/*"}
    iam.put_role_policy(RoleName="visitor", PolicyName="call", PolicyDocument=document(rule))
    assert ask(url, headers=_signed(url, *keys)).status == 200


def test_an_integrations_own_role_takes_the_place_of_the_functions_policy(api: Api, echo: Function) -> None:
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=document(trust))["Role"]
    api.method("GET /", echo, credentials=role["Arn"]).deploy()
    assert ask(api.url("/")).status == 500
    rule = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    iam.put_role_policy(RoleName="gateway", PolicyName="run", PolicyDocument=document(rule))
    assert ask(api.url("/")).status == 200


def test_the_execution_log_names_what_the_visitor_is_not_told(api: Api, echo: Function) -> None:
    level = [{"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}]
    api.method("GET /items", echo).deploy()
    with pytest.raises(ClientError, match="CloudWatch Logs role ARN must be set"):
        api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=level)
    arn = f"arn:aws:iam::{ACCOUNT}:role/logs"
    api.client.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}])
    api.client.update_stage(restApiId=api.id, stageName="prod", patchOperations=level)
    got = ask(api.url("/items"))
    group = f"API-Gateway-Execution-Logs_{api.id}/prod"
    events = boto3.client("logs").filter_log_events(logGroupName=group)["events"]
    said = [event["message"] for event in events]
    assert said[-2:] == [
        f"({got.header('x-amzn-RequestId')}) Execution failed due to configuration error: "
        "Invalid permissions on Lambda function",
        f"({got.header('x-amzn-RequestId')}) Method completed with status: 500",
    ]


def test_bodies_that_are_too_large_are_refused_by_the_gateway_or_by_lambda(api: Api, echo: Function) -> None:
    """The texts are those of https://github.com/koki-develop/lgtm-generator/issues/10."""
    api.method("POST /", echo).allow(echo).deploy()
    huge = ask(api.url("/"), "POST", body=b"x" * (10 * 2**20 + 1))
    assert (huge.status, huge.body) == (413, b"HTTP content length exceeded 10485760 bytes.")
    large = ask(api.url("/"), "POST", body=b"x" * (7 * 2**20))
    assert (large.status, large.body) == (413, b'{"message": "Request Too Long"}')
    assert "Lambda takes at most" in api.last_step().reason


def test_head_is_answered_without_a_body(api: Api, echo: Function) -> None:
    api.method("HEAD /", echo).allow(echo).deploy()
    got = ask(api.url("/"), "HEAD")
    assert (got.status, got.body) == (200, b"")
    assert int(got.header("Content-Length") or 0) > 100


def test_a_visitor_who_hangs_up_does_not_stop_the_function(api: Api, deploy: Deploy) -> None:
    slow = deploy("import time\ndef handler(e, c):\n    time.sleep(.3)\n    return {}", name="slow-hang")
    api.method("GET /", slow).allow(slow).deploy()
    split = urlsplit(api.url("/"))
    with socket.create_connection((split.hostname, split.port or 80)) as visitor:
        visitor.sendall(f"GET {split.path} HTTP/1.1\r\nHost: {split.netloc}\r\n\r\n".encode())
    (run,) = slow.wait(1)
    assert run.error_type is None
    assert ask(api.url("/")).status == 200


def test_one_trace_leads_from_the_visitor_to_the_function(api: Api, deploy: Deploy) -> None:
    echo = deploy(ECHO, name="echo-traced")
    api.method("GET /items/{id}", echo).allow(echo).deploy()
    root = "1-5759e988-bd862e3fe1be46a994272793"
    ask(api.url("/items/7"), headers={"X-Amzn-Trace-Id": f"Root={root}"})
    (run,) = echo.wait(1, source="rest-api:GET /items/{id}")
    step = api.last_step()
    assert (run.trace, step.trace) == (root, root)
    assert run.parent == step.span
    assert step.request_id == run.request_id


@pytest.mark.parametrize(
    ("route", "settings", "text"),
    [
        ("GET /", {"type": "HTTP_PROXY", "uri": "http://127.0.0.1/", "integrationHttpMethod": "GET"}, "HTTP_PROXY"),
        (
            "GET /",
            {
                "type": "AWS_PROXY",
                "uri": "arn:aws:apigateway:us-east-1:sqs:path/x/queue",
                "integrationHttpMethod": "POST",
            },
            "only supports Lambda function",
        ),
    ],
)
def test_integrations_that_are_not_served_are_refused(api: Api, route: str, settings: Any, text: str) -> None:
    with pytest.raises(ClientError, match=text):
        api.method(route, **settings)


def test_authorizers_and_api_keys_are_refused(api: Api) -> None:
    place = {"restApiId": api.id, "resourceId": api.resource("/"), "httpMethod": "GET"}
    with pytest.raises(ClientError, match="authorizers are left out of lambdalab"):
        api.client.put_method(**place, authorizationType="COGNITO_USER_POOLS")
    with pytest.raises(ClientError, match="API keys are left out of lambdalab"):
        api.client.put_method(**place, authorizationType="NONE", apiKeyRequired=True)


def test_a_method_without_an_integration_cannot_be_deployed(api: Api) -> None:
    api.mock("GET /", "here")
    place = {"restApiId": api.id, "resourceId": api.resource("/"), "httpMethod": "POST"}
    api.client.put_method(**place, authorizationType="NONE")
    with pytest.raises(ClientError, match="No integration defined for method"):
        api.deploy()


def test_an_openapi_document_makes_an_api(api: Api, echo: Function) -> None:
    from tests.http.fronts.rest_made import uri

    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri(echo), "timeoutInMillis": 1000}
    openapi = {
        "openapi": "3.0.1",
        "info": {"title": "imported", "version": "1"},
        "paths": {
            "/items/{id}": {
                "parameters": [],
                "x-amazon-apigateway-any-method": {
                    "responses": {"200": {}},
                    "x-amazon-apigateway-integration": integration,
                },
            }
        },
    }
    made = api.client.import_rest_api(body=json.dumps(openapi))
    imported = Api.__new__(Api)
    imported.lab, imported.client, imported.id = api.lab, api.client, made["id"]
    imported.allow(echo).deploy()
    event = ask(imported.url("/items/7"), "DELETE").json
    assert (event["httpMethod"], event["pathParameters"]) == ("DELETE", {"id": "7"})


def test_an_openapi_document_that_is_none_is_refused(api: Api) -> None:
    with pytest.raises(api.client.exceptions.BadRequestException, match="required property"):
        api.client.import_rest_api(body=json.dumps({"openapi": "3.0.1", "paths": {}}), failOnWarnings=True)
