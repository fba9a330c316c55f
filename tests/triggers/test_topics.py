"""Topics: to functions, queues and web addresses, with filters, rights, retries and dead letters (AWS_SEMANTICS 48)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.patterns import InvalidPattern
from lambdalab.triggers.subscriptions import ON_BODY, HttpRetries, Publication, Subscription, read_filter
from lambdalab.triggers.web_endpoints import here
from tests.events.keys import SNS, differences

Deploy = Callable[..., Function]
Queues = Callable[..., str]
ECHO = "import json\ndef handler(event, context):\n    print(json.dumps(event))"
SHOPS = {"shop": {"DataType": "String", "StringValue": "north"}}
SQS_ARN = "arn:aws:sqs:us-east-1:123456789012"
TEXT_KEYS = {
    *("Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature"),
    *("SigningCertURL", "UnsubscribeURL"),
}


@pytest.fixture
def topic(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    arn = str(boto3.client("sns").create_topic(Name=request.node.name[:60].replace("[", "-").strip("]"))["TopicArn"])
    yield arn
    boto3.client("sns").delete_topic(TopicArn=arn)


@pytest.fixture
def queue(lab: Lab) -> Iterator[Queues]:
    """Make queues that let topics in and are gone after the test; the ARN of each."""
    sqs, made = boto3.client("sqs"), []

    def make(name: str, *, open_to_topics: bool = True, **attributes: str) -> str:
        arn = f"{SQS_ARN}:{name}"
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]})
        with_policy = {"Policy": policy} if open_to_topics else {}
        made.append(sqs.create_queue(QueueName=name, Attributes={**attributes, **with_policy})["QueueUrl"])
        return arn

    yield make
    for url in made:
        sqs.delete_queue(QueueUrl=url)


@dataclass
class Page:
    """A web address of this machine that keeps what it is sent, and answers with the statuses it was given."""

    address: str = ""
    statuses: list[int] = field(default_factory=list)
    seen: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [headers["x-amz-sns-message-type"] for headers, _ in self.seen]


@pytest.fixture
def page() -> Iterator[Page]:
    told = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(told.statuses.pop(0) if told.statuses else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    told.address = f"http://127.0.0.1:{server.server_port}/in"
    yield told
    server.shutdown()
    server.server_close()


def subscribe(topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
    answer = boto3.client("sns", region_name=topic.split(":")[3]).subscribe(
        TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes, ReturnSubscriptionArn=True
    )
    return str(answer["SubscriptionArn"])


def listen(topic: str, function: Function, **attributes: str) -> str:
    return subscribe(topic, "lambda", function.configuration["FunctionArn"], **attributes)


def let_in(topic: str, function: Function) -> None:
    boto3.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )


def publish(lab: Lab, topic: str, message: str, **more: Any) -> str:
    """Publish, and wait until it is delivered; the message's id."""
    sns = boto3.client("sns", region_name=topic.split(":")[3])
    message_id = str(sns.publish(TopicArn=topic, Message=message, **more)["MessageId"])
    lab.clock.advance(seconds=0)
    return message_id


def messages(arn: str) -> list[dict[str, Any]]:
    """What lies in a queue, received for good."""
    sqs, found = boto3.client("sqs"), []
    url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    asked = {"QueueUrl": url, "MessageAttributeNames": ["All"], "AttributeNames": ["All"], "MaxNumberOfMessages": 10}
    while got := sqs.receive_message(**asked).get("Messages"):
        found += got
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def bodies(arn: str) -> list[dict[str, Any]]:
    return [json.loads(message["Body"]) for message in messages(arn)]


def event(function: Function) -> dict[str, Any]:
    function.wait(1)
    (line,) = [line for line in function.logs() if line.startswith('{"Records"')]
    return json.loads(line)  # type: ignore[no-any-return]


