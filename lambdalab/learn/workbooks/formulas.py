"""What a function of the student's answered, beside what the right formula and typical wrong ones give.

A case's `about` is the function's name and its arguments. A wrong formula is recognised when it gives all that the
function answered, so the message is about the one mistake that explains it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from numbers import Real
from typing import Any

from lambdalab.learn.exercises import Detect, Hit, Message, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import short
from lambdalab.learn.work import Work

Formula = Callable[..., Any]
Values = Callable[[Tried], Mapping[str, object]]
_NEAR = 1e-6


def is_number(value: object) -> bool:
    """Whether it is a number of any kind, numpy's too, and can be one of an answer."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool) and math.isfinite(value)


def near(one: float, other: float, share: float = _NEAR) -> bool:
    """Whether two numbers differ by no more than such a share."""
    return abs(one - other) <= share * max(abs(one), abs(other))


def shown(number: float) -> str:
    """Four digits that count, with commas from a thousand on."""
    return f"{float(f'{number:.4g}'):,.10g}"


def answered(work: Work, name: str, args: Sequence[Any], judged: Callable[[Any], Seen], before: str = "") -> Seen:
    """Call the student's function and judge what it handed back, unless it raised.

    Args:
        before: the function that is written first, if this one comes after it.

    Raises:
        Unwritten: it is the stub, and none comes before it.
    """
    try:
        outcome = work.call(name, *args)
    except Unwritten:
        if not before:
            raise
        text = Message(f"Your `{before}` is right.", "", f"Write `{name}` too, run its cell, and check again.")
        return Seen(False, f"`{name}` comes next", message=text, rows=(), pending=True)
    if outcome.raised is not None:
        return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
    seen = judged(outcome.value)
    return replace(seen, facts={**seen.facts, "printed": bool(outcome.printed)})


def write_it_yourself(work: Work, name: str, original: Callable[..., Any]) -> None:
    """Go on only if the student's function is neither the course's own nor hands its work on to that one.

    Args:
        original: the function of the course that does what the exercise asks for.

    Raises:
        Stop: it is, or does.
    """
    value, word, module = work.names[name], original.__name__, original.__module__
    code, known = getattr(value, "__code__", None), getattr(value, "__globals__", {})
    used = code.co_names if code else ()
    behind = [known.get(each) for each in used]
    borrows = any(each is original for each in behind)
    from_module = word in used and (module in used or any(getattr(each, "__name__", "") == module for each in behind))
    if code is None:  # no function that the student wrote; where it runs in another process, all there is is the text
        typed = "\n".join(work.names.get("In", ()))
        from_module = bool(re.search(rf"^\s*from {re.escape(module)} import .*\b{word}\b", typed, re.MULTILINE))
    if value is original or borrows or from_module:
        seen = f"Your `{name}` is the course's own `{word}`." if value is original else f"`{word}` does the work here."
        idea = "The course has such a function, and at work you would use it. Here you write the rule down yourself."
        raise Stop(Message(seen, idea, "Write the function without it, run its cell, and check again."), "borrowed")


def no_number(value: Any) -> Seen:
    """What to say of an answer that should have been a number."""
    return Seen(False, f"got {short(value)}, expected a number", value)


def would_be(
    name: str,
    *formulas: Formula,
    same: Callable[[Any, Any], bool],
    values: Values = lambda one: {},
    shows: Callable[[Tried], bool] = lambda one: is_number(one.seen.value),
) -> Detect:
    """All that this function answered is what one of these formulas gives.

    Args:
        shows: the failing case to tell of, if there is one.
    """

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        asked = [
            one
            for one in tried
            if (one.case.about or ("",))[0] == name and not one.seen.pending and not one.seen.raised
        ]
        failing = [one for one in asked if not one.seen.ok]
        for formula in formulas:
            if failing and all(same(one.seen.value, formula(*one.case.about[1])) for one in asked):
                told = next(filter(shows, failing), failing[0])
                return Hit(told, values(told))
        return None

    return detect


def nothing_returned(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A function handed back None each time; where None is right for some, it has printed something as well."""
    for name in dict.fromkeys(one.case.about[0] for one in tried):
        asked = [one for one in tried if one.case.about[0] == name and not one.seen.pending]
        failing = [one for one in asked if not one.seen.ok]
        nothing = all(one.seen.raised is None and one.seen.value is None for one in asked)
        if failing and nothing and (len(failing) == len(asked) or failing[0].seen.facts["printed"]):
            return Hit(failing[0], {"name": name})
    return None


def either(*detectors: Detect) -> Detect:
    """The first of these that recognises something."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        return next((hit for one in detectors if (hit := one(tried, work))), None)

    return detect
