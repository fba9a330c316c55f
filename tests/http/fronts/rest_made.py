"""REST APIs as the tests need them, made with boto3, and an HTTP client that shows what came over the wire."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3

from lambdalab import Function, Lab

ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
OBEY = "import json\ndef handler(event, context):\n    return json.loads(event['body'])\n"
"""Returns what the body of the request says."""
REGION, ACCOUNT = "us-east-1", "123456789012"


@dataclass(frozen=True)
class Got:
    status: int
    pairs: Sequence[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for given, value in self.pairs if given.lower() == name.lower()), None)


def ask(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    body: bytes | str | None = None,
) -> Got:
    """One request, with the headers' names as they are given."""
    split = urlsplit(url)
    connection = http.client.HTTPConnection(split.netloc, timeout=30)
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    own_host = any(name == "Host" for name, _ in pairs)
    connection.putrequest(method, split.path + (f"?{split.query}" if split.query else ""), skip_host=own_host)
    for name, value in pairs:
        connection.putheader(name, value)
    content = body.encode() if isinstance(body, str) else body
    if content is not None:
        connection.putheader("Content-Length", str(len(content)))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer came before the body was taken
        connection.endheaders(content)
    answer = connection.getresponse()
    got = Got(answer.status, answer.getheaders(), answer.read())
    connection.close()
    return got


def uri(function: Function | str) -> str:
    arn = function if isinstance(function, str) else str(function.configuration["FunctionArn"])
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


@dataclass
class Api:
    """A REST API that grows."""

    lab: Lab
    name: str = "shop"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = boto3.client("apigateway")
        made = self.client.create_rest_api(name=self.name, **self.settings)
        self.id = made["id"]
        self._resources = {"/": made["rootResourceId"]}

    def resource(self, path: str) -> str:
        """The id of a resource, made with those above it when it is new."""
        if path not in self._resources:
            parent, _, part = path.rpartition("/")
            made = self.client.create_resource(restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part)
            self._resources[path] = made["id"]
        return str(self._resources[path])

    def method(
        self, route: str, function: Function | str | None = None, *, auth: str = "NONE", **integration: Any
    ) -> Api:
        """Add "GET /items/{id}" with an integration: a function, or a MOCK."""
        method, path = route.split(" ")
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": method}
        self.client.put_method(**place, authorizationType=auth)
        if function is not None:
            integration = {
                "type": "AWS_PROXY",
                "integrationHttpMethod": "POST",
                "uri": uri(function),
                **integration,
            }
        self.client.put_integration(**place, **integration)
        return self

    def mock(self, route: str, text: str) -> Api:
        """Add a method that answers 200 with a text."""
        method, path = route.split(" ")
        self.method(route, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": method, "statusCode": "200"}
        self.client.put_method_response(**place)
        self.client.put_integration_response(**place, responseTemplates={"application/json": text})
        return self

    def allow(self, function: Function, source: str = "*") -> Api:
        boto3.client("lambda").add_permission(
            FunctionName=function.name,
            StatementId=f"api-{self.id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.id}/{source}",
        )
        return self

    def deploy(self, stage: str = "prod", **more: Any) -> str:
        return str(self.client.create_deployment(restApiId=self.id, stageName=stage, **more)["id"])

    def url(self, path: str = "/", stage: str | None = None) -> str:
        """The address of a path in a stage; None means the stage that was made last."""
        if stage is None:
            return self.lab.url(self.id, path)
        split = urlsplit(self.lab.url(self.id))
        return f"http://{split.netloc}/{stage}{path}"

    def last_step(self) -> Any:
        """The last step in the journal of which the API is the source."""
        return [step for step in self.lab.steps() if self.id in step.source][-1]
