"""Workbook 11, Cost: the bill of one call, tuning, a whole pipeline, where the server wins, and what saves.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w11.toml`. Specified in
EXERCISES, 11.1 to 11.5. The cases themselves are in `receipts.py`, `powers.py`, `pipeline.py`, `against_server.py` and
`savings.py`; the cost model (`models/cost.py`, `months.py`, `servers.py`) computes what is right.
"""

from __future__ import annotations

from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import against_server, pipeline, powers, receipts, savings
from lambdalab.learn.workbooks.against_server import ROOMS, computed
from lambdalab.learn.workbooks.formulas import nothing_returned
from lambdalab.learn.workbooks.powers import CHEAPEST, UNDER
from lambdalab.learn.workbooks.receipts import ARM, X86
from lambdalab.learn.workbooks.savings import CHEAPER, DEARER
from lambdalab.models.months import HOURS

EXERCISES = exercises(
    "11",
    {
        "11.1": Part(
            receipts.cases,
            {
                "nothing-returned": nothing_returned,
                "duration-alone": receipts.would_be(
                    receipts.priced(receipts.handler_alone),
                    receipts.priced(receipts.handler_rounded),
                    values=receipts.told,
                ),
                "not-rounded-up": receipts.would_be(receipts.priced(receipts.both_not_rounded), values=receipts.told),
                "rounded-twice": receipts.would_be(receipts.priced(receipts.both_rounded), values=receipts.told),
                "init-twice": receipts.would_be(
                    receipts.priced(receipts.init_again),
                    receipts.priced(receipts.init_again_rounded),
                    values=receipts.told,
                ),
                "memory-used": receipts.would_be(receipts.priced(mb=receipts.used), values=receipts.told),
                "no-request": receipts.would_be(receipts.priced(requests=0), values=receipts.told),
                "request-a-million": receipts.would_be(receipts.priced(requests=1e6), values=receipts.told),
                "one-architecture": receipts.would_be(
                    receipts.priced(architecture={ARM: X86}),
                    receipts.priced(architecture={X86: ARM}),
                    receipts.priced(architecture={X86: ARM, ARM: X86}),
                    values=receipts.told,
                ),
                "request-cheaper-too": receipts.would_be(
                    receipts.priced(architecture={ARM: X86}, share_on_arm=0.8), values=receipts.told
                ),
                "milliseconds-as-seconds": receipts.would_be(receipts.priced(ms_in_a_second=1)),
                "gb-of-1000": receipts.would_be(receipts.priced(mb_in_a_gb=1000)),
                "mb-as-gb": receipts.would_be(receipts.priced(mb_in_a_gb=1)),
                "a-million-calls": receipts.would_be(receipts.priced(calls=1e6), values=receipts.told),
                "rounded": receipts.would_be(
                    *(receipts.priced(digits=digits) for digits in receipts.DIGITS), values=receipts.told
                ),
            },
        ),
        "11.2": Part(
            powers.cases,
            {
                "nothing-returned": nothing_returned,
                "smallest": powers.would_be(CHEAPEST, powers.smallest),
                "largest": powers.would_be(CHEAPEST, powers.largest),
                "fastest": powers.would_be(CHEAPEST, powers.fastest),
                "slower-of-equal": powers.would_be(CHEAPEST, powers.slower_of_equal, powers.least_memory_of_equal),
                "limit-ignored": powers.would_be(UNDER, powers.limit_ignored),
                "cheapest-or-none": powers.would_be(UNDER, powers.cheapest_or_none),
                "at-the-limit": powers.would_be(UNDER, powers.below_alone),
                "nothing-left": powers.nothing_left,
            },
        ),
        "11.3": Part(
            pipeline.cases,
            {
                "nothing-returned": nothing_returned,
                "only-lambda": pipeline.only_lambda,
                "below-zero": pipeline.below_zero,
                "given-alone": pipeline.given_alone,
                "rounded": pipeline.rounded,
                "per-million": pipeline.any_item(pipeline.times(1 / 1000, "put", "get")),
                "per-thousand": pipeline.any_item(pipeline.times(1000, "table", "lambda")),
                "one-put": pipeline.any_item(pipeline.times(1 / 2, "put")),
                "logs-left-out": pipeline.logs_left_out,
                "gb-of-1000": pipeline.any_item(pipeline.data(1000 * 1000, 1000 * 1024)),
                "kb-as-mb": pipeline.any_item(pipeline.data(1024, 1000)),
                "views-forgotten": pipeline.item("egress", pipeline.egress(views=False)),
                "free-forgotten": pipeline.item("egress", pipeline.egress(free=False)),
                "dollars-off": pipeline.item("egress", pipeline.dollars_off),
                "free-always": pipeline.item("egress", pipeline.egress(free=True)),
                "compute-free": pipeline.item("lambda", pipeline.compute_free),
                "no-request": pipeline.item("lambda", pipeline.compute(requests=False)),
                "milliseconds-as-seconds": pipeline.item("lambda", pipeline.compute(ms_in_a_second=1)),
                "mb-of-1000": pipeline.item("lambda", pipeline.compute(mb_in_a_gb=1000)),
                "alphabetical": pipeline.alphabetical,
                "the-amount": pipeline.the_amount,
                "the-given-one": pipeline.the_given_one,
            },
        ),
        "11.4": Part(
            against_server.cases,
            {
                "nothing-returned": nothing_returned,
                "one-server": against_server.would_be(computed(room="none")),
                "hours-forgotten": against_server.would_be(computed(room="all")),
                "only-busy-hours": against_server.would_be_at_night(
                    *(computed(paid="busy", room=room) for room in ROOMS)
                ),
                "request-forgotten": against_server.would_be(*(computed(request=False, room=room) for room in ROOMS)),
                "more-servers": against_server.would_be(
                    computed(room="busy", more=True), computed(room="all", more=True)
                ),
                "a-second": against_server.would_be(*(computed(unit=3600 * HOURS, room=room) for room in ROOMS)),
                "in-millions": against_server.would_be(*(computed(unit=1e6, room=room) for room in ROOMS)),
                "one-hour": against_server.would_be(*(computed(paid="one", room=room) for room in ROOMS)),
                "another-month": against_server.would_be(
                    *(computed(month_hours=hours, room=room) for hours in (720, 744) for room in ROOMS),
                    *(computed(month_hours=hours, room_hours=HOURS) for hours in (720, 744)),
                ),
                "another-month-of-calls": against_server.would_be(
                    *(computed(room_hours=hours) for hours in (672, 720, 744))
                ),
                "gb-of-1000": against_server.would_be(*(computed(mb_in_a_gb=1000, room=room) for room in ROOMS)),
                "milliseconds-as-seconds": against_server.would_be(
                    *(computed(ms_in_a_second=1, room=room) for room in ROOMS)
                ),
            },
        ),
        "11.5": Part(
            savings.cases,
            {
                "timeout-cheaper": savings.said_of("timeout", CHEAPER),
                "timeout-dearer": savings.said_of("timeout", DEARER),
                "half-the-price": savings.said_of("half the memory", CHEAPER),
                "half-dearer": savings.said_of("half the memory", DEARER),
                "arm-otherwise": savings.said_of("arm64"),
                "batch-otherwise": savings.said_of("batch"),
                "provisioned-otherwise": savings.said_of("provisioned"),
                "log-otherwise": savings.said_of("log less"),
            },
        ),
    },
)