def refused(call: Callable[..., Any], *given: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(*given, **named)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


# -- functions --------------------------------------------------------------------------------------------------------


def test_a_notification_arrives_with_all_that_was_published(deploy: Deploy, lab: Lab, topic: str) -> None:
    function = deploy(ECHO, name="notified")
    let_in(topic, function)
    arn = listen(topic, function)
    attributes = {**SHOPS, "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    message_id = publish(lab, topic, "hello", Subject="New", MessageAttributes=attributes)
    told = event(function)
    assert differences(told, SNS) == []
    (record,) = told["Records"]
    assert record["EventSubscriptionArn"] == arn
    sent = record["Sns"]
    assert (sent["TopicArn"], sent["Message"], sent["Subject"]) == (topic, "hello", "New")
    assert sent["MessageId"] == message_id
    assert sent["MessageAttributes"] == {
        "shop": {"Type": "String", "Value": "north"},
        "raw": {"Type": "Binary", "Value": "AP8="},
    }


def test_a_function_is_called_asynchronously_with_one_record_an_event_and_retried_by_lambda(
    deploy: Deploy, lab: Lab, topic: str
) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError(len(event['Records']))", name="sns-fails")
    let_in(topic, function)
    listen(topic, function)
    for word in ("one", "two"):
        publish(lab, topic, word)
    lab.clock.advance(seconds=600)
    runs = lab.history("sns-fails")
    assert sorted(run.attempt for run in runs) == [1, 1, 2, 2, 3, 3]
    assert {(run.kind, run.error_message, run.source.partition(":")[0]) for run in runs} == {("Event", "1", "sns")}


def test_the_publisher_has_its_answer_before_anything_is_delivered(deploy: Deploy, lab: Lab, topic: str) -> None:
    function = deploy("import time\ndef handler(event, context):\n    time.sleep(1)", name="slow-listener")
    let_in(topic, function)
    listen(topic, function)
    boto3.client("sns").publish(TopicArn=topic, Message="quick")
    assert lab.history("slow-listener") == []
    function.wait(1)


def test_a_topic_that_is_not_let_in_runs_nothing_and_the_advice_lets_it_in(
    deploy: Deploy, lab: Lab, topic: str
) -> None:
    function = deploy(ECHO, name="not-notified")
    listen(topic, function)
    publish(lab, topic, "lost")
    lab.clock.advance(seconds=24 * 3600)
    (step,) = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert (step.outcome, step.source) == ("denied", topic)
    exec(step.advice, {"boto3": boto3})
    publish(lab, topic, "arrives")
    assert event(function)["Records"][0]["Sns"]["Message"] == "arrives"


@pytest.mark.parametrize("why", ["denied", "missing"])
def test_a_client_error_is_not_tried_again_and_goes_to_the_subscriptions_own_dead_letter_queue(
    deploy: Deploy, lab: Lab, topic: str, queue: Queues, why: str
) -> None:
    letters = queue(f"sns-letters-{why}")
    function = deploy(ECHO, name="unreached")
    listen(topic, function, RedrivePolicy=json.dumps({"deadLetterTargetArn": letters}))
    if why == "missing":
        boto3.client("lambda").delete_function(FunctionName="unreached")
    publish(lab, topic, "buried", Subject="Why")
    lab.clock.advance(seconds=24 * 3600)
    target = "arn:aws:lambda:us-east-1:123456789012:function:unreached"
    assert [step.outcome for step in lab.steps(kind="delivery", target=target)][-1:] == [why]
    (body,) = bodies(letters)
    assert (body["Message"], body["Subject"], body["TopicArn"]) == ("buried", "Why", topic)
    (letter,) = lab.steps(kind="delivery", target=letters)
    assert (letter.name, letter.outcome) == ("sns:DeadLetter", "ok")
    deploy(ECHO, name="unreached")


def test_a_dead_letter_queue_that_does_not_let_topics_in_gets_nothing(
    deploy: Deploy, lab: Lab, topic: str, queue: Queues
) -> None:
    letters = queue("sns-letters-shut", open_to_topics=False)
    listen(topic, deploy(ECHO, name="topic-shut-out"), RedrivePolicy=json.dumps({"deadLetterTargetArn": letters}))
    publish(lab, topic, "gone")
    assert messages(letters) == []
    (step,) = lab.steps(kind="delivery", target=letters)
    assert step.outcome == "denied"


def test_42_a_topic_calls_a_function_in_another_region(lab: Lab, deploy: Deploy) -> None:
    function = deploy(ECHO, name="far-listener")
    topic = boto3.client("sns", region_name="eu-west-1").create_topic(Name="far")["TopicArn"]
    let_in(topic, function)
    assert refused(boto3.client("sns").subscribe, TopicArn=topic, Protocol="lambda", Endpoint="arn:aws:lambda:x") == (
        "InvalidParameter",
        "Invalid parameter: TopicArn",
    )
    listen(topic, function)
    publish(lab, topic, "from afar")
    assert event(function)["Records"][0]["Sns"]["TopicArn"] == topic


# -- queues -----------------------------------------------------------------------------------------------------------


def test_a_queue_gets_the_notification_as_text_with_urls_in_capital_letters(
    lab: Lab, topic: str, queue: Queues
) -> None:
    arn = queue("plain")
    subscribe(topic, "sqs", arn)
    message_id = publish(lab, topic, "grüße")
    publish(lab, topic, "2", Subject="S", MessageAttributes=SHOPS)
    first, second = sorted(bodies(arn), key=lambda body: body["Message"], reverse=True)
    assert set(first) == TEXT_KEYS and set(second) == TEXT_KEYS | {"Subject", "MessageAttributes"}
    assert (first["Message"], first["MessageId"], first["Type"]) == ("grüße", message_id, "Notification")
    assert second["MessageAttributes"] == {"shop": {"Type": "String", "Value": "north"}}


def test_raw_delivery_is_the_message_alone_and_its_attributes_are_those_of_the_queues_message(
    lab: Lab, topic: str, queue: Queues
) -> None:
    arn = queue("raw")
    subscribe(topic, "sqs", arn, RawMessageDelivery="true")
    attributes = {
        **SHOPS,
        "count": {"DataType": "Number", "StringValue": "7"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    publish(lab, topic, "as it is", MessageAttributes=attributes)
    (message,) = messages(arn)
    assert message["Body"] == "as it is" and message["MessageAttributes"] == attributes


def test_a_raw_message_with_more_than_ten_attributes_is_discarded(lab: Lab, topic: str, queue: Queues) -> None:
    arn = queue("raw-many")
    subscribe(topic, "sqs", arn, RawMessageDelivery="true")
    many = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(11)}
    publish(lab, topic, "too many", MessageAttributes=many)
    assert messages(arn) == []
    (step,) = lab.steps(kind="delivery", target=arn)
    assert step.outcome == "failed" and "10 attributes" in step.reason


def test_a_queue_whose_policy_does_not_let_topics_in_gets_nothing_and_the_advice_is_the_statement(
    lab: Lab, topic: str, queue: Queues
) -> None:
    arn, sqs = queue("closed", open_to_topics=False), boto3.client("sqs")
    subscribe(topic, "sqs", arn)
    publish(lab, topic, "lost")
    assert messages(arn) == []
    (step,) = lab.steps(kind="delivery", target=arn)
    assert step.outcome == "denied"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [json.loads(step.advice[step.advice.index("{") :])]})
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="closed")["QueueUrl"], Attributes={"Policy": policy})
    publish(lab, topic, "arrives")
    assert [body["Message"] for body in bodies(arn)] == ["arrives"]


