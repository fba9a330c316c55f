"""Exercise 07.3, two environments at the same moment, whatever the speed of the machine.

In a copy of the student's function the first write of each environment waits until the other one is about to write too.
So whoever looks before writing has looked before either wrote. After that they write one after the other, and each
counts as a charge if it changed the ledger's lines: one line written over another does not show in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from lambdalab.learn.work import Work

WRITES = ("PutItem", "UpdateItem", "TransactWriteItems")
_TABLE = "ex07-latch"
_COPY = """import time
from contextlib import contextmanager

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

WRITES = {writes}
ask, latch, came, charged = BaseClient._make_api_call, boto3.client("dynamodb"), [], []


def asked(operation, name, **more):
    place = "Item" if operation == "PutItem" else "Key"
    return ask(latch, operation, {{"TableName": "{latch}", place: {{"id": {{"S": name}}}}, **more}})


def count(what):
    values = {{":one": {{"N": "1"}}}}
    asked("UpdateItem", "latch", UpdateExpression=f"ADD {{what}} :one", ExpressionAttributeValues=values)


def tried():
    ends = time.monotonic() + 2  # a handler that does not write in the other environment is not waited for for ever
    while time.monotonic() < ends:
        yield
        time.sleep(0.01)


def both_here():
    count("came")
    for _ in tried():
        if int(asked("GetItem", "latch", ConsistentRead=True)["Item"]["came"]["N"]) >= 2:
            return


@contextmanager
def alone():
    for _ in tried():
        try:
            asked("PutItem", "lock", ConditionExpression="attribute_not_exists(id)")
            break
        except ClientError:  # the other one writes
            pass
    try:
        yield
    finally:
        asked("DeleteItem", "lock")


def charges():
    lines = ask(latch, "Scan", {{"TableName": "{ledger}", "ConsistentRead": True}})["Items"]
    return sorted(repr(sorted(line.items())) for line in lines if "cents" in line)


def at_the_same_moment(client, operation, given):
    if operation not in WRITES:
        return ask(client, operation, given)
    if not came:
        came.append(operation)
        both_here()
    with alone():
        before = charges()
        answer = ask(client, operation, given)
        if charges() != before and not charged:
            charged.append(operation)
            count("charged")
    return answer


BaseClient._make_api_call = at_the_same_moment

from lambda_function import handler
"""


def files(ledger: str) -> dict[str, str]:
    """What the copy's zip needs besides the student's files; its handler is `same_moment.handler`.

    Args:
        ledger: the table whose lines with cents are charges.
    """
    writes = {*WRITES, "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction"}
    return {"same_moment.py": _COPY.format(writes=sorted(writes), latch=_TABLE, ledger=ledger)}


@contextmanager
def latch(work: Work) -> Iterator[Callable[[], Mapping[str, int]]]:
    """The table by which the environments wait for each other; what it gives reads who `came` and who `charged`."""
    client = work.lab.client("dynamodb")
    with suppress(client.exceptions.ResourceNotFoundException):  # left by a check that was interrupted
        client.delete_table(TableName=_TABLE)
    client.create_table(
        TableName=_TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def counts() -> Mapping[str, int]:
        item = client.get_item(TableName=_TABLE, Key={"id": {"S": "latch"}}).get("Item", {})
        return {what: int(item.get(what, {}).get("N", 0)) for what in ("came", "charged")}

    try:
        yield counts
    finally:
        client.delete_table(TableName=_TABLE)
