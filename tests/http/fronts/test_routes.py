"""Which stage and route a request goes to, by AWS's own examples.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import pytest

from lambdalab.cloud.http_stages import HttpApi, HttpIntegration, HttpRoute, HttpStage
from lambdalab.http.fronts.routes import choose_route, choose_stage

OF_AWS = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"]


def routes(*keys: str) -> list[HttpRoute]:
    return [HttpRoute(key, "NONE", None) for key in keys]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("method", "path", "key", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/pets/dog/a%20b", "GET /pets/dog/{id}", {"id": "a b"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_the_best_fit_is_chosen_whatever_the_order(
    order: int, method: str, path: str, key: str, variables: dict[str, str]
) -> None:
    chosen = choose_route(routes(*OF_AWS[::order]), method, path)
    assert chosen is not None and (chosen[0].key, chosen[1]) == (key, variables)


def test_a_method_goes_before_any() -> None:
    chosen = choose_route(routes("ANY /items", "GET /items"), "GET", "/items")
    assert chosen is not None and chosen[0].key == "GET /items"


@pytest.mark.parametrize(
    ("key", "method", "path"),
    [
        ("GET /items/{id}", "GET", "/items"),
        ("GET /items/{id}", "GET", "/items/"),
        ("GET /items/{id}", "GET", "/items/7/8"),
        ("GET /items/{id}", "POST", "/items/7"),
        ("GET /items", "GET", "/Items"),
        ("GET /x/{proxy+}", "GET", "/x"),
    ],
)
def test_what_does_not_fit_is_not_chosen(key: str, method: str, path: str) -> None:
    assert choose_route(routes(key), method, path) is None


def test_the_first_part_of_a_path_may_name_a_stage() -> None:
    stages = {name: HttpStage(name, {}, None) for name in ("dev", "$default")}
    api = HttpApi("us-east-1", "a", "items", stages)
    assert choose_stage(api, "/dev/items/7") == (stages["dev"], "/items/7")
    assert choose_stage(api, "/dev") == (stages["dev"], "/")
    assert choose_stage(api, "/devil") == (stages["$default"], "/devil")
    assert choose_stage(HttpApi("us-east-1", "a", "items", {"dev": stages["dev"]}), "/items") is None


@pytest.mark.parametrize(
    "uri",
    [
        "arn:aws:lambda:eu-west-1:123456789012:function:f:${stageVariables.alias}",
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:eu-west-1:123456789012:function:f:${stageVariables.alias}/invocations",
    ],
)
def test_an_integration_names_its_function_in_two_ways(uri: str) -> None:
    integration = HttpIntegration(uri, "2.0", 30_000)
    assert integration.function_arn({"alias": "live"}) == "arn:aws:lambda:eu-west-1:123456789012:function:f:live"
