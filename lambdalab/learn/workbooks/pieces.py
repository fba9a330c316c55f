"""Exercise 12.4, forty minutes into fifteen: how many pieces, how long each, and what both ways cost.

The plan is computed beside those of typical mistakes; one is recognised when it gives every failing plan.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lambdalab.facts import price
from lambdalab.learn.cases import all_filled
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.models.servers import fargate_run

AT_ONCE = 20
WAYS = ("lambda", "fargate")
_TOTAL, _OVERHEAD, _LIMIT, _RESERVE, _MEMORY = 2_400, 20, 900, 0.10, 1_769
_SECONDS, _SHARE = 0.1, 0.005  # tolerances, of a piece's seconds and of a price: a run's overhead is 0.8 % of its price
_DIGITS = range(1, 5)  # to which a price may have been rounded
_Job = tuple[float, float, float, float]


def allowed(job: _Job) -> float:
    """Seconds that a piece may take, overhead included."""
    _, _, limit, reserve = job
    return limit * (1 - reserve)


def right(job: _Job) -> tuple[int, float] | None:
    """The fewest equal pieces and the seconds of each, overhead included; None if no piece fits."""
    total, overhead, _, _ = job
    room = allowed(job) - overhead
    if room <= 0:
        return None
    count = max(1, math.ceil(round(total / room, 9)))
    return count, total / count + overhead


def cases(rng: random.Random | None) -> Sequence[Case]:
    factor = 1 if rng is None else rng.choice((2, 3))
    jobs: list[tuple[str, _Job]] = [
        ("40 min", (2_400, 20, 900, 0.10)),
        ("5,000 s", (5_000, 20, 900, 0.10)),
        ("2 h", (7_200, 20, 900, 0.10)),
        ("a job that fits", (600, 20, 900, 0.10)),
        ("a job that fits, but not with its overhead", (800, 20, 900, 0.10)),
        ("an overhead above the limit", (600, 850, 900, 0.10)),
        ("an overhead that leaves no second for work", (600, 810, 900, 0.10)),
        ("5 h, more pieces than run at once", (18_000, 20, 900, 0.10)),
        ("another limit, no reserve", (1_000, 10, 60, 0.0)),
    ]
    more = "" if factor == 1 else f", all times × {factor}"
    made = [_planned(tried + more, _times(job, factor)) for tried, job in jobs]
    return [*made, Case("what both cost", 'costs["lambda"], costs["fargate"]', _priced, about="costs")]


def _times(job: _Job, factor: int) -> _Job:
    total, overhead, limit, reserve = job
    return total * factor, overhead * factor, limit * factor, reserve


def _planned(tried: str, job: _Job) -> Case:
    def run(work: Work) -> Seen:
        outcome = work.call("plan", *job)
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        fine = _same(outcome.value, right(job))
        return Seen(fine, short(outcome.value) if fine else f"got {short(outcome.value)}", outcome.value)

    return Case(tried, f"plan{job}", run, about=job)


def _pair(value: Any) -> tuple[int, float] | None:
    """The value as number of pieces and seconds, if it is that; a whole number may be written 4.0."""
    if not isinstance(value, tuple | list) or len(value) != 2 or any(isinstance(one, bool) for one in value):
        return None
    if not all(isinstance(one, int | float | Decimal) for one in value) or value[0] != round(value[0]):
        return None
    return round(value[0]), float(value[1])


def _same(value: Any, expected: tuple[int, float] | None) -> bool:
    if expected is None:
        return value is None
    found = _pair(value)
    return found is not None and found[0] == expected[0] and abs(found[1] - expected[1]) <= _SECONDS


# -- the prices --------------------------------------------------------------------------------------------------------


def price_of(way: str) -> float:
    """USD of the 40 minutes: the pieces on Lambda, or one run on Fargate with 1 vCPU and 2 GB."""
    count, seconds = _pieces()
    return on_lambda(count * seconds, count) if way == "lambda" else on_fargate(_TOTAL + _OVERHEAD)


def _pieces() -> tuple[int, float]:
    found = right((_TOTAL, _OVERHEAD, _LIMIT, _RESERVE))
    assert found is not None
    return found


def on_lambda(seconds: float, count: int, memory_gb: float = _MEMORY / 1_024) -> float:
    """USD of so many runs that take so many seconds together."""
    gb_s = seconds * memory_gb
    return gb_s * float(price("lambda.duration_x86_gb_s")) + count * float(price("lambda.requests_per_million")) / 1e6


def on_fargate(seconds: float) -> float:
    return float(fargate_run(seconds, 1, 2).usd)


def _priced(work: Work) -> Seen:
    given = work.names.get("costs")
    if given is None or (isinstance(given, dict) and all(value is ... for value in given.values())):
        text = Message("Your `plan` is right.", "", "Fill in `costs` too, run its cell, and check again.")
        return Seen(False, "`costs` comes next", message=text, pending=True)
    said = all_filled(work, "costs", WAYS)
    for way in WAYS:
        value = said[way]
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Stop(Message(f'`costs["{way}"]` is {short(value)}.', "It must be a number of dollars."))
        off = abs(float(value) / price_of(way) - 1)
        if off > _SHARE:
            facts = {"way": way, "said": float(value)}
            text = Message(f"For {way} you have ${float(value):.4g}.", *_what_is_wrong(way, float(value)))
            return Seen(False, f"{way}: ${float(value):.4g}", value, facts=facts, message=text)
    return Seen(True, ", ".join(f"{way} ${float(said[way]):.3f}" for way in WAYS))


_ROUNDED = ("That is rounded. A fraction of a cent counts when there are a million films.", "Do not round.")
_ADVICE = {
    "lambda": (
        "Each piece is billed with its overhead.",
        "Look at seconds × GB × a GB-second's price, for all pieces.",
    ),
    "fargate": ("One run has its overhead once.", "Look at hours × (1 vCPU and 2 GB), each with its own price."),
}


def _what_is_wrong(way: str, value: float) -> tuple[str, str]:
    """Idea and advice: those of the mistake that gives this price, or else general ones."""
    for made, idea, look in _mistakes(way):
        if abs(value / made - 1) < _SHARE / 10:
            return idea, look
    if any(value == round(price_of(way), digits) for digits in _DIGITS):
        return _ROUNDED
    return _ADVICE[way]


def _mistakes(way: str) -> list[tuple[float, str, str]]:
    """What typical mistakes make of a price, each with its idea and advice."""
    count, seconds = _pieces()
    runs, whole = count * seconds, _TOTAL + _OVERHEAD
    alone = f"That is the price of {_TOTAL:,} s: of the work alone"
    if way == "fargate":
        return [
            (on_fargate(_TOTAL), f"{alone}.", "The container fetches and joins too."),
            (on_fargate(runs), f"That is the price of {runs:,.0f} s: of {count} pieces.", "Here it is one run."),
        ]
    look = "Look at what each piece does beside its share of the work."
    return [
        (on_lambda(_TOTAL, count), f"{alone}, without any overhead.", look),
        (on_lambda(whole, count), f"That is the price of {whole:,} s: with the overhead of one piece.", look),
        (on_lambda(runs, count, _MEMORY / 1_000), "AWS counts 1 GB as 1,024 MB.", "Look at the memory."),
        (on_lambda(runs, count, _MEMORY), "That takes MB as GB.", "Look at the memory, and what the price is for."),
    ]


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def would_be(*counts: Callable[[_Job], int]) -> Detect:
    """In every plan that fails, the number of pieces is what one of these rules gives, and a piece takes too long."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        failing = [(one, _pair(one.seen.value)) for one in tried if not one.seen.ok and one.case.about != "costs"]
        pairs = [(one, pair) for one, pair in failing if pair is not None and right(one.case.about) is not None]
        for count in counts:
            if not all(pair[0] == count(one.case.about) for one, pair in pairs):
                continue
            for one, pair in pairs:
                if _seconds(one, pair[0]) > allowed(one.case.about):
                    return Hit(one, _values(one, pair[0]), explains_error=True)
        return None

    return detect


