"""The Lambda service: synchronous calls, asynchronous ones, and the story of each.

On AWS a synchronous call waits for the function, and an asynchronous one is queued. This module finds the version that
a call means, leases it an environment, runs it and writes down what happened; `asynchronous` keeps the queue. It knows
functions and environments, nothing of moto.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lambdalab.agenda import Agenda
from lambdalab.observe.journal import Journal, Step
from lambdalab.observe.records import Invocation, Report, Span
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.runtime.environment import ExecutionEnvironment
from lambdalab.runtime.outcome import Job, Outcome
from lambdalab.service import names
from lambdalab.service.aftermath import Aftermath
from lambdalab.service.asynchronous import EventQueue
from lambdalab.service.concurrency import Throttled
from lambdalab.service.destinations import Destinations, World
from lambdalab.service.faults import LATE, TWICE, Faults
from lambdalab.service.meter import Kept, Meter
from lambdalab.service.model import Call, Catalogue, FunctionVersion, LogShelf, RecursiveLoop, Reply
from lambdalab.service.pool import PROVISIONED, Pool
from lambdalab.service.provisioned import ProvisionedConcurrency
from lambdalab.service.recursion import Recursion
from lambdalab.service.tally import Tally
from lambdalab.service.together import Together

REMEMBERED = 20_000
FREE_TMP_MB = 512


class LambdaService:
    """Runs calls (lesson 01)."""

    def __init__(self, catalogue: Catalogue, pool: Pool, logs: LogShelf, agenda: Agenda, world: World) -> None:
        self._catalogue, self._pool, self._logs, self._clock = catalogue, pool, logs, agenda.clock
        self.agenda = agenda
        self.limits, self.tally, self.together, self.faults = pool.limits, Tally(), Together(), Faults()
        self.journal, self.recursion, self.meter = Journal(), Recursion(), Meter(agenda.clock.now)
        self.provisioned = ProvisionedConcurrency(catalogue, pool, self.tally, self.meter, agenda.clock)
        self._history: deque[Invocation] = deque(maxlen=REMEMBERED)
        self.shards: set[Callable[[], Mapping[str, Any] | None]] = set()
        """What holds up a shard of a stream, asked of each that reads one; None for nothing."""
        self.destinations = Destinations(world, self.journal, agenda.clock.now)
        aftermath = Aftermath(self.destinations, self.journal, agenda.clock)
        self._queue = EventQueue(self, catalogue, agenda, aftermath)

    def prepare(
        self,
        region: str,
        name: str,
        qualifier: str | None,
        payload: bytes,
        *,
        source: str = "invoke",
        trace: Trace | None = None,
        client_context: str | None = None,
    ) -> Call:
        """Look the function up and give the call its request id.

        Args:
            trace: what the event comes with; without one, a new trace begins.

        Raises:
            FunctionNotFound: no such function, version or alias.
            RecursiveLoop: the function has started itself too often.
            QualifiersDiffer: the name has one qualifier, and another one was given.
        """
        name, qualifier = names.read(region, name, qualifier)
        function = self._catalogue.resolve(region, name, qualifier)
        arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
        call = Call(function, arn, payload, str(uuid.uuid4()), trace or Trace.new(), source, client_context)
        return self.recursion.enter(call)

    def invoke(self, call: Call, *, kind: str = "RequestResponse", attempt: int = 1) -> Reply:
        """Run the call now and wait for its end. The function's failure is in the reply, never raised.

        Raises:
            Throttled: the function or the account runs as many calls as it may.
        """
        if kind != "RequestResponse" and self.faults.of_event(TWICE, call.function.name):
            self._invoke(call, kind, attempt)
        return self._invoke(call, kind, attempt)

    def _invoke(self, call: Call, kind: str, attempt: int) -> Reply:
        try:
            with self._pool.lease(call.function) as environment:
                if kind == "RequestResponse":
                    self.together.come(call.function.arn)
                return self._run(call, environment, kind, attempt)
        except Throttled as throttled:
            self.tally.throttled(call.function.name)
            if kind == "RequestResponse":
                self.remember_throttle(call, throttled.reason)
                self.together.come(call.function.arn, turned_away=True)
            raise

    def _run(self, call: Call, environment: ExecutionEnvironment, kind: str, attempt: int) -> Reply:
        """Run the call in an environment, and write down what happened."""
        function, key = call.function, environment.program.variables["AWS_ACCESS_KEY_ID"]
        span = new_span()
        header = str(call.trace.child(span))
        job = Job(call.request_id, call.arn, function.version, call.payload, header, call.client_context)
        self.tally.begins(key, call.request_id)
        outcome = environment.invoke(job)
        self._pool.lanes.ran(environment.stream, self._spans(call.request_id, outcome))
        error = outcome.error
        report = Report(
            request_id=call.request_id,
            duration_ms=outcome.duration_ms,
            memory_size_mb=function.memory_mb,
            max_memory_mb=outcome.max_memory_mb,
            init_ms=outcome.init_ms,
            restore_ms=outcome.restore_ms,
            restore_billed_ms=outcome.restore_billed_ms,
            status=outcome.status,
            error_type=str(error.get("errorType")) if error else None,
        )
        log = [*outcome.log, replace(outcome.log[-1], message=report.line())]
        if self._clock.offset:
            log = [replace(e, timestamp=int(self._clock.at(e.timestamp / 1000) * 1000)) for e in log]
        log_bytes = sum(len(event.message.encode()) for event in log)
        self.tally.ends(
            key,
            function.name,
            call.request_id,
            environment.stream,
            inits=sum(event.message.startswith("INIT_START") for event in outcome.log),
            log_bytes=log_bytes,
        )
        self._meter_run(function, environment.initialization, report, log_bytes)
        self._logs.put(function, environment.stream, log)
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
                why_started=environment.why if outcome.started else None,
                error_type=report.error_type,
                error_message=str(error.get("errorMessage", "")) if error else None,
                report=report,
                trace=call.trace.root,
                span=span,
                parent=call.trace.parent,
                began=self._clock.at(outcome.began),
            )
        )
        return Reply(outcome.payload, error, report, log, span)

    def _meter_run(self, function: FunctionVersion, initialization: str, report: Report, log_bytes: int) -> None:
        """What one run is billed for, in whole MB and milliseconds."""
        ms = report.billed_ms + (report.restore_billed_ms or 0)
        kind = "provisioned_mb_ms" if initialization == PROVISIONED else "mb_ms"
        for use, amount in (
            ("requests", 1),
            (f"{kind} {function.architecture}", ms * function.memory_mb),
            ("tmp_mb_ms", ms * (function.ephemeral_mb - FREE_TMP_MB)),
            ("restored_mb", function.memory_mb if report.restore_ms is not None else 0),
            ("log_bytes", log_bytes),
        ):
            self.meter.add(use, amount, function.name)

    def _spans(self, request_id: str, outcome: Outcome) -> list[Span]:
        """What ran for one call, on the lab's clock: the start, if there was one, and the invocation."""
        at = self._clock.at
        failed = outcome.status or ("error" if outcome.error else None)
        spans = [Span("invoke", at(outcome.began), at(outcome.ended), request_id, failed)]
        if outcome.init_began is not None:
            taken = outcome.init_ms if outcome.restore_ms is None else outcome.restore_ms
            ended = outcome.began if taken is None else outcome.init_began + taken / 1000
            kind = "init" if outcome.restore_ms is None else "restore"
            broken = "error" if taken is None else None  # then it was tried again, as part of the invocation
            spans.insert(0, Span(kind, at(outcome.init_began), at(ended), request_id, broken))
        return spans

    def now(self) -> float:
        """Seconds since 1970 on the lab's clock."""
        return self._clock.now()

    def enqueue(self, call: Call) -> None:
        """Accept an asynchronous event: it is run soon, by the code that the function has then."""
        late = self.faults.of_event(LATE, call.function.name)
        self._queue.put(call, late.seconds if late else 0.0)

    def process_of(self, access_key_id: str) -> int | None:
        """The process of the environment that holds this key."""
        return self._pool.process_of(access_key_id)

    def stop(self, loop: RecursiveLoop) -> None:
        """An asynchronous event would have gone on with a loop: it goes to the dead-letter queue or destination."""
        if loop.call is not None:
            self._queue.stop(loop.call)

    def remember_throttle(self, call: Call, reason: str, kind: str = "RequestResponse", attempt: int = 1) -> str:
        """Remember that an event got no environment; the id of this in its trace."""
        span = new_span()
        self._history.append(
            Invocation(
                request_id=call.request_id,
                function=call.function.name,
                version=call.function.version,
                source=call.source,
                kind=kind,
                attempt=attempt,
                time=self._clock.now(),
                error_type="TooManyRequestsException",
                error_message=reason,
                trace=call.trace.root,
                span=span,
                parent=call.trace.parent,
            )
        )
        return span

    def remember_drop(self, call: Call) -> None:
        """Remember that a queued event found no function any more: AWS drops it too."""
        now = self._clock.now()
        self.journal.add(
            Step(
                kind="delivery",
                name="lambda:Event",
                began=now,
                ended=now,
                trace=call.trace.root,
                span=new_span(),
                parent=call.trace.parent,
                source=call.arn,
                target=call.arn,
                subject=call.source,
                outcome="missing",
                reason="the function was deleted before the event's turn came, so the event was dropped",
                request_id=call.request_id,
            )
        )

    def history(self, name: str | None = None, request_id: str | None = None) -> list[Invocation]:
        """What has run, oldest first."""
        return [i for i in list(self._history) if name in (None, i.function) and request_id in (None, i.request_id)]

    def waiting(self) -> list[Mapping[str, Any]]:
        """Asynchronous events that wait for their turn: function, request id, next attempt, throttles, and when."""
        return [*self._queue.waiting(), *(one for ask in list(self.shards) if (one := ask()) is not None)]

    def published(self, function: FunctionVersion) -> None:
        """A version was published: with SnapStart, its snapshot is taken now."""
        if function.snap_start:
            self._pool.snapshots.take(function)
            kept = Kept("snapshot", function.name, function.architecture, function.memory_mb, 1, self._clock.now())
            self.meter.keep(("snapshot", function.arn, function.version), kept)

    def retire(self, arn: str) -> None:
        """A function was deleted: its environments end, busy ones after their call."""
        self.provisioned.function_deleted(arn)
        self.meter.end("snapshot", arn)
        self._pool.retire(arn)

    def retire_version(self, arn: str, version: str) -> None:
        """A version was deleted: its environments end, provisioned ones too, busy ones after their call."""
        self.provisioned.version_deleted(arn, version)
        self._pool.end_version(arn, version)
        self._pool.snapshots.drop(arn, version)
        self.meter.end("snapshot", arn, version)

    def close(self) -> None:
        self.provisioned.close()
