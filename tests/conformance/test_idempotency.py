"""Powertools' idempotency utility, AWS's own library against doing a thing twice, works unchanged in a function.

A ledger counts how often each order was charged; the utility keeps its records in a table of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambdalab import Function, Lab
from lambdalab.functions import deploy
from tests.triggers.mapped import Make
from tests.triggers.mapped import mapped as mapped

CHARGES = """
import os, pathlib, time
import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer, IdempotencyConfig, idempotent, idempotent_function
)

client = boto3.client("dynamodb")
store = DynamoDBPersistenceLayer(table_name=os.environ["RECORDS"])
config = IdempotencyConfig(event_key_jmespath="order")
by_order = IdempotencyConfig()

def charge(order):
    if folder := os.environ.get("FOLDER"):
        pathlib.Path(folder, "began").touch()
        while not pathlib.Path(folder, "go").exists():
            time.sleep(0.01)
    new_only = {"ConditionExpression": "attribute_not_exists(charges)"} if "NEW_ONLY" in os.environ else {}
    try:
        client.update_item(
            TableName=os.environ["LEDGER"], Key={"id": {"S": order}},
            UpdateExpression="ADD charges :one", ExpressionAttributeValues={":one": {"N": "1"}}, **new_only
        )
    except client.exceptions.ConditionalCheckFailedException:
        print("this order is charged")
    return {"charged": order}
"""
ASYNCHRONOUS = (
    CHARGES
    + """
@idempotent(config=config, persistence_store=store)
def handler(event, context):
    return charge(event["order"])
"""
)
QUEUED = (
    CHARGES
    + """
@idempotent_function(data_keyword_argument="order", config=by_order, persistence_store=store)
def once(order):
    return charge(order)

def handler(event, context):
    by_order.register_lambda_context(context)
    for record in event["Records"]:
        print("ANSWER", once(order=record["body"])["charged"])
