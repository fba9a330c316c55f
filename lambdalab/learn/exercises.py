"""What an exercise is: cases to run, wrong answers to recognise, and the words for each.

An exercise is data and small functions, so that a further workbook is only content (`learn/workbooks/`). The engine
that runs them is `learn/checks.py`. Left out: points, which belong to the notebooks' grading metadata.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from lambdalab.learn.work import Work

MOST_WORDS = 50
Kind = Literal["use", "change", "repair", "predict", "calculate", "design", "parsons"]


@dataclass(frozen=True)
class Message:
    """What a student reads: what was seen, the idea, where to look; at most 50 words together."""

    seen: str
    idea: str = ""
    look: str = ""

    def filled(self, values: Mapping[str, object]) -> Message:
        return Message(*(_fill(part, values) for part in (self.seen, self.idea, self.look)))

    @property
    def advice(self) -> str:
        """The idea and where to look, in one line."""
        return " ".join(part for part in (self.idea, self.look) if part)

    @property
    def words(self) -> int:
        return len(f"{self.seen} {self.advice}".split())

    def within_limit(self) -> Message:
        """The same without where to look, or without the idea too, if it would be longer than 50 words."""
        shorter = (self, Message(self.seen, self.idea), Message(self.seen))
        return next((message for message in shorter if message.words <= MOST_WORDS), shorter[-1])


def _fill(text: str, values: Mapping[str, object]) -> str:
    """Only the names that are given are replaced, so that the text may hold braces of its own."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


@dataclass(frozen=True)
class Raised:
    """An error that came out of the student's code.

    Args:
        kind: the error's type, "KeyError".
        text: what it says.
        line: the student's own line that raised it, "" if it is not known.
        number: that line's number in its cell or file, 0 if it is not known.
        error: the exception itself; None when it came from a deployed function.
    """

    kind: str
    text: str
    line: str = ""
    number: int = 0
    error: BaseException | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table tried | seen."""

    ok: bool
    tried: str
    seen: str


@dataclass(frozen=True)
class Seen:
    """What one case showed.

    Args:
        ok: whether it was what the exercise asks for.
        shown: what was seen, in a few words.
        value: the student's value, for the wrong answers to look at.
        raised: the error, if it should not have been raised.
        facts: whatever else the case counted.
        rows: lines for the table, if one case is more than one line.
        event: what can be copied into a cell, where it depends on the student's answer; else it is the case's.
        message: what to say if this case fails and no wrong answer is recognised.
        pending: nothing is wrong, but this part of the exercise is still to be written.
    """

    ok: bool
    shown: str
    value: Any = None
    raised: Raised | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Row, ...] | None = None
    event: str = ""
    message: Message | None = None
    pending: bool = False


@dataclass(frozen=True)
class Case:
    """One thing that the check tries.

    Args:
        tried: in a few words, for the table.
        event: what can be copied into a cell to see it oneself.
        run: does it, and says what was seen.
        about: anything that the wrong answers want to know of the case.
    """

    tried: str
    event: str
    run: Callable[[Work], Seen]
    about: Any = None


@dataclass(frozen=True)
class Tried:
    """A case and what it showed."""

    case: Case
    seen: Seen

    @property
    def event(self) -> str:
        return self.seen.event or self.case.event


@dataclass(frozen=True)
class Hit:
    """A wrong answer was recognised: in which case, and the values for its message.

    Args:
        explains_error: this wrong answer is the reason of an error that another case raised.
    """

    tried: Tried
    values: Mapping[str, object] = field(default_factory=dict)
    explains_error: bool = False


Detect = Callable[[Sequence[Tried], "Work"], Hit | None]


@dataclass(frozen=True)
class WrongAnswer:
    """A typical wrong answer: how it is recognised in what all cases showed, and what is said."""

    id: str
    detect: Detect
    message: Message


class Stop(Exception):
    """A case cannot be run as it stands; carries what to say instead of a verdict."""

    message_id = "shape"

    def __init__(self, message: Message, message_id: str | None = None) -> None:
        super().__init__(message.seen)
        self.message = message
        if message_id:
            self.message_id = message_id


class NotRun(Stop):
    """A cell has not been run yet, or no lab is running."""

    message_id = "not-run"


class Unwritten(Stop):
    """The stub is still there."""

    message_id = "unwritten"


@dataclass(frozen=True)
class Exercise:
    """One exercise of a workbook.

    Args:
        number: "01.3".
        kind: what the student does; "predict" credits the commitment and explains the wrong answers.
        marks: "●" core, "○" further, "◆" in pairs, "▲" in class; together where several apply.
        minutes: for most students.
        section: what to read again, "lesson 01, the same call through boto3".
        names: the names that the student's cells must have made.
        later: names that a later cell of the same exercise makes.
        functions: the functions that the student's cells must have deployed.
        needs_lab: whether a lab must be running.
        cases: makes the cases from a random generator, for other values; None gives the printed ones.
        wrong: typical wrong answers, the most specific first.
        idea: what to say of a failing case that has no words of its own.
        success: which idea was shown, in one sentence.
        why: the question to take further, not graded.
        hints: where to look, what to do, a fragment with its key expression missing.
        twin: the same idea worked out on another example.
        given: the code that the student got, where an untouched one runs and is only wrong.
    """

    number: str
    kind: Kind
    marks: str
    minutes: int
    section: str
    cases: Callable[[random.Random | None], Sequence[Case]]
    wrong: Sequence[WrongAnswer]
    idea: str
    success: str
    why: str
    hints: tuple[str, str, str]
    twin: str
    names: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    needs_lab: bool = False
    given: str = ""

    @property
    def lesson(self) -> str:
        return self.number.split(".")[0]

    @property
    def look(self) -> str:
        return f"Look again at {self.section}."


def workbooks() -> tuple[str, ...]:
    """The numbers of the workbooks that exist, in order."""
    from importlib.resources import files

    names = (path.name for path in files("lambdalab.learn.workbooks").iterdir())
    return tuple(sorted(name[1:3] for name in names if re.fullmatch(r"w\d\d\.py", name)))


@cache
def workbook(number: str) -> Mapping[str, Exercise]:
    """The exercises of one workbook, "01", by their number."""
    found: Sequence[Exercise] = import_module(f"lambdalab.learn.workbooks.w{number}").EXERCISES
    return {exercise.number: exercise for exercise in found}


def find(number: str) -> Exercise:
    """The exercise of this number, "01.3".

    Raises:
        ValueError: there is none; the text names the known ones.
    """
    book = number.split(".")[0]
    if book in workbooks() and number in workbook(book):
        return workbook(book)[number]
    known = [n for book in workbooks() for n in workbook(book)]
    raise ValueError(f"there is no exercise {number!r}; known are {', '.join(known)}")
