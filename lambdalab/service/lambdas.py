"""The Lambda service: synchronous calls, the queue of asynchronous ones, and the story of each.

On AWS a synchronous call waits for the function, an asynchronous one is queued, tried up to three times, one and then
two minutes apart, and always under the same request id. Here the waiting follows the lab's clock. This module knows
functions and environments, nothing of moto. Left out so far: destinations, dead-letter queues, limits of concurrency.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import traceback
import uuid
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.clock import LabClock
from lambdalab.observe.records import Invocation, Report
from lambdalab.runtime.environment import Job
from lambdalab.service.model import Call, Catalogue, FunctionNotFound, FunctionVersion, LogShelf, Reply
from lambdalab.service.pool import Pool

RETRY_AFTER_SECONDS = (60.0, 120.0)
REMEMBERED = 20_000
_ASYNC_THREADS = 16


@dataclass(frozen=True)
class _Queued:
    """An asynchronous event waiting for its next attempt."""

    call: Call
    region: str
    name: str
    qualifier: str | None
    attempt: int


class LambdaService:
    """Runs calls (lesson 01)."""

    def __init__(self, catalogue: Catalogue, pool: Pool, logs: LogShelf, clock: LabClock) -> None:
        self._catalogue, self._pool, self._logs, self._clock = catalogue, pool, logs, clock
        self._history: deque[Invocation] = deque(maxlen=REMEMBERED)
        self._queue: list[tuple[float, int, _Queued]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(_ASYNC_THREADS, thread_name_prefix="async")
        self._closed = False
        threading.Thread(target=self._feed, name="async-queue", daemon=True).start()

    def prepare(
        self,
        region: str,
        name: str,
        qualifier: str | None,
        payload: bytes,
        *,
        source: str = "invoke",
        trace_id: str = "",
        client_context: str | None = None,
    ) -> Call:
        """Look the function up and give the call its request id.

        Raises:
            FunctionNotFound: no such function, version or alias.
        """
        function = self._catalogue.resolve(region, name, qualifier)
        arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
        return Call(function, arn, payload, str(uuid.uuid4()), source, trace_id, client_context)

    def invoke(self, call: Call, *, kind: str = "RequestResponse", attempt: int = 1) -> Reply:
        """Run the call now and wait for its end. The function's failure is in the reply, never raised."""
        function = call.function
        job = Job(call.request_id, call.arn, function.version, call.payload, call.trace_id, call.client_context)
        with self._pool.lease(function) as environment:
            outcome = environment.invoke(job)
            error = outcome.error
            report = Report(
                request_id=call.request_id,
                duration_ms=outcome.duration_ms,
                memory_size_mb=function.memory_mb,
                max_memory_mb=outcome.max_memory_mb,
                init_ms=outcome.init_ms,
                status=outcome.status,
                error_type=str(error.get("errorType")) if error else None,
            )
            log = [*outcome.log, replace(outcome.log[-1], message=report.line())]
            if shift := int(self._clock.offset * 1000):
                log = [replace(event, timestamp=event.timestamp + shift) for event in log]
            self._logs.put(function.region, function.log_group, environment.stream, log)
            self._history.append(
                Invocation(
                    request_id=call.request_id,
                    function=function.name,
                    version=function.version,
                    source=call.source,
                    kind=kind,
                    attempt=attempt,
                    time=self._clock.now(),
                    environment=environment.number,
                    pid=outcome.pid,
                    why_started=environment.why if report.cold else None,
                    error_type=report.error_type,
                    error_message=str(error.get("errorMessage", "")) if error else None,
                    report=report,
                )
            )
        return Reply(outcome.payload, error, report, log)

    def enqueue(self, call: Call, *, qualifier: str | None = None) -> None:
        """Accept an asynchronous event: it is run soon, by the code that the function has then."""
        queued = _Queued(call, call.function.region, call.function.name, qualifier, attempt=1)
        self._push(self._clock.now(), queued)

    def refused(self, name: str, source: str, reason: str) -> None:
        """Remember that a trigger's event did not get in: no code ran, and no log says so."""
        self._history.append(
            Invocation(
                request_id=str(uuid.uuid4()),
                function=name,
                version="$LATEST",
                source=source,
                kind="Event",
                attempt=0,
                time=self._clock.now(),
                error_type="AccessDeniedException",
                error_message=reason,
            )
        )

    def history(self, name: str | None = None, request_id: str | None = None) -> list[Invocation]:
        """What has run, oldest first."""
        return [i for i in list(self._history) if name in (None, i.function) and request_id in (None, i.request_id)]

    def waiting(self) -> list[Mapping[str, Any]]:
        """Asynchronous events that wait for their turn: function, request id, number of the next attempt, and when."""
        with self._lock:
            queue = sorted(self._queue)
        return [
            {
                "function": q.name,
                "request_id": q.call.request_id,
                "source": q.call.source,
                "attempt": q.attempt,
                "due": due,
            }
            for due, _, q in queue
        ]

    def retire(self, arn: str) -> None:
        """A function was deleted: its idle environments end."""
        self._pool.retire(arn)

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
        try:
            function: FunctionVersion = self._catalogue.resolve(queued.region, queued.name, queued.qualifier)
        except FunctionNotFound:
            return  # deleted meanwhile: AWS drops the event too
        reply = self.invoke(replace(queued.call, function=function), kind="Event", attempt=queued.attempt)
        if reply.error is not None and queued.attempt <= len(RETRY_AFTER_SECONDS):
            wait = RETRY_AFTER_SECONDS[queued.attempt - 1]
            self._push(self._clock.now() + wait, replace(queued, attempt=queued.attempt + 1))


def _complain(done: Future[None]) -> None:
    """A fault of the lab itself must not vanish in a thread."""
    if not done.cancelled() and (wrong := done.exception()):
        traceback.print_exception(wrong)
