"""What a lesson asks: its predictions, its recall questions, its transfer item, and the mistake it wants to leave
behind.

The texts lie in `content/NN.toml`, so that a further lesson is only content. They are checked when they are read:
an option that is much longer than the others gives an answer away, and a question without an answer helps nobody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
DONT_KNOW = "I don't know"
LONGEST_TO_SHORTEST = 1.6
LETTERS = "abcdefgh"


class ContentError(ValueError):
    """A lesson's content file breaks a rule; the text names the file, the item and the rule."""


@dataclass(frozen=True)
class Option:
    """One answer to choose.

    Args:
        letter: "a", "b", …
        value: what the lesson's cell would measure if this option were true; a table {min, max} stands for a range.
        idea: the thought behind the option, and what becomes of it.
        why_not: why it fails, for those who chose another one.
    """

    letter: str
    text: str
    value: Any = None
    idea: str = ""
    why_not: str = ""

    def fits(self, measured: object) -> bool:
        """Whether the measured value is what this option says; True and 1 are not the same."""
        if isinstance(self.value, Mapping):
            number = isinstance(measured, int | float) and not isinstance(measured, bool)
            return number and self.value["min"] <= measured <= self.value["max"]
        return isinstance(measured, bool) == isinstance(self.value, bool) and bool(measured == self.value)


@dataclass(frozen=True)
class Prediction:
    """A question before a surprising result, with real misconceptions to choose from (lesson 00).

    Args:
        label: what is counted or seen, for the row of the table.
        options: without "I don't know", which has the letter after the last one.
        expected: the letter that the course expects to be measured.
        commonest: the letter of the commonest wrong option.
        after_confident: said in addition after a confident error.
        comes_back: the lesson in which the idea returns, "" if none.
    """

    id: str
    question: str
    label: str
    heading: str
    options: tuple[Option, ...]
    expected: str
    commonest: str
    after_confident: str = ""
    comes_back: str = ""

    @property
    def dont_know(self) -> Option:
        return Option(LETTERS[len(self.options)], DONT_KNOW)

    @property
    def choices(self) -> tuple[Option, ...]:
        """All options, "I don't know" last."""
        return (*self.options, self.dont_know)

    def option(self, letter: str) -> Option:
        """Raises KeyError for a letter that is not there."""
        return next_or_key_error(self.choices, letter)

    def matching(self, measured: object) -> Option | None:
        """The option that says what was measured."""
        return next((option for option in self.options if option.fits(measured)), None)


@dataclass(frozen=True)
class Recall:
    """A question from an earlier lesson (lesson 01)."""

    id: str
    origin: str
    question: str
    options: tuple[Option, ...]
    answer: str
    explanation: str

    def option(self, letter: str) -> Option:
        """Raises KeyError for a letter that is not there."""
        return next_or_key_error(self.options, letter)


@dataclass(frozen=True)
class Transfer:
    """The same idea in another dress, with a model answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Lesson:
    """Everything one lesson asks."""

    number: str
    title: str
    predictions: tuple[Prediction, ...]
    recall: tuple[Recall, ...]
    transfer: Transfer
    mistake: str


def next_or_key_error(options: Sequence[Option], letter: str) -> Option:
    """The option of this letter; raises KeyError if there is none."""
    for option in options:
        if option.letter == letter:
            return option
    raise KeyError(letter)


def lessons() -> tuple[str, ...]:
    """The numbers of the lessons that have content, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("[0-9][0-9].toml")))


@cache
def lesson(number: str) -> Lesson:
    """The content of one lesson, "01".

    Raises:
        ValueError: there is no such lesson; the text names the known ones.
        ContentError: its file breaks a rule.
    """
    if number not in lessons():
        raise ValueError(f"there is no lesson {number!r} with content here; known are {', '.join(lessons())}")
    return read(FOLDER / f"{number}.toml")