def test_a_queue_that_is_gone_is_written_down_and_the_others_get_their_message(
    lab: Lab, topic: str, queue: Queues
) -> None:
    there = queue("still-there")
    subscribe(topic, "sqs", f"{SQS_ARN}:was-here")
    subscribe(topic, "sqs", there)
    publish(lab, topic, "to all")
    assert [body["Message"] for body in bodies(there)] == ["to all"]
    assert [step.outcome for step in lab.steps(kind="delivery", target=f"{SQS_ARN}:was-here")] == ["missing"]


def test_the_trace_goes_on_to_functions_and_queues(deploy: Deploy, lab: Lab, topic: str, queue: Queues) -> None:
    function, arn = deploy(ECHO, name="traced-listener"), queue("traced")
    let_in(topic, function)
    listen(topic, function)
    subscribe(topic, "sqs", arn)
    publish(lab, topic, "follow me")
    function.wait(1)
    (run,) = lab.history("traced-listener")
    steps = {step.target: step for step in lab.steps(kind="delivery", source=topic)}
    assert run.parent == steps[function.configuration["FunctionArn"]].span
    (message,) = messages(arn)
    header = message["Attributes"]["AWSTraceHeader"]
    assert f"Root={run.trace}" in header and f"Parent={steps[arn].span}" in header
    (request,) = [step for step in lab.steps(trace=run.trace) if step.name == "sns:Publish"]
    assert {step.parent for step in steps.values()} == {request.span}


