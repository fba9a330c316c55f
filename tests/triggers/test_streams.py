"""Item 37 of AWS_SEMANTICS.md: a stream's changes come in order, and a batch that fails holds up its shard."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.events.keys import DISCARDED, DYNAMODB, differences
from tests.triggers.tables import (
    FAILS,
    REPORTING,
    REPORTS,
    SAYS,
    Table,
    batches,
    filters,
    images,
    let_in,
    letters,
    on_failure,
    queue,
    update,
)

Deploy = Callable[..., Function]
MakeTable = Callable[..., Table]
_numbers = itertools.count(1)


@pytest.fixture
def table(lab: Lab) -> Iterator[MakeTable]:
    made: list[Table] = []

    def make(view: str = "NEW_AND_OLD_IMAGES") -> Table:
        made.append(Table(f"orders-{next(_numbers)}", view))
        return made[-1]

    yield make
    if lab.running:
        for one in made:
            one.close()


def moments(lab: Lab, function: Function) -> list[float]:
    """When each run began, in seconds after the first."""
    began = [one.began for one in lab.history(function.name) if one.environment]
    return [round(moment - began[0], 1) for moment in began]


# -- records -----------------------------------------------------------------------------------------------------------


def test_a_change_arrives_with_every_key_that_aws_recorded(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function = deploy("import json\ndef handler(event, context):\n    print(json.dumps(event))", name="tell")
    orders = table()
    orders.mapped(function)
    orders.put("hello world", binary_key={"B": b"foobar"})
    lab.clock.advance(seconds=1)
    (event,) = [json.loads(line) for line in function.logs() if line.startswith('{"Records"')]
    assert differences(event, DYNAMODB) == []
    (record,) = event["Records"]
    assert (record["eventVersion"], record["eventSource"]) == ("1.1", "aws:dynamodb")
    assert (record["eventSourceARN"], record["awsRegion"]) == (orders.stream, "us-east-1")
    change = record["dynamodb"]
    assert change["Keys"] == {"id": {"S": "hello world"}}
    assert change["NewImage"] == {"id": {"S": "hello world"}, "binary_key": {"B": "Zm9vYmFy"}}
    assert isinstance(change["ApproximateCreationDateTime"], float)
    assert change["SizeBytes"] == len("id") + 11 + len("id") + 11 + len("binary_key") + 6
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert change["SequenceNumber"] == orders.records()[0]["dynamodb"]["SequenceNumber"]


@pytest.mark.parametrize(
    ("view", "insert", "modify", "remove"),
    [
        ("KEYS_ONLY", ["Keys"], ["Keys"], ["Keys"]),
        ("NEW_IMAGE", ["Keys", "NewImage"], ["Keys", "NewImage"], ["Keys"]),
        ("OLD_IMAGE", ["Keys"], ["Keys", "OldImage"], ["Keys", "OldImage"]),
        ("NEW_AND_OLD_IMAGES", ["Keys", "NewImage"], ["Keys", "NewImage", "OldImage"], ["Keys", "OldImage"]),
    ],
)
def test_a_record_holds_what_the_view_of_its_stream_says(
    table: MakeTable, view: str, insert: list[str], modify: list[str], remove: list[str]
) -> None:
    orders = table(view)
    orders.put("a")
    orders.update("a", 1)
    orders.client.delete_item(TableName=orders.name, Key={"id": {"S": "a"}})
    assert images(orders.records()) == [("INSERT", insert), ("MODIFY", modify), ("REMOVE", remove)]


def test_a_write_that_changes_nothing_leaves_no_record(table: MakeTable) -> None:
    orders = table()
    orders.put("a", n={"N": "1"})
    orders.put("a", n={"N": "1"})
    orders.update("a", 1)
    orders.client.delete_item(TableName=orders.name, Key={"id": {"S": "never there"}})
    assert [one["eventName"] for one in orders.records()] == ["INSERT"]


def test_an_update_of_an_item_that_is_not_there_is_one_insert(table: MakeTable) -> None:
    orders = table()
    orders.update("a", 1)
    orders.update("b", 2)
    first, second = orders.records()
    assert images([first, second]) == [("INSERT", ["Keys", "NewImage"])] * 2
    assert first["dynamodb"]["NewImage"] == {"id": {"S": "a"}, "n": {"N": "1"}}
    assert int(first["dynamodb"]["SequenceNumber"]) < int(second["dynamodb"]["SequenceNumber"])


def test_a_record_stays_as_it_was_when_its_item_changes_again(table: MakeTable) -> None:
    orders = table()
    orders.put("a", tags={"L": [{"M": {"n": {"SS": ["x"]}}}]})
    orders.client.update_item(
        TableName=orders.name,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET tags[0].n = :n",
        ExpressionAttributeValues={":n": {"SS": ["x", "y"]}},
    )
    insert, modify = (one["dynamodb"] for one in orders.records())
    assert insert["NewImage"]["tags"] == modify["OldImage"]["tags"] == {"L": [{"M": {"n": {"SS": ["x"]}}}]}
    assert modify["NewImage"]["tags"] == {"L": [{"M": {"n": {"SS": ["x", "y"]}}}]}


def test_a_transaction_that_is_cancelled_leaves_no_record(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="undone"), table()
    orders.mapped(function)
    orders.put("a")
    put = {"TableName": orders.name, "Item": {"id": {"S": "b"}}}
    refused = {**put, "Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(id)"}
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        orders.client.transact_write_items(TransactItems=[{"Put": put}, {"Put": refused}])
    orders.client.transact_write_items(TransactItems=[{"Put": {**put, "Item": {"id": {"S": "c"}}}}])
    lab.clock.advance(seconds=1)
    assert sorted(itertools.chain(*batches(function))) == ["a", "c"]
    assert len(orders.records()) == 2


def test_a_record_is_kept_for_24_hours(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    orders = table()
    orders.put("old")
    lab.clock.advance(hours=23.9)
    orders.put("young")
    assert len(orders.records()) == 2
    lab.clock.advance(hours=0.2)
    (left,) = orders.records()
    assert left["dynamodb"]["Keys"] == {"id": {"S": "young"}}
    function = deploy(SAYS, name="late")
    orders.mapped(function)
    lab.clock.advance(seconds=1)
    assert batches(function) == [["young"]]


def test_a_write_is_answered_before_the_function_has_run(deploy: Deploy, table: MakeTable, lab: Lab) -> None:
    function, orders = deploy(SAYS, name="apart"), table()
    orders.mapped(function)
    orders.put("a")
    run = function.wait(1)[0]
    (put,) = [step for step in lab.steps(kind="request") if step.name == "dynamodb:PutItem"][-1:]
    assert put.ended <= run.began


# -- positions and batches ---------------------------------------------------------------------------------------------


def test_trim_horizon_begins_with_the_oldest_change_and_latest_after_the_mapping(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    everything, news, orders = deploy(SAYS, name="everything"), deploy(SAYS, name="news"), table()
    orders.put("a", "b")
    orders.mapped(everything, StartingPosition="TRIM_HORIZON")
    orders.mapped(news, StartingPosition="LATEST")
    orders.put("c")
    lab.clock.advance(seconds=1)
    assert list(itertools.chain(*batches(everything))) == ["a", "b", "c"]
    assert batches(news) == [["c"]]


def test_a_batch_holds_100_changes_unless_the_mapping_says_another_number(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    hundred, seven, orders = deploy(SAYS, name="hundred"), deploy(SAYS, name="seven"), table()
    orders.put(*(str(n) for n in range(120)))
    orders.mapped(hundred)
    orders.mapped(seven, BatchSize=7)
    lab.clock.advance(seconds=1)
    assert [len(one) for one in batches(hundred)] == [100, 20]
    assert [len(one) for one in batches(seven)] == [7] * 17 + [1]
    assert list(itertools.chain(*batches(seven))) == [str(n) for n in range(120)]


def test_a_batch_is_full_at_6_mb(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="heavy"), table()
    orders.put(*(str(n) for n in range(20)), text={"S": "x" * 390_000})
    orders.mapped(function)
    lab.clock.advance(seconds=1)
    first, *others = batches(function)
    assert len(first) == 6 * 2**20 // 390_300
    assert [*first, *itertools.chain(*others)] == [str(n) for n in range(20)]


def test_a_batch_that_is_not_full_waits_for_its_window(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="patient"), table()
    orders.mapped(function, MaximumBatchingWindowInSeconds=60, BatchSize=5)
    orders.put("a")
    lab.clock.advance(seconds=30)
    orders.put("b")
    lab.clock.advance(seconds=20)
    assert batches(function) == []
    lab.clock.advance(seconds=11)
    assert batches(function) == [["a", "b"]]
    orders.put("1", "2", "3", "4", "5", "6")
    lab.clock.advance(seconds=1)
    assert batches(function)[1:] == [["1", "2", "3", "4", "5"]]


def test_two_mappings_of_a_stream_have_a_position_each(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    stuck, free, orders = deploy(FAILS, name="stuck"), deploy(SAYS, name="free"), table()
    orders.put("poison", "a")
    orders.mapped(stuck)
    orders.mapped(free)
    lab.clock.advance(seconds=1)
    orders.put("b")
    lab.clock.advance(seconds=10)
    assert list(itertools.chain(*batches(free))) == ["poison", "a", "b"]
    assert "b" not in itertools.chain(*batches(stuck))


def test_filters_are_asked_before_a_batch_is_full_and_what_they_keep_back_is_passed_over(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(SAYS, name="stream-choosy"), table()
    orders.put("small", n={"N": "1"})
    orders.put("a", "b", n={"N": "9"})
    orders.put("small too", n={"N": "1"})
    orders.client.delete_item(TableName=orders.name, Key={"id": {"S": "a"}})
    nine = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"n": {"N": ["9"]}}}}
    orders.mapped(function, BatchSize=2, **filters(nine, {"eventName": ["REMOVE"]}))
    lab.clock.advance(seconds=1)
    assert batches(function) == [["a", "b"], ["a"]]
    kept_back = [step for step in lab.steps(source=orders.stream) if step.outcome == "filtered"]
    assert kept_back and "no filter of the mapping matches" in kept_back[0].reason


# -- failures ----------------------------------------------------------------------------------------------------------


def test_a_failing_batch_holds_up_its_shard_and_is_tried_again_for_24_hours(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="held-up"), table()
    orders.put("poison")
    orders.mapped(function)
    lab.clock.advance(seconds=1)
    orders.put("a")
    lab.clock.advance(hours=23)
    assert set(map(tuple, batches(function))) == {("poison",)}
    lab.clock.advance(hours=1.5)
    assert batches(function)[-1] == ["a"] or batches(function)[-1] == ["poison"]
    waits = [round(b - a) for a, b in itertools.pairwise(moments(lab, function))]
    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waits[9:-2]) == {300}


def test_a_batch_succeeds_when_the_function_is_mended(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="mended"), table()
    orders.put("a", "poison", "b")
    orders.mapped(function)
    lab.clock.advance(minutes=3)
    orders.put("c")
    deploy(SAYS, name="mended")
    lab.clock.advance(minutes=5)
    assert batches(function)[-2:] == [["a", "poison", "b"], ["c"]]


def test_maximum_retry_attempts_bounds_the_attempts_and_the_next_batch_comes(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="stream-bounded"), table()
    orders.put("poison", "a")
    orders.put("b")
    orders.mapped(function, BatchSize=2, MaximumRetryAttempts=3)
    lab.clock.advance(minutes=1)
    assert batches(function) == [["poison", "a"]] * 4 + [["b"]]


def test_the_record_of_a_batch_that_was_given_up_is_aws_s_own(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="stream-recorded"), table()
    url, arn = queue("stream-recorded")
    orders.put("a", "poison", "b")
    orders.mapped(function, MaximumRetryAttempts=1, **on_failure(arn))
    lab.clock.advance(minutes=1)
    (letter,) = letters(url)
    assert differences(letter, DISCARDED) == []
    last = [one for one in lab.history(function.name) if one.environment][-1]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in orders.records()]
    info = letter["DDBStreamBatchInfo"]
    (shard,) = boto3.client("dynamodbstreams").describe_stream(StreamArn=orders.stream)["StreamDescription"]["Shards"]
    moments = [info.pop("approximateArrivalOfFirstRecord"), info.pop("approximateArrivalOfLastRecord")]
    assert [datetime.strptime(one, "%Y-%m-%dT%H:%M:%SZ") for one in moments] == sorted(
        datetime.strptime(one, "%Y-%m-%dT%H:%M:%SZ") for one in moments
    )
    assert datetime.strptime(letter.pop("timestamp"), "%Y-%m-%dT%H:%M:%S.%fZ")
    assert letter == {
        "requestContext": {
            "requestId": last.request_id,
            "functionArn": function.configuration["FunctionArn"],
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": shard["ShardId"],
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[2],
            "batchSize": 3,
            "streamArn": orders.stream,
        },
    }


def test_the_record_leads_to_the_changes_while_the_stream_keeps_them(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="found-again"), table()
    url, arn = queue("found-again")
    orders.put("a", "poison", "b")
    orders.mapped(function, BatchSize=1, MaximumRetryAttempts=0, **on_failure(arn))
    lab.clock.advance(minutes=1)
    number = letters(url)[0]["DDBStreamBatchInfo"]["startSequenceNumber"]
    found = orders.records("AT_SEQUENCE_NUMBER", SequenceNumber=number)
    assert found[0]["dynamodb"]["Keys"] == {"id": {"S": "poison"}}


def test_a_topic_gets_the_same_record_and_a_bucket_the_whole_event_as_well(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, other, orders = deploy(FAILS, name="stream-to-topic"), deploy(FAILS, name="stream-to-bucket"), table()
    url, queue_arn = queue("from-topic")
    topic = boto3.client("sns").create_topic(Name="given-up")["TopicArn"]
    let_in(url, queue_arn, topic)
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="given-up")
    orders.put("poison")
    orders.mapped(function, MaximumRetryAttempts=0, **on_failure(topic))
    uuid = orders.mapped(other, MaximumRetryAttempts=0, **on_failure("arn:aws:s3:::given-up"))
    lab.clock.advance(minutes=1)
    (notified,) = letters(url)
    told = json.loads(notified["Message"])
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert "payload" not in told
    (stored,) = s3.list_objects_v2(Bucket="given-up")["Contents"]
    shard, day = told["DDBStreamBatchInfo"]["shardId"], told["timestamp"][:10]
    assert stored["Key"].startswith(f"aws/lambda/{uuid}/{shard}/{day.replace('-', '/')}/{day}T")
    whole = json.loads(s3.get_object(Bucket="given-up", Key=stored["Key"])["Body"].read())
    (record,) = json.loads(whole["payload"])["Records"]
    assert record["dynamodb"]["Keys"] == {"id": {"S": "poison"}}
    assert whole["DDBStreamBatchInfo"] == told["DDBStreamBatchInfo"]


def test_a_role_that_may_not_send_loses_the_record_and_the_story_says_so(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    iam = boto3.client("iam")
    service = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [service]}
    role = iam.create_role(RoleName="reads-only", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    may = [{"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": may})
    iam.put_role_policy(RoleName="reads-only", PolicyName="reads", PolicyDocument=policy)
    function, orders = deploy(FAILS, name="mute"), table()
    boto3.client("lambda").update_function_configuration(FunctionName="mute", Role=role)
    url, arn = queue("mute")
    orders.put("poison")
    orders.mapped(function, MaximumRetryAttempts=0, **on_failure(arn))
    lab.clock.advance(minutes=1)
    assert letters(url) == []
    (step,) = lab.steps(kind="delivery", target=arn)
    assert (step.name, step.outcome) == ("lambda:OnFailure", "denied")
    assert "sqs:SendMessage" in str(lab.explain("mute"))


def test_maximum_record_age_gives_up_what_is_too_old_and_only_that(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="aged"), table()
    url, arn = queue("aged")
    orders.put("poison")
    lab.clock.advance(seconds=30)
    orders.put("poison too")
    orders.mapped(function, MaximumRecordAgeInSeconds=60, **on_failure(arn))
    lab.clock.advance(seconds=40)
    (first,) = letters(url)
    assert first["requestContext"]["condition"] == "RecordAgeExceeded"
    assert first["requestContext"]["approximateInvokeCount"] == sum("poison" in one for one in batches(function))
    assert first["DDBStreamBatchInfo"]["batchSize"] == 1
    lab.clock.advance(seconds=30)
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in letters(url)] == [1]
    assert batches(function)[-1] == ["poison too"]


def test_what_was_never_run_is_given_up_without_a_response(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="too-late"), table()
    url, arn = queue("too-late")
    orders.put("a")
    lab.clock.advance(minutes=2)
    orders.put("b")
    orders.mapped(function, MaximumRecordAgeInSeconds=60, **on_failure(arn))
    lab.clock.advance(seconds=1)
    (letter,) = letters(url)
    assert letter["requestContext"]["condition"] == "RecordAgeExceeded"
    assert letter["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in letter
    assert batches(function) == [["b"]]


def test_a_batch_that_is_turned_away_uses_up_no_retry(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="no-room"), table()
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="no-room", ReservedConcurrentExecutions=0)
    orders.put("a")
    orders.mapped(function, MaximumRetryAttempts=0)
    lab.clock.advance(hours=1)
    assert batches(function) == []
    client.delete_function_concurrency(FunctionName="no-room")
    lab.clock.advance(minutes=5)
    assert batches(function) == [["a"]]


def test_bisecting_finds_the_poisoned_change_and_does_not_count_as_a_retry(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="bisected"), table()
    url, arn = queue("bisected")
    orders.put("1", "2", "3", "poison", "5", "6", "7", "8")
    orders.mapped(function, BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, **on_failure(arn))
    lab.clock.advance(minutes=1)
    assert batches(function) == [
        ["1", "2", "3", "poison", "5", "6", "7", "8"],
        ["1", "2", "3", "poison"],
        ["1", "2"],
        ["3", "poison"],
        ["3"],
        ["poison"],
        ["poison"],
        ["5", "6", "7", "8"],
    ]
    (letter,) = letters(url)
    info = letter["DDBStreamBatchInfo"]
    assert info["startSequenceNumber"] == info["endSequenceNumber"] == orders.records()[3]["dynamodb"]["SequenceNumber"]


# -- partial failures --------------------------------------------------------------------------------------------------


def test_the_lowest_number_that_was_reported_is_the_checkpoint(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(REPORTS, name="checkpoint"), table()
    url, arn = queue("checkpoint")
    orders.put("1", "2", "poison", "4", "poison too", "6")
    orders.mapped(function, MaximumRetryAttempts=1, **REPORTING, **on_failure(arn))
    lab.clock.advance(minutes=1)
    rest = ["poison", "4", "poison too", "6"]
    assert batches(function) == [["1", "2", *rest], rest, rest]
    (letter,) = letters(url)
    assert letter["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}
    assert letter["DDBStreamBatchInfo"]["startSequenceNumber"] == orders.records()[2]["dynamodb"]["SequenceNumber"]
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 4


def test_with_bisecting_a_batch_is_cut_where_the_function_reports(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(REPORTS, name="both"), table()
    url, arn = queue("both")
    orders.put("1", "2", "3", "poison", "5", "6")
    settings = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 0, **REPORTING, **on_failure(arn)}
    orders.mapped(function, **settings)
    lab.clock.advance(minutes=1)
    assert batches(function) == [["1", "2", "3", "poison", "5", "6"], ["poison", "5", "6"], ["poison"], ["5", "6"]]
    (letter,) = letters(url)
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1


@pytest.mark.parametrize(
    ("answer", "runs"),
    [
        ("None", 1),
        ("{}", 1),
        ("[]", 1),
        ("{'batchItemFailures': []}", 1),
        ("{'batchItemFailures': None}", 1),
        ("{'batchItemFailures': [{'itemIdentifier': 123}]}", 3),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", 3),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", 3),
        ("{'batchItemFailures': [{'foo': 123}]}", 3),
        ("1 / 0", 3),
    ],
)
def test_what_an_answer_means_for_its_batch(deploy: Deploy, lab: Lab, table: MakeTable, answer: str, runs: int) -> None:
    orders = table()
    function = deploy(SAYS + f"    return {answer}", name=f"answers-{orders.name}")
    url, arn = queue(function.name)
    orders.put("a")
    orders.mapped(function, MaximumRetryAttempts=2, **REPORTING, **on_failure(arn))
    lab.clock.advance(minutes=1)
    assert len(batches(function)) == runs
    error = [one["responseContext"]["functionError"] for one in letters(url)]
    assert error == ([] if runs == 1 else ["Unhandled"] if answer == "1 / 0" else [None])


def test_a_report_counts_only_when_the_mapping_asks_for_it(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(REPORTS, name="stream-unasked"), table()
    orders.put("1", "poison", "3")
    orders.mapped(function)
    lab.clock.advance(minutes=1)
    assert batches(function) == [["1", "poison", "3"]]


# -- the mapping's life ------------------------------------------------------------------------------------------------


def test_a_mapping_that_was_switched_off_goes_on_where_it_stopped(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="paused"), table()
    uuid = orders.mapped(function)
    orders.put("a")
    lab.clock.advance(seconds=1)
    update(uuid, Enabled=False)
    orders.put("b", "c")
    lab.clock.advance(hours=1)
    assert batches(function) == [["a"]]
    update(uuid, Enabled=True)
    orders.put("d")
    lab.clock.advance(seconds=1)
    assert list(itertools.chain(*batches(function))) == ["a", "b", "c", "d"]


def test_a_batch_that_fails_waits_while_its_mapping_is_off_and_is_tried_at_once_when_it_is_on_again(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="off-and-on"), table()
    orders.put("poison", "a")
    uuid = orders.mapped(function)
    lab.clock.advance(hours=1)
    update(uuid, Enabled=False)
    runs = len(batches(function))
    lab.clock.advance(hours=1)
    assert len(batches(function)) == runs
    assert [one for one in lab.waiting() if one["function"] == "off-and-on"] == []
    update(uuid, Enabled=True)
    lab.clock.advance(seconds=1)
    assert batches(function)[runs:] == [["poison", "a"]]


def test_what_expires_while_a_mapping_is_off_is_lost_and_the_story_says_so(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(SAYS, name="long-off"), table()
    uuid = orders.mapped(function)
    orders.put("a")
    lab.clock.advance(seconds=1)
    update(uuid, Enabled=False)
    orders.put("b", "c")
    lab.clock.advance(hours=25)
    orders.put("d")
    update(uuid, Enabled=True)
    lab.clock.advance(seconds=1)
    assert batches(function) == [["a"], ["d"]]
    assert "2 changes expired after 24 hours, before the mapping had read them" in str(lab.explain("long-off"))


def test_new_settings_reach_a_batch_that_holds_up_its_shard(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="repaired"), table()
    url, arn = queue("repaired")
    orders.put("1", "poison", "3")
    uuid = orders.mapped(function)
    lab.clock.advance(hours=3)
    update(uuid, BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, **on_failure(arn))
    lab.clock.advance(minutes=1)
    assert batches(function)[-1] == ["3"]
    assert len(letters(url)) == 1


def test_deleting_the_mapping_in_mid_batch_lets_the_batch_end_and_reads_no_more(
    deploy: Deploy, lab: Lab, table: MakeTable, shared: Path
) -> None:
    for name in ("began", "go"):
        os.mkfifo(shared / name)  # who writes waits until somebody reads
    waits = f"""
    with open({str(shared / "began")!r}, "w"), open({str(shared / "go")!r}):
        raise ValueError("and fail")
