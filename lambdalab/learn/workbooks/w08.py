"""Workbook 08, Event-driven architecture: a pattern, one more listener, every night at three, two designs.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w08.toml`. Specified in
EXERCISES, 08.1 to 08.5. The cases themselves are in `meant.py`, `points.py` (its shop in `shop.py`), `nightly.py` and
`three_oclock.py` (their bucket in `exports.py`), and `designs.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import designs, meant, nightly, points, three_oclock

EXERCISES = exercises(
    "08",
    {
        "08.1": Part(
            meant.cases,
            {
                "not-a-list": meant.not_a_list,
                "numeric-form": meant.numeric_form,
                "exists-form": meant.exists_form,
                "operator-alone": meant.operator_alone,
                "at-the-top": meant.at_the_top,
                "totals-listed": meant.totals_listed,
                "test-as-a-value": meant.test_as_a_value,
            },
        ),
        "08.2": Part(
            points.cases,
            {
                "code-changed": points.code_changed,
                "unpaid-too": points.unpaid_too,
                "before-payment": points.before_payment,
                "not-let-in": points.denied,
                "another-bus": points.another_bus,
                "no-target": points.no_target,
                "counted-again": points.counted_again,
                "looked-first": points.looked_first,
                "one-for-each-customer": points.one_for_each_customer,
            },
        ),
        "08.3": Part(
            nightly.cases,
            {
                "tags-of-all": nightly.tags_of_all,
                "time-missing": nightly.time_missing,
                "five-fields": three_oclock.five_fields,
                "a-rate": three_oclock.a_rate,
                "dry-run-deletes": nightly.dry_run_deletes,
                "dry-run-false": nightly.dry_run_false,
                "answer-form": nightly.answer_form,
                "tag-ignored": nightly.tag_ignored,
                "only-tag": nightly.only_tag,
                "dry-run-tags": nightly.dry_run_tags,
                "any-tag": nightly.any_tag,
                "exactly-30": nightly.exactly_thirty,
                "not-by-its-time": nightly.not_by_the_events_time,
                "whole-days": nightly.whole_days,
                "first-page": nightly.first_page,
                "counts-wrong": nightly.counts_wrong,
            },
        ),
        "08.4": Part(
            designs.handed_on,
            {
                "one-takes-it": designs.chose("SQS", designs.ALL_HEAR),
                "topic-forgets": designs.chose("SNS", designs.ABSENT),
                "stream-for-a-day": designs.chose("stream", *designs.FOR_A_DAY),
                "queue-for-order": designs.chose("SQS", designs.ROWS, designs.PRODUCTS),
            },
        ),
        "08.5": Part(
            designs.changed,
            {
                "easier-for-all": first(designs.easier_for_the_swap),
                "controller-untouched": designs.counted(designs.LISTENER, 0, 0, 1),
                "undo-by-one": designs.counted(designs.UNDO, 1, 0, 1),
            },
        ),
    },
)
