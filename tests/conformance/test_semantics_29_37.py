"""AWS_SEMANTICS 29 to 37 and 43: the sentences about waiting events that have no test beside the part they are about.

The others stand in tests/service: test_asynchronous.py (29, 30) and test_faults.py (31); in tests/triggers:
test_mappings.py (32, 34, 37), test_queues.py (33 to 35, 43) and test_streams.py (37); and in test_batch.py here (34).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.events.keys import SQS, differences
from tests.triggers.mapped import FAILS, REPORTS, TELLS, Make, arn_of
from tests.triggers.mapped import mapped as mapped
from tests.triggers.tables import FAILS as FAILS_ON_CHANGES
from tests.triggers.tables import REPORTING, Table

Deploy = Callable[..., Function]
WAITS = """
import pathlib, sys, time

def handler(event, context):
    pathlib.Path({folder!r}, "began-" + context.aws_request_id).touch()
    while not pathlib.Path({folder!r}, "go").exists():
        time.sleep(0.01)
    return "old"
"""
NEW = "def handler(event, context):\n    print('new code')"
ECHO = TELLS + "    print(json.dumps(event))\n"


def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def began(folder: Path) -> list[Path]:
    """A file for each call of WAITS."""
    return list(folder.glob("began-*"))


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


def unchecked() -> Any:
    """A client that sends what the model forbids."""
    return boto3.client("lambda", config=Config(parameter_validation=False))


# -- 29 and 30: asynchronous invocation --------------------------------------------------------------------------------


def test_29_a_run_that_an_update_overtakes_ends_with_the_old_code_and_the_event_behind_it_runs_the_new(
    deploy: Deploy, lab: Lab, shared: Path
) -> None:
    function = deploy(WAITS.format(folder=str(shared)), name="overtaken", timeout=30)
    boto3.client("lambda").put_function_concurrency(FunctionName="overtaken", ReservedConcurrentExecutions=1)
    function.invoke_async({"n": 1})
    until(lambda: len(began(shared)) == 1, "the first event runs")
    function.invoke_async({"n": 2})
    until(lambda: [one["throttles"] for one in lab.waiting()] == [1], "the second one waits for room")
    deploy(NEW, name="overtaken", timeout=30)
    (shared / "go").touch()
    function.wait(1)
    lab.clock.advance(seconds=10)
    ran = [run for run in lab.history("overtaken") if run.environment]
    assert [run.error_type for run in ran] == [None, None]
    assert [line for line in function.logs() if line == "new code"] == ["new code"]
    assert ran[0].environment != ran[1].environment


@pytest.mark.parametrize(
    "settings",
    [
        {"MaximumRetryAttempts": -1},
        {"MaximumRetryAttempts": 3},
        {"MaximumEventAgeInSeconds": 59},
        {"MaximumEventAgeInSeconds": 21_601},
    ],
)
def test_29_retries_are_0_to_2_and_an_events_age_is_60_to_21600_seconds(
    deploy: Deploy, settings: dict[str, int]
) -> None:
    function = deploy(NEW, name="bounded")
    for name, value in (("MaximumRetryAttempts", 2), ("MaximumEventAgeInSeconds", 60)):
        boto3.client("lambda").put_function_event_invoke_config(FunctionName=function.name, **{name: value})
    put = unchecked().put_function_event_invoke_config
    assert refused(put, FunctionName=function.name, **settings)[0] == "ValidationException"


def test_30_a_topic_as_dead_letter_queue_gets_the_raw_event_and_the_three_attributes(deploy: Deploy, lab: Lab) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    function = deploy("def handler(event, context):\n    raise ValueError('no room')", name="dies-loudly")
    topic, url = sns.create_topic(Name="letters")["TopicArn"], sqs.create_queue(QueueName="heard-of")["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(url),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(url))
    client = boto3.client("lambda")
    client.update_function_configuration(FunctionName=function.name, DeadLetterConfig={"TargetArn": topic})
    request_id = function.invoke_async({"n": 1}).request_id
    lab.clock.advance(minutes=10)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    told = json.loads(message["Body"])
    assert json.loads(told["Message"]) == {"n": 1}
    assert told["MessageAttributes"] == {
        "RequestID": {"Type": "String", "Value": request_id},
        "ErrorCode": {"Type": "Number", "Value": "200"},
        "ErrorMessage": {"Type": "String", "Value": "no room"},
    }
    sns.delete_topic(TopicArn=topic)
    sqs.delete_queue(QueueUrl=url)


# -- 32, 34, 36: queues ------------------------------------------------------------------------------------------------


def test_32_the_largest_batch_window_and_concurrency_are_taken_and_the_smallest_too(mapped: Make) -> None:
    one = mapped()
    update, get = boto3.client("lambda").update_event_source_mapping, boto3.client("lambda").get_event_source_mapping
    for size, window, most in ((10_000, 300, 1000), (1, 0, 2)):
        scaling = {"MaximumConcurrency": most}
        update(UUID=one.uuid, BatchSize=size, MaximumBatchingWindowInSeconds=window, ScalingConfig=scaling)
        told = get(UUID=one.uuid)
        assert (told["BatchSize"], told["MaximumBatchingWindowInSeconds"]) == (size, window)
        assert told["ScalingConfig"] == scaling
    update = unchecked().update_event_source_mapping
    assert refused(update, UUID=one.uuid, BatchSize=0)[0] == "ValidationException"


def test_34_an_empty_text_as_answer_means_that_all_succeeded(mapped: Make) -> None:
    one = mapped("def handler(event, context):\n    return ''", FunctionResponseTypes=[REPORTS])
    one.send("a", "b")
    one.settle()
    assert one.counts() == (0, 0)


@pytest.mark.parametrize("window", [0, 5])
def test_36_a_record_has_awss_keys_and_the_checksum_of_no_attributes_is_null_with_a_window(
    mapped: Make, window: int
) -> None:
    one = mapped(ECHO, BatchSize=1, MaximumBatchingWindowInSeconds=window)
    one.send("hello")
    one.settle(window + 1)
    (told,) = [json.loads(line) for line in one.function.logs() if line.startswith('{"Records"')]
    assert differences(told, SQS) == []
    (record,) = told["Records"]
    assert all(isinstance(value, str) for value in record["attributes"].values())
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record.get("md5OfMessageAttributes", "absent") == (None if window else "absent")


def test_36_a_record_of_a_fifo_queue_has_group_sequence_and_deduplication_as_texts(mapped: Make) -> None:
    one = mapped(ECHO, fifo=True)
    sent = one.sqs.send_message(
        QueueUrl=one.url, MessageBody="hello", MessageGroupId="ada", MessageDeduplicationId="first"
    )
    one.settle()
    (told,) = [json.loads(line) for line in one.function.logs() if line.startswith('{"Records"')]
    assert differences(told, SQS) == []
    attributes = told["Records"][0]["attributes"]
    assert (attributes["MessageGroupId"], attributes["MessageDeduplicationId"]) == ("ada", "first")
    assert attributes["SequenceNumber"] == sent["SequenceNumber"]


# -- 37: streams -------------------------------------------------------------------------------------------------------


@pytest.fixture
def orders(lab: Lab) -> Any:
    table = Table("orders-37")
    yield table
    for uuid in table.mappings:
        boto3.client("lambda").delete_event_source_mapping(UUID=uuid)
    table.client.delete_table(TableName=table.name)


def test_37_a_mapping_of_a_stream_says_its_defaults_and_takes_no_larger_batch(deploy: Deploy, orders: Table) -> None:
    function = deploy(FAILS_ON_CHANGES, name="defaults-37")
    given = {"FunctionName": function.name, "EventSourceArn": orders.stream, "StartingPosition": "LATEST"}
    create = unchecked().create_event_source_mapping
    assert refused(create, BatchSize=10_001, **given)[0] == "ValidationException"
    told = boto3.client("lambda").get_event_source_mapping(UUID=orders.mapped(function))
    said = {name: told[name] for name in ("BatchSize", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds")}
    assert said == {"BatchSize": 100, "MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}
    assert (told["BisectBatchOnFunctionError"], told["ParallelizationFactor"]) == (False, 1)


def test_37_a_number_that_is_not_in_the_batch_means_that_all_failed(deploy: Deploy, lab: Lab, orders: Table) -> None:
    source = FAILS_ON_CHANGES.split("    if any")[0] + "    return {'batchItemFailures': [{'itemIdentifier': '7'}]}"
    function = deploy(source, name="elsewhere-37")
    orders.put("a", "b")
    orders.mapped(function, MaximumRetryAttempts=1, **REPORTING)
    lab.clock.advance(minutes=1)
    assert [line for line in function.logs() if line.startswith("got ")] == ['got ["a", "b"]'] * 2


# -- 43: throttled deliveries ------------------------------------------------------------------------------------------


def test_43_a_throttled_delivery_logs_nothing_and_the_message_counts_as_received_again_only_when_it_is(
    mapped: Make,
) -> None:
    one = mapped(visibility=30)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName=one.function.name, ReservedConcurrentExecutions=0)
    one.send("a")
    one.settle(29)
    assert one.function.logs() == []
    client.delete_function_concurrency(FunctionName=one.function.name)
    one.settle(2)
    assert [batch[0][:2] for batch in one.batches()] == [["a", 2]]


@pytest.mark.parametrize(
    ("settings", "turned_away"), [({}, True), ({"ScalingConfig": {"MaximumConcurrency": 2}}, False)]
)
def test_43_maximum_concurrency_cures_what_reserved_concurrency_alone_turns_away(
    mapped: Make, shared: Path, settings: dict[str, Any], turned_away: bool
) -> None:
    one = mapped(WAITS.format(folder=str(shared)), BatchSize=1, timeout=30, visibility=60, **settings)
    client, throttled = boto3.client("lambda"), "TooManyRequestsException"
    client.put_function_concurrency(FunctionName=one.function.name, ReservedConcurrentExecutions=2)

    def errors() -> list[str | None]:
        return [run.error_type for run in one.lab.history(one.function.name)]

    one.send(*"abcd")
    until(lambda: len(began(shared)) == 2, "two run, and the others find no room")
    if turned_away:
        until(lambda: throttled in errors(), "the poller asked for more")
    (shared / "go").touch()
    one.settle(10)
    assert (throttled in errors(), errors().count(None)) == (turned_away, 4)
    assert one.counts() == (0, 0)


@pytest.mark.parametrize(("visibility", "hidden"), [(60, 60), (30, 20 + 20 + 30)])
def test_43_a_visibility_timeout_shorter_than_window_and_timeout_together_is_lengthened_to_both_and_30_seconds(
    mapped: Make, visibility: int, hidden: int
) -> None:
    one = mapped(FAILS, visibility=visibility, timeout=20, MaximumBatchingWindowInSeconds=20)
    one.send("a")
    one.settle(hidden - 1)
    assert ([batch[0][1] for batch in one.batches()], one.counts()) == ([1], (0, 1))
    one.settle(22)
    assert [batch[0][1] for batch in one.batches()] == [1, 2]