def test_a_batch_is_published_one_by_one(lab: Lab, topic: str, queue: Queues) -> None:
    arn = queue("batched")
    subscribe(topic, "sqs", arn, RawMessageDelivery="true")
    entries = [{"Id": str(n), "Message": f"m{n}"} for n in range(3)]
    answer = boto3.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    lab.clock.advance(seconds=0)
    assert [one["Id"] for one in answer["Successful"]] == ["0", "1", "2"] and not answer.get("Failed")
    assert sorted(message["Body"] for message in messages(arn)) == ["m0", "m1", "m2"]


def test_a_message_may_have_another_text_for_each_protocol(deploy: Deploy, lab: Lab, topic: str, queue: Queues) -> None:
    function, arn = deploy(ECHO, name="by-protocol"), queue("by-protocol")
    let_in(topic, function)
    listen(topic, function)
    subscribe(topic, "sqs", arn, RawMessageDelivery="true")
    texts = json.dumps({"default": "for all", "lambda": "for functions"})
    publish(lab, topic, texts, MessageStructure="json")
    assert event(function)["Records"][0]["Sns"]["Message"] == "for functions"
    assert [message["Body"] for message in messages(arn)] == ["for all"]
    sns = boto3.client("sns")
    for text, why in (
        ("{", "JSON message body failed to parse"),
        ('{"sqs": "x"}', "No default entry in JSON message body"),
    ):
        said = refused(sns.publish, TopicArn=topic, Message=text, MessageStructure="json")
        assert said == ("InvalidParameter", f"Invalid parameter: Message Structure - {why}")  # fmt: skip


def test_a_fifo_topic_keeps_the_order_of_a_group_and_takes_a_message_once_in_five_minutes(
    lab: Lab, queue: Queues
) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="line.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})[
        "TopicArn"
    ]
    arn = queue("line.fifo", FifoQueue="true")
    subscribe(topic, "sqs", arn, RawMessageDelivery="true")
    for n in range(20):
        sns.publish(TopicArn=topic, Message=f"m{n:02}", MessageGroupId="ada")
    twice = {sns.publish(TopicArn=topic, Message="m19", MessageGroupId="ada")["MessageId"] for _ in range(2)}
    lab.clock.advance(seconds=0)
    assert len(twice) == 1
    found = messages(arn)
    assert [message["Body"] for message in found] == [f"m{n:02}" for n in range(20)]
    assert {message["Attributes"]["MessageGroupId"] for message in found} == {"ada"}
    lab.clock.advance(seconds=301)
    publish(lab, topic, "m19", MessageGroupId="ada")
    assert [message["Body"] for message in messages(arn)] == ["m19"]
    said = refused(sns.publish, TopicArn=topic, Message="no group")
    assert "MessageGroupId" in said[1]
    sns.delete_topic(TopicArn=topic)


# -- web addresses ----------------------------------------------------------------------------------------------------


def test_a_web_address_is_asked_first_and_gets_nothing_until_it_has_confirmed(lab: Lab, topic: str, page: Page) -> None:
    sns = boto3.client("sns")
    answer = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=page.address)
    assert answer["SubscriptionArn"] == "pending confirmation"
    publish(lab, topic, "too early")
    ((headers, body),) = page.seen
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-topic-arn"] == topic and "x-amz-sns-subscription-arn" not in headers
    asked = json.loads(body)
    assert {"Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp"} <= set(asked)
    assert refused(sns.confirm_subscription, TopicArn=topic, Token="guessed")[1] == "Invalid parameter: Token"
    arn = sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert attributes["PendingConfirmation"] == "false"
    message_id = publish(lab, topic, "now")
    headers, body = page.seen[-1]
    assert json.loads(body)["Message"] == "now"
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert {name: value for name, value in headers.items() if name.startswith("x-amz-sns-")} == {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic,
        "x-amz-sns-subscription-arn": arn,
    }


