"""Reading a stream's shard for one mapping: from a position on, past what its filters keep back, a batch at a time.

On AWS each mapping has a position of its own in every shard, and waits for a batch that is not full as long as its
window says; filters are applied before the batch is full. Here the same, for the one shard that a table has. A batch
is also full at 6 MB, the most that a synchronous call may carry. LATEST begins with the first change after the mapping
was made. Follows https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html; lesson 07.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lambdalab.events.dynamodb import ItemChange, dynamodb
from lambdalab.triggers.mappings import EventSourceMapping

KEPT_SECONDS = 24 * 3600.0
"""How long a stream keeps a change."""
MOST_BYTES = 6 * 2**20
_MOST_READ = 1_000  # of GetRecords


@dataclass(frozen=True)
class Part:
    """What one reading of a stream's shard gives.

    Args:
        changes: in their order.
        after: the sequence number to read from next time.
        shard: the shard's id.
        expired: how many changes were not kept any more, from the wanted position on.
    """

    changes: Sequence[ItemChange]
    after: int
    shard: str
    expired: int = 0


class Streams(Protocol):
    """Where streams are read."""

    def read_stream(self, stream_arn: str, start: int | None, most: int) -> Part:
        """The next changes of a stream.

        Args:
            start: the sequence number to begin with; None for the oldest change that is kept.
            most: how many changes at most.

        Raises:
            LookupError: there is no such stream any more.
        """

    def processed(self, uuid: str, region: str, result: str) -> None:
        """Keep the mapping's LastProcessingResult."""


@dataclass(frozen=True)
class Record:
    """A change, and its JSON in the event."""

    change: ItemChange
    text: str


@dataclass
class News:
    """What one look at the shard found.

    Args:
        batch: in order; empty when the next batch is not complete.
        due: when the batch's window is over, in seconds on the lab's clock; None when nothing waits.
        kept_back: changes that no filter lets through, each with the reason.
        expired: how many changes expired before they were read.
    """

    batch: Sequence[Record] = ()
    due: float | None = None
    kept_back: list[tuple[ItemChange, str]] = field(default_factory=list)
    expired: int = 0


class Shard:
    """One mapping's position in a shard.

    Args:
        begins: changes before this moment are passed over.
    """

    def __init__(self, streams: Streams, begins: float) -> None:
        self.id = ""
        self._streams, self._begins = streams, begins
        self._position: int | None = None
        self._gathered: list[Record] = []
        self._opened: float | None = None

    def look(self, mapping: EventSourceMapping, now: float) -> News:
        """Read on until a batch is full, or nothing is left; what is read is not read again."""
        news = News()
        while len(self._gathered) < mapping.batch_size and self._read(mapping, news):
            pass
        if not self._gathered:
            return news
        if self._opened is None:
            self._opened = now
        ends = self._opened + mapping.window_seconds
        full = self._fitting(mapping.batch_size)
        if full < min(len(self._gathered), mapping.batch_size) or full == mapping.batch_size or ends <= now:
            news.batch, self._gathered = self._gathered[:full], self._gathered[full:]
            self._opened = None
        else:
            news.due = ends
        return news

    def _read(self, mapping: EventSourceMapping, news: News) -> bool:
        """Read a part; whether there may be more."""
        most = min(_MOST_READ, mapping.batch_size - len(self._gathered))
        try:
            part = self._streams.read_stream(mapping.source_arn, self._position, most)
        except LookupError:
            return False
        self.id, self._position = part.shard, part.after
        news.expired += part.expired
        for change in part.changes:
            if change.at < self._begins:
                continue
            (record,) = dynamodb([change])["Records"]
            if why := mapping.keeps_back(record):
                news.kept_back.append((change, why))
            else:
                self._gathered.append(Record(change, json.dumps(record)))
        return len(part.changes) == most

    def _fitting(self, most: int) -> int:
        """How many of the gathered records fit into one event, one at least."""
        size = len('{"Records": []}')
        for number, record in enumerate(self._gathered[:most]):
            size += len(record.text) + 2  # json.dumps writes ASCII
            if size > MOST_BYTES and number:
                return number
        return min(most, len(self._gathered))
