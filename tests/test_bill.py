"""`lab.bill()`: what a real lab ran, against what boto3 did and what the REPORT lines say."""

from __future__ import annotations

import json
import re
import timeit
import urllib.request
from collections.abc import Callable
from decimal import Decimal

import pytest

from lambdalab import Function, Lab
from lambdalab.facts import price
from lambdalab.models.bill import Bill
from lambdalab.models.cost import gb_seconds, invocation_price, report_price
from lambdalab.service.meter import Meter

Deploy = Callable[..., Function]
ECHO = "def handler(event, context):\n    return event"


def quantities(bill: Bill) -> dict[str, Decimal]:
    return {item.name: item.quantity for item in bill}


def test_a_functions_lines_are_the_sum_of_its_report_lines(deploy: Deploy, lab: Lab) -> None:
    function = deploy(ECHO, name="bill-echo", memory=256)
    before = lab.bill()
    results = [function.invoke({"n": n}) for n in range(4)]
    bill = lab.bill(since=before).of("bill-echo")
    reports = [result.report for result in results if result.report]
    assert reports[0].cold and len(reports) == 4
    told = sum(report_price(report.line()) for report in reports)
    assert bill.of("Lambda").usd == told
    assert quantities(bill)["bill-echo: Lambda requests"] == 4
    assert quantities(bill)["bill-echo: Lambda compute"] == gb_seconds(sum(r.billed_ms for r in reports), 256)


def test_a_call_that_fails_is_billed_and_one_that_is_turned_away_is_not(deploy: Deploy, lab: Lab) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError(event)", name="bill-failing")
    before = lab.bill()
    assert function.invoke().function_error
    lab.client("lambda").put_function_concurrency(FunctionName="bill-failing", ReservedConcurrentExecutions=0)
    assert function.invoke_together([{}])[0].throttled
    assert quantities(lab.bill(since=before))["bill-failing: Lambda requests"] == 1


def test_the_log_is_billed_by_its_bytes(deploy: Deploy, lab: Lab) -> None:
    function = deploy("def handler(event, context):\n    print('x' * 5000)", name="bill-log")
    before = lab.bill()
    function.invoke()
    counted = lab.counts("bill-log").log_bytes
    assert counted > 5000
    assert quantities(lab.bill(since=before))["bill-log: CloudWatch Logs, taken in"] == Decimal(counted) / 1024**3


def test_requests_to_s3_are_billed_by_kind_and_by_who_sent_them(deploy: Deploy, lab: Lab) -> None:
    source = (
        "import boto3\ns3 = boto3.client('s3')\n"
        "def handler(event, context):\n"
        "    body = s3.get_object(Bucket='bill-photos', Key='cat.jpg')['Body'].read()\n"
        "    s3.put_object(Bucket='bill-photos', Key='small.jpg', Body=body[:2])\n"
        "    s3.delete_object(Bucket='bill-photos', Key='nothing')\n"
    )
    function, s3 = deploy(source, name="bill-resize", timeout=20), lab.client("s3")
    s3.create_bucket(Bucket="bill-photos")
    before = lab.bill()
    s3.put_object(Bucket="bill-photos", Key="cat.jpg", Body=b"meow")
    s3.list_objects_v2(Bucket="bill-photos")
    s3.head_object(Bucket="bill-photos", Key="cat.jpg")
    assert function.invoke().error is None
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="bill-photos", Key="none")
    found = quantities(lab.bill(since=before).of("S3"))
    assert found == {
        "S3 PUT, COPY, POST, LIST": 2,
        "S3 PUT, COPY, POST, LIST, by bill-resize": 1,
        "S3 GET and others": 1,
        "S3 GET and others, by bill-resize": 1,
    }


