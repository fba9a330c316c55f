"""The poller of a queue: takes messages, calls the function with a batch, deletes what succeeded.

On AWS Lambda reads a queue with five pollers, and with up to 300 more a minute while messages are left. A batch that
failed is not touched: its messages are seen again when their visibility timeout is over. One that is turned away is
tried again, with growing pauses, until then. Here the same, from the agenda: a read takes what is there and starts its
batches, and the next read comes with news, at the end of a batch, or when the first hidden message is seen again.
Follows https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html; lesson 07. Left out: more than 32 batches
at once, and the two pollers to which AWS goes back on a quiet queue.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from lambdalab.agenda import Entry
from lambdalab.events.batch_answer import Verdict, verdict
from lambdalab.events.sqs import sqs
from lambdalab.service.concurrency import Throttled
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, RecursiveLoop, Reply
from lambdalab.triggers.batches import Delivery, Queues, Taken, listed
from lambdalab.triggers.mappings import EventSourceMapping

FIRST_AT_ONCE, MORE_PER_MINUTE = 5, 300.0
MOST_AT_ONCE = 32
MOST_BYTES = 6 * 2**20
_MOST_A_RECEIVE = 10
_BESIDE = 2_000
"""Bytes of a message's record beside its body and attributes."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_LOOK_AGAIN = 1.0
"""Seconds after which a poller that has no room looks whether it has grown."""
_FILTER = "Let it through: update_event_source_mapping, FilterCriteria. The message itself is gone."


@dataclass(frozen=True)
class _Batch:
    """Messages on their way to the function.

    Args:
        mapping: as it was when they were received.
        hidden_until: when the first of them is seen again.
        received: when it was received; both on the lab's clock.
        throttles: how often the batch was turned away.
        reason: AWS's word for why, the last time.
        request_id: of the call that was turned away first, which stands for all of them in the history.
    """

    mapping: EventSourceMapping
    taken: Sequence[Taken]
    hidden_until: float
    received: float
    throttles: int = 0
    reason: str = ""
    request_id: str = ""

    def tried_again(self, now: float) -> float:
        """When: after pauses that grow, and for the last time when its messages are seen again, to be dropped then."""
        return min(now + min(_FIRST_PAUSE * 2.0 ** (self.throttles - 1), _LONGEST_PAUSE), self.hidden_until)


