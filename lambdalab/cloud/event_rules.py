"""EventBridge's rules and targets: moto keeps them, and what AWS refuses is refused here.

On AWS a pattern is read when the rule is written, and a target is checked for what can be known at once: how many there
are, what they shall get, where they lie. moto reads patterns in its own way and takes nearly any target. Here patterns
are read by `lambdalab.patterns`. Left out: archives and targets of other services, which are refused as what lambdalab
does not have. Follows https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html; lesson 08.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventPatternParser, EventsBackend
from moto.events.responses import EventsHandler

from lambdalab.patterns import InvalidPattern, Pattern
from lambdalab.triggers.inputs import unknown_variable

TOUCHED = {
    "moto.core.exceptions": ["JsonRESTError"],
    "moto.events.exceptions": ["InvalidEventPatternException", "ValidationException"],
    "moto.events.models": [
        "EventPatternParser.parse",
        "EventsBackend._get_event_bus",
        "EventsBackend._normalize_event_bus_arn",
        "EventsBackend.create_archive",
        "EventsBackend.put_targets",
    ],
    "moto.events.responses": ["EventsHandler.test_event_pattern"],
}
_MOST_TARGETS = 5
_MOST = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
_NEEDED = ("id", "account", "source", "time", "region", "detail-type")
"""What an event must have to be tested against a pattern."""
_SENT_TO = re.compile(r"arn:aws:(lambda|sqs|sns|logs|events:[^:]*:[^:]*:event-bus/).*")
"""The targets that lambdalab sends to."""

_moto_put_targets = EventsBackend.put_targets


def install() -> None:
    """Put our functions in moto's places."""
    for place, name, ours in (
        (EventsBackend, "put_targets", _put_targets),
        (EventsBackend, "create_archive", _absent),
        (EventPatternParser, "parse", _parse),
        (EventsHandler, "test_event_pattern", _test_event_pattern),
    ):
        setattr(place, name, ours)


def _absent(*given: Any, **named: Any) -> NoReturn:
    raise NotImplementedError  # the server answers that lambdalab does not have it


def _parse(parser: Any) -> dict[str, Any]:
    """moto's own form of a rule's pattern, if AWS would take it."""
    if not parser.pattern:
        return {}
    try:
        Pattern.parse(parser.pattern)
    except InvalidPattern as invalid:
        raise InvalidEventPatternException(str(invalid)) from None
    found: dict[str, Any] = json.loads(parser.pattern)
    return found


def _test_event_pattern(handler: Any) -> str:
    """TestEventPattern, which moto does not have."""
    try:
        pattern = Pattern.parse(handler._get_param("EventPattern") or "")
    except InvalidPattern as invalid:
        raise InvalidEventPatternException(str(invalid)) from None
    try:
        event = json.loads(handler._get_param("Event"))
    except ValueError:
        event = None
    if not isinstance(event, dict) or not all(name in event for name in _NEEDED):
        raise ValidationException("Parameter Event is not valid.")
    return json.dumps({"Result": pattern.matches(event)})


def _put_targets(backend: Any, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
    bus = backend._get_event_bus(backend._normalize_event_bus_arn(event_bus_arn))
    for index, target in enumerate(targets, 1):
        if text := _refusal(target, index, backend.region_name):
            raise ValidationException(text)
    if not all(_SENT_TO.fullmatch(target["Arn"]) for target in targets if target["Arn"].startswith("arn:")):
        _absent()
    if rule := bus.rules.get(name):
        ids = {target["Id"] for target in (*rule.targets, *targets)}
        if len(ids) > _MOST_TARGETS:
            raise JsonRESTError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    _moto_put_targets(backend, name, event_bus_arn, targets)


def _refusal(target: Mapping[str, Any], index: int, region: str) -> str:
    """Why AWS does not take a target; "" when it does."""
    own, arn = target["Id"], str(target["Arn"]).split(":")
    inputs = [name for name in ("Input", "InputPath", "InputTransformer") if name in target]
    if len(inputs) > 1:
        return f"Only one of Input, InputPath, or InputTransformer must be provided for target {own}."
    if "InputTransformer" in target and (variable := unknown_variable(target["InputTransformer"])):
        return f"InputTemplate for target {own} contains invalid placeholder {variable}."
    if "Input" in target and not _is_json(target["Input"]):
        return f"JSON syntax error in input for target {own}."
    for member, most in _MOST.items():
        value = target.get("RetryPolicy", {}).get(member, 0)
        if value > most:
            at = f"targets.{index}.member.retryPolicy.{member[0].lower()}{member[1:]}"
            return (
                f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: "
                f"Member must have value less than or equal to {most}"
            )
    if len(arn) > 5 and arn[3] != region:
        if arn[2] != "events":
            return "Cross-region api call is not allowed."
        if "RoleArn" not in target:
            return f"RoleArn is required for target {target['Arn']}."
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
