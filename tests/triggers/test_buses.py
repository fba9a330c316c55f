"""EventBridge: events on buses reach the targets of the rules that mean them, and what does not arrive says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.observe.journal import Step
from lambdalab.topology import BROKEN, DID
from tests.events.keys import EVENTBRIDGE, S3_ON_THE_BUS, differences

Deploy = Callable[..., Function]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"
PAID = {"detail": {"total": [{"numeric": [">=", 100]}]}}
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
REGION = "arn:aws:events:us-east-1:123456789012"


class Bus:
    """A custom bus with rules, and queues that EventBridge may write to."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab, self.name, self.client = lab, name, boto3.client("events")
        self.arn: str = self.client.create_event_bus(Name=name)["EventBusArn"]
        self._queues: list[str] = []

    def rule(self, name: str, *targets: dict[str, Any], pattern: Any = PAID) -> str:
        """Write a rule with targets, and tell its ARN."""
        arn: str = self.client.put_rule(Name=name, EventBusName=self.name, EventPattern=json.dumps(pattern))["RuleArn"]
        if targets:
            numbered = [{"Id": str(number), **target} for number, target in enumerate(targets)]
            self.client.put_targets(Rule=name, EventBusName=self.name, Targets=numbered)
        return arn

    def put(self, detail: dict[str, Any] | None = None, **more: Any) -> str:
        """Put one event, let everything be done, and tell the event's id."""
        entry = {"Source": "shop", "DetailType": "Paid", "EventBusName": self.name, **more}
        answer = self.client.put_events(Entries=[{**entry, "Detail": json.dumps(detail or {"total": 100})}])
        assert answer["FailedEntryCount"] == 0
        self.lab.clock.advance(seconds=0)
        return str(answer["Entries"][0]["EventId"])

    def queue(self, name: str, *, open_to: str = f"{REGION}:rule/*", **attributes: str) -> str:
        """Make a queue that lets EventBridge in for these rules, and tell its ARN."""
        suffix = ".fifo" if "FifoQueue" in attributes else ""
        url = boto3.client("sqs").create_queue(QueueName=f"{self.name}-{name}{suffix}", Attributes=attributes)[
            "QueueUrl"
        ]
        self._queues.append(url)
        arn = f"arn:aws:sqs:us-east-1:123456789012:{self.name}-{name}{suffix}"
        if open_to:
            policy = {"Statement": [self.statement("sqs:SendMessage", arn, open_to)]}
            boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        return arn

    @staticmethod
    def statement(action: str, resource: str, source: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": action,
            "Resource": resource,
            "Condition": {"ArnLike": {"aws:SourceArn": source}},
        }

    def steps(self, target: str) -> list[Step]:
        return self.lab.steps(kind="delivery", target=target)

    def close(self) -> None:
        for rule in self.client.list_rules(EventBusName=self.name)["Rules"]:
            targets = self.client.list_targets_by_rule(Rule=rule["Name"], EventBusName=self.name)["Targets"]
            if targets:
                ids = [target["Id"] for target in targets]
                self.client.remove_targets(Rule=rule["Name"], EventBusName=self.name, Ids=ids)
            self.client.delete_rule(Name=rule["Name"], EventBusName=self.name)
        self.client.delete_event_bus(Name=self.name)
        for url in self._queues:
            boto3.client("sqs").delete_queue(QueueUrl=url)


@pytest.fixture
def make_bus(lab: Lab) -> Iterator[Callable[[str], Bus]]:
    made: list[Bus] = []

    def make(name: str) -> Bus:
        made.append(Bus(lab, name))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


@pytest.fixture
def bus(make_bus: Callable[[str], Bus], request: pytest.FixtureRequest) -> Bus:
    return make_bus(f"b{abs(hash(request.node.name)) % 10**8}")


def let_in(function: Function, rule_arn: str) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId=rule_arn.rpartition("/")[2],
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule_arn,
    )


def arn_of(function: Function) -> str:
    return str(function.configuration["FunctionArn"])


