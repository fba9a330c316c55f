"""What a function receives from a table's stream: items before and after each change.

On AWS a poller reads the stream's shards in order and calls the function with a batch. Here the batch is built from the
changes; the items are in DynamoDB's JSON, where each value names its type. Left out: who deleted an item that had
expired.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import values

Item = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's JSON, such as {"id": {"S": "7"}}."""


@dataclass(frozen=True)
class ItemChange:
    """One change of an item in a table.

    Args:
        stream_arn: the table's stream.
        keys: the item's key.
        new: the item after the change; None when it was removed.
        old: the item before the change; None when it is new.
        view: what the stream keeps: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES.
        at: when it was changed, in seconds since 1970.
        sequence: grows within a shard.
        id: the same in a second delivery.
    """

    stream_arn: str
    keys: Item
    new: Item | None = None
    old: Item | None = None
    view: str = "NEW_AND_OLD_IMAGES"
    at: float = field(default_factory=values.now)
    sequence: str = field(default_factory=lambda: values.new_digits(28))
    id: str = field(default_factory=lambda: values.new_hex(32))


def dynamodb(changes: Iterable[ItemChange]) -> dict[str, Any]:
    """Build the event of one batch.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html; lesson 07. An INSERT has no OldImage, a
    REMOVE no NewImage, and a stream keeps only what its view says. Binary values are base64 text.

    Raises:
        ValueError: a change has neither an item before nor one after.
    """
    return {"Records": [_record(change) for change in changes]}


def size(item: Item) -> int:
    """The bytes that DynamoDB counts for an item.

    Follows https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _record(change: ItemChange) -> dict[str, Any]:
    if change.new is None and change.old is None:
        raise ValueError("a change of an item has the item before, after, or both: give new, old, or both")
    name = "INSERT" if change.old is None else "REMOVE" if change.new is None else "MODIFY"
    kept: dict[str, Item] = {"Keys": change.keys}
    if change.new is not None and change.view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
        kept["NewImage"] = change.new
    if change.old is not None and change.view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
        kept["OldImage"] = change.old
    return {
        "eventID": change.id,
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": change.stream_arn.split(":")[3],
        "dynamodb": {
            "ApproximateCreationDateTime": float(int(change.at)),
            **_as_text(kept),
            "SequenceNumber": change.sequence,
            "SizeBytes": sum(size(item) for item in kept.values()),
            "StreamViewType": change.view,
        },
        "eventSourceARN": change.stream_arn,
    }


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            digits = re.split("[eE]", content.lstrip("+-"))[0].replace(".", "").strip("0")
            return (len(digits) + 1) // 2 + 1 + int(content.startswith("-"))
        case "L":
            return 3 + sum(1 + _size(one) for one in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in content.items())
        case "SS" | "NS" | "BS":
            return sum(_size({kind[0]: one}) for one in content)
        case "S":
            return len(content.encode())
        case "B":
            return len(content if isinstance(content, bytes) else base64.b64decode(content))
        case _:
            return 1


def _as_text(content: Any) -> Any:
    """The same values with bytes as base64, as JSON needs them."""
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    if isinstance(content, Mapping):
        return {name: _as_text(one) for name, one in content.items()}
    if isinstance(content, list | tuple | set):
        return [_as_text(one) for one in content]
    return content
