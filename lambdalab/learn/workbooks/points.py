"""Exercise 08.2, one more listener: five orders go through the chain, and the points that came of them are counted.

The student's `listen` is run first, on a shop that the listener has left. One order is not paid, one is a second one of
the same customer, one has its event delivered twice, one is told again by payment, a minute later and to a new
environment, and one is paid late. A point is a new item of the table for the order's customer. Customers have new names
in each check, since events that failed in an earlier one may still be tried again. The items of the check's own orders
are deleted at the end.
"""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.learn.exercises import Case, Hit, Message, NotRun, Raised, Seen, Tried
from lambdalab.learn.student import same_program
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import files_of
from lambdalab.learn.workbooks.shop import BUS, LISTENER, PAYMENT, SHIPPING, SHOP, SOURCES, TABLE, listening, unhear

_PAID = "CardCharged"
_LATER = 61  # seconds until payment tells of an order again
_ITEM = 'A point is an item with an `id` and the name that the order has: `"customer"`.'
_PUTS = "Look at what your handler puts, and at errors that it catches."
_WIRE = "Run the cells that make and wire the shop, then check again."
_PEOPLE = ("Ngozi", "Luca", "Mei", "Tomás", "Aylin", "Bongani")


@dataclass(frozen=True)
class Order:
    """What became of one order at the listener.

    Args:
        detail: the order.
        points: new items for its customer.
        nobodys: new items without a customer.
        outcomes: of the deliveries to the listener.
        reason: why one was filtered or denied; "" when none was.
        raised: the listener's error.
        event: what can be copied to see the same.
        anew: whether its point, once taken away, came back with another id.
    """

    detail: Mapping[str, Any]
    points: int
    nobodys: Sequence[Mapping[str, Any]]
    outcomes: Sequence[str]
    reason: str
    raised: Raised | None
    event: str
    anew: bool = False

    @property
    def id(self) -> str:
        return str(self.detail["id"])


def cases(rng: random.Random | None) -> Sequence[Case]:
    names = list(_PEOPLE[:4]) if rng is None else rng.sample(_PEOPLE, 4)
    facts: dict[str, Any] = {}  # the orders are placed once

    def listens(work: Work) -> Seen:
        facts.update(_tried(work, names))
        raised = facts.get("raised")
        return Seen(not raised, f"raised {raised.kind}" if raised else "ran", raised=raised, facts=facts)

    def code(work: Work) -> Seen:
        changed = facts.get("changed", {})
        if not changed:
            return Seen(True, "as it was", facts=facts)
        what = f"The code of `{next(iter(changed))}` is another one than above."
        text = Message(what, "The three functions stay as they are.", "Run its `%%deploy` cell again as it was.")
        return Seen(False, f"{' and '.join(changed)}: changed", facts=facts, message=text)

    def one(tried: str, about: str, wanted: int) -> Case:
        def run(work: Work) -> Seen:
            if "orders" not in facts:
                return Seen(False, "not tried", facts=facts, rows=())
            return _seen(work, facts, facts["orders"][about], wanted)

        return Case(tried, "", run, about=(about, wanted))

    return [
        Case("`listen()`", "listen()", listens, about=("listen", 0)),
        Case("the code of the three functions", "", code, about=("code", 0)),
        one("an order that is paid", "paid", 1),
        one("an order whose card has expired", "unpaid", 0),
        one("an order whose event comes twice", "twice", 1),
        one("an order that payment tells of again", "again", 0),
        one("a second order of the same customer", "second", 1),
        one("an order that is placed and not paid yet", "late", 0),
    ]


def _seen(work: Work, facts: Mapping[str, Any], order: Order, wanted: int) -> Seen:
    if order.raised is not None:
        return Seen(False, f"{LISTENER} raised {order.raised.kind}", order, order.raised, facts, event=order.event)
    number = {0: "no point", 1: "1 point"}.get(order.points, f"{order.points} points")
    if order.anew:
        return Seen(False, "without its point it gets one with another id", order, facts=facts, event=order.event)
    if order.points == wanted and not order.nobodys:
        return Seen(True, f"{number} more" if wanted == 0 else number, order, facts=facts)
    look = work.exercise.look
    if order.nobodys:
        what = f"Order {order.id} put an item into the table that belongs to nobody."
        text = Message(what, _ITEM, _PUTS)
    elif order.points < wanted and "ok" in order.outcomes:
        what = f"Order {order.id} was paid, `{LISTENER}` ran, and put no item for {order.detail['customer']}."
        text = Message(what, _ITEM, _PUTS)
    elif order.points < wanted:
        why = order.reason or "no rule calls it"
        text = Message(
            f"Order {order.id} was paid and gave no point. Of `{LISTENER}`: {why}.", work.exercise.idea, look
        )
    else:
        text = Message(f"Order {order.id} gave {number}.", work.exercise.idea, look)
    return Seen(
        False, f"{number}, expected {wanted}", order, facts=facts, event=order.event, message=text.within_limit()
    )