def got(function: Function, count: int = 1) -> list[Any]:
    """What the function's first runs were given."""
    function.wait(count)
    return [json.loads(line) for line in function.logs(1000) if line.startswith(("{", '"'))]


def messages(queue_arn: str) -> list[dict[str, Any]]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
    asked = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
    return found


def letter(queue_arn: str) -> dict[str, str]:
    """The attributes of the only dead letter."""
    (message,) = messages(queue_arn)
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


# From a bus to functions


def test_a_function_gets_the_event_with_awss_envelope_from_a_custom_bus(deploy: Deploy, bus: Bus) -> None:
    function = deploy(ECHO, name="on-a-bus")
    let_in(function, bus.rule("paid", {"Arn": arn_of(function)}))
    event_id = bus.put({"total": 120}, Resources=["arn:a"], Time=1_767_268_800)
    (event,) = got(function)
    assert differences(event, EVENTBRIDGE) == []
    assert (event["id"], event["source"], event["detail-type"]) == (event_id, "shop", "Paid")
    assert (event["detail"], event["resources"], event["time"]) == ({"total": 120}, ["arn:a"], "2026-01-01T12:00:00Z")


def test_the_default_bus_is_meant_where_none_is_named_and_an_arn_names_one_too(deploy: Deploy, lab: Lab) -> None:
    events, function = boto3.client("events"), deploy(ECHO, name="on-the-default")
    arn = events.put_rule(Name="default-paid", EventPattern=json.dumps({"source": ["shop.default"]}))["RuleArn"]
    assert arn == f"{REGION}:rule/default-paid"
    let_in(function, arn)
    events.put_targets(Rule="default-paid", Targets=[{"Id": "1", "Arn": arn_of(function)}])
    entry = {"Source": "shop.default", "DetailType": "Paid", "Detail": "{}"}
    events.put_events(Entries=[entry, {**entry, "EventBusName": f"{REGION}:event-bus/default"}])
    assert len(got(function, 2)) == 2
    events.remove_targets(Rule="default-paid", Ids=["1"])
    events.delete_rule(Name="default-paid")


def test_a_rule_that_does_not_match_leaves_the_reason_for_the_function_that_did_not_run(
    deploy: Deploy, lab: Lab, bus: Bus
) -> None:
    function = deploy(ECHO, name="not-meant")
    let_in(function, bus.rule("paid", {"Arn": arn_of(function)}))
    bus.put({"total": 99})
    (step,) = bus.steps(arn_of(function))
    assert step.outcome == "filtered"
    assert step.reason.endswith("the value of detail.total is 99, and the pattern wants numeric >= 100")
    assert "the value of detail.total is 99" in str(lab.explain("not-meant"))


def test_a_disabled_rule_sends_nothing_and_says_so(deploy: Deploy, lab: Lab, bus: Bus) -> None:
    function = deploy(ECHO, name="switched-off")
    let_in(function, bus.rule("paid", {"Arn": arn_of(function)}))
    bus.client.disable_rule(Name="paid", EventBusName=bus.name)
    bus.put()
    bus.client.enable_rule(Name="paid", EventBusName=bus.name)
    bus.put()
    assert [step.outcome for step in bus.steps(arn_of(function))] == ["disabled", "ok"]
    assert bus.steps(arn_of(function))[0].reason == "the rule paid is disabled"
    told = str(lab.explain("switched-off"))
    assert "not sent, no code ran: the rule paid is disabled." in told and "enable_rule" in told


def test_each_of_several_rules_and_targets_gets_the_event_by_itself(deploy: Deploy, bus: Bus) -> None:
    functions = [deploy(ECHO, name=f"one-of-three-{number}") for number in range(3)]
    first = bus.rule("first", *({"Arn": arn_of(function)} for function in functions[:2]))
    second = bus.rule("second", {"Arn": arn_of(functions[2])}, pattern={"source": ["shop"]})
    for function, rule in zip(functions, (first, first, second), strict=True):
        let_in(function, rule)
    event_id = bus.put()
    assert [got(function)[0]["id"] for function in functions] == [event_id] * 3