"""
)


NEW_ONLY = {"NEW_ONLY": "yes"}
"""The ledger itself charges an order that it has not seen, and no other."""
_numbers = count(1)
IN_PROGRESS = "IdempotencyAlreadyInProgressError"


@pytest.fixture(scope="module")
def layers() -> list[str]:
    lab = Lab()
    return [lab.layer("aws-lambda-powertools"), lab.layer("jmespath")]


@dataclass
class Tables:
    """The ledger, and the records of the utility."""

    ledger: str
    records: str

    @property
    def env(self) -> dict[str, str]:
        return {"LEDGER": self.ledger, "RECORDS": self.records}

    def charges(self, order: str) -> int:
        item = boto3.client("dynamodb").get_item(TableName=self.ledger, Key={"id": {"S": order}}).get("Item")
        return int(item["charges"]["N"]) if item else 0

    def record(self) -> dict[str, Any]:
        """The one record there is."""
        (item,) = boto3.client("dynamodb").scan(TableName=self.records)["Items"]
        return {name: next(iter(value.values())) for name, value in item.items()}

    def let_the_record_expire(self) -> None:
        """Wait until the function's own clock is past it: turning the lab's clock does not move that one."""
        ends = int(self.record()["in_progress_expiration"])
        until(lambda: time.time() * 1000 > ends, "the record expires with the function's timeout")


@pytest.fixture
def tables(lab: Lab) -> Iterator[Tables]:
    number, client = next(_numbers), boto3.client("dynamodb")
    made = Tables(f"ledger-{number}", f"records-{number}")
    for name in (made.ledger, made.records):
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    yield made
    lab.faults.clear()
    for name in (made.ledger, made.records):
        client.delete_table(TableName=name)


def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def errors(lab: Lab, function: Function) -> list[str | None]:
    return [run.error_type for run in lab.history(function.name)]


# -- behind an asynchronous call ---------------------------------------------------------------------------------------


@pytest.fixture
def charging(lab: Lab, layers: list[str], tables: Tables) -> Iterator[Callable[..., Function]]:
    made: list[Function] = []

    def make(source: str = ASYNCHRONOUS, *, timeout: int = 20, **env: str) -> Function:
        name = f"charging-{next(_numbers)}"
        made.append(deploy(lab, name, source, timeout=timeout, layers=layers, env={**tables.env, **env}))
        return made[-1]

    yield make
    for function in made:
        function.delete()


def test_an_asynchronous_event_that_is_delivered_twice_is_charged_once(
    charging: Callable[..., Function], lab: Lab, tables: Tables
) -> None:
    function = charging()
    lab.faults.twice(function.name)
    function.invoke_async({"order": "a"})
    lab.clock.advance(seconds=1)
    assert errors(lab, function) == [None, None]
    assert tables.charges("a") == 1
    assert tables.record()["status"] == "COMPLETED"


def test_without_the_utility_it_is_charged_twice(charging: Callable[..., Function], lab: Lab, tables: Tables) -> None:
    function = charging(ASYNCHRONOUS.replace("@idempotent(config=config, persistence_store=store)\n", ""))
    lab.faults.twice(function.name)
    function.invoke_async({"order": "a"})
    lab.clock.advance(seconds=1)
    assert tables.charges("a") == 2


def test_another_order_is_charged_and_the_same_one_gets_the_first_answer_again(
    charging: Callable[..., Function], tables: Tables
) -> None:
    function = charging()
    for order in "aba":
        assert function.invoke({"order": order}).answer == {"charged": order}
    assert (tables.charges("a"), tables.charges("b")) == (1, 1)


def test_of_two_environments_at_the_same_moment_one_charges_and_the_other_gets_its_answer_at_the_retry(
    charging: Callable[..., Function], lab: Lab, tables: Tables, shared: Path
) -> None:
    function = charging(FOLDER=str(shared))
    function.invoke_async({"order": "a"})
    until((shared / "began").exists, "the first one is about to charge")
    function.invoke_async({"order": "a"})
    until(lambda: errors(lab, function) == [IN_PROGRESS], "the second one is turned away while the first one runs")
    (shared / "go").touch()
    lab.clock.advance(seconds=61)
    assert sorted(errors(lab, function), key=str) == [IN_PROGRESS, None, None]
    assert len({run.environment for run in lab.history(function.name)}) == 2
    assert tables.charges("a") == 1


def test_a_process_killed_after_the_charge_leaves_a_record_that_keeps_retries_away(
    charging: Callable[..., Function], lab: Lab, tables: Tables
) -> None:
    function = charging(timeout=300)  # longer than both waits: as on AWS, the record outlasts the retries
    lab.faults.kill(function.name, "dynamodb:UpdateItem", done=True)
    function.invoke_async({"order": "a"})
    lab.clock.advance(minutes=5)
    assert errors(lab, function) == ["Runtime.ExitError", IN_PROGRESS, IN_PROGRESS]
    assert tables.charges("a") == 1
    assert tables.record()["status"] == "INPROGRESS"


@pytest.mark.parametrize(("env", "charges"), [({}, 2), (NEW_ONLY, 1)])
def test_when_the_record_has_expired_the_handler_runs_again_so_the_charge_must_know_its_order(
    charging: Callable[..., Function], lab: Lab, tables: Tables, env: dict[str, str], charges: int
) -> None:
    function = charging(timeout=2, **env)
    lab.faults.kill(function.name, "dynamodb:UpdateItem", done=True)
    function.invoke_async({"order": "a"})
    until(lambda: errors(lab, function) == ["Runtime.ExitError"], "the process is killed")
    tables.let_the_record_expire()
    lab.clock.advance(seconds=61)
    assert errors(lab, function) == ["Runtime.ExitError", None]
    assert (tables.charges("a"), tables.record()["status"]) == (charges, "COMPLETED")


# -- behind a queue ----------------------------------------------------------------------------------------------------


def test_a_batch_of_a_queue_that_is_delivered_twice_is_charged_once(
    mapped: Make, layers: list[str], tables: Tables
) -> None:
    one = mapped(visibility=60, timeout=20)
    deploy(one.lab, one.function.name, QUEUED, timeout=20, layers=layers, env=tables.env)
    one.lab.faults.twice(one.function.name)
    one.send("a", "b")
    one.settle()
    assert sorted(line for line in one.function.logs() if "ANSWER" in line) == ["ANSWER a"] * 2 + ["ANSWER b"] * 2
    assert (tables.charges("a"), tables.charges("b"), one.counts()) == (1, 1, (0, 0))


def test_two_messages_of_one_order_in_two_environments_are_charged_once_and_both_are_deleted_in_the_end(
    mapped: Make, layers: list[str], tables: Tables, shared: Path
) -> None:
    one = mapped(visibility=60, timeout=20, BatchSize=1)
    env = {**tables.env, "FOLDER": str(shared)}
    deploy(one.lab, one.function.name, QUEUED, timeout=20, layers=layers, env=env)
    one.send("a", "a")
    until(lambda: errors(one.lab, one.function) == [IN_PROGRESS], "one of them is turned away")
    (shared / "go").touch()
    one.settle()
    assert one.counts() == (0, 1)
    one.settle(61)
    assert (tables.charges("a"), one.counts()) == (1, (0, 0))


@pytest.mark.parametrize(("env", "charges"), [({}, 2), (NEW_ONLY, 1)])
def test_a_message_whose_process_was_killed_after_the_charge_comes_again_when_its_record_has_expired(
    mapped: Make, layers: list[str], tables: Tables, env: dict[str, str], charges: int
) -> None:
    one = mapped(visibility=30, timeout=2)
    deploy(one.lab, one.function.name, QUEUED, timeout=2, layers=layers, env={**tables.env, **env})
    one.lab.faults.kill(one.function.name, "dynamodb:UpdateItem", done=True)
    one.send("a")
    one.settle()
    assert errors(one.lab, one.function) == ["Runtime.ExitError"]
    assert tables.charges("a") == 1
    tables.let_the_record_expire()
    one.settle(31)
    assert errors(one.lab, one.function) == ["Runtime.ExitError", None]
    assert (tables.charges("a"), one.counts()) == (charges, (0, 0))
