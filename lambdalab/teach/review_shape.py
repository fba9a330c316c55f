"""The shape of a review, as far as a machine can see it: half an hour, ten questions, the trigger table, a summary.

A review has no recall at its start and no workbook, since it is both. Its questions stand in their order, one in a
cell, and none is answered in the notebook. What a student missed is said at the end.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from lambdalab.teach import shape
from lambdalab.teach.gates import Finding

QUESTIONS = 10
CELLS = (18, 40)
WORDS = (250, 900)
MINUTES = 30
_OF_A_LESSON = ("recall", "predict", "reveal", "check", "transfer")
_NUMBERS = re.compile(r"\d+")


def review(name: str, notebook: NotebookNode, number: str) -> list[Finding]:
    """Everything in a review's shape that has to be repaired."""
    return [
        *shape.size(name, notebook, "a review", CELLS, WORDS),
        *shape.long_code(name, notebook),
        *shape.opening(name, notebook),
        *shape.minutes(name, notebook, [heading for heading in shape.headings(notebook) if heading.level == 2]),
        *_half_an_hour(name, notebook),
        *_questions(name, notebook, number),
        *_ends(name, notebook, number),
        *_not_a_lesson(name, notebook),
    ]


def questions(notebook: NotebookNode) -> int:
    """How many cells of the notebook ask a question of a review."""
    return sum(len(call.args) > 1 for _, _, call in shape.calls(notebook, "review"))


def _half_an_hour(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    for position, cell in shape.text_cells(notebook):
        for line in cell.source.split("\n"):
            longest = max(map(int, _NUMBERS.findall(line)), default=0)
            if re.search(r"\bminutes\b", line, re.IGNORECASE) and "*" in line and longest > MINUTES:
                yield Finding(name, position, 0, f"{longest} minutes; a review takes {MINUTES}.")


def _questions(name: str, notebook: NotebookNode, number: str) -> Iterator[Finding]:
    """Each question once, in its order, in a cell of its own, and open."""
    asked = []
    for position, _, call in shape.calls(notebook, "review"):
        values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if values[:1] != [number]:
            yield Finding(name, position, call.lineno, f'the review of this notebook is review("{number}", …).')
        asked += values[1:2]
        if len(call.args) > 2 or call.keywords:
            yield Finding(
                name, position, call.lineno, "the notebook answers its own question. Leave it to the student."
            )
    wanted = list(range(1, QUESTIONS + 1))
    if asked != wanted:
        yield Finding(name, 0, 0, f"its questions are {asked}; a review asks 1 to {QUESTIONS} in this order.")


def _ends(name: str, notebook: NotebookNode, number: str) -> Iterator[Finding]:
    """The trigger table from memory, and after all questions what to look at again."""
    if not list(shape.calls(notebook, "trigger_table")):
        yield Finding(name, 0, 0, f'no trigger_table("{number}"): it is filled in from memory in each review.')
    ends = [position for position, _, _ in shape.calls(notebook, "look_again")]
    last = max((position for position, _, _ in shape.calls(notebook, "review")), default=0)
    if not ends or ends[-1] < last:
        yield Finding(name, 0, 0, f'no look_again("{number}") after the last question.')


def _not_a_lesson(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    for function in _OF_A_LESSON:
        for position, _, call in shape.calls(notebook, function):
            yield Finding(name, position, call.lineno, f"{function} belongs to lessons and workbooks, not to a review.")
    if shape.links_to_a_workbook(notebook):
        yield Finding(name, 0, 0, "a link to a workbook; a review has none.")
