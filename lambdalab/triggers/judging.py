"""Which state an alarm has: its last datapoints against its threshold.

On AWS an alarm looks at its last N datapoints, and M of them must breach the threshold. A period without data counts as
the alarm says: as bad, as good, not at all, or so that the state stays. Here the same rule over the last N periods, as
the tables of AWS's page have it, and the reason in AWS's words. Left out: the datapoints
before the last N, which AWS also looks at when data is missing, and a look every minute rather than at the end of a
period. Follows
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html; lesson 08.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lambdalab.events.alarms import Alarm, AlarmState, stamp

_COMPARISONS = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


@dataclass(frozen=True)
class Point:
    """One period of a metric.

    Args:
        began: seconds since 1970.
        value: the statistic over the period; None without data.
    """

    began: float
    value: float | None


def judge(alarm: Alarm, points: Sequence[Point], before: str, now: float) -> AlarmState | None:
    """The state after a look at the last periods; None when the one before stays as it is.

    Args:
        points: the last `evaluation_periods` periods, the newest first.
        before: the value of the state before.
        now: seconds since 1970 on the lab's clock.
    """
    compare, _ = _COMPARISONS[alarm.comparison]
    known = [point for point in points if point.value is not None]
    breaching = [point for point in known if point.value is not None and compare(point.value, alarm.threshold)]
    value = _value(alarm, len(breaching), len(known), len(points))
    if value is None or value == before:
        return None
    deciding = breaching if value == "ALARM" else [point for point in known if point not in breaching]
    said = _reason(alarm, value, deciding, len(points) - len(known))
    return AlarmState(value, said, now, _data(alarm, points, now))


def _value(alarm: Alarm, breaching: int, known: int, periods: int) -> str | None:
    """The state's value, None for the one before; `known` of the periods have data."""
    gaps = periods - known
    if breaching + (gaps if alarm.missing == "breaching" else 0) >= alarm.needed:
        return "ALARM"
    if alarm.missing in _TREATED:
        return "OK"
    if known == 0 or (breaching == known and gaps):  # all that is known is bad, and too little is known
        return None if alarm.missing == "ignore" else "ALARM" if known else "INSUFFICIENT_DATA"
    return "OK"


def _reason(alarm: Alarm, value: str, points: Sequence[Point], gaps: int) -> str:
    if value == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_counted(alarm.evaluation_periods, 'datapoint')} unknown."
    periods = alarm.evaluation_periods
    treated = _TREATED.get(alarm.missing)
    filled = f"{_counted(gaps, 'missing datapoint')} treated as [{treated}]" if gaps and treated else ""
    if points:
        shown = ", ".join(
            f"{point.value} ({datetime.fromtimestamp(point.began, UTC):%d/%m/%y %H:%M:%S})" for point in points
        )
        verb = ("was" if len(points) == 1 else "were") + ("" if value == "ALARM" else " not")
        words = f"{verb} {_COMPARISONS[alarm.comparison][1]} the threshold ({alarm.threshold})"
        told = f"{len(points)} out of the last {periods} datapoints [{shown}] {words}"
        told += f" and {filled}" if filled else ""
    else:
        told = f"no datapoints were received for {periods} period{'s' if periods > 1 else ''} and {filled}"
        return f"Threshold Crossed: {told}."
    least = alarm.needed if value == "ALARM" else periods - alarm.needed + 1
    change = "OK -> ALARM" if value == "ALARM" else "ALARM -> OK"
    return f"Threshold Crossed: {told} (minimum {least} datapoint{'s' if least > 1 else ''} for {change} transition)."


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing} was" if number == 1 else f"{number} {thing}s were"


def _data(alarm: Alarm, points: Sequence[Point], now: float) -> str:
    known = [point for point in points if point.value is not None]
    told = {
        "version": "1.0",
        "queryDate": stamp(now),
        **({"startDate": stamp(known[-1].began)} if known else {}),
        "statistic": alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [point.value for point in reversed(known)],
        "threshold": float(alarm.threshold),
        "evaluatedDatapoints": [
            {"timestamp": stamp(point.began), **({} if point.value is None else {"value": point.value})}
            for point in points
        ],
    }
    return json.dumps(told, separators=(",", ":"))
