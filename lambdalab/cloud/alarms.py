"""CloudWatch's alarms and metrics: moto keeps them, and what an alarm does is decided elsewhere.

On AWS a new alarm has too little data, and is looked at from then on. moto says that all is well, and never looks. Here
an alarm on one metric is handed over, and so is each datapoint and each state that somebody sets. Follows
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html; lesson 08.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from lambdalab.events.alarms import Alarm, AlarmChange, AlarmState
from lambdalab.triggers.judging import Point

TOUCHED = {
    "moto.cloudwatch.models": [
        "cloudwatch_backends",
        "Alarm.update_state",
        "CloudWatchBackend.put_metric_alarm",
        "CloudWatchBackend.delete_alarms",
        "CloudWatchBackend.put_metric_data",
        "CloudWatchBackend.set_alarm_state",
        "CloudWatchBackend.get_all_metrics",
        "Statistics.get_statistics_for_type",
    ],
}
_KEPT = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")


class AlarmHands(Protocol):
    """Who watches metrics."""

    def alarm_put(self, alarm: Alarm) -> None: ...

    def alarm_deleted(self, arn: str) -> None: ...

    def measured(self, region: str, namespace: str, metric: str) -> None: ...

    def alarm_set(self, change: AlarmChange) -> None:
        """Somebody has set a state; nobody looks at the alarm again if it is on more than one metric."""


_hands: AlarmHands
_moto_put = CloudWatchBackend.put_metric_alarm
_moto_delete = CloudWatchBackend.delete_alarms
_moto_data = CloudWatchBackend.put_metric_data
_moto_set = CloudWatchBackend.set_alarm_state


def install(hands: AlarmHands) -> None:
    """Put our functions in moto's places."""
    global _hands
    _hands = hands
    ours = {
        "put_metric_alarm": _put,
        "delete_alarms": _delete,
        "put_metric_data": _data,
        "set_alarm_state": _set,
    }
    for name, function in ours.items():
        setattr(CloudWatchBackend, name, function)


def _put(backend: Any, name: str, *given: Any, **named: Any) -> Any:
    """A changed alarm keeps its state; a new one has too little data."""
    before = backend.alarms.get(name)
    kept = _moto_put(backend, name, *given, **named)
    if before is None:
        kept.state_value, kept.state_reason_data = "INSUFFICIENT_DATA", ""
    else:
        vars(kept).update({attribute: getattr(before, attribute) for attribute in _KEPT})
    if _is_watched(kept):
        _hands.alarm_put(_alarm(kept))
    else:
        _hands.alarm_deleted(kept.alarm_arn)
    return kept


def _delete(backend: Any, alarm_names: Sequence[str]) -> None:
    gone = [backend.alarms[name].alarm_arn for name in alarm_names if name in backend.alarms]
    _moto_delete(backend, list(alarm_names))
    for arn in gone:
        _hands.alarm_deleted(arn)


def _data(backend: Any, namespace: str, metric_data: Sequence[Mapping[str, Any]]) -> None:
    _moto_data(backend, namespace, list(map(dict, metric_data)))
    for metric in dict.fromkeys(datum["MetricName"] for datum in metric_data):
        _hands.measured(backend.region_name, namespace, metric)


def _set(backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
    kept = backend.alarms.get(alarm_name)
    before = _state(kept) if kept else AlarmState()
    _moto_set(backend, alarm_name, reason, reason_data, state_value)
    _hands.alarm_set(AlarmChange(_alarm(kept), before, _state(kept)))


def _is_watched(kept: Any) -> bool:
    """Whether it is an alarm on one metric and a simple statistic."""
    return bool(kept.metric_name and kept.statistic and not kept.metric_data_queries and not kept.rule)


def _alarm(kept: Any) -> Alarm:
    on = bool(kept.actions_enabled)
    return Alarm(
        arn=kept.alarm_arn,
        namespace=kept.namespace or "",
        metric=kept.metric_name or "",
        dimensions={dimension.name: dimension.value for dimension in kept.dimensions},
        statistic=kept.statistic or "",
        period=int(kept.period or 60),
        evaluation_periods=int(kept.evaluation_periods or 1),
        threshold=float(kept.threshold or 0),
        comparison=kept.comparison_operator or "",
        datapoints_to_alarm=int(kept.datapoints_to_alarm) if kept.datapoints_to_alarm else None,
        missing=kept.treat_missing_data or "missing",
        unit=kept.unit or None,
        description=kept.description or "",
        actions={
            "ALARM": kept.alarm_actions or [] if on else [],
            "OK": kept.ok_actions or [] if on else [],
            "INSUFFICIENT_DATA": kept.insufficient_data_actions or [] if on else [],
        },
        changed=_seconds(kept.configuration_updated_timestamp),
    )


def _state(kept: Any) -> AlarmState:
    data = kept.state_reason_data or ""
    moment = _seconds(kept.state_updated_timestamp)
    return AlarmState(kept.state_value, kept.state_reason, moment, "" if data == "{}" else data)


def _seconds(moment: datetime) -> float:
    """moto's times have no zone and mean UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class MotoMetrics:
    """moto's metrics and the states of its alarms; safe to use from any thread.

    Args:
        lock: of moto's stores.
    """

    def __init__(self, lock: AbstractContextManager[Any]) -> None:
        self._lock = lock

    def state(self, arn: str) -> AlarmState | None:
        """None when there is no such alarm."""
        with self._lock:
            kept = _find(arn)
            return _state(kept) if kept else None

    def set_state(self, arn: str, state: AlarmState) -> None:
        """Nothing happens when there is no such alarm any more."""
        with self._lock:
            kept = _find(arn)
            if kept:
                kept.update_state(state.reason, state.data, state.value)

    def points(self, alarm: Alarm, ends: float) -> Sequence[Point]:
        """The periods that an alarm looks at, up to `ends` in seconds since 1970, the newest first."""
        begins = [ends - number * alarm.period for number in range(1, alarm.evaluation_periods + 1)]
        with self._lock:
            backend = cloudwatch_backends[alarm.account][alarm.region]
            data = [datum for datum in backend.get_all_metrics() if _belongs(datum, alarm)]
        within = [[d for d in data if began <= _seconds(d.timestamp) < began + alarm.period] for began in begins]
        return [Point(began, _statistic(alarm, found)) for began, found in zip(begins, within, strict=True)]


def _find(arn: str) -> Any:
    _, _, _, region, account, _, name = arn.split(":", 6)
    return cloudwatch_backends[account][region].alarms.get(name)


def _belongs(datum: Any, alarm: Alarm) -> bool:
    if (datum.namespace, datum.name) != (alarm.namespace, alarm.metric):
        return False
    if alarm.unit and datum.unit != alarm.unit:
        return False
    return {dimension.name: dimension.value for dimension in datum.dimensions} == dict(alarm.dimensions)


def _statistic(alarm: Alarm, data: Sequence[Any]) -> float | None:
    """A statistic of single values and of sets, which have their own sum, number and ends."""
    if not data:
        return None
    number = sum(float(getattr(datum, "sample_count", 1)) for datum in data)
    total = sum(float(datum.sum if hasattr(datum, "sum") else datum.value) for datum in data)
    lows = [float(datum.min if hasattr(datum, "min") else datum.value) for datum in data]
    highs = [float(datum.max if hasattr(datum, "max") else datum.value) for datum in data]
    made = {
        "SampleCount": number,
        "Sum": total,
        "Average": total / number if number else 0.0,
        "Minimum": min(lows),
        "Maximum": max(highs),
    }
    return made[alarm.statistic]
