"""The control plane of event source mappings answers and refuses as AWS does (AWS_SEMANTICS 32, 34, 35, 37, 42)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.agenda import Agenda
from lambdalab.clock import LabClock
from lambdalab.events.batch_answer import verdict
from lambdalab.events.sqs import Message
from lambdalab.observe.journal import Journal
from lambdalab.observe.tracing import Trace
from lambdalab.triggers.batches import Received, Taken
from lambdalab.triggers.mappings import EventSourceMapping, Pollers
from lambdalab.triggers.queues import QueuePoller
from tests.triggers.mapped import Make, arn_of
from tests.triggers.mapped import mapped as mapped

Deploy = Callable[..., Function]
ACCOUNT = "123456789012"
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture
def function(deploy: Deploy) -> Function:
    return deploy("handler = print", name="is-mapped", timeout=10)


@pytest.fixture
def queue(lab: Lab) -> Iterator[str]:
    """The ARN of a queue."""
    url = boto3.client("sqs").create_queue(QueueName="is-read")["QueueUrl"]
    yield arn_of(url)
    client = boto3.client("lambda")
    for mapping in client.list_event_source_mappings(EventSourceArn=arn_of(url))["EventSourceMappings"]:
        client.delete_event_source_mapping(UUID=mapping["UUID"])
    boto3.client("sqs").delete_queue(QueueUrl=url)


def create(source: str, function: str = "is-mapped", **settings: Any) -> dict[str, Any]:
    made: dict[str, Any] = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=source, FunctionName=function, **settings
    )
    made.pop("ResponseMetadata")
    return made


def refused(call: Callable[[], Any]) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as error:
        call()
    answer = error.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def invalid(text: str) -> tuple[str, str, int]:
    return "InvalidParameterValueException", text, 400


# -- answers -----------------------------------------------------------------------------------------------------------


def test_a_mapping_of_a_queue_is_answered_with_awss_members_and_no_others(function: Function, queue: str) -> None:
    made = create(queue)
    uuid, changed = made.pop("UUID"), made.pop("LastModified")
    expected = {
        "BatchSize": 10,
        "EventSourceArn": queue,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:event-source-mapping:{uuid}",
        "FunctionArn": function.configuration["FunctionArn"],
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    }
    assert made == expected
    found = boto3.client("lambda").get_event_source_mapping(UUID=uuid)
    found.pop("ResponseMetadata")
    assert found == {**expected, "UUID": uuid, "LastModified": changed, "State": "Enabled"}


def test_a_mapping_goes_through_awss_states(function: Function, queue: str) -> None:
    client = boto3.client("lambda")
    uuid = create(queue, Enabled=False)["UUID"]

    def state() -> str:
        return str(client.get_event_source_mapping(UUID=uuid)["State"])

    assert state() == "Disabled"
    told = [(client.update_event_source_mapping(UUID=uuid, Enabled=on)["State"], state()) for on in (True, True, False)]
    assert told == [("Enabling", "Enabled"), ("Updating", "Enabled"), ("Disabling", "Disabled")]
    assert client.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    assert refused(lambda: client.get_event_source_mapping(UUID=uuid)) == gone
    assert refused(lambda: client.update_event_source_mapping(UUID=uuid, BatchSize=1)) == gone
    assert refused(lambda: client.delete_event_source_mapping(UUID=uuid)) == gone


def test_settings_are_kept_changed_and_taken_back(function: Function, queue: str) -> None:
    client = boto3.client("lambda")
    filters = {"Filters": [{"Pattern": '{"body": {"kind": ["order"]}}'}]}
    uuid = create(
        queue, BatchSize=50, MaximumBatchingWindowInSeconds=3, FilterCriteria=filters,
        ScalingConfig={"MaximumConcurrency": 4}, FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]  # fmt: skip
    found = client.get_event_source_mapping(UUID=uuid)
    assert (found["FilterCriteria"], found["ScalingConfig"]) == (filters, {"MaximumConcurrency": 4})
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    client.update_event_source_mapping(UUID=uuid, ScalingConfig={}, FilterCriteria={}, FunctionResponseTypes=[])
    found = client.get_event_source_mapping(UUID=uuid)
    assert "ScalingConfig" not in found and "FilterCriteria" not in found
    assert (found["FunctionResponseTypes"], found["BatchSize"]) == ([], 50)


def test_mappings_are_listed_by_function_and_by_source(function: Function, queue: str, deploy: Deploy) -> None:
    other = deploy("handler = print", name="is-mapped-too")
    client = boto3.client("lambda")
    mine, others = create(queue)["UUID"], create(queue, other.name)["UUID"]

    def listed(**by: str) -> set[str]:
        return {one["UUID"] for one in client.list_event_source_mappings(**by)["EventSourceMappings"]}

    assert listed(EventSourceArn=queue) == {mine, others}
    assert listed(FunctionName=function.configuration["FunctionArn"]) == listed(FunctionName="is-mapped") == {mine}
    assert listed(EventSourceArn=queue, FunctionName=other.name) == {others}


def test_a_mapping_of_an_alias_calls_the_alias(mapped: Make) -> None:
    one = mapped()
    client = boto3.client("lambda")
    version = client.publish_version(FunctionName=one.function.name)["Version"]
    alias = client.create_alias(FunctionName=one.function.name, Name="live", FunctionVersion=version)["AliasArn"]
    told = client.update_event_source_mapping(UUID=one.uuid, FunctionName=f"{one.function.name}:live")
    assert told["FunctionArn"] == alias
    one.send("a")
    one.settle()
    assert [run.version for run in one.lab.history(one.function.name)] == [version]


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_a_queue_whose_visibility_timeout_is_too_short_is_refused(
    function: Function, deploy: Deploy, queue: str
) -> None:
    deploy("handler = print", name="is-mapped", timeout=31)
    text = "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"
    assert refused(lambda: create(queue)) == invalid(text)


def test_what_does_not_exist_is_refused(function: Function, queue: str) -> None:
    nowhere = queue.replace("is-read", "is-not-there")
    text = (
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist."
    )
    assert refused(lambda: create(nowhere)) == invalid(text)
    assert refused(lambda: create(queue, "nobody")) == invalid("Function does not exist")
    assert refused(lambda: create(queue, "is-mapped:nothing")) == invalid("Function does not exist")
    no_source = boto3.client("lambda").create_event_source_mapping
    assert refused(lambda: no_source(FunctionName="is-mapped")) == invalid("Unrecognized event source.")


def test_the_same_pair_is_refused_and_names_the_mapping_that_is_there(function: Function, queue: str) -> None:
    uuid = create(queue)["UUID"]
    text = (
        f'An event source mapping with SQS arn (" {queue} ") and function (" is-mapped ") already exists. '
        f"Please update or delete the existing mapping with UUID {uuid}"
    )
    assert refused(lambda: create(queue)) == ("ResourceConflictException", text, 409)


def test_a_large_batch_needs_a_window(function: Function, queue: str) -> None:
    text = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    assert refused(lambda: create(queue, BatchSize=11)) == invalid(text)
    uuid = create(queue, BatchSize=11, MaximumBatchingWindowInSeconds=1)["UUID"]
    update = boto3.client("lambda").update_event_source_mapping
    assert refused(lambda: update(UUID=uuid, MaximumBatchingWindowInSeconds=0)) == invalid(text)


@pytest.mark.parametrize(
    "settings",
    [
        {"BatchSize": 10_001, "MaximumBatchingWindowInSeconds": 1},
        {"MaximumBatchingWindowInSeconds": 301},
        {"ScalingConfig": {"MaximumConcurrency": 1}},
        {"ScalingConfig": {"MaximumConcurrency": 1001}},
    ],
)
def test_figures_outside_the_models_limits_are_refused(
    function: Function, queue: str, settings: dict[str, Any]
) -> None:
    unchecked = boto3.client("lambda", config=Config(parameter_validation=False))
    given = {"EventSourceArn": queue, "FunctionName": "is-mapped", **settings}
    code, text, _ = refused(lambda: unchecked.create_event_source_mapping(**given))
    assert code == "ValidationException"
    assert "failed to satisfy constraint" in text


def test_a_fifo_queue_takes_no_window_and_at_most_ten(function: Function) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="is-read.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    text = "Batching window is not supported for FIFO queues"
    assert refused(lambda: create(arn_of(url), MaximumBatchingWindowInSeconds=1)) == invalid(text)
    assert refused(lambda: create(arn_of(url), BatchSize=11))[0] == "InvalidParameterValueException"
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("pattern", ["no json", '{"body": "order"}', "[]", '{"body": [{"exist": true}]}'])
def test_a_pattern_that_cannot_be_read_is_refused(function: Function, queue: str, pattern: str) -> None:
    criteria = {"Filters": [{"Pattern": pattern}]}
    assert refused(lambda: create(queue, FilterCriteria=criteria)) == invalid("Invalid filter pattern definition.")


def test_a_sixth_filter_is_refused(function: Function, queue: str) -> None:
    criteria = {"Filters": [{"Pattern": '{"body": ["a"]}'}] * 6}
    assert "at most 5 filters" in refused(lambda: create(queue, FilterCriteria=criteria))[1]


def test_a_source_in_another_region_is_refused(function: Function, queue: str) -> None:
    text = "Event source region must match Lambda region us-east-1."
    assert refused(lambda: create(queue.replace("us-east-1", "eu-west-1"))) == invalid(text)


def test_a_role_without_the_rights_on_the_queue_is_refused_with_the_right_that_is_missing(
    function: Function, queue: str
) -> None:
    iam, client = boto3.client("iam"), boto3.client("lambda")
    made = iam.create_role(RoleName="reads-little", AssumeRolePolicyDocument=json.dumps({"Statement": TRUST}))
    client.update_function_configuration(FunctionName="is-mapped", Role=made["Role"]["Arn"])
    missing = []
    for allowed in ([], ["ReceiveMessage"], ["ReceiveMessage", "DeleteMessage"]):
        grant = {"Effect": "Allow", "Action": [f"sqs:{one}" for one in allowed] or "s3:GetObject", "Resource": queue}
        policy = json.dumps({"Version": "2012-10-17", "Statement": grant})
        iam.put_role_policy(RoleName="reads-little", PolicyName="p", PolicyDocument=policy)
        missing.append(refused(lambda: create(queue)))
    texts = [f"The function execution role does not have permissions to call {one} on SQS" for one in (
        "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"
    )]  # fmt: skip
    assert missing == [invalid(text) for text in texts]
    iam.attach_role_policy(
        RoleName="reads-little", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    )
    assert create(queue)["State"] == "Creating"


# -- streams -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stream(lab: Lab) -> Iterator[str]:
    """The ARN of a table's stream."""
    client = boto3.client("dynamodb")
    made = client.create_table(
        TableName="is-streamed",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    arn = str(made["TableDescription"]["LatestStreamArn"])
    yield arn
    mappings = boto3.client("lambda").list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    for mapping in mappings:
        boto3.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
    client.delete_table(TableName="is-streamed")


def test_a_stream_needs_a_starting_position_of_its_own_kind(function: Function, stream: str) -> None:
    assert "startingPosition" in refused(lambda: create(stream))[1]
    text = f"Unsupported starting position for arn type: {stream}"
    assert refused(lambda: create(stream, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=0)) == invalid(
        text
    )


def test_a_stream_that_is_not_there_is_refused(function: Function, stream: str) -> None:
    nowhere = stream.replace("is-streamed", "nothing")
    assert refused(lambda: create(nowhere, StartingPosition="LATEST")) == invalid(f"Stream not found: {nowhere}")


# -- what answers mean, and the growth of a poller ---------------------------------------------------------------------

IDS = ["1", "2", "3"]
NONE: list[str] = []


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (b"", NONE),
        (b"null", NONE),
        (b"{}", NONE),
        (b'{"batchItemFailures": []}', NONE),
        (b'{"batchItemFailures": null}', NONE),
        (b'{"failures": [{"itemIdentifier": "1"}]}', NONE),
        (b'{"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "1"}]}', ["1", "3"]),
        (b'{"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "2"}]}', ["2"]),
        (b"no json", IDS),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', IDS),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', IDS),
        (b'{"batchItemFailures": [{"itemIdentifier": "2"}, {"foo": "1"}]}', IDS),
        (b'{"batchItemFailures": ["1"]}', IDS),
        (b'{"batchItemFailures": [{"itemIdentifier": "4"}]}', IDS),
    ],
)
def test_an_answer_names_what_failed_and_one_that_cannot_be_understood_fails_all(
    answer: bytes, failed: list[str]
) -> None:
    said = verdict(answer, IDS)
    assert list(said.failed) == failed
    assert bool(said.reason) == (failed == IDS)


