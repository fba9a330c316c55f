"""What `browsing.fetch` tells of a refusal; that a browser decides the same is proved in tests/browser/test_cors.py."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest

from lambdalab import Function, Lab
from lambdalab.browsing import FAILED, fetch

SHOP, OTHER = "https://shop.example", "https://other.example"
# Answers with the headers that stand in the query.
OBEYS = """
def handler(event, context):
    headers = event.get("queryStringParameters") or {}
    return {"statusCode": 200, "headers": headers, "body": event.get("body", "nothing")}
"""


@pytest.fixture
def address(lab: Lab, deploy: Callable[..., Function]) -> str:
    deploy(OBEYS, "obeys")
    lab.trigger("url", "obeys")
    return lab.url("obeys")


def test_the_reason_names_the_header_that_is_missing_and_what_was_not_sent(address: str) -> None:
    got = fetch(SHOP, "POST", address, data={"item": "tea"})
    assert got.refused == "the answer to OPTIONS has no access-control-allow-origin, so the POST was not sent"
    assert got.shown == FAILED and [one.method for one in got.exchanges] == ["OPTIONS"]


def test_a_hidden_answer_was_given_all_the_same(address: str) -> None:
    got = fetch(SHOP, "GET", address)
    assert got.exchanges[0].status == 200 and got.exchanges[0].body == "nothing"
    assert got.shown == FAILED


@pytest.mark.parametrize(
    ("query", "credentials", "reason"),
    [
        (f"?access-control-allow-origin={OTHER}", False, f"is {OTHER}, not {SHOP}"),
        ("?access-control-allow-origin=*", True, "with credentials it must name the page's origin"),
        (f"?access-control-allow-origin={SHOP}", True, "has no access-control-allow-credentials: true"),
    ],
)
def test_each_refusal_says_what_is_wrong(address: str, query: str, credentials: bool, reason: str) -> None:
    assert reason in fetch(SHOP, "GET", address + query, credentials=credentials).refused


def test_a_star_for_headers_does_not_cover_a_token_as_the_standard_says(address: str) -> None:
    stars = "?access-control-allow-origin=*&access-control-allow-headers=*"
    assert fetch(SHOP, "GET", address + stars, headers={"X-Own": "1"}).refused == ""
    got = fetch(SHOP, "GET", address + stars, headers={"Authorization": "secret"})
    assert "does not name authorization" in got.refused


def test_what_was_sent_and_answered_can_be_read_line_by_line(address: str) -> None:
    cors = {"AllowOrigins": [SHOP], "AllowHeaders": ["content-type"]}
    boto3.client("lambda").update_function_url_config(FunctionName="obeys", Cors=cors)
    lines = repr(fetch(SHOP, "POST", address, data={"item": "tea"})).split("\n")
    assert lines[0] == f"A page of {SHOP}"
    assert [line.split()[-1] for line in lines if "sends" in line] == ["OPTIONS", "POST"]
    assert lines[-1] == '  the page sees      200 {"item": "tea"}'
