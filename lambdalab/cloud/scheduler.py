"""EventBridge Scheduler's control plane: moto keeps the schedules, and what AWS refuses is refused here.

On AWS a schedule is checked when it is made: its expression, its time zone, its input, and whether the Scheduler may
wear its role. moto checks none of these. Here they are checked before moto sees the request, and each change is handed
over. Follows https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html; lesson 08. Left out:
client tokens, encryption with a key of one's own, and whether the caller may pass the role on. Unsure: AWS's sentences
about a window without a length, about an input that is no JSON, and about deleting the default group.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from moto.core.exceptions import JsonRESTError
from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import scheduler_backends
from moto.scheduler.responses import EventBridgeSchedulerResponse

from lambdalab import schedules
from lambdalab.cloud import roles
from lambdalab.cloud.validation import complaint
from lambdalab.keys import ACCOUNT
from lambdalab.schedules import InvalidSchedule, Schedule
from lambdalab.triggers.scheduler import ScheduledCall

TOUCHED = {
    "moto.core.exceptions": ["JsonRESTError"],
    "moto.scheduler.exceptions": ["ScheduleGroupNotFound", "ValidationException"],
    "moto.scheduler.models": [
        "scheduler_backends",
        "EventBridgeSchedulerBackend.get_schedule_group",
        "EventBridgeSchedulerBackend.get_schedule",
        "EventBridgeSchedulerBackend.delete_schedule",
    ],
    "moto.scheduler.responses": [
        "EventBridgeSchedulerResponse",
        "EventBridgeSchedulerResponse.create_schedule",
        "EventBridgeSchedulerResponse.update_schedule",
        "EventBridgeSchedulerResponse.delete_schedule",
        "EventBridgeSchedulerResponse.create_schedule_group",
        "EventBridgeSchedulerResponse.delete_schedule_group",
        "EventBridgeSchedulerResponse.scheduler_backend",
    ],
}
_NO_TRUST = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
_CHECKED = ("Name", "GroupName", "State", "FlexibleTimeWindow", "Target", "ActionAfterCompletion")
_JSON = ("lambda", "events")


class SchedulerHands(Protocol):
    """Who follows the schedules."""

    def now(self) -> float: ...

    def call_scheduled(self, call: ScheduledCall) -> None:
        """A schedule was made or changed."""

    def call_unscheduled(self, arn: str) -> None:
        """It is gone."""

    def schedule_refused(self, arn: str, targets: list[str], reason: str) -> None:
        """AWS does not take an expression; the reason is the lab's own sentence."""


_hands: SchedulerHands
_moto_create = EventBridgeSchedulerResponse.create_schedule
_moto_update = EventBridgeSchedulerResponse.update_schedule
_moto_delete = EventBridgeSchedulerResponse.delete_schedule
_moto_create_group = EventBridgeSchedulerResponse.create_schedule_group
_moto_delete_group = EventBridgeSchedulerResponse.delete_schedule_group


