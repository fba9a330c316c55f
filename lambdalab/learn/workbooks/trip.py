"""Exercise 02.2, what survives the trip?: ten values are sent as events, and what arrives is compared with them.

The same values as in the workbook; whether one is refused, changed or the same is found out, not known in advance.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import as_json, short, strictly_equal
from lambdalab.learn.work import Work

WORDS = ("same", "changed", "refused")
VALUES: Mapping[str, tuple[str, Any]] = {
    "a": ('{1: "a"}', {1: "a"}),
    "b": ("(1, 2)", (1, 2)),
    "c": ("None", None),
    "d": ("True", True),
    "e": ("datetime.now()", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
    "f": ("{1, 2}", {1, 2}),
    "g": ('b"x"', b"x"),
    "h": ('Decimal("1.5")', Decimal("1.5")),
    "i": ('"ü"', "ü"),
    "j": ('{"a": {"b": []}}', {"a": {"b": []}}),
}
SECOND: Mapping[str, tuple[str, Any]] = {
    "k": ('{"3": "c"}', {"3": "c"}),
    "l": ('{"when": [date.today(), "noon"]}', {"when": [date(2026, 11, 23), "noon"]}),
    "m": ('[{"at": (3, 4)}]', [{"at": (3, 4)}]),
    "n": ('{"price": 2.0}', {"price": 2.0}),
}
_ECHO = "def handler(event, context):\n    return event\n"


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [Case("ten values", "fate", _committed), Case("four more values", "again", _second_prediction)]


def _committed(work: Work) -> Seen:
    said = _words(work, "fate", VALUES)
    with _sent(work) as fate:
        seen = {letter: fate(value) for letter, (_, value) in VALUES.items()}
    rows = tuple(_row(letter, VALUES, said, *seen[letter]) for letter in VALUES)
    return Seen(True, "sent", facts={"said": said, "seen": {k: word for k, (word, _) in seen.items()}}, rows=rows)


def _second_prediction(work: Work) -> Seen:
    """A wrong one is named, but not what became of the value, so that the answer is thought out and not copied."""
    done = "The first ten were tried: the table says what became of each."
    if pending := second_comes_next(work, done, "Now four more:"):
        return pending
    said = _words(work, "again", SECOND)
    with _sent(work) as fate:
        seen = {letter: fate(value) for letter, (_, value) in SECOND.items()}
    rows = tuple(_row(letter, SECOND, said, *seen[letter]) for letter in SECOND)
    rows = tuple(row if row.ok else Row(False, row.tried, "that is not what became of it") for row in rows)
    wrong = next((k for k in SECOND if said[k] != seen[k][0]), None)
    text: Message | None = None
    if wrong:
        what = f'For {wrong}, `{SECOND[wrong][0]}`, you said "{said[wrong]}", and something else became of it.'
        text = Message(what, f"{work.exercise.idea} That holds for each value inside, too.", work.exercise.look)
    return Seen(wrong is None, "sent", facts={"said": said, "seen": seen}, rows=rows, message=text)


def _words(work: Work, name: str, keys: Mapping[str, object]) -> Mapping[str, str]:
    said = all_filled(work, name, list(keys))
    for key in keys:
        if said[key] not in WORDS:
            options = ", ".join(f'"{word}"' for word in WORDS)
            raise Stop(Message(f'`{name}["{key}"]` is {short(said[key])}.', f"Choose one of {options}."))
    return said


@contextmanager
def _sent(work: Work) -> Iterator[Callable[[Any], tuple[str, str]]]:
    """A function that sends a value to a handler that sends it back: what became of it, and how it arrived."""
    with work.own_function("ex02_trip", _ECHO) as name:

        def fate(value: Any) -> tuple[str, str]:
            try:
                json.dumps(value)
            except TypeError:
                return "refused", ""
            arrived = work.invoke(name, value).value
            return ("same", "") if strictly_equal(arrived, value) else ("changed", as_json(arrived))

        yield fate


def _row(letter: str, values: Mapping[str, tuple[str, Any]], said: Mapping[str, str], word: str, arrived: str) -> Row:
    return Row(said[letter] == word, f"{letter}, {values[letter][0]}: you said {said[letter]}", _told(word, arrived))


def _told(word: str, arrived: str) -> str:
    return f"{word}: it arrived as {arrived}" if arrived else word


def said(letters: str, *words: str) -> Detect:
    """One of these values was predicted with one of these words, and it was seen otherwise."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = tried[0]
        wrong = [
            letter
            for letter in letters
            if one.seen.facts["said"][letter] in words and one.seen.facts["seen"][letter] not in words
        ]
        return Hit(one, {"letter": wrong[0], "value": VALUES[wrong[0]][0]}) if wrong else None

    return detect
