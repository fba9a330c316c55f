"""Exercises 08.4 and 08.5, which are decided on paper: queue, topic or stream, and who has to change.

Several answers can be right; each accepted one is listed, and what does more than is needed is right too. What speaks
against another one stands beside its item.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from lambdalab.learn.cases import first, reasoned
from lambdalab.learn.exercises import Case, Detect

# 08.4, queue, topic or stream?

CHOICES = ("SQS", "SNS", "stream", "SNS to SQS")
REASONS = ("many must hear", "may wait", "order", "own pace", "receiver absent", "sender unchanged")
ALL_HEAR, ROWS, ABSENT, PRODUCTS = (
    "three services must all hear of an order",
    "every change to a row, in order",
    "keep working while the receiver is down",
    "react to price changes, per product in order",
)
_TOPICS, _QUEUES = ("SNS", "SNS to SQS"), ("SQS", "SNS to SQS")
FOR_A_DAY = (
    ALL_HEAR,
    "work that may wait",
    "smooth a burst for a slow partner",
    ABSENT,
    "three teams, each at its own speed, nothing lost",
)
"""The needs for which a table's stream keeps too short a time, or has too few readers."""
NEEDS: Mapping[str, tuple[set[tuple[str, str]], str]] = {
    ALL_HEAR: (
        set(product(_TOPICS, ("many must hear",))),
        "Each of the three needs a copy of its own. Who makes three of one?",
    ),
    "work that may wait": (
        set(product(_QUEUES, ("may wait",))),
        "One receiver does the work, some time later. Where does it lie until then, and is that all that is asked?",
    ),
    ROWS: (
        {("stream", "order")},
        "Who changes a row tells nobody. What keeps a table's changes, and in which order are they read?",
    ),
    "smooth a burst for a slow partner": (
        set(product(_QUEUES, ("own pace", "may wait"))),
        "A thousand come at once, and the one partner takes ten a second. Who decides how fast it is read?",
    ),
    ABSENT: (
        set(product(_QUEUES, ("receiver absent", "may wait"))),
        "Nobody is there when it is sent. Who keeps it for hours or days, and why is that needed?",
    ),
    PRODUCTS: (
        {("stream", "order")},
        "The second price of a product must not be handled before the first. Which of the four keeps that, per key?",
    ),
    "one listener added later must not touch the sender": (
        set(product(_TOPICS, ("sender unchanged", "many must hear"))) | {("stream", "sender unchanged")},
        "The sender names one address. At which address can somebody else subscribe?",
    ),
    "three teams, each at its own speed, nothing lost": (
        set(product(("SNS to SQS",), ("own pace", "many must hear", "receiver absent"))),
        "Three copies are needed, and each must lie somewhere until its team reads it. One service does only half.",
    ),
}


def handed_on(rng: random.Random | None) -> Sequence[Case]:
    form = 'It must be a pair, choice and reason: `("SQS", "order")`.'
    about: dict[str, Any] = {"items": list(NEEDS), "parts": (CHOICES, REASONS), "form": form}
    said = 'chose "{}", because "{}"'
    return [
        reasoned("way", need, accepted=accepted, against=against, said=said, **about)
        for need, (accepted, against) in NEEDS.items()
    ]


def chose(choice: str, *needs: str) -> Detect:
    """This was chosen for one of these needs, where it does not fit."""
    return first(
        lambda one: {"need": one.case.tried} if one.case.about in needs and one.seen.value[0] == choice else None
    )


# 08.5, who has to change?

EASIER = ("controller", "choreography", "same")
LISTENER, SWAP, UNDO = "add a listener", "change the order of two steps", "undo when payment fails"
_COUNTS = range(0, 10)


def _counts(controller: Sequence[int], choreography: Sequence[int], easier: str) -> set[tuple[int, int, str]]:
    return set(product(controller, choreography, (easier,)))


REQUESTS: Mapping[str, tuple[set[tuple[int, int, str]], str]] = {
    LISTENER: (
        _counts([2], [1], "choreography"),
        "The new function counts on both sides. Who else must learn of it: the one who calls, or nobody?",
    ),
    "forbid orders over 5,000": (
        _counts([1], [1], "same"),
        "In both shops an order enters at one place, and there it can be turned away before anything else happens.",
    ),
    "show where an order is stuck": (
        _counts([1], range(1, 6), "controller") | {(1, 1, "same")},
        "One component already knows which step it waits for. Without it, who has seen all of an order's events?",
    ),
    SWAP: (
        _counts([1], [2, 3], "controller"),
        "Who is in the plan? Without one, each step that now hears another event, or tells one, changes.",
    ),
    UNDO: (
        _counts([1, 2], [2, 3], "controller") | {(2, 2, "same")},
        "Stock must be given back. Who notices that payment failed, who tells it, and who has to hear?",
    ),
    "replace the mail provider": (
        _counts([1], [1], "same"),
        "Only one component knows how a mail is sent, in both shops.",
    ),
}


def changed(rng: random.Random | None) -> Sequence[Case]:
    form = 'It must hold two numbers and where it is easier: `(3, 3, "same")`.'
    about: dict[str, Any] = {"items": list(REQUESTS), "parts": (_COUNTS, _COUNTS, EASIER), "form": form}
    said = 'said {} with the controller, {} without, easier: "{}"'
    return [
        reasoned("changes", request, accepted=accepted, against=against, said=said, **about)
        for request, (accepted, against) in REQUESTS.items()
    ]


def counted(request: str, place: int, *numbers: int) -> Detect:
    """One of these numbers was given for a request: place 0 is the controller, 1 is choreography."""
    return first(
        lambda one: (
            {"said": one.seen.value[place]} if one.case.about == request and one.seen.value[place] in numbers else None
        )
    )


def easier_for_the_swap(one: Any) -> Mapping[str, object] | None:
    """Choreography makes another order of steps easier: so it was said."""
    return {} if one.case.about == SWAP and one.seen.value[2] == "choreography" else None
