"""Answers to the exercises of workbook 12, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

import ast
from typing import Any

from lambdalab.learn.exercises import find
from lambdalab.learn.workbooks import verdicts
from lambdalab.models.workloads import workloads
from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}

# 12.1, deal-breakers

_GIVEN = "from lambdalab.models.workloads import limits as known_limits\n\nlimits = dict(known_limits())\n"
_CONDITIONS = {
    "timeout_most_s": 'w["run_s"] > limits["timeout_most_s"]',
    "sync_mb": 'w["call"] == "sync" and w["payload_mb"] > limits["sync_mb"]',
    "async_mb": 'w["call"] == "async" and w["payload_mb"] > limits["async_mb"]',
    "memory_most_mb": 'w["memory_mb"] > limits["memory_most_mb"]',
    "tmp_most_mb": 'w["tmp_mb"] > limits["tmp_most_mb"]',
    "rest_s": 'w["browser"] and w["run_s"] > limits["rest_s"]',
    "gpus": 'w["gpu"]',
    "connections": 'w["connections"]',
}


def _limits(changed: dict[str, str | None] | None = None, end: str = "found") -> str:
    """The right function, but for these conditions; None leaves a name out."""
    conditions = _CONDITIONS | (changed or {})
    lines = [f'    if {text}:\n        found.append("{name}")\n' for name, text in conditions.items() if text]
    return "def broken_limits(w):\n    found = []\n" + "".join(lines) + f"    return {end}\n"


A_12_1 = Answers(
    given=_GIVEN,
    stub='def broken_limits(w):\n    raise NotImplementedError("Exercise 12.1")\n',
    solution=_limits(),
    also_right={
        "another order": _limits(end="list(reversed(found))"),
        "a dictionary, filtered": "def broken_limits(w):\n    broken = {"
        + ", ".join(f'"{name}": {text}' for name, text in _CONDITIONS.items())
        + "}\n    return [name for name in broken if broken[name]]\n",
    },
    wrong={
        "no-list": _limits(end="set(found)"),
        "nothing-found": "def broken_limits(w):\n    return []\n",
        "one-alone": _limits(end="found[:1]"),
        "front-forgotten": _limits({"rest_s": None}),
        "six-for-asynchronous": _limits({"sync_mb": 'w["payload_mb"] > limits["sync_mb"]', "async_mb": None}),
        "one-for-a-caller": _limits({"async_mb": 'w["payload_mb"] > limits["async_mb"]'}),
        "no-browser": _limits({"rest_s": 'w["call"] == "sync" and w["run_s"] > limits["rest_s"]'}),
        "exactly-the-limit": _limits({"memory_most_mb": 'w["memory_mb"] >= limits["memory_most_mb"]'}),
    },
    failing={
        "raised": _limits({"gpus": 'w["gpus"]'}),
        "case": _limits({"gpus": None}),
    },
)
MORE_WRONG["12.1"] = {
    "the 15 minutes for a browser": (
        "front-forgotten",
        _limits({"rest_s": None, "timeout_most_s": 'w["run_s"] > limits["timeout_most_s"] or w["run_s"] == 40'}),
    ),
    "900 s are too much": ("exactly-the-limit", _limits({"timeout_most_s": 'w["run_s"] >= limits["timeout_most_s"]'})),
    "29 s are too much": (
        "exactly-the-limit",
        _limits({"rest_s": 'w["browser"] and w["run_s"] >= limits["rest_s"]'}),
    ),
    "only what is printed": (
        "nothing-found",
        'def broken_limits(w):\n    return ["timeout_most_s"] if w["run_s"] == 960 else []\n',
    ),
    "the names as one text": ("no-list", _limits(end='", ".join(found)')),
    "a generator": ("no-list", _limits(end="(name for name in found)")),
    "of two limits in time only the API's": (
        "one-alone",
        _limits({"timeout_most_s": 'not w["browser"] and w["run_s"] > limits["timeout_most_s"]'}),
    ),
    "two forgotten": ("case", _limits({"rest_s": None, "gpus": None})),
    "two at most": ("case", _limits(end="found[:2]")),
}

# 12.2, twelve workloads

_VERDICT: dict[str, Any] = {
    "thumbnails": ("Lambda", "spiky load"),
    "API": ("container service", "steady load"),
    "backup": ("container service", "limit"),
    "webhook": ("Lambda", "rare"),
    "game": ("container service", "state"),
    "GPU model": ("VM", "limit"),
    "clean-up": ("Lambda", "rare"),
    "chat command": ("container service", "latency"),
    "ticket sale": ("Lambda", "spiky load"),
    "accounting": ("VM", "team knows it"),
    "import": ("Lambda", "rare"),
    "dashboard": ("Lambda", "rare"),
}


def _filled(name: str, items: dict[str, Any], changed: dict[str, Any] | None = None) -> str:
    return f"{name} = {items | (changed or {})!r}\n".replace("Ellipsis", "...")


A_12_2 = Answers(
    stub=_filled("verdict", dict.fromkeys(_VERDICT, ...)),
    solution=_filled("verdict", _VERDICT),
    also_right={
        **{
            f"accepted pair {place}": _filled(
                "verdict", {name: pairs[min(place, len(pairs) - 1)] for name, (pairs, _) in verdicts.ACCEPTED.items()}
            )
            for place in range(1, 4)
        },
        "lists": _filled("verdict", {name: list(pair) for name, pair in _VERDICT.items()}),
    },
    wrong={
        "dearer-on-lambda": _filled("verdict", _VERDICT, {"API": ("Lambda", "steady load")}),
        "idle-machine": _filled("verdict", _VERDICT, {"webhook": ("VM", "rare")}),
        "no-gpu-there": _filled("verdict", _VERDICT, {"GPU model": ("container service", "limit")}),
        "no-limit-broken": _filled("verdict", _VERDICT, {"dashboard": ("container service", "limit")}),
        "speaks-against": _filled("verdict", _VERDICT, {"import": ("Lambda", "limit is near")}),
        "rare-or-spiky": _filled("verdict", _VERDICT, {"thumbnails": ("Lambda", "rare")}),
    },
    failing={
        "case": _filled("verdict", _VERDICT, {"game": ("VM", "latency")}),
        "shape": _filled("verdict", _VERDICT, {"game": "VM"}),
        "unwritten": _filled("verdict", _VERDICT, {"game": ...}),
    },
)
MORE_WRONG["12.2"] = {
    "everything on Lambda": ("dearer-on-lambda", _filled("verdict", dict.fromkeys(_VERDICT, ("Lambda", "rare")))),
    "a VM for all": ("no-limit-broken", _filled("verdict", dict.fromkeys(_VERDICT, ("VM", "limit")))),
    "a VM for the clean-up": ("idle-machine", _filled("verdict", _VERDICT, {"clean-up": ("VM", "team knows it")})),
    "a function for the game": ("speaks-against", _filled("verdict", _VERDICT, {"game": ("Lambda", "state")})),
    "the right verdict for a reason against it": (
        "speaks-against",
        _filled("verdict", _VERDICT, {"import": ("Lambda", "latency")}),
    ),
    "a right verdict, and a reason that says nothing": (
        "case",
        _filled("verdict", _VERDICT, {"import": ("Lambda", "team knows it")}),
    ),
    "a function for the chat": (
        "speaks-against",
        _filled("verdict", _VERDICT, {"chat command": ("Lambda", "latency")}),
    ),
    "rare tickets": ("rare-or-spiky", _filled("verdict", _VERDICT, {"ticket sale": ("Lambda", "rare")})),
    "a spiky clean-up": ("rare-or-spiky", _filled("verdict", _VERDICT, {"clean-up": ("Lambda", "spiky load")})),
    "a VM for the chat, idle as its container": (
        "case",
        _filled("verdict", _VERDICT, {"chat command": ("VM", "rare")}),
    ),
    "a container for the accounting": (
        "case",
        _filled("verdict", _VERDICT, {"accounting": ("container service", "limit")}),
    ),
    "a word that is none": ("shape", _filled("verdict", _VERDICT, {"import": ("Fargate", "rare")})),
}
assert list(_VERDICT) == [one.name for one in workloads()]

# 12.3, change one thing

_TURNS = {
    "thumbnails": "20 min each",
    "API": "a five-hundredth of the rate",
    "backup": "can be cut into 10-minute pieces",
    "game": "state moves to a store, short calls instead of connections",
    "clean-up": "200 accounts in one run, 70 min",
    "ticket sale": "3,000/s all day",
}
_AGAIN = _filled("again", {"webhook": "1,000/s all day", "dashboard": "40 s a view"})
_OPEN = _filled("again", {"webhook": ..., "dashboard": ...})
A_12_3 = Answers(
    stub=_filled("turns", dict.fromkeys(_TURNS, ...)) + _OPEN,
    solution=_filled("turns", _TURNS) + _AGAIN,
    also_right={"a wrong first part is credited": _filled("turns", _TURNS, {"API": "eight times the memory"}) + _AGAIN},
    wrong={
        "strengthened": _filled("turns", _TURNS, {"ticket sale": "ten times the peak"}) + _AGAIN,
        "number-where-a-limit-decides": _filled("turns", _TURNS, {"backup": "every hour"}) + _AGAIN,
        "nobody-feels-it": _filled("turns", _TURNS, {"clean-up": "other region"}) + _AGAIN,
        "both-prices-move": _filled("turns", _TURNS, {"API": "eight times the memory"}) + _AGAIN,
        "far-from-the-border": _filled("turns", _TURNS, {"clean-up": "every minute"}) + _AGAIN,
        "speed-is-not-state": _filled("turns", _TURNS, {"game": "a CPU ten times as fast"}) + _AGAIN,
    },
    failing={
        "next": _filled("turns", _TURNS) + _OPEN,
        "case": _filled("turns", _TURNS)
        + _filled("again", {"webhook": "5 MB in each call, and the partner waits", "dashboard": "40 s a view"}),
        "shape": _filled("turns", _TURNS, {"API": "c"}) + _AGAIN,
        "unwritten": _filled("turns", _TURNS, {"API": ...}) + _AGAIN,
    },
)
OTHER_CHANGES = {
    (name, said): (id, _filled("turns", _TURNS, {name: said}) + _AGAIN)
    for name, said, id in (
        ("thumbnails", "a hundred times as many, ten at once as before", "far-from-the-border"),
        ("thumbnails", "weekdays only", "strengthened"),
        ("API", "50 ms latency", "nobody-feels-it"),
        ("backup", "10,240 MB of memory", "number-where-a-limit-decides"),
        ("game", "a hundred times the players", "speed-is-not-state"),
        ("ticket sale", "paid by points", "nobody-feels-it"),
    )
}
assert list(_TURNS) == list(verdicts.CHANGES)

# 12.4, forty minutes into fifteen

_COSTS = 'costs = {"lambda": 4 * 620 * 1769 / 1024 * 0.0000166667 + 4 * 2e-7, "fargate": 2420 / 3600 * 0.04937}\n'
_IMPORTS = "import math\n"


def _plan(count: str, seconds: str = "total_s / n + overhead_s", costs: str = _COSTS) -> str:
    return (
        "def plan(total_s, overhead_s, limit_s, reserve):\n    most = limit_s * (1 - reserve)\n"
        "    if overhead_s >= most:\n        return None\n"
        f"    n = max(1, {count})\n    return n, {seconds}\n{costs}"
    )


_RIGHT = "math.ceil(total_s / (most - overhead_s))"
A_12_4 = Answers(
    given=_IMPORTS,
    stub='def plan(total_s, overhead_s, limit_s, reserve):\n    raise NotImplementedError("Exercise 12.4")\n'
    'costs = {"lambda": ..., "fargate": ...}\n',
    solution=_plan(_RIGHT),
    also_right={
        "counted upwards, a list": "def plan(total_s, overhead_s, limit_s, reserve):\n"
        "    for n in range(1, 10_000):\n        each = total_s / n + overhead_s\n"
        "        if each <= limit_s * (1 - reserve):\n            return [n, each]\n" + _COSTS,
        "a whole number written as 4.0": _plan(f"float({_RIGHT})"),
        "decimals": "from decimal import Decimal\n"
        + _plan("math.ceil(total_s / (most - overhead_s))", "Decimal(total_s) / n + Decimal(overhead_s)"),
        "prices as decimals": _plan(
            _RIGHT,
            costs="from decimal import Decimal\n"
            'costs = {"lambda": Decimal("0.0714"), "fargate": Decimal(2420) / 3600 * Decimal("0.04937")}\n',
        ),
    },
    wrong={
        "without-overhead": _plan("math.ceil(total_s / limit_s)"),
        "rounded-down": _plan("math.floor(total_s / (most - overhead_s))"),
        "as-many-as-possible": _plan("20"),
        "overhead-left-out": _plan(_RIGHT, "total_s / n"),
        "rounded-seconds": _plan(_RIGHT, "round(total_s / n + overhead_s)"),
        "one-too-many": _plan("int(total_s // (most - overhead_s)) + 1"),
    },
    failing={
        "raised": _plan("math.ceil(total_s / (most - overhead))"),
        "case": _plan(_RIGHT, costs='costs = {"lambda": 0.02, "fargate": 0.033}\n'),
        "unwritten": _plan(_RIGHT, costs='costs = {"lambda": 0.0714, "fargate": ...}\n'),
        "next": _plan(_RIGHT, costs='costs = {"lambda": ..., "fargate": ...}\n'),
        "shape": _plan(_RIGHT, costs='costs = {"lambda": "seven cents", "fargate": 0.033}\n'),
    },
)
OTHER_COSTS = {  # what is wrong with a price, by a word of the message; the right ones are 0.0714 and 0.0332
    "lambda": {
        "2400 * 1769 / 1024 * 0.0000166667": "2,400 s",
        "2420 * 1769 / 1024 * 0.0000166667": "2,420 s",
        "2480 * 1769 / 1000 * 0.0000166667": "1,024 MB",
        "2480 * 1769 * 0.0000166667": "MB as GB",
        "0.07": "rounded",
        "0.071": "rounded",
        "0.0735": "Look at seconds",
    },
    "fargate": {
        "2400 / 3600 * 0.04937": "2,400 s",
        "2480 / 3600 * 0.04937": "2,480 s",
        "0.033": "rounded",
        "0.0342": "Look at hours",
    },
}
MORE_WRONG["12.4"] = {
    "the reserve, and no overhead": ("without-overhead", _plan("math.ceil(total_s / most)")),
    "a piece too many": ("one-too-many", _plan(f"1 + {_RIGHT}")),
    "a piece too many as 5.0": ("one-too-many", _plan("total_s // (most - overhead_s) + 1")),
    "a wrong plan, and no costs yet": ("rounded-down", _plan("math.floor(total_s / (most - overhead_s))", costs="")),
    "no room is taken for a little room": ("raised", _plan(_RIGHT).replace("overhead_s >= most", "overhead_s > most")),
    "cents that were rounded": ("case", _plan(_RIGHT, costs='costs = {"lambda": 0.07, "fargate": 0.0332}\n')),
    "a price as a text": ("shape", _plan(_RIGHT, costs='costs = {"lambda": "0.0714", "fargate": 0.0332}\n')),
    "the printed plan for every job": (
        "case",
        "def plan(total_s, overhead_s, limit_s, reserve):\n    return 4, 620\n" + _COSTS,
    ),
    "MB taken for GB": ("case", _plan(_RIGHT, costs='costs = {"lambda": 73.1, "fargate": 0.0332}\n')),
}

# 12.5, one page for the boss

_LAMBDA = "150000 * 0.4 * lambda.duration_x86_gb_s + 0.15 * lambda.requests_per_million"
_SERVER = "ec2.t3.micro_hour * 24 * 30"
_PAGE: dict[str, Any] = {
    "workload": "thumbnails",
    "decision": ("Lambda", "spiky load"),
    "numbers": [
        ("USD a month on Lambda", 1.03, _LAMBDA),
        ("USD a month for a small server", 7.49, _SERVER),
        ("seconds of a run, at most", 900, "limits.timeout_most_s"),
    ],
    "against": ("latency", "The first photo of a burst waits for a cold start."),
    "would change": "more than 4 photos at once, over a whole day",
}
_BACKUP: dict[str, Any] = {
    "workload": "backup",
    "decision": ["VM", "limit"],
    "numbers": (
        ["minutes that a function has", 15, "limits.timeout_most_s / 60"],
        ("USD a month for the server", 72.58, "ec2.m7i.large_hour * 24 * 30"),
        ("minutes of the backup", 45, "Measured: last Tuesday, on the old server"),
    ),
    "against": ["team knows it", "Nobody in the team has ever looked after a server."],
    "would change": "a backup that ends within 13 minutes, measured over a week",
}


_SHARE = ("share of the time with work", 0.0023148, "5000*0.4/10/86400")
_OF_THE_TWIN = "The school has a server already, and one teacher who looks after it."


def _page(**changed: Any) -> str:
    return _filled("page", _PAGE, {key.replace("_", " "): value for key, value in changed.items()})


def _numbers(*changed: tuple[Any, ...], first: int = 0) -> str:
    """The page with other numbers in the places from `first` on."""
    numbers = list(_PAGE["numbers"])
    numbers[first : first + len(changed)] = changed
    return _page(numbers=numbers)


_API = "17280000*30*0.3*0.5*lambda.duration_x86_gb_s + 17280000*30*lambda.requests_per_million/1000000"
_API_PAGE: dict[str, Any] = {
    "workload": "API",
    "decision": ("container service", "steady load"),
    "numbers": [("USD a month on Lambda", 1399.68, _API), *_PAGE["numbers"][1:]],
    "against": ("team knows it", "Nobody in the team has ever looked after a container."),
    "would change": "fewer than 80 calls a second, over a month",
}
A_12_5 = Answers(
    stub=_filled("page", dict.fromkeys(_PAGE, ...)),
    solution=_page(),
    also_right={
        "another workload, lists and a measurement": _filled("page", _BACKUP),
        "four numbers": _page(numbers=[*_PAGE["numbers"], ("days", 30, "measured: days of a usual month, by hand")]),
        "another verdict of two": _page(
            workload="import",
            decision=("either", "limit is near"),
            numbers=[*_PAGE["numbers"][1:], ("share of the limit", 0.8, "12 / (limits.timeout_most_s / 60)")],
        ),
        "the lesson's own condition": _page(would_change="above 14 minutes"),
        "a number in words": _page(would_change="more than a hundred users"),
        "half, in a month": _page(would_change="traffic drops below half of what it is today, in a month"),
        "a sum of money": _page(would_change="above $50"),
        "nine hours on 22 days, and three quarters of an hour": _filled(
            "page",
            _BACKUP
            | {
                "numbers": [
                    ("USD a month, nine hours on 22 days", 20.0, "ec2.m7i.large_hour * 9 * 22"),
                    ("USD a month on Fargate", 1.11, "0.75 * 30 * (fargate.x86_vcpu_hour + 2 * fargate.x86_gb_hour)"),
                    ("times the limit", 3, "2700 / limits.timeout_most_s"),
                ]
            },
        ),
        "a third number computed from the card": _numbers(_SHARE, first=2),
    },
    wrong={
        "no-source": _numbers(("USD a month on Lambda", 1.03, "")),
        "adds-up-otherwise": _numbers(("USD a month on Lambda", 1054.0, _LAMBDA)),
        "price-without-hours": _filled(
            "page",
            _API_PAGE
            | {
                "numbers": [
                    ("USD", 8.32, "ec2.t3.medium_hour * 200"),
                    ("seconds", 1800, "limits.timeout_most_s * 2"),
                    ("miles to the moon", 3, "measured: at home, on a Monday"),
                ]
            },
        ),
        "limit-without-figure": _numbers(("seconds", 1800, "limits.timeout_most_s * 2"), first=2),
        "another-workload": _page(workload="dashboard", decision=("Lambda", "rare")),
        "from-the-twin": _page(against=("team knows it", _OF_THE_TWIN)),
        "against-the-card": _page(against=("limit", "It breaks the limit of 15 minutes of run.")),
        "no-unit": _page(would_change="100"),
        "no-counter-argument": _page(against="none"),
        "own-reason": _page(against=("spiky load", "The load is so spiky that it is hard to test.")),
        "not-measurable": _page(would_change="if the load becomes much higher"),
    },
    failing={
        "case": _page(decision=("VM", "limit")),
        "shape": _page(workload="newsletter"),
        "unwritten": _page(would_change=...),
    },
)
_TWIN = ast.literal_eval("{" + find("12.5").twin.partition("page = {")[2])
MORE_WRONG["12.5"] = {
    "a source that names nothing": ("no-source", _numbers(("USD a month on Lambda", 1.03, "the price list"))),
    "a constant as its own way": ("no-source", _numbers(("USD a month on Lambda", 1.03, "1.03"))),
    "no way at all": ("no-source", _numbers(("USD a month on Lambda", 1.03, None))),
    "measured, and not how": ("case", _numbers(("USD a month on Lambda", 1.03, "measured: yes"))),
    "a number as the way": ("case", _numbers(("seconds of a burst", 60, 60), first=2)),
    "another sign": ("case", _numbers(("seconds of a burst", 60, "200 × 0.3"), first=2)),
    "a comma": ("case", _numbers(("seconds of a burst", 60, "200 * 0,3"), first=2)),
    "divided by zero": ("case", _numbers(("seconds of a burst", 60, "1/0"), first=2)),
    "a power": ("case", _numbers(("seconds of a burst", 60, "200**1*0.3"), first=2)),
    "a fact that counts for nothing": (
        "case",
        _numbers(
            ("calls", 5000, "ec2.t3.micro_hour * 0 + 5000"), ("days", 30, "limits.timeout_most_s * 0 + 30"), first=1
        ),
    ),
    "prices of the API on a page about photos": (
        "another-workload",
        _page(
            numbers=[
                ("USD a month on Lambda", 1399.68, _API),
                ("USD a month", 14.98, "ec2.t3.micro_hour*24*30*2"),
                ("seconds", 901, "limits.timeout_most_s+1"),
            ]
        ),
    ),
    "the newsletter, called webhook": ("another-workload", _filled("page", _TWIN | {"workload": "webhook"})),
    "the newsletter's condition": (
        "from-the-twin",
        _page(would_change="more than 100 mails a second for a whole day"),
    ),
    "rare, where it never pauses": (
        "against-the-card",
        _filled("page", _API_PAGE | {"against": ("rare", "There are nights on which nobody calls it.")}),
    ),
    "nothing against it": (
        "no-counter-argument",
        _filled("page", _API_PAGE | {"against": ("latency", "There is nothing against it at all.")}),
    ),
    "a year": ("not-measurable", _page(would_change="if we feel like it in 2027")),
    "a condition without a unit": ("no-unit", _page(would_change="if it is 100 then we look again")),
    "an unknown fact": ("case", _numbers(("USD a month on Lambda", 1.03, "lambda.price * 3"))),
    "code as the way": ("case", _numbers(("USD", 1.03, "print(lambda.requests_per_million)"))),
    "three copied limits": (
        "case",
        _page(
            numbers=[
                ("seconds", 900, "limits.timeout_most_s"),
                ("MB", 10_240, "limits.memory_most_mb"),
                ("MB of an event", 6, "limits.payload.sync_mb"),
            ]
        ),
    ),
    "computed, and no price": (
        "case",
        _page(
            numbers=[
                ("minutes", 15, "limits.timeout_most_s / 60"),
                ("GB", 10, "limits.memory_most_mb / 1024"),
                ("MB of an event", 6, "limits.payload.sync_mb"),
            ]
        ),
    ),
    "one number three times": ("case", _page(numbers=[_PAGE["numbers"][0]] * 3)),
    "two numbers": ("shape", _page(numbers=_PAGE["numbers"][:2])),
    "a text as a value": ("shape", _numbers(("USD", "1.03", _LAMBDA))),
    "an empty argument": ("no-counter-argument", _page(against=("latency", ""))),
    "no argument": ("no-counter-argument", _page(against=None)),
    "one word": ("no-counter-argument", _page(against=("latency", "slow"))),
    "nothing would": ("not-measurable", _page(would_change="nothing at all would change it")),
    "the newsletter of the twin": ("shape", _page(workload="newsletter", decision=("Lambda", "rare"))),
}

ANSWERS = {"12.1": A_12_1, "12.2": A_12_2, "12.3": A_12_3, "12.4": A_12_4, "12.5": A_12_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    (
        "12.1",
        "front-forgotten",
    ): "A browser waits 40 s for this one. The function may run 15 min; the API in front gives",
    ("12.1", "six-for-asynchronous"): "An asynchronous event of 1.2 MB",
    ("12.1", "one-for-a-caller"): 'An event of 7 MB, `call` is `"sync"`',
    ("12.1", "nothing-found"): "Your list is empty for a run of 16 min, and for 10 others",
    ("12.1", "one-alone"): "For 20 min on a GPU you named `timeout_most_s`, and no other.",
    ("12.1", "no-browser"): 'A run of 40 s, `call` is `"sync"`, no browser:',
    ("12.2", "no-gpu-there"): "Fargate has no GPU either.",
    ("12.1", "exactly-the-limit"): "10,240 MB exactly is allowed.",
    ("12.2", "dearer-on-lambda"): "Price both: $1,400 against $602 a month.",
    ("12.2", "idle-machine"): "Idle 99.998 % of the day, and yours to patch.",
    ("12.2", "no-limit-broken"): "dashboard breaks none of 12.1's limits. What else speaks?",
    (
        "12.3",
        "strengthened",
    ): 'For ticket sale you said "ten times the peak". Even spikier: the verdict stays, more firmly.',
    (
        "12.3",
        "number-where-a-limit-decides",
    ): "45 minutes are 45 minutes: that limit decides here, and this change does not touch it.",
    ("12.3", "both-prices-move"): "Both prices go up together, so the cheaper one stays the cheaper one.",
    ("12.3", "nobody-feels-it"): "Price and limits are the same. What would have to be longer, larger or steadier?",
    ("12.1", "no-list"): "`broken_limits` returned a `set`.",
    ("12.2", "rare-or-spiky"): 'For "thumbnails" you gave "rare" as the reason.',
    ("12.2", "speaks-against"): 'For "import" you chose "Lambda", because "limit is near".',
    ("12.4", "rounded-seconds"): "Your pieces take",
    ("12.4", "one-too-many"): "With one fewer each takes 60 s, and 60 s are allowed.",
    ("12.5", "price-without-hours"): "That price is for an hour. For how many hours is it paid?",
    ("12.5", "limit-without-figure"): "beside a figure of thumbnails's own",
    ("12.5", "another-workload"): "No number on your page is one of dashboard's own.",
    ("12.5", "against-the-card"): 'Against your decision you hold "limit". thumbnails\'s own figures',
    ("12.5", "from-the-twin"): "is the newsletter's, word for word.",
    ("12.4", "without-overhead"): "With overhead each piece takes 820 s: above the 810 s that the reserve leaves.",
    (
        "12.4",
        "rounded-down",
    ): "3 pieces take 820 s each, above the 810 s that the reserve leaves. The remainder needs a",
    ("12.4", "as-many-as-possible"): "20 pieces pay 20 × 20 s of overhead, and only 20 run at once.",
    ("12.4", "overhead-left-out"): "4 is the right number, and 600 s are the work alone.",
    (
        "12.5",
        "no-source",
    ): '"USD a month on Lambda": 1.03. Where does 1.03 come from? Name the fact or the measurement.',
    ("12.5", "adds-up-otherwise"): "you wrote 1054.0, and the way to it gives 1.03.",
    ("12.5", "no-counter-argument"): "Every design gives something up. What would a critic say first?",
    ("12.5", "own-reason"): '"spiky load" speaks for your decision and against it.',
    ("12.5", "not-measurable"): "Give a number someone could observe.",
}
