"""A table's stream: which images a change has, how values are written, and the size that DynamoDB counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lambdalab import events
from lambdalab.events.dynamodb import size

STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000"
OLD = {"Id": {"N": "101"}, "Message": {"S": "New item!"}}
NEW = {"Id": {"N": "101"}, "Message": {"S": "This item has changed"}}


def changed(**images: Any) -> dict[str, Any]:
    (record,) = events.dynamodb([events.ItemChange(STREAM, {"Id": {"N": "101"}}, **images)])["Records"]
    assert isinstance(record, dict)
    return record


@pytest.mark.parametrize(
    ("images", "name", "counted"),
    [({"new": OLD}, "INSERT", 26), ({"old": OLD, "new": NEW}, "MODIFY", 59), ({"old": NEW}, "REMOVE", 38)],
)
def test_a_change_is_named_and_counted_as_in_awss_sample(images: dict[str, Any], name: str, counted: int) -> None:
    record = changed(**images)
    assert (record["eventName"], record["dynamodb"]["SizeBytes"]) == (name, counted)
    assert {"NewImage", "OldImage"} & set(record["dynamodb"]) == {
        {"new": "NewImage", "old": "OldImage"}[image] for image in images
    }


@pytest.mark.parametrize(
    ("view", "kept"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_a_stream_keeps_what_its_view_says(view: str, kept: set[str]) -> None:
    assert set(changed(old=OLD, new=NEW, view=view)["dynamodb"]) & {"NewImage", "OldImage"} == kept


def test_values_name_their_types_and_binary_ones_are_base64() -> None:
    item = {"id": "7", "price": Decimal("1.50"), "tags": {"new"}, "raw": b"\x00\xff"}
    item |= {"none": None, "list": [True, b"a"]}
    (record,) = events.dynamodb_changes((None, item))["Records"]
    assert record["dynamodb"]["Keys"] == {"id": {"S": "7"}}
    assert record["dynamodb"]["NewImage"] == {
        "id": {"S": "7"},
        "price": {"N": "1.50"},
        "tags": {"SS": ["new"]},
        "raw": {"B": "AP8="},
        "none": {"NULL": True},
        "list": {"L": [{"BOOL": True}, {"B": "YQ=="}]},
    }


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        ({"S": "ü"}, 2),
        ({"N": "0"}, 1),
        ({"N": "-27"}, 3),
        ({"N": "1500"}, 2),
        ({"B": "AP8="}, 2),
        ({"B": b"abc"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "a"}]}, 5),
        ({"M": {"k": {"S": "a"}}}, 6),
        ({"SS": ["a", "bc"]}, 3),
    ],
)
def test_each_type_has_its_size(value: dict[str, Any], counted: int) -> None:
    assert size({"x": value}) == 1 + counted


def test_a_float_is_refused_as_boto3_does() -> None:
    with pytest.raises(TypeError, match="Decimal"):
        events.dynamodb_changes((None, {"id": "7", "price": 1.5}))


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="before, after, or both"):
        events.dynamodb_changes((None, None))
