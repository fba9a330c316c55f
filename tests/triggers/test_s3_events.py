"""Every change of a bucket that can call a function, queue, topic or bus; what does not match leaves a step too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"
ALL = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectRestore:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put"]
S3_MAY = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}


@pytest.fixture
def bucket(lab: Lab) -> str:
    name = f"events-{len(boto3.client('s3').list_buckets()['Buckets'])}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def tell(bucket: str, function: Function, events: list[str], **ends: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId=f"s3-{bucket}",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )
    rule: dict[str, Any] = {"LambdaFunctionArn": function.configuration["FunctionArn"], "Events": events}
    if ends:
        rule["Filter"] = {"Key": {"FilterRules": [{"Name": n, "Value": v} for n, v in ends.items()]}}
    put(bucket, {"LambdaFunctionConfigurations": [rule]})


def put(bucket: str, configuration: dict[str, Any]) -> None:
    boto3.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def records(function: Function, count: int) -> list[dict[str, Any]]:
    function.wait(count, source="s3:")
    lines = [json.loads(line) for line in function.logs(1000) if line.startswith('{"Records"')]
    return sorted((event["Records"][0] for event in lines), key=lambda r: r["eventTime"])


def names(function: Function, count: int) -> list[str]:
    return [record["eventName"] for record in records(function, count)]


def test_each_way_of_making_an_object_has_its_own_name_and_is_told_once(deploy: Deploy, lab: Lab, bucket: str) -> None:
    function, s3 = deploy(ECHO, name="made"), boto3.client("s3")
    tell(bucket, function, ["s3:ObjectCreated:*"])
    s3.put_object(Bucket=bucket, Key="put", Body=b"1")
    form = s3.generate_presigned_post(bucket, "posted")
    answer = urllib3.PoolManager().request("POST", form["url"], fields={**form["fields"], "file": ("a", b"22")})
    assert answer.status == 204
    s3.copy_object(Bucket=bucket, Key="copied", CopySource={"Bucket": bucket, "Key": "put"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"333")
    s3.complete_multipart_upload(
        Bucket=bucket,
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    told = {r["s3"]["object"]["key"]: (r["eventName"], r["s3"]["object"]["size"]) for r in records(function, 4)}
    assert told == {
        "put": ("ObjectCreated:Put", 1),
        "posted": ("ObjectCreated:Post", 2),
        "copied": ("ObjectCreated:Copy", 1),
        "parts": ("ObjectCreated:CompleteMultipartUpload", 3),
    }
    sent = lab.steps(kind="delivery", source=f"arn:aws:s3:::{bucket}")
    assert sorted(step.subject for step in sent) == sorted(told)


def test_a_versioned_bucket_tells_of_markers_and_of_versions_that_go(deploy: Deploy, bucket: str) -> None:
    function, s3 = deploy(ECHO, name="versions"), boto3.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    tell(bucket, function, ["s3:ObjectRemoved:*"])
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="a", VersionId=first)
    told = [(r["eventName"], r["s3"]["object"]["versionId"]) for r in records(function, 2)]
    assert told == [("ObjectRemoved:DeleteMarkerCreated", marker), ("ObjectRemoved:Delete", first)]


def test_deleting_what_is_not_there_tells_nobody(deploy: Deploy, lab: Lab, bucket: str) -> None:
    function = deploy(ECHO, name="nothing")
    tell(bucket, function, ALL)
    boto3.client("s3").delete_object(Bucket=bucket, Key="never-there")
    assert lab.steps(kind="delivery", target=function.configuration["FunctionArn"]) == []


def test_several_deleted_at_once_are_told_one_by_one(deploy: Deploy, bucket: str) -> None:
    function, s3 = deploy(ECHO, name="several"), boto3.client("s3")
    tell(bucket, function, ["s3:ObjectRemoved:Delete"])
    for key in "abc":
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in "abc"]})
    assert sorted(r["s3"]["object"]["key"] for r in records(function, 3)) == ["a", "b", "c"]


def test_tags_and_a_restore_from_the_archive_are_told(deploy: Deploy, bucket: str) -> None:
    function, s3 = deploy(ECHO, name="marks"), boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="old", Body=b"1", StorageClass="GLACIER")
    tell(bucket, function, ALL)
    s3.put_object_tagging(Bucket=bucket, Key="old", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object_tagging(Bucket=bucket, Key="old")
    s3.restore_object(Bucket=bucket, Key="old", RestoreRequest={"Days": 2})
    s3.head_object(Bucket=bucket, Key="old")
    told = {r["eventName"]: r for r in records(function, 4)}
    assert set(told) == {
        "ObjectTagging:Put",
        "ObjectTagging:Delete",
        "ObjectRestore:Post",
        "ObjectRestore:Completed",
    }
    assert told["ObjectTagging:Put"]["eventVersion"] == "2.3"
    assert "size" not in told["ObjectTagging:Put"]["s3"]["object"]
    assert "glacierEventData" in told["ObjectRestore:Completed"]
    assert "glacierEventData" not in told["ObjectRestore:Post"]


def queue(bucket: str, *statements: dict[str, Any]) -> tuple[str, str]:
    """A queue's URL and ARN; the statements are written for it."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=f"{bucket}-queue")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    if statements:
        policy = {"Version": "2012-10-17", "Statement": [{**s, "Resource": arn} for s in statements]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return url, arn


def received(url: str) -> list[dict[str, Any]]:
    Lab().clock.advance(seconds=0)  # what topics and buses have to deliver is delivered then
    sqs = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
    return found.get("Messages", [])


def test_a_queue_gets_a_test_message_first_and_then_each_upload_in_the_same_trace(lab: Lab, bucket: str) -> None:
    url, arn = queue(bucket, {**S3_MAY, "Action": "sqs:SendMessage"})
    put(bucket, {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    (test,) = received(url)
    assert set(json.loads(test["Body"])) == {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}
    boto3.client("s3").put_object(Bucket=bucket, Key="a b", Body=b"1")
    (message,) = received(url)
    assert json.loads(message["Body"])["Records"][0]["s3"]["object"]["key"] == "a+b"
    (step,) = lab.steps(kind="delivery", target=arn)
    assert (step.outcome, step.subject) == ("ok", "a b")
    assert f"Root={step.trace};Parent={step.span}" in message["Attributes"]["AWSTraceHeader"]


@pytest.mark.parametrize("allowed", [[], [{**S3_MAY, "Action": "sqs:ReceiveMessage"}]])
def test_a_queue_that_does_not_let_s3_in_is_refused(bucket: str, allowed: list[dict[str, Any]]) -> None:
    _, arn = queue(bucket, *allowed)
    with pytest.raises(ClientError) as refused:
        put(bucket, {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    assert "do not allow S3 to publish" in refused.value.response["Error"]["ArgumentValue1"]


def test_a_queue_that_is_not_there_is_refused(bucket: str) -> None:
    with pytest.raises(ClientError) as refused:
        arn = "arn:aws:sqs:us-east-1:123456789012:nowhere"
        put(bucket, {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    assert refused.value.response["Error"]["ArgumentValue1"] == "The destination queue does not exist"


def test_a_topic_passes_the_notification_on_to_its_queue(bucket: str) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name=f"{bucket}-topic")["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{**S3_MAY, "Action": "sns:Publish", "Resource": topic}]}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    url, arn = queue(bucket, {**S3_MAY, "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put(bucket, {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}]})
    boto3.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    boto3.client("s3").delete_object(Bucket=bucket, Key="a")
    first, second = received(url)
    assert json.loads(json.loads(first["Body"])["Message"])["Event"] == "s3:TestEvent"
    told = json.loads(second["Body"])
    assert told["Subject"] == "Amazon S3 Notification"
    assert json.loads(told["Message"])["Records"][0]["eventName"] == "ObjectRemoved:Delete"
    assert sqs.get_queue_url(QueueName=f"{bucket}-queue")["QueueUrl"] == url


def test_the_bus_gets_the_change_in_its_own_form(bucket: str) -> None:
    bus, s3 = boto3.client("events"), boto3.client("s3")
    url, arn = queue(bucket, {**S3_MAY, "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"})
    bus.put_rule(
        Name=f"{bucket}-rule", EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    )
    bus.put_targets(Rule=f"{bucket}-rule", Targets=[{"Id": "1", "Arn": arn}])
    put(bucket, {"EventBridgeConfiguration": {}})
    s3.put_object(Bucket=bucket, Key="a b", Body=b"123")
    (message,) = received(url)
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["source"]) == ("Object Created", "aws.s3")
    assert (event["detail"]["object"]["key"], event["detail"]["object"]["size"]) == ("a b", 3)
    assert event["detail"]["reason"] == "PutObject"


def test_a_rule_that_does_not_match_leaves_a_step_that_says_why(deploy: Deploy, lab: Lab, bucket: str) -> None:
    function, s3 = deploy(ECHO, name="picky"), boto3.client("s3")
    tell(bucket, function, ["s3:ObjectCreated:Put"], prefix="in/", suffix=".jpg")
    s3.put_object(Bucket=bucket, Key="in/a.JPG", Body=b"")
    s3.put_object(Bucket=bucket, Key="out/a.jpg", Body=b"")
    s3.copy_object(Bucket=bucket, Key="in/b.jpg", CopySource={"Bucket": bucket, "Key": "out/a.jpg"})
    steps = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert [s.outcome for s in steps] == ["filtered"] * 3
    assert 'end with ".jpg"' in steps[0].reason
    assert 'begin with "in/"' in steps[1].reason
    assert "s3:ObjectCreated:Copy" in steps[2].reason
    assert len({s.trace for s in steps}) == 3


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ({}, {}, True),
        ({"suffix": ".jpg"}, {"suffix": "x.jpg"}, True),
        ({"prefix": "a"}, {"prefix": "ab"}, True),
        ({"prefix": "a", "suffix": ".png"}, {"prefix": "ab", "suffix": ".jpg"}, False),
        ({"prefix": "a"}, {"prefix": "b"}, False),
        ({"suffix": ".jpg"}, {"suffix": ".JPG"}, False),
    ],
)
def test_two_rules_that_one_upload_could_mean_are_refused(
    deploy: Deploy, bucket: str, first: dict[str, str], second: dict[str, str], refused: bool
) -> None:
    function = deploy(ECHO, name="twice")
    tell(bucket, function, ["s3:ObjectRemoved:*"])

    def rule(events: list[str], ends: dict[str, str]) -> dict[str, Any]:
        rules = [{"Name": n, "Value": v} for n, v in ends.items()]
        filters = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
        return {"LambdaFunctionArn": function.configuration["FunctionArn"], "Events": events, **filters}

    configuration = {
        "LambdaFunctionConfigurations": [rule(["s3:ObjectCreated:*"], first), rule(["s3:ObjectCreated:Put"], second)]
    }
    if not refused:
        put(bucket, configuration)
        return
    with pytest.raises(ClientError, match="Configuration is ambiguously defined"):
        put(bucket, configuration)
    kept = boto3.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    assert kept["LambdaFunctionConfigurations"][0]["Events"] == ["s3:ObjectRemoved:*"]


@pytest.mark.parametrize(
    ("arn", "ends", "words"),
    [
        ("nonsense", {}, "The ARN could not be parsed"),
        ("arn:aws:lambda:us-east-1:123456789012", {}, "The ARN could not be parsed"),
        ("arn:aws:sqs:us-east-1:123456789012:queue", {}, "The ARN could not be parsed"),
        ("", {"middle": "a"}, "filter rule name must be either prefix or suffix"),
        ("", {"prefix": ""}, "filter value cannot be empty"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_even_unchecked(
    bucket: str, arn: str, ends: dict[str, str], words: str
) -> None:
    rule: dict[str, Any] = {
        "LambdaFunctionArn": arn or "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": n, "Value": v} for n, v in ends.items()]}},
    }
    with pytest.raises(ClientError, match=words) as refused:
        boto3.client("s3").put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": [rule]},
            SkipDestinationValidation=True,
        )
    assert refused.value.response["Error"]["Code"] == "InvalidArgument"


