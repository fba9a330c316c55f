"""What becomes of an asynchronous event when its attempts are over: destinations, dead letters, or nothing.

On AWS a record goes to the destination for success or for failure, and a failed event goes to the dead-letter queue
too; with neither it is gone, and nobody is told. Here the same, and each end is a step in the journal. Follows
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html; lesson 07.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lambdalab.clock import LabClock
from lambdalab.events.destinations import (
    SUCCESS,
    AsyncResult,
    dead_letter_attributes,
    destination,
    destination_key,
    destination_on_bus,
)
from lambdalab.observe.journal import Journal, Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.destinations import DEAD_LETTER, Destinations
from lambdalab.service.model import Call, EventSettings, Reply

STOPPED = "RecursiveInvocation"
"""AWS does not say which condition a record names when an event was stopped; the word is lambdalab's own."""
_THROTTLED = 429, "Rate Exceeded."
_LOOP = 400, "Lambda has detected your function being invoked in a recursive loop."


@dataclass(frozen=True)
class Ended:
    """An event whose attempts are over.

    Args:
        condition: as in its record; see `AsyncResult`.
        attempts: how often the function ran for it.
        reply: of the last run; None when it never ran.
        version: that ran last.
        span: what came last in its trace, on which its end hangs.
    """

    call: Call
    condition: str
    attempts: int
    reply: Reply | None
    version: str
    span: str

    def record(self, now: float) -> AsyncResult:
        answered = self.reply if self.condition not in ("ZeroReservedConcurrency", STOPPED) else None
        arn = self.call.arn if self.call.qualifier else f"{self.call.arn}:$LATEST"
        return AsyncResult(
            arn,
            self.call.request_id,
            json.loads(self.call.payload),
            self.condition,
            self.attempts,
            self.version if answered else "",
            json.loads(answered.payload or b"null") if answered else None,
            answered is not None and answered.error is not None,
            now,
        )

    def why(self) -> tuple[int, str]:
        """What a dead letter says of the last attempt: HTTP's status and a message."""
        if self.reply is not None and self.reply.error is not None:
            return 200, str(self.reply.error.get("errorMessage", ""))
        return _LOOP if self.condition == STOPPED else _THROTTLED


class Aftermath:
    """Passes on what became of events."""

    def __init__(self, destinations: Destinations, journal: Journal, clock: LabClock) -> None:
        self._destinations, self._journal, self._clock = destinations, journal, clock

    def waits(self, call: Call, attempt: int, most: int, due: float, span: str) -> None:
        """Write down that an attempt has failed and another one will follow."""
        self._note(call, "retry", f"{attempt} of {most}", "", span, due)

    def over(self, ended: Ended, settings: EventSettings) -> None:
        """Send the record and the dead letter, and write down where the event is now."""
        call, now = ended.call, self._clock.now()
        trace = call.trace.child(ended.span)
        if ended.condition == SUCCESS:
            if settings.on_success:
                self._record(ended, settings.on_success, "lambda:OnSuccess", trace, now)
            return
        letters = call.function.dead_letters
        outcome = "given up" if settings.on_failure or letters else "lost"
        self._note(call, outcome, str(ended.attempts), ended.condition, ended.span, now)
        if settings.on_failure:
            self._record(ended, settings.on_failure, "lambda:OnFailure", trace, now)
        if letters:
            code, message = ended.why()
            self._destinations.send(
                call.function,
                letters,
                call.payload.decode(),
                name=DEAD_LETTER,
                trace=trace,
                subject=call.request_id,
                attributes=dead_letter_attributes(call.request_id, code, message),
            )

    def _record(self, ended: Ended, arn: str, name: str, trace: Trace, now: float) -> None:
        function, result = ended.call.function, ended.record(now)
        service = arn.split(":")[2]
        body: dict[str, Any] = destination_on_bus(result, arn) if service == "events" else destination(result)
        to = f"{arn}/{destination_key(function.name, now)}" if service == "s3" else arn
        text = json.dumps(body, separators=(",", ":"))
        self._destinations.send(function, to, text, name=name, trace=trace, subject=ended.call.request_id)

    def _note(self, call: Call, outcome: str, subject: str, reason: str, span: str, until: float) -> None:
        self._journal.add(
            Step(
                kind="queue",
                name="lambda:Event",
                began=self._clock.now(),
                ended=until,
                trace=call.trace.root,
                span=new_span(),
                parent=span,
                source=call.arn,
                target=call.arn,
                subject=subject,
                outcome=outcome,
                reason=reason,
                request_id=call.request_id,
            )
        )
