"""Queues and topics: checksums as SQS computes them, FIFO's attributes, what a second delivery changes, and null."""

from __future__ import annotations

import json
from typing import Any

import boto3

from lambdalab import Lab, events

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
ATTRIBUTES: dict[str, Any] = {
    "zeta": {"DataType": "String", "StringValue": "ü"},
    "count": {"DataType": "Number.int", "StringValue": "7"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}


def test_the_checksums_are_those_that_a_queue_answers(lab: Lab) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="checksums")["QueueUrl"]
    answer = sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes=ATTRIBUTES)
    (record,) = events.sqs_messages("grüße", attributes=ATTRIBUTES)["Records"]
    assert record["md5OfBody"] == answer["MD5OfMessageBody"]
    assert record["md5OfMessageAttributes"] == answer["MD5OfMessageAttributes"]


def test_attributes_arrive_with_their_type_and_binary_ones_in_base64() -> None:
    (record,) = events.sqs_messages("a", attributes=ATTRIBUTES)["Records"]
    empty = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"]["raw"] == {"binaryValue": "AP8=", "dataType": "Binary", **empty}
    assert record["messageAttributes"]["count"] == {"stringValue": "7", "dataType": "Number.int", **empty}


def test_without_attributes_the_checksum_is_absent_or_null_with_a_window() -> None:
    message = events.Message("a", QUEUE)
    assert "md5OfMessageAttributes" not in events.sqs([message])["Records"][0]
    assert events.sqs([message], window=True)["Records"][0]["md5OfMessageAttributes"] is None


def test_system_attributes_are_all_strings_and_fifo_has_three_more() -> None:
    standard, fifo = events.sqs_messages("a"), events.sqs_messages("a", "b", group="ada")
    assert all(isinstance(value, str) for value in standard["Records"][0]["attributes"].values())
    more = set(fifo["Records"][0]["attributes"]) - set(standard["Records"][0]["attributes"])
    assert more == {"SequenceNumber", "MessageGroupId", "MessageDeduplicationId"}
    assert fifo["Records"][0]["eventSourceARN"].endswith(":orders.fifo")
    first, second = (int(record["attributes"]["SequenceNumber"]) for record in fifo["Records"])
    assert first < second


def test_a_trace_header_travels_as_an_attribute() -> None:
    (record,) = events.sqs([events.Message("a", QUEUE, trace="Root=1-2-3")])["Records"]
    assert record["attributes"]["AWSTraceHeader"] == "Root=1-2-3"


def test_a_message_that_comes_again_keeps_its_id_and_counts_up() -> None:
    event = events.sqs_messages("a")
    again = events.delivered_again(event)
    (before,), (after,) = event["Records"], again["Records"]
    assert before["messageId"] == after["messageId"] and before["receiptHandle"] != after["receiptHandle"]
    assert before["attributes"]["ApproximateReceiveCount"] == "1"
    assert after["attributes"]["ApproximateReceiveCount"] == "2"


def test_a_notification_that_comes_again_is_the_same_and_not_the_same_object() -> None:
    event = events.s3_put("photos", "a.jpg")
    again = events.delivered_again(event)
    assert again == event and again["Records"] is not event["Records"]


def test_an_event_sent_through_a_queue_is_text_in_its_body() -> None:
    inner = events.s3_put("photos", "a b.jpg")
    (record,) = events.sqs_messages(inner)["Records"]
    assert json.loads(record["body"]) == inner


def test_a_notification_without_a_subject_has_null() -> None:
    (record,) = events.sns_notification("hello")["Records"]
    assert record["Sns"]["Subject"] is None
    (record,) = events.sns_notification("hello", subject="New")["Records"]
    assert record["Sns"]["Subject"] == "New"


def test_a_topic_writes_attributes_with_capital_letters() -> None:
    (record,) = events.sns_notification("hello", attributes=ATTRIBUTES)["Records"]
    assert record["Sns"]["MessageAttributes"]["count"] == {"Type": "Number.int", "Value": "7"}
    assert record["Sns"]["MessageAttributes"]["raw"] == {"Type": "Binary", "Value": "AP8="}
