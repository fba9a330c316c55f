"""The shape of a lesson, as far as a machine can see it: COURSE.md's promise and its figures.

A finding names the cell and the line. What no machine can see, such as the number of new ideas or whether a
prediction surprises, is left to people who read the lesson.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from lambdalab.teach import cells, gates
from lambdalab.teach.gates import Finding

CELLS = (30, 60)
WORDS = (1000, 1800)
MEDIAN_LINES, MOST_LINES = 3, 15
PREDICTIONS = (3, 5)
# The lessons for which the course's plan names a box with what else is needed.
WITH_BOX = frozenset({"01", "02", "03", "04", "05", "06", "07", "09"})

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
MINUTES_TO_HERE = re.compile(r"minutes to here:?[*_]*:?\s*[*_]*(\d+)", re.IGNORECASE)
_BULLET = re.compile(r"^ {0,1}(?:[-*+]|\d+\.)\s+\S")
_SUMMARY = re.compile(r"\bsummary\b|you can now|now able", re.IGNORECASE)
_OBJECTIVES = re.compile(r"able to|objectives", re.IGNORECASE)
_BOX = re.compile(r"before you go on", re.IGNORECASE)
_NOT_WORDS = re.compile(r"<!--.*?-->|<[^>]+>|!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading: its level, its text, and the cell and line where it stands, both from 1."""

    level: int
    text: str
    cell: int
    line: int


def lesson(name: str, notebook: NotebookNode, number: str) -> list[Finding]:
    """Everything in a lesson's shape that has to be repaired."""
    return [
        *size(name, notebook, "a lesson", CELLS, WORDS),
        *long_code(name, notebook),
        *_sections(name, notebook, number),
        *_learning(name, notebook, number),
        *_further(name, notebook),
    ]


def headings(notebook: NotebookNode) -> list[Heading]:
    """The Markdown headings in order, navigation and fenced text left out."""
    found = []
    for position, cell in text_cells(notebook):
        for number, line in prose(cell.source):
            match = _HEADING.match(line)
            if match:
                found.append(Heading(len(match.group(1)), match.group(2), position, number))
    return found


