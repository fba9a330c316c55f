"""Exercise 07.3, charge once: the check delivers as a queue does, and counts the lines of the ledger.

A message whose handler failed comes once more, any other is done. "Two environments at the same moment" is made sure by
a copy of the student's function in which the first write of each environment waits until the other one is about to
write too: so whoever looks before writing has looked before either wrote, whatever the speed of the machine. The copy
also counts the environments whose charge the table took, as one line written over another does not show.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import delivered_again, sqs_messages
from lambdalab.events.batch_answer import verdict
from lambdalab.learn.cases import first
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Hit, Message, NotRun, Row, Seen, Tried
from lambdalab.learn.student import uses
from lambdalab.learn.work import Answer, Work, raised_inside
from lambdalab.learn.workbooks.own import code_with, own_function

FUNCTION, LEDGER = "ex07_charge", "ex07_lines"
_OWN, _LATCH = "ex07_charge_check", "ex07-latch"
_AT_ONCE = "at once"
_THERE = ("ConditionalCheckFailedException", "TransactionCanceledException")
_WRITES = ("PutItem", "UpdateItem", "TransactWriteItems")
_SAME_MOMENT = f"""import time

import boto3
from botocore.client import BaseClient

WRITES = {{*{_WRITES}, "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction"}}
ask, latch, came, charged = BaseClient._make_api_call, boto3.client("dynamodb"), [], []
place = {{"TableName": "{_LATCH}", "Key": {{"id": {{"S": "latch"}}}}}}


def count(what):
    values = {{":one": {{"N": "1"}}}}
    ask(latch, "UpdateItem", {{**place, "UpdateExpression": f"ADD {{what}} :one", "ExpressionAttributeValues": values}})


def both_here():
    count("came")
    ends = time.monotonic() + 2  # a handler that does not write in the other environment is not waited for for ever
    while time.monotonic() < ends:
        if int(ask(latch, "GetItem", {{**place, "ConsistentRead": True}})["Item"]["came"]["N"]) >= 2:
            return
        time.sleep(0.01)


def at_the_same_moment(client, operation, given):
    if operation in WRITES and not came:
        came.append(operation)
        both_here()
    answer = ask(client, operation, given)
    if operation in WRITES and "cents" in repr(given) and not charged:
        charged.append(operation)
        count("charged")
    return answer


BaseClient._make_api_call = at_the_same_moment

