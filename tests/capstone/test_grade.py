"""The capstone's grading on whole designs: what passes, what is left behind, who may ask, and what the card says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lambdalab import Lab
from lambdalab.functions import deploy
from lambdalab.learn import store
from lambdalab.learn.capstone import browse, burst, listening, nightly, reasons, survive
from lambdalab.learn.capstone.grading import Grade
from lambdalab.learn.capstone.looks import Look, Part
from lambdalab.learn.capstone.system import OWN, System
from lambdalab.learn.exercises import Message, NotRun
from tests.capstone import other_design, plain_design

pytestmark = pytest.mark.slow(5)  # whole systems are built and graded
ROOT = Path(__file__).parents[2]
ATTACHED = """
import json
from lambdalab import Lab
print(json.dumps(Lab.attached().grade("13", milestone=0).data))
"""


@pytest.fixture
def lab_alone() -> Iterator[Lab]:
    lab = Lab()
    plain_design.forget(lab)
    yield lab
    plain_design.forget(lab)


def test_nothing_deployed_is_said_and_not_counted_as_an_attempt(lab_alone: Lab) -> None:
    found = lab_alone.grade("13", milestone=1)
    assert (found.message_id, found.points, found.attempt) == ("not-run", 0, 0)
    assert found.message is not None and found.message.seen == "There is no bucket `photos-in` yet."
    assert "13.1" not in store.load()["exercises"]


def test_only_the_capstone_has_milestones(lab_alone: Lab) -> None:
    with pytest.raises(ValueError, match="give 0 to 7"):
        lab_alone.grade("13", milestone=8)
    with pytest.raises(ValueError, match="only the capstone has"):
        lab_alone.grade("05", milestone=1)


def test_the_skeleton_passes_and_an_attempt_is_remembered(lab_alone: Lab) -> None:
    plain_design.build(lab_alone, 0)
    found = lab_alone.grade("13", milestone=0)
    assert found.done, found.text
    assert found.attempt == 1
    (attempt,) = store.load()["exercises"]["13.0"]["attempts"]
    assert attempt["passed"] and attempt["message"] == "done"


def test_a_message_tells_what_happened_to_this_upload_and_a_mended_rule_is_a_new_attempt(lab_alone: Lab) -> None:
    plain_design.build(lab_alone, 0)
    s3 = lab_alone.client("s3")
    rules = s3.get_bucket_notification_configuration(Bucket="photos-in")
    s3.put_bucket_notification_configuration(Bucket="photos-in", NotificationConfiguration={})
    lab_alone.function("resize").invoke({})  # raises, for another event
    found = lab_alone.grade("13", milestone=0)
    assert found.message is not None and "`resize` did not run" in found.message.seen
    del rules["ResponseMetadata"]
    s3.put_bucket_notification_configuration(Bucket="photos-in", NotificationConfiguration=rules)
    mended = lab_alone.grade("13", milestone=0)
    assert mended.done and (found.attempt, mended.attempt) == (1, 2)
    check = System(lab_alone)
    lab_alone.faults.fail("resize", "s3:CopyObject", times=9)
    check.upload(check.key("sea.jpg"), b"any")
    assert reasons.missed(check, "resize", check.key("sea.jpg")).startswith("`resize` raised")
    check.leave()


def test_a_function_that_fails_at_a_stream_for_ever_ends_the_wait(lab_alone: Lab) -> None:
    dynamodb, client = lab_alone.client("dynamodb"), lab_alone.client("lambda")
    table = dynamodb.create_table(
        TableName="photos",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "photo_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "photo_id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    deploy(lab_alone, "count", "def handler(event, context):\n    raise ValueError(event)\n")
    client.create_event_source_mapping(
        EventSourceArn=table["LatestStreamArn"], FunctionName="count", StartingPosition="TRIM_HORIZON"
    )
    check = System(lab_alone)
    dynamodb.put_item(TableName="photos", Item={"photo_id": {"S": "1"}})
    with pytest.raises(NotRun) as ended:
        check.calm()
        check.calm()
    assert "`count` failed" in ended.value.message.seen and check.turned < 20 * 60
    check.leave()


def test_another_process_grades_the_same_system(lab_alone: Lab) -> None:
    plain_design.build(lab_alone, 0)
    ran = subprocess.run(
        [sys.executable, "-c", ATTACHED], capture_output=True, text=True, cwd=ROOT, env=dict(os.environ), check=True
    )
    data = json.loads(ran.stdout)
    assert (data["message_id"], data["milestone"]) == ("done", 0)
    assert [look["ok"] for part in data["parts"] for look in part["looks"]] == [True, True, True]


def names(lab: Lab) -> list[str]:
    return sorted(one["FunctionName"] for one in lab.client("lambda").list_functions()["Functions"])


def seen(lab: Lab) -> dict[str, object]:
    """What a grading changes for a while."""
    client, s3 = lab.client("lambda"), lab.client("s3")
    bucket = s3.get_bucket_notification_configuration(Bucket="photos-in")
    return {
        "functions": names(lab),
        "timeout": client.get_function_configuration(FunctionName="resize")["Timeout"],
        "concurrency": client.get_function_concurrency(FunctionName="resize").get("ReservedConcurrentExecutions"),
        "policy": json.loads(client.get_policy(FunctionName="api")["Policy"])["Statement"],
        "rules": [(one["Name"], one["State"]) for one in lab.client("events").list_rules()["Rules"]],
        "apis": lab.client("apigateway").get_rest_apis()["items"],
        "bucket": {name: value for name, value in bucket.items() if name != "ResponseMetadata"},
        "photos": [item["Key"] for item in s3.list_objects_v2(Bucket="photos-in").get("Contents", [])],
        "tags": s3.get_object_tagging(Bucket="photos-in", Key="ada/own.jpg")["TagSet"],
        "buckets": [one["Name"] for one in s3.list_buckets()["Buckets"]],
        "kept": repr(lab.keep_alive()),
    }


def test_what_a_grading_that_was_killed_has_changed_is_put_back_by_the_next_one(lab_alone: Lab) -> None:
    plain_design.build(lab_alone, 4)
    client, s3 = lab_alone.client("lambda"), lab_alone.client("s3")
    (mapping,) = client.list_event_source_mappings(FunctionName="resize")["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={})
    s3.put_object(Bucket="photos-in", Key="ada/own.jpg", Body=b"no photo", Tagging="keep=true")
    lab_alone.clock.advance(seconds=0)
    before, killed = seen(lab_alone), System(lab_alone)
    with ExitStack() as never_closed:
        for change in (
            burst.at_most(killed, 10),
            survive.impatient(killed),
            listening.unheard(killed),
            listening.listening(killed),
            browse.rest_api(killed),
            nightly.emptied(killed),
        ):
            never_closed.enter_context(change)
        s3.put_object(Bucket="photos-in", Key=killed.key("left.jpg"), Body=b"of the check")
        lab_alone.faults.fail("resize")
        open_ones = never_closed.pop_all()
    with pytest.raises(ClientError, match="NoSuchKey"):
        seen(lab_alone)
    System(lab_alone).leave()
    assert seen(lab_alone) == before
    assert repr(lab_alone.faults) == "Nothing is going to fail on request."
    open_ones.close()  # what a second one has put back stays as it is
    killed.leave()
    assert seen(lab_alone) == before


def test_the_card_tells_points_and_one_message_with_what_was_wanted() -> None:
    good, bad = Look(True, "a tiny photo", "JPEG, 80 × 60", "JPEG"), Look(False, "a portrait", "PNG", "JPEG <1>", "x")
    parts = [Part("M1 resize", 1, 8, (good, bad), points=4), Part("M2 index", 2, 8, (), Message("There is no table."))]
    found = Grade(2, parts, "x", Message("A portrait became PNG.", "Every thumbnail is a JPEG."), 41 * 86_400.0)
    found = replace(found, attempt=4, failed=3)
    assert found.text.split("\n") == [
        "Capstone, milestone 2, attempt 4: not yet: 1 of 2, 4 of 16 points",
        "Seen: A portrait became PNG.",
        "The idea: Every thumbnail is a JPEG.",
        "– M1 resize: 4 of 8 points",
        "    ✓ a tiny photo: JPEG, 80 × 60",
        "    – a portrait: seen PNG; wanted JPEG <1>",
        "– M2 index: 0 of 8 points",
        "    – There is no table.",
        '3 different attempts: hint("13.1") shows a first hint. Hints cost nothing.',
        "The lab's clock was turned by 41 d for this.",
    ]
    html = found._repr_mimebundle_()["text/html"]
    assert all(text in html for text in ('<th scope="col">wanted</th>', "JPEG &lt;1&gt;", "4 of 16 points"))
    assert json.loads(json.dumps(found.data))["parts"][0]["looks"][1]["id"] == "x"


def test_another_design_gets_all_eighty_points_and_what_was_there_before_is_there(lab_alone: Lab) -> None:
    """The model gets them in tests/teach/test_grading_class.py, and when its notebook runs."""
    other_design.build(lab_alone, 7)
    s3 = lab_alone.client("s3")
    s3.put_object(Bucket="photos-in", Key="ada/own.jpg", Body=b"no photo", Tagging="keep=true")
    functions, buckets = names(lab_alone), [one["Name"] for one in s3.list_buckets()["Buckets"]]
    rules = s3.get_bucket_notification_configuration(Bucket="photos-in")
    apis = lab_alone.client("apigateway").get_rest_apis()["items"]
    found = lab_alone.grade("13", milestone=7)
    assert (found.points, found.most, found.message_id) == (80, 80, "done"), found.text
    assert "The lab's clock was turned by 41 d" in found.text
    assert s3.get_object(Bucket="photos-in", Key="ada/own.jpg")["Body"].read() == b"no photo"
    after = s3.get_bucket_notification_configuration(Bucket="photos-in")
    assert {**after, "ResponseMetadata": 0} == {**rules, "ResponseMetadata": 0}
    assert names(lab_alone) == functions
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == buckets
    for bucket in ("photos-in", "photos-out"):
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        assert not [key for key in keys if OWN in key]
    for table in ("photos", "stats"):
        assert not [row for row in lab_alone.client("dynamodb").scan(TableName=table)["Items"] if OWN in str(row)]
    assert not [rule for rule in lab_alone.client("events").list_rules()["Rules"] if OWN in rule["Name"]]
    assert lab_alone.client("apigateway").get_rest_apis()["items"] == apis
    left = lab_alone.client("sqs").receive_message(QueueUrl=lab_alone.queue("photo-dead").url, MaxNumberOfMessages=10)
    assert OWN not in json.dumps(left.get("Messages", []), default=str)
    keep = lab_alone.keep_alive()
    assert (keep.least, keep.most) == (5, 15)