"""
    function, orders = deploy(SAYS + waits, name="mid-batch", timeout=30), table()
    orders.put("a", "b")
    uuid = orders.mapped(function, BatchSize=1)
    with (shared / "began").open():
        boto3.client("lambda").delete_event_source_mapping(UUID=uuid)
    with (shared / "go").open("w"):
        function.wait(1)
    lab.clock.advance(hours=1)
    assert batches(function) == [["a"]]


def test_the_stream_of_a_deleted_table_is_read_to_its_end(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="stream-orphan"), table()
    orders.put("poison", "a")
    orders.mapped(function, BatchSize=1, MaximumRetryAttempts=2)
    orders.client.delete_table(TableName=orders.name)
    orders.create()
    orders.put("another table of this name")
    lab.clock.advance(minutes=1)
    assert batches(function) == [["poison"]] * 3 + [["a"]]


def test_a_stream_that_has_ended_is_there_for_24_hours_more(lab: Lab, table: MakeTable) -> None:
    orders, client = table("KEYS_ONLY"), boto3.client("dynamodbstreams")
    orders.put("a")
    orders.client.delete_table(TableName=orders.name)
    told = client.describe_stream(StreamArn=orders.stream)["StreamDescription"]
    assert (told["StreamStatus"], told["StreamViewType"], told["TableName"]) == ("DISABLED", "KEYS_ONLY", orders.name)
    (record,) = orders.records()
    assert record["dynamodb"]["SequenceNumber"] == told["Shards"][0]["SequenceNumberRange"]["EndingSequenceNumber"]
    lab.clock.advance(hours=25)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        orders.records()


def test_a_stream_can_be_switched_off_and_a_new_one_begins(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(SAYS, name="renewed"), table()
    orders.mapped(function)
    orders.put("a")
    off = {"StreamEnabled": False}
    orders.client.update_table(TableName=orders.name, StreamSpecification=off)
    orders.put("unseen")
    on = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    lab.clock.advance(seconds=1)
    table_now = orders.client.update_table(TableName=orders.name, StreamSpecification=on)["TableDescription"]
    assert table_now["LatestStreamArn"] != orders.stream
    orders.put("in the new one")
    lab.clock.advance(seconds=1)
    assert batches(function) == [["a"]]


def test_a_function_that_was_deleted_gets_its_changes_when_it_is_there_again(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(SAYS, name="away"), table()
    orders.mapped(function, MaximumRetryAttempts=0)
    function.delete()
    orders.put("a")
    lab.clock.advance(minutes=10)
    deploy(SAYS, name="away")
    lab.clock.advance(seconds=1)
    assert batches(function) == [["a"]]


def test_the_mapping_says_how_its_last_batch_went(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="results"), table()
    client = boto3.client("lambda")
    uuid = orders.mapped(function, MaximumRetryAttempts=0)

    def result() -> str:
        lab.clock.advance(seconds=1)
        return str(client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"])

    assert result() == "No records processed"
    orders.put("poison")
    assert result() == "PROBLEM: Function call failed"
    orders.put("a")
    assert result() == "OK"


@pytest.mark.parametrize("setting", [{"ParallelizationFactor": 2}, {"TumblingWindowInSeconds": 30}])
def test_what_is_left_out_is_refused_in_plain_words(deploy: Deploy, table: MakeTable, setting: dict[str, int]) -> None:
    function, orders = deploy(SAYS, name="left-out"), table()
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{next(iter(setting))}"):
        orders.mapped(function, **setting)


# -- order, traces, stories --------------------------------------------------------------------------------------------


def test_the_changes_of_200_writers_at_once_all_arrive_and_in_order_for_each_key(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    says = """
    for change in changes:
        print("n " + change["Keys"]["id"]["S"] + " " + change["NewImage"]["n"]["N"])