def test_the_trace_header_of_an_entry_goes_on_to_the_function(deploy: Deploy, lab: Lab, bus: Bus) -> None:
    function = deploy(ECHO, name="traced-on-the-bus")
    let_in(function, bus.rule("paid", {"Arn": arn_of(function)}))
    bus.put(TraceHeader=f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
    (run,) = function.wait(1)
    assert run.trace == ROOT
    assert bus.steps(arn_of(function))[0].trace == ROOT


def test_an_event_that_a_function_puts_belongs_to_the_trace_of_its_run(deploy: Deploy, bus: Bus) -> None:
    sends = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        f'    entry = {{"Source": "shop", "DetailType": "Paid", "EventBusName": "{bus.name}"}}\n'
        '    boto3.client("events").put_events(Entries=[{**entry, "Detail": json.dumps(event)}])'
    )
    sender, receiver = deploy(sends, name="puts-an-event"), deploy(ECHO, name="gets-an-event")
    let_in(receiver, bus.rule("paid", {"Arn": arn_of(receiver)}))
    sender.invoke({"total": 500})
    assert receiver.wait(1)[0].trace == sender.wait(1)[0].trace


def test_events_of_a_bucket_reach_rules_of_the_default_bus(deploy: Deploy, lab: Lab) -> None:
    events, s3, function = boto3.client("events"), boto3.client("s3"), deploy(ECHO, name="sees-a-bucket")
    s3.create_bucket(Bucket="on-the-bus")
    on = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket="on-the-bus", NotificationConfiguration=on)
    pattern = {"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".jpg"}]}}}
    rule = events.put_rule(Name="pictures", EventPattern=json.dumps(pattern))["RuleArn"]
    let_in(function, rule)
    events.put_targets(Rule="pictures", Targets=[{"Id": "1", "Arn": arn_of(function)}])
    s3.put_object(Bucket="on-the-bus", Key="notes.txt", Body=b"1")
    s3.put_object(Bucket="on-the-bus", Key="cat.jpg", Body=b"1")
    (event,) = got(function)
    assert differences(event, S3_ON_THE_BUS) == []
    assert event["detail"]["object"]["key"] == "cat.jpg"
    events.remove_targets(Rule="pictures", Ids=["1"])
    events.delete_rule(Name="pictures")
    for key in ("notes.txt", "cat.jpg"):
        s3.delete_object(Bucket="on-the-bus", Key=key)
    s3.delete_bucket(Bucket="on-the-bus")


# What is not delivered


def test_without_permission_nothing_is_tried_again_and_the_advice_opens_the_function(
    deploy: Deploy, lab: Lab, bus: Bus
) -> None:
    function, dead = deploy(ECHO, name="closed-to-the-bus"), bus.queue("dead")
    rule = bus.rule("paid", {"Arn": arn_of(function), "DeadLetterConfig": {"Arn": dead}})
    event_id = bus.put()
    lab.clock.advance(hours=1)
    (step,) = bus.steps(arn_of(function))
    assert step.outcome == "denied"
    (message,) = messages(dead)
    assert json.loads(message["Body"])["id"] == event_id
    told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert told["ERROR_MESSAGE"] == step.reason
    assert {name: told[name] for name in told if name != "ERROR_MESSAGE"} == {
        "RULE_ARN": rule,
        "TARGET_ARN": arn_of(function),
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
    }
    exec(step.advice, {"boto3": boto3})
    second = bus.put()
    assert got(function)[0]["id"] == second


def test_a_permission_for_another_rule_does_not_open_the_function(deploy: Deploy, bus: Bus) -> None:
    function = deploy(ECHO, name="open-to-another")
    bus.rule("paid", {"Arn": arn_of(function)})
    let_in(function, bus.rule("unpaid"))
    bus.put()
    (step,) = bus.steps(arn_of(function))
    assert step.outcome == "denied"
    assert "unpaid" in step.reason


def test_an_event_for_a_function_that_is_gone_is_a_dead_letter_at_once(bus: Bus) -> None:
    dead, gone = bus.queue("dead"), "arn:aws:lambda:us-east-1:123456789012:function:nobody-of-a-rule"
    bus.rule("paid", {"Arn": gone, "DeadLetterConfig": {"Arn": dead}})
    bus.put()
    assert letter(dead)["ERROR_CODE"] == "NO_RESOURCE"
    assert [step.outcome for step in bus.steps(gone)] == ["missing"]


def test_a_dead_letter_queue_that_does_not_let_eventbridge_in_stays_empty_and_the_loss_is_a_step(bus: Bus) -> None:
    dead, gone = bus.queue("dead", open_to=""), "arn:aws:lambda:us-east-1:123456789012:function:nobody-of-a-rule"
    rule = bus.rule("paid", {"Arn": gone, "DeadLetterConfig": {"Arn": dead}})
    bus.put()
    assert messages(dead) == []
    (step,) = bus.steps(dead)
    assert (step.name, step.outcome, step.source) == ("events:DeadLetter", "denied", rule)
    assert "sqs:SendMessage" in step.advice and rule in step.advice


def test_a_function_that_raises_is_lambdas_matter_and_no_dead_letter_of_the_rule(deploy: Deploy, bus: Bus) -> None:
    function, dead = (
        deploy("def handler(event, context):\n    raise ValueError", name="raises-on-a-bus"),
        bus.queue("dead"),
    )
    let_in(function, bus.rule("paid", {"Arn": arn_of(function), "DeadLetterConfig": {"Arn": dead}}))
    bus.put()
    bus.lab.clock.advance(minutes=10)
    assert [run.attempt for run in function.wait(3)] == [1, 2, 3]
    assert messages(dead) == []


def test_a_bus_that_does_not_exist_is_answered_as_if_all_went_well_and_the_loss_is_a_step(lab: Lab) -> None:
    entry = {"Source": "shop", "DetailType": "Paid", "Detail": "{}", "EventBusName": "nowhere"}
    answer = boto3.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0 and answer["Entries"][0]["EventId"]
    (step,) = lab.steps(kind="delivery", source=f"{REGION}:event-bus/nowhere")
    assert (step.outcome, step.reason) == ("missing", "there is no bus nowhere; PutEvents answers as if all went well")


def test_a_bus_without_rules_and_a_rule_without_targets_are_told_apart(lab: Lab, bus: Bus) -> None:
    bus.put()
    rule = bus.rule("paid")
    bus.put()
    (nobody,) = lab.steps(kind="delivery", source=bus.arn)
    (without,) = lab.steps(kind="delivery", source=rule)
    assert (nobody.outcome, nobody.reason) == ("filtered", f"the bus {bus.name} has no rule for events")
    assert (without.outcome, without.reason) == ("untargeted", "the rule paid matches, and it has no target")
    named = [station.name for step in (nobody, without) for station in lab.trace(step.trace)[0].stations]
    assert f"bus {bus.name}" in named and "rule paid" in named and "" not in named


# Other targets


def test_a_queue_gets_the_event_only_where_its_policy_lets_the_rule_in(bus: Bus) -> None:
    closed = bus.queue("closed", open_to=f"{REGION}:rule/{bus.name}/another")
    opened = bus.queue("opened")
    bus.rule("paid", {"Arn": closed}, {"Arn": opened})
    event_id = bus.put()
    assert messages(closed) == []
    (message,) = messages(opened)
    assert json.loads(message["Body"])["id"] == event_id
    assert message["Attributes"]["AWSTraceHeader"].startswith("Root=")
    assert [step.outcome for step in bus.steps(closed)] == ["denied"]


def test_a_fifo_queue_gets_the_group_that_the_target_names(bus: Bus) -> None:
    fifo = bus.queue("ordered", FifoQueue="true", ContentBasedDeduplication="true")
    bus.rule("paid", {"Arn": fifo, "SqsParameters": {"MessageGroupId": "orders"}})
    bus.put()
    (message,) = messages(fifo)
    assert message["Attributes"]["MessageGroupId"] == "orders"


def test_a_fifo_queue_without_content_based_deduplication_gets_nothing(bus: Bus) -> None:
    fifo, dead = bus.queue("ordered", FifoQueue="true"), bus.queue("dead")
    parameters = {"SqsParameters": {"MessageGroupId": "orders"}}
    bus.rule("paid", {"Arn": fifo, "DeadLetterConfig": {"Arn": dead}, **parameters})
    bus.put()
    assert messages(fifo) == []
    assert letter(dead)["ERROR_CODE"] == "INVALID_PARAMETER"


def test_a_topic_tells_its_subscribers_where_its_policy_lets_the_rule_in(deploy: Deploy, lab: Lab, bus: Bus) -> None:
    sns, function = boto3.client("sns"), deploy(ECHO, name="behind-a-topic")
    topic = sns.create_topic(Name=f"{bus.name}-topic")["TopicArn"]
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn_of(function))
    rule = bus.rule("paid", {"Arn": topic})
    bus.put()
    assert [step.outcome for step in bus.steps(topic)] == ["denied"]
    policy = json.dumps({"Statement": [bus.statement("sns:Publish", topic, rule)]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    event_id = bus.put()
    (event,) = got(function)
    assert json.loads(event["Records"][0]["Sns"]["Message"])["id"] == event_id
    sns.delete_topic(TopicArn=topic)


def test_a_log_group_gets_a_line_where_a_resource_policy_of_the_logs_lets_eventbridge_in(bus: Bus) -> None:
    logs, name = boto3.client("logs"), f"/aws/events/{bus.name}"
    logs.create_log_group(logGroupName=name)
    group = f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"
    bus.rule("paid", {"Arn": group})
    bus.put()
    assert [step.outcome for step in bus.steps(group)] == ["denied"]
    policy = {"Statement": [bus.statement("logs:PutLogEvents", f"{group}:*", f"{REGION}:rule/*")]}
    logs.put_resource_policy(policyName=bus.name, policyDocument=json.dumps(policy))
    event_id = bus.put()
    (stream,) = logs.describe_log_streams(logGroupName=name)["logStreams"]
    found = logs.get_log_events(logGroupName=name, logStreamName=stream["logStreamName"])["events"]
    assert [json.loads(one["message"])["id"] for one in found] == [event_id]
    logs.delete_resource_policy(policyName=bus.name)
    logs.delete_log_group(logGroupName=name)


def role(name: str, *actions: str) -> str:
    iam = boto3.client("iam")
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    if actions:
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
        }
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return arn


def test_another_bus_is_reached_with_a_role_and_a_third_one_not(make_bus: Callable[[str], Bus], deploy: Deploy) -> None:
    first, second, third = (make_bus(f"hop-{name}") for name in ("first", "second", "third"))
    function, may = deploy(ECHO, name="behind-two-buses"), role("may-put", "events:PutEvents")
    first.rule("on", {"Arn": second.arn, "RoleArn": may})
    let_in(function, second.rule("paid", {"Arn": arn_of(function)}))
    second.rule("on", {"Arn": third.arn, "RoleArn": may})
    event_id = first.put()
    (event,) = got(function)
    assert event["id"] == event_id
    assert [step.outcome for step in first.steps(second.arn)] == ["ok"]
    (step,) = first.steps(third.arn)
    assert (step.outcome, step.reason) == (
        "failed",
        "an event that came from another bus is not sent on to a third one",
    )


def test_another_bus_is_not_reached_with_a_role_that_may_not_put_events(make_bus: Callable[[str], Bus]) -> None:
    first, second = make_bus("poor-first"), make_bus("poor-second")
    dead = first.queue("dead")
    first.rule("on", {"Arn": second.arn, "RoleArn": role("may-nothing"), "DeadLetterConfig": {"Arn": dead}})
    first.put()
    assert letter(dead)["ERROR_CODE"] == "NO_PERMISSIONS"


def test_a_target_gets_what_its_transformer_makes_of_the_event(deploy: Deploy, bus: Bus) -> None:
    function, queue = deploy(ECHO, name="gets-a-part"), bus.queue("text")
    template = {
        "InputPathsMap": {"total": "$.detail.total"},
        "InputTemplate": '{"sum": <total>, "by": <aws.events.rule-name>}',
    }
    rule = bus.rule(
        "paid",
        {"Arn": arn_of(function), "InputTransformer": template},
        {"Arn": queue, "InputPath": "$.detail.total"},
    )
    let_in(function, rule)
    bus.put({"total": 300})
    assert got(function) == [{"sum": 300, "by": "paid"}]
    assert [message["Body"] for message in messages(queue)] == ["300"]


def test_a_template_that_makes_no_json_is_a_dead_letter_for_a_function(deploy: Deploy, bus: Bus) -> None:
    function, dead = deploy(ECHO, name="gets-no-json"), bus.queue("dead")
    template = {"InputPathsMap": {"total": "$.detail.total"}, "InputTemplate": "the sum is <total>"}
    target = {"Arn": arn_of(function), "InputTransformer": template, "DeadLetterConfig": {"Arn": dead}}
    let_in(function, bus.rule("paid", target))
    bus.put()
    assert letter(dead)["ERROR_CODE"] == "INVALID_JSON"
    assert [step.outcome for step in bus.steps(arn_of(function))] == ["failed"]


# What AWS refuses


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"Source": ""}, "InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."),
        (
            {"DetailType": ""},
            "InvalidArgument",
            "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
        ),
        ({"Detail": ""}, "InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument."),
        ({"Detail": "{no json"}, "MalformedDetail", "Detail is malformed."),
        ({"Detail": '["a list"]'}, "MalformedDetail", "Detail is malformed."),
        ({"Source": "aws.shop"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
    ],
)
def test_a_wrong_entry_is_told_in_its_own_answer_and_the_others_are_taken(
    lab: Lab, change: dict[str, str], code: str, said: str
) -> None:
    good = {"Source": "shop", "DetailType": "Paid", "Detail": "{}"}
    answer = boto3.client("events").put_events(Entries=[good, {**good, **change}])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["EventId"]
    assert (answer["Entries"][1]["ErrorCode"], answer["Entries"][1]["ErrorMessage"]) == (code, said)


