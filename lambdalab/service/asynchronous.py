"""Asynchronous events: queued, tried up to three times, and put back when there is no room for them.

On AWS an event is tried again one and then two minutes after a failure, always under the same request id. One that is
throttled goes back to the queue, at first for a second and at last for five minutes, and that is not counted as a try.
After six hours in the queue, or sooner where its function says so, an event is given up. Here the waiting follows the
lab's clock; `aftermath` tells what becomes of an event then. Left out: duplicates, which AWS may make by itself.
Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from lambdalab.agenda import Agenda
from lambdalab.events.destinations import EVENT_AGE_EXCEEDED, RETRIES_EXHAUSTED, SUCCESS, ZERO_RESERVED_CONCURRENCY
from lambdalab.service.aftermath import STOPPED, Aftermath, Ended
from lambdalab.service.concurrency import Limits, Throttled
from lambdalab.service.model import Call, Catalogue, EventSettings, FunctionNotFound, Reply
from lambdalab.service.recursion import MOST_IN_CHAIN

RETRY_AFTER_SECONDS = (60.0, 120.0)
THROTTLED_FIRST_SECONDS, THROTTLED_MOST_SECONDS = 1.0, 300.0


class Runner(Protocol):
    """Who runs calls and remembers those that got no environment: the Lambda service."""

    limits: Limits

    def invoke(self, call: Call, *, kind: str, attempt: int) -> Reply:
        """Raises Throttled."""

    def remember_throttle(self, call: Call, reason: str, kind: str, attempt: int) -> str: ...

    def remember_drop(self, call: Call) -> None: ...


@dataclass(frozen=True)
class _Queued:
    """An event waiting for its next attempt.

    Args:
        attempt: the number of that attempt, from 1.
        since: seconds on the lab's clock when the event came.
        throttles: how often it was turned away since its last attempt.
        last: the answer to its last attempt.
        most: how many attempts it has at most, as its function said when it was last looked at.
    """

    call: Call
    attempt: int
    since: float
    throttles: int = 0
    last: Reply | None = None
    most: int = 1 + len(RETRY_AFTER_SECONDS)

    def waits(self) -> float:
        """Seconds until a throttled event is tried again: twice as long each time, up to five minutes."""
        return min(THROTTLED_FIRST_SECONDS * 2.0**self.throttles, THROTTLED_MOST_SECONDS)


class EventQueue:
    """The queue of all functions (lessons 02 and 07)."""

    def __init__(self, runner: Runner, catalogue: Catalogue, agenda: Agenda, aftermath: Aftermath) -> None:
        self._runner, self._catalogue, self._agenda, self._aftermath = runner, catalogue, agenda, aftermath
        self._waiting: dict[str, tuple[float, _Queued]] = {}
        self._lock = threading.Lock()

    def put(self, call: Call, late: float = 0.0) -> None:
        """Accept an event; it may be kept back for some seconds of the lab's clock."""
        now = self._agenda.clock.now()
        self._push(now + late, _Queued(call, attempt=1, since=now))

    def stop(self, call: Call) -> None:
        """Pass on an event that was accepted and then stopped, because its function starts itself.

        The first one of a chain only: what its destination sends on could come back here for ever.
        """
        if call.trace.visits(call.function.arn) == MOST_IN_CHAIN + 1:
            ended = Ended(call, STOPPED, 0, None, "", call.trace.parent)
            self._agenda.soon(lambda: self._aftermath.over(ended, self._settings(call)))

    def waiting(self) -> list[Mapping[str, Any]]:
        """What waits, the next one first: function, request id, source, next attempt of how many, throttles, when."""
        with self._lock:
            queue = sorted(self._waiting.values(), key=lambda waiting: waiting[0])
        return [
            {
                "function": queued.call.function.name,
                "request_id": queued.call.request_id,
                "source": queued.call.source,
                "attempt": queued.attempt,
                "most": queued.most,
                "throttles": queued.throttles,
                "due": due,
            }
            for due, queued in queue
        ]

    def _settings(self, call: Call) -> EventSettings:
        return self._catalogue.event_settings(call.function.region, call.function.name, call.qualifier)

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
        queued = replace(queued, call=replace(old, function=function))
        settings = self._settings(queued.call)
        if self._agenda.clock.now() >= queued.since + settings.oldest:
            self._too_old(queued, settings)
            return
        try:
            reply = self._runner.invoke(queued.call, kind="Event", attempt=queued.attempt)
        except Throttled as throttled:
            self._turned_away(queued, throttled.reason)
            return
        self._answered(replace(queued, throttles=0, last=reply))

    def _answered(self, queued: _Queued) -> None:
        """The function has run; it may have been changed meanwhile."""
        settings, reply, attempt = self._settings(queued.call), queued.last, queued.attempt
        assert reply is not None
        if reply.error is None or attempt > settings.retries:
            condition = SUCCESS if reply.error is None else RETRIES_EXHAUSTED
            self._over(queued, condition, attempt, settings, reply.span)
            return
        now = self._agenda.clock.now()
        due = min(now + RETRY_AFTER_SECONDS[attempt - 1], max(now, queued.since + settings.oldest))
        most = 1 + settings.retries
        self._aftermath.waits(queued.call, attempt, most, due, reply.span)
        self._push(due, replace(queued, attempt=attempt + 1, most=most))

    def _turned_away(self, queued: _Queued, reason: str) -> None:
        """Put a throttled event back; it is given up at once when its function is switched off."""
        settings, now = self._settings(queued.call), self._agenda.clock.now()
        if self._runner.limits.reserved(queued.call.function.arn) == 0:
            reason = ZERO_RESERVED_CONCURRENCY
            span = self._runner.remember_throttle(queued.call, reason, "Event", queued.attempt)
            self._over(queued, reason, queued.attempt - 1, settings, span)
            return
        if not queued.throttles:  # one line of the story for all of them
            self._runner.remember_throttle(queued.call, reason, "Event", queued.attempt)
        due = min(now + queued.waits(), max(now, queued.since + settings.oldest))
        self._push(due, replace(queued, throttles=queued.throttles + 1, most=1 + settings.retries))

    def _too_old(self, queued: _Queued, settings: EventSettings) -> None:
        if queued.last is not None and not queued.throttles:
            span = queued.last.span
        else:
            span = self._runner.remember_throttle(queued.call, EVENT_AGE_EXCEEDED, "Event", queued.attempt)
        self._over(queued, EVENT_AGE_EXCEEDED, queued.attempt - 1, settings, span)

    def _over(self, queued: _Queued, condition: str, attempts: int, settings: EventSettings, span: str) -> None:
        version = queued.call.function.version
        self._aftermath.over(Ended(queued.call, condition, attempts, queued.last, version, span), settings)
