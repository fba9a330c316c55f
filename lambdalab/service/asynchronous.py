"""Asynchronous events: queued, tried up to three times, and put back when there is no room for them.

On AWS an event is tried again one and then two minutes after a failure, always under the same request id. One that is
throttled goes back to the queue, at first for a second and at last for five minutes, up to six hours, and that is not
counted as a try. Here the waiting follows the lab's clock. Left out so far: destinations, dead-letter queues, and a
function's own settings of retries and age. Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from lambdalab.agenda import Agenda
from lambdalab.service.concurrency import Limits, Throttled
from lambdalab.service.model import Call, Catalogue, FunctionNotFound, Reply

RETRY_AFTER_SECONDS = (60.0, 120.0)
THROTTLED_FIRST_SECONDS, THROTTLED_MOST_SECONDS = 1.0, 300.0
OLDEST_EVENT_SECONDS = 6 * 3600.0


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
    """The queue of all functions (lesson 02)."""

    def __init__(self, runner: Runner, catalogue: Catalogue, agenda: Agenda) -> None:
        self._runner, self._catalogue, self._agenda = runner, catalogue, agenda
        self._waiting: dict[str, tuple[float, _Queued]] = {}
        self._lock = threading.Lock()

    def put(self, call: Call) -> None:
        """Accept an event."""
        now = self._agenda.clock.now()
        self._push(now, _Queued(call, attempt=1, since=now))

    def waiting(self) -> list[Mapping[str, Any]]:
        """What waits, the next one first: function, request id, source, next attempt, throttles, and when."""
        with self._lock:
            queue = sorted(self._waiting.values(), key=lambda waiting: waiting[0])
        return [
            {
                "function": queued.call.function.name,
                "request_id": queued.call.request_id,
                "source": queued.call.source,
                "attempt": queued.attempt,
                "throttles": queued.throttles,
                "due": due,
            }
            for due, queued in queue
        ]

    def _push(self, due: float, queued: _Queued) -> None:
        with self._lock:
            self._waiting[queued.call.request_id] = due, queued
        self._agenda.at(due, partial(self._attempt, queued))

    def _attempt(self, queued: _Queued) -> None:
        old = queued.call
        with self._lock:
            del self._waiting[old.request_id]
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
            self._push(self._agenda.clock.now() + wait, replace(queued, attempt=queued.attempt + 1, throttles=0))

    def _wait_for_turn(self, queued: _Queued, reason: str) -> None:
        """Put a throttled event back; it is dropped when its function is switched off, or when it is too old."""
        due = self._agenda.clock.now() + queued.waits()
        if self._runner.limits.reserved(queued.call.function.arn) == 0:
            reason = "ZeroReservedConcurrency"
        elif due > queued.since + OLDEST_EVENT_SECONDS:
            reason = "EventAgeExceeded"
        else:
            self._push(due, replace(queued, throttles=queued.throttles + 1))
            if queued.throttles:  # one line of the story for all of them
                return
        self._runner.remember_throttle(queued.call, reason, "Event", queued.attempt)
