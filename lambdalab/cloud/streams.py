"""Tables' streams: each change of an item is a record in one shard, and whoever reads the stream is told of it.

On AWS a stream has as many shards as its table has partitions, keeps each record for 24 hours, and is read by Lambda on
its own. moto keeps a record's bare bones for ever, and calls functions inside the writer's request. Here a record is
complete, a write that changes nothing leaves none, and a stream that was switched off, or whose table was deleted, can
be read on for 24 hours. Left out: more than one shard, and shards that follow each other every few hours. Follows
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html; lesson 07.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend, ShardIterator

from lambdalab.events import values
from lambdalab.events.dynamodb import Item, ItemChange, dynamodb
from lambdalab.triggers.shards import KEPT_SECONDS, Part

TOUCHED = {
    "moto.dynamodb.models": [
        "DynamoDBBackend.delete_table",
        "DynamoDBBackend.update_item",
        "DynamoDBBackend.update_table_streams",
        "dynamodb_backends",
    ],
    "moto.dynamodb.models.table": ["StreamShard.add", "StreamShard.get", "Table.set_stream_specification"],
    "moto.dynamodb.exceptions": ["ResourceNotFoundException"],
    "moto.dynamodbstreams.models": [
        "DynamoDBStreamsBackend.describe_stream",
        "DynamoDBStreamsBackend.get_shard_iterator",
        "ShardIterator",
    ],
}


class StreamHands(Protocol):
    """Who is told that a stream has a new record, and whose clock it is."""

    def now(self) -> float: ...

    def stream_written(self, stream_arn: str) -> None: ...


_hands: StreamHands
_ended: dict[str, tuple[float, Shard]] = {}
"""Shards that get no more records, by their stream, with the moment of their end."""


def install(hands: StreamHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    setattr(Table, "set_stream_specification", _set_stream_specification)  # noqa: B010 - mypy
    setattr(DynamoDBBackend, "update_table_streams", _update_table_streams)  # noqa: B010 - mypy
    setattr(DynamoDBBackend, "update_item", _update_item)  # noqa: B010 - mypy
    setattr(DynamoDBBackend, "delete_table", _delete_table)  # noqa: B010 - mypy
    setattr(DynamoDBStreamsBackend, "describe_stream", _describe_stream)  # noqa: B010 - mypy
    setattr(DynamoDBStreamsBackend, "get_shard_iterator", _get_shard_iterator)  # noqa: B010 - mypy


def read(stream_arn: str, start: int | None, most: int) -> Part:
    """The next changes of a stream.

    Args:
        start: the sequence number to begin with; None for the oldest change that is kept.
        most: how many changes at most.

    Raises:
        LookupError: there is no such stream, or it ended more than 24 hours ago.
    """
    return _find(stream_arn).read(start, most)


def _find(stream_arn: str) -> Shard:
    _, _, _, region, account, resource = stream_arn.split(":", 5)
    table = dynamodb_backends[account][region].tables.get(resource.split("/")[1])
    shard = _of(table) if table is not None else None
    if shard is not None and shard.arn == stream_arn:
        return shard
    ended, shard = _ended.get(stream_arn, (0.0, None))
    if shard is None or _hands.now() - ended > KEPT_SECONDS:
        raise LookupError(stream_arn)
    return shard


def _of(table: Table) -> Shard | None:
    """The shard of the table's stream; None when it has none now."""
    return table.stream_shard if isinstance(table.stream_shard, Shard) else None


class _Record:
    """A change as moto keeps it in a shard, and as GetRecords gives it. It never changes, so copies share it."""

    def __init__(self, change: ItemChange) -> None:
        self.change = change

    def to_json(self) -> dict[str, Any]:
        (record,) = dynamodb([self.change])["Records"]
        moment = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
        plain = {"Keys": self.change.keys, "NewImage": self.change.new, "OldImage": self.change.old}
        images = {name: image for name, image in plain.items() if name in record["dynamodb"]}  # bytes are still bytes
        return {**record, "dynamodb": {**record["dynamodb"], **images, "ApproximateCreationDateTime": moment}}

    def __deepcopy__(self, _: dict[int, Any]) -> _Record:
        return self


