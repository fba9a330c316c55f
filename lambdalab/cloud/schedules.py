"""EventBridge's rules with a schedule: moto keeps them, and what AWS refuses is refused here.

On AWS a bad expression is refused with one sentence, and a good one starts to run. moto takes whatever has a `cron(`
before it, and runs nothing. Here the expression is read first, and each change of a rule is handed over. Follows
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html; lesson 08.
"""

from __future__ import annotations

from typing import Any, Protocol

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend

from lambdalab import schedules
from lambdalab.schedules import InvalidSchedule

TOUCHED = {
    "moto.events.exceptions": ["ValidationException"],
    "moto.events.models": [
        "EventsBackend.put_rule",
        "EventsBackend.delete_rule",
        "EventsBackend.enable_rule",
        "EventsBackend.disable_rule",
        "EventsBackend._normalize_event_bus_arn",
    ],
}


class ScheduleHands(Protocol):
    """Who follows the rules that have a schedule."""

    def rule_scheduled(self, arn: str, expression: str, enabled: bool) -> None:
        """A rule of a default bus was made or changed; the expression is "" for one without a schedule."""

    def rule_unscheduled(self, arn: str) -> None:
        """It is gone."""

    def schedule_refused(self, arn: str, targets: list[str], reason: str) -> None:
        """AWS does not take an expression; the reason is the lab's own sentence."""


_hands: ScheduleHands
_moto_put_rule = EventsBackend.put_rule
_moto_delete_rule = EventsBackend.delete_rule


def install(hands: ScheduleHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    for name, ours in (("put_rule", _put_rule), ("delete_rule", _delete_rule)):
        setattr(EventsBackend, name, ours)
    for name in _SWITCHES:
        setattr(EventsBackend, name, _switch(name))


def _put_rule(backend: Any, name: str, *given: Any, **named: Any) -> Any:
    expression, bus = named.get("scheduled_expression") or "", _bus(backend, named.get("event_bus_arn"))
    if expression and bus == "default":
        try:
            schedules.rule(expression, 0)
        except InvalidSchedule as invalid:
            known = backend.event_buses[bus].rules.get(name)
            arn = f"arn:aws:events:{backend.region_name}:{backend.account_id}:rule/{name}"
            _hands.schedule_refused(arn, [target["Arn"] for target in known.targets] if known else [], invalid.why)
            raise ValidationException(invalid.text) from None
    rule = _moto_put_rule(backend, name, *given, **named)
    if bus == "default":
        _hands.rule_scheduled(rule.arn, expression, rule.state == "ENABLED")
    return rule


def _delete_rule(backend: Any, name: str, event_bus_arn: str | None) -> None:
    rule = _rule(backend, name, event_bus_arn)
    _moto_delete_rule(backend, name, event_bus_arn)
    if rule is not None:
        _hands.rule_unscheduled(rule.arn)


def _switch(name: str) -> Any:
    """Switching a rule on or off, as moto does it; then it is handed over."""

    def switch(backend: Any, rule_name: str, event_bus_arn: str | None) -> bool:
        done = bool(_SWITCHES[name](backend, rule_name, event_bus_arn))
        rule = _rule(backend, rule_name, event_bus_arn)
        if rule is not None:
            _hands.rule_scheduled(rule.arn, rule.scheduled_expression or "", rule.state == "ENABLED")
        return done

    return switch


_SWITCHES = {"enable_rule": EventsBackend.enable_rule, "disable_rule": EventsBackend.disable_rule}


def _bus(backend: Any, arn: str | None) -> str:
    return str(backend._normalize_event_bus_arn(arn))


def _rule(backend: Any, name: str, bus_arn: str | None) -> Any:
    """moto's rule of the default bus; None for another bus's, or for none."""
    return backend.event_buses["default"].rules.get(name) if _bus(backend, bus_arn) == "default" else None