def test_a_filter_of_nothing_filters_nothing(deploy: Deploy, bucket: str) -> None:
    function = deploy(ECHO, name="unfiltered")
    tell(bucket, function, ["s3:ObjectRemoved:*"])
    rule = {"LambdaFunctionArn": function.configuration["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
    put(bucket, {"LambdaFunctionConfigurations": [{**rule, "Filter": {"Key": {"FilterRules": []}}}]})
    boto3.client("s3").put_object(Bucket=bucket, Key="a", Body=b"")
    assert names(function, 1) == ["ObjectCreated:Put"]


def test_the_ends_of_keys_may_be_named_with_a_capital(deploy: Deploy, bucket: str) -> None:
    function = deploy(ECHO, name="capital")
    tell(bucket, function, ["s3:ObjectCreated:*"], Prefix="in/", Suffix=".jpg")
    boto3.client("s3").put_object(Bucket=bucket, Key="in/a.jpg", Body=b"")
    assert names(function, 1) == ["ObjectCreated:Put"]


def test_a_second_configuration_replaces_the_first_and_the_loser_can_be_told(
    deploy: Deploy, lab: Lab, bucket: str
) -> None:
    first, second = deploy(ECHO, name="first"), deploy(ECHO, name="second")
    tell(bucket, first, ["s3:ObjectCreated:*"])
    tell(bucket, second, ["s3:ObjectCreated:*"])
    (step,) = lab.steps(kind="rule", target=first.configuration["FunctionArn"])
    assert (step.kind, step.outcome) == ("rule", "replaced")
    assert bucket in step.reason
    boto3.client("s3").delete_bucket(Bucket=bucket)
    (gone,) = lab.steps(kind="rule", target=second.configuration["FunctionArn"])
    assert "deleted" in gone.reason


def test_a_refused_configuration_leaves_a_step_for_the_function_it_names(deploy: Deploy, lab: Lab, bucket: str) -> None:
    arn = deploy(ECHO, name="unasked").configuration["FunctionArn"]
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    for wanted in (arn, elsewhere):
        with pytest.raises(ClientError):
            put(
                bucket,
                {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": wanted, "Events": ["s3:ObjectCreated:*"]}]},
            )
    assert [s.outcome for s in lab.steps(kind="rule", target=arn)] == ["refused"]
    assert [s.outcome for s in lab.steps(kind="rule", target=elsewhere)] == ["region"]


def test_five_hundred_uploads_at_once_reach_the_function_each_once(deploy: Deploy, lab: Lab, bucket: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    function, s3 = deploy("def handler(event, context):\n    return 1", name="many"), boto3.client("s3")
    tell(bucket, function, ["s3:ObjectCreated:*"])
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda n: s3.put_object(Bucket=bucket, Key=f"k{n}", Body=b""), range(500)))
    function.wait(500, source="s3:")
    assert sorted(i.source for i in lab.history("many")) == sorted(f"s3:{bucket}/k{n}" for n in range(500))
