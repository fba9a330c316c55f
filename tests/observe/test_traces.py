"""The way of real events: each part lies within what the client measured, and in the order of its causes."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, LabError
from lambdalab.observe.records import Report
from lambdalab.observe.traces import Part, Station, Trace
from lambdalab.observe.tracks import build
from lambdalab.show.traces import Traces

Deploy = Callable[..., Function]
READS = """
import boto3
table = boto3.resource("dynamodb").Table("read-by-trace")

def handler(event, context):
    item = table.get_item(Key={"id": event["pathParameters"]["id"]})["Item"]
    return {"statusCode": 200, "body": item["name"]}
"""
COPIES = """
import boto3
s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket="trace-out", Key=key, Body=body)
"""


def part(station: Station, name: str) -> Part:
    (found,) = [part for part in station.parts if part.name == name]
    return found


@pytest.fixture
def api(lab: Lab, deploy: Deploy) -> Iterator[str]:
    """An HTTP API before a function that reads a table; its address."""
    client = boto3.client("dynamodb")
    if "read-by-trace" not in client.list_tables()["TableNames"]:
        client.create_table(
            TableName="read-by-trace", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
        )  # fmt: skip
        client.put_item(TableName="read-by-trace", Item={"id": {"S": "7"}, "name": {"S": "cat"}})
    arn = deploy(READS, name="reads").configuration["FunctionArn"]
    client = boto3.client("apigatewayv2")
    made = client.create_api(Name="traced", ProtocolType="HTTP", Target=arn, RouteKey="GET /photos/{id}")
    boto3.client("lambda").add_permission(
        FunctionName="reads", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    yield lab.url(made["ApiId"], "photos/7")
    client.delete_api(ApiId=made["ApiId"])


def timed(url: str) -> tuple[object, float]:
    began = time.perf_counter()
    with urllib.request.urlopen(url) as response:
        assert response.read() == b"cat"
    return response, time.perf_counter() - began


def test_a_cold_and_a_warm_request_are_told_part_for_part(lab: Lab, api: str) -> None:
    cold_answer, cold_wall = timed(api)
    warm_answer, warm_wall = timed(api)
    cold, warm = lab.trace(cold_answer, warm_answer)
    assert (cold, warm) == lab.trace("reads", last=2)
    names = ["door and route", "init", "handler code", "table: get_item", "answer"]
    (cold_run,), (warm_run,) = cold.stations, warm.stations
    assert [each.name for each in cold_run.parts] == names
    assert [each.name for each in warm_run.parts] == [name for name in names if name != "init"]
    assert (cold.name, cold.door) == ("GET /photos/7", "an HTTP API")
    reports = [i.report for i in lab.history("reads")]
    for trace, wall, report in ((cold, cold_wall, reports[0]), (warm, warm_wall, reports[1])):
        assert isinstance(report, Report)
        (station,) = trace.stations
        assert trace.answered == pytest.approx(trace.seconds)
        assert 0.8 * report.duration_ms / 1000 < trace.seconds < wall  # the client's own clock bounds it
        assert sum(each.seconds for each in station.parts) == pytest.approx(trace.seconds, abs=0.01)
        code, asked = part(station, "handler code"), part(station, "table: get_item")
        assert code.seconds + asked.seconds == pytest.approx(report.duration_ms / 1000, abs=0.002)
    assert part(cold_run, "init").seconds * 1000 == pytest.approx(reports[0].init_ms, abs=5)  # type: ignore[union-attr]
    in_order = sorted(stretch for each in cold_run.parts for stretch in each.stretches)
    assert all(one[1] <= other[0] + 0.002 for one, other in pairwise(in_order))


def test_an_upload_is_followed_through_two_functions(lab: Lab, deploy: Deploy) -> None:
    s3 = boto3.client("s3")
    for bucket in ("trace-in", "trace-out"):
        s3.create_bucket(Bucket=bucket)
    copies = deploy(COPIES, name="copies")
    last = deploy("def handler(event, context):\n    pass\n", name="looks")
    lab.trigger("s3:trace-in", "copies")
    lab.trigger("s3:trace-out", "looks")
    answer = s3.put_object(Bucket="trace-in", Key="cat.jpg", Body=b"x")
    copies.wait(1), last.wait(1)
    (trace,) = lab.trace(answer)
    assert trace.name == "put_object of trace-in/cat.jpg"
    assert [(s.kind, s.name) for s in trace.stations] == [
        ("request", "put_object of trace-in/cat.jpg"),
        ("run", "copies"),
        ("run", "looks"),
    ]
    put, copies, looks = trace.stations
    assert [each.name for each in copies.parts] == [
        "on its way",
        "init",
        "handler code",
        "bucket: get_object",
        "bucket: put_object",
    ]
    assert trace.answered == pytest.approx(put.ended)
    assert put.ended < part(copies, "handler code").stretches[0][0]
    assert part(copies, "bucket: put_object").stretches[0][0] <= looks.began
    assert put.came is None
    assert copies.came is not None and looks.came is not None
    assert (copies.came.name, copies.came.carriers) == ("ObjectCreated:Put", ("bucket",))
    assert (copies.came.sender, looks.came.sender) == (put.span, copies.span)
    assert copies.began <= looks.came.sent <= copies.ended
    assert looks.came.sent <= looks.began
    assert lab.trace() == lab.trace("looks") == (trace,)
    assert "in two functions" in str(lab.trace())


def test_what_a_topic_tells_two_functions_is_a_journey_with_the_topics_name(lab: Lab, deploy: Deploy) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="card-charged")["TopicArn"]
    publishes = f"""
import boto3
sns = boto3.client("sns")

def handler(event, context):
    sns.publish(TopicArn="{topic}", Message="17")
