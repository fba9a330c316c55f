"""`progress`: what a student has done so far, from their own progress file, for their own eyes (lesson 00).

In a notebook a table, in a terminal `lambdalab progress`. Counts, and which sections to read again; nothing is ranked
and nothing is sent. Left out: a class report, which is the teacher's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.capstone.hints import Milestone, milestones
from lambdalab.learn.content import lesson, lessons
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import last_answered, wrong_ideas
from lambdalab.learn.exercises import Exercise, workbook, workbooks
from lambdalab.learn.reviews import content_of, reviews

_COLUMNS = ("lesson", "predictions", "recall", "exercises done", "begun, not done", "hints read", "my mistake line")


@dataclass(frozen=True)
class Count:
    """So many of so many."""

    done: int
    of: int

    def __str__(self) -> str:
        return f"{self.done} of {self.of}" if self.of else "–"


@dataclass(frozen=True)
class Tried:
    """One exercise or milestone: whether it was right once, how many different codes were checked, and hints read."""

    number: str
    done: bool
    attempts: int
    hints: int


@dataclass(frozen=True)
class Page:
    """What was done of one lesson and its workbook, or of one review.

    Args:
        predictions: answered.
        recall: questions that were right; of a review, those of the last round that has any answer.
        mistake: the line that the student kept, "" if none.
    """

    number: str
    title: str
    predictions: Count
    recall: Count
    exercises: tuple[Tried, ...] = ()
    mistake: str = ""


@dataclass(frozen=True)
class Again:
    """What to look at again: a section of a lesson, or an exercise that was begun; and why."""

    read: str
    why: str


@dataclass(frozen=True)
class Standing:
    """All of it: the pages in their order, and what to look at again."""

    pages: tuple[Page, ...]
    again: tuple[Again, ...]


def progress() -> None:
    """Show your own progress: one row a lesson, and one for each review begun (lesson 00)."""
    show(card(store.load()))


def standing(data: Mapping[str, Any]) -> Standing:
    """What a progress file says."""
    pages = [_page(number, data) for number in sorted({*lessons(), *workbooks()})]
    pages += [_review(number, data) for number in reviews() if number in data["reviews"]]
    return Standing(tuple(pages), (*_ideas(data), *_begun(pages)))


def card(data: Mapping[str, Any]) -> Shown:
    """The table of a progress file's content."""
    from lambdalab.show.picture import Table

    rows = tuple(_cells(page) for page in standing(data).pages)
    table = Table(caption="Your progress, from your own file on this machine", columns=_COLUMNS, rows=rows)
    return Shown(table.html(), table.text())


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lambdalab progress`."""
    parser.add_argument("--json", action="store_true", help="print the same and each exercise's attempts as JSON")


def command(given: argparse.Namespace) -> int:
    """`lambdalab progress`: the table, the attempts, and what to look at again."""
    data = store.load()
    now = standing(data)
    if given.json:
        print(json.dumps(asdict(now), ensure_ascii=False, indent=1))
        return 0
    tried = [one for page in now.pages for one in page.exercises if one.attempts]
    attempts = ", ".join(f"{one.number}: {one.attempts}" for one in tried)
    print(card(data).text, "", f"Attempts, each with another code: {attempts or 'none yet'}", sep="\n")
    print("To look at again:" if now.again else "Nothing to look at again.")
    for one in now.again:
        print(f"  {one.read} ({one.why})")
    print(f"From your own file, {store.path()}; it is sent nowhere.")
    return 0


def _page(number: str, data: Mapping[str, Any]) -> Page:
    content = lesson(number) if number in lessons() else None
    predictions = [prediction.id for prediction in content.predictions] if content else []
    questions = [question.id for question in content.recall] if content else []
    answered = [id for id in predictions if data["predictions"].get(id, {}).get("answers")]
    right = [id for id in questions if data["recall"].get(id, {}).get("box", 0) > 1]
    return Page(
        number,
        content.title if content else "",
        Count(len(answered), len(predictions)),
        Count(len(right), len(questions)),
        tuple(_tried(id, data) for id in _exercises() if id.partition(".")[0] == number),
        data["mistakes"].get(number, ""),
    )


def _exercises() -> Mapping[str, Exercise | Milestone]:
    """All exercises and milestones by their number."""
    found: dict[str, Exercise | Milestone] = {}
    for number in workbooks():
        found |= workbook(number)
    return {**found, **milestones()}


def _tried(number: str, data: Mapping[str, Any]) -> Tried:
    attempts = data["exercises"].get(number, {}).get("attempts", [])
    return Tried(number, any(one["passed"] for one in attempts), len(attempts), int(data["hints"].get(number, 0)))


def _review(number: str, data: Mapping[str, Any]) -> Page:
    """A review begun: right answers of the last round that has any."""
    asked, answers = last_answered(number, data)
    right = sum(answers.get(item.id) == item.answer for item in asked)
    return Page(number, content_of(number).title, Count(0, 0), Count(right, len(asked)))


def _cells(page: Page) -> tuple[str, ...]:
    exercises = page.exercises
    begun = ", ".join(one.number for one in exercises if one.attempts and not one.done)
    return (
        f"{page.number} {page.title}".strip(),
        str(page.predictions),
        str(page.recall),
        str(Count(sum(one.done for one in exercises), len(exercises))),
        begun or "–",
        "–" if page.number in reviews() else str(sum(one.hints for one in exercises)),
        "kept" if page.mistake else "–",
    )


def _ideas(data: Mapping[str, Any]) -> Iterator[Again]:
    """The sections of ideas that went wrong in predictions, recall and reviews, each once, lesson by lesson."""
    found = dict.fromkeys((item.lesson, item.section) for item in wrong_ideas(reviews()[-1], data))
    for number, section in sorted(found, key=lambda page: page[0]):
        yield Again(f'lesson {number}, "{section}"', "an answer of yours was another one")


def _begun(pages: list[Page]) -> Iterator[Again]:
    for one in (one for page in pages for one in page.exercises if one.attempts and not one.done):
        what = "milestone" if one.number in milestones() else "exercise"
        yield Again(_exercises()[one.number].section, f"{what} {one.number} is begun")
