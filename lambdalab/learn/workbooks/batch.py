"""Exercise 02.5, stop in time: a long list under two timeouts, judged by what was done, never by a stopwatch.

The check gives the deployed function another timeout for a call and puts the student's own back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lambdalab.learn.exercises import Case, Hit, Message, Seen, Tried
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work

FUNCTION = "ex02_batch"
MANY = 200
_AT_LEAST = 1.5  # twice the timeout must do so many times as much
_NEVER_BY_LUCK_MS = 10  # an item takes 20 ms: whoever ends so near the deadline began one without looking
_ASKS = "get_remaining_time_in_millis"
_PRINTED = re.compile(r"^item (.+)$", re.MULTILINE)


def cases(rng: random.Random | None) -> Sequence[Case]:
    begin = 1 if rng is None else rng.randint(2, 800)
    many = [*range(begin, begin + MANY // 2)] * 2  # whoever makes `left` of what is not in `done` loses half of it
    done: dict[int, int] = {}
    return [
        _batch("3 items", many[:3], None, done),
        _batch("3 items, two of them equal", [begin, begin + 1, begin], None, done),
        _batch(f"{MANY} items, timeout 2 s", many, 2, done),
        _batch(f"{MANY} items, timeout 1 s", many, 1, done),
    ]


def _batch(tried: str, items: Sequence[int], timeout: int | None, done: dict[int, int]) -> Case:
    """`done` is what the calls before have done, by their timeout."""
    shown = f"[*range({items[0]}, {items[-1] + 1})] * 2" if len(items) == MANY else str(list(items))
    event = f'lab.function("{FUNCTION}").invoke({{"items": {shown}}})'
    if timeout:
        event = f"# with `--timeout {timeout}` in the line %%deploy:\n{event}"

    def run(work: Work) -> Seen:
        with _timeout(work, timeout):
            answer = work.invoke(FUNCTION, {"items": list(items)})
        if answer.raised is not None:
            what = _where(work, items) if answer.raised.kind == "Sandbox.Timedout" else ""
            facts = {"late": what, "two": done.get(2) if timeout == 1 else None}
            return Seen(False, f"raised {answer.raised.kind}", raised=answer.raised, facts=facts)
        seen = _judged(answer.value, items)
        if timeout and _took_ms(work) > 1000 * timeout - _NEVER_BY_LUCK_MS:
            what = "The call ended when no time was left, and only by luck was it not cut off"
            return Seen(False, f"{seen.shown}, no time left", answer.value, facts={"late": what})
        if seen.ok and timeout:
            done[timeout] = seen.facts["done"]
            return _amount(seen, timeout, done)
        return seen

    return Case(tried, event, run, about=timeout)


@contextmanager
def _timeout(work: Work, seconds: int | None) -> Iterator[None]:
    """The function with another timeout, for the time of a call."""
    own = work.settings(FUNCTION)["Timeout"]
    if seconds is None or seconds == own:
        yield
        return
    work.client.update_function_configuration(FunctionName=FUNCTION, Timeout=seconds)
    try:
        yield
    finally:
        work.client.update_function_configuration(FunctionName=FUNCTION, Timeout=own)


def _took_ms(work: Work) -> float:
    """How long the last call ran, from its REPORT."""
    report = work.lab.history(FUNCTION)[-1].report
    return float(report.duration_ms) if report else 0.0


def _where(work: Work, items: Sequence[int]) -> str:
    """At which item the call was cut off, from the line that `work` printed last."""
    printed = _PRINTED.findall("\n".join(work.lab.function(FUNCTION).logs()))
    numbers = {str(item): number for number, item in reversed([*enumerate(items, 1)])}  # of equal ones the first
    where = f"at item {numbers[printed[-1]]}" if printed and printed[-1] in numbers else "before its end"
    return f"The call was cut off {where}"


def _judged(value: Any, items: Sequence[int]) -> Seen:
    if not isinstance(value, dict) or not all(isinstance(value.get(key), list) for key in ("done", "left")):
        got = short(value) if isinstance(value, dict) else kind_of(value)
        text = Message(f"The answer is {got}.", "It must hold two lists, under the keys `done` and `left`.")
        return Seen(False, f"got {got}", value, message=text)
    done, left = value["done"], value["left"]
    reported, missing = [*done, *left], 0
    for item in items:
        if item in reported:
            reported.remove(item)
        else:
            missing += 1
    facts: Mapping[str, Any] = {"done": len(done), "missing": missing}
    shown = f"{len(done)} done, {len(left)} left"
    if missing:
        return Seen(False, f"{shown}, {missing} in neither list", value, facts=facts)
    if done + left != list(items):
        text = Message("`done` and `left` together are not the list that was sent, in its order.", "Keep the order.")
        return Seen(False, f"{shown}, in another order", value, facts=facts, message=text)
    if not done or (len(items) < MANY and left):
        enough = "The reserve should be small beside the timeout: an item needs 20 ms, so 200 ms are enough."
        text = Message(f"{shown}, although there was time for more.", enough)
        return Seen(False, shown, value, facts=facts, message=text)
    return Seen(True, shown, value, facts=facts)


def _amount(seen: Seen, timeout: int, done: Mapping[int, int]) -> Seen:
    """Nobody does 200 items of 20 ms in a second or two, and twice the time does clearly more."""
    if seen.facts["done"] == MANY:
        text = Message(f"All {MANY} items in {timeout} s: at 20 ms each that can't be.", "Leave `work` as it was.")
        return Seen(False, seen.shown, seen.value, facts=seen.facts, message=text)
    if timeout == 1 and 2 in done and done[2] < _AT_LEAST * done[1]:
        what = f"With twice the timeout you did about the same amount: {done[1]} and {done[2]} items"
        facts = {**seen.facts, "same": what}
        return Seen(False, f"{seen.shown}; with 2 s it was {done[2]} done", seen.value, facts=facts)
    return seen


def cut_off(tried: Sequence[Tried], work: Work) -> Hit | None:
    late = (one for one in tried if one.seen.facts.get("late"))
    return next((Hit(one, {"what": one.seen.facts["late"]}, explains_error=True) for one in late), None)


def own_stopwatch(tried: Sequence[Tried], work: Work) -> Hit | None:
    """As much in one second as in two, or in time only under the timeout that was given and never asking for it."""
    for one in tried:
        facts = one.seen.facts
        if facts.get("same"):
            return Hit(one, {"what": facts["same"]})
        source = work.source(FUNCTION)
        if facts.get("late") and facts.get("two") and source and _ASKS not in source:
            what = f"With 2 s you stopped in time, with 1 s you did not. {facts['late']}"
            return Hit(one, {"what": what}, explains_error=True)
    return None


def forgotten(tried: Sequence[Tried], work: Work) -> Hit | None:
    return next((Hit(one, {"n": one.seen.facts["missing"]}) for one in tried if one.seen.facts.get("missing")), None)
