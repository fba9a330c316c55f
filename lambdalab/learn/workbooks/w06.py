"""Workbook 06, Web APIs: 502, two kinds of request, a notes service, it works with curl, what does the visitor see?

What each exercise tries and how its wrong answers are recognised; the words are in `content/w06.toml`. Specified in
EXERCISES, 06.1 to 06.5. The cases themselves are in `item.py`, `two_kinds.py`, `notes.py` (its wrong answers in
`notes_mistakes.py`), `orders.py` and `visitors.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import item, notes, notes_mistakes, orders, two_kinds, visitors

EXERCISES = exercises(
    "06",
    {
        "06.1": Part(
            item.cases,
            {
                "plain-dictionary": first(item.plain_dictionary, explains_error=True),
                "body-object": item.unsendable("body"),
                "python-text": first(item.python_text, explains_error=True),
                "no-query": item.raised_for(400, "KeyError", "TypeError", "AttributeError"),
                "errors-raised": item.raised_for(404),
                "unexpected-raised": item.raised_for(500),
                "caught-too-much": first(item.caught_too_much),
                "always-200": item.told_as(404, 200),
                "reason-told": first(item.reason_told),
                "not-by-find": item.not_by_find,
            },
        ),
        "06.2": Part(
            two_kinds.cases,
            {
                "only-1.0": two_kinds.only("1.0"),
                "only-2.0": two_kinds.only("2.0"),
                "no-query": first(two_kinds.no_query, explains_error=True),
                "no-body": first(two_kinds.no_body, explains_error=True),
                "base64-ignored": first(two_kinds.base64_ignored, explains_error=True),
                "body-as-text": first(two_kinds.body_as_text),
            },
        ),
        "06.3": Part(
            notes.cases,
            {
                "decimal": notes_mistakes.NUMBER,
                "same-id": first(notes_mistakes.same_id),
                "in-a-global": first(notes_mistakes.in_a_global),
                "errors-raised": notes_mistakes.RAISES,
                "own-id": first(notes_mistakes.own_id),
                "wrong-route": notes_mistakes.wrong_route,
                "always-200": first(notes_mistakes.always_ok),
            },
        ),
        "06.4": Part(
            orders.cases,
            {
                "no-options": first(orders.no_options, explains_error=True),
                "only-on-success": orders.only_on_success,
                "only-on-options": orders.refused("the answer to POST has no access-control-allow-origin"),
                "star-with-credentials": orders.refused("is *", about="the page sends cookies"),
                "no-credentials": orders.refused("access-control-allow-credentials"),
                "headers-not-allowed": orders.refused("access-control-allow-headers"),
                "anybody": first(orders.anybody),
            },
        ),
        "06.5": Part(
            visitors.cases,
            {
                "dictionary-alike": visitors.said_of((visitors.PLAIN_REST, visitors.PLAIN_URL)),
                "raises-is-200": visitors.said_of((visitors.RAISES,), 200),
                "raises-is-500": visitors.said_of((visitors.RAISES,), 500),
                "it-waits": visitors.said_of((visitors.SLOW,)),
                "denied-alike": visitors.said_of((visitors.DENIED_REST, visitors.DENIED_URL)),
            },
        ),
    },
)