def test_the_link_confirms_when_it_is_visited_without_a_signature(lab: Lab, topic: str, page: Page) -> None:
    confirmed(lab, topic, page)
    publish(lab, topic, "confirmed")
    assert page.kinds == ["SubscriptionConfirmation", "Notification"]
    link = json.loads(page.seen[0][1])["SubscribeURL"]
    wrong = link.replace("Token=", "Token=0")
    assert urllib3.request("GET", wrong).status == 400


def test_raw_delivery_to_a_web_address_says_so_in_a_header(lab: Lab, topic: str, page: Page) -> None:
    confirmed(lab, topic, page, RawMessageDelivery="true")
    publish(lab, topic, "bare")
    headers, body = page.seen[-1]
    assert (headers["x-amz-sns-rawdelivery"], body) == ("true", "bare")


def test_a_web_address_that_fails_is_tried_three_more_times_twenty_seconds_apart(
    lab: Lab, topic: str, page: Page, queue: Queues
) -> None:
    letters = queue("web-letters")
    confirmed(lab, topic, page, RedrivePolicy=json.dumps({"deadLetterTargetArn": letters}))
    page.statuses = [500, 503, 429, 500]
    publish(lab, topic, "again")
    assert len(page.seen) == 2
    for tries in (3, 4, 5):
        lab.clock.advance(seconds=20)
        assert len(page.seen) == tries
    lab.clock.advance(seconds=3600)
    assert len(page.seen) == 5
    assert len({headers["x-amz-sns-message-id"] for headers, _ in page.seen[1:]}) == 1
    assert [body["Message"] for body in bodies(letters)] == ["again"]
    outcomes = [step.outcome for step in lab.steps(kind="delivery", source=topic, target=page.address)]
    assert outcomes == ["ok", *["failed"] * 4]


def test_a_refusal_of_a_web_address_is_final(lab: Lab, topic: str, page: Page) -> None:
    confirmed(lab, topic, page)
    page.statuses = [404]
    publish(lab, topic, "no")
    lab.clock.advance(seconds=3600)
    assert page.kinds == ["SubscriptionConfirmation", "Notification"]


def test_a_delivery_policy_says_when_a_web_address_is_tried_again(lab: Lab, topic: str, page: Page) -> None:
    policy = {"healthyRetryPolicy": {"minDelayTarget": 5, "maxDelayTarget": 9, "numRetries": 3}}
    confirmed(lab, topic, page, DeliveryPolicy=json.dumps(policy))
    page.statuses = [500] * 4
    publish(lab, topic, "soon")
    seen = []
    for _ in range(30):
        seen.append(len(page.seen))
        lab.clock.advance(seconds=1)
    assert [seen.index(tries) for tries in (2, 3, 4, 5)] == [0, 5, 12, 21]


def test_an_address_that_is_not_on_this_machine_is_refused(topic: str) -> None:
    sns = boto3.client("sns")
    code, text = refused(sns.subscribe, TopicArn=topic, Protocol="https", Endpoint="https://example.com/in")
    assert code == "InvalidParameter" and "no address of this machine" in text
    assert not here("http://127.0.0.1.example.com/") and not here("http://10.0.0.1/") and here("http://[::1]:80/")


def test_the_delays_of_a_policy_are_none_then_the_least_then_growing_then_the_largest() -> None:
    retries = HttpRetries(10, 40, 9, 1, 2, 2, "linear")
    assert retries.delays() == [0, 10, 10, 10, 20, 30, 40, 40, 40]
    assert HttpRetries(10, 40, 3, curve="exponential").delays() == pytest.approx([10, 20, 40])
    assert HttpRetries().delays() == [20, 20, 20]


def confirmed(lab: Lab, topic: str, page: Page, **attributes: str) -> None:
    subscribe(topic, "http", page.address, **attributes)
    lab.clock.advance(seconds=0)
    link = json.loads(page.seen[0][1])["SubscribeURL"]
    assert urllib3.request("GET", link).status == 200


# -- filters ----------------------------------------------------------------------------------------------------------