def _tried(work: Work, names: Sequence[str]) -> dict[str, Any]:
    """Run `listen`, place the orders, and count; or the error of `listen`.

    Raises:
        NotRun: the shop is not there.
    """
    lab, mark = work.lab, secrets.token_hex(2)
    _is_wired(work)
    unhear(lab)
    heard = work.call("listen")
    if heard.raised is not None:
        return {"raised": heard.raised}
    whose, cards = (*names, names[0]), ("good", "expired", "blue", "good", "good")
    first, bad, double, late, second = (
        {"id": f"{mark}-{number}", "customer": f"{name}-{mark}", "card": card}
        for number, (name, card) in enumerate(zip(whose, cards, strict=True), 1)
    )
    before, parcels = set(_items(work)), len(lab.history(SHIPPING))
    if changed := {n: "loyalty" in text for n, text in _codes(work).items() if not same_program(text, SOURCES[n])}:
        return {"changed": changed}  # what the orders would show is not the listener's doing
    try:
        orders = {"paid": _placed(work, first), "unpaid": _placed(work, bad)}
        if len(lab.history(SHIPPING)) == parcels:
            raise NotRun(Message(f"An order was placed, and `{SHIPPING}` did not hear of it.", "", _WIRE))
        lab.faults.twice(LISTENER)
        orders["twice"] = _placed(work, double, f'lab.faults.twice("{LISTENER}")\n')
        orders["again"] = _told_again(work, first)
        orders["second"] = _placed(work, second)
        lab.faults.clear().fail(PAYMENT, "events:PutEvents")
        orders["late"] = _placed(work, late, f'lab.faults.fail("{PAYMENT}", "events:PutEvents")\n')
        lab.clock.advance(minutes=2)  # Lambda tries it again, so that nothing of it is left
    finally:
        lab.faults.clear()
        for made in set(_items(work)) - before:
            lab.client("dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": made}})
    rules = [(bus, rule) for bus, rule, _ in listening(lab)]
    return {"orders": orders, "rules": rules}


def _is_wired(work: Work) -> None:
    """Raises NotRun when the shop is not there."""
    events = work.lab.client("events")
    try:
        events.describe_event_bus(Name=BUS)
        _items(work)
    except (events.exceptions.ResourceNotFoundException, work.lab.client("dynamodb").exceptions.ClientError):
        raise NotRun(Message(f"The bus `{BUS}` or the table `{TABLE}` is not there.", "", _WIRE)) from None


def _items(work: Work) -> dict[str, Mapping[str, Any]]:
    """The table's items by id."""
    found = work.lab.client("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return {item["id"]["S"]: item for item in found}


def _told_again(work: Work, detail: Mapping[str, Any]) -> Order:
    """Let payment tell of an order again, to a new environment; then once more, with the order's point taken away.

    Who looks into the table first, and then puts an item with an id of its own, gives two points where two look at
    once. That cannot be timed. But without its point such an order gets one with another id.
    """
    work.fresh(LISTENER)
    known = _points_of(work, detail)
    order = _placed(work, detail, again=True)
    if len(known) != 1 or _points_of(work, detail) != known:
        return order
    (point,) = known
    work.lab.client("dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": point}})
    _placed(work, detail, again=True)
    return replace(order, anew=bool(_points_of(work, detail) - known))


def _points_of(work: Work, detail: Mapping[str, Any]) -> set[str]:
    """The ids of a customer's points."""
    return {id for id, item in _items(work).items() if item.get("customer", {}).get("S") == detail["customer"]}


