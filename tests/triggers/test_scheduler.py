"""EventBridge Scheduler: what it calls, when, with whose rights, and what AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from tests.triggers.clocks import let_into_the_queue, moment, now, until

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))"
ROLE = "arn:aws:iam::123456789012:role/unknown-to-iam"
ACCOUNT = "123456789012"
TIMES = '{"at": "<aws.scheduler.scheduled-time>"}'


@pytest.fixture
def scheduler(lab: Lab) -> Iterator[Any]:
    client = boto3.client("scheduler")
    yield client
    for group in client.list_schedule_groups()["ScheduleGroups"]:
        for found in client.list_schedules(GroupName=group["Name"])["Schedules"]:
            client.delete_schedule(Name=found["Name"], GroupName=found["GroupName"])
        if group["Name"] != "default":
            client.delete_schedule_group(Name=group["Name"])


def create(client: Any, target: str, expression: str, **more: Any) -> str:
    """A schedule by the name of `s`; target's settings stand beside the schedule's."""
    inner = {
        name: more.pop(name)
        for name in ("Input", "RoleArn", "DeadLetterConfig", "EventBridgeParameters")
        if name in more
    }
    given = {
        "Name": "s",
        "ScheduleExpression": expression,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": target, "RoleArn": ROLE, **inner},
    }
    return str(client.create_schedule(**{**given, **more})["ScheduleArn"])


def arn(function: Function) -> str:
    return str(function.configuration["FunctionArn"])


def received(function: Function) -> list[Any]:
    return [json.loads(line.removeprefix("EVENT ")) for line in function.logs() if line.startswith("EVENT ")]


def times(function: Function) -> list[str]:
    return [event["at"] for event in received(function)]


def test_without_an_input_the_function_gets_the_schedulers_own_event(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-bare")
    when = moment(lab, hours=2)
    made = create(scheduler, arn(function), f"at({when:%Y-%m-%dT%H:%M:%S})")
    lab.clock.advance(seconds=7200)
    (event,) = received(function)
    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [made],
        "detail": "{}",
    }


def test_an_input_replaces_the_event_and_its_words_in_brackets_are_filled_in(
    deploy: Deploy, lab: Lab, scheduler: Any
) -> None:
    function = deploy(ECHO, name="call-given")
    when = moment(lab, hours=1)
    words = {
        "a": "<aws.scheduler.schedule-arn>",
        "t": "<aws.scheduler.scheduled-time>",
        "n": "<aws.scheduler.attempt-number>",
    }
    made = create(scheduler, arn(function), f"at({when:%Y-%m-%dT%H:%M:%S})", Input=json.dumps(words))
    lab.clock.advance(seconds=3600)
    assert received(function) == [{"a": made, "t": f"{when:%Y-%m-%dT%H:%M:%SZ}", "n": "1"}]


def test_a_rate_begins_at_once_and_then_keeps_its_beat(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-beat")
    create(scheduler, arn(function), "rate(10 minutes)", Input=TIMES)
    lab.clock.advance(seconds=1800)
    seen = [datetime.fromisoformat(time) for time in times(function)]
    assert len(seen) == 4
    assert [b - a for a, b in pairwise(seen)] == [timedelta(minutes=10)] * 3


def test_nine_in_vienna_is_another_hour_in_utc_when_the_clocks_change(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    zone = ZoneInfo("Europe/Vienna")
    change = next_change(now(lab), zone)
    until(lab, change - timedelta(days=1, hours=12))
    function = deploy(ECHO, name="call-vienna")
    create(scheduler, arn(function), "cron(0 9 * * ? *)", ScheduleExpressionTimezone="Europe/Vienna", Input=TIMES)
    lab.clock.advance(seconds=3 * 86_400)
    seen = [datetime.fromisoformat(time) for time in times(function)]
    assert {time.astimezone(zone).hour for time in seen} == {9}
    assert len({time.hour for time in seen}) == 2 and len(seen) == 3


def next_change(after: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which the clocks of a zone are changed."""
    moment = after.replace(minute=0, second=0, microsecond=0)
    while moment.astimezone(zone).utcoffset() == (moment + timedelta(hours=1)).astimezone(zone).utcoffset():
        moment += timedelta(hours=1)
    return moment + timedelta(hours=1)


