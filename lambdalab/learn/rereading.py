"""`look_again`: what to read once more after a review, lesson by lesson (reviews R1 and R2).

From the answers that count: those of the last round that has any, and of the trigger table what was wrong at first.
Each section is named once, with all that was asked in it. Left out: marks, since nobody is graded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import lesson
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import last_answered, rounds
from lambdalab.learn.reviews import content_of, page_of
from lambdalab.learn.sources import missed


def look_again(number: str) -> None:
    """Show what to look at again after a review, lesson by lesson, from the answers that count (reviews R1 and R2).

    Raises:
        ValueError: there is no such review; the text names the known ones.
    """
    content_of(number)
    show(summary(number, store.load()))


def summary(number: str, data: Mapping[str, Any]) -> Shown:
    """The sections to read again, each with a link and with what was asked in it."""
    from lambdalab.show.frame import card, paragraph, quiet, rich, rows_table

    asked, answers = last_answered(number, data)
    wrong = [(k, item) for k, item in enumerate(asked, 1) if answers.get(item.id, item.answer) != item.answer]
    pages: dict[tuple[str, str], list[str]] = {}  # what was asked, by lesson and section
    for place, item in wrong:
        pages.setdefault((item.lesson, item.section), []).append(f"question {place}")
    cells = missed(number, data)
    for cell in cells:
        pages.setdefault((cell.lesson, cell.section), []).append(f"{cell.source}: {cell.column}")
    if not answers and not pages:
        line = "No question is answered yet. Answer some and run this cell again: it says what to look at once more."
        return Shown(f"<p>{line}</p>", line)
    kicker = f"{number}, what to look at again"
    heading = _counted(len(answers), len(wrong), len(cells)) if answers else "From the trigger table"
    notes = _notes(number, data, len(asked) - len(answers), wrong=bool(wrong))
    lines, rows = [f"{number}: {heading}."], []
    for (own, section), what in sorted(pages.items(), key=lambda page: page[0][0]):
        title, told = f"{own} {lesson(own).title}", "; ".join(what)
        rows.append((False, (rich(title), f'<a href="{page_of(own, section)}">{rich(section)}</a>', rich(told))))
        lines.append(f'  {title}: "{section}" ({told})')
    if pages:
        body = rows_table(("lesson", "read again", "asked in"), rows, label="what to look at again, by lesson")
    else:
        body = paragraph("", "Nothing to look at again.")
        lines.append("Nothing to look at again.")
    html = card(kicker=kicker, heading=heading, body_html=body + "".join(map(quiet, notes)))
    return Shown(html, "\n".join([*lines, *notes]))


def _counted(answers: int, wrong: int, cells: int) -> str:
    questions = "1 question" if answers == 1 else f"{answers} questions"
    table = f"; of the trigger table, {cells} {'cell' if cells == 1 else 'cells'}" if cells else ""
    return f"{questions} answered, {wrong or 'none'} to look at again{table}"


def _notes(number: str, data: Mapping[str, Any], left: int, *, wrong: bool) -> list[str]:
    """What of the round is open, or how to begin another one."""
    if len(rounds(number, data)) > 1 and not rounds(number, data)[-1]["answers"]:
        return ["This is what the round before says: the new one has no answer yet."]
    if left:
        return [f"{left} {'question is' if left == 1 else 'questions are'} still open."]
    return [f'Another round{" begins with what went wrong" if wrong else ""}: `review("{number}", again=True)`.']
