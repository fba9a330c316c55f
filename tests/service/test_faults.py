"""Faults on request: each happens with the next event of its function, as often as asked, and then no more."""

from __future__ import annotations

import textwrap
import uuid
from typing import Any

import boto3
import pytest

from lambdalab import Lab, LabError

WRITER = """
    import json, os
    import boto3
    from botocore.exceptions import ClientError
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    def handler(event, context):
        try:
            table.put_item(Item={"id": event["id"]})
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "written"
"""


@pytest.fixture
def table(lab: Lab) -> Any:
    made = boto3.resource("dynamodb").create_table(
        TableName=f"t-{uuid.uuid4().hex[:8]}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield made
    lab.faults.clear()


@pytest.fixture
def writer(lab: Lab, table: Any, deploy: Any) -> Any:
    return deploy(textwrap.dedent(WRITER), table.name, env={"TABLE": table.name})


def ids(table: Any) -> list[str]:
    return sorted(str(item["id"]) for item in table.scan()["Items"])


def test_a_write_that_fails_is_not_carried_out_and_the_next_one_is(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.fail(writer.name, "dynamodb:PutItem")
    assert writer.invoke({"id": "1"}).answer == "TransactionConflictException"
    assert ids(table) == []
    assert writer.invoke({"id": "1"}).answer == "written"
    assert ids(table) == ["1"]


def test_an_answer_can_be_lost_after_the_write(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.fail(writer.name, "dynamodb:PutItem", done=True)
    assert writer.invoke({"id": "1"}).answer == "TransactionConflictException"
    assert ids(table) == ["1"]


def test_another_operation_and_another_function_are_left_alone(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.fail(writer.name, "dynamodb:GetItem").fail("somebody-else", "dynamodb:PutItem")
    assert writer.invoke({"id": "1"}).answer == "written"
    assert len(repr(lab.faults).splitlines()) == 2


def test_what_the_notebook_asks_itself_does_not_fail(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.fail(writer.name, "dynamodb:PutItem")
    table.put_item(Item={"id": "mine"})
    assert ids(table) == ["mine"]


@pytest.mark.parametrize("done", [False, True])
def test_a_process_can_be_killed_before_its_write_or_right_after(lab: Lab, table: Any, writer: Any, done: bool) -> None:
    lab.faults.kill(writer.name, "dynamodb:PutItem", done=done)
    result = writer.invoke({"id": "1"})
    assert result.error["errorType"] == "Runtime.ExitError"
    assert ids(table) == (["1"] if done else [])
    assert writer.invoke({"id": "2"}).answer == "written"


@pytest.mark.parametrize("done", [False, True])
def test_an_answer_that_never_comes_ends_with_the_functions_timeout(
    lab: Lab, table: Any, writer: Any, done: bool
) -> None:
    lab.client("lambda").update_function_configuration(FunctionName=writer.name, Timeout=1)
    lab.faults.hang(writer.name, "dynamodb:PutItem", done=done)
    assert writer.invoke({"id": "1"}).error["errorType"] == "Sandbox.Timedout"
    assert ids(table) == (["1"] if done else [])
    lab.client("lambda").update_function_configuration(FunctionName=writer.name, Timeout=30)
    assert writer.invoke({"id": "2"}).answer == "written"


def test_a_request_that_is_held_is_carried_out_when_all_is_cleared(lab: Lab, table: Any, writer: Any) -> None:
    assert not lab.faults.held(seconds=0)
    lab.faults.hold(writer.name, "dynamodb:PutItem")
    writer.invoke_async({"id": "1"})
    assert lab.faults.held()
    table.put_item(Item={"id": "meanwhile"})
    assert ids(table) == ["meanwhile"]
    lab.faults.clear()
    lab.clock.advance(seconds=1)
    assert ids(table) == ["1", "meanwhile"]


def test_a_held_request_of_a_run_that_ended_meanwhile_is_not_carried_out(lab: Lab, table: Any, writer: Any) -> None:
    lab.client("lambda").update_function_configuration(FunctionName=writer.name, Timeout=1)
    lab.faults.hold(writer.name, "dynamodb:PutItem")
    assert writer.invoke({"id": "1"}).error["errorType"] == "Sandbox.Timedout"
    lab.faults.clear()
    lab.client("lambda").update_function_configuration(FunctionName=writer.name, Timeout=30)
    assert writer.invoke({"id": "2"}).answer == "written"
    assert ids(table) == ["2"]


def asked_for(lab: Lab, writer: Any, table: Any) -> str:
    """What the story says of the last event's write, in brackets; "" for nothing."""
    text = lab.explain(writer.name, last=1).rows[-1].text
    return text.partition(f"It asked for dynamodb:PutItem of {table.name}")[2].partition(".")[0].strip(" ()")


@pytest.mark.parametrize("fault", ["kill", "fail"])
def test_the_story_tells_a_write_whose_answer_was_lost_as_carried_out(
    lab: Lab, table: Any, writer: Any, fault: str
) -> None:
    getattr(lab.faults, fault)(writer.name, "dynamodb:PutItem", done=True)
    writer.invoke({"id": "1"})
    assert asked_for(lab, writer, table) == "carried out, but the answer never arrived"
    arrow = next(arrow for arrow in lab.topology(writer.name).arrows if arrow.target.endswith(table.name))
    assert arrow.state == "may and did"
    writer.invoke({"id": "2"})
    assert asked_for(lab, writer, table) == ""


def test_the_story_does_not_say_carried_out_of_what_was_refused_by_the_service_or_the_fault(
    lab: Lab, table: Any, writer: Any
) -> None:
    lab.faults.kill(writer.name, "dynamodb:PutItem")
    writer.invoke({"id": "1"})
    assert asked_for(lab, writer, table) == "failed"
    lab.faults.kill(writer.name, "dynamodb:PutItem", done=True)
    writer.invoke({"id": 1})  # the table's key is a text, so the service refuses a number
    assert (asked_for(lab, writer, table), ids(table)) == ("failed", [])


def test_an_event_given_twice_runs_twice_under_one_request_id(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.twice(writer.name)
    for number in ("1", "2"):
        writer.invoke_async({"id": number})
    lab.clock.advance(seconds=1)
    runs = [run.request_id for run in lab.history(writer.name)]
    assert len(runs) == 3 and len(set(runs)) == 2


def test_a_late_event_is_overtaken(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.late(writer.name, minutes=1)
    first = writer.invoke_async({"id": "1"}).request_id
    second = writer.invoke_async({"id": "2"}).request_id
    lab.clock.advance(minutes=2)
    assert [run.request_id for run in lab.history(writer.name)] == [second, first]


def test_faults_can_happen_several_times_and_be_forgotten(lab: Lab, table: Any, writer: Any) -> None:
    lab.faults.fail(writer.name, times=3)
    answers = [writer.invoke({"id": str(n)}).answer for n in range(2)]
    assert answers == ["TransactionConflictException"] * 2
    assert repr(lab.faults) == f"The next event of {writer.name}: is refused when it asks for anything."
    lab.faults.clear()
    assert writer.invoke({"id": "9"}).answer == "written"
    assert repr(lab.faults) == "Nothing is going to fail on request."


def test_nonsense_is_refused_with_a_reason(lab: Lab) -> None:
    with pytest.raises(LabError, match="1 to 1000 events"):
        lab.faults.fail("f", times=0)
    with pytest.raises(LabError, match="give 0 or more"):
        lab.faults.late("f", seconds=-1)
