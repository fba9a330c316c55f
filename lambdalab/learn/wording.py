"""The words of a workbook, read from `content/wNN.toml` and joined with its cases and detectors.

What an exercise tries is Python, in `learn/workbooks/`; what it says is text, so that an author can improve a
sentence without touching code. Both are checked against each other when they are read.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdalab.learn.content import FOLDER, ContentError
from lambdalab.learn.exercises import MOST_WORDS, Case, Detect, Exercise, Message, WrongAnswer

_TEXTS = ("kind", "marks", "section", "idea", "success", "why", "twin")


@dataclass(frozen=True)
class Part:
    """The Python half of an exercise.

    Args:
        cases: makes the cases from a random generator; None gives the printed values.
        detect: the detectors of the wrong answers by their id, the most specific first.
    """

    cases: Callable[[random.Random | None], Sequence[Case]]
    detect: Mapping[str, Detect] = field(default_factory=dict)


def exercises(number: str, parts: Mapping[str, Part]) -> tuple[Exercise, ...]:
    """The exercises of one workbook, "01": the words of its file and these parts, by exercise number.

    Raises:
        ContentError: words and parts do not fit together; the text names the file and the item.
    """
    file = FOLDER / f"w{number}.toml"
    try:
        words = {item["number"]: item for item in tomllib.loads(file.read_text(encoding="utf-8"))["exercise"]}
    except (tomllib.TOMLDecodeError, KeyError) as wrong:
        raise ContentError(f"{file.name}: not a list of exercises: {wrong}") from None
    if list(words) != list(parts):
        raise ContentError(f"{file.name}: its exercises are {', '.join(words)}, those with cases {', '.join(parts)}")
    return tuple(_exercise(file.name, item, parts[number]) for number, item in words.items())


def _exercise(file: str, words: Mapping[str, Any], part: Part) -> Exercise:
    where = f"{file}, {words['number']}"
    missing = [key for key in (*_TEXTS, "minutes", "hints") if not words.get(key)]
    if missing:
        raise ContentError(f"{where}: `{missing[0]}` is missing")
    if len(words["hints"]) != 3:
        raise ContentError(f"{where}: 3 hints are wanted, there are {len(words['hints'])}")
    said: Mapping[str, Mapping[str, str]] = words.get("wrong", {})
    if set(said) != set(part.detect):
        alone = sorted(set(said) ^ set(part.detect))
        raise ContentError(f"{where}: the wrong answer {alone[0]!r} has words or a detector, but not both")
    messages = {id: Message(text["seen"], text.get("idea", ""), text.get("look", "")) for id, text in said.items()}
    for id, message in messages.items():
        if message.words > MOST_WORDS:
            raise ContentError(
                f"{where}, {id}: the message has {message.words} words, at most {MOST_WORDS} are allowed"
            )
    one, two, three = words["hints"]
    return Exercise(
        number=words["number"],
        kind=words["kind"],
        marks=words["marks"],
        minutes=int(words["minutes"]),
        section=words["section"],
        names=tuple(words.get("names", ())),
        later=tuple(words.get("later", ())),
        functions=tuple(words.get("functions", ())),
        needs_lab=bool(words.get("needs_lab", False)),
        given=str(words.get("given", "")),
        idea=words["idea"],
        success=words["success"],
        why=words["why"],
        hints=(one, two, three),
        twin=words["twin"],
        cases=part.cases,
        wrong=tuple(WrongAnswer(id, detect, messages[id]) for id, detect in part.detect.items()),
    )
