"""Triggers: the rule, the permission that the console adds unasked, and what AWS refuses."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import LabError, permissions
from lambdalab.console.actions import Actions
from lambdalab.console.triggers import SOURCES, source

S3 = source("S3 bucket")


def form(bucket: str, **more: Any) -> dict[str, Any]:
    return {"bucket": bucket, "events": ["s3:ObjectCreated:Put"], "prefix": "", "suffix": ".jpg", **more}


def rules(bucket: str) -> list[dict[str, Any]]:
    said = boto3.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    found: list[dict[str, Any]] = said.get("LambdaFunctionConfigurations", [])
    return found


def statements(name: str) -> list[dict[str, Any]]:
    client = boto3.client("lambda")
    try:
        found: list[dict[str, Any]] = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return found


def test_the_permission_comes_before_the_rule_and_is_marked_as_added(
    actions: Actions, greets: str, bucket: str
) -> None:
    said = actions.add_trigger(greets, S3, form(bucket))
    calls = actions.recorder.acts[-1].calls
    assert [(call.method, call.purpose) for call in calls] == [
        ("get_bucket_notification_configuration", "asked"),
        ("add_permission", "silent"),
        ("put_bucket_notification_configuration", "asked"),
    ]
    assert actions.recorder.acts[-1].silent == 1
    (statement,) = statements(greets)
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"]["ArnLike"] == {"AWS:SourceArn": f"arn:aws:s3:::{bucket}"}
    assert statement["Condition"]["StringEquals"] == {"AWS:SourceAccount": "123456789012"}
    assert statement["Sid"] in said
    (trigger,) = actions.triggers(greets)
    assert (trigger.source, trigger.when) == (bucket, "ObjectCreated:Put, key ends with .jpg")


def test_an_upload_runs_the_function_and_says_so(actions: Actions, greets: str, bucket: str) -> None:
    actions.add_trigger(greets, S3, form(bucket, prefix="in/"))
    said = actions.try_out(greets, S3, form(bucket, prefix="in/"))
    assert f"Sent by s3:{bucket}/in/test-" in said and "ran in environment" in said
    assert "It failed: KeyError: 'name'." in said, "the event of an upload has no name"


def test_an_upload_that_calls_nobody_is_explained(
    actions: Actions, greets: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdalab.console.actions.TRIAL_SECONDS", 0.2)
    actions.add_trigger(greets, S3, form(bucket))
    for statement in statements(greets):
        boto3.client("lambda").remove_permission(FunctionName=greets, StatementId=statement["Sid"])
    said = actions.try_out(greets, S3, form(bucket))
    assert "did not run" in said and "no statement of the policy lets s3.amazonaws.com" in said


def test_the_rules_that_were_there_go_along(actions: Actions, greets: str, bucket: str) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="kept")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rpartition('/')[2]}"
    lets_in = permissions.missing_statement("s3.amazonaws.com", "sqs:SendMessage", arn, f"arn:aws:s3:::{bucket}")
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [lets_in]})}
    )
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]},
    )
    actions.add_trigger(greets, S3, form(bucket))
    actions.add_trigger(greets, S3, form(bucket, suffix=".png"))
    assert len(rules(bucket)) == 2
    said = boto3.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    assert [rule["QueueArn"] for rule in said["QueueConfigurations"]] == [arn]
    boto3.client("sqs").delete_queue(QueueUrl=queue)


def test_a_refused_rule_leaves_no_permission_behind(actions: Actions, greets: str, bucket: str) -> None:
    with pytest.raises(ClientError):
        actions.add_trigger(greets, S3, form(bucket, events=["s3:NoSuchEvent"]))
    assert statements(greets) == [] and rules(bucket) == []
    calls = actions.recorder.acts[-1].calls
    assert [call.method for call in calls][-2:] == ["put_bucket_notification_configuration", "remove_permission"]
    assert calls[-2].error and calls[-1].purpose == "silent"


def test_an_incomplete_form_is_told_before_any_call(actions: Actions, greets: str, bucket: str) -> None:
    with pytest.raises(LabError, match="There is no bucket yet"):
        actions.add_trigger(greets, S3, form(""))
    with pytest.raises(LabError, match="No event is chosen"):
        actions.add_trigger(greets, S3, form(bucket, events=[]))
    with pytest.raises(LabError, match="There is no bucket yet"):
        actions.try_out(greets, S3, form(""))
    assert all(act.calls == [] for act in actions.recorder.acts)


def test_every_source_of_the_registry_has_a_form_a_trial_and_its_own_name(actions: Actions, bucket: str) -> None:
    assert len({known.kind for known in SOURCES}) == len(SOURCES)
    for known in SOURCES:
        fields = known.fields(actions.recorder)
        assert fields and len({field.label for field in fields}) == len(fields) and known.trial
        assert source(known.kind) is known
    with pytest.raises(LabError, match="there is no source 'fax'"):
        source("fax")


def test_a_second_rule_needs_no_second_permission_and_the_panel_says_so(
    actions: Actions, greets: str, bucket: str
) -> None:
    actions.add_trigger(greets, S3, form(bucket))
    said = actions.add_trigger(greets, S3, form(bucket, suffix=".png"))
    (statement,) = statements(greets)
    assert f"let it in already, by the statement {statement['Sid']}" in said
    assert actions.recorder.acts[-1].silent == 0


def test_a_removed_trigger_takes_its_rule_along_and_leaves_the_others_and_the_statement(
    actions: Actions, greets: str, bucket: str
) -> None:
    for suffix in (".jpg", ".png"):
        actions.add_trigger(greets, S3, form(bucket, suffix=suffix))
    first, second = actions.triggers(greets)
    said = actions.remove_trigger(greets, first)
    assert [trigger.words for trigger in actions.triggers(greets)] == [second.words]
    (statement,) = statements(greets)
    assert ".jpg any more" in said and f"The statement {statement['Sid']} stays in the function's policy" in said
    assert [call.method for call in actions.recorder.acts[-1].calls] == [
        "get_bucket_notification_configuration",
        "put_bucket_notification_configuration",
    ]
    with pytest.raises(LabError, match="has no rule"):
        actions.remove_trigger(greets, first)
    actions.remove_trigger(greets, second)
    assert rules(bucket) == [] and actions.triggers(greets) == []


def test_removing_a_trigger_leaves_what_the_bucket_tells_others(actions: Actions, greets: str, bucket: str) -> None:
    s3 = boto3.client("s3")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    actions.add_trigger(greets, S3, form(bucket))
    (statement,) = statements(greets)
    boto3.client("lambda").remove_permission(FunctionName=greets, StatementId=statement["Sid"])
    said = actions.remove_trigger(greets, actions.triggers(greets)[0])
    assert said.endswith("any more.")
    kept = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "EventBridgeConfiguration" in kept and "LambdaFunctionConfigurations" not in kept