"""
    teller = deploy(publishes, name="tells")
    hearers = [deploy("def handler(event, context):\n    pass\n", name=name) for name in ("hears-a", "hears-b")]
    for hearer in hearers:
        boto3.client("lambda").add_permission(
            FunctionName=hearer.name, StatementId="topic", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
        )
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=hearer.configuration["FunctionArn"])
    answer = teller.invoke({})
    for hearer in hearers:
        hearer.wait(1)
    (trace,) = lab.trace(answer)
    told, *heard = trace.runs
    assert told.waited and not any(run.waited for run in heard)
    assert {run.name for run in heard} == {"hears-a", "hears-b"}
    for run in heard:
        assert run.came is not None
        assert (run.came.name, run.came.carriers, run.came.sender) == ("card-charged", ("topic",), told.span)
    assert lab.trace(answer).picture.alt.startswith("The caller's answer came after")
    assert "two start from card-charged" in lab.trace(answer).picture.alt.replace("Two", "two")


def test_a_denied_event_ends_at_the_function_that_it_did_not_reach(lab: Lab, deploy: Deploy) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="trace-denied")
    deploy("def handler(event, context):\n    pass\n", name="shut")
    lab.trigger("s3:trace-denied", "shut")
    boto3.client("lambda").remove_permission(FunctionName="shut", StatementId="s3-trace-denied")
    answer = s3.put_object(Bucket="trace-denied", Key="a", Body=b"")
    (trace,) = lab.trace(answer)
    assert [(s.kind, s.name, s.outcome) for s in trace.stations][1:] == [("lost", "shut", "denied")]
    assert "ran nothing: it was denied" in str(lab.trace(answer))


def test_attempts_are_stations_of_one_trace_and_turns_of_the_clock_take_no_time(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError('no')", name="thrice")
    began = time.perf_counter()
    queued = function.invoke_async({})
    for attempt in (1, 2, 3):
        function.wait(attempt)
        lab.clock.advance(seconds=150)
    (trace,) = lab.trace(queued)
    assert [(s.attempt, s.outcome) for s in trace.runs] == [(1, "failed"), (2, "failed"), (3, "failed")]
    assert [s.cold for s in trace.runs] == [True, False, False]
    assert trace.seconds < time.perf_counter() - began
    handled = [part(run, "handler code").stretches[0][0] for run in trace.runs]
    turned = [sum(seconds for at, seconds in trace.turns if at <= began) for began in handled]
    assert turned == pytest.approx([0, 60, 60 + 120], abs=2)  # AWS waits one minute, then two


def test_a_call_that_is_turned_away_runs_nothing(lab: Lab, deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    pass\n", name="off")
    boto3.client("lambda").put_function_concurrency(FunctionName="off", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="Rate Exceeded"):
        boto3.client("lambda").invoke(FunctionName="off")
    (trace,) = lab.trace("off")
    assert [(s.kind, s.outcome) for s in trace.stations] == [("lost", "throttled")]


def test_an_init_that_fails_is_told_with_its_second_try(lab: Lab, deploy: Deploy) -> None:
    deploy("import nothing_of_this_name\ndef handler(event, context):\n    pass\n", name="broken").invoke()
    (trace,) = lab.trace("broken")
    (station,) = trace.stations
    assert [(each.kind, each.name, each.outcome) for each in station.parts] == [
        ("door", "door", "ok"),
        ("init", "init", "failed"),
        ("init", "init again", "failed"),
        ("answer", "answer", "ok"),
    ]


def test_a_function_that_calls_another_waits_for_it(lab: Lab, deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    return 1\n", name="inner")
    deploy(
        "import boto3\nclient = boto3.client('lambda')\n"
        "def handler(event, context):\n    client.invoke(FunctionName='inner')\n",
        name="outer",
    ).invoke()
    (trace,) = lab.trace("outer")
    outer, inner = trace.stations
    assert (outer.name, inner.name, len(trace.runs)) == ("outer", "inner", 2)
    ((began, ended),) = part(outer, "function: invoke").stretches
    assert began <= inner.began and inner.ended <= ended + 0.002
    assert inner.parts[-1].name == "answer"


def test_an_event_is_found_by_everything_that_names_it(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    return 1\n", name="named")
    result = function.invoke()
    answer = boto3.client("lambda").invoke(FunctionName="named")
    (first, second) = lab.history("named")
    for event in (result, result.request_id, first.trace, f"Root={first.trace};Sampled=0", first):
        assert lab.trace(event)[0].root == first.trace
    for event in (answer, "named", second, *lab.steps(trace=second.trace)):
        assert lab.trace(event)[0].root == second.trace
    assert [trace.root for trace in lab.trace(last=2)] == [first.trace, second.trace]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (("1-00000000-000000000000000000000000",), "nothing is known of the event"),
        (("00000000-0000-0000-0000-000000000000",), "no event with the request id"),
        (("nobody",), "there is no function named 'nobody'"),
        ((7,), "a int names no event"),
        (({},), "a dict names no event"),
    ],
)
def test_what_names_no_event_is_refused_with_what_would(lab: Lab, events: tuple[object, ...], said: str) -> None:
    with pytest.raises(LabError, match=said):
        lab.trace(*events)


def test_three_have_no_room(lab: Lab) -> None:
    with pytest.raises(ValueError, match="one event or 2"):
        lab.trace(last=3)
    with pytest.raises(ValueError, match="one event or 2"):
        lab.trace("a", "b", "c")


def test_nothing_at_all_is_a_trace_without_stations() -> None:
    empty = build("1-0", [], [])
    assert empty == Trace("1-0", "nothing", "", 0.0)
    assert empty.seconds == 0
    assert "No step of this event is remembered" in repr(Traces([empty]))