class QueuePoller:
    """Reads one queue for one mapping (lesson 07)."""

    def __init__(self, mapping: EventSourceMapping, queues: Queues, service: LambdaService) -> None:
        self._mapping, self._queues, self._service = mapping, queues, service
        self._agenda = service.agenda
        self._lock = threading.Lock()  # for the next three, and never held while the cloud is asked
        self._asked = self._closed = False
        self._busy = 0
        self._reading = threading.Lock()  # one read at a time; what follows belongs to it
        self._grows_since: float | None = None
        self._gathered: list[Taken] = []
        self._hidden_until = self._received = 0.0
        self._next: Entry | None = None

    def news(self) -> None:
        with self._lock:
            if self._asked or self._closed:
                return
            self._asked = True
        self._agenda.soon(self._read)

    def change(self, mapping: EventSourceMapping) -> None:
        self._mapping = mapping

    def close(self) -> None:
        self._closed = True

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Start as many batches as there is room for, and plan the next read."""
        with self._reading:
            with self._lock:
                self._asked = False
            if self._next:
                self._next.cancel()
            mapping, least_hidden = self._mapping, self._least_hidden()
            if self._closed or not mapping.enabled or least_hidden is None:
                self._gathered = []  # they are hidden, and come back by themselves
                return
            while self._busy < self._room(mapping):
                seen_next = self._queues.next_moment(mapping.source_arn)  # asked first: no moment may fall in between
                batch = self._gather(mapping, least_hidden)
                if batch is None:
                    self._grows_since = None
                    self._plan(seen_next, self._window_ends(mapping))
                    return
                with self._lock:
                    self._busy += 1
                self._agenda.soon(partial(self._run, batch))
            now = self._service.now()
            self._grows_since = self._grows_since or now
            self._plan(now + _LOOK_AGAIN if self._room(mapping) < _most(mapping) else None)

    def _least_hidden(self) -> float | None:
        """How long a message may be worked on, in seconds; None without the function: all stays in the queue."""
        mapping, clock = self._mapping, self._agenda.clock
        try:
            function = self._service.prepare(mapping.region, mapping.function, mapping.qualifier, b"").function
        except FunctionNotFound:
            return None
        return mapping.window_seconds + function.timeout * clock.speed

    def _room(self, mapping: EventSourceMapping) -> int:
        """How many batches may be under way now."""
        grew = 0.0 if self._grows_since is None else self._service.now() - self._grows_since
        return min(FIRST_AT_ONCE + int(grew * MORE_PER_MINUTE / 60), _most(mapping))

    def _plan(self, *moments: float | None) -> None:
        """Come back at the first of these; the end of a batch and a new message are news anyway."""
        first = min((moment for moment in moments if moment is not None), default=None)
        self._next = None if first is None else self._agenda.at(first, self.news)

    def _window_ends(self, mapping: EventSourceMapping) -> float | None:
        return self._received + mapping.window_seconds if self._gathered else None

    def _gather(self, mapping: EventSourceMapping, least_hidden: float) -> _Batch | None:
        """The next batch; None while there is nothing, or while its window is open."""
        while (missing := mapping.batch_size - len(self._gathered)) > 0:
            now = self._service.now()
            found = self._queues.receive(mapping.source_arn, min(missing, _MOST_A_RECEIVE), least_hidden)
            if not found.taken:
                break
            wanted = self._wanted(mapping, found.taken, now)
            if wanted and not self._gathered:
                self._hidden_until, self._received = found.hidden_until, now
            self._gathered += wanted
            if self._gathered and not mapping.window_seconds:
                break
        ends = self._window_ends(mapping)
        fits = _fitting(self._gathered)
        full = fits == mapping.batch_size or fits < len(self._gathered)
        if ends is None or not (full or self._service.now() >= ends):
            return None
        taken, self._gathered = self._gathered[:fits], self._gathered[fits:]
        return _Batch(mapping, taken, self._hidden_until, self._received)

    def _wanted(self, mapping: EventSourceMapping, taken: Sequence[Taken], now: float) -> list[Taken]:
        """What a filter lets through; the rest is deleted, which AWS does without a word."""
        wanted = []
        for one in taken if mapping.filters else ():
            reason = mapping.keeps_back(_readable(one))
            if not reason:
                wanted.append(one)
                continue
            self._queues.delete(mapping.source_arn, [one.message.receipt])
            why = f"no filter of the mapping lets it through, so it was deleted: {reason}"
            delivery = Delivery(mapping.source_arn, mapping.function_arn, [one], now)
            delivery.note(self._service.journal, self._service.now(), "filtered", why, _FILTER)
        return wanted if mapping.filters else list(taken)

    # -- a batch -----------------------------------------------------------------------------------------------------

    def _run(self, batch: _Batch) -> None:
        again = None
        try:
            again = self._deliver(batch)
        finally:
            if again:
                self._agenda.at(again.tried_again(self._service.now()), partial(self._run, again))
            else:
                with self._lock:
                    self._busy -= 1
                self.news()

    def _deliver(self, batch: _Batch) -> _Batch | None:
        """Call the function; what is to be tried again, if anything."""
        mapping = batch.mapping
        delivery = Delivery(mapping.source_arn, mapping.function_arn, batch.taken, batch.received)
        if batch.throttles and (self._closed or not self._mapping.enabled):
            return None  # nobody is waiting for it any more, and the messages come back
        if batch.throttles and self._service.now() >= batch.hidden_until:
            self._give_up(batch, delivery)
            return None
        event = sqs((one.message for one in batch.taken), window=mapping.window_seconds > 0)
        try:
            call = self._service.prepare(
                mapping.region,
                mapping.function,
                mapping.qualifier,
                json.dumps(event).encode(),
                source=f"sqs:{mapping.source_arn.rpartition(':')[2]}",
                trace=delivery.trace,
            )
            reply = self._service.invoke(call, kind="Batch")
        except (FunctionNotFound, RecursiveLoop) as stopped:
            outcome = "stopped" if isinstance(stopped, RecursiveLoop) else "missing"
            delivery.note(self._service.journal, self._service.now(), outcome, f"{stopped}")
            return None
        except Throttled as throttled:
            if not batch.throttles:  # one line of the story for all of them
                self._service.remember_throttle(call, throttled.reason, "Batch")
            first = batch.request_id or call.request_id
            return replace(batch, throttles=batch.throttles + 1, reason=throttled.reason, request_id=first)
        self._settle(batch, reply, delivery, call.request_id)
        return None

    def _give_up(self, batch: _Batch, delivery: Delivery) -> None:
        count, times = len(batch.taken), "once" if batch.throttles == 1 else f"{batch.throttles} times"
        away = f"turned away {times} ({batch.reason}) until the visibility timeout was over"
        back = f"{_messages(count)} {'is' if count == 1 else 'are'} in the queue again, received once more for nothing"
        advice = (
            "Give the mapping a ScalingConfig with MaximumConcurrency, or the function more reserved concurrency. Give "
            "the queue a visibility timeout of 6 times the function's timeout, and a maxReceiveCount of at least 5."
        )
        journal, now = self._service.journal, self._service.now()
        delivery.note(journal, now, "throttled", f"{away}, so {back}", advice, batch.request_id)

    def _settle(self, batch: _Batch, reply: Reply, delivery: Delivery, request_id: str) -> None:
        """Delete what succeeded; the rest is seen again when its time is up."""
        ids = [one.message.message_id for one in batch.taken]
        said = Verdict(ids, "the function failed") if reply.error else Verdict()
        if batch.mapping.reports and not reply.error:
            said = verdict(reply.payload, ids)
        if reply.error and not batch.mapping.reports:
            self._grows_since = None  # AWS calls a function that fails less often
        failed = set(said.failed)
        done = [one.message.receipt for one in batch.taken if one.message.message_id not in failed]
        if done:
            self._queues.delete(batch.mapping.source_arn, done)
        outcome, reason = "ok", ""
        if failed:
            outcome = "returned"
            why = said.reason or f"the answer names {listed(said.failed)} as failed"
            stays = _stay(len(failed), len(ids), round(batch.hidden_until - batch.received))
            reason = f"{why}, so {stays}"
        delivery.note(self._service.journal, self._service.now(), outcome, reason, request_id=request_id)


def _most(mapping: EventSourceMapping) -> int:
    return min(mapping.most_at_once or MOST_AT_ONCE, MOST_AT_ONCE)


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _stay(failed: int, count: int, hidden_seconds: int) -> str:
    """What is left of a batch in its queue, and until when it is hidden."""
    which = "its one message" if count == 1 else f"all of its {count} messages"
    which = which if failed == count else f"{failed} of its {count} messages"
    if failed == 1:
        return f"{which} stays in the queue and is seen again {hidden_seconds} s after it was received"
    return f"{which} stay in the queue and are seen again {hidden_seconds} s after they were received"


def _readable(one: Taken) -> dict[str, object]:
    """The message's record as a filter reads it: a body that is JSON is no text for it."""
    (record,) = sqs([one.message])["Records"]
    try:
        return {**record, "body": json.loads(one.message.body)}
    except ValueError:
        return dict(record)


def _fitting(taken: Sequence[Taken]) -> int:
    """How many of these, from the first on, one event can hold."""
    room = MOST_BYTES
    for count, one in enumerate(taken):
        room -= len(json.dumps(one.message.body)) + len(json.dumps(one.message.attributes, default=str)) + _BESIDE
        if room < 0:
            return max(1, count)
    return len(taken)