def _seconds(one: Tried, count: int) -> float:
    total, overhead, _, _ = one.case.about
    return float(total) / max(1, count) + float(overhead)


def _values(one: Tried, count: int) -> Mapping[str, object]:
    return {"n": count, "s": f"{_seconds(one, count):,.0f}", "most": f"{allowed(one.case.about):,.0f}"}


def without_overhead(job: _Job) -> int:
    return max(1, math.ceil(job[0] / job[2]))


def reserve_alone(job: _Job) -> int:
    return max(1, math.ceil(job[0] / allowed(job)))


def rounded_down(job: _Job) -> int:
    return max(1, math.floor(job[0] / (allowed(job) - job[1])))


def as_many_as_possible(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Twenty pieces or more where far fewer do."""
    for one in tried:
        pair = None if one.seen.ok or one.case.about == "costs" else _pair(one.seen.value)
        fewest = right(one.case.about) if pair else None
        if pair and fewest and pair[0] >= AT_ONCE > fewest[0]:
            overhead = one.case.about[1]
            return Hit(one, {"n": pair[0], "overhead": f"{overhead:g}", "at_once": AT_ONCE}, explains_error=True)
    return None


def overhead_left_out(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The number of pieces is right, and their seconds are those of the work alone."""
    for one in tried:
        pair = None if one.seen.ok or one.case.about == "costs" else _pair(one.seen.value)
        fewest = right(one.case.about) if pair else None
        if pair and fewest and pair[0] == fewest[0] and abs(pair[1] + one.case.about[1] - fewest[1]) <= _SECONDS:
            return Hit(one, {"n": pair[0], "s": f"{pair[1]:,.0f}"}, explains_error=True)
    return None


def one_too_many(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Wherever the plan fails it has one piece more than it needs."""
    hits = []
    for one in tried:
        if one.seen.ok or one.case.about == "costs":
            continue
        pair, fewest = _pair(one.seen.value), right(one.case.about)
        if pair is None or fewest is None or pair[0] != fewest[0] + 1:
            return None
        hits.append(Hit(one, {**_values(one, fewest[0]), "n": pair[0], "fewer": fewest[0]}))
    return hits[0] if hits else None


def rounded_seconds(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The number of pieces is right, and their seconds are whole, where they should not be."""
    for one in tried:
        pair = None if one.seen.ok or one.case.about == "costs" else _pair(one.seen.value)
        fewest = right(one.case.about) if pair else None
        if pair and fewest and pair[0] == fewest[0] and 0 < abs(pair[1] - fewest[1]) < 1 and pair[1] == round(pair[1]):
            return Hit(one, {"s": f"{pair[1]:g}"}, explains_error=True)
    return None
