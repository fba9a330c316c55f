"""Function URLs, called over real HTTP. Numbers are items of AWS_SEMANTICS."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.conformance.test_answers import Witness
from tests.http.conftest import Role
from tests.http.fronts.web import call, send

Open = Callable[..., str]
ECHO = "def handler(event, context):\n    return event\n"
RAISES = "def handler(event, context):\n    return 1 / 0\n"
AS_TOLD = "import json\n\ndef handler(event, context):\n    return json.loads(event['body'])\n"
FORBIDDEN = (
    b'{"Message": "Forbidden. For troubleshooting Function URL authorization issues, see: '
    b'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
)
URL_STATEMENT = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
INVOKE_STATEMENT = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}


@pytest.fixture
def client(lab: Lab) -> Any:
    return boto3.client("lambda", config=Config(retries={"max_attempts": 0}))


@pytest.fixture
def open_url(deploy: Callable[..., Function], client: Any) -> Open:
    """Deploy a function and give it a URL that everybody may call."""

    def open_one(source: str, name: str = "f", auth_type: str = "NONE", **settings: Any) -> str:
        url_settings = {key: settings.pop(key) for key in ("Cors",) if key in settings}
        deploy(source, name, **settings)
        made = client.create_function_url_config(FunctionName=name, AuthType=auth_type, **url_settings)
        if auth_type == "NONE":
            permit(client, name)
        return str(made["FunctionUrl"])

    return open_one


def permit(client: Any, name: str, **more: Any) -> None:
    for number, statement in enumerate((URL_STATEMENT, INVOKE_STATEMENT)):
        client.add_permission(FunctionName=name, StatementId=f"s{number}", Principal="*", **statement, **more)


def signed(url: str, key: Any, service: str = "lambda", body: bytes = b"") -> dict[str, str]:
    """The headers of a request that botocore signed."""
    request = AWSRequest("POST", url, data=body)
    SigV4Auth(Credentials(*key), service, "us-east-1").add_auth(request)
    return dict(request.headers)


# -- the event ---------------------------------------------------------------------------------------------------------


def test_the_event_has_the_keys_that_aws_documents(open_url: Open) -> None:
    url = open_url(ECHO)
    event = call(f"{url}a%20b/c?x=1&y=&x=%C3%BC", headers={"X-Twice": "1", "Cookie": "a=1; b=2"}).json()
    assert set(event) == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "cookies",
        "headers",
        "queryStringParameters",
        "requestContext",
        "isBase64Encoded",
    }
    assert set(event["requestContext"]) == {
        "accountId",
        "apiId",
        "domainName",
        "domainPrefix",
        "http",
        "requestId",
        "routeKey",
        "stage",
        "time",
        "timeEpoch",
    }
    assert set(event["requestContext"]["http"]) == {"method", "path", "protocol", "sourceIp", "userAgent"}
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", "/a%20b/c")
    assert event["rawQueryString"] == "x=1&y=&x=%C3%BC"
    assert event["queryStringParameters"] == {"x": "1,ü", "y": ""}
    assert event["cookies"] == ["a=1", "b=2"] and "cookie" not in event["headers"]
    context = event["requestContext"]
    assert context["accountId"] == "anonymous" and len(context["apiId"]) == 32
    assert context["domainName"] == f"{context['apiId']}.lambda-url.us-east-1.on.aws"
    headers = event["headers"]
    assert headers["x-twice"] == "1" and headers["host"] == urlsplit(url).netloc
    assert headers["x-forwarded-for"] == "127.0.0.1" and headers["x-forwarded-port"] == str(urlsplit(url).port)


@pytest.mark.parametrize(
    ("content_type", "body", "text", "encoded"),
    [
        ("application/json", '{"name": "Zoë"}'.encode(), '{"name": "Zoë"}', False),
        ("text/plain; charset=utf-8", b"hello", "hello", False),
        ("image/png", b"\x89PNG", base64.b64encode(b"\x89PNG").decode(), True),
        ("application/json", b"\xff", base64.b64encode(b"\xff").decode(), True),
        ("application/x-www-form-urlencoded", b"title=Tea", base64.b64encode(b"title=Tea").decode(), True),
        ("", b"tea", base64.b64encode(b"tea").decode(), True),
    ],
)
def test_a_body_is_text_or_base64(open_url: Open, content_type: str, body: bytes, text: str, encoded: bool) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    event = call(open_url(ECHO), "POST", body, headers).json()
    assert (event["body"], event["isBase64Encoded"]) == (text, encoded)


def test_a_chunked_body_arrives_whole(open_url: Open) -> None:
    connection = HTTPConnection(urlsplit(open_url(ECHO)).netloc)
    connection.request("POST", "/", iter([b"one", b"two"]), {"Content-Type": "text/plain"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["body"] == "onetwo"
    connection.close()


def test_bad_percent_encoding_reaches_the_function_as_it_is(open_url: Open) -> None:
    event = call(f"{open_url(ECHO)}%zz?a=%zz").json()
    assert event["rawPath"] == "/%zz" and event["queryStringParameters"] == {"a": "%zz"}


# -- the answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "status", "content_type", "body"),
    [
        ({"hello": "world"}, 200, "application/json", b'{"hello":"world"}'),
        (["a", 3, True], 200, "application/json", b'["a",3,true]'),
        ("hello", 200, "application/json", b"hello"),
        (3.5, 200, "application/json", b"3.5"),
        (None, 200, "application/json", b"null"),
        ({"headers": {"a": "b"}}, 200, "application/json", b'{"headers":{"a":"b"}}'),
        ({"statusCode": 201}, 201, "application/json", b""),
        ({"statusCode": "418", "body": "tea"}, 418, "application/json", b"tea"),
        ({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": "<p>"}, 200, "text/html", b"<p>"),
        ({"statusCode": 200, "body": "iVBO", "isBase64Encoded": True}, 200, "application/json", b"\x89PN"),
        ({"statusCode": 200, "body": {"a": 1}}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": "test"}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": 99}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, 502, "text/plain", b"Internal Server Error"),
        ({"statusCode": 200, "body": "?", "isBase64Encoded": True}, 502, "text/plain", b"Internal Server Error"),
    ],
)
def test_39_the_functions_answer_becomes_http(
    open_url: Open, told: Any, status: int, content_type: str, body: bytes
) -> None:
    answer = call(open_url(AS_TOLD), "POST", json.dumps(told), {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["content-type"], answer.body) == (status, content_type, body)


def test_cookies_of_the_answer_are_set(open_url: Open) -> None:
    told = json.dumps({"statusCode": 200, "cookies": ["a=1; Secure", "b=2"], "headers": {"x-n": 7}})
    answer = call(open_url(AS_TOLD), "POST", told, {"Content-Type": "text/plain"})
    assert answer.headers.get_all("set-cookie") == ["a=1; Secure", "b=2"] and answer.headers["x-n"] == "7"


def test_39_a_handler_that_raises_is_502_and_the_journal_says_why(open_url: Open, lab: Lab) -> None:
    answer = call(open_url(RAISES) + "boom")
    assert (answer.status, answer.body) == (502, b"Internal Server Error")
    step = lab.steps()[-1]
    assert (step.name, step.outcome, step.status) == ("http:GET /boom", "failed", 502)
    assert "ZeroDivisionError" in step.reason


def test_39_a_function_that_takes_too_long_is_502(open_url: Open) -> None:
    source = "import time\n\ndef handler(event, context):\n    time.sleep(9)\n"
    assert call(open_url(source, timeout=1)).status == 502


def test_39_a_throttled_function_is_429(open_url: Open, client: Any, lab: Lab) -> None:
    url = open_url(ECHO)
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    answer = call(url)
    assert answer.status == 429 and answer.headers["x-amzn-errortype"] == "TooManyRequestsException"
    assert lab.steps()[-1].outcome == "throttled"


def test_head_is_answered_without_a_body(open_url: Open) -> None:
    answer = call(open_url(ECHO), "HEAD")
    assert answer.status == 200 and answer.body == b"" and int(answer.headers["content-length"]) > 0


# -- permission --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("only", [[], [URL_STATEMENT], [INVOKE_STATEMENT]])
def test_40_both_statements_are_needed(
    deploy: Callable[..., Function], client: Any, lab: Lab, only: list[dict[str, Any]]
) -> None:
    deploy(ECHO, "unpermitted")
    url = client.create_function_url_config(FunctionName="unpermitted", AuthType="NONE")["FunctionUrl"]
    for statement in only:
        client.add_permission(FunctionName="unpermitted", StatementId="s", Principal="*", **statement)
    answer = call(url)
    assert (answer.status, answer.body) == (403, FORBIDDEN)
    assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert lab.history("unpermitted") == []


def test_the_advice_of_a_refusal_lets_the_next_request_in(
    deploy: Callable[..., Function], client: Any, lab: Lab
) -> None:
    deploy(ECHO)
    url = client.create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    assert call(url).status == 403
    exec(lab.steps()[-1].advice, {"boto3": boto3})  # both statements at once
    assert call(url).status == 200


def test_with_one_statement_the_other_is_advised_and_the_first_is_near_by_its_action_alone(
    deploy: Callable[..., Function], client: Any, lab: Lab
) -> None:
    deploy(ECHO)
    url = client.create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    client.add_permission(FunctionName="f", StatementId="s", Principal="*", **URL_STATEMENT)
    assert call(url).status == 403
    step = lab.steps()[-1]
    assert "comes near, but it allows lambda:InvokeFunctionUrl only." in step.reason
    exec(step.advice, {"boto3": boto3})
    assert call(url).status == 200


def test_aws_iam_wants_a_signature(open_url: Open, lab: Lab) -> None:
    url, own = open_url(ECHO, auth_type="AWS_IAM"), boto3.Session().get_credentials()
    key = (own.access_key, own.secret_key)
    assert (call(url, "POST").status, call(url, "POST").body) == (403, FORBIDDEN)
    iam = call(url, "POST", b"x", signed(url, key, body=b"x")).json()["requestContext"]["authorizer"]["iam"]
    assert iam["accessKey"] == own.access_key and iam["userArn"].endswith(":user/student")
    assert call(url, "POST", b"y", signed(url, key, body=b"x")).status == 403
    assert call(url, "POST", b"x", signed(url, key, "s3", body=b"x")).status == 403


def test_aws_iam_asks_the_rights_of_the_callers_role(open_url: Open, role: Role) -> None:
    url = open_url(ECHO, auth_type="AWS_IAM")
    actions = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    for number, allowed in enumerate((actions[:1], actions)):
        arn = role(f"caller{number}", {"Effect": "Allow", "Action": allowed, "Resource": "*"})
        made = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="caller")["Credentials"]
        key = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        assert call(url, "POST", headers=signed(url, key)).status == (403, 200)[number]


# -- CORS --------------------------------------------------------------------------------------------------------------

CORS = {
    "AllowOrigins": ["https://shop.example"],
    "AllowMethods": ["POST"],
    "AllowHeaders": ["content-type"],
    "MaxAge": 60,
    "AllowCredentials": True,
}
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


def test_a_preflight_is_answered_by_the_url_when_cors_is_set(open_url: Open, lab: Lab) -> None:
    url = open_url(AS_TOLD, "preflight", Cors=CORS)
    answer = call(url, "OPTIONS", headers={"Origin": "https://shop.example", **ASKS})
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-max-age"] == "60"
    other = call(url, "OPTIONS", headers={"Origin": "https://other.example", **ASKS})
    assert other.headers["access-control-allow-origin"] is None
    assert lab.history("preflight") == []


def test_39_the_urls_cors_headers_stand_beside_the_functions(open_url: Open) -> None:
    """AWS warns of it: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors."""
    url, headers = open_url(AS_TOLD, Cors=CORS), {"Content-Type": "text/plain", "Origin": "https://shop.example"}
    for own in ({"Access-Control-Allow-Origin": "*"}, {}):
        answer = call(url, "POST", json.dumps({"statusCode": 200, "headers": own}), headers)
        assert answer.headers.get_all("access-control-allow-origin") == [*own.values(), "https://shop.example"]


def test_without_cors_the_function_gets_the_preflight(open_url: Open) -> None:
    event = call(open_url(ECHO), "OPTIONS", headers={"Origin": "https://shop.example", **ASKS}).json()
    assert event["requestContext"]["http"]["method"] == "OPTIONS"


# -- the settings ------------------------------------------------------------------------------------------------------


def test_the_settings_answer_as_botocores_model_says(deploy: Callable[..., Function]) -> None:
    deploy(ECHO)
    witness = Witness(boto3.client("lambda"))
    made = witness.client.create_function_url_config(FunctionName="f", AuthType="NONE", Cors=CORS)
    got = witness.client.get_function_url_config(FunctionName="f")
    assert got["FunctionUrl"] == made["FunctionUrl"] and got["Cors"] == CORS
    changed = witness.client.update_function_url_config(FunctionName="f", AuthType="AWS_IAM")
    assert (changed["AuthType"], changed["Cors"], changed["FunctionUrl"]) == ("AWS_IAM", CORS, made["FunctionUrl"])
    assert len(witness.client.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]) == 1
    witness.client.delete_function_url_config(FunctionName="f")
    for refused in ("get_function_url_config", "delete_function_url_config"):
        with pytest.raises(witness.client.exceptions.ResourceNotFoundException):
            getattr(witness.client, refused)(FunctionName="f")
    assert witness.wrong == []


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"FunctionName": "nobody", "AuthType": "NONE"}, "ResourceNotFoundException"),
        ({"FunctionName": "f", "AuthType": "PUBLIC"}, "ValidationException"),
        ({"FunctionName": "f", "AuthType": "NONE", "Qualifier": "1"}, "ValidationException"),
        ({"FunctionName": "f", "AuthType": "NONE", "Qualifier": "$LATEST"}, "ValidationException"),
        ({"FunctionName": "f", "AuthType": "NONE", "Qualifier": "live"}, "ResourceNotFoundException"),
        ({"FunctionName": "f", "AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}, "InvalidParameterValueException"),
        ({"FunctionName": "f", "AuthType": "NONE", "Cors": {"AllowMethods": ["OPTIONS"]}}, "ValidationException"),
        ({"FunctionName": "taken", "AuthType": "NONE"}, "ResourceConflictException"),
    ],
)
def test_what_aws_refuses_is_refused(
    deploy: Callable[..., Function], client: Any, settings: dict[str, Any], error: str
) -> None:
    deploy(ECHO)
    deploy(ECHO, "taken")
    client.create_function_url_config(FunctionName="taken", AuthType="NONE")
    with pytest.raises(ClientError) as refused:
        client.create_function_url_config(**settings)
    assert refused.value.response["Error"]["Code"] == error


def test_40_an_aliases_url_runs_its_version_and_outlives_it_with_403(
    deploy: Callable[..., Function], client: Any
) -> None:
    deploy("def handler(event, context):\n    return context.invoked_function_arn + ' ' + context.function_version\n")
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    made = client.create_function_url_config(FunctionName="f", AuthType="NONE", Qualifier="live")
    assert made["FunctionArn"].endswith(":f:live")
    permit(client, "f", Qualifier="live")
    assert call(made["FunctionUrl"]).body.endswith(b":f:live 1")
    client.delete_alias(FunctionName="f", Name="live")
    assert (call(made["FunctionUrl"]).status, call(made["FunctionUrl"]).body) == (403, FORBIDDEN)


def test_a_url_ends_with_its_function(deploy: Callable[..., Function], client: Any) -> None:
    function = deploy(ECHO, "short-lived")
    url = client.create_function_url_config(FunctionName="short-lived", AuthType="NONE")["FunctionUrl"]
    function.delete()
    with pytest.raises(ConnectionRefusedError):
        call(url)
    deploy(ECHO, "short-lived")
    assert client.list_function_url_configs(FunctionName="short-lived")["FunctionUrlConfigs"] == []


def test_lab_url_tells_the_address(open_url: Open, lab: Lab) -> None:
    url = open_url(ECHO)
    assert lab.url("f", "/items?a=1") == f"{url}items?a=1"
    with pytest.raises(Exception, match="nothing can be called over the web by the name 'nobody'"):
        lab.url("nobody")


# -- the way -----------------------------------------------------------------------------------------------------------


def test_a_request_and_its_invocation_are_one_trace(open_url: Open, lab: Lab) -> None:
    root = "1-5759e988-bd862e3fe1be46a994272793"
    answer = call(f"{open_url(ECHO)}x", headers={"X-Amzn-Trace-Id": f"Root={root};Sampled=1"})
    assert root in answer.headers["x-amzn-trace-id"]
    step, invocation = lab.steps(trace=root)[-1], lab.history("f")[-1]
    assert answer.json()["headers"]["x-amzn-trace-id"] == f"Root={root};Parent={step.span};Sampled=1"
    assert (invocation.trace, invocation.parent, invocation.source) == (root, step.span, "url:GET /x")
    assert step.request_id == invocation.request_id == answer.headers["x-amzn-requestid"]


def test_one_connection_carries_many_requests(open_url: Open) -> None:
    connection = HTTPConnection(urlsplit(open_url(ECHO)).netloc)
    assert [send(connection, f"/{n}").json()["rawPath"] for n in range(3)] == ["/0", "/1", "/2"]
    connection.close()


@pytest.mark.parametrize("size", [7 * 2**20, 11 * 2**20])
def test_too_large_a_body_is_413(open_url: Open, size: int) -> None:
    answer = call(open_url(ECHO), "POST", b"x" * size, {"Content-Type": "text/plain"})
    assert answer.status == 413 and "6291456" in answer.json()["message"]


def test_a_caller_that_hangs_up_disturbs_nobody(open_url: Open, lab: Lab) -> None:
    url = open_url(ECHO, "hung-up")
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as rude:
        rude.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this")
    assert call(url).status == 200
    assert len(lab.history("hung-up")) == 1


def test_what_is_no_http_is_refused(open_url: Open) -> None:
    url = open_url(ECHO)
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as wild:
        wild.sendall(b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wild.recv(1000).startswith(b"HTTP/1.1 501")
