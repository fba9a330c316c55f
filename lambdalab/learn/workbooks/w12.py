"""Workbook 12, When to use Lambda: limits, twelve verdicts, one change, a long job in pieces, one page for the boss.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w12.toml`. Specified in
EXERCISES, 12.1 to 12.5. The cases themselves are in `deal_breakers.py`, `verdicts.py`, `pieces.py` and `one_page.py`;
the workloads are those of the lesson (`models/workloads.py`).
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import deal_breakers, one_page, pieces, verdicts

EXERCISES = exercises(
    "12",
    {
        "12.1": Part(
            deal_breakers.cases,
            {
                "no-list": first(deal_breakers.no_list),
                "nothing-found": deal_breakers.nothing_found,
                "one-alone": deal_breakers.one_alone,
                "front-forgotten": deal_breakers.forgotten("rest_s"),
                "six-for-asynchronous": deal_breakers.forgotten("async_mb"),
                "one-for-a-caller": deal_breakers.without_need("async_mb"),
                "no-browser": first(deal_breakers.no_browser),
                "exactly-the-limit": first(deal_breakers.exactly_named),
            },
        ),
        "12.2": Part(
            verdicts.placed,
            {
                "no-limit-broken": first(verdicts.no_limit_broken),
                "dearer-on-lambda": first(verdicts.dearer_on_lambda),
                "no-gpu-there": first(verdicts.no_gpu_there),
                "idle-machine": first(verdicts.idle_machine),
                "speaks-against": first(verdicts.speaks_against),
                "rare-or-spiky": first(verdicts.rare_or_spiky),
            },
        ),
        "12.3": Part(
            verdicts.turning,
            {
                "strengthened": verdicts.said_change(
                    ("ticket sale", "ten times the peak"), ("thumbnails", "weekdays only")
                ),
                "number-where-a-limit-decides": verdicts.said_change(
                    ("backup", "every hour"), ("backup", "10,240 MB of memory")
                ),
                "nobody-feels-it": verdicts.said_change(
                    ("clean-up", "other region"), ("ticket sale", "paid by points"), ("API", "50 ms latency")
                ),
                "both-prices-move": verdicts.said_change(("API", "eight times the memory")),
                "far-from-the-border": verdicts.said_change(
                    ("clean-up", "every minute"), ("thumbnails", "a hundred times as many, ten at once as before")
                ),
                "speed-is-not-state": verdicts.said_change(
                    ("game", "a CPU ten times as fast"), ("game", "a hundred times the players")
                ),
            },
        ),
        "12.4": Part(
            pieces.cases,
            {
                "without-overhead": pieces.would_be(pieces.without_overhead, pieces.reserve_alone),
                "rounded-down": pieces.would_be(pieces.rounded_down),
                "as-many-as-possible": pieces.as_many_as_possible,
                "overhead-left-out": pieces.overhead_left_out,
                "rounded-seconds": pieces.rounded_seconds,
                "one-too-many": pieces.one_too_many,
            },
        ),
        "12.5": Part(
            one_page.cases,
            {id: one_page.found(id) for id in one_page.MISTAKES},
        ),
    },
)
