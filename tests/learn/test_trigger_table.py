"""The trigger table grows with the course, and its rows of lessons 07 and 08 say what a failing function shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.learn import store, trigger_table
from lambdalab.learn.sources import columns, sources
from tests.learn.tables import make_table

FAILS = "def handler(event, context):\n    raise ValueError('broken')\n"


def column(source: str, name: str) -> str:
    """The right words of one cell."""
    place = [one.name for one in columns()].index(name)
    row = next(one for one in sources("R2") if one.name == source)
    return columns()[place].words(row.right[place])


def test_a_later_lesson_adds_rows_and_choices_and_leaves_those_of_the_review_before_it() -> None:
    names = [source.name for source in sources("R1")]
    assert [source.name for source in sources("07") if source.name in names] == names
    assert {source.name for source in sources("07")} - {*names} == {"HTTP API", "SQS", "DynamoDB stream"}
    assert [source.name for source in sources("R2")] == [*(one.name for one in sources("07")), "SNS or EventBridge"]
    assert [len(one.choices) for one in columns("R1")] == [4, 2, 2, 3, 3]
    assert [len(one.choices) for one in columns("07")] == [5, 3, 4, 3, 4]
    assert [len(one.choices) for one in columns("R2")] == [6, 3, 4, 3, 4]
    for earlier, later in (("R1", "07"), ("07", "R2")):
        for before, after in zip(columns(earlier), columns(later), strict=True):
            assert after.choices[: len(before.choices)] == before.choices


def test_a_letter_of_a_later_lesson_is_unknown_to_the_review(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="'who calls Lambda' has the answers a, b, c, d, not 'e'"):
        trigger_table("R1", {"S3": "e . . . ."})
    trigger_table("07", {"SQS": "e . . . ."})
    assert "1 of 1 cell is right" in capsys.readouterr().out


def test_a_lesson_keeps_no_answers_of_its_table() -> None:
    trigger_table("07", {"SQS": "a b c a a"})
    trigger_table("07", {"SQS": "e b c a a"})
    assert store.load()["reviews"] == {}


def test_a_page_without_a_table_is_told_which_pages_have_one() -> None:
    with pytest.raises(ValueError, match=r"no trigger table for '03'; known are R1, .*07"):
        trigger_table("03")


def without_policy(lab: Lab, name: str) -> bool:
    client = lab.client("lambda")
    try:
        client.get_policy(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return True
    return False


def test_a_queue_hands_its_message_out_again_when_it_is_back_and_takes_no_line_in_the_policy(
    lab: Lab, deploy: Callable[..., Any], read: Callable[..., str]
) -> None:
    function = deploy(FAILS, name="table-queue")
    settings = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "3600"}
    lab.client("sqs").create_queue(QueueName="table-queue", Attributes=settings)
    queue = lab.queue("table-queue")
    read(queue.arn, "table-queue")
    queue.send("one")
    lab.clock.advance(seconds=95)
    times = [run.time for run in function.wait(4)][1:]  # the first one includes a cold start
    assert [later - times[0] for later in times] == pytest.approx([0, 30, 60], abs=3)
    assert column("SQS", "who tries again") == "Lambda, when the message is back"
    assert without_policy(lab, "table-queue") and column("SQS", "whose permission") == "the function's role"
    lab.clock.advance(hours=1)
    assert queue.left == 0 and column("SQS", "what is lost") == "the event, and nobody is told"


def test_a_stream_lets_nothing_pass_a_change_that_fails_until_it_is_a_day_old(
    lab: Lab, deploy: Callable[..., Any], read: Callable[..., str]
) -> None:
    source = "def handler(event, context):\n    keys = [r['dynamodb']['Keys']['id']['S'] for r in event['Records']]\n"
    function = deploy(source + "    print(*keys)\n    assert 'bad' not in keys\n", name="table-stream")
    client = lab.client("dynamodb")
    arn = make_table(lab, "table-stream", stream=True)
    read(arn, "table-stream", StartingPosition="TRIM_HORIZON", BatchSize=1)
    for key in ("bad", "good"):
        client.put_item(TableName="table-stream", Item={"id": {"S": key}})
    lab.clock.advance(hours=1)
    assert {line for line in function.logs(10_000) if line in ("bad", "good")} == {"bad"}
    assert column("DynamoDB stream", "who tries again") == "Lambda, and all that follows waits"
    assert (
        without_policy(lab, "table-stream") and column("DynamoDB stream", "whose permission") == "the function's role"
    )
    client.put_item(TableName="table-stream", Item={"id": {"S": "late"}})
    lab.clock.advance(hours=23, minutes=30)
    assert [line for line in function.logs(10_000) if line in ("bad", "late")][-2:] == ["bad", "late"]
    assert column("DynamoDB stream", "what is lost") == "the event, and nobody is told"


@pytest.mark.parametrize("service", ["sns", "events"])
def test_a_topic_and_a_rule_hand_over_and_lambda_tries_again_and_the_policy_names_the_service(
    lab: Lab, deploy: Callable[..., Any], service: str
) -> None:
    function = deploy(FAILS, name=f"table-{service}")
    if service == "sns":
        sns = lab.client("sns")
        topic = sns.create_topic(Name="table-topic")["TopicArn"]
        who = {"Principal": "sns.amazonaws.com", "SourceArn": topic}
        lab.client("lambda").add_permission(
            FunctionName=function.name, StatementId="topic", Action="lambda:InvokeFunction", **who
        )
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.configuration["FunctionArn"])
        told = sns.publish(TopicArn=topic, Message="one")
    else:
        events = lab.client("events")
        events.create_event_bus(Name="table-bus")
        lab.trigger("events:table-bus", function, pattern={"source": ["table"]})
        entry = {"Source": "table", "DetailType": "Tried", "Detail": "{}", "EventBusName": "table-bus"}
        told = events.put_events(Entries=[entry])
        assert told["FailedEntryCount"] == 0
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 200
    lab.clock.advance(hours=1)
    row = "SNS or EventBridge"
    assert len(function.wait(3)) == 3 and column(row, "who tries again") == "Lambda, two more times"
    assert column(row, "who waits for the function") == "nobody"
    assert column(row, "what is lost") == "the event, and nobody is told"
    policy = json.loads(lab.client("lambda").get_policy(FunctionName=function.name)["Policy"])
    assert [one["Principal"] for one in policy["Statement"]] == [{"Service": f"{service}.amazonaws.com"}]
    assert column(row, "whose permission") == "the function's policy: a service"
    assert column(row, "who calls Lambda") == "the service SNS or EventBridge"
