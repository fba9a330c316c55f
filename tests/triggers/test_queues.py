"""A queue calls a function through a mapping, as on AWS (AWS_SEMANTICS 33 to 36 and 43)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambdalab import Lab
from tests.test_leftovers import alive_after
from tests.triggers.mapped import FAILS, REPORTS, TELLS, Make
from tests.triggers.mapped import mapped as mapped

client = boto3.client
POISON = (
    TELLS
    + """
    failed = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    if failed and {partly}:
        return {{"batchItemFailures": [{{"itemIdentifier": one}} for one in failed]}}
    if failed:
        raise ValueError("bad")
"""
)
WAITS = """
import json, os, time

def handler(event, context):
    print("BATCH " + json.dumps([[r["body"], int(r["attributes"]["ApproximateReceiveCount"]), r["messageId"]]
                                 for r in event["Records"]]))
    folder = os.environ["FOLDER"]
    open(os.path.join(folder, f"began-{context.aws_request_id}"), "w").write(str(os.getpid()))
    while not os.path.exists(os.path.join(folder, "go")):
        time.sleep(0.01)
"""


def began(folder: Path, most: int = 1) -> list[int]:
    """Wait until so many calls have begun; the numbers of their processes."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        found = [int(path.read_text() or 0) for path in folder.glob("began-*")]
        if len(found) >= most and all(found):
            return found
        time.sleep(0.01)
    raise TimeoutError("no batch has begun")


def go(folder: Path) -> None:
    (folder / "go").touch()


# -- batches and windows (33, 36) --------------------------------------------------------------------------------------


def test_a_batch_that_succeeds_is_deleted(mapped: Make) -> None:
    one = mapped()
    one.send("a")
    one.settle()
    assert one.bodies() == [["a"]]
    assert one.counts() == (0, 0)
    (step,) = one.steps()
    assert (step.outcome, step.target, step.subject) == (
        "ok", one.function.configuration["FunctionArn"], one.batches()[0][0][2],
    )  # fmt: skip


def test_the_story_says_that_lambda_read_a_message_and_when_it_is_seen_again(lab: Lab, mapped: Make) -> None:
    one = mapped(FAILS)
    one.send("bad")
    one.settle()
    told = lab.explain(one.function.name).rows[-1].text
    assert told.startswith(f"read from sqs:{one.arn.rpartition(':')[2]}: ran cold")
    assert "so its one message stays in the queue and is seen again 30 s after it was received." in told
    one.send("bad", "bad too")
    one.settle()
    told = lab.explain(one.function.name).rows[-1].text
    assert "so all of its 2 messages stay in the queue and are seen again 30 s after they were received." in told


def test_messages_sent_together_come_as_batches_of_the_size_that_is_set(mapped: Make) -> None:
    one = mapped(BatchSize=4)
    one.send(*"abcdefghij")
    one.settle()
    assert sorted(len(batch) for batch in one.bodies()) == [2, 4, 4]
    assert sorted(body for batch in one.bodies() for body in batch) == list("abcdefghij")


def test_a_window_gathers_what_comes_within_it_and_a_full_batch_does_not_wait(mapped: Make) -> None:
    one = mapped(BatchSize=25, MaximumBatchingWindowInSeconds=20)
    one.send(*"abcdefgh")
    one.settle(8)
    one.send(*"ijkl")
    one.settle(8)
    assert one.bodies() == []
    one.settle(5)
    assert one.bodies() == [list("abcdefghijkl")]
    for start in ("a", "b", "c"):
        one.send(*(f"{start}{n}" for n in range(10)))
    one.settle()
    assert [len(batch) for batch in one.bodies()] == [12, 25]
    one.settle(20)
    assert [len(batch) for batch in one.bodies()] == [12, 25, 5]
    assert one.counts() == (0, 0)


def test_a_message_with_a_delay_comes_when_it_is_over(mapped: Make) -> None:
    one = mapped()
    one.send("later", DelaySeconds=60)
    one.settle(59)
    assert (one.bodies(), one.counts()) == ([], (0, 1))
    one.settle(1.1)
    assert one.bodies() == [["later"]]


