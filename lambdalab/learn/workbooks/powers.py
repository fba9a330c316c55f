"""Exercise 11.2, tune the power: from tables of memory and time, the cheapest size, and the cheapest within a time.

Prices are the cost model's. Tables come in any order. Twice the memory and half the time is exactly the same price, in
floating point too, so a tie can be asked for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import formulas
from lambdalab.learn.workbooks.formulas import is_number
from lambdalab.models.cost import invocation_price, per_million

Table = Mapping[int, int]
CHEAPEST, UNDER = "cheapest", "cheapest_under"
COMPUTES: Table = {128: 11_700, 256: 5_860, 512: 2_940, 1_024: 1_470, 1_769: 845, 3_008: 840}
WAITS: Table = {128: 230, 256: 215, 512: 211, 1_024: 209, 1_769: 208, 3_008: 208}
BOTH: Table = {128: 2_400, 256: 1_150, 512: 600, 1_024: 380, 1_769: 300, 3_008: 295}
_FULL = 1_769  # MB that come with one CPU; a single thread gains nothing above


def usd(table: Table, mb: int) -> Decimal:
    """The price of a million calls at this size."""
    return per_million(invocation_price(table[mb], mb))


def right(table: Table, most: float | None = None) -> int | None:
    """The cheapest size, of equal ones the fastest, among those that keep the time; None if there is none."""
    fitting = [mb for mb in table if most is None or table[mb] <= most]
    return min(fitting, key=lambda mb: (usd(table, mb), table[mb]), default=None)


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(2)
    given = [("the one that computes", COMPUTES), ("the one that waits", WAITS), ("the one that does both", BOTH)]
    ms = draw.choice((200, 400, 600, 800))
    tie = {256: 2 * ms, 512: ms, 1_024: ms - 20}
    further = [
        ("another one that computes, in another order", _shuffled(draw, _made(draw, 2_000, 1))),
        ("another one that does both", _shuffled(draw, _made(draw, 200, 20, crowded=1.5))),
        ("another one that waits, a little", _shuffled(draw, _made(draw, 4, 150))),
        ("twice the memory, half the time", tie),
        ("the same, the largest first", dict(sorted(tie.items(), reverse=True))),
    ]
    asked = [
        ("the one that does both", BOTH, 400),
        ("the one that computes", COMPUTES, 20_000),
        ("exactly the time of one size", COMPUTES, 845),
        ("the one that waits", WAITS, 212),
        ("nothing is so fast", WAITS, draw.choice((100, 150, 200))),
        ("the same price, and both in time", tie, 2 * ms),
        ("the same price, one in time", tie, 2 * ms - 1),
    ]
    return [
        *(_case(tried, CHEAPEST, (table,)) for tried, table in (*given, *further)),
        *(_case(f"{tried}, at most {most:,} ms", UNDER, (table, most)) for tried, table, most in asked),
    ]


def _made(draw: random.Random, cpu_ms: int, wait_ms: int, crowded: float = 1) -> dict[int, int]:
    """Times of a function that computes so long on a whole CPU and waits so long, with one size clearly the cheapest.

    Args:
        crowded: how many times as long it computes where its memory is the smallest.
    """
    while True:
        cpu, waits = cpu_ms * draw.uniform(0.7, 1.4), wait_ms * draw.uniform(0.7, 1.4)
        table = {mb: round(waits + cpu * max(1, _FULL / mb) * draw.uniform(1, 1.06)) for mb in COMPUTES}
        table[128] = round(table[128] * crowded)
        first, second = sorted(usd(table, mb) for mb in table)[:2]
        if second > first * Decimal("1.005"):
            return table


def _shuffled(draw: random.Random, table: dict[int, int]) -> dict[int, int]:
    items = list(table.items())
    draw.shuffle(items)
    return dict(items)


def _case(tried: str, name: str, args: tuple[Any, ...]) -> Case:
    expected = right(*args)

    def judged(value: Any) -> Seen:
        if value is None and expected is not None:
            return Seen(False, "got `None`", message=_none(tried, *args))
        if value is None or (is_number(value) and value == expected):
            return Seen(True, "None" if value is None else f"{int(value):,} MB", value)
        if expected is None and (not is_number(value) or value not in args[0]):
            text = Message(
                f"{sentence(tried)}: your `{name}` gave {short(value)}.",
                "No size keeps that time. Asked is `None` there, Python's word for nothing.",
                "Look at what you return when no row is left.",
            )
            return Seen(False, f"got {short(value)}", value, message=text)
        if not is_number(value) or value not in args[0]:
            text = Message(
                f"{sentence(tried)}: your `{name}` gave {short(value)}, which is no size in the table.",
                "Asked is one of the table's memory sizes, in MB, as a number.",
                f"Look at what `{name}` returns.",
            )
            return Seen(False, f"got {short(value)}", value, message=text)
        return Seen(False, f"{int(value):,} MB", value, message=_chosen(tried, name, int(value), *args))

    def run(work: Work) -> Seen:
        given = (dict(args[0]), *args[1:])
        seen = formulas.answered(work, name, given, judged, before=CHEAPEST if name == UNDER else "")
        if expected is None and seen.raised is not None and seen.raised.kind == "ValueError":
            # as a wrong answer, not as an error: what is wrong in the tables before comes first
            return Seen(False, seen.shown, facts={"least_of_nothing": True, "printed": False})
        return seen

    return Case(tried, f"{name}({', '.join(map(repr, args))})", run, about=(name, args))


def _none(tried: str, table: Table, most: float | None = None) -> Message:
    if most is None:
        return Message(f"{sentence(tried)}: your `{CHEAPEST}` gave `None`.", "A table always has a cheapest size.")
    return Message(
        f"{sentence(tried)}: your `{UNDER}` gave `None`.",
        "At least one size needs no more time than that; one that needs exactly that much fits as well.",
        "Look at how you choose the sizes that fit.",
    )


def _chosen(tried: str, name: str, mb: int, table: Table, most: float | None = None) -> Message:
    """What is to be said of a size that was chosen and is not the right one; the right one is not named."""
    seen = f"{sentence(tried)}: you chose {mb:,} MB, {table[mb]:,} ms, {_price(table, mb)} for a million."
    best = right(table, most)
    if most is not None and table[mb] > most:
        return Message(seen, f"That is more than {most:,} ms.", "If no size keeps the time, the answer is `None`.")
    if best is not None and usd(table, best) == usd(table, mb):
        seen = f"{seen[:-1]}, of {dict(table)}."
        return Message(seen, "Another size costs the same and is faster.", "Look at what decides between equal prices.")
    look = "Multiply size and time for each row, and compare."
    return Message(seen, "Another size costs less" + (" and keeps the time too." if most else "."), look)


def _price(table: Table, mb: int) -> str:
    return f"${usd(table, mb):,.2f}"


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def would_be(name: str, *wrong: Callable[..., int | None]) -> Detect:
    return formulas.would_be(name, *wrong, same=_same, values=told)


def _same(value: Any, other: Any) -> bool:
    return (value is None and other is None) or (is_number(value) and value == other)


def smallest(table: Table, most: float | None = None) -> int:
    return min(table)


def largest(table: Table, most: float | None = None) -> int:
    return max(table)


def first_row(table: Table, most: float | None = None) -> int:
    return next(iter(table))


def fastest(table: Table, most: float | None = None) -> int:
    return min(table, key=lambda mb: table[mb])


def slower_of_equal(table: Table, most: float | None = None) -> int | None:
    """Of equal prices the one that comes first in the table."""
    fitting = [mb for mb in table if most is None or table[mb] <= most]
    return min(fitting, key=lambda mb: usd(table, mb), default=None)


def least_memory_of_equal(table: Table, most: float | None = None) -> int | None:
    fitting = [mb for mb in table if most is None or table[mb] <= most]
    return min(fitting, key=lambda mb: (usd(table, mb), mb), default=None)


def limit_ignored(table: Table, most: float) -> int | None:
    return right(table)


def cheapest_or_none(table: Table, most: float) -> int | None:
    """The cheapest of all, or None where it is too slow; no other is looked for."""
    best = right(table)
    return best if best is not None and table[best] <= most else None


def below_alone(table: Table, most: float) -> int | None:
    """Below the limit, and not at it."""
    return right({mb: ms for mb, ms in table.items() if ms < most})


def told(one: Tried) -> Mapping[str, object]:
    """The chosen size beside the right one, in the words of the messages."""
    _, (table, *limit) = one.case.about
    mb, best = one.seen.value, right(table, *limit)
    found: dict[str, object] = {"what": sentence(one.case.tried), "most": f"{limit[0]:,}" if limit else ""}
    if mb is not None:
        found |= {"mb": f"{int(mb):,}", "ms": f"{table[mb]:,}", "price": _price(table, mb), "table": dict(table)}
    if mb is not None and best is not None:
        found |= {"best": f"{best:,}", "less": _price(table, best), "times": round(table[mb] / table[best])}
    return found


def nothing_left(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`min` was asked for the least of nothing, and all else is right."""
    failing = [one for one in tried if not one.seen.ok]
    if not all(one.seen.facts.get("least_of_nothing") for one in failing):
        return None
    return Hit(failing[0], {"most": f"{failing[0].case.about[1][1]:,}"})