def install(hands: SchedulerHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    ours = {
        "create_schedule": _create,
        "update_schedule": _update,
        "delete_schedule": _delete,
        "create_schedule_group": _create_group,
        "delete_schedule_group": _delete_group,
    }
    for name, function in ours.items():
        setattr(EventBridgeSchedulerResponse, name, function)


def completed(arn: str) -> None:
    """Delete a schedule that is to go when it is over."""
    _, _, _, region, account, name = arn.split(":")
    _, group, name = name.split("/")
    backend = scheduler_backends[account][region]
    if group in backend.schedule_groups and name in backend.schedule_groups[group].schedules:
        backend.delete_schedule(group, name)


def _create(request: Any) -> str:
    _check(request)
    answer = _moto_create(request)
    _hand_over(request, _find(request).creation_date)
    return answer


def _update(request: Any) -> str:
    """On AWS an update writes every setting anew: what it does not name has its first value again."""
    schedule = _find(request)
    _check(request)
    answer = _moto_update(request)
    schedule.state = request._get_param("State") or "ENABLED"
    schedule.action_after_completion = request._get_param("ActionAfterCompletion")
    _hand_over(request, _hands.now())
    return answer


def _delete(request: Any) -> str:
    arn = _find(request, "groupName").arn
    answer = _moto_delete(request)
    _hands.call_unscheduled(arn)
    return answer


def _create_group(request: Any) -> str:
    name = request._get_param("Name")
    if name in request.scheduler_backend.schedule_groups:
        exists = JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        exists.code = 409
        raise exists
    return _moto_create_group(request)


def _delete_group(request: Any) -> str:
    """A group's schedules go with it."""
    name = _last(request)
    if name == "default":
        raise ValidationException("The default schedule group cannot be deleted.")
    schedules_in_it = list(request.scheduler_backend.get_schedule_group(name).schedules.values())
    answer = _moto_delete_group(request)
    for schedule in schedules_in_it:
        _hands.call_unscheduled(schedule.arn)
    return answer


def _last(request: Any) -> str:
    """The name in the address."""
    return str(request.uri.split("?")[0].rpartition("/")[2])


def _find(request: Any, group: str = "GroupName") -> Any:
    return request.scheduler_backend.get_schedule(request._get_param(group), _last(request))


def _check(request: Any) -> None:
    """Refuse what AWS refuses."""
    group, target = request._get_param("GroupName") or "default", request._get_param("Target") or {}
    given = {name: request._get_param(name) for name in _CHECKED if request._get_param(name) is not None}
    if wrong := complaint("scheduler", "CreateSchedule", {**given, "Name": _last(request)}, {}):
        raise ValidationException(wrong)
    if group not in request.scheduler_backend.schedule_groups:
        raise ScheduleGroupNotFound(group)
    window = request._get_param("FlexibleTimeWindow") or {}
    if window.get("Mode") == "FLEXIBLE" and not window.get("MaximumWindowInMinutes"):
        raise ValidationException("A FLEXIBLE time window needs MaximumWindowInMinutes, 1 to 1440.")
    try:
        _schedule(request, since=0)
    except InvalidSchedule as invalid:
        arn = f"arn:aws:scheduler:{request.region}:{ACCOUNT}:schedule/{group}/{_last(request)}"
        _hands.schedule_refused(arn, [target.get("Arn", "")], invalid.why)
        raise ValidationException(invalid.text) from None
    if not roles.may_wear(target.get("RoleArn", ""), "scheduler.amazonaws.com", _group_arn(request, group)):
        raise ValidationException(_NO_TRUST)
    arn = target.get("Arn", "").split(":")
    if arn[0] != "arn" or len(arn) < 6:
        raise ValidationException("Provided Arn is not in correct format.")
    if arn[2] in _JSON and not _is_json(target):
        raise ValidationException("The Input of a function or a bus must be well-formed JSON.")


def _group_arn(request: Any, group: str) -> str:
    """For whom the Scheduler wears a role: AWS names the schedule's group."""
    return f"arn:aws:scheduler:{request.region}:{ACCOUNT}:schedule-group/{group}"


def _is_json(target: Mapping[str, Any]) -> bool:
    try:
        json.loads(target.get("Input") or "{}")
    except ValueError:
        return False
    return True


def _schedule(request: Any, since: float) -> Schedule:
    zone = request._get_param("ScheduleExpressionTimezone") or "UTC"
    return schedules.scheduler(str(request._get_param("ScheduleExpression")), zone, since)


def _hand_over(request: Any, begins: float) -> None:
    """Hand over the schedule that the request has made or changed; no moment before `begins` counts."""
    kept = _find(request)
    once = kept.schedule_expression.startswith("at(")  # then there is no start and no end
    start = None if once else kept.start_date
    window = kept.flexible_time_window
    _hands.call_scheduled(
        ScheduledCall(
            arn=kept.arn,
            schedule=_schedule(request, since=kept.creation_date if start is None else float(start)),
            target=kept.target,
            begins=begins if start is None else max(begins, float(start)),
            ends=float("inf") if once or kept.end_date is None else float(kept.end_date),
            window=60.0 * window.get("MaximumWindowInMinutes", 0) if window["Mode"] == "FLEXIBLE" else 0.0,
            enabled=kept.state == "ENABLED",
            delete_after=kept.action_after_completion == "DELETE",
        )
    )