from lambda_function import handler
"""
Events = Sequence[Mapping[str, Any]]


@dataclass
class _Shop:
    """What the cases of one check hand on.

    Args:
        prefix: how the ids of its orders begin.
        message: the first message, which comes again later.
        at_once: how many environments charged the order that both had.
    """

    cents: int
    prefix: str = field(default_factory=lambda: f"{secrets.token_hex(3)}-")
    message: Mapping[str, Any] | None = None
    at_once: int = 0

    def orders(self, *names: str) -> dict[str, Any]:
        """A batch with a message for each of these orders."""
        return sqs_messages(*({"order_id": self.id(name), "cents": self.cents} for name in names), queue="ex07-charges")

    def id(self, name: str) -> str:
        return f"{self.prefix}{name}"


def cases(rng: random.Random | None) -> Sequence[Case]:
    shop = _Shop(250 if rng is None else rng.randrange(100, 900))
    number = 17 if rng is None else rng.randrange(20, 99)
    one, other = f"{number}", f"{number + 1}"
    shop.message = shop.orders(one)
    two = shop.orders(one, other)
    return [
        _case("the same message twice", shop, [one], _delivered(shop, shop.message, delivered_again(shop.message))),
        _case("the same order in two messages", shop, [one, other], _delivered(shop, two)),
        _case("again in a new environment", shop, [one], _renewed(shop)),
        _case("two environments at the same moment", shop, [_AT_ONCE], _together(shop)),
        _case("a write that fails once, then a retry", shop, list(_failures()), _refused(shop)),
        _case(
            "20 different orders",
            shop,
            [f"of 20, {n}" for n in range(20)],
            _delivered(shop, *(shop.orders(*(f"of 20, {n}" for n in part)) for part in (range(10), range(10, 20)))),
        ),
    ]


def _case(tried: str, shop: _Shop, orders: Sequence[str], deliver: Callable[[Work], Answer]) -> Case:
    event = f'lab.function("{FUNCTION}").invoke({shop.orders(orders[0])!r})    # and once more'

    def run(work: Work) -> Seen:
        with _ledger(work, shop, last=tried.startswith("20")) as ledger:
            before = _lines(ledger, shop)
            answer = deliver(work)
            after = _lines(ledger, shop)
        counts = {name: len(after.get(shop.id(name), ())) for name in orders}
        if _AT_ONCE in counts:
            counts[_AT_ONCE] = max(counts[_AT_ONCE], shop.at_once)
        changed = next((one for one, its in before.items() if its and its[0] not in after.get(one, [])), "")
        wrong = next((name for name, count in counts.items() if count != 1), None)
        facts = {"counts": counts, "changed": bool(changed), "error": answer.raised.kind if answer.raised else ""}
        if wrong is None and not changed and answer.raised is None:
            shown = "1 line" if len(orders) == 1 else f"{len(orders)} orders, a line each"
            return Seen(True, shown, facts=facts)
        if wrong is not None:
            shown = f"{_order(wrong)} {_became(wrong, counts[wrong])}, expected 1"
        else:
            shown = "the first line was changed" if changed else f"raised {facts['error']}"
        return Seen(False, shown, raised=answer.raised, facts=facts, rows=(Row(False, tried, shown),))

    return Case(tried, event, run, about=tried)


def _order(name: str) -> str:
    return f"the order at {name}" if name in _failures() else f"order {name}" if name.isdigit() else "an order"


def _became(name: str, count: int) -> str:
    many = f"{count} charge{'' if count == 1 else 's'}" if name == _AT_ONCE else None
    return f"has {many or f'{count} lines'} in the ledger"


# -- deliveries --------------------------------------------------------------------------------------------------------


def _deliver(call: Callable[[Mapping[str, Any]], Answer], event: Mapping[str, Any]) -> Answer:
    """Hand over a batch as a queue does: if it failed, or the answer names a message, it comes once more."""
    answer = call(event)
    if answer.raised is None:
        ids = [record["messageId"] for record in event["Records"]]
        told = verdict(json.dumps(answer.value).encode(), ids)
        if told.reason or not told.failed:
            return answer
    return call(delivered_again(event))


def _student(work: Work) -> Callable[[Mapping[str, Any]], Answer]:
    return lambda event: work.invoke(FUNCTION, event)


def _first_failed(answers: Sequence[Answer]) -> Answer:
    return next((one for one in answers if one.raised is not None), answers[-1])


def _delivered(shop: _Shop, *events: Mapping[str, Any]) -> Callable[[Work], Answer]:
    return lambda work: _first_failed([_deliver(_student(work), event) for event in events])


def _renewed(shop: _Shop) -> Callable[[Work], Answer]:
    def deliver(work: Work) -> Answer:
        assert shop.message is not None
        work.fresh(FUNCTION)
        return _deliver(_student(work), delivered_again(shop.message))

    return deliver


def _failures() -> Mapping[str, tuple[str, bool]]:
    """Every way in which a write fails once: refused, or carried out with its answer lost."""
    return {
        f"{operation}, {'the answer lost' if done else 'refused'}": (operation, done)
        for operation in _WRITES
        for done in (False, True)
    }


def _refused(shop: _Shop) -> Callable[[Work], Answer]:
    def deliver(work: Work) -> Answer:
        answers = []
        for name, (operation, done) in _failures().items():
            try:
                work.lab.faults.fail(FUNCTION, f"dynamodb:{operation}", done=done)
                answers.append(_deliver(_student(work), shop.orders(name)))
            finally:
                work.lab.faults.clear()
        return _first_failed(answers)

    return deliver


def _together(shop: _Shop) -> Callable[[Work], Answer]:
    """Two messages with one order, each in an environment of its own."""

    def deliver(work: Work) -> Answer:
        events = [shop.orders(_AT_ONCE), shop.orders(_AT_ONCE)]
        copy = code_with(work, FUNCTION, {"same_moment.py": _SAME_MOMENT})
        with (
            _latch(work) as latch,
            own_function(work, _OWN, copy, "same_moment.handler", MemorySize=1769, Timeout=10),
        ):
            function = work.lab.function(_OWN)
            results = iter(function.invoke_together(events))
            answer = _first_failed([_deliver(_after(next(results), function), event) for event in events])
            shop.at_once = int(latch().get("charged", {}).get("N", 0))
        return answer

    return deliver


def _after(result: Any, function: Any) -> Callable[[Mapping[str, Any]], Answer]:
    """A delivery whose first result is there already."""
    there = [result]

    def call(event: Mapping[str, Any]) -> Answer:
        said = there.pop() if there else function.invoke(event)
        return Answer(None, raised_inside(said.error)) if said.error else Answer(said.answer, None)

    return call


@contextmanager
def _latch(work: Work) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """The table by which the environments wait for each other; what it gives reads their counts."""
    client = work.lab.client("dynamodb")
    with suppress(client.exceptions.ResourceNotFoundException):  # left by a check that was interrupted
        client.delete_table(TableName=_LATCH)
    client.create_table(
        TableName=_LATCH,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        yield lambda: dict(client.get_item(TableName=_LATCH, Key={"id": {"S": "latch"}}).get("Item", {}))
    finally:
        client.delete_table(TableName=_LATCH)


# -- the ledger --------------------------------------------------------------------------------------------------------


@contextmanager
def _ledger(work: Work, shop: _Shop, *, last: bool) -> Iterator[Any]:
    """The student's table; after the last case nothing of the check's is left in it.

    Raises:
        NotRun: it is not there.
    """
    import boto3

    if LEDGER not in work.lab.client("dynamodb").list_tables()["TableNames"]:
        do = "Run the cell that makes it, then check again."
        raise NotRun(Message(f"There is no table `{LEDGER}`.", "", do))
    table = boto3.resource("dynamodb").Table(LEDGER)
    done = False
    try:
        yield table
        done = True
    finally:
        if last or not done:
            for item in table.scan(ConsistentRead=True)["Items"]:
                if any(isinstance(value, str) and shop.prefix in value for value in item.values()):
                    table.delete_item(Key={"line_id": item["line_id"]})


def _lines(ledger: Any, shop: _Shop) -> dict[str, list[Mapping[str, Any]]]:
    """The lines of each of the check's orders: what has cents and names the order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in ledger.scan(ConsistentRead=True)["Items"]:
        order = str(item.get("order_id", item["line_id"]))
        if order.startswith(shop.prefix) and "cents" in item:
            found.setdefault(order, []).append(item)
    return found


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def _by_name(tried: Sequence[Tried]) -> Mapping[str, Tried]:
    return {one.case.about: one for one in tried}


