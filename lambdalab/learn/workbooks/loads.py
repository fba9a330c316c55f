"""Exercise 03.3, load once and only when needed: new environments get words and pings, and the load log is counted.

The load log is a line that the given `load_model` prints, so it stands in the log of the call that loaded.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import picked
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.words import as_json
from lambdalab.learn.work import Work, raised_inside

LOADED = "model loaded"
MODEL = {"danke": "German", "merci": "French", "asante": "Swahili", "grazie": "Italian", "arigato": "Japanese"}
_OTHER_WORDS = ("danke", "merci", "asante", "grazie", "arigato", "aabb")
FUNCTION = "ex03_guess"
_PING: Mapping[str, object] = {"ping": True}


def cases(rng: random.Random | None) -> Sequence[Case]:
    words = picked(rng, ("danke", "merci", "asante", "grazie", "aabb"), _OTHER_WORDS)
    calls = [{"word": word} for word in words]
    ping_first = [_PING, *calls[:2]]
    return [
        _loading("five calls, one after another", calls, 1, about="five"),
        _loading("three pings, no word", [_PING] * 3, 0, about="pings"),
        _loading("a ping, then two words", ping_first, 1, about="mixed"),
        _loading("two words at once, in two environments", calls[:2], 2, about="two", together=True),
    ]


def _loading(tried: str, events: Sequence[Any], expected: int, *, about: str, together: bool = False) -> Case:
    """Send these events to new environments; count the lines of the load log and compare the answers."""
    send = "invoke_together" if together else "invoke_each"

    def run(work: Work) -> Seen:
        work.fresh(FUNCTION)
        function = work.lab.function(FUNCTION)
        results = function.invoke_together(list(events)) if together else map(function.invoke, events)
        done = []
        for event, one in zip(events, results, strict=True):  # the first failure is enough: a timeout takes seconds
            if one.function_error:
                raised = raised_inside(one.error or {})
                return Seen(False, f"{as_json(event)} raised {raised.kind}", raised=raised)
            done.append(one)
        loads = sum(one.log.count(LOADED) for one in done)
        answers = [json.loads(one.payload) for one in done]
        facts = {"loads": loads, "answers": answers, "events": list(events)}
        wrong = next((pair for pair in zip(events, answers, strict=True) if pair[1] != _right(pair[0])), None)
        if wrong:
            shown = f"{as_json(wrong[0])}: got `{as_json(wrong[1])}`, expected `{as_json(_right(wrong[0]))}`"
            return Seen(False, shown, facts=facts)
        count = f"{loads} load{'' if loads == 1 else 's'}"
        return Seen(loads == expected, count if loads == expected else f"{count}, expected {expected}", facts=facts)

    return Case(tried, f'lab.function("{FUNCTION}").{send}({list(events)!r})', run, about=about)


def _right(event: Mapping[str, Any]) -> dict[str, object]:
    return {"pong": True} if event.get("ping") else {"language": MODEL.get(event["word"], "unknown")}


def stores_the_answer(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = next(one for one in tried if one.case.about == "five")
    asked: dict[str, object] = {}
    for event, answer in zip(one.seen.facts.get("events", ()), one.seen.facts.get("answers", ()), strict=True):
        if answer != _right(event):
            owner = next((word for word, given in asked.items() if given == answer), None)
            return Hit(one, {"a": owner, "b": event["word"]}) if owner else None
        asked[event["word"]] = answer
    return None


def no_global(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A variable of the file is assigned in the handler, without `global`."""
    for one in tried:
        raised = one.seen.raised
        if raised is not None and raised.kind == "UnboundLocalError":
            name = re.search(r"'(\w+)'", raised.text)
            return Hit(one, {"name": name.group(1) if name else "model"}, explains_error=True)
    return None


def count(about: str, fits: Callable[[int], bool]) -> Detect:
    """The number of loads in this case is as `fits` says."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        for one in tried:  # the case may be missing, after one that never ended
            loads = one.seen.facts.get("loads")
            if one.case.about == about and loads is not None and not one.seen.ok and fits(loads):
                return Hit(one, {"n": loads})
        return None

    return detect
