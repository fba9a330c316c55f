"""`lab.trigger` and the console make Lambda read a queue or a stream, and say what the role lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import boto3
import pytest

from lambdalab import Function, Lab, LabError
from lambdalab.console.actions import Actions
from lambdalab.console.triggers import source

Deploy = Callable[..., Function]
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
TELLS = "def handler(event, context):\n    return len(event['Records'])\n"


@pytest.fixture
def reads(deploy: Deploy) -> Function:
    return deploy(TELLS, "reads", timeout=10)


@pytest.fixture
def queue(lab: Lab) -> Iterator[str]:
    url = boto3.client("sqs").create_queue(QueueName="added-orders")["QueueUrl"]
    yield url
    _forget("reads")
    boto3.client("sqs").delete_queue(QueueUrl=url)


@pytest.fixture
def table(lab: Lab) -> Iterator[str]:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="added-notes",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "added-notes"
    _forget("reads")
    client.delete_table(TableName="added-notes")


def _forget(name: str) -> None:
    client = boto3.client("lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if mapping["FunctionArn"].split(":")[6] == name:
            client.delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_message_runs_the_function_after_one_line(
    lab: Lab, reads: Function, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger("sqs:added-orders", reads)
    said = capsys.readouterr().out
    assert "reads the queue added-orders and calls reads with batches of up to 10. One call did it" in said
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="a")
    lab.clock.advance(seconds=0)
    assert lab.history("reads")[-1].source == "sqs:added-orders"
    lab.trigger("sqs:added-orders", reads)
    assert "It did so already" in capsys.readouterr().out
    _forget("reads")
    exec("import boto3\n" + said.partition("\n\n")[2])  # the call that was printed does the same
    assert len(boto3.client("lambda").list_event_source_mappings(FunctionName="reads")["EventSourceMappings"]) == 1


def test_a_role_without_the_rights_is_told_how_to_get_them_and_gets_them(lab: Lab, reads: Function, queue: str) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": TRUST})
    role = boto3.client("iam").create_role(RoleName="added-role", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    boto3.client("lambda").update_function_configuration(FunctionName="reads", Role=role)
    with pytest.raises(LabError, match="does not have permissions to call ReceiveMessage on SQS") as told:
        lab.trigger("sqs:added-orders", reads)
    exec("import boto3\n" + str(told.value)[str(told.value).index("boto3.client") :].rstrip("."))
    lab.trigger("sqs:added-orders", reads)


def test_a_table_needs_a_stream_first(lab: Lab, reads: Function, table: str) -> None:
    with pytest.raises(LabError, match="has no stream") as told:
        lab.trigger(f"dynamodb:{table}", reads)
    exec("import boto3\n" + str(told.value)[str(told.value).index("boto3.client") :].rstrip("."))
    lab.trigger(f"dynamodb:{table}", reads)
    boto3.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}})
    lab.clock.advance(seconds=1)
    assert [run.source for run in lab.history("reads")][-1] == "dynamodb:added-notes"


def test_the_console_adds_shows_tries_and_removes_a_queue(lab: Lab, reads: Function, queue: str) -> None:
    actions, form = Actions(lab), {"queue": "added-orders", "size": "5"}
    before = len(lab.history("reads"))
    said = actions.add_trigger("reads", source("SQS queue"), form)
    assert "batches of up to 5" in said and "added no permission" in said
    (trigger,) = actions.triggers("reads")
    assert (trigger.kind, trigger.source, trigger.when) == ("SQS queue", "added-orders", "batches of up to 5")
    for _ in range(2):
        assert "Sent by sqs:added-orders: reads ran" in actions.try_out("reads", source("SQS queue"), form)
    assert len(lab.history("reads")) == before + 2
    assert "does not read the queue added-orders" in actions.remove_trigger("reads", trigger)
    assert actions.triggers("reads") == []
    with pytest.raises(LabError, match="is no batch size"):
        actions.add_trigger("reads", source("SQS queue"), {**form, "size": "many"})


def test_the_console_adds_and_tries_a_stream(lab: Lab, reads: Function, table: str) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    boto3.client("dynamodb").update_table(TableName=table, StreamSpecification=stream)
    actions, form = Actions(lab), {"table": table, "size": ""}
    actions.add_trigger("reads", source("DynamoDB stream"), form)
    (trigger,) = actions.triggers("reads")
    assert (trigger.source, trigger.when) == (table, "batches of up to 100")
    assert "reads ran" in actions.try_out("reads", source("DynamoDB stream"), form)