# -- failures and dead letters (33, 34) --------------------------------------------------------------------------------


def test_messages_that_were_received_together_come_again_together(mapped: Make) -> None:
    one = mapped(FAILS, visibility=30)
    one.send(*"abcdefghij")
    one.settle(40 * 30 + 5)
    assert [len(step.subject.split(", ")) for step in one.steps()] == [10] * 41


def test_a_batch_that_fails_is_hidden_until_its_visibility_timeout_and_comes_again(mapped: Make) -> None:
    one = mapped(FAILS, visibility=40)
    one.send("a")
    one.settle(39)
    assert (one.counts(), [batch[0][1] for batch in one.batches()]) == ((0, 1), [1])
    one.settle(2)
    assert [batch[0][1] for batch in one.batches()] == [1, 2]
    assert [step.outcome for step in one.steps()] == ["returned", "returned"]


@pytest.mark.parametrize(("partly", "good", "letters"), [(False, 3, 10), (True, 1, 1)])
def test_a_poison_message_takes_its_batch_along_unless_failures_are_reported(
    mapped: Make, partly: bool, good: int, letters: int
) -> None:
    """The numbers of exercise 07.2: visibility 30 s, maxReceiveCount 3."""
    one = mapped(POISON.format(partly=partly), receives=3, **({"FunctionResponseTypes": [REPORTS]} if partly else {}))
    one.send("bad", *"abcdefghi")
    one.settle(200)
    seen = [body for batch in one.bodies() for body in batch]
    assert (seen.count("bad"), seen.count("a")) == (3, good)
    assert (one.counts(), one.counts(one.letters)) == ((0, 0), (letters, 0))
    runs = [run.began or 0.0 for run in one.lab.history(one.function.name)]
    assert [round(moment - runs[0], -1) for moment in runs] == [0, 30, 60]
    moved = [step for step in one.steps() if step.outcome == "dead-lettered"]
    assert len(moved) == letters
    assert {round(step.ended - runs[0], -1) for step in moved} == {90}
    had = f"message {moved[0].subject} had been received 3 times and was not deleted"
    assert moved[0].reason == f"{had}, and maxReceiveCount is 3"
    story = str(one.lab.explain(one.function.name, last=30))
    assert f"moved to the dead-letter queue: {had}" in story
    assert ("1 of its 10 messages stay" if partly else "all of its 10 messages stay") in story


def test_a_dead_letter_tells_a_function_from_which_queue_it_came(mapped: Make) -> None:
    one = mapped("def handler(event, context):\n    raise ValueError", receives=1)
    tells = 'def handler(event, context):\n    print(event["Records"][0]["attributes"].get("DeadLetterQueueSourceArn"))'
    other = mapped(tells)
    client = one.lab.client("lambda")
    reading = {"FunctionName": other.function.name, "EventSourceArn": one.arn.replace("mapped-", "letters-")}
    uuid = client.create_event_source_mapping(**reading)["UUID"]
    one.send("bad")
    other.send("good")
    one.settle(60)
    client.delete_event_source_mapping(UUID=uuid)
    said = [line for line in other.function.logs() if line in ("None", one.arn)]
    assert sorted(said) == sorted(["None", one.arn])


ANSWERS = {
    "null": 0, "{}": 0, "[]": 0, '{"failures": []}': 0,
    '{"batchItemFailures": null}': 0, '{"batchItemFailures": []}': 0,
    '{"batchItemFailures": [{"itemIdentifier": "$0"}]}': 1,
    '{"batchItemFailures": [{"itemIdentifier": "$0"}, {"itemIdentifier": "$1"}]}': 2,
    '{"batchItemFailures": [{"itemIdentifier": ""}]}': 2, '{"batchItemFailures": [{"itemIdentifier": null}]}': 2,
    '{"batchItemFailures": [{"foo": "$0"}]}': 2, '{"batchItemFailures": [{"itemIdentifier": "not in the batch"}]}': 2,
    '{"batchItemFailures": [{"itemIdentifier": 123}]}': 2, "raise": 2,
}  # fmt: skip
"""What a function answers to a batch of two, and how many of them failed by it (34)."""
ANSWERING = """
import json

def handler(event, context):
    ids = [r["messageId"] for r in event["Records"]]
    answer = event["Records"][0]["body"]
    if answer == "raise":
        raise ValueError("no")
    return json.loads(answer.replace("$0", ids[0]).replace("$1", ids[1]))
"""


