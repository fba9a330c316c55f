"""Workbook 07, When it fails: a bad order, a poison message, one charge, a queue's wiring, retries, a blocked shard.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w07.toml`. Specified in
EXERCISES, 07.1 to 07.6. The cases themselves are in `ten_orders.py`, `poisoned.py`, `charge_once.py`, `wiring.py`,
`attempts.py` and `blocked.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import attempts, blocked, charge_once, poisoned, ten_orders, wiring
from lambdalab.learn.workbooks.attempts import ATTEMPTS, CALLER, DESTINATION, IDS, SECONDS
from lambdalab.learn.workbooks.poisoned import DEAD, TIMES, WITH, WITHOUT

EXERCISES = exercises(
    "07",
    {
        "07.1": Part(
            ten_orders.cases,
            {
                "other-key": ten_orders.OTHER_KEY,
                "entry-form": ten_orders.ENTRY_FORM,
                "other-id": ten_orders.OTHER_ID,
                "raises": ten_orders.raises,
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
                "there-already": charge_once.THERE_ALREADY,
                "message-as-key": charge_once.message_as_key,
                "in-a-global": charge_once.in_a_global,
                "looked-first": charge_once.looked_first,
                "written-over": charge_once.written_over,
                "lost": first(charge_once.lost),
            },
        ),
        "07.4": Part(
            wiring.cases,
            {
                "too-short": wiring.TOO_SHORT,
                "no-address": wiring.NO_ADDRESS,
                "unreported": first(wiring.unreported),
                "functions-letters": first(wiring.functions_letters),
            },
        ),
        "07.5": Part(
            attempts.cases,
            {
                "caller-sees-it": attempts.said_of(CALLER),
                "another-number": attempts.said_of(ATTEMPTS),
                "other-times": attempts.said_of(SECONDS, attempts.same_number),
                "different-ids": attempts.said_of(IDS),
                "other-record": attempts.said_of(DESTINATION),
            },
        ),
        "07.6": Part(
            blocked.cases,
            {
                "caught": blocked.caught,
                "still-blocked": blocked.still_blocked,
                "thrown-out": blocked.thrown_out,
                "nobody-told": blocked.nobody_told,
            },
        ),
    },
)