def test_more_than_ten_entries_and_more_than_a_megabyte_are_refused_whole(lab: Lab) -> None:
    events, entry = boto3.client("events"), {"Source": "shop", "DetailType": "Paid", "Detail": "{}"}
    code, said = refusal(lambda: events.put_events(Entries=[entry] * 11))
    assert code == "ValidationException"
    assert said.startswith("1 validation error detected: Value '[PutEventsRequestEntry(time=null, source=shop, ")
    assert said.endswith("at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10")
    large = {**entry, "Detail": json.dumps({"text": "x" * 1_048_576})}
    assert refusal(lambda: events.put_events(Entries=[large])) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )


def test_a_pattern_that_aws_does_not_read_is_refused_and_so_is_a_rule_on_no_bus(bus: Bus) -> None:
    assert refusal(lambda: bus.rule("bad", pattern={"source": "shop"})) == (
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: "source" must be an object or an array',
    )
    put = {"Name": "r", "EventBusName": "nowhere", "EventPattern": "{}"}
    assert refusal(lambda: bus.client.put_rule(**{**put, "EventPattern": '{"source": ["a"]}'})) == (
        "ResourceNotFoundException",
        "Event bus nowhere does not exist.",
    )


def test_a_pattern_can_be_tested_against_an_event(lab: Lab) -> None:
    event = {
        "id": "1",
        "account": "123456789012",
        "source": "shop",
        "time": "2026-01-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "Paid",
        "detail": {"total": 100},
    }
    events = boto3.client("events")

    def test(pattern: Any, event: Any) -> bool:
        asked = {"EventPattern": json.dumps(pattern), "Event": event if isinstance(event, str) else json.dumps(event)}
        return bool(events.test_event_pattern(**asked)["Result"])

    assert test(PAID, event)
    assert not test({"detail": {"total": [99]}}, event)
    assert refusal(lambda: test({"source": []}, event))[0] == "InvalidEventPatternException"
    for wrong in ("no json", {"id": "1"}, '"text"'):
        assert refusal(lambda wrong=wrong: test(PAID, wrong)) == (  # type: ignore[misc]
            "ValidationException",
            "Parameter Event is not valid.",
        )