def test_every_shape_of_an_answer_means_what_it_means_on_aws(mapped: Make) -> None:
    one = mapped(ANSWERING, visibility=30, FunctionResponseTypes=[REPORTS])
    left = {}
    for answer in ANSWERS:
        one.send(answer, "other")
        one.settle()
        left[answer] = sum(one.counts())
        one.settle(61)  # a queue is purged once a minute
        one.sqs.purge_queue(QueueUrl=one.url)
    assert left == ANSWERS


def test_an_answer_that_is_not_json_means_that_all_failed(mapped: Make) -> None:
    one = mapped("def handler(event, context):\n    return b'no json'", FunctionResponseTypes=[REPORTS])
    one.send("a", "b")
    one.settle()
    assert one.counts() == (0, 2)
    assert "its answer is not JSON" in one.steps()[0].reason


def test_without_the_setting_the_list_is_not_read(mapped: Make) -> None:
    one = mapped(ANSWERING)
    one.send('{"batchItemFailures": [{"itemIdentifier": "$0"}]}', "other")
    one.settle()
    assert one.counts() == (0, 0)


# -- filters (35) ------------------------------------------------------------------------------------------------------


def test_what_no_filter_lets_through_is_deleted_and_a_step_says_why(mapped: Make) -> None:
    patterns = ({"body": {"kind": ["order"]}}, {"body": ["plain"]})
    one = mapped(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]})
    one.send('{"kind": "order"}', '{"kind": "test"}', "plain", "other")
    one.settle()
    assert one.bodies() == [['{"kind": "order"}', "plain"]]
    assert one.counts() == (0, 0)
    kept_back = [step for step in one.steps() if step.outcome == "filtered"]
    assert len(kept_back) == 2
    assert "so it was deleted" in kept_back[0].reason and "kind" in kept_back[0].reason
    assert "filtered out, no code ran: no filter of the mapping" in str(one.lab.explain(one.function.name))


# -- order (FIFO) ------------------------------------------------------------------------------------------------------

IN_ORDER = (
    TELLS + "    if any(r['body'].startswith('bad') for r in event['Records']):\n        raise ValueError('bad')\n"
)


def test_a_group_stays_in_order_and_a_failed_batch_holds_up_its_own_group_only(mapped: Make) -> None:
    one = mapped(IN_ORDER, fifo=True, receives=2, BatchSize=1)
    for group, body in (("a", "bad"), ("a", "a2"), ("b", "b1"), ("b", "b2"), ("a", "a3")):
        one.sqs.send_message(QueueUrl=one.url, MessageBody=body, MessageGroupId=group)
    one.settle()
    assert sorted(one.bodies()) == [["b1"], ["b2"], ["bad"]]
    assert [body for body in one.bodies() if body[0].startswith("b1") or body[0] == "b2"] == [["b1"], ["b2"]]
    one.settle(31)
    assert one.bodies().count(["bad"]) == 2
    one.settle(31)  # received twice, so it is moved, and the group goes on
    assert [body for (body,) in one.bodies() if body.startswith(("bad", "a"))] == ["bad", "bad", "a2", "a3"]
    assert one.counts(one.letters) == (1, 0)


def test_a_batch_of_a_group_comes_again_in_the_same_order(mapped: Make) -> None:
    one = mapped(FAILS, fifo=True, visibility=30)
    one.send(*"abc", MessageGroupId="g")
    one.settle(31)
    assert one.bodies() == [list("abc"), list("abc")]


