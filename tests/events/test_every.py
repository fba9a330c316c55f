"""Each kind of event has exactly AWS's keys, is JSON, and is read by AWS's own Powertools."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parser.models import S3Model
from pydantic import ValidationError

from lambdalab import events
from lambdalab.events import values
from tests.events.every import KINDS
from tests.events.keys import differences


def kinds(*fields: str) -> pytest.MarkDecorator:
    """Run a test for each kind of event that has these fields."""
    names = [name for name, kind in KINDS.items() if all(getattr(kind, field) for field in fields)]
    return pytest.mark.parametrize("name", names)


@kinds()
def test_an_event_has_the_keys_that_aws_gives_it_and_no_others(name: str) -> None:
    assert differences(KINDS[name].make(), KINDS[name].shape) == []


@kinds()
def test_an_event_survives_the_trip_as_json(name: str) -> None:
    event = KINDS[name].make()
    assert json.loads(json.dumps(event)) == event


@kinds("model")
def test_powertools_models_accept_the_event(name: str) -> None:
    model = KINDS[name].model
    assert model is not None
    model.model_validate(json.loads(json.dumps(KINDS[name].make())))


@pytest.mark.parametrize("change", ["ObjectTagging:Put", "ObjectAcl:Put"])
def test_powertools_model_wants_a_size_that_aws_leaves_out(change: str) -> None:
    with pytest.raises(ValidationError, match="Size and eTag fields are required"):
        S3Model.model_validate(events.s3_changed(change, "photos", "a.jpg"))


@kinds("data_class")
def test_powertools_data_classes_read_the_event(name: str) -> None:
    data_class = KINDS[name].data_class
    assert data_class is not None
    event = KINDS[name].make()
    assert READ[data_class.__name__](data_class(event)) == READ_BY_HAND[data_class.__name__](event)


READ: dict[str, Any] = {
    "S3Event": lambda e: [(r.s3.bucket.name, r.s3.get_object.key, r.event_name, r.event_time) for r in e.records],
    "S3EventBridgeNotificationEvent": lambda e: (e.detail.bucket.name, e.detail.object.sequencer, e.detail.request_id),
    "SQSEvent": lambda e: [
        (r.message_id, r.body, r.attributes.approximate_receive_count, r.queue_url.split("/")[-1]) for r in e.records
    ],
    "SNSEvent": lambda e: [(r.sns.message, r.sns.subject, r.sns.signing_cert_url) for r in e.records],
    "DynamoDBStreamEvent": lambda e: [(r.event_name.name, r.dynamodb.keys) for r in e.records],
    "EventBridgeEvent": lambda e: (e.source, e.detail_type, e.detail, e.time),
    "CloudWatchAlarmEvent": lambda e: (
        e.alarm_arn,
        e.source_account_id,
        e.timestamp,
        e.alarm_data.state.value,
        e.alarm_data.state.reason_data_decoded["recentDatapoints"],
        e.alarm_data.configuration.metrics[0].metric_stat.period,
    ),
    "LambdaFunctionUrlEvent": lambda e: (e.http_method, e.path, e.is_base64_encoded, e.request_context.stage),
    "APIGatewayProxyEventV2": lambda e: (e.http_method, e.route_key, e.path, e.request_context.api_id),
    "APIGatewayProxyEvent": lambda e: (e.http_method, e.resource, e.path, e.request_context.identity.source_ip),
}
READ_BY_HAND: dict[str, Any] = {
    "S3Event": lambda e: [
        (r["s3"]["bucket"]["name"], r["s3"]["object"]["key"], r["eventName"], r["eventTime"]) for r in e["Records"]
    ],
    "S3EventBridgeNotificationEvent": lambda e: (
        e["detail"]["bucket"]["name"],
        e["detail"]["object"]["sequencer"],
        e["detail"]["request-id"],
    ),
    "SQSEvent": lambda e: [
        (r["messageId"], r["body"], r["attributes"]["ApproximateReceiveCount"], r["eventSourceARN"].split(":")[-1])
        for r in e["Records"]
    ],
    "SNSEvent": lambda e: [
        (r["Sns"]["Message"], r["Sns"]["Subject"], r["Sns"]["SigningCertUrl"]) for r in e["Records"]
    ],
    "DynamoDBStreamEvent": lambda e: [
        (r["eventName"], {name: value["S"] for name, value in r["dynamodb"]["Keys"].items()}) for r in e["Records"]
    ],
    "EventBridgeEvent": lambda e: (e["source"], e["detail-type"], e["detail"], e["time"]),
    "CloudWatchAlarmEvent": lambda e: (e["alarmArn"], e["accountId"], e["time"], "ALARM", [3.0], 60),
    "LambdaFunctionUrlEvent": lambda e: (
        e["requestContext"]["http"]["method"],
        e["rawPath"],
        e["isBase64Encoded"],
        "$default",
    ),
    "APIGatewayProxyEventV2": lambda e: (
        e["requestContext"]["http"]["method"],
        e["routeKey"],
        e["rawPath"],
        e["requestContext"]["apiId"],
    ),
    "APIGatewayProxyEvent": lambda e: (e["httpMethod"], e["resource"], e["path"], "127.0.0.1"),
}


def test_two_events_of_a_kind_have_ids_of_their_own() -> None:
    one, two = (events.sqs_messages("same")["Records"][0] for _ in range(2))
    assert one["messageId"] != two["messageId"] and one["receiptHandle"] != two["receiptHandle"]
    one, two = (events.s3_put("photos", "same.jpg")["Records"][0] for _ in range(2))
    assert one["responseElements"] != two["responseElements"]


@kinds()
def test_events_made_with_fixed_values_are_the_same_again(name: str) -> None:
    made = []
    for _ in range(2):
        with values.fixed():
            made.append(json.dumps(KINDS[name].make()))
    assert made[0] == made[1]


def test_after_fixed_values_the_time_is_now_again() -> None:
    with values.fixed(at=0.0):
        assert events.eventbridge_schedule()["time"].startswith("1970-01-01")
    assert not events.eventbridge_schedule()["time"].startswith("1970")


def test_a_missing_and_an_unknown_key_are_found() -> None:
    shape = {"Records": [{"a": {"b": ..., "c?": ...}}]}
    assert differences({"Records": [{"a": {"b": 1}}]}, shape) == []
    assert differences({"Records": [{"a": {"d": 1}}, {}]}, shape) == [
        "missing .Records[].a",
        "missing .Records[].a.b",
        "unknown .Records[].a.d",
    ]
