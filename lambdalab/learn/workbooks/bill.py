"""Exercise 01.4, a month on the bill: the student's bill beside the right one and those of typical mistakes.

The prices come from the dated facts file. A mistake is recognised when it gives every failing month.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

from lambdalab.facts import price
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work

CALLS = [0] * 30  # the month that the workbook gives
CALLS[2], CALLS[7], CALLS[11], CALLS[18], CALLS[25] = 10, 100, 20, 5, 15
_TOLERANCE = 0.001
_Bill = Callable[[Sequence[int], float, float], float]


def priced(
    count: Callable[[Sequence[int]], int] = sum,
    ms_in_a_second: float = 1000,
    mb_in_a_gb: float = 1024,
    requests: int = 1,
    digits: int | None = None,
) -> _Bill:
    """The bill of a month in USD; what students get wrong can be set."""
    request = float(price("lambda.requests_per_million")) / 1e6 * requests
    second = float(price("lambda.duration_x86_gb_s"))

    def bill(calls: Sequence[int], ms: float, mb: float) -> float:
        exact = count(calls) * (request + ms / ms_in_a_second * mb / mb_in_a_gb * second)
        return exact if digits is None else round(exact, digits)

    return bill


def cases(rng: random.Random | None) -> Sequence[Case]:
    if rng is None:
        bursty, flat, many, memory = CALLS, 5, 100_000, 10_240
    else:
        bursty = [*([0] * 25), *(rng.randint(1, 40) for _ in range(4)), rng.randint(90, 200)]
        rng.shuffle(bursty)
        flat, many, memory = (
            rng.randint(2, 9),
            rng.choice((80_000, 120_000, 150_000)),
            rng.choice((8_192, 9_216, 10_240)),
        )
    months = [
        ("the given month", bursty, 200, 128),
        ("one day with a million calls", [1_000_000], 120, 1_536),
        ("a flat month", [flat] * 30, 200, 128),
        ("a month without a call", [0] * 30, 200, 128),
        ("a month of millions", [many] * 30, 120, 1_536),
        ("calls of 1 ms with much memory", [50_000] * 30, 1, memory),
    ]
    return [_month(tried, calls, ms, mb) for tried, calls, ms, mb in months]


def _month(tried: str, calls: Sequence[int], ms: float, mb: float) -> Case:
    expected = priced()(calls, ms, mb)

    def run(work: Work) -> Seen:
        outcome = work.call("monthly_bill", list(calls), ms, mb)
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        value = outcome.value
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            return Seen(False, f"got {short(value)}, expected a number", value)
        near = _near(float(value), expected)
        got, wanted = dollars(value), dollars(expected)
        return Seen(near, got if near else f"got {got}, expected {wanted}", value, facts={"got": got, "wanted": wanted})

    return Case(tried, f"monthly_bill({list(calls)}, {ms}, {mb})", run, about=(calls, ms, mb))


def _near(value: float, expected: float) -> bool:
    return abs(value - expected) <= max(_TOLERANCE * abs(expected), 1e-15)


def dollars(value: Any) -> str:
    """Four digits that count, never in the form 9.3e-05, with commas from a thousand on."""
    return f"${Decimal(f'{float(value):.4g}'):,f}"


def would_be(*bills: _Bill) -> Detect:
    """Every failing case is what one of these bills gives; a month without calls may have raised."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        failing = [one for one in tried if not one.seen.ok and one.seen.raised is None]
        numbers = [one for one in failing if isinstance(one.seen.value, Real | Decimal)]
        for bill in bills:
            if numbers and all(_near(float(one.seen.value), bill(*one.case.about)) for one in failing):
                return Hit(numbers[0], numbers[0].seen.facts, explains_error=True)
        return None

    return detect