def test_a_fifo_queue_takes_the_same_message_once_within_five_minutes(mapped: Make) -> None:
    one = mapped(fifo=True)
    for wait in (0, 10, 300):
        one.settle(wait)
        one.sqs.send_message(QueueUrl=one.url, MessageBody="same", MessageGroupId="g")
        one.settle()
    assert one.bodies() == [["same"], ["same"]]
    numbers = [
        one.sqs.send_message(QueueUrl=one.url, MessageBody=body, MessageGroupId="g")["SequenceNumber"] for body in "xy"
    ]
    assert numbers == sorted(numbers)


# -- concurrency and throttles (43) ------------------------------------------------------------------------------------


def test_maximum_concurrency_holds(mapped: Make, shared: Path) -> None:
    one = mapped(WAITS, env={"FOLDER": str(shared)}, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    one.send(*"abcdef")
    began(shared, 2)
    assert one.counts() == (4, 2)
    go(shared)
    one.settle()
    assert sorted(one.bodies()) == [[body] for body in "abcdef"]
    assert {run.environment for run in one.lab.history(one.function.name)} == {1, 2}


def test_a_throttled_message_is_dropped_when_its_visibility_ends_and_dies_unseen(mapped: Make) -> None:
    one = mapped(receives=2, visibility=30)
    client("lambda").put_function_concurrency(FunctionName=one.function.name, ReservedConcurrentExecutions=0)
    one.send("unlucky")
    one.settle(25)
    assert (one.counts(), one.steps()) == ((0, 1), [])
    one.settle(40)  # dropped, received once more, dropped, and moved
    assert [step.outcome for step in one.steps()] == ["throttled", "throttled", "dead-lettered"]
    assert one.counts(one.letters) == (1, 0)
    assert one.batches() == []
    away = (
        "turned away 5 times (ReservedFunctionConcurrentInvocationLimitExceeded) until the visibility timeout was over"
    )
    assert away in one.steps()[0].reason
    assert str(one.lab.explain(one.function.name)).startswith(f"{one.function.name}: 3 events so far")
    assert [run.error_type for run in one.lab.history(one.function.name)] == ["TooManyRequestsException"] * 2


def test_a_throttled_message_that_finds_room_in_time_is_received_once(mapped: Make) -> None:
    one = mapped(visibility=30)
    client("lambda").put_function_concurrency(FunctionName=one.function.name, ReservedConcurrentExecutions=0)
    one.send("lucky")
    one.settle(5)
    client("lambda").delete_function_concurrency(FunctionName=one.function.name)
    one.settle(10)
    assert [batch[0][:2] for batch in one.batches()] == [["lucky", 1]]
    assert one.counts() == (0, 0)


# -- the life of a mapping ---------------------------------------------------------------------------------------------


def test_a_mapping_that_is_switched_off_leaves_messages_alone_until_it_is_on_again(mapped: Make) -> None:
    one = mapped()
    client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=False)
    one.send("a")
    one.settle(60)
    assert (one.batches(), one.counts()) == ([], (1, 0))
    client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=True)
    one.settle()
    assert one.bodies() == [["a"]]


def test_a_changed_batch_size_holds_for_the_next_batch(mapped: Make) -> None:
    one = mapped(BatchSize=1)
    client("lambda").update_event_source_mapping(UUID=one.uuid, BatchSize=5)
    one.send(*"abcde")
    one.settle()
    assert one.bodies() == [list("abcde")]


@pytest.mark.parametrize("ends", ["deleted", "disabled"])
def test_a_mapping_that_ends_in_mid_batch_lets_the_batch_end_and_loses_nothing(
    mapped: Make, shared: Path, ends: str
) -> None:
    one = mapped(WAITS, env={"FOLDER": str(shared)}, BatchSize=2, ScalingConfig={"MaximumConcurrency": 2})
    one.send(*"abcdef")
    began(shared, 2)
    if ends == "deleted":
        client("lambda").delete_event_source_mapping(UUID=one.uuid)
    else:
        client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=False)
    go(shared)
    one.settle(60)
    assert sorted(body for batch in one.bodies() for body in batch) == list("abcd")
    assert one.counts() == (2, 0)


