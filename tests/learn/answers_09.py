"""Answers to the exercises of workbook 09, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from typing import Any

from lambdalab.learn.workbooks import protected
from lambdalab.learn.workbooks.crowd import ALL, BACK, ERROR, LEFT, NONE, SOME, TRIED, WAITS
from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}

# 09.1, Little's law


def _little(inside: str = "rate_per_s * ms / 1000", most: str = "min(limit * 1000 / ms, 10 * limit)") -> str:
    return (
        f"import math\n\ndef concurrency(rate_per_s, ms):\n    return {inside}\n\n"
        f"def max_rate(limit, ms):\n    return {most}\n"
    )


_STUB_1 = "\n".join(
    f'def {name}:\n    raise NotImplementedError("Exercise 09.1")\n'
    for name in ("concurrency(rate_per_s, ms)", "max_rate(limit, ms)")
)
A_09_1 = Answers(
    stub=_STUB_1,
    solution=_little(),
    also_right={
        "in decimals": "from decimal import Decimal\n\ndef concurrency(rate, ms):\n"
        "    return Decimal(rate) * Decimal(ms) / 1000\n\ndef max_rate(limit, ms):\n"
        "    return limit / max(Decimal(ms) / 1000, Decimal(1) / 10)\n",
        "in numpy": "import numpy as np\n\ndef concurrency(rate, ms):\n    return np.float64(rate) * ms / 1e3\n\n"
        "def max_rate(limit, ms):\n    return np.minimum(1000 / ms, 10) * limit\n",
        "with if": "def concurrency(rate, ms):\n    seconds = ms / 1000\n    return rate * seconds\n\n"
        "def max_rate(limit, ms):\n    if ms < 100:\n        return limit * 10\n    return limit / (ms / 1000)\n",
    },
    wrong={
        "rate-is-concurrency": _little("rate_per_s"),
        "milliseconds-as-seconds": _little("rate_per_s * ms"),
        "no-second-limit": _little(most="limit / (ms / 1000)"),
        "upside-down": _little("rate_per_s / (ms / 1000)"),
        "only-second-limit": _little(most="10 * limit"),
        "the-larger": _little(most="max(limit * 1000 / ms, 10 * limit)"),
        "a-limit-of-its-own": _little("min(rate_per_s * ms / 1000, 1000)"),
        "ten-for-all": _little(most="min(limit * 1000 / ms, 10)"),
        "the-limit-typed": _little(most="min(limit * 1000 / ms, 10_000)"),
        "a-millisecond": _little(most="min(limit / ms, 10 * limit)"),
        "rounded": _little("math.ceil(rate_per_s * ms / 1000)"),
        "nothing-returned": _little("print(rate_per_s * ms / 1000)"),
    },
    failing={
        "raised": _little("rate_per_s * sm / 1000"),
        "case": _little("20 if rate_per_s == 100 and ms == 200 else 7"),
        "next": _little() + 'def max_rate(limit, ms):\n    raise NotImplementedError("Exercise 09.1")\n',
        "unwritten": _STUB_1 + "def max_rate(limit, ms):\n    return min(limit * 1000 / ms, 10 * limit)\n",
    },
)
MORE_WRONG["09.1"] = {
    "the examples alone": ("case", _little("20", "4000")),
    "both formulas turned round": ("upside-down", _little("rate_per_s / ms", "limit * ms / 1000")),
    "the second turned round": ("upside-down", _little(most="min(limit * ms / 1000, 10 * limit)")),
    "the second in whole numbers": ("rounded", _little(most="min(limit * 1000 // ms, 10 * limit)")),
    "rounded to the nearest": ("rounded", _little("round(rate_per_s * ms / 1000)")),
    "no more than a thousand": ("the-limit-typed", _little(most="min(limit * 1000 / ms, 1000)")),
    "a text": ("case", _little('f"{rate_per_s * ms / 1000:g}"')),
    "the second hands nothing back": ("nothing-returned", _little(most="print(limit)")),
}

# 09.2, twenty at once, five allowed


def _crowd(boto: Any, s3: Any, sqs: Any, url: Any) -> str:
    said = {"boto3": boto, "S3": s3, "SQS": sqs, "function URL": url}
    return f"crowd = {said!r}\n".replace("Ellipsis", "...")


def _again(event: Any, limited: Any) -> str:
    said = {"boto3, InvocationType Event": event, "SQS, MaximumConcurrency 5": limited}
    return f"again = {said!r}\n".replace("Ellipsis", "...")


_CALLER, _UPLOADS, _QUEUE = (5, ERROR, ALL), (5, TRIED, NONE), (5, BACK, SOME)
_FOUR = _crowd(_CALLER, _UPLOADS, _QUEUE, _CALLER)
_TWO = _again(_UPLOADS, (5, LEFT, NONE))
A_09_2 = Answers(
    stub=_crowd(..., ..., ..., ...),
    solution=_FOUR + _TWO,
    also_right={
        "lists, and decimals": _crowd([5.0, ERROR, ALL], list(_UPLOADS), list(_QUEUE), list(_CALLER))
        + _again(list(_UPLOADS), [5.0, LEFT, NONE])
    },
    wrong={
        "rest-waits": _crowd((5, WAITS, ALL), _UPLOADS, _QUEUE, _CALLER) + _TWO,
        "uploads-lost": _crowd(_CALLER, (5, TRIED, ALL), _QUEUE, _CALLER) + _TWO,
        "nothing-bad": _crowd(_CALLER, _UPLOADS, (5, BACK, NONE), _CALLER) + _TWO,
        "another-number": _crowd((20, ERROR, ALL), _UPLOADS, _QUEUE, _CALLER) + _TWO,
        "kept-for-the-caller": _crowd(_CALLER, _UPLOADS, _QUEUE, (5, TRIED, ALL)) + _TWO,
        "caller-not-alone": _crowd((5, ERROR, NONE), _UPLOADS, _QUEUE, _CALLER) + _TWO,
        "uploads-otherwise": _crowd(_CALLER, (5, WAITS, NONE), _QUEUE, _CALLER) + _TWO,
        "all-buried": _crowd(_CALLER, _UPLOADS, (5, BACK, ALL), _CALLER) + _TWO,
        "queue-otherwise": _crowd(_CALLER, _UPLOADS, (5, LEFT, SOME), _CALLER) + _TWO,
    },
    failing={
        "case": _FOUR + _again(_UPLOADS, (5, BACK, NONE)),
        "shape": _crowd(_CALLER, _UPLOADS, _QUEUE, (5, "refused", ALL)) + _TWO,
        "next": _FOUR + "again = {}\n",
        "unwritten": _crowd(_CALLER, ..., _QUEUE, _CALLER),
    },
)
MORE_WRONG["09.2"] = {
    "the form of the text alone": ("case", _FOUR + _again((20, WAITS, NONE), (20, WAITS, NONE))),
    "a number as a text": ("shape", _crowd(("5", ERROR, ALL), _UPLOADS, _QUEUE, _CALLER)),
    "two parts": ("shape", _crowd((5, ERROR), _UPLOADS, _QUEUE, _CALLER)),
    "the waiting as it was called": ("shape", _crowd((5, "wait for a free place", ALL), _UPLOADS, _QUEUE, _CALLER)),
    "the second in part": ("unwritten", _FOUR + _again(_UPLOADS, ...)),
}

# 09.3, share out a thousand


def _shares(**reserved: Any) -> str:
    return f"reserved = {reserved!r}\n"


A_09_3 = Answers(
    stub="reserved = ...\n",
    solution=_shares(checkout=120, partner=40),
    also_right={
        "more for checkout": _shares(checkout=140, partner=40),
        "a part for reports": _shares(checkout=120, partner=40, reports=10),
        "a slower partner": _shares(checkout=130, partner=20, reports=15),
        "the slowest partner": _shares(checkout=120, partner=18),
        "decimals and None": _shares(checkout=120.0, partner=35.0, thumbnails=None, reports=None),
    },
    wrong={
        "more-than-900": _shares(checkout=120, thumbnails=800, partner=40, reports=10),
        "by-rate": _shares(checkout=300, partner=40),
        "no-ceiling": _shares(checkout=120),
        "ceiling-too-high": _shares(checkout=120, partner=60),
        "own-ceiling": _shares(checkout=100, partner=40),
        "switched-off": _shares(checkout=120, partner=0),
        "dropped": _shares(checkout=120, partner=10),
        "left-to-all": _shares(partner=40),
    },
    failing={"shape": _shares(checkout="120", partner=40)},
)
MORE_WRONG["09.3"] = {
    "one connection too few": ("dropped", _shares(checkout=120, partner=17)),
    "all in the order of the table": (
        "more-than-900",
        "reserved = {'checkout': 120, 'thumbnails': 800, 'partner': 40}\n",
    ),
    "the form of the text": ("no-ceiling", _shares(checkout=10, reports=10)),
    "thumbnails, and nothing for checkout": ("left-to-all", _shares(thumbnails=800, partner=40)),
    "a little too much": ("left-to-all", _shares(checkout=141, partner=40)),
    "a little too little": ("own-ceiling", _shares(checkout=119, partner=40)),
    "one connection too many": ("ceiling-too-high", _shares(checkout=120, partner=41)),
    "reports too small": ("own-ceiling", _shares(checkout=120, partner=40, reports=9)),
    "thumbnails too small": ("own-ceiling", _shares(checkout=120, partner=40, thumbnails=700)),
    "partner by its rate": ("ceiling-too-high", _shares(checkout=120, partner=60, reports=10)),
    "nothing at all": ("no-ceiling", "reserved = {}\n"),
    "the unlisted ones": ("shape", _shares(checkout=120, partner=40, unlisted=10)),
    "half an environment": ("shape", _shares(checkout=120.5, partner=40)),
    "below nothing": ("shape", _shares(checkout=120, partner=-1)),
    "pairs": ("shape", 'reserved = [("checkout", 120), ("partner", 40)]\n'),
}

# 09.4, protect the database


def _settings(fetched: Any = None, visible: Any = 1, receives: Any = 2, reserved: Any = 2) -> str:
    names = (protected.FETCHED, protected.VISIBLE, protected.RECEIVES, protected.RESERVED)
    return f"settings = {dict(zip(names, (fetched, visible, receives, reserved), strict=True))!r}\n"


A_09_4 = Answers(
    stub=_settings(),
    solution=_settings(4, 6, 5, 4),
    also_right={
        "two at a time": _settings(2, 6, 5, 2),
        "as many tries as are allowed": _settings(4, 6, 20, 4),
        "no reservation": _settings(3, 6, 5, None),
        "texts, as a queue has them": _settings(4, "30", "10", 10),
    },
    wrong={
        "buried-unseen": _settings(reserved=1),
        "still-refused": _settings(visible=30),
        "goes-round": _settings(receives=1000),
        "too-many": _settings(reserved=None),
        "fetches-more": _settings(4, 6, 5, 2),
        "below-two": _settings(1, 6, 5, 4),
        "too-few-tries": _settings(4, 6, 4, 4),
        "short-visibility": _settings(4, 5, 5, 4),
        "too-late": _settings(4, 1800, 5, 4),
    },
    failing={
        "raised": _settings(4, 0, 5, 4),
        "shape": _settings("four", 6, 5, 4),
    },
)
MORE_WRONG["09.4"] = {
    "more tries": ("still-refused", _settings(receives=20)),
    "one environment more": ("still-refused", _settings(visible=4, reserved=3)),
    "as AWS advises, and nothing else": ("still-refused", _settings(visible=6, receives=5)),
    "a larger reservation": ("too-many", _settings(reserved=8)),
    "fetching by too much": ("too-many", _settings(6, 6, 5, None)),
    "switched off": ("fetches-more", _settings(4, 6, 5, 0)),
    "for ever, and limited": ("goes-round", _settings(4, 6, 1000, 4)),
    "one try": ("too-few-tries", _settings(4, 6, 1, 4)),
    "the fetching alone": ("too-few-tries", _settings(4, 1, 2, None)),
    "the fetching alone, as the lesson has it": ("too-few-tries", _settings(2, 1, 2, 2)),
    "one try too many": ("goes-round", _settings(4, 6, 21, 4)),
    "the poison stays": ("too-late", _settings(4, 720, 6, 4)),
    "the tries alone": ("short-visibility", _settings(4, 1, 5, 4)),
    "more than AWS takes": ("raised", _settings(1001, 6, 5, 4)),
    "another setting": ("shape", _settings(4, 6, 5, 4) + 'settings["Timeout"] = 3\n'),
    "without a visibility": ("shape", _settings(4, None, 5, 4)),
}

# 09.5, the one per cent

_AT = "ordered[math.ceil(len(ordered) * p / 100) - 1]"


def _slowest(
    at: str = _AT,
    ordered: str = "sorted(times)",
    mean: str = "sum(times) / len(times)",
    p50: str = "at(50)",
    chance: str = "1 - (1 - p) ** calls",
) -> str:
    return (
        f"import math\n\ndef summary(times):\n    ordered = {ordered}\n    def at(p):\n        return {at}\n"
        f'    return {{"mean": {mean}, "p50": {p50}, "p95": at(95), "p99": at(99), "p99.9": at(99.9)}}\n\n'
        f"def page_hit(p, calls):\n    return {chance}\n"
    )


_STUB_5 = "\n".join(
    f'def {name}:\n    raise NotImplementedError("Exercise 09.5")\n'
    for name in ("summary(times)", "page_hit(p, calls)")
)
_NUMPY = (
    "import numpy as np\n\ndef summary(times):\n    q = np.percentile(times, [50, 95, 99, 99.9])\n"
    '    return {"mean": np.mean(times), **dict(zip(["p50", "p95", "p99", "p99.9"], q))}\n\n'
    "def page_hit(p, calls):\n    return round(1 - np.power(1 - p, calls), 4)\n"
)
_QUANTILES = (
    "from statistics import fmean, quantiles\n\ndef summary(times):\n    q = quantiles(times, n=1000)\n"
    "    return dict(zip(['mean', 'p50', 'p95', 'p99', 'p99.9'], [fmean(times), q[499], q[949], q[989], q[998]]))\n\n"
    "def page_hit(p, calls):\n    none = 1\n    for _ in range(calls):\n        none *= 1 - p\n    return 1 - none\n"
)
_GIVEN_5 = "from lambdalab.learn.workbooks.slowest import LATENCIES\n"
A_09_5 = Answers(
    given=_GIVEN_5,
    stub=_STUB_5,
    solution=_slowest(),
    also_right={
        "numpy": _NUMPY,
        "statistics": _QUANTILES,
        "int": _slowest(at="ordered[min(int(len(ordered) * p / 100), len(ordered) - 1)]"),
        "sorted in place": _slowest(ordered="times").replace("    ordered =", "    times.sort()\n    ordered ="),
        "the nearest": _NUMPY.replace("99.9])", '99.9], method="nearest")'),
    },
    wrong={
        "added-up": _slowest(chance="p * calls"),
        "mean-as-typical": _slowest(p50="sum(times) / len(times)"),
        "unsorted": _slowest(ordered="times"),
        "median-as-mean": _slowest(mean="at(50)"),
        "downwards": _slowest(ordered="sorted(times, reverse=True)"),
        "given-alone": _slowest(ordered="sorted(LATENCIES)", mean="sum(LATENCIES) / 1000"),
        "meets-none": _slowest(chance="(1 - p) ** calls"),
        "all-cold": _slowest(chance="p ** calls"),
        "one-is-warm": _slowest(chance="1 - p ** calls"),
        "rounded": _slowest(at="round(" + _AT + ")", mean="round(sum(times) / len(times))"),
        "slowest-of-all": _slowest(at="ordered[-1] if p == 99.9 else " + _AT),
        "another-summary": _slowest(at=_AT.replace("p /", "min(p, 99) /")),
        "another-chance": _slowest(chance="1 - (1 - p) ** 20"),
        "per-cent": _slowest(chance="100 * (1 - (1 - p) ** calls)"),
        "nothing-returned": _slowest(chance="print(p)"),
    },
    failing={
        "raised": _slowest(at="ordered[len(ordered) * p // 1]"),
        "another-summary": _slowest(at="ordered[math.ceil(len(ordered) * (p - 1) / 100) - 1]"),
        "shape": _slowest() + "def summary(times):\n    return sum(times) / len(times)\n",
        "next": _slowest() + 'def page_hit(p, calls):\n    raise NotImplementedError("Exercise 09.5")\n',
        "unwritten": _STUB_5 + "def page_hit(p, calls):\n    return 1 - (1 - p) ** calls\n",
    },
)
MORE_WRONG["09.5"] = {
    "at most all": ("added-up", _slowest(chance="min(1, p * calls)")),
    "the example alone": ("another-chance", _slowest(chance="0.0954")),
    "the places of a thousand": ("another-summary", _slowest(at="ordered[{50: 499, 95: 949, 99: 989, 99.9: 998}[p]]")),
    "the slowest for all": ("another-summary", _slowest(at="ordered[-1]", p50="ordered[len(ordered) // 2]")),
    "a key too few": ("shape", _slowest().replace('"p99.9": at(99.9)', "")),
    "per thousand": ("another-summary", _slowest(at="ordered[math.ceil(len(ordered) * p / 1000) - 1]")),
    "the last of it": ("another-summary", _slowest(p50="at(55)")),
    "each value once": ("another-summary", _slowest(ordered="sorted({round(time) for time in times})")),
    "the values without their names": ("shape", _slowest() + "def summary(times):\n    return [1, 2, 3, 4, 5]\n"),
    "cut off": ("rounded", _slowest(at="int(" + _AT + ")")),
    "no list at all": ("another-summary", _slowest(ordered='"none"', at="None")),
    "nothing of the summary": ("nothing-returned", _slowest() + "def summary(times):\n    print(sorted(times))\n"),
}

ANSWERS = {"09.1": A_09_1, "09.2": A_09_2, "09.3": A_09_3, "09.4": A_09_4, "09.5": A_09_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    ("09.1", "rate-is-concurrency"): "100 a second of 200 ms each: at any moment 20 are running, not 100.",
    ("09.1", "milliseconds-as-seconds"): "20,000 environments for 100 short calls a second: convert first.",
    (
        "09.1",
        "no-second-limit",
    ): "100,000 a second by arithmetic, but Lambda also allows only ten requests a second per environment.",
    ("09.1", "upside-down"): "By your formula, the longer a call takes, the fewer of them run at once.",
    (
        "09.2",
        "rest-waits",
    ): "15 callers got 429. Nothing is queued for a synchronous call: whoever calls must wait or try again.",
    (
        "09.2",
        "uploads-lost",
    ): "All 20 ran in the end. Asynchronous events are kept and tried again for up to six hours.",
    ("09.2", "nothing-bad"): "valid messages reached the dead-letter queue without ever running. Refused until",
    ("09.3", "more-than-900"): "AWS refuses: at least 100 stay for functions without a reservation.",
    ("09.3", "by-rate"): "Checkout is reserved by its rate of 300 a second. What it never needs is missing elsewhere",
    ("09.3", "no-ceiling"): "60 connections at once, and the partner allows 40. A reservation is also a *ceiling*",
    ("09.3", "own-ceiling"): "Calls of checkout were refused, worst at 19 o'clock.",
    ("09.3", "left-to-all"): "Calls of checkout were refused, worst at 3 o'clock: 960 are left for all without",
    ("09.4", "buried-unseen"): "Limit the *fetching*",
    ("09.4", "still-refused"): "deliveries were still refused: Lambda goes on fetching more than may run.",
    (
        "09.4",
        "goes-round",
    ): "times, and 20 are the most that is asked for. Your `maxReceiveCount` allows 1,000.",
    ("09.4", "too-late"): "it held the poison and 1 good order.",
    ("09.4", "too-few-tries"): "Your `maxReceiveCount` is 4, and its fifth try would have succeeded.",
    ("09.4", "below-two"): "AWS refuses `MaximumConcurrency` 1: for a queue it is 2 at least.",
    ("09.5", "another-summary"): "p99.9 ",
    ("09.5", "slowest-of-all"): "Of 2,000 latencies your p99.9 is",
    ("09.4", "fetches-more"): "up to 4 are fetched at once, and 2 may run.",
    (
        "09.5",
        "added-up",
    ): "20 × 0.5 % = 10 % is near, but 300 calls would give 150 %. Count the chance of meeting *none*.",
    ("09.5", "mean-as-typical"): "Most calls took less, a few a great deal more.",
    ("09.5", "unsorted"): "Percentiles are positions in the *sorted* list.",
}
