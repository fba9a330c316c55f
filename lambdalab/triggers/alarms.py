"""CloudWatch's alarms: looked at when a period ends, and what they call when their state changes.

On AWS an alarm watches a metric and calls its actions when its state changes, once for each change; a function must let
CloudWatch in by its own policy, and is called asynchronously. The default bus hears of every change. Here an alarm is
looked at when a period of its metric ends, as long as there is data in the periods it looks at. Follows
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html; lesson 08. Left out:
composite alarms; expressions and percentiles, whose alarms keep the state that somebody sets; actions of other
services; metrics that AWS's services write by themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from lambdalab.events.alarms import Alarm, AlarmChange, AlarmState, alarm_notice, alarm_to_bus
from lambdalab.events.alarms import alarm as alarm_event
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import Push, Statements, deliver, note
from lambdalab.triggers.judging import Point, judge

PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"


class Metrics(Protocol):
    """Who keeps metrics, and the alarms' states."""

    def points(self, alarm: Alarm, ends: float) -> Sequence[Point]:
        """The periods that an alarm looks at, up to `ends` in seconds since 1970, the newest first."""

    def state(self, arn: str) -> AlarmState | None:
        """None when there is no such alarm."""

    def set_state(self, arn: str, state: AlarmState) -> None: ...


class Targets(Protocol):
    """Who takes what an alarm sends to anything but a function."""

    def publish(self, topic_arn: str, subject: str, message: str, trace: Trace) -> None:
        """Raises LookupError when there is no such topic."""

    def put_event(self, event: Mapping[str, Any], bus_arn: str, trace: Trace) -> None:
        """Raises LookupError when there is no such bus."""


class Alarms:
    """Watches metrics for alarms (lesson 08)."""

    def __init__(self, service: LambdaService, statements: Statements, metrics: Metrics, targets: Targets) -> None:
        self._service, self._statements, self._metrics, self._targets = service, statements, metrics, targets
        self._alarms: dict[str, Alarm] = {}
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def put(self, alarm: Alarm) -> None:
        """An alarm was made or changed."""
        self._alarms[alarm.arn] = alarm
        self._look_later(alarm)

    def deleted(self, arn: str) -> None:
        """An alarm is gone."""
        self._alarms.pop(arn, None)

    def measured(self, region: str, namespace: str, metric: str) -> None:
        """Somebody has written datapoints of a metric."""
        for alarm in list(self._alarms.values()):
            if (alarm.region, alarm.namespace, alarm.metric) == (region, namespace, metric):
                self._look_later(alarm)

    def set_by_hand(self, change: AlarmChange, trace: Trace) -> None:
        """Somebody has set an alarm's state: its actions run, and when its period ends it gets its own state again."""
        if change.before.value != change.after.value:
            self._service.agenda.soon(partial(self._tell, change, trace))
        if change.alarm.arn in self._alarms:
            self._look_later(change.alarm)

    def _look_later(self, alarm: Alarm) -> None:
        """Look at the alarm when the present period of its metric ends."""
        with self._lock:
            if alarm.arn in self._waiting:
                return
            self._waiting.add(alarm.arn)
        ends = (self._service.now() // alarm.period + 1) * alarm.period
        self._service.agenda.at(ends, partial(self._look, alarm.arn, ends))

    def _look(self, arn: str, ends: float) -> None:
        with self._lock:
            self._waiting.discard(arn)
        alarm, before = self._alarms.get(arn), self._metrics.state(arn)
        if alarm is None or before is None:
            return
        points = self._metrics.points(alarm, ends)
        after = judge(alarm, points, before.value, self._service.now())
        if any(point.value is not None for point in points):
            self._look_later(alarm)
        if after is not None:
            self._metrics.set_state(arn, after)
            self._tell(AlarmChange(alarm, before, after), Trace.new())

    def _tell(self, change: AlarmChange, trace: Trace) -> None:
        """Tell the bus and the alarm's actions of a change."""
        alarm = change.alarm
        bus, span = f"arn:aws:events:{alarm.region}:{alarm.account}:event-bus/default", new_span()
        note(self._push(change, bus, trace), "ok", "", self._service, span=span)
        self._targets.put_event(alarm_to_bus(change), bus, trace.child(span))
        for action in alarm.actions.get(change.after.value, ()):
            self._act(change, action, trace)

    def _act(self, change: AlarmChange, action: str, trace: Trace) -> None:
        push, span = self._push(change, action, trace), new_span()
        service = action.split(":")[2]
        if service == "lambda":
            deliver(push, alarm_event(change), self._service, self._statements)
        elif service == "sns":
            subject, text = alarm_notice(change)
            try:
                self._targets.publish(action, subject, text, trace.child(span))
            except LookupError:
                note(push, "missing", f"{action} does not exist", self._service, span=span)
            else:
                note(push, "ok", "", self._service, span=span)
        else:
            note(push, "failed", "here an alarm calls functions and topics only", self._service)

    def _push(self, change: AlarmChange, target: str, trace: Trace) -> Push:
        alarm, now = change.alarm, self._service.now()
        name, words = f"cloudwatch:{change.after.value}", f"cloudwatch:{alarm.name}"
        return Push(PRINCIPAL, alarm.arn, target, name, alarm.name, words, now, trace, alarm.account)
