"""Workbook 01, What is Lambda?: a dispatcher, the processes of a function, a call through boto3, a bill, who does
what.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w01.toml`. Specified in
EXERCISES, 01.1 to 01.5.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import all_filled, called, first, picked, second_comes_next, verdict
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.student import mentions
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.words import kind_named, kind_of, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import bill, dispatcher

# 01.1, a dispatcher that learns, is in `dispatcher.py`

# 01.2, how many processes?

TIMELINE = ("deployed", "after 1", "after 2", "after 2 h", "after 3")
SECOND = ("after 3", "after 2 h")
_FUNCTION = "ex01_timeline"
_SOURCE = "def handler(event, context):\n    return None\n"
_RECLAIM_SECONDS = 3.0


def _timeline_cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("the timeline", "alive", _committed, about="alive"),
        Case("three calls without a pause, then 2 h", "again", _second_prediction, about="again"),
    ]


def _numbers(work: Work, name: str, keys: Sequence[str]) -> Mapping[str, int]:
    said = all_filled(work, name, keys)
    for key in keys:
        if type(said[key]) is not int:
            raise Stop(
                Message(f'`{name}["{key}"]` is {short(said[key])}.', "Each entry must be a whole number of processes.")
            )
    return said


def _committed(work: Work) -> Seen:
    said = _numbers(work, "alive", TIMELINE)
    seen = dict(zip(TIMELINE, _observed(work, ["count", "call", "call", "2 h", "call"]), strict=True))
    rows = tuple(Row(said[k] == seen[k], f"{k}: you said {said[k]}", f"{seen[k]} seen") for k in TIMELINE)
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=rows)


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "The first case is run.", "Now a changed one:"):
        return pending
    said = _numbers(work, "again", SECOND)
    _, _, third, quiet = _observed(work, ["call", "call", "call", "2 h"])
    seen = dict(zip(SECOND, (third, quiet), strict=True))
    rows = tuple(Row(said[k] == seen[k], f"again, {k}: you said {said[k]}", f"{seen[k]} seen") for k in SECOND)
    wrong = next((k for k in SECOND if said[k] != seen[k]), None)
    text: Message | None = None
    if wrong:
        what = f'For "{wrong}" you said {said[wrong]}, and {seen[wrong]} was seen.'
        text = Message(what, work.exercise.idea, work.exercise.look)
    return Seen(wrong is None, "run", facts={"said": said, "seen": seen}, rows=rows, message=text)


def _observed(work: Work, steps: Sequence[str]) -> list[int]:
    """The number of the function's processes after each step, counted in the student's lab."""
    counts = []
    with work.own_function(_FUNCTION, _SOURCE) as name:
        for step in steps:
            if step == "call":
                work.invoke(name, {})
            elif step == "2 h":
                work.lab.clock.advance(hours=2)
                _wait_for_reclaiming(work.lab, name)
            counts.append(len(work.lab.processes(name)))
    return counts


def _wait_for_reclaiming(lab: Any, name: str) -> None:
    """Ending a process takes a moment after the clock has been turned."""
    ends = time.monotonic() + _RECLAIM_SECONDS
    while lab.processes(name) and time.monotonic() < ends:
        time.sleep(0.02)


def _said(fits: Callable[[Mapping[str, int], Mapping[str, int]], bool]) -> Detect:
    """A prediction of the first timeline that was said and not seen."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "alive")
        return Hit(one) if fits(one.seen.facts["said"], one.seen.facts["seen"]) else None

    return detect


# 01.3, the same call through boto3

FUNCTIONS = {
    "ex01_echo": 'def handler(event, context):\n    return event["say"]\n',
    "ex01_count": 'def handler(event, context):\n    return len(event["lines"])\n',
    "ex01_kind": 'def handler(event, context):\n    return {"kind": type(event).__name__, "empty": not event}\n',
}
_PLACES = ("Zürich", "Malmö", "Bogotá", "İzmir", "Kraków", "Đà Nẵng")


def _call_cases(rng: random.Random | None) -> Sequence[Case]:
    (place,) = picked(rng, _PLACES[:1], _PLACES)
    count = 3 if rng is None else rng.randint(2, 9)
    nested = [[1, [2, []]], {"a": [None, True]}]

    def echoed(tried: str, value: Any) -> Case:
        return called("call", "ex01_echo", {"say": value}, expected=value, tried=tried)

    return [
        called(
            "call", "ex01_kind", {"n": count}, expected={"kind": "dict", "empty": False}, tried="an object as answer"
        ),
        echoed("a list as answer", [place, "Quito"]),
        called("call", "ex01_count", {"lines": ["x"] * count}, expected=count, tried="a number as answer"),
        echoed("None as answer", None),
        echoed("a text as answer", place),
        echoed("an event with nested lists", nested),
        Case("the way of the call", "", _through_the_client, about="way"),
    ]


def _through_the_client(work: Work) -> Seen:
    """boto3's `invoke` takes the function's name under this word only."""
    client = mentions(work.names["call"], "FunctionName")
    return Seen(client, "through the client" if client else "not through `client.invoke(FunctionName=…)`", client)


def _another_way(tried: Sequence[Tried], work: Work) -> Hit | None:
    failing = [one for one in tried if not one.seen.ok]
    return Hit(failing[0]) if [one.case.about for one in failing] == ["way"] else None


