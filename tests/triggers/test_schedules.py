"""Rules with a schedule: they fire on the lab's clock, in order, while they are on, and only where they are let in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.events.keys import EVENTBRIDGE, differences
from tests.triggers.clocks import now, until

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))"
RULE = "arn:aws:events:us-east-1:123456789012:rule/tick"


@pytest.fixture
def events(lab: Lab) -> Iterator[Any]:
    client = boto3.client("events")
    yield client
    for rule in client.list_rules()["Rules"]:
        targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if targets:
            client.remove_targets(Rule=rule["Name"], Ids=[target["Id"] for target in targets])
        client.delete_rule(Name=rule["Name"])


def let_in(function: Function) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="tick",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=RULE,
    )


def tick(client: Any, function: Function, expression: str, *, allowed: bool = True, **more: Any) -> None:
    """A rule by the name of `tick` that calls a function."""
    client.put_rule(Name="tick", ScheduleExpression=expression, **more)
    client.put_targets(Rule="tick", Targets=[{"Id": "f", "Arn": function.configuration["FunctionArn"]}])
    if allowed:
        let_in(function)


def received(function: Function) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("EVENT ")) for line in function.logs(5_000) if line.startswith("EVENT ")]


def times(function: Function) -> list[datetime]:
    return [datetime.fromisoformat(event["time"]) for event in received(function)]


def test_the_event_of_a_schedule_is_aws_s_own(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-shaped")
    tick(events, function, "rate(1 minute)")
    lab.clock.advance(seconds=60)
    (event,) = received(function)
    assert differences(event, EVENTBRIDGE) == []
    told = (event["source"], event["detail-type"], event["detail"], event["resources"])
    assert told == ("aws.events", "Scheduled Event", {}, [RULE])


def test_a_day_of_five_minutes_is_288_runs_in_order_with_the_right_times(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-fives")
    made = now(lab)
    tick(events, function, "rate(5 minutes)")
    began = time.monotonic()
    lab.clock.advance(seconds=86_400)
    taken = time.monotonic() - began
    seen = times(function)
    assert len(seen) == 288
    assert {b - a for a, b in pairwise(seen)} == {timedelta(minutes=5)}
    assert timedelta(minutes=5, seconds=-1) < seen[0] - made < timedelta(minutes=5, seconds=5)
    history = [invocation.time for invocation in lab.history("tick-fives")]
    assert len(history) == 288 and history == sorted(history)
    assert taken < 60  # seconds of this machine, however busy; a benchmark measures it


def test_three_in_the_morning_is_utc(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-nightly")
    tick(events, function, "cron(0 3 * * ? *)")
    lab.clock.advance(seconds=3 * 86_400)
    assert [(moment.hour, moment.minute, moment.second) for moment in times(function)] == [(3, 0, 0)] * 3


def test_a_rule_that_is_off_fires_nothing_and_keeps_its_beat(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-switched")
    tick(events, function, "rate(10 minutes)")
    lab.clock.advance(seconds=600)
    events.disable_rule(Name="tick")
    lab.clock.advance(seconds=1_500)
    assert len(times(function)) == 1
    events.enable_rule(Name="tick")
    lab.clock.advance(seconds=600)
    first, second = times(function)
    assert second - first == timedelta(minutes=30)


def test_a_rule_made_disabled_waits_until_it_is_on(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-later")
    tick(events, function, "rate(1 hour)", State="DISABLED")
    lab.clock.advance(seconds=7_200)
    assert times(function) == []
    events.enable_rule(Name="tick")
    lab.clock.advance(seconds=3_600)
    assert len(times(function)) == 1


def test_a_deleted_rule_fires_nothing_more(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-dropped")
    tick(events, function, "rate(1 minute)")
    lab.clock.advance(seconds=60)
    with pytest.raises(ClientError, match="Rule can't be deleted since it has targets"):
        events.delete_rule(Name="tick")
    events.remove_targets(Rule="tick", Ids=["f"])
    events.delete_rule(Name="tick")
    lab.clock.advance(seconds=600)
    assert len(times(function)) == 1


def test_a_changed_expression_counts_from_the_change(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-changing")
    tick(events, function, "rate(1 hour)")
    lab.clock.advance(seconds=1_800)
    changed = now(lab)
    events.put_rule(Name="tick", ScheduleExpression="rate(20 minutes)")
    lab.clock.advance(seconds=2_400)
    first, second = times(function)
    assert second - first == timedelta(minutes=20)
    assert abs(first - changed - timedelta(minutes=20)) < timedelta(seconds=2)


def test_a_rule_that_gets_a_pattern_instead_stops_ticking(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-patterned")
    tick(events, function, "rate(1 minute)")
    events.put_rule(Name="tick", EventPattern=json.dumps({"source": ["shop"]}))
    lab.clock.advance(seconds=300)
    assert times(function) == []


def test_an_input_replaces_the_event(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-constant")
    tick(events, function, "rate(1 minute)")
    target = {"Id": "f", "Arn": function.configuration["FunctionArn"], "Input": '{"dry_run": true}'}
    events.put_targets(Rule="tick", Targets=[target])
    lab.clock.advance(seconds=60)
    assert received(function) == [{"dry_run": True}]


def test_without_the_permission_nothing_runs_and_explain_tells_it(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-shut")
    tick(events, function, "rate(1 minute)", allowed=False)
    lab.clock.advance(seconds=60)
    assert times(function) == []
    (step,) = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert (step.outcome, step.source) == ("denied", RULE)
    assert "no statement of the policy lets events.amazonaws.com do lambda:InvokeFunction" in str(
        lab.explain("tick-shut")
    )
    exec(step.advice, {"boto3": boto3})
    lab.clock.advance(seconds=60)
    assert len(times(function)) == 1


def test_a_function_that_fails_is_tried_again_by_lambda_and_not_by_the_rule(
    deploy: Deploy, lab: Lab, events: Any
) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError(event['time'])", name="tick-failing")
    tick(events, function, "rate(1 hour)")
    lab.clock.advance(seconds=3_600 + 600)
    assert [invocation.attempt for invocation in lab.history("tick-failing")] == [1, 2, 3]
    assert len(lab.steps(kind="delivery", target=function.configuration["FunctionArn"])) == 1


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"ScheduleExpression": "cron(0 3 * * *)"}, "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "rate(1 minutes)"}, "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "at(2030-01-01T00:00:00)"}, "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "rate(1 minute)", "EventBusName": "own"}, "supported only on the default event bus."),
    ],
)
def test_a_rule_is_refused_in_aws_s_words(lab: Lab, events: Any, given: dict[str, str], text: str) -> None:
    events.create_event_bus(Name="own")
    with pytest.raises(ClientError) as refused:
        events.put_rule(Name="tick", **given)
    events.delete_event_bus(Name="own")
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException" and error["Message"].endswith(text)


def test_why_an_expression_was_refused_stands_in_the_journal(lab: Lab, events: Any) -> None:
    with pytest.raises(ClientError):
        events.put_rule(Name="tick", ScheduleExpression="cron(0 3 * * *)")
    step = lab.steps(kind="rule", source=RULE)[-1]
    assert (step.outcome, step.name) == ("expression", "events:PutRule")
    assert step.reason.startswith("AWS's cron has six fields, and here are 5")


def test_the_clock_may_be_turned_in_many_small_steps(deploy: Deploy, lab: Lab, events: Any) -> None:
    function = deploy(ECHO, name="tick-steps")
    until(lab, (now(lab) + timedelta(minutes=2)).replace(second=30, microsecond=0))
    tick(events, function, "cron(0/2 * * * ? *)")
    for _ in range(20):
        lab.clock.advance(seconds=20)
    assert len(times(function)) in (3, 4) and {b - a for a, b in pairwise(times(function))} == {timedelta(minutes=2)}


def test_a_rule_lives_in_its_region(deploy: Deploy, lab: Lab, events: Any) -> None:
    """The same name in another region is another rule, with another clock."""
    function = deploy(ECHO, name="tick-at-home")
    tick(events, function, "rate(1 hour)")
    abroad = boto3.client("events", region_name="eu-west-1")
    abroad.put_rule(Name="tick", ScheduleExpression="rate(10 minutes)")
    lab.clock.advance(seconds=3_600)
    abroad.delete_rule(Name="tick")
    assert len(times(function)) == 1
    assert {event["region"] for event in received(function)} == {"us-east-1"}
