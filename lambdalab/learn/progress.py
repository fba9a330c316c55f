"""`progress`: what a student has done so far, from their own progress file, for their own eyes (lesson 00).

Counts only; nothing is ranked and nothing is sent. Left out: a class report, which is the teacher's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import lesson, lessons
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import last_answered
from lambdalab.learn.exercises import workbook, workbooks
from lambdalab.learn.reviews import content_of, reviews

_COLUMNS = ("lesson", "predictions", "recall", "exercises done", "begun, not done", "hints read", "my mistake line")


def progress() -> None:
    """Show your own progress: one row a lesson, and one for each review begun (lesson 00)."""
    show(card(store.load()))


def card(data: Mapping[str, Any]) -> Shown:
    """The table of a progress file's content."""
    from lambdalab.show.picture import Table

    rows = tuple(_row(number, data) for number in sorted({*lessons(), *workbooks()}))
    rows += tuple(_review_row(number, data) for number in reviews() if number in data["reviews"])
    table = Table(caption="Your progress, from your own file on this machine", columns=_COLUMNS, rows=rows)
    return Shown(table.html(), table.text())


def _row(number: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    content = lesson(number) if number in lessons() else None
    exercises = list(workbook(number)) if number in workbooks() else []
    predictions = [prediction.id for prediction in content.predictions] if content else []
    questions = [question.id for question in content.recall] if content else []
    attempts = {id: data["exercises"].get(id, {}).get("attempts", []) for id in exercises}
    done = [id for id in exercises if any(attempt["passed"] for attempt in attempts[id])]
    tried = [id for id in exercises if attempts[id] and id not in done]
    right = [id for id in questions if data["recall"].get(id, {}).get("box", 0) > 1]
    return (
        f"{number} {content.title}" if content else number,
        _of(len([id for id in predictions if data["predictions"].get(id, {}).get("answers")]), len(predictions)),
        _of(len(right), len(questions)),
        _of(len(done), len(exercises)),
        ", ".join(tried) or "–",
        str(sum(int(data["hints"].get(id, 0)) for id in exercises)),
        "kept" if number in data["mistakes"] else "–",
    )


def _review_row(number: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """A review begun: right answers of the last round that has any, in the column of recall."""
    asked, answers = last_answered(number, data)
    right = sum(answers.get(item.id) == item.answer for item in asked)
    return (f"{number} {content_of(number).title}", "–", _of(right, len(asked)), "–", "–", "–", "–")


def _of(count: int, total: int) -> str:
    return f"{count} of {total}" if total else "–"