def test_when_the_environment_is_killed_in_mid_batch_the_messages_come_again(mapped: Make, shared: Path) -> None:
    one = mapped(WAITS, env={"FOLDER": str(shared)})
    one.send("a", "b")
    (pid,) = began(shared)
    os.kill(pid, signal.SIGKILL)
    go(shared)
    one.settle(31)
    assert [[message[:2] for message in batch] for batch in one.batches()][-1] == [["a", 2], ["b", 2]]
    assert one.counts() == (0, 0)
    assert [step.outcome for step in one.steps()] == ["returned", "ok"]


def test_messages_wait_for_a_function_that_was_deleted(mapped: Make) -> None:
    one = mapped()
    one.function.delete()
    one.send("a")
    one.settle(60)
    assert one.counts() == (1, 0)
    from lambdalab.functions import deploy

    one.function = deploy(one.lab, one.function.name, TELLS)
    one.settle()
    assert [batch[0][:2] for batch in one.batches()] == [["a", 1]]


def test_a_queue_that_is_purged_or_deleted_under_way_harms_nobody(mapped: Make, shared: Path) -> None:
    one = mapped(WAITS, env={"FOLDER": str(shared)}, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    one.send(*"abcd")
    began(shared, 2)
    one.sqs.purge_queue(QueueUrl=one.url)
    go(shared)
    one.settle()
    assert len(one.batches()) == 2
    one.sqs.delete_queue(QueueUrl=one.url)
    one.settle(60)
    url = one.sqs.create_queue(QueueName=one.url.rpartition("/")[2])["QueueUrl"]
    assert url == one.url
    one.send("again")
    one.settle()
    assert one.bodies()[-1] == ["again"]


def test_a_message_that_is_too_old_goes_and_holds_nobody_up(mapped: Make) -> None:
    one = mapped()
    client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=False)
    one.send("old")
    one.settle(5 * 86_400)
    one.send("new")
    client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=True)
    one.settle()
    assert one.bodies() == [["new"]]
    assert one.counts() == (0, 0)


IN_MID_BATCH = """
import json, os, sys, time, boto3
from lambdalab import Lab
from lambdalab.functions import deploy
lab = Lab()
queue = boto3.client("sqs").create_queue(QueueName="q", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
deploy(lab, "f", "import time\\ndef handler(event, context):\\n    time.sleep(250)", timeout=300)
arn = "arn:aws:sqs:us-east-1:123456789012:q"
boto3.client("lambda").create_event_source_mapping(FunctionName="f", EventSourceArn=arn)
boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="a")
while "waiting" not in [process.state for process in lab.processes("f")]:
    time.sleep(0.01)
print(json.dumps([process.pid for process in lab.processes()]), flush=True)
if sys.stdin.readline().strip() == "stop":
    lab.stop()
"""


