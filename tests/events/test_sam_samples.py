"""Our events have every key of SAM's sample events; what differs is named here, with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdalab import events
from tests.events import sam
from tests.events.keys import places

BODY = {"id": "7"}
COOKIES = {"Cookie": "cookie1; cookie2"}
OURS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "s3/S3Put": (events.s3_put("photos", "a.jpg"), set()),
    "s3/S3Delete": (events.s3_removed("photos", "a.jpg"), set()),
    "sqs/Sqs": (events.sqs_messages("hello"), set()),
    "sns/Sns": (events.sns_notification("hello", subject="New"), set()),
    "dynamodb/DynamoDBUpdate": (events.dynamodb_changes((None, BODY), (BODY, BODY), (BODY, None)), set()),
    "cloudwatch/ScheduledEvent": (events.eventbridge_schedule(), set()),
    # The sample shows stage variables, certificates and tokens, which a simple request has not.
    "apigateway/HttpApi": (
        events.http_api_request("POST", "/items/7?a=1&a=2", body=BODY, headers=COOKIES, route="/items/{id}"),
        {"stageVariables", "requestContext.authentication", "requestContext.authorizer"},
    ),
    "apigateway/AwsProxy": (
        events.rest_api_request("POST", "/items/7?a=1", body=b"\0", headers=COOKIES, resource="/items/{id}"),
        set(),
    ),
}


@pytest.mark.parametrize("name", OURS)
def test_every_key_of_sams_sample_is_in_ours_or_its_absence_has_a_reason(name: str) -> None:
    sample = sam.FOLDER / f"{name}.json"
    if not sample.is_file():
        # they are AWS's files, fetched by `make test` and not kept here; offline there is nothing to compare with
        pytest.skip("SAM's samples are not here: run `make samples` with a package index in reach")
    ours, left_out = OURS[name]
    missing = set(places(json.loads(sample.read_text()))) - set(places(ours))
    assert {place for place in missing if not place.startswith(tuple(left_out))} == set()


@pytest.mark.parametrize("name", OURS)
def test_each_reason_is_still_needed(name: str) -> None:
    ours, left_out = OURS[name]
    assert left_out & set(places(ours)) == set()


@pytest.mark.parametrize("name", ["s3/S3Put", "sqs/Sqs", "sns/Sns", "dynamodb/DynamoDBUpdate"])
def test_a_key_that_is_missing_is_found(name: str) -> None:
    ours, _ = OURS[name]
    (first, *_) = ours["Records"]
    for key in first:
        poorer = {"Records": [{other: value for other, value in first.items() if other != key}]}
        assert f"Records.[0].{key}" in set(places(ours)) - set(places(poorer))