def _more(one: Tried) -> int:
    """How many lines the first order has that has too many; 0 without one."""
    return next((count for count in one.seen.facts.get("counts", {}).values() if count > 1), 0)


def message_as_key(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The same message is charged once, the same order in another message is not."""
    by_name = _by_name(tried)
    one = by_name.get("the same order in two messages")
    if one is None or not by_name["the same message twice"].seen.ok or not _more(one):
        return None
    return Hit(one, {"n": _more(one)})


def in_a_global(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only the new environment charged again."""
    by_name = _by_name(tried)
    one = by_name.get("again in a new environment")
    if one is None or _more(by_name["the same order in two messages"]) or not _more(one):
        return None
    return Hit(one, {"n": _more(one)})


def looked_first(tried: Sequence[Tried], work: Work) -> Hit | None:
    """One after the other it is charged once, and twice at the same moment."""
    one = _only_at_once(tried)
    return Hit(one, {"n": _more(one)}) if one and _reads(work) else None


def written_over(tried: Sequence[Tried], work: Work) -> Hit | None:
    """One line, but not the first one; or both environments put it, and neither had looked."""
    changed = (one for one in tried if one.seen.facts.get("changed") and not one.seen.facts["error"])
    one = next(changed, None) or _only_at_once(tried)
    return Hit(one, {"tried": sentence(one.case.tried)}) if one else None


def _only_at_once(tried: Sequence[Tried]) -> Tried | None:
    """The case of the same moment, if the order has two charges there and only there."""
    by_name = _by_name(tried)
    one = by_name.get("two environments at the same moment")
    if one is None or _more(by_name["again in a new environment"]) or not _more(one):
        return None
    return one


def _reads(work: Work) -> bool:
    """Whether the function looks into a table at all."""
    source = work.source(FUNCTION)
    return not source or uses(source, "get_item", "query", "scan", "batch_get_item", "get_paginator")


def there_already(one: Tried) -> Mapping[str, object] | None:
    """A charge that was made before ended in an error."""
    error = one.seen.facts.get("error")
    return {"kind": error} if error in _THERE and not _more(one) else None


def lost(one: Tried) -> Mapping[str, object] | None:
    """A write failed, and the message counted as done."""
    if not one.case.about.startswith("a write that fails") or one.seen.facts["error"]:
        return None
    none = next((name for name, count in one.seen.facts["counts"].items() if count == 0), None)
    return {"operation": _failures()[none][0]} if none else None


THERE_ALREADY = first(there_already, explains_error=True)
