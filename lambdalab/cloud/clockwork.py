"""What happens by the clock, put together: scheduled rules, the Scheduler and alarms, between moto and the agenda.

On AWS these are services of their own, which call others through their APIs. Here moto's places hand over what somebody
made or changed, and the triggers act from the agenda; what they send enters moto's stores under the cloud's lock, for a
moment each.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from lambdalab.cloud import scheduler
from lambdalab.cloud.alarms import MotoMetrics
from lambdalab.cloud.targets import MotoTargets
from lambdalab.events.alarms import Alarm, AlarmChange
from lambdalab.observe.journal import Step
from lambdalab.observe.tracing import Trace, new_span
from lambdalab.permissions import Statement
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.alarms import Alarms
from lambdalab.triggers.buses import BusTrigger
from lambdalab.triggers.scheduler import ScheduledCall, Scheduler
from lambdalab.triggers.schedules import ScheduledRules


class Home(Protocol):
    """The cloud, as far as the clockwork needs it."""

    service: LambdaService
    targets: MotoTargets

    @property
    def buses(self) -> BusTrigger: ...

    def statements(self, region: str, name: str, qualifier: str | None) -> list[Statement]: ...

    def role_statements(self, name: str) -> list[Statement] | None: ...

    def trace(self) -> Trace: ...


class Clockwork:
    """moto's hands for all that has a schedule, and for alarms."""

    def __init__(self, home: Home, lock: AbstractContextManager[Any]) -> None:
        self._home, self._lock = home, lock

    def now(self) -> float:
        return self._home.service.now()

    def rule_scheduled(self, arn: str, expression: str, enabled: bool) -> None:
        self._rules.changed(arn, expression, enabled)

    def rule_unscheduled(self, arn: str) -> None:
        self._rules.deleted(arn)

    def call_scheduled(self, call: ScheduledCall) -> None:
        self._scheduler.changed(call)

    def call_unscheduled(self, arn: str) -> None:
        self._scheduler.deleted(arn)

    def schedule_refused(self, arn: str, targets: Sequence[str], reason: str) -> None:
        """A step for each target that the rule or schedule names; for none, one that names the rule alone."""
        now, trace = self.now(), self._home.trace()
        for target in targets or [""]:
            self._home.service.journal.add(
                Step(
                    kind="rule",
                    name="scheduler:CreateSchedule" if ":scheduler:" in arn else "events:PutRule",
                    began=now,
                    ended=now,
                    trace=trace.root,
                    span=new_span(),
                    parent=trace.parent,
                    source=arn,
                    target=target,
                    outcome="expression",
                    reason=reason,
                )
            )

    def alarm_put(self, alarm: Alarm) -> None:
        self._alarms.put(alarm)

    def alarm_deleted(self, arn: str) -> None:
        self._alarms.deleted(arn)

    def measured(self, region: str, namespace: str, metric: str) -> None:
        self._alarms.measured(region, namespace, metric)

    def alarm_set(self, change: AlarmChange) -> None:
        self._alarms.set_by_hand(change, self._home.trace())

    def _completed(self, arn: str) -> None:
        with self._lock:
            scheduler.completed(arn)

    @functools.cached_property
    def _rules(self) -> ScheduledRules:
        return ScheduledRules(self._home.service.agenda, self._home.buses)

    @functools.cached_property
    def _scheduler(self) -> Scheduler:
        home = self._home
        return Scheduler(home.service, home.statements, home.role_statements, home.targets, self._completed)

    @functools.cached_property
    def _alarms(self) -> Alarms:
        home = self._home
        return Alarms(home.service, home.statements, MotoMetrics(self._lock), home.targets)
