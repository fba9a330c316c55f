"""What CloudWatch tells when an alarm changes its state: to a function, to a topic, and to the default bus.

On AWS each of the three gets a shape of its own. A function gets one object with both states; a topic gets a JSON text
with other names, among them the region's in words; the bus gets the usual envelope. Here all three are built from the
same change. Left out: composite alarms and alarms on an expression. Follows
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html; lesson 08.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import values
from lambdalab.events.eventbridge import BusEvent, eventbridge

_FIRST_REASON = "Unchecked: Initial alarm creation"
_REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "eu-central-1": "EU (Frankfurt)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "sa-east-1": "South America (Sao Paulo)",
}
"""The region in words, in a topic's message; any other region stands there as it is written."""


@dataclass(frozen=True)
class AlarmState:
    """One state of an alarm.

    Args:
        value: "OK", "ALARM" or "INSUFFICIENT_DATA".
        reason: in words.
        at: since when, in seconds since 1970.
        data: the reason as a JSON text; "" when somebody set the state by hand and gave none.
    """

    value: str = "INSUFFICIENT_DATA"
    reason: str = _FIRST_REASON
    at: float = field(default_factory=values.now)
    data: str = ""

    def to_json(self) -> dict[str, Any]:
        told = {"value": self.value, "reason": self.reason, "timestamp": stamp(self.at)}
        return told | ({"reasonData": self.data} if self.data else {})


@dataclass(frozen=True)
class Alarm:
    """An alarm on one metric.

    Args:
        arn: such as "arn:aws:cloudwatch:us-east-1:123456789012:alarm:sick".
        namespace: of the metric, such as "Health".
        metric: its name.
        dimensions: their names and values.
        statistic: "Average", "Sum", "Minimum", "Maximum" or "SampleCount".
        period: seconds of one datapoint.
        evaluation_periods: how many datapoints are looked at.
        threshold: what a datapoint is compared with.
        comparison: such as "GreaterThanThreshold".
        datapoints_to_alarm: how many of them must breach the threshold; None for all.
        missing: what a period without data counts as: "missing", "ignore", "breaching" or "notBreaching".
        unit: of the metric; None for any.
        description: "" for none.
        actions: by state, the ARNs that are told of it.
        changed: when it was last configured, in seconds since 1970.
    """

    arn: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict, hash=False)
    statistic: str = "Average"
    period: int = 60
    evaluation_periods: int = 1
    threshold: float = 0.0
    comparison: str = "GreaterThanThreshold"
    datapoints_to_alarm: int | None = None
    missing: str = "missing"
    unit: str | None = None
    description: str = ""
    actions: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    changed: float = field(default_factory=values.now)

    @property
    def name(self) -> str:
        return self.arn.split(":", 6)[6]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def needed(self) -> int:
        """How many datapoints must breach the threshold."""
        return self.datapoints_to_alarm or self.evaluation_periods


@dataclass(frozen=True)
class AlarmChange:
    """An alarm went from one state to another."""

    alarm: Alarm
    before: AlarmState
    after: AlarmState

    def detail(self) -> dict[str, Any]:
        """What stands in a function's event and in that of the bus."""
        alarm = self.alarm
        metric = {"namespace": alarm.namespace, "name": alarm.metric, "dimensions": dict(alarm.dimensions)}
        told: dict[str, Any] = {
            "metricStat": {"metric": metric, "period": alarm.period, "stat": alarm.statistic},
            "returnData": True,
        }
        configuration = {"description": alarm.description} if alarm.description else {}
        return {
            "alarmName": alarm.name,
            "state": self.after.to_json(),
            "previousState": self.before.to_json(),
            "configuration": {
                **configuration,
                "metrics": [{"id": str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.arn)), **told}],
            },
        }


def alarm(change: AlarmChange) -> dict[str, Any]:
    """Build the event of a function that is an alarm's action."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": change.alarm.arn,
        "accountId": change.alarm.account,
        "time": stamp(change.after.at),
        "region": change.alarm.region,
        "alarmData": change.detail(),
    }


def alarm_to_bus(change: AlarmChange) -> dict[str, Any]:
    """Build the event that the default bus gets of every change, whether the alarm has actions or not."""
    said = "CloudWatch Alarm State Change"
    region, account = change.alarm.region, change.alarm.account
    happened = BusEvent(
        "aws.cloudwatch", said, change.detail(), [change.alarm.arn], region=region, account=account, at=change.after.at
    )
    return eventbridge(happened)


def alarm_notice(change: AlarmChange) -> tuple[str, str]:
    """Build what a topic gets: subject and text."""
    alarm, region = change.alarm, _REGIONS.get(change.alarm.region, change.alarm.region)
    trigger = {
        "MetricName": alarm.metric,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": alarm.statistic.upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"value": value, "name": name} for name, value in alarm.dimensions.items()],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        **({"DatapointsToAlarm": alarm.datapoints_to_alarm} if alarm.datapoints_to_alarm else {}),
        "ComparisonOperator": alarm.comparison,
        "Threshold": float(alarm.threshold),
        "TreatMissingData": alarm.missing,
        "EvaluateLowSampleCountPercentile": "",
    }
    text = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description or None,
        "AWSAccountId": alarm.account,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.changed),
        "NewStateValue": change.after.value,
        "NewStateReason": change.after.reason,
        "StateChangeTime": stamp(change.after.at),
        "Region": region,
        "AlarmArn": alarm.arn,
        "OldStateValue": change.before.value,
        "OKActions": list(alarm.actions.get("OK", ())),
        "AlarmActions": list(alarm.actions.get("ALARM", ())),
        "InsufficientDataActions": list(alarm.actions.get("INSUFFICIENT_DATA", ())),
        "Trigger": trigger,
    }
    return f'{change.after.value}: "{alarm.name}" in {region}', json.dumps(text, separators=(",", ":"))


def stamp(moment: float) -> str:
    """CloudWatch's own form: "2026-03-04T05:06:07.089+0000"."""
    return values.milliseconds(moment).removesuffix("Z") + "+0000"