class Shard(StreamShard):
    """The one shard of a stream, in the place of moto's."""

    def __init__(self, table: Table, view: str, now: float) -> None:
        super().__init__(table.account_id, table)
        self.arn, self.view = f"{table.table_arn}/stream/{table.latest_stream_label}", view
        self.id = f"shardId-{int(now * 1000):020d}-{values.new_hex(8)}"
        self.items: list[Any] = []

    @property
    def next_number(self) -> int:
        return self.starting_sequence_number + len(self.items)

    def add(self, old: Any, new: Any) -> None:
        """Write down a change of an item, if it is one."""
        before, after = _image(old), _image(new)
        if before == after:
            return
        self._forget()
        image = after or before or {}
        change = ItemChange(
            self.arn,
            {name: image[name] for name in self.table.table_key_attrs},
            after,
            before,
            self.view,
            at=_hands.now(),
            sequence=str(self.next_number),
        )
        self.items.append(_Record(change))
        _hands.stream_written(change.stream_arn)

    def get(self, start: int, quantity: int) -> list[dict[str, Any]]:
        """What GetRecords gives; what has expired is passed over."""
        self._forget()
        first = max(0, start - self.starting_sequence_number)
        return [record.to_json() for record in self.items[first : first + quantity]]

    def read(self, start: int | None, most: int) -> Part:
        self._forget()
        oldest = self.starting_sequence_number
        first = oldest if start is None else max(start, oldest)
        found = [one.change for one in self.items[first - oldest : first - oldest + most]]
        return Part(found, first + len(found), self.id, 0 if start is None else first - start)

    def merge(self, number: int) -> None:
        """Make all changes from this number on one, the last."""
        first = number - self.starting_sequence_number
        self.items[first:] = [_Record(replace(self.items[-1].change, sequence=str(number)))]

    def _forget(self) -> None:
        """Drop what is older than 24 hours; the numbers of the others stay."""
        oldest = _hands.now() - KEPT_SECONDS
        gone = next((place for place, one in enumerate(self.items) if one.change.at >= oldest), len(self.items))
        if gone:
            del self.items[:gone]
            self.starting_sequence_number += gone


def _image(item: Any) -> Item | None:
    """An item as it is now: moto changes its own in place."""
    return None if item is None else copy.deepcopy(item.to_json()["Attributes"])


# -- in moto's places ------------------------------------------------------------------------------------------------

_moto_set_stream_specification = Table.set_stream_specification
_moto_update_table_streams = DynamoDBBackend.update_table_streams
_moto_update_item = DynamoDBBackend.update_item
_moto_delete_table = DynamoDBBackend.delete_table


def _set_stream_specification(table: Table, streams: dict[str, Any] | None) -> None:
    """Begin a stream, or end the one there is."""
    _end(table)
    _moto_set_stream_specification(table, streams)
    if table.stream_shard is not None:
        now = _hands.now()
        table.latest_stream_label = values.milliseconds(now).removesuffix("Z")
        table.stream_shard = Shard(table, (table.stream_specification or {})["StreamViewType"], now)


def _end(table: Table) -> None:
    shard = _of(table)
    if shard is not None:
        _ended[shard.arn] = _hands.now(), shard
        table.stream_shard = None


def _update_table_streams(backend: DynamoDBBackend, table: Table, streams: dict[str, Any]) -> None:
    """A table whose stream was switched off may get a new one, which moto refuses."""
    if table.stream_shard is None:
        table.latest_stream_label = None
    _moto_update_table_streams(backend, table, streams)


def _update_item(backend: DynamoDBBackend, table_name: str, *given: Any, **named: Any) -> Any:
    """An update of an item that is not there is one change; moto first puts the bare key, which would be another."""
    shard = _of(backend.get_table(table_name))
    number = shard.next_number if shard else 0
    item = _moto_update_item(backend, table_name, *given, **named)
    if shard and shard.next_number - number == 2:
        shard.merge(number)
    return item


def _delete_table(backend: DynamoDBBackend, name: str) -> Table:
    table = _moto_delete_table(backend, name)
    _end(table)
    return table


def _describe_stream(backend: DynamoDBStreamsBackend, arn: str) -> dict[str, Any]:
    """Also of a stream that has ended."""
    shard = _asked(arn)
    numbers = {"StartingSequenceNumber": str(shard.starting_sequence_number)}
    ended = arn in _ended
    if ended:
        numbers["EndingSequenceNumber"] = str(shard.next_number - 1)
    return {
        "StreamArn": arn,
        "StreamLabel": arn.rpartition("/")[2],
        "StreamStatus": "DISABLED" if ended else "ENABLED",
        "StreamViewType": shard.view,
        "CreationRequestDateTime": shard.created_on,
        "TableName": shard.table.name,
        "KeySchema": shard.table.schema,
        "Shards": [{"ShardId": shard.id, "SequenceNumberRange": numbers}],
    }


def _get_shard_iterator(
    backend: DynamoDBStreamsBackend, arn: str, shard_id: str, kind: str, sequence_number: int | None = None
) -> ShardIterator:
    shard = _asked(arn)
    if shard.id != shard_id:
        raise ResourceNotFoundException(f"Requested resource not found: Shard does not exist: {shard_id}")
    iterator = ShardIterator(backend, shard, kind, sequence_number)
    backend.shard_iterators[iterator.arn] = iterator
    return iterator


def _asked(arn: str) -> Shard:
    try:
        return _find(arn)
    except LookupError:
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found") from None
