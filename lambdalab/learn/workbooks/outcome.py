"""Exercise 02.4, did it work?: a call that is ok, one that failed, and one that was refused.

The five functions are the workbook's own; the sixth name is one that no function has.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import called
from lambdalab.learn.exercises import Case, Hit, Tried
from lambdalab.learn.words import kind_named
from lambdalab.learn.work import Work

NOBODY = "ex02_nobody"


def cases(rng: random.Random | None) -> Sequence[Case]:
    n = 2 if rng is None else rng.randint(3, 99)

    def outcome(name: str, event: Any, expected: tuple[str, Any], tried: str) -> Case:
        return called("outcome", name, event, expected=expected, tried=f"`{name}`, {tried}")

    return [
        outcome("ex02_answers", {"n": n}, ("ok", {"double": 2 * n}), "which answers"),
        outcome("ex02_raises", {}, ("failed", "KeyError"), "which raises"),
        outcome("ex02_stock", {}, ("ok", {"errorMessage": "out of stock"}), "which answers with such a key"),
        outcome("ex02_exits", {}, ("failed", "Runtime.ExitError"), "which ends its process"),
        outcome("ex02_slow", {}, ("failed", "Sandbox.Timedout"), "which is cut off"),
        outcome(NOBODY, {}, ("refused", "ResourceNotFoundException"), "which does not exist"),
    ]


def _said(one: Tried) -> Any:
    value = one.seen.value
    return value[0] if isinstance(value, list | tuple) and value else None


def not_decoded(one: Tried) -> Mapping[str, object] | None:
    """A pair with the stream, or the bytes or the JSON text that it holds."""
    value, answered = one.seen.value, one.case.about[0] in ("ex02_answers", "ex02_stock")
    if not answered or _said(one) != "ok" or len(value) != 2:
        return None
    kind = type(value[1]).__name__
    return {"kind": kind_named(kind)} if kind in ("StreamingBody", "bytes", "str") else None


def looks_at_the_status(one: Tried) -> Mapping[str, object] | None:
    name = one.case.about[0]
    return {"name": name} if _said(one) == "ok" and name in ("ex02_raises", "ex02_exits", "ex02_slow") else None


def looks_for_error_message(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only the polite answer is taken for a failure, or its missing error type raises."""
    one = next((one for one in tried if one.case.about[0] == "ex02_stock" and not one.seen.ok), None)
    if one is None or not tried[0].seen.ok:
        return None
    return Hit(one) if _said(one) == "failed" or (one.seen.raised and one.seen.raised.kind == "KeyError") else None


def refusal_raises(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only for the name that no function has: if others are not found either, `FunctionName` is to be looked at."""
    refused = [one for one in tried if one.seen.raised and one.seen.raised.kind == "ResourceNotFoundException"]
    alone = len(refused) == 1 and refused[0].case.about[0] == NOBODY
    return Hit(refused[0], {"name": NOBODY}) if alone else None


def through_the_lab(one: Tried) -> Mapping[str, object] | None:
    """`lab.function` raises an error of the lab's own, where boto3 says what AWS says."""
    raised = one.seen.raised
    return {"name": one.case.about[0]} if raised and raised.kind == "LabError" else None


def nothing_handed_back(one: Tried) -> Mapping[str, object] | None:
    return {} if one.seen.raised is None and one.seen.value is None else None
