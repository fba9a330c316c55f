"""Our events have every key of Powertools' sample events; what differs is named here, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalab import events
from lambdalab.events.web import http_api_1
from tests.events.keys import places
from tests.events.powertools import SAMPLES

BODY = {"id": "7"}
COOKIES = {"Cookie": "cookie1; cookie2"}
IAM = {"accessKey": "AKIA", "accountId": "123456789012", "callerId": "AIDA", "cognitoIdentity": None} | {
    "principalOrgId": None, "userArn": "arn:aws:iam::123456789012:user/ada", "userId": "AIDA"
}  # fmt: skip
# Certificates come with a domain of one's own that asks for them, and tokens with an authorizer: neither is here.
CERTIFICATE = "requestContext.authentication"
CERTIFICATE_1 = "requestContext.identity.clientCert"
JWT = "requestContext.authorizer"
# Who came through Cognito; without it AWS writes null in the place of these.
COGNITO = "requestContext.authorizer.iam.cognitoIdentity."


def request_2(**given: Any) -> dict[str, Any]:
    address = {"path": "/items/7", "query": "a=1&a=2", "path_parameters": {"id": "7"}, "body": '{"id": "7"}'}
    return events.http_api("POST", headers=COOKIES, stage_variables={"table": "items"}, **address, **given)


OURS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "s3Event": (events.s3_put("photos", "a.jpg"), set()),
    "s3EventDeleteObject": (events.s3_removed("photos", "a.jpg"), set()),
    "s3EventGlacier": (events.s3_changed("ObjectRestore:Completed", "photos", "a.jpg"), set()),
    "s3EventBridgeNotificationObjectCreatedEvent": (
        events.s3_through_eventbridge("ObjectCreated:Put", "photos", "a.jpg"),
        set(),
    ),
    "s3EventBridgeNotificationObjectDeletedEvent": (
        events.s3_through_eventbridge("ObjectRemoved:DeleteMarkerCreated", "photos", "a.jpg"),
        set(),
    ),
    "s3EventBridgeNotificationObjectRestoreCompletedEvent": (
        events.s3_through_eventbridge("ObjectRestore:Completed", "photos", "a.jpg"),
        set(),
    ),
    "sqsEvent": (events.sqs_messages("one", "two"), set()),
    "sqsDlqTriggerEvent": (
        events.sqs(
            [
                events.Message(
                    "one",
                    "arn:aws:sqs:us-east-1:123456789012:dead",
                    dead_letter_source="arn:aws:sqs:us-east-1:123456789012:orders",
                )
            ]
        ),
        set(),
    ),
    "snsEvent": (events.sns_notification("hello", subject="New"), set()),
    "dynamoStreamEvent": (events.dynamodb_changes((None, BODY), (BODY, BODY)), set()),
    # Only an event that is sent again from an archive has the archive's name, and there are no archives here.
    "eventBridgeEvent": (events.eventbridge_event("shop", "OrderPlaced", BODY), {"replay-name"}),
    "eventBridgeSchedulerEvent": (events.eventbridge_schedule(), set()),
    "lambdaFunctionUrlEvent": (events.function_url_request(), set()),
    "lambdaFunctionUrlEventWithHeaders": (events.function_url_request("GET", "/?a=1"), set()),
    "apiGatewayProxyV2Event": (request_2(), {CERTIFICATE, JWT}),
    "apiGatewayProxyV2IamEvent": (request_2(iam=IAM), {COGNITO}),
    "apiGatewayProxyEvent_noVersionAuth": (
        events.rest_api_request("POST", "/items/7?a=1", body=BODY, resource="/items/{id}"),
        {CERTIFICATE_1},
    ),
    "apiGatewayProxyEvent": (http_api_1("POST", "/items", query="a=1", body="hello"), {CERTIFICATE_1}),
}


def test_every_sample_is_compared() -> None:
    assert OURS.keys() == SAMPLES.keys()


@pytest.mark.parametrize("name", OURS)
def test_every_key_of_powertools_sample_is_in_ours_or_its_absence_has_a_reason(name: str) -> None:
    ours, left_out = OURS[name]
    missing = set(places(SAMPLES[name])) - set(places(ours))
    assert {place for place in missing if not place.startswith(tuple(left_out))} == set()


@pytest.mark.parametrize("name", OURS)
def test_each_reason_is_still_needed(name: str) -> None:
    ours, left_out = OURS[name]
    missing = set(places(SAMPLES[name])) - set(places(ours))
    assert all(any(place.startswith(reason) for place in missing) for reason in left_out)


@pytest.mark.parametrize("name", OURS)
def test_a_key_that_is_missing_is_found(name: str) -> None:
    ours, _ = OURS[name]
    record = ours["Records"][0] if "Records" in ours else ours
    wanted = SAMPLES[name]["Records"][0] if "Records" in ours else SAMPLES[name]
    for key in wanted.keys() & record.keys():
        poorer = {other: value for other, value in record.items() if other != key}
        assert key in set(places(wanted)) - set(places(poorer))