def prose(source: str) -> Iterator[tuple[int, str]]:
    """The lines of a Markdown text outside fences, each with its number from 1."""
    fenced = False
    for number, line in enumerate(source.split("\n"), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def words(notebook: NotebookNode) -> int:
    """The words of the lesson's text: tags, link targets, images, fences and navigation don't count."""
    total = 0
    for _, cell in text_cells(notebook):
        text = _NOT_WORDS.sub(" ", "\n".join(line for _, line in prose(cell.source)))
        total += sum(any(character.isalnum() for character in word) for word in text.split())
    return total


def code_lines(cell: NotebookNode) -> int:
    """The lines of a code cell that are neither blank nor a comment."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in cell.source.split("\n"))


def predictions(notebook: NotebookNode) -> dict[str, int]:
    """The predictions a lesson asks for, such as "01-2", each with the cell where it stands."""
    return dict(_items(notebook, "predict"))


def text_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The cells of text with their positions from 1, navigation left out."""
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown" and not cells.is_navigation(cell):
            yield position, cell


def size(
    name: str, notebook: NotebookNode, kind: str, cell_limits: tuple[int, int], word_limits: tuple[int, int]
) -> Iterator[Finding]:
    """Too few or too many cells or words for a notebook of this kind, "a lesson"."""
    number, (fewest, most) = sum(not cells.is_navigation(cell) for cell in notebook.cells), cell_limits
    if not fewest <= number <= most:
        yield Finding(name, 0, 0, f"{number} cells; {kind} has {fewest} to {most}, navigation not counted.")
    count, (fewest, most) = words(notebook), word_limits
    if not fewest <= count <= most:
        yield Finding(name, 0, 0, f"{count:,} words of text; {kind} has {fewest:,} to {most:,}.")


def long_code(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    """A `%%deploy` cell is a function's file, so it counts in neither figure."""
    lengths = []
    for position, cell in enumerate(notebook.cells, start=1):
        if cells.is_code(cell) and cells.cell_magic(cell) is None:
            lengths.append(code_lines(cell))
            if lengths[-1] > MOST_LINES:
                yield Finding(
                    name,
                    position,
                    0,
                    f"{lengths[-1]} lines of code; {MOST_LINES} is the limit. Move the rest to lambdalab or to a "
                    "function's file.",
                )
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        yield Finding(
            name, 0, 0, f"the median code cell has {statistics.median(lengths):g} lines; {MEDIAN_LINES} is the limit."
        )


def _sections(name: str, notebook: NotebookNode, number: str) -> Iterator[Finding]:
    found = headings(notebook)
    summary = next((heading for heading in found if heading.level == 2 and _SUMMARY.search(heading.text)), None)
    objectives = next(
        (
            heading
            for heading in found
            if heading.level == 2 and _OBJECTIVES.search(heading.text) and heading is not summary
        ),
        None,
    )
    if objectives is None:
        yield Finding(
            name,
            0,
            0,
            "no section with the objectives. Add a heading such as '## What you will be able to do', with a list.",
        )
    if summary is None:
        yield Finding(name, 0, 0, "no summary. Add a heading '## Summary' with a list that mirrors the objectives.")
    if objectives and summary:
        aims, reached = _bullets(notebook, objectives, found), _bullets(notebook, summary, found)
        if aims != reached or not aims:
            yield Finding(
                name,
                summary.cell,
                summary.line,
                f"the summary has {reached} points and the objectives have {aims}; each point mirrors one.",
            )
    yield from minutes(
        name, notebook, [heading for heading in found if heading.level == 2 and heading is not objectives]
    )
    if number in WITH_BOX and not any(_BOX.search(heading.text) for heading in found):
        yield Finding(name, 0, 0, "the plan of this lesson names a box, and no heading says 'Before you go on'.")
    yield from opening(name, notebook)
    if not links_to_a_workbook(notebook):
        yield Finding(
            name, 0, 0, f"no bridge to the workbook. Link to ../exercises/{number}_….ipynb in the last section."
        )


def opening(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    """The two lines of the opening that the README's table shows."""
    text = "\n".join(cell.source for _, cell in text_cells(notebook))
    for word, where in (("Question", r"\*\*(?:The )?question"), ("Minutes", r"\*\*(?:minutes|time)")):
        if not re.search(where, text, re.IGNORECASE):
            yield Finding(
                name, 0, 0, f"the opening has no line '**{word}:** …', from which the README's table is written."
            )


def links_to_a_workbook(notebook: NotebookNode) -> bool:
    """Whether the text, navigation left out, leads to exercises/."""
    return any("](../exercises/" in cell.source for _, cell in text_cells(notebook))


def minutes(name: str, notebook: NotebookNode, sections: list[Heading]) -> Iterator[Finding]:
    """Each section says how many minutes have passed when it begins, and time runs forward."""
    last = -1
    for heading in sections:
        below = "\n".join(notebook.cells[heading.cell - 1].source.split("\n")[heading.line - 1 :])
        match = MINUTES_TO_HERE.search(below)
        if match is None:
            yield Finding(
                name,
                heading.cell,
                heading.line,
                f"the section '{heading.text}' does not say 'Minutes to here: N' below its heading.",
            )
        elif int(match.group(1)) < last:
            yield Finding(
                name,
                heading.cell,
                heading.line,
                f"{match.group(1)} minutes to here, after {last} in an earlier section.",
            )
        else:
            last = int(match.group(1))


def _bullets(notebook: NotebookNode, heading: Heading, found: list[Heading]) -> int:
    """The points of the lists between a heading and the next."""
    end = next(
        ((other.cell, other.line) for other in found if (other.cell, other.line) > (heading.cell, heading.line)),
        (10**9, 0),
    )
    return sum(
        bool(_BULLET.match(line))
        for position, cell in text_cells(notebook)
        for number, line in prose(cell.source)
        if (heading.cell, heading.line) < (position, number) < end
    )


def _learning(name: str, notebook: NotebookNode, number: str) -> Iterator[Finding]:
    """Predictions with their reveals, recall, an asserted error, and a question that carries the idea elsewhere."""
    predicted = predictions(notebook)
    revealed = dict(_items(notebook, "reveal"))
    if not PREDICTIONS[0] <= len(predicted) <= PREDICTIONS[1]:
        yield Finding(name, 0, 0, f"{len(predicted)} predictions; a lesson has {PREDICTIONS[0]} to {PREDICTIONS[1]}.")
    for item, position in predicted.items():
        if not item.startswith(f"{number}-"):
            yield Finding(
                name, position, 0, f"predict({item!r}) belongs to another lesson; here items begin with {number}-."
            )
        if revealed.get(item, 0) <= position:
            yield Finding(name, position, 0, f"predict({item!r}) has no later reveal({item!r}, …).")
    for item in revealed.keys() - predicted.keys():
        yield Finding(name, revealed[item], 0, f"reveal({item!r}) without predict({item!r}) before it.")
    for position, cell, call in calls(notebook, "predict"):
        if len(call.args) > 1 or any(keyword.arg in ("answer", "sure") for keyword in call.keywords):
            yield Finding(
                name,
                position,
                call.lineno,
                f"the lesson answers its own prediction: {cell.source.splitlines()[call.lineno - 1].strip()}. Leave "
                "the answer to the student.",
            )
    if number != "00" and not list(calls(notebook, "recall")):
        yield Finding(name, 0, 0, f'no recall("{number}") at the start.')
    if not list(calls(notebook, "transfer")):
        yield Finding(name, 0, 0, f'no transfer("{number}") at the end.')
    if gates.counts(notebook).errors_asserted == 0:
        yield Finding(
            name,
            0,
            0,
            f"no error is asserted. Tag a cell {gates.RAISES} and {gates.RAISES_TYPE}…, or {gates.ASSERTS} with an "
            "assert.",
        )


def _further(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    """A part marked `further` is optional: no core cell uses a name that only such a part defines."""
    optional: set[str] = set()
    core: set[str] = set()
    for position, cell in enumerate(notebook.cells, start=1):
        if not cells.is_code(cell) or cells.cell_magic(cell) is not None:
            continue
        names = [node for node in ast.walk(cells.syntax_tree(cell)) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        if "further" in cells.tags(cell):
            optional |= stored
            continue
        for node in names:
            if isinstance(node.ctx, ast.Load) and node.id in optional - core - stored:
                yield Finding(
                    name, position, node.lineno, f"uses {node.id}, which only a cell tagged 'further' defines."
                )
        core |= stored


def calls(notebook: NotebookNode, function: str) -> Iterator[tuple[int, NotebookNode, ast.Call]]:
    """Each call of a function in a notebook's code cells: the cell's position, the cell, the call."""
    for position, cell in enumerate(notebook.cells, start=1):
        if cells.is_code(cell) and cells.cell_magic(cell) is None:
            yield from ((position, cell, call) for call in cells.calls(cell, function))


def _items(notebook: NotebookNode, function: str) -> Iterator[tuple[str, int]]:
    """The first argument of each call of predict or reveal, and the cell where it stands."""
    for position, _, call in calls(notebook, function):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value), position
