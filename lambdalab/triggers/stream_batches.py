"""A batch of a stream's changes, and what becomes of it after each attempt: done, cut, tried again, or given up.

On AWS a batch that failed is tried again until it succeeds, until its changes are too old, or until its retries are
used up; that it was cut in two does not count, and neither does a call that found no room. AWS does not publish how
long it waits. Here a second, then twice as long each time, up to five minutes, which is what it publishes for
asynchronous events; halves come at once. Three more things of which AWS says nothing: a batch that was cut counts its
retries anew; a batch whose first change is the one that was reported cannot be cut there, and with bisecting it is
halved; and of the changes in a batch only those that are too old are given up for their age. Follows
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html; lesson 07.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lambdalab.events.batch_answer import verdict
from lambdalab.events.dynamodb import ItemChange
from lambdalab.service.model import Call, Reply
from lambdalab.triggers.mappings import EventSourceMapping
from lambdalab.triggers.shards import KEPT_SECONDS, Record

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 300.0
_DOUBLINGS = 30  # more would be the longest wait as well


@dataclass(frozen=True)
class Run:
    """The last time that the function ran for a batch.

    Args:
        failed: whether the function itself failed, and did not only name changes.
        span: of the run, in the call's trace.
    """

    call: Call
    failed: bool
    span: str


@dataclass(frozen=True)
class Batch:
    """Changes that the function gets in one call.

    Args:
        due: seconds on the lab's clock; not tried before.
        attempts: how often the function has run for exactly these.
        turned_away: how often it could not be run since its last attempt.
        blocked: since when they hold up the shard; None for a batch that has not failed.
        last: the last run for these, or for a batch that they were in; None when there was none.
    """

    records: Sequence[Record]
    due: float
    attempts: int = 0
    turned_away: int = 0
    blocked: float | None = None
    last: Run | None = None

    def __str__(self) -> str:
        """Such as "3 changes from 1100000000017454423009 on"."""
        first = self.changes[0].sequence
        return f"the change {first}" if len(self.records) == 1 else f"{len(self.records)} changes from {first} on"

    @property
    def changes(self) -> list[ItemChange]:
        return [one.change for one in self.records]

    @property
    def payload(self) -> bytes:
        return f'{{"Records": [{", ".join(one.text for one in self.records)}]}}'.encode()

    def expires(self, mapping: EventSourceMapping) -> float:
        """When its first change will be too old."""
        return self.changes[0].at + age_limit(mapping)

    def old(self, mapping: EventSourceMapping, now: float) -> int:
        """How many of its changes are too old."""
        return sum(one.at + age_limit(mapping) <= now for one in self.changes)

    def parted(self, at: int) -> tuple[Batch, Batch]:
        """The changes before a place, and those from there on, with what was tried of them."""
        return replace(self, records=self.records[:at]), replace(self, records=self.records[at:])

    def cut(self, at: int) -> tuple[Batch, Batch]:
        """The same, as batches that have not been tried."""
        return replace(self, attempts=0, turned_away=0).parted(at)

    def ran(self, run: Run, began: float) -> Batch:
        """The batch after one more attempt."""
        blocked = began if self.blocked is None else self.blocked
        return replace(self, attempts=self.attempts + 1, turned_away=0, blocked=blocked, last=run)

    def waits(self, now: float) -> Batch:
        """The batch after the function could not be run: that is no attempt."""
        times = self.turned_away + 1
        blocked = now if self.blocked is None else self.blocked
        return replace(self, turned_away=times, blocked=blocked, due=now + wait(times))


def age_limit(mapping: EventSourceMapping) -> float:
    """The age in seconds at which the mapping gives a change up; the stream keeps none longer than a day."""
    return min(KEPT_SECONDS, mapping.oldest_seconds if mapping.oldest_seconds >= 0 else KEPT_SECONDS)


def wait(failures: int) -> float:
    """Seconds until a batch is tried again that has failed so often: 1 or more times."""
    return min(FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, _DOUBLINGS), LONGEST_WAIT_SECONDS)


def first_failed(mapping: EventSourceMapping, batch: Batch, reply: Reply) -> tuple[int, str] | None:
    """The place of the first change that failed, and what the answer said of it; None when all went well."""
    if reply.error is not None:
        return 0, ""
    if not mapping.reports:
        return None
    numbers = [one.sequence for one in batch.changes]
    said = verdict(reply.payload, numbers)
    if not said.failed:
        return None
    return numbers.index(said.failed[0]), said.reason or f"it reported {said.failed[0]} as the first that failed"


def after_failure(
    mapping: EventSourceMapping, batch: Batch, first: int, said: str, now: float
) -> tuple[list[Batch], str]:
    """What comes in the place of a batch that has just failed, and a sentence about it; nothing when it is given up.

    Args:
        first: the place of the first change that failed.
        said: why, where the function's error does not say it.
    """
    said = f"{said}; " if said else ""
    if first:
        _, rest = batch.cut(first)
        due = now + wait(1)
        return [replace(rest, due=due)], f"{said}from there on the batch is tried again at {clock_time(due)}"
    if mapping.bisects and len(batch.records) > 1:
        one, other = (replace(half, due=now) for half in batch.cut(len(batch.records) // 2))
        return [one, other], f"{said}the batch was cut in two: {one}, and {other}"
    if 0 <= mapping.most_retries < batch.attempts:
        tried = "1 attempt" if batch.attempts == 1 else f"{batch.attempts} attempts"
        return [], f"{said}after {tried} the batch was given up{unrecorded(mapping)}"
    due = now + wait(batch.attempts)
    return [replace(batch, due=due)], f"{said}the batch blocked its shard, to be tried again at {clock_time(due)}"


def unrecorded(mapping: EventSourceMapping) -> str:
    """That nothing tells of what was given up, if so; where a record went is told by the step that sends it."""
    return "" if mapping.on_failure_arn else ", and nothing keeps a record of it"


def clock_time(moment: float) -> str:
    """Hour, minute and second on the lab's clock: "12:03:07"."""
    return time.strftime("%H:%M:%S", time.localtime(moment))