def _placed(work: Work, detail: Mapping[str, Any], before_it: str = "", *, again: bool = False) -> Order:
    """Place an order, or tell again that it was paid, and let all of it be done.

    Args:
        before_it: a line that a student copies before the call, to see the same.
    """
    lab, before = work.lab, _items(work)
    known = {step.span for step in lab.steps(kind="delivery")}
    runs = {run.span for run in lab.history(LISTENER)}
    entry: dict[str, Any] = {"Source": "shop", "DetailType": _PAID, "Detail": json.dumps(detail), "EventBusName": BUS}
    if again:
        entry["Time"] = round(time.time() + lab.clock.ahead_seconds) + _LATER
        lab.client("events").put_events(Entries=[entry])
    else:
        work.invoke(SHOP, dict(detail))
    lab.clock.advance(seconds=0)
    deliveries = [
        step
        for step in lab.steps(kind="delivery")
        if step.span not in known and (step.target.split(":")[6:7] == [LISTENER])
    ]
    failed = [run for run in lab.history(LISTENER) if run.span not in runs and run.error_type]
    new = [item for id, item in _items(work).items() if id not in before]
    mine = [item for item in new if item.get("customer", {}).get("S") == detail["customer"]]
    return Order(
        detail,
        len(mine),
        [item for item in new if "customer" not in item],
        [step.outcome for step in deliveries],
        next((step.reason for step in deliveries if step.outcome == "filtered" and step.subject == _PAID), ""),
        _error(work, detail) if failed else None,
        f"events.put_events(Entries=[{entry!r}])"
        if again
        else before_it + f'lab.function("{SHOP}").invoke({detail!r})',
    )


def _error(work: Work, detail: Mapping[str, Any]) -> Raised | None:
    """The listener's error with the student's own line: Lambda tells it to whoever calls and waits."""
    from lambdalab.events import eventbridge_event

    return work.invoke(LISTENER, eventbridge_event("shop", _PAID, detail)).raised


def _codes(work: Work) -> dict[str, str]:
    """The programs of the three functions as they are deployed now."""
    return {name: next(iter(files_of(work, name).values())).decode() for name in SOURCES}


# -- wrong answers -----------------------------------------------------------------------------------------------------


def _of(tried: Sequence[Tried], about: str) -> Tried | None:
    """The case, if it was tried and was not as asked."""
    return next((one for one in tried if one.case.about[0] == about and not one.seen.ok and one.seen.rows != ()), None)


def code_changed(tried: Sequence[Tried], work: Work) -> Hit | None:
    """One of the three functions knows of the listener now."""
    one = _of(tried, "code")
    whose = {SHOP: "The shop's", PAYMENT: "Payment's", SHIPPING: "Shipping's"}
    names = [name for name, knows in one.seen.facts["changed"].items() if knows] if one else []
    return Hit(one, {"whose": whose[names[0]]}, explains_error=True) if one and names else None


def unpaid_too(tried: Sequence[Tried], work: Work) -> Hit | None:
    return _point_for(tried, "unpaid")


def before_payment(tried: Sequence[Tried], work: Work) -> Hit | None:
    return _point_for(tried, "late")


def counted_again(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The same order gave a second point: its event came twice, or payment told of it again."""
    return None if _of(tried, "paid") else _point_for(tried, "twice", "again")


def looked_first(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The point of an order has an id of its own, so that only a look into the table keeps a second one away."""
    one = _of(tried, "again")
    return Hit(one, {"id": one.seen.value.id}) if one and one.seen.value.anew else None


def one_for_each_customer(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A second order of a customer replaces the first one's point."""
    one = None if _of(tried, "paid") else _of(tried, "second")
    if one is None or one.seen.value.points or "ok" not in one.seen.value.outcomes or one.seen.value.nobodys:
        return None
    return Hit(one, {"customer": one.seen.value.detail["customer"]})


def _point_for(tried: Sequence[Tried], *kinds: str) -> Hit | None:
    """One of these orders gave more points than it should."""
    for one in filter(None, (_of(tried, kind) for kind in kinds)):
        if one.seen.value.points > one.case.about[1]:
            return Hit(one, {"id": one.seen.value.id})
    return None


def denied(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _of(tried, "paid")
    outcomes = [outcome for order in one.seen.facts["orders"].values() for outcome in order.outcomes] if one else []
    return Hit(one, {"n": outcomes.count("denied")}) if one and "denied" in outcomes else None


def another_bus(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _of(tried, "paid")
    rules = one.seen.facts["rules"] if one else []
    return Hit(one, {"rule": rules[0][1]}) if one and rules and all(bus != BUS for bus, _ in rules) else None


def no_target(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _of(tried, "paid")
    return Hit(one) if one and not one.seen.facts["rules"] else None
