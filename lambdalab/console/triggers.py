"""What calls a function without being asked: the sources of events, each with its form, its rules and its permission.

A source that pushes its events, such as S3, needs a permission. AWS's console adds it by itself and says so in small
print: "Add trigger" writes a statement into the function's resource policy before it writes the rule. Here the panel
does the same, and shows the call. A queue or a stream is read by Lambda itself: there the console makes a mapping, and
no permission, for the function's role must have the rights. A further source is one more class in `SOURCES`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from lambdalab import adding, adding_mappings
from lambdalab.console.recorder import Recorder
from lambdalab.errors import LabError

Values = Mapping[str, str | Sequence[str]]
EVENTS = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectTagging:*",
)
"""Those that the form offers; boto3 takes more."""


@dataclass(frozen=True)
class Field:
    """One input of a source's form.

    Args:
        name: how `add` gets its value.
        label: what stands before it.
        kind: "one" of the options, "several" of them, or "text".
        options: what can be chosen.
        chosen: the options chosen at first.
        note: a few words after it.
    """

    name: str
    label: str
    kind: Literal["one", "several", "text"]
    options: Sequence[str] = ()
    chosen: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Trigger:
    """One rule by which something calls a function.

    Args:
        kind: the source's kind, such as "S3 bucket".
        glyph: its drawing.
        source: the resource's name.
        when: on which events, in words.
        rule: the rule's own id at its source.
    """

    kind: str
    glyph: str
    source: str
    when: str
    rule: str

    @property
    def words(self) -> str:
        """How a menu names it."""
        return f"{self.source}: {self.when}"


class Source(Protocol):
    """A kind of thing that can call a function."""

    kind: str
    glyph: str
    trial: str
    """The words of the button that makes the source send one event."""

    def fields(self, recorder: Recorder) -> Sequence[Field]:
        """What its form asks."""

    def of(self, recorder: Recorder, function_arn: str) -> list[Trigger]:
        """The rules that call this function now."""

    def add(self, recorder: Recorder, function_arn: str, values: Values) -> str:
        """Write the permission and the rule; a sentence about what was done.

        Raises:
            LabError: something is missing in the form.
            botocore.exceptions.ClientError: AWS refuses.
        """

    def remove(self, recorder: Recorder, trigger: Trigger) -> str:
        """Take a rule away; a sentence about what was done, and about the permission.

        Raises:
            LabError: the rule is not there any more.
            botocore.exceptions.ClientError: AWS refuses.
        """

    def try_out(self, recorder: Recorder, values: Values) -> str:
        """Make the source send one event; how the history names it, such as "s3:photos/test.jpg"."""


class S3:
    """A bucket's notifications (lessons 04 and 05).

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html.
    """

    kind, glyph, trial = "S3 bucket", "bucket", "Test with an upload"

    def fields(self, recorder: Recorder) -> Sequence[Field]:
        buckets = [bucket["Name"] for bucket in recorder.client("s3").list_buckets()["Buckets"]]
        return (
            Field("bucket", "Bucket", "one", buckets),
            Field("events", "Events", "several", EVENTS, (EVENTS[0],)),
            Field("prefix", "Key begins with", "text", note="may stay empty; case counts"),
            Field("suffix", "Key ends with", "text", note="may stay empty; case counts"),
        )

    def of(self, recorder: Recorder, function_arn: str) -> list[Trigger]:
        client = recorder.client("s3")
        found = []
        for bucket in client.list_buckets()["Buckets"]:
            for rule in _rules(client, bucket["Name"]):
                if _unqualified(rule["LambdaFunctionArn"]) == function_arn:
                    found.append(Trigger(self.kind, self.glyph, bucket["Name"], adding.words(rule), rule["Id"]))
        return found

    def add(self, recorder: Recorder, function_arn: str, values: Values) -> str:
        bucket, events = str(values["bucket"] or ""), list(values["events"])
        if not bucket:
            raise LabError('There is no bucket yet. Make one: boto3.client("s3").create_bucket(Bucket="photos").')
        added = adding.bucket(
            recorder, function_arn, bucket, events, str(values.get("prefix", "")), str(values.get("suffix", ""))
        )
        if not added.new_statement:
            return f"{added.what}. The function's policy let it in already, by the statement {added.statement}."
        return (
            f"{added.what}. For that the console added the statement "
            f"{added.statement} to the function's policy: see Permissions."
        )

    def remove(self, recorder: Recorder, trigger: Trigger) -> str:
        return adding.bucket_no_more(recorder, trigger.source, trigger.rule)

    def try_out(self, recorder: Recorder, values: Values) -> str:
        bucket = str(values["bucket"] or "")
        if not bucket:
            raise LabError("There is no bucket yet, so nothing can be uploaded.")
        key = f"{values['prefix']}test-{uuid.uuid4().hex[:8]}{values['suffix']}"
        recorder.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a test from the console")
        return f"s3:{bucket}/{key}"


class Queue:
    """A queue that Lambda reads (lesson 07).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
    """

    kind, glyph, trial = "SQS queue", "queue", "Test with a message"

    def fields(self, recorder: Recorder) -> Sequence[Field]:
        urls = recorder.client("sqs").list_queues().get("QueueUrls", [])
        return (
            Field("queue", "Queue", "one", [url.rpartition("/")[2] for url in urls]),
            Field("size", "Batch size", "text", note="stays empty for 10"),
        )

    def of(self, recorder: Recorder, function_arn: str) -> list[Trigger]:
        return _mappings(recorder, function_arn, self.kind, self.glyph, "sqs")

    def add(self, recorder: Recorder, function_arn: str, values: Values) -> str:
        return f"{adding_mappings.queue(recorder, function_arn, self._name(values), _size(values, 10))}. {_BY_ROLE}"

    def remove(self, recorder: Recorder, trigger: Trigger) -> str:
        return adding_mappings.no_more(recorder, trigger.rule, f"the queue {trigger.source}")

    def try_out(self, recorder: Recorder, values: Values) -> str:
        client, name = recorder.client("sqs"), self._name(values)
        body = json.dumps({"test": "a message from the console"})
        more = (
            {"MessageGroupId": "console", "MessageDeduplicationId": uuid.uuid4().hex} if name.endswith("fifo") else {}
        )
        client.send_message(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body, **more)
        return f"sqs:{name}"

    @staticmethod
    def _name(values: Values) -> str:
        if not values["queue"]:
            raise LabError('There is no queue yet. Make one: boto3.client("sqs").create_queue(QueueName="orders").')
        return str(values["queue"])


class Stream:
    """A table's stream that Lambda reads (lesson 07).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html.
    """

    kind, glyph, trial = "DynamoDB stream", "stream", "Test with an item"

    def fields(self, recorder: Recorder) -> Sequence[Field]:
        return (
            Field("table", "Table", "one", recorder.client("dynamodb").list_tables()["TableNames"]),
            Field("size", "Batch size", "text", note="stays empty for 100"),
        )

    def of(self, recorder: Recorder, function_arn: str) -> list[Trigger]:
        return _mappings(recorder, function_arn, self.kind, self.glyph, "dynamodb")

    def add(self, recorder: Recorder, function_arn: str, values: Values) -> str:
        return f"{adding_mappings.stream(recorder, function_arn, self._name(values), _size(values, 100))}. {_BY_ROLE}"

    def remove(self, recorder: Recorder, trigger: Trigger) -> str:
        return adding_mappings.no_more(recorder, trigger.rule, f"the stream of {trigger.source}")

    def try_out(self, recorder: Recorder, values: Values) -> str:
        client, table = recorder.client("dynamodb"), self._name(values)
        told = client.describe_table(TableName=table)["Table"]
        kinds = {one["AttributeName"]: one["AttributeType"] for one in told["AttributeDefinitions"]}
        made: dict[str, Any] = {"S": f"test-{uuid.uuid4().hex[:8]}", "N": str(uuid.uuid4().int % 10**9), "B": b"test"}
        keys = {key["AttributeName"]: kinds[key["AttributeName"]] for key in told["KeySchema"]}
        client.put_item(TableName=table, Item={name: {kind: made[kind]} for name, kind in keys.items()})
        return f"dynamodb:{table}"

    @staticmethod
    def _name(values: Values) -> str:
        if not values["table"]:
            raise LabError('There is no table yet. Make one: boto3.client("dynamodb").create_table(...).')
        return str(values["table"])


SOURCES: tuple[Source, ...] = (S3(), Queue(), Stream())
_BY_ROLE = "The console added no permission: Lambda reads with the rights of the function's role."


def source(kind: str) -> Source:
    """The source of this kind.

    Raises:
        LabError: there is none.
    """
    for known in SOURCES:
        if known.kind == kind:
            return known
    raise LabError(f"there is no source {kind!r}: the console knows {', '.join(known.kind for known in SOURCES)}")


def _rules(client: Any, bucket: str) -> list[dict[str, Any]]:
    found = client.get_bucket_notification_configuration(Bucket=bucket)
    rules: list[dict[str, Any]] = found.get("LambdaFunctionConfigurations", [])
    return rules


def _mappings(recorder: Recorder, function_arn: str, kind: str, glyph: str, service: str) -> list[Trigger]:
    """What Lambda reads for a function, or for a version or an alias of it."""
    pages = recorder.client("lambda").get_paginator("list_event_source_mappings").paginate()
    found = []
    for one in (mapping for page in pages for mapping in page["EventSourceMappings"]):
        _, _, of, _, _, *name = one["EventSourceArn"].split(":")
        if of == service and _unqualified(one["FunctionArn"]) == function_arn:
            source = name[0].removeprefix("table/").partition("/")[0]
            off = "" if one["State"] in ("Enabled", "Creating") else f", {one['State'].lower()}"
            found.append(Trigger(kind, glyph, source, adding_mappings.words(one) + off, one["UUID"]))
    return found


def _size(values: Values, usual: int) -> int:
    given = str(values.get("size") or "").strip()
    if given and not given.isdigit():
        raise LabError(f"{given!r} is no batch size: give a whole number, or leave it empty for {usual}.")
    return int(given or usual)


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
