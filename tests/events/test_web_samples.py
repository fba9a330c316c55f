"""Web requests from a few words: the body in its form, the path's variables, the caller's headers first."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab import events

FRONTS = [events.function_url_request, events.http_api_request, events.rest_api_request]
Make = Callable[..., dict[str, Any]]


def lower(event: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in event["headers"].items()}


@pytest.mark.parametrize("make", FRONTS)
def test_a_dictionary_is_sent_as_json_and_says_so(make: Make) -> None:
    event = make("POST", "/items", body={"name": "Zoë"})
    assert json.loads(event["body"]) == {"name": "Zoë"} and event["isBase64Encoded"] is False
    assert lower(event)["content-type"] == "application/json"


@pytest.mark.parametrize("make", FRONTS)
def test_bytes_arrive_in_base64(make: Make) -> None:
    event = make("POST", "/pictures", body=b"\xff\xd8\xff")
    assert event["isBase64Encoded"] is True and base64.b64decode(event["body"]) == b"\xff\xd8\xff"


@pytest.mark.parametrize("make", FRONTS)
def test_the_callers_headers_win_whatever_their_case(make: Make) -> None:
    event = make("POST", "/items", body="<a/>", headers={"content-type": "text/xml", "USER-AGENT": "mine"})
    names = [name.lower() for name in event["headers"]]
    assert len(names) == len(set(names))
    assert lower(event)["content-type"] == "text/xml" and lower(event)["user-agent"] == "mine"


def test_without_a_body_the_key_is_missing_in_2_0_and_null_in_1_0() -> None:
    assert "body" not in events.function_url_request() and "body" not in events.http_api_request()
    assert events.rest_api_request()["body"] is None


def test_repeated_parameters_are_joined_in_2_0_and_the_last_wins_in_1_0() -> None:
    assert events.http_api_request("GET", "/items?id=7&id=8")["queryStringParameters"] == {"id": "7,8"}
    rest = events.rest_api_request("GET", "/items?id=7&id=8")
    assert rest["queryStringParameters"] == {"id": "8"}
    assert rest["multiValueQueryStringParameters"] == {"id": ["7", "8"]}


def test_a_paths_variables_are_read_from_the_address() -> None:
    event = events.http_api_request("GET", "/users/ada/items/a%20b", route="/users/{user}/items/{id}")
    assert event["pathParameters"] == {"user": "ada", "id": "a b"}
    assert event["routeKey"] == "GET /users/{user}/items/{id}"
    rest = events.rest_api_request("GET", "/files/a/b.txt", resource="/files/{proxy+}")
    assert rest["pathParameters"] == {"proxy": "a/b.txt"} and rest["resource"] == "/files/{proxy+}"


@pytest.mark.parametrize("template", ["/items/{id}", "/{id}"])
def test_an_address_of_another_route_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        events.http_api_request("GET", "/users/7", route=template)
