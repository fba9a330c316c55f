"""Keep-alive, starting together, starting anew, and counts: what the notebook says and asks of environments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from lambdalab import Function, Lab, LabError, Results

Deploy = Callable[..., Function]
PID = "import os\ndef handler(event, context):\n    return os.getpid()"


@pytest.fixture(autouse=True)
def own_keep_alive(lab: Lab) -> Iterator[None]:
    yield
    lab.keep_alive(least=5, most=15)


def test_an_idle_environment_is_kept_for_5_to_15_minutes_unless_one_says_otherwise(deploy: Deploy, lab: Lab) -> None:
    assert (lab.keep_alive().least, lab.keep_alive().most) == (5, 15)
    function = deploy(PID, name="kept")
    pid = function.invoke().answer
    lab.clock.advance(minutes=4.9)
    assert function.invoke().answer == pid
    lab.clock.advance(minutes=15.1)
    assert lab.processes("kept") == []
    lab.keep_alive(minutes=60)
    pid = function.invoke().answer
    lab.clock.advance(minutes=59)
    assert [p.pid for p in lab.processes("kept")] == [pid]
    assert "60 minutes" in repr(lab.keep_alive(minutes=60))


def test_a_shorter_keep_alive_holds_for_those_that_are_idle_already(deploy: Deploy, lab: Lab) -> None:
    deploy(PID, name="kept").invoke()
    lab.clock.advance(minutes=2)
    assert len(lab.processes("kept")) == 1
    lab.keep_alive(minutes=1)
    assert lab.processes("kept") == []


def test_each_environment_draws_its_own_time(deploy: Deploy, lab: Lab) -> None:
    lab.keep_alive(least=0, most=1000)
    function = deploy(PID, name="drawn")
    function.invoke_together([{}] * 8)
    left = []
    for _ in range(10):
        lab.clock.advance(minutes=100)
        left.append(len(lab.processes("drawn")))
    assert left == sorted(left, reverse=True) and left[-1] == 0
    assert len(set(left)) > 2, "they do not go all at once"


@pytest.mark.parametrize(("least", "most"), [(-1, 5), (6, 5), (0, float("nan"))])
def test_a_keep_alive_that_is_no_range_is_refused(lab: Lab, least: float, most: float) -> None:
    with pytest.raises(LabError, match="an idle environment cannot be kept"):
        lab.keep_alive(least=least, most=most)
    with pytest.raises(LabError, match="both ends"):
        lab.keep_alive(least=1)


def test_calls_together_hold_different_environments_though_each_takes_no_time(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="burst")
    results = function.invoke_together([{}] * 5)
    assert (len(results), results.cold_starts, results.environments) == (5, 5, 5)
    assert len({result.answer for result in results}) == 5
    again = function.invoke_together([{}] * 6)
    assert (again.cold_starts, len(again.warm), again.environments) == (1, 5, 6)
    assert again.note == ""


def test_calls_one_after_the_other_share_one_environment(deploy: Deploy) -> None:
    results = deploy("def handler(event, context):\n    return event * 2", name="row").invoke_each([1, 2, 3])
    assert [result.answer for result in results] == [2, 4, 6]
    assert (results.cold_starts, results.environments) == (1, 1)
    assert [result.cold for result in results] == [True, False, False]


def test_results_keep_the_order_of_their_events(deploy: Deploy) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(event / 50)\n    return event"
    results = deploy(source, name="order").invoke_together([5, 1, 3])
    assert [result.answer for result in results] == [5, 1, 3]


def test_results_are_a_small_table(deploy: Deploy) -> None:
    results = deploy("def handler(event, context):\n    return event", name="table").invoke_each(["a", "b"])
    text = repr(results)
    assert text.startswith("2 calls, 1 cold, 1 environment, measured on this machine")
    assert '"a"' in text and '"b"' in text and "cold" in text and "warm" in text
    assert "<table" in results._repr_html_()
    assert repr(Results([])) == "No calls."


@pytest.mark.parametrize("number", [0, 51])
def test_at_most_50_calls_start_together(deploy: Deploy, number: int) -> None:
    with pytest.raises(LabError, match="cannot start together: give 1 to 50"):
        deploy(PID, name="many").invoke_together([{}] * number)


@pytest.mark.slow
def test_when_fewer_calls_come_they_start_after_ten_seconds(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="few")
    lab._ask("POST", "together", {"region": "us-east-1", "name": "few", "count": 3})
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda _: function.invoke(), range(2)))
    assert len({result.answer for result in results}) == 2, "they did wait, each in its own"
    assert lab._ask("GET", "together", region="us-east-1", name="few")["came"] == 2


def test_replaced_environments_end_and_the_next_call_is_cold(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="anew")
    assert function.replace_environments() == 0
    function.invoke_together([{}] * 2)
    assert function.replace_environments() == 2
    assert lab.processes("anew") == []
    result = function.invoke()
    assert result.cold and result.invocation is not None and result.invocation.why_started == "replaced"
    assert "because the last one had been replaced" in str(lab.explain("anew"))


WAITS = """
import boto3, os

