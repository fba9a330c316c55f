"""Workbook 03, Cold starts: a REPORT line, counting cold starts, loading once, what survives, which remedy, a
snapshot's secret.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w03.toml`. Specified in
EXERCISES, 03.1 to 03.6.
"""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import compared, first, reasoned
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.words import short, strictly_equal
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import loads, survival, timelines, tokens

# 03.1, read the receipt


def _report_cases(rng: random.Random | None) -> Sequence[Case]:
    draw, factor = rng or random.Random(1), 1.0 if rng is None else rng.uniform(0.6, 1.25)

    def line(tried: str, duration: float, size: int, init: float | None = None) -> Case:
        identity = str(uuid.UUID(int=draw.getrandbits(128)))
        return _receipt(tried, identity, round(duration * factor, 2), size, init and round(init * factor, 2))

    return [
        line("a cold line", 12.37, 128, 84.12),
        line("a warm line", 1.75, 128),
        line("a slow warm line", 2300.41, 512),
        line("a fast cold line", 1.2, 1769, 16.4),
        line("the largest memory size", 40.5, 10_240),
    ]


def _receipt(tried: str, identity: str, duration: float, size: int, init: float | None) -> Case:
    billed = math.ceil(round(duration + (init or 0.0), 2))
    fields = [
        f"REPORT RequestId: {identity}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {size} MB",
        f"Max Memory Used: {min(size, 41)} MB",
        *([f"Init Duration: {init:.2f} ms"] if init is not None else []),
    ]
    expected = {
        "cold": init is not None,
        "duration_ms": duration,
        "billed_ms": billed,
        "memory_mb": size,
        "init_ms": init,
    }
    line = "\t".join(fields) + "\t"

    def run(work: Work) -> Seen:
        outcome = work.call("read_report", line)
        value = outcome.value
        if outcome.raised is not None or not isinstance(value, dict) or value.keys() != expected.keys():
            return compared(value, outcome.raised, expected)
        wrong = next((key for key in expected if not strictly_equal(value[key], expected[key])), None)
        if wrong is None:
            return Seen(True, "read", value)
        return Seen(False, f"`{wrong}` is {short(value[wrong])}, expected {short(expected[wrong])}", value)

    return Case(tried, f"read_report({line!r})", run, about=(line,))


def _true_of(one: Tried) -> dict[str, str]:
    (line,) = one.case.about
    return dict(part.removeprefix("REPORT ").split(": ") for part in line.split("\t") if part)


