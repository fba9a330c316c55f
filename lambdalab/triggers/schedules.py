"""What happens by the clock: the timetable of all schedules, and EventBridge's rules with a schedule.

On AWS a rule with a schedule sends an event of its own at each of its moments, to its targets on the default bus; they
need the same permission as for any event. Here each plan has its next moment on the agenda; when that comes, the
following one is entered first, then what is due is done. A rule that is changed, switched off or deleted has another
plan or none, so what the old one entered does nothing. Follows
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html; lesson 08. On AWS a moment may
come up to a minute late; here it is exact.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from lambdalab import schedules
from lambdalab.agenda import Agenda, Entry
from lambdalab.events.eventbridge import scheduled
from lambdalab.observe.tracing import Trace
from lambdalab.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be done again and again; two plans are never the same one.

    Args:
        schedule: says when.
        run: is given the planned moment, in seconds since 1970.
        ended: is called after the last time.
        until: no moment from here on counts.
        late: by how many seconds a planned moment is put off.
    """

    schedule: Schedule
    run: Callable[[float], None]
    ended: Callable[[], None] = lambda: None
    until: float = float("inf")
    late: Callable[[float], float] = lambda moment: 0.0

    def next_after(self, moment: float) -> float | None:
        found = self.schedule.next_after(moment)
        return found if found is not None and found < self.until else None


class Timetable:
    """At most one plan for each ARN."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._plans: dict[str, tuple[Plan, Entry | None]] = {}
        self._lock = threading.Lock()

    def put(self, arn: str, plan: Plan, after: float) -> None:
        """Follow this plan for moments after `after`, in seconds since 1970, and no longer the one before."""
        with self._lock:
            self._drop(arn)
            self._enter(arn, plan, plan.next_after(after))

    def drop(self, arn: str) -> None:
        """Follow no plan for this ARN."""
        with self._lock:
            self._drop(arn)

    def _drop(self, arn: str) -> None:
        _, entry = self._plans.pop(arn, (None, None))
        if entry is not None:
            entry.cancel()

    def _enter(self, arn: str, plan: Plan, moment: float | None) -> None:
        entry = None
        if moment is not None:
            entry = self._agenda.at(moment + plan.late(moment), partial(self._due, arn, plan, moment))
        self._plans[arn] = plan, entry

    def _due(self, arn: str, plan: Plan, moment: float) -> None:
        with self._lock:
            if self._plans.get(arn, (None, None))[0] is not plan:
                return
            following = plan.next_after(moment)
            self._enter(arn, plan, following)
        plan.run(moment)
        if following is None:
            plan.ended()


class Bus(Protocol):
    """Who sends an event to a rule's targets."""

    def fire(self, rule_arn: str, event: Mapping[str, Any], trace: Trace) -> None: ...


class ScheduledRules:
    """The rules of the default buses that have a schedule (lesson 08)."""

    def __init__(self, agenda: Agenda, bus: Bus) -> None:
        self._clock, self._bus, self._timetable = agenda.clock, bus, Timetable(agenda)
        self._since: dict[str, tuple[str, float]] = {}

    def changed(self, arn: str, expression: str, enabled: bool) -> None:
        """A rule was made or changed. A rate counts from when it was made; with another rate it begins anew.

        Args:
            expression: "" for a rule without a schedule.

        Raises:
            InvalidSchedule: AWS would refuse the expression.
        """
        now = self._clock.now()
        known, since = self._since.get(arn, ("", now))
        if known != expression:
            since = now
        if not expression:
            self.deleted(arn)
            return
        schedule = schedules.rule(expression, since)
        self._since[arn] = expression, since
        if enabled:
            self._timetable.put(arn, Plan(schedule, partial(self._fire, arn)), after=now)
        else:
            self._timetable.drop(arn)

    def deleted(self, arn: str) -> None:
        """A rule is gone."""
        self._timetable.drop(arn)
        self._since.pop(arn, None)

    def _fire(self, arn: str, moment: float) -> None:
        self._bus.fire(arn, scheduled(arn, moment), Trace.new())
