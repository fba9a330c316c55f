"""Exercise 11.1, the bill of one call: the student's price of a REPORT line beside the right and typical wrong ones.

The right price is the cost model's (`models/cost.py`); the lines are those that the lab itself writes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.facts import price
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Detect, Seen, Tried
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import formulas
from lambdalab.learn.workbooks.bill import dollars
from lambdalab.learn.workbooks.formulas import is_number, near, shown
from lambdalab.models.cost import duration, report_price
from lambdalab.observe.records import Report

NAME = "call_cost"
X86, ARM = "x86_64", "arm64"
_SHARE = 1e-5  # rounding shows that much on the cheapest call up to its eleventh digit
DIGITS = range(12)  # to which a price may have been rounded
_Ms = Callable[[Report], float]
_WARM = Report("1f0c9a52-6b1e-4d0c-9a37-2f1f7c1f9e10", 87.34, 128, 41)
_COLD = Report("7d3e0b44-15a2-4f60-8f0b-5f6f0a9b2c31", 12.30, 128, 41, init_ms=83.10)
GIVEN = (_WARM, _COLD)
"""The calls whose lines the workbook prints."""


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(11)
    warm, cold = GIVEN if rng is None else (_drawn(draw, 128), _drawn(draw, 128, cold=True))
    calls = [
        ("a warm call", warm, X86),
        ("a cold call", cold, X86),
        ("a warm call on arm64", _drawn(draw, 1_024), ARM),
        ("a cold call on arm64", _drawn(draw, 512, cold=True), ARM),
        ("a call with 10,240 MB", _drawn(draw, 10_240), X86),
        ("a call of less than a millisecond", Report(_id(draw), draw.randint(11, 80) / 100, 128, 39), X86),
        ("a call that ended at its timeout", Report(_id(draw), 3_000.0, 1_769, 210, status="timeout"), X86),
    ]
    return [_case(tried, report, architecture) for tried, report, architecture in calls]


def _id(draw: random.Random) -> str:
    digits = f"{draw.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _drawn(draw: random.Random, size: int, *, cold: bool = False) -> Report:
    """Some call; its duration lies well below the next millisecond, so that rounding up counts."""
    ms = draw.randint(30, 90) + draw.randint(11, 39) / 100
    init = draw.randint(80, 400) + draw.randint(11, 39) / 100 if cold else None
    return Report(_id(draw), ms, size, draw.randint(size // 5, size // 2), init_ms=init)


def _case(tried: str, report: Report, architecture: str) -> Case:
    line = report.line()
    expected = float(report_price(line, architecture))

    def judged(value: Any) -> Seen:
        if value is None:
            return Seen(False, "got `None`, expected a number")
        if not is_number(value):
            return formulas.no_number(value)
        if near(float(value), expected, _SHARE):
            return Seen(True, dollars(value), value)
        return Seen(False, f"got {dollars(value)}, and it comes to {_by(float(value), expected)}", value)

    def run(work: Work) -> Seen:
        formulas.write_it_yourself(work, NAME, report_price)
        return formulas.answered(work, NAME, (line, architecture), judged)

    return Case(tried, f"{NAME}({line!r}, {architecture!r})", run, about=(NAME, (report, architecture)))


def _by(value: float, expected: float) -> str:
    """How far the right price is from this one, in words."""
    if value <= 0:
        return "more"
    ratio = expected / value
    if ratio >= 2 or ratio <= 0.5:
        return f"{shown(ratio) if ratio > 1 else shown(1 / ratio)} times {'as much' if ratio > 1 else 'less'}"
    return f"{abs(ratio - 1):.1%} {'more' if ratio > 1 else 'less'}"


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def priced(
    ms: _Ms = lambda report: report.billed_ms,
    mb: _Ms = lambda report: report.memory_size_mb,
    *,
    requests: float = 1,
    ms_in_a_second: float = 1_000,
    mb_in_a_gb: float = 1_024,
    architecture: Mapping[str, str] | None = None,
    share_on_arm: float = 1,
    calls: float = 1,
    digits: int | None = None,
) -> formulas.Formula:
    """The price of a call; what students get wrong can be set."""
    request = float(price("lambda.requests_per_million")) / 1e6 * requests

    def formula(report: Report, given: str) -> float:
        second = float(price(duration((architecture or {}).get(given, given))))
        exact = request + ms(report) / ms_in_a_second * mb(report) / mb_in_a_gb * second
        exact *= calls * (share_on_arm if given == ARM else 1)
        return exact if digits is None else round(exact, digits)

    return formula


def would_be(*wrong: formulas.Formula, values: formulas.Values = lambda one: {}) -> Detect:
    return formulas.would_be(NAME, *wrong, same=_same, values=values)


def _same(value: Any, other: Any) -> bool:
    return is_number(value) and near(float(value), other, _SHARE)


def handler_alone(report: Report) -> float:
    return report.duration_ms


def handler_rounded(report: Report) -> float:
    return math.ceil(report.duration_ms)


def both_not_rounded(report: Report) -> float:
    return report.duration_ms + (report.init_ms or 0)


def both_rounded(report: Report) -> float:
    return math.ceil(report.duration_ms) + math.ceil(report.init_ms or 0)


def init_again(report: Report) -> float:
    return report.billed_ms + (report.init_ms or 0)


def init_again_rounded(report: Report) -> float:
    return report.billed_ms + math.ceil(report.init_ms or 0)


def used(report: Report) -> float:
    return report.max_memory_mb


def told(one: Tried) -> Mapping[str, object]:
    """What the messages name: the student's price and what the line says."""
    report, architecture = one.case.about[1]
    return {
        "what": sentence(one.case.tried),
        "got": dollars(one.seen.value),
        "billed": report.billed_ms,
        "init": f"{report.init_ms or 0:g}",
        "size": f"{report.memory_size_mb:,}",
        "used": report.max_memory_mb,
        "arch": architecture,
    }
