"""Objects made directly in the store: thousands at once, of any age, and nobody is told."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from lambdalab import Lab, LabError


@pytest.fixture
def bucket(lab: Lab) -> str:
    name = f"b-{uuid.uuid4().hex[:8]}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def test_objects_of_any_age_lie_in_the_bucket_with_their_tags(lab: Lab, bucket: str) -> None:
    s3 = boto3.client("s3")
    lab.fill(bucket, {"new.csv": 0, "old one.csv": 31.5}, tags={"old one.csv": {"keep": "true"}}, body="a,b")
    now = datetime.now(UTC) + timedelta(seconds=lab.clock.ahead_seconds)
    listed = {
        o["Key"]: (now - o["LastModified"]) / timedelta(days=1) for o in s3.list_objects_v2(Bucket=bucket)["Contents"]
    }
    assert listed == {"new.csv": pytest.approx(0, abs=0.01), "old one.csv": pytest.approx(31.5, abs=0.01)}
    assert s3.get_object_tagging(Bucket=bucket, Key="old one.csv")["TagSet"] == [{"Key": "keep", "Value": "true"}]
    assert s3.get_object_tagging(Bucket=bucket, Key="new.csv")["TagSet"] == []
    assert s3.get_object(Bucket=bucket, Key="new.csv")["Body"].read() == b"a,b"


def test_they_grow_old_with_the_labs_clock(lab: Lab, bucket: str) -> None:
    lab.fill(bucket, {"a": 29})
    s3 = boto3.client("s3")
    before = s3.head_object(Bucket=bucket, Key="a")["LastModified"]
    lab.clock.advance(hours=48)
    s3.put_object(Bucket=bucket, Key="b")
    after = s3.head_object(Bucket=bucket, Key="b")["LastModified"]
    assert (after - before) / timedelta(days=1) == pytest.approx(31, abs=0.01)


def test_a_bucket_filled_anew_holds_nothing_else_and_no_rule_is_told(lab: Lab, bucket: str) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="before")
    steps = len(lab.steps(source=f"arn:aws:s3:::{bucket}"))
    lab.fill(bucket, {"a": 1}, tags={"a": {"keep": "true"}})
    lab.fill(bucket, {"a": 2, "b": 3}, anew=True)
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a", "b"]
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == []
    lab.fill(bucket, {}, anew=True)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert len(lab.steps(source=f"arn:aws:s3:::{bucket}")) == steps


def test_two_thousand_are_made_at_once_and_no_rule_is_told(lab: Lab, bucket: str) -> None:
    steps = len(lab.steps(source=f"arn:aws:s3:::{bucket}"))
    began = time.monotonic()
    lab.fill(bucket, {f"{number:04}": number % 60 for number in range(2_000)})
    assert time.monotonic() - began < 30
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    assert [len(page["Contents"]) for page in pages] == [1_000, 1_000]
    assert len(lab.steps(source=f"arn:aws:s3:::{bucket}")) == steps


@pytest.mark.parametrize(
    ("call", "kept"),
    [("list_objects", "Contents"), ("list_objects_v2", "Contents"), ("list_object_versions", "Versions")],
)
def test_a_listing_gives_a_thousand_keys_at_most_whatever_is_asked_for(
    lab: Lab, bucket: str, call: str, kept: str
) -> None:
    lab.fill(bucket, {f"{number:04}": 1 for number in range(1_005)})
    listing = getattr(boto3.client("s3"), call)
    many, few = listing(Bucket=bucket, MaxKeys=10_000), listing(Bucket=bucket, MaxKeys=7)
    assert [(len(one[kept]), one["MaxKeys"], one["IsTruncated"]) for one in (many, few)] == [
        (1_000, 1_000, True),
        (7, 7, True),
    ]
    pages = boto3.client("s3").get_paginator(call).paginate(Bucket=bucket, PaginationConfig={"PageSize": 5_000})
    assert [len(page[kept]) for page in pages] == [1_000, 5]


def test_a_bucket_that_is_not_there_and_an_age_below_zero_are_told(lab: Lab, bucket: str) -> None:
    with pytest.raises(LabError, match="no bucket named 'nowhere'"):
        lab.fill("nowhere", {"a": 1})
    with pytest.raises(LabError, match="from the future"):
        lab.fill(bucket, {"a": -1})
