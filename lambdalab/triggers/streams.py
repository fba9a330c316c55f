"""The poller of a table's stream: a batch that fails holds up its shard, and all that comes behind it.

On AWS Lambda reads each shard by itself, runs the function with a batch, and goes on only when that batch is done: it
succeeded, or it was given up. Here the same, for the one shard that a table has, so a poisoned change holds up the
whole table. Each attempt begins a new trace, as none goes through a stream on AWS, and leaves a step in the journal.
Follows https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html; lesson 07. Left out: ParallelizationFactor above 1,
tumbling windows, and Kinesis.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.agenda import Entry
from lambdalab.events.discarded import (
    RECORD_AGE_EXCEEDED,
    RETRY_ATTEMPTS_EXHAUSTED,
    Discarded,
    discarded,
    discarded_key,
)
from lambdalab.observe.journal import Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.concurrency import Throttled
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import Call, FunctionNotFound
from lambdalab.triggers.mappings import EventSourceMapping
from lambdalab.triggers.shards import Shard, Streams
from lambdalab.triggers.stream_batches import Batch, Run, after_failure, age_limit, first_failed, unrecorded

READ, ON_FAILURE = "dynamodb:GetRecords", "lambda:OnFailure"
_KIND = "Batch"
_NO_FUNCTION = "Deploy a function of this name, or delete the mapping. The changes expire after 24 hours."
_OTHER_FILTER = "If the function is to get such changes too, name them in the mapping's FilterCriteria."
POLL_SECONDS = 0.25
"""AWS looks into a shard four times a second."""


class StreamPoller:
    """Reads the stream of one mapping, and runs its function (lesson 07)."""

    def __init__(self, mapping: EventSourceMapping, streams: Streams, service: LambdaService) -> None:
        self._mapping, self._streams, self._service = mapping, streams, service
        self._shard = Shard(streams, service.now() if mapping.starting_position == "LATEST" else 0.0)
        self._batches: deque[Batch] = deque()
        self._lock = threading.Lock()
        self._entry: Entry | None = None
        self._said = ""
        self._busy = self._news = self._changed = self._closed = False
        service.shards.add(self.waiting)

    # -- what others say ---------------------------------------------------------------------------------------------

    def news(self) -> None:
        """There may be something to read."""
        with self._lock:
            self._news = True
            if not self._batches:
                self._plan(self._service.now() + POLL_SECONDS)

    def change(self, mapping: EventSourceMapping) -> None:
        """It is set anew: a batch that waits is tried at once, by the new settings."""
        with self._lock:
            self._mapping, self._changed = mapping, True
            self._plan(self._service.now())

    def close(self) -> None:
        """Read nothing more; a batch under way ends."""
        with self._lock:
            self._closed = True
            if self._entry:
                self._entry.cancel()
        self._service.shards.discard(self.waiting)

    def waiting(self) -> Mapping[str, Any] | None:
        """The batch that holds up the shard, as `lab.waiting()` lists it; None when none does."""
        with self._lock:
            batch = self._batches[0] if self._batches else None
            if batch is None or batch.blocked is None or self._closed or not self._mapping.enabled:
                return None
            return {
                "function": self._mapping.function,
                "request_id": batch.last.call.request_id if batch.last else self._mapping.uuid,
                "source": self._source,
                "attempt": batch.attempts + 1,
                "throttles": batch.turned_away,
                "due": batch.due,
                "blocked": batch.blocked,
                "batch": str(batch),
            }

    @property
    def _source(self) -> str:
        """The table, as the history of invocations names it."""
        return f"dynamodb:{self._mapping.source_arn.split('/')[1]}"

    # -- turns: one at a time, and only a turn changes the shard and the batches ---------------------------------------

    def _plan(self, moment: float) -> None:
        """Have the next turn at this moment, or earlier if that was planned. Needs the lock."""
        if self._closed or self._busy or not self._mapping.enabled:
            return
        if self._entry is not None:
            if self._entry.due <= moment:
                return
            self._entry.cancel()
        self._entry = self._service.agenda.at(moment, self._turn)

    def _turn(self) -> None:
        with self._lock:
            self._entry = None
            if self._closed or self._busy or not self._mapping.enabled:  # one that was cancelled may have begun already
                return
            mapping, hurry = self._mapping, self._changed
            self._busy, self._news, self._changed = True, False, False
        due = None
        try:
            due = self._step(mapping, hurry)
        finally:
            with self._lock:
                self._busy = False
                if self._changed or (self._news and not self._batches):
                    due = self._service.now()
                if due is not None:
                    self._plan(due)

    def _step(self, mapping: EventSourceMapping, hurry: bool) -> float | None:
        """Try one batch, if one is due; when the next step is, or None for "when there is something new"."""
        now = self._service.now()
        if not self._batches:
            due = self._read(mapping, now)
            if not self._batches:
                return due
        batch = self._batches[0]
        if old := batch.old(mapping, now):
            self._grow_old(mapping, batch, old)
        elif batch.due > now and not hurry:
            return min(batch.due, batch.expires(mapping))
        else:
            self._try(mapping, batch)
        return min(self._batches[0].due, self._batches[0].expires(mapping)) if self._batches else now

    def _read(self, mapping: EventSourceMapping, now: float) -> float | None:
        """Look for the next batch; when to look again, None for "when there is something new"."""
        news = self._shard.look(mapping, now)
        if news.expired:
            lost = "1 change" if news.expired == 1 else f"{news.expired} changes"
            self._note(mapping, lost, "expired", f"{lost} expired after 24 hours, before the mapping had read them")
        if news.kept_back:
            first, why = news.kept_back[0]
            which = first.sequence + (f" and {len(news.kept_back) - 1} more" if len(news.kept_back) > 1 else "")
            reason = f"no filter of the mapping matches {which}: {why}"
            self._note(mapping, which, "filtered", reason, advice=_OTHER_FILTER)
        if news.batch:
            with self._lock:
                self._batches.append(Batch(news.batch, now))
        return news.due

    def _put(self, batches: Sequence[Batch]) -> None:
        """Put batches in the place of the first one."""
        with self._lock:
            self._batches.popleft()
            self._batches.extendleft(reversed(batches))

    # -- one attempt -------------------------------------------------------------------------------------------------

    def _try(self, mapping: EventSourceMapping, batch: Batch) -> None:
        """Run the function with a batch, and see what is to be done next."""
        began, span, trace = self._service.now(), new_span(), Trace.new()
        attempt = batch.attempts + 1
        try:
            call = self._call(mapping, batch.payload, trace.child(span))
            reply = self._service.invoke(call, kind=_KIND, attempt=attempt)
        except FunctionNotFound as missing:
            self._put([batch.waits(self._service.now())])
            if not batch.turned_away:  # one line of the story for all of them
                self._note(mapping, str(batch), "failed", f"{missing}; the changes wait for it", advice=_NO_FUNCTION)
            return
        except Throttled as throttled:
            self._put([batch.waits(self._service.now())])
            if not batch.turned_away:
                self._service.remember_throttle(call, throttled.reason, _KIND, attempt)
            return
        run = Run(call, reply.error is not None, reply.span)
        failed = first_failed(mapping, batch, reply)
        self._say(mapping, "OK" if failed is None else "PROBLEM: Function call failed")
        outcome, story = "ok", ""
        following: list[Batch] = []
        tried = batch.ran(run, began)
        if failed is not None:
            outcome = "failed"
            following, story = after_failure(mapping, tried, *failed, self._service.now())
        self._put(following)
        self._note(mapping, str(batch), outcome, story, began, trace, span, call.request_id)
        if failed is not None and not following:
            self._send(mapping, tried, run, RETRY_ATTEMPTS_EXHAUSTED, run.span)

    def _say(self, mapping: EventSourceMapping, result: str) -> None:
        """Keep what get_event_source_mapping says of the last batch."""
        if result != self._said:
            self._said = result
            self._streams.processed(mapping.uuid, mapping.region, result)

    def _call(self, mapping: EventSourceMapping, payload: bytes, trace: Trace) -> Call:
        """Raises FunctionNotFound."""
        named = mapping.region, mapping.function, mapping.qualifier
        return self._service.prepare(*named, payload, source=self._source, trace=trace)

    def _note(
        self,
        mapping: EventSourceMapping,
        subject: str,
        outcome: str,
        reason: str,
        began: float | None = None,
        trace: Trace | None = None,
        span: str = "",
        request_id: str = "",
        advice: str = "",
    ) -> None:
        now = self._service.now()
        self._service.journal.add(
            Step(
                kind="delivery",
                name=READ,
                began=now if began is None else began,
                ended=now,
                trace=(trace or Trace.new()).root,
                span=span or new_span(),
                source=mapping.source_arn,
                target=mapping.function_arn,
                subject=subject,
                outcome=outcome,
                reason=reason,
                advice=advice,
                request_id=request_id,
            )
        )

    # -- what is given up --------------------------------------------------------------------------------------------

    def _grow_old(self, mapping: EventSourceMapping, batch: Batch, old: int) -> None:
        """Give up the changes that are too old."""
        expired, rest = batch.parted(old)
        self._put([rest] if rest.records else [])
        span, run = new_span(), batch.last
        if run is None:  # then nothing is known of the function but its role
            try:
                run = Run(self._call(mapping, b"", Trace.new()), True, "")
            except FunctionNotFound:
                run = None
        reason = f"given up as older than {age_limit(mapping):.0f} s{unrecorded(mapping)}: {expired}"
        self._note(mapping, str(expired), "expired", reason, None, run.call.trace if run else None, span)
        if run:
            self._send(mapping, expired, run, RECORD_AGE_EXCEEDED, span)

    def _send(self, mapping: EventSourceMapping, batch: Batch, run: Run, condition: str, span: str) -> None:
        """Tell the on-failure destination, if there is one, of changes that are not tried again.

        Args:
            span: the step from which it comes.
        """
        to = mapping.on_failure_arn
        if not to:
            return
        told = Discarded(
            function_arn=mapping.function_arn,
            request_id=run.call.request_id,
            condition=condition,
            attempts=batch.attempts,
            changes=batch.changes,
            shard=self._shard.id,
            version=run.call.function.version if batch.last else "",
            failed=run.failed,
            at=self._service.now(),
        )
        event = None
        if to.split(":")[2] == "s3":
            to = f"{to}/{discarded_key(mapping.uuid, self._shard.id, told.at)}"
            event = json.loads(batch.payload)
        self._service.destinations.send(
            run.call.function,
            to,
            json.dumps(discarded(told, event), separators=(",", ":")),
            name=ON_FAILURE,
            trace=run.call.trace.child(span),
            subject=batch.changes[0].sequence,
        )
