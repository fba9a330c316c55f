"""Workbook 02, Handlers, events and contexts: a second call, the trip of a value, an answer that can travel, three
outcomes of a call, stopping in time.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w02.toml`. Specified in
EXERCISES, 02.1 to 02.5.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lambdalab.learn.cases import compared, first, invoked, picked
from lambdalab.learn.exercises import Case, Hit, Seen, Tried
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.words import as_json, kind_of, short, strictly_equal
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import batch, outcome, trip

# 02.1, a handler that survives its second call

_ORDER = "ex02_order"


def _order_cases(rng: random.Random | None) -> Sequence[Case]:
    cents, qty = (250, 2) if rng is None else (rng.randint(2, 60) * 10, rng.randint(2, 5))
    items = [{"cents": cents, "qty": qty}, {"cents": 120, "qty": 1}]
    whole = cents * qty + 120
    return [
        _twice({"items": items[:1]}, {"total_cents": cents * qty, "lines": 1}),
        invoked(
            _ORDER,
            {"items": items, "coupon_cents": 100},
            expected={"total_cents": whole - 100, "lines": 2},
            tried="an order with a coupon of 100 cents",
        ),
        invoked(_ORDER, {"items": []}, expected={"total_cents": 0, "lines": 0}, tried="an empty list"),
        invoked(
            _ORDER,
            {"items": items, "coupon_cents": whole + 50},
            expected={"total_cents": 0, "lines": 2},
            tried="a coupon larger than the sum",
        ),
        invoked(
            _ORDER,
            {"items": [{**items[0], "name": "tea"}], "customer": "Zoë"},
            expected={"total_cents": cents * qty, "lines": 1},
            tried="unknown extra keys",
        ),
    ]


def _twice(event: Any, expected: Any) -> Case:
    """Two equal events in one environment, which is new."""
    call = f'lab.function("{_ORDER}").invoke({event!r})'

    def run(work: Work) -> Seen:
        work.fresh(_ORDER)
        one, two = work.invoke(_ORDER, event), work.invoke(_ORDER, event)
        for answer in (one, two):
            seen = compared(answer.value, answer.raised, expected, shown=as_json)
            if not seen.ok:
                break
        a, b = as_json(one.value, most=60), as_json(two.value, most=60)
        differ = one.raised is None and two.raised is None and not strictly_equal(one.value, two.value)
        shown = f"first {a}, second {b}" if differ else seen.shown
        facts = {"differ": differ, "a": a, "b": b}
        return Seen(seen.ok and not differ, shown, two.value, raised=seen.raised, facts=facts)

    return Case("the same order twice", f"{call}\n{call}", run)


def _kept(tried: Sequence[Tried], work: Work) -> Hit | None:
    return next((Hit(one, one.seen.facts) for one in tried if one.seen.facts.get("differ")), None)


def _default_kept(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A list, dictionary or set as a default, where two equal events were answered differently."""
    hit = _kept(tried, work)
    return hit if hit and _mutable_default(work.source(_ORDER)) else None


def _mutable_default(source: str) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return False
    made = (ast.List, ast.Dict, ast.Set, ast.Call)
    functions = [node.args for node in nodes if isinstance(node, ast.FunctionDef | ast.Lambda)]
    return any(isinstance(default, made) for f in functions for default in (*f.defaults, *f.kw_defaults))


def _below_zero(one: Tried) -> Mapping[str, object] | None:
    total = one.seen.value.get("total_cents") if isinstance(one.seen.value, dict) else None
    return {"got": f"{total}"} if type(total) is int and total < 0 else None


def _coupon_required(one: Tried) -> Mapping[str, object] | None:
    raised = one.seen.raised
    return {} if raised and raised.kind == "KeyError" and "coupon_cents" in raised.text else None


# 02.2, what survives the trip?, is in `trip.py`

# 02.3, an answer JSON can carry

_DELIVERY = "ex02_delivery"
_PRICES = ("19.99", "0.29", "0.57", "1.15", "4.35", "8.03", "9.95", "16.08", "35.41", "70.07")  # floats fall below


def _delivery_cases(rng: random.Random | None) -> Sequence[Case]:
    one, two = picked(rng, _PRICES[:2], _PRICES)
    day = date(2026, 11, 21) if rng is None else date(2026, 1, 1) + timedelta(days=rng.randint(0, 300))
    whole = "20" if rng is None else str(rng.randint(3, 90))
    return [
        _delivery(day, 2, ["b", "a", "b"], one),
        _delivery(date(2026, 12, 30), 3, [], two),
        _delivery(date(2028, 2, 28), 1, ["new", "gift", "glass", "heavy", "new", "blue"], "0"),
        _delivery(day, 9, ["x"], whole),
    ]


