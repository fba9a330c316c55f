"""The way of one event through all services, as records: who had it, for how long, and what came of it.

On AWS these are X-Ray's segments, which a service sends where tracing is switched on. Here `tracks` puts the same
together from what the lab remembers. Follows https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html;
lessons 05 and 06. Left out: what happens inside the handler between two requests, which X-Ray's subsegments tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore import xform_name

from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation

Stretch = tuple[float, float]
"""Begin and end, in seconds since the event began; turns of the lab's clock are taken out."""

_SERVICES = {
    "dynamodb": "table", "s3": "bucket", "sqs": "queue", "sns": "topic", "events": "bus", "lambda": "function",
    "scheduler": "schedule", "cloudwatch": "alarm",
}  # fmt: skip
_UNNAMED = ("ReceiveMessage", "Redrive")
PULLED = ("sqs", "dynamodb")
"""Services whose messages Lambda itself reads, and reads again after a failure."""


@dataclass(frozen=True)
class Part:
    """What one station did with the event (lesson 06).

    Args:
        kind: "door", "queue", "init", "restore", "handler", "request", "answer", or "lost".
        name: such as "init" or "table: get_item".
        stretches: when; several where it was interrupted or done several times.
        outcome: see `Step`.
        times: how often it was done.
    """

    kind: str
    name: str
    stretches: tuple[Stretch, ...]
    outcome: str = "ok"
    times: int = 1

    @property
    def seconds(self) -> float:
        """All stretches together."""
        return sum(ended - began for began, ended in self.stretches)


@dataclass(frozen=True)
class Arrival:
    """How an event came to a station (lesson 08).

    Args:
        name: the event's, such as "OrderPlaced"; "" for a plain call, and where nobody named it.
        carriers: who passed it on, in order, such as ("topic", "queue"); none for a plain call.
        sent: when, in seconds since the first event began.
        sender: the span of the station that sent it; "" where that is not known.
        queued: how many seconds it lay in a queue, on the lab's clock; None where no queue carried it.
        messages: of a queue or a stream, the ids that came together; those that come again are tried again.
    """

    name: str
    carriers: tuple[str, ...]
    sent: float
    sender: str = ""
    queued: float | None = None
    messages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Station:
    """Who had the event: a function that ran, a service that was asked, or a function that it did not reach.

    Args:
        kind: "run", "request" or "lost".
        name: the function's, or the request, such as "put_object of photos/cat.jpg".
        parts: in order of time.
        attempt: of a run, 1 for the first.
        cold: of a run, whether its environment was started or restored for it.
        waited: whether somebody waited for its answer.
        outcome: see `Step`; "waiting" for an event that is on its way still, "unheard" for one that nobody asked for.
        reason: why, where all did not go well.
        span: its own id; what it sends names it.
        request_id: of a run, the same on every attempt.
        came: how the event came to it; None for what began the trace.
    """

    kind: str
    name: str
    parts: tuple[Part, ...]
    attempt: int = 1
    cold: bool = False
    waited: bool = False
    outcome: str = "ok"
    reason: str = ""
    span: str = ""
    request_id: str = ""
    came: Arrival | None = None

    @property
    def began(self) -> float:
        return min(began for part in self.parts for began, _ in part.stretches)

    @property
    def ended(self) -> float:
        return max(ended for part in self.parts for _, ended in part.stretches)


@dataclass(frozen=True)
class Trace:
    """The way of one event (lesson 06).

    Args:
        root: what X-Amzn-Trace-Id says of it everywhere.
        name: what began it, such as "GET /photos/7" or "put_object of photos/cat.jpg".
        door: where it came in, such as "an HTTP API"; "" where no front passed it on.
        at: when it began, in seconds since 1970 on the lab's clock.
        stations: in the order in which the event reached them.
        answered: seconds until whoever sent it had an answer; None where nobody knows.
        turns: when the lab's clock was turned meanwhile, and by how many seconds.
    """

    root: str
    name: str
    door: str
    at: float
    stations: tuple[Station, ...] = ()
    answered: float | None = None
    turns: tuple[tuple[float, float], ...] = ()

    @property
    def seconds(self) -> float:
        """From the first moment to the last."""
        return max((station.ended for station in self.stations), default=0.0)

    @property
    def runs(self) -> list[Station]:
        return [station for station in self.stations if station.kind == "run"]


def operation(step: Step) -> str:
    """A request as boto3 names it, such as "table: get_item"."""
    service, _, operation = step.name.partition(":")
    return f"{_SERVICES.get(service, service)}: {xform_name(operation)}"


def said(step: Step) -> str:
    """A request in words, such as "put_object of photos/cat.jpg" or "GET /photos/7"."""
    service, _, operation = step.name.partition(":")
    if service == "http":
        return f"{operation.partition(' ')[0]} {step.subject}"
    about = last_of(step.target)
    return f"{xform_name(operation)} of {about}" if about not in ("", "*") else xform_name(operation)


def carrier(step: Step) -> str:
    """Who passed an event on, such as "bus"."""
    return _SERVICES.get(service_of(step.source), service_of(step.source))


def event_name(step: Step) -> str:
    """What an event is called: "ObjectCreated:Put"; on a bus by its detail-type, from a topic by the topic's name."""
    service, _, name = step.name.partition(":")
    if service == "sns":
        return last_of(step.source)
    return step.subject if step.name == "events:Event" else "" if name in _UNNAMED else name


def service_of(arn: str) -> str:
    """The service in an ARN, such as "sns"; "" for what is none."""
    return arn.split(":")[2] if arn.startswith("arn:") else ""


def last_of(arn: str) -> str:
    """What an ARN ends with: a function's name, a bucket and its key, a table."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn
    return parts[5] if parts[2] == "s3" else parts[5].replace("/", ":").partition(":")[2] or parts[5]


def first_of(step: Step | None, invocations: Sequence[Invocation]) -> tuple[str, str]:
    """What began a trace, and the front that it came through."""
    if step is None:
        return (f"a call of {invocations[0].function}", "") if invocations else ("nothing", "")
    doors = {"http-api": "an HTTP API", "rest-api": "a REST API", "url": "a function URL"}
    front = invocations[0].source.partition(":")[0] if invocations else ""
    if step.name == "events:Event":
        return f"{step.subject} of {last_of(step.source)}", ""
    if step.kind == "delivery" and not step.name.startswith("http:"):
        return f"{step.name} of {step.subject or last_of(step.source)}", ""
    return said(step), doors.get(front, "") if step.name.startswith("http:") else ""
