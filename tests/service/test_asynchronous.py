"""Asynchronous events: retries, ages, destinations and dead letters, each sentence of AWS_SEMANTICS 8 and 29 to 31."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import deploy as deploy_function
from tests.events.keys import DESTINATION, EVENTBRIDGE, differences

Deploy = Callable[..., Function]
FAILS = "def handler(event, context):\n    raise ValueError('no ' + str(event))"
WORKS = "def handler(event, context):\n    return {'got': event}"
THIRD = """
runs = 0

def handler(event, context):
    global runs
    runs += 1
    if runs < 3:
        raise ValueError("not yet")
    return runs
"""
PRINTS = "import json\ndef handler(event, context):\n    print('got', json.dumps(event))"
SQS_ARN, FUNCTION_ARN = "arn:aws:sqs:us-east-1:123456789012", "arn:aws:lambda:us-east-1:123456789012:function"
SNS_ARN = "arn:aws:sns:us-east-1:123456789012"
MINUTE, HOUR = 60, 3600


@pytest.fixture
def queue(lab: Lab) -> Iterator[Callable[[str], str]]:
    """Make queues that are gone after the test; a queue's ARN is SQS_ARN and its name."""
    sqs, made = boto3.client("sqs"), []

    def make(name: str) -> str:
        made.append(sqs.create_queue(QueueName=name)["QueueUrl"])
        return f"{SQS_ARN}:{name}"

    yield make
    for url in made:
        sqs.delete_queue(QueueUrl=url)


def messages(arn: str) -> list[dict[str, Any]]:
    """What lies in a queue, received for good."""
    sqs, found = boto3.client("sqs"), []
    url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    while got := sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found += got
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def record(arn: str) -> dict[str, Any]:
    (message,) = messages(arn)
    told: dict[str, Any] = json.loads(message["Body"])
    assert differences(told, DESTINATION) == []
    return told


def send(function: Function, payload: Any = None, **more: Any) -> str:
    """Invoke it asynchronously; the request id of the 202."""
    answer = boto3.client("lambda").invoke(
        FunctionName=function.name, InvocationType="Event", Payload=json.dumps(payload or {"n": 1}), **more
    )
    assert answer["StatusCode"] == 202
    return str(answer["ResponseMetadata"]["RequestId"])


def configure(function: Function, success: str = "", failure: str = "", **more: Any) -> dict[str, Any]:
    to = {"OnSuccess": success, "OnFailure": failure}
    named = {when: {"Destination": arn} for when, arn in to.items() if arn}
    config = {"DestinationConfig": named} if named else {}
    kept = boto3.client("lambda").put_function_event_invoke_config(FunctionName=function.name, **config, **more)
    return dict(kept)


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


def times(lab: Lab, function: Function) -> list[int]:
    """When its attempts began, in seconds since the first."""
    began = [one.began or one.time for one in lab.history(function.name)]
    return [round(moment - began[0]) for moment in began]


# -- 8 and 29: attempts -----------------------------------------------------------------------------------------------


def test_8_and_29_an_event_is_tried_three_times_after_0_60_and_180_seconds_under_the_id_of_its_202(
    deploy: Deploy, lab: Lab
) -> None:
    function = deploy(FAILS, name="three-times")
    request_id = send(function)
    lab.clock.advance(seconds=10 * MINUTE)
    assert times(lab, function) == [0, 60, 180]
    assert [one.attempt for one in lab.history(function.name)] == [1, 2, 3]
    assert {one.request_id for one in lab.history(function.name)} == {request_id}
    assert len({one.trace for one in lab.history(function.name)}) == 1


def test_29_an_event_that_works_at_the_third_attempt_is_not_tried_again(deploy: Deploy, lab: Lab) -> None:
    function = deploy(THIRD, name="third-time")
    send(function)
    lab.clock.advance(seconds=HOUR)
    assert [one.error_type for one in lab.history(function.name)] == ["ValueError", "ValueError", None]


@pytest.mark.parametrize(("retries", "moments"), [(0, [0]), (1, [0, 60]), (2, [0, 60, 180])])
def test_29_maximum_retry_attempts_is_obeyed(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str], retries: int, moments: list[int]
) -> None:
    function, failed = deploy(FAILS, name=f"retried-{retries}"), queue(f"retried-{retries}")
    configure(function, failure=failed, MaximumRetryAttempts=retries)
    send(function)
    lab.clock.advance(seconds=HOUR)
    assert times(lab, function) == moments
    context = record(failed)["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", retries + 1)


