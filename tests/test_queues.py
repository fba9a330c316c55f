"""`lab.queue`: the handle on a queue says what boto3 says, and sends what boto3 receives."""

from __future__ import annotations

import pytest

from lambdalab import Lab
from lambdalab.errors import LabError


def test_it_knows_its_arn_and_how_many_messages_it_holds_hidden_ones_too(lab: Lab) -> None:
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="q-counted")["QueueUrl"]
    queue = lab.queue("q-counted")
    assert queue.arn == "arn:aws:sqs:us-east-1:123456789012:q-counted"
    queue.send("a", "b", "c")
    (hidden,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert queue.left == 3
    sqs.delete_message(QueueUrl=url, ReceiptHandle=hidden["ReceiptHandle"])
    assert queue.left == 2


def test_it_sends_more_messages_than_one_call_may_carry_and_tells_their_ids_in_order(lab: Lab) -> None:
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="q-many")["QueueUrl"]
    ids = lab.queue("q-many").send(*({"order": number} for number in range(23)))
    found = {}
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found |= {message["MessageId"]: message["Body"] for message in messages}
    assert [found[one] for one in ids] == [f'{{"order": {number}}}' for number in range(23)]


def test_a_text_is_sent_as_it_is(lab: Lab) -> None:
    url = lab.client("sqs").create_queue(QueueName="q-text")["QueueUrl"]
    lab.queue("q-text").send("Zoë, 250")
    assert lab.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "Zoë, 250"


def test_a_queue_that_is_not_there_is_named_with_those_that_are(lab: Lab) -> None:
    lab.client("sqs").create_queue(QueueName="q-there")
    with pytest.raises(LabError, match=r"there is no queue named 'q-nowhere'\. There are: .*q-there"):
        lab.queue("q-nowhere")