@pytest.mark.parametrize("ends", ["stopped", "killed"])
def test_a_lab_that_ends_in_mid_batch_leaves_no_process(ends: str) -> None:
    notebook = subprocess.Popen(
        [sys.executable, "-c", IN_MID_BATCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert notebook.stdin and notebook.stdout
    pids = json.loads(notebook.stdout.readline())
    assert len(pids) >= 3  # cloud, guard, and the environment that works on the batch
    if ends == "stopped":
        notebook.stdin.write("stop\n")
        notebook.stdin.flush()
    else:
        notebook.kill()
    notebook.wait(30)
    assert alive_after(pids, 20) == []


def test_a_mapping_can_be_switched_off_when_its_queue_and_its_function_are_gone(mapped: Make) -> None:
    one = mapped()
    one.sqs.delete_queue(QueueUrl=one.url)
    one.function.delete()
    assert client("lambda").update_event_source_mapping(UUID=one.uuid, Enabled=False)["State"] == "Disabling"


# -- traces ------------------------------------------------------------------------------------------------------------

SENDS = """
import boto3, os
sqs = boto3.client("sqs")

def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="from a function")
"""
TELLS_HEADERS = """
def handler(event, context):
    for record in event["Records"]:
        print("HEADER", record["attributes"].get("AWSTraceHeader"))
"""


def test_a_chain_through_a_queue_stays_one_trace_and_only_a_function_leaves_a_header(mapped: Make, deploy: Any) -> None:
    one = mapped(TELLS_HEADERS)
    one.send("from here")
    one.settle()
    sender = deploy(SENDS, name="sends-on", env={"QUEUE": one.url})
    sender.invoke()
    one.settle()
    (root,) = {run.trace for run in one.lab.history("sends-on")}
    runs = one.lab.history(one.function.name)
    assert [run.trace == root for run in runs] == [False, True]
    headers = [line.removeprefix("HEADER ") for line in one.function.logs() if line.startswith("HEADER")]
    assert headers[0] == "None"
    assert f"Root={root};" in headers[1] and "Lineage=" in headers[1]
    assert one.function.name in str(one.lab.trace(root))


def test_a_batch_of_several_traces_begins_a_new_one_and_each_has_its_step(mapped: Make) -> None:
    one = mapped(MaximumBatchingWindowInSeconds=5)
    one.send("a")
    one.send("b")
    one.settle(6)
    (run,) = one.lab.history(one.function.name)
    steps = one.steps()
    assert len({step.trace for step in steps} | {run.trace}) == 3
    assert {step.request_id for step in steps} == {run.request_id}


# -- waiting for messages ----------------------------------------------------------------------------------------------


def waiting(url: str) -> tuple[threading.Thread, list[list[str]]]:
    """Somebody who waits for a message, and the bodies of what came in the end."""
    got: list[list[str]] = []

    def wait() -> None:
        said = client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)
        got.append([message["Body"] for message in said.get("Messages", [])])

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    return waiter, got


def test_whoever_waits_for_a_message_holds_nobody_up_and_gets_it_at_once(lab: Lab) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="waited-for")["QueueUrl"]
    start = time.monotonic()
    waiter, got = waiting(url)
    for _ in range(30):  # while it waits, others are answered
        assert url in sqs.list_queues()["QueueUrls"]
        assert waiter.is_alive()
    sqs.send_message(QueueUrl=url, MessageBody="here")
    waiter.join(20)
    assert got == [["here"]]
    assert time.monotonic() - start < 20
    sqs.delete_queue(QueueUrl=url)


def test_a_wait_for_a_message_goes_by_the_labs_clock(lab: Lab) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="waited-for-on-the-clock")["QueueUrl"]
    start = time.monotonic()
    for delay, found in ((900, []), (10, ["soon"])):
        sqs.send_message(QueueUrl=url, MessageBody="soon", DelaySeconds=delay)
        waiter, got = waiting(url)
        while waiter.is_alive():
            lab.clock.advance(seconds=4)
            waiter.join(0.05)
        assert got == [found]
    assert time.monotonic() - start < 20
    sqs.delete_queue(QueueUrl=url)


def test_an_attribute_that_is_set_leaves_the_policy_and_the_redrive_policy_as_they_were(lab: Lab) -> None:
    sqs = lab.client("sqs")
    dead = lab.client("sqs").create_queue(QueueName="q-kept-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": lab.queue("q-kept-dead").arn, "maxReceiveCount": "5"}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName="q-kept", Attributes={"Policy": policy})["QueueUrl"]

    def now() -> dict[str, Any]:
        said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return {
            name: json.loads(said[name]) for name in ("Policy", "RedrivePolicy", "VisibilityTimeout") if name in said
        }

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(redrive)})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    assert now()["Policy"]["Statement"] == [statement]
    assert now()["RedrivePolicy"]["deadLetterTargetArn"] == redrive["deadLetterTargetArn"]
    assert now()["VisibilityTimeout"] == 60
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in now()
    for one in (url, dead):
        sqs.delete_queue(QueueUrl=one)