def test_a_filter_policy_keeps_notifications_back_and_leaves_a_step(deploy: Deploy, lab: Lab, topic: str) -> None:
    function = deploy(ECHO, name="topic-choosy")
    let_in(topic, function)
    listen(topic, function, FilterPolicy=json.dumps({"shop": ["north"]}))
    publish(lab, topic, "no")
    publish(lab, topic, "yes", MessageAttributes=SHOPS)
    assert event(function)["Records"][0]["Sns"]["Message"] == "yes"
    steps = lab.steps(kind="delivery", target=function.configuration["FunctionArn"])
    assert [step.outcome for step in steps] == ["filtered", "ok"]
    assert "the event has no shop" in steps[0].reason


def test_a_filter_policy_on_the_body_reads_the_message(lab: Lab, topic: str, queue: Queues) -> None:
    arn = queue("by-body")
    policy = json.dumps({"order": {"total": [{"numeric": [">=", 100]}]}})
    subscribe(topic, "sqs", arn, RawMessageDelivery="true", FilterPolicyScope="MessageBody", FilterPolicy=policy)
    for message in ('{"order": {"total": 99}}', '{"order": {"total": 100}}', "no JSON", "[100]"):
        publish(lab, topic, message)
    assert [message["Body"] for message in messages(arn)] == ['{"order": {"total": 100}}']


def attributed(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"k": {"DataType": "Binary", "BinaryValue": value}}
    if isinstance(value, list):
        return {"k": {"DataType": "String.Array", "StringValue": json.dumps(value)}}
    if isinstance(value, str):
        return {"k": {"DataType": "String", "StringValue": value}}
    return {} if value is None else {"k": {"DataType": "Number", "StringValue": str(value)}}


@pytest.mark.parametrize(
    ("wanted", "meant", "not_meant"),
    [
        (["rugby", "tennis"], ["rugby", ["golf", "tennis"]], ["Rugby", "golf", ["golf"], None]),
        ([{"anything-but": ["rugby"]}], ["golf", ["rugby", "golf"], 7], ["rugby", ["rugby"], None]),
        ([{"anything-but": {"prefix": "order-"}}], ["data-1"], ["order-1", None]),
        ([{"anything-but": {"suffix": "ball"}}], ["rugby"], ["football"]),
        ([{"prefix": "bas"}], ["baseball"], ["rugby"]),
        ([{"suffix": "ball"}], ["baseball"], ["rugby"]),
        ([{"equals-ignore-case": "Tennis"}], ["TENNIS", "tennis"], ["tenni"]),
        ([{"wildcard": "*ball"}], ["football"], ["ballgame"]),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.255"], ["10.1.0.0"]),
        ([{"exists": True}], ["x", 7, b"x"], [None]),
        ([{"exists": False}], [None], ["x"]),
        ([301.5], [301.5, [301.5, 2]], ["301.5", 301]),
        ([{"numeric": ["=", 301.5]}], [301.5], [301]),
        ([{"numeric": [">", 0, "<=", 150]}], [150, 0.1], [0, 151, "7"]),
    ],
)
def test_each_operator_of_awss_page_means_what_the_page_says(
    wanted: list[Any], meant: list[Any], not_meant: list[Any]
) -> None:
    policy = read_filter(json.dumps({"k": wanted}), "MessageAttributes")
    to = Subscription("s", "t", "sqs", "q", wants=policy)

    def misses(value: Any) -> str:
        return to.misses(Publication({"default": "m"}, "t", "id", 0.0, attributes=attributed(value)))

    assert [value for value in meant if misses(value)] == []
    assert [value for value in not_meant if not misses(value)] == []