def read(path: Path) -> Lesson:
    """Read one content file and check it.

    Raises:
        ContentError: the file breaks a rule.
    """
    number, data = path.stem, parsed(path)
    predictions = tuple(_prediction(path.name, number, k, item) for k, item in enumerate(data.get("prediction", []), 1))
    recall = tuple(_recall(path.name, number, k, item) for k, item in enumerate(data.get("recall", []), 1))
    require(3 <= len(predictions) <= 5, path.name, "predictions", f"3 to 5 are wanted, there are {len(predictions)}")
    wanted = 0 if number == "00" else 3
    require(len(recall) == wanted, path.name, "recall", f"{wanted} questions are wanted, there are {len(recall)}")
    if int(number) >= 2:
        old = any(int(question.origin) <= int(number) - 2 for question in recall)
        require(old, path.name, "recall", "one question must come from two or more lessons back")
    top = Entry(path.name, "the file", data)
    transfer = Entry(path.name, "transfer", data.get("transfer", {}))
    return Lesson(
        number=number,
        title=top.text("title"),
        predictions=predictions,
        recall=recall,
        transfer=Transfer(transfer.text("question"), transfer.text("answer")),
        mistake=top.text("mistake"),
    )


def parsed(path: Path) -> dict[str, Any]:
    """What a content file holds.

    Raises:
        ContentError: it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise ContentError(f"{path.name}: not valid TOML: {wrong}") from None


@dataclass(frozen=True)
class Entry:
    """One table of a content file, with its place for the message when something is missing."""

    file: str
    name: str
    data: Mapping[str, Any]

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key, default)
        require(isinstance(value, str) and (bool(value) or default == ""), self.file, self.name, f"`{key}` is missing")
        return str(value)


def require(fine: bool, file: str, item: str, rule: str) -> None:
    """Raises ContentError with file, item and rule where it is not fine."""
    if not fine:
        raise ContentError(f"{file}, {item}: {rule}")


def _prediction(file: str, lesson_number: str, position: int, data: Mapping[str, Any]) -> Prediction:
    item = Entry(file, str(data.get("id", f"prediction {position}")), data)
    require(
        data.get("id") == f"{lesson_number}-{position}", file, item.name, f"the id must be {lesson_number}-{position}"
    )
    rows = [Entry(file, f"{item.name}, option {LETTERS[k]}", row) for k, row in enumerate(data.get("option", []))]
    require(2 <= len(rows) <= 6, file, item.name, f"2 to 6 options are wanted, there are {len(rows)}")
    for row in rows:
        require("value" in row.data, file, row.name, "`value` is missing: what would be measured if it were true?")
    options = tuple(
        Option(letter, row.text("text"), row.data["value"], row.text("idea"), row.text("why_not"))
        for letter, row in zip(LETTERS, rows, strict=False)
    )
    near_equal(file, item.name, options)
    letters = [option.letter for option in options]
    expected, commonest = item.text("expected"), item.text("commonest")
    require(expected in letters, file, item.name, f"`expected` is {expected!r}, not one of {', '.join(letters)}")
    require(commonest in letters, file, item.name, f"`commonest` is {commonest!r}, not one of {', '.join(letters)}")
    require(commonest != expected, file, item.name, "`commonest` must be a wrong option, not the expected one")
    return Prediction(
        id=item.text("id"),
        question=item.text("question"),
        label=item.text("label"),
        heading=item.text("heading", "Measured: {measured}"),
        options=options,
        expected=expected,
        commonest=commonest,
        after_confident=item.text("after_confident", ""),
        comes_back=item.text("comes_back", ""),
    )


def _recall(file: str, lesson_number: str, position: int, data: Mapping[str, Any]) -> Recall:
    item = Entry(file, f"recall {data.get('id', position)}", data)
    require(
        data.get("id") == f"{lesson_number}-{position}", file, item.name, f"the id must be {lesson_number}-{position}"
    )
    options = tuple(Option(letter, text) for letter, text in zip(LETTERS, data.get("options", []), strict=False))
    require(3 <= len(options) <= 4, file, item.name, f"3 or 4 options are wanted, there are {len(options)}")
    answer, origin = item.text("answer"), item.text("from")
    require(
        answer in [option.letter for option in options], file, item.name, f"`answer` is {answer!r}, which is no option"
    )
    require(origin.isdigit() and int(origin) < int(lesson_number), file, item.name, "`from` must be an earlier lesson")
    return Recall(item.text("id"), origin, item.text("question"), options, answer, item.text("explanation"))


def near_equal(file: str, item: str, options: Sequence[Option]) -> None:
    """An option that is much longer than another one gives the answer away."""
    lengths = sorted(len(option.text) for option in options)
    fine = lengths[-1] <= LONGEST_TO_SHORTEST * lengths[0]
    require(
        fine, file, item, f"options must be of near-equal length, these have {lengths[0]} to {lengths[-1]} characters"
    )
