"""Exercise 09.1, Little's law: the student's two formulas beside the right ones, typical wrong ones, and a run.

The run is forty real calls of a function of the check's own. Rate and duration are measured, and how many ran at the
same moment is counted from them one by one, so the rule has to hold on a slow machine too. It runs once in a lab.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from lambdalab.lab import Lab
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Seen, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import overlaps
from lambdalab.learn.workbooks.formulas import answered, is_number, near, no_number, shown
from lambdalab.learn.workbooks.formulas import would_be as all_would_be
from lambdalab.learn.workbooks.own import code, own_function

INSIDE, MOST = "concurrency", "max_rate"
REQUESTS = 10  # a second, for each environment that a function may have
_OWN, _CALLS, _RATE = "ex09_visits_check", 40, 20
_SOURCE = "import time\n\ndef handler(event, context):\n    time.sleep(0.2)\n"
_NEAR, _NEAR_THE_RUN = 1e-6, 0.05
_EXAMPLE = (100, 200)
_counted: WeakKeyDictionary[Lab, tuple[float, float, float]] = WeakKeyDictionary()
_Formula = Callable[[float, float], float]


def inside(rate: float, ms: float) -> float:
    """How many calls run at the same moment, on average."""
    return rate * ms / 1000


def by_duration(limit: float, ms: float) -> float:
    """How many calls a second so many environments serve."""
    return limit * 1000 / ms


def most(limit: float, ms: float) -> float:
    """The same, with Lambda's limit of requests."""
    return min(by_duration(limit, ms), REQUESTS * limit)


_RIGHT: Mapping[str, _Formula] = {INSIDE: inside, MOST: most}


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(9)
    other = draw.randint(3, 90)
    rates = [
        (*_EXAMPLE, ""),
        (100, 2000, ""),
        (6000 / 60, 300, "6,000 a minute, 300 ms each"),
        (2, 150, ""),
        (3000, 500, ""),  # more than an account may have: what is needed, not what is allowed
    ]
    limits = [(1000, 250), (1000, 10), (1000, 100), (30, 70), (7, 1500)]
    if rng is not None:
        slow, few = 1000 * draw.randint(2, 9), draw.randint(20, 240)
        rates[1:4] = [(other, slow, ""), (other * 60 / 60, 300, ""), (2, few, "")]
        limits[2:] = [(other, draw.randint(3, 60)), (other, 100), (7, 130 + 10 * draw.randint(1, 90))]
    return [
        *(_case(INSIDE, (rate, ms), tried) for rate, ms, tried in rates),
        Case(f"{_CALLS} calls in the lab", "", _run),
        *(_case(MOST, limit) for limit in limits),
    ]


def _case(name: str, args: tuple[float, float], tried: str = "") -> Case:
    expected = _RIGHT[name](*args)
    event = f"{name}({args[0]:g}, {args[1]:g})"

    def judged(value: Any) -> Seen:
        if not is_number(value):
            return no_number(value)
        if near(float(value), expected):
            return Seen(True, shown(value), float(value))
        return Seen(False, f"got {shown(value)}, expected {shown(expected)}", float(value))

    def run(work: Work) -> Seen:
        return answered(work, name, args, judged, before=INSIDE if name == MOST else "")

    return Case(tried or f"`{event}`", event, run, about=(name, args))


def _run(work: Work) -> Seen:
    rate, ms, counted = _measured(work)
    outcome = work.call(INSIDE, rate, ms)
    if outcome.raised is not None:
        return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
    value = float(outcome.value) if is_number(outcome.value) else math.nan
    fits = near(value, counted, _NEAR_THE_RUN)
    said = f"{rate:.1f} a second came, {ms:.0f} ms each. {counted:.1f} ran at once, on average"
    event = f"{INSIDE}({rate:.1f}, {ms:.0f})"
    return Seen(fits, said if fits else f"{said}; got {short(outcome.value)}", outcome.value, event=event)


def _measured(work: Work) -> tuple[float, float, float]:
    """Of forty calls: how many came a second, their milliseconds on average, and how many ran at the same moment."""
    if work.lab not in _counted:
        with own_function(work, _OWN, code(_SOURCE), Timeout=10, MemorySize=1769):
            function = work.lab.function(_OWN)
            function.invoke_together([{}] * (_RATE // 4))  # or the first ones would wait for their environments
            results = function.invoke_at([number / _RATE for number in range(_CALLS)])
        runs = [result.invocation for result in results if result.invocation]
        each = overlaps.spans(runs)
        if len(each) < _CALLS:
            busy = "The machine may be busy: check again in a moment."
            raise NotRun(Message(f"Only {len(each)} of {_CALLS} calls ran.", "", busy))
        seconds = max(ended for _, ended in each) - each[0][0]
        ms = 1000 * sum(ended - began for began, ended in each) / _CALLS
        _counted[work.lab] = (_CALLS / seconds, ms, overlaps.mean(runs))
    return _counted[work.lab]


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def would_be(name: str, *formulas: _Formula) -> Detect:
    """All that the function answered is what one of these gives."""
    return all_would_be(
        name, *formulas, same=lambda value, wrong: is_number(value) and near(value, wrong),
        values=lambda one: _values(one),
    )  # fmt: skip


def _values(one: Tried) -> Mapping[str, object]:
    name, (number, ms) = one.case.about
    what = {INSIDE: "fewer of them run at once", MOST: "more of them are served"}[name]
    call = f"{name}({number:g}, {ms:g})"
    return {"got": shown(one.seen.value), "number": f"{number:,g}", "ms": f"{ms:g}", "what": what, "call": call}


def rounded(name: str) -> Detect:
    """Every case that fails is right but for its fraction."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        for way in (math.ceil, math.floor, round):

            def whole(number: float, ms: float, way: Callable[[float], int] = way) -> float:
                return way(float(f"{_RIGHT[name](number, ms):.9g}"))

            hit = would_be(name, whole)(tried, work)
            if hit:
                return hit
        return None

    return detect


NOTHING_RETURNED: Detect = first(
    lambda one: {"name": one.case.about[0]} if one.case.about and _nothing(one.seen) else None
)


def _nothing(seen: Seen) -> Any:
    return seen.raised is None and seen.value is None and not seen.pending