def test_a_rule_has_at_most_five_targets(bus: Bus) -> None:
    bus.rule("paid")

    def put(ids: Sequence[int]) -> None:
        targets = [{"Id": str(one), "Arn": f"arn:aws:lambda:us-east-1:123456789012:function:f{one}"} for one in ids]
        bus.client.put_targets(Rule="paid", EventBusName=bus.name, Targets=targets)

    put(range(5))
    put([0])  # the same one again
    assert refusal(lambda: put([5])) == (
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            {"Input": "{}", "InputPath": "$.detail"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target 1.",
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<a> and <nobody>"'}},
            "InputTemplate for target 1 contains invalid placeholder nobody.",
        ),
        ({"Input": "{no json"}, "JSON syntax error in input for target 1."),
        (
            {"RetryPolicy": {"MaximumRetryAttempts": 186}},
            "1 validation error detected: Value '186' at 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to "
            "satisfy constraint: Member must have value less than or equal to 185",
        ),
        ({"Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}, "Cross-region api call is not allowed."),
        (
            {"Arn": "arn:aws:events:eu-west-1:123456789012:event-bus/default"},
            "RoleArn is required for target arn:aws:events:eu-west-1:123456789012:event-bus/default.",
        ),
    ],
)
def test_a_target_that_aws_does_not_take_is_refused(bus: Bus, target: dict[str, Any], said: str) -> None:
    bus.rule("paid")
    whole = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q", **target}
    put = {"Rule": "paid", "EventBusName": bus.name, "Targets": [whole]}
    assert refusal(lambda: bus.client.put_targets(**put)) == ("ValidationException", said)


def test_what_lambdalab_does_not_have_of_eventbridge_is_said(bus: Bus) -> None:
    bus.rule("paid")
    machine = {
        "Id": "1",
        "Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        "RoleArn": "arn:aws:iam::1:role/r",
    }
    code, said = refusal(lambda: bus.client.put_targets(Rule="paid", EventBusName=bus.name, Targets=[machine]))
    assert (code, said[:41]) == ("NotImplemented", "lambdalab does not have events:PutTargets")
    assert refusal(lambda: bus.client.create_archive(ArchiveName="a", EventSourceArn=bus.arn))[0] == "NotImplemented"


# The map


def test_the_map_draws_custom_buses_dead_letters_and_what_goes_from_bus_to_bus(
    lab: Lab, make_bus: Callable[[str], Bus], deploy: Deploy
) -> None:
    first, second = make_bus("map-first"), make_bus("map-second")
    function, dead = deploy(ECHO, name="on-the-map"), first.queue("dead")
    first.rule("on", {"Arn": second.arn, "RoleArn": role("map-may-put", "events:PutEvents")})
    first.rule("big", {"Arn": arn_of(function), "DeadLetterConfig": {"Arn": dead}})
    first.put()
    topology = lab.topology("map-first")
    names = {node.arn: node.name for node in topology.nodes}
    found = {(names[a.source], names[a.target]): (a.label, a.state) for a in topology.arrows}
    assert found["map-first", "map-second"] == ("rule on", DID)
    assert found["map-first", "on-the-map"] == ("rule big", BROKEN)
    assert found["map-first", "map-first-dead"] == ("dead letters of rule big", DID)
    assert ("you", "map-first") in found and ("you", "on-the-map") not in found
