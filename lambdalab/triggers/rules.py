"""A rule of EventBridge, and one event on its way to one of its targets, with the limits of trying again.

On AWS a rule belongs to one bus, and each of its targets has settings of its own: what it gets of the event, how often
and for how long it is tried again, and where dead letters go. Here both are records without a life; the bus's trigger
acts on them. Follows https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html; lesson 08.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdalab.observe.tracing import Trace
from lambdalab.patterns import Pattern
from lambdalab.triggers.inputs import text_for

MOST_RETRIES, OLDEST_SECONDS = 185, 24 * 3600.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 480.0  # doubled each time; so 185 tries fill the day


class TryAgain(Exception):
    """A target has answered 429 or 5xx: it is there, it lets us in, and it cannot take the event now.

    Args:
        code: as a dead letter names it, such as "THROTTLING" or "ERROR_FROM_TARGET".
        reason: a sentence without its capital.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Refused(Exception):
    """A target does not take the event, now or later: another answer of 4xx. The arguments are those of TryAgain."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True)
class Rule:
    """One rule of a bus.

    Args:
        arn: such as "arn:aws:events:us-east-1:123456789012:rule/orders/paid", without the bus for the default one.
        bus: the ARN of its bus.
        pattern: which events it means; None for a rule that only has a schedule.
        targets: as boto3 takes them.
        enabled: whether it is switched on.
    """

    arn: str
    bus: str
    pattern: Pattern | None
    targets: Sequence[Mapping[str, Any]] = field(hash=False)
    enabled: bool = True

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    def misses(self, event: Mapping[str, Any]) -> str:
        """Why it does not mean an event; "" when it does."""
        if not self.enabled:
            return f"the rule {self.name} is disabled"
        reason = self.pattern.misses(event) if self.pattern else "it has a schedule and no pattern"
        return f"the rule {self.name} does not match: {reason}" if reason else ""


@dataclass(frozen=True)
class Sending:
    """One event on its way to one target.

    Args:
        target: as boto3 takes it.
        trace: of whoever put the event on the bus.
        arrived: seconds since 1970 on the lab's clock when the bus got the event.
        sent_on: it came from another bus.
        attempt: the number of the next one, from 1.
    """

    rule: Rule
    target: Mapping[str, Any]
    event: Mapping[str, Any]
    trace: Trace
    arrived: float
    sent_on: bool = False
    attempt: int = 1

    @property
    def arn(self) -> str:
        return str(self.target["Arn"])

    @property
    def service(self) -> str:
        return self.arn.split(":")[2]

    @property
    def acted_on(self) -> str:
        """The ARN that a policy is asked about: the target's, and of a log group that of a stream in it."""
        return f"{self.arn.removesuffix(':*')}:log-stream:event" if self.service == "logs" else self.arn

    @property
    def text(self) -> str:
        return text_for(self.target, self.event, self.rule.arn, self.arrived)

    def exhausted(self, now: float) -> str:
        """Which limit of the target's retry policy forbids another try after this one; "" for none."""
        policy = self.target.get("RetryPolicy", {})
        if self.attempt > policy.get("MaximumRetryAttempts", MOST_RETRIES):
            return "MaximumRetryAttempts"
        oldest = policy.get("MaximumEventAgeInSeconds", OLDEST_SECONDS)
        return "MaximumEventAgeInSeconds" if now + self.wait() > self.arrived + oldest else ""

    def wait(self) -> float:
        """Seconds until the next try."""
        return min(_FIRST_WAIT * 2.0 ** (self.attempt - 1), _LONGEST_WAIT)