class _Endless:
    """Queues that always have one more message."""

    def receive(self, arn: str, most: int, least_hidden: float) -> Received:
        self.least_hidden = least_hidden
        return Received([Taken(Message("x", arn), Trace.new())], 1e12)

    def delete(self, arn: str, receipts: Any) -> None: ...

    def next_moment(self, arn: str) -> float | None:
        return None


class _Slow:
    """A service whose calls end when they are told to."""

    def __init__(self, speed: float = 1.0) -> None:
        self.agenda, self.journal, self.moment = Agenda(LabClock(speed)), Journal(), 0.0
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def now(self) -> float:
        return self.moment

    def prepare(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(function=SimpleNamespace(timeout=3), request_id="r")

    def invoke(self, call: Any, *, kind: str) -> Any:
        self.begun.release()
        self.go.wait(30)
        return SimpleNamespace(error=None, payload=b"null")


@pytest.mark.parametrize(("most", "at_first", "later"), [(None, 5, 20), (2, 2, 2), (12, 5, 12)])
def test_five_batches_run_at_first_and_three_hundred_more_a_minute_up_to_the_maximum(
    most: int | None, at_first: int, later: int
) -> None:
    service = _Slow()
    mapping = EventSourceMapping(
        "u", "arn:aws:sqs:r:1:q", "arn:aws:lambda:r:1:function:f", batch_size=1, most_at_once=most
    )
    poller = QueuePoller(mapping, _Endless(), service)  # type: ignore[arg-type]  # as much of a service as it asks
    poller.news()
    for _ in range(at_first):
        assert service.begun.acquire(timeout=30)
    assert not service.begun.acquire(timeout=0.2)
    service.moment = 3.0  # 15 more
    poller.news()
    for _ in range(later - at_first):
        assert service.begun.acquire(timeout=30)
    assert not service.begun.acquire(timeout=0.2)
    poller.close()
    service.go.set()
    assert service.agenda.settle()
    service.agenda.close()


def test_on_a_faster_clock_messages_are_hidden_for_as_long_as_the_function_may_really_run() -> None:
    """Durations of handlers are real, so a timeout of 3 s is 180 s on a clock that runs 60 times as fast."""
    service, queues = _Slow(speed=60), _Endless()
    mapping = EventSourceMapping("u", "arn:aws:sqs:r:1:q", "arn:aws:lambda:r:1:function:f", batch_size=1)
    poller = QueuePoller(mapping, queues, service)  # type: ignore[arg-type]  # as much of a service as it asks
    poller.news()
    assert service.begun.acquire(timeout=30)
    assert queues.least_hidden == 180
    poller.close()
    service.go.set()
    assert service.agenda.settle()
    service.agenda.close()


class _JustMissed(_Endless):
    """A queue whose one message can be received from a moment on that passes right after the first look at it."""

    def __init__(self, clock: LabClock) -> None:
        self.clock, self.looks = clock, 0

    def receive(self, arn: str, most: int, least_hidden: float) -> Received:
        self.looks += 1
        return super().receive(arn, most, least_hidden) if self.looks == 2 else Received()

    def next_moment(self, arn: str) -> float | None:
        return None if self.looks else self.clock.now()


def test_a_message_that_is_seen_again_while_the_queue_is_read_is_not_forgotten() -> None:
    service = _Slow()
    mapping = EventSourceMapping("u", "arn:aws:sqs:r:1:q", "arn:aws:lambda:r:1:function:f", batch_size=1)
    queues = _JustMissed(service.agenda.clock)
    poller = QueuePoller(mapping, queues, service)  # type: ignore[arg-type]  # as much of a service as it asks
    service.go.set()
    poller.news()
    assert service.begun.acquire(timeout=30)
    poller.close()
    assert service.agenda.settle()
    service.agenda.close()


def test_pollers_are_told_of_news_of_their_own_source_and_closed_with_their_mapping() -> None:
    told: list[tuple[str, str]] = []

    class Told:
        def __init__(self, mapping: EventSourceMapping) -> None:
            self.name = mapping.uuid

        def news(self) -> None:
            told.append((self.name, "news"))

        def change(self, mapping: EventSourceMapping) -> None:
            told.append((self.name, f"size {mapping.batch_size}"))

        def close(self) -> None:
            told.append((self.name, "closed"))

    pollers = Pollers({"sqs": Told})
    first, second = (
        EventSourceMapping(name, f"arn:aws:sqs:r:1:{name}", "arn:aws:lambda:r:1:function:f", batch_size=10)
        for name in ("a", "b")
    )
    for mapping in (first, second):
        pollers.put(mapping)
    told.clear()
    pollers.news("arn:aws:sqs:r:1:b")
    pollers.put(EventSourceMapping("a", "arn:aws:sqs:r:1:a", "arn:aws:lambda:r:1:function:f", batch_size=3))
    pollers.drop("a")
    pollers.news("arn:aws:sqs:r:1:a")
    pollers.close()
    assert told == [("b", "news"), ("a", "size 3"), ("a", "news"), ("a", "closed"), ("b", "closed")]