def _delivery(ordered: date, days: int, tags: Sequence[str], price: str) -> Case:
    order = {"ordered": ordered.isoformat(), "days": days, "tags": list(tags), "price": price}
    expected = {
        "when": (ordered + timedelta(days=days)).isoformat(),
        "tags": sorted(set(tags)),
        "price_cents": int(Decimal(price) * 100),
    }

    def run(work: Work) -> Seen:
        answer = work.invoke(_DELIVERY, order)
        value, raised = answer.value, answer.raised
        facts = {"price": price, "cents": expected["price_cents"], "tags": expected["tags"]}
        seen = compared(value, raised, expected, shown=as_json)
        if raised is None and not seen.ok:
            seen = Seen(False, _first_difference(value, expected), value)
        return Seen(seen.ok, seen.shown, value, raised=raised, facts=facts)

    count = f"{len(tags) or 'no'} {'tag' if len(tags) == 1 else 'tags'}"
    return Case(f"{count}, price {price}", f'lab.function("{_DELIVERY}").invoke({order})', run)


def _first_difference(value: Any, expected: Mapping[str, Any]) -> str:
    """The first thing in which an answer differs: the whole of it would not fit into a line."""
    if not isinstance(value, dict):
        return f"got {kind_of(value)}, expected an object (`dict`)"
    for key, right in expected.items():
        if key not in value:
            return f"the answer has no key `{key}`"
        if not strictly_equal(value[key], right):
            return f"`{key}` is `{as_json(value[key])}`, expected `{as_json(right)}`"
    return f"a key that was not asked for: `{next(key for key in value if key not in expected)}`"


def _of_answer(key: str, one: Tried) -> Any:
    return one.seen.value.get(key) if isinstance(one.seen.value, dict) else None


def _tags_as_text(one: Tried) -> Mapping[str, object] | None:
    tags = _of_answer("tags", one)
    return {"got": f"`{short(tags)[1:-1]}`"} if isinstance(tags, str) else None


def _cents_missed(one: Tried) -> Mapping[str, object] | None:
    """Within a cent of the right number, and not it."""
    got, right = _of_answer("price_cents", one), one.seen.facts["cents"]
    missed = type(got) in (int, float) and got != right and abs(got - right) <= 1
    return {"price": one.seen.facts["price"], "got": f"{got}"} if missed else None


def _cents_with_point(one: Tried) -> Mapping[str, object] | None:
    got = _of_answer("price_cents", one)
    return {"got": f"{got}"} if type(got) is float and got == one.seen.facts["cents"] else None


def _unsorted(one: Tried) -> Mapping[str, object] | None:
    tags, right = _of_answer("tags", one), one.seen.facts["tags"]
    same = isinstance(tags, list) and tags != right and sorted(map(str, tags)) == right
    return {"got": f"`{short(tags)}`"} if same else None


# 02.4, did it work?, is in `outcome.py`

# 02.5, stop in time, is in `batch.py`

EXERCISES = exercises(
    "02",
    {
        "02.1": Part(
            _order_cases,
            {
                "coupon-required": first(_coupon_required),
                "default-list": _default_kept,
                "globals-kept": _kept,
                "below-zero": first(_below_zero),
            },
        ),
        "02.2": Part(
            trip.cases,
            {
                "int-key-same": trip.said("a", "same"),
                "int-key-refused": trip.said("a", "refused"),
                "tuple-same": trip.said("b", "same"),
                "tuple-refused": trip.said("b", "refused"),
                "datetime-changed": trip.said("e", "changed", "same"),
                "set-sent": trip.said("f", "changed", "same"),
                "bytes-sent": trip.said("g", "changed", "same"),
                "decimal-sent": trip.said("h", "changed", "same"),
                "plain-not-same": trip.said("cdij", "changed", "refused"),
            },
        ),
        "02.3": Part(
            _delivery_cases,
            {
                "encoded-twice": first(lambda one: {} if isinstance(one.seen.value, str) else None),
                "texts-of-everything": first(_tags_as_text),
                "float-cents": first(_cents_missed),
                "cents-with-point": first(_cents_with_point),
                "unsorted": first(_unsorted),
            },
        ),
        "02.4": Part(
            outcome.cases,
            {
                "not-decoded": first(outcome.not_decoded, explains_error=True),
                "error-message": outcome.looks_for_error_message,
                "status-200": first(outcome.looks_at_the_status, explains_error=True),
                "through-the-lab": first(outcome.through_the_lab),
                "refusal-raises": outcome.refusal_raises,
                "nothing-handed-back": first(outcome.nothing_handed_back),
            },
        ),
        "02.5": Part(
            batch.cases,
            {
                "own-stopwatch": batch.own_stopwatch,
                "no-reserve": batch.cut_off,
                "rest-forgotten": batch.forgotten,
            },
        ),
    },
)
