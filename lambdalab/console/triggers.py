"""What calls a function without being asked: the sources of events, each with its form, its rules and its permission.

A source that pushes its events, such as S3, needs a permission. AWS's console adds it by itself and says so in small
print: "Add trigger" writes a statement into the function's resource policy before it writes the rule. Here the panel
does the same, and shows the call. A further source is one more class in `SOURCES`. So far: S3.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from lambdalab import adding
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


SOURCES: tuple[Source, ...] = (S3(),)


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


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
