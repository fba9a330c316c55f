"""EventBridge tries again what answers 429 or 5xx: for a day and 185 times, or for as long as the target says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pytest

from lambdalab.agenda import Agenda
from lambdalab.clock import LabClock
from lambdalab.events.eventbridge import BusEvent, eventbridge
from lambdalab.observe.journal import Journal
from lambdalab.observe.tracing import Trace
from lambdalab.patterns import Pattern
from lambdalab.permissions import Statement
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.buses import BusTrigger
from lambdalab.triggers.rules import Refused, Rule, TryAgain

REGION = "arn:aws:events:us-east-1:123456789012"
BUSY, DEAD = "arn:aws:sqs:us-east-1:123456789012:busy", "arn:aws:sqs:us-east-1:123456789012:dead"
DAY = 24 * 3600.0


class Service:
    """As much of the Lambda service as the trigger uses where no function is a target."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda, self.journal, self.now = agenda, Journal(), agenda.clock.now


class Queues:
    """One rule, one queue that answers with `fault` until `until`, and one queue for dead letters; both are open."""

    def __init__(self, now: Any, fault: Exception, until: float, **target: Any) -> None:
        self._now, self._fault, self._until = now, fault, until
        whole = {"Id": "1", "Arn": BUSY, "DeadLetterConfig": {"Arn": DEAD}, **target}
        self._rule = Rule(f"{REGION}:rule/orders/all", f"{REGION}:event-bus/orders", Pattern.parse({"a": [1]}), [whole])
        self.tries: list[float] = []
        self.taken: list[str] = []
        self.letters: list[tuple[str, dict[str, str]]] = []

    def rules(self, bus_arn: str) -> Sequence[Rule]:
        return [self._rule]

    def rule(self, rule_arn: str) -> Rule:
        return self._rule

    def policy(self, arn: str) -> Sequence[Statement]:
        return [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]

    def role(self, name: str) -> None:
        return None

    def send_message(
        self, queue_arn: str, body: str, trace: Trace, attributes: Mapping[str, Any] | None, group: str | None
    ) -> None:
        if queue_arn == DEAD:
            self.letters.append((body, {name: value["StringValue"] for name, value in (attributes or {}).items()}))
            return
        self.tries.append(self._now())
        if self._now() < self._until:
            raise self._fault
        self.taken.append(body)

    def publish(self, topic_arn: str, message: str, trace: Trace) -> None: ...

    def write(self, group_arn: str, line: str) -> None: ...


@pytest.fixture
def agenda() -> Iterator[Agenda]:
    made = Agenda(LabClock())
    yield made
    made.close()


THROTTLED = TryAgain("THROTTLING", "the queue takes no more messages now")


def sent(agenda: Agenda, fault: Exception = THROTTLED, *, lasting: float = float("inf"), **target: Any) -> Queues:
    """What there is three days after one event was fired."""
    queues = Queues(agenda.clock.now, fault, agenda.clock.now() + lasting, **target)
    trigger = BusTrigger(cast(LambdaService, Service(agenda)), lambda *_: [], queues)
    event = eventbridge(BusEvent("shop", "Paid", {"total": 1}, id="e-1"))
    trigger.fire(f"{REGION}:rule/orders/all", event, Trace.new())
    agenda.advance(3 * DAY)
    return queues


def test_by_default_an_event_is_tried_again_185_times_within_a_day_and_is_then_a_dead_letter(agenda: Agenda) -> None:
    queues = sent(agenda)
    assert len(queues.tries) == 1 + 185
    assert queues.tries[-1] - queues.tries[0] < DAY
    (body, told), *more = queues.letters
    assert not more
    assert json.loads(body)["id"] == "e-1"
    assert told == {
        "RULE_ARN": f"{REGION}:rule/orders/all",
        "TARGET_ARN": BUSY,
        "ERROR_CODE": "THROTTLING",
        "ERROR_MESSAGE": "the queue takes no more messages now",
        "RETRY_ATTEMPTS": "185",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
    }


def test_the_waits_grow_until_they_stay_the_same(agenda: Agenda) -> None:
    tries = sent(agenda).tries
    waits = [round(later - earlier) for earlier, later in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 480)


def test_an_event_arrives_once_when_the_target_recovers(agenda: Agenda) -> None:
    queues = sent(agenda, lasting=3600)
    assert len(queues.taken) == 1 and not queues.letters
    assert 3600 <= queues.tries[-1] - queues.tries[0] < 3600 + 480


def test_a_target_can_be_tried_less_often(agenda: Agenda) -> None:
    queues = sent(agenda, RetryPolicy={"MaximumRetryAttempts": 2})
    assert len(queues.tries) == 3
    assert queues.letters[0][1]["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


def test_a_target_can_be_told_not_to_try_again(agenda: Agenda) -> None:
    assert len(sent(agenda, RetryPolicy={"MaximumRetryAttempts": 0}).tries) == 1


def test_a_target_can_be_tried_for_a_shorter_time(agenda: Agenda) -> None:
    queues = sent(agenda, RetryPolicy={"MaximumEventAgeInSeconds": 60})
    assert queues.tries[-1] - queues.tries[0] <= 60
    assert queues.letters[0][1]["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"


def test_any_other_refusal_is_a_dead_letter_at_once(agenda: Agenda) -> None:
    queues = sent(agenda, Refused("INVALID_PARAMETER", "the message is not what the queue takes"))
    assert len(queues.tries) == 1
    assert queues.letters[0][1]["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in queues.letters[0][1]


def test_without_a_dead_letter_queue_the_event_is_gone(agenda: Agenda) -> None:
    queues = sent(agenda, RetryPolicy={"MaximumRetryAttempts": 1}, DeadLetterConfig={})
    assert (len(queues.tries), queues.taken, queues.letters) == (2, [], [])
