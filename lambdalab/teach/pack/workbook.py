"""The workbook of a lesson, for the teacher: how long each exercise takes, which to do in class, and how it goes wrong.

All of it comes from the words of the checks. What to ask, in place of telling, is the guide's; where it has no question
for a wrong answer, the idea that the check names leads to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lambdalab.learn.exercises import Exercise, workbook, workbooks
from lambdalab.teach import course
from lambdalab.teach.course import Course, Kind
from lambdalab.teach.pack.guide import Guide

IN_CLASS = 30  # minutes
_MILESTONE = re.compile(r"^## ((M\d) · .+)\n\n\*(\d+) minutes", re.MULTILINE)
CORE, DISCUSS = "●", "▲"
_VALUE = re.compile(r"\{\w+(?: \w+)*\}")  # what a check fills in when it has run
# What to ask where the guide has no question for a wrong answer: what an exercise of this kind is about.
OTHERWISE = {
    "use": "Show me the line. What goes into it, and what comes out?",
    "change": "Take the event that failed. What does each of your lines make of it?",
    "repair": "Run it with the event that failed. Which line does it, and what did you think it does?",
    "predict": "What picture had you in mind? Draw it, then look at the run.",
    "calculate": "Reckon one case by hand, with the unit of each number. Where do you part?",
    "design": "What would somebody say against it? Read the case once more.",
    "parsons": "What does this line need, and which line makes it?",
}


@dataclass(frozen=True)
class Milestone:
    """A part of the capstone's workbook: "M1", its heading, and how many minutes it takes."""

    mark: str
    name: str
    minutes: int


def milestones(book: Course, number: str) -> tuple[Milestone, ...]:
    """The milestones of a workbook whose sections are such; none where it has exercises."""
    page = book.find(Kind.EXERCISE, number)
    text = "\n".join(cell.source for cell in course.read(page.path).cells) if page else ""
    return tuple(Milestone(mark, name, int(minutes)) for name, mark, minutes in _MILESTONE.findall(text))


def class_work(book: Course, number: str) -> str:
    """What pairs do in class, in words."""
    chosen = ", ".join(f"{one.number} {one.marks}" for one in in_class(number))
    first = [one.name for one in milestones(book, number)][:2]
    return chosen or ", then the beginning of ".join(first)


def exercises(number: str) -> tuple[Exercise, ...]:
    """The exercises of a lesson's workbook, in order; none for the capstone."""
    return tuple(workbook(number).values()) if number in workbooks() else ()


def minutes(number: str) -> int:
    """How long the whole workbook takes."""
    return sum(exercise.minutes for exercise in exercises(number))


def in_class(number: str, budget: int = IN_CLASS) -> tuple[Exercise, ...]:
    """For pairs in class: the exercise to discuss, and of the core ones as many as fit, at most two."""
    every = exercises(number)
    to_discuss = [exercise for exercise in every if DISCUSS in exercise.marks][-1:]
    others = [exercise for exercise in every if CORE in exercise.marks and exercise not in to_discuss]
    choices = [choice for size in (2, 1, 0) for choice in combinations(others, size)]
    fitting = [[*choice, *to_discuss] for choice in choices if _together([*choice, *to_discuss]) <= budget]
    best = max(fitting, key=lambda choice: (len(choice), _together(choice)), default=[])
    return tuple(exercise for exercise in every if exercise in best)


def wrong_answers(guide: Guide, exercise: Exercise) -> Iterator[tuple[str, str, str]]:
    """Each wrong answer of a check: what it sees, the idea, and what to ask, or where it lets the student look."""
    asked = guide.ask.get(exercise.number, {})
    likeliest_first = sorted(exercise.wrong, key=lambda wrong: list(asked).index(wrong.id) if wrong.id in asked else 99)
    for wrong in likeliest_first:
        yield plain(wrong.message.seen), plain(wrong.message.idea), asked.get(wrong.id, plain(wrong.message.look))


def plain(words: str) -> str:
    """A message as it stands in its file, with a sign in the place of each value."""
    return _VALUE.sub("…", words)


def _together(some: Sequence[Exercise]) -> int:
    return sum(exercise.minutes for exercise in some)
