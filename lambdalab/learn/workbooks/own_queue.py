"""A queue of a check's own with its dead-letter queue and a mapping to a function; all of it is deleted afterwards.

The clock of the student's lab is turned to see retries and dead letters. Turning returns when all that fell due on the
way is done, so a check never waits for a queue. Used by the exercises of workbooks 07 and 09.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lambdalab.learn.work import Work
from lambdalab.observe.records import Invocation
from lambdalab.queues import Queue

REPORTS = ["ReportBatchItemFailures"]
_RECEIVED = "sqs:ReceiveMessage"


@dataclass(frozen=True)
class OwnQueue:
    """A queue, where its dead letters go, and what became of its messages."""

    lab: Any
    queue: Queue
    dead: Queue

    def buried(self) -> dict[str, float]:
        """When each message became a dead letter, in seconds since 1970 on the lab's clock, by its id."""
        moved = self.lab.steps(kind="delivery", source=self.queue.arn, target=self.dead.arn)
        return {step.subject: step.began for step in moved}

    def runs(self) -> list[Invocation]:
        """The runs that were given messages of this queue, oldest first."""
        steps = self.lab.steps(kind="delivery", source=self.queue.arn)
        ids = dict.fromkeys(step.request_id for step in steps if step.name == _RECEIVED and step.request_id)
        return [run for one in ids for run in self.lab.history(request_id=one)]


@contextmanager
def own_queue(
    work: Work,
    name: str,
    function: str,
    *,
    visibility: int,
    receives: int,
    reports: bool = False,
    mapping: Mapping[str, Any] | None = None,
) -> Iterator[OwnQueue]:
    """Make queue, dead-letter queue and mapping, and delete them when the block ends.

    Args:
        name: how the queue's name begins; the rest is drawn, so that its journal tells of nothing older.
        visibility: the visibility timeout, in seconds.
        receives: maxReceiveCount.
        reports: whether the mapping asks for batchItemFailures.
        mapping: further settings of the mapping.
    """
    lab, sqs = work.lab, work.lab.client("sqs")
    name = f"{name}-{secrets.token_hex(4)}"
    names = (name, f"{name}-dead")
    try:
        sqs.create_queue(QueueName=names[1])
        dead = lab.queue(names[1])
        redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": receives})
        settings = {"VisibilityTimeout": str(visibility), "RedrivePolicy": redrive}
        sqs.create_queue(QueueName=name, Attributes=settings)
        queue = lab.queue(name)
        more = {**({"FunctionResponseTypes": REPORTS} if reports else {}), **(mapping or {})}
        work.client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=function, **more)
        yield OwnQueue(lab, queue, dead)
    finally:
        removed(work, names)


def removed(work: Work, names: Sequence[str]) -> None:
    """Delete these queues and the mappings that read them, those that an interrupted check has left too."""
    sqs = work.lab.client("sqs")
    for name in names:
        try:
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist:
            continue
        unmapped(work, work.lab.queue(name).arn)
        sqs.delete_queue(QueueUrl=url)


def unmapped(work: Work, source_arn: str) -> None:
    """Delete the mappings of a source."""
    for mapping in work.client.list_event_source_mappings(EventSourceArn=source_arn)["EventSourceMappings"]:
        work.client.delete_event_source_mapping(UUID=mapping["UUID"])
