"""Every kind of event that a student can make, with the keys that AWS gives it and Powertools' classes for it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities import data_classes
from aws_lambda_powertools.utilities.parser import models
from pydantic import BaseModel

from lambdalab import events
from tests.events import keys


class Kind(NamedTuple):
    make: Callable[[], dict[str, Any]]
    shape: keys.Shape
    model: type[BaseModel] | None
    data_class: type[data_classes.common.DictWrapper] | None


ATTRIBUTES = {"kind": {"DataType": "String", "StringValue": "new"}, "raw": {"DataType": "Binary", "BinaryValue": b"\0"}}
S3 = (keys.S3, models.S3Model, data_classes.S3Event)
ON_THE_BUS = (
    keys.S3_ON_THE_BUS,
    models.S3EventNotificationEventBridgeModel,
    data_classes.S3EventBridgeNotificationEvent,
)
SQS = (keys.SQS, models.SqsModel, data_classes.SQSEvent)
SNS = (keys.SNS, models.SnsModel, data_classes.SNSEvent)
DYNAMODB = (keys.DYNAMODB, models.DynamoDBStreamModel, data_classes.DynamoDBStreamEvent)
EVENTBRIDGE = (keys.EVENTBRIDGE, models.EventBridgeModel, data_classes.EventBridgeEvent)
URL = (keys.FUNCTION_URL, models.LambdaFunctionUrlModel, data_classes.LambdaFunctionUrlEvent)
HTTP_API = (keys.HTTP_API, models.APIGatewayProxyEventV2Model, data_classes.APIGatewayProxyEventV2)
REST_API = (keys.REST_API, models.APIGatewayProxyEventModel, data_classes.APIGatewayProxyEvent)

KINDS: dict[str, Kind] = {
    "s3 put": Kind(lambda: events.s3_put("photos", "a b.jpg", "ümlaut.png"), *S3),
    "s3 put, versioned": Kind(lambda: events.s3_put("photos", "a.jpg", versioned=True), *S3),
    "s3 copy": Kind(lambda: events.s3_changed("ObjectCreated:Copy", "photos", "a.jpg"), *S3),
    "s3 removed": Kind(lambda: events.s3_removed("photos", "a.jpg"), *S3),
    "s3 delete marker": Kind(lambda: events.s3_removed("photos", "a.jpg", versioned=True), *S3),
    "s3 restore": Kind(lambda: events.s3_changed("ObjectRestore:Completed", "photos", "a.jpg"), *S3),
    "s3 expired": Kind(lambda: events.s3_changed("LifecycleExpiration:Delete", "photos", "a.jpg"), *S3),
    # Powertools' model wants a size, which AWS leaves out for tags and access lists.
    "s3 tags": Kind(lambda: events.s3_changed("ObjectTagging:Put", "photos", "a.jpg"), keys.S3, None, S3[2]),
    "s3 access list": Kind(lambda: events.s3_changed("ObjectAcl:Put", "photos", "a.jpg"), keys.S3, None, S3[2]),
    "s3 test": Kind(lambda: events.s3_test("photos"), keys.S3_TEST, None, None),
    "bus, put": Kind(lambda: events.s3_through_eventbridge("ObjectCreated:Put", "photos", "a b.jpg"), *ON_THE_BUS),
    "bus, removed": Kind(lambda: events.s3_through_eventbridge("ObjectRemoved:Delete", "photos", "a.jpg"), *ON_THE_BUS),
    "bus, restored": Kind(
        lambda: events.s3_through_eventbridge("ObjectRestore:Completed", "photos", "a.jpg"), *ON_THE_BUS
    ),
    "sqs": Kind(lambda: events.sqs_messages("hello", {"order": 7}), *SQS),
    "sqs, attributes": Kind(lambda: events.sqs_messages("hello", attributes=ATTRIBUTES), *SQS),
    "sqs, fifo": Kind(lambda: events.sqs_messages("a", "b", group="ada"), *SQS),
    "sqs, again": Kind(lambda: events.delivered_again(events.sqs_messages("a")), *SQS),
    "sns": Kind(lambda: events.sns_notification("hello"), *SNS),
    "sns, subject and attributes": Kind(
        lambda: events.sns_notification({"order": 7}, subject="New", attributes=ATTRIBUTES), *SNS
    ),
    "dynamodb": Kind(
        lambda: events.dynamodb_changes(
            (None, {"id": "7", "price": Decimal("1.50"), "picture": b"\0"}),
            ({"id": "7", "n": 1}, {"id": "7", "n": 2}),
            ({"id": "7"}, None),
        ),
        *DYNAMODB,
    ),
    "eventbridge": Kind(lambda: events.eventbridge_event("shop", "OrderPlaced", {"total": 100}), *EVENTBRIDGE),
    "schedule": Kind(lambda: events.eventbridge_schedule("every-hour"), *EVENTBRIDGE),
    "destination, failure": Kind(
        lambda: events.destination_record("charge", {"order": 7}, error="no"), keys.DESTINATION, None, None
    ),
    "destination, success": Kind(
        lambda: events.destination_record("charge", {"order": 7}, answer=1), keys.DESTINATION, None, None
    ),
    "scheduler": Kind(lambda: events.eventbridge_scheduler("nightly"), keys.EVENTBRIDGE, None, EVENTBRIDGE[2]),
    "alarm": Kind(lambda: events.cloudwatch_alarm("sick"), keys.ALARM, None, data_classes.CloudWatchAlarmEvent),
    "url": Kind(lambda: events.function_url_request("GET", "/items?id=7&id=8"), *URL),
    "url, cookies": Kind(lambda: events.function_url_request(headers={"cookie": "a=1; b=2"}), *URL),
    "url, binary": Kind(lambda: events.function_url_request("POST", "/pictures", body=b"\xff\xd8"), *URL),
    "http api": Kind(lambda: events.http_api_request("GET", "/items/a%20b", route="/items/{id}"), *HTTP_API),
    "http api, body": Kind(lambda: events.http_api_request("POST", "/items", body={"id": "7"}), *HTTP_API),
    "rest api": Kind(lambda: events.rest_api_request("GET", "/items/7?x=1&x=2", resource="/items/{id}"), *REST_API),
    "rest api, binary": Kind(lambda: events.rest_api_request("POST", "/pictures", body=b"\xff\xd8"), *REST_API),
}
