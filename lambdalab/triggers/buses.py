"""The trigger of EventBridge: from an event on a bus to the targets of the rules that mean it.

On AWS a bus asks each of its rules, and each rule that matches sends to up to five targets; nobody is told of a rule
that did not match. A target must let EventBridge in by its own policy, only another bus is reached with a role. What
answers 429 or 5xx is tried again for a day, at most 185 times; without permission or target there is no second try.
What was not delivered goes to the target's dead-letter queue, if it has one. Here sending stands on the agenda, and
each rule leaves a step in the journal, one that did not match too. Follows
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html; lesson 08. Left out: archives,
targets of other services, what an Input would change for another bus, and the chance in the waiting times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from lambdalab import permissions
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.permissions import Decision, Statement
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import ACTION, Push, Statements, deliver, note
from lambdalab.triggers.rules import Refused, Rule, Sending, TryAgain

PRINCIPAL = "events.amazonaws.com"
ACTIONS = {
    "lambda": ACTION,
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
    "logs": "logs:PutLogEvents",
}
"""What EventBridge must be allowed to do with a target, by the service in its ARN."""
_NAME = "events:Event"
_OTHER = "Change the rule (put_rule replaces all of it) or the event, if it is meant for this one."
_SWITCHED_OFF = "Switch the rule on with enable_rule."
_NO_TARGET = "Name one with put_targets."
_CODES = {"denied": "NO_PERMISSIONS", "missing": "NO_RESOURCE"}


class Buses(Protocol):
    """What the buses know, and who takes what EventBridge sends to anything but a function.

    What sends may raise LookupError (there is nothing of this ARN), Refused, and TryAgain.
    """

    def rules(self, bus_arn: str) -> Sequence[Rule]:
        """Those of one bus; raises LookupError when there is no such bus."""

    def rule(self, rule_arn: str) -> Rule:
        """Raises LookupError when there is no such rule."""

    def policy(self, arn: str) -> Sequence[Statement]:
        """The resource policy of a queue, topic, bus or log group; raises LookupError."""

    def role(self, name: str) -> Sequence[Statement] | None:
        """What a role may do; None when IAM has no role of this name."""

    def send_message(
        self, queue_arn: str, body: str, trace: Trace, attributes: Mapping[str, Any] | None, group: str | None
    ) -> None: ...

    def publish(self, topic_arn: str, message: str, trace: Trace) -> None: ...

    def write(self, group_arn: str, line: str) -> None: ...


@dataclass(frozen=True)
class _Answer:
    """What became of one try; `code` is for the dead letter, "" when all went well."""

    code: str = ""
    reason: str = ""
    again: bool = False


class BusTrigger:
    """Sends events to the targets of rules (lesson 08)."""

    def __init__(self, service: LambdaService, statements: Statements, buses: Buses) -> None:
        self._service, self._statements, self._buses, self._agenda = service, statements, buses, service.agenda

    def put(self, bus_arn: str, event: Mapping[str, Any], trace: Trace, *, sent_on: bool = False) -> None:
        """Take an event on a bus, and send it to the targets of each rule that means it.

        Args:
            event: the whole event, with its envelope.
            trace: of whoever put it there, with the step that did as its parent.
            sent_on: it comes from a rule of another bus.

        Raises:
            LookupError: there is no such bus.
        """
        rules, name = self._buses.rules(bus_arn), bus_arn.rpartition("/")[2]
        asked_for = name != "default" or not str(event["source"]).startswith("aws.")  # AWS tells it of much, unasked
        if asked_for and not any(rule.pattern for rule in rules):
            self._nobody(bus_arn, event, trace, "filtered", f"the bus {name} has no rule for events")
        for rule in rules:
            if rule.pattern is None:
                continue
            if reason := rule.misses(event):
                outcome, advice = ("filtered", _OTHER) if rule.enabled else ("disabled", _SWITCHED_OFF)
                for target in rule.targets:
                    note(self._push(rule, target["Arn"], event, trace), outcome, reason, self._service, advice)
            else:
                self._send_to_targets(rule, event, trace, sent_on)

    def fire(self, rule_arn: str, event: Mapping[str, Any], trace: Trace) -> None:
        """Send an event to the targets of one rule, whatever its pattern: what a schedule does.

        Raises:
            LookupError: there is no such rule.
        """
        self._send_to_targets(self._buses.rule(rule_arn), event, trace, False)

    def lost(self, bus_arn: str, event: Mapping[str, Any], trace: Trace) -> None:
        """Write down that an event was taken for a bus that does not exist; AWS says nothing of it."""
        name = bus_arn.rpartition("/")[2]
        self._nobody(bus_arn, event, trace, "missing", f"there is no bus {name}; PutEvents answers as if all went well")

    def _nobody(self, bus_arn: str, event: Mapping[str, Any], trace: Trace, outcome: str, reason: str) -> None:
        name, now = bus_arn.rpartition("/")[2], self._service.now()
        push = Push(PRINCIPAL, bus_arn, "", _NAME, event["detail-type"], f"events:{name}", now, trace)
        note(push, outcome, reason, self._service)

    def _send_to_targets(self, rule: Rule, event: Mapping[str, Any], trace: Trace, sent_on: bool) -> None:
        trace, now = trace.without_lineage(), self._service.now()
        if not rule.targets:
            reason = f"the rule {rule.name} matches, and it has no target"
            note(self._push(rule, "", event, trace), "untargeted", reason, self._service, _NO_TARGET)
        for target in rule.targets:
            self._agenda.soon(partial(self._try, Sending(rule, target, event, trace, now, sent_on)))

    def _push(self, rule: Rule, target_arn: str, event: Mapping[str, Any], trace: Trace) -> Push:
        words, now, account = f"events:{rule.name}", self._service.now(), rule.arn.split(":")[4]
        return Push(PRINCIPAL, rule.arn, target_arn, _NAME, str(event["detail-type"]), words, now, trace, account)

    def _try(self, sending: Sending) -> None:
        """One try to deliver; then it is done, on the agenda again, or a dead letter."""
        push = self._push(sending.rule, sending.arn, sending.event, sending.trace)
        answer = self._to_function(push, sending) if sending.service == "lambda" else self._to_other(push, sending)
        if not answer.code:
            return
        limit = sending.exhausted(self._service.now()) if answer.again else ""
        if answer.again and not limit:
            again = replace(sending, attempt=sending.attempt + 1)
            self._agenda.at(self._service.now() + sending.wait(), partial(self._try, again))
        else:
            self._bury(push, sending, answer, limit)

    def _to_function(self, push: Push, sending: Sending) -> _Answer:
        try:
            payload = json.loads(sending.text)
        except ValueError:
            return self._failed(push, sending, _Answer("INVALID_JSON", "what the target's template makes is no JSON"))
        outcome, reason = deliver(push, payload, self._service, self._statements)
        return _Answer(_CODES.get(outcome, ""), reason)

    def _to_other(self, push: Push, sending: Sending) -> _Answer:
        """Hand the event to anything but a function, if that is there and lets EventBridge in."""
        span = new_span()
        try:
            decision, advice = self._may(sending)
            if not decision.allowed:
                note(push, "denied", decision.reason, self._service, advice, span)
                return _Answer("NO_PERMISSIONS", decision.reason)
            self._hand_over(sending, sending.trace.child(span))
        except LookupError:
            reason = f"{sending.arn} does not exist"
            note(push, "missing", reason, self._service, span=span)
            return _Answer("NO_RESOURCE", reason)
        except (TryAgain, Refused) as refused:
            return self._failed(push, sending, _Answer(refused.code, refused.reason, isinstance(refused, TryAgain)))
        note(push, "ok", "", self._service, span=span)
        return _Answer()

    def _failed(self, push: Push, sending: Sending, answer: _Answer) -> _Answer:
        """Write down a failed try; of many that are alike the first and the last are enough."""
        if sending.attempt == 1 or not answer.again or sending.exhausted(self._service.now()):
            reason = (
                answer.reason
                if sending.attempt == 1
                else f"{answer.reason}, also at the last of {sending.attempt} tries"
            )
            note(push, "throttled" if answer.code == "THROTTLING" else "failed", reason, self._service)
        return answer

    def _may(self, sending: Sending) -> tuple[Decision, str]:
        """Whether EventBridge may send there, and what to do if not: a bus is reached with the target's role."""
        action, statements = ACTIONS[sending.service], self._buses.policy(sending.arn)
        if "RoleArn" in sending.target and sending.service == "events":
            name = str(sending.target["RoleArn"]).rpartition("/")[2]
            own = self._buses.role(name)
            allowed = Decision(True, None, "") if own is None else None
            decision = allowed or permissions.decide_for_role(own or (), action=action, resource=sending.arn)
            return decision, f"Allow {action} on {sending.arn} in a policy of the role {name}."
        rule, account = sending.rule.arn, sending.rule.arn.split(":")[4]
        asked: dict[str, Any] = {
            "principal": PRINCIPAL,
            "action": action,
            "resource": sending.acted_on,
            "source_arn": rule,
        }
        decision = permissions.decide(statements, **asked, source_account=account)
        near = permissions.near_miss(statements, **asked) if decision.statement is None else ""
        missing = json.dumps(permissions.missing_statement(**asked))
        return (
            replace(decision, reason=decision.reason + (f". {near}" if near else "")),
            f"Write this statement into the policy of {sending.arn}: {missing}",
        )

    def _hand_over(self, sending: Sending, trace: Trace) -> None:
        """Raises what the methods of `Buses` raise."""
        if sending.service == "sqs":
            group = sending.target.get("SqsParameters", {}).get("MessageGroupId")
            self._buses.send_message(sending.arn, sending.text, trace, None, group)
        elif sending.service == "sns":
            self._buses.publish(sending.arn, sending.text, trace)
        elif sending.service == "logs":
            self._buses.write(sending.arn, sending.text)
        elif sending.sent_on:
            reason = "an event that came from another bus is not sent on to a third one"
            raise Refused("INVALID_PARAMETER", reason)
        else:
            self.put(sending.arn, sending.event, trace, sent_on=True)

    def _bury(self, push: Push, sending: Sending, answer: _Answer, limit: str) -> None:
        """Send what could not be delivered to the target's dead-letter queue, if it has one."""
        queue = sending.target.get("DeadLetterConfig", {}).get("Arn")
        if not queue:
            return
        said = {
            "RULE_ARN": sending.rule.arn,
            "TARGET_ARN": sending.arn,
            "ERROR_CODE": answer.code,
            "ERROR_MESSAGE": answer.reason,
            "RETRY_ATTEMPTS": str(sending.attempt - 1),
            **({"EXHAUSTED_RETRY_CONDITION": limit} if limit else {}),
        }
        letter = replace(sending, target={"Arn": queue, "Id": "dead-letters"})
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
        push, span = replace(push, target_arn=queue, name="events:DeadLetter"), new_span()
        try:
            decision, advice = self._may(letter)
            if not decision.allowed:
                note(push, "denied", decision.reason, self._service, advice, span)
                return
            self._buses.send_message(queue, json.dumps(sending.event), sending.trace.child(span), attributes, None)
        except LookupError:
            note(push, "missing", f"{queue} does not exist", self._service, span=span)
        except (TryAgain, Refused) as refused:
            note(push, "failed", refused.reason, self._service, span=span)
        else:
            note(push, "ok", "", self._service, span=span)
