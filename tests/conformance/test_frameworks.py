"""Web frameworks that nobody here wrote serve unchanged behind every front, and under load."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import urllib3

from lambdalab import Function, Lab

pytestmark = pytest.mark.slow
Deploy = Callable[..., Function]
ANY = "arn:aws:execute-api:us-east-1:123456789012:{}/*/*"

POWERTOOLS = """
from aws_lambda_powertools.event_handler import RESOLVER, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import BaseModel

app = RESOLVER(enable_validation=True)


class Note(BaseModel):
    text: str
    stars: int = 0


@app.get("/notes/<number>")
def read(number: int) -> Note:
    if number == 404:
        raise NotFoundError("no note 404")
    return Note(text=f"note {number}", stars=number)


@app.post("/notes")
def write(note: Note) -> Response[Note]:
    return Response(201, "application/json", note)


def handler(event, context):
    return app.resolve(event, context)
"""
STARLETTE = """
from mangum import Mangum
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def echo(request):
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.url.path,
            "query": dict(request.query_params),
            "name": request.path_params.get("name"),
            "cookies": request.cookies,
            "body": body.decode(),
        }
    )


async def picture(request):
    return Response(bytes(range(256)), media_type="image/png", headers={"set-cookie": "seen=1"})


app = Starlette(routes=[Route("/picture", picture), Route("/{name:path}", echo, methods=["GET", "POST"])])
handler = Mangum(app, lifespan="off")
"""


@pytest.fixture(scope="module")
def layers() -> dict[str, list[str]]:
    lab = Lab()
    return {
        "powertools": [lab.layer("aws-lambda-powertools"), lab.layer("pydantic"), lab.layer("jmespath")],
        "mangum": [lab.layer("mangum"), lab.layer("starlette")],
    }


def function_url(function: Function) -> str:
    client = boto3.client("lambda")
    url = client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    client.add_permission(
        FunctionName=function.name,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    client.add_permission(
        FunctionName=function.name,
        StatementId="through-url",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
    )
    return str(url).rstrip("/")


def let_in(function: Function, api: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId=f"api-{api}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=ANY.format(api),
    )


def http_api(function: Function) -> str:
    arn = function.configuration["FunctionArn"]
    api = boto3.client("apigatewayv2").create_api(Name=function.name, ProtocolType="HTTP", Target=arn)
    let_in(function, api["ApiId"])
    return str(api["ApiEndpoint"])


def rest_api(function: Function) -> str:
    gateway, arn = boto3.client("apigateway"), function.configuration["FunctionArn"]
    api = gateway.create_rest_api(name=function.name, binaryMediaTypes=["image/png"])["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    rest = gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    gateway.put_method(restApiId=api, resourceId=rest, httpMethod="ANY", authorizationType="NONE")
    gateway.put_integration(
        restApiId=api,
        resourceId=rest,
        httpMethod="ANY",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    let_in(function, api)
    return Lab().url(api)


FRONTS = {
    "LambdaFunctionUrlResolver": function_url,
    "APIGatewayHttpResolver": http_api,
    "APIGatewayRestResolver": rest_api,
}


def under_load(function: Function, right: Callable[[int], bool]) -> None:
    """200 requests from 8 threads: each answer is right, and several environments worked at once."""
    with ThreadPoolExecutor(8) as threads:
        wrong = [n for n, well in enumerate(threads.map(right, range(200))) if not well]
    assert wrong == []
    assert len({run.environment for run in Lab().history(function.name)}) > 1


@pytest.mark.parametrize(("resolver", "front"), FRONTS.items())
def test_powertools_resolvers_route_and_validate(
    deploy: Deploy, layers: dict[str, list[str]], resolver: str, front: Callable[[Function], str]
) -> None:
    function = deploy(POWERTOOLS.replace("RESOLVER", resolver), name=resolver, layers=layers["powertools"], timeout=30)
    base, http = front(function), urllib3.PoolManager(maxsize=8)

    found = http.request("GET", f"{base}/notes/7")
    assert (found.status, found.json()) == (200, {"text": "note 7", "stars": 7})
    assert http.request("GET", f"{base}/notes/seven").status == 422
    assert http.request("GET", f"{base}/notes/404").status == 404
    assert http.request("GET", f"{base}/nowhere").status == 404
    made = http.request("POST", f"{base}/notes", json={"text": "milk ü", "stars": 2})
    assert (made.status, made.json()) == (201, {"text": "milk ü", "stars": 2})
    assert http.request("POST", f"{base}/notes", json={"stars": "many"}).status == 422

    def one_of_three(n: int) -> bool:
        """A note that is read, written or refused; whether the answer is this request's own."""
        if n % 3 == 0:
            got = http.request("GET", f"{base}/notes/{n}")
            return (got.status, got.json()) == (200, {"text": f"note {n}", "stars": n})
        if n % 3 == 1:
            got = http.request("POST", f"{base}/notes", json={"text": f"new {n}", "stars": n})
            return (got.status, got.json()) == (201, {"text": f"new {n}", "stars": n})
        return http.request("POST", f"{base}/notes", json={"text": n}).status == 422

    under_load(function, one_of_three)


@pytest.mark.parametrize("front", FRONTS.values())
def test_an_asgi_application_serves_through_mangum(
    deploy: Deploy, layers: dict[str, list[str]], front: Callable[[Function], str]
) -> None:
    function = deploy(STARLETTE, name=f"starlette-{front.__name__}", layers=layers["mangum"], timeout=30)
    base, http = front(function), urllib3.PoolManager(maxsize=8)

    said = http.request("GET", f"{base}/a%20b/c?x=1&y=%C3%BC", headers={"Cookie": "who=ada; last=lovelace"}).json()
    assert (said["method"], said["name"], said["query"]) == ("GET", "a b/c", {"x": "1", "y": "ü"})
    assert said["cookies"] == {"who": "ada", "last": "lovelace"}
    posted = http.request("POST", f"{base}/form", body="grüße".encode(), headers={"Content-Type": "text/plain"})
    assert json.loads(posted.data)["body"] == "grüße"
    picture = http.request("GET", f"{base}/picture", headers={"Accept": "image/png"})
    assert (picture.status, picture.data) == (200, bytes(range(256)))
    assert picture.headers["set-cookie"] == "seen=1"

    under_load(function, lambda n: http.request("GET", f"{base}/n{n}").json()["name"] == f"n{n}")
