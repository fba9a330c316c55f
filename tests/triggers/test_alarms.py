"""Alarms: looked at on the lab's clock, they call functions and topics once a change, and the bus hears of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.data_classes import CloudWatchAlarmEvent

from lambdalab import Function, Lab
from tests.events.keys import ALARM, EVENTBRIDGE, differences
from tests.triggers.clocks import let_into_the_queue, now, until

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))"
ACCOUNT = "123456789012"
SICK = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:sick"


@pytest.fixture
def cloudwatch(lab: Lab) -> Iterator[Any]:
    client = boto3.client("cloudwatch")
    yield client
    client.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in client.describe_alarms()["MetricAlarms"]])
    lab.clock.advance(seconds=3600)  # what was measured is out of sight for the next test


def make(client: Any, *actions: str, **more: Any) -> None:
    """An alarm by the name of `sick`: one failed health check in a minute is too many."""
    client.put_metric_alarm(
        **{
            "AlarmName": "sick",
            "Namespace": "Health",
            "MetricName": "Failures",
            "Dimensions": [{"Name": "Service", "Value": "shop"}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": list(actions),
            **more,
        }
    )


def measure(client: Any, value: float, service: str = "shop") -> None:
    datum = {"MetricName": "Failures", "Value": value, "Dimensions": [{"Name": "Service", "Value": service}]}
    client.put_metric_data(Namespace="Health", MetricData=[datum])


def state(client: Any) -> str:
    return str(client.describe_alarms(AlarmNames=["sick"])["MetricAlarms"][0]["StateValue"])


def let_in(function: Function) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="alarm",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceArn=SICK,
        SourceAccount=ACCOUNT,
    )


def arn(function: Function) -> str:
    return str(function.configuration["FunctionArn"])


def received(function: Function) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("EVENT ")) for line in function.logs() if line.startswith("EVENT ")]


def test_a_failed_health_check_calls_a_function_when_its_minute_ends(deploy: Deploy, lab: Lab, cloudwatch: Any) -> None:
    function = deploy(ECHO, name="alarm-repair")
    let_in(function)
    make(cloudwatch, arn(function), AlarmDescription="the shop does not answer")
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    measure(cloudwatch, 1)
    measure(cloudwatch, 5, service="another")
    lab.clock.advance(seconds=60)
    assert state(cloudwatch) == "ALARM"
    (told,) = received(function)
    assert differences(told, ALARM) == []
    event = CloudWatchAlarmEvent(told)
    assert (event.alarm_arn, event.alarm_data.state.value) == (SICK, "ALARM")
    assert event.alarm_data.previous_state.value == "INSUFFICIENT_DATA"
    assert "1 out of the last 1 datapoints [1.0" in event.alarm_data.state.reason
    assert event.alarm_data.state.reason_data_decoded["recentDatapoints"] == [1.0]
    assert event.alarm_data.configuration.description == "the shop does not answer"
    (metric,) = event.alarm_data.configuration.metrics
    assert (metric.metric_stat.stat, metric.metric_stat.period) == ("Sum", 60)
    assert metric.metric_stat.metric == {"namespace": "Health", "name": "Failures", "dimensions": {"Service": "shop"}}


def test_an_action_runs_once_for_a_change_and_not_while_the_state_lasts(
    deploy: Deploy, lab: Lab, cloudwatch: Any
) -> None:
    function = deploy(ECHO, name="alarm-counts")
    let_in(function)
    make(cloudwatch, arn(function), OKActions=[arn(function)])
    for value in (1, 2, 3, 0, 0, 1):
        measure(cloudwatch, value)
        lab.clock.advance(seconds=60)
    assert [event["alarmData"]["state"]["value"] for event in received(function)] == ["ALARM", "OK", "ALARM"]


def test_when_the_data_stops_the_state_becomes_insufficient_data(deploy: Deploy, lab: Lab, cloudwatch: Any) -> None:
    make(cloudwatch)
    measure(cloudwatch, 1)
    lab.clock.advance(seconds=60)
    assert state(cloudwatch) == "ALARM"
    lab.clock.advance(seconds=120)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(("treated", "wanted"), [("notBreaching", "OK"), ("breaching", "ALARM"), ("ignore", "ALARM")])
def test_missing_data_counts_as_the_alarm_says(lab: Lab, cloudwatch: Any, treated: str, wanted: str) -> None:
    make(cloudwatch, TreatMissingData=treated)
    measure(cloudwatch, 1)
    lab.clock.advance(seconds=300)
    assert state(cloudwatch) == wanted


def test_two_of_three_bad_minutes_are_enough_when_the_alarm_says_so(lab: Lab, cloudwatch: Any) -> None:
    make(cloudwatch, EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching")
    seen = []
    for value in (1, 0, 1):
        measure(cloudwatch, value)
        lab.clock.advance(seconds=60)
        seen.append(state(cloudwatch))
    assert seen == ["OK", "OK", "ALARM"]


@pytest.mark.parametrize(
    ("statistic", "threshold", "wanted"),
    [
        ("Sum", 5.5, "ALARM"),
        ("Sum", 6, "OK"),
        ("Average", 1.9, "ALARM"),
        ("Average", 2, "OK"),
        ("Maximum", 2.9, "ALARM"),
        ("Maximum", 3, "OK"),
        ("Minimum", 0.9, "ALARM"),
        ("Minimum", 1, "OK"),
        ("SampleCount", 2.9, "ALARM"),
        ("SampleCount", 3, "OK"),
    ],
)
def test_each_statistic_is_taken_over_the_period(
    lab: Lab, cloudwatch: Any, statistic: str, threshold: float, wanted: str
) -> None:
    until(lab, (now(lab) + timedelta(minutes=1)).replace(second=1, microsecond=0))
    make(cloudwatch, Statistic=statistic, Threshold=threshold)
    for value in (1, 2, 3):
        measure(cloudwatch, value)
    lab.clock.advance(seconds=60)
    assert state(cloudwatch) == wanted


def test_without_the_permission_nothing_runs_and_explain_tells_it(deploy: Deploy, lab: Lab, cloudwatch: Any) -> None:
    function = deploy(ECHO, name="alarm-shut-out")
    make(cloudwatch, arn(function))
    cloudwatch.set_alarm_state(AlarmName="sick", StateValue="ALARM", StateReason="a test")
    lab.clock.advance(seconds=1)
    assert received(function) == []
    (step,) = lab.steps(kind="delivery", target=arn(function))
    assert (step.outcome, step.source) == ("denied", SICK)
    assert "lets lambda.alarms.cloudwatch.amazonaws.com do lambda:InvokeFunction" in str(lab.explain("alarm-shut-out"))
    exec(step.advice, {"boto3": boto3})
    cloudwatch.set_alarm_state(AlarmName="sick", StateValue="OK", StateReason="a test")
    cloudwatch.set_alarm_state(AlarmName="sick", StateValue="ALARM", StateReason="a test")
    lab.clock.advance(seconds=1)
    (event,) = received(function)
    assert event["alarmData"]["state"]["reason"] == "a test"
    assert "reasonData" not in event["alarmData"]["state"]


def test_a_state_set_by_hand_lasts_until_the_alarm_is_looked_at(deploy: Deploy, lab: Lab, cloudwatch: Any) -> None:
    make(cloudwatch, TreatMissingData="notBreaching")
    cloudwatch.set_alarm_state(AlarmName="sick", StateValue="ALARM", StateReason="a test")
    assert state(cloudwatch) == "ALARM"
    lab.clock.advance(seconds=60)
    assert state(cloudwatch) == "OK"


def test_a_topic_gets_awss_text_with_its_subject(lab: Lab, cloudwatch: Any) -> None:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:alarms"
    let_into_the_queue(url, queue, {"sns.amazonaws.com": topic})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    make(cloudwatch, topic, TreatMissingData="notBreaching")
    measure(cloudwatch, 2)
    lab.clock.advance(seconds=60)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    told = json.loads(body["Message"])
    assert body["Subject"] == 'ALARM: "sick" in US East (N. Virginia)'
    assert (told["AlarmName"], told["NewStateValue"], told["AWSAccountId"]) == ("sick", "ALARM", ACCOUNT)
    assert told["Trigger"]["Dimensions"] == [{"value": "shop", "name": "Service"}]
    assert (told["Trigger"]["Statistic"], told["Trigger"]["TreatMissingData"]) == ("SUM", "notBreaching")
    sqs.delete_queue(QueueUrl=url)
    sns.delete_topic(TopicArn=topic)


def test_the_default_bus_hears_of_every_change_of_an_alarm_without_actions(
    deploy: Deploy, lab: Lab, cloudwatch: Any
) -> None:
    function, events = deploy(ECHO, name="alarm-listener"), boto3.client("events")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}
    rule = events.put_rule(Name="alarms", EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule="alarms", Targets=[{"Id": "f", "Arn": arn(function)}])
    boto3.client("lambda").add_permission(
        FunctionName="alarm-listener",
        StatementId="bus",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    make(cloudwatch)
    measure(cloudwatch, 1)
    lab.clock.advance(seconds=180)
    (event,) = received(function)
    assert differences(event, EVENTBRIDGE) == []
    assert (event["detail-type"], event["resources"]) == ("CloudWatch Alarm State Change", [SICK])
    assert event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    events.remove_targets(Rule="alarms", Ids=["f"])
    events.delete_rule(Name="alarms")


def test_a_default_bus_without_rules_says_nothing_of_what_aws_tells_it_unasked(lab: Lab, cloudwatch: Any) -> None:
    bus = SICK.replace("cloudwatch", "events").replace("alarm:sick", "event-bus/default")

    def steps() -> int:
        return len(lab.steps(kind="delivery", source=bus))

    before = steps()
    make(cloudwatch)
    cloudwatch.set_alarm_state(AlarmName="sick", StateValue="ALARM", StateReason="a drill")
    lab.clock.advance(seconds=0)
    assert (state(cloudwatch), steps()) == ("ALARM", before)
    boto3.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": "{}"}])
    lab.clock.advance(seconds=0)
    assert steps() == before + 1


def test_an_alarm_whose_actions_are_off_or_that_is_deleted_calls_nobody(
    deploy: Deploy, lab: Lab, cloudwatch: Any
) -> None:
    function = deploy(ECHO, name="alarm-silent")
    let_in(function)
    make(cloudwatch, arn(function), ActionsEnabled=False)
    measure(cloudwatch, 1)
    lab.clock.advance(seconds=60)
    assert state(cloudwatch) == "ALARM"
    make(cloudwatch, arn(function))
    assert state(cloudwatch) == "ALARM"  # a changed alarm keeps its state
    cloudwatch.delete_alarms(AlarmNames=["sick"])
    measure(cloudwatch, 0)
    lab.clock.advance(seconds=300)
    assert received(function) == []