def test_a_window_puts_the_call_off_but_not_past_its_end(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-windowed")
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    create(scheduler, arn(function), "cron(0 * * * ? *)", FlexibleTimeWindow=window, Input=TIMES)
    until(lab, (now(lab) + timedelta(hours=1)).replace(minute=59, second=0, microsecond=0))
    lab.clock.advance(seconds=12 * 3600)
    steps = lab.steps(kind="delivery", target=arn(function))
    late = [step.began % 3600 for step in steps]
    assert len(late) >= 12 and all(0 <= seconds < 901 for seconds in late) and len({int(s) for s in late}) > 6
    assert all(time.endswith(":00:00Z") for time in times(function))  # the planned moment stays


def test_nothing_comes_before_the_start_or_after_the_end(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-bounded")
    start = moment(lab, hours=2)
    create(
        scheduler,
        arn(function),
        "rate(1 hour)",
        Input=TIMES,
        StartDate=start,
        EndDate=start + timedelta(hours=2, minutes=30),
    )
    lab.clock.advance(seconds=86_400)
    assert times(function) == [f"{start + timedelta(hours=h):%Y-%m-%dT%H:%M:%SZ}" for h in range(3)]


@pytest.mark.parametrize(("expression", "more"), [("at", {}), ("rate(1 hour)", {"end": True})])
def test_a_schedule_that_is_to_be_deleted_is_gone_after_its_last_time(
    deploy: Deploy, lab: Lab, scheduler: Any, expression: str, more: dict[str, bool]
) -> None:
    function = deploy(ECHO, name=f"call-once-{expression[:2]}")
    when = moment(lab, hours=3)
    end = {"EndDate": when} if more else {}
    written = f"at({when:%Y-%m-%dT%H:%M:%S})" if expression == "at" else expression
    create(scheduler, arn(function), written, ActionAfterCompletion="DELETE", **end)
    assert scheduler.get_schedule(Name="s")["State"] == "ENABLED"
    lab.clock.advance(seconds=4 * 3600)
    assert received(function)
    with pytest.raises(ClientError) as gone:
        scheduler.get_schedule(Name="s")
    assert gone.value.response["Error"]["Code"] == "ResourceNotFoundException"


def change(client: Any, function: Function, expression: str, **more: Any) -> None:
    target = {"Arn": arn(function), "RoleArn": ROLE, "Input": TIMES}
    client.update_schedule(
        **{
            "Name": "s",
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
            **more,
        }
    )


def test_a_schedule_that_is_off_deleted_or_changed_follows_its_last_setting(
    deploy: Deploy, lab: Lab, scheduler: Any
) -> None:
    function = deploy(ECHO, name="call-settings")
    until(lab, (now(lab) + timedelta(hours=1)).replace(minute=30, second=0, microsecond=0))
    create(scheduler, arn(function), "cron(0 * * * ? *)", Input=TIMES)
    lab.clock.advance(seconds=3600)
    assert len(times(function)) == 1
    change(scheduler, function, "cron(0 * * * ? *)", State="DISABLED")
    lab.clock.advance(seconds=2 * 3600)
    assert len(times(function)) == 1
    change(scheduler, function, "cron(0/20 * * * ? *)")
    assert scheduler.get_schedule(Name="s")["State"] == "ENABLED"
    lab.clock.advance(seconds=3600)
    assert len(times(function)) == 4
    scheduler.delete_schedule(Name="s")
    lab.clock.advance(seconds=3600)
    assert len(times(function)) == 4


def test_deleting_a_group_deletes_its_schedules(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-grouped")
    scheduler.create_schedule_group(Name="night")
    made = create(scheduler, arn(function), "cron(0 0/1 * * ? *)", GroupName="night", Input=TIMES)
    assert made.endswith(":schedule/night/s")
    with pytest.raises(ClientError, match="Schedule group night already exists"):
        scheduler.create_schedule_group(Name="night")
    scheduler.delete_schedule_group(Name="night")
    lab.clock.advance(seconds=2 * 3600)
    assert times(function) == []


# -- rights ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def role(lab: Lab) -> Iterator[str]:
    iam = boto3.client("iam")
    made = iam.create_role(RoleName="clock", AssumeRolePolicyDocument=trusting("scheduler.amazonaws.com"))["Role"][
        "Arn"
    ]
    yield made
    for name in iam.list_role_policies(RoleName="clock")["PolicyNames"]:
        iam.delete_role_policy(RoleName="clock", PolicyName=name)
    iam.delete_role(RoleName="clock")


def trusting(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_schedules_role_must_allow_the_call_and_the_advice_makes_it_so(
    deploy: Deploy, lab: Lab, scheduler: Any, role: str
) -> None:
    function = deploy(ECHO, name="call-guarded")
    create(scheduler, arn(function), "rate(1 hour)", RoleArn=role, Input=TIMES)
    lab.clock.advance(seconds=1800)
    (step,) = lab.steps(kind="delivery", target=arn(function))
    assert step.outcome == "denied" and "role clock may not do lambda:InvokeFunction" in step.reason
    assert "role clock may not do lambda:InvokeFunction" in str(lab.explain("call-guarded"))
    assert times(function) == []
    exec(step.advice, {"boto3": boto3})
    lab.clock.advance(seconds=3600)
    assert len(times(function)) == 1


def test_what_may_not_be_called_goes_to_the_dead_letter_queue(
    deploy: Deploy, lab: Lab, scheduler: Any, role: str
) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    letters = f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": letters}
    boto3.client("iam").put_role_policy(
        RoleName="clock",
        PolicyName="letters",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    function = deploy(ECHO, name="call-buried")
    made = create(
        scheduler, arn(function), "rate(1 day)", RoleArn=role, Input='{"n": 1}', DeadLetterConfig={"Arn": letters}
    )
    lab.clock.advance(seconds=60)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    said = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert message["Body"] == '{"n": 1}'
    assert (said["ERROR_CODE"], said["SCHEDULE_ARN"], said["TARGET_ARN"]) == (
        "AccessDeniedException",
        made,
        arn(function),
    )
    sqs.delete_queue(QueueUrl=url)


def test_a_function_that_is_gone_is_told(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    gone = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:never-there"
    create(scheduler, gone, "rate(1 day)")
    lab.clock.advance(seconds=60)
    (step,) = lab.steps(kind="delivery", target=gone)
    assert (step.outcome, step.source.split("/")[-1]) == ("missing", "s")


def test_a_queue_a_topic_and_a_bus_are_called_too(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    sqs, sns, events = boto3.client("sqs"), boto3.client("sns"), boto3.client("events")
    url = sqs.create_queue(QueueName="ticks")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:ticks"
    topic = sns.create_topic(Name="ticks")["TopicArn"]
    bus = events.create_event_bus(Name="ticks")["EventBusArn"]
    rule = events.put_rule(Name="ticks", EventBusName="ticks", EventPattern='{"detail": {"n": [7]}}')["RuleArn"]
    events.put_targets(Rule="ticks", EventBusName="ticks", Targets=[{"Id": "q", "Arn": queue}])
    let_into_the_queue(url, queue, {"sns.amazonaws.com": topic, "events.amazonaws.com": rule})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    told = {"Source": "shop", "DetailType": "Tick"}
    create(scheduler, queue, "rate(1 day)", Input="to the queue", Name="q")
    create(scheduler, topic, "rate(1 day)", Input="to the topic", Name="t")
    create(scheduler, bus, "rate(1 day)", Input='{"n": 7}', Name="b", EventBridgeParameters=told)
    lab.clock.advance(seconds=1)
    bodies = [message["Body"] for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    (event,) = [json.loads(body) for body in bodies if body.startswith("{")]
    assert sorted(body for body in bodies if not body.startswith("{")) == ["to the queue", "to the topic"]
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "Tick", {"n": 7})
    events.remove_targets(Rule="ticks", EventBusName="ticks", Ids=["q"])
    events.delete_rule(Name="ticks", EventBusName="ticks")
    events.delete_event_bus(Name="ticks")
    sns.delete_topic(TopicArn=topic)
    sqs.delete_queue(QueueUrl=url)


# -- refusals --------------------------------------------------------------------------------------------------------


def refused(**given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        create(boto3.client("scheduler"), **given)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def test_a_bad_expression_is_refused_with_awss_sentence_and_the_journal_says_why(deploy: Deploy, lab: Lab) -> None:
    function = deploy(ECHO, name="call-badly")
    said = refused(target=arn(function), expression="cron(0 3 * * *)")
    assert said == ("ValidationException", "Invalid Schedule Expression cron(0 3 * * *).")
    assert "AWS's cron has six fields, and here are 5" in str(lab.explain("call-badly"))


def test_a_role_that_does_not_trust_the_scheduler_is_refused(lab: Lab, scheduler: Any) -> None:
    iam = boto3.client("iam")
    made = iam.create_role(RoleName="lambdas", AssumeRolePolicyDocument=trusting("lambda.amazonaws.com"))["Role"]["Arn"]
    target = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    assert refused(target=target, expression="rate(1 day)", RoleArn=made) == (
        "ValidationException",
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    )
    iam.delete_role(RoleName="lambdas")


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        ({"GroupName": "nowhere"}, "ResourceNotFoundException", "Schedule group nowhere does not exist."),
        ({"Input": "not json"}, "ValidationException", "well-formed JSON"),
        ({"ScheduleExpressionTimezone": "Europe/Wien"}, "ValidationException", "ScheduleExpressionTimezone"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "ValidationException", "MaximumWindowInMinutes"),
        ({"Name": "a b"}, "ValidationException", "regular expression pattern"),
    ],
)
def test_what_cannot_be_is_refused(lab: Lab, scheduler: Any, more: dict[str, Any], code: str, text: str) -> None:
    target = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    found = refused(target=target, expression="rate(1 day)", **more)
    assert found[0] == code and text in found[1]


def test_a_target_is_an_arn(lab: Lab, scheduler: Any) -> None:
    wanted = ("ValidationException", "Provided Arn is not in correct format.")
    assert refused(target="the-function", expression="rate(1 day)") == wanted


def test_what_the_targets_own_service_refuses_is_told_and_goes_to_the_dead_letters(lab: Lab, scheduler: Any) -> None:
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="order.fifo", Attributes={"FifoQueue": "true"})
    url, target = sqs.create_queue(QueueName="letters")["QueueUrl"], f"arn:aws:sqs:us-east-1:{ACCOUNT}:order.fifo"
    create(
        scheduler,
        target,
        "rate(1 day)",
        Input="x",
        DeadLetterConfig={"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"},
    )
    lab.clock.advance(seconds=1)
    (step,) = lab.steps(kind="delivery", target=target)
    assert step.outcome == "failed" and step.reason
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "x"
    for name in ("order.fifo", "letters"):
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def test_two_schedules_of_a_group_cannot_have_one_name(lab: Lab, scheduler: Any) -> None:
    target = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    create(scheduler, target, "rate(1 day)", State="DISABLED")
    assert refused(target=target, expression="rate(1 day)")[0] == "ConflictException"


def test_an_update_of_a_schedule_that_is_not_there_is_refused(deploy: Deploy, lab: Lab, scheduler: Any) -> None:
    function = deploy(ECHO, name="call-absent")
    with pytest.raises(ClientError, match="Schedule s does not exist"):
        change(scheduler, function, "rate(1 day)")
