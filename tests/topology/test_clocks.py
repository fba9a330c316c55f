"""What happens by the clock is on the map: scheduled rules, schedules of the Scheduler, and alarms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from lambdalab import Function, Lab
from lambdalab.topology import BROKEN, DID, MAY

Deploy = Callable[..., Function]
QUIET = "def handler(event, context):\n    return 1"
UNKNOWN = "arn:aws:iam::123456789012:role/unknown-to-iam"


@pytest.fixture
def function(deploy: Deploy, request: pytest.FixtureRequest) -> Iterator[Function]:
    """Of another name in each test, because the journal remembers what passed."""
    yield deploy(QUIET, name=request.node.name[:64])
    events, scheduler, cloudwatch = (boto3.client(name) for name in ("events", "scheduler", "cloudwatch"))
    for rule in events.list_rules()["Rules"]:
        events.remove_targets(Rule=rule["Name"], Ids=["f"])
        events.delete_rule(Name=rule["Name"])
    for schedule in scheduler.list_schedules()["Schedules"]:
        scheduler.delete_schedule(Name=schedule["Name"])
    cloudwatch.delete_alarms(AlarmNames=["map-sick"])


def arrows(lab: Lab, function: Function) -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and name of where each arrow to the function begins, with its label and state."""
    topology = lab.topology(function.name)
    nodes = {node.arn: node for node in topology.nodes}
    return {
        (nodes[a.source].kind, nodes[a.source].name): (a.label, a.state)
        for a in topology.arrows
        if nodes[a.target].name == function.name
    }


def let_in(function: Function, principal: str, source: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId=principal.partition(".")[0],
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn=source,
    )


def schedule(function: Function, role: str = UNKNOWN, **more: Any) -> None:
    boto3.client("scheduler").create_schedule(
        Name="map-nightly",
        ScheduleExpression="cron(0 3 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": function.configuration["FunctionArn"], "RoleArn": role},
        **more,
    )


def test_a_rule_with_a_schedule_is_a_clock(lab: Lab, function: Function) -> None:
    events = boto3.client("events")
    rule = events.put_rule(Name="map-tick", ScheduleExpression="rate(1 hour)")["RuleArn"]
    events.put_targets(Rule="map-tick", Targets=[{"Id": "f", "Arn": function.configuration["FunctionArn"]}])
    clock = ("clock", "map-tick")
    assert arrows(lab, function)[clock] == ("rate(1 hour)", BROKEN)
    let_in(function, "events.amazonaws.com", rule)
    assert arrows(lab, function)[clock] == ("rate(1 hour)", MAY)
    lab.clock.advance(hours=1)
    assert arrows(lab, function)[clock] == ("rate(1 hour)", DID)
    events.disable_rule(Name="map-tick")
    assert arrows(lab, function)[clock] == ("rate(1 hour)", BROKEN)


def test_a_schedule_is_a_clock_and_its_own_role_decides(lab: Lab, function: Function) -> None:
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="map-clock", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    schedule(function, role)
    (broken,) = [arrow for arrow in lab.topology(function.name).arrows if arrow.state == BROKEN]
    assert broken.reason == "the role map-clock allows no lambda:InvokeFunction"
    assert broken.whose.endswith(":schedule/default/map-nightly")
    iam.delete_role(RoleName="map-clock")
    assert arrows(lab, function) == {
        ("clock", "map-nightly"): ("cron(0 3 * * ? *)", MAY)
    }  # a role that IAM does not know


def test_a_schedule_that_is_off_passes_nothing(lab: Lab, function: Function) -> None:
    schedule(function, State="DISABLED")
    (arrow,) = lab.topology(function.name).arrows
    assert (arrow.state, arrow.reason) == (BROKEN, "the schedule is disabled")


def test_an_alarm_and_its_actions_are_on_the_map(lab: Lab, function: Function) -> None:
    cloudwatch, arn = boto3.client("cloudwatch"), function.configuration["FunctionArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="map-sick",
        Namespace="Health",
        MetricName="Failures",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn],
        OKActions=[arn],
    )
    assert arrows(lab, function) == {("alarm", "map-sick"): ("ALARM; OK", BROKEN)}
    let_in(
        function, "lambda.alarms.cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:map-sick"
    )
    assert arrows(lab, function) == {("alarm", "map-sick"): ("ALARM; OK", MAY)}
    cloudwatch.set_alarm_state(AlarmName="map-sick", StateValue="ALARM", StateReason="a test")
    lab.clock.advance(seconds=1)
    assert arrows(lab, function)["alarm", "map-sick"] == ("ALARM; OK", DID)
    assert "from map-sick" in str(lab.map(function.name))
