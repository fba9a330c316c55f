"""What was taken from a queue, and what is written down of it.

On AWS the way of a message into a batch is in no log: metrics count receives and deletions, and X-Ray links traces.
Here each batch leaves steps in the journal, one for each trace in it, when it has ended. A batch of one trace carries
it on; one of several begins a new trace, as on AWS, and counts in the chain of each. Follows
https://docs.aws.amazon.com/xray/latest/devguide/xray-tracelinking.html; lesson 07. Left out: ids beyond the tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from lambdalab.events.sqs import Message
from lambdalab.observe.journal import Journal, Step
from lambdalab.observe.tracing import Trace, new_span

_NAMED = 10


@dataclass(frozen=True)
class Taken:
    """A message that was received, and the trace that it belongs to."""

    message: Message
    trace: Trace


@dataclass(frozen=True)
class Received:
    """What one receive brought.

    Args:
        hidden_until: seconds since 1970 on the lab's clock: then these messages are seen again.
    """

    taken: Sequence[Taken] = ()
    hidden_until: float = 0.0


@dataclass(frozen=True)
class DeadLetter:
    """A message that its queue moved to its dead-letter queue (lesson 07).

    Args:
        queue_arn: where it was.
        letters_arn: where it is now.
        received: how often it was received.
        most: maxReceiveCount of the queue's redrive policy.
    """

    queue_arn: str
    letters_arn: str
    message_id: str
    received: int
    most: int
    trace: Trace

    def step(self, now: float) -> Step:
        """The step about it."""
        times = "once" if self.received == 1 else f"{self.received} times"
        had = f"message {self.message_id} had been received {times} and was not deleted"
        return Step(
            kind="delivery",
            name="sqs:Redrive",
            began=now,
            ended=now,
            trace=self.trace.root,
            span=new_span(),
            parent=self.trace.parent,
            source=self.queue_arn,
            target=self.letters_arn,
            subject=self.message_id,
            outcome="dead-lettered",
            reason=f"{had}, and maxReceiveCount is {self.most}",
        )


class Queues(Protocol):
    """What a poller asks of the cloud's queues; a queue that is not there is empty."""

    def receive(self, arn: str, most: int, least_hidden: float) -> Received:
        """Take messages and hide them, for the seconds that their work may take at least."""

    def delete(self, arn: str, receipts: Sequence[str]) -> None:
        """Delete messages that were received."""

    def next_moment(self, arn: str) -> float | None:
        """When the next message can be received that cannot be now."""


@dataclass(frozen=True)
class Delivery:
    """One try to hand messages to a function.

    Args:
        source_arn: the queue's.
        target_arn: the function's, perhaps with a version or an alias.
        received: when, in seconds since 1970 on the lab's clock.
        spans: by the root of each trace in it, the span of the step that will tell of it.
    """

    source_arn: str
    target_arn: str
    taken: Sequence[Taken]
    received: float
    spans: dict[str, str] = field(default_factory=dict)

    @property
    def trace(self) -> Trace:
        """What the function's run belongs to, with every chain that leads into the batch."""
        lineage: dict[str, int] = {}
        for one in self.taken:
            for who, times in one.trace.lineage:
                lineage[who] = max(times, lineage.get(who, 0))
        roots = {one.trace.root: one.trace for one in self.taken}
        if len(roots) > 1:
            return replace(Trace.new(), lineage=tuple(lineage.items()))
        (trace,) = roots.values()
        return replace(trace, parent=self._span(trace.root), lineage=tuple(lineage.items()))

    def _span(self, root: str) -> str:
        return self.spans.setdefault(root, new_span())

    def note(
        self, journal: Journal, now: float, outcome: str, reason: str = "", advice: str = "", request_id: str = ""
    ) -> None:
        """Write down what came of it, one step for each trace."""
        by_root: dict[str, list[Taken]] = {}
        for one in self.taken:
            by_root.setdefault(one.trace.root, []).append(one)
        for root, taken in by_root.items():
            first = taken[0].message.received == 1
            journal.add(
                Step(
                    kind="delivery",
                    name="sqs:ReceiveMessage",
                    began=min(one.message.sent for one in taken) if first else self.received,
                    ended=now,
                    trace=root,
                    span=self._span(root),
                    parent=taken[0].trace.parent,
                    source=self.source_arn,
                    target=self.target_arn,
                    subject=listed([one.message.message_id for one in taken]),
                    outcome=outcome,
                    reason=reason,
                    advice=advice,
                    request_id=request_id,
                )
            )


def listed(ids: Sequence[str]) -> str:
    """Ids as a list, the first ten of many."""
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