def test_or_joins_keys() -> None:
    policy = read_filter(json.dumps({"source": ["a"], "$or": [{"k": ["x"]}, {"n": [{"numeric": [">", 5]}]}]}), ON_BODY)
    to = Subscription("s", "t", "sqs", "q", wants=policy, scope=ON_BODY)

    def meant(body: Any) -> bool:
        return not to.misses(Publication({"default": json.dumps(body)}, "t", "id", 0.0))

    assert meant({"source": "a", "k": "x"}) and meant({"source": "a", "n": 6})
    assert not meant({"source": "a", "k": "y", "n": 5}) and not meant({"source": "b", "k": "x"})


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("FilterPolicy", "{", "FilterPolicy: failed to parse JSON."),
        ("FilterPolicy", '{"a": "b"}', 'FilterPolicy: "a" must be an object or an array'),
        ("FilterPolicy", '{"a": [{"exist": true}]}', "FilterPolicy: Unrecognized match type exist"),
        (
            "FilterPolicy",
            '{"a": {"b": ["c"]}}',
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        (
            "FilterPolicy",
            json.dumps({f"k{n}": ["x"] for n in range(6)}),
            "FilterPolicy: Filter policy can not have more than 5 keys",
        ),
        (
            "FilterPolicy",
            json.dumps({"a": list(range(13)), "b": list(range(12))}),
            "FilterPolicy: Filter policy is too complex",
        ),
        (
            "FilterPolicyScope",
            "Both",
            "FilterPolicyScope: Invalid value [Both]. Please use either MessageBody or MessageAttributes",
        ),
        ("RawMessageDelivery", "yes", "RawMessageDelivery: Invalid value [yes]. Must be true or false."),
        ("RedrivePolicy", "{", "RedrivePolicy: failed to parse JSON."),
        ("RedrivePolicy", '{"deadLetterTargetArn": "q"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    ],
)
def test_an_attribute_that_cannot_be_is_refused_at_both_calls_and_nothing_is_kept(
    topic: str, queue: Queues, name: str, value: str, text: str
) -> None:
    sns, arn = boto3.client("sns"), queue("attributed")
    said = refused(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={name: value})
    assert said == ("InvalidParameter", f"Invalid parameter: Attributes Reason: {text}")
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    made = subscribe(topic, "sqs", arn)
    said = refused(sns.set_subscription_attributes, SubscriptionArn=made, AttributeName=name, AttributeValue=value)
    assert said == ("InvalidParameter", f"Invalid parameter: {text}")


def test_protocols_and_addresses_that_cannot_be_are_refused(topic: str, deploy: Deploy) -> None:
    sns = boto3.client("sns")
    for protocol, endpoint, text in (
        ("ftp", "x", "Amazon SNS does not support this protocol string: ftp"),
        ("http", "https://127.0.0.1/", "Endpoint must match the specified protocol"),
        ("lambda", "f", "Lambda endpoint ARN"),
        ("sqs", "q", "SQS endpoint ARN"),
    ):
        said = refused(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
        assert said == ("InvalidParameter", f"Invalid parameter: {text}")
    arn = deploy(ECHO, name="not-raw").configuration["FunctionArn"]
    said = refused(subscribe, topic, "lambda", arn, RawMessageDelivery="true")
    assert (
        said[1]
        == "Invalid parameter: Attributes Reason: Delivery protocol [lambda] does not support raw message delivery."
    )


def test_a_policy_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidPattern):
        read_filter("[1]", ON_BODY)


def test_a_message_to_a_topic_without_subscriptions_is_written_down(lab: Lab, topic: str) -> None:
    publish(lab, topic, "is anybody there")
    (step,) = lab.steps(kind="delivery", source=topic)
    assert (step.outcome, step.reason) == ("filtered", "nobody has subscribed to the topic")


def test_the_map_asks_the_queues_policy_and_draws_the_subscriptions_dead_letter_queue(
    lab: Lab, topic: str, queue: Queues
) -> None:
    shut, letters = queue("map-shut", open_to_topics=False), queue("map-undelivered")
    subscribe(topic, "sqs", shut, RedrivePolicy=json.dumps({"deadLetterTargetArn": letters}))
    drawn = {arrow.target: (arrow.label, arrow.state) for arrow in lab.topology("map-shut").arrows}
    drawn |= {arrow.target: (arrow.label, arrow.state) for arrow in lab.topology("map-undelivered").arrows}
    assert drawn == {shut: ("subscribed", "broken"), letters: ("not delivered", "may, not yet")}
    publish(lab, topic, "buried")
    states = {arrow.target: arrow.state for arrow in lab.topology("map-undelivered").arrows if arrow.target == letters}
    assert states == {letters: "may and did"}