s3 = boto3.client("s3")

def handler(event, context):
    while "go-now" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        pass
    return os.getpid()
"""


def test_a_busy_environment_is_replaced_after_its_call(deploy: Deploy, lab: Lab) -> None:
    function = deploy(WAITS, name="busy", timeout=30)
    with ThreadPoolExecutor(1) as thread:
        call = thread.submit(function.invoke)
        while not lab.counts("busy").requests:
            pass
        assert function.replace_environments() == 0
        boto3.client("s3").create_bucket(Bucket="go-now")
        pid = call.result().answer
    assert lab.processes("busy") == []
    assert function.invoke().answer != pid


ASKS = """
import boto3

s3, table = boto3.client("s3"), boto3.client("dynamodb")
s3.list_buckets()

def handler(event, context):
    for n in range(event.get("reads", 0)):
        s3.get_object(Bucket="counted", Key="a")
    s3.put_object(Bucket="counted", Key="b/c", Body=b"")
    print("é" * event.get("says", 0))
"""


def test_what_a_function_did_is_counted_by_operation_and_by_event(deploy: Deploy, lab: Lab) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="counted")
    s3.put_object(Bucket="counted", Key="a", Body=b"1")
    function = deploy(ASKS, name="asks", timeout=30)
    first, second = function.invoke({"reads": 3}), function.invoke({"says": 500})
    counts = lab.counts("asks")
    assert (counts.invocations, counts.inits, counts.environments, counts.throttles) == (2, 1, 1, 0)
    assert counts.requests == {"s3:ListBuckets": 1, "s3:GetObject": 3, "s3:PutObject": 2}
    assert counts.by_event[first.request_id].requests == {
        "s3:ListBuckets": 1,
        "s3:GetObject": 3,
        "s3:PutObject": 1,
    }
    assert counts.by_event[second.request_id].requests == {"s3:PutObject": 1}
    assert [counts.by_event[r.request_id].inits for r in (first, second)] == [1, 0]
    assert counts.by_event[second.request_id].log_bytes > 1000 > counts.by_event[first.request_id].log_bytes
    assert counts.log_bytes == sum(event.log_bytes for event in counts.by_event.values())


def test_the_counts_of_one_function_are_not_mixed_with_the_notebooks_or_anothers(deploy: Deploy, lab: Lab) -> None:
    function = deploy(
        "import boto3\ndef handler(event, context):\n    boto3.client('sts').get_caller_identity()", name="a1"
    )
    deploy(PID, name="a2").invoke()
    function.invoke()
    boto3.client("sts").get_caller_identity()
    assert lab.counts("a1").requests == {"sts:GetCallerIdentity": 1}
    assert lab.counts("a2").requests == {}
    assert lab.counts("nobody").invocations == 0


def test_attempts_of_one_event_are_counted_together(deploy: Deploy, lab: Lab) -> None:
    function = deploy("def handler(event, context):\n    print('x' * 100)\n    raise ValueError", name="tried")
    queued = function.invoke_async({})
    function.wait(1)
    lab.clock.advance(minutes=2)
    function.wait(2)
    counts = lab.counts("tried")
    assert (counts.invocations, len(counts.by_event)) == (2, 1)
    assert counts.by_event[queued.request_id].log_bytes == counts.log_bytes
    assert json.dumps(counts.to_json())
