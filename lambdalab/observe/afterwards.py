"""What became of an asynchronous event after an attempt, in sentences: the next attempt, a destination, or nothing.

On AWS nobody is told: the caller has long had its 202, and a failure is seen by whoever looks into a destination, a
dead-letter queue or a metric. Here the story of a function tells it beside the attempt. Left out: what the destination
did with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from lambdalab.observe.journal import Step

KIND = "queue"
"""Of steps about an event in Lambda's queue."""
_NAMED = "Name a destination for failures with put_function_event_invoke_config, or a dead-letter queue."
_WHY = {
    "EventAgeExceeded": "It had waited for as long as it may, so {after} ",
    "ZeroReservedConcurrency": "Its reserved concurrency is 0, so {after} ",
    "RecursiveInvocation": "This function had run 16 times in one chain of events, so {after} ",
}
_KINDS = {"sqs": "queue", "sns": "topic", "lambda": "function", "events": "bus", "s3": "bucket"}
_SENT = {
    "lambda:OnSuccess": "the destination for success",
    "lambda:OnFailure": "the destination for failures",
    "lambda:DeadLetter": "the dead-letter queue",
}


def after(kept: Sequence[Step], sent: Iterable[Step], known: str = "") -> tuple[str, str]:
    """The sentences about what followed one attempt, and what to do about it; both may be empty (lesson 07).

    Args:
        kept: the queue's own steps after it, in order.
        sent: what was sent on to destinations and dead-letter queues.
        known: the reason that was told with the attempt, such as "RecursiveInvocation"; it is not told again.
    """
    told, advice = [], ""
    for step in kept:
        if step.outcome == "retry":
            number, _, most = step.subject.partition(" of ")
            told.append(f"Attempt {number} of {most} failed; the next attempt is at {_time(step.ended)}.")
        elif step.outcome == "lost":
            told.append(_capital(f"{_ended(step, known)}it is gone: nobody was named to get it."))
            advice = _NAMED
        else:
            told.append(_capital(f"{_ended(step, known)}it was given up."))
    for step in sent:
        told.append(_went(step))
        advice = step.advice or advice
    return " ".join(told), advice


def _ended(step: Step, known: str) -> str:
    if step.reason == known and step.subject == "0":  # "no code ran" has been told too
        return ""
    after = {"0": "without an attempt", "1": "after one attempt"}.get(step.subject, f"after {step.subject} attempts")
    return _WHY.get("" if step.reason == known else step.reason, "{after} ").format(after=after)


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _went(step: Step) -> str:
    what = "The event" if step.name == "lambda:DeadLetter" else "A record of it"
    where = f"{_SENT.get(step.name, step.name)}, the {_called(step.target)}"
    if step.outcome == "ok":
        return f"{what} went to {where}."
    metric = "DeadLetterErrors" if step.name == "lambda:DeadLetter" else "DestinationDeliveryFailures"
    return f"{what} did not reach {where}: {step.reason.rstrip('.')}. On AWS only the metric {metric} counts this."


def _called(arn: str) -> str:
    """A target as one says it, such as "queue letters"."""
    service, name = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "s3":
        return f"bucket {name.partition('/')[0]}, as {name.partition('/')[2]}"
    if service == "lambda":
        return f"function {name.removeprefix('function:')}"
    return f"{_KINDS.get(service, service)} {name.rpartition('/')[2]}"


def _time(moment: float) -> str:
    """Hour, minute and second on the lab's clock."""
    return time.strftime("%H:%M:%S", time.localtime(moment))
