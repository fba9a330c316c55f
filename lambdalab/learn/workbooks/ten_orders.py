"""Exercise 07.1, nine good orders and a bad one: the student's function reads a queue of the check's own.

Each batch goes through the queue until it is deleted or among the dead letters, by the lab's clock. How often an order
was charged stands in the ledger.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from lambdalab.events import sqs_messages
from lambdalab.events.batch_answer import verdict
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Raised, Row, Seen, Tried
from lambdalab.learn.words import as_json, kind_of, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own_queue import own_queue

FUNCTION, LEDGER = "ex07_batch", "ex07_ledger"
_QUEUE = "ex07-batch-check"
_CENTS, _VISIBILITY, _RECEIVES = 250, 30, 3
_LIST = "batchItemFailures"
_BEFORE = ("m1", "m2")  # the messages of the first batch, which the second does not hold
_NO_JSON = ("two teas, please", "{order", "order_id=17", "")


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(0)
    cents = _CENTS if rng is None else pick.randrange(100, 900)
    bad = 3 if rng is None else pick.randrange(1, 7)  # good ones stand in front of it and behind it
    last = 9 if rng is None else pick.randrange(4, 9)
    text = _NO_JSON[0] if rng is None else pick.choice(_NO_JSON[1:3])
    return [
        _answered("a good order and a bad one", cents, m1=True, m2=False),
        _answered("two good orders after them", cents, m3=True, m4=True),
        _batch("1 bad of 10", cents, {bad}),
        _batch("all good", cents, set()),
        _batch("all bad", cents, set(range(10))),
        _batch("a body that is not JSON", cents, {last}, text),
    ]


def _event(cents: int, messages: Mapping[str, bool]) -> dict[str, Any]:
    """The event of a batch with these message ids; whether each order is good."""
    number = secrets.token_hex(3)
    orders = [{"order_id": f"{number}-{one}", **({"cents": cents} if good else {})} for one, good in messages.items()]
    event = sqs_messages(*orders, queue="ex07-orders")
    for name, record in zip(messages, event["Records"], strict=True):
        record["messageId"] = name
    return event


def _answered(tried: str, cents: int, **messages: bool) -> Case:
    """What the handler answers, called without a queue, in an environment that has answered before."""
    event, bad = _event(cents, messages), [name for name, good in messages.items() if not good]
    shown = {"Records": [{key: record[key] for key in ("messageId", "body")} for record in event["Records"]]}

    def run(work: Work) -> Seen:
        ledger = _ledger(work)
        if _BEFORE[0] in messages:
            work.fresh(FUNCTION)  # what it keeps begins here
        try:
            answer = work.invoke(FUNCTION, event)
        finally:
            _forgotten(ledger, [json.loads(record["body"])["order_id"] for record in event["Records"]])
        if answer.raised is not None:
            return Seen(False, f"raised {answer.raised.kind}", raised=answer.raised)
        meant = verdict(json.dumps(answer.value).encode(), list(messages))
        told = as_json(answer.value, 60)
        facts = {"answer": answer.value, "reason": meant.reason}
        if list(meant.failed) == bad:
            return Seen(True, told, answer.value, facts=facts)
        means = "both failed" if len(meant.failed) == 2 else "".join(meant.failed) + " failed"
        means = means if meant.failed else "all went well"
        return Seen(False, f"got `{told}`, which means: {means}", answer.value, facts=facts)

    return Case(tried, f'lab.function("{FUNCTION}").invoke({shown!r})', run, about=tried)


def _batch(tried: str, cents: int, bad: set[int], text: str = "") -> Case:
    """Ten messages.

    Args:
        bad: the places of the bad ones.
        text: what a bad one says; "" for an order without cents.
    """
    number = secrets.token_hex(3)
    orders: list[dict[str, Any]] = [{"order_id": f"{number}-{n}", "cents": cents} for n in range(10)]
    bodies: list[Any] = [
        (text or {"order_id": order["order_id"]}) if n in bad else order for n, order in enumerate(orders)
    ]
    send = f'lab.queue("ex07-orders").send(*{bodies!r})\nlab.clock.advance(minutes=2)'

    def run(work: Work) -> Seen:
        ledger = _ledger(work)
        with own_queue(work, _QUEUE, FUNCTION, visibility=_VISIBILITY, receives=_RECEIVES, reports=True) as own:
            ids = own.queue.send(*bodies)
            work.lab.clock.advance(seconds=_VISIBILITY * _RECEIVES + 5)
            buried, left = own.buried(), own.queue.left
            error = next((one.error_type for one in own.runs() if one.error_type), None)
        times = _charged(ledger, orders)
        _forgotten(ledger, [order["order_id"] for order in orders])
        good = [times[n] for n in range(10) if n not in bad]
        behind = [n for n in range(min(bad, default=10), 10) if n not in bad]
        facts = {
            "again": sum(one > 1 for one in good),
            "times": max(good, default=0),
            "never": sum(one == 0 for one in good),
            "passed over": len(behind) if behind and not any(times[n] for n in behind) else 0,
            "buried": sum(ids[n] in buried for n in behind),
            "lost": sum(ids[n] not in buried for n in bad) if not left else 0,
            "error": error,
        }
        said = _said(times, bad, [one in buried for one in ids])
        wrong = next((row for row in said if not row.ok), None)
        if wrong is None:
            return Seen(True, _well(len(good), len(bad)), facts=facts)
        raised = Raised(error, "the whole batch failed") if error else None
        return Seen(False, f"{wrong.tried} {wrong.seen}", raised=raised, facts=facts)

    return Case(tried, send, run, about=tried)


def _well(good: int, bad: int) -> str:
    told = [f"{good} charged once"] if good else []
    return ", ".join(told + ([f"{bad} among the dead letters"] if bad else []))


def _said(times: Sequence[float], bad: set[int], buried: Sequence[bool]) -> list[Row]:
    """What became of each of the ten, and whether it should have."""
    rows = []
    for n in range(10):
        ok = buried[n] if n in bad else times[n] == 1 and not buried[n]
        which = f"the {'bad' if n in bad else 'good'} order at place {n + 1}"
        became = f"was charged {times[n]:g} times" + (" and became a dead letter" if buried[n] else "")
        rows.append(Row(ok, which, became if n not in bad or buried[n] else "is in no queue any more"))
    return rows


# -- the ledger --------------------------------------------------------------------------------------------------------


def _ledger(work: Work) -> Any:
    """The student's table.

    Raises:
        NotRun: it is not there.
    """
    import boto3

    if LEDGER not in work.lab.client("dynamodb").list_tables()["TableNames"]:
        do = "Run the cell that makes it, then check again."
        raise NotRun(Message(f"There is no table `{LEDGER}`.", "", do))
    return boto3.resource("dynamodb").Table(LEDGER)


def _charged(ledger: Any, orders: Sequence[Mapping[str, Any]]) -> list[float]:
    """How often each order was charged."""
    items = {item["order_id"]: item for item in ledger.scan(ConsistentRead=True)["Items"]}
    return [float(items.get(order["order_id"], {}).get("cents", 0)) / order["cents"] for order in orders]


def _forgotten(ledger: Any, ids: Sequence[str]) -> None:
    for order_id in ids:
        with suppress(ledger.meta.client.exceptions.ClientError):
            ledger.delete_item(Key={"order_id": order_id})


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def raises(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A batch with one bad order failed as a whole, though one that is all good goes well."""
    well = next((one for one in tried if one.case.about == "all good"), None)
    if well is None or not well.seen.ok:
        return None
    for one in tried:
        facts = one.seen.facts
        if facts.get("error") and facts["again"]:
            never = f", and {facts['never']} were never charged" if facts["never"] else ""
            values = {"kind": facts["error"], "n": facts["again"], "times": f"{facts['times']:g}", "never": never}
            return Hit(one, values, explains_error=True)
    return None