"""
    function, orders = deploy(SAYS + says, name="crowd"), table()
    orders.mapped(function, BatchSize=25)
    with ThreadPoolExecutor(200) as writers:
        list(writers.map(lambda n: [orders.update(str(n), step) for step in range(1, 6)], range(200)))
    lab.clock.advance(seconds=5)
    seen: dict[str, list[int]] = {}
    for line in function.logs(100_000):
        if line.startswith("n "):
            _, key, number = line.split()
            seen.setdefault(key, []).append(int(number))
    assert seen == {str(n): [1, 2, 3, 4, 5] for n in range(200)}


def test_no_trace_goes_through_a_stream_and_a_function_may_write_to_its_own_table(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    writes = """
    import boto3
    n = int(changes[0]["NewImage"].get("n", {"N": "0"})["N"])
    if n < 20:
        boto3.client("dynamodb").update_item(TableName=context.function_name, Key={"id": {"S": "a"}},
            UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": str(n + 1)}})
"""
    orders = table()
    function = deploy(SAYS + writes, name=orders.name, timeout=30)
    orders.mapped(function)
    orders.put("a")
    lab.clock.advance(seconds=30)
    runs = [one for one in lab.history(function.name) if one.environment]
    assert len(runs) == 21
    assert len({one.trace for one in runs}) == 21


def test_explain_tells_of_the_batch_that_holds_up_its_shard(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    function, orders = deploy(FAILS, name="explained"), table()
    orders.put("1", "poison", "3")
    orders.mapped(function)
    lab.clock.advance(minutes=12)
    first = orders.records()[0]["dynamodb"]["SequenceNumber"]
    told = str(lab.explain("explained"))
    assert f"The shard of dynamodb:{orders.name} is blocked by 3 changes from {first} on, for 12 min" in told
    assert "The next attempt, number " in told
    (waiting,) = [one for one in lab.waiting() if one["function"] == "explained"]
    lab.clock.advance(seconds=301)
    (later,) = [one for one in lab.waiting() if one["function"] == "explained"]
    assert later["attempt"] == waiting["attempt"] + 1


def test_the_map_draws_the_stream_and_the_destination_of_its_mapping(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="stream-mapped"), table()
    _, arn = queue("mapped-letters")
    orders.put("poison")
    orders.mapped(function, MaximumRetryAttempts=0, **on_failure(arn))
    lab.clock.advance(minutes=1)
    to = function.configuration["FunctionArn"]
    arrows = {(one.source, one.target): one for one in lab.topology("stream-mapped").arrows}
    assert arrows[orders.stream.partition("/stream/")[0], to].label == "stream"
    assert arrows[to, arn].label == "on failure" and not arrows[to, arn].reason


def test_one_poisoned_change_among_31_is_set_apart_and_the_good_ones_come_in_order(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="workbook"), table()
    url, arn = queue("workbook")
    uuid = orders.mapped(function)
    ids = ["poison", *(f"good-{n}" for n in range(30))]
    orders.put(*ids)
    lab.clock.advance(hours=1)
    assert all("poison" in one for one in batches(function))
    before = len(batches(function))
    update(uuid, BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, **on_failure(arn))
    lab.clock.advance(minutes=1)
    after = batches(function)[before:]
    assert list(itertools.chain(*(one for one in after if "poison" not in one))) == ids[1:]
    assert after.count(["poison"]) == 3
    (letter,) = letters(url)
    info = letter["DDBStreamBatchInfo"]
    assert info["startSequenceNumber"] == info["endSequenceNumber"] == orders.records()[0]["dynamodb"]["SequenceNumber"]


def test_without_bisecting_good_changes_are_thrown_out_with_the_poisoned_one_and_bigger_batches_free_nothing(
    deploy: Deploy, lab: Lab, table: MakeTable
) -> None:
    function, orders = deploy(FAILS, name="wrong-answers"), table()
    url, arn = queue("wrong-answers")
    orders.put("poison", *(f"good-{n}" for n in range(30)))
    uuid = orders.mapped(function, BatchSize=10)
    lab.clock.advance(hours=1)
    update(uuid, BatchSize=1000)
    lab.clock.advance(hours=1)
    assert all("poison" in one for one in batches(function))
    update(uuid, MaximumRetryAttempts=0, **on_failure(arn))
    lab.clock.advance(minutes=1)
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in letters(url)] == [10]
    assert sum(len(one) for one in batches(function) if "poison" not in one) == 21


POWERTOOLS = """
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


def one(record: DynamoDBRecord):
    name = record.dynamodb.new_image["id"]
    if name.startswith("poison"):
        raise ValueError("this one is poisoned")
    print("did " + name)


def handler(event, context):
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""


@pytest.mark.slow
def test_the_batch_processor_of_powertools_works_unchanged(deploy: Deploy, lab: Lab, table: MakeTable) -> None:
    layers = [lab.layer(name) for name in ("aws-lambda-powertools", "pydantic", "jmespath")]
    function, orders = deploy(POWERTOOLS, name="powertools", layers=layers, timeout=30), table()
    url, arn = queue("powertools")
    orders.put("a", "b", "poison", "c", "d")
    settings = {"MaximumRetryAttempts": 1, "BisectBatchOnFunctionError": True, **REPORTING, **on_failure(arn)}
    orders.mapped(function, **settings)
    lab.clock.advance(minutes=1)
    did = [line.removeprefix("did ") for line in function.logs(1000) if line.startswith("did ")]
    assert list(dict.fromkeys(did)) == ["a", "b", "c", "d"]
    (letter,) = letters(url)
    assert letter["DDBStreamBatchInfo"]["startSequenceNumber"] == orders.records()[2]["dynamodb"]["SequenceNumber"]
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1
    orders.put("poison too")
    lab.clock.advance(minutes=1)
    assert len(letters(url)) == 1


def test_an_environment_that_dies_in_mid_batch_loses_nothing(
    deploy: Deploy, lab: Lab, table: MakeTable, shared: Path
) -> None:
    dies = f"""
    import os, pathlib
    once = pathlib.Path({str(shared / "once")!r})
    if not once.exists():
        once.touch()
        os.kill(os.getpid(), 9)
"""
    function, orders = deploy(SAYS + dies, name="stream-dies"), table()
    orders.put("a", "b")
    orders.mapped(function)
    lab.clock.advance(minutes=1)
    orders.put("c")
    lab.clock.advance(minutes=1)
    assert batches(function)[-2:] == [["a", "b"], ["c"]]
    assert [bool(one.error_type) for one in lab.history("stream-dies")] == [True, False, False]