def _empty_part(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Every line fails at a part that has no name and no value, as the empty one after the last tab."""
    signs = ("not enough values to unpack", "update sequence element", "list index out of range")
    raised = [one.seen.raised for one in tried]
    if all(one is not None and any(sign in one.text for sign in signs) for one in raised) and raised[0]:
        return Hit(tried[0], {"kind": raised[0].kind}, explains_error=True)
    return None


def _nothing_returned(tried: Sequence[Tried], work: Work) -> Hit | None:
    nothing = all(one.seen.raised is None and one.seen.value is None for one in tried)
    return Hit(tried[0]) if nothing else None


def _text_values(one: Tried) -> Mapping[str, object] | None:
    value = one.seen.value if isinstance(one.seen.value, dict) else {}
    numbers = ("duration_ms", "billed_ms", "memory_mb", "init_ms")
    return next(({"key": key, "got": short(value[key])} for key in numbers if isinstance(value.get(key), str)), None)


def _slow_is_cold(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`cold` differs from what the line says; a slow warm line shows it best."""
    for one in sorted(tried, key=lambda one: "Init Duration" in _true_of(one)):
        value, fields = one.seen.value, _true_of(one)
        cold = "Init Duration" in fields
        if isinstance(value, dict) and type(value.get("cold")) is bool and value["cold"] is not cold:
            what = "fast and cold: the start was quick" if cold else "slow and warm: the work took long"
            return Hit(one, {"line": f"Duration: {fields['Duration']}", "what": what})
    return None


def _fixed_positions(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Every cold line is read, every warm one fails: a field was looked for at a place, not under its name."""
    cold = [one for one in tried if "Init Duration" in _true_of(one)]
    warm = [one for one in tried if one not in cold]
    fails = all(one.seen.raised is not None or _init_invented(one) for one in warm)
    if all(one.seen.ok for one in cold) and fails:
        return Hit(warm[0], explains_error=True)
    return None


def _init_invented(one: Tried) -> bool:
    return isinstance(one.seen.value, dict) and one.seen.value.get("init_ms") is not None


def _other_duration(one: Tried) -> Mapping[str, object] | None:
    value, fields = one.seen.value, _true_of(one)
    got = value.get("duration_ms") if isinstance(value, dict) else None
    for field in ("Billed Duration", "Init Duration"):
        if type(got) in (int, float) and field in fields and got == float(fields[field].split()[0]):
            return {"got": got, "field": field}
    return None


# 03.2 is in `timelines.py`, 03.3 in `loads.py`, 03.4 in `survival.py`, 03.6 in `tokens.py`

# 03.5, is it worth warming?

REMEDIES = ("nothing", "lighter init", "scheduled ping", "provisioned concurrency", "SnapStart")
REASONS = (
    "nobody waits",
    "too rare to pay",
    "bursts need several",
    "init is the cause",
    "deadline at risk",
    "nearly always warm",
)
_QUIET = {("nothing", "nobody waits"), ("nothing", "too rare to pay")}
_SHORTER = {("lighter init", "init is the cause"), ("SnapStart", "init is the cause")}
SITUATIONS: Mapping[str, tuple[set[tuple[str, str]], str]] = {
    "internal report": (_QUIET, "It runs twice a day, and a report may come a second later: who pays for what here?"),
    "checkout page": (
        {
            *_SHORTER,
            ("provisioned concurrency", "bursts need several"),
            ("SnapStart", "bursts need several"),
            ("lighter init", "bursts need several"),
        },
        "Customers wait, and 20 come at the same moment. What is ready for all of them, or makes each start short?",
    ),
    "nightly batch": (_QUIET, "It works for 3 minutes while everybody sleeps. Would anybody notice a second?"),
    "busy API": (
        {*_SHORTER, ("nothing", "nearly always warm")},
        "It is called each second, so one environment is nearly always there. When another must start, what takes 4 s?",
    ),
    "webhook": (
        {
            *_SHORTER,
            ("lighter init", "deadline at risk"),
            ("SnapStart", "deadline at risk"),
            ("scheduled ping", "deadline at risk"),
            ("provisioned concurrency", "deadline at risk"),
        },
        "One call an hour finds no environment, and the sender waits 3 s at most. What is left of them?",
    ),
}


def _plan_cases(rng: random.Random | None) -> Sequence[Case]:
    form = 'It must be a pair, remedy and reason: `("nothing", "nobody waits")`.'
    about: dict[str, Any] = {"items": list(SITUATIONS), "parts": (REMEDIES, REASONS), "form": form}
    said = 'chose "{}", because "{}"'
    return [
        reasoned("plan", situation, accepted=accepted, against=against, said=said, **about)
        for situation, (accepted, against) in SITUATIONS.items()
    ]


def _chose(situation: str, remedy: str) -> Detect:
    return first(lambda one: {} if one.case.about == situation and one.seen.value[0] == remedy else None)


EXERCISES = exercises(
    "03",
    {
        "03.1": Part(
            _report_cases,
            {
                "empty-part": _empty_part,
                "nothing-returned": _nothing_returned,
                "fixed-positions": _fixed_positions,
                "text-values": first(_text_values),
                "slow-is-cold": _slow_is_cold,
                "other-duration": first(_other_duration),
            },
        ),
        "03.2": Part(
            timelines.cases,
            {
                "always-one": timelines.would_be(timelines.always_one),
                "only-the-gap": timelines.would_be(timelines.after_a_gap, timelines.after_a_gap_from_the_end),
                "every-call": timelines.would_be(timelines.every_call),
            },
        ),
        "03.3": Part(
            loads.cases,
            {
                "no-global": loads.no_global,
                "stores-the-answer": loads.stores_the_answer,
                "in-the-handler": loads.count("five", lambda seen: seen > 1),
                "at-the-top": loads.count("pings", lambda seen: seen > 0),
                "not-logged": loads.count("five", lambda seen: seen == 0),
            },
        ),
        "03.4": Part(
            survival.cases,
            {
                "tmp-is-shared": survival.differs(("/tmp", "second environment")),
                "global-is-shared": survival.differs(("global", "second environment")),
                "global-after-timeout": survival.differs(("global", "after a timeout")),
                "tmp-after-timeout": survival.differs(("/tmp", "after a timeout")),
                "next-morning": survival.differs(("global", "next morning"), ("/tmp", "next morning")),
                "store-is-lost": survival.differs(*(("S3", when) for when in survival.SITUATIONS)),
                "nothing-in-the-next-call": survival.differs(("global", "next warm call"), ("/tmp", "next warm call")),
            },
        ),
        "03.5": Part(
            _plan_cases,
            {
                "ping-for-the-burst": _chose("checkout page", "scheduled ping"),
                "provisioned-for-the-batch": _chose("nightly batch", "provisioned concurrency"),
                "nothing-for-the-webhook": _chose("webhook", "nothing"),
            },
        ),
        "03.6": Part(
            tokens.cases,
            {
                "process-id": tokens.process_id,
                "seed-at-the-top": tokens.equal_tokens("seed", in_init=True),
                "shared-generator": tokens.equal_tokens("random randint randrange getrandbits choice", in_init=False),
                "all-in-the-handler": tokens.read_again,
                "guessable": tokens.guessable,
            },
        ),
    },
)