def _payload_not_text(one: Tried) -> Mapping[str, object] | None:
    raised = one.seen.raised
    found = re.search(r"parameter Payload, .*type: <class '(\w+)'>, valid", raised.text) if raised else None
    return {"type": kind_named(found[1])} if found else None


def _encoded_twice(one: Tried) -> Mapping[str, object] | None:
    value = one.seen.value
    said = one.seen.raised.text if one.seen.raised else ""
    if isinstance(value, dict):
        said += f"{value.get('errorMessage', '')}"
        if value.get("kind") == "str":
            return {}
    return {} if "string indices" in said or "'str' object" in said else None


def _python_instead_of_json(one: Tried) -> Mapping[str, object] | None:
    raised, value = one.seen.raised, one.seen.value
    if raised is not None:
        unknown = raised.kind == "NameError" and any(f"'{word}'" in raised.text for word in ("null", "true", "false"))
        return {} if unknown or "malformed node" in raised.text else None
    return {} if isinstance(value, str) and not _is_json(value) else None


def _not_decoded(one: Tried) -> Mapping[str, object] | None:
    value = one.seen.value
    if isinstance(value, dict) and "ResponseMetadata" in value:
        return {"type": "the whole answer of the call"}
    stream = type(value).__name__ in ("bytes", "bytearray", "StreamingBody")
    return {"type": kind_of(value)} if stream or (isinstance(value, str) and _is_json(value)) else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# 01.4, a month on the bill, is in `bill.py`

# 01.5, who does it?

WHO = ("me", "AWS", "nobody")
JOBS = {
    "patch the operating system": ("AWS", "You never see that machine: who could log in to it?"),
    "choose the memory": ("me", "You give the size when you deploy. AWS doesn't know what your code needs."),
    "start a process when an event comes": (
        "AWS",
        "In the lesson the list of processes was empty until an event came.",
    ),
    "replace a broken machine": (
        "AWS",
        "You don't know which machine it is. The next event meets a process on another one.",
    ),
    "keep libraries in my zip up to date": ("me", "Look at who made the zip, and who could change it."),
    "decide who may call": ("me", "AWS enforces the rule. Who writes it?"),
    "pay for idle hours": ("nobody", "Look at lesson 01's picture: what stands between the bars?"),
    "delete old files in my bucket": ("me", "The files are yours: nobody else knows which ones are old."),
    "pick the region": (
        "me",
        "Nothing moves to another region by itself: somebody names it, in a setting or when a client is made.",
    ),
    "end a call that passes its timeout": (
        "AWS",
        "You set the number of seconds. Who watches the clock when your code hangs?",
    ),
}


def _job_cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        verdict("who", job, items=list(JOBS), accepted=[right], words=WHO, against=against)
        for job, (right, against) in JOBS.items()
    ]


def _chose(job: str, who: str) -> Detect:
    return first(lambda one: {} if one.case.about == job and one.seen.value == who else None)


EXERCISES = exercises(
    "01",
    {
        "01.1": Part(
            dispatcher.cases,
            {
                "runs-at-registration": dispatcher.fact("early"),
                "kept-in-the-call": dispatcher.kept_in_the_call,
                "if-chain": dispatcher.fact("lost"),
                "nothing-handed-back": dispatcher.fact("unreturned"),
                "error-replaced": dispatcher.fact("replaced"),
                "silent-none": dispatcher.fact("silent"),
            },
        ),
        "01.2": Part(
            _timeline_cases,
            {
                "one-after-deploying": _said(lambda said, seen: said["deployed"] > seen["deployed"]),
                "two-after-second": _said(lambda said, seen: said["after 2"] > seen["after 2"]),
                "one-after-two-hours": _said(lambda said, seen: said["after 2 h"] > seen["after 2 h"]),
                "none-after-a-call": _said(
                    lambda said, seen: any(said[k] < seen[k] for k in ("after 1", "after 2", "after 3"))
                ),
                "more-than-calls-at-once": _said(
                    lambda said, seen: any(said[k] > seen[k] for k in ("after 1", "after 3"))
                ),
            },
        ),
        "01.3": Part(
            _call_cases,
            {
                "encoded-twice": first(_encoded_twice),
                "python-not-json": first(_python_instead_of_json),
                "payload-not-text": first(_payload_not_text),
                "not-decoded": first(_not_decoded),
                "nothing-handed-back": first(
                    lambda one: {} if one.seen.raised is None and one.seen.value is None else None
                ),
                "another-way": _another_way,
            },
        ),
        "01.4": Part(
            bill.cases,
            {
                "peak-every-day": bill.would_be(
                    bill.priced(lambda calls: max(calls) * 30), bill.priced(lambda calls: max(calls) * len(calls))
                ),
                "milliseconds-as-seconds": bill.would_be(bill.priced(ms_in_a_second=1)),
                "gb-of-1000": bill.would_be(bill.priced(mb_in_a_gb=1000)),
                "no-requests": bill.would_be(bill.priced(requests=0)),
                "rounded": bill.would_be(*(bill.priced(digits=digits) for digits in range(7))),
            },
        ),
        "01.5": Part(
            _job_cases,
            {
                "libraries-by-aws": _chose("keep libraries in my zip up to date", "AWS"),
                "idle-hours-by-me": _chose("pay for idle hours", "me"),
                "files-by-aws": _chose("delete old files in my bucket", "AWS"),
            },
        ),
    },
)