def test_29_throttles_go_back_for_six_hours_with_a_back_off_of_one_second_to_five_minutes_and_are_no_attempts(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(WORKS, name="crowded", timeout=10), queue("crowded")
    client = boto3.client("lambda")
    configure(function, failure=failed)
    client.publish_version(FunctionName="crowded")
    client.put_function_concurrency(FunctionName="crowded", ReservedConcurrentExecutions=1)
    client.put_provisioned_concurrency_config(
        FunctionName="crowded", Qualifier="1", ProvisionedConcurrentExecutions=1
    )  # all that is reserved is provisioned for version 1, so $LATEST gets nothing
    send(function)
    lab.clock.advance(seconds=0)
    expected, due = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], [lab.waiting()[0]["due"]]
    for wait in [1, *expected[:-1]]:
        lab.clock.advance(seconds=wait)
        due.append(lab.waiting()[0]["due"])
    assert [round(later - earlier) for earlier, later in itertools.pairwise(due)] == expected
    assert lab.waiting()[0]["attempt"] == 1
    lab.clock.advance(seconds=6 * HOUR)
    assert lab.waiting() == []
    context = record(failed)["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("EventAgeExceeded", 0)
    assert {one.error_type for one in lab.history("crowded")} == {"TooManyRequestsException"}


def test_29_maximum_event_age_ends_the_waiting_and_the_record_has_the_last_answer(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(FAILS, name="too-old"), queue("too-old")
    configure(function, failure=failed, MaximumEventAgeInSeconds=100)
    send(function, "x")
    lab.clock.advance(seconds=99)
    assert messages(failed) == []
    lab.clock.advance(seconds=2)
    told = record(failed)
    assert times(lab, function) == [0, 60]
    assert told["requestContext"]["condition"] == "EventAgeExceeded"
    assert told["requestContext"]["approximateInvokeCount"] == 2
    assert told["responsePayload"]["errorMessage"] == "no x"


def test_29_events_that_are_queued_at_an_update_run_the_new_code(deploy: Deploy, lab: Lab) -> None:
    function = deploy(FAILS, name="updated")
    send(function)
    function.wait(1)
    deploy(WORKS, name="updated")
    lab.clock.advance(seconds=HOUR)
    assert [one.error_type for one in lab.history("updated")] == ["ValueError", None]


def test_29_an_event_whose_function_was_deleted_is_dropped(lab: Lab) -> None:
    function = deploy_function(lab, "deleted-soon", FAILS)
    send(function)
    function.wait(1)
    boto3.client("lambda").delete_function(FunctionName="deleted-soon")
    lab.clock.advance(seconds=HOUR)
    assert len(lab.history("deleted-soon")) == 1 and lab.waiting() == []
    (step,) = [s for s in lab.steps(kind="delivery", target=f"{FUNCTION_ARN}:deleted-soon") if s.outcome == "missing"]
    assert "deleted" in step.reason


# -- 30: records ------------------------------------------------------------------------------------------------------


def test_30_the_record_of_a_failure_has_the_event_the_answer_and_the_whole_arn(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(FAILS, name="recorded"), queue("recorded")
    configure(function, failure=failed)
    request_id = send(function, {"order": 7})
    lab.clock.advance(seconds=HOUR)
    told = record(failed)
    assert told["version"] == "1.0" and told["timestamp"].endswith("Z")
    assert told["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{FUNCTION_ARN}:recorded:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert told["requestPayload"] == {"order": 7}
    assert told["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert told["responsePayload"]["errorType"] == "ValueError"


def test_30_the_record_of_success_has_no_function_error_and_counts_its_attempts(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, done, failed = deploy(THIRD, name="succeeded"), queue("succeeded"), queue("not-failed")
    configure(function, success=done, failure=failed)
    send(function)
    lab.clock.advance(seconds=HOUR)
    told = record(done)
    assert told["requestContext"]["condition"] == "Success"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert told["responsePayload"] == 3
    assert messages(failed) == []


def test_30_a_function_that_is_switched_off_passes_its_events_on_at_once_without_an_answer(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(WORKS, name="async-switched-off"), queue("async-switched-off")
    configure(function, failure=failed)
    boto3.client("lambda").put_function_concurrency(FunctionName="async-switched-off", ReservedConcurrentExecutions=0)
    send(function)
    lab.clock.advance(seconds=0)
    told = record(failed)
    assert told["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert told["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in told and "responsePayload" not in told


def test_30_settings_belong_to_one_qualifier_and_the_record_names_it(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, client, failed = deploy(FAILS, name="aliased"), boto3.client("lambda"), queue("aliased")
    client.publish_version(FunctionName="aliased")
    client.create_alias(FunctionName="aliased", Name="live", FunctionVersion="1")
    client.put_function_event_invoke_config(
        FunctionName="aliased",
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": failed}},
    )
    send(function)
    send(function, Qualifier="live")
    lab.clock.advance(seconds=HOUR)
    told = record(failed)
    assert told["requestContext"]["functionArn"] == f"{FUNCTION_ARN}:aliased:live"
    assert told["responseContext"]["executedVersion"] == "1"
    assert sorted(one.version for one in lab.history("aliased")) == ["$LATEST"] * 3 + ["1"]


def test_30_a_function_gets_the_record_as_its_event_and_both_are_one_trace(deploy: Deploy, lab: Lab) -> None:
    function, listens = deploy(WORKS, name="async-tells"), deploy(PRINTS, name="listens")
    configure(function, success=f"{FUNCTION_ARN}:listens")
    send(function, {"n": 3})
    lab.clock.advance(seconds=1)
    (line,) = [line for line in listens.logs() if line.startswith("got ")]
    told = json.loads(line.removeprefix("got "))
    assert differences(told, DESTINATION) == [] and told["responsePayload"] == {"got": {"n": 3}}
    (first,), (second,) = lab.history("async-tells"), lab.history("listens")
    assert first.trace == second.trace and second.source == "lambda:async-tells" and second.kind == "Event"
    (step,) = [s for s in lab.steps(trace=first.trace) if s.name == "lambda:OnSuccess"]
    assert (step.parent, second.parent) == (first.span, step.span)


def test_30_a_topic_gets_the_record_as_its_message(deploy: Deploy, lab: Lab, queue: Callable[[str], str]) -> None:
    sns, function, heard = boto3.client("sns"), deploy(WORKS, name="to-topic"), queue("heard")
    topic = sns.create_topic(Name="to-topic")["TopicArn"]
    let_topics_in("heard")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=heard, Attributes={"RawMessageDelivery": "true"})
    configure(function, success=topic)
    send(function, {"n": 4})
    lab.clock.advance(seconds=1)
    assert record(heard)["requestPayload"] == {"n": 4}
    sns.delete_topic(TopicArn=topic)


@pytest.mark.parametrize(("source", "word"), [(WORKS, "Success"), (FAILS, "Failure")])
def test_30_a_bus_gets_the_record_as_detail_of_an_event_from_lambda(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str], source: str, word: str
) -> None:
    events, function = boto3.client("events"), deploy(source, name="to-bus")
    listens = deploy(PRINTS, name=f"on-bus-{word}")
    bus = events.create_event_bus(Name="results")["EventBusArn"]
    pattern = json.dumps({"source": ["lambda"]})
    rule = events.put_rule(Name="all", EventBusName="results", EventPattern=pattern)["RuleArn"]
    events.put_targets(
        Rule="all", EventBusName="results", Targets=[{"Id": "1", "Arn": f"{FUNCTION_ARN}:{listens.name}"}]
    )
    boto3.client("lambda").add_permission(
        FunctionName=listens.name, StatementId="bus", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
        SourceArn=rule,
    )  # fmt: skip
    configure(function, success=bus, failure=bus)
    send(function)
    lab.clock.advance(seconds=HOUR)
    (line,) = [line for line in listens.logs() if line.startswith("got ")]
    told = json.loads(line.removeprefix("got "))
    assert differences(told, EVENTBRIDGE | {"detail": DESTINATION}) == []
    assert (told["source"], told["detail-type"]) == ("lambda", f"Lambda Function Invocation Result - {word}")
    assert told["resources"] == [bus, f"{FUNCTION_ARN}:to-bus:$LATEST"]
    events.remove_targets(Rule="all", EventBusName="results", Ids=["1"])
    events.delete_rule(Name="all", EventBusName="results")
    events.delete_event_bus(Name="results")


def test_30_a_bucket_gets_the_record_of_a_failure_as_an_object_under_aws_lambda_async(deploy: Deploy, lab: Lab) -> None:
    s3, function = boto3.client("s3"), deploy(FAILS, name="to-bucket")
    s3.create_bucket(Bucket="failures")
    configure(function, failure="arn:aws:s3:::failures", MaximumRetryAttempts=0)
    send(function, {"n": 5})
    lab.clock.advance(seconds=1)
    (found,) = s3.list_objects_v2(Bucket="failures")["Contents"]
    assert found["Key"].startswith("aws/lambda/async/to-bucket/20")
    told = json.loads(s3.get_object(Bucket="failures", Key=found["Key"])["Body"].read())
    assert told["requestPayload"] == {"n": 5}
    assert refused(configure, function=function, success="arn:aws:s3:::failures") == (
        "InvalidParameterValueException",
        "The destination ARN arn:aws:s3:::failures is invalid.",
    )
    s3.delete_object(Bucket="failures", Key=found["Key"])
    s3.delete_bucket(Bucket="failures")


# -- 30: the control plane --------------------------------------------------------------------------------------------


def test_30_settings_are_put_changed_read_listed_and_deleted(deploy: Deploy, queue: Callable[[str], str]) -> None:
    function, client, done = deploy(WORKS, name="settings"), boto3.client("lambda"), queue("settings")
    kept = configure(function, success=done, MaximumRetryAttempts=1)
    assert kept["FunctionArn"] == f"{FUNCTION_ARN}:settings:$LATEST"
    changed = client.update_function_event_invoke_config(FunctionName="settings", MaximumEventAgeInSeconds=90)
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (1, 90)
    assert changed["DestinationConfig"] == {"OnSuccess": {"Destination": done}, "OnFailure": {}}
    put = client.put_function_event_invoke_config(FunctionName="settings", MaximumEventAgeInSeconds=80)
    assert "MaximumRetryAttempts" not in put and put["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    client.publish_version(FunctionName="settings")
    client.put_function_event_invoke_config(FunctionName="settings", Qualifier="1", MaximumRetryAttempts=0)
    listed = client.list_function_event_invoke_configs(FunctionName="settings")["FunctionEventInvokeConfigs"]
    assert [one["FunctionArn"].rpartition(":")[2] for one in listed] == ["$LATEST", "1"]
    read = client.get_function_event_invoke_config(FunctionName="settings:1")
    assert read["MaximumRetryAttempts"] == 0
    client.delete_function_event_invoke_config(FunctionName="settings", Qualifier="1")
    missing = f"The function {FUNCTION_ARN}:settings:1 doesn't have an EventInvokeConfig"
    for call in (
        client.get_function_event_invoke_config,
        client.update_function_event_invoke_config,
        client.delete_function_event_invoke_config,
    ):
        more = {"MaximumRetryAttempts": 1} if call == client.update_function_event_invoke_config else {}
        said = refused(call, FunctionName="settings", Qualifier="1", **more)
        assert said == ("ResourceNotFoundException", missing)


@pytest.mark.parametrize(
    ("destination", "text"),
    [
        (f"{FUNCTION_ARN}:choosy", "You can't specify the function as a destination for itself."),
        (f"{SQS_ARN}:nowhere", f"The destination ARN {SQS_ARN}:nowhere is invalid."),
        (f"{FUNCTION_ARN}:nobody", f"The destination ARN {FUNCTION_ARN}:nobody is invalid."),
        (f"{SNS_ARN}:no", f"The destination ARN {SNS_ARN}:no is invalid."),
    ],
)  # fmt: skip
def test_30_a_destination_that_cannot_be_is_refused(deploy: Deploy, destination: str, text: str) -> None:
    function = deploy(WORKS, name="choosy")
    assert refused(configure, function=function, failure=destination) == ("InvalidParameterValueException", text)


def test_30_settings_without_a_setting_and_beyond_the_limits_are_refused(deploy: Deploy) -> None:
    function = deploy(WORKS, name="settings-2")
    assert refused(configure, function=function) == (
        "InvalidParameterValueException",
        "You must specify at least one of error handling or destination setting.",
    )
    assert refused(configure, function=function, MaximumRetryAttempts=3)[0] == "ValidationException"
    assert refused(configure, function=function, MaximumEventAgeInSeconds=21_601)[0] == "ValidationException"


def test_30_settings_go_with_the_function(deploy: Deploy) -> None:
    function, client = deploy(WORKS, name="again-new"), boto3.client("lambda")
    configure(function, MaximumRetryAttempts=0)
    client.delete_function(FunctionName="again-new")
    deploy(WORKS, name="again-new")
    said = refused(client.get_function_event_invoke_config, FunctionName="again-new")
    assert said[0] == "ResourceNotFoundException"


# -- 30: dead letters and rights --------------------------------------------------------------------------------------


def test_30_a_dead_letter_is_the_raw_event_with_three_attributes(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    letters = queue("letters")
    function = deploy("def handler(event, context):\n    raise ValueError('é' * 2000)", name="dies")
    set_letters(function, letters)
    request_id = send(function, {"b": 1, "a": [2]})
    lab.clock.advance(seconds=HOUR)
    (letter,) = messages(letters)
    assert letter["Body"] == '{"b": 1, "a": [2]}'
    attributes = letter["MessageAttributes"]
    assert attributes["RequestID"] == {"StringValue": request_id, "DataType": "String"}
    assert attributes["ErrorCode"] == {"StringValue": "200", "DataType": "Number"}
    assert attributes["ErrorMessage"] == {"StringValue": "é" * 512, "DataType": "String"}


def test_30_a_function_can_have_a_destination_and_a_dead_letter_queue(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed, letters = deploy(FAILS, name="both-ends"), queue("both-failed"), queue("both-letters")
    set_letters(function, letters)
    configure(function, failure=failed, MaximumRetryAttempts=0)
    send(function)
    lab.clock.advance(seconds=1)
    assert record(failed)["requestPayload"] == json.loads(messages(letters)[0]["Body"])


def test_30_a_dead_letter_queue_is_kept_taken_off_and_refused_where_it_cannot_be(
    deploy: Deploy, queue: Callable[[str], str]
) -> None:
    function, letters = deploy(WORKS, name="lettered"), queue("kept-letters")
    set_letters(function, letters)
    assert function.configuration["DeadLetterConfig"] == {"TargetArn": letters}
    set_letters(function, "")
    assert "DeadLetterConfig" not in function.configuration
    assert refused(set_letters, function=function, arn=f"{SQS_ARN}:nowhere")[0] == "InvalidParameterValueException"
    assert refused(set_letters, function=function, arn=f"{FUNCTION_ARN}:f")[0] == "InvalidParameterValueException"


def test_30_a_role_that_may_not_send_is_refused_at_once_with_awss_words(
    deploy: Deploy, queue: Callable[[str], str]
) -> None:
    function, letters = deploy(WORKS, name="poor"), queue("rich-letters")
    boto3.client("lambda").update_function_configuration(FunctionName="poor", Role=role("poor"))
    assert refused(set_letters, function=function, arn=letters) == (
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call SendMessage on SQS",
    )
    assert refused(configure, function=function, failure=letters) == (
        "InvalidParameterValueException",
        f"The function's execution role does not have permissions to call SendMessage on {letters}",
    )
    allow("poor", "sqs:SendMessage", letters)
    set_letters(function, letters)
    configure(function, failure=letters)


def test_30_a_right_that_was_taken_away_loses_the_record_and_only_the_journal_tells(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(FAILS, name="impoverished"), queue("unreached")
    arn = role("impoverished")
    allow("impoverished", "sqs:SendMessage", failed)
    boto3.client("lambda").update_function_configuration(FunctionName="impoverished", Role=arn)
    configure(function, failure=failed, MaximumRetryAttempts=0)
    boto3.client("iam").delete_role_policy(RoleName="impoverished", PolicyName="own")
    send(function)
    lab.clock.advance(seconds=1)
    assert messages(failed) == []
    (step,) = lab.steps(kind="delivery", target=failed)
    assert (step.outcome, step.name) == ("denied", "lambda:OnFailure")
    story = str(lab.explain("impoverished"))
    assert "did not reach the destination for failures, the queue unreached" in story
    assert "DestinationDeliveryFailures" in story


def test_30_a_destination_that_was_deleted_loses_the_record(deploy: Deploy, lab: Lab) -> None:
    sqs, function = boto3.client("sqs"), deploy(FAILS, name="lonely")
    url = sqs.create_queue(QueueName="soon-gone")["QueueUrl"]
    configure(function, failure=f"{SQS_ARN}:soon-gone", MaximumRetryAttempts=0)
    sqs.delete_queue(QueueUrl=url)
    send(function)
    lab.clock.advance(seconds=1)
    (step,) = lab.steps(kind="delivery", target=f"{SQS_ARN}:soon-gone")
    assert step.outcome == "missing"


# -- 41, the story, the map -------------------------------------------------------------------------------------------


def test_41_an_event_that_was_stopped_as_a_loop_goes_to_the_dead_letter_queue(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    letters = queue("looped")
    function = deploy(
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('lambda').invoke(FunctionName=context.function_name, InvocationType='Event', Payload='[7]')",
        name="loops",
        timeout=30,
    )
    set_letters(function, letters)
    send(function)
    function.wait(16)
    lab.clock.advance(seconds=HOUR)
    (letter,) = messages(letters)
    assert letter["Body"] == "[7]"
    assert len(lab.history("loops")) == 16


def test_the_story_tells_each_attempt_and_what_came_after_it(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, failed = deploy(FAILS, name="async-told"), queue("told-failed")
    send(function)
    function.wait(1)
    assert "Attempt 1 of 3 failed; the next attempt is at " in str(lab.explain("async-told"))
    lab.clock.advance(seconds=HOUR)
    assert "After 3 attempts it is gone: nobody was named to get it." in str(lab.explain("async-told"))
    configure(function, failure=failed, MaximumRetryAttempts=1)
    send(function)
    lab.clock.advance(seconds=HOUR)
    story = str(lab.explain("async-told", last=1))
    assert "After 2 attempts it was given up." in story
    assert "A record of it went to the destination for failures, the queue told-failed." in story


def test_the_map_draws_destinations_and_the_dead_letter_queue(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    function, letters, done = deploy(WORKS, name="mapped"), queue("mapped-letters"), queue("mapped-done")
    set_letters(function, letters)
    configure(function, success=done)
    labels = {arrow.target: arrow.label for arrow in lab.topology("mapped").arrows}
    assert labels == {letters: "dead letters of asynchronous events", done: "on success"}
    send(function)
    lab.clock.advance(seconds=1)
    states = {arrow.target: arrow.state for arrow in lab.topology("mapped").arrows if arrow.target in (letters, done)}
    assert states == {letters: "may, not yet", done: "may and did"}


def test_the_map_draws_a_bucket_and_the_destination_of_an_alias(
    deploy: Deploy, lab: Lab, queue: Callable[[str], str]
) -> None:
    deploy(WORKS, name="map-aliased")
    client, done = boto3.client("lambda"), queue("map-of-alias")
    boto3.client("s3").create_bucket(Bucket="map-failures")
    client.publish_version(FunctionName="map-aliased")
    client.create_alias(FunctionName="map-aliased", Name="live", FunctionVersion="1")
    named = {"OnSuccess": {"Destination": done}, "OnFailure": {"Destination": "arn:aws:s3:::map-failures"}}
    client.put_function_event_invoke_config(FunctionName="map-aliased", Qualifier="live", DestinationConfig=named)
    labels = {arrow.target: arrow.label for arrow in lab.topology("map-aliased").arrows}
    assert labels == {done: "on success", "arn:aws:s3:::map-failures": "on failure"}
    boto3.client("s3").delete_bucket(Bucket="map-failures")


def set_letters(function: Function, arn: str) -> None:
    boto3.client("lambda").update_function_configuration(
        FunctionName=function.name, DeadLetterConfig={"TargetArn": arn}
    )


def let_topics_in(name: str) -> None:
    sqs = boto3.client("sqs")
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": f"{SQS_ARN}:{name}"}]})
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], Attributes={"Policy": policy})


def role(name: str) -> str:
    """A role that Lambda may wear and that may do nothing."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return str(boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])


def allow(name: str, action: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