def test_every_kind_of_request_is_billed_in_the_units_of_the_price_list(lab: Lab) -> None:
    table, sqs, sns, events = (lab.client(name) for name in ("dynamodb", "sqs", "sns", "events"))
    table.create_table(
        TableName="bill-table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    plain = sqs.create_queue(QueueName="bill-queue")["QueueUrl"]
    fifo = sqs.create_queue(
        QueueName="bill-queue.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )["QueueUrl"]
    topic = sns.create_topic(Name="bill-topic")["TopicArn"]
    before = lab.bill()
    key = {"id": {"S": "a"}}
    table.put_item(TableName="bill-table", Item=key)
    requests = [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in "bcd"]
    table.batch_write_item(RequestItems={"bill-table": requests})
    put = {"TableName": "bill-table", "Item": {"id": {"S": "e"}}}
    table.transact_write_items(TransactItems=[{"Put": put}])
    table.get_item(TableName="bill-table", Key=key)
    table.get_item(TableName="bill-table", Key=key, ConsistentRead=True)
    table.batch_get_item(RequestItems={"bill-table": {"Keys": [key, {"id": {"S": "b"}}]}})
    table.scan(TableName="bill-table")
    table.describe_table(TableName="bill-table")
    entries = [{"Id": str(n), "MessageBody": "m"} for n in range(5)]
    sqs.send_message_batch(QueueUrl=plain, Entries=entries)
    sqs.send_message(QueueUrl=plain, MessageBody="x" * 70_000)
    sqs.receive_message(QueueUrl=plain)
    sqs.send_message(QueueUrl=fifo, MessageBody="m", MessageGroupId="g")
    sns.publish(TopicArn=topic, Message="m")
    entry = {"Source": "bill", "DetailType": "t", "Detail": "{}"}
    events.put_events(Entries=[entry, entry])
    found = quantities(lab.bill(since=before))
    assert found == {
        "DynamoDB writes": 1 + 3 + 2,  # a transaction counts twice
        "DynamoDB reads": Decimal("0.5") + 1 + 1 + Decimal("0.5"),  # half a unit where a moment behind will do
        "SQS requests": 1 + 2 + 1,  # a batch is one; 70,000 bytes are two units of 64 KB
        "SQS FIFO requests": 1,
        "SNS publishes": 1,
        "EventBridge events": 2,
    }


def test_a_visit_to_an_api_is_billed_and_one_to_a_function_url_is_not(deploy: Deploy, lab: Lab) -> None:
    deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}", name="bill-web")
    for source in ("url", "rest-api:bill-rest", "http-api:bill-http"):
        if source.startswith("http-api"):
            arn = lab.function("bill-web").configuration["FunctionArn"]
            api = lab.client("apigatewayv2").create_api(Name="bill-http", ProtocolType="HTTP", Target=arn)
            lab.client("lambda").add_permission(
                FunctionName="bill-web", StatementId="http", Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=f"arn:aws:execute-api:{lab.region}:123456789012:{api['ApiId']}/*",
            )  # fmt: skip
        else:
            lab.trigger(source, "bill-web")
    before = lab.bill()
    asked = [lab.url("bill-web"), lab.url("bill-rest", "anything"), lab.url("bill-http")]
    for address in asked:
        with urllib.request.urlopen(address) as answer:
            assert answer.read() == b"hello"
    found = quantities(lab.bill(since=before))
    assert (found["HTTP API requests"], found["REST API requests"]) == (1, 1)
    assert found["bill-web: Lambda requests"] == 3


def test_arm64_and_a_large_tmp_have_prices_of_their_own(deploy: Deploy, lab: Lab) -> None:
    function = deploy(ECHO, name="bill-arm")
    client = lab.client("lambda")
    client.update_function_configuration(FunctionName="bill-arm", EphemeralStorage={"Size": 1536})
    client.update_function_code(FunctionName="bill-arm", Architectures=["arm64"], ZipFile=_code(lab, "bill-arm"))
    before = lab.bill()
    report = function.invoke().report
    assert report is not None
    bill = lab.bill(since=before).of("bill-arm")
    assert bill.of("compute on arm64").usd + bill.of("requests").usd == invocation_price(report.billed_ms, 128, "arm64")
    assert bill.of("/tmp").usd == Decimal(report.billed_ms) / 1000 * price("lambda.tmp_gb_s")


def _code(lab: Lab, name: str) -> bytes:
    location = lab.client("lambda").get_function(FunctionName=name)["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        return bytes(answer.read())


def test_provisioned_concurrency_is_billed_by_the_labs_clock_until_it_is_taken_away(deploy: Deploy, lab: Lab) -> None:
    function, client = deploy(ECHO, name="bill-ready", memory=512), lab.client("lambda")
    version = client.publish_version(FunctionName="bill-ready")["Version"]
    before = lab.bill()
    client.put_provisioned_concurrency_config(
        FunctionName="bill-ready", Qualifier=version, ProvisionedConcurrentExecutions=2
    )
    while client.get_provisioned_concurrency_config(FunctionName="bill-ready", Qualifier=version)["Status"] != "READY":
        pass
    lab.clock.advance(minutes=57)
    function.invoke(qualifier=version)
    client.delete_provisioned_concurrency_config(FunctionName="bill-ready", Qualifier=version)
    lab.clock.advance(hours=3)  # afterwards nothing more is billed
    found = quantities(lab.bill(since=before))
    ready = "bill-ready: Lambda provisioned concurrency, x86_64"
    assert found[f"{ready}: kept ready"] == 3600  # an hour of 2 environments of half a GB
    assert found[f"{ready}: compute"] > 0
    assert "bill-ready: Lambda compute" not in found


def test_a_snapshot_is_billed_for_three_hours_at_least_and_each_restore(deploy: Deploy, lab: Lab) -> None:
    function, client = deploy(ECHO, name="bill-snap", memory=512, timeout=20), lab.client("lambda")
    client.update_function_configuration(FunctionName="bill-snap", SnapStart={"ApplyOn": "PublishedVersions"})
    before = lab.bill()
    version = client.publish_version(FunctionName="bill-snap")["Version"]
    report = function.invoke(qualifier=version).report
    assert report is not None and report.restore_ms is not None
    found = quantities(lab.bill(since=before))
    assert found["bill-snap: Lambda SnapStart: snapshots kept"] == 3 * 3600 / 2
    assert found["bill-snap: Lambda SnapStart: restores"] == Decimal("0.5")


def test_a_schedules_call_is_billed(deploy: Deploy, lab: Lab) -> None:
    function = deploy(ECHO, name="bill-nightly")
    before = lab.bill()
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = lab.client("iam").create_role(RoleName="bill-nightly", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    scheduler = lab.client("scheduler")
    scheduler.create_schedule(
        Name="bill-nightly",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": function.configuration["FunctionArn"], "RoleArn": role},
    )
    lab.clock.advance(minutes=150)
    scheduler.delete_schedule(Name="bill-nightly")
    found = quantities(lab.bill(since=before))["Scheduler invocations"]
    assert found >= 2 and found == found.to_integral_value()


def test_the_pipeline_of_photos_is_priced_item_by_item(deploy: Deploy, lab: Lab) -> None:
    source = (
        "import boto3\ns3, table = boto3.client('s3'), boto3.client('dynamodb')\n"
        "def handler(event, context):\n"
        "    key = event['Records'][0]['s3']['object']['key']\n"
        "    body = s3.get_object(Bucket='bill-in', Key=key)['Body'].read()\n"
        "    s3.put_object(Bucket='bill-out', Key=key, Body=body[:2])\n"
        "    table.put_item(TableName='bill-photos', Item={'id': {'S': key}})\n"
    )
    function, s3 = deploy(source, name="bill-pipeline", memory=512, timeout=20), lab.client("s3")
    for bucket in ("bill-in", "bill-out"):
        s3.create_bucket(Bucket=bucket)
    lab.client("dynamodb").create_table(
        TableName="bill-photos",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    lab.trigger("s3:bill-in", function)
    before = lab.bill()
    s3.put_object(Bucket="bill-in", Key="cat.jpg", Body=b"meow")
    (ran,) = function.wait(1)
    million = lab.bill(since=before).times(1_000_000)
    assert (million.of("S3 PUT").usd, million.of("S3 GET").usd, million.of("DynamoDB").usd) == (
        10, Decimal("0.4"), Decimal("0.625"),
    )  # fmt: skip
    assert ran.report is not None
    assert million.of("Lambda").usd == invocation_price(ran.report.billed_ms, 512) * 1_000_000
    assert million.usd == sum(million.of(name).usd for name in ("S3", "DynamoDB", "Lambda", "Logs"))


def test_a_million_photos_cost_a_million_times_one(deploy: Deploy, lab: Lab) -> None:
    function = deploy(ECHO, name="bill-photo")
    before = lab.bill()
    function.invoke()
    one = lab.bill(since=before)
    assert one.times(1_000_000).usd == one.usd * 1_000_000
    assert "a million times" in repr(one)
    shown = repr(one).replace("0.0000166667", "")
    assert not re.search(r"\d{8}", shown.replace(",", "").replace("0.000000", "")), "no noise of binary fractions"


def test_the_bill_says_what_it_does_not_count_and_its_date(lab: Lab) -> None:
    Lab().client("s3").list_buckets()
    bill = lab.bill()
    assert "Not counted: the free tier" in bill.note and "Lambda's polling of a queue" in repr(bill)
    assert not bill.items or "prices of September 2026" in bill._repr_html_()


def test_a_bill_of_something_else_is_no_earlier_one(deploy: Deploy, lab: Lab) -> None:
    deploy(ECHO, name="bill-other").invoke()
    with pytest.raises(ValueError, match=r"no earlier bill.*has more of [\w-]+: Lambda requests"):
        lab.bill(since=lab.bill().times(2))


def test_what_is_no_bill_is_no_earlier_one_either(lab: Lab) -> None:
    with pytest.raises(TypeError, match=r"since=3 is no bill: keep an earlier `before = lab.bill\(\)`"):
        lab.bill(since=3)  # type: ignore[arg-type]  # a number of minutes, as one may expect


def test_metering_takes_no_time_that_could_be_felt() -> None:
    from lambdalab.http.billed import use
    from lambdalab.http.door import Arrived

    meter = Meter(lambda: 0.0)
    request = Arrived("PUT", "/photos/cat.jpg", {}, b"x" * 100_000)

    def one() -> None:
        found = use("s3:PutObject", request, "arn:aws:s3:::photos/cat.jpg")
        assert found
        meter.add(*found)

    assert min(timeit.repeat(one, number=1000, repeat=5)) / 1000 < 50e-6  # a request takes milliseconds
    assert meter.to_json()["used"] == [["s3_puts", "", 5000]]
