"""EventBridge's buses: moto keeps buses, rules and targets, and what happens to an event is decided elsewhere.

On AWS PutEvents only takes events; each bus then asks its rules. moto sends to targets inside the producer's request,
knows no functions, and asks nobody for permission. Here PutEvents answers as AWS does and hands the events over; for
the trigger that sends them on, moto's rules, policies and log groups are found by their ARNs. Follows
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html; lesson 08.
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, events_backends
from moto.logs.models import logs_backends

from lambdalab.cloud.targets import MotoTargets, queue
from lambdalab.events.eventbridge import BusEvent, eventbridge
from lambdalab.keys import ACCOUNT
from lambdalab.observe.tracing import Trace
from lambdalab.patterns import Pattern
from lambdalab.permissions import Statement
from lambdalab.triggers.rules import Refused, Rule

TOUCHED = {
    "moto.events.exceptions": ["ValidationException"],
    "moto.events.models": ["events_backends", "EventBus.policy", "EventPattern.dump", "EventsBackend.put_events"],
    "moto.logs.models": ["logs_backends"],
    "moto.sqs.models": ["Queue.attributes"],
}
_MOST_ENTRIES, _MOST_BYTES = 10, 1024 * 1024


class BusHands(Protocol):
    """Who takes what somebody puts on a bus."""

    def event_put(self, bus_arn: str, event: Mapping[str, Any], trace: str) -> None:
        """`trace` is the entry's own header, "" for none."""

    def now(self) -> float: ...


_hands: BusHands


def install(hands: BusHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    setattr(EventsBackend, "put_events", _put_events)  # noqa: B010 - mypy


def _put_events(backend: Any, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Take a request's entries; what is wrong with one of them is said in its own answer."""
    if len(events) > _MOST_ENTRIES:
        listed = ", ".join(map(_in_java, events))
        raise ValidationException(
            f"1 validation error detected: Value '[{listed}]' at 'entries' failed to satisfy constraint: Member must "
            f"have length less than or equal to {_MOST_ENTRIES}"
        )
    if sum(map(_size, events)) > _MOST_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    return [_put_event(backend, entry) for entry in events]


def _put_event(backend: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return _wrong("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    if entry["Source"].startswith("aws."):
        return _wrong("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = json.loads(entry["Detail"])
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        return _wrong("MalformedDetail", "Detail is malformed.")
    happened = BusEvent(
        entry["Source"],
        entry["DetailType"],
        detail,
        entry.get("Resources") or [],
        region=backend.region_name,
        at=float(entry.get("Time") or _hands.now()),
        id=str(uuid.uuid4()),
    )
    bus = str(entry.get("EventBusName") or "default")
    if not bus.startswith("arn:"):
        bus = f"arn:aws:events:{backend.region_name}:{backend.account_id}:event-bus/{bus}"
    _hands.event_put(bus, eventbridge(happened), entry.get("TraceHeader") or "")
    return {"EventId": happened.id}


def _wrong(code: str, text: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": text}


def _size(entry: Mapping[str, Any]) -> int:
    """An entry's bytes, as AWS counts them."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *(entry.get("Resources") or [])]
    return sum(len(text.encode()) for text in texts if text) + (14 if entry.get("Time") else 0)


def _in_java(entry: Mapping[str, Any]) -> str:
    """An entry as AWS's message prints it."""
    names = ("time", "source", "resources", "detailType", "detail", "eventBusName", "traceHeader")
    told = [f"{name}={entry.get(name[0].upper() + name[1:]) or 'null'}" for name in names]
    return f"PutEventsRequestEntry({', '.join([*told, 'kmsKeyIdentifier=null', 'internalMetadata=null'])})"


class MotoBuses:
    """moto's buses and rules, and the targets of rules; safe to use from any thread.

    Args:
        within: takes the lock of moto's stores, and says with which trace something is done there.
        roles: what a role may do, by its name.
        write_log: writes lines into a log stream: region, group, stream, lines.
    """

    def __init__(
        self,
        targets: MotoTargets,
        within: Callable[[Trace | None], AbstractContextManager[None]],
        roles: Callable[[str], Sequence[Statement] | None],
        write_log: Callable[[str, str, str, Sequence[str]], None],
    ) -> None:
        self._targets, self._within, self.role, self._write_log = targets, within, roles, write_log

    def rules(self, bus_arn: str) -> Sequence[Rule]:
        """Those of one bus; raises LookupError."""
        with self._within(None):
            return [_rule(bus_arn, rule) for rule in _bus(bus_arn).rules.values()]

    def rule(self, rule_arn: str) -> Rule:
        """One rule; raises LookupError."""
        _, *bus, name = rule_arn.split("/")
        bus_arn = f"{rule_arn.partition(':rule/')[0]}:event-bus/{bus[0] if bus else 'default'}"
        with self._within(None):
            return _rule(bus_arn, _bus(bus_arn).rules[name])

    def policy(self, arn: str) -> Sequence[Statement]:
        """The policy that lets somebody in at a target; raises LookupError."""
        service = arn.split(":")[2]
        if service not in ("events", "logs"):
            return self._targets.policy(arn)
        with self._within(None):
            if service == "events":
                texts = [_bus(arn).policy or "{}"]
            else:
                _group(arn)
                kept = logs_backends[ACCOUNT][arn.split(":")[3]].resource_policies.values()
                texts = [policy.policy_document for policy in kept]
        return [statement for text in texts for statement in _listed(json.loads(text).get("Statement", []))]

    def send_message(
        self, queue_arn: str, body: str, trace: Trace, attributes: Mapping[str, Any] | None, group: str | None
    ) -> None:
        """Raises LookupError, and Refused for a FIFO queue that wants an id which EventBridge does not give."""
        with self._within(None):
            kept = queue(queue_arn)
            if kept.fifo_queue and kept.attributes.get("ContentBasedDeduplication") != "true":
                reason = (
                    "a FIFO queue takes events only with ContentBasedDeduplication: EventBridge gives no id of its own"
                )
                raise Refused("INVALID_PARAMETER", reason)
        self._targets.send_message(queue_arn, body, trace, attributes, group)

    def publish(self, topic_arn: str, message: str, trace: Trace) -> None:
        """Raises LookupError."""
        self._targets.publish(topic_arn, "", message, trace)

    def write(self, group_arn: str, line: str) -> None:
        """Write one line into a stream of its own, as EventBridge does; raises LookupError."""
        with self._within(None):
            _group(group_arn)
        self._write_log(group_arn.split(":")[3], group_arn.split(":")[6], str(uuid.uuid4()), [line])


def _bus(arn: str) -> Any:
    """moto's bus of an ARN; raises LookupError."""
    return events_backends[ACCOUNT][arn.split(":")[3]].event_buses[arn.partition("/")[2]]


def _group(arn: str) -> Any:
    """moto's log group of an ARN; raises LookupError."""
    return logs_backends[ACCOUNT][arn.split(":")[3]].groups[arn.split(":")[6]]


def _rule(bus_arn: str, kept: Any) -> Rule:
    text = kept.event_pattern.dump()
    return Rule(kept.arn, bus_arn, _pattern(text) if text else None, list(kept.targets), kept.state != "DISABLED")


@functools.lru_cache(maxsize=1000)
def _pattern(text: str) -> Pattern:
    return Pattern.parse(text)


def _listed(found: Any) -> list[Statement]:
    return found if isinstance(found, list) else [found]
