"""Asynchronous events: queued, tried up to three times, and put back when there is no room for them.

On AWS an event is tried again one and then two minutes after a failure, always under the same request id. One that is
throttled goes back to the queue, at first for a second and at last for five minutes, up to six hours, and that is not
counted as a try. Here the waiting follows the lab's clock. Left out so far: destinations, dead-letter queues, and a
function's own settings of retries and age. Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lambdalab.clock import LabClock
from lambdalab.service.concurrency import Limits, Throttled
from lambdalab.service.model import Call, Catalogue, FunctionNotFound, Reply

RETRY_AFTER_SECONDS = (60.0, 120.0)
THROTTLED_FIRST_SECONDS, THROTTLED_MOST_SECONDS = 1.0, 300.0
OLDEST_EVENT_SECONDS = 6 * 3600.0
_THREADS = 16


class Runner(Protocol):
    """Who runs calls and remembers those that got no environment: the Lambda service."""

    limits: Limits

    def invoke(self, call: Call, *, kind: str, attempt: int) -> Reply:
        """Raises Throttled."""

    def remember_throttle(self, call: Call, reason: str, kind: str, attempt: int) -> None: ...

    def remember_drop(self, call: Call) -> None: ...


@dataclass(frozen=True)
class _Queued:
    """An event waiting for its next attempt.

    Args:
        attempt: the number of that attempt, from 1.
        since: seconds on the lab's clock when the event came.
        throttles: how often it was turned away since its last attempt.
    """

    call: Call
    attempt: int
    since: float
    throttles: int = 0

    def waits(self) -> float:
        """Seconds until a throttled event is tried again: twice as long each time, up to five minutes."""
        return min(THROTTLED_FIRST_SECONDS * 2.0**self.throttles, THROTTLED_MOST_SECONDS)


class EventQueue:
    """The queue of all functions, and the threads that empty it (lesson 02)."""

    def __init__(self, runner: Runner, catalogue: Catalogue, clock: LabClock) -> None:
        self._runner, self._catalogue, self._clock = runner, catalogue, clock
        self._queue: list[tuple[float, int, _Queued]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="async")
        self._closed = False
        threading.Thread(target=self._feed, name="async-queue", daemon=True).start()

    def put(self, call: Call) -> None:
        """Accept an event."""
        now = self._clock.now()
        self._push(now, _Queued(call, attempt=1, since=now))

    def waiting(self) -> list[Mapping[str, Any]]:
        """What waits, the next one first: function, request id, source, next attempt, throttles, and when."""
        with self._lock:
            queue = sorted(self._queue)
        return [
            {
                "function": queued.call.function.name,
                "request_id": queued.call.request_id,
                "source": queued.call.source,
                "attempt": queued.attempt,
                "throttles": queued.throttles,
                "due": due,
            }
            for due, _, queued in queue
        ]

    def close(self) -> None:
        self._closed = True
        self._clock.wake()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _push(self, due: float, queued: _Queued) -> None:
        with self._lock:
            heapq.heappush(self._queue, (due, next(self._order), queued))
        self._clock.wake()

    def _feed(self) -> None:
        """Hand over what is due, for ever."""
        while not self._closed:
            ticket = self._clock.ticket()
            with self._lock:
                due = self._queue[0][0] if self._queue else None
                ready = due is not None and due <= self._clock.now()
                queued = heapq.heappop(self._queue)[2] if ready else None
            if queued is None:
                self._clock.wait_until(due, ticket)
            else:
                self._workers.submit(self._attempt, queued).add_done_callback(_complain)

    def _attempt(self, queued: _Queued) -> None:
        old = queued.call
        try:
            function = self._catalogue.resolve(old.function.region, old.function.name, old.qualifier)
        except FunctionNotFound:
            self._runner.remember_drop(old)
            return
        call = replace(old, function=function)
        try:
            reply = self._runner.invoke(call, kind="Event", attempt=queued.attempt)
        except Throttled as throttled:
            self._wait_for_turn(replace(queued, call=call), throttled.reason)
            return
        if reply.error is not None and queued.attempt <= len(RETRY_AFTER_SECONDS):
            wait = RETRY_AFTER_SECONDS[queued.attempt - 1]
            self._push(self._clock.now() + wait, replace(queued, attempt=queued.attempt + 1, throttles=0))

    def _wait_for_turn(self, queued: _Queued, reason: str) -> None:
        """Put a throttled event back; it is dropped when its function is switched off, or when it is too old."""
        due = self._clock.now() + queued.waits()
        if self._runner.limits.reserved(queued.call.function.arn) == 0:
            reason = "ZeroReservedConcurrency"
        elif due > queued.since + OLDEST_EVENT_SECONDS:
            reason = "EventAgeExceeded"
        else:
            self._push(due, replace(queued, throttles=queued.throttles + 1))
            if queued.throttles:  # one line of the story for all of them
                return
        self._runner.remember_throttle(queued.call, reason, "Event", queued.attempt)


def _complain(done: Future[None]) -> None:
    """A fault of the lab itself must not vanish in a thread."""
    if not done.cancelled() and (wrong := done.exception()):
        traceback.print_exception(wrong)
