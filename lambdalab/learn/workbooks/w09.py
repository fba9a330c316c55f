"""Workbook 09, Scaling and concurrency: Little's law, a crowd, a thousand shared out, a database, the one per cent.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w09.toml`. Specified in
EXERCISES, 09.1 to 09.5. The cases themselves are in `little.py`, `crowd.py`, `shares.py`, `protected.py` and
`slowest.py`; `overlaps.py` counts what ran at the same moment.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import crowd, little, protected, shares, slowest
from lambdalab.learn.workbooks.crowd import ALL, BOTO, NONE, S3, SQS, URL, WAITS
from lambdalab.learn.workbooks.formulas import either
from lambdalab.learn.workbooks.little import INSIDE, MOST, REQUESTS
from lambdalab.learn.workbooks.slowest import HIT, SUMMARY

EXERCISES = exercises(
    "09",
    {
        "09.1": Part(
            little.cases,
            {
                "nothing-returned": little.NOTHING_RETURNED,
                "rate-is-concurrency": little.would_be(INSIDE, lambda rate, ms: rate),
                "milliseconds-as-seconds": little.would_be(INSIDE, lambda rate, ms: rate * ms),
                "a-limit-of-its-own": little.would_be(INSIDE, lambda rate, ms: min(little.inside(rate, ms), 1000)),
                "upside-down": either(
                    little.would_be(INSIDE, lambda rate, ms: rate * 1000 / ms, lambda rate, ms: rate / ms),
                    little.would_be(
                        MOST,
                        lambda limit, ms: min(limit * ms / 1000, REQUESTS * limit),
                        lambda limit, ms: limit * ms / 1000,
                        lambda limit, ms: limit * ms,
                    ),
                ),
                "no-second-limit": little.would_be(MOST, little.by_duration),
                "only-second-limit": little.would_be(MOST, lambda limit, ms: REQUESTS * limit),
                "the-larger": little.would_be(
                    MOST, lambda limit, ms: max(little.by_duration(limit, ms), REQUESTS * limit)
                ),
                "ten-for-all": little.would_be(MOST, lambda limit, ms: min(little.by_duration(limit, ms), REQUESTS)),
                "the-limit-typed": little.would_be(
                    MOST,
                    lambda limit, ms: min(little.by_duration(limit, ms), REQUESTS * 1000),
                    lambda limit, ms: min(little.by_duration(limit, ms), 1000),
                ),
                "a-millisecond": little.would_be(
                    MOST, lambda limit, ms: limit / ms, lambda limit, ms: min(limit / ms, REQUESTS * limit)
                ),
                "rounded": either(little.rounded(INSIDE), little.rounded(MOST)),
            },
        ),
        "09.2": Part(
            crowd.cases,
            {
                "another-number": crowd.said_of(crowd.FIRST, "at once"),
                "rest-waits": crowd.said_of((BOTO, URL), "the rest", WAITS),
                "kept-for-the-caller": crowd.said_of((BOTO, URL), "the rest", but=(WAITS,)),
                "caller-not-alone": crowd.said_of((BOTO, URL), "lost"),
                "uploads-lost": crowd.said_of((S3,), "lost"),
                "uploads-otherwise": crowd.said_of((S3,), "the rest"),
                "nothing-bad": crowd.said_of((SQS,), "lost", NONE),
                "all-buried": crowd.said_of((SQS,), "lost", ALL),
                "queue-otherwise": crowd.said_of((SQS,), "the rest"),
            },
        ),
        "09.3": Part(
            shares.cases,
            {
                "more-than-900": shares.TOO_MANY,
                "switched-off": shares.SWITCHED_OFF,
                "no-ceiling": shares.MANY_CONNECTIONS,
                "ceiling-too-high": shares.CEILING_TOO_HIGH,
                "own-ceiling": first(shares.own_ceiling),
                "by-rate": first(shares.by_rate),
                "dropped": shares.DROPPED,
                "left-to-all": first(shares.left_to_all),
            },
        ),
        "09.4": Part(
            protected.cases,
            {
                "below-two": protected.BELOW_TWO,
                "goes-round": protected.GOES_ROUND,
                "too-many": protected.TOO_MANY,
                "fetches-more": protected.FETCHES_MORE,
                "buried-unseen": protected.BURIED_UNSEEN,
                "still-refused": protected.STILL_REFUSED,
                "too-few-tries": protected.TOO_FEW_TRIES,
                "too-late": protected.TOO_LATE,
                "short-visibility": protected.SHORT_VISIBILITY,
            },
        ),
        "09.5": Part(
            slowest.cases,
            {
                "nothing-returned": little.NOTHING_RETURNED,
                "given-alone": slowest.given_alone,
                "mean-as-typical": slowest.of_summary(slowest.mean_as_typical),
                "median-as-mean": slowest.of_summary(slowest.median_as_mean),
                "downwards": slowest.of_summary(slowest.downwards),
                "unsorted": slowest.of_summary(slowest.unsorted),
                "rounded": slowest.of_one(slowest.rounded),
                "slowest-of-all": slowest.of_one(slowest.slowest_of_all),
                "added-up": slowest.would_be(lambda p, calls: p * calls, lambda p, calls: min(1.0, p * calls)),
                "meets-none": slowest.would_be(lambda p, calls: (1 - p) ** calls),
                "all-cold": slowest.would_be(lambda p, calls: p**calls),
                "one-is-warm": slowest.would_be(lambda p, calls: 1 - p**calls),
                "per-cent": slowest.would_be(lambda p, calls: 100 * slowest.chance(p, calls)),
                "another-summary": slowest.otherwise(SUMMARY),
                "another-chance": slowest.otherwise(HIT),
            },
        ),
    },
)
