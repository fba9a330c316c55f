"""`lab.trigger` gives a function a web address, with the permissions that AWS's console adds and boto3 does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import urllib3

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
TELLS = "import json\n\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
API = "added-api"


@pytest.fixture
def echo(deploy: Deploy) -> Function:
    return deploy(TELLS, "echo")


@pytest.fixture
def gateway(lab: Lab) -> Iterator[Any]:
    client = lab.client("apigateway")
    yield client
    for api in client.get_rest_apis()["items"]:
        client.delete_rest_api(restApiId=api["id"])


def get(url: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url, retries=False)


def statements(name: str) -> list[dict[str, Any]]:
    client = boto3.client("lambda")
    try:
        found: list[dict[str, Any]] = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return found


def test_a_visitor_reaches_the_function_after_one_line_and_it_is_said_how(
    lab: Lab, echo: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger("url", echo)
    assert get(lab.url("echo", "/a?b=c")).json()["version"] == "2.0"
    said = capsys.readouterr().out
    assert said.startswith("Everybody may call echo at its function URL. Three calls did it;")
    assert [line.split()[0] for line in said.splitlines()[1:]] == [
        "create_function_url_config",
        "add_permission",
        "add_permission",
    ]


def test_everybody_may_use_the_url_and_nobody_may_invoke_without_it(lab: Lab, echo: Function) -> None:
    lab.trigger("url", echo)
    found = {one["Action"]: one["Condition"] for one in statements("echo")}
    assert found == {
        "lambda:InvokeFunctionUrl": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        "lambda:InvokeFunction": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    }


@pytest.mark.parametrize("source", ["url", f"rest-api:{API}"])
def test_a_second_time_nothing_is_changed(
    lab: Lab, echo: Function, gateway: Any, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(source, echo)
    before = statements("echo")
    capsys.readouterr()
    lab.trigger(source, echo)
    assert capsys.readouterr().out.endswith("It did so already: nothing had to be changed.\n")
    assert statements("echo") == before


@pytest.mark.parametrize(("source", "name"), [("url", "echo"), (f"rest-api:{API}", API)])
def test_only_what_is_missing_is_added_again(
    lab: Lab, echo: Function, gateway: Any, source: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(source, echo)
    lost = statements("echo")[0]["Sid"]
    boto3.client("lambda").remove_permission(FunctionName="echo", StatementId=lost)
    assert get(lab.url(name, "/x")).status in (403, 500)
    capsys.readouterr()
    lab.trigger(source, echo)
    assert "One call did it, the rest was there;" in capsys.readouterr().out
    assert get(lab.url(name, "/x")).status == 200


def test_a_url_of_an_alias_runs_the_aliass_version(lab: Lab, echo: Function) -> None:
    client = boto3.client("lambda")
    version = client.publish_version(FunctionName="echo")["Version"]
    client.create_alias(FunctionName="echo", Name="live", FunctionVersion=version)
    lab.trigger("url", "echo:live")
    assert get(lab.url("echo:live")).status == 200
    assert lab.history("echo")[-1].version == version


def test_a_rest_api_passes_every_path_and_method_in_format_1(lab: Lab, echo: Function, gateway: Any) -> None:
    lab.trigger(f"rest-api:{API}", echo)
    event = urllib3.request("DELETE", lab.url(API, "/a/b?c=d"), retries=False).json()
    assert (event["httpMethod"], event["path"], event["queryStringParameters"]) == ("DELETE", "/a/b", {"c": "d"})
    assert "version" not in event


def test_an_api_that_is_there_is_kept_and_goes_to_the_function_named_last(
    lab: Lab, echo: Function, deploy: Deploy, gateway: Any
) -> None:
    lab.trigger(f"rest-api:{API}", echo)
    deploy("def handler(event, context):\n    return {'statusCode': 201}\n", "other")
    lab.trigger(f"rest-api:{API}", "other")
    assert [api["name"] for api in gateway.get_rest_apis()["items"]] == [API]
    assert get(lab.url(API, "/x")).status == 201


def test_an_api_with_the_resource_but_without_a_method_gets_what_it_lacks(
    lab: Lab, echo: Function, gateway: Any
) -> None:
    api = gateway.create_rest_api(name=API)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")
    lab.trigger(f"rest-api:{API}", echo)
    assert get(lab.url(API, "/x")).status == 200
