"""Exercise 07.3, charge once: the check delivers as a queue does, and counts the lines of the ledger.

A message whose handler failed, or named it, comes once more; any other is done. Who fails or is named then too would
end among the dead letters. "Two environments at the same moment" is made sure by a copy of the student's function, see
`same_moment.py`. How wrong answers are recognised is in `charge_once_mistakes.py`.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lambdalab.events import delivered_again, sqs_messages
from lambdalab.events.batch_answer import verdict
from lambdalab.learn.exercises import Case, Message, NotRun, Raised, Row, Seen
from lambdalab.learn.work import Answer, Work, raised_inside
from lambdalab.learn.workbooks import same_moment
from lambdalab.learn.workbooks.own import code_with, own_function

FUNCTION, LEDGER = "ex07_charge", "ex07_lines"
SAME_MESSAGE, TWO_MESSAGES = "the same message twice", "the same order in two messages"
ANOTHER_PRICE, NEW_ENVIRONMENT = "the same order at another price", "again in a new environment"
SAME_MOMENT, FAILS_ONCE = "two environments at the same moment", "a write that fails once, then a retry"
TWENTY = "20 different orders"
BEHIND = ", and the order behind it"
_OWN = "ex07_charge_check"
_AT_ONCE = "at once"


@dataclass
class Shop:
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

    def orders(self, *names: str, more: int = 0) -> dict[str, Any]:
        """A batch with a message for each of these orders; `more` is added to the price."""
        cents = self.cents + more
        return sqs_messages(*({"order_id": self.id(name), "cents": cents} for name in names), queue="ex07-charges")

    def id(self, name: str) -> str:
        return f"{self.prefix}{name}"


@dataclass(frozen=True)
class _End:
    """What is left when a batch has come a second time, if it had to: an error, or messages that are named."""

    raised: Raised | None = None
    named: bool = False


def cases(rng: random.Random | None) -> Sequence[Case]:
    shop = Shop(250 if rng is None else rng.randrange(100, 900))
    number = 17 if rng is None else rng.randrange(20, 99)
    one, other = f"{number}", f"{number + 1}"
    shop.message = shop.orders(one)
    two = shop.orders(one, other)
    twenty = [f"of 20, {n}" for n in range(20)]
    failing = [name + behind for name in failures() for behind in ("", BEHIND)]
    again = ("event = sqs_messages(one)", "ex07.invoke(event)", "ex07.invoke(delivered_again(event))")
    renewed = (*again[:2], "ex07.replace_environments()", again[2])
    in_two = ("ex07.invoke(sqs_messages(one))", "ex07.invoke(sqs_messages(one, other))")
    dearer = ("ex07.invoke(sqs_messages(one))", "ex07.invoke(sqs_messages(dearer))")
    together = ("ex07.invoke_together([sqs_messages(one), sqs_messages(dearer)])",)
    ten = ('ex07.invoke(sqs_messages(*({**one, "order_id": f"{one[\'order_id\']}-{n}"} for n in range(10))))',)
    in_parts = [shop.orders(*twenty[:10]), shop.orders(*twenty[10:])]
    return [
        _case(SAME_MESSAGE, shop, [one], _delivered(shop.message, delivered_again(shop.message)), again),
        _case(TWO_MESSAGES, shop, [one, other], _delivered(two), in_two),
        _case(ANOTHER_PRICE, shop, [one], _delivered(shop.orders(one, more=100)), dearer),
        _case(NEW_ENVIRONMENT, shop, [one], _renewed(shop), renewed),
        _case(SAME_MOMENT, shop, [_AT_ONCE], _together(shop), together),
        _case(FAILS_ONCE, shop, failing, _refused(shop), ()),
        _case(TWENTY, shop, twenty, _delivered(*in_parts), ten),
    ]


def _case(tried: str, shop: Shop, orders: Sequence[str], deliver: Callable[[Work], _End], calls: Sequence[str]) -> Case:
    """Args:
    calls: how to see it oneself; () for a write that fails, which depends on what was seen.
    """

    def run(work: Work) -> Seen:
        with _ledger(work, shop, last=tried == TWENTY) as ledger:
            before = _lines(ledger, shop)
            end = deliver(work)
            after = _lines(ledger, shop)
        counts = {name: len(after.get(shop.id(name), ())) for name in orders}
        if _AT_ONCE in counts:
            counts[_AT_ONCE] = max(counts[_AT_ONCE], shop.at_once)
        changed = next((one for one, its in before.items() if its and its[0] not in after.get(one, [])), "")
        wrong = next((name for name, count in counts.items() if count != 1), None)
        error = end.raised.kind if end.raised else ""
        facts = {"counts": counts, "changed": bool(changed), "error": error, "named": end.named}
        if wrong is None and not changed and end.raised is None and not end.named:
            shown = "1 line" if len(orders) == 1 else f"{len(orders)} orders, a line each"
            return Seen(True, shown, facts=facts)
        if wrong is not None:
            shown = f"{_order(wrong)} {_became(wrong, counts[wrong])}, expected 1"
        elif changed:
            shown = "the first line was changed"
        else:
            shown = f"raised {error}" if error else "what was charged was named as a failure, also when it came again"
        event = _copied(shop.cents, calls or _fault(wrong or orders[0]))
        return Seen(False, shown, raised=end.raised, facts=facts, rows=(Row(False, tried, shown),), event=event)

    return Case(tried, "", run, about=tried)


def _order(name: str) -> str:
    if name.removesuffix(BEHIND) in failures():
        return f"the order {'behind the one ' if name.endswith(BEHIND) else ''}at {name.removesuffix(BEHIND)}"
    return f"order {name}" if name.isdigit() else "an order"


def _became(name: str, count: int) -> str:
    many = f"{count} charge{'' if count == 1 else 's'}" if name == _AT_ONCE else None
    return f"has {many or f'{count} line' + ('' if count == 1 else 's')} in the ledger"


def _copied(cents: int, calls: Sequence[str]) -> str:
    """Lines for a cell of the notebook, with orders that are new each time."""
    used = "\n".join(calls)
    others = {
        "other": 'other = {**one, "order_id": one["order_id"] + "-2"}',
        "dearer": 'dearer = {**one, "cents": one["cents"] + 100}',
    }
    return "\n".join(
        [
            f'ex07, one = lab.function("{FUNCTION}"), {{"order_id": secrets.token_hex(3), "cents": {cents}}}',
            *(line for name, line in others.items() if name in used),
            *calls,
            '[line for line in lines.scan()["Items"] if line["order_id"].startswith(one["order_id"])]',
        ]
    )


def _fault(name: str) -> Sequence[str]:
    """The calls that show what became of the order at this failure."""
    operation, done = failures()[name.removesuffix(BEHIND)]
    two = name.endswith(BEHIND)
    return (
        "event = sqs_messages(one, other)" if two else "event = sqs_messages(one)",
        f'lab.faults.fail("{FUNCTION}", "dynamodb:{operation}"{", done=True" if done else ""})',
        f"print(ex07.invoke(event))    # what it says failed comes again{', here the first message' if two else ''}:",
        f"print(ex07.invoke({'sqs_messages(one)' if two else 'delivered_again(event)'}))",
    )


# -- deliveries --------------------------------------------------------------------------------------------------------


def _deliver(call: Callable[[Mapping[str, Any]], Answer], event: Mapping[str, Any]) -> _End:
    """Hand over a batch as a queue does: all of it comes once more if it failed, or else what the answer names."""
    back = _undone(call(event), event)
    if not back["Records"]:
        return _End()
    answer = call(delivered_again(back))
    return _End(answer.raised, answer.raised is None and bool(_undone(answer, back)["Records"]))


def _undone(answer: Answer, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a batch that comes again; an answer that is no dictionary says nothing of failures here."""
    ids = [record["messageId"] for record in event["Records"]]
    if answer.raised is None:
        said = answer.value if isinstance(answer.value, dict) else None
        ids = list(verdict(json.dumps(said).encode(), ids).failed)
    return {**event, "Records": [record for record in event["Records"] if record["messageId"] in ids]}


