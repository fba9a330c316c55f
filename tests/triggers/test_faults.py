"""What happens to events under way when their function, permission or bucket goes: nothing is lost that AWS keeps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from lambdalab import Function, Lab
from lambdalab.functions import deploy as deploy_function

Deploy = Callable[..., Function]
WAITS = """
import pathlib, time

def handler(event, context):
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)
"""


@pytest.fixture
def bucket(lab: Lab) -> str:
    name = f"faults-{len(boto3.client('s3').list_buckets()['Buckets'])}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def upload(bucket: str, *keys: str) -> None:
    for key in keys:
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def test_a_function_deleted_under_way_ends_its_run_and_drops_what_waited(lab: Lab, bucket: str, shared: Path) -> None:
    go = shared / "go"
    function = deploy_function(lab, "going", WAITS.format(go=str(go)), timeout=30)
    lab.trigger(f"s3:{bucket}", "going")
    boto3.client("lambda").put_function_concurrency(FunctionName="going", ReservedConcurrentExecutions=1)
    arn = function.configuration["FunctionArn"]
    upload(bucket, "a", "b", "c")
    assert [s.outcome for s in lab.steps(kind="delivery", target=arn)] == ["ok"] * 3
    until(lambda: len(lab.waiting()) == 2, "one runs, and the others wait for their turn")
    function.delete()
    go.touch()
    until(lambda: any(i.environment for i in lab.history("going")), "the run that had begun ends")
    upload(bucket, "late")
    lab.clock.advance(minutes=5)
    until(lambda: not lab.waiting(), "what waited is dropped")
    until(lambda: len(lab.steps(kind="delivery", target=arn)) == 6, "and that is written down")
    steps = lab.steps(kind="delivery", target=arn)
    assert sorted(s.outcome for s in steps) == ["missing"] * 3 + ["ok"] * 3
    told = str(lab.explain("going"))
    assert "was deleted before" in told
    assert "late" in told


def test_a_permission_withdrawn_stops_the_next_event_and_not_the_last(lab: Lab, deploy: Deploy, bucket: str) -> None:
    function = deploy("def handler(event, context):\n    return 1", name="shut-out")
    lab.trigger(f"s3:{bucket}", "shut-out")
    upload(bucket, "before")
    (statement,) = json.loads(boto3.client("lambda").get_policy(FunctionName="shut-out")["Policy"])["Statement"]
    boto3.client("lambda").remove_permission(FunctionName="shut-out", StatementId=statement["Sid"])
    upload(bucket, "after")
    function.wait(1, source="s3:")
    steps = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert [(s.subject, s.outcome) for s in steps] == [("before", "ok"), ("after", "denied")]
    told = str(lab.explain("shut-out"))
    assert "add_permission" in told
    assert "after" in told


def test_a_bucket_deleted_leaves_its_events_and_ends_its_rules(lab: Lab, deploy: Deploy, bucket: str) -> None:
    function = deploy("def handler(event, context):\n    return 1", name="orphan")
    lab.trigger(f"s3:{bucket}", "orphan")
    upload(bucket, "last")
    boto3.client("s3").delete_object(Bucket=bucket, Key="last")
    boto3.client("s3").delete_bucket(Bucket=bucket)
    function.wait(1, source="s3:")
    assert [i.source for i in lab.history("orphan")] == [f"s3:{bucket}/last"]
    assert f"the bucket {bucket} was deleted" in str(lab.explain("orphan"))