def stopped_early(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Without an error, what was in front of the bad order was charged, and nothing behind it was."""
    for one in tried:
        n = one.seen.facts.get("passed over")
        if n and not one.seen.facts["error"] and one.seen.facts["times"]:
            became = "became dead letters" if one.seen.facts["buried"] else "were deleted as done"
            return Hit(one, {"n": n, "became": became})
    return None


def swallowed(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A bad order is gone without an error and without a word."""
    one = next((one for one in tried if one.seen.facts.get("lost") and not one.seen.facts["error"]), None)
    return Hit(one, {"n": one.seen.facts["lost"]}) if one else None


def _of_answer(fits: Callable[[Any, str], Mapping[str, object] | None]) -> Detect:
    """Recognise it in what the handler answered, and in what that means."""

    def look(one: Tried) -> Mapping[str, object] | None:
        return fits(one.seen.facts["answer"], one.seen.facts["reason"]) if "answer" in one.seen.facts else None

    return first(look)


def _other_key(answer: Any, reason: str) -> Mapping[str, object] | None:
    return {"got": as_json(answer)} if isinstance(answer, dict) and answer and _LIST not in answer else None


def _no_dictionary(answer: Any, reason: str) -> Mapping[str, object] | None:
    return {"got": as_json(answer), "kind": kind_of(answer)} if isinstance(answer, str | list) and reason else None


def _entry_form(answer: Any, reason: str) -> Mapping[str, object] | None:
    listed = answer.get(_LIST) if isinstance(answer, dict) else None
    if not listed or "names" in reason or not reason:
        return None
    return {"got": as_json(listed[0] if isinstance(listed, list) else listed)}


def _other_id(answer: Any, reason: str) -> Mapping[str, object] | None:
    _, named, rest = reason.partition("names ")
    got = rest.partition(", which")[0]
    return {"got": short(got, 24)} if named and got not in _BEFORE else None


def _kept_list(answer: Any, reason: str) -> Mapping[str, object] | None:
    got = reason.partition("names ")[2].partition(", which")[0]
    return {"got": got} if got in _BEFORE else None


OTHER_KEY, ENTRY_FORM, OTHER_ID = _of_answer(_other_key), _of_answer(_entry_form), _of_answer(_other_id)
KEPT_LIST, NO_DICTIONARY = _of_answer(_kept_list), _of_answer(_no_dictionary)
