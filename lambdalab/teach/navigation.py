"""The cells that lead from page to page, and the README's table of lessons, both written from the notebooks themselves.

Each page gets one cell at the top and one at the end, tagged `navigation`: previous, contents, next, and the way
between a lesson and its workbook. Whatever stood in cells of that tag is replaced, so running the tool twice changes
nothing.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path

from nbformat import NotebookNode

from lambdalab.teach import cells
from lambdalab.teach.course import Course, Kind, Page

TABLE_START = "<!-- lessons:start -->"
TABLE_END = "<!-- lessons:end -->"

_COMPANIONS = {
    Kind.LESSON: ((Kind.EXERCISE, "Workbook"),),
    Kind.EXERCISE: ((Kind.LESSON, "Lesson"),),
    Kind.SOLUTION: ((Kind.LESSON, "Lesson"), (Kind.EXERCISE, "Workbook")),
}


def navigate(notebook: NotebookNode, kind: Kind, number: str, course: Course) -> NotebookNode:
    """A copy of the notebook with its two navigation cells as they have to be."""
    text = _links(kind, number, course)
    moved = copy.deepcopy(notebook)
    inner = [cell for cell in moved.cells if not cells.is_navigation(cell)]
    moved.cells = [_cell("nav-top", text), *inner, _cell("nav-end", text)]
    return moved


def readme(text: str, course: Course) -> str:
    """The README with its table of lessons written anew.

    Raises ValueError when the two marks of the table are missing.
    """
    before, start, rest = text.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        raise ValueError(f"README.md has no place for the lessons. Add the lines {TABLE_START} and {TABLE_END}.")
    return f"{before}{start}\n{table(course)}\n{end}{after}"


def table(course: Course) -> str:
    """The lessons as a Markdown table: lesson, its question, minutes, workbook."""
    rows = ["| lesson | its question | minutes | workbook |", "|---|---|---|---|"]
    for page in course.of(Kind.LESSON):
        workbook = _workbook(course, page.number)
        rows.append(
            f"| [{page.label}]({Kind.LESSON.value}/{page.path.name}) | {page.question} | {page.minutes} | {workbook} |"
        )
    return "\n".join(rows)


def _workbook(course: Course, number: str) -> str:
    name = _exercise_name(course, number)
    return f"[Workbook {number}]({Kind.EXERCISE.value}/{name})" if name else ""


def _exercise_name(course: Course, number: str) -> str | None:
    """A workbook exists as soon as its solutions do: it is made from them."""
    page = course.find(Kind.SOLUTION, number) or course.find(Kind.EXERCISE, number)
    return page.path.name if page else None


def _links(kind: Kind, number: str, course: Course) -> str:
    # A workbook that is yet to be written has to know its neighbours, so it takes the solutions' row.
    row = course.of(Kind.SOLUTION) if kind is Kind.EXERCISE and course.of(Kind.SOLUTION) else course.of(kind)
    place = next(index for index, page in enumerate(row) if page.number == number)
    parts = []
    if place > 0:
        parts.append(f"Previous: [{_label(row[place - 1], course)}]({row[place - 1].path.name})")
    parts.append("[Contents](../README.md)")
    if place + 1 < len(row):
        parts.append(f"Next: [{_label(row[place + 1], course)}]({row[place + 1].path.name})")
    for other, word in _COMPANIONS[kind]:
        name = (
            _exercise_name(course, number)
            if other is Kind.EXERCISE
            else getattr(getattr(course.find(other, number), "path", None), "name", None)
        )
        if name:
            parts.append(f"[{word} {number}](../{other.value}/{name})")
    return " · ".join(parts)


def _label(page: Page, course: Course) -> str:
    """A lesson's own title; a workbook is called after its lesson."""
    lesson = course.find(Kind.LESSON, page.number)
    return (lesson or page).label


def _cell(name: str, text: str) -> NotebookNode:
    return cells.node({"cell_type": "markdown", "id": name, "metadata": {"tags": [cells.NAVIGATION]}, "source": text})


def broken_links(notebook_path: Path, targets: list[str]) -> list[str]:
    """Those of a page's relative link targets that lead to no file."""
    folder = notebook_path.parent
    return [target for target in targets if not Path(os.path.normpath(folder / target)).exists()]