def _student(work: Work) -> Callable[[Mapping[str, Any]], Answer]:
    return lambda event: work.invoke(FUNCTION, event)


def _first_undone(ends: Sequence[_End]) -> _End:
    return next((one for one in ends if one.raised is not None or one.named), _End())


def _delivered(*events: Mapping[str, Any]) -> Callable[[Work], _End]:
    return lambda work: _first_undone([_deliver(_student(work), event) for event in events])


def _renewed(shop: Shop) -> Callable[[Work], _End]:
    def deliver(work: Work) -> _End:
        assert shop.message is not None
        work.fresh(FUNCTION)
        return _deliver(_student(work), delivered_again(shop.message))

    return deliver


def failures() -> Mapping[str, tuple[str, bool]]:
    """Every way in which a write fails once: refused, or carried out with its answer lost."""
    return {
        f"{operation}, {'the answer lost' if done else 'refused'}": (operation, done)
        for operation in same_moment.WRITES
        for done in (False, True)
    }


def _refused(shop: Shop) -> Callable[[Work], _End]:
    """Two orders in a batch each time; a write for the first of them fails."""

    def deliver(work: Work) -> _End:
        ends = []
        for name, (operation, done) in failures().items():
            try:
                work.lab.faults.fail(FUNCTION, f"dynamodb:{operation}", done=done)
                ends.append(_deliver(_student(work), shop.orders(name, name + BEHIND)))
            finally:
                work.lab.faults.clear()
        return _first_undone(ends)

    return deliver


def _together(shop: Shop) -> Callable[[Work], _End]:
    """Two messages with one order, each in an environment of its own; the price tells whose line it is."""

    def deliver(work: Work) -> _End:
        events = [shop.orders(_AT_ONCE), shop.orders(_AT_ONCE, more=100)]
        copy = code_with(work, FUNCTION, same_moment.files(LEDGER))
        with (
            same_moment.latch(work) as latch,
            own_function(work, _OWN, copy, "same_moment.handler", MemorySize=1769, Timeout=10),
        ):
            function = work.lab.function(_OWN)
            results = iter(function.invoke_together(events))
            end = _first_undone([_deliver(_after(next(results), function), event) for event in events])
            shop.at_once = latch()["charged"]
        return end

    return deliver


def _after(result: Any, function: Any) -> Callable[[Mapping[str, Any]], Answer]:
    """A delivery whose first result is there already."""
    there = [result]

    def call(event: Mapping[str, Any]) -> Answer:
        said = there.pop() if there else function.invoke(event)
        return Answer(None, raised_inside(said.error)) if said.error else Answer(said.answer, None)

    return call


# -- the ledger --------------------------------------------------------------------------------------------------------


@contextmanager
def _ledger(work: Work, shop: Shop, *, last: bool) -> Iterator[Any]:
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


def _lines(ledger: Any, shop: Shop) -> dict[str, list[Mapping[str, Any]]]:
    """The lines of each of the check's orders: what has cents and names the order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in ledger.scan(ConsistentRead=True)["Items"]:
        order = str(item.get("order_id", item["line_id"]))
        if order.startswith(shop.prefix) and "cents" in item:
            found.setdefault(order, []).append(item)
    return found
