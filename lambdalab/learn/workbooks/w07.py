"""Workbook 07, When it fails: a bad order, a poison message, one charge, a queue's wiring, retries, a blocked shard.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w07.toml`. Specified in
EXERCISES, 07.1 to 07.6. The cases themselves are in `ten_orders.py`, `poisoned.py`, `charge_once.py`, `wiring.py`,
`attempts.py` and `blocked.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import attempts, blocked, charge_once, charge_once_mistakes, poisoned, ten_orders, wiring
from lambdalab.learn.workbooks.attempts import ALWAYS, ATTEMPTS, CALLER, DESTINATION, IDS, RECOVERS, SECONDS
from lambdalab.learn.workbooks.poisoned import DEAD, TIMES, WITH, WITHOUT

EXERCISES = exercises(
    "07",
    {
        "07.1": Part(
            ten_orders.cases,
            {
                "no-dictionary": ten_orders.NO_DICTIONARY,
                "other-key": ten_orders.OTHER_KEY,
                "entry-form": ten_orders.ENTRY_FORM,
                "other-id": ten_orders.OTHER_ID,
                "kept-list": ten_orders.KEPT_LIST,
                "raises": ten_orders.raises,
                "stopped-early": ten_orders.stopped_early,
                "swallowed": ten_orders.swallowed,
            },
        ),
        "07.2": Part(
            poisoned.cases,
            {
                "good-once": poisoned.said_of(f"{WITHOUT}: {TIMES}"),
                "dead-alone": poisoned.said_of(f"{WITHOUT}: {DEAD}"),
                "good-again": poisoned.said_of(f"{WITH}: {TIMES}"),
                "dead-together": poisoned.said_of(f"{WITH}: {DEAD}"),
                "at-once": poisoned.seconds(0),
                "another-time": poisoned.seconds(but=(0,)),
            },
        ),
        "07.3": Part(
            charge_once.cases,
            {
                "there-already": charge_once_mistakes.THERE_ALREADY,
                "named-though-done": first(charge_once_mistakes.named_though_done),
                "new-key": charge_once_mistakes.new_key,
                "message-as-key": charge_once_mistakes.message_as_key,
                "price-in-key": charge_once_mistakes.price_in_key,
                "in-a-global": charge_once_mistakes.in_a_global,
                "looked-first": charge_once_mistakes.looked_first,
                "written-over": charge_once_mistakes.written_over,
                "ended-early": charge_once_mistakes.ended_early,
                "lost": charge_once_mistakes.lost,
            },
        ),
        "07.4": Part(
            wiring.cases,
            {
                "too-short": wiring.TOO_SHORT,
                "no-address": wiring.NO_ADDRESS,
                "made-twice": wiring.MADE_TWICE,
                "unreported": first(wiring.unreported),
                "functions-letters": first(wiring.functions_letters),
                "nothing-done": first(wiring.nothing_done),
            },
        ),
        "07.5": Part(
            attempts.cases,
            {
                "caller-sees-it": attempts.said_of(CALLER),
                "goes-on": attempts.said_of(ATTEMPTS, calls=(RECOVERS,)),
                "another-number": attempts.said_of(ATTEMPTS, calls=(ALWAYS,)),
                "other-times": attempts.said_of(SECONDS, attempts.same_number),
                "different-ids": attempts.said_of(IDS),
                "other-record": attempts.said_of(DESTINATION),
            },
        ),
        "07.6": Part(
            blocked.cases,
            {
                "other-number": blocked.other_number,
                "caught": blocked.caught,
                "limit-too-far": blocked.limit_too_far,
                "still-blocked": blocked.still_blocked,
                "thrown-out": blocked.thrown_out,
                "another-place": blocked.another_place,
                "nobody-told": blocked.nobody_told,
            },
        ),
    },
)
