"""Every outcome of an event is told by `lab.explain`, with what to do about it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.observe.explain import Entry
from lambdalab.show.story import StoryTable

Deploy = Callable[..., Function]
NOTHING = "def handler(event, context):\n    return 1\n"
LOOPS = """
import boto3
s3 = boto3.client("s3")

def handler(event, context):
    key = event["Records"][0]["s3"]["object"]["key"]
    s3.put_object(Bucket="told-loop", Key=key + "x", Body=b"")
"""


def bucket(name: str, *keys: str) -> None:
    s3 = boto3.client("s3")
    if name not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=name)
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"x")


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def last(story: StoryTable) -> Entry:
    assert story.rows, story
    assert all(row.text in story._repr_html_().replace("&#x27;", "'").replace("&quot;", '"') for row in story.rows)
    return story.rows[-1]


def test_a_denied_event_is_told_with_the_call_that_lets_it_in(lab: Lab, deploy: Deploy) -> None:
    function = deploy(NOTHING, name="told-denied")
    bucket("told-denied")
    lab.trigger("s3:told-denied", "told-denied")
    boto3.client("lambda").remove_permission(FunctionName="told-denied", StatementId="s3-told-denied")
    bucket("told-denied", "cat.jpg")
    row = last(lab.explain("told-denied"))
    assert row.word == "denied"
    assert "sent by s3:told-denied/cat.jpg: denied, no code ran" in row.text
    exec(row.advice, {"boto3": boto3})  # the call is to copy: what it says is done
    bucket("told-denied", "dog.jpg")
    function.wait(1)
    assert last(lab.explain("told-denied")).word == "ran cold"


def test_a_filtered_event_is_told_with_the_rule_that_does_not_mean_it(lab: Lab, deploy: Deploy) -> None:
    deploy(NOTHING, name="told-filtered")
    bucket("told-filtered")
    lab.trigger("s3:told-filtered", "told-filtered", suffix=".jpg")
    bucket("told-filtered", "cat.JPG")
    row = last(lab.explain("told-filtered"))
    assert row.word == "filtered out"
    assert ".jpg" in row.text and "cat.JPG" in row.text
    assert "rules" in row.advice


def test_events_stand_in_the_order_in_which_they_were_sent_however_long_they_run(lab: Lab, deploy: Deploy) -> None:
    function = deploy(f"import time\ntime.sleep(0.3)\n{NOTHING}", name="told-order")
    bucket("told-order")
    lab.trigger("s3:told-order", "told-order", suffix=".jpg")
    bucket("told-order", "first.jpg", "second.JPG")
    function.wait(1)
    assert [row.word for row in lab.explain("told-order").rows] == ["ran cold", "filtered out"]


def test_a_change_of_rules_is_not_counted_as_an_event(lab: Lab, deploy: Deploy) -> None:
    function = deploy(NOTHING, name="told-changes")
    bucket("told-changes")
    lab.trigger("s3:told-changes", "told-changes")
    bucket("told-changes", "cat.jpg")
    function.wait(1)
    assert lab.explain("told-changes").heading == "told-changes: 1 event so far:"
    boto3.client("s3").put_bucket_notification_configuration(Bucket="told-changes", NotificationConfiguration={})
    story = lab.explain("told-changes", last=1)
    assert story.heading == "told-changes: 1 event and 1 change of rules so far, the last one:"
    assert last(story).word == "rule gone"


def test_a_rule_across_regions_is_told_as_refused(lab: Lab, deploy: Deploy) -> None:
    bucket("told-region")
    abroad = "arn:aws:lambda:eu-west-1:123456789012:function:told-region"
    rule = {"LambdaFunctionArn": abroad, "Events": ["s3:ObjectCreated:*"]}
    with pytest.raises(ClientError, match="destination service region"):
        boto3.client("s3").put_bucket_notification_configuration(
            Bucket="told-region", NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
        )
    row = last(lab.explain("told-region"))
    assert row.word == "rule refused"
    assert "must lie in one region" in row.advice


def test_a_call_that_is_turned_away_is_told_with_what_gives_it_room(lab: Lab, deploy: Deploy) -> None:
    deploy(NOTHING, name="told-throttled")
    boto3.client("lambda").put_function_concurrency(FunctionName="told-throttled", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="Rate Exceeded"):
        boto3.client("lambda").invoke(FunctionName="told-throttled")
    row = last(lab.explain("told-throttled"))
    assert row.word == "turned away"
    assert "delete_function_concurrency" in row.advice


def test_an_event_that_waits_is_told_with_the_turn_of_the_clock_that_brings_it_about(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError('no')\n", name="told-waiting")
    function.invoke_async({})
    function.wait(1)
    until(lambda: bool(lab.waiting()), "it waits")
    story = lab.explain("told-waiting")
    assert last(story).word == "failed"
    (waits,) = story.closing
    assert waits.startswith("An event sent with invoke waits for attempt 2 of 3, in ")
    seconds = re.search(r"lab\.clock\.advance\(seconds=(\d+)\)", waits)
    assert seconds is not None
    lab.clock.advance(seconds=int(seconds[1]) + 1)
    assert [one.attempt for one in function.wait(2)] == [1, 2]


def test_a_loop_that_was_stopped_is_told_with_where_to_write_instead(lab: Lab, deploy: Deploy) -> None:
    function = deploy(LOOPS, name="told-loop")
    bucket("told-loop")
    lab.trigger("s3:told-loop", "told-loop")
    bucket("told-loop", "a")
    arn = function.configuration["FunctionArn"]
    until(lambda: lab.steps(kind="delivery", target=arn)[-1:][0].outcome == "stopped", "the loop is stopped")
    until(lambda: len(lab.history("told-loop")) == 16, "the sixteenth run has ended")
    story = lab.explain("told-loop")
    row = last(story)
    assert row.word == "stopped"
    assert row.text.count("had run 16 times in one chain") == 1
    assert row.text.endswith("so it starts itself. It is gone: nobody was named to get it.")
    assert "another bucket" in row.advice
    assert story.heading == "told-loop: 17 events so far, the last 10:"


def test_a_run_names_what_it_asked_of_other_services(lab: Lab, deploy: Deploy) -> None:
    bucket("told-asked")
    source = (
        "import boto3\ns3 = boto3.client('s3')\ndef handler(e, c):\n    s3.put_object(Bucket='told-asked', Key='k')\n"
    )
    deploy(source, name="told-asked").invoke()
    assert "It asked for s3:PutObject of told-asked/k." in last(lab.explain("told-asked")).text


def test_a_function_that_nothing_reached_is_told_with_what_is_set_up_to_call_it(lab: Lab, deploy: Deploy) -> None:
    deploy(NOTHING, name="told-alone")
    assert "Nothing is set up to call it." in str(lab.explain("told-alone"))
    bucket("told-alone")
    lab.trigger("s3:told-alone", "told-alone")
    assert "Set up to call it: the bucket told-alone" in str(lab.explain("told-alone"))
    assert "Nothing bars it." in str(lab.explain("told-alone"))
    policy = json.loads(boto3.client("lambda").get_policy(FunctionName="told-alone")["Policy"])
    boto3.client("lambda").remove_permission(FunctionName="told-alone", StatementId=policy["Statement"][0]["Sid"])
    assert "It does not get through" in str(lab.explain("told-alone"))


def test_the_last_events_alone_are_told_and_numbered_from_the_first(lab: Lab, deploy: Deploy) -> None:
    function = deploy(NOTHING, name="told-many")
    for _ in range(12):
        function.invoke()
    story = lab.explain("told-many", last=2)
    assert story.lines[0] == "told-many: 12 events so far, the last 2:"
    assert [line.split(".")[0] for line in story.lines[1:3]] == ["11", "12"]
    with pytest.raises(ValueError, match="above zero"):
        lab.explain("told-many", last=0)
