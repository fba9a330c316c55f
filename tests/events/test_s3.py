"""What S3 tells: the version and the object's fields by the kind of change, and the key as it can be decoded again."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalab import events

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def record(event: dict[str, Any]) -> dict[str, Any]:
    (only,) = event["Records"]
    assert isinstance(only, dict)
    return only


@given(KEYS)
def test_a_decoded_key_is_the_key_that_was_uploaded(key: str) -> None:
    assert unquote_plus(record(events.s3_put("photos", key))["s3"]["object"]["key"]) == key


@pytest.mark.parametrize(
    ("key", "encoded"),
    [
        ("a@b", "a%40b"),  # recorded from AWS
        ("a b.jpg", "a+b.jpg"),
        ("c++.txt", "c%2B%2B.txt"),
        ("ümlaut.png", "%C3%BCmlaut.png"),
        ("50%.csv", "50%25.csv"),
        ("x/y z.jpg", "x/y+z.jpg"),
    ],
)
def test_keys_are_written_as_aws_writes_them(key: str, encoded: str) -> None:
    assert record(events.s3_put("photos", key))["s3"]["object"]["key"] == encoded


@pytest.mark.parametrize(
    ("change", "version", "fields"),
    [
        ("ObjectCreated:Put", "2.1", {"key", "size", "eTag", "sequencer"}),
        ("ObjectCreated:CompleteMultipartUpload", "2.1", {"key", "size", "eTag", "sequencer"}),
        ("ObjectRemoved:Delete", "2.1", {"key", "sequencer"}),
        ("ObjectRestore:Completed", "2.1", {"key", "size", "eTag", "sequencer"}),
        ("ObjectTagging:Put", "2.3", {"key", "eTag"}),
        ("ObjectTagging:Delete", "2.3", {"key", "eTag"}),
        ("ObjectAcl:Put", "2.3", {"key", "eTag"}),
        ("LifecycleExpiration:Delete", "2.3", {"key", "sequencer"}),
    ],
)
def test_the_kind_of_change_decides_version_and_fields(change: str, version: str, fields: set[str]) -> None:
    told = record(events.s3_changed(change, "photos", "a.jpg"))
    assert (told["eventName"], told["eventVersion"], set(told["s3"]["object"])) == (change, version, fields)


def test_only_a_versioned_bucket_names_a_version() -> None:
    assert "versionId" not in record(events.s3_put("photos", "a.jpg"))["s3"]["object"]
    assert record(events.s3_put("photos", "a.jpg", versioned=True))["s3"]["object"]["versionId"]


def test_a_delete_marker_has_the_etag_of_nothing_and_no_size() -> None:
    told = record(events.s3_removed("photos", "a.jpg", versioned=True))
    assert told["eventName"] == "ObjectRemoved:DeleteMarkerCreated"
    assert told["s3"]["object"]["eTag"] == "d41d8cd98f00b204e9800998ecf8427e"  # recorded from AWS
    assert "size" not in told["s3"]["object"] and told["s3"]["object"]["versionId"]


def test_only_a_completed_restore_says_until_when() -> None:
    restored = record(events.s3_changed("ObjectRestore:Completed", "photos", "a.jpg"))
    assert restored["glacierEventData"]["restoreEventData"]["lifecycleRestoreStorageClass"] == "GLACIER"
    assert "glacierEventData" not in record(events.s3_changed("ObjectRestore:Post", "photos", "a.jpg"))


def test_a_later_change_of_a_key_has_the_greater_sequencer() -> None:
    first, second = (record(events.s3_put("photos", "a.jpg"))["s3"]["object"]["sequencer"] for _ in range(2))
    assert len(first) == len(second) == 18 and first < second


@pytest.mark.parametrize(
    ("change", "detail_type", "reason", "deletion"),
    [
        ("ObjectCreated:Put", "Object Created", "PutObject", None),
        ("ObjectCreated:Copy", "Object Created", "CopyObject", None),
        ("ObjectRemoved:Delete", "Object Deleted", "DeleteObject", "Permanently Deleted"),
        ("ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject", "Delete Marker Created"),
        ("LifecycleExpiration:Delete", "Object Deleted", "Lifecycle Expiration", "Permanently Deleted"),
        ("ObjectTagging:Put", "Object Tags Added", None, None),
        ("ObjectRestore:Post", "Object Restore Initiated", None, None),
    ],
)
def test_eventbridge_hears_of_it_in_other_words(
    change: str, detail_type: str, reason: str | None, deletion: str | None
) -> None:
    event = events.s3_through_eventbridge(change, "photos", "a b.jpg")
    detail = event["detail"]
    assert (event["detail-type"], detail.get("reason"), detail.get("deletion-type")) == (detail_type, reason, deletion)
    assert detail["object"]["key"] == "a b.jpg" and event["resources"] == ["arn:aws:s3:::photos"]


def test_a_change_that_eventbridge_does_not_hear_of_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="ReducedRedundancyLostObject"):
        events.s3_through_eventbridge("ReducedRedundancyLostObject", "photos", "a.jpg")
